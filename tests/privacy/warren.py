"""A service whose authors are careless: they log, raise, count and tell whom a case is about wherever they can."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from common import log
from common.batch import BatchRule, EndedRow, Figures
from common.errors import NameMismatch, RobotFault, TargetDown
from common.norway.national_id import NationalIdText
from common.process import CaseInput, FileRef, Outcome, OutcomeCode, Retention, Run, Service, Subject, Task
from common.refusals import FieldProblem
from common.register import RegisterRow

_log = log.get(__name__)
warren = Service("town", title="Warren")


class Way(StrEnum):
    """What becomes of a visit."""

    DONE = "DONE"
    RULE = "RULE"
    FAULT = "FAULT"
    DOWN = "DOWN"
    ASSERTED = "ASSERTED"
    UNSTORABLE = "UNSTORABLE"
    CODED = "CODED"
    WRONG = "WRONG"
    LATE = "LATE"
    ODD = "ODD"


class Hole(RegisterRow):
    code: str
    note: str = ""


HOLES = warren.register("holes", row=Hole, title="Holes")


class Visit(CaseInput):
    """Who visits whom, and what becomes of it."""

    person: NationalIdText = Field(examples=["17838410103"])
    name: str = Field(max_length=80)
    way: Way = Way.DONE
    note: str = ""

    @model_validator(mode="after")
    def is_right(self) -> Self:
        if self.way is Way.CODED:
            raise PydanticCustomError("VISIT_CODED", "{who} is wrong", {"who": self.person})
        if self.way is Way.WRONG:
            raise ValueError(f"{self.person} {self.name} is wrong")
        return self

    @property
    def subject(self) -> Subject:
        if self.way is Way.ODD:
            raise ValueError(f"{self.person} {self.name} is odd")
        return Subject("person", self.person)

    def breaches(self, now: datetime) -> Iterable[FieldProblem]:  # noqa: ARG002  as declared
        if self.way is Way.LATE:
            yield FieldProblem(f"person.{self.person}", "TOO_LATE", f"{self.person[:6]}-{self.person[6:]} is late")


def _looked(visit: Visit) -> dict[str, Any]:
    return {"person": visit.person, "name": visit.name}


def _count(visits: Iterable[Visit]) -> Figures:
    """Counts the visits, and tells who came last."""
    last = ""
    for visit in visits:
        last = visit.person
        if visit.note == "refused":
            raise NameMismatch(f"{visit.person} {visit.name}")
        if visit.note == "failing":
            raise RuntimeError(f"{visit.person} {visit.name}")
    return {"last": last, last: 1}


def _tell(rows: Iterable[EndedRow[Visit]]) -> Sequence[Task]:
    """Tells of the first of them."""
    persons = [row.input.person for row in rows]
    return [Task(name=persons[0], role="unit-leader", title=f"Ring {persons[0]}", text=" ".join(persons[0]))]


@warren.process(
    "visits",
    targets=[],
    manual_minutes=1,
    due=timedelta(days=1),
    retention=Retention.PERSONAL,
    batch=BatchRule(before=_count, after=_tell),
)
def visit(visit: Visit, run: Run) -> Outcome:
    """Somebody is visited."""
    _log.info("visit.begun", person=visit.person, text=f"fnr {visit.person[:6]} {visit.person[6:]}", all=[visit.person])
    HOLES.on(run, run.today())
    seen = run.step("look", _looked, visit)
    run.is_about(Subject("person", visit.person))
    run.remember("visit-of", visit.person, seen, until=run.today())
    quoting = f"{visit.person[:6]}.{visit.person[6:]} {visit.name}"
    match visit.way:
        case Way.RULE:
            raise NameMismatch(quoting)
        case Way.DOWN:
            raise TargetDown(quoting)
        case Way.FAULT:
            raise RobotFault(quoting)
        case Way.ASSERTED:
            raise AssertionError(visit.person, visit.name)
        case Way.UNSTORABLE:
            return Outcome(OutcomeCode.CREATED, {"who": object(), visit.person: visit.name})
        case _:
            task = Task(
                name=f"ring {visit.person}", role="unit-leader", title=f"Ring {visit.person}", text=visit.person
            )
            return Outcome(OutcomeCode.CREATED, dict(seen), tasks=(task,))


class Parcel(CaseInput):
    """What somebody has sent."""

    files: list[FileRef]


@warren.process("parcels", targets=[], manual_minutes=1, due=timedelta(days=1), retention=Retention.PERSONAL)
def open_parcel(parcel: Parcel, run: Run) -> Outcome:
    """Somebody's file is opened, and read aloud."""
    for ref in parcel.files:
        with run.file(ref.sha256) as path:
            content = path.read_text(encoding="utf-8") if path is not None else ""
        number = content.partition(" ")[0]
        _log.info("parcel.opened", number=number, name=ref.name)
        if ref.mime == "text/wrong":
            raise NameMismatch(content)
        if ref.mime == "text/broken":
            raise RuntimeError(content)
        if ref.mime == "text/kept":
            run.discard_files()
    return Outcome(OutcomeCode.CREATED, {"name": parcel.files[0].name})
