"""`authorised-orderers`: who may order for which unit afterwards, and what a person must see to (USR-04)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from orderer_office import (
    HALL,
    HOME,
    LAST,
    LEADER,
    OTHER_LEADER,
    SCHOOL,
    SIGNED,
    SUBJECT,
    TODAY,
    Office,
)
from orderers_in_memory import Employee

from common.errors import (
    AmbiguousHit,
    BusinessException,
    ConflictInTarget,
    InvalidValue,
    LeaseLost,
    NameMismatch,
    NotAuthorised,
    PersonNotFound,
    RecordLocked,
    TargetTimeout,
    TemporaryId,
    codes,
)
from common.process import Outcome, OutcomeCode, Retention
from common.testing import person
from useradmin_svc.authorisation import SelfOrder
from useradmin_svc.directory.entry import AccountState
from useradmin_svc.orderers.ordered import SETTINGS
from useradmin_svc.orderers.rules import require_another_signer
from useradmin_svc.orderers.settings import OrdererSettings
from useradmin_svc.processes.authorised_orderers import tell_the_user_administration
from useradmin_svc.screens.orderers.target import AuthorisationState
from useradmin_svc.service import useradmin

CREATED, UPDATED, EXISTS, NOOP = OutcomeCode.CREATED, OutcomeCode.UPDATED, OutcomeCode.EXISTS, OutcomeCode.NOOP
REVOKED, EXPIRED = AuthorisationState.REVOKED, AuthorisationState.EXPIRED
DAY = timedelta(days=1)
SOON, NOT_SOON = TODAY + 31 * DAY, TODAY + 32 * DAY


@pytest.fixture
def office() -> Office:
    return Office()


class TestANewOrderer:
    def test_is_authorised_as_signed_and_gets_the_role(self, office: Office) -> None:
        outcome = office.perform(office.order())
        told = {"orderer_id": "best101", "valid_to": {SCHOOL: "2028-11-20"}}
        assert outcome == Outcome(CREATED, told)
        made = office.active()[SCHOOL]
        assert (made.first_day, made.last_day, made.signed_by, made.signed, made.signature) == (
            TODAY,
            LAST,
            LEADER,
            SIGNED,
            "ES-77",
        )
        assert office.orderer().role
        assert office.register.writes == [("authorise", "best101")]

    def test_for_several_units(self, office: Office) -> None:
        assert office.perform(office.order("NEW", SCHOOL, HOME)).code is CREATED
        assert office.active().keys() == {SCHOOL, HOME}

    def test_until_a_day(self, office: Office) -> None:
        office.perform(office.order(valid_to=TODAY))
        assert office.active()[SCHOOL].last_day == TODAY

    def test_that_stands_already_is_left_alone(self, office: Office) -> None:
        office.perform(office.order("NEW", SCHOOL, HOME))
        outcome = office.again(office.order("NEW", HOME, SCHOOL))
        assert (outcome.code, outcome.detail["valid_to"]) == (EXISTS, {SCHOOL: "2028-11-20", HOME: "2028-11-20"})
        assert len(office.register.writes) == 2

    def test_gets_what_is_missing(self, office: Office) -> None:
        office.is_orderer(SCHOOL)
        assert office.perform(office.order("NEW", SCHOOL, HOME)).code is UPDATED
        assert office.active().keys() == {SCHOOL, HOME}
        assert office.register.writes == [("authorise", "best9")]

    @pytest.mark.parametrize("stands", [{"state": REVOKED}, {"last_day": TODAY - DAY}])
    def test_was_one_before(self, office: Office, stands: dict[str, Any]) -> None:
        office.is_orderer(SCHOOL, role=False, **stands)
        assert office.perform(office.order()).code is CREATED
        assert (office.orderer().orderer_id, office.orderer().role) == ("best9", True)
        assert office.active()[SCHOOL].first_day == TODAY

    def test_without_the_role_gets_it(self, office: Office) -> None:
        office.is_orderer(SCHOOL, role=False)
        assert office.perform(office.order()).code is UPDATED
        assert office.register.writes == [("give_role", "best9")]

    @pytest.mark.parametrize(
        ("ends", "code", "first"), [(None, EXISTS, None), (NOT_SOON, EXISTS, None), (SOON, UPDATED, SOON + DAY)]
    )
    def test_is_confirmed_again_in_the_last_month(
        self, office: Office, ends: date | None, code: OutcomeCode, first: date | None
    ) -> None:
        office.is_orderer(SCHOOL, last_day=ends)
        outcome = office.perform(office.order())
        shown = LAST if first else ends
        assert (outcome.code, outcome.detail["valid_to"]) == (code, {SCHOOL: shown and shown.isoformat()})
        renewed = [each for each in office.register.active("best9") if each.signature == "ES-77"]
        assert [(each.first_day, each.last_day) for each in renewed] == ([(first, LAST)] if first else [])

    def test_is_not_prolonged_by_less(self, office: Office) -> None:
        office.is_orderer(SCHOOL, last_day=SOON)
        assert office.perform(office.order(valid_to=SOON)).code is EXISTS


class TestWhoSigns:
    def test_nobody_for_themselves(self, office: Office) -> None:
        office.register.unit(SCHOOL, leader=SUBJECT)
        office.refused(office.order(signed_by=SUBJECT), SelfOrder)
        assert office.opened() == []

    def test_unless_leaders_order_by_office(self, office: Office) -> None:
        signature = office.order(signed_by=SUBJECT).signature
        assert signature is not None
        require_another_signer(signature, SUBJECT, OrdererSettings(leader_ex_officio=True))
        with pytest.raises(SelfOrder):
            require_another_signer(signature, SUBJECT, SETTINGS)

    @pytest.mark.parametrize("action", ["NEW", "DELETE"])
    def test_the_leader_of_each_unit(self, office: Office, action: str) -> None:
        office.is_orderer(SCHOOL)
        told = office.refused(office.order(action, SCHOOL, HALL), NotAuthorised)
        assert told.detail == {"unit": HALL}

    @pytest.mark.parametrize("action", ["NEW", "DELETE"])
    def test_not_the_leader_of_another(self, office: Office, action: str) -> None:
        office.is_orderer(SCHOOL)
        assert office.refused(office.order(action, signed_by=OTHER_LEADER), NotAuthorised).detail == {"unit": SCHOOL}

    def test_not_for_all_units_who_leads_some(self, office: Office) -> None:
        office.is_orderer(SCHOOL, HALL)
        told = office.refused(office.order("DELETE", units=(), unit=SCHOOL), NotAuthorised)
        assert told.detail == {"unit": HALL}

    @pytest.mark.parametrize("action", ["NEW", "DELETE"])
    def test_a_unit_that_is_none(self, office: Office, action: str) -> None:
        del office.register.units[HOME]
        assert office.refused(office.order(action, HOME), InvalidValue).detail == {"unit": HOME}

    @pytest.mark.parametrize("action", ["NEW", "DELETE"])
    def test_nobody_orders_it_for_themselves(self, office: Office, action: str) -> None:
        office.is_orderer(SCHOOL)
        office.refused(office.order(action, orderer_id="best9"), SelfOrder)


class TestWhomItIsAbout:
    def test_nobody_whom_the_municipality_does_not_employ(self, office: Office) -> None:
        office.refused(office.order(subject={"employee_no": "9"}), PersonNotFound)

    def test_not_another_employee(self, office: Office) -> None:
        office.register.employ(SUBJECT, "Øyås, Nina", person().number)
        office.refused(office.order(), ConflictInTarget, "another person's")

    def test_not_another_name(self, office: Office) -> None:
        office.register.employ(SUBJECT, "Øyås, Ola", office.nina.number)
        office.refused(office.order(), NameMismatch)

    @pytest.mark.parametrize("action", ["NEW", "DELETE"])
    def test_not_another_orderer(self, office: Office, action: str) -> None:
        other = Employee(employee_no=SUBJECT, name="Øyås, Nina", number=person().number)
        office.register.put("best9", other)
        office.refused(office.order(action), ConflictInTarget, "another person's")

    @pytest.mark.parametrize("action", ["NEW", "DELETE"])
    def test_one_orderer(self, office: Office, action: str) -> None:
        office.is_orderer(SCHOOL)
        office.register.put("best10", office.register.employees[SUBJECT])
        office.refused(office.order(action), AmbiguousHit)

    @pytest.mark.parametrize("action", ["NEW", "DELETE"])
    def test_with_a_lasting_number(self, office: Office, action: str) -> None:
        office.refused(office.order(action, subject={"person_id": "201012345611"}), TemporaryId)


class TestTheEnd:
    def test_of_the_last_authorisation_takes_the_role_too(self, office: Office) -> None:
        office.others(SCHOOL, 1)
        office.is_orderer(SCHOOL)
        outcome = office.perform(office.order("DELETE"))
        assert outcome == Outcome(UPDATED, {"units": [SCHOOL], "role": False})
        (ended,) = office.orderer().authorisations
        assert (ended.state, ended.last_day, office.orderer().role) == (REVOKED, TODAY, False)
        assert office.register.writes == [("end", "best9"), ("remove_role", "best9")]

    def test_of_one_unit_leaves_the_others_and_the_role(self, office: Office) -> None:
        office.others(SCHOOL, 1)
        office.is_orderer(SCHOOL, HOME)
        assert office.perform(office.order("DELETE")) == Outcome(UPDATED, {"units": [SCHOOL], "role": True})
        assert (office.active().keys(), office.orderer().role) == ({HOME}, True)

    def test_of_all_units(self, office: Office) -> None:
        office.is_orderer(SCHOOL, HOME)
        assert office.perform(office.order("DELETE", units=(), unit=SCHOOL)).detail["units"] == [SCHOOL, HOME]
        assert office.active() == {}

    def test_of_two_for_one_unit(self, office: Office) -> None:
        office.is_orderer(SCHOOL, SCHOOL)
        assert office.perform(office.order("DELETE")).code is UPDATED
        assert office.active() == {}

    def test_of_nothing(self, office: Office) -> None:
        assert office.perform(office.order("DELETE")) == Outcome(NOOP)
        office.is_orderer(SCHOOL, role=False, state=REVOKED)
        assert office.again(office.order("DELETE")) == Outcome(NOOP)
        assert office.register.writes == []

    def test_of_another_unit(self, office: Office) -> None:
        office.is_orderer(HOME)
        assert office.perform(office.order("DELETE")) == Outcome(NOOP)
        assert office.orderer().role

    def test_of_a_role_that_was_left_behind(self, office: Office) -> None:
        office.is_orderer(SCHOOL, state=EXPIRED)
        assert office.perform(office.order("DELETE")) == Outcome(UPDATED, {"units": [], "role": False})
        assert not office.orderer().role


class TestWhoHasLeft:
    """Without a leader's signature an authorisation ends where the directory shows that the person works there no more."""

    @pytest.fixture(autouse=True)
    def who_orders(self, office: Office) -> None:
        office.register.put("best22", Employee(employee_no="100900", name="Dahle, Per", number=person().number))
        office.register.authorise("best22", SCHOOL)
        office.is_orderer(SCHOOL, HALL)

    @pytest.mark.parametrize("state", [AccountState.DISABLED, AccountState.PENDING_DELETE])
    def test_orders_for_no_unit(self, office: Office, state: AccountState) -> None:
        office.works_for(SCHOOL, HALL, state=state)
        outcome = office.perform(office.leaving(units=()))
        assert (outcome.code, outcome.detail) == (UPDATED, {"units": [HALL, SCHOOL], "role": False})

    def test_a_unit_does_not_order_for_that_one(self, office: Office) -> None:
        office.works_for(HALL)
        assert office.perform(office.leaving(SCHOOL)).detail == {"units": [SCHOOL], "role": True}

    @pytest.mark.parametrize("units", [(SCHOOL,), (SCHOOL, HALL), ()])
    def test_but_not_while_an_active_account_names_the_unit(self, office: Office, units: tuple[str, ...]) -> None:
        office.works_for(*units)
        told = office.refused(office.leaving(SCHOOL), NotAuthorised, "has not left")
        assert told.detail == {"units": [SCHOOL]}

    def test_nor_for_the_unit_where_the_person_stays(self, office: Office) -> None:
        office.works_for(HALL)
        assert office.refused(office.leaving(units=()), NotAuthorised).detail == {"units": [HALL]}

    def test_nor_for_a_unit_that_is_not_who_orders(self, office: Office) -> None:
        """Some order for units in which they do not work: an account that does not name one proves nothing then."""
        office.works_for(SCHOOL)
        told = office.refused(office.leaving(HALL), NotAuthorised, "no authorisation")
        assert told.detail is None

    def test_nor_without_an_account_to_tell_by(self, office: Office) -> None:
        office.tk.accounts.clear()
        office.refused(office.leaving(SCHOOL), NotAuthorised)

    def test_nor_on_anybodys_order(self, office: Office) -> None:
        office.works_for(SCHOOL, state=AccountState.DISABLED)
        office.refused(office.leaving(SCHOOL, unit=HOME), NotAuthorised)
        assert office.opened() == ["open:1", "commit:1", "committed:1"]  # the register of orderers

    def test_nor_on_their_own(self, office: Office) -> None:
        office.works_for(SCHOOL, state=AccountState.DISABLED)
        office.refused(office.leaving(SCHOOL, orderer_id="best9"), SelfOrder)


class TestWhatLeadersAreTold:
    @pytest.mark.parametrize(("others", "told"), [(3, []), (4, []), (5, [f"many-orderers:{SCHOOL}"])])
    def test_of_more_than_five_orderers(self, office: Office, others: int, told: list[str]) -> None:
        office.others(SCHOOL, others)
        outcome = office.perform(office.order("NEW", SCHOOL, HOME))
        assert [task.name for task in outcome.tasks] == told
        assert [(task.role, task.unit) for task in outcome.tasks] == [("unit-leader", SCHOOL)] * len(told)

    def test_nothing_where_nothing_is_new(self, office: Office) -> None:
        office.others(SCHOOL, 9)
        office.is_orderer(SCHOOL)
        assert office.perform(office.order()).tasks == ()

    @pytest.mark.parametrize(("others", "told"), [(0, [f"no-orderer:{SCHOOL}"]), (1, [])])
    def test_of_the_last_orderer(self, office: Office, others: int, told: list[str]) -> None:
        office.others(SCHOOL, others)
        office.is_orderer(SCHOOL, HOME)
        outcome = office.perform(office.order("DELETE"))
        assert [task.name for task in outcome.tasks] == told
        assert [(task.role, task.unit) for task in outcome.tasks] == [("unit-leader", SCHOOL)] * len(told)

    def test_no_names(self, office: Office) -> None:
        office.is_orderer(SCHOOL)
        (task,) = office.perform(office.order("DELETE")).tasks
        assert all(word not in task.text for word in ("Nina", "Øyås", SUBJECT, office.nina.number))


class TestTheRegister:
    @pytest.mark.parametrize("action", ["NEW", "DELETE"])
    def test_has_somebody_locked(self, office: Office, action: str) -> None:
        office.is_orderer(SCHOOL)
        office.register.change("best9", locked=True)
        office.refused(office.order(action, HOME if action == "NEW" else SCHOOL), RecordLocked)

    def test_shows_another_authorisation_where_ours_failed(self, office: Office) -> None:
        def another(what: str, orderer_id: str) -> None:
            office.register.authorise("best9", SCHOOL, last_day=TODAY)
            raise TargetTimeout

        office.is_orderer(HOME)
        office.register.meanwhile = another
        with pytest.raises(ConflictInTarget, match="another authorisation"):
            office.perform(office.order())

    @pytest.mark.parametrize(("ends", "code"), [(LAST, EXISTS), (SOON, EXISTS)])
    def test_gets_an_authorisation_from_somebody_else_meanwhile(
        self, office: Office, ends: date, code: OutcomeCode
    ) -> None:
        office.is_orderer(HOME)
        with pytest.raises(LeaseLost):
            office.perform(office.order(), dies_at="commit:4")
        office.register.authorise("best9", SCHOOL, last_day=ends)
        assert office.perform(office.order()).code is code
        assert office.register.writes == []

    def test_loses_the_orderer_meanwhile(self, office: Office) -> None:
        office.is_orderer(SCHOOL)
        with pytest.raises(LeaseLost):
            office.perform(office.order("DELETE"), dies_at="end:1")
        office.register.orderers.clear()
        with pytest.raises(ConflictInTarget):
            office.perform(office.order("DELETE"))

    def test_ends_by_itself_meanwhile(self, office: Office) -> None:
        office.is_orderer(SCHOOL)
        with pytest.raises(LeaseLost):
            office.perform(office.order("DELETE"), dies_at="end:1")
        (before,) = office.orderer().authorisations
        office.register.change("best9", authorisations=(before.model_copy(update={"state": EXPIRED}),))
        assert office.perform(office.order("DELETE")).code is UPDATED
        assert office.register.writes == [("remove_role", "best9")]


class TestTheDeclaration:
    def test_is_the_domains(self) -> None:
        process = useradmin.processes["authorised-orderers"]
        assert (process.manual_minutes, process.retention) == (6.0, Retention.ORDERS)
        assert [target.name for target in process.targets] == ["orderers", "tknett"]
        assert (SETTINGS.signature_days, SETTINGS.validity_months, SETTINGS.most_per_unit) == (30, 24, 5)
        assert not SETTINGS.leader_ex_officio

    @pytest.mark.parametrize("code", sorted(codes(BusinessException)))
    def test_tells_the_user_administration_whatever_is_the_matter(self, code: str) -> None:
        task = tell_the_user_administration(code)
        assert (task.role, task.unit) == ("user-administration", None)
        assert replace(task, text="") == replace(tell_the_user_administration("RECORD_LOCKED"), text="")
