"""What people are told about the protocols of political items; titles and names stay in the archive."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from archive_svc.protocols.decided_item import DecidedItem
from common.process import Run, Task
from common.reasons import reason_of

OFFICER = "case-officer"
SECRETARIAT = "council-secretariat"
_TOLD = "protocol-draft-told"
_REMEMBERED = timedelta(days=400)


def told_by_another(reference: str, run: Run) -> bool:
    """Whether another case has told an officer of the draft with this external reference."""
    fact = run.remembered(_TOLD, reference)
    return fact is not None and not fact.ours


def take_on_to_tell(reference: str, run: Run) -> bool:
    """Whether it is for this case to tell of a draft: no other case has.

    Not whoever made it: a case that has made drafts may go to a person before it has told anybody.
    """
    return run.remember(_TOLD, reference, value=True, until=run.today() + _REMEMBERED).ours


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
