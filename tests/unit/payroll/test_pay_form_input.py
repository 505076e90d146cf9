"""What a pay form must say before the payroll system is asked (PAY-03)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from pay_form_office import FIELDS, FIRST, NOW, TODAY, a_form
from pydantic import ValidationError

from common.clock import OSLO
from common.errors import ConfigurationError
from common.process import Subject
from common.spreadsheet import columns_of
from common.testing import Person, person
from payroll_svc.pay_forms.fields import NEEDED, FormFields, FormType, same_fields
from payroll_svc.pay_forms.form import PayForm


@pytest.fixture
def mari() -> Person:
    return person()


def codes(of: Person, form_type: FormType = FormType.CHANGE_PERCENT, **changes: Any) -> list[tuple[str, str]]:
    """(field, code) of what is refused at once."""
    with pytest.raises(ValidationError) as refused:
        a_form(of, form_type, **changes)
    return [(str(error["loc"][0]), error["type"]) for error in refused.value.errors()]


class TestDates:
    @pytest.mark.parametrize(
        ("now", "latest"),
        [
            (NOW, date(2027, 11, 23)),
            (datetime(2026, 12, 31, 23, 59, tzinfo=OSLO), date(2027, 12, 31)),
            (datetime(2026, 12, 31, 23, 0, tzinfo=UTC), date(2028, 1, 1)),  # New Year's Day in Norway
            (datetime(2028, 2, 29, 12, tzinfo=OSLO), date(2029, 2, 28)),
        ],
    )
    def test_at_most_twelve_months_ahead_to_the_day(self, mari: Person, now: datetime, latest: date) -> None:
        assert list(a_form(mari, effective_from=latest).breaches(now)) == []
        (breach,) = a_form(mari, effective_from=latest + timedelta(days=1)).breaches(now)
        assert (breach.field, breach.code) == ("effective_from", "DATE_OUT_OF_RANGE")

    def test_what_lies_behind_is_for_the_payroll_system_to_say(self, mari: Person) -> None:
        assert list(a_form(mari, effective_from=date(2020, 1, 1)).breaches(NOW)) == []

    def test_the_last_day_may_be_the_first_and_not_the_one_before(self, mari: Person) -> None:
        assert a_form(mari, effective_to=FIRST).effective_to == FIRST
        assert codes(mari, effective_to=FIRST - timedelta(days=1)) == [("effective_to", "DATE_OUT_OF_RANGE")]

    def test_a_temporary_position_is_prolonged_until_a_day(self, mari: Person) -> None:
        assert codes(mari, FormType.TEMPORARY_EXT, effective_to=None) == [("effective_to", "MISSING_FIELD")]

    @pytest.mark.parametrize(
        ("now", "due"),
        [
            (datetime(2026, 11, 23, 6, 0, tzinfo=OSLO), datetime(2026, 11, 23, 20, 0, tzinfo=OSLO)),
            (datetime(2026, 11, 23, 19, 59, tzinfo=OSLO), datetime(2026, 11, 23, 20, 0, tzinfo=OSLO)),
            (datetime(2026, 11, 23, 20, 0, tzinfo=OSLO), datetime(2026, 11, 24, 20, 0, tzinfo=OSLO)),
            (datetime(2026, 12, 31, 23, 30, tzinfo=UTC), datetime(2027, 1, 1, 20, 0, tzinfo=OSLO)),
            (datetime(2026, 3, 28, 21, 0, tzinfo=OSLO), datetime(2026, 3, 29, 20, 0, tzinfo=OSLO)),  # clock moved
        ],
    )
    def test_due_by_the_end_of_the_day(self, mari: Person, now: datetime, due: datetime) -> None:
        assert a_form(mari).deadline(now) == due


class TestFields:
    @pytest.mark.parametrize("form_type", FormType)
    def test_each_type_with_what_it_needs(self, mari: Person, form_type: FormType) -> None:
        assert a_form(mari, form_type).form_type is form_type

    @pytest.mark.parametrize(("form_type", "name"), [(kind, name) for kind, names in NEEDED.items() for name in names])
    def test_not_without_one_of_them(self, mari: Person, form_type: FormType, name: str) -> None:
        fewer = {key: value for key, value in FIELDS[form_type].items() if key != name}
        assert codes(mari, form_type, fields=fewer) == [("fields", "MISSING_FIELD")]

    def test_left_out_altogether(self, mari: Person) -> None:
        row = a_form(mari, FormType.TERMINATION).model_dump(mode="json", exclude={"fields"})
        assert PayForm.model_validate(row).fields == FormFields()
        with pytest.raises(ValidationError, match="percent"):
            PayForm.model_validate(row | {"form_type": "CHANGE_PERCENT"})

    @pytest.mark.parametrize("percent", [0, 100, "0.01", 99.99])
    def test_a_percentage_up_to_full(self, mari: Person, percent: Any) -> None:
        assert a_form(mari, fields={"percent": percent}).fields.percent is not None

    def test_the_same_number_spelled_otherwise_is_the_same_row(self, mari: Person) -> None:
        """A form sent as JSON and again in a table must not be refused as another one under the same reference."""
        rows = [a_form(mari, fields={"percent": told}) for told in (12.5, "12.5", "12.50", "012.5")]
        assert len({row.model_dump_json(exclude_unset=True) for row in rows}) == 1
        hours = [a_form(mari, FormType.HOURS, fields=FIELDS[FormType.HOURS] | {"hours": told}) for told in (8, "8.0")]
        assert hours[0].model_dump_json() == hours[1].model_dump_json()

    @pytest.mark.parametrize(
        "fields",
        [
            {"percent": 100.01},
            {"percent": -0.01},
            {"percent": "75.001"},
            {"percent": "7_5"},
            {"percent": "75e0"},
            {"percent": "٧٥"},
            {"percent": True},
            {"percent": 75, "colour": "red"},
            {"percent": 75, "amount": 0},
            {"percent": 75, "amount": 10.5},
            {"percent": 75, "hours": 0},
            {"percent": 75, "leave_percent": 0},
            {"percent": 75, "position_type": "Fast"},
        ],
    )
    def test_what_is_none(self, mari: Person, fields: dict[str, Any]) -> None:
        assert {place for place, _ in codes(mari, fields=fields)} == {"fields"}

    @pytest.mark.parametrize(
        ("fields", "text"),
        [
            ({"percent": 75.0}, ["Prosent: 75,00"]),
            ({"percent": "0.5"}, ["Prosent: 0,50"]),
            ({"leave_percent": 100}, ["Permisjonsprosent: 100,00"]),
            ({"amount": 1_250_000}, ["Beløp: 12 500,00"]),
            ({"amount": 5}, ["Beløp: 0,05"]),
            ({"hours": "7.5"}, ["Timer: 7,50"]),
            ({"account_no": "12345678903"}, ["Kontonummer: 12345678903"]),
            (
                {"position_no": "7", "position_type": "TIME", "unit": "311874322"},
                ["Enhet: 311874322", "Stillingsnr.: 7", "Stillingstype: Timelønn"],
            ),
            (
                {"kind": "Funksjonstillegg", "reason": "Vikar; for Ola"},
                ["Art: Funksjonstillegg", "for Ola", "Årsak: Vikar"],
            ),
        ],
    )
    def test_are_compared_as_the_payroll_system_writes_them(self, fields: dict[str, Any], text: list[str]) -> None:
        form = FormFields.model_validate(fields)
        assert form.shown() == text
        assert same_fields(form, [*reversed(text)])
        assert not same_fields(form, text[1:])
        assert not same_fields(form, [*text, "Timer: 1,00"])

    def test_an_accounts_digits_may_be_grouped(self) -> None:
        form = FormFields(account_no="1234 56 78903")
        assert same_fields(form, ["Kontonummer: 1234.56.78903"])
        assert not same_fields(form, ["Kontonummer: 1234.56.78911"])
        assert not same_fields(FormFields(reason="1.5"), ["Årsak: 15"])


class TestTheForm:
    def test_is_about_the_person_and_known_by_its_number(self, mari: Person) -> None:
        form = a_form(mari, form_id="skj-300145")
        assert (form.subject, form.alias) == (Subject("person", mari.number), Subject("form", "SKJ-300145"))

    @pytest.mark.parametrize(
        "changes",
        [
            {"form_id": ""},
            {"form_id": "SKJ 1"},
            {"form_version": 0},
            {"person_id": "17838410104"},
            {"effective_from": 20261201},
            {"approvals": [{"role": "LEDER", "person": "enhl09", "time": "2026-11-20T12:00:00"}]},
            {"approvals": [{"role": "LEDER", "time": "2026-11-20T12:00:00+01:00"}]},
            {"approvals": [{"role": "LEDER", "person": "e", "time": "2026-11-20T12:00:00+01:00"}] * 21},
        ],
    )
    def test_is_refused_at_once_for_what_cannot_be(self, mari: Person, changes: dict[str, Any]) -> None:
        assert [place for place, _ in codes(mari, **changes)] == [*changes]

    def test_no_table_holds_one(self) -> None:
        with pytest.raises(ConfigurationError, match="approvals"):
            columns_of(PayForm)

    def test_tells_nothing_about_anybody(self, mari: Person) -> None:
        form = a_form(mari, user_name="marfje")
        told = f"{form!r} {form} {form.fields} {form.approvals}"
        assert not [word for word in (mari.number, mari.family_name, "marfje", "enhl09", "75") if word in told]


def test_today_is_the_norwegian_one(mari: Person) -> None:
    assert date(2026, 11, 23) == TODAY
    late = datetime(2026, 11, 22, 23, 30, tzinfo=UTC)  # half past midnight in Norway
    assert list(a_form(mari, effective_from=date(2027, 11, 23)).breaches(late)) == []
