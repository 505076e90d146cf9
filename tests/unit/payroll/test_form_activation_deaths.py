"""`payroll-form-activations`: a robot that dies anywhere on the way activates the form once."""

from __future__ import annotations

import pytest
from pay_form_office import EMPLOYEE_NO, Office, a_form, shown

from common.errors import LeaseLost, TargetTimeout, UnknownStateAfterSave
from common.process import OutcomeCode
from common.testing import person
from payroll_svc.pay_forms.fields import FormType
from payroll_svc.pay_forms.form import PayForm
from payroll_svc.screens.form_queue import FormStatus


def a_change(office: Office) -> PayForm:
    """The form of somebody employed once."""
    return office.queued()


def an_account(office: Office) -> PayForm:
    """What somebody had to call back about."""
    return office.queued(FormType.ACCOUNT_CHANGE)


def under_a_former_number(office: Office) -> PayForm:
    """The longest way there is."""
    kari, now = person(), person()
    office.payroll.employ(kari, EMPLOYEE_NO, number=now.number, remark=f"Tidligere nummer: {kari.number}")
    form = a_form(kari)
    office.payroll.forms.append(shown(form, number=now.number))
    return form


WAYS = {"change": a_change, "account": an_account, "former": under_a_former_number}


def deaths() -> list[tuple[str, str]]:
    """(way, point): everywhere a run can die on each of the ways."""
    found: list[tuple[str, str]] = []
    for name, prepare in WAYS.items():
        office = Office()
        office.perform(prepare(office))
        assert office.payroll.case.platform is not None
        found += [(name, point) for point in office.payroll.case.platform.reached]
    assert ("change", "activation done:1") in found
    return found


class TestDeath:
    @pytest.mark.parametrize(("way", "point"), deaths())
    def test_anywhere_activates_once(self, way: str, point: str) -> None:
        office = Office()
        form = WAYS[way](office)
        with pytest.raises(LeaseLost):
            office.perform(form, dies_at=point)
        outcome = office.perform(form)
        assert (outcome.code, outcome.detail) == (OutcomeCode.UPDATED, {"activation": "900001", "approvals": 1})
        assert office.state() == (FormStatus.ACTIVE, 1)
        assert office.again(form).code is OutcomeCode.EXISTS

    @pytest.mark.parametrize(("way", "point"), deaths())
    def test_anywhere_and_a_persons_retry(self, way: str, point: str) -> None:
        office = Office()
        form = WAYS[way](office)
        with pytest.raises(LeaseLost):
            office.perform(form, dies_at=point)
        office.payroll.case.retried()
        assert office.perform(form).detail["activation"] == "900001"
        assert office.state() == (FormStatus.ACTIVE, 1)

    def test_before_the_save_and_a_clerk_who_activates_it_meanwhile(self) -> None:
        office = Office()
        form = a_change(office)
        with pytest.raises(LeaseLost):
            office.perform(form, dies_at="activation:1")
        (before,) = office.payroll.forms
        office.payroll.activate(before, by="kari")
        # Of one activation that is there since, nobody can say whose it is; it stands once, and that is what counts.
        assert office.perform(form).detail["activation"] == "900001"
        assert office.state() == (FormStatus.ACTIVE, 1)

    def test_after_the_save_and_a_clerk_who_activates_it_once_more(self) -> None:
        office = Office()
        form = a_change(office)
        with pytest.raises(LeaseLost):
            office.perform(form, dies_at="activation done:1")
        (before,) = office.payroll.forms
        office.payroll.activate(before, by="kari")
        with pytest.raises(UnknownStateAfterSave):
            office.perform(form)

    @pytest.mark.parametrize("way", WAYS)
    def test_a_save_that_failed_after_all_is_found(self, way: str) -> None:
        office = Office()
        form = WAYS[way](office)

        def fail() -> None:
            raise TargetTimeout

        office.payroll.after_save = fail
        assert office.perform(form).code is OutcomeCode.UPDATED
        assert office.state() == (FormStatus.ACTIVE, 1)

    def test_a_form_that_was_withdrawn_while_the_robot_was_away_is_left_alone(self) -> None:
        office = Office()
        form = a_change(office)
        with pytest.raises(LeaseLost):
            office.perform(form, dies_at="activation:1")
        (before,) = office.payroll.forms
        office.payroll.change(before, status=FormStatus.WITHDRAWN)
        with pytest.raises(Exception, match="meanwhile"):
            office.perform(form)
        assert office.state() == (FormStatus.WITHDRAWN, 0)
