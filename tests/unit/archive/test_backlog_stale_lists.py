"""Whatever the list and shared looks said: what is done about a post is right by what the archive shows when it is done."""

from __future__ import annotations

from typing import Any

from backlog_office import SCHOOL, TODAY, Office, days_ago
from hypothesis import given, settings
from hypothesis import strategies as st

from archive_svc.backlog.row import BacklogControl
from archive_svc.esa.noark import CaseStatus, PartyRole, PostStatus, PostType, WriteOffCode
from archive_svc.esa.record import JournalPost, Party, WriteOff
from common.errors import BusinessException

OFFICERS = st.sampled_from(["skol07", "skol11", "sluttet", ""])
AGES = st.sampled_from([0, 30, 89, 90, 120, 181])
KARI, OLA = (Party(role=PartyRole.SENDER, name=name) for name in ("Kari Dahle", "Ola Åsen"))
NOTED = WriteOff(code=WriteOffCode.NOTED, on=TODAY)


def mostly(usual: Any, seldom: Any) -> st.SearchStrategy[Any]:
    return st.sampled_from([usual] * 5 + [seldom])


OTHER_POSTS = st.fixed_dictionaries(
    {
        "type": st.sampled_from([PostType.OUTGOING, PostType.INTERNAL, PostType.INCOMING]),
        "status": st.sampled_from(
            [PostStatus.RESERVED, PostStatus.FINISHED, PostStatus.DISPATCHED, PostStatus.CANCELLED]
        ),
        "answers": st.sampled_from([1, 1, None, None, 2]),
        "to": st.sampled_from([KARI, OLA]),
        "days": st.sampled_from([1, 200]),
    }
)
STATES = st.fixed_dictionaries(
    {
        "days": AGES,
        "officer": OFFICERS,
        "status": mostly(PostStatus.JOURNALLED, PostStatus.CANCELLED),
        "write_off": mostly(None, NOTED),
        "case_status": mostly(CaseStatus.IN_PROGRESS, CaseStatus.CLOSED),
        "others": st.just([]) | st.lists(OTHER_POSTS, max_size=3),
    }
)
LIES = st.fixed_dictionaries(
    {
        "received_date": AGES.map(days_ago),
        "officer": OFFICERS,
        "case_status": st.sampled_from([CaseStatus.IN_PROGRESS, CaseStatus.CLOSED]),
    }
)
"""What the list said otherwise, hours ago."""
DONE_ABOUT_IT = {"UPDATED", "REPORTED", "NEEDS_JUDGEMENT", "CONFLICT_IN_TARGET", "CASE_FILE_CLOSED"}


def arranged(office: Office, file: str, state: dict[str, Any]) -> JournalPost:
    """The archive as it is now: the post is number 1 of its case file."""
    office.archive.journal.clear()
    office.archive.change_case_file(file, status=state["case_status"])
    facts = {name: state[name] for name in ("days", "officer", "status", "write_off")}
    post = office.waiting(case=file, id="JP-1", parties=(KARI,), **facts)
    for other in state["others"]:
        day = days_ago(other["days"])
        office.archive.put_post(
            file,
            type=other["type"],
            status=other["status"],
            answers=other["answers"],
            document_date=day,
            received=day if other["type"] is PostType.INCOMING else None,
            parties=(other["to"].model_copy(update={"role": PartyRole.RECIPIENT}),),
            unit=SCHOOL,
        )
    return post


def expected(state: dict[str, Any]) -> str:
    """The decision table read off the state, in another way than the process reads it off the pages."""
    others: list[dict[str, Any]] = state["others"]
    answers = [
        each
        for each in others
        if each["answers"] == 1 and each["type"] is not PostType.INCOMING and each["status"] is not PostStatus.CANCELLED
    ]
    ends = {PostType.OUTGOING: {PostStatus.FINISHED, PostStatus.DISPATCHED}, PostType.INTERNAL: {PostStatus.FINISHED}}
    letters = [
        each
        for each in others
        if (each["type"], each["answers"], each["to"]) == (PostType.OUTGOING, None, KARI)
        and each["status"] in ends[PostType.OUTGOING]
        and each["days"] <= state["days"]
    ]
    for fits, decision in (
        (state["write_off"], "WRITTEN_OFF"),
        (state["status"] is PostStatus.CANCELLED, "NOT_WAITING"),
        (any(each["status"] in ends[each["type"]] for each in answers), "WRITE_OFF"),
        (answers, "FINISH_ANSWER"),
        (len(letters) == 1, "PROPOSE"),
        (state["officer"] in {"sluttet", ""}, "REASSIGN"),
        (state["case_status"] is CaseStatus.CLOSED, "CASE_CLOSED"),
        (state["days"] >= 90, "REMIND"),
    ):
        if fits:
            return decision
    return "YOUNG"


def ending(office: Office, row: BacklogControl) -> tuple[str, str]:
    """How the control ends, and what it decided."""
    try:
        outcome = office.control(row)
    except BusinessException as broken:
        return broken.code, (broken.detail or {})["decision"]
    return str(outcome.code), outcome.detail["decision"]


@settings(max_examples=150, deadline=None)
@given(state=STATES)
def test_a_list_that_is_right_and_nobodys_look_before_decide_by_the_table(state: dict[str, Any]) -> None:
    office = Office()
    post = arranged(office, office.archive.put_case_file(part="Sakarkiv").number, state)
    assert ending(office, office.row(post))[1] == expected(state)


@settings(max_examples=250, deadline=None)
@given(before=STATES, now=STATES, lies=LIES)
def test_whatever_was_said_before_what_is_done_is_right(
    before: dict[str, Any], now: dict[str, Any], lies: dict[str, Any]
) -> None:
    office = Office()
    file = office.archive.put_case_file(part="Sakarkiv").number
    # Another case has looked at this case file, and told of nothing; since then everything has changed.
    ending(office, office.row(arranged(office, file, before)))
    office.ledger = type(office.ledger)()
    office.archive.writes.clear()
    post = arranged(office, file, now)
    code, decision = ending(office, office.row(post, **lies))
    if code in DONE_ABOUT_IT:
        assert decision == expected(now)
    written = [what for what, _ in office.archive.writes]
    assert written == (["write_off"] if code == "UPDATED" else [])
