"""The form of an account: what is read from it, what is wrong with it, what is stored of it."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

TICKED: Final = "ja"
SEARCHED: Final[Mapping[str, str]] = {
    "brukernavn": "Brukernavn",
    "ansattnr": "Ansattnr.",
    "personnokkel": "Personnøkkel",
    "etternavn": "Etternavn",
    "fornavn": "Fornavn",
}
COLUMNS: Final[Mapping[str, str]] = {
    "brukernavn": "user_name",
    "ansattnr": "employee_no",
    "personnokkel": "person_key",
    "etternavn": "family_name",
    "fornavn": "given_name",
}
"""Where what is searched for is stored."""
FIELDS: Final[Mapping[str, tuple[str, int]]] = {
    "etternavn": ("Etternavn", 64),
    "fornavn": ("Fornavn", 64),
    "ansattnr": ("Ansattnr.", 20),
    "personnokkel": ("Personnøkkel", 64),
    "enheter": ("Enheter", 400),
    "plassering": ("Plassering", 64),
    "leder": ("Leder", 20),
    "epost": ("E-post", 254),
    "utloper": ("Utløper", 10),
    "merknad": ("Merknad", 200),
}
"""Label and greatest length of each line of text, by its name."""
_USER_NAME: Final = re.compile(r"[a-z][a-z0-9._-]{0,19}")
_MAIL: Final = re.compile(r"[^\s@]+@[^\s@]+")
_UNIT: Final = re.compile(r"[^\s,]{1,20}")
_NEEDED: Final = ("etternavn", "fornavn", "plassering")
_FITS: Final[Mapping[str, tuple[Callable[[str], object], str]]] = {
    "epost": (_MAIL.fullmatch, "Skriv en e-postadresse."),
    "enheter": (lambda typed: all(map(_UNIT.fullmatch, typed.split(", "))), "Skriv enhetene som 312900114, 312900115."),
    "utloper": (lambda typed: _date(typed) is not None, "Skriv datoen som dd.mm.åååå."),
}
GROUP_LENGTH: Final = 64
PASSWORD_LENGTH: Final = range(8, 129)


@dataclass(frozen=True, slots=True, kw_only=True)
class Particulars:
    """What an account is, apart from its name, its memberships and whether it may be used."""

    family_name: str
    given_name: str
    employee_no: str
    person_key: str
    units: tuple[str, ...]
    place: str
    manager: str
    mail: str
    hidden: bool
    expires: str | None
    remark: str


def read(sent: Mapping[str, str]) -> dict[str, str]:
    """Take what the form may send, exactly as it came."""
    return {name: sent.get(name, "") for name in ("brukernavn", *FIELDS, "skjult")}


def filled(user_name: str, of: Particulars) -> dict[str, str]:
    """How the form stands when an account is to be changed."""
    return {
        "brukernavn": user_name,
        "etternavn": of.family_name,
        "fornavn": of.given_name,
        "ansattnr": of.employee_no,
        "personnokkel": of.person_key,
        "enheter": ", ".join(of.units),
        "plassering": of.place,
        "leder": of.manager,
        "epost": of.mail,
        "utloper": f"{datetime.fromisoformat(of.expires):%d.%m.%Y}" if of.expires else "",
        "merknad": of.remark,
        "skjult": TICKED if of.hidden else "",
    }


def problems(values: Mapping[str, str], *, places: list[str], is_account: Callable[[str], bool]) -> dict[str, str]:
    """What must be corrected, by field."""
    found = {name: problem for name in FIELDS if (problem := _problem(name, values[name]))}
    if "plassering" not in found and values["plassering"] not in places:
        found["plassering"] = "Ukjent plassering."
    if values["leder"] and "leder" not in found and not is_account(values["leder"]):
        found["leder"] = "Fant ingen bruker med dette navnet."
    return found


def problem_of_user_name(typed: str) -> str:
    """The same for the name of a new account, which is not changed afterwards."""
    if not typed:
        return "Må fylles ut."
    return "" if _USER_NAME.fullmatch(typed) else "Brukernavn har høyst 20 tegn: a–z, 0–9, punktum og bindestreker."


def problem_of_line(typed: str, longest: int) -> str:
    """What is wrong with a line of text, or nothing: it is stored as it is, so it may hold nothing that cannot be seen."""
    if len(typed) > longest:
        return f"Kan ha høyst {longest} tegn."
    if not typed.isprintable() or typed != " ".join(typed.split()):
        return "Ugyldige tegn eller overflødige mellomrom."
    return ""


def particulars(values: Mapping[str, str]) -> Particulars:
    """What a form without problems comes to."""
    return Particulars(
        family_name=values["etternavn"],
        given_name=values["fornavn"],
        employee_no=values["ansattnr"],
        person_key=values["personnokkel"],
        units=tuple(values["enheter"].split(", ")) if values["enheter"] else (),
        place=values["plassering"],
        manager=values["leder"],
        mail=values["epost"],
        hidden=values["skjult"] == TICKED,
        expires=_date(values["utloper"]) if values["utloper"] else None,
        remark=values["merknad"],
    )


def groups(typed: str) -> list[str]:
    """The names in a field that takes one a line."""
    return sorted({line for line in typed.splitlines() if line})


def problem_of_password(typed: str, again: str) -> str:
    if typed != again:
        return "Passordene er ikke like."
    return "" if len(typed) in PASSWORD_LENGTH else "Passordet må ha 8 til 128 tegn."


def _problem(name: str, typed: str) -> str:
    if not typed:
        return "Må fylles ut." if name in _NEEDED else ""
    if problem := problem_of_line(typed, FIELDS[name][1]):
        return problem
    fits, message = _FITS.get(name, (bool, ""))
    return "" if fits(typed) else message


def _date(typed: str) -> str | None:
    try:
        return datetime.strptime(typed, "%d.%m.%Y").date().isoformat()  # noqa: DTZ007  a day, as the office writes it
    except ValueError:
        return None
