"""Overview: does Roger do his work, is anything late, and what is it worth."""

from __future__ import annotations

from dashboards.board import SERVICES, Board, Row, typed_in
from dashboards.panel import BLUE, ORANGE, RED, Column, Query, lines, number, rows
from dashboards.query import NOBODY_WORKS, SERVICE, agreed, each, hourly, or_zero, those_that_happen, total

_TODAY = "now/d"
_QUEUED = f'{SERVICE},state="queued"'
_MANUAL = f'{SERVICE},state="manual"'


def _gained(counter: str) -> str:
    """What a counter of PostgreSQL has gained in the panel's time, whichever pods have shown it.

    A delta, as saved minutes may also fall.
    """
    return f"sum(delta(({agreed(counter, SERVICE, 'process')})[$__range:]))"


def _saved(span: str) -> str:
    return f"{total('roger_saved_minutes_so_far', _in_span(span), 'process')} / 60"


def _in_span(span: str) -> str:
    return f'{SERVICE},span="{span}"'


_NOW = Row(
    "Now",
    [
        number(
            "Waiting",
            total("roger_cases", _QUEUED, "process"),
            tells="Cases in the queue, also those that rest after a failure or wait for their time.",
            more="service",
            width=3,
            colour=BLUE,
        ),
        number(
            "Running",
            total("roger_cases", f'{SERVICE},state="running"', "process"),
            tells="Cases that a robot works on.",
            width=3,
            colour=BLUE,
        ),
        number(
            "Overdue",
            total("roger_cases_overdue", SERVICE, "process"),
            tells="Cases not ended after the time their process promises. Alert CasesOverdue.",
            more="service",
            steps=((1, ORANGE), (50, RED)),
            width=3,
        ),
        number(
            "With people",
            total("roger_cases", _MANUAL, "process"),
            tells="Cases that wait for a case worker. Alerts ManualQueueGrowing and ManualCaseOld.",
            more="service",
            steps=((50, ORANGE), (200, RED)),
            width=3,
        ),
        number(
            "Oldest with people",
            f"max({agreed('roger_oldest_manual_seconds', SERVICE, 'process')})",
            tells="How long the oldest case has waited for a case worker.",
            unit="s",
            steps=((2 * 86400, ORANGE), (5 * 86400, RED)),
            width=3,
        ),
        number(
            "Nobody works",
            or_zero(f"count({NOBODY_WORKS})"),
            tells="Processes that may work, whose work has waited ten minutes, and nobody has taken any. Alert NobodyWorking.",
            more="robots",
            steps=((1, RED),),
            width=3,
        ),
        number(
            "Targets that fail",
            total("roger_circuit_open", SERVICE, "target"),
            tells="Targets whose circuit is open: their cases wait until the target answers again. Alert CircuitOpen.",
            more="target",
            steps=((1, RED),),
            width=3,
        ),
        number(
            "Alerts",
            or_zero(f'count(ALERTS{{alertstate="firing",{SERVICE}}})'),
            tells="Alerts that fire now; docs/alerts.md says of each what to do.",
            steps=((1, ORANGE), (3, RED)),
            width=3,
        ),
    ],
)

_WORTH = Row(
    "What it is worth",
    [
        number(
            "Done today",
            _gained("roger_cases_automatic_total"),
            tells="Cases that ended well since midnight; test cases do not count.",
            since=_TODAY,
            decimals=0,
            width=3,
        ),
        number(
            "To people today",
            _gained("roger_cases_to_people_total"),
            tells="Times a case went to a person since midnight.",
            since=_TODAY,
            decimals=0,
            width=3,
            colour=BLUE,
        ),
        number(
            "Without people today",
            f"{_gained('roger_cases_automatic_total')}"
            f" / ({_gained('roger_cases_automatic_total')} + {_gained('roger_cases_to_people_total')})",
            tells="The share of today's cases that needed no person.",
            unit="percentunit",
            since=_TODAY,
            decimals=1,
            width=3,
            colour=BLUE,
        ),
        number(
            "Hours saved today",
            f"{_gained('roger_saved_minutes_total')} / 60",
            tells="Hours of staff saved since midnight: cases that ended well times the minutes a clerk spends on one, less what picking up fallout cost.",
            since=_TODAY,
            decimals=1,
            width=3,
        ),
        number(
            "Hours saved this month",
            _saved("month"),
            tells="As /v1/benefits counts them, exactly, from the case log.",
            decimals=1,
            width=3,
        ),
        number(
            "Hours saved this year",
            _saved("year"),
            tells="As /v1/benefits counts them, exactly, from the case log.",
            decimals=0,
            width=3,
        ),
        number(
            "FTE this month",
            f"{_saved('month')} / $hours_per_fte",
            tells="Hours saved this month by the hours of one full-time equivalent a month, as typed in above.",
            decimals=1,
            width=3,
        ),
        number(
            "FTE this year",
            f"{_saved('year')} / (12 * $hours_per_fte)",
            tells="Hours saved this year by twelve times the hours of one full-time equivalent a month.",
            decimals=1,
            width=3,
        ),
    ],
)

_THROUGHPUT = Row(
    "Throughput",
    [
        lines(
            "Ended well, per hour",
            Query(
                those_that_happen(hourly("roger_runs_ended_total", f'{SERVICE},state="done"', "code"), "code"),
                "{{code}}",
            ),
            tells="Cases that robots ended well, by outcome.",
            stacked=True,
            width=8,
        ),
        lines(
            "To people, per hour",
            Query(
                those_that_happen(hourly("roger_runs_ended_total", f'{SERVICE},state="manual"', "code"), "code"),
                "{{code}}",
            ),
            tells="Cases that robots gave to people, by reason.",
            stacked=True,
            width=8,
        ),
        lines(
            "Handed in, per hour",
            Query(hourly("roger_cases_submitted_total", SERVICE, "result"), "{{result}}"),
            tells="What callers handed in: taken in, known already, or refused and why.",
            stacked=True,
            width=8,
        ),
    ],
)

_LINES = Row(
    "Lines",
    [
        lines(
            "Waiting",
            Query(each("roger_cases", _QUEUED, "process", group="process"), "{{process}}"),
            tells="Cases in the queue, per process.",
            stacked=True,
            width=8,
        ),
        lines(
            "Overdue",
            Query(each("roger_cases_overdue", SERVICE, "process", group="process"), "{{process}}"),
            tells="Cases not ended after the time their process promises.",
            width=8,
        ),
        lines(
            "With people",
            Query(each("roger_cases", _MANUAL, "process", group="process"), "{{process}}"),
            tells="Cases that wait for a case worker, per process.",
            stacked=True,
            width=8,
        ),
        rows(
            "Processes",
            Column(agreed("roger_cases", _QUEUED, "process"), "Waiting"),
            Column(agreed("roger_oldest_waiting_seconds", SERVICE, "process"), "Oldest waits", "s", ((3600, ORANGE),)),
            Column(agreed("roger_cases_overdue", SERVICE, "process"), "Overdue", steps=((1, ORANGE), (50, RED))),
            Column(agreed("roger_cases", _MANUAL, "process"), "With people", steps=((50, ORANGE), (200, RED))),
            Column(agreed("roger_oldest_manual_seconds", SERVICE, "process"), "Oldest with people", "s"),
            Column(agreed("roger_process_open", SERVICE, "process"), "May work", "bool_yes_no"),
            Column(
                f"{agreed('roger_saved_minutes_so_far', _in_span('month'), 'process')} / 60",
                "Hours this month",
            ),
            tells="Every process at a glance; those of a service that is closed, paused or without its target may not work.",
            by=("service", "process"),
        ),
    ],
)

OVERVIEW = Board(
    name="overview",
    title="Overview",
    tells="Does Roger do his work, is anything late, and what is it worth.",
    variables=[
        SERVICES,
        typed_in(
            "hours_per_fte", "Hours of one FTE a month", "141.03", tells="Reports differ: 141.03, 160, 104 to 119."
        ),
    ],
    rows=[_NOW, _WORTH, _THROUGHPUT, _LINES],
    since="now-24h",
)
