"""Robots: the shifts, their browsers, and what becomes of both."""

from __future__ import annotations

from dashboards.board import SERVICES, Board, Row
from dashboards.panel import BLUE, ORANGE, RED, Query, lines, number
from dashboards.query import SERVICE, hourly, or_zero, rate

_WORKER = f'{SERVICE},part="worker"'
_RUNNING = f'sum(roger_shifts{{{SERVICE},doing="running"}})'
_ALL = f"sum(roger_shifts{{{SERVICE}}})"

_NOW = Row(
    "Now",
    [
        number(
            "Workers",
            or_zero(f"count(up{{{_WORKER}}} == 1)"),
            tells="Worker processes that Prometheus reaches; none is well when there is no work.",
            colour=BLUE,
        ),
        number("Shifts at work", or_zero(_RUNNING), tells="Shifts that perform a case just now.", colour=BLUE),
        number(
            "Shifts idle",
            or_zero(f'sum(roger_shifts{{{SERVICE},doing="idle"}})'),
            tells="Shifts that wait for work.",
            colour=BLUE,
        ),
        number(
            "Browsers",
            or_zero(f"sum(roger_browsers{{{SERVICE}}})"),
            tells="Browsers that run, warm or at work.",
            colour=BLUE,
        ),
        number(
            "Largest browser",
            or_zero(f"max(roger_browser_memory_bytes{{{SERVICE}}})"),
            tells="Memory of the largest browser with its driver; recycled at ROGER_BROWSER_MEMORY_LIMIT_MB.",
            unit="bytes",
            steps=((700 * 2**20, ORANGE), (1200 * 2**20, RED)),
        ),
        number(
            "Leases lost in the last hour",
            or_zero(f"sum(increase(roger_leases_lost_total{{{SERVICE}}}[1h]))"),
            tells="Runs that lost their lease: a frozen machine, a database that stood still, a killed worker. Alert LeasesLost.",
            steps=((1, ORANGE), (10, RED)),
            decimals=0,
        ),
    ],
)

_SHIFTS = Row(
    "Shifts",
    [
        lines(
            "What shifts do",
            Query(f"sum by (doing) (roger_shifts{{{SERVICE}}})", "{{doing}}"),
            tells="At work or idle, over all workers. All at work for long, and a growing line: more workers are needed.",
            stacked=True,
        ),
        lines(
            "Busy",
            Query(f"avg_over_time(({_RUNNING} / ({_ALL} > 0))[5m:])", "share"),
            tells="The share of shifts that are at work, over five minutes.",
            unit="percentunit",
        ),
        lines(
            "Cases begun, per hour and worker",
            Query(hourly("roger_cases_claimed_total", SERVICE, "instance"), "{{instance}}"),
            tells="How much each worker takes.",
        ),
        lines(
            "Leases, per hour",
            Query(f"3600 * ({rate('roger_leases_lost_total', SERVICE)})", "lost by a run"),
            Query(f"3600 * ({rate('roger_leases_expired_total', SERVICE)})", "taken back by the sweep"),
            tells="Lost: the run found out itself, and changed nothing more. Taken back: the robot disappeared, and its case went to another.",
        ),
    ],
)

_BROWSERS = Row(
    "Browsers",
    [
        lines(
            "Memory",
            Query(f"roger_browser_memory_bytes{{{SERVICE}}}", "{{instance}} {{shift}}"),
            tells="Each shift's browser with its driver (proportional share), after its last case; 0 where there is none, or a remote one.",
            unit="bytes",
        ),
        lines(
            "Cases served",
            Query(f"roger_browser_cases{{{SERVICE}}}", "{{instance}} {{shift}}"),
            tells="How many cases each shift's browser has served since it was started. High and long is good: a cold start costs a second.",
        ),
        lines(
            "Started and ended, per hour",
            Query(f"3600 * ({rate('roger_browser_starts_total', SERVICE)})", "started"),
            Query(hourly("roger_browser_recycles_total", SERVICE, "reason"), "ended: {{reason}}"),
            tells="Ended for memory or age is housekeeping; for failure: something went wrong in a run, or the browser died.",
        ),
        lines(
            "Cases for each browser start",
            Query(
                f"sum(increase(roger_cases_claimed_total{{{SERVICE}}}[1h]))"
                f" / clamp_min(sum(increase(roger_browser_starts_total{{{SERVICE}}}[1h])), 1)",
                "cases",
            ),
            tells="Over the hour before. Few: browsers fail, or accounts change too often.",
        ),
    ],
)

_MACHINES = Row(
    "Worker processes",
    [
        lines(
            "Processor",
            Query(
                f"sum by (instance) (rate(process_cpu_seconds_total{{{_WORKER}}}[$__rate_interval]))", "{{instance}}"
            ),
            tells="Processor cores that the worker itself uses, without its browsers.",
        ),
        lines(
            "Memory",
            Query(f"process_resident_memory_bytes{{{_WORKER}}}", "{{instance}}"),
            tells="Memory of the worker itself, without its browsers.",
            unit="bytes",
        ),
    ],
)

ROBOTS = Board(
    name="robots",
    title="Robots",
    tells="The shifts, their browsers, and what becomes of both.",
    variables=[SERVICES],
    rows=[_NOW, _SHIFTS, _BROWSERS, _MACHINES],
)
