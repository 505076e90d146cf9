"""Service: how the processes of a service do, from being handed in to being ended."""

from __future__ import annotations

from dashboards.board import SERVICES, Board, Row, choice
from dashboards.panel import BLUE, ORANGE, RED, Query, lines, number, states
from dashboards.query import (
    PROCESS,
    SERVICE,
    agreed,
    each,
    hourly,
    mean,
    or_zero,
    quantile,
    rate,
    those_that_happen,
    total,
)

_SUCCESSFUL = 'status=~"[23].."'

_NOW = Row(
    "Now",
    [
        *(
            number(
                title,
                total("roger_cases", f'{PROCESS},state="{state}"', "process"),
                tells=tells,
                width=3,
                colour=BLUE,
            )
            for title, state, tells in (
                ("Awaiting release", "awaiting_release", "Cases that a second person must let go."),
                ("Waiting", "queued", "Cases in the queue, also those that rest or wait for their time."),
                ("Running", "running", "Cases that a robot works on."),
                ("With people", "manual", "Cases that wait for a case worker."),
            )
        ),
        number(
            "Overdue",
            total("roger_cases_overdue", PROCESS, "process"),
            tells="Cases not ended after the time their process promises.",
            steps=((1, ORANGE), (50, RED)),
            width=3,
        ),
        number(
            "Oldest waits",
            f"max({agreed('roger_oldest_waiting_seconds', PROCESS, 'process')})",
            tells="How long the case at the head of the line could have been begun.",
            unit="s",
            steps=((600, ORANGE), (3600, RED)),
            width=3,
        ),
        number(
            "Oldest with people",
            f"max({agreed('roger_oldest_manual_seconds', PROCESS, 'process')})",
            tells="How long the oldest case has waited for a case worker.",
            unit="s",
            steps=((2 * 86400, ORANGE), (5 * 86400, RED)),
            width=3,
        ),
        number(
            "Paused",
            total("roger_process_paused", PROCESS, "process"),
            tells="Processes that a person has stopped, or Roger itself because a screen has changed. Alert ProcessPaused.",
            steps=((1, ORANGE),),
            width=3,
        ),
    ],
)

_LINE = Row(
    "The line",
    [
        lines(
            "Cases by state",
            Query(each("roger_cases", PROCESS, "process", "state", group="state"), "{{state}}"),
            tells="What has not ended, and what waits for people.",
            stacked=True,
        ),
        lines(
            "How long the oldest has waited",
            Query(agreed("roger_oldest_waiting_seconds", PROCESS, "process"), "{{process}}"),
            tells="Since when the case at the head of the line could have been begun.",
            unit="s",
        ),
        lines(
            "From the line to a robot",
            *(Query(quantile(share, "roger_pickup_seconds", PROCESS), f"{share:.0%}") for share in (0.5, 0.95, 0.99)),
            tells="From when a case could be begun to when a shift took it; so large a share waits no longer.",
            unit="s",
        ),
        states(
            "May work",
            Query(agreed("roger_process_open", PROCESS, "process"), "{{process}}"),
            tells="Shut: paused, or a target is closed, worked on, failing or without accounts. /v1/processes says why in words.",
            words=("shut", "open"),
            good=1,
        ),
    ],
)

_RUNS = Row(
    "Runs",
    [
        lines(
            "How long a run takes",
            *(Query(quantile(share, "roger_run_seconds", PROCESS), f"{share:.0%}") for share in (0.5, 0.95, 0.99)),
            Query(mean("roger_run_seconds", PROCESS), "mean"),
            tells="From the claim to the end, in the robot's hands; so large a share takes no longer.",
            unit="s",
        ),
        lines(
            "Mean run by process",
            Query(mean("roger_run_seconds", PROCESS, "process"), "{{process}}"),
            tells="What one run of each process takes on average.",
            unit="s",
        ),
        lines(
            "Ended, per hour",
            Query(
                those_that_happen(hourly("roger_runs_ended_total", PROCESS, "state", "code"), "code"),
                "{{state}} {{code}}",
            ),
            tells="Where runs left their cases: done with an outcome, to a person with a reason, or back in the line.",
            stacked=True,
        ),
        lines(
            "Handed in, per hour",
            Query(hourly("roger_cases_submitted_total", PROCESS, "result"), "{{result}}"),
            tells="What callers handed in: taken in, known already, or refused and why.",
            stacked=True,
        ),
        lines(
            "Batches",
            Query(each("roger_batches", SERVICE, "state", group="state"), "{{state}}"),
            tells="Batches that have not ended: rows arrive, its rule is asked, it waits for release, its cases are worked on.",
            stacked=True,
        ),
        lines(
            "How long a batch has been left",
            Query(agreed("roger_batch_untouched_seconds", SERVICE, "state"), "{{state}}"),
            tells="The longest that nobody has moved a batch on. Alert BatchStuck.",
            unit="s",
        ),
    ],
)

_API = Row(
    "The API",
    [
        lines(
            "How long it takes to answer",
            *(
                Query(quantile(share, "roger_http_request_seconds", SERVICE), f"{share:.0%}")
                for share in (0.5, 0.95, 0.99)
            ),
            tells="All requests together; those that wait for a case to end (?wait=30) count as long as they wait.",
            unit="s",
        ),
        lines(
            "Slowest routes, 95 %",
            Query(
                f"topk(8, {quantile(0.95, 'roger_http_request_seconds', f'{SERVICE},{_SUCCESSFUL}', 'method', 'route')})",
                "{{method}} {{route}}",
            ),
            tells="Of each route, what 19 of 20 successful requests take no longer than.",
            unit="s",
        ),
        lines(
            "Requests",
            Query(rate("roger_http_request_seconds_count", SERVICE, "status"), "{{status}}"),
            tells="Requests a second, by how they were answered.",
            unit="reqps",
            stacked=True,
        ),
        lines(
            "Faults",
            Query(
                or_zero(rate("roger_http_request_seconds_count", f'{SERVICE},status=~"5.."'))
                + f" / {rate('roger_http_request_seconds_count', SERVICE)}",
                "5xx",
            ),
            tells="The share of requests that Roger itself failed to answer. Alert ApiFailing.",
            unit="percentunit",
        ),
    ],
)

SERVICE_BOARD = Board(
    name="service",
    title="Service",
    tells="How the processes of a service do, from being handed in to being ended.",
    variables=[SERVICES, choice("process", "Process", "roger_process_open", within=SERVICE)],
    rows=[_NOW, _LINE, _RUNS, _API],
)
