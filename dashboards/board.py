"""A dashboard: its rows of panels, the variables above them, and the way to the others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from grafana_foundation_sdk.builders import dashboard as build
from grafana_foundation_sdk.cog.builder import Builder
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models import dashboard

from dashboards.panel import SOURCE, Panel

TAG = "roger"
Variable = Builder[dashboard.VariableModel]


@dataclass(frozen=True)
class Row:
    """Panels that belong together."""

    title: str
    panels: Sequence[Panel]


@dataclass(frozen=True, kw_only=True)
class Board:
    """One dashboard, and the name of its file."""

    name: str
    title: str
    tells: str
    rows: Sequence[Row]
    variables: Sequence[Variable] = field(default_factory=list[Variable])
    since: str = "now-6h"

    @property
    def json(self) -> str:
        """What Grafana is given."""
        return JSONEncoder(sort_keys=True, indent=2, ensure_ascii=False).encode(self._built()) + "\n"

    def _built(self) -> dashboard.Dashboard:
        made = (
            build.Dashboard(f"Roger · {self.title}")
            .uid(f"roger-{self.name}")
            .description(self.tells)
            .tags([TAG])
            .readonly()
            .tooltip(dashboard.DashboardCursorSync.CROSSHAIR)
            .refresh("30s")
            .time(self.since, "now")
            .timezone("browser")
            .week_start("monday")
            .link(_others())
            .with_variable(build.DatasourceVariable("datasource").label("Data source").type("prometheus"))
        )
        for variable in self.variables:
            made = made.with_variable(variable)
        number = 0
        for row in self.rows:
            number += 1
            made = made.with_row(build.Row(row.title).id(number))
            for panel in row.panels:
                number += 1
                built = panel.build()
                built.id_val = number
                made = made.with_panel(panel)
        return made.build()


def choice(name: str, label: str, metric: str, *, within: str = "") -> Variable:
    """A variable over the values that a label has just now; all of them at first."""
    return (
        build.QueryVariable(name)
        .label(label)
        .datasource(SOURCE)
        .query(f"label_values({metric}{{{within}}}, {name})" if within else f"label_values({metric}, {name})")
        .refresh(dashboard.VariableRefresh.ON_TIME_RANGE_CHANGED)
        .sort(dashboard.VariableSort.ALPHABETICAL_ASC)
        .multi(True)
        .include_all(True)
        .all_value(".*")
        .current(dashboard.VariableOption(selected=True, text="All", value="$__all"))
    )


def typed_in(name: str, label: str, default: str, *, tells: str) -> Variable:
    """A variable that the reader writes."""
    return (
        build.TextBoxVariable(name)
        .label(label)
        .description(tells)
        .default_value(default)
        .current(dashboard.VariableOption(selected=True, text=default, value=default))
        .options([dashboard.VariableOption(selected=True, text=default, value=default)])
    )


SERVICES = choice("service", "Service", "roger_measured_timestamp_seconds")


def _others() -> build.DashboardLink:
    return (
        build.DashboardLink("Roger's dashboards")
        .type(dashboard.DashboardLinkType.DASHBOARDS)
        .tags([TAG])
        .as_dropdown(True)
        .include_vars(True)
        .keep_time(True)
    )
