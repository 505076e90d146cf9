"""ESA takes documents in: it streams them to the disk, tells their format itself, and stores each whole or not at all."""

from __future__ import annotations

import hashlib
import re
import socket
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from time import monotonic

import httpx
import pytest

from tests.sandbox.esa_seeds import CASE, case_file, pdf, post, refusal, upload
from tests.sandbox.visitor import Esa, Visitor, details, heading, rows

POST = 550001
WINDOW = f"/esa/journalposter/{POST}/nytt-dokument"
MOST = 100 * 1024 * 1024
PATIENCE = 30


@pytest.fixture
def archive(esa: Esa) -> Esa:
    """An archive with a post that has no document yet."""
    esa.post("casefiles", [case_file()])
    esa.post("posts", [post(id=f"JP-{POST}", status="S", documents=[])])
    return esa


def documents(archivist: Visitor) -> list[list[str]]:
    return rows(archivist.get(f"/esa/journalposter/{POST}"), "Dokumenter")


def test_a_document_is_stored_as_it_is(archive: Esa, archivist: Visitor) -> None:
    content, original = pdf(padding=3_000_000), "b" * 64
    window = archivist.get(WINDOW)
    assert (heading(window), 'enctype="multipart/form-data"' in window.text) == ("Nytt dokument", True)

    page = archivist.follow(
        upload(archivist, POST, content, tittel="Klage æøå", sjekksum_original=original), "Fortsett"
    )

    checksum = hashlib.sha256(content).hexdigest()
    assert heading(page) == f"Journalpost {CASE}-1"
    assert rows(page, "Dokumenter") == [["1", "H", "Klage æøå", "PDF/A-2b", checksum, original]]
    held = archivist.follow(page, "Klage æøå")
    assert (held.content == content, held.headers["content-type"]) == (True, "application/pdf")
    upload(archivist, POST, b"et notat", rolle="V", tittel="Notat")
    assert documents(archivist)[1][:4] == ["2", "V", "Notat", "Ukjent"]
    assert [write["kind"] for write in archive.get("writes")] == ["document", "document"]
    (told,) = archive.get("posts")
    assert told["documents"][0] == {
        "role": "H",
        "title": "Klage æøå",
        "format": "PDF/A-2b",
        "checksum": checksum,
        "original": original,
    }


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (pdf("1", "A"), "PDF/A-1a"),
        (pdf("3", "U"), "PDF/A-3u"),
        (pdf("4", ""), "PDF/A-4"),
        (b"%PDF-1.4\n<rdf:Description pdfaid:part='2' pdfaid:conformance = \"B\"/>\n%%EOF", "PDF/A-2b"),
        (b"%PDF-1.4\n" + b"x" * 65_500 + pdf(), "PDF/A-2b"),
        (pdf(""), "PDF"),
        (pdf().removesuffix(b"%%EOF\n"), "PDF"),
        (b"<pdfaid:part>2</pdfaid:part>%%EOF", "Ukjent"),
        (b"\xff\xd8\xff\xe0 JFIF", "Ukjent"),
    ],
)
def test_the_content_says_which_format_it_is(archive: Esa, archivist: Visitor, content: bytes, told: str) -> None:
    upload(archivist, POST, content)
    assert documents(archivist)[0][3] == told
    assert archive.get("summary")["files"] == 1


@pytest.mark.parametrize(
    ("content", "different", "why"),
    [
        (b"", {}, "Fil må velges, og kan ikke være tom."),
        (pdf(), {"rolle": ""}, "Rolle må fylles ut."),
        (pdf(), {"rolle": "X"}, "Rolle: ugyldig valg."),
        (pdf(), {"tittel": ""}, "Tittel må fylles ut."),
        (pdf(), {"sjekksum_original": "B" * 64}, "Sjekksum original: skriv en SHA-256, 64 tegn 0–9 og a–f."),
    ],
)
def test_a_document_may_be_refused(
    archive: Esa, archivist: Visitor, content: bytes, different: dict[str, str], why: str
) -> None:
    refused = upload(archivist, POST, content, **different)
    assert (heading(refused), refusal(refused)) == ("Nytt dokument", why)
    assert (archive.get("summary")["files"], documents(archivist)) == (0, [])


def test_a_post_has_one_main_document(archive: Esa, archivist: Visitor) -> None:
    upload(archivist, POST)
    assert refusal(upload(archivist, POST)) == "Journalposten har allerede et hoveddokument."
    assert refusal(upload(archivist, POST, rolle="V")) == ""
    assert archive.get("summary")["files"] == 2


def test_nothing_is_added_to_what_is_closed_locked_or_over(archive: Esa, archivist: Visitor) -> None:
    archive.post("posts", [post(id="JP-550002", status="A"), post(id="JP-550003", status="U")])
    for number, status in ((550002, "A"), (550003, "U")):
        told = f"Journalposten har status {status}: dokumenter kan ikke legges til."
        assert refusal(upload(archivist, number, rolle="V")) == told
    archive.post("locks", [{"record": "post", "key": f"JP-{POST}", "locked_by": "kemn03"}])
    assert "er låst av kemn03 siden" in refusal(upload(archivist, POST))
    archive.post("locks", [{"record": "post", "key": f"JP-{POST}"}])
    archive.post("casefiles", [case_file(status="A")])
    assert "er avsluttet (status A)" in refusal(upload(archivist, POST))
    assert archive.get("summary")["files"] == 0


def test_the_largest_file_does_not_go_through_memory(archive: Esa, archivist: Visitor) -> None:
    before = peak_memory(archive)
    assert refusal(sent(archivist, MOST)) == ""
    assert details(archivist.get(f"/esa/journalposter/{POST}"))["Status"] == "S"
    assert refusal(sent(archivist, MOST + 1, rolle="V")) == "Filen er for stor: høyst 100 MB."
    assert peak_memory(archive) - before < MOST // 4
    assert archive.get("summary")["files"] == 1
    assert len(documents(archivist)) == 1


def peak_memory(esa: Esa) -> int:
    """How much memory the stand-in has needed at most, in bytes."""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{esa.process.pid}/status").read_text(encoding="utf-8"))
    assert found
    return int(found[1]) * 1024


def form(*, rolle: str = "H") -> tuple[bytes, bytes]:
    """What stands before and after a file in a form that is sent."""
    fields = {"rolle": rolle, "tittel": "Stor", "sjekksum_original": ""}
    before = "".join(
        f'--grense\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    )
    before += '--grense\r\nContent-Disposition: form-data; name="fil"; filename="stor.bin"\r\n\r\n'
    return before.encode(), b"\r\n--grense--\r\n"


def headers(size: int, before: bytes, after: bytes) -> dict[str, str]:
    return {
        "Content-Type": "multipart/form-data; boundary=grense",
        "Content-Length": str(len(before) + size + len(after)),
    }


def sent(archivist: Visitor, size: int, **different: str) -> httpx.Response:
    """Send a file of this size, piece by piece."""
    before, after = form(**different)

    def pieces() -> Generator[bytes]:
        yield before
        for at in range(0, size, 1 << 20):
            yield bytes(min(1 << 20, size - at))
        yield after

    return archivist.http.post(WINDOW, content=pieces(), headers=headers(size, before, after))


@contextmanager
def half_sent(archive: Esa, archivist: Visitor) -> Generator[None]:
    """While this stands, half of a file has been sent and the rest has not; then the connection ends."""
    size, others = 2_000_000, archive.get("summary")["files"]
    before, after = form(rolle="V")
    lines = {**headers(size, before, after), "Host": "esa", "Cookie": f"esa_okt={archivist.http.cookies['esa_okt']}"}
    head = "\r\n".join([f"POST {WINDOW} HTTP/1.1", *(f"{name}: {value}" for name, value in lines.items()), "", ""])
    at = httpx.URL(archive.url)
    with socket.create_connection((at.host, at.port or 80)) as connection:
        connection.sendall(head.encode() + before + bytes(size // 2))
        until(lambda: archive.get("summary")["files"] == others + 1)
        yield


def until(so: Callable[[], bool]) -> None:
    limit = monotonic() + PATIENCE
    while not so():
        assert monotonic() < limit


def test_what_was_sent_by_half_is_not_stored(archive: Esa, archivist: Visitor) -> None:
    with half_sent(archive, archivist):
        assert documents(archivist) == []
    until(lambda: archive.get("summary")["files"] == 0)
    assert documents(archivist) == []
    assert archive.get("writes") == []


def test_nothing_of_it_stays_when_the_archive_dies_meanwhile(archive: Esa, archivist: Visitor) -> None:
    upload(archivist, POST, pdf(padding=1000))
    with half_sent(archive, archivist):
        archive.restart()
    assert archive.get("summary")["files"] == 1
    archivist.http.base_url = httpx.URL(archive.url)
    archivist.sign_in()
    page = archivist.get(f"/esa/journalposter/{POST}")
    assert archivist.follow(page, "Klage").content == pdf(padding=1000)


def test_faults_hit_an_upload(archive: Esa, archivist: Visitor) -> None:
    archive.fault("error_before_save", what="document", times=1)
    assert heading(upload(archivist, POST)) == "Systemfeil"
    assert (archive.get("summary")["files"], documents(archivist)) == (0, [])
    archive.fault("error_after_save", what="document", times=1)
    assert heading(upload(archivist, POST)) == "Systemfeil"
    assert (archive.get("summary")["files"], len(documents(archivist))) == (1, 1)


def test_two_main_documents_at_the_same_time_become_one(archive: Esa, archivist: Visitor) -> None:
    archive.fault("save_delay", what="document", seconds=0.2)

    def send(at: int) -> str:
        files = {"fil": ("klage.pdf", pdf(padding=at))}
        form = {"rolle": "H" if at else "V", "tittel": f"Klage {at}", "sjekksum_original": ""}
        cookies = dict(archivist.http.cookies)
        return refusal(httpx.post(f"{archive.url}{WINDOW}", data=form, files=files, cookies=cookies, timeout=PATIENCE))

    with ThreadPoolExecutor(6) as threads:
        refused = [why for why in threads.map(send, range(6)) if why]

    assert refused == ["Journalposten har allerede et hoveddokument."] * 4
    assert sorted(row[0] + row[1] for row in documents(archivist)) in (["1H", "2V"], ["1V", "2H"])
    summary = archive.get("summary")
    assert (summary["files"], summary["mains_twice"]) == (2, 0)


@pytest.mark.parametrize(
    "kind", ["application/x-www-form-urlencoded", "multipart/form-data", "multipart/form-data; boundary=x"]
)
def test_what_is_no_such_form_is_turned_away(archive: Esa, archivist: Visitor, kind: str) -> None:
    answer = archivist.http.post(WINDOW, content=b"--y\r\nrolle=H", headers={"Content-Type": kind})
    assert answer.status_code == httpx.codes.BAD_REQUEST
    assert archive.get("summary")["files"] == 0
