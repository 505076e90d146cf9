"""How the control of a post ends, given how it stands: written off, told to somebody, left to a person, or nothing (ARC-02)."""

from __future__ import annotations

from datetime import date
from typing import Any

from archive_svc.backlog.decision import Answer, Decision
from archive_svc.backlog.exceptions import CaseFileClosed
from archive_svc.backlog.looking import Standing
from archive_svc.backlog.memory import claim
from archive_svc.backlog.reminder import Reminder, tasks_of
from archive_svc.backlog.row import BacklogControl
from archive_svc.esa.desk import ArchiveDesk, PostKey
from common.errors import ConflictInTarget, NeedsJudgement, RecordLocked, TargetRejected
from common.process import Outcome, OutcomeCode, Run

_NOTHING = {
    Decision.WRITTEN_OFF: OutcomeCode.EXISTS,
    Decision.NOT_WAITING: OutcomeCode.NOOP,
    Decision.YOUNG: OutcomeCode.NOOP,
}


def conclude(standing: Standing, row: BacklogControl, run: Run, *, writes_off: bool) -> Outcome:
    """Do what is decided; unless Roger `writes_off` himself, that is left to people.

    Raises NeedsJudgement, ConflictInTarget and CaseFileClosed for what is a person's to decide, RecordLocked and
    TargetRejected where the archive does not take a write-off.
    """
    told = _told(standing, row)
    if standing.decision in _NOTHING:
        return Outcome(_NOTHING[standing.decision], told)
    if standing.decision is Decision.WRITE_OFF and standing.answer is not None:
        if writes_off and standing.case_status.is_open:
            return _written_off(standing, standing.answer, row, run)
        return _referred(standing, row, run)
    if standing.decision in {Decision.PROPOSE, Decision.CASE_CLOSED}:
        return _referred(standing, row, run)
    return _reminded(standing, row, run)


def _told(standing: Standing, row: BacklogControl) -> dict[str, Any]:
    """What the caller, the report and whoever takes over are to know: by numbers, without titles and parties."""
    return {
        "decision": standing.decision,
        "post": row.call_number,
        "age": standing.age,
        "unit": standing.unit,
    } | ({"other": f"{row.case_no}-{standing.other}"} if standing.other is not None else {})


def _before(told: dict[str, Any], on: date) -> Outcome:
    return Outcome(OutcomeCode.EXISTS, told | {"note": "TOLD_BEFORE", "on": on})


def _written_off(standing: Standing, answer: Answer, row: BacklogControl, run: Run) -> Outcome:
    write_off = answer.write_off
    told = _told(standing, row) | _as_answered(answer, row)
    key = PostKey(id=row.journalpost_id, case=row.case_no, number=row.post_no)
    desk = ArchiveDesk(run)
    by_others = Outcome(OutcomeCode.EXISTS, _told(standing, row) | {"decision": Decision.WRITTEN_OFF})
    try:
        ensured = desk.ensure_written_off(key, write_off)
    except RecordLocked:
        raise RecordLocked(detail=told) from None
    except TargetRejected as refused:
        now = desk.post(key)
        if now.write_off is not None:
            return by_others
        # What the archive says may name people: it stands with the case, and in no log.
        about = told | {"says": (refused.detail or {}).get("esa", refused.message)}
        if not now.case_status.is_open:
            raise CaseFileClosed(detail=about) from None
        raise TargetRejected("The archive refuses the write-off", detail=about) from None
    stands = ensured.value
    ours = ensured.created and (stands.code, stands.answered_by) == (write_off.code, write_off.answered_by)
    return Outcome(OutcomeCode.UPDATED, told) if ours else by_others


def _as_answered(answer: Answer, row: BacklogControl) -> dict[str, Any]:
    return {
        "written_off": answer.write_off.code,
        "answered_by": f"{row.case_no}-{answer.number}",
        "answered_on": answer.on,
    }


def _referred(standing: Standing, row: BacklogControl, run: Run) -> Outcome:
    """A person's, once in a while: the work list does not fill with one question at every control."""
    told = _told(standing, row)
    before = standing.told_on or claim(run, standing.matter(row.journalpost_id))
    if before is not None:
        return _before(told, before)
    if standing.decision is Decision.PROPOSE:
        raise NeedsJudgement("A later letter went to the same party, and is not linked as the answer", detail=told)
    if standing.answer is None:
        about = told | {"case": standing.case_status}
        raise ConflictInTarget("The case file is closed, and a post in it waits for an answer", detail=about)
    about = told | {"answered_by": _as_answered(standing.answer, row)["answered_by"]}
    if not standing.case_status.is_open:
        raise CaseFileClosed(detail=about)
    raise NeedsJudgement("A finished answer is linked, and the write-off is left to people here", detail=about)


def _reminded(standing: Standing, row: BacklogControl, run: Run) -> Outcome:
    told = _told(standing, row)
    before = standing.told_on or claim(run, standing.matter(row.journalpost_id))
    if before is not None:
        return _before(told, before)
    reminder = Reminder(
        post=row.call_number,
        age=standing.age,
        unit=standing.unit,
        officer=standing.officer,
        officer_unit=standing.officer_unit,
        officer_active=standing.officer_active,
        due=standing.due,
        answer=standing.other,
        title=standing.title,
        on=run.today(),
    )
    if _is_told_with_its_batch(run):
        return Outcome(OutcomeCode.REPORTED, told | {"reminder": reminder.model_dump(mode="json")})
    return Outcome(OutcomeCode.REPORTED, told).telling(*tasks_of([reminder]))


def _is_told_with_its_batch(run: Run) -> bool:
    """Whether its batch's end tells of it: not where a person has let Roger try again, for that may be over."""
    return bool(run.finding(of=bool)) and not run.case.retried
