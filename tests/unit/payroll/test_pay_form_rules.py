"""When a pay form may be made effective: each rule of PAY-03 at its boundary, on what the page shows."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from pay_form_office import (
    APPROVED_AT,
    CALLER,
    EMPLOYEE_NO,
    FIRST,
    LEADERS,
    OLDEST_OPEN,
    a_form,
    approved,
    other,
    shown,
)

from common.errors import (
    BusinessException,
    ConflictInTarget,
    NeedsJudgement,
    NotAuthorised,
    PeriodClosed,
    RecordLocked,
    SuspectedDuplicate,
)
from common.testing import Person, person
from payroll_svc.pay_forms.approvals import DemandedApproval, form_approvals
from payroll_svc.pay_forms.employment import Employment
from payroll_svc.pay_forms.fields import FormType
from payroll_svc.pay_forms.form import PayForm
from payroll_svc.pay_forms.rules import overlap, require_activable
from payroll_svc.screens.employees import EmployeeFacts
from payroll_svc.screens.form_queue import Activation, FormFacts, FormStatus, OtherForm, ShownApproval

DEMANDED = [*LEADERS, CALLER]
DAY = timedelta(days=1)
ACCOUNT_CHANGE = FormType.ACCOUNT_CHANGE
CALLED = approved("LONN", "lonn02", budget=False)


@pytest.fixture
def mari() -> Person:
    return person(family_name="Fjellvær", given_name="Mari Ånes")


def employment(of: PayForm, *, has_left: bool = False) -> Employment:
    employee = EmployeeFacts(
        employee_no=EMPLOYEE_NO,
        number=of.person_id,
        family_name=of.family_name,
        given_name=of.given_name,
        status="Sluttet" if has_left else "Aktiv",
        remark="",
    )
    return Employment(employee=employee, positions=["1"])


def judged(form: PayForm, facts: FormFacts, demanded: list[DemandedApproval] = DEMANDED, **of: Any) -> str:
    """OK, or the code of the rule that is broken."""
    try:
        require_activable(form, facts, employment(form, **of), demanded)
    except BusinessException as broken:
        return broken.code
    return "OK"


OK = "OK"
CLOSED, CONFLICT, DUPLICATE = PeriodClosed.code, ConflictInTarget.code, SuspectedDuplicate.code
JUDGE, NOT_AUTHORISED, LOCKED = NeedsJudgement.code, NotAuthorised.code, RecordLocked.code


@pytest.mark.parametrize("form_type", FormType)
def test_every_type_as_it_should_be(mari: Person, form_type: FormType) -> None:
    form = a_form(mari, form_type)
    assert judged(form, shown(form)) == OK


class TestThePeriod:
    @pytest.mark.parametrize(
        ("first", "oldest", "code"),
        [
            (OLDEST_OPEN, OLDEST_OPEN, OK),
            (OLDEST_OPEN - DAY, OLDEST_OPEN, CLOSED),
            (OLDEST_OPEN + DAY, OLDEST_OPEN, OK),
            (date(2027, 1, 1), date(2027, 1, 1), OK),
            (date(2026, 12, 31), date(2027, 1, 1), CLOSED),
            (FIRST, None, CLOSED),
        ],
    )
    def test_is_open_from_its_first_day(self, mari: Person, first: date, oldest: date | None, code: str) -> None:
        form = a_form(mari, effective_from=first)
        assert judged(form, shown(form, oldest_open=oldest)) == code


class TestOtherForms:
    @pytest.mark.parametrize(
        ("first", "last", "code"),
        [
            (date(2026, 6, 1), FIRST - DAY, OK),
            (date(2026, 6, 1), FIRST, DUPLICATE),
            (date(2026, 6, 1), None, DUPLICATE),
            (date(2026, 12, 31), date(2027, 6, 1), DUPLICATE),
            (date(2027, 1, 1), None, OK),
            (FIRST, date(2026, 12, 31), DUPLICATE),
            (FIRST + DAY, FIRST + DAY, DUPLICATE),
        ],
    )
    def test_of_the_type_on_some_of_the_same_days(
        self, mari: Person, first: date, last: date | None, code: str
    ) -> None:
        form = a_form(mari, effective_to=date(2026, 12, 31))
        assert judged(form, shown(form, others=[other(form.form_type, first, last)])) == code

    def test_without_an_end_meets_everything_later(self, mari: Person) -> None:
        form = a_form(mari)
        assert judged(form, shown(form, others=[other(form.form_type, date(2040, 1, 1), None)])) == DUPLICATE

    @pytest.mark.parametrize("status", [FormStatus.APPROVED, FormStatus.SUBMITTED, FormStatus.WITHDRAWN])
    def test_that_are_not_active_do_not_count(self, mari: Person, status: FormStatus) -> None:
        form = a_form(mari)
        assert judged(form, shown(form, others=[other(form.form_type, FIRST, None, status)])) == OK

    def test_of_another_type_do_not_count(self, mari: Person) -> None:
        form = a_form(mari)
        assert judged(form, shown(form, others=[other(FormType.LEAVE, FIRST, None)])) == OK

    def test_one_among_several_is_enough(self, mari: Person) -> None:
        form = a_form(mari)
        several: list[OtherForm] = [other(FormType.LEAVE, FIRST, None), other(form.form_type, FIRST, FIRST)]
        assert judged(form, shown(form, others=several)) == DUPLICATE

    @pytest.mark.parametrize("last", [None, FIRST, FIRST + DAY])
    @pytest.mark.parametrize("other_last", [None, FIRST, FIRST + DAY])
    def test_overlap_is_the_same_from_either_side(self, last: date | None, other_last: date | None) -> None:
        others = [FIRST + number * DAY for number in (-1, 0, 1, 2)]
        for other_first in (day for day in others if other_last is None or day <= other_last):
            one, two = (FIRST, last), (other_first, other_last)
            days = [FIRST + number * DAY for number in range(-3, 9)]
            both = [all(first <= day and (end is None or day <= end) for first, end in (one, two)) for day in days]
            assert overlap(*one, *two) == overlap(*two, *one) == any(both)


class TestTheEmployee:
    @pytest.mark.parametrize(("lines", "code"), [(0, OK), (1, CONFLICT)])
    def test_is_not_terminated_while_pay_goes_on(self, mari: Person, lines: int, code: str) -> None:
        form = a_form(mari, FormType.TERMINATION)
        assert judged(form, shown(form, future_lines=lines)) == code

    def test_is_paid_on_after_any_other_form(self, mari: Person) -> None:
        form = a_form(mari)
        assert judged(form, shown(form, future_lines=3)) == OK

    @pytest.mark.parametrize("form_type", FormType)
    def test_who_has_left_gets_new_positions_only(self, mari: Person, form_type: FormType) -> None:
        form = a_form(mari, form_type)
        assert judged(form, shown(form), has_left=True) == (OK if form_type is FormType.NEW_POSITION else CONFLICT)

    @pytest.mark.parametrize(("position", "code"), [("1", OK), ("2", CONFLICT)])
    def test_has_the_position_that_is_changed(self, mari: Person, position: str, code: str) -> None:
        form = a_form(mari, fields={"percent": 75, "position_no": position})
        assert judged(form, shown(form)) == code


class TestApprovals:
    @pytest.mark.parametrize(
        "approvals",
        [
            [],
            [approved("FAGLEDER")],
            [approved(budget=False)],
            [CALLED],
            [approved("FAGLEDER"), approved(budget=False)],
        ],
    )
    def test_without_the_role_or_its_authority(self, mari: Person, approvals: list[ShownApproval]) -> None:
        form = a_form(mari, approvals=[])
        assert judged(form, shown(form, approvals=approvals)) == NOT_AUTHORISED

    def test_every_role_that_the_register_names(self, mari: Person) -> None:
        form = a_form(mari)
        two = [*LEADERS, DemandedApproval(form_type=form.form_type, role="HR", budget=False)]
        assert judged(form, shown(form), two) == NOT_AUTHORISED
        assert judged(form, shown(form, approvals=[approved(), approved("hr", "hr1", budget=False)]), two) == OK

    def test_of_whoever_has_the_authority_among_several(self, mari: Person) -> None:
        form = a_form(mari)
        assert judged(form, shown(form, approvals=[approved(by="enhl08", budget=False), approved()])) == OK

    def test_a_type_that_the_register_does_not_name(self, mari: Person) -> None:
        form = a_form(mari)
        rows = [row for row in DEMANDED if row.form_type is not form.form_type]
        assert judged(form, shown(form), rows) == JUDGE

    @pytest.mark.parametrize(
        "person", ["marfje", "MARFJE", EMPLOYEE_NO, "Fjellvær, Mari", "Mari Fjellvær", "mari ånes  fjellvær"]
    )
    def test_never_by_whom_it_is_about(self, mari: Person, person: str) -> None:
        form = a_form(mari, user_name="marfje")
        by_both = [approved(), approved("FAGLEDER", person)]
        assert judged(form, shown(form, approvals=by_both)) == NOT_AUTHORISED

    def test_never_by_whom_it_is_about_under_their_number(self, mari: Person) -> None:
        form = a_form(mari)
        assert judged(form, shown(form, approvals=[approved(), approved(by=mari.number)])) == NOT_AUTHORISED

    @pytest.mark.parametrize("person", ["marfj", "1099340", "Fjellvær, Ola", "Mari Fjell", "Fjellvær"])
    def test_by_somebody_whose_name_is_only_like_it(self, mari: Person, person: str) -> None:
        form = a_form(mari, user_name="marfje")
        assert judged(form, shown(form, approvals=[approved(), approved("FAGLEDER", person)])) == OK

    @pytest.mark.parametrize(
        "approval",
        [
            {"role": "HR"},
            {"person": "enhl08"},
            {"time": APPROVED_AT + timedelta(minutes=1)},
            {"time": APPROVED_AT - timedelta(seconds=1)},
        ],
    )
    def test_that_the_payroll_system_does_not_show(self, mari: Person, approval: dict[str, Any]) -> None:
        given = {"role": "LEDER", "person": "enhl09", "time": APPROVED_AT} | approval
        form = a_form(mari, approvals=[given])
        assert judged(form, shown(form)) == CONFLICT

    @pytest.mark.parametrize(
        "approval",
        [
            {"role": "leder"},
            {"person": "ENHL09"},
            {"time": datetime(2026, 11, 20, 11, 0, 59, tzinfo=UTC)},
        ],
    )
    def test_are_the_same_to_the_minute(self, mari: Person, approval: dict[str, Any]) -> None:
        given = {"role": "LEDER", "person": "enhl09", "time": APPROVED_AT} | approval
        form = a_form(mari, approvals=[given])
        assert judged(form, shown(form)) == OK

    def test_that_came_after_the_portal_sent_the_form(self, mari: Person) -> None:
        form = a_form(mari)
        assert judged(form, shown(form, approvals=[approved(), approved("HR", "hr1")])) == OK


class TestTheAccount:
    @pytest.mark.parametrize("account", ["12345678903", "1234.56.78903", "1234 56 78903"])
    def test_with_its_check_digit(self, mari: Person, account: str) -> None:
        form = a_form(mari, ACCOUNT_CHANGE, fields={"account_no": account})
        assert judged(form, shown(form)) == OK

    @pytest.mark.parametrize("account", ["12345678904", "1234567890", "00001234560", "NO9386011117947"])
    def test_without_it_is_for_a_person(self, mari: Person, account: str) -> None:
        form = a_form(mari, ACCOUNT_CHANGE, fields={"account_no": account})
        assert judged(form, shown(form)) == JUDGE

    @pytest.mark.parametrize(
        ("approvals", "code"),
        [
            ([approved(), CALLED], OK),
            ([approved()], JUDGE),
            ([approved(), approved(by="enhl08")], JUDGE),
            ([approved(), approved("LONN", "enhl09", budget=False)], JUDGE),
            ([approved(), approved("LONN", "ENHL09 ", budget=False)], JUDGE),
            ([approved(), approved("LONN", "enhl09"), CALLED], OK),
            ([CALLED], NOT_AUTHORISED),
            ([approved(), approved("HR", "hr1")], JUDGE),
        ],
    )
    def test_is_called_back_by_somebody_else(self, mari: Person, approvals: list[ShownApproval], code: str) -> None:
        form = a_form(mari, ACCOUNT_CHANGE, approvals=[])
        assert judged(form, shown(form, approvals=approvals)) == code

    def test_when_the_register_names_nobody_to_call_back(self, mari: Person) -> None:
        form = a_form(mari, ACCOUNT_CHANGE)
        assert judged(form, shown(form), LEADERS) == JUDGE

    def test_who_calls_back_may_need_authority_too(self, mari: Person) -> None:
        form = a_form(mari, ACCOUNT_CHANGE)
        strict = [*LEADERS, CALLER.model_copy(update={"budget": True})]
        assert judged(form, shown(form, approvals=[approved(), CALLED]), strict) == JUDGE
        with_authority = [approved(), approved("LONN", "lonn02")]
        assert judged(form, shown(form, approvals=with_authority), strict) == OK

    def test_of_another_type_is_none_of_this_rules_business(self, mari: Person) -> None:
        form = a_form(mari, fields={"percent": 75, "account_no": "1"})
        assert judged(form, shown(form)) == OK


class TestWhatThePageShows:
    @pytest.mark.parametrize(
        "changes",
        [
            {"type": "Permisjon"},
            {"first_day": FIRST + DAY},
            {"first_day": FIRST - DAY},
            {"last_day": FIRST},
            {"details": ["Prosent: 75,01"]},
            {"details": []},
            {"details": ["Prosent: 75,00", "Årsak: Fast"]},
            {"form_id": "SKJ-300146"},
            {"version": 2},
        ],
    )
    def test_is_what_the_portal_sent(self, mari: Person, changes: dict[str, Any]) -> None:
        form = a_form(mari)
        assert judged(form, shown(form, **changes)) == CONFLICT

    def test_has_an_end_where_the_form_has_one(self, mari: Person) -> None:
        form = a_form(mari, effective_to=date(2027, 1, 31))
        assert judged(form, shown(form, last_day=None)) == CONFLICT

    def test_locked_is_said_last(self, mari: Person) -> None:
        form = a_form(mari)
        assert judged(form, shown(form, locked=True)) == LOCKED
        assert judged(form, shown(form, locked=True, oldest_open=FIRST + DAY)) == CLOSED

    @pytest.mark.parametrize("status", [FormStatus.ACTIVE, FormStatus.SUBMITTED, FormStatus.WITHDRAWN])
    def test_is_approved_and_nothing_else(self, mari: Person, status: FormStatus) -> None:
        form = a_form(mari)
        assert judged(form, shown(form, status=status)) == CONFLICT

    def test_approved_and_activated_before_is_for_a_person(self, mari: Person) -> None:
        form = a_form(mari)
        assert judged(form, shown(form, activations=[Activation(number="1", at=APPROVED_AT, by="kari")])) == CONFLICT


class TestTheRegister:
    @staticmethod
    def wrong(*rows: DemandedApproval) -> list[tuple[str, int | None]]:
        assert form_approvals.check
        return [(problem.field, problem.row) for problem in form_approvals.check(rows)]

    def test_names_a_role_once_for_a_type(self) -> None:
        row = LEADERS[0]
        assert self.wrong(*LEADERS, CALLER) == []
        assert self.wrong(row, LEADERS[1], row.model_copy(update={"budget": False})) == [("role", 2)]

    def test_calls_back_about_accounts_only(self) -> None:
        assert self.wrong(DemandedApproval(form_type=FormType.LEAVE, role="HR", calls_back=True)) == [("calls_back", 0)]

    def test_writes_roles_in_capitals(self) -> None:
        assert DemandedApproval(form_type=FormType.LEAVE, role="leder").role == "LEDER"


def test_who_takes_over_is_told_what_is_the_matter(mari: Person) -> None:
    """Stored with the case, encrypted; the message itself holds nothing of it."""
    form = a_form(mari)
    cases: list[tuple[dict[str, Any], dict[str, Any]]] = [
        ({"oldest_open": date(2027, 1, 1)}, {"oldest_open": "2027-01-01"}),
        ({"approvals": []}, {"role": "LEDER"}),
        ({"others": [other(form.form_type, FIRST, None)]}, {"other_form": "SKJ-1"}),
        ({"details": ["Prosent: 80,00"]}, {"differ": ["Prosent: 75,00", "Prosent: 80,00"]}),
    ]
    for changes, detail in cases:
        with pytest.raises(BusinessException) as broken:
            require_activable(form, shown(form, **changes), employment(form), DEMANDED)
        assert broken.value.detail == detail
        assert not [text for text in ("LEDER", "SKJ-1", "75", "80", "2027") if text in broken.value.message]
