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
VACCINES: Final[Mapping[str, str]] = {
    "BNT03": "BNT03 Comirnaty",
    "MOD03": "MOD03 Spikevax",
    "ASZ03": "ASZ03 Vaxzevria",
    "JAN03": "JAN03 Jcovden",
    "INF01": "INF01 Influensa",
}
DOSES: Final[Mapping[str, str]] = {str(number): str(number) for number in range(1, 6)}
BODY_SITES: Final[Mapping[str, str]] = {"VENSTRE": "Venstre arm", "HOYRE": "Høyre arm", "ANNET": "Annet sted"}
INDICATIONS: Final[Mapping[str, str]] = {
    "ALDER": "Alder",
    "RISIKO": "Risikogruppe",
    "HELSEPERSONELL": "Helsepersonell",
    "SYKEHJEM": "Sykehjem",
    "KRITISK": "Samfunnskritisk yrke",
    "ANNEN": "Annen indikasjon",
}
TRANSFERS: Final[Mapping[str, str]] = {"SENT": "Sendt", "ACCEPTED": "Godkjent", "REJECTED": "Avvist"}
"""How far a dose has come on its way to SYSVAK."""
