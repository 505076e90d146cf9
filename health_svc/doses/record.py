"""A person's vaccinations in HsPro: the doses looked at, one registered or corrected."""

from __future__ import annotations

from collections.abc import Sequence

from common.errors import SuspectedDuplicate
from health_svc.doses.rules import require_age, require_batch, require_interval, require_place, require_product
from health_svc.doses.vaccination import Vaccination
from health_svc.doses.vaccines import Vaccine, vaccine_in_use
from health_svc.journal import PersonFile
from health_svc.screens.hspro_vaccination import Dose, DoseForm, DosePage, Transfer, Vaccinations


class VaccinationRecord:
    """One dose and the record it belongs in. It knows where the robot stands, so that a second look costs no page."""

    def __init__(self, file: PersonFile, given: Vaccination, known: Sequence[Vaccine], form: DoseForm) -> None:
        self._file, self._given, self._known, self._form = file, given, known, form
        self._at: Vaccinations | None = None

    # --- looks ------------------------------------------------------------------------------------------------------

    def same(self) -> list[Dose]:
        """What stands of the same vaccine on the same day."""
        return [
            dose for dose in self._doses() if (dose.vaccine, dose.day) == (self._given.vaccine_code, self._given.day)
        ]

    def is_right(self, dose: Dose) -> bool:
        """Whether a dose stands as the form says it was."""
        given = self._given
        told = (given.vaccine_code, given.day, given.dose_no, given.batch_no)
        return (dose.vaccine, dose.day, dose.dose_no, dose.batch) == told

    def corrected(self, number: str) -> list[Dose]:
        """The dose of that number, if it stands as the form says."""
        return [dose for dose in self._doses() if dose.number == number and self.is_right(dose)]

    def follows_another_vaccine(self, dose: Dose) -> bool:
        """Whether an earlier dose was of another vaccine of the programme."""
        return any(other.day <= dose.day and other.vaccine != dose.vaccine for other in self._doses())

    def transfer(self, number: str) -> Transfer:
        """How far the dose has come on its way to SYSVAK."""
        return self._page().transfer(number)

    def _doses(self) -> list[Dose]:
        """Those of the programme's vaccines; others have nothing to do with them."""
        codes = {row.code for row in self._known}
        return [dose for dose in self._page().doses() if dose.vaccine in codes]

    def _page(self) -> Vaccinations:
        if self._at is None:
            self._at = self._file.leave_by_card().vaccinations()
        return self._at

    # --- acts -------------------------------------------------------------------------------------------------------

    def register(self) -> None:
        """Register the dose, if the rules let it be registered."""
        self._require_fit(self._doses())
        self._save(self._leave().new_dose())

    def correct(self, number: str) -> None:
        """Let the dose of that number stand as the form says, if the rules would let it be registered so."""
        others = [dose for dose in self._doses() if dose.number != number]
        if any((dose.vaccine, dose.day) == (self._given.vaccine_code, self._given.day) for dose in others):
            raise SuspectedDuplicate
        self._require_fit(others)
        self._save(self._leave().correct(number))

    def _require_fit(self, others: Sequence[Dose]) -> None:
        given = self._given
        vaccine = vaccine_in_use(self._known, given.vaccine_code, given.day)
        require_place(given, others, vaccine)
        require_interval(given, others, self._known, vaccine)
        require_age(self._page().birth_date(), given.day, vaccine)
        require_product(given, others, vaccine)

    def _save(self, page: DosePage) -> None:
        require_batch(self._given, page.batches())
        self._at = page.fill_in(self._form).confirm(self._form)

    def _leave(self) -> Vaccinations:
        """The page, for going on from it: after that the robot stands nowhere that is known here."""
        page, self._at = self._page(), None
        return page
