"""The code lists of Varde Lønn: what is stored, and the Norwegian words a page shows for it."""

from collections.abc import Mapping
from typing import Final, Literal

EmployeeState = Literal["ACTIVE", "LEFT"]
PositionType = Literal["FAST", "VIKAR", "TIME", "OPPDRAG", "VERV"]
TaxCard = Literal["OK", "MISSING", "WRONG_EMPLOYER", "EXEMPT"]
RunType = Literal["TRIAL", "FINAL", "EXTRA"]
RunState = Literal["CALCULATED", "LOCKED", "PAID"]
Mark = Literal["", "W", "B"]
FormType = Literal[
    "NEW_POSITION",
    "CHANGE_PERCENT",
    "TEMPORARY_EXT",
    "LEAVE",
    "TERMINATION",
    "ADDITION",
    "ACCOUNT_CHANGE",
    "HOURS",
]
FormState = Literal["SUBMITTED", "APPROVED", "ACTIVE", "WITHDRAWN"]
Benefit = Literal["STOTTEKONTAKT", "AVLASTER", "FOSTERHJEM", "BESOKSHJEM", "OMSORGSSTONAD", "TOLK", "SENSOR", "OTHER"]
Relation = Literal["CONTRACTOR", "EMPLOYEE"]
PeriodState = Literal["OPEN", "CLOSED"]

EMPLOYEE_STATES: Final[Mapping[str, str]] = {"ACTIVE": "Aktiv", "LEFT": "Sluttet"}
POSITION_TYPES: Final[Mapping[str, str]] = {
    "FAST": "Fast",
    "VIKAR": "Vikar",
    "TIME": "Timelønn",
    "OPPDRAG": "Oppdrag",
    "VERV": "Verv",
}
TAX_CARDS: Final[Mapping[str, str]] = {
    "OK": "Elektronisk",
    "MISSING": "Mangler",
    "WRONG_EMPLOYER": "Annen arbeidsgiver",
    "EXEMPT": "Frikort",
}
RUN_TYPES: Final[Mapping[str, str]] = {"TRIAL": "Prøvekjøring", "FINAL": "Hovedkjøring", "EXTRA": "Ekstrakjøring"}
RUN_STATES: Final[Mapping[str, str]] = {"CALCULATED": "Beregnet", "LOCKED": "Låst", "PAID": "Utbetalt"}
MARKS: Final[Mapping[str, str]] = {"": "Ingen", "W": "Varsel", "B": "Stans"}
FORM_TYPES: Final[Mapping[str, str]] = {
    "NEW_POSITION": "Ny stilling",
    "CHANGE_PERCENT": "Endret prosent",
    "TEMPORARY_EXT": "Forlenget vikariat",
    "LEAVE": "Permisjon",
    "TERMINATION": "Avslutning",
    "ADDITION": "Tillegg",
    "ACCOUNT_CHANGE": "Kontoendring",
    "HOURS": "Timer",
}
FORM_STATES: Final[Mapping[str, str]] = {
    "SUBMITTED": "Innsendt",
    "APPROVED": "Godkjent",
    "ACTIVE": "Aktiv",
    "WITHDRAWN": "Trukket",
}
BENEFITS: Final[Mapping[str, str]] = {
    "STOTTEKONTAKT": "Støttekontakt",
    "AVLASTER": "Avlaster",
    "FOSTERHJEM": "Fosterhjem",
    "BESOKSHJEM": "Besøkshjem",
    "OMSORGSSTONAD": "Omsorgsstønad",
    "TOLK": "Tolk",
    "SENSOR": "Sensor",
    "OTHER": "Annet",
}
RELATIONS: Final[Mapping[str, str]] = {"CONTRACTOR": "Oppdragstaker", "EMPLOYEE": "Arbeidstaker"}
PERIOD_STATES: Final[Mapping[str, str]] = {"OPEN": "Åpen", "CLOSED": "Lukket"}
TIMESHEET_STATES: Final[Mapping[str, str]] = {"CURRENT": "Gjeldende", "REPLACED": "Erstattet"}


def yes_no(value: object) -> str:
    return "Ja" if value else "Nei"
