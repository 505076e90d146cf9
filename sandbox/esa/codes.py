"""The code lists of Noark 5, with the words that ESA shows beside the letters."""

from collections.abc import Mapping
from typing import Final, Literal

PostType = Literal["I", "U", "N", "X", "S"]
PostStatus = Literal["J", "F", "G", "E", "A", "U", "M", "S", "R"]
CaseStatus = Literal["B", "A", "U", "R", "S", "P", "F"]
WriteOffCode = Literal["BU", "BE", "BN", "TLF", "TE", "TO", "SA"]
AccessCode = Literal["U", "UO", "P", "KL", "XX"]
PartyRole = Literal["EA", "EM", "EK", "IA", "IM", "IK", "GM"]
DocumentRole = Literal["H", "V"]
Dispatch = Literal["", "Brev", "E-post", "Digital post"]

POST_TYPES: Final[Mapping[str, str]] = {
    "I": "Inngående",
    "U": "Utgående",
    "N": "Internt med oppfølging",
    "X": "Internt uten oppfølging",
    "S": "Saksframlegg",
}
POST_STATUSES: Final[Mapping[str, str]] = {
    "M": "Midlertidig registrert",
    "R": "Reservert",
    "S": "Registrert av saksbehandler",
    "F": "Ferdigstilt av saksbehandler",
    "G": "Godkjent av leder",
    "E": "Ekspedert",
    "J": "Journalført",
    "A": "Arkivert",
    "U": "Utgår",
}
FIRST_STATUSES: Final = ("S", "R")
"""What a post may be registered with."""
CASE_STATUSES: Final[Mapping[str, str]] = {
    "R": "Opprettet av saksbehandler",
    "B": "Under behandling",
    "P": "Unntatt prosesstyring",
    "F": "Ferdigbehandlet",
    "S": "Avsluttet av saksbehandler",
    "A": "Avsluttet",
    "U": "Utgår",
}
OPEN: Final = ("B", "R", "P")
"""Case files to which something may be added."""
WRITE_OFF_CODES: Final[Mapping[str, str]] = {
    "BU": "Besvart med brev",
    "BE": "Besvart med e-post",
    "BN": "Besvart med notat",
    "TLF": "Besvart på telefon",
    "TE": "Tatt til etterretning",
    "TO": "Tatt til orientering",
    "SA": "Saken avsluttet",
}
ANSWERED: Final = ("BU", "BE", "BN")
"""Ways to write off that name the post which answers."""
ACCESS_CODES: Final[Mapping[str, str]] = {
    "U": "Offentlig",
    "UO": "Unntatt offentlighet",
    "P": "Personalsak",
    "KL": "Klientsak",
    "XX": "Midlertidig sperret",
}
PARTY_ROLES: Final[Mapping[str, str]] = {
    "EA": "Avsender",
    "EM": "Mottaker",
    "EK": "Kopimottaker",
    "IA": "Intern avsender",
    "IM": "Intern mottaker",
    "IK": "Intern kopimottaker",
    "GM": "Gruppemottaker",
}
DOCUMENT_ROLES: Final[Mapping[str, str]] = {"H": "Hoveddokument", "V": "Vedlegg"}
DISPATCHES: Final[Mapping[str, str]] = {way: way for way in ("Brev", "E-post", "Digital post")}
"""How a post was sent, where somebody has noted it."""
WAITING: Final = ("I", "N")
"""Types of posts that wait for an answer until they are written off."""
PARTS: Final[Mapping[str, tuple[str, ...]]] = {
    "Sakarkiv": ("Emnesaker", "Eiendomssaker", "Politiske saker"),
    "Personalarkiv": ("Personalmapper",),
    "Kemnerarkiv": ("Skatteinnkreving", "Arbeidsgiverkontroll"),
    "Elevarkiv": ("Elevmapper",),
}
"""Parts of a new archive, and the series of each."""


def yes_no(value: object) -> str:
    return "Ja" if value else "Nei"
