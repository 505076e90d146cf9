"""Katalog's forms: what is typed into each, and the page that says that it was saved."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, TypeVar, cast

from pydantic import SecretStr

from common.browser.locator import Locator, button, heading, label, link
from common.browser.screen import Form
from common.errors import RecordLocked, TargetRejected
from useradmin_svc.directory.entry import Arrangement
from useradmin_svc.directory.line import Line
from useradmin_svc.screens.office import OfficeScreen

D = TypeVar("D", bound="Done")


class Particulars(Form):
    """What is known of an account; an empty text empties its field."""

    family_name: Annotated[Line, label("Etternavn")]
    given_name: Annotated[Line, label("Fornavn")]
    employee_no: Annotated[Line, label("Ansattnr.")]
    person_key: Annotated[Line, label("Personnøkkel")]
    units: Annotated[Line, label("Enheter")]
    place: Annotated[Line, label("Plassering")]
    manager: Annotated[Line, label("Leder")]
    mail: Annotated[Line, label("E-post")]
    expires: Annotated[date | str, label("Utløper")]
    remark: Annotated[Line, label("Merknad")]
    hidden: Annotated[bool, label("Skjult i adresselisten")]


class NewParticulars(Particulars):
    user_name: Annotated[Line, label("Brukernavn")]


class MembershipForm(Form):
    groups: Annotated[str, label("Grupper")]
    """One on each line."""


class PasswordForm(Form):
    password: Annotated[SecretStr, label("Nytt passord")]
    again: Annotated[SecretStr, label("Gjenta passordet")]
    must_change: Annotated[bool, label("Må byttes ved neste pålogging")] = True
    enable: Annotated[bool, label("Åpne kontoen")] = True


class RemarkForm(Form):
    remark: Annotated[Line, label("Merknad")]


class DeletionForm(Form):
    confirmed: Annotated[bool, label("Kontoen skal slettes")] = True


class Locked(OfficeScreen):
    """Somebody else has the account open: nothing was saved."""

    ready = heading("Kontoen er låst")


class Refused(OfficeScreen):
    """The same form once more, with a word beside each field that was not taken."""

    ready = heading("Kontoen kan ikke lagres")


class Done(OfficeScreen):
    """The page that says what has been done with an account."""


class AccountCreated(Done):
    ready = (heading("Kontoen er opprettet"), link("Endre grupper"))


class AccountSaved(Done):
    ready = (heading("Kontoen er lagret"), link("Endre grupper"))


class GroupsSaved(Done):
    ready = (heading("Gruppene er lagret"), link("Til kontoen"))


class PasswordSet(Done):
    ready = heading("Passordet er satt")


class AccountDisabled(Done):
    ready = heading("Kontoen er sperret")


class AccountSetAside(Done):
    ready = heading("Kontoen er flyttet")


class AccountDeleted(Done):
    ready = heading("Kontoen er slettet")


class SavingScreen(OfficeScreen):
    def _save(self, form: Form, press: Locator, saved: type[D]) -> D:
        """Save what is filled in; raises RecordLocked, and TargetRejected when it is not taken."""
        came = self.submit(form, press, expect=(saved, Locked, Refused))
        if isinstance(came, Locked):
            raise RecordLocked
        if isinstance(came, Refused):
            raise TargetRejected
        return cast("D", came)


class NewAccount(SavingScreen):
    path = "/kontoer/ny"
    ready = (heading("Ny konto"), button("Opprett konto"))
    untouched = (NewParticulars,)

    def create(self, user_name: str, arrangement: Arrangement) -> AccountCreated:
        """An account without groups, which is disabled; raises TargetRejected also when its name is taken."""
        form = NewParticulars(user_name=user_name, **_particulars(arrangement))
        return self._save(form, button("Opprett konto"), AccountCreated)


class AccountToChange(SavingScreen):
    ready = (heading("Endre konto"), button("Lagre konto"))

    def save(self, arrangement: Arrangement) -> AccountSaved:
        return self._save(Particulars(**_particulars(arrangement)), button("Lagre konto"), AccountSaved)


class Memberships(SavingScreen):
    ready = (heading("Endre grupper"), button("Lagre grupper"))

    def save(self, groups: tuple[str, ...]) -> GroupsSaved:
        """Membership of these and of no others; raises TargetRejected for a group that is not there."""
        return self._save(MembershipForm(groups="\n".join(groups)), button("Lagre grupper"), GroupsSaved)


class PasswordToSet(SavingScreen):
    ready = (heading("Sett passord"), button("Sett passord"))

    def save(self, secret: SecretStr) -> PasswordSet:
        """It must be changed at the first sign-in, and the account is enabled."""
        return self._save(PasswordForm(password=secret, again=secret), button("Sett passord"), PasswordSet)


class AccountToDisable(SavingScreen):
    ready = (heading("Sperr konto"), button("Sperr konto"))

    def save(self, remark: str) -> AccountDisabled:
        return self._save(RemarkForm(remark=remark), button("Sperr konto"), AccountDisabled)


class AccountToSetAside(SavingScreen):
    ready = (heading("Flytt til Slettes"), button("Flytt til Slettes"))

    def save(self, remark: str) -> AccountSetAside:
        return self._save(RemarkForm(remark=remark), button("Flytt til Slettes"), AccountSetAside)


class AccountToDelete(SavingScreen):
    ready = (heading("Slett konto"), button("Slett konto"))

    def confirm(self) -> AccountDeleted:
        return self._save(DeletionForm(), button("Slett konto"), AccountDeleted)


def _particulars(arrangement: Arrangement) -> dict[str, Any]:
    """Everything but the groups, as it is typed."""
    told = arrangement.model_dump(exclude={"groups"})
    return told | {"units": ", ".join(arrangement.units), "expires": arrangement.expires or ""}
