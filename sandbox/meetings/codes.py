"""The code lists of Møteportalen, and how it writes them."""

from collections.abc import Mapping
from typing import Final

TYPES: Final[Mapping[str, str]] = {
    "PS": "Politisk sak",
    "DS": "Delegert sak",
    "RS": "Referatsak",
    "FO": "Forespørsel",
    "OS": "Orienteringssak",
}
RESULTS: Final[Mapping[str, str]] = {"BE": "Behandlet", "UT": "Utsatt", "TB": "Tilbakesendt"}
MINUTES: Final[Mapping[str, str]] = {"DRAFT": "Utkast", "APPROVED": "Godkjent"}
