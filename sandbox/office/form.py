"""Forms: their fields, what each accepts, and how its values read on a page. The template of a field is `felt.html`."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal

Kind = Literal["text", "date", "datetime", "select", "radio", "tick", "area"]
DATE_FORMATS: Final = {"date": "%d.%m.%Y", "datetime": "%d.%m.%Y %H:%M"}
TICKED: Final = "ja"
DATE: Final = r"\d{2}\.\d{2}\.\d{4}"


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


@dataclass(frozen=True, slots=True)
class Form:
    """A form: its fields under the headings of their sections."""

    sections: Mapping[str, tuple[Field, ...]]

    @property
    def fields(self) -> list[Field]:
        return [one for fields in self.sections.values() for one in fields]

    def read(self, sent: Mapping[str, str]) -> dict[str, str]:
        """Take what the form may send, and nothing for a field that was not shown."""
        # A textarea sends its line breaks as CR LF, which would count double against its length.
        values = {one.name: sent.get(one.name, "").replace("\r\n", "\n").strip() for one in self.fields}
        return {one.name: values[one.name] if one.shown(values) else "" for one in self.fields}

    def problems(self, values: Mapping[str, str]) -> dict[str, str]:
        found = {one.name: one.problem(values[one.name]) for one in self.fields if one.shown(values)}
        return {name: problem for name, problem in found.items() if problem}

    def lines(self, values: Mapping[str, str]) -> list[tuple[str, str]]:
        """Label and text of every field, in the order of the form."""
        return [(one.label, one.text(values.get(one.name, ""))) for one in self.fields]
