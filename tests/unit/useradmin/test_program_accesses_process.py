"""`program-accesses`: what stands in the program afterwards, and what a person must see to (USR-01)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from access_office import (
    ACTIVE,
    AGRESSO,
    CLERK,
    DISABLED,
    ESA,
    HALL,
    HOME,
    LEADER,
    NOW,
    ORDERER,
    OWNER,
    PAYROLL,
    READER,
    SCHOOL,
    SUBJECT,
    TODAY,
    Office,
)

from common.errors import (
    BusinessException,
    ConflictInTarget,
    DateOutOfRange,
    InvalidValue,
    LeaseLost,
    LimitExceeded,
    NameMismatch,
    NotAuthorised,
    PersonNotFound,
    RecordLocked,
    RegisterMissing,
    TargetRejected,
    TemporaryId,
    codes,
)
from common.process import OutcomeCode, Retention
from common.testing import MemoryRegisters, person
from useradmin_svc.accesses.registers import ProgramRow
from useradmin_svc.authorisation import AuthorisationExpired, SelfOrder
from useradmin_svc.directory.entry import AccountState
from useradmin_svc.processes.program_accesses import tell_the_user_administration
from useradmin_svc.screens.programs.target import Grant, Holder
from useradmin_svc.service import useradmin

CREATED, UPDATED, EXISTS, NOOP = OutcomeCode.CREATED, OutcomeCode.UPDATED, OutcomeCode.EXISTS, OutcomeCode.NOOP
DAY = timedelta(days=1)
YESTERDAY, TOMORROW = TODAY - DAY, TODAY + DAY
ONLY_THE_REGISTER_OF_ORDERERS = ["open:1", "commit:1", "committed:1"]
APPROVED = [{"role": "SYSTEM_OWNER", "person": OWNER, "at": NOW}]


@pytest.fixture
def office() -> Office:
    return Office()


def grant(*roles: str, units: tuple[str, ...] = (SCHOOL,), first: date = TODAY, last: date | None = None) -> Grant:
    return Grant(roles=roles or (CLERK,), units=units, first_day=first, last_day=last)


class TestANewAccess:
    def test_is_made_with_what_was_ordered(self, office: Office) -> None:
        last = date(2027, 6, 30)
        order = office.order(roles=[READER, CLERK], data_scope=[HOME, SCHOOL], valid_to=last)
        outcome = office.perform(order)
        access = office.access()
        assert access.grant == grant(READER, CLERK, units=(SCHOOL, HOME), last=last)
        assert (access.state, access.holder) == (ACTIVE, office.holder)
        told = {"user_name": "ahmyus", "roles": [READER, CLERK], "units": [SCHOOL, HOME], "valid_to": "2027-06-30"}
        assert (outcome.code, outcome.detail) == (CREATED, told)
        assert office.case.used.keys() == {"units", "programs", "program-roles", "forbidden-roles"}

    def test_that_stands_already_is_left_alone(self, office: Office) -> None:
        office.perform(office.order())
        assert office.again(office.order()).code is EXISTS
        assert office.programs.writes == [("create", "ahmyus")]

    def test_that_has_begun_earlier_stands(self, office: Office) -> None:
        office.put(first_day=YESTERDAY)
        assert office.perform(office.order()).code is EXISTS

    def test_that_stands_asks_no_register(self, office: Office) -> None:
        office.put(program=PAYROLL)
        office.registers = MemoryRegisters()
        assert office.again(office.order(program=PAYROLL)).code is EXISTS

    @pytest.mark.parametrize(
        ("stands", "ordered", "after"),
        [
            ({"last_day": TOMORROW}, {}, grant()),
            ({}, {"valid_to": TOMORROW}, grant(last=TOMORROW)),
            ({"first_day": TOMORROW}, {}, grant()),
        ],
    )
    def test_that_stands_for_other_days_is_moved(
        self, office: Office, stands: dict[str, Any], ordered: dict[str, Any], after: Grant
    ) -> None:
        days: dict[str, Any] = {"first_day": TODAY} | stands
        office.put(**days)
        assert office.perform(office.order(**ordered)).code is UPDATED
        assert office.access().grant == after

    @pytest.mark.parametrize(
        "ordered",
        [{"roles": [CLERK, READER]}, {"roles": [READER]}, {"data_scope": [SCHOOL, HOME]}, {"data_scope": [HOME]}],
    )
    def test_beside_other_roles_or_units_is_for_a_change(self, office: Office, ordered: dict[str, Any]) -> None:
        office.put()
        told = office.refused(office.order(**ordered), ConflictInTarget, "order a CHANGE")
        assert told.detail == {"roles": [CLERK], "units": [SCHOOL]}

    def test_opens_a_disabled_one_with_what_was_ordered(self, office: Office) -> None:
        office.put(LEADER, units=(HALL,), state=DISABLED, last_day=YESTERDAY)
        assert office.perform(office.order()).code is UPDATED
        assert (office.access().state, office.access().grant) == (ACTIVE, grant())

    @pytest.mark.parametrize(("last", "code"), [(YESTERDAY, UPDATED), (TODAY, ConflictInTarget)])
    def test_takes_the_place_of_one_that_has_ended(self, office: Office, last: date, code: Any) -> None:
        office.put(READER, last_day=last)
        if code is UPDATED:
            assert office.perform(office.order()).code is UPDATED
            assert office.access().grant == grant()
        else:
            office.refused(office.order(), code)

    def test_in_the_past_is_made_as_ordered(self, office: Office) -> None:
        office.perform(office.order(valid_from=date(2026, 11, 16)))
        assert office.access().grant.first_day == date(2026, 11, 16)

    def test_ends_with_the_employment(self, office: Office) -> None:
        employment = {"type": "VIKAR", "from": TODAY, "to": TOMORROW}
        office.perform(office.order(employment=employment))
        assert office.access().grant.last_day == TOMORROW

    @pytest.mark.parametrize(("last", "ends"), [(None, TOMORROW), (TODAY, TODAY), (TOMORROW, TOMORROW)])
    def test_ends_with_the_account(self, office: Office, last: date | None, ends: date) -> None:
        office.employed(expires=TOMORROW)
        office.perform(office.order(valid_to=last))
        assert office.access().grant.last_day == ends

    def test_does_not_go_on_after_the_account(self, office: Office) -> None:
        office.employed(expires=TOMORROW)
        told = office.refused(office.order(valid_to=TOMORROW + DAY), DateOutOfRange)
        assert told.detail == {"ends": "2026-11-24"}


class TestAChange:
    def test_leaves_exactly_what_was_ordered(self, office: Office) -> None:
        office.put(CLERK, READER, units=(SCHOOL, HOME), first_day=YESTERDAY, last_day=TOMORROW)
        order = office.order("CHANGE", roles=[READER], data_scope=[SCHOOL])
        assert office.perform(order).code is UPDATED
        assert office.access().grant == grant(READER, first=YESTERDAY, last=TOMORROW)
        assert office.programs.writes == [("save", "ahmyus")]

    def test_that_stands_is_left_alone(self, office: Office) -> None:
        office.put()
        assert office.perform(office.order("CHANGE")).code is EXISTS

    def test_may_bring_another_end(self, office: Office) -> None:
        office.put(last_day=TOMORROW)
        office.perform(office.order("CHANGE", valid_to=TODAY))
        assert office.access().grant.last_day == TODAY

    def test_of_nothing_finds_nobody(self, office: Office) -> None:
        office.refused(office.order("CHANGE"), PersonNotFound)

    @pytest.mark.parametrize("stands", [{"state": DISABLED}, {"last_day": YESTERDAY}])
    def test_of_what_has_ended_is_for_a_new_order(self, office: Office, stands: dict[str, Any]) -> None:
        office.put(READER, **stands)
        office.refused(office.order("CHANGE"), ConflictInTarget, "order a NEW")

    def test_of_what_ends_today(self, office: Office) -> None:
        office.put(READER, last_day=TODAY)
        assert office.perform(office.order("CHANGE")).code is UPDATED


class TestADelete:
    def test_disables_the_access_and_ends_it_today(self, office: Office) -> None:
        office.put(first_day=YESTERDAY)
        assert office.perform(office.order("DELETE")).code is UPDATED
        access = office.access()
        assert (access.state, access.grant) == (DISABLED, grant(first=YESTERDAY, last=TODAY))
        assert office.case.used == {}

    @pytest.mark.parametrize(
        ("first", "last", "ends"),
        [
            (YESTERDAY, YESTERDAY, YESTERDAY),
            (YESTERDAY, TOMORROW, TODAY),
            (TODAY, None, TODAY),
            (TOMORROW, None, TOMORROW),  # an access cannot end before it begins
        ],
    )
    def test_moves_no_end_to_later(self, office: Office, first: date, last: date | None, ends: date) -> None:
        office.put(first_day=first, last_day=last)
        office.perform(office.order("DELETE"))
        assert (office.access().state, office.access().grant.last_day) == (DISABLED, ends)

    def test_of_nothing_is_nothing_to_do(self, office: Office) -> None:
        assert office.perform(office.order("DELETE")).code is NOOP
        assert office.programs.writes == []

    def test_of_a_disabled_access_is_nothing_to_do(self, office: Office) -> None:
        office.put(state=DISABLED)
        assert office.perform(office.order("DELETE")).code is NOOP

    def test_leaves_other_programs_alone(self, office: Office) -> None:
        office.put()
        office.put(READER, program=AGRESSO)
        office.perform(office.order("DELETE"))
        assert office.access(AGRESSO).state is ACTIVE

    @pytest.mark.parametrize("state", [AccountState.DISABLED, AccountState.PENDING_DELETE])
    def test_needs_no_account_any_more(self, office: Office, state: AccountState) -> None:
        office.employed(state=state)
        office.put()
        assert office.perform(office.order("DELETE")).code is UPDATED

    def test_finds_an_access_whose_account_is_gone(self, office: Office) -> None:
        office.tk.accounts.clear()
        office.put()
        assert office.perform(office.order("DELETE")).code is UPDATED

    def test_of_an_access_under_another_user_name(self, office: Office) -> None:
        place = office.programs.put(
            ESA, office.holder.model_copy(update={"user_name": "gml0001"}), CLERK, units=(SCHOOL,)
        )
        assert office.perform(office.order("DELETE")).code is UPDATED
        assert office.programs.accesses[place].state is DISABLED


class TestWhoseAccess:
    def test_an_account_comes_first(self, office: Office) -> None:
        office.tk.accounts.clear()
        office.refused(office.order(), ConflictInTarget, "order network-accounts first")

    @pytest.mark.parametrize("action", ["NEW", "CHANGE"])
    @pytest.mark.parametrize("account", [{"state": AccountState.DISABLED}, {"expires": YESTERDAY}])
    def test_of_an_account_that_can_be_used(self, office: Office, action: str, account: dict[str, Any]) -> None:
        office.put()
        office.employed(**account)
        office.refused(office.order(action, roles=[READER]), ConflictInTarget, "order network-accounts first")

    def test_an_account_that_expires_today_can_be_used(self, office: Office) -> None:
        office.employed(expires=TODAY)
        assert office.perform(office.order()).code is CREATED

    def test_of_one_account(self, office: Office) -> None:
        office.tk.put("ahmyus2", family_name="Yusuf", given_name="Ahmed", employee_no=SUBJECT)
        office.refused(office.order(), ConflictInTarget, "several")

    @pytest.mark.parametrize("action", ["NEW", "DELETE"])
    def test_nobody_elses_account(self, office: Office, action: str) -> None:
        office.put()
        office.employed(family_name="Heltannet")
        office.refused(office.order(action), NameMismatch)

    @pytest.mark.parametrize("action", ["NEW", "CHANGE", "DELETE"])
    def test_two_accesses_to_one_program(self, office: Office, action: str) -> None:
        office.put()
        office.put(READER, state=DISABLED)
        office.refused(office.order(action), ConflictInTarget, "two accesses")

    @pytest.mark.parametrize("action", ["NEW", "CHANGE", "DELETE"])
    def test_the_user_name_is_another_persons_there(self, office: Office, action: str) -> None:
        office.programs.put(ESA, Holder(user_name="ahmyus", number=person().number, name="Yusuf, Ahmed"), CLERK)
        office.refused(office.order(action), ConflictInTarget, "another person's")

    def test_in_another_program_that_does_not_matter(self, office: Office) -> None:
        office.programs.put(AGRESSO, Holder(user_name="ahmyus", number=person().number, name="Yusuf, A"), READER)
        assert office.perform(office.order()).code is CREATED

    @pytest.mark.parametrize("action", ["NEW", "CHANGE"])
    def test_the_person_has_another_user_name_there(self, office: Office, action: str) -> None:
        office.programs.put(ESA, office.holder.model_copy(update={"user_name": "gml0001"}), CLERK, units=(SCHOOL,))
        office.refused(office.order(action), ConflictInTarget, "another user name")

    def test_another_name_stands_on_the_access(self, office: Office) -> None:
        office.programs.put(ESA, office.holder.model_copy(update={"name": "Heltannet, Ahmed"}), CLERK, units=(SCHOOL,))
        office.refused(office.order("DELETE"), NameMismatch)

    @pytest.mark.parametrize("action", ["NEW", "DELETE"])
    def test_without_a_lasting_number(self, office: Office, action: str) -> None:
        office.refused(office.order(action, subject={"person_id": "201012345611"}), TemporaryId)


class TestWhoMayOrder:
    @pytest.mark.parametrize("action", ["NEW", "CHANGE", "DELETE"])
    def test_nobody_without_authority_reaches_a_program_or_the_directory(self, office: Office, action: str) -> None:
        office.refused(office.order(action, unit=HALL, data_scope=[HALL]), NotAuthorised)
        assert office.opened() == ONLY_THE_REGISTER_OF_ORDERERS

    @pytest.mark.parametrize("action", ["NEW", "CHANGE", "DELETE"])
    def test_nobody_orders_for_themselves(self, office: Office, action: str) -> None:
        office.refused(office.order(action, orderer_id=office.ordering_for_himself()), SelfOrder)

    def test_nor_shows_another_units_data(self, office: Office) -> None:
        office.refused(office.order(data_scope=[SCHOOL, HALL]), NotAuthorised)
        assert office.opened() == ONLY_THE_REGISTER_OF_ORDERERS

    @pytest.mark.parametrize(
        ("ordered", "unit"),
        [
            ({"roles": [READER], "data_scope": [SCHOOL, HALL]}, HALL),
            ({"roles": [CLERK], "data_scope": [SCHOOL]}, HALL),
            ({"roles": [CLERK], "data_scope": [SCHOOL, HALL], "valid_to": TODAY}, HALL),
        ],
    )
    def test_nor_changes_what_another_unit_has(self, office: Office, ordered: dict[str, Any], unit: str) -> None:
        office.put(units=(SCHOOL, HALL))
        assert office.refused(office.order("CHANGE", **ordered), NotAuthorised).detail == {"unit": unit}

    def test_but_what_stays_as_it_is_belongs_to_whom_it_will(self, office: Office) -> None:
        office.put(units=(SCHOOL, HALL))
        assert office.perform(office.order("CHANGE", data_scope=[HALL])).code is UPDATED
        assert office.access().grant.units == (HALL,)

    def test_nor_ends_what_another_unit_has(self, office: Office) -> None:
        office.put(units=(SCHOOL, HALL))
        office.employed(units=(SCHOOL, HALL))
        assert office.refused(office.order("DELETE"), NotAuthorised).detail == {"unit": HALL}

    def test_an_authorisation_of_another_time_is_told_apart(self, office: Office) -> None:
        office.orderers.authorise("best22", HALL, last_day=YESTERDAY)
        office.put(units=(SCHOOL, HALL))
        office.employed(units=(HALL,))
        assert office.refused(office.order("DELETE"), AuthorisationExpired).detail == {"unit": HALL}


class TestWhoHasLeft:
    """Another unit's access ends without its orderer where the directory shows that the person is gone."""

    @pytest.mark.parametrize(
        "account",
        [
            {"state": AccountState.DISABLED, "units": (SCHOOL, HALL)},
            {"state": AccountState.PENDING_DELETE, "units": ()},
        ],
    )
    def test_needs_no_other_proof(self, office: Office, account: dict[str, Any]) -> None:
        office.put(units=(SCHOOL, HALL))
        office.employed(**account)
        assert office.perform(office.order("DELETE")).code is UPDATED
        assert office.access().state is DISABLED

    @pytest.mark.parametrize("units", [(SCHOOL, HALL), (SCHOOL,), (HALL,), ()])
    def test_has_not_while_an_account_is_active(self, office: Office, units: tuple[str, ...]) -> None:
        office.put(units=(SCHOOL, HALL))
        office.employed(units=units)
        office.refused(office.order("DELETE"), NotAuthorised)

    def test_is_not_proved_by_an_account_that_is_not_found(self, office: Office) -> None:
        """Or a wrong employee number would end what anybody has."""
        office.put(units=(SCHOOL, HALL))
        office.tk.accounts.clear()
        office.refused(office.order("DELETE"), NotAuthorised)

    def test_still_needs_who_may_order_for_the_unit(self, office: Office) -> None:
        office.put(units=(HALL,))
        office.employed(state=AccountState.DISABLED)
        office.refused(office.order("DELETE", unit=HALL), NotAuthorised)

    def test_does_not_count_for_a_change(self, office: Office) -> None:
        office.put(units=(SCHOOL, HALL))
        office.employed(units=(SCHOOL,))
        office.refused(office.order("CHANGE", data_scope=[SCHOOL]), NotAuthorised)


class TestTheRegisters:
    def test_name_the_program(self, office: Office) -> None:
        office.programs.program("VISMA", CLERK)
        office.refused(office.order(program="VISMA"), InvalidValue, "register of programs")

    def test_and_so_does_the_program_administration(self, office: Office) -> None:
        office.programs = office.programs.__class__()
        office.refused(office.order(), InvalidValue)

    def test_allow_a_role_by_the_type_of_unit(self, office: Office) -> None:
        told = office.refused(office.order(roles=[CLERK, LEADER]), InvalidValue, "type of unit")
        assert told.detail == {"refused": [{"role": LEADER, "unit": SCHOOL}]}

    def test_and_of_every_unit(self, office: Office) -> None:
        told = office.refused(office.order(program=AGRESSO, roles=[READER], data_scope=[SCHOOL, HOME]), InvalidValue)
        assert told.detail == {"refused": [{"role": READER, "unit": HOME}]}

    def test_a_role_that_the_program_does_not_know(self, office: Office) -> None:
        office.programs.program(ESA, READER)
        office.refused(office.order(), InvalidValue)

    @pytest.mark.parametrize("name", ["programs", "program-roles", "forbidden-roles", "units"])
    def test_without_one_of_them_nothing_is_granted(self, office: Office, name: str) -> None:
        office.registers = MemoryRegisters()
        office.store_registers(but=name)
        office.refused(office.order(), RegisterMissing, name)


class TestRolesThatNobodyHasTogether:
    def test_in_one_program(self, office: Office) -> None:
        told = office.refused(office.order(program=AGRESSO, roles=["BESTILLER", "GODKJENNER"]), LimitExceeded)
        assert told.detail == {"pairs": ["AGRESSO BESTILLER + AGRESSO GODKJENNER"]}

    def test_one_of_them_alone(self, office: Office) -> None:
        assert office.perform(office.order(program=AGRESSO, roles=["GODKJENNER", READER])).code is CREATED

    @pytest.mark.parametrize(
        ("other", "code"),
        [
            ({}, LimitExceeded),
            ({"last_day": TODAY}, LimitExceeded),
            ({"last_day": YESTERDAY}, CREATED),
            ({"first_day": TOMORROW}, LimitExceeded),
            ({"state": DISABLED}, CREATED),
        ],
    )
    def test_in_two_programs(self, office: Office, other: dict[str, Any], code: Any) -> None:
        office.put("GODKJENNER", program=AGRESSO, **other)
        order = office.order(program=PAYROLL, roles=[READER], approvals=APPROVED)
        if code is CREATED:
            assert office.perform(order).code is CREATED
        else:
            office.refused(order, code)

    def test_that_stand_already_do_not_keep_a_third_role_away(self, office: Office) -> None:
        office.put("GODKJENNER", program=AGRESSO)
        office.put(READER, program=PAYROLL)
        assert office.perform(office.order()).code is CREATED

    def test_a_change_that_takes_one_away(self, office: Office) -> None:
        office.put("BESTILLER", "GODKJENNER", program=AGRESSO)
        order = office.order("CHANGE", AGRESSO, roles=["GODKJENNER"])
        assert office.perform(order).code is UPDATED

    def test_a_change_that_brings_one_more(self, office: Office) -> None:
        office.put("BESTILLER", program=AGRESSO)
        order = office.order("CHANGE", AGRESSO, roles=["GODKJENNER", "BESTILLER"])
        office.refused(order, LimitExceeded)


class TestASensitiveProgram:
    def order(self, office: Office, **changes: Any) -> Any:
        said: dict[str, Any] = {"approvals": APPROVED, **changes}
        return office.order(program=PAYROLL, roles=[READER], **said)

    def test_with_its_owners_approval(self, office: Office) -> None:
        assert office.perform(self.order(office)).code is CREATED

    @pytest.mark.parametrize(
        "approvals",
        [
            [],
            [{"role": "LEDER", "person": OWNER, "at": NOW}],
            [{"role": "SYSTEM_OWNER", "person": "100302", "at": NOW}],
            [{"role": "LEDER", "person": OWNER, "at": NOW}, {"role": "SYSTEM_OWNER", "person": "1", "at": NOW}],
        ],
    )
    def test_not_without(self, office: Office, approvals: list[Any]) -> None:
        told = office.refused(self.order(office, approvals=approvals), NotAuthorised, "owner")
        assert told.detail == {"role": "SYSTEM_OWNER"}

    @pytest.mark.parametrize("owner", [ORDERER, SUBJECT])
    def test_nobody_approves_what_they_order_or_get(self, office: Office, owner: str) -> None:
        row = ProgramRow(program=PAYROLL, name="Lønn", sensitive=True, system_owner=owner)
        office.registers.store("programs", [row], valid_from=TODAY)
        approvals = [{"role": "SYSTEM_OWNER", "person": owner, "at": NOW}]
        office.refused(self.order(office, approvals=approvals), NotAuthorised, "cannot be who approves")

    def test_a_change_that_gives_more(self, office: Office) -> None:
        office.put(READER, program=PAYROLL, last_day=TODAY)
        order = office.order("CHANGE", PAYROLL, roles=[READER], valid_to=TOMORROW)
        office.refused(order, NotAuthorised, "owner")

    def test_a_change_that_takes_away_needs_none(self, office: Office) -> None:
        office.put(READER, program=PAYROLL, units=(SCHOOL, HOME))
        assert office.perform(office.order("CHANGE", PAYROLL, roles=[READER])).code is UPDATED

    def test_a_delete_needs_none(self, office: Office) -> None:
        office.put(READER, program=PAYROLL)
        assert office.perform(office.order("DELETE", PAYROLL)).code is UPDATED


class TestTheProgram:
    @pytest.mark.parametrize("action", ["NEW", "CHANGE", "DELETE"])
    def test_a_locked_access(self, office: Office, action: str) -> None:
        office.put(READER, state=DISABLED if action == "NEW" else ACTIVE, locked=True)
        office.refused(office.order(action), RecordLocked)

    @pytest.mark.parametrize("stands", [None, DISABLED])
    def test_has_no_licence_left(self, office: Office, stands: Any) -> None:
        office.programs.program(ESA, CLERK, licences=1)
        office.programs.put(ESA, Holder(user_name="other", number=person().number, name="Dahle, Per"), CLERK)
        if stands is not None:
            office.put(state=stands)
        office.refused(office.order(), TargetRejected)

    @pytest.mark.parametrize(("action", "state"), [("CHANGE", ACTIVE), ("NEW", DISABLED), ("DELETE", ACTIVE)])
    def test_was_changed_by_somebody_between_two_attempts(self, office: Office, action: str, state: Any) -> None:
        place = office.put(LEADER, state=state)
        order = office.order(action)
        with pytest.raises(LeaseLost):
            office.perform(order, dies_at="grant:1")
        changed = office.programs.accesses[place].grant.model_copy(update={"roles": (LEADER, READER)})
        office.programs.change(place, grant=changed)
        with pytest.raises(ConflictInTarget, match="meanwhile"):
            office.perform(order)
        assert office.access().grant == changed

    def test_somebody_gives_the_access_meanwhile(self, office: Office) -> None:
        with pytest.raises(LeaseLost):
            office.perform(office.order(), dies_at="use:1")
        office.put(READER)
        with pytest.raises(ConflictInTarget, match="meanwhile"):
            office.perform(office.order())
        assert office.programs.writes == []

    def test_somebody_gives_it_just_as_ordered_meanwhile(self, office: Office) -> None:
        with pytest.raises(LeaseLost):
            office.perform(office.order(), dies_at="use:1")
        office.put(first_day=TODAY)
        assert office.perform(office.order()).code is EXISTS

    def test_work_in_the_program_is_no_change(self, office: Office) -> None:
        place = office.put()
        with pytest.raises(LeaseLost):
            office.perform(office.order("DELETE"), dies_at="grant:1")
        office.programs.change(place, open_items=3)
        assert office.perform(office.order("DELETE")).code is UPDATED


class TestTheDeclaration:
    def test_is_the_domains(self) -> None:
        process = useradmin.processes["program-accesses"]
        assert (process.manual_minutes, process.retention) == (8.0, Retention.ORDERS)
        assert [target.name for target in process.targets] == ["orderers", "programs", "tknett"]

    @pytest.mark.parametrize("code", sorted(codes(BusinessException)))
    def test_tells_the_user_administration_whatever_is_the_matter(self, code: str) -> None:
        task = tell_the_user_administration(code)
        assert (task.role, task.unit) == ("user-administration", None)
        assert replace(task, text="") == replace(tell_the_user_administration("RECORD_LOCKED"), text="")
