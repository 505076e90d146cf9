"""Accesses on the systems' real pages, in one browser: given, changed and ended once, as ordered; cases in memory."""

from __future__ import annotations

from collections.abc import Generator
from datetime import date, timedelta
from typing import Any

import pytest
from useradmin_town_hall import HOME, LEAVER, SCHOOL, TownHall, a_town_hall

from common.errors import (
    ConflictInTarget,
    InvalidValue,
    LeaseLost,
    LimitExceeded,
    NotAuthorised,
    RecordLocked,
    TargetDown,
    TargetRejected,
)
from common.process import OutcomeCode
from common.testing import person
from useradmin_svc.accesses.ordered import OrderedAccess
from useradmin_svc.accesses.registers import ForbiddenPair, ProgramRole, ProgramRow
from useradmin_svc.directory.entry import Network
from useradmin_svc.processes.program_accesses import program_access

pytestmark = pytest.mark.browser

CREATED, UPDATED, EXISTS, NOOP = OutcomeCode.CREATED, OutcomeCode.UPDATED, OutcomeCode.EXISTS, OutcomeCode.NOOP
CLERK, READER = "SAKSBEHANDLER", "LESER"
SINCE = date(2026, 1, 1)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Generator[TownHall]:
    with a_town_hall(tmp_path_factory) as hall:
        yield hall


@pytest.fixture
def hall(whole: TownHall, monkeypatch: pytest.MonkeyPatch) -> TownHall:
    """Somebody works at the school and has an account; the registers allow readers and clerks."""
    monkeypatch.setenv("ROGER_DIRECTORY_TKNETT", "katalog")
    hall = whole.fresh()
    hall.employ(Network.TK)
    programs = [ProgramRow(program="ESA", name="ESA"), ProgramRow(program="AGRESSO", name="Agresso")]
    roles = [
        ProgramRole(program=row.program, role=role, unit_type=kind)
        for row in programs
        for role in (CLERK, READER)
        for kind in ("SKOLE", "HELSE")
    ]
    pair = ForbiddenPair(program="ESA", role=CLERK, other_program="AGRESSO", other_role=CLERK)
    for name, rows in (("programs", programs), ("program-roles", roles), ("forbidden-roles", [pair])):
        hall.registers.store(name, rows, valid_from=SINCE)
    return hall


def order(hall: TownHall, action: str = "NEW", **changes: Any) -> OrderedAccess:
    given: dict[str, Any] = {
        "order_id": "BRK-9001",
        "orderer_id": "best22",
        "subject": {
            "person_id": hall.leaver.number,
            "family_name": hall.leaver.family_name,
            "given_name": hall.leaver.given_name,
            "employee_no": LEAVER,
        },
        "unit": SCHOOL,
        "action": action,
        "program": "ESA",
    }
    if action != "DELETE":
        given |= {"roles": [CLERK], "valid_from": hall.clock().date()}
    return OrderedAccess.model_validate(given | changes, context={"accepts_synthetic": True})


def accesses(hall: TownHall, *names: str) -> list[dict[str, Any]]:
    """All accesses, as the program administration holds them."""
    return [{name: each[name] for name in names} for each in hall.programs.get("accesses")]


def day(hall: TownHall, days: int = 0) -> str:
    return (hall.clock().date() + timedelta(days=days)).isoformat()


class TestAnAccess:
    def test_is_given_once_as_ordered(self, hall: TownHall) -> None:
        asked = order(hall, roles=[READER, CLERK], valid_to=day(hall, 90))
        outcome = hall.perform(program_access, asked)
        told = {"user_name": "anelov", "roles": [READER, CLERK], "units": [SCHOOL], "valid_to": day(hall, 90)}
        assert (outcome.code, outcome.detail) == (CREATED, told)
        (held,) = hall.programs.get("accesses")
        assert {
            name: held[name] for name in ("program", "user_name", "person", "roles", "units", "from", "to", "state")
        } == {
            "program": "ESA",
            "user_name": "anelov",
            "person": hall.leaver.number,
            "roles": [READER, CLERK],
            "units": [SCHOOL],
            "from": day(hall),
            "to": day(hall, 90),
            "state": "ACTIVE",
        }
        assert hall.perform(program_access, asked).code is EXISTS
        assert [write["kind"] for write in hall.writes()] == ["access"]

    def test_is_changed_ended_and_given_again(self, hall: TownHall) -> None:
        hall.access(roles=[CLERK, READER])
        assert hall.perform(program_access, order(hall, "CHANGE", roles=[READER])).code is UPDATED
        assert accesses(hall, "roles", "to", "state") == [{"roles": [READER], "to": None, "state": "ACTIVE"}]
        assert hall.perform(program_access, order(hall, "DELETE")).code is UPDATED
        assert accesses(hall, "roles", "to", "state") == [{"roles": [READER], "to": day(hall), "state": "DISABLED"}]
        assert hall.perform(program_access, order(hall, "DELETE")).code is NOOP
        assert hall.perform(program_access, order(hall)).code is UPDATED
        assert accesses(hall, "roles", "from", "to", "state") == [
            {"roles": [CLERK], "from": day(hall), "to": None, "state": "ACTIVE"}
        ]

    @pytest.mark.parametrize("action", ["NEW", "CHANGE", "DELETE"])
    def test_is_settled_when_the_run_dies_over_the_save(self, hall: TownHall, action: str) -> None:
        if action != "NEW":
            hall.access(roles=[READER])
        case, asked = hall.case(), order(hall, action)
        with pytest.raises(LeaseLost):
            hall.perform(program_access, asked, case, unproven="access")
        assert hall.perform(program_access, asked, case).code is (CREATED if action == "NEW" else UPDATED)
        assert len(accesses(hall)) == len(hall.writes()) == 1

    @pytest.mark.parametrize("fault", ["error_before_save", "error_after_save"])
    def test_is_given_once_whichever_way_the_save_fails(self, hall: TownHall, fault: str) -> None:
        hall.programs.fault(fault, what="access", times=1)
        case = hall.case()
        if fault == "error_before_save":
            with pytest.raises(TargetDown):
                hall.perform(program_access, order(hall), case)
        assert hall.perform(program_access, order(hall), case).code is CREATED
        assert len(accesses(hall)) == len(hall.writes()) == 1


class TestNobody:
    @pytest.mark.parametrize("changes", [{"orderer_id": "best9"}, {"unit": HOME}, {"data_scope": [SCHOOL, HOME]}])
    def test_without_authority_reaches_a_directory_or_a_program(self, hall: TownHall, changes: dict[str, Any]) -> None:
        with pytest.raises(NotAuthorised):
            hall.perform(program_access, order(hall, **changes))
        for system in (hall.katalogs[Network.TK], hall.programs):
            assert (system.get("looks", since=0), system.get("writes", since=0)) == ([], [])

    def test_gets_roles_that_exclude_each_other(self, hall: TownHall) -> None:
        hall.access("AGRESSO", roles=[CLERK])
        with pytest.raises(LimitExceeded, match="Nobody has these roles together"):
            hall.perform(program_access, order(hall))
        assert hall.writes() == []

    def test_gets_another_persons_access(self, hall: TownHall) -> None:
        hall.access(person=person().number)
        for action in ("NEW", "CHANGE", "DELETE"):
            with pytest.raises(ConflictInTarget, match="another person's"):
                hall.perform(program_access, order(hall, action))
        assert hall.writes() == []


class TestTheProgram:
    def test_refuses_what_it_has_no_room_for(self, hall: TownHall) -> None:
        hall.programs.post("programs", [{"code": "ESA", "licences": 0, "roles": [CLERK]}])
        with pytest.raises(TargetRejected):
            hall.perform(program_access, order(hall))
        assert accesses(hall) == []

    def test_does_not_know_the_role(self, hall: TownHall) -> None:
        hall.programs.post("programs", [{"code": "ESA", "roles": ["ARKIVAR"]}])
        with pytest.raises(InvalidValue):
            hall.perform(program_access, order(hall))
        assert accesses(hall) == []

    def test_is_open_elsewhere(self, hall: TownHall) -> None:
        hall.access(locked_by="Kari IKT")
        with pytest.raises(RecordLocked):
            hall.perform(program_access, order(hall, "DELETE"))
        assert accesses(hall, "state") == [{"state": "ACTIVE"}]
