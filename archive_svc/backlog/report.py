"""What a control of the backlog came to: counts, how old posts are, units, and what has changed since the one before (ARC-02)."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Sequence

from archive_svc.backlog.age import Bucket
from archive_svc.backlog.row import BacklogControl
from archive_svc.backlog.summary import BY_ROGER, Summary, UnitCount, signed, summed
from common.batch import EndedRow, Figures
from common.reasons import reason_of
from common.report.document import Bars, Column, Figure, Histogram, Kind, Report, Series, Table, Tone, Value

_ENDS = (14, 30, 60, 90, 120, 150, 180, 270, 365)
_RANGES = ("0–14", "15–30", "31–60", "61–90", "91–120", "121–150", "151–180", "181–270", "271–365", "over 365")
_MOST_UNITS = 20
_NO_UNIT = "Uten enhet"


def report(rows: Iterable[EndedRow[BacklogControl]], figures: Figures) -> Report:
    """The report of a control: posts as the archive numbers them, without titles, parties and officers."""
    del figures  # counted anew, with what became of each
    found = summed(rows)
    tables = (_units(found), _outcomes(found), _very_old(found), _for_people(found))
    return Report(
        title="Restansekontroll",
        subtitle="" if found.as_of is None else f"Per {found.as_of:%d.%m.%Y}",
        figures=_figures(found),
        charts=(_ages(found), *_by_unit(found)) if found.ages else (),
        tables=tuple(table for table in tables if table.rows),
        notes=(
            "Alderen regnes i kalenderdager fra posten ble mottatt, ellers fra journaldato eller dokumentdato.",
            "Antall og alder er som restanselistene viste dem da kontrollen begynte; det samme ble lagret ved forrige kontroll.",
            "31–90 dager regnes som sent: i saker om enkeltvedtak skal parten ha et foreløpig svar innen én måned (fvl. § 11 a).",
            "Roger avskriver bare poster som et ferdig svar er knyttet til (BU, BE, BN).",
        ),
    )


def _figures(found: Summary) -> tuple[Figure, ...]:
    total = found.total
    late, very_old, left = total.ages[Bucket.LATE], total.ages[Bucket.VERY_OLD], found.manual.total()
    change = found.change
    reminded = sum(each.officer_active for each in found.reminders)
    return (
        Figure(label="I restanse", value=total.listed),
        Figure(
            label="Endring siden forrige kontroll",
            kind=Kind.TEXT,
            value=None if change is None else signed(change),
            tone=Tone.WARNING if change is not None and change > 0 else Tone.PLAIN,
        ),
        Figure(label="31–90 dager (sent)", value=late, tone=Tone.NOTICE if late else Tone.PLAIN),
        Figure(label="91–180 dager", value=total.ages[Bucket.OLD], tone=_warns(total.ages[Bucket.OLD])),
        Figure(label="Over 180 dager", value=very_old, tone=Tone.SERIOUS if very_old else Tone.PLAIN),
        Figure(label="Eldste, dager", value=max(found.ages, default=None)),
        Figure(label=BY_ROGER, value=total.written_off),
        Figure(label="Poster påminnet om", value=reminded),
        Figure(label="Til fordeling hos leder", value=len(found.reminders) - reminded),
        Figure(label="I arbeidslisten", value=left, tone=_warns(left)),
        Figure(label="Venter fortsatt", value=total.left),
    )


def _warns(number: int) -> Tone:
    return Tone.WARNING if number else Tone.PLAIN


def _ages(found: Summary) -> Histogram:
    """Each range lies whole in one bucket, which gives it its colour."""
    counted = Counter(bisect_left(_ENDS, age) for age in found.ages)
    buckets = [Bucket.of(end) for end in (*_ENDS, _ENDS[-1] + 1)]
    return Histogram(
        title="Hvor lenge postene har ventet",
        about="Alder da kontrollen begynte.",
        axis="Dager",
        labels=_RANGES,
        series=tuple(
            Series(
                name=bucket.label,
                values=tuple(counted[place] if of is bucket else 0 for place, of in enumerate(buckets)),
                tone=bucket.tone,
            )
            for bucket in Bucket
        ),
    )


def _by_unit(found: Summary) -> tuple[Bars, ...]:
    most = _most(found)
    if not most:
        return ()
    spread = Bars(
        title="Restanser etter enhet",
        about=f"De {_MOST_UNITS} enhetene med flest.",
        axis="Enhet",
        labels=tuple(name or _NO_UNIT for name, _ in most),
        series=tuple(
            Series(name=bucket.label, values=tuple(count.ages[bucket] for _, count in most), tone=bucket.tone)
            for bucket in Bucket
        ),
    )
    return (spread,)


def _most(found: Summary) -> Sequence[tuple[str, UnitCount]]:
    listed = [(name, count) for name, count in found.units.items() if count.listed]
    return sorted(listed, key=lambda each: (-each[1].listed, each[0]))[:_MOST_UNITS]


def _units(found: Summary) -> Table:
    return Table(
        title="Enheter",
        about="Før er hva listen hadde da enheten sist ble kontrollert. Avskrevet er hva Roger har avskrevet nå.",
        columns=(
            Column(label="Enhet"),
            *(Column(label=days, kind=Kind.WHOLE) for days in ("0–30", "31–90", "91–180", "Over 180")),
            Column(label="I alt", kind=Kind.WHOLE),
            Column(label="Før", kind=Kind.WHOLE),
            Column(label="Endring", kind=Kind.WHOLE),
            Column(label="Avskrevet", kind=Kind.WHOLE),
            Column(label="Venter", kind=Kind.WHOLE),
            Column(label="Sist kontrollert", kind=Kind.DATE),
        ),
        rows=tuple(_unit_row(name, count) for name, count in sorted(found.units.items())),
    )


def _unit_row(name: str, count: UnitCount) -> tuple[Value, ...]:
    before = count.before
    return (
        name or _NO_UNIT,
        *(count.ages[bucket] for bucket in Bucket),
        count.listed,
        sum(before.ages) if before else None,
        count.change,
        count.written_off,
        count.left,
        before.on if before else None,
    )


def _outcomes(found: Summary) -> Table:
    return Table(
        title="Utfall",
        about="Hver post har ett utfall: summen er antallet poster på listene.",
        columns=(Column(label="Utfall"), Column(label="Poster", kind=Kind.WHOLE)),
        rows=tuple(found.endings.most_common()),
    )


def _very_old(found: Summary) -> Table:
    return Table(
        title="Over 180 dager, venter fortsatt",
        columns=(Column(label="Journalpost"), Column(label="Enhet"), Column(label="Dager", kind=Kind.WHOLE)),
        rows=tuple(
            (each.post, each.unit or _NO_UNIT, each.age)
            for each in sorted(found.very_old, key=lambda each: (-each.age, each.post))
        ),
    )


def _for_people(found: Summary) -> Table:
    return Table(
        title="I arbeidslisten",
        about="Hva en person må ta stilling til.",
        columns=(Column(label="Årsak"), Column(label="Poster", kind=Kind.WHOLE)),
        rows=tuple((reason_of(code).situation, number) for code, number in found.manual.most_common()),
    )
