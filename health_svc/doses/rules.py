"""When a dose may be registered: the rules of HLT-03 that need the register, the earlier doses or the batches."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import pairwise

from common.errors import ConflictInTarget, InvalidValue, LimitExceeded, NeedsJudgement
from health_svc.doses.vaccination import Vaccination
from health_svc.doses.vaccines import Vaccine
from health_svc.screens.hspro_vaccination import Batch, Dose


def require_age(birth: date, day: date, vaccine: Vaccine) -> None:
    """Raises LimitExceeded for somebody who on that day is younger than the product's minimum."""
    had_birthday = (day.month, day.day) >= (birth.month, birth.day)
    if day.year - birth.year - (not had_birthday) < vaccine.minimum_age:
        raise LimitExceeded("The person was too young for this vaccine on the day of the dose")


def require_batch(given: Vaccination, batches: Sequence[Batch]) -> None:
    """Raises InvalidValue unless the batch is known for that vaccine and had not expired on the day.

    A printed expiry date that differs from the list's means that one of the two is another batch.
    """
    found = next((one for one in batches if (one.vaccine, one.number) == (given.vaccine_code, given.batch_no)), None)
    if found is None:
        raise InvalidValue("The batch is not in HsPro's list for this vaccine")
    if found.expiry < given.day:
        raise InvalidValue("The batch had expired on the day of the dose")
    if given.expiry_date not in {None, found.expiry}:
        raise InvalidValue("The batch expires on another day than the form says")


def require_place(given: Vaccination, others: Sequence[Dose], vaccine: Vaccine) -> None:
    """Raises ConflictInTarget unless the dose's number is the one after the doses before it, and nobody else's.

    Raises LimitExceeded for more doses than the product has.
    """
    if given.dose_no != len(_before(given, others)) + 1 or any(dose.dose_no == given.dose_no for dose in others):
        raise ConflictInTarget("The dose's number does not follow from the doses that are registered")
    if given.dose_no > vaccine.max_doses:
        raise LimitExceeded("The vaccine is given in fewer doses")


def require_interval(given: Vaccination, others: Sequence[Dose], known: Sequence[Vaccine], vaccine: Vaccine) -> None:
    """Raises LimitExceeded when fewer days than the label's minimum lie before the dose, or between it and the next.

    What counts is the minimum of the later dose's vaccine; where the register does not know it, of the one given.
    """
    days = sorted([(dose.day, dose.vaccine) for dose in others] + [(given.day, given.vaccine_code)])
    for (earlier, _), (later, code) in pairwise(days):
        holds = next((row for row in known if row.code == code and row.in_use(later)), vaccine)
        if given.day in {earlier, later} and (later - earlier).days < holds.minimum_interval_days:
            raise LimitExceeded("Too few days lie between this dose and the one beside it")


def require_product(given: Vaccination, others: Sequence[Dose], vaccine: Vaccine) -> None:
    """Raises NeedsJudgement when an earlier dose was of a vaccine that the register does not let this one follow."""
    if any(dose.vaccine not in {given.vaccine_code, *vaccine.may_follow} for dose in _before(given, others)):
        raise NeedsJudgement("An earlier dose was of a vaccine that this one may not follow without a decision")


def _before(given: Vaccination, others: Sequence[Dose]) -> list[Dose]:
    return [dose for dose in others if dose.day <= given.day]
