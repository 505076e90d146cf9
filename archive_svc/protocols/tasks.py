"""What people are told about the protocols of political items; titles and names stay in the archive."""

from __future__ import annotations

from collections.abc import Sequence

from archive_svc.protocols.decided_item import DecidedItem
from common.process import Task
from common.reasons import reason_of

OFFICER = "case-officer"
SECRETARIAT = "council-secretariat"


def tell_of_drafts(item: DecidedItem, officer: str, drafts: Sequence[str]) -> Task:
    """The letters about a decision wait for whoever handles the case."""
    return Task(
        name="drafts-of-dispatch",
        role=OFFICER,
        unit=item.unit,
        title="Utkast til melding om vedtak ligger klare",
        text=(
            f"Saksprotokollen for {item.item_no} er arkivert på arkivsak {item.case_no}. Utkast til melding om vedtak: "
            f"{', '.join(drafts)} (saksbehandler {officer}). Skriv brevene ferdig og send dem; Roger sender ingenting."
        ),
    )


def tell_of_missing_recipients(item: DecidedItem, officer: str, missing: int) -> Task:
    """The letters stand, but not everybody whom this case names is among their recipients; who it is, the case says."""
    return Task(
        name="recipients-without-letter",
        role=OFFICER,
        unit=item.unit,
        title="Mottakere av melding om vedtak mangler",
        text=(
            f"Saken om {item.item_no} på arkivsak {item.case_no} nevner {missing} mottaker(e) som ikke står i brevene om "
            f"vedtaket (saksbehandler {officer}). Roger endrer ikke brev som finnes. Se mottakerne i saken hos Roger, og "
            "legg til dem som skal ha brev."
        ),
    )


def tell_the_secretariat(code: str) -> Task:
    """A protocol is not archived, or not wholly."""
    return Task(
        name="protocol-not-archived",
        role=SECRETARIAT,
        title="Saksprotokoll er ikke arkivert",
        text=(
            f"Roger kunne ikke arkivere en saksprotokoll. {reason_of(code).situation} Saken står i arbeidslisten: se hva "
            "som mangler, og prøv den på nytt eller arkiver protokollen selv."
        ),
    )
