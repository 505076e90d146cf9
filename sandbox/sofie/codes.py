"""The words for SOFIE's codes."""

from collections.abc import Mapping
from typing import Final

TYPES: Final[Mapping[str, str]] = {
    "VEDTAK": "Vedtak",
    "VARSEL_UTLEGG": "Varsel utlegg",
    "UTLEGG": "Utlegg",
    "BETALINGSAVTALE": "Betalingsavtale",
    "BETALINGSUTSETTELSE": "Betalingsutsettelse",
    "LONNSTREKK": "Lønnstrekk",
    "KLAGE": "Klage",
    "KORRESPONDANSE": "Korrespondanse",
}
DIRECTIONS: Final[Mapping[str, str]] = {"IN": "Inn", "OUT": "Ut", "INTERNAL": "Intern"}
ROLES: Final[Mapping[str, str]] = {"MAIN": "Hoveddokument", "ATTACHMENT": "Vedlegg"}
