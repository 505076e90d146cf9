"""How the dashboards ask Prometheus: what is selected, and how several processes that say the same are made one.

Prometheus gives every series the labels `service`, `part` (api, errands, worker) and `instance`. Figures that the errands
process reads from PostgreSQL are the same in each of its replicas, so the largest counts, not the sum.
"""

from __future__ import annotations

SERVICE = 'service=~"$service"'
PROCESS = f'{SERVICE},process=~"$process"'
TARGET = f'{SERVICE},target=~"$target"'
PART = f'{SERVICE},part=~"$part"'
NOBODY_WORKS = (
    f"(max by (service, process) (roger_oldest_waiting_seconds{{{SERVICE}}}) > 600)"
    f" and on (service, process) (max by (service, process) (roger_process_open{{{SERVICE}}}) == 1)"
    f" unless on (service, process) (sum by (service, process) (increase(roger_cases_claimed_total{{{SERVICE}}}[10m])) > 0)"
)


def agreed(metric: str, selected: str, *by: str) -> str:
    """A figure from PostgreSQL, as each service has it, by these labels."""
    return f"max by ({', '.join(('service', *by))}) ({metric}{{{selected}}})"


def total(metric: str, selected: str, *by: str) -> str:
    """A figure from PostgreSQL, over everything selected; `by` are the labels that tell its parts."""
    return f"sum({agreed(metric, selected, *by)})"


def each(metric: str, selected: str, *by: str, group: str) -> str:
    """The same, for each value of one label."""
    return f"sum by ({group}) ({agreed(metric, selected, *by)})"


def hourly(counter: str, selected: str, *by: str) -> str:
    """How often something happens in an hour."""
    return f"3600 * {rate(counter, selected, *by)}"


def rate(counter: str, selected: str, *by: str) -> str:
    """How often something happens in a second."""
    summed = f"sum by ({', '.join(by)})" if by else "sum"
    return f"{summed} (rate({counter}{{{selected}}}[$__rate_interval]))"


def quantile(share: float, histogram: str, selected: str, *by: str) -> str:
    """What so large a share stays below."""
    return f"histogram_quantile({share:g}, {rate(f'{histogram}_bucket', selected, 'le', *by)})"


def mean(histogram: str, selected: str, *by: str) -> str:
    """What it takes on average."""
    return f"{rate(f'{histogram}_sum', selected, *by)} / {rate(f'{histogram}_count', selected, *by)}"


def those_that_happen(counted: str, label: str) -> str:
    """Leave out what never happens, of a label with many values; in a healthy Roger that may be all."""
    return f'({counted} > 0) or label_replace(vector(0), "{label}", "none", "", "")'


def or_zero(expression: str) -> str:
    """Nothing found is a zero: where a healthy Roger has no such series."""
    return f"({expression}) or vector(0)"
