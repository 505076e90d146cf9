"""The way to a patient and the billing cards in SystemX."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from common.errors import AmbiguousHit, ConflictInTarget, PersonNotFound
from common.person import PersonFacts, Sought, require_right
from common.process import Run
from health_svc.refunds.tariffs import Bill
from health_svc.screens.systemx import (
    CardEntry,
    CardForm,
    CheckedCard,
    NotInRegister,
    PatientFile,
    PatientList,
    PatientSearch,
    SavedCard,
)


class Patient:
    """A patient in SystemX. It knows where the robot stands, so that a second look costs a single page."""

    def __init__(self, run: Run, sought: Sought) -> None:
        self.run, self.sought = run, sought
        self._at: PatientList | PatientFile | SavedCard | None = None

    def ensure(self) -> PersonFacts:
        """See to it that the person is a patient in SystemX, and the right one; gives how SystemX knows them.

        Raises PersonNotFound, AmbiguousHit, and what `require_right` raises.
        """
        found = self.run.ensure("patient", of=PersonFacts, find=self._patients, create=self._fetch_from_register)
        require_right(self.run, found.value, self.sought)
        return found.value

    def _patients(self) -> list[PersonFacts]:
        self._at = hits = self.run.open(PatientSearch).search(self.sought.number)
        found = hits.patients()
        if len(found) > 1:
            raise AmbiguousHit
        return found

    def _fetch_from_register(self) -> None:
        hits, self._at = self._at, None
        if not isinstance(hits, PatientList):
            hits = self.run.open(PatientSearch).search(self.sought.number)
        entry = hits.from_register()
        if isinstance(entry, NotInRegister):
            raise PersonNotFound
        require_right(self.run, entry.person(), self.sought)
        self._at = entry.register()

    def cards(self, day: date) -> list[CardEntry]:
        """The cards of that day, whoever made them."""
        return self._file().cards(day)

    def tariffs_of_year(self, year: int) -> Mapping[str, int]:
        """How often each tariff stands on the cards of a calendar year, whoever made them, sent or not."""
        return self._file().tariffs_of_year(year)

    def make_card(self, form: CardForm, bill: Bill) -> None:
        """Fill in a card and save it, if SystemX makes of it what the registers prescribe.

        Raises TargetRejected, FieldNotTaken, and ConflictInTarget when SystemX counts another refund or a patient share.
        """
        file, self._at = self._file(), None
        checked = file.new_card().fill_in(form)
        checked.require_as_filled(form)
        _require_as_prescribed(checked, bill)
        self._at = checked.save()

    def _file(self) -> PatientFile:
        match self._at:
            case PatientFile() as file:
                pass
            case SavedCard() as card:
                file = card.patient()
            case PatientList() as hits:
                file = hits.file()
            case None:
                if not self._patients():
                    raise ConflictInTarget
                return self._file()
        self._at = file
        return file


def _require_as_prescribed(checked: CheckedCard, bill: Bill) -> None:
    if checked.share():
        raise ConflictInTarget("SystemX counts a patient share, and testing is free")
    if checked.lines() != dict(bill.lines) or checked.refund() != bill.refund:
        raise ConflictInTarget("SystemX comes to another refund than the signed tariffs")
