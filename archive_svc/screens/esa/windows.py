"""ESA's windows: each opens over the frames, is filled in and saved, and closes itself over the record that was saved.

A refusal stays in the window, and says by which rule.
"""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, Any, NoReturn, TypeVar

from archive_svc.esa.line import Line
from archive_svc.esa.noark import AccessCode, DocumentRole, PartyRole, PostStatus, PostType, WriteOffCode
from archive_svc.esa.record import NewCaseFile, NewDocument, NewPost, Party, WriteOff
from archive_svc.screens.esa.target import Content, EsaScreen
from common.browser.locator import button, css, heading, label
from common.browser.screen import Form
from common.errors import RecordLocked, TargetRejected

S = TypeVar("S", bound=Content)
_PARTIES = 4
"""Lines for parties in the window of a new post."""
_LOCKED = " er låst av "


class Refusal(EsaScreen):
    """A window that has not been saved, with what is wrong."""

    ready = (css("[role=alert]"), button("Lagre"))
    sentence = css("[role=alert]")

    def told(self) -> NoReturn:
        """Raises RecordLocked where somebody has the record open, and else TargetRejected with ESA's own sentence."""
        sentence = self.text(self.sentence) or ""
        if _LOCKED in sentence:
            raise RecordLocked
        # A sentence may name people: it is kept with the case, and not in what is logged.
        raise TargetRejected("ESA refused what was filled in", detail={"esa": sentence})


class EsaWindow(EsaScreen):
    def _save(self, form: Form, saved: type[S], refused: type[Refusal]) -> S:
        came = self.submit(form, button("Lagre"), expect=(saved, refused))
        return came.told() if isinstance(came, Refusal) else came


class CaseFileForm(Form):
    title: Annotated[Line, label("Tittel")]
    public_title: Annotated[Line, label("Offentlig tittel")]
    part: Annotated[Line, label("Arkivdel")]
    series: Annotated[Line, label("Serie")]
    klass: Annotated[Line, label("Klasse")]
    unit: Annotated[Line, label("Enhet")]
    officer: Annotated[Line, label("Saksansvarlig")]
    access: Annotated[AccessCode, label("Tilgangskode")]
    legal_basis: Annotated[Line, label("Hjemmel")]


class CaseFileRefused(Refusal):
    window = "Ny saksmappe"


class NewCaseFileWindow(EsaWindow):
    window = "Ny saksmappe"
    ready = (heading("Ny saksmappe"), button("Lagre"))
    untouched = (CaseFileForm,)
    parts = css("#arkivdel option")
    series = css("#serie option")

    def save(self, new: NewCaseFile, saved: type[S]) -> S:
        """Raises TargetRejected also for a part or a series of the archive that cannot be chosen."""
        if new.part not in self.texts(self.parts) or new.series not in self.texts(self.series):
            raise TargetRejected("ESA has no such part or series")
        told = new.model_dump(exclude={"screening"})
        form = CaseFileForm(**told, access=new.screening.access, legal_basis=new.screening.legal_basis)
        return self._save(form, saved, CaseFileRefused)


class PostForm(Form):
    """The window comes with what is known of the case file: every field is set, or emptied."""

    type: Annotated[PostType, label("Type")]
    status: Annotated[PostStatus, label("Status")]
    title: Annotated[Line, label("Tittel")]
    public_title: Annotated[Line, label("Offentlig tittel")]
    document_date: Annotated[date, label("Dok.dato")]
    received: Annotated[date | str, label("Mottatt")]
    sent: Annotated[date | str, label("Sendt")]
    officer: Annotated[Line, label("Saksbehandler")]
    unit: Annotated[Line, label("Enhet")]
    access: Annotated[AccessCode, label("Tilgangskode")]
    legal_basis: Annotated[Line, label("Hjemmel")]
    external_reference: Annotated[Line, label("Ekstern ref.")]
    answers: Annotated[str, label("Svar på")]
    role1: Annotated[PartyRole | None, label("Part 1 rolle")] = None
    name1: Annotated[Line, label("Part 1 navn")] = ""
    number1: Annotated[Line, label("Part 1 nummer")] = ""
    role2: Annotated[PartyRole | None, label("Part 2 rolle")] = None
    name2: Annotated[Line, label("Part 2 navn")] = ""
    number2: Annotated[Line, label("Part 2 nummer")] = ""
    role3: Annotated[PartyRole | None, label("Part 3 rolle")] = None
    name3: Annotated[Line, label("Part 3 navn")] = ""
    number3: Annotated[Line, label("Part 3 nummer")] = ""
    role4: Annotated[PartyRole | None, label("Part 4 rolle")] = None
    name4: Annotated[Line, label("Part 4 navn")] = ""
    number4: Annotated[Line, label("Part 4 nummer")] = ""

    @classmethod
    def of(cls, new: NewPost) -> PostForm:
        """Raises TargetRejected for more parties than the window has lines for."""
        if len(new.parties) > _PARTIES:
            raise TargetRejected(f"A post is registered with at most {_PARTIES} parties")
        return cls(
            type=new.type,
            status=PostStatus.RESERVED if new.draft else PostStatus.REGISTERED,
            title=new.title,
            public_title=new.public_title,
            document_date=new.document_date,
            received=new.received or "",
            sent=new.sent or "",
            officer=new.officer,
            unit=new.unit,
            access=new.screening.access,
            legal_basis=new.screening.legal_basis,
            external_reference=new.external_reference,
            answers="" if new.answers is None else str(new.answers),
            **_lines(new.parties),
        )


def _lines(parties: tuple[Party, ...]) -> dict[str, Any]:
    told: dict[str, Any] = {}
    for at, party in enumerate(parties, 1):
        told |= {f"role{at}": party.role, f"name{at}": party.name, f"number{at}": party.number}
    return told


class PostRefused(Refusal):
    window = "Ny journalpost"


class NewPostWindow(EsaWindow):
    window = "Ny journalpost"
    ready = (heading("Ny journalpost"), button("Lagre"))

    def save(self, new: NewPost, saved: type[S]) -> S:
        return self._save(PostForm.of(new), saved, PostRefused)


class DocumentForm(Form):
    role: Annotated[DocumentRole, label("Rolle")]
    title: Annotated[Line, label("Tittel")]
    original: Annotated[Line, label("Sjekksum original")]
    file: Annotated[Path, label("Fil")]


class DocumentRefused(Refusal):
    window = "Nytt dokument"


class NewDocumentWindow(EsaWindow):
    window = "Nytt dokument"
    ready = (heading("Nytt dokument"), button("Lagre"), label("Fil"))
    patience = timedelta(minutes=1)

    def save(self, new: NewDocument, saved: type[S]) -> S:
        form = DocumentForm(role=new.role, title=new.title, original=new.original, file=new.file)
        return self._save(form, saved, DocumentRefused)


class StatusForm(Form):
    status: Annotated[PostStatus, label("Status")]


class StatusRefused(Refusal):
    window = "Endre status"


class StatusWindow(EsaWindow):
    window = "Endre status"
    ready = (heading("Endre status"), button("Lagre"))

    def save(self, status: PostStatus, saved: type[S]) -> S:
        return self._save(StatusForm(status=status), saved, StatusRefused)


class WriteOffForm(Form):
    code: Annotated[WriteOffCode, label("Avskrivningsmåte")]
    on: Annotated[date, label("Avskrevet dato")]
    answered_by: Annotated[str, label("Besvart av")]


class WriteOffRefused(Refusal):
    window = "Avskriv"


class WriteOffWindow(EsaWindow):
    window = "Avskriv"
    ready = (heading("Avskriv"), button("Lagre"))

    def save(self, write_off: WriteOff, saved: type[S]) -> S:
        answered_by = "" if write_off.answered_by is None else str(write_off.answered_by)
        form = WriteOffForm(code=write_off.code, on=write_off.on, answered_by=answered_by)
        return self._save(form, saved, WriteOffRefused)
