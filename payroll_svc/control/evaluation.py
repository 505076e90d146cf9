"""The control over a whole report: which rules hit each of its rows, and what follows for it (PAY-02).

Pure, without a browser or a database. One pass over the rows, one over the persons, one over the accounts.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from payroll_svc.control.exceptions import NO_EXCEPTIONS, Exceptions, Standing
from payroll_svc.control.row import PayRow
from payroll_svc.control.rules import ROW_RULES, Rule, Severity
from payroll_svc.control.rules_of_report import by_account, by_person, double_position, over_100, shared_account
from payroll_svc.control.thresholds import Thresholds

_CODES = {rule: place for place, rule in enumerate(Rule)}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the rules say of one row."""

    hits: Mapping[Rule, Severity] = field(default_factory=dict[Rule, Severity])
    """In the order of the codes; those that an expired exception was for are among them."""
    excused: tuple[Rule, ...] = ()
    """Hit as well, but accepted beforehand."""
    expired: tuple[Rule, ...] = ()
    """Hit, and once accepted: a person says whether they still are."""

    @property
    def severity(self) -> Severity | None:
        """The highest one of its hits; None for a clean row."""
        if not self.hits:
            return None
        return Severity.BLOCK if Severity.BLOCK in self.hits.values() else Severity.WARN


CLEAN = Verdict()


def evaluate(
    rows: Sequence[PayRow],
    thresholds: Thresholds,
    exceptions: Exceptions = NO_EXCEPTIONS,
    *,
    day: date,
) -> list[Verdict]:
    """What the rules say of each row of a report, in their order; `day` is the one on which the control is made."""
    found = [hits_of_row(row, thresholds, day) for row in rows]
    for place, rule in _hits_of_report(rows, thresholds, exceptions):
        found[place][rule] = Severity.WARN
    return [_verdict(row, hits, exceptions) for row, hits in zip(rows, found, strict=True)]


def again(row: PayRow, before: Verdict, thresholds: Thresholds, exceptions: Exceptions, *, day: date) -> Verdict:
    """The verdict on a row that turned out to be another one than the report said.

    What only the whole report can tell stays as it was.
    """
    whole = {rule: severity for rule, severity in before.hits.items() if rule not in ROW_RULES}
    found = _verdict(row, hits_of_row(row, thresholds, day) | whole, exceptions)
    return Verdict(
        found.hits,
        _in_order({*found.excused, *(rule for rule in before.excused if rule not in ROW_RULES)}),
        found.expired,
    )


def hits_of_row(row: PayRow, thresholds: Thresholds, day: date) -> dict[Rule, Severity]:
    """The rules that one row breaks by itself."""
    return {
        rule: severity for rule, applies in ROW_RULES.items() if (severity := applies(row, thresholds, day)) is not None
    }


def hits_by_person(rows: Sequence[PayRow], verdicts: Sequence[Verdict]) -> dict[str, Mapping[Rule, Severity]]:
    """What everybody was found for, on whichever of their rows, each rule with its highest severity."""
    found: dict[str, dict[Rule, Severity]] = defaultdict(dict)
    for row, verdict in zip(rows, verdicts, strict=True):
        for rule, severity in verdict.hits.items():
            known = found[row.person].get(rule)
            found[row.person][rule] = severity if known is not Severity.BLOCK else known
    return {person: {rule: hits[rule] for rule in _in_order(hits)} for person, hits in found.items()}


def _hits_of_report(
    rows: Sequence[PayRow], thresholds: Thresholds, exceptions: Exceptions
) -> Sequence[tuple[int, Rule]]:
    found: list[tuple[int, Rule]] = []
    for person in by_person(rows):
        found += [(place, Rule.OVER_100) for place in over_100(person, thresholds)]
        if len(person) > 1:
            found += [(place, Rule.DOUBLE_POSITION) for place in double_position(person)]
    for account in by_account(rows):
        found += [(place, Rule.SHARED_ACCOUNT) for place in shared_account(account, exceptions)]
    return found


def _verdict(row: PayRow, hits: Mapping[Rule, Severity], exceptions: Exceptions) -> Verdict:
    if not hits:
        return CLEAN
    stands = {rule: exceptions.standing(row.employee_no, rule, row.pay_date) for rule in hits}
    return Verdict(
        {rule: hits[rule] for rule in _in_order(hits) if stands[rule] is not Standing.HOLDS},
        _in_order(rule for rule in hits if stands[rule] is Standing.HOLDS),
        _in_order(rule for rule in hits if stands[rule] is Standing.EXPIRED),
    )


def _in_order(rules: Iterable[Rule]) -> tuple[Rule, ...]:
    return tuple(sorted(rules, key=_CODES.__getitem__))
