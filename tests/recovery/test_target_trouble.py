"""Whatever HsPro does, each person ends with one journal and each case with an outcome or with a person."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.recovery.plant import CONFIRMATION, FORM, Plant, wait_for
from tests.recovery.proof import prove

pytestmark = [pytest.mark.recovery, pytest.mark.browser]

CARD: dict[str, Any] = {"path_prefix": "/personer/", "method": "GET"}
CONFIRM: dict[str, Any] = {"path_contains": CONFIRMATION, "method": "POST"}
CHECK: dict[str, Any] = {"path_contains": CONFIRMATION, "method": "GET"}
SHOW: dict[str, Any] = {"path_prefix": "/journaler/", "method": "GET"}


@pytest.mark.parametrize(
    ("fault", "where", "came_back"),
    [
        ("error_after_save", {}, []),
        ("error_before_save", {}, ["TARGET_DOWN"]),
        ("error_page", SHOW, []),
        ("error_page", CARD, ["TARGET_DOWN"]),
        ("sign_out", {"path_contains": FORM, "method": "GET"}, ["SIGNED_OUT"]),
        ("sign_out", CONFIRM, ["SIGNED_OUT"]),
        ("sign_out", SHOW, []),
        ("dialog", CARD | {"text": "Husk lunsj"}, ["UNEXPECTED_DIALOG"]),
        ("dialog", SHOW | {"text": "Lagret!"}, []),
        ("dialog", CHECK | {"text": "Driftsmelding", "kind": "modal"}, ["UNEXPECTED_DIALOG"]),
        ("dialog", SHOW | {"text": "Driftsmelding", "kind": "modal"}, []),
        ("slow", CONFIRM | {"seconds": 3}, []),
        ("slow", SHOW | {"seconds": 6}, []),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_it_fails_once(roger: Plant, fault: str, where: dict[str, Any], came_back: list[str]) -> None:
    (tested,) = roger.people(1)
    struck = roger.fault(fault, **where)
    (case,) = roger.submit(tested)
    roger.await_ended([case])
    assert struck.fired == 1
    prove(roger, [case])
    # A machine with much else to do may be too slow for the short budget once more.
    assert [code for code in roger.codes(case) if code != "TIMEOUT"] == [*came_back, "CREATED"]


def test_what_the_next_case_makes_is_not_the_first_ones(roger: Plant) -> None:
    """HsPro fails before it saves, and another case of the same person stands behind: one of the two made the journal."""
    (tested,) = roger.people(1)
    roger.fault("error_before_save")
    cases = roger.submit(tested, tested)
    roger.await_ended(cases)
    prove(roger, cases)
    assert sorted(roger.case(case)["outcome"] for case in cases) == ["CREATED", "EXISTS"]


def test_it_restarts_in_the_middle_of_a_case(roger: Plant) -> None:
    (tested,) = roger.people(1)
    hold_up = roger.hold_up(CONFIRMATION, seconds=1.5)
    (case,) = roger.submit(tested)
    hold_up.strike()
    started = roger.ask("summary")["started"]
    roger.console.post("/restart").raise_for_status()
    roger.await_ended([case])
    assert roger.ask("summary")["started"] > started
    prove(roger, [case])


def test_a_label_has_another_name(roger: Plant) -> None:
    tested = roger.people(4)
    renamed = roger.fault("renamed_label", **{"from": "Teststed", "to": "Sted for test"}, times=None)
    cases = roger.submit(*tested)
    wait_for(lambda: _paused(roger) is not None, "the process stops by itself")
    roger.await_state(cases, "queued")
    assert renamed.fired >= 1
    # A machine with much else to do may be too slow for the short budget now and then.
    assert [code for case in cases for code in roger.codes(case) if code != "TIMEOUT"] == ["UI_CHANGED"]
    paused = _paused(roger) or {}
    assert (paused["code"], paused["actor"].partition(":")[0]) == ("UI_CHANGED", "worker")
    assert "Teststed" in paused["reason"]
    (told,) = roger.rows("select role, title, text from tasks")
    assert told["role"] == "robot-operations"
    assert not any(roger.journals(one) for one in tested)

    # Resumed before the screen is as it was: another case finds out.
    roger.resume()
    wait_for(lambda: _paused(roger) is not None, "the process stops again")
    roger.console.delete("/faults").raise_for_status()
    roger.resume()
    roger.await_state(cases, "done")
    assert all(roger.codes(case).count("UI_CHANGED") <= 1 for case in cases)
    prove(roger, cases)


def _paused(roger: Plant) -> dict[str, Any] | None:
    processes = roger.api.get("/v1/processes").raise_for_status().json()["items"]
    return next(found["paused"] for found in processes if found["name"] == "test-journals")


def test_it_is_down_for_a_while(roger: Plant) -> None:
    tested = roger.people(6)
    down = roger.fault("error_page", path_prefix="/", times=None)
    cases = roger.submit(*tested)
    wait_for(lambda: not _target(roger)["open"], "the circuit opens")
    assert [obstacle["why"] for obstacle in _target(roger)["obstacles"]] == ["circuit_open"]
    opened_after = down.fired
    wait_for(lambda: down.fired >= opened_after + 2, "a case or two tries whether it is back")
    roger.await_state(cases, "queued")
    assert roger.rows("select 1 from tasks where key like 'circuit:hspro:%%'")
    roger.console.delete("/faults").raise_for_status()
    roger.await_state(cases, "done")
    assert sum(roger.case(case)["failures"] for case in cases) <= 4
    assert _target(roger)["open"]
    assert _target(roger)["circuit"]["failures"] == 0
    prove(roger, cases)


def _target(roger: Plant) -> dict[str, Any]:
    targets = roger.api.get("/v1/targets").raise_for_status().json()["items"]
    return next(found for found in targets if found["name"] == "hspro")


def test_a_locked_account_is_left_alone_and_the_others_do_its_work(roger: Plant, tmp_path: Path) -> None:
    roger.retire()
    accounts = Path(roger.stack.environment["ROGER_TARGET_HSPRO_ACCOUNTS"])
    for name in ("robot7", "robot8"):
        shutil.copy(accounts / name, tmp_path / name)
    worker = roger.another_worker(ROGER_TARGET_HSPRO_ACCOUNTS=str(tmp_path))
    roger.fault("account_locked", account="robot7", times=None)
    first, second, third = roger.people(3)
    cases = roger.submit(first, second)
    roger.await_ended(cases)
    prove(roger, cases)
    assert _out(roger) == ["robot7"]
    assert all(roger.case(case)["failures"] == 0 for case in cases)

    # The other one as well, and a worker that starts anew: nobody knocks twice, and the case waits.
    roger.fault("account_locked", account="robot8", times=None)
    worker.kill()
    roger.another_worker(ROGER_TARGET_HSPRO_ACCOUNTS=str(tmp_path))
    cases += roger.submit(third)
    wait_for(lambda: _out(roger) == ["robot7", "robot8"], "both are out")
    roger.await_state(cases[2:], "queued")
    refused = [row["account"] for row in roger.log("sign-ins") if row["kind"] == "sign_in_refused"]
    assert sorted(refused) == ["robot7", "robot8"]
    roger.console.delete("/faults").raise_for_status()
    roger.rows("update accounts set out_since = null, refused_mark = null")
    roger.await_ended(cases)
    prove(roger, cases)


def _out(roger: Plant) -> list[str]:
    return [row["name"] for row in roger.rows("select name from accounts where out_since is not null order by name")]
