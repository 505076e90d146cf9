"""Whom a comparison of a directory with the orders is told to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from common.process import Task
from useradmin_svc.directory.entry import Network
from useradmin_svc.reconciliation.comparing import Finding, Kind

USER_ADMINISTRATION = "user-administration"
TITLES = {
    Kind.NOT_ORDERED: "Kontoer som ingen har bestilt",
    Kind.NO_ACCOUNT: "Bestillinger uten konto",
    Kind.EXPIRED_ENABLED: "Utløpte kontoer som er åpne",
}


def tell_user_administration(network: Network, findings: Sequence[Finding]) -> Task:
    """How much was found; which accounts they are stands in the case and its report."""
    counted = Counter(finding.kind for finding in findings)
    found = "; ".join(f"{title.lower()}: {counted[kind]}" for kind, title in TITLES.items() if counted[kind])
    return Task(
        name="differences",
        role=USER_ADMINISTRATION,
        title=f"Avvik mellom {network.called} og bestillingene",
        text=f"Avstemmingen har funnet {found}. Roger har ikke endret noe. Hvilke kontoer det er, står i saken og i rapporten "
        "hos Roger: bestill det som mangler, fjern det som ikke skal være der, eller før kontoen opp som unntak med sluttdato.",
    )
