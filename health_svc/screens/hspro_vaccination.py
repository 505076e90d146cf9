"""HsPro's vaccination pages: a person's doses with what SYSVAK says, registering one, correcting one."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel

from common.browser.locator import button, heading, label, link, table, text
from common.browser.screen import Form
from common.errors import ConflictInTarget, FieldNotTaken, TargetRejected, UiChanged
from health_svc.screens.hspro_target import HsProScreen

_EMPTY = "–"


class Transfer(StrEnum):
    """How far HsPro has come with handing a dose on to SYSVAK."""

    SENT = "Sendt"
    ACCEPTED = "Godkjent"
    REJECTED = "Avvist"


class Dose(BaseModel, frozen=True):
    """A line of the list of doses."""

    number: str
    """HsPro's own, which a correction keeps."""
    vaccine: str
    day: date
    dose_no: int
    batch: str

    def __repr__(self) -> str:
        return "Dose(…)"


class Batch(BaseModel, frozen=True):
    """A line of the list of batches."""

    vaccine: str
    number: str
    expiry: date


class Vaccinations(HsProScreen):
    ready = (heading("Vaksinasjoner"), table("Doser"))
    dose_list = table("Doser")

    def birth_date(self) -> date:
        return _date(self.terms()["Fødselsdato"])

    def doses(self) -> list[Dose]:
        """Of every vaccine."""
        # An empty list is shown as one cell that says so.
        return [
            Dose(
                number=row["Regnr"],
                vaccine=_code(row["Vaksine"]),
                day=_date(row["Dato"]),
                dose_no=int(row["Dosenr"]),
                batch=row["Batchnr"],
            )
            for row in self.rows(self.dose_list)
            if row.get("Dosenr")
        ]

    def transfer(self, number: str) -> Transfer:
        """How far a dose has come on its way to SYSVAK; raises ConflictInTarget when it is gone."""
        for row in self.rows(self.dose_list):
            if row["Regnr"] == number:
                return _transfer(row["SYSVAK"])
        raise ConflictInTarget

    def new_dose(self) -> NewDose:
        return self.press(link("Ny dose"), expect=NewDose)

    def correct(self, number: str) -> CorrectDose:
        """Open a dose to correct it; raises ConflictInTarget when it is gone."""
        for row in self.rows(self.dose_list):
            if row["Regnr"] == number:
                return row.press(link("Korriger"), expect=CorrectDose)
        raise ConflictInTarget


class DoseForm(Form):
    """What is registered of a dose. Empty text empties a field, for a correction finds it filled in."""

    vaccine: Annotated[str, label("Vaksine")]
    batch: Annotated[str, label("Batchnummer")]
    day: Annotated[date, label("Vaksinasjonsdato")]
    dose_no: Annotated[str, label("Dosenummer")]
    site: Annotated[str, label("Injeksjonssted")]
    indication: Annotated[str, label("Indikasjon")]
    vaccinator: Annotated[str, label("Vaksinert av (HPR-nr)")]
    prescriber: Annotated[str, label("Rekvirent (HPR-nr)")]
    contraindication: Annotated[bool, label("Kontraindikasjon oppgitt")]
    reaction: Annotated[bool, label("Reaksjon observert")]
    remark: Annotated[str, label("Merknad")]
    consent: Annotated[bool, label("Samtykke")]
    source: Annotated[str, label("Kilde")]


class DosePage(HsProScreen):
    """The form of a dose, with the batches there are beside it."""

    batch_list = table("Tilgjengelige batcher")

    def batches(self) -> list[Batch]:
        return [
            Batch(vaccine=_code(row["Vaksine"]), number=row["Batchnr"], expiry=_date(row["Utløpsdato"]))
            for row in self.rows(self.batch_list)
            if row.get("Utløpsdato")
        ]

    def fill_in(self, form: DoseForm) -> ConfirmDose:
        """Fill the form in and go on; raises TargetRejected when HsPro finds fault with it."""
        came = self.submit(form, button("Lagre"), expect=(ConfirmDose, FaultyDose))
        if isinstance(came, FaultyDose):
            raise TargetRejected
        return came


class NewDose(DosePage):
    ready = (heading("Ny dose"), button("Lagre"))


class CorrectDose(DosePage):
    ready = (heading("Korriger dose"), button("Lagre"))


class FaultyDose(HsProScreen):
    ready = text("Skjemaet har feil")


class ConfirmDose(HsProScreen):
    ready = (heading("Kontroller og bekreft"), button("Bekreft"))

    def confirm(self, form: DoseForm) -> Vaccinations:
        """Confirm, if HsPro has understood every field as it was meant; raises FieldNotTaken otherwise."""
        shown = self.terms()
        for field in form.fields():
            on = field.value.get("on")
            meant = _plain(field.text) or _EMPTY if on is None else "Ja" if on else "Nei"
            understood = _plain(shown.get(field.at.value, ""))
            if meant != (_code(understood) if field.name == "vaccine" else understood):
                raise FieldNotTaken(f"HsPro understood {field.at.value} otherwise than it was filled in")
        return self.press(button("Bekreft"), expect=Vaccinations)


def _code(vaccine: str) -> str:
    """The SYSVAK code, which stands before the product's name."""
    return vaccine.partition(" ")[0]


def _date(shown: str) -> date:
    try:
        return datetime.strptime(shown, "%d.%m.%Y").date()  # noqa: DTZ007  a day, no moment
    except ValueError:
        raise UiChanged("A date is shown in another form than dd.mm.yyyy") from None


def _transfer(shown: str) -> Transfer:
    try:
        return Transfer(shown)
    except ValueError:
        raise UiChanged("SYSVAK's answer is none that the robot knows") from None


def _plain(shown: str) -> str:
    return " ".join(shown.split())
