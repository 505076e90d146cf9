"""Orderers on the register's real pages, in one browser: authorised as signed, once, and shut out again; cases in memory."""

from __future__ import annotations

from collections.abc import Generator
from datetime import date, timedelta
from typing import Any

import pytest
from useradmin_town_hall import HOME, LEADER, LEAVER, SCHOOL, TownHall, a_town_hall

from common.clock import system
from common.errors import LeaseLost, NotAuthorised, PersonNotFound, RecordLocked
from common.norway.calendar import months_later, oslo_date
from common.process import OutcomeCode
from useradmin_svc.authorisation import SelfOrder
from useradmin_svc.directory.entry import Network
from useradmin_svc.orderers.ordered import OrderedAuthorisation
from useradmin_svc.processes.authorised_orderers import authorised_orderer

pytestmark = pytest.mark.browser

CREATED, UPDATED, EXISTS, NOOP = OutcomeCode.CREATED, OutcomeCode.UPDATED, OutcomeCode.EXISTS, OutcomeCode.NOOP


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Generator[TownHall]:
    with a_town_hall(tmp_path_factory) as hall:
        yield hall


@pytest.fixture
def hall(whole: TownHall, monkeypatch: pytest.MonkeyPatch) -> TownHall:
    """Somebody is employed. What is active, the register says by the machine's clock: so the robot goes by it, too."""
    monkeypatch.setenv("ROGER_DIRECTORY_TKNETT", "katalog")
    hall = whole.fresh()
    hall.clock = system
    name = f"{hall.leaver.family_name}, {hall.leaver.given_name}"
    hall.orderers.post("employees", [{"employee_no": LEAVER, "national_id": hall.leaver.number, "name": name}])
    return hall


def today() -> date:
    return oslo_date(system())


def order(
    hall: TownHall, action: str = "NEW", *units: str, signed: bool = True, **changes: Any
) -> OrderedAuthorisation:
    given: dict[str, Any] = {
        "order_id": "BRK-9004",
        "orderer_id": "enhl03" if signed else "best22",
        "subject": {
            "person_id": hall.leaver.number,
            "family_name": hall.leaver.family_name,
            "given_name": hall.leaver.given_name,
            "employee_no": LEAVER,
        },
        "action": action,
        "units": units or (SCHOOL,),
    }
    if signed:
        given |= {"signed_by": LEADER, "signed_at": today(), "signature_ref": "ES-77"}
    return OrderedAuthorisation.model_validate(given | changes, context={"accepts_synthetic": True})


def orderers(hall: TownHall) -> list[dict[str, Any]]:
    """All orderers of the employee, as the register holds them."""
    return [each for each in hall.orderers.get("orderers") if each["employee_no"] == LEAVER]


def active(hall: TownHall) -> dict[str, dict[str, Any]]:
    """By unit."""
    (orderer,) = orderers(hall)
    found = [each for each in orderer["authorisations"] if each["state"] == "ACTIVE"]
    assert len(found) == len({each["unit"] for each in found})
    return {each["unit"]: each for each in found}


class TestAnOrderer:
    def test_is_made_once_as_signed(self, hall: TownHall) -> None:
        asked = order(hall, "NEW", SCHOOL, HOME)
        outcome = hall.perform(authorised_orderer, asked)
        last = months_later(today(), 24).isoformat()
        assert (outcome.code, outcome.detail["valid_to"]) == (CREATED, {SCHOOL: last, HOME: last})
        (orderer,) = orderers(hall)
        assert (orderer["role"], orderer["orderer_id"]) == (1, outcome.detail["orderer_id"])
        made = {"from": today().isoformat(), "to": last, "signed_by": LEADER, "signature": "ES-77"}
        assert [{name: each[name] for name in made} for each in active(hall).values()] == [made, made]
        assert hall.perform(authorised_orderer, asked).code is EXISTS
        assert [write["kind"] for write in hall.writes()] == ["orderer", "authorisation"]

    def test_is_confirmed_again_before_it_ends(self, hall: TownHall) -> None:
        hall.authorise("best9", LEAVER, hall.leaver, HOME)
        soon = today() + timedelta(days=20)
        hall.perform(authorised_orderer, order(hall, valid_to=soon))
        assert hall.perform(authorised_orderer, order(hall, signature_ref="ES-78")).code is UPDATED
        (_, first, second) = orderers(hall)[0]["authorisations"]
        assert (first["to"], second["from"]) == (soon.isoformat(), (soon + timedelta(days=1)).isoformat())

    def test_is_shut_out_and_let_in_again(self, hall: TownHall) -> None:
        hall.perform(authorised_orderer, order(hall, "NEW", SCHOOL, HOME))
        assert hall.perform(authorised_orderer, order(hall, "DELETE")).detail == {"units": [SCHOOL], "role": True}
        assert active(hall).keys() == {HOME}
        outcome = hall.perform(authorised_orderer, order(hall, "DELETE", HOME))
        assert outcome.detail == {"units": [HOME], "role": False}
        assert [task.unit for task in outcome.tasks] == [HOME]
        assert (active(hall), orderers(hall)[0]["role"]) == ({}, 0)
        assert hall.perform(authorised_orderer, order(hall, "DELETE")).code is NOOP
        assert hall.perform(authorised_orderer, order(hall)).code is CREATED
        assert (active(hall).keys(), orderers(hall)[0]["role"]) == ({SCHOOL}, 1)

    @pytest.mark.parametrize("unproven", [f"authorisation:{SCHOOL}", f"authorisation:{HOME}", "role"])
    def test_is_made_once_wherever_the_run_dies(self, hall: TownHall, unproven: str) -> None:
        case, asked = hall.case(), order(hall, "NEW", SCHOOL, HOME)
        with pytest.raises(LeaseLost):
            hall.perform(authorised_orderer, asked, case, unproven=unproven)
        assert hall.perform(authorised_orderer, asked, case).code is CREATED
        assert (active(hall).keys(), len(hall.writes())) == ({SCHOOL, HOME}, 2)

    def test_is_shut_out_once_when_the_run_dies(self, hall: TownHall) -> None:
        hall.authorise("best9", LEAVER, hall.leaver, SCHOOL)
        case, asked = hall.case(), order(hall, "DELETE")
        with pytest.raises(LeaseLost):
            hall.perform(authorised_orderer, asked, case, unproven="role")
        assert hall.perform(authorised_orderer, asked, case).code is UPDATED
        assert [write["kind"] for write in hall.writes()] == ["end", "role"]

    def test_is_made_once_when_the_save_answers_with_an_error(self, hall: TownHall) -> None:
        hall.orderers.fault("error_after_save", what="orderer", times=1)
        assert hall.perform(authorised_orderer, order(hall)).code is CREATED
        assert len(hall.writes()) == 1


class TestWhoHasLeft:
    def test_orders_no_more_without_a_signature(self, hall: TownHall) -> None:
        hall.authorise("best9", LEAVER, hall.leaver, HOME)
        hall.employ(Network.TK, state="DISABLED")
        leaving = order(hall, "DELETE", HOME, signed=False, unit=SCHOOL)
        assert hall.perform(authorised_orderer, leaving).code is UPDATED
        assert active(hall) == {}

    def test_has_not_while_the_account_is_active(self, hall: TownHall) -> None:
        hall.authorise("best9", LEAVER, hall.leaver, SCHOOL)
        hall.employ(Network.TK)
        with pytest.raises(NotAuthorised):
            hall.perform(authorised_orderer, order(hall, "DELETE", signed=False))
        assert hall.writes() == []


class TestNobody:
    def test_signs_for_themselves(self, hall: TownHall) -> None:
        with pytest.raises(SelfOrder):
            hall.perform(authorised_orderer, order(hall, signed_by=LEAVER))
        assert hall.orderers.get("looks", since=0) == []

    def test_signs_for_a_unit_that_they_do_not_lead(self, hall: TownHall) -> None:
        with pytest.raises(NotAuthorised):
            hall.perform(authorised_orderer, order(hall, signed_by="100778"))

    def test_is_made_an_orderer_whom_the_municipality_does_not_employ(self, hall: TownHall) -> None:
        hall.orderers.post("reset")
        hall.fresh()
        with pytest.raises(PersonNotFound):
            hall.perform(authorised_orderer, order(hall))
        assert hall.writes() == []

    def test_touches_who_is_open_elsewhere(self, hall: TownHall) -> None:
        hall.authorise("best9", LEAVER, hall.leaver, SCHOOL)
        hall.orderers.post("locks", [{"record": "orderer", "key": ["best9"], "locked_by": "Kari IKT"}])
        with pytest.raises(RecordLocked):
            hall.perform(authorised_orderer, order(hall, "DELETE"))
        assert active(hall).keys() == {SCHOOL}
