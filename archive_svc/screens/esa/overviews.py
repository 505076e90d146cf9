"""ESA's lists across the archive: what waits for an answer (restanse), and who handles cases."""

from __future__ import annotations

from typing import Annotated

from archive_svc.esa.noark import AccessCode, CaseStatus, PostStatus, PostType
from archive_svc.esa.record import BacklogLine, Officer
from archive_svc.screens.esa.listed import Listed
from archive_svc.screens.esa.shown import answer, code, number
from archive_svc.screens.esa.target import Content
from common.browser.dates import day, day_or_none
from common.browser.locator import button, css, heading, label, table
from common.browser.screen import Form, Row
from common.errors import UiChanged

_STATES = {"Aktiv": True, "Sluttet": False}


class BacklogOf(Form):
    part: Annotated[str, label("Arkivdel")]
    unit: Annotated[str, label("Enhet")]
    """All, where it is empty."""


class BacklogSearch(Content):
    ready = (heading("Restanser"), label("Arkivdel"), button("Vis"))
    untouched = (BacklogOf,)
    parts = css("#arkivdel option")

    def find(self, part: str, unit: str) -> BacklogList | None:
        """None for a part of the archive that there is not."""
        if part not in self.texts(self.parts):
            return None
        return self.submit(BacklogOf(part=part, unit=unit), button("Vis"), expect=BacklogList)


class BacklogList(Listed[BacklogLine]):
    ready = (heading("Restanser"), table("Restanser"))
    found = table("Restanser")

    def lines(self) -> dict[str, BacklogLine]:
        return {f"{number(row['Id'].removeprefix('JP-')):012}": _waiting(row) for row in self.rows(self.found)}


class OfficerList(Listed[Officer]):
    ready = (heading("Saksbehandlere"), table("Saksbehandlere"))
    found = table("Saksbehandlere")

    def lines(self) -> dict[str, Officer]:
        return {row["Initialer"]: _officer(row) for row in self.rows(self.found)}


def _waiting(row: Row) -> BacklogLine:
    return BacklogLine(
        id=row["Id"],
        case=row["Saksnr."],
        number=number(row["Nr."]),
        type=code(PostType, row["Type"]),
        status=code(PostStatus, row["Status"]),
        title=row["Offentlig tittel"],
        access=code(AccessCode, row["Tilgangskode"]),
        document_date=day(row["Dok.dato"]),
        received=day_or_none(row["Mottatt"]),
        journalled=day_or_none(row["Journaldato"]),
        due=day_or_none(row["Forfall"]),
        officer=row["Saksbehandler"],
        unit=row["Enhet"],
        case_status=code(CaseStatus, row["Saksstatus"]),
    )


def _officer(row: Row) -> Officer:
    if row["Status"] not in _STATES:
        raise UiChanged("The status of an officer is none that the robot knows")
    return Officer(
        initials=row["Initialer"],
        name=row["Navn"],
        unit=row["Enhet"],
        email=row["E-post"],
        active=_STATES[row["Status"]],
        leads=answer(row["Leder"]),
    )
