"""What the comparison of directories with orders came to: how much by network and unit, and every account by its user name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from common.batch import EndedRow, Figures
from common.report.document import Bars, Column, Figure, Report, Series, Table, Tone
from common.report.document import Kind as Written
from useradmin_svc.directory.entry import AccountState, Network
from useradmin_svc.reconciliation.comparing import Finding, Kind
from useradmin_svc.reconciliation.tasks import TITLES

_TONES = {Kind.NOT_ORDERED: Tone.SERIOUS, Kind.NO_ACCOUNT: Tone.PLAIN, Kind.EXPIRED_ENABLED: Tone.WARNING}
_STATES = {AccountState.ACTIVE: "Åpen", AccountState.DISABLED: "Sperret", None: "Finnes ikke"}
_MOST_UNITS = 20
_NO_UNIT = "Uten enhet"


@dataclass(kw_only=True)
class _Sum:
    """What the networks came to."""

    networks: list[Network] = field(default_factory=list[Network])
    accounts: int = 0
    orders: int = 0
    unread: int = 0
    """Networks whose directory could not be read: a person has the case."""
    found: list[tuple[Network, Finding]] = field(default_factory=list[tuple[Network, Finding]])

    def add(self, row: EndedRow[Any]) -> None:
        if row.state != "done" or row.detail is None:
            self.unread += 1
            return
        network = Network(row.detail["network"])
        self.networks.append(network)
        self.accounts += row.detail["accounts"]
        self.orders += row.detail["orders"]
        self.found += [(network, Finding.model_validate(each)) for each in row.detail["findings"]]

    def of(self, kind: Kind) -> list[tuple[Network, Finding]]:
        return [(network, finding) for network, finding in self.found if finding.kind is kind]


def report(rows: Iterable[EndedRow[Any]], figures: Figures) -> Report:
    """The report of one or both networks: accounts have user names and employee numbers, nobody's name or national id."""
    del figures  # nothing is counted before the directories have been read
    found = _Sum()
    for row in rows:
        found.add(row)
    charts = (_by_network(found), *_by_unit(found)) if found.found else ()
    return Report(
        title="Avstemming av katalog og bestillinger",
        subtitle=" og ".join(network.called for network in found.networks),
        figures=_figures(found),
        charts=charts,
        tables=tuple(_table(kind, of_kind) for kind in Kind if (of_kind := found.of(kind))),
        notes=(
            "Roger har bare lest: ingenting er endret i katalogene.",
            "Kontoer som venter på sletting, og kontoer med unntak som ennå gjelder, er ikke med.",
            "En konto er utløpt dagen etter siste dag. Katalogens siste dag gjelder foran bestillingens.",
        ),
    )


def _figures(found: _Sum) -> tuple[Figure, ...]:
    return (
        Figure(label="Kontoer", value=found.accounts),
        Figure(label="Bestilte kontoer", value=found.orders),
        *(
            Figure(label=title, value=(number := len(found.of(kind))), tone=_TONES[kind] if number else Tone.PLAIN)
            for kind, title in TITLES.items()
        ),
        Figure(
            label="Nettverk som ikke ble lest", value=found.unread, tone=Tone.WARNING if found.unread else Tone.PLAIN
        ),
    )


def _by_network(found: _Sum) -> Bars:
    counted = Counter((network, finding.kind) for network, finding in found.found)
    return Bars(
        title="Avvik etter nettverk",
        axis="Nettverk",
        labels=tuple(network.called for network in found.networks),
        series=_series([[counted[network, kind] for network in found.networks] for kind in Kind]),
    )


def _by_unit(found: _Sum) -> tuple[Bars, ...]:
    counted = Counter((unit, finding.kind) for _, finding in found.found for unit in finding.units or (_NO_UNIT,))
    of_unit = Counter[str]()
    for (unit, _), number in counted.items():
        of_unit[unit] += number
    most = [unit for unit, _ in of_unit.most_common(_MOST_UNITS)]
    return (
        Bars(
            title="Avvik etter enhet",
            about=f"De {_MOST_UNITS} enhetene med flest. En konto er med i alle enhetene sine.",
            axis="Enhet",
            labels=tuple(most),
            series=_series([[counted[unit, kind] for unit in most] for kind in Kind]),
        ),
    )


def _series(numbers: Sequence[Sequence[int]]) -> tuple[Series, ...]:
    return tuple(
        Series(name=TITLES[kind], values=tuple(values), tone=_TONES[kind])
        for kind, values in zip(Kind, numbers, strict=True)
    )


def _table(kind: Kind, found: Sequence[tuple[Network, Finding]]) -> Table:
    return Table(
        title=TITLES[kind],
        columns=(
            Column(label="Nettverk"),
            Column(label="Brukernavn"),
            Column(label="Ansattnummer"),
            Column(label="Enheter"),
            Column(label="Siste dag", kind=Written.DATE),
            Column(label="Tilstand"),
            Column(label="Unntak gjaldt til", kind=Written.DATE),
        ),
        rows=tuple(_row(network, finding) for network, finding in found),
    )


def _row(network: Network, finding: Finding) -> tuple[str | date | None, ...]:
    return (
        network.called,
        finding.user_name,
        finding.employee_no,
        ", ".join(finding.units),
        finding.last_day,
        _STATES.get(finding.state, finding.state),
        finding.excepted_until,
    )
