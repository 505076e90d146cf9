"""Leavers on the systems' real pages, in one browser: nobody gets in any more, and everything is done once; cases in memory."""

from __future__ import annotations

from collections.abc import Generator
from datetime import timedelta
from typing import Any

import pytest
from useradmin_town_hall import HOME, LEAVER, SCHOOL, TownHall, a_town_hall

from common.errors import ConflictInTarget, LeaseLost, NeedsJudgement, NotAuthorised, RecordLocked
from common.process import OutcomeCode
from common.testing import FixedClock
from useradmin_svc.directory.entry import Network
from useradmin_svc.processes.account_deletions import delete_accounts
from useradmin_svc.processes.account_removals import remove_user
from useradmin_svc.removals.order import Removal

pytestmark = pytest.mark.browser

NOTE = "Sperret 23.11.2026, bestilling BRK-9003"
UPDATED, NOOP = OutcomeCode.UPDATED, OutcomeCode.NOOP


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Generator[TownHall]:
    with a_town_hall(tmp_path_factory) as hall:
        yield hall


@pytest.fixture
def hall(whole: TownHall, monkeypatch: pytest.MonkeyPatch) -> TownHall:
    for network in ("TKNETT", "ELEVNETT"):
        monkeypatch.setenv(f"ROGER_DIRECTORY_{network}", "katalog")
    return whole.fresh()


def order(hall: TownHall, **changes: Any) -> Removal:
    given: dict[str, Any] = {
        "order_id": "BRK-9003",
        "orderer_id": "best22",
        "subject": {
            "person_id": hall.leaver.number,
            "family_name": hall.leaver.family_name,
            "given_name": hall.leaver.given_name,
            "employee_no": LEAVER,
        },
        "unit": SCHOOL,
        "scope": "TK_NETT",
        "last_day": "2026-11-22",
    }
    return Removal.model_validate(given | changes, context={"accepts_synthetic": True})


def shown(hall: TownHall, network: Network = Network.TK) -> dict[str, Any]:
    account = hall.account(network)
    assert account
    return {name: account[name] for name in ("state", "place", "groups", "hidden", "remark")}


ASIDE: dict[str, Any] = {"state": "PENDING_DELETE", "place": "Slettes", "groups": [], "hidden": True, "remark": NOTE}


class TestALeaver:
    def test_gets_in_nowhere_any_more(self, hall: TownHall) -> None:
        hall.employ()
        hall.access(open_items=3)
        hall.authorise("best9", LEAVER, hall.leaver, HOME)
        assert hall.sign_in() == "SIGNED_IN"
        outcome = hall.perform(remove_user, order(hall, handover_to="kardah"))
        assert outcome.code is UPDATED
        for network in Network:
            assert shown(hall, network) == ASIDE
            assert hall.sign_in(network) == "REFUSED"
        assert [handover.process for handover in outcome.handovers] == [
            "program-accesses",
            "authorised-orderers",
            "account-deletions",
        ]
        assert [task.name for task in outcome.tasks] == ["open-items:ESA:anelov", f"no-orderer:{HOME}"]
        assert "3 åpne saker" in outcome.tasks[0].text

    @pytest.mark.parametrize("unproven", ["shut:TK:anelov", "shut:ELEV:anelov"])
    def test_is_shut_out_once_by_a_robot_that_dies_before_it_can_say_so(self, hall: TownHall, unproven: str) -> None:
        hall.employ()
        case = hall.case()
        with pytest.raises(LeaseLost):
            hall.perform(remove_user, order(hall), case, unproven)
        before = len(hall.writes())
        outcome = hall.perform(remove_user, order(hall), case)
        assert outcome.code is UPDATED
        assert [shown(hall, network) for network in Network] == [ASIDE, ASIDE]
        # What stood in the first network was found, not done again.
        assert len(hall.writes()) == before + (before if unproven.startswith("shut:TK") else 0)

    def test_under_legal_hold_is_disabled_and_hidden_where_the_account_lies(self, hall: TownHall) -> None:
        hall.employ()
        outcome = hall.perform(remove_user, order(hall, legal_hold=True))
        held = {"state": "DISABLED", "place": "Skole", "hidden": True, "remark": f"{NOTE}, bevares"}
        assert shown(hall) == {**held, "groups": ["SKOLE-ALLE", "TILLEGG"]}
        assert hall.sign_in() == "REFUSED"
        assert outcome.handovers == ()

    def test_of_one_of_two_units_keeps_the_rest(self, hall: TownHall) -> None:
        hall.employ(Network.TK, units=[HOME, SCHOOL], groups=["HELSE-ALLE", "SKOLE-ALLE", "TILLEGG"])
        hall.access(units=[HOME, SCHOOL])
        outcome = hall.perform(remove_user, order(hall, scope="UNIT"))
        account = hall.account()
        assert account
        assert (account["units"], account["groups"]) == ([HOME], ["HELSE-ALLE", "TILLEGG"])
        assert hall.sign_in() == "SIGNED_IN"
        assert [handover.process for handover in outcome.handovers] == ["program-accesses"]

    def test_whom_nobody_knows_is_nothing(self, hall: TownHall) -> None:
        assert hall.perform(remove_user, order(hall)).code is NOOP
        assert hall.writes() == []


class TestWhoIsLeftAlone:
    def test_ordered_by_somebody_of_another_unit_reaches_no_directory(self, hall: TownHall) -> None:
        hall.employ()
        hall.authorise("best23", "100901", hall.leaver, HOME)
        with pytest.raises(NotAuthorised):
            hall.perform(remove_user, order(hall, orderer_id="best23"))
        for system in (*hall.katalogs.values(), hall.programs):
            assert system.get("looks", since=0) == []
        assert hall.writes() == []

    def test_who_works_for_another_unit_as_well(self, hall: TownHall) -> None:
        hall.employ(Network.TK, units=[HOME, SCHOOL])
        with pytest.raises(ConflictInTarget):
            hall.perform(remove_user, order(hall))
        assert hall.writes() == []

    def test_an_administrator(self, hall: TownHall) -> None:
        hall.employ(Network.TK, groups=["Administrators"])
        with pytest.raises(NeedsJudgement):
            hall.perform(remove_user, order(hall))
        assert hall.writes() == []

    def test_an_account_that_somebody_has_open(self, hall: TownHall) -> None:
        hall.employ(Network.TK)
        hall.katalogs[Network.TK].post("locks", [{"user_name": "anelov", "locked_by": "kari"}])
        with pytest.raises(RecordLocked):
            hall.perform(remove_user, order(hall))
        assert hall.sign_in() == "SIGNED_IN"


class TestThreeMonthsLater:
    def test_the_accounts_are_deleted(self, hall: TownHall) -> None:
        hall.employ()
        removed = hall.perform(remove_user, order(hall))
        (deletion,) = removed.handovers[-1].rows
        hall.clock = FixedClock(FixedClock().now + timedelta(days=90))
        case = hall.case()
        with pytest.raises(LeaseLost):
            hall.perform(delete_accounts, deletion, case, "deleted:TK:anelov")
        assert hall.perform(delete_accounts, deletion, case).code is UPDATED
        assert [hall.account(network) for network in Network] == [None, None]
        assert sum(katalog.get("summary")["deletions"] for katalog in hall.katalogs.values()) == 2

    def test_what_must_be_kept_is(self, hall: TownHall) -> None:
        hall.employ()
        removed = hall.perform(remove_user, order(hall))
        (deletion,) = removed.handovers[-1].rows
        hall.employ(state="PENDING_DELETE", groups=[], hidden=True, remark=f"{NOTE}, bevares")
        hall.clock = FixedClock(FixedClock().now + timedelta(days=90))
        assert hall.perform(delete_accounts, deletion).code is NOOP
        assert all(hall.account(network) for network in Network)
