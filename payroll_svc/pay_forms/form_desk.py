"""The way to a pay form in the payroll system's queue (PAY-03)."""

from __future__ import annotations

from collections.abc import Callable

from common.errors import AmbiguousHit, ConflictInTarget, InvalidValue
from common.process import Run
from payroll_svc.pay_forms.form import PayForm
from payroll_svc.screens.form_queue import (
    ActivatedForm,
    Activation,
    FormFacts,
    FormHit,
    FormPage,
    FormQueue,
    FormStatus,
)

_OVER = {FormStatus.ACTIVE, FormStatus.WITHDRAWN}


class FormDesk:
    """One form in the queue. It knows where the robot stands, so that a second look costs a single page."""

    def __init__(self, run: Run, form: PayForm) -> None:
        self._run, self._form = run, form
        self._at: FormPage | ActivatedForm | None = None

    def look(self) -> FormFacts:
        """What the payroll system shows of the form; raises InvalidValue, AmbiguousHit and ConflictInTarget."""
        return self._page().facts()

    def activations(self) -> list[Activation]:
        """How often it has been made effective."""
        return self._page().activations()

    def activate(self, require: Callable[[FormFacts], None]) -> None:
        """Make it effective, if what the page shows now will do, and the page to confirm shows the same.

        Raises what `require` raises, ConflictInTarget, RecordLocked and TargetRejected.
        """
        page, self._at = self._page(), None
        facts = page.facts()
        require(facts)
        confirmation = page.activate()
        if confirmation.shown() != facts.terms:
            raise ConflictInTarget("The page to confirm shows another form than was opened")
        self._at = confirmation.confirm()

    def _page(self) -> FormPage:
        match self._at:
            case FormPage() as page:
                pass
            case ActivatedForm() as done:
                page = done.form()
            case None:
                hits = self._run.open(FormQueue).find(self._form.form_id)
                page = hits.open(self._hit(hits.forms()))
        self._at = page
        return page

    def _hit(self, found: list[FormHit]) -> FormHit:
        """The version of the form that the case is about; what a newer one stands for is not made effective."""
        versions = [hit for hit in found if hit.form_id.upper() == self._form.form_id]
        ours = [hit for hit in versions if hit.version == self._form.form_version]
        if not ours:
            raise InvalidValue("The payroll system's queue has no such form, or not in this version")
        if len(ours) > 1:
            raise AmbiguousHit("The payroll system's queue has the form twice in this version")
        newer = any(hit.version > ours[0].version and hit.status is not FormStatus.WITHDRAWN for hit in versions)
        if newer and ours[0].status not in _OVER:
            raise ConflictInTarget("The payroll system's queue has a newer version of the form")
        return ours[0]
