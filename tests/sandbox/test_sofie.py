"""SOFIE's program, used as somebody at its remote desktop uses it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import psutil
import pytest

from sandbox.sofie.machine import missing
from tests.sandbox.remote_desktop import (
    ESCAPE,
    HEIGHT,
    RETURN,
    SPACE,
    TAB,
    WIDTH,
    BrokenError,
    RefusedError,
    RemoteDesktop,
    Sofie,
    at_the_desktop,
    await_that,
    cookie,
    settled,
    signed_in,
)
from tests.sandbox.sofie_documents import (
    ANNEX,
    FIRST,
    LETTER,
    document,
    file_reference,
    lists,
    opened,
    reference_of,
    saved,
)
from tests.sandbox.visitor import starting

pytestmark = pytest.mark.skipif(bool(missing()), reason=f"this machine lacks {', '.join(missing())}")


@pytest.fixture(scope="module")
def exchange(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("exchange")


@pytest.fixture(scope="module")
def standing(tmp_path_factory: pytest.TempPathFactory, exchange: Path) -> Iterator[Sofie]:
    with starting(Sofie, tmp_path_factory) as start:
        yield start("--exchange", str(exchange))


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
    with at_the_desktop(sofie, officer) as opened:
        yield opened


def test_a_reference_is_noted_by_the_keyboard_alone_and_read_back(sofie: Sofie, desktop: RemoteDesktop) -> None:
    sofie.post("documents", [document(archive_ref="2025/000001-1")])
    file_reference(desktop, "2026/004411-3")
    await_that(lambda: saved(sofie, "reference"), "the reference is saved")
    assert reference_of(sofie) == "2026/004411-3"
    (write,) = sofie.get("writes")
    assert (write["account"], write["number"], write["source"]) == ("robot1", FIRST, "2026/004411-3")
    assert opened(sofie) == [("robot1", FIRST)]


def test_files_leave_whole_and_under_their_numbers(sofie: Sofie, desktop: RemoteDesktop, exchange: Path) -> None:
    desktop.type(FIRST)
    desktop.press(RETURN)
    for _ in range(2):  # from the reference over "Lagre" to "Eksporter"
        desktop.press(TAB)
    desktop.press(SPACE)
    await_that(lambda: saved(sofie, "export"), "the files are exported")
    left = {path.name: path.read_bytes() for path in (exchange / FIRST).iterdir()}
    assert left == {"1-vedtak.pdf": LETTER, "2-vedlegg.pdf": ANNEX}


def test_nothing_is_written_where_somebody_has_it_open_or_of_what_is_no_reference(
    sofie: Sofie, desktop: RemoteDesktop
) -> None:
    file_reference(desktop, "et annet sted")
    desktop.press(SPACE)
    desktop.press(ESCAPE)
    sofie.post("locks", [{"number": FIRST, "locked_by": "kemn03"}])
    file_reference(desktop, "2026/004411-3")
    desktop.press(ESCAPE)
    await_that(lambda: len(lists(sofie)) == 3, "it is back twice")
    assert saved(sofie, "reference") == 0


def test_the_list_is_turned_over_and_opened_by_hand(sofie: Sofie, officer: httpx.Client) -> None:
    sofie.post("documents", [document(number) for number in range(1, 60)])
    with at_the_desktop(sofie, officer) as desktop:
        first = desktop.picture()
        for page in (2, 3):
            desktop.click(180, 723)  # "Neste"
            settled(desktop, first, lambda page=page: lists(sofie)[-1] == str(page))
        desktop.click(80, 212, times=2)
        await_that(lambda: opened(sofie), "the first of the third page is open")
    assert opened(sofie) == [("robot1", "SOF-2026-0000051")]
    assert lists(sofie) == ["1", "2", "3"]


def test_two_accounts_work_side_by_side_on_the_same_documents(sofie: Sofie, officer: httpx.Client) -> None:
    sofie.post("documents", [document(2)])
    with (
        signed_in(sofie, "robot2") as other,
        at_the_desktop(sofie, officer) as mine,
        at_the_desktop(sofie, other) as theirs,
    ):
        mine.type(FIRST)
        theirs.type("SOF-2026-0000002")
        mine.press(RETURN)
        theirs.press(RETURN)
        await_that(lambda: len(opened(sofie)) == 2, "both have opened theirs")
        assert sorted(opened(sofie)) == [("robot1", FIRST), ("robot2", "SOF-2026-0000002")]
        assert sofie.get("summary")["programs"] == ["robot1", "robot2"]


class TestSession:
    def test_whoever_comes_back_finds_it_as_it_was_left(self, sofie: Sofie, officer: httpx.Client) -> None:
        with at_the_desktop(sofie, officer) as desktop:
            first = desktop.picture()
            desktop.type(FIRST)
            desktop.press(RETURN)
            desktop.type("2026/0")
            left = settled(desktop, first, lambda: len(opened(sofie)) == 1)
            assert left != first
        with signed_in(sofie) as again, at_the_desktop(sofie, again) as desktop:
            assert desktop.see(lambda picture: picture == left)

    def test_whoever_signs_out_leaves_nothing_running(self, sofie: Sofie, officer: httpx.Client) -> None:
        with at_the_desktop(sofie, officer) as desktop:
            first = desktop.picture()
            running = psutil.Process(sofie.process.pid).children(recursive=True)
            assert {"Xvnc", "python"} <= {process.name().rstrip(".0123456789") for process in running}
            desktop.type("halvferdig")
            desktop.see(lambda picture: picture != first)
            officer.post("/logg-ut")
            desktop.end()
        assert sofie.get("summary")["programs"] == []
        _, alive = psutil.wait_procs(running, timeout=30)
        assert alive == []
        with signed_in(sofie) as again, at_the_desktop(sofie, again) as desktop:
            assert desktop.see(lambda picture: picture == first)

    def test_one_picture_per_account(self, sofie: Sofie, officer: httpx.Client) -> None:
        with at_the_desktop(sofie, officer) as before, at_the_desktop(sofie, officer) as after:
            before.end()
            assert len(after.picture()) == WIDTH * HEIGHT * 4

    def test_a_connection_that_is_dropped_loses_nothing(self, sofie: Sofie, officer: httpx.Client) -> None:
        sofie.post("session/drop", {"account": "robot1", "what": "reference", "when": "after"})
        with at_the_desktop(sofie, officer) as desktop:
            file_reference(desktop, "2026/004411-3")
            desktop.end()
        assert reference_of(sofie) == "2026/004411-3"
        with at_the_desktop(sofie, officer) as desktop:
            desktop.press(ESCAPE)
            await_that(lambda: len(sofie.get("looks")) == 3, "the list is shown again")

    def test_a_program_that_crashes_starts_anew(self, sofie: Sofie, officer: httpx.Client) -> None:
        with at_the_desktop(sofie, officer) as desktop:
            first = desktop.picture()
            sofie.post("program/kill", {"account": "robot1", "what": "reference", "when": "before"})
            file_reference(desktop, "2026/004411-3")
            assert desktop.see(lambda picture: picture == first)
        assert reference_of(sofie) == ""
        assert len(lists(sofie)) == 2

    def test_a_desktop_that_crashes_is_replaced(self, sofie: Sofie, officer: httpx.Client) -> None:
        with at_the_desktop(sofie, officer) as desktop:
            first = desktop.picture()
            for process in psutil.Process(sofie.process.pid).children(recursive=True):
                if process.name() == "Xvnc":
                    process.kill()
            desktop.end()
        await_that(lambda: sofie.get("summary")["programs"] == [], "the desktop is given up")
        with at_the_desktop(sofie, officer) as desktop:
            assert desktop.see(lambda picture: picture == first)


class TestNobodyElse:
    def test_no_port_but_the_web_server_s_own(self, desktop: RemoteDesktop, sofie: Sofie) -> None:
        assert desktop.picture()
        main = psutil.Process(sofie.process.pid)
        ports = {
            connection.laddr
            for process in (main, *main.children(recursive=True))
            for connection in process.net_connections("inet")
            if connection.status == psutil.CONN_LISTEN
        }
        assert [f"http://{ip}:{port}" for ip, port in ports] == [sofie.url]

    def test_the_picture_is_its_own_account_s_only(
        self, sofie: Sofie, desktop: RemoteDesktop, officer: httpx.Client
    ) -> None:
        assert desktop.picture()
        with pytest.raises((RefusedError, BrokenError)):
            RemoteDesktop(sofie.url, "sofie_okt=gjettet")
        with pytest.raises((RefusedError, BrokenError)):
            RemoteDesktop(sofie.url, cookie(officer), origin="http://127.0.0.1:9")
        with signed_in(sofie, "robot2") as other, pytest.raises((RefusedError, BrokenError)):
            RemoteDesktop(sofie.url, cookie(other))  # has nothing open
        assert desktop.picture()

    def test_the_program_s_server_answers_only_the_program(self, sofie: Sofie, officer: httpx.Client) -> None:
        asked = {"number": FIRST, "reference": "2026/004411-3"}
        for key in ({}, {"X-SOFIE-Key": ""}, {"X-SOFIE-Key": "gjettet"}):
            assert officer.post("/program/arkivref", json=asked, headers=key).status_code == 403
        assert reference_of(sofie) == ""
