"""`directory-reconciliations`: whatever stands in a network's directory was ordered, and whatever was ordered stands there."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from common.batch import BatchRule
from common.norway.calendar import oslo_date
from common.process import CaseInput, Firing, Outcome, OutcomeCode, Retention, Run, Subject
from common.settings import load
from useradmin_svc.accounts.making import ORDERED
from useradmin_svc.directory.desk import Elevnett, TkNett, directory
from useradmin_svc.directory.entry import Network
from useradmin_svc.processes.account_deletions import DELETED
from useradmin_svc.reconciliation.comparing import Known, OrderedAccount, compare
from useradmin_svc.reconciliation.exceptions import excepted
from useradmin_svc.reconciliation.report import report
from useradmin_svc.reconciliation.settings import ReconciliationSettings
from useradmin_svc.reconciliation.tasks import tell_user_administration
from useradmin_svc.removals.deletion import RemovedAccount
from useradmin_svc.service import useradmin

_SETTINGS = load(ReconciliationSettings)


class Reconciliation(CaseInput):
    """A network whose directory is to be compared with all orders."""

    network: Network

    @property
    def subject(self) -> Subject:
        return Subject("directory", self.network)


@useradmin.process(
    "directory-reconciliations",
    called="Avstemming av katalogene",
    targets=[TkNett, Elevnett],
    manual_minutes=60.0,
    due=timedelta(days=1),
    retention=Retention.ORDERS,
    batch=BatchRule(report=report),
)
def reconcile(asked: Reconciliation, run: Run) -> Outcome:
    """Compare all accounts of a network with all orders, and tell user administration what differs; nothing is changed."""
    before = _known(run, asked.network)
    listed = directory(run, asked.network).everybody()
    exceptions = excepted(run, asked.network)
    findings = list(compare(listed, before, _known(run, asked.network), exceptions, run.today()))
    detail = {
        "network": asked.network,
        "accounts": len(listed),
        "orders": len(before.ordered),
        "findings": [finding.model_dump(exclude_none=True) for finding in findings],
    }
    if not findings:
        return Outcome(OutcomeCode.NOOP, detail)
    return Outcome(OutcomeCode.REPORTED, detail).telling(tell_user_administration(asked.network, findings))


def _known(run: Run, network: Network) -> Known:
    ordered = [OrderedAccount.model_validate(fact.value) for fact in run.all_remembered(ORDERED)]
    deleted = [RemovedAccount.model_validate(fact.value) for fact in run.all_remembered(DELETED)]
    return Known(
        # The oldest come first, so that the last order of an account is what stays.
        ordered={one.user_name.casefold(): one for one in ordered if one.network is network},
        deleted=frozenset(one.user_name.casefold() for one in deleted if one.network is network),
    )


@useradmin.schedule("weekly-reconciliation", process="directory-reconciliations", cron="0 5 * * mo")
def both_networks(firing: Firing) -> Iterable[Reconciliation]:
    """Compare both networks with what was ordered, unless the deployment has switched that off."""
    if not _SETTINGS.weekly:
        return []
    day = oslo_date(firing.due_at)
    return [Reconciliation(reference=f"{firing.schedule}:{day}:{network}", network=network) for network in Network]
