"""What the control of a run came to, for the payroll office: counts, amounts held back, units, and every hit (PAY-02)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date

from common.batch import EndedRow, Figures
from common.reasons import reason_of
from common.report.document import Bars, Column, Figure, Histogram, Kind, Report, Series, Table, Tone
from common.report.writing import month_and_year
from payroll_svc.control.marking import HOLD_LEFT, HOLD_LIFTED_BY_SOMEBODY
from payroll_svc.control.reported import ReportedRow
from payroll_svc.control.row import RunType
from payroll_svc.control.rules import TITLES, Rule, Severity
from payroll_svc.control.summary import RANGES, HitRow, Summary, summed

_RUN_TYPES = {RunType.TRIAL: "Prøvekjøring", RunType.FINAL: "Hovedkjøring", RunType.EXTRA: "Ekstrakjøring"}
_SEVERITIES = {Severity.BLOCK: "Stans", Severity.WARN: "Varsel"}
_MOST_UNITS, _MOST_RULES = 20, 5


def report(rows: Iterable[EndedRow[ReportedRow]], figures: Figures) -> Report:
    """The report of a run: employees are told apart by their numbers, nobody's name or national id is in it."""
    found = summed(rows)
    found.hits.sort(key=lambda hit: (hit.severity is not Severity.BLOCK, hit.unit, hit.employee_no, hit.position_no))
    tables = (_outcomes(found), _by_rule_and_severity(found), _lifted(found), _units(found), _hits(found))
    return Report(
        title="Lønnskontroll",
        subtitle=_subtitle(found.run),
        figures=_figures(found, figures),
        charts=(_deviations(found), *_rules(found), *_rules_by_unit(found)) if found.rows else (),
        tables=tuple(table for table in (*tables, _for_people(found)) if table.rows),
        notes=(
            "Beløp holdt tilbake er netto for radene som er sperret, av Roger eller av andre.",
            "Grensene er strenge: det som er lik en grense, er ikke et treff.",
            "Ikke i rapporten er rader som kjøringen har i tillegg; de er ikke kontrollert, og sperrer på dem står.",
            "Rapporten viser hvordan det sto da den siste raden var ferdig. Det som skjer senere, står på sakene.",
            "Ansatte står med ansattnummer. Hvem saken gjelder, står hos Roger.",
        ),
    )


def _subtitle(row: ReportedRow | None) -> str:
    if row is None:
        return ""
    month = month_and_year(date.fromisoformat(f"{row.period}-01"))
    return f"{_RUN_TYPES[row.run_type]} {row.run_id} for {month}, utbetaling {row.pay_date:%d.%m.%Y}"


def _figures(found: Summary, figures: Figures) -> tuple[Figure, ...]:
    held, left = found.held, found.manual.total()
    pay_date = figures.get("pay_date")
    return (
        Figure(label="Rader", value=found.rows),
        Figure(label="Stans", value=found.severe(Severity.BLOCK), tone=Tone.SERIOUS if held else Tone.PLAIN),
        Figure(label="Bare varsel", value=found.severe(Severity.WARN), tone=Tone.WARNING),
        Figure(label="Holdt tilbake", value=len(held), tone=Tone.SERIOUS if held else Tone.PLAIN),
        Figure(
            label="Beløp holdt tilbake",
            kind=Kind.ORE,
            value=found.amount_held(),
            tone=Tone.SERIOUS if held else Tone.PLAIN,
        ),
        Figure(label="Sperrer opphevet", value=len(found.lifted)),
        Figure(label="Ikke i rapporten", value=found.not_in_report),
        *_held_besides(found),
        Figure(label="Godkjente unntak", value=found.excused),
        Figure(label="Til en saksbehandler", value=left, tone=Tone.WARNING if left else Tone.PLAIN),
        Figure(label="Sum brutto", kind=Kind.ORE, value=found.gross),
        Figure(label="Sum netto", kind=Kind.ORE, value=found.net),
        Figure(label="Utbetaling", kind=Kind.DATE, value=date.fromisoformat(str(pay_date)) if pay_date else None),
    )


def _held_besides(found: Summary) -> Iterable[Figure]:
    if found.held_not_in_report:
        yield Figure(label="Av dem sperret", value=found.held_not_in_report, tone=Tone.WARNING)


def _deviations(found: Summary) -> Histogram:
    places = range(len(RANGES))
    shown = ((None, "Uten treff", Tone.PLAIN), (Severity.WARN, "Varsel", Tone.WARNING))
    shown = (*shown, (Severity.BLOCK, "Stans", Tone.SERIOUS))
    return Histogram(
        title="Avvik fra forrige måned",
        about="Brutto mot forrige måneds brutto, for rader som hadde lønn da.",
        axis="Avvik i prosent",
        labels=RANGES,
        series=tuple(
            Series(name=name, values=tuple(found.deviations[place, severity] for place in places), tone=tone)
            for severity, name, tone in shown
        ),
    )


def _counted(hits: Iterable[HitRow]) -> Counter[tuple[str, str]]:
    return Counter(code for hit in hits for code in hit.codes.items())


def _rules(found: Summary) -> tuple[Bars, ...]:
    counted = _counted(found.hits)
    rules = sorted({code for code, _ in counted})
    if not rules:
        return ()
    series = (
        Series(name=name, values=tuple(counted[code, severity] for code in rules), tone=tone)
        for severity, name, tone in ((Severity.BLOCK, "Stans", Tone.SERIOUS), (Severity.WARN, "Varsel", Tone.WARNING))
    )
    labels = tuple(f"{code} {TITLES[Rule(code)]}" for code in rules)
    return (Bars(title="Treff etter regel", axis="Regel", labels=labels, series=tuple(series)),)


def _rules_by_unit(found: Summary) -> tuple[Bars, ...]:
    by_unit = Counter((hit.unit, code) for hit in found.hits for code in hit.codes)
    of_unit, of_rule = Counter[str](), Counter[str]()
    for (unit, code), number in by_unit.items():
        of_unit[unit] += number
        of_rule[code] += number
    units = [unit for unit, _ in of_unit.most_common(_MOST_UNITS)]
    if not units:
        return ()
    rules = sorted(code for code, _ in of_rule.most_common(_MOST_RULES))
    series = [Series(name=code, values=tuple(by_unit[unit, code] for unit in units)) for code in rules]
    others = tuple(of_unit[unit] - sum(by_unit[unit, code] for code in rules) for unit in units)
    if any(others):
        series.append(Series(name="Andre regler", values=others))
    return (
        Bars(
            title="Regler etter enhet",
            about=f"De {_MOST_UNITS} enhetene med flest treff.",
            axis="Enhet",
            labels=tuple(unit or "Uten enhet" for unit in units),
            series=tuple(series),
        ),
    )


def _outcomes(found: Summary) -> Table:
    return Table(
        title="Utfall",
        about="Hver rad har ett utfall: summen er antallet rader i rapporten som kom inn.",
        columns=(Column(label="Utfall"), Column(label="Rader", kind=Kind.WHOLE)),
        rows=tuple(found.outcomes.most_common()),
    )


def _by_rule_and_severity(found: Summary) -> Table:
    return Table(
        title="Treff etter regel og alvor",
        columns=(
            Column(label="Regel"),
            Column(label="Alvor"),
            Column(label="Rader", kind=Kind.WHOLE),
            Column(label="Hva den ser etter"),
        ),
        rows=tuple(
            (code, _SEVERITIES[Severity(severity)], number, TITLES[Rule(code)])
            for (code, severity), number in sorted(_counted(found.hits).items())
        ),
    )


def _units(found: Summary) -> Table:
    with_hits = Counter(hit.unit for hit in found.hits if hit.codes)
    held, amounts = Counter(hit.unit for hit in found.held), Counter[str]()
    for hit in found.held:
        amounts[hit.unit] += max(hit.net, 0)
    return Table(
        title="Rader etter enhet",
        columns=(
            Column(label="Enhet"),
            Column(label="Rader", kind=Kind.WHOLE),
            Column(label="Med treff", kind=Kind.WHOLE),
            Column(label="Holdt tilbake", kind=Kind.WHOLE),
            Column(label="Beløp holdt tilbake", kind=Kind.ORE),
        ),
        rows=tuple(
            (unit or "Uten enhet", number, with_hits[unit], held[unit], amounts[unit])
            for unit, number in sorted(found.units.items())
        ),
    )


def _lifted(found: Summary) -> Table:
    return Table(
        title="Sperrer som er opphevet",
        about="Sperrer som Roger satte i en tidligere kjøring, og som ingen regel krever lenger. Det blir utbetalt.",
        columns=(
            Column(label="Ansattnummer"),
            Column(label="Stilling"),
            Column(label="Sperret i kjøring"),
            Column(label="Netto", kind=Kind.ORE),
            Column(label="Varsler som står"),
            Column(label="Enhet"),
        ),
        rows=tuple(
            (hit.employee_no, hit.position_no, hit.lifted, hit.net, ", ".join(hit.codes), hit.unit)
            for hit in found.lifted
        ),
    )


def _hits(found: Summary) -> Table:
    return Table(
        title="Rader med treff",
        columns=(
            Column(label="Ansattnummer"),
            Column(label="Stilling"),
            Column(label="Koder"),
            Column(label="Alvor"),
            Column(label="Utfall"),
            Column(label="Sperret"),
            Column(label="Netto", kind=Kind.ORE),
            Column(label="Enhet"),
        ),
        rows=tuple(
            (
                hit.employee_no,
                hit.position_no,
                ", ".join(hit.codes),
                _SEVERITIES[hit.severity] if hit.severity else "",
                hit.outcome,
                _held(hit),
                hit.net,
                hit.unit,
            )
            for hit in found.hits
        ),
    )


def _held(hit: HitRow) -> str:
    """Whether the payment is held back, and what people have had a hand in."""
    if hit.held:
        return "Ja, fra før" if hit.note == HOLD_LEFT else "Ja"
    return "Opphevet av andre" if hit.note == HOLD_LIFTED_BY_SOMEBODY else "Opphevet" if hit.lifted else ""


def _for_people(found: Summary) -> Table:
    return Table(
        title="Til en saksbehandler",
        about="Sakene står i arbeidslisten, med hvem de gjelder.",
        columns=(Column(label="Årsak"), Column(label="Rader", kind=Kind.WHOLE)),
        rows=tuple((reason_of(code).situation, number) for code, number in found.manual.most_common()),
    )
