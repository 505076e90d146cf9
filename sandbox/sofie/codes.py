"""The words for SOFIE's codes, and those of its windows."""

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
LABELS: Final[Mapping[str, frozenset[str]]] = {
    "list": frozenset(
        {
            "SOFIE – Søk dokument",
            "Søk",
            "Dokumentnr.",
            "Hent",
            "Til arkivering",
            "Saksref.",
            "Dokumenttype",
            "Dok.dato",
            "Forrige",
            "Neste",
        }
    ),
    "document": frozenset(
        {
            "SOFIE – Dokument",
            "Dokument",
            "Dokumentnr.",
            "Saksref.",
            "Part-id",
            "Navn",
            "Adressesperre",
            "Saksbehandler",
            "Dokumenttype",
            "Retning",
            "Dok.dato",
            "Mottatt",
            "Sendt",
            "Filer",
            "Nr.",
            "Filnavn",
            "Rolle",
            "Størrelse",
            "Arkiv",
            "Arkivref.",
            "Lagre",
            "Eksporter",
            "Tilbake",
        }
    ),
}
"""What stands in the window that comes up after a call."""
