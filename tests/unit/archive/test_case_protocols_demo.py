"""The demo's items of meetings: on every day of the year they are what the process takes, refuses or leaves to a person."""

from __future__ import annotations

import random
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from archive_in_memory import MemoryArchive
from meetings_in_memory import MemoryMeetings
from pydantic import ValidationError

from archive_svc.demo.case_protocols import SITUATIONS, flow
from archive_svc.demo.town import Town
from archive_svc.esa.record import Screening
from archive_svc.processes.case_protocols import case_protocol
from archive_svc.protocols.decided_item import DecidedItem
from archive_svc.protocols.rules import TYPES
from archive_svc.screens.esa.archive import EsaArchive
from archive_svc.screens.meetings.target import ItemFacts, Member
from common.errors import BusinessException
from common.local.day import REFUSED, RESUBMITTED, Situation
from common.testing import FixedClock, MemoryCase

ALL = 40


def town(now: datetime, *, opened: int = 0) -> Town:
    return Town(random.Random(7), now, opened=opened)


class TownInMemory:
    """Everything a town has told the meeting module and the archive, once all its items are made up."""

    def __init__(self, there: Town) -> None:
        self._town = there
        self._archive = MemoryArchive(today=there.today)
        for seed in there.case_files:
            self._archive.put_case_file(**seed, screening=Screening())
        for seed in there.posts:
            documents = [{"number": 1, **each} for each in seed["documents"]]
            titles = {"title": seed["public_title"], "full_title": seed["title"]}
            self._archive.put_post(
                **{name: value for name, value in seed.items() if name not in {"public_title", "documents", "title"}},
                **titles,
                documents=documents,
                screening=Screening(),
            )
        self._meetings = MemoryMeetings(
            items=[_facts(meeting, item) for meeting in there.meetings for item in meeting["items"]]
        )

    def endings(self, situation: Situation) -> Counter[tuple[str, str]]:
        seen, found = dict[str, str](), list[tuple[str, str]]()
        for row in situation.rows:
            if row["reference"] in seen:
                found.append((RESUBMITTED, seen[row["reference"]]))
                continue
            state, code = self._ending(row)
            seen[row["reference"]] = code
            found.append((state, code))
        return Counter(found)

    def _ending(self, row: dict[str, Any]) -> tuple[str, str]:
        item = taken(row, self._town)
        if item is None:
            return REFUSED, "INVALID_INPUT"
        case = self._meetings.case = self._archive.case = MemoryCase(submitted_at=self._town.now)
        run = case.run({**self._meetings.screens(), EsaArchive: self._archive}, clock=FixedClock(self._town.now))
        try:
            return "done", case_protocol(item, run).code
        except BusinessException as refused:
            return "manual", refused.code


def taken(row: dict[str, Any], there: Town) -> DecidedItem | None:
    """What is handed in, if it is taken in at all."""
    try:
        item = DecidedItem.model_validate(row, context={"accepts_synthetic": True})
    except ValidationError:
        return None
    return None if list(item.breaches(there.now)) else item


def _facts(meeting: dict[str, Any], item: dict[str, Any]) -> ItemFacts:
    return ItemFacts(
        body=meeting["body"],
        meeting_date=date.fromisoformat(meeting["date"]),
        approved=meeting["minutes"] == "APPROVED",
        number=item["number"],
        type=TYPES[item["number"][:2]],
        case_no=item["case_no"],
        title=item["title"],
        closed=item.get("closed", False),
        legal_basis=item.get("legal_basis", ""),
        result=item["result"],
        votes_for=item["votes"]["for"],
        votes_against=item["votes"]["against"],
        decision=item["decision"],
        members=tuple(
            Member(name=each["name"], disqualified=each["name"] in item["disqualified"]) for each in meeting["present"]
        ),
        reference=item.get("archived", ""),
    )


def test_a_day_has_every_situation() -> None:
    made = flow(town(datetime(2026, 11, 23, 8, tzinfo=UTC)), ALL)
    assert made.rows == ALL
    assert {each.name for each in made.situations} == {make.__name__.strip("_") for make in SITUATIONS}


@pytest.mark.parametrize("rows", [1, 2, 7])
def test_a_day_may_be_short(rows: int) -> None:
    assert flow(town(datetime(2026, 11, 23, 8, tzinfo=UTC)), rows).rows == rows


def test_no_item_turns_up_on_another_day() -> None:
    first, second = (town(datetime(2026, 11, 23, 8, tzinfo=UTC), opened=opened) for opened in (0, 500))
    for there in (first, second):
        flow(there, ALL)
    numbers = [
        {(meeting["body"], item["number"]) for meeting in there.meetings for item in meeting["items"]}
        for there in (first, second)
    ]
    assert not numbers[0] & numbers[1]


def test_items_are_refused_only_where_they_must_be() -> None:
    for hour in (0, 23):
        for number in range(0, 366, 9):
            there = town(datetime(2026, 1, 1, hour, 30, tzinfo=UTC) + timedelta(days=number))
            for situation in flow(there, ALL).situations:
                refused = any(state == REFUSED for state, _ in situation.expected)
                assert all((taken(row, there) is None) is refused for row in situation.rows), situation.name


@pytest.mark.parametrize("day", ["2026-01-01", "2028-02-29"])
def test_every_situation_comes_to_what_it_must(day: str) -> None:
    there = town(datetime.fromisoformat(f"{day}T08:00:00+01:00"), opened=500)
    made = flow(there, ALL)
    played = TownInMemory(there)
    for situation in made.situations:
        assert played.endings(situation) == situation.expected, situation.name
