"""`account-removals`, scope TK_NETT: whoever leaves the municipality loses the account and all that hangs on it (USR-03)."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from orderers_in_memory import Employee
from removal_office import (
    ACTIVE,
    DISABLED,
    HALL,
    HOME,
    LEAVER,
    NOTE,
    NOW,
    ORDERED,
    PENDING,
    SCHOOL,
    TODAY,
    Office,
    days,
    handed_over,
)

from common.clock import OSLO
from common.errors import (
    AmbiguousHit,
    ConflictInTarget,
    NameMismatch,
    NeedsJudgement,
    NotAuthorised,
    RecordLocked,
    TemporaryId,
)
from common.process import Outcome, OutcomeCode, Retention
from common.testing import FixedClock, MemoryCase, person
from useradmin_svc.accesses.ordered import Action, OrderedAccess
from useradmin_svc.authorisation import AuthorisationExpired, SelfOrder
from useradmin_svc.directory.entry import Network
from useradmin_svc.orderers.ordered import OrderedAuthorisation, OrdererAction
from useradmin_svc.person_key import person_key
from useradmin_svc.processes.account_removals import remove_user
from useradmin_svc.removals.deletion import AccountDeletion
from useradmin_svc.removals.order import Removal
from useradmin_svc.screens.programs.target import AccessState, Holder
from useradmin_svc.service import useradmin

UPDATED, EXISTS, NOOP = OutcomeCode.UPDATED, OutcomeCode.EXISTS, OutcomeCode.NOOP
DELETE_AFTER = "2027-02-28"


@pytest.fixture
def office() -> Office:
    return Office()


class TestTheAccount:
    def test_is_disabled_and_set_aside_in_both_networks(self, office: Office) -> None:
        office.employed()
        outcome = office.removed()
        assert outcome.code is UPDATED
        assert outcome.detail["accounts"] == [
            {"network": "TK", "user_name": "anelov", "delete_after": DELETE_AFTER},
            {"network": "ELEV", "user_name": "anelov", "delete_after": DELETE_AFTER},
        ]
        for network in Network:
            account = office.account(network)
            assert (account.state, account.place, account.remark) == (PENDING, "Slettes", NOTE)
            assert (account.groups, account.hidden) == ((), True)
            assert office.directory(network).sign_in("anelov", office.directory(network).secrets["anelov"]) == "REFUSED"

    def test_is_disabled_before_it_is_moved_and_before_programs_are_asked(self, office: Office) -> None:
        office.employed(Network.TK)
        office.removed()
        points = office.reached()
        order = [points.index(point) for point in ("disable:1", "groups:1", "set_aside:1", "set_aside_done:1")]
        assert order == sorted(order)
        assert office.tk.writes == [("disable", "anelov"), ("groups", "anelov"), ("set_aside", "anelov")]

    def test_is_gone_from_one_network_only_where_there_is_one(self, office: Office) -> None:
        office.employed(Network.ELEV)
        assert [each["network"] for each in office.removed().detail["accounts"]] == ["ELEV"]

    def test_that_is_not_there_is_nothing(self, office: Office) -> None:
        assert office.removed() == Outcome(
            NOOP, {"accounts": [], "noted_before": {}, "programs": [], "orderer_for": []}
        )

    def test_that_was_removed_by_another_order_stands(self, office: Office) -> None:
        office.employed()
        office.removed()
        office.tk.writes.clear()
        outcome = office.removed(order_id="BRK-9005")
        assert outcome.code is EXISTS
        assert outcome.detail["accounts"][0] == {"network": "TK", "user_name": "anelov", "removed_by": "BRK-9003"}
        assert office.tk.writes == []
        assert handed_over(outcome, "account-deletions") == []

    def test_that_somebody_has_set_aside_by_hand_is_this_order_s(self, office: Office) -> None:
        office.employed(state=PENDING, groups=(), hidden=True, remark="Sluttet")
        outcome = office.removed()
        assert outcome.code is UPDATED
        assert office.account().remark == NOTE
        assert len(handed_over(outcome, "account-deletions")) == 1

    @pytest.mark.parametrize("known", [{"groups": ("TILLEGG",)}, {"hidden": False}])
    def test_that_was_set_aside_by_halves_is_finished(self, office: Office, known: dict[str, Any]) -> None:
        office.employed(**{"state": PENDING, "groups": (), "hidden": True, "remark": NOTE} | known)
        assert office.removed().code is UPDATED
        assert (office.account().groups, office.account().hidden) == ((), True)

    def test_that_was_disabled_for_security_stays_noted_as_such(self, office: Office) -> None:
        office.employed(state=DISABLED, remark="Sperret av sikkerhetsansvarlig 02.11.2026")
        outcome = office.removed()
        assert office.account().remark == f"{NOTE}, sikkerhet"
        assert outcome.detail["noted_before"]["TK:anelov"] == "Sperret av sikkerhetsansvarlig 02.11.2026"

    def test_of_a_security_leaver_is_noted_and_what_follows_is_urgent(self, office: Office) -> None:
        office.employed()
        office.access()
        outcome = office.removed(security=True, last_day=TODAY + days(10))
        assert office.account().remark == f"{NOTE}, sikkerhet"
        (access,) = handed_over(outcome, "program-accesses")
        assert access.priority == 1
        (deletion,) = handed_over(outcome, "account-deletions")
        assert deletion.not_before == datetime(2027, 3, 10, 23, 59, tzinfo=OSLO)


class TestWhoeverMayNot:
    def test_reaches_no_directory(self, office: Office) -> None:
        office.employed()
        office.refused(NotAuthorised, orderer_id="best99")
        assert office.reached() == ["open:1"]
        office.refused(NotAuthorised, unit=HOME)
        assert office.reached().count("open:2") == 0

    def test_is_judged_by_the_day_of_the_order(self, office: Office) -> None:
        office.employed()
        office.orderers.authorise("best22", HOME, last_day=ORDERED.date() - days(1))
        office.refused(AuthorisationExpired, unit=HOME)
        office.orderers.authorise("best22", HALL, last_day=ORDERED.date())
        office.employed(units=(HALL,))
        assert office.removed(unit=HALL).code is UPDATED

    def test_removes_not_even_herself(self, office: Office) -> None:
        office.employed()
        office.orders_herself(SCHOOL)
        office.refused(SelfOrder, orderer_id="best9")

    def test_without_a_lasting_number_nobody_is_sought(self, office: Office) -> None:
        office.employed()
        office.refused(TemporaryId, subject={"person_id": "201012345611"})


class TestWhoStays:
    def test_whoever_works_for_another_unit_keeps_the_account(self, office: Office) -> None:
        office.employed(units=(HOME, SCHOOL))
        refusal = office.refused(ConflictInTarget)
        assert refusal.detail == {"units": [HOME]}

    def test_also_where_only_one_network_says_so(self, office: Office) -> None:
        office.employed(Network.TK)
        office.employed(Network.ELEV, units=(HOME, SCHOOL))
        office.refused(ConflictInTarget)

    def test_also_who_has_moved_to_another_unit(self, office: Office) -> None:
        office.employed(units=(HOME,))
        office.refused(ConflictInTarget)

    def test_of_whom_no_account_names_the_unit_nobody_knows(self, office: Office) -> None:
        office.employed(units=())
        assert office.refused(NeedsJudgement).detail == {"user_name": "anelov"}

    def test_one_of_the_networks_is_enough_to_name_it(self, office: Office) -> None:
        office.employed(Network.TK)
        office.employed(Network.ELEV, units=())
        assert office.removed().code is UPDATED
        assert office.account(Network.ELEV).state is PENDING

    def test_what_is_set_aside_already_needs_no_unit(self, office: Office) -> None:
        office.employed(state=PENDING, units=(), groups=(), hidden=True, remark=NOTE)
        assert office.removed(order_id="BRK-9005").code is EXISTS

    def test_the_unit_that_is_added_while_the_robot_looks_counts(self, office: Office) -> None:
        office.employed()

        def moved(what: str, user_name: str) -> None:
            del what
            office.elev.put(user_name, family_name="Løvås", given_name="Ane", employee_no=LEAVER, units=(HOME, SCHOOL))

        office.tk.meanwhile = moved
        with pytest.raises(ConflictInTarget):
            office.removed()
        assert office.account(Network.ELEV).state is ACTIVE

    @pytest.mark.parametrize("group", ["Domain Admins", "domain admins"])
    def test_an_administrator_is_for_a_person(self, office: Office, group: str) -> None:
        office.employed(groups=("SKOLE-ALLE", group))
        assert office.refused(NeedsJudgement).detail == {"user_name": "anelov"}
        office.refused(NeedsJudgement, scope="UNIT")

    def test_a_group_that_only_sounds_like_it_is_none(self, office: Office) -> None:
        office.employed(groups=("Domain Admins Venner",))
        assert office.removed().code is UPDATED


class TestWhoseAccount:
    def test_a_name_that_is_another_is_not_touched(self, office: Office) -> None:
        office.employed(family_name="Nordhaug")
        office.refused(NameMismatch)

    def test_two_accounts_are_for_a_person(self, office: Office) -> None:
        office.employed()
        second = {"family_name": "Løvås", "given_name": "Ane", "employee_no": LEAVER, "units": (SCHOOL,)}
        office.tk.put("anelov2", **second)
        office.refused(ConflictInTarget)
        office.tk.put("anelov", **second, state=DISABLED)
        office.tk.put("anelov2", **second, state=DISABLED)
        office.refused(AmbiguousHit)

    def test_an_old_account_of_that_name_must_not_stay_open_unseen(self, office: Office) -> None:
        office.tk.put("gml0001", family_name="Løvås", given_name="Ane")
        office.refused(NeedsJudgement)

    def test_another_person_of_that_name_is_left_alone(self, office: Office) -> None:
        office.tk.put("anelov2", family_name="Løvås", given_name="Ane", employee_no="7")
        assert office.removed().code is NOOP
        assert office.writes() == []

    def test_whose_it_is_finds_it_under_another_employee_number_and_name(
        self, office: Office, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / "key").write_bytes(b"k" * 32)
        monkeypatch.setenv("ROGER_ORDERS_PERSON_KEY", str(tmp_path / "key"))
        office.employed(employee_no="7", family_name="Gift", person_key=person_key(office.ane.number))
        assert office.removed().code is UPDATED
        office.employed(person_key=person_key(person().number))
        office.refused(ConflictInTarget)

    def test_an_account_that_somebody_has_open_waits_for_a_person(self, office: Office) -> None:
        office.employed()
        office.tk.locked.add("anelov")
        office.refused(RecordLocked)


class TestLegalHold:
    def test_disables_and_hides_and_never_deletes(self, office: Office) -> None:
        office.employed()
        outcome = office.removed(legal_hold=True)
        account = office.account()
        assert (outcome.code, account.state, account.hidden) == (UPDATED, DISABLED, True)
        assert (account.place, account.groups) == ("Skole", ("FELLES", "SKOLE-ALLE", "TILLEGG"))
        assert account.remark == f"{NOTE}, bevares"
        assert outcome.detail["accounts"][0] == {"network": "TK", "user_name": "anelov", "kept": "LEGAL_HOLD"}
        assert handed_over(outcome, "account-deletions") == []

    def test_once_is_enough(self, office: Office) -> None:
        office.employed()
        office.removed(legal_hold=True)
        office.tk.writes.clear()
        assert office.removed(order_id="BRK-9005", legal_hold=True).code is EXISTS
        assert office.removed(order_id="BRK-9006").code is EXISTS
        assert office.tk.writes == []

    def test_that_an_administrator_has_noted_holds_as_well(self, office: Office) -> None:
        office.employed(remark="Bevares: tilsynssak")
        outcome = office.removed()
        assert (office.account().state, office.account().remark) == (DISABLED, f"{NOTE}, bevares")
        assert handed_over(outcome, "account-deletions") == []

    def test_of_what_was_set_aside_already_is_noted_there(self, office: Office) -> None:
        office.employed()
        office.removed()
        outcome = office.removed(order_id="BRK-9005", legal_hold=True)
        assert (outcome.code, office.account().state) == (UPDATED, PENDING)
        assert office.account().remark == "Sperret 30.11.2026, bestilling BRK-9005, bevares"


class TestWhatIsLeftToOthers:
    def test_every_active_access_ends(self, office: Office) -> None:
        office.employed()
        office.access("ESA", units=(SCHOOL, HOME))
        office.access("AGRESSO", units=())
        office.access("AGRESSO", state=AccessState.DISABLED)
        outcome = office.removed()
        rows = handed_over(outcome, "program-accesses")
        ends = [(row.program, row.action) for row in rows if isinstance(row, OrderedAccess)]
        assert ends == [("AGRESSO", Action.DELETE), ("ESA", Action.DELETE)]
        assert outcome.detail["programs"] == ["AGRESSO", "ESA"]
        assert office.programs.writes == []

    def test_each_is_an_order_of_whoever_ordered_the_removal(self, office: Office) -> None:
        office.employed()
        office.access()
        (row,) = handed_over(office.removed(), "program-accesses")
        assert isinstance(row, OrderedAccess)
        assert (row.order_id, row.orderer_id, row.unit, row.ordered_at) == ("BRK-9003", "best22", SCHOOL, ORDERED)
        assert (row.person.person_id, row.person.employee_no) == (office.ane.number, LEAVER)
        assert row.reference == f"{office.case.id}:ESA"
        assert (row.data_scope, row.roles, row.valid_from) == ((SCHOOL,), (), None)

    def test_an_access_under_the_user_name_without_the_person_is_found(self, office: Office) -> None:
        office.employed(Network.TK)
        office.programs.put("ESA", Holder(user_name="anelov", number="", name="Løvås, A"), "LESER")
        assert office.removed().detail["programs"] == ["ESA"]

    def test_of_a_leaver_without_an_account_accesses_end_all_the_same(self, office: Office) -> None:
        office.access()
        outcome = office.removed()
        assert (outcome.code, outcome.detail["programs"]) == (NOOP, ["ESA"])
        assert len(handed_over(outcome, "program-accesses")) == 1

    @pytest.mark.parametrize(("ago", "said"), [(29, NOW - timedelta(days=29)), (30, NOW - timedelta(days=29))])
    def test_an_order_that_has_waited_for_months_is_still_taken_in(
        self, office: Office, ago: int, said: datetime
    ) -> None:
        office.employed()
        office.access()
        (row,) = handed_over(office.removed(ordered_at=NOW - timedelta(days=ago)), "program-accesses")
        assert isinstance(row, OrderedAccess)
        assert row.ordered_at == said
        assert list(row.breaches(NOW + timedelta(hours=23))) == []

    def test_accounts_are_deleted_ninety_days_after_the_last_day(self, office: Office) -> None:
        office.employed()
        (row,) = handed_over(office.removed(), "account-deletions")
        assert isinstance(row, AccountDeletion)
        assert row.not_before == datetime(2027, 2, 28, 23, 59, tzinfo=OSLO)
        assert (row.order_id, row.person_id, row.unit) == ("BRK-9003", office.ane.number, SCHOOL)
        assert [account.key for account in row.accounts] == ["TK:anelov", "ELEV:anelov"]

    @pytest.mark.parametrize("user_name", ["AneLov", "3-anelov", "ane.løvås", "ane-margrethe.lovas.hansen"])
    def test_an_account_from_before_roger_may_be_called_anything(self, office: Office, user_name: str) -> None:
        office.employed(Network.TK)
        kept = office.tk.accounts.pop("anelov")
        office.tk.put(user_name, **kept.model_dump(exclude={"user_name"}))
        (deletion,) = handed_over(office.remove(), "account-deletions")
        assert isinstance(deletion, AccountDeletion)
        assert [each.user_name for each in deletion.accounts] == [user_name]

    def test_of_a_last_day_that_is_over_ninety_days_after_today(self, office: Office) -> None:
        office.employed()
        (row,) = handed_over(office.removed(last_day=TODAY - days(60)), "account-deletions")
        assert row.not_before == datetime(2027, 2, 28, 23, 59, tzinfo=OSLO)


class TestWhoOrdered:
    def test_loses_that_right_for_all_units(self, office: Office) -> None:
        office.employed()
        office.orders_herself(SCHOOL, HOME)
        office.orderers.authorise("best22", HOME)
        outcome = office.removed()
        (row,) = handed_over(outcome, "authorised-orderers")
        assert isinstance(row, OrderedAuthorisation)
        assert (row.action, row.units, row.signed_by) == (OrdererAction.DELETE, (), None)
        assert (row.order_id, row.unit, row.reference) == ("BRK-9003", SCHOOL, f"{office.case.id}:orderer")
        assert outcome.detail["orderer_for"] == [SCHOOL, HOME]
        assert outcome.tasks == ()
        assert office.orderers.writes == []

    def test_of_a_unit_alone_leaves_a_task_for_its_leader(self, office: Office) -> None:
        office.employed()
        office.orders_herself(SCHOOL, HOME)
        (task,) = office.removed().tasks
        assert (task.name, task.role, task.unit) == (f"no-orderer:{HOME}", "unit-leader", HOME)
        assert "Den siste som kunne bestille tilganger for enhet 312900114" in task.text

    @pytest.mark.parametrize(("last_day", "alone"), [(TODAY - days(1), True), (TODAY, False)])
    def test_whoever_may_not_any_more_is_nobody_else(self, office: Office, last_day: date, *, alone: bool) -> None:
        office.employed()
        office.orders_herself(HOME)
        office.orderers.authorise("best22", HOME, last_day=last_day)
        assert len(office.removed().tasks) == alone

    def test_who_might_once_loses_nothing(self, office: Office) -> None:
        office.employed()
        office.orders_herself()
        office.orderers.authorise("best9", HOME, last_day=TODAY - days(1))
        outcome = office.removed()
        assert handed_over(outcome, "authorised-orderers") == []
        assert outcome.tasks == ()

    def test_under_another_persons_number_is_for_a_person_but_the_account_is_shut(self, office: Office) -> None:
        office.employed()
        office.orderers.put("best9", Employee(employee_no=LEAVER, name="Løvås, Ane", number=person().number))
        with pytest.raises(ConflictInTarget):
            office.removed()
        assert office.account().state is PENDING


class TestOpenCaseFiles:
    def test_are_a_task_for_the_leader_and_the_account_goes_all_the_same(self, office: Office) -> None:
        office.employed()
        office.access(open_items=3)
        outcome = office.removed(handover_to="kardah")
        (task,) = outcome.tasks
        assert (task.role, task.unit, task.due) == ("unit-leader", SCHOOL, TODAY)
        assert task.title == "Åpne saker i ESA må fordeles"
        assert "anelov" in task.text
        assert "3 åpne saker i ESA. kardah skal overta" in task.text
        assert office.account().state is PENDING

    def test_without_anybody_named_the_leader_finds_somebody(self, office: Office) -> None:
        office.access(open_items=1)
        (task,) = office.removed().tasks
        assert "én åpen sak i ESA. Bestillingen sier ikke hvem som skal overta" in task.text

    def test_none_are_no_task(self, office: Office) -> None:
        office.access(open_items=0)
        assert office.removed().tasks == ()

    def test_count_in_programs_with_case_files_only(self, office: Office) -> None:
        office.access("AGRESSO", open_items=3)
        assert office.removed().tasks == ()


class TestTheDomainsExample:
    def test_whoever_works_elsewhere_too_is_not_removed(self, office: Office) -> None:
        """Line 20 of the examples: at its moment, BE-304."""
        row: dict[str, Any] = {
            "order_id": "BRK-9003",
            "orderer_id": "best22",
            "subject": {
                "employee_no": "101",
                "person_id": "15855510151",
                "family_name": "Brattli",
                "given_name": "Ove",
            },
            "unit": "312900114",
            "scope": "TK_NETT",
            "last_day": "2026-11-30",
            "legal_hold": False,
        }
        now = datetime(2026, 11, 22, 9, tzinfo=OSLO)
        office.orderers.authorise("best22", HOME)
        office.tk.put(
            "ovebra", family_name="Brattli", given_name="Ove", employee_no="101", units=("311874322", "312900114")
        )
        order = Removal.model_validate(row, context={"accepts_synthetic": True})
        assert list(order.breaches(now)) == []
        assert order.earliest(now) == datetime(2026, 11, 30, 23, 59, tzinfo=OSLO)
        office.case = MemoryCase(registers=office.registers, submitted_at=now)
        with pytest.raises(ConflictInTarget):
            remove_user(order, office.case.run(office.screens(), clock=FixedClock(now)))
        assert office.writes() == []


class TestTheProcess:
    def test_keeps_orders_for_two_years(self) -> None:
        assert useradmin.processes["account-removals"].retention is Retention.ORDERS

    def test_works_in_all_four_targets(self) -> None:
        targets = [target.name for target in useradmin.processes["account-removals"].targets]
        assert targets == ["elevnett", "orderers", "programs", "tknett"]

    def test_tells_user_administration_what_a_person_must_do(self) -> None:
        tell = useradmin.processes["account-removals"].fallout
        assert tell is not None
        task = tell("CONFLICT_IN_TARGET")
        assert task.role == "user-administration"
        assert "i strid med saken" in task.text
