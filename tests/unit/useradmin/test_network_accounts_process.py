"""`network-accounts`: every rule of USR-02, at directories in memory."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path
from threading import Barrier, Thread
from typing import Any

import pytest
from account_office import (
    ACTIVE,
    DISABLED,
    EMPLOYEE_NO,
    FIRST,
    HALL,
    HOME,
    LAST,
    LEADER_NO,
    NOW,
    PENDING,
    SCHOOL,
    TODAY,
    UNITS,
    Office,
)
from orderers_in_memory import Employee

from common.clock import OSLO
from common.errors import (
    AmbiguousHit,
    ConflictInTarget,
    DateOutOfRange,
    InvalidValue,
    LeaseLost,
    LimitExceeded,
    NameMismatch,
    NeedsJudgement,
    NotAuthorised,
    PersonNotFound,
    TargetRejected,
    TemporaryId,
)
from common.process import OutcomeCode, Retention
from common.testing import FixedClock, MemoryCase, Person, person
from useradmin_svc.accounts.naming import FREED, USER_NAME
from useradmin_svc.accounts.tasks import tell_user_administration
from useradmin_svc.accounts.user_name import MOST
from useradmin_svc.authorisation import AuthorisationExpired, SelfOrder
from useradmin_svc.person_key import person_key
from useradmin_svc.processes.network_accounts import ordered_accounts
from useradmin_svc.service import useradmin

CREATED, UPDATED, EXISTS = OutcomeCode.CREATED, OutcomeCode.UPDATED, OutcomeCode.EXISTS


@pytest.fixture(autouse=True)
def accounts_say_whose_they_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "key").write_text("k" * 32)
    monkeypatch.setenv("ROGER_ORDERS_PERSON_KEY", str(tmp_path / "key"))


@pytest.fixture
def office() -> Office:
    return Office()


def remembered(office: Office, kind: str) -> list[Any]:
    return [fact.value for fact in office.ledger.all_of(office.case.id, kind, today=TODAY)]


class TestANewAccount:
    def test_stands_as_the_order_and_the_register_of_units_say(self, office: Office) -> None:
        outcome = office.perform(office.order(mailbox=True, groups=["KANTINE"]))
        assert outcome.code is CREATED
        assert outcome.detail == {
            "user_names": {"TK": "anelov"},
            "networks": {"TK": "CREATED"},
            "expires": {"TK": "2027-06-30"},
        }
        assert office.tk.accounts["anelov"].model_dump() == {
            "user_name": "anelov",
            "family_name": "Løvås",
            "given_name": "Ane",
            "employee_no": EMPLOYEE_NO,
            "person_key": person_key(office.ane.number),
            "units": (SCHOOL,),
            "place": "Skole",
            "groups": ("KANTINE", "SKOLE-ALLE", "SKRIVER-1"),
            "manager": "lederskole",
            "mail": "anelov@skole.kommune.example",
            "hidden": False,
            "expires": LAST,
            "remark": "Opprettet, bestilling BRK-9002",
            "state": ACTIVE,
        }
        assert office.elev.standing(EMPLOYEE_NO) == []

    def test_has_a_secret_that_only_its_owner_is_sent_and_must_change(self, office: Office) -> None:
        outcome = office.perform(office.order())
        (given,) = office.case.entrusted.values()
        secret = given.secret.get_secret_value()
        assert (given.to, given.about) == ("40000003", "TK-nett")
        assert office.tk.sign_in("anelov", secret) == "MUST_CHANGE"
        assert secret not in repr(outcome)
        assert secret not in repr(office.case.recorded)

    def test_in_both_networks_is_called_the_same_and_shares_no_groups(self, office: Office) -> None:
        outcome = office.perform(office.order(network="BOTH", groups=["SKOLE-ALLE", "KANTINE"]))
        assert outcome.detail["user_names"] == {"TK": "anelov", "ELEV": "anelov"}
        assert outcome.detail["networks"] == {"TK": "CREATED", "ELEV": "CREATED"}
        assert office.tk.accounts["anelov"].groups == ("KANTINE", "SKOLE-ALLE", "SKRIVER-1")
        assert office.elev.accounts["anelov"].groups == ("KANTINE", "LAERERE")
        assert [given.about for given in office.case.entrusted.values()] == ["TK-nett", "elevnett"]

    def test_has_groups_before_anybody_is_let_in(self, office: Office) -> None:
        office.perform(office.order(network="BOTH"))
        made = [("create", "anelov"), ("groups", "anelov"), ("secret", "anelov")]
        assert (office.tk.writes, office.elev.writes) == (made, made)

    def test_has_no_mailbox_unless_it_is_ordered(self, office: Office) -> None:
        office.perform(office.order())
        assert office.tk.accounts["anelov"].mail == ""

    def test_of_a_permanent_employment_does_not_expire(self, office: Office) -> None:
        outcome = office.perform(office.order(employment={"type": "FAST", "from": FIRST}))
        assert office.tk.accounts["anelov"].expires is None
        assert outcome.detail["expires"] == {"TK": None}

    def test_is_told_to_the_orderer_by_its_name_only(self, office: Office) -> None:
        (task,) = office.perform(office.order(network="BOTH")).tasks
        assert (task.role, task.unit) == ("orderer", SCHOOL)
        assert "Brukernavnet er anelov i TK-nett og elevnett." in task.text
        assert "til og med 30.06.2027" in task.text
        assert not any(known in task.text for known in (office.ane.number, "Løvås", EMPLOYEE_NO, "40000003"))

    def test_is_remembered_as_ordered(self, office: Office) -> None:
        office.perform(office.order(network="BOTH"))
        assert remembered(office, "ordered-account") == [
            {
                "network": network,
                "user_name": "anelov",
                "unit": SCHOOL,
                "employee_no": EMPLOYEE_NO,
                "expires": "2027-06-30",
            }
            for network in ("TK", "ELEV")
        ]

    def test_is_found_the_next_time(self, office: Office) -> None:
        office.perform(office.order(network="BOTH"))
        writes = len(office.tk.writes)
        outcome = office.again(office.order(network="BOTH"))
        assert (outcome.code, len(office.tk.writes)) == (EXISTS, writes)
        assert outcome.detail["networks"] == {"TK": "EXISTS", "ELEV": "EXISTS"}
        assert office.case.entrusted == {}
        assert "passord" not in outcome.tasks[0].text

    def test_needs_somewhere_to_send_the_secret_to(self, office: Office) -> None:
        office.refused(office.order(subject={"mobile": None}), InvalidValue)

    def test_keeps_every_letter_of_a_name(self, office: Office) -> None:
        odd = person(family_name="Ber*g)(uid=*", given_name="<b>Åse</b>")
        office.perform(office.order(of=odd))
        (account,) = office.tk.standing(EMPLOYEE_NO)
        assert (account.family_name, account.given_name) == ("Ber*g)(uid=*", "<b>Åse</b>")
        assert account.user_name == "basber"

    def test_that_the_directory_refuses_is_a_persons(self, office: Office) -> None:
        office.refused(office.order(of=person(family_name="N" * 80, given_name="Ola")), TargetRejected)


class TestTheUserName:
    def test_of_somebody_else_gets_a_number(self, office: Office) -> None:
        office.tk.put("anelov", employee_no="5", person_key="somebody")
        assert office.perform(office.order()).detail["user_names"] == {"TK": "anelov2"}

    def test_is_looked_for_in_the_other_network_too(self, office: Office) -> None:
        office.elev.put("anelov", employee_no="5", person_key="somebody")
        assert office.perform(office.order()).detail["user_names"] == {"TK": "anelov2"}

    def test_is_the_one_that_its_owner_has_in_the_other_network(self, office: Office) -> None:
        office.standing("gammelt")
        outcome = office.perform(office.order(network="ELEV"))
        assert (outcome.code, outcome.detail["user_names"]) == (CREATED, {"ELEV": "gammelt"})
        assert remembered(office, USER_NAME) == []

    def test_of_the_other_network_may_belong_to_somebody_else_here(self, office: Office) -> None:
        office.standing("gammelt")
        office.elev.put("gammelt", employee_no="5", person_key="somebody")
        office.refused(office.order(network="BOTH"), ConflictInTarget, "another person's")

    def test_that_was_freed_lately_is_not_used(self, office: Office) -> None:
        until = TODAY + timedelta(days=1)
        office.ledger.enter(office.case.id, FREED, "ELEV:anelov", {}, until=until, today=TODAY)
        assert office.again(office.order()).detail["user_names"] == {"TK": "anelov2"}

    def test_that_was_freed_long_ago_is_used_again(self, office: Office) -> None:
        office.ledger.enter(office.case.id, FREED, "ELEV:anelov", {}, until=TODAY - timedelta(days=1), today=TODAY)
        assert office.again(office.order()).detail["user_names"] == {"TK": "anelov"}

    def test_is_nobody_elses_for_24_months_once_it_was_reached_for(self, office: Office) -> None:
        office.perform(office.order())
        fact = office.ledger.look_up(office.case.id, USER_NAME, "anelov", today=TODAY)
        assert fact is not None
        assert (fact.until, fact.value) == (date(2028, 11, 23), {"case": str(office.case.id)})
        del office.tk.accounts["anelov"]
        namesake = person(family_name="Løvås", given_name="Ane")
        order = office.order(of=namesake, subject={"employee_no": "77"})
        assert office.again(order).detail["user_names"] == {"TK": "anelov2"}

    def test_may_come_to_an_end(self, office: Office) -> None:
        for number in range(1, MOST + 1):
            name = "anelov" if number == 1 else f"anelov{number}"
            office.ledger.enter(office.case.id, FREED, f"TK:{name}", {}, until=LAST, today=TODAY)
        office.refused(office.order(), LimitExceeded)

    def test_that_somebody_takes_right_before_the_save_is_not_shared(self, office: Office) -> None:
        office.meanwhile(lambda: office.tk.put("anelov", employee_no="5", person_key="somebody"))
        with pytest.raises(TargetRejected):
            office.perform(office.order())
        assert office.tk.accounts["anelov"].person_key == "somebody"
        # A person lets Roger try again: now that one is seen to be taken.
        office.case.retried()
        assert office.perform(office.order()).detail["user_names"] == {"TK": "anelov2"}

    def test_two_orders_at_once_for_people_of_one_name_give_two(self, office: Office) -> None:
        """Both have looked, and found nothing, before either makes an account."""
        people = [person(family_name="Løvås", given_name="Ane") for _ in range(4)]
        start, names = Barrier(len(people)), [""] * len(people)

        def order_for(place: int, one: Person) -> None:
            case = MemoryCase(registers=office.registers, ledger=office.ledger, submitted_at=NOW)
            given = office.order(of=one, order_id=f"BRK-{place}", subject={"employee_no": str(place)})
            run = case.run(office.screens(), clock=FixedClock(NOW))
            start.wait()
            names[place] = ordered_accounts(given, run).detail["user_names"]["TK"]

        office.case.run()
        threads = [Thread(target=order_for, args=each) for each in enumerate(people)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(names) == ["anelov", "anelov2", "anelov3", "anelov4"]
        assert all(office.tk.accounts[name].employee_no == str(place) for place, name in enumerate(names))

    def test_is_held_from_the_moment_it_is_chosen(self, office: Office) -> None:
        """The first case dies with the name in its hand; whoever comes next gets another one, and it goes on with its own."""
        first, order = office.case, office.order()
        with pytest.raises(LeaseLost):
            office.perform(order, dies_at="create:1")
        namesake = person(family_name="Løvås", given_name="Ane")
        second = office.order(of=namesake, order_id="BRK-2", subject={"employee_no": "77"})
        assert office.again(second).detail["user_names"] == {"TK": "anelov2"}
        office.case = office.tk.case = office.elev.case = office.orderers.case = first
        assert office.perform(order).detail["user_names"] == {"TK": "anelov"}


class TestTheSearch:
    def test_by_employee_number_finds_an_account_that_does_not_say_whose_it_is(self, office: Office) -> None:
        office.standing("gammelt", person_key="")
        outcome = office.perform(office.order())
        assert (outcome.code, outcome.detail["user_names"]) == (UPDATED, {"TK": "gammelt"})
        assert office.tk.accounts["gammelt"].person_key == person_key(office.ane.number)

    def test_by_person_finds_one_with_another_employee_number_and_leaves_it(self, office: Office) -> None:
        office.standing("gammelt", employee_no="42")
        assert office.perform(office.order()).code is EXISTS
        assert office.tk.accounts["gammelt"].employee_no == "42"

    def test_with_another_persons_employee_number_stops(self, office: Office) -> None:
        office.standing(person_key=person_key(person().number))
        office.refused(office.order(), ConflictInTarget, "another person's")

    def test_with_another_name_under_the_number_stops(self, office: Office) -> None:
        office.standing(person_key="", family_name="Heltannet")
        office.refused(office.order(), NameMismatch)

    def test_with_another_name_of_the_same_person_stops_unless_it_is_a_change(self, office: Office) -> None:
        office.standing(family_name="Pikenavn")
        office.refused(office.order(), NameMismatch)
        assert office.again(office.order("CHANGE")).code is UPDATED
        assert office.tk.accounts["anelov"].family_name == "Løvås"

    def test_of_a_name_that_nobody_can_place_is_a_persons(self, office: Office) -> None:
        office.standing("gammelt", person_key="", employee_no="")
        told = office.refused(office.order(), NeedsJudgement)
        assert told.detail == {"network": "TK", "user_names": ["gammelt"]}

    @pytest.mark.parametrize(
        "known", [{"person_key": "somebody", "employee_no": ""}, {"person_key": "", "employee_no": "5"}]
    )
    def test_of_a_name_that_is_somebody_elses_goes_on(self, office: Office, known: dict[str, Any]) -> None:
        office.standing("gammelt", **known)
        assert office.perform(office.order()).code is CREATED

    def test_takes_the_active_one_of_several(self, office: Office) -> None:
        office.standing("gammelt", state=DISABLED, employee_no="42")
        office.standing("anelov")
        assert office.perform(office.order()).detail["user_names"] == {"TK": "anelov"}

    def test_stops_at_several_active_ones(self, office: Office) -> None:
        office.standing("gammelt", employee_no="42")
        office.standing("anelov")
        office.refused(office.order(), ConflictInTarget, "several active")

    def test_stops_at_several_disabled_ones(self, office: Office) -> None:
        office.standing("gammelt", state=DISABLED, employee_no="42")
        office.standing("anelov", state=PENDING)
        office.refused(office.order("REACTIVATE"), AmbiguousHit)

    def test_goes_by_numbers_where_accounts_do_not_say_whose_they_are(
        self, office: Office, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.delenv("ROGER_ORDERS_PERSON_KEY")
        office.standing("gammelt", person_key="of another key")
        assert office.perform(office.order()).code is EXISTS


class TestAnAccountInUse:
    def test_of_the_same_unit_that_is_as_ordered_exists(self, office: Office) -> None:
        office.standing()
        outcome = office.perform(office.order())
        assert (outcome.code, office.tk.writes) == (EXISTS, [])

    def test_gets_the_unit_of_another_employment(self, office: Office) -> None:
        before = office.standing(mail="ane@gammelt.example")
        outcome = office.perform(office.order(unit=HOME, mailbox=True))
        assert (outcome.code, office.tk.writes) == (UPDATED, [("arrange", "anelov"), ("groups", "anelov")])
        assert office.tk.accounts["anelov"] == before.model_copy(
            update={"units": (SCHOOL, HOME), "groups": ("HELSE-ALLE", "SKOLE-ALLE", "SKRIVER-1")}
        )

    @pytest.mark.parametrize(
        ("stands", "ordered", "expected"),
        [
            (date(2027, 1, 31), LAST, LAST),
            (date(2027, 12, 31), LAST, date(2027, 12, 31)),
            (None, LAST, None),
            (LAST, None, None),
        ],
    )
    def test_lasts_as_long_as_the_longer_employment(
        self, office: Office, stands: date | None, ordered: date | None, expected: date | None
    ) -> None:
        office.standing(expires=stands)
        office.perform(
            office.order(unit=HOME, employment={"type": "VIKAR" if ordered else "FAST", "from": FIRST, "to": ordered})
        )
        assert office.tk.accounts["anelov"].expires == expected

    def test_is_put_where_the_register_of_units_has_its_only_unit(self, office: Office) -> None:
        office.standing(place="Helse", manager="lederhjem")
        assert office.perform(office.order()).code is UPDATED
        assert (office.tk.accounts["anelov"].place, office.tk.accounts["anelov"].manager) == ("Skole", "lederskole")

    def test_may_stand_in_one_network_only(self, office: Office) -> None:
        office.standing()
        outcome = office.perform(office.order(network="BOTH"))
        assert (outcome.code, outcome.detail["networks"]) == (CREATED, {"TK": "EXISTS", "ELEV": "CREATED"})
        assert [given.about for given in office.case.entrusted.values()] == ["elevnett"]

    def test_ordered_to_be_opened_again_exists(self, office: Office) -> None:
        office.standing()
        assert office.perform(office.order("REACTIVATE")).code is EXISTS

    @pytest.mark.parametrize("network", ["TK", "BOTH"])
    def test_of_an_administrator_is_a_persons(self, office: Office, network: str) -> None:
        office.standing(groups=("domain admins",))
        office.refused(office.order(network=network), NeedsJudgement, "power")

    def test_of_an_administrator_elsewhere_is_a_persons_too(self, office: Office) -> None:
        office.standing(groups=("Domain Admins",))
        office.refused(office.order(network="ELEV"), NeedsJudgement, "power")


class TestADisabledAccount:
    @pytest.mark.parametrize("action", ["REACTIVATE", "NEW"])
    @pytest.mark.parametrize("state", [DISABLED, PENDING])
    def test_is_opened_again_as_if_new(self, office: Office, action: str, state: Any) -> None:
        office.standing(
            state=state, units=(HALL,), groups=("ADM-ALLE",), mail="ane@gammelt.example", hidden=True, employee_no="42",
            remark="Sperret 30.06.2026, bestilling BRK-1", expires=date(2026, 6, 30),
        )  # fmt: skip
        outcome = office.perform(office.order(action, mailbox=True))
        assert (outcome.code, outcome.detail["networks"]) == (UPDATED, {"TK": "UPDATED"})
        account = office.tk.accounts["anelov"]
        assert (account.state, account.units, account.place, account.employee_no) == (
            ACTIVE,
            (SCHOOL,),
            "Skole",
            EMPLOYEE_NO,
        )
        assert (account.groups, account.expires, account.hidden) == (("SKOLE-ALLE", "SKRIVER-1"), LAST, False)
        assert (account.mail, account.remark) == ("ane@gammelt.example", "Gjenåpnet, bestilling BRK-9002")
        (given,) = office.case.entrusted.values()
        assert office.tk.sign_in("anelov", given.secret.get_secret_value()) == "MUST_CHANGE"

    @pytest.mark.parametrize("remark", ["Sperret av sikkerhetsgrunner", "SIKKERHET", "Sperret 1.1.2026, sikkerhet"])
    @pytest.mark.parametrize("action", ["REACTIVATE", "NEW"])
    def test_for_the_sake_of_security_is_a_persons(self, office: Office, action: str, remark: str) -> None:
        office.standing(state=DISABLED, remark=remark)
        office.refused(office.order(action, network="BOTH"), NeedsJudgement, "security")

    def test_for_security_in_the_other_network_is_a_persons_too(self, office: Office) -> None:
        office.standing(state=DISABLED, remark="sikkerhet")
        office.refused(office.order(network="ELEV"), NeedsJudgement, "security")

    def test_that_must_be_kept_is_a_persons(self, office: Office) -> None:
        office.standing(state=DISABLED, hidden=True, remark="Sperret 30.06.2026, bestilling BRK-1, bevares")
        office.refused(office.order("REACTIVATE"), NeedsJudgement, "kept")

    @pytest.mark.parametrize("action", ["CHANGE", "MOVE"])
    def test_is_neither_changed_nor_moved(self, office: Office, action: str) -> None:
        office.standing(state=DISABLED)
        order = office.moved() if action == "MOVE" else office.order("CHANGE")
        office.refused(order, ConflictInTarget, "disabled")

    def test_that_security_disables_meanwhile_is_left_alone(self, office: Office) -> None:
        office.standing(state=DISABLED)

        with pytest.raises(LeaseLost):
            office.perform(office.order("REACTIVATE"), dies_at="arrange:1")
        office.standing(state=DISABLED, remark="Sperret, sikkerhet")
        with pytest.raises(ConflictInTarget):
            office.perform(office.order("REACTIVATE"))
        assert office.tk.accounts["anelov"].remark == "Sperret, sikkerhet"
        assert office.case.entrusted == {}


class TestAChange:
    @pytest.mark.parametrize("action", ["CHANGE", "REACTIVATE", "MOVE"])
    def test_of_nothing_is_not_made_up(self, office: Office, action: str) -> None:
        order = office.moved() if action == "MOVE" else office.order(action)
        told = office.refused(order, PersonNotFound)
        assert told.detail == {"networks": ["TK"]}

    def test_of_what_is_missing_in_one_network_does_nothing_in_the_other(self, office: Office) -> None:
        office.standing()
        office.refused(office.order("CHANGE", "BOTH", groups=["KANTINE"]), PersonNotFound)

    def test_of_another_units_account_stops(self, office: Office) -> None:
        office.standing(units=(HALL,))
        told = office.refused(office.order("CHANGE"), ConflictInTarget, "belong")
        assert told.detail == {"units": [HALL]}

    def test_sets_the_groups_of_the_only_employment_exactly(self, office: Office) -> None:
        office.standing(groups=("ADM-ALLE", "SKOLE-ALLE", "SKRIVER-1"))
        assert office.perform(office.order("CHANGE", groups=["KANTINE"])).code is UPDATED
        assert office.tk.accounts["anelov"].groups == ("KANTINE", "SKOLE-ALLE", "SKRIVER-1")

    def test_without_groups_leaves_them(self, office: Office) -> None:
        office.standing(groups=("KANTINE", "SKOLE-ALLE", "SKRIVER-1"))
        assert office.perform(office.order("CHANGE")).code is EXISTS

    def test_beside_another_employment_takes_nothing_away(self, office: Office) -> None:
        office.standing(units=(HALL, SCHOOL), groups=("ADM-ALLE", "SKOLE-ALLE"), mail="a@b.example", expires=None)
        office.perform(office.order("CHANGE", groups=["KANTINE"], mailbox=False))
        account = office.tk.accounts["anelov"]
        assert account.groups == ("ADM-ALLE", "KANTINE", "SKOLE-ALLE", "SKRIVER-1")
        assert (account.mail, account.expires) == ("a@b.example", None)

    def test_of_the_end_holds_exactly(self, office: Office) -> None:
        office.standing(expires=date(2027, 12, 31))
        office.perform(office.order("CHANGE"))
        assert office.tk.accounts["anelov"].expires == LAST

    def test_without_an_employment_leaves_the_end(self, office: Office) -> None:
        office.standing(expires=date(2027, 12, 31))
        assert office.perform(office.order("CHANGE", employment=None)).code is EXISTS

    @pytest.mark.parametrize(
        ("mailbox", "before", "after"),
        [
            (True, "", "anelov@skole.kommune.example"),
            (True, "a@b.example", "a@b.example"),
            (None, "a@b.example", "a@b.example"),
            (False, "a@b.example", ""),
        ],
    )
    def test_of_the_mailbox(self, office: Office, mailbox: Any, before: str, after: str) -> None:
        office.standing(mail=before)
        office.perform(office.order("CHANGE", mailbox=mailbox))
        assert office.tk.accounts["anelov"].mail == after

    def test_needs_no_mobile_number(self, office: Office) -> None:
        office.standing()
        order = office.order("CHANGE", groups=["KANTINE"], subject={"mobile": None})
        assert office.perform(order).code is UPDATED


class TestAMove:
    def test_ends_what_belongs_to_the_unit_that_is_left(self, office: Office) -> None:
        office.standing(groups=("KANTINE", "SKOLE-ALLE", "SKRIVER-1"), mail="ane@skole.kommune.example")
        assert office.perform(office.moved()).code is UPDATED
        account = office.tk.accounts["anelov"]
        assert (account.units, account.place, account.manager) == ((HOME,), "Helse", "lederhjem")
        assert account.groups == ("HELSE-ALLE", "SKRIVER-1")
        assert account.mail == "ane@skole.kommune.example"

    def test_keeps_what_belongs_to_a_unit_that_remains(self, office: Office) -> None:
        office.standing(units=(SCHOOL, HALL), groups=("ADM-ALLE", "KANTINE", "SKOLE-ALLE", "SKRIVER-1"), expires=None)
        office.perform(office.moved())
        account = office.tk.accounts["anelov"]
        assert account.units == (HALL, HOME)
        assert account.groups == ("ADM-ALLE", "HELSE-ALLE", "KANTINE", "SKRIVER-1")
        assert account.expires is None

    def test_that_has_been_made_exists(self, office: Office) -> None:
        office.standing()
        office.perform(office.moved())
        assert office.again(office.moved()).code is EXISTS

    def test_from_a_unit_that_the_account_does_not_belong_to_stops(self, office: Office) -> None:
        office.standing(units=(HALL,))
        office.refused(office.moved(), ConflictInTarget, "belong")

    @pytest.mark.parametrize("unit", [SCHOOL, HOME])
    def test_needs_an_orderer_of_both_units(self, office: Office, unit: str) -> None:
        office.standing()
        office.orderers.put("best7", Employee(employee_no="100901", name="Ås, Eva", number=person().number))
        office.orderers.authorise("best7", unit)
        office.refused(office.moved(orderer_id="best7"), NotAuthorised)


class TestWhoOrders:
    def nothing_was_opened(self, office: Office) -> bool:
        """Nothing but the register of orderers."""
        assert office.case.platform is not None
        return office.case.platform.reached.count("open:2") == 0

    def test_without_authority_for_the_unit_reaches_no_directory(self, office: Office) -> None:
        office.refused(office.order(unit=HALL), NotAuthorised)
        assert self.nothing_was_opened(office)

    def test_unknown_reaches_no_directory(self, office: Office) -> None:
        office.refused(office.order(orderer_id="best99"), NotAuthorised)
        assert self.nothing_was_opened(office)

    def test_about_oneself_reaches_no_directory(self, office: Office) -> None:
        office.refused(office.order(subject={"employee_no": "100900"}), SelfOrder)
        assert self.nothing_was_opened(office)

    def test_after_the_authority_ended_reaches_no_directory(self, office: Office) -> None:
        office.orderers.put("best7", Employee(employee_no="100901", name="Ås, Eva", number=person().number))
        office.orderers.authorise("best7", SCHOOL, last_day=TODAY - timedelta(days=1))
        office.refused(office.order(orderer_id="best7"), AuthorisationExpired)
        assert self.nothing_was_opened(office)

    def test_on_the_last_day_of_the_authority_counts(self, office: Office) -> None:
        office.orderers.put("best7", Employee(employee_no="100901", name="Ås, Eva", number=person().number))
        office.orderers.authorise("best7", SCHOOL, last_day=TODAY - timedelta(days=1))
        order = office.order(orderer_id="best7", ordered_at=NOW - timedelta(days=1))
        assert office.perform(order).code is CREATED


class TestTheSurroundings:
    def test_a_group_that_no_network_has_is_refused_before_anything_is_made(self, office: Office) -> None:
        told = office.refused(office.order(network="BOTH", groups=["KANTINE", "UKJENT"]), InvalidValue)
        assert told.detail == {"groups": ["UKJENT"]}

    def test_a_group_that_only_a_network_has_for_which_nothing_is_ordered_is_refused(self, office: Office) -> None:
        office.refused(office.order(groups=["LAERERE"]), InvalidValue)

    def test_a_group_that_was_made_since_the_list_was_read_is_given(self, office: Office) -> None:
        readings = office.case.readings
        office.perform(office.order())
        office.tk.known_groups.add("NY-GRUPPE")
        office.new_case()
        office.case.readings = readings
        assert office.perform(office.order(groups=["NY-GRUPPE"])).code is UPDATED

    @pytest.mark.parametrize("group", ["Domain Admins", "domain admins"])
    def test_nobody_becomes_an_administrator(self, office: Office, group: str) -> None:
        office.refused(office.order(groups=[group]), NeedsJudgement, "power")

    def test_a_group_of_the_register_of_units_must_be_there(self, office: Office) -> None:
        office.tk.known_groups.remove("SKRIVER-1")
        told = office.refused(office.order(), InvalidValue, "register of units")
        assert told.detail == {"network": "TK", "groups": ["SKRIVER-1"]}

    @pytest.mark.parametrize("change", [{"unit": HOME}, {"from_unit": SCHOOL}])
    def test_a_unit_must_be_in_the_register_of_units(self, office: Office, change: dict[str, str]) -> None:
        (unit,) = change.values()
        office.registers.store("units", [row for row in UNITS if row.unit != unit], valid_from=TODAY)
        office.standing()
        office.refused(office.moved(), InvalidValue, "register of units")

    @pytest.mark.parametrize("state", [None, DISABLED])
    def test_a_leader_without_an_account_in_use_is_told_of(self, office: Office, state: Any) -> None:
        del office.tk.accounts["lederskole"]
        if state is not None:
            office.tk.put("lederskole", employee_no=LEADER_NO, state=state)
        outcome = office.perform(office.order())
        assert (outcome.code, office.tk.accounts["anelov"].manager) == (CREATED, "")
        (task,) = [task for task in outcome.tasks if task.role == "user-administration"]
        assert (task.name, task.unit) == ("no-leader-TK", SCHOOL)
        assert "anelov" in task.text

    def test_a_leader_has_no_leader_in_the_unit(self, office: Office) -> None:
        del office.tk.accounts["lederskole"], office.elev.accounts["lederskole"]
        outcome = office.perform(office.order(subject={"employee_no": LEADER_NO}))
        assert office.tk.accounts["anelov"].manager == ""
        assert [task.role for task in outcome.tasks] == ["orderer"]


class TestTheOrder:
    def test_about_somebody_without_a_lasting_number_is_a_persons(self, office: Office) -> None:
        office.refused(office.order(subject={"person_id": "201012345611"}), TemporaryId)

    def test_of_an_employment_that_is_over_by_now_is_a_persons(self, office: Office) -> None:
        order = office.order()
        end = datetime(2027, 6, 30, 23, 59, tzinfo=OSLO)
        office.refused(order, DateOutOfRange, now=end + timedelta(minutes=1))
        assert office.again(order, now=end).code is CREATED


def test_it_is_declared_as_agreed() -> None:
    process = useradmin.processes["network-accounts"]
    assert [target.name for target in process.targets] == ["elevnett", "orderers", "tknett"]
    assert (process.manual_minutes, process.retention, process.due) == (10.0, Retention.ORDERS, timedelta(days=1))
    task = tell_user_administration("NEEDS_JUDGEMENT")
    assert (process.fallout, task.role) == (tell_user_administration, "user-administration")
