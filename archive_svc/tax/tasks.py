"""What the tax collector's office is told; names and numbers stay in the work list."""

from __future__ import annotations

from common.process import Task
from common.reasons import reason_of

TAX_OFFICE = "tax-collector"


def tell_the_tax_office(code: str) -> Task:
    """A document is not archived, or SOFIE does not say that it is."""
    return Task(
        name="document-not-archived",
        role=TAX_OFFICE,
        title="Et dokument fra SOFIE er ikke arkivert",
        text=(
            f"Roger kunne ikke arkivere et dokument fra SOFIE i ESA, eller ikke notere referansen. "
            f"{reason_of(code).situation} Saken står i arbeidslisten: rett det som mangler og prøv den på nytt, eller "
            "arkiver dokumentet selv."
        ),
    )
