"""The new-journal form: its fields, what each accepts, and how its values read on a page."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal

from sandbox.hspro import codes

Kind = Literal["text", "date", "datetime", "select", "radio", "tick", "area"]
DATE_FORMATS: Final = {"date": "%d.%m.%Y", "datetime": "%d.%m.%Y %H:%M"}
TICKED: Final = "ja"


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    name: str
    label: str
    kind: Kind = "text"
    required: bool = False
    # (field, value): shown only when that field has that value
    when: tuple[str, str] | None = None
    choices: Mapping[str, str] = field(default_factory=dict[str, str])
    pattern: str = ""
    max_length: int = 80
    message: str = ""
    hint: str = ""
    inputmode: str = "text"
    wide: bool = False

    def shown(self, values: Mapping[str, str]) -> bool:
        return self.when is None or values.get(self.when[0], "") == self.when[1]

    def problem(self, value: str) -> str:
        """Say what is wrong with a value, or nothing."""
        if not value:
            return self._missing if self.required else ""
        if self.choices:
            return "" if value in self.choices else "Ugyldig valg."
        fits = re.fullmatch(self.pattern, value) if self.pattern else True
        if len(value) > self.max_length or not fits or not self._is_real_time(value):
            return self.message or f"Kan ha høyst {self.max_length} tegn."
        return ""

    @property
    def _missing(self) -> str:
        return "Må krysses av." if self.kind == "tick" else "Må fylles ut."

    def _is_real_time(self, value: str) -> bool:
        form = DATE_FORMATS.get(self.kind)
        if form is None:
            return True
        try:
            return bool(datetime.strptime(value, form))  # noqa: DTZ007
        except ValueError:
            return False

    def text(self, value: str) -> str:
        """Write a value the way people read it."""
        if self.kind == "tick":
            return "Ja" if value == TICKED else "Nei"
        return self.choices.get(value, value) or "–"


ON_TEST: Final = ("arsak", "TEST")
DATE: Final = r"\d{2}\.\d{2}\.\d{4}"

SECTIONS: Final[Mapping[str, tuple[Field, ...]]] = {
    "Journal": (
        Field(name="journaltype", label="Journaltype", kind="select", required=True, choices=codes.JOURNAL_TYPES),
        Field(name="enhet", label="Enhet", kind="select", required=True, choices=codes.UNITS),
        Field(
            name="apnet_dato",
            label="Åpnet dato",
            kind="date",
            required=True,
            pattern=DATE,
            max_length=10,
            message="Skriv datoen som dd.mm.åååå.",
            hint="dd.mm.åååå",
        ),
        Field(name="arsak", label="Årsak", kind="select", required=True, choices=codes.REASONS),
        Field(name="teststed", label="Teststed", kind="select", required=True, when=ON_TEST, choices=codes.TEST_SITES),
        Field(name="testtype", label="Testtype", kind="radio", required=True, when=ON_TEST, choices=codes.TEST_TYPES),
        Field(
            name="provetidspunkt",
            label="Prøvetidspunkt",
            kind="datetime",
            required=True,
            when=ON_TEST,
            pattern=DATE + r" \d{2}:\d{2}",
            max_length=16,
            message="Skriv tidspunktet som dd.mm.åååå tt:mm.",
            hint="dd.mm.åååå tt:mm",
        ),
    ),
    "Kontakt": (
        Field(
            name="telefon",
            label="Telefon",
            pattern=r"\d{8}",
            max_length=8,
            message="Telefonnummer har 8 siffer.",
            inputmode="numeric",
        ),
        Field(name="adresse", label="Adresse", max_length=100),
        Field(
            name="postnummer",
            label="Postnummer",
            pattern=r"\d{4}",
            max_length=4,
            message="Postnummer har 4 siffer.",
            inputmode="numeric",
        ),
        Field(name="kontaktform", label="Kontaktform", kind="radio", required=True, choices=codes.CONTACTS),
        Field(name="tolk", label="Behov for tolk", kind="tick"),
        Field(name="sprak", label="Språk", required=True, when=("tolk", TICKED), max_length=40),
    ),
    "Grunnlag": (
        Field(name="samtykke", label="Informert samtykke", kind="tick", required=True, wide=True),
        Field(name="kilde", label="Kilde", max_length=64, hint="Referanse i bestillende system"),
        Field(name="merknad", label="Merknad", kind="area", max_length=200, wide=True),
    ),
}
FIELDS: Final[tuple[Field, ...]] = tuple(one for fields in SECTIONS.values() for one in fields)


def read(sent: Mapping[str, str]) -> dict[str, str]:
    """Take what the form may send, and nothing for a field that was not shown."""
    # A textarea sends its line breaks as CR LF, which would count double against its length.
    values = {one.name: sent.get(one.name, "").replace("\r\n", "\n").strip() for one in FIELDS}
    return {one.name: values[one.name] if one.shown(values) else "" for one in FIELDS}


def problems(values: Mapping[str, str]) -> dict[str, str]:
    found = {one.name: one.problem(values[one.name]) for one in FIELDS if one.shown(values)}
    return {name: problem for name, problem in found.items() if problem}


def lines(values: Mapping[str, str]) -> list[tuple[str, str]]:
    """Label and text of every field, in the order of the form."""
    return [(one.label, one.text(values.get(one.name, ""))) for one in FIELDS]
