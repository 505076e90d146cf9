"""What the author of a process reads: declare a service and its processes, and what a case carries."""

from __future__ import annotations

import inspect
import re
import unicodedata
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any, Required, TypedDict, TypeVar, Unpack, cast, get_type_hints

from pydantic import (
    AliasChoices,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationInfo,
    field_validator,
)
from pydantic_core import PydanticCustomError

from common.amendment import AmendmentRule
from common.batch import BatchRule
from common.errors import ConfigurationError
from common.exact import require_exact
from common.files.reference import FileRef, FileRole, names_files
from common.ledger import Fact
from common.outcome import Handover, Outcome, OutcomeCode
from common.privacy.masking import mask
from common.refusals import FieldProblem
from common.register import InForce, R, Register, RegisterRow
from common.run import Ensured, Run, Subject
from common.schedule import Days, ErrandDesk, Firing, Missed, MonthlyBankDay, Schedule, When
from common.target import Target
from common.task import AT_ONCE, NoticeRule, Task

__all__ = [
    "CaseInput",
    "Days",
    "Ensured",
    "ErrandDesk",
    "Fact",
    "FileRef",
    "FileRole",
    "Firing",
    "Handover",
    "InForce",
    "Missed",
    "MonthlyBankDay",
    "NoticeRule",
    "Outcome",
    "OutcomeCode",
    "Process",
    "Register",
    "RegisterRow",
    "Retention",
    "Run",
    "Service",
    "Subject",
    "Task",
]

Reference = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=64)]
Unit = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=32)]


_REGISTER_NAME = re.compile(r"[a-z][a-z0-9-]{0,63}")
_FAR_OFF = datetime(2100, 1, 1, tzinfo=UTC)  # what is due then can still be counted


class CaseInput(BaseModel):
    """What a caller hands over: the fields of the process, and these, which every case may carry."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True, hide_input_in_errors=True)

    reference: Reference | None = Field(
        default=None,
        validation_alias=AliasChoices("reference", "source_id"),
        description="The caller's own key for this case (also accepted as `source_id`). "
        "Sent again with the same content it gives the same case; with other content it is refused.",
        examples=["T-88121"],
    )
    unit: Unit | None = Field(
        default=None, description="Organisation number or code of the unit that the case belongs to"
    )
    priority: Annotated[int, Field(ge=1, le=9)] = Field(default=5, description="1 is most urgent, 9 least")
    not_before: Annotated[AwareDatetime, Field(lt=_FAR_OFF)] | None = Field(
        default=None, description="Roger leaves the case alone until then"
    )
    test: bool = Field(default=False, description="A test case; it never reaches a production target")

    @field_validator("*", mode="before")
    @classmethod
    def text_is_composed(cls, value: Any, info: ValidationInfo) -> Any:
        """One spelling of each letter (NFC), so that æøå compare equal whoever typed them; and nothing is guessed."""
        require_exact(cls, info.field_name, value)
        return composed(value)

    @field_validator("unit")
    @classmethod
    def unit_is_nobody(cls, unit: str | None) -> str | None:
        """Units are kept, counted and told in the clear: a person's number must not pass for one."""
        if unit is not None and mask(unit) != unit:
            raise PydanticCustomError(
                "INVALID_VALUE", "A unit is an organisation number or a code, never a person's number"
            )
        if unit is not None and not unit.isprintable():
            raise PydanticCustomError("INVALID_VALUE", "A unit is written with visible characters only")
        return unit

    def __repr__(self) -> str:
        # Tracebacks and assertion messages quote the repr of what they meet.
        return f"{type(self).__name__}(…)"

    __str__ = __repr__

    @property
    def subject(self) -> Subject | None:
        """Whom the case is about; processes that concern a person override this."""
        return None

    @property
    def thread(self) -> Subject | None:
        """What the case is one of several messages about (a booking, an employment); see common.amendment."""
        return None

    @property
    def alias(self) -> Subject | None:
        """By what else people look the case up (the number of a booking), besides whom it is about."""
        return None

    @property
    def kept_from(self) -> datetime | None:
        """The day its retention counts from, if that comes after its end: of an appointment, say."""
        return None

    def earliest(self, now: datetime) -> datetime | None:  # noqa: ARG002  for processes to use
        """Until when Roger leaves it alone: as the caller asks, unless the process knows better."""
        return self.not_before

    def deadline(self, now: datetime) -> datetime | None:  # noqa: ARG002  for processes to use
        """When it must be done, where the input itself says so; otherwise within the process's `due`."""
        return None

    def urgency(self, now: datetime) -> int:  # noqa: ARG002  for processes to use
        """Its priority: what the caller asks for, unless the process knows better."""
        return self.priority

    def breaches(self, now: datetime) -> Iterable[FieldProblem]:  # noqa: ARG002  for processes to use
        """The rules that depend on the time of submission, broken by this input; none for most processes."""
        return ()


class Retention(StrEnum):
    """How long a case's payload and result are kept after it has ended (domain rules R1 to R5)."""

    HEALTH = "R1"
    PERSONAL = "R2"
    ACCOUNTING = "R3"
    ORDERS = "R5"

    @property
    def span(self) -> timedelta:
        return {"R1": timedelta(days=14), "R2": timedelta(days=90), "R3": timedelta(days=5 * 365)}.get(
            self.value, timedelta(days=2 * 365)
        )


I = TypeVar("I", bound=CaseInput)  # noqa: E741  I for input
Perform = Callable[[I, Run], Outcome]
Rows = Callable[[Firing], Iterable[CaseInput]]
ScheduledErrand = Callable[[Firing, ErrandDesk], Awaitable[object]]
Scheduled = TypeVar("Scheduled", bound="Rows | ScheduledErrand")


@dataclass(frozen=True, kw_only=True)
class Process:
    """The declared way to perform one kind of case; its endpoint, queue, metrics and benefit follow from this."""

    name: str
    service: str
    input: type[CaseInput]
    perform: Callable[[Any, Run], Outcome]
    targets: tuple[Target, ...]
    manual_minutes: float
    """Minutes a clerk spends on one such case; saved hours are counted with it."""
    due: timedelta
    retention: Retention
    version: int = 1
    called: str = ""
    """What municipal staff call it, in bokmål, as their pages show it (`Smittevernjournaler`)."""
    release: Callable[[Any], bool] | None = None
    """Whether a second person must release a case, decided by its input at intake."""
    release_within: timedelta = timedelta(days=1)
    """How long it may wait for that person before somebody is told."""
    batch: BatchRule[Any] | None = None
    """What is asked over all rows of a batch."""
    notices: NoticeRule = AT_ONCE
    """How its tasks reach people."""
    amend: AmendmentRule | None = None
    """What a message does to those before it about the same thing (`CaseInput.thread`), asked at intake."""
    fallout: Callable[[str], Task] | None = None
    """Whom to tell when a case goes to a person, and in what words, given the reason's code."""
    fallout_minutes: float = 0.0
    """Extra minutes a clerk needs to pick up a case that Roger could not do."""
    evidence: bool = True
    """Whether the page is kept when a run fails."""
    fetches_files: bool = False
    """Whether it finds a file itself that its input names and nobody has handed over; else such a case is refused."""

    @property
    def takes_files(self) -> bool:
        """Whether its input may name files (`FileRef`), to be handed over before."""
        return names_files(self.input)

    @property
    def keeps_evidence(self) -> bool:
        """Whether a failed run's page may be kept: never what a health process was looking at."""
        return self.evidence and self.retention is not Retention.HEALTH

    @property
    def summary(self) -> str:
        """The first line of the process's docstring: what it is for."""
        return (inspect.getdoc(self.perform) or self.name).splitlines()[0]

    @property
    def settle(self) -> timedelta:
        """How long after the last click of a run something may still take effect in one of its targets."""
        return max((target.settle for target in self.targets), default=timedelta(0))


class Declared(TypedDict, total=False):
    """What a service says of a process; each is told at `Process`."""

    manual_minutes: Required[float]
    due: Required[timedelta]
    retention: Required[Retention]
    version: int
    called: str
    release: Callable[[Any], bool] | None
    release_within: timedelta
    batch: BatchRule[Any] | None
    notices: NoticeRule
    amend: AmendmentRule | None
    fallout: Callable[[str], Task] | None
    fallout_minutes: float
    evidence: bool
    fetches_files: bool


class Service:
    """A domain's processes: what one deployment of api, errands and worker is about."""

    def __init__(
        self,
        name: str,
        *,
        title: str,
        pages: Sequence[str] = (),
        key_files: Mapping[str, str] | None = None,
        entrusts: bool = False,
    ) -> None:
        """`pages` names the modules that bring pages of the service's own; only its api imports them.

        `key_files` are random keys of its own, made once and then kept: the setting that says where such a file is
        (`ROGER_ORDERS_PERSON_KEY`) → the file's name. `entrusts` says that its processes make secrets for people
        (`Run.entrust`): it has a page that shows them, and does not start before it is said how people get there.
        """
        self.name = name
        self.title = title
        self.pages = tuple(pages)
        self.key_files = dict(key_files or {})
        self.entrusts = entrusts
        self.processes: dict[str, Process] = {}
        self.registers: dict[str, Register[Any]] = {}
        self.schedules: dict[str, Schedule] = {}

    @property
    def takes_files(self) -> bool:
        """Whether callers hand over files for some process of this service."""
        return any(process.takes_files for process in self.processes.values())

    @property
    def targets(self) -> list[Target]:
        """Every target that some process of this service works in."""
        found = {target.name: target for process in self.processes.values() for target in process.targets}
        return [found[name] for name in sorted(found)]

    def register(
        self,
        name: str,
        *,
        row: type[R],
        title: str,
        check: Callable[[Sequence[R]], Iterable[FieldProblem]] | None = None,
        entry: str = "oppføring",
    ) -> Register[R]:
        """Declare a table that its owner unit replaces at `/v1/registers/{name}`.

        `check` yields what is wrong with the rows together; a problem's `row` is its place among them, from 0.
        `entry` is what one row is, in Norwegian, as the template tells whoever fills it in (`sats`).
        Raises ConfigurationError for a name that is taken or cannot stand in an address.
        """
        if name in self.registers or not _REGISTER_NAME.fullmatch(name):
            raise ConfigurationError(f"{self.name} cannot have a register called {name!r}: use another-name-like-this")
        made = Register(name=name, title=title, row=row, check=check, entry=entry)
        self.registers[name] = made
        return made

    def process(
        self, name: str, *, targets: Sequence[Target], **how: Unpack[Declared]
    ) -> Callable[[Perform[I]], Perform[I]]:
        """Declare the function below as the way to perform cases of this name; `how` is told at `Process`.

        The function takes the input model and the run, and returns an Outcome. Raises ConfigurationError for a
        name that is taken or a function that is not of that form.
        """

        def declare(perform: Perform[I]) -> Perform[I]:
            if name in self.processes:
                raise ConfigurationError(f"Two processes of {self.name} are called {name!r}: rename one")
            self.processes[name] = Process(
                name=name,
                service=self.name,
                input=_input_model(name, perform),
                perform=perform,
                # One order for everybody who leases accounts of several targets: no two can wait for each other.
                targets=tuple(sorted(targets, key=lambda target: target.name)),
                **how,
            )
            return perform

        return declare

    def schedule(
        self, name: str, *, process: str | None = None, **when: Unpack[When]
    ) -> Callable[[Scheduled], Scheduled]:
        """Declare that the clock starts the function below: `cron=` or `monthly=`, and what else `When` names.

        With the name of a process declared above, the function gives the inputs of a batch of its cases; without
        one it is an errand. Raises ConfigurationError for what cannot be meant.
        """

        def declare(starts: Scheduled) -> Scheduled:
            if name in self.schedules:
                raise ConfigurationError(f"Two schedules of {self.name} are called {name!r}: rename one")
            if process is not None and process not in self.processes:
                raise ConfigurationError(
                    f"Schedule {name!r} names no process of {self.name}: declare {process!r} above it"
                )
            self.schedules[name] = Schedule(name=name, starts=starts, process=process, **when)
            return starts

        return declare


def composed(value: Any) -> Any:
    """The value with its text in NFC; refuses characters that PostgreSQL and JSON cannot hold."""
    if isinstance(value, str):
        if value.isascii() and "\0" not in value:
            return value
        if "\0" in value or any("\ud800" <= letter <= "\udfff" for letter in value):
            raise PydanticCustomError("INVALID_VALUE", "The text holds a character that cannot be stored")
        return unicodedata.normalize("NFC", value)
    if isinstance(value, list):
        return [composed(item) for item in cast("list[Any]", value)]
    if isinstance(value, dict):
        return {composed(key): composed(item) for key, item in cast("dict[Any, Any]", value).items()}
    return value


def _input_model(name: str, perform: Callable[..., Any]) -> type[CaseInput]:
    first = next(iter(inspect.signature(perform).parameters), "")
    model = get_type_hints(perform).get(first)
    if not (inspect.isclass(model) and issubclass(model, CaseInput)):
        raise ConfigurationError(f"The function of process {name!r} must take a CaseInput first, and a Run second")
    return model
