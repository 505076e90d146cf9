"""Program administration's pages about one access: what it allows, how it is changed, and a new one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated

from common.browser.dates import day, day_or_none
from common.browser.locator import Locator, button, heading, label, link, text
from common.browser.screen import Form
from common.errors import InvalidValue, RecordLocked, TargetRejected, UiChanged
from useradmin_svc.screens.office import pieces
from useradmin_svc.screens.programs.target import Access, AccessState, Grant, Holder, ProgramsScreen

_REFUSED = text("Tilgangen kan ikke lagres")
_LOCKED = text("Tilgangen er låst av")
_EXHAUSTED = text("Ingen ledige lisenser")


class GrantForm(Form):
    """What an access is to allow; an empty text empties its field."""

    roles: Annotated[tuple[str, ...], label("Roller")]
    units: Annotated[str, label("Enheter")]
    first_day: Annotated[date, label("Gyldig fra")]
    last_day: Annotated[date | str, label("Gyldig til")]

    @classmethod
    def of(cls, grant: Grant) -> GrantForm:
        return cls(
            roles=grant.roles,
            units=", ".join(grant.units),
            first_day=grant.first_day,
            last_day=grant.last_day or "",
        )


class NewAccessForm(GrantForm):
    """The same of an access that is not there yet."""

    user_name: Annotated[str, label("Brukernavn")]
    number: Annotated[str, label("Fødselsnr.")]
    name: Annotated[str, label("Navn")]

    @classmethod
    def to(cls, holder: Holder, grant: Grant) -> NewAccessForm:
        allowed = GrantForm.of(grant)
        return cls(
            roles=allowed.roles,
            units=allowed.units,
            first_day=allowed.first_day,
            last_day=allowed.last_day,
            user_name=holder.user_name,
            number=holder.number,
            name=holder.name,
        )


class GrantingScreen(ProgramsScreen):
    """A page from which what an access allows is saved."""

    def known_roles(self) -> tuple[str, ...]:
        """The codes of the program's roles, sorted."""
        return pieces(self.terms()["Programmets roller"])

    def _save(self, form: GrantForm, press: Locator) -> SavedAccess:
        """Raises InvalidValue (a role that the program does not know), RecordLocked and TargetRejected."""
        if unknown := set(form.roles) - set(self.known_roles()):
            raise InvalidValue("The program has no such role", detail={"roles": sorted(unknown)})
        answers = (SavedAccess, LockedAccess, LicencesExhausted, RefusedAccess)
        match self.submit(form, press, expect=answers):
            case SavedAccess() as saved:
                return saved
            case LockedAccess():
                raise RecordLocked
            case LicencesExhausted():
                raise TargetRejected("The program has no licence left", detail={"reason": _EXHAUSTED.value})
            case refused:
                raise TargetRejected(detail={"reason": refused.text(refused.reason)})


class AccessPage(GrantingScreen):
    ready = (heading("Tilgang"), button("Lagre tilgang"))
    lock = _LOCKED

    def facts(self) -> Access:
        return access_of(self.terms(), locked=self.shows(self.lock))

    def save(self, grant: Grant) -> SavedAccess:
        """Let the access allow this and nothing else, in the state it has; raises as `_save`."""
        return self._save(GrantForm.of(grant), button("Lagre tilgang"))

    def disable(self, grant: Grant) -> SavedAccess:
        """Save this, and let nobody use the access; raises as `_save`."""
        return self._save(GrantForm.of(grant), button("Sperr tilgang"))

    def reopen(self, grant: Grant) -> SavedAccess:
        """Save this, and let the access be used again; raises as `_save`, TargetRejected also without a licence."""
        return self._save(GrantForm.of(grant), button("Gjenåpne tilgang"))


class NewAccess(GrantingScreen):
    ready = (heading("Ny tilgang"), button("Opprett tilgang"))

    def create(self, holder: Holder, grant: Grant) -> SavedAccess:
        """Make an access; raises as `_save`, TargetRejected also without a licence."""
        return self._save(NewAccessForm.to(holder, grant), button("Opprett tilgang"))


class SavedAccess(ProgramsScreen):
    ready = (heading("Tilgangen er lagret"), link("Til tilgangen"))

    def access(self) -> AccessPage:
        return self.press(link("Til tilgangen"), expect=AccessPage)


class LockedAccess(ProgramsScreen):
    ready = _LOCKED


class LicencesExhausted(ProgramsScreen):
    ready = _EXHAUSTED


class RefusedAccess(ProgramsScreen):
    ready = _REFUSED
    reason = _REFUSED


def access_of(shown: Mapping[str, str], *, locked: bool) -> Access:
    """The access that a page's terms tell of."""
    return Access(
        program=shown["Program"],
        holder=Holder(user_name=shown["Brukernavn"], number=shown["Fødselsnr."], name=shown["Navn"]),
        grant=Grant(
            roles=pieces(shown["Roller"]),
            units=pieces(shown["Enheter"]),
            first_day=day(shown["Gyldig fra"]),
            last_day=day_or_none(shown["Gyldig til"]),
        ),
        state=known_state(shown["Status"]),
        open_items=int(shown["Åpne saker"]),
        known_roles=pieces(shown["Programmets roller"]),
        locked=locked,
    )


def known_state(shown: str) -> AccessState:
    """Raises UiChanged for a word that the robot does not know."""
    try:
        return AccessState(shown)
    except ValueError:
        raise UiChanged("The status of an access is none that the robot knows") from None
