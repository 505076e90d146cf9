"""Every metric Roger exports, in one list. Labels are bounded: names from declarations, never ids or references."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from prometheus_client import REGISTRY, Counter, Gauge, Histogram
from prometheus_client.core import CounterMetricFamily
from prometheus_client.registry import Collector


class FromPostgresql(Collector):
    """Counters whose values are read from PostgreSQL, where they survive every process that shows them."""

    _DOCUMENTED: ClassVar = {
        "roger_cases_automatic": "Cases that ended well; test cases do not count",
        "roger_cases_to_people": "Times a case went to a person; test cases do not count",
        "roger_saved_minutes": "Minutes of staff saved",
    }

    def __init__(self) -> None:
        self._values: dict[str, dict[str, float]] = {}

    def set(self, name: str, process: str, value: float) -> None:
        """What PostgreSQL says now."""
        self._values.setdefault(name, {})[process] = value

    def collect(self) -> Iterable[CounterMetricFamily]:
        """As Prometheus asks for it; nothing before the first reading, so that no counter begins at a false zero."""
        for name, values in self._values.items():
            family = CounterMetricFamily(name, self._DOCUMENTED[name], labels=["process"])
            for process, value in values.items():
                family.add_metric([process], value)
            yield family


FROM_POSTGRESQL = FromPostgresql()
REGISTRY.register(FROM_POSTGRESQL)

SUBMITTED = Counter("roger_cases_submitted", "Submitted cases, by what became of them", ["process", "result"])
CLAIMED = Counter("roger_cases_claimed", "Runs begun", ["process"])
ENDED = Counter(
    "roger_runs_ended",
    "Runs ended: state is where the case went (done, manual, queued); code is the outcome or the reason",
    ["process", "state", "code"],
)
RUN_SECONDS = Histogram(
    "roger_run_seconds",
    "How long a run took",
    ["process"],
    buckets=(0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 1, 1.5, 2, 3, 5, 8, 13, 30, 60, 120),
)
PICKUP_SECONDS = Histogram(
    "roger_pickup_seconds",
    "From the time a case could be claimed to its claim",
    ["process"],
    buckets=(0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 5, 30, 120, 600, 3600, 14400, 86400),
)
LEASES_LOST = Counter("roger_leases_lost", "Runs that lost their lease", ["process"])
LEASES_EXPIRED = Counter("roger_leases_expired", "Cases the sweep took back from a run that disappeared")
WAITING = Gauge("roger_cases", "Cases that have not ended, and those that wait for a person", ["process", "state"])
OLDEST_WAITING = Gauge("roger_oldest_waiting_seconds", "Age of the case that has waited longest", ["process"])
OVERDUE = Gauge("roger_cases_overdue", "Cases not ended after their due time", ["process"])
OLDEST_TRANSACTION = Gauge("roger_oldest_transaction_seconds", "Age of the database's oldest open transaction")
MEASURED_AT = Gauge("roger_measured_timestamp_seconds", "When the figures above were last read from PostgreSQL")
ERRANDS = Counter("roger_errands", "Errands run, by how they went", ["errand", "result"])
FIRINGS = Counter("roger_firings", "Due times of schedules, by what became of them", ["schedule", "result"])
NOTICES = Counter("roger_notices", "Messages to people, by what became of an attempt", ["process", "result"])
DELIVERIES = Counter("roger_webhook_deliveries", "Attempts to deliver events, by what became of them", ["result"])
OLDEST_DELIVERY = Gauge("roger_webhook_oldest_waiting_seconds", "Age of the delivery that has waited longest")
PURGED = Counter("roger_purged_cases", "Cases whose content was deleted when its time was over", ["process"])
OLDEST_MANUAL = Gauge(
    "roger_oldest_manual_seconds", "Age of the case that has waited longest for a person", ["process"]
)
SHIFTS = Gauge("roger_shifts", "Shifts of this worker, by what they do", ["doing"])
SIGN_INS = Counter("roger_sign_ins", "Sign-ins at a target", ["target", "result"])
CIRCUIT_OPEN = Gauge("roger_circuit_open", "1 while cases of a target wait because it fails", ["target"])
ACCOUNTS_OUT = Counter("roger_accounts_out", "Accounts taken out after a refused password", ["target"])
BROWSER_STARTS = Counter("roger_browser_starts", "Browsers started")
BROWSER_RECYCLES = Counter("roger_browser_recycles", "Browsers ended to start afresh", ["reason"])
BROWSER_MEMORY = Gauge("roger_browser_memory_bytes", "Memory of a shift's browser (proportional share)", ["shift"])
REQUEST_SECONDS = Histogram(
    "roger_http_request_seconds",
    "How long the API took to answer",
    ["method", "route", "status"],
    buckets=(0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 5, 30),
)
