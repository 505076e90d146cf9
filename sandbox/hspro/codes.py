"""The code lists of HsPro: what is stored, and the Norwegian words a page shows for it."""

from collections.abc import Mapping
from typing import Final

JOURNAL_TYPES: Final[Mapping[str, str]] = {
    "SMITTEVERN": "Smittevern",
    "HELSESTASJON": "Helsestasjon",
    "SKOLEHELSE": "Skolehelse",
}
JOURNAL_STATES: Final[Mapping[str, str]] = {"ACTIVE": "Aktiv", "CLOSED": "Avsluttet", "ARCHIVED": "Arkivert"}
UNITS: Final[Mapping[str, str]] = {
    "SMITTEVERN": "Smittevernkontoret",
    "HS-MIDTBYEN": "Midtbyen helsestasjon",
    "HS-HEIMDAL": "Heimdal helsestasjon",
    "HS-LERKENDAL": "Lerkendal helsestasjon",
    "HS-OSTBYEN": "Østbyen helsestasjon",
    "SKOLE": "Skolehelsetjenesten",
    "VAKSINE": "Vaksinasjonskontoret",
}
UNIT_OF_TYPE: Final[Mapping[str, str]] = {
    "SMITTEVERN": "SMITTEVERN",
    "HELSESTASJON": "HS-MIDTBYEN",
    "SKOLEHELSE": "SKOLE",
}
REASONS: Final[Mapping[str, str]] = {
    "TEST": "Test",
    "VAKSINASJON": "Vaksinasjon",
    "SMITTESPORING": "Smittesporing",
    "ANNET": "Annet",
}
TEST_SITES: Final[Mapping[str, str]] = {
    "TRD-LEANGEN": "Leangen",
    "TRD-SPEKTRUM": "Spektrum",
    "TRD-HEIMDAL": "Heimdal",
    "ANNET": "Annet",
}
TEST_TYPES: Final[Mapping[str, str]] = {"PCR": "PCR", "ANTIGEN": "Antigen"}
CONTACTS: Final[Mapping[str, str]] = {"SMS": "SMS", "TELEFON": "Telefon", "BREV": "Brev"}
