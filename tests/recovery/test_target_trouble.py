"""Whatever HsPro does, each person ends with one journal and each case with an outcome or with a person."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.recovery.plant import CONFIRMATION, FORM, Plant, wait_for
from tests.recovery.proof import assert_no_late_hand, prove

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
    tested = roger.people(1)
    renamed = roger.fault("renamed_label", **{"from": "Teststed", "to": "Sted for test"}, times=None)
    cases = roger.submit(*tested)
    roger.await_ended(cases)
    assert {(roger.case(case)["state"], roger.case(case)["code"]) for case in cases} == {("manual", "UI_CHANGED")}
    assert [roger.codes(case) for case in cases] == [["UI_CHANGED"] * 3]
    assert renamed.fired >= 3
    assert not roger.journals(tested[0])
    assert_no_late_hand(roger, cases)
    roger.console.delete("/faults").raise_for_status()
    for case in cases:
        roger.act(case, "retry")
    roger.await_state(cases, "done")
    prove(roger, cases)


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
    roger.rows("update accounts set out_since = null")
    roger.await_ended(cases)
    prove(roger, cases)


def _out(roger: Plant) -> list[str]:
    return [row["name"] for row in roger.rows("select name from accounts where out_since is not null order by name")]
