"""Whatever comes in is PDF/A when it goes out, shows the same, or is refused by its own code."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import odd_files
import pikepdf
import psutil
import pypdfium2 as pdfium
import pytest
from pikepdf.pdfa import validate_written

from archive_svc.documents import ghostscript, program
from archive_svc.documents.archive_copy import ArchiveCopy
from archive_svc.documents.conversion import archive_format
from archive_svc.documents.exceptions import (
    DocumentBroken,
    DocumentEncrypted,
    DocumentNotFixed,
    DocumentTooLarge,
    DocumentTypeUnknown,
)
from archive_svc.documents.settings import DocumentSettings
from common.errors import BusinessException

pytestmark = pytest.mark.skipif(not ghostscript.is_there(), reason="Ghostscript is not installed")

Convert = Callable[[bytes], ArchiveCopy]


@pytest.fixture
def convert(tmp_path: Path) -> Convert:
    def made(content: bytes) -> ArchiveCopy:
        into = tmp_path / f"into-{len(list(tmp_path.iterdir()))}"
        into.mkdir()
        return archive_format(odd_files.in_file(tmp_path, content), into)

    return made


def text_of(copy: ArchiveCopy) -> str:
    document = pdfium.PdfDocument(copy.file)
    try:
        return " ".join(page.get_textpage().get_text_bounded() for page in document)  # pyright: ignore[reportUnknownMemberType]
    finally:
        document.close()


def require_archival(copy: ArchiveCopy, pages: int) -> None:
    report = validate_written(copy.file, "2b")
    assert {each.rule for each in report.findings} <= {"pikepdf:font-program"}, report.summary()
    assert (copy.format, copy.pages) == ("PDF/A-2b", pages)


class TestWhatIsTaken:
    def test_a_letter_gets_its_fonts_and_keeps_its_words(self, convert: Convert) -> None:
        copy = convert(odd_files.saved(odd_files.letter()))
        require_archival(copy, 2)
        assert f"{odd_files.TEXT} 1" in text_of(copy)
        assert f"{odd_files.TEXT} 2" in text_of(copy)

    def test_the_same_file_gives_the_same_bytes(self, convert: Convert) -> None:
        content = odd_files.saved(odd_files.letter())
        assert convert(content).checksum == convert(content).checksum

    def test_pages_that_lack_only_their_frame_are_not_touched(self, convert: Convert) -> None:
        copy = convert(odd_files.saved(odd_files.drawing()))
        require_archival(copy, 1)
        with pikepdf.open(copy.file) as pdf:
            assert b"72 600 100 50 re f" in pdf.pages[0].obj.Contents.read_bytes()

    def test_what_is_archival_stays_as_it_is(self, convert: Convert) -> None:
        first = convert(odd_files.saved(odd_files.letter()))
        second = convert(first.file.read_bytes())
        assert (second.checksum, second.original) == (first.checksum, first.checksum)

    def test_what_only_claims_to_be_archival_is_made_so(self, convert: Convert) -> None:
        copy = convert(odd_files.saved(odd_files.claiming(odd_files.letter())))
        assert copy.checksum != copy.original
        require_archival(copy, 2)

    def test_colours_of_print_become_colours_of_screens(self, convert: Convert) -> None:
        require_archival(convert(odd_files.saved(odd_files.drawing(colour=b"0 1 1 0 k"))), 1)

    def test_scripts_are_left_out(self, convert: Convert) -> None:
        copy = convert(odd_files.saved(odd_files.with_script(odd_files.letter())))
        require_archival(copy, 2)
        assert b"app.alert" not in copy.file.read_bytes()

    def test_what_was_filled_in_is_part_of_the_page(self, convert: Convert) -> None:
        copy = convert(odd_files.saved(odd_files.filled_in(odd_files.letter(), "Nordhaug")))
        require_archival(copy, 2)
        assert "Nordhaug" in text_of(copy)

    @pytest.mark.parametrize(
        ("kind", "mode"),
        [("JPEG", "RGB"), ("JPEG", "L"), ("JPEG", "CMYK"), ("PNG", "RGB"), ("PNG", "RGBA"), ("PNG", "1"), ("PNG", "P")],
    )
    def test_pictures_get_a_page(self, convert: Convert, kind: str, mode: str) -> None:
        copy = convert(odd_files.picture(kind, mode=mode))
        require_archival(copy, 1)

    def test_a_scan_keeps_its_pages_and_their_size(self, convert: Convert) -> None:
        copy = convert(odd_files.scan(3))
        require_archival(copy, 3)
        with pikepdf.open(copy.file) as pdf:
            assert [round(float(edge)) for edge in pdf.pages[0].mediabox] == [0, 0, 594, 839]

    def test_a_picture_that_does_not_say_its_size_is_put_on_a4(self, convert: Convert) -> None:
        copy = convert(odd_files.picture("PNG", (1240, 1754)))
        with pikepdf.open(copy.file) as pdf:
            assert [round(float(edge)) for edge in pdf.pages[0].mediabox] == [0, 0, 595, 842]

    def test_hundreds_of_pages(self, convert: Convert) -> None:
        pdf = odd_files.drawing()
        for _ in range(299):
            pdf.pages.append(pdf.pages[0])
        require_archival(convert(odd_files.saved(pdf)), 300)


REFUSED: dict[str, tuple[Callable[[], bytes], type[BusinessException]]] = {
    "nothing": (lambda: b"", DocumentBroken),
    "password to open": (lambda: odd_files.encrypted(user="hemmelig"), DocumentEncrypted),
    "password to change": (lambda: odd_files.encrypted(user=""), DocumentEncrypted),
    "cut off": (lambda: odd_files.saved(odd_files.letter())[:-300], DocumentBroken),
    "cut in the middle": (
        lambda: odd_files.saved(odd_files.letter())[:400] + odd_files.saved(odd_files.letter())[-200:],
        DocumentBroken,
    ),
    "no pages": (lambda: odd_files.saved(pikepdf.new()), DocumentBroken),
    "files inside": (lambda: odd_files.saved(odd_files.with_file_inside(odd_files.letter())), DocumentNotFixed),
    "dynamic form": (lambda: odd_files.saved(odd_files.with_dynamic_form(odd_files.letter())), DocumentNotFixed),
    "signed": (lambda: odd_files.saved(odd_files.signed(odd_files.letter())), DocumentNotFixed),
    "signed beside its form": (
        lambda: odd_files.saved(odd_files.signed_beside_its_form(odd_files.letter())),
        DocumentNotFixed,
    ),
    "comments": (lambda: odd_files.saved(odd_files.commented(odd_files.letter())), DocumentNotFixed),
    "comments on a drawing": (lambda: odd_files.saved(odd_files.commented(odd_files.drawing())), DocumentNotFixed),
    "marked words with a comment": (
        lambda: odd_files.saved(odd_files.commented(odd_files.letter(), "/Highlight")),
        DocumentNotFixed,
    ),
    "film": (lambda: odd_files.saved(odd_files.commented(odd_files.letter(), "/Movie", "")), DocumentNotFixed),
    "a hidden layer": (lambda: odd_files.saved(odd_files.with_hidden_layer(odd_files.drawing())), DocumentNotFixed),
    "a picture in motion": (odd_files.in_motion, DocumentNotFixed),
    **{
        f"text in {where}": (lambda where=where: odd_files.saved(odd_files.misbuilt(where)), DocumentBroken)
        for where in ("/Rotate", "/UserUnit", "/Names", "/AcroForm")
    },
    "archive of files": (lambda: b"PK\x03\x04" + b"\0" * 100, DocumentTypeUnknown),
    "text": (lambda: b"Vedtak om utlegg", DocumentTypeUnknown),
    "page of the web": (lambda: b"<!DOCTYPE html><script>1</script>", DocumentTypeUnknown),
    "something else first": (lambda: b"GIF89a" + odd_files.saved(odd_files.letter()), DocumentTypeUnknown),
    "something else last": (lambda: odd_files.saved(odd_files.letter()) + b"PK\x03\x04" + b"\0" * 2000, DocumentBroken),
    "half a picture": (lambda: odd_files.picture("PNG", (400, 400))[:2000], DocumentBroken),
    "half a photo": (lambda: odd_files.picture("JPEG", (400, 400))[:2000], DocumentBroken),
    "a huge picture": (odd_files.huge_picture, DocumentTooLarge),
}


class TestWhatIsRefused:
    @pytest.mark.parametrize("what", REFUSED)
    def test_by_a_code_of_its_own(self, convert: Convert, what: str) -> None:
        content, code = REFUSED[what]
        with pytest.raises(code):
            convert(content())

    def test_marked_words_without_a_comment_are_no_loss(self, convert: Convert) -> None:
        require_archival(convert(odd_files.saved(odd_files.commented(odd_files.letter(), "/Highlight", " "))), 2)

    def test_no_file_is_blamed_for_a_full_storage(self, tmp_path: Path) -> None:
        file = odd_files.in_file(tmp_path, b"%PDF-1.4")
        task = {"file": str(file), "into": str(tmp_path), "megapixels": 1, "room": 0}
        assert program.perform(task)["refused"] == "DOCUMENT_BROKEN"
        with pytest.raises(OSError, match=os.strerror(errno.ENOSPC)):
            program.perform(task | {"room": 2**62})

    def test_what_unpacks_to_far_more_than_it_is(self, tmp_path: Path) -> None:
        """It is unpacked piece by piece and takes no memory, but several times as long as it may."""
        into = tmp_path / "into"
        into.mkdir()
        bomb = odd_files.in_file(tmp_path, odd_files.bomb())
        with pytest.raises(DocumentTooLarge):
            archive_format(bomb, into, settings=DocumentSettings(seconds=5))

    def test_what_takes_too_long(self, tmp_path: Path) -> None:
        into = tmp_path / "into"
        into.mkdir()
        loop = odd_files.letter(pages=1, drawn=b"0 0 m 9 9 l S " * 3_000_000)
        with pytest.raises(DocumentTooLarge):
            archive_format(
                odd_files.in_file(tmp_path, odd_files.saved(loop)), into, settings=DocumentSettings(seconds=5)
            )

    def test_what_is_larger_than_the_archive_takes(self, tmp_path: Path) -> None:
        large = odd_files.in_file(tmp_path, b"%PDF-" + b"\0" * 2**21)
        with pytest.raises(DocumentTooLarge):
            archive_format(large, tmp_path, settings=DocumentSettings(largest_mb=1))

    def test_nothing_of_the_file_is_quoted(self, convert: Convert) -> None:
        with pytest.raises(BusinessException) as refused:
            convert(b"%PDF-1.4\n(17838410103 Nordhaug)\n%%EOF")
        assert "17838410103" not in str(refused.value)
        assert refused.value.detail is None


def test_a_worker_that_is_killed_takes_the_program_with_it(tmp_path: Path) -> None:
    slow = odd_files.in_file(tmp_path, odd_files.laborious())
    code = (
        "import sys; from pathlib import Path; from archive_svc.documents.conversion import archive_format; "
        "archive_format(Path(sys.argv[1]), Path(sys.argv[2]))"
    )
    worker = subprocess.Popen([sys.executable, "-c", code, str(slow), str(tmp_path)], stderr=subprocess.DEVNULL)
    try:
        started: list[psutil.Process] = []
        while len(started) < 2:  # the program, and the process of the file
            assert worker.poll() is None
            started = psutil.Process(worker.pid).children(recursive=True)
    finally:
        os.kill(worker.pid, signal.SIGKILL)
        worker.wait()
    _, alive = psutil.wait_procs(started, timeout=20)
    assert alive == []


def test_the_process_that_reads_a_file_reaches_nothing(tmp_path: Path) -> None:
    """No address of this machine, where the kernel lets it go without a network; no more memory than it is given."""
    code = (
        "import socket, sys; from archive_svc.documents.confinement import Limits, confine; "
        "confine(Limits(seconds=20, memory=2**29, largest=2**20)); "
        "names = [name for _, name in socket.if_nameindex()]; "
        "sent = socket.socket(socket.AF_INET, socket.SOCK_DGRAM).connect_ex(('127.0.0.1', 9)); "
        "print(len(names), sent); big = bytearray(2**30)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=tmp_path)
    assert "MemoryError" in done.stderr
    interfaces, sent = map(int, done.stdout.split())
    if not _may_leave_the_network():
        pytest.skip("the kernel lets nobody here leave its network")
    assert (interfaces, sent != 0) == (1, True)


def _may_leave_the_network() -> bool:
    tried = [sys.executable, "-c", "import ctypes, sys; sys.exit(ctypes.CDLL(None).unshare(0x40000000) and 1)"]
    return subprocess.run(tried, check=False).returncode == 0
