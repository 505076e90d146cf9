"""Every metric Roger exports, in one list. Labels are bounded: names from declarations, never ids or references.

What each one tells stands in docs/metrics.md. Each process of a service exports what is its own: the figures of another
would stand at a false zero there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import ClassVar, Literal, Protocol, TypeVar
from weakref import WeakSet

from prometheus_client import REGISTRY, Counter, Gauge, Histogram
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

Part = Literal["api", "errands", "worker"]
Kind = Literal["counter", "gauge", "histogram"]
Known = Mapping[str, Sequence[str]]

API: tuple[Part, ...] = ("api",)
ERRANDS: tuple[Part, ...] = ("errands",)
WORKER: tuple[Part, ...] = ("worker",)
EVERYWHERE: tuple[Part, ...] = ("api", "errands", "worker")


@dataclass(frozen=True, kw_only=True)
class Exported:
    """One metric, as the page describes it."""

    name: str
    """As Prometheus stores it: counters end in `_total`."""
    kind: Kind
    labels: Sequence[str]
    by: Sequence[Part]
    """The processes of a service that export it."""
    source: Collector
    known: Known
    """Values of labels that are no names."""
    touch: Callable[..., object] | None
    """Makes one series, at zero; None for what is read when Prometheus asks."""


EXPORTED: list[Exported] = []

M = TypeVar("M", Counter, Gauge, Histogram)


def _note(made: M, name: str, kind: Kind, *, labels: Sequence[str], by: Sequence[Part], known: Known) -> M:
    touch = made.labels if labels else None
    EXPORTED.append(Exported(name=name, kind=kind, labels=labels, by=by, source=made, known=known, touch=touch))
    return made


def _counter(name: str, text: str, *labels: str, by: Sequence[Part], **known: Sequence[str]) -> Counter:
    return _note(Counter(name, text, labels), f"{name}_total", "counter", labels=labels, by=by, known=known)


def _gauge(name: str, text: str, *labels: str, by: Sequence[Part], **known: Sequence[str]) -> Gauge:
    return _note(Gauge(name, text, labels), name, "gauge", labels=labels, by=by, known=known)


def _histogram(
    name: str, text: str, *labels: str, by: Sequence[Part], buckets: Sequence[float], **known: Sequence[str]
) -> Histogram:
    return _note(Histogram(name, text, labels, buckets=buckets), name, "histogram", labels=labels, by=by, known=known)


def export(part: Part, **names: Sequence[str]) -> None:
    """Let this process show what is its own, and series of the declared names (label → values) begin at zero.

    Without a zero before it, Prometheus takes the first time that something happens for no increase at all.
    """
    for source in {metric.source for metric in EXPORTED if part not in metric.by}:
        REGISTRY.unregister(source)
    for metric in EXPORTED:
        values = [metric.known.get(label) or names.get(label, ()) for label in metric.labels]
        if part in metric.by and metric.touch is not None:
            for combined in product(*values):
                metric.touch(*combined)


def values_of(gauge: Gauge) -> Sequence[str]:
    """What the one label of a gauge may say."""
    (labels,) = (metric.known for metric in EXPORTED if metric.source is gauge)
    (values,) = labels.values()
    return values


class FromPostgresql(Collector):
    """Counters whose values are read from PostgreSQL, where they survive every process that shows them."""

    DOCUMENTED: ClassVar = {
        "roger_cases_automatic": "Cases that ended well; test cases do not count",
        "roger_cases_to_people": "Times a case went to a person; test cases do not count",
        "roger_saved_minutes": "Minutes of staff saved",
    }

    def __init__(self) -> None:
        self._values: dict[str, dict[str, float]] = {}

    def set(self, name: str, process: str, value: float) -> None:
        """What PostgreSQL says now."""
        self._values.setdefault(name, {})[process] = value

    def collect(self) -> Iterable[Metric]:
        """As Prometheus asks for it; nothing before the first reading, so that no counter begins at a false zero."""
        for name, values in self._values.items():
            family = CounterMetricFamily(name, self.DOCUMENTED[name], labels=["process"])
            for process, value in values.items():
                family.add_metric([process], value)
            yield family


class Counted(Protocol):
    """A pool of connections that counts what it does."""

    def get_stats(self) -> Mapping[str, int]:
        """Its counts, by the names that psycopg gives them."""
        ...


class Connections(Collector):
    """This process's pooled connections to PostgreSQL, counted when Prometheus asks."""

    GAUGES: ClassVar = {
        "roger_pool_connections": ("pool_size", "Pooled connections to PostgreSQL"),
        "roger_pool_idle": ("pool_available", "Pooled connections that nobody uses just now"),
        "roger_pool_waiting": ("requests_waiting", "Who waits for a pooled connection just now"),
    }
    COUNTERS: ClassVar = {
        "roger_pool_wait_seconds": ("requests_wait_ms", 1e-3, "Time spent waiting for pooled connections"),
        "roger_pool_errors": ("requests_errors", 1.0, "Times no pooled connection came free in time"),
    }

    def __init__(self) -> None:
        self._pools: WeakSet[Counted] = WeakSet()

    def watch(self, pool: Counted) -> None:
        """Count a pool's connections for as long as it lives."""
        self._pools.add(pool)

    def collect(self) -> Iterable[Metric]:
        """All pools of this process together."""
        counts = [pool.get_stats() for pool in list(self._pools)]
        for name, (key, text) in self.GAUGES.items():
            yield GaugeMetricFamily(name, text, value=sum(count.get(key, 0) for count in counts))
        for name, (key, scale, text) in self.COUNTERS.items():
            yield CounterMetricFamily(name, text, value=scale * sum(count.get(key, 0) for count in counts))


def _read(source: Collector, names: Mapping[str, Kind], labels: Sequence[str], by: Sequence[Part]) -> None:
    REGISTRY.register(source)
    for name, kind in names.items():
        stored = f"{name}_total" if kind == "counter" else name
        EXPORTED.append(Exported(name=stored, kind=kind, labels=labels, by=by, source=source, known={}, touch=None))


FROM_POSTGRESQL = FromPostgresql()
_read(FROM_POSTGRESQL, dict.fromkeys(FromPostgresql.DOCUMENTED, "counter"), ("process",), ERRANDS)
CONNECTIONS = Connections()
_read(
    CONNECTIONS,
    {**dict.fromkeys(Connections.GAUGES, "gauge"), **dict.fromkeys(Connections.COUNTERS, "counter")},
    (),
    EVERYWHERE,
)

# --- cases and runs ---------------------------------------------------------------------------------------------------

SUBMITTED = _counter(
    "roger_cases_submitted",
    "Submitted cases, by what became of them",
    "process",
    "result",
    by=("api", "errands"),
    result=("accepted", "existing"),
)
CLAIMED = _counter("roger_cases_claimed", "Runs begun", "process", by=WORKER)
ENDED = _counter(
    "roger_runs_ended",
    "Runs ended: state is where the case went (done, manual, queued); code is the outcome or the reason",
    "process",
    "state",
    "code",
    by=WORKER,
)
RUN_SECONDS = _histogram(
    "roger_run_seconds",
    "How long a run took",
    "process",
    by=WORKER,
    buckets=(0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 1, 1.5, 2, 3, 5, 8, 13, 30, 60, 120),
)
PICKUP_SECONDS = _histogram(
    "roger_pickup_seconds",
    "From the time a case could be claimed to its claim",
    "process",
    by=WORKER,
    buckets=(0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 5, 30, 120, 600, 3600, 14400, 86400),
)
LEASES_LOST = _counter("roger_leases_lost", "Runs that lost their lease", "process", by=WORKER)
LEASES_EXPIRED = _counter(
    "roger_leases_expired", "Cases the sweep took back from a run that disappeared", by=("errands", "worker")
)

# --- the line, as PostgreSQL has it -----------------------------------------------------------------------------------

WAITING = _gauge(
    "roger_cases", "Cases that have not ended, and those that wait for a person", "process", "state", by=ERRANDS
)
OLDEST_WAITING = _gauge(
    "roger_oldest_waiting_seconds", "Age of the case that has waited longest", "process", by=ERRANDS
)
OVERDUE = _gauge("roger_cases_overdue", "Cases not ended after their due time", "process", by=ERRANDS)
OLDEST_MANUAL = _gauge(
    "roger_oldest_manual_seconds", "Age of the case that has waited longest for a person", "process", by=ERRANDS
)
PROCESS_OPEN = _gauge("roger_process_open", "1 while a process's cases may be claimed", "process", by=ERRANDS)
PROCESS_PAUSED = _gauge(
    "roger_process_paused", "1 while a person, or Roger itself, has stopped a process", "process", by=ERRANDS
)
BATCHES = _gauge(
    "roger_batches",
    "Batches that have not ended",
    "state",
    by=ERRANDS,
    state=("receiving", "received", "awaiting_release", "open", "refused"),
)
OLDEST_BATCH = _gauge(
    "roger_batch_untouched_seconds",
    "Longest time that a batch in this state has not been moved on by anybody",
    "state",
    by=ERRANDS,
    state=("receiving", "received", "awaiting_release", "opening", "withdrawing"),
)
SAVED_SO_FAR = _gauge(
    "roger_saved_minutes_so_far",
    "Minutes of staff saved since the beginning of this month and year, in Oslo",
    "process",
    "span",
    by=ERRANDS,
    span=("month", "year"),
)
RETENTION_OVERDUE = _gauge(
    "roger_retention_overdue_cases",
    "Ended cases whose content is still there after its time; counted up to 10,000 a process",
    "process",
    by=ERRANDS,
)
PURGED = _counter("roger_purged_cases", "Cases whose content was deleted when its time was over", "process", by=ERRANDS)
OLDEST_TRANSACTION = _gauge(
    "roger_oldest_transaction_seconds", "Age of the database's oldest open transaction", by=ERRANDS
)
REDIS_UP = _gauge("roger_redis_up", "1 while Redis answers", by=ERRANDS)
MEASURED_AT = _gauge(
    "roger_measured_timestamp_seconds", "When the figures above were last read from PostgreSQL", by=ERRANDS
)

# --- targets ----------------------------------------------------------------------------------------------------------

CIRCUIT_OPEN = _gauge("roger_circuit_open", "1 while cases of a target wait because it fails", "target", by=ERRANDS)
TARGET_SHUT = _gauge(
    "roger_target_shut",
    "1 while this keeps a target's cases waiting",
    "target",
    "why",
    by=ERRANDS,
    why=("paused", "closed", "maintenance", "no_account"),
)
ACCOUNTS = _gauge(
    "roger_accounts",
    "Accounts at a target: free, leased to a shift, or out after a refused password",
    "target",
    "state",
    by=ERRANDS,
    state=("free", "leased", "out"),
)
ACCOUNTS_OUT = _counter("roger_accounts_out", "Accounts taken out after a refused password", "target", by=WORKER)
SIGN_INS = _counter(
    "roger_sign_ins", "Sign-ins at a target", "target", "result", by=WORKER, result=("done", "refused", "failed")
)
TARGET_FAILURES = _counter(
    "roger_target_failures",
    "Failures of runs at a target, also of those that then came right",
    "target",
    "code",
    by=WORKER,
)
SCREEN_SECONDS = _histogram(
    "roger_screen_seconds",
    "How long it took to open a screen, to fill it, to press something until the next screen came, or to read it",
    "target",
    "screen",
    "action",
    by=WORKER,
    action=("open", "fill", "press", "read", "refresh"),
    buckets=(0.02, 0.05, 0.1, 0.2, 0.35, 0.5, 0.75, 1, 1.5, 2, 3, 5, 10, 20),
)

# --- robots -----------------------------------------------------------------------------------------------------------

SHIFTS = _gauge("roger_shifts", "Shifts of this worker, by what they do", "doing", by=WORKER, doing=("idle", "running"))
BROWSERS = _gauge("roger_browsers", "Browsers that run", by=WORKER)
BROWSER_STARTS = _counter("roger_browser_starts", "Browsers started", by=WORKER)
BROWSER_RECYCLES = _counter(
    "roger_browser_recycles",
    "Browsers ended",
    "reason",
    by=WORKER,
    reason=("memory", "age", "failure", "end"),
)
BROWSER_MEMORY = _gauge(
    "roger_browser_memory_bytes", "Memory of a shift's browser (proportional share)", "shift", by=WORKER
)
BROWSER_CASES = _gauge("roger_browser_cases", "Cases that a shift's browser has served", "shift", by=WORKER)

# --- errands, and what goes out ---------------------------------------------------------------------------------------

ERRANDS_RUN = _counter(
    "roger_errands",
    "Errands run, by how they went",
    "errand",
    "result",
    by=ERRANDS,
    result=("done", "put_off", "failed"),
)
FIRINGS = _counter("roger_firings", "Due times of schedules, by what became of them", "schedule", "result", by=ERRANDS)
NOTICES = _counter(
    "roger_notices",
    "Messages to people, by what became of an attempt",
    "process",
    "result",
    by=ERRANDS,
    result=("sent", "put_off", "given_up"),
)
TEXT_MESSAGES = _counter(
    "roger_text_messages",
    "Messages to people's phones about secrets made for them, by what became of an attempt",
    "result",
    by=ERRANDS,
    result=("sent", "put_off"),
)
FILES_KEPT = _gauge("roger_files_kept", "Files handed over that are kept", by=ERRANDS)
FILE_BYTES = _gauge("roger_files_kept_bytes", "Bytes of files handed over that are kept", by=ERRANDS)
DELIVERIES = _counter(
    "roger_webhook_deliveries",
    "Attempts to deliver events, by what became of them",
    "result",
    by=ERRANDS,
    result=("delivered", "put_off", "given_up", "gone"),
)
WEBHOOKS = _gauge("roger_webhooks", "Webhooks", "state", by=ERRANDS, state=("active", "failing", "paused"))
WAITING_DELIVERIES = _gauge(
    "roger_webhook_deliveries_waiting", "Deliveries that wait, of webhooks that are not paused", by=ERRANDS
)
OLDEST_DELIVERY = _gauge(
    "roger_webhook_oldest_waiting_seconds", "Age of the delivery that has waited longest", by=ERRANDS
)

# --- the API ----------------------------------------------------------------------------------------------------------

REQUEST_SECONDS = _histogram(
    "roger_http_request_seconds",
    "How long the API took to answer",
    "method",
    "route",
    "status",
    by=API,
    buckets=(0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 5, 30),
)
REFUSALS = _counter(
    "roger_http_refusals",
    "Requests that were refused, by reason",
    "code",
    by=API,
    code=("TOO_MANY_REQUESTS", "TOO_MANY_STRANGERS", "TOO_MANY_AT_ONCE", "BUSY", "REQUEST_TOO_LARGE", "TOO_SLOW"),
)
FILES_TAKEN = _counter("roger_files_taken", "Files handed over", "result", by=API, result=("new", "existing"))
CONNECTIONS_ENDED = _counter(
    "roger_http_connections_ended",
    "Connections ended because they kept a process waiting",
    "reason",
    by=EVERYWHERE,
    reason=("head_slow", "body_unwanted", "answer_unread", "crowded", "malformed"),
)
