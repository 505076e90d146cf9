"""The kinds of panel there are: a number, lines over time, states over time, and a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from grafana_foundation_sdk.builders import common as looks
from grafana_foundation_sdk.builders import dashboard as build
from grafana_foundation_sdk.builders import prometheus, stat, statetimeline, table, timeseries
from grafana_foundation_sdk.cog.builder import Builder
from grafana_foundation_sdk.models import common, dashboard
from grafana_foundation_sdk.models.prometheus import PromQueryFormat

SOURCE = dashboard.DataSourceRef(type_val="prometheus", uid="${datasource}")
GREEN, ORANGE, RED, BLUE, GREY = "green", "orange", "red", "blue", "text"
_TALL, _LOW = 8, 4
_NO_DATA = "–"

Steps = Sequence[tuple[float, str]]
"""From which value on a panel has which colour; below the first it is green."""
Panel = Builder[dashboard.Panel]


@dataclass(frozen=True)
class Query:
    """One question, and what its answers are called."""

    expression: str
    legend: str = "__auto"


@dataclass(frozen=True)
class Column:
    """One question whose answer is a column of a table."""

    expression: str
    heading: str
    unit: str = "short"
    steps: Steps = ()


def number(
    title: str,
    expression: str,
    *,
    tells: str,
    unit: str = "short",
    steps: Steps = (),
    width: int = 4,
    decimals: int | None = None,
    since: str | None = None,
    words: tuple[str, str] | None = None,
    colour: str = GREEN,
    more: str | None = None,
) -> Panel:
    """One number, coloured by how bad it is.

    `since` (`now/d`) replaces the dashboard's time, `words` stand for 0 and 1, `more` names the dashboard that tells more.
    """
    panel = (
        stat.Panel()
        .title(title)
        .description(tells)
        .datasource(SOURCE)
        .with_target(_asked("A", Query(expression), instant=True))
        .unit(unit)
        .thresholds(_coloured(steps, colour))
        .color_mode(common.BigValueColorMode.VALUE)
        .graph_mode(common.BigValueGraphMode.NONE)
        .reduce_options(looks.ReduceDataOptions().calcs(["lastNotNull"]).values(False))
        .no_value(_NO_DATA)
        .height(_LOW)
        .span(width)
    )
    if decimals is not None:
        panel = panel.decimals(decimals)
    if since is not None:
        panel = panel.time_from(since)
    if words is not None:
        panel = panel.mappings([_worded(*words)])
    if more is not None:
        panel = panel.links([_way_to(more)])
    return panel


def lines(
    title: str,
    *queries: Query,
    tells: str,
    unit: str = "short",
    width: int = 12,
    stacked: bool = False,
    steps: Steps = (),
    least: float | None = 0,
) -> Panel:
    """Figures over time; stacked where their sum means something."""
    panel = (
        timeseries.Panel()
        .title(title)
        .description(tells)
        .datasource(SOURCE)
        .unit(unit)
        .legend(
            looks.VizLegendOptions()
            .display_mode(common.LegendDisplayMode.LIST)
            .placement(common.LegendPlacement.BOTTOM)
            .show_legend(True)
        )
        .tooltip(looks.VizTooltipOptions().mode(common.TooltipDisplayMode.MULTI).sort(common.SortOrder.DESCENDING))
        .line_width(1)
        .fill_opacity(30 if stacked else 8)
        .show_points(common.VisibilityMode.NEVER)
        .no_value(_NO_DATA)
        .height(_TALL)
        .span(width)
    )
    for letter, query in zip("ABCDEFGH", queries, strict=False):
        panel = panel.with_target(_asked(letter, query))
    if stacked:
        panel = panel.stacking(looks.StackingConfig().mode(common.StackingMode.NORMAL).group("A"))
    if least is not None:
        panel = panel.min(least)
    if steps:
        panel = panel.thresholds(_coloured(steps)).thresholds_style(
            looks.GraphThresholdsStyleConfig().mode(common.GraphThresholdsStyleMode.DASHED)
        )
    return panel


def states(title: str, *queries: Query, tells: str, words: tuple[str, str], width: int = 12, good: int = 0) -> Panel:
    """What is 0 or 1, as coloured stretches of time; `good` is the one that is green."""
    colours = ((1, RED),) if good == 0 else ((1, GREEN),)
    panel = (
        statetimeline.Panel()
        .title(title)
        .description(tells)
        .datasource(SOURCE)
        .thresholds(_coloured(colours, GREEN if good == 0 else RED))
        .color_scheme(build.FieldColor().mode(dashboard.FieldColorModeId.THRESHOLDS))
        .mappings([_worded(*words)])
        .merge_values(True)
        .show_value(common.VisibilityMode.NEVER)
        .no_value(_NO_DATA)
        .height(_TALL)
        .span(width)
    )
    for letter, query in zip("ABCDEFGH", queries, strict=False):
        panel = panel.with_target(_asked(letter, query))
    return panel


def rows(title: str, *columns: Column, tells: str, by: Sequence[str], width: int = 24) -> Panel:
    """A table: a row for each combination of the labels `by`, a column for each question."""
    panel = (
        table.Panel().title(title).description(tells).datasource(SOURCE).no_value(_NO_DATA).height(_TALL).span(width)
    )
    for letter, column in zip("ABCDEFGH", columns, strict=False):
        panel = panel.with_target(_asked(letter, Query(column.expression), instant=True, shape=PromQueryFormat.TABLE))
        panel = panel.override_by_name(
            column.heading,
            [
                dashboard.DynamicConfigValue(id_val="unit", value=column.unit),
                dashboard.DynamicConfigValue(id_val="thresholds", value=_coloured(column.steps).build()),
                dashboard.DynamicConfigValue(
                    id_val="custom.cellOptions", value={"type": "color-text" if column.steps else "auto"}
                ),
            ],
        )
    values = {f"Value #{letter}": column.heading for letter, column in zip("ABCDEFGH", columns, strict=False)}
    if len(columns) == 1:
        values = {"Value": columns[0].heading}
    order = {name: place for place, name in enumerate((*by, *values))}
    return panel.with_transformation(dashboard.DataTransformerConfig(id_val="merge", options={})).with_transformation(
        dashboard.DataTransformerConfig(
            id_val="organize",
            options={"excludeByName": {"Time": True}, "indexByName": order, "renameByName": values},
        )
    )


def _asked(
    letter: str, query: Query, *, instant: bool = False, shape: PromQueryFormat = PromQueryFormat.TIME_SERIES
) -> prometheus.Dataquery:
    asked = prometheus.Dataquery().ref_id(letter).datasource(SOURCE).expr(query.expression).format(shape)
    asked = asked.legend_format(query.legend)
    return asked.instant() if instant else asked.range()


def _way_to(board: str) -> build.DashboardLink:
    """To another of Roger's dashboards, of the same services and time."""
    address = f"/d/roger-{board}?${{service:queryparam}}&${{__url_time_range}}"
    return build.DashboardLink(f"Dashboard {board}").type(dashboard.DashboardLinkType.LINK).url(address)


def _coloured(steps: Steps, lowest: str = GREEN) -> build.ThresholdsConfig:
    first = dashboard.Threshold(value=None, color=lowest)
    further = [dashboard.Threshold(value=value, color=colour) for value, colour in steps]
    return build.ThresholdsConfig().mode(dashboard.ThresholdsMode.ABSOLUTE).steps([first, *further])


def _worded(zero: str, one: str) -> dashboard.ValueMap:
    return dashboard.ValueMap(
        options={
            "0": dashboard.ValueMappingResult(text=zero, index=0),
            "1": dashboard.ValueMappingResult(text=one, index=1),
        }
    )
