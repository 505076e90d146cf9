"""The shapes in which employees, runs, forms and assignments reach Varde Lønn from outside: amounts in øre, percent and hours in hundredths."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from sandbox.payroll.codes import (
    Benefit,
    EmployeeState,
    FormState,
    FormType,
    Mark,
    PeriodState,
    PositionType,
    Relation,
    RunState,
    RunType,
    TaxCard,
)

NationalId = Annotated[str, Field(pattern=r"^\d{11}$")]
Month = Annotated[str, Field(pattern=r"^\d{4}-(0[1-9]|1[0-2])$")]
Key = Annotated[str, Field(pattern=r"^[^\s/?#]{1,40}$")]
"""A number that also stands in addresses."""
Clock = Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$|^24:00$|^$")]


class Seed(BaseModel, frozen=True, extra="forbid"):
    pass


class Named(Seed, frozen=True):
    """Somebody, as every record of the system names them."""

    national_id: str
    """Not always a valid one: the system takes what it is given."""
    family_name: str
    given_name: str


class SeededLeave(Seed, frozen=True):
    first: date = Field(alias="from")
    last: date | None = Field(default=None, alias="to")
    percent: int = Field(ge=0)


class SeededPosition(Seed, frozen=True):
    position_no: str
    unit: str
    type: PositionType = "FAST"
    percent: int = Field(ge=0)
    first: date = Field(alias="from")
    last: date | None = Field(default=None, alias="to")
    leaves: tuple[SeededLeave, ...] = ()
    fixed_pay: int = 0


class SeededEmployee(Named, frozen=True):
    employee_no: str
    birth_date: date
    status: EmployeeState = "ACTIVE"
    protection: Literal[6, 7] | None = None
    previous_ids: tuple[NationalId, ...] = ()
    account: str | None = ""
    tax_card: TaxCard = "OK"
    employment_start: date | None = None
    employment_end: date | None = None
    positions: tuple[SeededPosition, ...] = ()


class PayLine(Seed, frozen=True):
    kind: str
    amount: int


class Overtime(Seed, frozen=True):
    week: int = 0
    w4: int = 0
    w52: int = 0


class SeededRow(Named, frozen=True):
    employee_no: Key
    position_no: Key
    unit: str
    percent: int = Field(ge=0)
    gross: int
    net: int
    tax: int
    deductions: int = 0
    gross_prev: int = 0
    fixed_pay: int = 0
    tax_card: TaxCard = "OK"
    account: str | None = ""
    employment_start: date | None = None
    employment_end: date | None = None
    contract_present: bool = True
    overtime: Overtime = Overtime()
    pay_lines: tuple[PayLine, ...] = ()
    mark: Mark = ""
    codes: tuple[str, ...] = ()
    hold: bool = False
    hold_by: str = ""
    comment: str = ""
    locked_by: str = ""


class SeededRun(Seed, frozen=True):
    run_id: Key
    run_type: RunType
    pay_date: date
    period: Month
    status: RunState = "CALCULATED"
    carries_from: str | None = None
    """The trial run whose holds and comments its rows inherit."""
    rows: tuple[SeededRow, ...] = ()


class Approval(Seed, frozen=True):
    role: str
    person: str
    at: datetime
    budget: bool = True
    """Whether the approver has budget authority."""


class SeededForm(Seed, frozen=True):
    form_id: Key
    version: int = 1
    form_type: FormType
    employee_no: str
    effective_from: date
    effective_to: date | None = None
    status: FormState = "APPROVED"
    details: Mapping[str, str] = Field(default_factory=dict[str, str])
    approvals: tuple[Approval, ...] = ()
    future_lines: int = Field(default=0, ge=0)
    locked_by: str = ""


class WorkLine(Seed, frozen=True):
    """Hours on a day: from and to, or only how many."""

    date: date
    start: Clock | None = ""
    end: Clock | None = ""
    hours: int | None = Field(default=None, ge=0)


class SeededTimesheet(Seed, frozen=True):
    period: Month
    reference: str = ""
    km: int = Field(default=0, ge=0)
    expenses: int = Field(default=0, ge=0)
    approved_by: str = ""
    lines: tuple[WorkLine, ...] = ()


class SeededAssignment(Named, frozen=True):
    assignment_no: Key
    kind: Benefit
    first: date = Field(alias="from")
    last: date | None = Field(default=None, alias="to")
    decision: str = ""
    hours_per_month: int = Field(default=0, ge=0)
    carried_over: int = 0
    km: bool = False
    relation: Relation = "CONTRACTOR"
    protection: Literal[6, 7] | None = None
    former: tuple[NationalId, ...] = ()
    """The holder's former numbers."""
    locked_by: str = ""
    timesheets: tuple[SeededTimesheet, ...] = ()


class Rate(Seed, frozen=True):
    """Øre per hour from a day on, until a later rate of the same kind."""

    kind: Benefit
    first: date = Field(alias="from")
    rate: int = Field(ge=0)


class Period(Seed, frozen=True):
    period: Month
    state: PeriodState


class RowLock(Seed, frozen=True):
    """Who has a record open, or nobody."""

    record: Literal["row"]
    key: tuple[str, str, str]
    locked_by: str = ""


class RecordLock(Seed, frozen=True):
    record: Literal["form", "assignment"]
    key: tuple[str]
    locked_by: str = ""


Lock = RowLock | RecordLock
