"""The code lists of SystemX: what is stored, and the Norwegian words a page shows for it."""

from collections.abc import Mapping
from typing import Final

PRACTICES: Final[Mapping[str, str]] = {
    "1000099999": "Teststasjon Leangen",
    "1000088888": "Teststasjon Heimdal",
}
PRACTICE_KINDS: Final[Mapping[str, str]] = {
    "KOFA": "KOFA – Fastlønnet lege i kommunen",
    "KOLE": "KOLE – Kommunal legevakt",
    "LEKO": "LEKO – Legevakt i kommunen",
    "LEVA": "LEVA – Legevakt",
    "KOHS": "KOHS – Kommunal helsestasjon",
    "HELS": "HELS – Helsestasjon",
    "FALE": "FALE – Fastlege",
    "SYPL": "SYPL – Sykepleier",
}
CODE_SYSTEMS: Final[Mapping[str, str]] = {"ICPC-2": "ICPC-2", "ICD-10": "ICD-10"}
EXEMPTIONS: Final[Mapping[str, str]] = {
    "A": "A – Allmennfarlig smittsom sykdom",
    "B": "B – Barn under 16 år",
    "F": "F – Frikort",
    "G": "G – HIV",
    "H": "H – Tilstand som hindrer krav",
}
DEBTORS: Final[Mapping[str, str]] = {"1": "1 – HELFO", "2": "2 – Pasient", "3": "3 – Arbeidsgiver"}
CARD_STATES: Final[Mapping[str, str]] = {
    "UNSENT": "Usendt",
    "IN_CLAIM": "I oppgjør",
    "SENT": "Sendt",
    "ACCEPTED": "Godkjent",
    "REJECTED": "Avvist",
    "DUPLICATE": "Duplikat",
}
MESSAGE_STATES: Final[Mapping[str, str]] = {"READY": "Klar til sending", "SENT": "Sendt"}
REFUSALS: Final = (
    "UKJENT_FORMAT",
    "UKJENT_FELT",
    "MANGLER_PRAKSISID",
    "MANGLER_BEHANDLERKRAV",
    "MANGLER_REGNINGER",
    "MANGLER_GUID",
    "UKJENT_PRAKSISID",
)
"""What KUHR answers to a message that it can make nothing of; shown as it is."""
RECEIPTS: Final[Mapping[str, str]] = {
    "": "Venter",
    "RECEIVED": "Mottatt",
    "DUPLICATE": "DUPLIKAT_KRAV",
    **{code: code for code in REFUSALS},
}
