"""The payroll system's employees and form queue without a page: the same screens, answered from memory, with deaths."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import count
from typing import cast

from common.browser.screen import Page
from common.clock import OSLO
from common.errors import RecordLocked, TargetRejected
from common.testing import MemoryCase, Person
from payroll_svc.positions.holding import Position
from payroll_svc.screens.employees import EmployeeFacts, EmployeeFile, EmployeeList, EmployeeSearch, EmployeeToFind
from payroll_svc.screens.form_queue import (
    ActivatedForm,
    Activation,
    ConfirmActivation,
    FormFacts,
    FormHit,
    FormHits,
    FormPage,
    FormQueue,
    FormStatus,
    FormTerms,
)

NO_PAGE = cast("Page", None)
AT = datetime(2026, 11, 23, 10, 0, tzinfo=OSLO)
SINCE = date(2020, 1, 1)
POSITIONS = ("1", "A1")
"""Of everybody."""


@dataclass
class FormsInMemory:
    """Employees with their positions, and the forms about them, each version for itself."""

    case: MemoryCase = field(default_factory=MemoryCase)
    employees: list[EmployeeFacts] = field(default_factory=list[EmployeeFacts])
    forms: list[FormFacts] = field(default_factory=list[FormFacts])
    understands: Callable[[FormTerms], FormTerms] = lambda terms: terms
    """What the page to confirm makes of the form's."""
    before_press: Callable[[], None] = lambda: None
    """What happens while the form's page is open."""
    after_save: Callable[[], None] = lambda: None
    numbers: count[int] = field(default_factory=lambda: count(900_001))

    def employ(
        self, person: Person, employee_no: str, *, status: str = "Aktiv", remark: str = "", number: str | None = None
    ) -> None:
        facts = EmployeeFacts(
            employee_no=employee_no,
            number=number or person.number,
            family_name=person.family_name,
            given_name=person.given_name,
            status=status,
            remark=remark,
        )
        self.employees.append(facts)

    def screens(self) -> dict[type, object]:
        return {EmployeeSearch: _Search(self), FormQueue: _Queue(self)}

    def form(self, form_id: str, version: int) -> FormFacts:
        (found,) = [each for each in self.forms if (each.terms.form_id, each.version) == (form_id, version)]
        return found

    def change(self, before: FormFacts, **changes: object) -> FormFacts:
        """Replace a form by the same with changes."""
        after = before.model_copy(update=changes)
        self.forms[self.forms.index(before)] = after
        return after

    def activate(self, before: FormFacts, by: str = "robot1") -> None:
        made = Activation(number=str(next(self.numbers)), at=AT, by=by)
        self.change(before, status=FormStatus.ACTIVE, activations=[*before.activations, made])

    def save(self, before: FormFacts) -> None:
        assert self.case.platform is not None
        self.case.platform.reach("activation")
        self.activate(before)
        self.case.platform.reach("activation done")
        self.after_save()


class _Search(EmployeeSearch):
    def __init__(self, payroll: FormsInMemory) -> None:
        super().__init__(NO_PAGE)
        self._payroll = payroll

    def search(self, sought: EmployeeToFind) -> EmployeeList:
        number = sought.number or ""
        found = [each for each in self._payroll.employees if number == each.number or number in each.remark]
        return _Employees(found)


class _Employees(EmployeeList):
    def __init__(self, found: list[EmployeeFacts]) -> None:
        super().__init__(NO_PAGE)
        self._found = found

    def employees(self) -> list[EmployeeFacts]:
        return [each.model_copy(update={"remark": ""}) for each in self._found]

    def file(self, place: int) -> EmployeeFile:
        return _File(self._found[place])


class _File(EmployeeFile):
    def __init__(self, employee: EmployeeFacts) -> None:
        super().__init__(NO_PAGE)
        self._employee = employee

    def employee(self) -> EmployeeFacts:
        return self._employee

    def positions(self) -> list[Position]:
        held = {"employee_no": self._employee.employee_no, "unit": "311874322", "type": "FAST", "percent": "50.00"}
        return [Position.model_validate(held | {"position_no": number, "from": SINCE}) for number in POSITIONS]


class _Queue(FormQueue):
    def __init__(self, payroll: FormsInMemory) -> None:
        super().__init__(NO_PAGE)
        self._payroll = payroll

    def find(self, form_id: str) -> FormHits:
        return _Hits(self._payroll, form_id)


class _Hits(FormHits):
    def __init__(self, payroll: FormsInMemory, form_id: str) -> None:
        super().__init__(NO_PAGE)
        self._payroll, self._form_id = payroll, form_id

    def forms(self) -> list[FormHit]:
        found = [each for each in self._payroll.forms if each.terms.form_id.startswith(self._form_id)]
        return [FormHit(form_id=each.terms.form_id, version=each.version, status=each.status) for each in found]

    def open(self, hit: FormHit) -> FormPage:
        return _Page(self._payroll, self._payroll.form(hit.form_id, hit.version))


class _Page(FormPage):
    """As the real page: it shows what stood when it was loaded."""

    def __init__(self, payroll: FormsInMemory, shown: FormFacts) -> None:
        super().__init__(NO_PAGE)
        self._payroll, self._shown = payroll, shown

    def facts(self) -> FormFacts:
        return self._shown

    def activations(self) -> list[Activation]:
        return self._shown.activations

    def activate(self) -> ConfirmActivation:
        self._payroll.before_press()
        return _Confirm(self._payroll, _unless_refused(self._payroll, self._shown))


class _Confirm(ConfirmActivation):
    def __init__(self, payroll: FormsInMemory, form: FormFacts) -> None:
        super().__init__(NO_PAGE)
        self._payroll, self._form = payroll, form

    def shown(self) -> FormTerms:
        return self._payroll.understands(self._form.terms)

    def confirm(self) -> ActivatedForm:
        self._payroll.save(_unless_refused(self._payroll, self._form))
        return _Activated(self._payroll, self._form)


class _Activated(ActivatedForm):
    def __init__(self, payroll: FormsInMemory, form: FormFacts) -> None:
        super().__init__(NO_PAGE)
        self._payroll, self._form = payroll, form

    def form(self) -> FormPage:
        return _Page(self._payroll, self._payroll.form(self._form.terms.form_id, self._form.version))


def _unless_refused(payroll: FormsInMemory, shown: FormFacts) -> FormFacts:
    form = payroll.form(shown.terms.form_id, shown.version)
    if form.locked:
        raise RecordLocked
    if form.status not in {FormStatus.APPROVED, FormStatus.ACTIVE}:
        raise TargetRejected
    return form
