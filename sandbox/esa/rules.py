"""The rules of Noark 5 that ESA keeps, each with the sentence in which it refuses.

They are asked inside the transaction that writes, so two writes at the same time cannot both pass.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from sandbox.esa.codes import ANSWERED, OPEN, POST_TYPES, WAITING
from sandbox.esa.records import CaseFile, Document, NewPost, Post, WriteOff

_OSLO: Final = ZoneInfo("Europe/Oslo")
_COURSE: Final[Mapping[str, tuple[str, ...]]] = {
    "I": ("M", "S", "J", "A"),
    "U": ("R", "S", "F", "G", "E", "J", "A"),
    "N": ("R", "S", "F", "G", "J", "A"),
    "X": ("R", "S", "F", "G", "J", "A"),
    "S": ("R", "S", "F", "G", "J", "A"),
}
"""How a post of each type goes forward; it may leave stages out, and never goes back."""
_FINISHED: Final[Mapping[str, tuple[str, ...]]] = {
    "U": ("F", "E", "J", "A"),
    "N": ("F", "J", "A"),
    "X": ("F", "J", "A"),
}
"""When a post of each type answers another."""
_MAY_ANSWER: Final[Mapping[str, tuple[str, ...]]] = {"BU": ("U",), "BE": ("U",), "BN": ("U", "N", "X")}
_CANCELLED: Final = "U"


class RefusedError(Exception):
    """A rule forbids it; the message is what people are told, sentence by sentence."""


def now() -> datetime:
    return datetime.now(UTC).astimezone(_OSLO)


def today() -> date:
    return now().date()


def refuse(problems: Iterable[str]) -> None:
    """Raise RefusedError with all that is wrong, if anything is."""
    told = " ".join(problem for problem in problems if problem)
    if told:
        raise RefusedError(told)


def unlocked(record: CaseFile | Post, account: str) -> None:
    """Somebody else must not have it open."""
    if record.lock and record.locked_by != account:
        raise RefusedError(record.lock)


def open_case(number: str, status: str) -> None:
    """Nothing is added to a closed case file or changed in it."""
    if status not in OPEN:
        raise RefusedError(f"Saksmappe {number} er avsluttet (status {status}): ingenting kan legges til eller endres.")


def screening(access: str, legal_basis: str) -> str:
    """A legal basis stands with every access code but U."""
    if access != "U" and not legal_basis:
        return f"Hjemmel må fylles ut når tilgangskoden er {access}."
    return "Hjemmel skal ikke fylles ut når tilgangskoden er U." if access == "U" and legal_basis else ""


def new_post(new: NewPost, posts: Sequence[Post]) -> list[str]:
    """What is wrong with a post that is to stand in a case file with these posts."""
    return [
        *_dates(new),
        "" if new.type != "I" or new.officer else "Saksbehandler må fylles ut for inngående journalpost.",
        screening(new.access, new.legal_basis),
        "" if new.parties else "Journalposten må ha minst én part.",
        "" if new.status in _COURSE[new.type] else f"Status {new.status} gjelder ikke journalposttype {new.type}.",
        _answer(new, posts),
    ]


def _dates(new: NewPost) -> list[str]:
    received = "Mottatt må fylles ut for inngående journalpost." if new.type == "I" and not new.received else ""
    late = "Mottatt kan ikke være etter dagens dato." if new.received and new.received > today().isoformat() else ""
    return [received, late]


def _answer(new: NewPost, posts: Sequence[Post]) -> str:
    if new.answers is None:
        return ""
    answered = next((post for post in posts if post.number == new.answers), None)
    if answered is None:
        return f"Svar på: journalpost {new.answers} finnes ikke i saksmappen."
    if answered.type not in WAITING or new.type == "I":
        return "Svar på: bare inngående dokumenter og notater med oppfølging kan besvares, av utgående eller interne."
    return ""


def forward(post: Post, status: str, sent: str | None, documents: Sequence[Document]) -> list[str]:
    """What stands against taking a post to a status."""
    course = _COURSE[post.type]
    if status == _CANCELLED:
        return [] if post.status not in ("A", _CANCELLED) else [f"Status {post.status} kan ikke bli {status}."]
    if status not in course:
        return [f"Status {status} gjelder ikke journalposttype {post.type} ({POST_TYPES[post.type].lower()})."]
    if post.status not in course or course.index(status) <= course.index(post.status):
        return [f"Status kan bare endres framover: {post.status} kan ikke bli {status}."]
    return [
        "Sendt må fylles ut for utgående journalpost med status E."
        if (post.type, status, sent) == ("U", "E", None)
        else "",
        _journalled(documents) if status in ("J", "A") else "",
    ]


def _journalled(documents: Sequence[Document]) -> str:
    main = next((document for document in documents if document.role == "H"), None)
    if main is None:
        return "Journalposten mangler hoveddokument."
    return "" if main.is_in_archive_format else f"Hoveddokumentet er ikke i arkivformat (PDF/A), men {main.format}."


def new_document(post: Post, role: str, documents: Sequence[Document]) -> str:
    """What stands against one more document."""
    if post.status in ("A", _CANCELLED):
        return f"Journalposten har status {post.status}: dokumenter kan ikke legges til."
    if role == "H" and any(document.role == "H" for document in documents):
        return "Journalposten har allerede et hoveddokument."
    return ""


def write_off(post: Post, write_off: WriteOff, posts: Sequence[Post]) -> list[str]:
    """What stands against writing a post off, in a case file with these posts."""
    if post.type not in WAITING:
        return [f"Journalposttype {post.type} avskrives ikke: bare I og N kan avskrives."]
    if post.write_off_code:
        return [f"Journalposten er avskrevet fra før: {post.written_off}."]
    late = "Avskrevet dato kan ikke være etter dagens dato." if write_off.on > today().isoformat() else ""
    return [late, _answered(post, write_off, posts)]


def _answered(post: Post, write_off: WriteOff, posts: Sequence[Post]) -> str:
    if write_off.code not in ANSWERED:
        return "" if write_off.answered_by is None else f"Besvart av gjelder ikke avskrivningsmåte {write_off.code}."
    if write_off.answered_by is None:
        return f"Besvart av må fylles ut for avskrivningsmåte {write_off.code}."
    answer = next((each for each in posts if each.number == write_off.answered_by), None)
    if answer is None:
        return f"Besvart av: journalpost {write_off.answered_by} finnes ikke i saksmappen."
    return _no_answer(answer, post, write_off.code)


def _no_answer(answer: Post, post: Post, code: str) -> str:
    """Why a post does not answer another, if it does not."""
    if answer.type not in _MAY_ANSWER[code]:
        return f"Besvart av: journalposttype {answer.type} kan ikke avskrive med {code}."
    if answer.answers != post.number:
        return f"Besvart av: journalpost {answer.number} er ikke registrert som svar på {post.number}."
    if answer.status not in _FINISHED[answer.type]:
        return f"Besvart av: journalpost {answer.number} er ikke ferdigstilt (status {answer.status})."
    return ""


def case_status(case: CaseFile, status: str, posts: Sequence[Post], loose: Sequence[str]) -> list[str]:
    """What stands against taking a case file to a status; `loose` are posts with documents not in archive format."""
    if case.status in ("A", "U"):
        return [f"Saksmappe {case.number} er avsluttet (status {case.status}): statusen kan ikke endres."]
    if status == case.status:
        return [f"Saksmappen har status {status} fra før."]
    if status in OPEN:
        return []
    standing = [post for post in posts if post.status != _CANCELLED]
    if status == _CANCELLED:
        return ["Saksmappen har journalposter som ikke utgår."] if standing else []
    waiting = [post for post in standing if post.type in WAITING and not post.write_off_code]
    reserved = [post for post in standing if post.status == "R"]
    return [
        _told("Saksmappen har restanser", [str(post.number) for post in waiting]),
        _told("Saksmappen har reserverte journalposter", [str(post.number) for post in reserved]),
        _told("Saksmappen har dokumenter som ikke er i arkivformat", loose),
    ]


def _told(what: str, numbers: Sequence[str]) -> str:
    return f"{what} (journalpost {', '.join(numbers)}) og kan ikke avsluttes." if numbers else ""
