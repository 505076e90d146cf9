"""What the archive shows of a post of the list: first as little as will do, and its own page before anything is done.

A list of two thousand posts is read in forty pages, its posts one by one in two thousand more. So the first look is at
the case file's journal, which the posts of one case file share for some minutes. It may end a control at which nothing is
done; whatever is written off, told or handed to people is decided on pages that this run has opened itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from pydantic import BaseModel

from archive_svc.backlog.age import age, waiting_since
from archive_svc.backlog.answers import answer, goes_to_who_asks, is_finished, linked, recipients, unlinked_letters
from archive_svc.backlog.decision import Answer, Decision, Facts, decide
from archive_svc.backlog.memory import Matter, told_before
from archive_svc.backlog.row import BacklogControl
from archive_svc.esa.desk import archive_of
from archive_svc.esa.noark import AccessCode, CaseStatus, PostStatus
from archive_svc.esa.record import JournalPost, Officer, Party, PostLine
from common.errors import NotConfirmed
from common.process import Run

_FRESH = timedelta(minutes=10)
_STAFF_FRESH = timedelta(minutes=30)
"""Sixty pages in a large municipality, and nobody leaves by the minute."""


class Standing(BaseModel, frozen=True):
    """How a post stands, and what is decided about it. It holds a title only of what is open to everybody."""

    decision: Decision
    age: int
    unit: str
    officer: str
    officer_unit: str = ""
    officer_active: bool
    """Whether they handle it for longer: neither nobody nor somebody who has left, or leaves."""
    case_status: CaseStatus
    due: date | None = None
    title: str = ""
    """The public one."""
    answer: Answer | None = None
    other: int | None = None
    """The number of the unfinished answer, or of the letter that may be one."""
    told_on: date | None = None
    """Where the lists show that nothing is new: when somebody was told of it."""

    def matter(self, post: str) -> Matter:
        """What is told of it, if anything is."""
        return Matter.of(post, self.decision, officer_active=self.officer_active, other=self.other)


def decided(row: BacklogControl, run: Run) -> Standing:
    """How the post stands by this attempt's own look; an earlier one's counts only for what it has set out to write off.

    Between two attempts lie hours, in which posts are answered, cancelled and screened. But what an attempt wrote off before
    it died is written off now, and its page does not say by whom.
    """
    looked: list[Standing] = []

    def look() -> Standing:
        looked.append(standing_of(row, run))
        return looked[-1]

    first = run.step("standing", look)
    if looked:
        return first
    now = standing_of(row, run)
    return first if (first.decision, now.decision) == (Decision.WRITE_OFF, Decision.WRITTEN_OFF) else now


def standing_of(row: BacklogControl, run: Run) -> Standing:
    """How a post of the list stands; decided by lists alone only where nothing is to be done."""
    journal, just_read = _journal(row, run)
    quiet = _nothing_to_do(row, journal, run)
    if quiet is not None:
        return quiet
    if not just_read:
        journal = tuple(archive_of(run).posts(row.case_no))
    return _by_its_page(row, journal, run)


def _journal(row: BacklogControl, run: Run) -> tuple[tuple[PostLine, ...], bool]:
    """The posts of its case file, and whether this run has read them itself just now."""
    read: list[tuple[PostLine, ...]] = []

    def look() -> tuple[PostLine, ...]:
        read.append(tuple(archive_of(run).posts(row.case_no)))
        return read[-1]

    return run.reading("journal", row.case_no, look, fresh=_FRESH), bool(read)


def _nothing_to_do(row: BacklogControl, journal: Sequence[PostLine], run: Run) -> Standing | None:
    """Where lists show that nothing follows: it is done with, or too young, or has been told a short while ago."""
    line = next((each for each in journal if each.id == row.journalpost_id), None)
    if line is None:
        return None  # registered since somebody read the journal
    if line.written_off is None and (linked(line, journal) or unlinked_letters(line, journal)):
        return None
    facts = Facts(
        waiting=_waits(line),
        written_off=line.written_off is not None,
        age=row.age,
        officer_active=_officer(row.officer, row, run) is not None,
        case_open=row.case_status.is_open,
    )
    decision = decide(facts, cutoff=row.cutoff_age_days)
    found = _of_row(row, decision, officer_active=facts.officer_active)
    if decision in {Decision.WRITTEN_OFF, Decision.NOT_WAITING, Decision.YOUNG}:
        return found
    told_on = told_before(run, found.matter(row.journalpost_id))
    return None if told_on is None else found.model_copy(update={"told_on": told_on})


def _of_row(row: BacklogControl, decision: Decision, *, officer_active: bool = True) -> Standing:
    return Standing(
        decision=decision,
        age=row.age,
        unit=row.unit or "",
        officer=row.officer,
        officer_active=officer_active,
        case_status=row.case_status,
    )


def _by_its_page(row: BacklogControl, journal: Sequence[PostLine], run: Run) -> Standing:
    post = archive_of(run).post(row.case_no, row.post_no)
    if post is None or post.id != row.journalpost_id:
        return _of_row(row, Decision.NOT_WAITING)
    answers = linked(post, journal)
    finished = [each for each in answers if is_finished(each)]
    letters = [] if answers else _letters_to_who_asks(post, journal, run)
    officer = _officer(post.officer, row, run)
    facts = Facts(
        waiting=_waits(post),
        written_off=post.write_off is not None,
        age=_age(post, row),
        answer=_answer(post, finished[0], run) if finished and post.write_off is None else None,
        unfinished_answer=answers[0].number if answers and not finished else None,
        possible_answers=len(letters),
        officer_active=officer is not None,
        case_open=post.case_status.is_open,
    )
    return Standing(
        decision=decide(facts, cutoff=row.cutoff_age_days),
        age=facts.age,
        unit=post.unit,
        officer=post.officer,
        officer_unit=officer.unit if officer else "",
        officer_active=facts.officer_active,
        case_status=post.case_status,
        due=post.due,
        title=_one_line(post.title) if post.screening.access is AccessCode.OPEN else "",
        answer=facts.answer,
        other=facts.unfinished_answer or (letters[0] if len(letters) == 1 else None),
    )


def _one_line(title: str) -> str:
    """As it stands in a list of posts: no line of its own, and nothing that turns the text around it."""
    return "".join(each for each in " ".join(title.split()) if each.isprintable())


def _waits(line: PostLine) -> bool:
    return line.type.waits_for_answer and line.status is not PostStatus.CANCELLED


def _age(post: JournalPost, row: BacklogControl) -> int:
    since = waiting_since(received=post.received, journalled=post.journalled, document_date=post.document_date)
    return age(since or row.as_of, row.as_of)


def _answer(post: JournalPost, line: PostLine, run: Run) -> Answer:
    """A finished answer, from its own page; raises NotConfirmed when it has changed since the journal was read."""
    page = archive_of(run).post(post.case, line.number)
    if page is None or page.answers != post.number or not is_finished(page):
        raise NotConfirmed("The answer is no longer as the journal showed it")
    return answer(page)


def _letters_to_who_asks(post: JournalPost, journal: Sequence[PostLine], run: Run) -> list[int]:
    """Which later letters went to the party that the post came from.

    Where the letters of a case file went is read once for all its posts: a person looks at whatever comes of it.
    """
    letters = unlinked_letters(post, journal)
    if not letters:
        return []

    def look() -> dict[int, tuple[Party, ...]]:
        return {each.number: _recipients(post.case, each, run) for each in letters}

    known = run.reading("letters", post.case, look, fresh=_FRESH)
    return [
        each.number
        for each in letters
        if goes_to_who_asks(post, known[each.number] if each.number in known else _recipients(post.case, each, run))
    ]


def _recipients(case: str, letter: PostLine, run: Run) -> tuple[Party, ...]:
    page = archive_of(run).post(case, letter.number)
    return () if page is None else recipients(page)


def _officer(initials: str, row: BacklogControl, run: Run) -> Officer | None:
    """Who handles it, as the archive's list of officers has them; None for nobody, and for who has left, or leaves."""

    def look() -> dict[str, Officer]:
        return {each.initials.casefold(): each for each in archive_of(run).officers()}

    name = initials.casefold()
    found = run.reading("officers", "all", look, fresh=_STAFF_FRESH).get(name)
    return found if found is not None and found.active and name != row.leaving.casefold() else None
