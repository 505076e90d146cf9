"""What is to be written on a row of the payroll system: mark, codes, hold and comment; and which holds are Roger's (PAY-02).

Roger may set a hold. It lifts one only in the final run, where no rule stops the row any more, and only one that it set
itself: the comment says in which run, and the ledger remembers who the payroll system says has set it. Everybody else's
holds, marks and comments stay.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from payroll_svc.control.evaluation import Verdict
from payroll_svc.control.row import RunType
from payroll_svc.control.rules import TITLES, Rule, Severity
from payroll_svc.screens.pay_row import Control, ControlForm, Mark

LONGEST_COMMENT = 250
HOLD_LEFT, MARK_LEFT, HOLD_LIFTED_BY_SOMEBODY = "HOLD_LEFT", "MARK_LEFT", "HOLD_LIFTED_BY_SOMEBODY"
"""What is told of a row that was left as people had it."""
_BETWEEN = " | "
_LIFTED = r"sperre fra (?P<lifted>[^;:|]{1,40}?) opphevet"
_HIT = rf"K\d\d(?: (?:{'|'.join(map(re.escape, TITLES.values()))}))?"
_OURS = re.compile(rf"Roger (?P<run>[^:|]{{1,40}}): (?=K\d\d|sperre)(?:{_HIT}(?:[;,] )?)*(?:{_LIFTED})?")
"""Nothing but what Roger itself writes: whatever somebody has added behind it is theirs."""
_MARKS = {Severity.BLOCK: Mark.STOP, Severity.WARN: Mark.WARN}


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What is to stand on a row."""

    mark: Mark
    codes: tuple[Rule, ...]
    hold: bool | None
    """None leaves alone what stands there."""
    comment: str
    lifts: str | None = None
    """The run whose hold is lifted."""

    def stands(self, control: Control) -> bool:
        """Whether this is what stands there; somebody may have added to the comment."""
        return (
            self.is_marked(control)
            and (self.hold is None or control.hold is self.hold)
            and _ours(self.comment) == _ours(control.comment)
        )

    def is_marked(self, control: Control) -> bool:
        """Whether mark and codes are there, whatever has become of the hold."""
        return control.mark is self.mark and control.codes == self.codes

    @property
    def form(self) -> ControlForm:
        return ControlForm.of(self.mark, self.codes, hold=self.hold, comment=self.comment)


def plan_of(verdict: Verdict, before: Control, *, run_id: str, run_type: RunType, held_in: str | None) -> Plan | None:
    """What is to be written on a row on which `before` stands; None for nothing.

    `held_in` names the run in which Roger set the hold that stands there; None for nobody's or somebody else's.
    """
    severity = verdict.severity
    lifts = held_in if run_type is RunType.FINAL and severity is not Severity.BLOCK else None
    if severity is None and lifts is None:
        return None
    said = [f"{rule} {TITLES[rule]}" for rule in verdict.hits]
    if lifts is not None:
        said.append(f"sperre fra {lifts} opphevet")
    codes = tuple(verdict.hits)
    return Plan(
        mark=Mark.NONE if severity is None else _MARKS[severity],
        codes=codes,
        hold=True if severity is Severity.BLOCK else False if lifts is not None else None,
        comment=_comment(before.comment, run_id, said, codes),
        lifts=lifts,
    )


def held_in(control: Control) -> str | None:
    """The run in which the comment says that Roger set the hold that stands there."""
    found = _OURS.search(control.comment) if control.hold else None
    return found["run"] if found else None


def lifted_before(control: Control, run_id: str) -> str | None:
    """The run whose hold Roger has lifted in this one, as the comment says."""
    found = _OURS.search(control.comment)
    return found["lifted"] if found is not None and found["run"] == run_id else None


def _comment(before: str, run_id: str, said: list[str], codes: tuple[Rule, ...]) -> str:
    """Somebody else's words stay, in front; ours are those of this run."""
    theirs = _BETWEEN.join(filter(None, (part.strip() for part in _OURS.sub("", before).split("|"))))
    room = LONGEST_COMMENT - len(theirs) - (len(_BETWEEN) if theirs else 0)
    ours = f"Roger {run_id}: {'; '.join(said)}"
    if len(ours) > room:
        ours = f"Roger {run_id}: {', '.join(codes)}"
    return _BETWEEN.join(filter(None, (theirs, ours if len(ours) <= room else "")))


def _ours(comment: str) -> str:
    found = _OURS.search(comment)
    return found[0].strip() if found else ""
