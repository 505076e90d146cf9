"""The made-up municipality of the demo: whose documents and cases there are, and what the archive holds of them already."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from common.local.town import MadeUpTown
from common.norway.check_digits import check_digit

TAX, SCHOOL, HOME = "310456780", "311874322", "312900114"
"""The tax collector, a school, a nursing home."""
UNITS = (TAX, SCHOOL, HOME)
_WEIGHTS = (3, 2, 7, 6, 5, 4, 3, 2)
_NO_DIGIT = 10


@dataclass
class Town(MadeUpTown):
    """Makes parties, case files and officers up, and collects what the stand-ins are to know of them."""

    case_files: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    """As the console of ESA takes them."""
    posts: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    officers: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    documents: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    """As the console of SOFIE takes them."""
    tax_files: list[bytes] = field(default_factory=list[bytes])
    """What is handed over before the cases about them."""
    meetings: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    """As the console of the meeting module takes them."""
    opened: int = 0
    """Sequence number of the newest case file; begins where `born` does, so that none turns up on another day."""
    registered: int = 0
    """The same of journal posts."""
    founded: int = 0
    """The same of enterprises."""
    drawn_up: int = 0
    """The same of documents in SOFIE."""

    def enterprise(self) -> dict[str, str]:
        """An enterprise that nobody knows: an organisation number and a name."""
        while True:
            self.founded += 1
            stem = f"31{self.founded:06}"
            check = check_digit(stem, _WEIGHTS)
            if check != _NO_DIGIT:
                return {"orgnr": f"{stem}{check}", "name": f"Synt {self.chance.choice(_TRADES)} {self.founded} AS"}

    def case_file_number(self) -> str:
        """Of a case file that no other town has."""
        self.opened += 1
        return f"{self.today.year}/{100_000 + self.opened:06}"

    def post_id(self) -> str:
        self.registered += 1
        return f"JP-{700_000 + self.registered}"

    def document_number(self) -> str:
        """Of a document in SOFIE."""
        self.drawn_up += 1
        return f"SOF-{self.today.year}-{self.drawn_up:07}"

    def days_ago(self, days: int) -> date:
        return self.today - timedelta(days=days)


_TRADES = ("Bygg", "Handel", "Transport", "Rør", "Elektro", "Bakeri")
