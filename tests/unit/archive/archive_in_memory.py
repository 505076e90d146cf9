"""ESA without a page: the archive answered from memory by ESA's own rules, with deaths at every save."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from archive_svc.esa.line import is_line
from archive_svc.esa.noark import (
    AccessCode,
    CaseStatus,
    DocumentRole,
    PartyRole,
    PostStatus,
    PostType,
    WriteOffCode,
)
from archive_svc.esa.port import Archive, Wanted
from archive_svc.esa.record import (
    BacklogLine,
    CaseFile,
    Document,
    JournalPost,
    NewCaseFile,
    NewDocument,
    NewPost,
    Officer,
    Party,
    PostLine,
    Screening,
    WriteOff,
)
from common.errors import RecordLocked, TargetRejected
from common.testing import MemoryCase

TODAY = date(2026, 11, 23)
LARGEST = 100 * 2**20
"""Bytes of a file."""
COURSE: Final = {
    PostType.INCOMING: "MSJA",
    PostType.OUTGOING: "RSFGEJA",
    PostType.FOLLOWED_UP: "RSFGJA",
    PostType.INTERNAL: "RSFGJA",
    PostType.PRESENTATION: "RSFGJA",
}
"""How a post of each type goes on from one status to another; it may leave stages out, and never goes back."""
LETTERS: Final = {WriteOffCode.LETTER, WriteOffCode.EMAIL, WriteOffCode.NOTE}
"""The ways of writing off that ask which post answers."""
DONE: Final = {
    PostType.OUTGOING: {PostStatus.FINISHED, PostStatus.DISPATCHED, PostStatus.JOURNALLED, PostStatus.ARCHIVED},
    PostType.FOLLOWED_UP: {PostStatus.FINISHED, PostStatus.JOURNALLED, PostStatus.ARCHIVED},
    PostType.INTERNAL: {PostStatus.FINISHED, PostStatus.JOURNALLED, PostStatus.ARCHIVED},
}
"""With which status a post of a type can be the answer to another."""
USUAL_CASE_FILE: Final[dict[str, Any]] = {
    "title": "Innkreving",
    "public_title": "Skatteinnkreving",
    "part": "Skatt",
    "series": "Skatteinnkreving",
    "klass": "17838410103",
    "unit": "312900114",
    "officer": "KARI",
    "status": CaseStatus.IN_PROGRESS,
    "screening": Screening(access=AccessCode.EXEMPT, legal_basis="offl. § 13"),
}
USUAL_POST: Final[dict[str, Any]] = {
    "type": PostType.INCOMING,
    "status": PostStatus.JOURNALLED,
    "title": "Klage fra skatteyter",
    "full_title": "Klage",
    "document_date": date(2026, 10, 1),
    "received": date(2026, 10, 2),
    "journalled": date(2026, 10, 3),
    "officer": "KARI",
    "unit": "312900114",
    "screening": Screening(access=AccessCode.EXEMPT, legal_basis="offl. § 13"),
    "parties": (Party(role=PartyRole.SENDER, name="Nordhaug Åsen Ola", number="17838410103"),),
}


def _nothing(what: str, of: str) -> None:
    """Nobody else is at work."""


@dataclass
class MemoryArchive(Archive):
    """Case files and posts. A run may die at `case_file:1`, `case_file_saved:1`, `post:1`, `document:1`, `status:1`,
    `write_off:1` and their `…_saved`.

    `open` counts as the point where a visit begins, as for every screen.
    """

    case: MemoryCase = field(default_factory=MemoryCase)
    held: dict[str, CaseFile] = field(default_factory=dict[str, CaseFile])
    """Case files by number."""
    journal: dict[str, JournalPost] = field(default_factory=dict[str, JournalPost])
    """Posts by id."""
    staff: list[Officer] = field(default_factory=list[Officer])
    today: date = TODAY
    locked: set[str] = field(default_factory=set[str])
    """Numbers of case files (`2026/004411`) and posts (`2026/004411-3`) that somebody has open."""
    writes: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    """What was saved of what: `("post", "2026/004411-3")`, in order."""
    meanwhile: Callable[[str, str], None] = _nothing
    """What somebody else does just before a save: told what is saved, and the case file or post it is saved in."""

    # what tests arrange and ask

    def put_case_file(self, number: str = "", **known: Any) -> CaseFile:
        """A case file that was there before; a test names only what it is about."""
        number = number or self._next_case_file()
        self.held[number] = CaseFile.model_validate({**USUAL_CASE_FILE, **known, "number": number})
        return self.held[number]

    def put_post(self, case: str, **known: Any) -> JournalPost:
        """A post that was there before, with the next number of its case file."""
        given: dict[str, Any] = {**USUAL_POST, "id": self._next_id(), "number": self._next_number(case), **known}
        if given.get("write_off"):
            given["written_off"] = WriteOff.model_validate(given["write_off"]).code
        post = JournalPost.model_validate({**given, "case": case, "case_status": self.held[case].status})
        self.journal[post.id] = post
        return post

    def put_officer(self, initials: str, **known: Any) -> Officer:
        usual = {
            "name": f"{initials.title()} Testesen",
            "unit": "312900114",
            "email": f"{initials.lower()}@kommune.example",
            "active": True,
            "leads": False,
        }
        self.staff.append(Officer.model_validate({**usual, **known, "initials": initials}))
        return self.staff[-1]

    def all_posts(self) -> list[JournalPost]:
        """Every post there is, by case file and number."""
        return sorted(map(self._shown, self.journal.values()), key=lambda each: (each.case, each.number))

    def change_post(self, post_id: str, **change: Any) -> JournalPost:
        """What somebody does to a post by hand; the rules do not ask."""
        self.journal[post_id] = self.journal[post_id].model_copy(update=change)
        return self._shown(self.journal[post_id])

    def change_case_file(self, number: str, **change: Any) -> CaseFile:
        self.held[number] = self.held[number].model_copy(update=change)
        return self.held[number]

    # what processes do

    def case_files(self, wanted: Wanted) -> Sequence[CaseFile]:
        asked = {name: value for name in ("part", "series", "klass") if (value := getattr(wanted, name))}
        fitting = [one for one in self.held.values() if all(getattr(one, name) == asked[name] for name in asked)]
        return sorted(
            (one for one in fitting if one.status.is_open or not wanted.open_only), key=lambda one: one.number
        )

    def case_file(self, number: str) -> CaseFile | None:
        return self.held.get(number)

    def register_case_file(self, new: NewCaseFile) -> None:
        self._meet("case_file", self._next_case_file())
        self._require_lines(new.title, new.public_title, new.klass, new.unit, new.officer)
        self._require(new.title, "Tittel må fylles ut")
        self._require(new.unit, "Enhet må fylles ut")
        self._require(new.officer, "Saksansvarlig må fylles ut")
        self._require(new.klass, "Klasse må fylles ut")
        self._require_screening(new.screening)
        number = self._next_case_file()
        made = CaseFile(number=number, status=CaseStatus.IN_PROGRESS, **dict(new))

        def save() -> None:
            self.held[number] = made

        self._write("case_file", number, save)

    def posts(self, case: str) -> Sequence[PostLine]:
        shown = PostLine.model_fields
        return [
            PostLine.model_validate({name: getattr(one, name) for name in shown})
            for one in self.all_posts()
            if one.case == case
        ]

    def posts_of_reference(self, external_reference: str) -> Sequence[JournalPost]:
        return [one for one in self.all_posts() if one.external_reference == external_reference != ""]

    def post(self, case: str, number: int) -> JournalPost | None:
        return next((one for one in self.all_posts() if (one.case, one.number) == (case, number)), None)

    def register_post(self, case: str, new: NewPost) -> None:
        self._meet("post", f"{case}-{self._next_number(case)}")
        self._require_open(case)
        self._require_lines(new.title, new.public_title, new.officer, new.unit, new.external_reference)
        self._require_lines(*(text for party in new.parties for text in (party.name, party.number)))
        self._require(new.title, "Tittel må fylles ut")
        self._require(new.parties, "Journalposten må ha minst én part")
        if new.type is PostType.INCOMING:
            self._require(new.received is not None, "Mottatt må fylles ut")
            self._require(new.officer, "Saksbehandler må fylles ut")
        self._require(new.received is None or new.received <= self.today, "Mottatt kan ikke være fram i tid")
        self._require_screening(new.screening)
        self._require(new.unit, "Enhet må fylles ut")
        self._require(len(new.parties) <= 4, "Journalposten kan ha høyst fire parter")
        status = PostStatus.RESERVED if new.draft else PostStatus.REGISTERED
        self._require(status in COURSE[new.type], "Status gjelder ikke journalposttypen")
        if new.answers is not None:
            answered = self.post(case, new.answers)
            answerable = answered is not None and answered.type.waits_for_answer
            self._require(answerable and new.type is not PostType.INCOMING, "Svar på kan ikke besvares slik")
        self._require_new_reference(new.external_reference)

        def save() -> None:
            known = new.model_dump(exclude={"title", "public_title", "draft"})
            self.put_post(case, **known, journalled=None, status=status, title=new.public_title, full_title=new.title)

        self._write("post", f"{case}-{self._next_number(case)}", save)

    def upload(self, case: str, number: int, document: NewDocument) -> None:
        self._meet("document", f"{case}-{number}")
        post = self._require_changeable(case, number)
        self._require_lines(document.title)
        self._require(document.title, "Tittel må fylles ut")
        self._require(0 < document.file.stat().st_size <= LARGEST, "Filen er tom eller for stor")
        self._require(post.status not in "AU", "Dokumenter kan ikke legges til")
        main = document.role is DocumentRole.MAIN and post.main_document is not None
        self._require(not main, "Journalposten har allerede et hoveddokument")
        held = Document(
            number=len(post.documents) + 1,
            role=document.role,
            title=document.title,
            format=format_of(document.file.read_bytes()),
            checksum=sha256(document.file.read_bytes()).hexdigest(),
            original=document.original,
        )
        self._write(
            "document",
            post.call_number,
            lambda: self.change_post(post.id, documents=(*self.journal[post.id].documents, held)),
        )

    def set_status(self, case: str, number: int, status: PostStatus) -> None:
        self._meet("status", f"{case}-{number}")
        post = self._require_changeable(case, number)
        change: dict[str, Any] = {"status": status}
        if status is PostStatus.CANCELLED:
            self._require(post.status not in "AU", "Journalposten kan ikke utgå")
        else:
            course = COURSE[post.type]
            forward = status in course and course.find(post.status) in range(course.find(status))
            self._require(forward, "Status kan bare endres framover")
        if status is PostStatus.DISPATCHED:
            self._require(post.sent is not None, "Sendt må fylles ut")
        if status in {PostStatus.JOURNALLED, PostStatus.ARCHIVED}:
            self._require(post.main_document, "Journalposten mangler hoveddokument")
            archival = post.main_document is not None and post.main_document.format.startswith("PDF/A")
            self._require(archival, "Hoveddokumentet er ikke i arkivformat")
            change["journalled"] = post.journalled or self.today
        self._write("status", post.call_number, lambda: self.change_post(post.id, **change))

    def write_off(self, case: str, number: int, write_off: WriteOff) -> None:
        self._meet("write_off", f"{case}-{number}")
        post = self._require_changeable(case, number)
        self._require(post.type.waits_for_answer, "Bare inngående poster og notater med oppfølging kan avskrives")
        self._require(post.write_off is None, "Journalposten er avskrevet fra før")
        self._require(write_off.on <= self.today, "Avskrevet dato kan ikke være fram i tid")
        answered = write_off.answered_by is not None
        self._require(answered == (write_off.code in LETTERS), "Besvart av hører til BU, BE og BN")
        if write_off.answered_by is not None:
            self._require_answer(post, write_off.answered_by, write_off.code)
        self._write(
            "write_off",
            post.call_number,
            lambda: self.change_post(post.id, write_off=write_off, written_off=write_off.code),
        )

    def backlog(self, part: str, unit: str) -> Sequence[BacklogLine]:
        shown = BacklogLine.model_fields.keys() - {"access"}
        return [
            BacklogLine.model_validate({name: getattr(one, name) for name in shown} | {"access": one.screening.access})
            for one in self.all_posts()
            if one.type.waits_for_answer
            and one.write_off is None
            and one.status is not PostStatus.CANCELLED
            and self.held[one.case].part == part
            and unit in ("", one.unit)
        ]

    def officers(self) -> Sequence[Officer]:
        return sorted(self.staff, key=lambda one: one.initials)

    # by which rules

    def _require(self, kept: object, sentence: str) -> None:
        if not kept:
            raise refused(sentence)

    def _require_lines(self, *texts: str) -> None:
        self._require(all(map(is_line, texts)), "En tekst har tegn som ikke kan lagres")

    def _require_screening(self, screening: Screening) -> None:
        exempt = screening.access is not AccessCode.OPEN
        self._require(exempt == bool(screening.legal_basis), "Hjemmel hører til unntak fra offentlighet")

    def _require_open(self, case: str) -> CaseFile:
        found = self.held.get(case)
        if found is None:
            raise refused("Saksmappen finnes ikke")
        self._require(found.status.is_open, "Saksmappen er avsluttet")
        return found

    def _require_changeable(self, case: str, number: int) -> JournalPost:
        self._require_open(case)
        post = self.post(case, number)
        if post is None:
            raise refused("Journalposten finnes ikke")
        return post

    def _require_new_reference(self, reference: str) -> None:
        standing = self.posts_of_reference(reference)
        if standing:
            raise refused(f"Ekstern ref. finnes fra før på {standing[0].call_number}")

    def _require_answer(self, post: JournalPost, number: int, code: WriteOffCode) -> None:
        answer = self.post(post.case, number)
        if answer is None:
            raise refused("Besvart av finnes ikke i saken")
        kinds = DONE.keys() if code is WriteOffCode.NOTE else {PostType.OUTGOING}
        self._require(answer.type in kinds, "Besvart av er ikke et svar")
        self._require(answer.answers == post.number, "Besvart av er ikke knyttet til journalposten som svar")
        self._require(answer.status in DONE[answer.type], "Svaret er ikke ferdigstilt")

    # how it is kept

    def _shown(self, post: JournalPost) -> JournalPost:
        return post.model_copy(update={"case_status": self.held[post.case].status})

    def _next_case_file(self) -> str:
        taken = [int(number.rpartition("/")[2]) for number in self.held]
        return f"{self.today.year}/{max(taken, default=4410) + 1:06}"

    def _next_number(self, case: str) -> int:
        return max((one.number for one in self.journal.values() if one.case == case), default=0) + 1

    def _next_id(self) -> str:
        return f"JP-{max((int(each.removeprefix('JP-')) for each in self.journal), default=550000) + 1}"

    def _meet(self, what: str, of: str) -> None:
        """Whatever others have done by the time of a save, its rules see."""
        self.meanwhile(what, of)
        if {of, of.rpartition("-")[0]} & self.locked:
            raise RecordLocked

    def _write(self, what: str, of: str, save: Callable[[], object]) -> None:
        platform = self.case.platform
        assert platform is not None
        platform.reach(what)
        save()
        self.writes.append((what, of))
        platform.reach(f"{what}_saved")


def refused(sentence: str) -> TargetRejected:
    """As ESA's screens tell it."""
    return TargetRejected("ESA refused what was filled in", detail={"esa": sentence})


def format_of(content: bytes) -> str:
    """By what a file holds: `PDF/A-2b` where its metadata says so, else `PDF`, else `Ukjent`."""
    if not content.startswith(b"%PDF-"):
        return "Ukjent"
    part = re.search(rb"pdfaid:part(?:>|=[\"'])\s*(\d)", content)
    level = re.search(rb"pdfaid:conformance(?:>|=[\"'])\s*([A-Za-z])", content)
    return f"PDF/A-{part[1].decode()}{level[1].decode().lower() if level else ''}" if part else "PDF"


def archival_pdf(path: Path, text: str = "Vedtak") -> Path:
    """A file that the archive takes for PDF/A, of whatever content; small, and no document that anybody could read."""
    metadata = "<pdfaid:part>2</pdfaid:part><pdfaid:conformance>B</pdfaid:conformance>"
    path.write_text(f"%PDF-1.7\n{metadata}\n% {text}\n%%EOF\n", encoding="utf-8")
    return path
