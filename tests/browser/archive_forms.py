"""ESA without a browser: its windows' forms are sent as they are, so that many of its rules cost little to ask."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Any, cast

import httpx
import pytest
from archive_houses import EsaHouse, refused_by

from archive_svc.esa.noark import PostStatus
from archive_svc.esa.port import Archive, Wanted
from archive_svc.esa.record import (
    BacklogLine,
    CaseFile,
    JournalPost,
    NewCaseFile,
    NewDocument,
    NewPost,
    Officer,
    PostLine,
    Screening,
    WriteOff,
)
from common.browser.session import Browser
from common.errors import TargetRejected
from tests.sandbox.esa_seeds import refusal
from tests.sandbox.visitor import PLAIN, Esa, Visitor, starting

_PARTIES = 4
"""Lines for parties in the window of a new post."""


class EsaForms(Archive):
    """What is saved goes through ESA's forms; what stands is told by its console."""

    def __init__(self, esa: Esa, visitor: Visitor) -> None:
        self._esa, self._visitor = esa, visitor

    def case_files(self, wanted: Wanted) -> Sequence[CaseFile]:
        found = [_case_file(told) for told in self._esa.get("casefiles")]
        same = [
            each for each in found if (each.part, each.series, each.klass) == (wanted.part, wanted.series, wanted.klass)
        ]
        return [each for each in same if each.status.is_open or not wanted.open_only]

    def case_file(self, number: str) -> CaseFile | None:
        return next((_case_file(told) for told in self._esa.get("casefiles", number=number)), None)

    def posts(self, case: str) -> Sequence[PostLine]:
        return [
            PostLine.model_validate(each.model_dump(include=set(PostLine.model_fields))) for each in self._all(case)
        ]

    def posts_of_reference(self, external_reference: str) -> Sequence[JournalPost]:
        return [_post(told, self._case(told["case"])) for told in self._esa.get("posts", reference=external_reference)]

    def post(self, case: str, number: int) -> JournalPost | None:
        return next((each for each in self._all(case) if each.number == number), None)

    def register_case_file(self, new: NewCaseFile) -> None:
        self._save(
            "/esa/saksmapper/ny",
            arkivdel=new.part,
            serie=new.series,
            klasse=new.klass,
            saksansvarlig=new.officer,
            **_titled(new),
        )

    def register_post(self, case: str, new: NewPost) -> None:
        lines = {
            f"part{at}_{name}": value
            for at, each in enumerate(new.parties, 1)
            for name, value in (("rolle", each.role), ("navn", each.name), ("nummer", each.number))
        }
        if len(new.parties) > _PARTIES:
            raise TargetRejected
        self._save(
            f"{self._address(case)}/ny-journalpost",
            type=new.type,
            status="R" if new.draft else "S",
            dok_dato=_day(new.document_date),
            mottatt=_day(new.received),
            sendt=_day(new.sent),
            saksbehandler=new.officer,
            ekstern_ref=new.external_reference,
            svar_pa="" if new.answers is None else str(new.answers),
            **_titled(new),
            **lines,
        )

    def upload(self, case: str, number: int, document: NewDocument) -> None:
        form = {"rolle": document.role, "tittel": document.title, "sjekksum_original": document.original}
        address = f"{self._of_post(case, number)}/nytt-dokument"
        _require_saved(
            self._visitor.http.post(address, data=form, files={"fil": ("fil.pdf", document.file.read_bytes())})
        )

    def set_status(self, case: str, number: int, status: PostStatus) -> None:
        self._save(f"{self._of_post(case, number)}/endre-status", status=status)

    def write_off(self, case: str, number: int, write_off: WriteOff) -> None:
        answered_by = "" if write_off.answered_by is None else str(write_off.answered_by)
        self._save(
            f"{self._of_post(case, number)}/avskriv",
            mate=write_off.code,
            dato=_day(write_off.on),
            besvart_av=answered_by,
        )

    def backlog(self, part: str, unit: str) -> Sequence[BacklogLine]:
        raise NotImplementedError("lists are read in a browser")

    def officers(self) -> Sequence[Officer]:
        raise NotImplementedError("lists are read in a browser")

    def _all(self, case: str) -> list[JournalPost]:
        of = self.case_file(case)
        return [_post(told, of) for told in self._esa.get("posts", case=case)] if of else []

    def _case(self, number: str) -> CaseFile:
        return cast("CaseFile", self.case_file(number))

    def _address(self, case: str) -> str:
        """Of a case file's page; raises TargetRejected when there is none."""
        if not self._esa.get("casefiles", number=case):
            raise TargetRejected
        hits = self._visitor.press(self._visitor.get("/esa/saksmapper"), "Søk", saksnr=case, avsluttede="ja")
        return self._visitor.follow(hits, "Åpne").url.path

    def _of_post(self, case: str, number: int) -> str:
        found = self.post(case, number)
        if found is None:
            raise TargetRejected
        return f"/esa/journalposter/{found.id.removeprefix('JP-')}"

    def _save(self, address: str, **typed: str) -> None:
        _require_saved(self._visitor.press(self._visitor.get(address), "Lagre", **typed))


class FormsHouse(EsaHouse):
    """The sandbox's stand-in, at its forms."""

    def __init__(self, esa: Esa, visitor: Visitor) -> None:
        super().__init__(esa, cast("Browser", None))
        self._forms = EsaForms(esa, visitor)

    def open(self) -> Archive:
        return self._forms


@contextmanager
def forms_house(tmp_path_factory: pytest.TempPathFactory) -> Generator[FormsHouse]:
    with starting(Esa, tmp_path_factory) as start:
        esa = start()
        with httpx.Client(base_url=esa.url, follow_redirects=True, verify=PLAIN) as http:
            visitor = Visitor(http)
            visitor.sign_in()
            yield FormsHouse(esa, visitor)


def _require_saved(page: httpx.Response) -> None:
    if "data-lagret=" not in page.text:
        raise refused_by(refusal(page))


def _titled(new: NewCaseFile | NewPost) -> dict[str, str]:
    return {
        "tittel": new.title,
        "offentlig_tittel": new.public_title,
        "enhet": new.unit,
        "tilgangskode": new.screening.access,
        "hjemmel": new.screening.legal_basis,
    }


def _day(day: date | None) -> str:
    return f"{day:%d.%m.%Y}" if day else ""


def _screened(told: dict[str, Any]) -> dict[str, Any]:
    screening = Screening(access=told.pop("access"), legal_basis=told.pop("legal_basis"))
    return told | {"screening": screening}


def _case_file(told: dict[str, Any]) -> CaseFile:
    return CaseFile.model_validate(_screened(dict(told)))


def _post(told: dict[str, Any], case: CaseFile) -> JournalPost:
    known = _screened(dict(told))
    known |= {"full_title": known["title"], "title": known.pop("public_title"), "case_status": case.status}
    known |= {"dispatch": known["dispatch"] or None, "written_off": known["write_off"] and known["write_off"]["code"]}
    known["documents"] = [{"number": at, **each} for at, each in enumerate(known["documents"], 1)]
    return JournalPost.model_validate(known)
