"""Every reason for which a request is not carried out; each class knows its HTTP status.

Refusal
├── InvalidInput                422
│   └── FileUnusable            422
├── MalformedRequest            400
│   └── PositionUnknown         400
├── Unauthenticated             401
├── Forbidden                   403
│   └── UnitForeign             403
├── CaseUnknown                 404
├── TaskUnknown                 404
├── RegisterUnknown             404
├── EvidenceUnknown             404
├── FileUnknown                 404
├── BatchUnknown                404
├── OwnSubmission               403
├── TotalsDiffer                409
├── UploadDiffers               409
├── ProcessUnknown              404
├── TargetUnknown               404
├── ScheduleUnknown             404
├── ReferenceTaken              409
├── NotInThatState              409
├── TooSlow                     408
├── RequestTooLarge             413
├── AddressTooLong              414
├── HeadersTooLarge             431
├── BacklogFull                 429
├── FilesFull                   429
├── Unavailable                 503
└── StoreFull                   507

The docstring of a class is its default message: it says what to do, and never quotes what was sent.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, ClassVar

from common.errors import RogerError
from common.privacy.masking import mask


class Refusal(RogerError):
    """The request is not carried out."""

    status = 400
    title: ClassVar[str] = "The request was refused"

    def __init__(self, message: str | None = None, **facts: Any) -> None:
        super().__init__(message)
        self.facts = facts  # what a program should know besides the sentence; members of the problem document


class MalformedRequest(Refusal):
    """The request cannot be read; send valid JSON as the API description shows."""

    code, status, title = "MALFORMED_REQUEST", 400, "The request cannot be read"


class PositionUnknown(MalformedRequest):
    """The position is not one that this service gave; start without one."""

    code, title = "POSITION_UNKNOWN", "No such position"


class Unauthenticated(Refusal):
    """No valid token or API key; send it as `Authorization: Bearer <token or key>`."""

    code, status, title = "UNAUTHENTICATED", 401, "Who are you?"


class Forbidden(Refusal):
    """This caller lacks the scope for that."""

    code, status, title = "FORBIDDEN", 403, "Not allowed"


class UnitForeign(Forbidden):
    """This caller hands cases over for its own units only: name one of them as `unit`."""

    code, title = "UNIT_FOREIGN", "Another unit's case"


class CaseUnknown(Refusal):
    """There is no such case among those this caller may see."""

    code, status, title = "CASE_UNKNOWN", 404, "No such case"


class RegisterUnknown(Refusal):
    """This service has no such register, or the register no such version."""

    code, status, title = "REGISTER_UNKNOWN", 404, "No such register"


class EvidenceUnknown(Refusal):
    """There is no such evidence of this case, or it has been deleted: it is kept for days only."""

    code, status, title = "EVIDENCE_UNKNOWN", 404, "No such evidence"


class FileUnknown(Refusal):
    """This caller has handed over no such file, or it is gone: files are kept for a while only."""

    code, status, title = "FILE_UNKNOWN", 404, "No such file"


class TaskUnknown(Refusal):
    """There is no such task."""

    code, status, title = "TASK_UNKNOWN", 404, "No such task"


class BatchUnknown(Refusal):
    """There is no such batch among those this caller may see."""

    code, status, title = "BATCH_UNKNOWN", 404, "No such batch"


class OwnSubmission(Refusal):
    """Whoever handed it in cannot release it: that is for a second person."""

    code, status, title = "OWN_SUBMISSION", 403, "A second person must release it"


class TotalsDiffer(Refusal):
    """The batch does not hold as many rows as you say; look at its control totals again before you release it."""

    code, status, title = "TOTALS_DIFFER", 409, "Other control totals"


class UploadDiffers(Refusal):
    """Under this Idempotency-Key other rows came before; send exactly the same again, or use a new key."""

    code, status, title = "UPLOAD_DIFFERS", 409, "Same key, other rows"


class ProcessUnknown(Refusal):
    """There is no such process; `/v1/processes` lists them."""

    code, status, title = "PROCESS_UNKNOWN", 404, "No such process"


class ScheduleUnknown(Refusal):
    """This service declares no such schedule."""

    code, status, title = "SCHEDULE_UNKNOWN", 404, "No such schedule"


class TargetUnknown(Refusal):
    """There is no such target; `/v1/targets` lists them."""

    code, status, title = "TARGET_UNKNOWN", 404, "No such target"


class ReferenceTaken(Refusal):
    """This reference was used before with other content; use a new reference, or send the same content."""

    code, status, title = "REFERENCE_TAKEN", 409, "Same reference, other content"


class NotInThatState(Refusal):
    """The case is not in a state in which that can be done."""

    code, status, title = "NOT_IN_THAT_STATE", 409, "The case is in another state"


class RequestTooLarge(Refusal):
    """The request is larger than this service takes; split it."""

    code, status, title = "REQUEST_TOO_LARGE", 413, "Too large"


class TooSlow(Refusal):
    """The request took too long to arrive; send it again."""

    code, status, title = "TOO_SLOW", 408, "The request did not arrive in time"


class AddressTooLong(Refusal):
    """The path or the query is longer than any address of this service."""

    code, status, title = "ADDRESS_TOO_LONG", 414, "The address is too long"


class HeadersTooLarge(Refusal):
    """There are more headers than a request of this service needs, or they are too large."""

    code, status, title = "HEADERS_TOO_LARGE", 431, "The headers are too large"


class InvalidInput(Refusal):
    """Some fields break a rule; `errors` names each."""

    code, status, title = "INVALID_INPUT", 422, "Some fields break a rule"

    def __init__(self, problems: tuple[FieldProblem, ...]) -> None:
        super().__init__()
        self.problems = problems


class FileUnusable(InvalidInput):
    """The file cannot be taken, and nothing of it was; correct what `errors` names and send it again."""

    code, status, title = "FILE_UNUSABLE", 422, "The file cannot be used"


class BacklogFull(Refusal):
    """Too many cases wait; send this one again later."""

    code, status, title = "BACKLOG_FULL", 429, "Too many cases are waiting"


class FilesFull(Refusal):
    """As much of this caller's files is kept as this service takes; hand in the cases that name them, and send more later."""

    code, status, title = "FILES_FULL", 429, "Too many files of this caller"


class StoreFull(Refusal):
    """As much of everybody's files is kept as this service takes; send this one again later."""

    code, status, title = "STORE_FULL", 507, "No room for more files"


class Unavailable(Refusal):
    """The service cannot reach its database; send the request again, under the same reference."""

    code, status, title = "UNAVAILABLE", 503, "Not available"


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """One field that breaks a rule: where it is (`person_id`), which rule, and what to do about it."""

    field: str
    code: str
    message: str
    row: int | None = None
    """In a file: the row as a person sees it in the sheet, the header being row 1."""
    column: str | None = None
    """In a file: the column's letter, as a spreadsheet shows it."""


def document(refusal: Refusal) -> dict[str, Any]:
    """What a caller is told about a refusal."""
    told: dict[str, Any] = {
        "type": "urn:roger:problem:" + refusal.code.lower().replace("_", "-"),
        "title": refusal.title,
        "status": refusal.status,
        "detail": mask(refusal.message),
        "code": refusal.code,
    }
    if isinstance(refusal, InvalidInput):
        told["errors"] = [_told(problem) for problem in refusal.problems]
    for name, fact in refusal.facts.items():
        if name == "case":  # the one that stands in the way belongs to the same caller
            told |= {"case": str(fact), "location": f"/v1/cases/{fact}"}
        else:
            told[name] = fact
    return told


def problem_json(refusal: Refusal) -> bytes:
    """The same as it is sent."""
    return json.dumps(document(refusal), ensure_ascii=False, separators=(",", ":")).encode()


def _told(problem: FieldProblem) -> dict[str, Any]:
    told: dict[str, Any] = {"field": mask(problem.field), "code": problem.code, "message": mask(problem.message)}
    where = {"row": problem.row, "column": problem.column}
    return told | {name: place for name, place in where.items() if place is not None}
