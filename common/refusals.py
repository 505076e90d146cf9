"""Every reason for which a request is not carried out; each class knows its HTTP status.

Refusal
├── InvalidInput                422
│   └── FileUnusable            422
├── MalformedRequest            400
├── Unauthenticated             401
├── Forbidden                   403
├── CaseUnknown                 404
├── TaskUnknown                 404
├── ReferenceTaken              409
├── NotInThatState              409
├── RequestTooLarge             413
├── BacklogFull                 429
└── Unavailable                 503

The docstring of a class is its default message: it says what to do, and never quotes what was sent.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from common.errors import RogerError


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


class Unauthenticated(Refusal):
    """No valid API key; send it as `Authorization: Bearer <key>`."""

    code, status, title = "UNAUTHENTICATED", 401, "Who are you?"


class Forbidden(Refusal):
    """This caller lacks the scope for that."""

    code, status, title = "FORBIDDEN", 403, "Not allowed"


class CaseUnknown(Refusal):
    """There is no such case among those this caller may see."""

    code, status, title = "CASE_UNKNOWN", 404, "No such case"


class TaskUnknown(Refusal):
    """There is no such task."""

    code, status, title = "TASK_UNKNOWN", 404, "No such task"


class ReferenceTaken(Refusal):
    """This reference was used before with other content; use a new reference, or send the same content."""

    code, status, title = "REFERENCE_TAKEN", 409, "Same reference, other content"


class NotInThatState(Refusal):
    """The case is not in a state in which that can be done."""

    code, status, title = "NOT_IN_THAT_STATE", 409, "The case is in another state"


class RequestTooLarge(Refusal):
    """The request is larger than this service takes; split it."""

    code, status, title = "REQUEST_TOO_LARGE", 413, "Too large"


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
