"""SOFIE when something goes wrong: at the server, in the program, on the way to whoever looks; and how all of it ends."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator

import httpx
import psutil
import pytest

from sandbox.sofie.machine import missing
from tests.sandbox.remote_desktop import (
    CONTROL,
    ESCAPE,
    RETURN,
    SPACE,
    TAB,
    BrokenError,
    RemoteDesktop,
    Sofie,
    at_the_desktop,
    await_that,
    settled,
    signed_in,
)
from tests.sandbox.sofie_documents import FIRST, document, file_reference, lists, opened, reference_of, saved
from tests.sandbox.visitor import starting

pytestmark = pytest.mark.skipif(bool(missing()), reason=f"this machine lacks {', '.join(missing())}")
Start = Callable[..., Sofie]
_CORNER = slice(30 * 1280 * 4, 45 * 1280 * 4)
"""Where every window has its menu."""


@pytest.fixture(scope="module")
def start(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Start]:
    with starting(Sofie, tmp_path_factory) as start_one:
        yield start_one


@pytest.fixture(scope="module")
def standing(start: Start) -> Sofie:
    return start("--second-login", "allowed")


@pytest.fixture
def sofie(standing: Sofie) -> Sofie:
    """SOFIE with one document and without faults."""
    standing.post("reset")
    standing.post("documents", [document()])
    return standing


@pytest.fixture
def officer(sofie: Sofie) -> Iterator[httpx.Client]:
    with signed_in(sofie) as http:
        yield http


@pytest.fixture
def desktop(sofie: Sofie, officer: httpx.Client) -> Iterator[RemoteDesktop]:
    with at_the_desktop(sofie, officer) as opened_one:
        yield opened_one


def file_again(desktop: RemoteDesktop, reference: str) -> None:
    """Note another reference on the document that is open, from the button back to the entry."""
    desktop.press(CONTROL, ord("a"))
    desktop.type(reference)
    desktop.press(TAB)
    desktop.press(SPACE)


@pytest.mark.parametrize(("fault", "kept"), [("error_before_save", 0), ("error_after_save", 1)])
def test_a_server_that_fails_says_so_in_front_of_the_window(
    sofie: Sofie, desktop: RemoteDesktop, fault: str, kept: int
) -> None:
    sofie.fault(fault, times=1, what="reference")
    file_reference(desktop, "2026/004411-3")
    await_that(lambda: sofie.get("faults")[0]["spent"], "it has failed")
    assert saved(sofie, "reference") == kept
    desktop.press(ESCAPE)  # the message, not the window
    file_again(desktop, "2026/004411-4")
    await_that(lambda: reference_of(sofie) == "2026/004411-4", "the next one is saved")
    assert (saved(sofie, "reference"), lists(sofie)) == (kept + 1, ["1"])


def test_a_program_whose_server_fails_at_once_can_be_used_afterwards(sofie: Sofie, officer: httpx.Client) -> None:
    sofie.fault("error_page", times=1, path_prefix="/program/liste")
    with at_the_desktop(sofie, officer) as desktop:
        desktop.press(SPACE)  # the message's "OK"
        file_reference(desktop, "2026/004411-3")
        await_that(lambda: saved(sofie, "reference"), "the reference is saved")


def test_a_message_stands_in_front_until_it_is_read(sofie: Sofie, desktop: RemoteDesktop) -> None:
    sofie.fault("dialog", times=1, text="Systemet stenger kl. 22.", path_prefix="/program/dokument")
    first = desktop.picture()
    desktop.type(FIRST)
    desktop.press(RETURN)
    with_message = settled(desktop, first, lambda: len(opened(sofie)) == 1)
    desktop.press(SPACE)  # its "OK" has the focus
    without = desktop.see(lambda picture: picture != with_message)
    assert without != with_message
    file_again(desktop, "2026/004411-3")
    await_that(lambda: saved(sofie, "reference"), "the window behind it goes on")


def test_a_session_that_ends_with_a_key_takes_the_program_with_it(sofie: Sofie, desktop: RemoteDesktop) -> None:
    sofie.fault("sign_out", path_prefix="/program/arkivref")
    first = desktop.picture()
    file_reference(desktop, "2026/004411-3")
    desktop.end()
    assert reference_of(sofie) == ""
    with signed_in(sofie) as again, at_the_desktop(sofie, again) as anew:
        assert anew.see(lambda picture: picture == first)


def test_a_renamed_label_counts_where_it_stands(sofie: Sofie, desktop: RemoteDesktop) -> None:
    first = desktop.picture()
    desktop.type(FIRST)
    desktop.press(RETURN)
    usual = settled(desktop, first, lambda: len(opened(sofie)) == 1)
    sofie.fault("renamed_label", times=1, **{"from": "Lagre", "to": "Arkiver"})
    desktop.press(ESCAPE)
    desktop.type(FIRST)
    desktop.press(RETURN)
    assert settled(desktop, first, lambda: len(opened(sofie)) == 2) != usual
    (fault,) = sofie.get("faults")
    assert (fault["matched"], fault["spent"]) == (1, True)


def test_letters_of_another_size_from_the_next_window_on(sofie: Sofie, desktop: RemoteDesktop) -> None:
    usual = desktop.picture()

    def come_back() -> None:
        desktop.type(FIRST)
        desktop.press(RETURN)
        desktop.press(ESCAPE)

    sofie.post("picture", {"font": 14})
    come_back()
    await_that(lambda: len(lists(sofie)) == 2, "it is back")
    assert desktop.see(lambda picture: picture[_CORNER] != usual[_CORNER])
    sofie.post("picture", {})
    come_back()
    assert desktop.see(lambda picture: picture == usual)


def test_a_window_painted_slowly_comes_to_the_same(sofie: Sofie, officer: httpx.Client) -> None:
    with at_the_desktop(sofie, officer) as desktop:
        whole = desktop.picture()
    officer.post("/logg-ut")
    sofie.post("picture", {"paint_seconds": 3})
    with signed_in(sofie) as again, at_the_desktop(sofie, again) as desktop:
        assert desktop.picture() != whole
        assert desktop.see(lambda picture: picture == whole)


def test_what_is_no_picture_or_no_document_is_refused(sofie: Sofie) -> None:
    for path, body in [
        ("picture", {"font": 200}),
        ("session/drop", {"account": "robot1", "what": "alt"}),
        ("documents", [document(party_id="123")]),
        ("documents", [document(files=[{"name": "../vedtak.pdf", "role": "MAIN", "content_base64": ""}])]),
    ]:
        assert sofie.console.post(f"/_kontroll/{path}", json=body).status_code == 422
    assert [each["number"] for each in sofie.get("documents")] == [FIRST]


def test_whoever_does_nothing_is_signed_out(start: Start) -> None:
    brief = start("--session-minutes", "0.03")
    with signed_in(brief) as http:
        assert http.get("/okt").is_success
        await_that(lambda: brief.get("summary")["programs"] == [], "the program has ended")
        assert "Økten er utløpt" in http.get("/okt").text


def test_a_restart_keeps_documents_and_nothing_that_was_open(start: Start) -> None:
    sofie = start()
    sofie.post("documents", [document()])
    with signed_in(sofie) as http, at_the_desktop(sofie, http) as desktop:
        first = desktop.picture()
        running = [each for each in psutil.Process(sofie.process.pid).children(recursive=True) if each.name() != "sh"]
        sofie.restart()
        desktop.end()
        _, alive = psutil.wait_procs(running, timeout=30)
        assert alive == []
    with signed_in(sofie) as http, at_the_desktop(sofie, http) as desktop:
        assert desktop.see(lambda picture: picture == first)


def test_a_crash_leaves_nothing_running(start: Start) -> None:
    sofie = start()
    with signed_in(sofie) as http, signed_in(sofie, "robot2") as other:
        with at_the_desktop(sofie, http) as desktop, at_the_desktop(sofie, other):
            running = psutil.Process(sofie.process.pid).children(recursive=True)
            assert [process.name() for process in running].count("Xvnc") == 2
            sofie.process.send_signal(signal.SIGKILL)
            sofie.process.wait(30)
            with pytest.raises(BrokenError):
                desktop.see(lambda _: False)
        _, alive = psutil.wait_procs(running, timeout=30)
        assert alive == []
