"""Program administration's search: by program, user name and person."""

from __future__ import annotations

from typing import Annotated

from common.browser.dates import day, day_or_none
from common.browser.locator import button, heading, label, link, table, text
from common.browser.screen import Form, Row
from common.errors import InvalidValue, UiChanged
from useradmin_svc.screens.office import filled, pieces
from useradmin_svc.screens.programs.access import AccessPage, NewAccess, known_state
from useradmin_svc.screens.programs.target import AccessHit, Grant, ProgramFacts, Programs, ProgramsScreen

EVERY_PROGRAM = "Alle programmer"
_UNLIMITED = "Ubegrenset"


class AccessToFind(Form):
    program: Annotated[str, label("Program")] = EVERY_PROGRAM
    """Its code."""
    user_name: Annotated[str, label("Brukernavn")] = ""
    number: Annotated[str, label("Fødselsnr.")] = ""


@Programs.looked_at
class ProgramSearch(ProgramsScreen):
    path = "/programmer"
    ready = (heading("Programmer"), label("Brukernavn"), button("Søk"))
    program_list = table("Programliste")
    untouched = (AccessToFind, program_list)

    def programs(self) -> list[ProgramFacts]:
        """Every program there is."""
        return [_program(row) for row in self.rows(self.program_list) if filled(row)]

    def search(self, sought: AccessToFind) -> AccessHits:
        """Every access that has all that is sought, whatever its state; raises InvalidValue for an unknown program."""
        if sought.program != EVERY_PROGRAM and sought.program not in {each.code for each in self.programs()}:
            raise InvalidValue("There is no such program", detail={"program": sought.program})
        return self.submit(sought, button("Søk"), expect=AccessHits)


class AccessHits(ProgramsScreen):
    """What the search gave: a table of accesses, or "Ingen tilganger funnet"."""

    ready = heading("Tilganger")
    none = text("Ingen tilganger funnet")
    hits = table("Treff")

    def accesses(self) -> list[AccessHit]:
        return [] if self.shows(self.none) else [_hit(row) for row in self.rows(self.hits)]

    def open(self, hit: AccessHit) -> AccessPage:
        """Open one of the hits; raises UiChanged when it is not there any more."""
        for row in self.rows(self.hits):
            if _hit(row) == hit:
                return row.press(link("Åpne"), expect=AccessPage)
        raise UiChanged("The access that was found is not in its own list of hits")

    def new(self) -> NewAccess:
        """The form for a new access, where one program was searched."""
        return self.press(link("Ny tilgang"), expect=NewAccess)


def _program(row: Row) -> ProgramFacts:
    licences = row["Lisenser i alt"]
    return ProgramFacts(
        code=row["Program"],
        name=row["Navn"],
        roles=pieces(row["Roller"]),
        licences_used=int(row["Lisenser i bruk"]),
        licences=None if licences == _UNLIMITED else int(licences),
    )


def _hit(row: Row) -> AccessHit:
    return AccessHit(
        program=row["Program"],
        user_name=row["Brukernavn"],
        name=row["Navn"],
        grant=Grant(
            roles=pieces(row["Roller"]),
            units=pieces(row["Enheter"]),
            first_day=day(row["Fra"]),
            last_day=day_or_none(row["Til"]),
        ),
        state=known_state(row["Status"]),
    )
