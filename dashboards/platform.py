"""Platform: what the robots stand on, and what goes out of the house."""

from __future__ import annotations

from dashboards.board import SERVICES, Board, Row, choice
from dashboards.panel import BLUE, ORANGE, RED, Column, Query, lines, number, rows
from dashboards.query import PART, SERVICE, agreed, each, hourly, or_zero, quantile, rate, those_that_happen, total

_MEASURED = f"time() - max by (service) (roger_measured_timestamp_seconds{{{SERVICE}}})"

_WELL = f'{SERVICE},result="done"'

_NOW = Row(
    "Now",
    [
        number(
            "Processes that answer",
            f"sum(up{{{PART}}})",
            tells="Processes of Roger that Prometheus reaches.",
            width=3,
            colour=BLUE,
        ),
        number(
            "Not reached",
            or_zero(f"count(up{{{PART}}} == 0)"),
            tells="Processes that Prometheus should reach and does not. Alert ProcessDown.",
            steps=((1, RED),),
            width=3,
        ),
        number(
            "Figures are old",
            f"max({_MEASURED})",
            tells="Since when the errands process last read the figures from PostgreSQL. Alert ErrandsNotRunning.",
            unit="s",
            steps=((30, ORANGE), (120, RED)),
            width=3,
        ),
        number(
            "Redis",
            f"min({agreed('roger_redis_up', SERVICE)})",
            tells="Without Redis nothing is lost: cases start up to a second later, errands run in their own time. Alert RedisAway.",
            words=("away", "answers"),
            colour=RED,
            steps=((1, "green"),),
            width=3,
        ),
        number(
            "Oldest transaction",
            f"max({agreed('roger_oldest_transaction_seconds', SERVICE)})",
            tells="A long one slows every claim and holds events and benefits back. Alert OldTransaction.",
            unit="s",
            steps=((30, ORANGE), (300, RED)),
            width=3,
        ),
        number(
            "Waiting for a connection",
            f"sum(roger_pool_waiting{{{PART}}})",
            tells="Requests that wait for a pooled connection to PostgreSQL.",
            steps=((5, ORANGE), (50, RED)),
            width=3,
        ),
        number(
            "Deliveries waiting",
            total("roger_webhook_deliveries_waiting", SERVICE),
            tells="Events that webhooks have not taken yet. Alert WebhookBacklog.",
            steps=((1000, ORANGE), (5000, RED)),
            width=3,
        ),
        number(
            "Retention overdue",
            total("roger_retention_overdue_cases", SERVICE, "process"),
            tells="Cases whose content should have been deleted. Alert RetentionOverdue.",
            steps=((1, ORANGE), (1000, RED)),
            width=3,
        ),
    ],
)

_POSTGRESQL = Row(
    "PostgreSQL",
    [
        lines(
            "Oldest transaction",
            Query(agreed("roger_oldest_transaction_seconds", SERVICE), "{{service}}"),
            tells="Age of the oldest open transaction of each service's database.",
            unit="s",
        ),
        lines(
            "Connections",
            Query(f"sum by (service, part) (roger_pool_connections{{{PART}}})", "{{service}} {{part}}"),
            Query(f"sum by (service, part) (roger_pool_idle{{{PART}}})", "{{service}} {{part}} idle"),
            tells="Pooled connections of Roger's processes, and those nobody uses.",
        ),
        lines(
            "Waiting for a connection",
            Query(f"sum by (service, part) (roger_pool_waiting{{{PART}}})", "{{service}} {{part}}"),
            tells="Requests that wait for a pooled connection. Lasting: raise ROGER_DATABASE_POOL_MAX, or see what is slow.",
        ),
        lines(
            "Time waited, and in vain",
            Query(rate("roger_pool_wait_seconds_total", PART, "service", "part"), "{{service}} {{part}}"),
            Query(rate("roger_pool_errors_total", PART, "service", "part"), "{{service}} {{part}} in vain"),
            tells="Seconds a second that all who asked have waited; and how often no connection came free in time.",
        ),
    ],
)

_ERRANDS = Row(
    "Errands",
    [
        lines(
            "Run, per minute",
            Query(
                f"60 * {rate('roger_errands_total', _WELL, 'errand')}",
                "{{errand}}",
            ),
            tells="How often each errand has run well.",
        ),
        lines(
            "Not done, per hour",
            Query(
                those_that_happen(
                    hourly("roger_errands_total", f'{SERVICE},result!="done"', "errand", "result"), "errand"
                ),
                "{{errand}} {{result}}",
            ),
            tells="Put off: PostgreSQL or the network was away, and it is done next time. Failed: a fault. Alert ErrandFailing.",
        ),
        lines(
            "Schedules, per hour",
            Query(or_zero(hourly("roger_firings_total", SERVICE, "schedule", "result")), "{{schedule}} {{result}}"),
            tells="Due times of schedules: due, done, put off, failed, or skipped on purpose. Alert ScheduleFailed.",
        ),
        lines(
            "Messages to people, per hour",
            Query(hourly("roger_notices_total", SERVICE, "result"), "{{result}}"),
            Query(or_zero(hourly("roger_text_messages_total", SERVICE, "result")), "text message {{result}}"),
            tells="Attempts to send what people must know, and links to secrets to their phones. Alert NoticesGivenUp.",
        ),
    ],
)

_OUT = Row(
    "What goes out, and what is deleted",
    [
        lines(
            "Webhooks",
            Query(each("roger_webhooks", SERVICE, "state", group="state"), "{{state}}"),
            tells="Active, failing (a delivery was given up), or paused.",
            stacked=True,
            width=8,
        ),
        lines(
            "Deliveries waiting",
            Query(agreed("roger_webhook_deliveries_waiting", SERVICE), "{{service}}"),
            tells="Events that webhooks have not taken yet.",
            width=8,
        ),
        lines(
            "Oldest delivery",
            Query(agreed("roger_webhook_oldest_waiting_seconds", SERVICE), "{{service}}"),
            tells="How long the oldest delivery has waited.",
            unit="s",
            width=8,
        ),
        lines(
            "Attempts to deliver, per hour",
            Query(hourly("roger_webhook_deliveries_total", SERVICE, "result"), "{{result}}"),
            tells="Delivered, put off to be tried again, given up after about a day, or gone (the receiver wants no more).",
            width=8,
        ),
        lines(
            "Retention overdue",
            Query(agreed("roger_retention_overdue_cases", SERVICE, "process"), "{{service}} {{process}}"),
            tells="Ended cases whose content is still there after its time. Anything that stays here breaks a rule of privacy.",
            width=8,
        ),
        lines(
            "Deleted, per hour",
            Query(hourly("roger_purged_cases_total", SERVICE, "process"), "{{process}}"),
            tells="Cases whose content was deleted when its time was over.",
            width=8,
        ),
    ],
)

_FILES = Row(
    "Files for cases",
    [
        lines(
            "Files kept",
            Query(agreed("roger_files_kept_bytes", SERVICE), "{{service}}"),
            tells="Bytes of files that callers handed over and no robot has given up yet; the database holds them.",
            unit="bytes",
            width=8,
        ),
        lines(
            "How many",
            Query(agreed("roger_files_kept", SERVICE), "{{service}}"),
            tells="Those files. What no open case names goes after some days, the rest after thirty at most.",
            width=8,
        ),
        lines(
            "Handed over, per hour",
            Query(or_zero(hourly("roger_files_taken_total", SERVICE, "result")), "{{result}}"),
            tells="Files that callers handed over: new, or there already.",
            width=8,
        ),
    ],
)

_PROCESSES = Row(
    "Processes",
    [
        lines(
            "The API's answers",
            Query(rate("roger_http_request_seconds_count", SERVICE, "service", "status"), "{{service}} {{status}}"),
            tells="Requests a second, by how they were answered.",
            unit="reqps",
            stacked=True,
        ),
        lines(
            "The API's slowest, 99 %",
            Query(quantile(0.99, "roger_http_request_seconds", SERVICE, "service"), "{{service}}"),
            tells="What 99 of 100 requests take no longer than; those that wait for a case to end count as long as they wait.",
            unit="s",
        ),
        lines(
            "Refused by the API",
            Query(rate("roger_http_refusals_total", SERVICE, "service", "code"), "{{service}} {{code}}"),
            tells="Requests a second that were refused, by reason; TOO_MANY_STRANGERS may be somebody who guesses keys.",
            unit="reqps",
        ),
        lines(
            "Connections ended",
            Query(
                rate("roger_http_connections_ended_total", PART, "service", "part", "reason"),
                "{{service}} {{part}} {{reason}}",
            ),
            tells="Connections a second that were ended because they kept a process waiting for nothing.",
        ),
        lines(
            "Processor",
            Query(
                rate("process_cpu_seconds_total", PART, "service", "part", "instance"),
                "{{service}} {{part}} {{instance}}",
            ),
            tells="Processor cores that each process uses, a worker without its browsers.",
        ),
        lines(
            "Memory",
            Query(f"process_resident_memory_bytes{{{PART}}}", "{{service}} {{part}} {{instance}}"),
            tells="Memory of each process, a worker without its browsers.",
            unit="bytes",
        ),
        rows(
            "All processes",
            Column(f"max by (service, part, instance) (up{{{PART}}})", "Reached", "bool_yes_no"),
            Column(
                f"time() - max by (service, part, instance) (process_start_time_seconds{{{PART}}})", "Up since", "s"
            ),
            Column(
                f"max by (service, part, instance) (process_open_fds{{{PART}}} / process_max_fds{{{PART}}})",
                "Open files",
                "percentunit",
                ((0.5, ORANGE), (0.8, RED)),
            ),
            tells="Each process of Roger that Prometheus knows.",
            by=("service", "part", "instance"),
        ),
    ],
)

PLATFORM = Board(
    name="platform",
    title="Platform",
    tells="What the robots stand on, and what goes out of the house.",
    variables=[SERVICES, choice("part", "Part", "up", within=SERVICE)],
    rows=[_NOW, _POSTGRESQL, _ERRANDS, _OUT, _FILES, _PROCESSES],
)
