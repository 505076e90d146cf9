"""The forms of ESA's windows: what stands in each, what is wrong with what was typed, and what it comes to."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Literal

from sandbox.esa import codes
from sandbox.esa.records import NewCaseFile, NewPost, Party, WriteOff

PARTIES: Final = range(1, 5)
"""The lines for parties of a new post."""
LONGEST_TITLE: Final = 250


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One field of a window."""

    name: str
    label: str
    kind: Literal["text", "select", "date", "number", "checksum", "file"] = "text"
    choices: Mapping[str, str] = field(default_factory=dict[str, str])
    longest: int = 120
    required: bool = False

    @property
    def of_party(self) -> bool:
        """Whether it stands among the lines for parties."""
        return self.name.startswith("part")

    def problem(self, typed: str) -> str:
        """What is wrong with what was typed, or nothing: text is stored as it is, so nothing unseen may be in it."""
        if not typed:
            return f"{self.label} må fylles ut." if self.required else ""
        if self.choices and typed not in self.choices:
            return f"{self.label}: ugyldig valg."
        if len(typed) > self.longest:
            return f"{self.label} kan ha høyst {self.longest} tegn."
        if not typed.isprintable() or typed != " ".join(typed.split()):
            return f"{self.label} har ugyldige tegn eller overflødige mellomrom."
        fits, message = _KINDS.get(self.kind, (bool, ""))
        return "" if fits(typed) else f"{self.label}: {message}"


def iso(typed: str) -> str | None:
    """The day that was typed; None for nothing, or for what is no day."""
    try:
        return datetime.strptime(typed, "%d.%m.%Y").date().isoformat()  # noqa: DTZ007  a day, as the office writes it
    except ValueError:
        return None


def _is_number(typed: str) -> bool:
    return typed.isascii() and typed.isdigit() and len(typed) <= len("99999")


_CHECKSUM: Final = re.compile(r"[0-9a-f]{64}")
_KINDS: Final[Mapping[str, tuple[Callable[[str], object], str]]] = {
    "date": (iso, "skriv datoen som dd.mm.åååå."),
    "number": (_is_number, "skriv nummeret på journalposten."),
    "checksum": (_CHECKSUM.fullmatch, "skriv en SHA-256, 64 tegn 0–9 og a–f."),
}


@dataclass(frozen=True, slots=True)
class WindowForm:
    """A window, by its name: it is the heading as well."""

    title: str
    lines: tuple[Line, ...]
    together: Callable[[Mapping[str, str]], list[str]] = lambda _: []
    """What is wrong with lines that belong together."""

    @property
    def has_file(self) -> bool:
        return any(line.kind == "file" for line in self.lines)

    def read(self, sent: Mapping[str, str]) -> dict[str, str]:
        """Take what the window may send, exactly as it came."""
        return {line.name: sent.get(line.name, "") for line in self.lines}

    def problems(self, values: Mapping[str, str]) -> list[str]:
        alone = [problem for line in self.lines if (problem := line.problem(values.get(line.name, "")))]
        return [*alone, *self.together(values)]


def _of_parties(values: Mapping[str, str]) -> list[str]:
    """A line for a party is filled in with both role and name, or not at all."""
    return [
        f"Part {at} må ha rolle og navn."
        for at in PARTIES
        if _filled(values, at) and not (values[f"part{at}_rolle"] and values[f"part{at}_navn"])
    ]


def _access(*, required: bool = True) -> tuple[Line, Line]:
    return (
        Line(name="tilgangskode", label="Tilgangskode", kind="select", choices=codes.ACCESS_CODES, required=required),
        Line(name="hjemmel", label="Hjemmel"),
    )


def _party(before: str = "", name: str = "", *, required: bool = True) -> tuple[Line, ...]:
    def called(word: str) -> str:
        return f"{before} {word.lower()}" if before else word

    return (
        Line(name=f"{name}rolle", label=called("Rolle"), kind="select", choices=codes.PARTY_ROLES, required=required),
        Line(name=f"{name}navn", label=called("Navn"), required=required),
        Line(name=f"{name}nummer", label=called("Nummer"), longest=20),
    )


_TITLES: Final = (
    Line(name="tittel", label="Tittel", longest=LONGEST_TITLE, required=True),
    Line(name="offentlig_tittel", label="Offentlig tittel", longest=LONGEST_TITLE),
)
NEW_CASE_FILE: Final = WindowForm(
    "Ny saksmappe",
    (
        *_TITLES,
        Line(name="arkivdel", label="Arkivdel", kind="select", required=True),
        Line(name="serie", label="Serie", kind="select", required=True),
        Line(name="klasse", label="Klasse", required=True),
        Line(name="enhet", label="Enhet", required=True),
        Line(name="saksansvarlig", label="Saksansvarlig", required=True),
        *_access(),
    ),
)
NEW_POST: Final = WindowForm(
    "Ny journalpost",
    (
        Line(name="type", label="Type", kind="select", choices=codes.POST_TYPES, required=True),
        Line(
            name="status",
            label="Status",
            kind="select",
            choices={code: codes.POST_STATUSES[code] for code in codes.FIRST_STATUSES},
            required=True,
        ),
        *_TITLES,
        Line(name="dok_dato", label="Dok.dato", kind="date", required=True),
        Line(name="mottatt", label="Mottatt", kind="date"),
        Line(name="sendt", label="Sendt", kind="date"),
        Line(name="forsendelse", label="Forsendelse", kind="select", choices=codes.DISPATCHES),
        Line(name="forfall", label="Forfall", kind="date"),
        Line(name="saksbehandler", label="Saksbehandler"),
        Line(name="enhet", label="Enhet", required=True),
        *_access(),
        Line(name="ekstern_ref", label="Ekstern ref."),
        Line(name="svar_pa", label="Svar på", kind="number"),
        *(line for at in PARTIES for line in _party(f"Part {at}", f"part{at}_", required=False)),
    ),
    _of_parties,
)
NEW_DOCUMENT: Final = WindowForm(
    "Nytt dokument",
    (
        Line(name="rolle", label="Rolle", kind="select", choices=codes.DOCUMENT_ROLES, required=True),
        Line(name="tittel", label="Tittel", longest=LONGEST_TITLE, required=True),
        Line(name="sjekksum_original", label="Sjekksum original", kind="checksum", longest=64),
        Line(name="fil", label="Fil", kind="file"),
    ),
)
NEW_PARTY: Final = WindowForm("Ny part", _party())
CASE_STATUS: Final = WindowForm(
    "Endre status", (Line(name="status", label="Status", kind="select", choices=codes.CASE_STATUSES, required=True),)
)
_POST_STATUS: Final = Line(name="status", label="Status", kind="select", choices=codes.POST_STATUSES, required=True)
POST_STATUS: Final = WindowForm("Endre status", (_POST_STATUS, Line(name="sendt", label="Sendt", kind="date")))
POST_STATUS_UNSENT: Final = WindowForm("Endre status", (_POST_STATUS,))
"""Of a post that is not sent to anybody."""
WRITE_OFF: Final = WindowForm(
    "Avskriv",
    (
        Line(name="mate", label="Avskrivningsmåte", kind="select", choices=codes.WRITE_OFF_CODES, required=True),
        Line(name="dato", label="Avskrevet dato", kind="date", required=True),
        Line(name="besvart_av", label="Besvart av", kind="number"),
    ),
)


def new_case_file(values: Mapping[str, str]) -> NewCaseFile:
    """What a window without problems comes to."""
    return NewCaseFile(
        title=values["tittel"],
        public_title=values["offentlig_tittel"],
        part=values["arkivdel"],
        series=values["serie"],
        klass=values["klasse"],
        unit=values["enhet"],
        officer=values["saksansvarlig"],
        access=values["tilgangskode"],
        legal_basis=values["hjemmel"],
    )


def new_post(values: Mapping[str, str]) -> NewPost:
    return NewPost(
        type=values["type"],
        status=values["status"],
        title=values["tittel"],
        public_title=values["offentlig_tittel"],
        document_date=iso(values["dok_dato"]) or "",
        received=iso(values["mottatt"]),
        sent=iso(values["sendt"]),
        dispatch=values["forsendelse"],
        due=iso(values["forfall"]),
        officer=values["saksbehandler"],
        unit=values["enhet"],
        access=values["tilgangskode"],
        legal_basis=values["hjemmel"],
        external_reference=values["ekstern_ref"],
        answers=_number(values["svar_pa"]),
        parties=tuple(party(values, f"part{at}_") for at in PARTIES if _filled(values, at)),
    )


def party(values: Mapping[str, str], name: str = "") -> Party:
    return Party(role=values[f"{name}rolle"], name=values[f"{name}navn"], number=values[f"{name}nummer"])


def write_off(values: Mapping[str, str]) -> WriteOff:
    return WriteOff(code=values["mate"], on=iso(values["dato"]) or "", answered_by=_number(values["besvart_av"]))


def filled(form: WindowForm, **known: Any) -> dict[str, str]:
    """How a window stands when it opens, with what is known."""
    return {line.name: known.get(line.name) or "" for line in form.lines}


def _filled(values: Mapping[str, str], at: int) -> bool:
    return any(values[f"part{at}_{name}"] for name in ("rolle", "navn", "nummer"))


def _number(typed: str) -> int | None:
    return int(typed) if typed else None
