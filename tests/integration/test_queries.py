"""What is read of cases: only what the caller may see, page by page, and one bad row hides no other."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from uuid import UUID, uuid4

import pytest
from office import DONE, TO_A_PERSON, Office

from common.cases.endings import done
from common.cases.queries import CaseView, Filter, Queries
from common.cases.sight import Sight
from common.cases.states import State
from common.db.engine import engine
from common.outcome import Outcome, OutcomeCode
from common.process import Subject
from common.refusals import CaseUnknown, MalformedRequest
from common.settings import DatabaseSettings
from common.testing import a_chore, a_process

pytestmark = pytest.mark.anyio


@pytest.fixture
async def queries(database: DatabaseSettings, office: Office) -> AsyncGenerator[Queries]:
    reading = engine(database, name="roger-tests")
    yield Queries(reading, office.keyring)
    await reading.dispose()


async def all_of(queries: Queries, narrowed: Filter, limit: int = 100) -> list[CaseView]:
    """Every page of a list."""
    found: list[CaseView] = []
    cursor: str | None = None
    while True:
        page = await queries.page(narrowed, limit=limit, cursor=cursor)
        found += page.cases
        cursor = page.next
        if cursor is None:
            return found


class TestOne:
    async def test_shows_where_it_stands_and_what_came_out(self, office: Office, queries: Queries) -> None:
        id_ = await office.submit(a_chore("kari", reference="T-1", unit="42"))
        await office.end(await office.claim(), done(Outcome(OutcomeCode.CREATED, {"journal": "J-1"})))
        view = await queries.one(id_, Sight(caller="booking"))
        assert (view.state, view.outcome, view.code) == (State.DONE, "CREATED", None)
        assert (view.reference, view.unit, view.attempts, view.detail) == ("T-1", "42", 1, {"journal": "J-1"})
        assert "kari" not in repr(view)

    async def test_of_another_caller_is_unknown_and_so_is_what_does_not_exist(
        self, office: Office, queries: Queries
    ) -> None:
        id_ = await office.submit()
        for case, caller in ((id_, "stranger"), (uuid4(), "booking"), (uuid4(), None)):
            with pytest.raises(CaseUnknown):
                await queries.one(case, Sight(caller=caller))
            with pytest.raises(CaseUnknown):
                await queries.events(case, Sight(caller=caller))
        assert (await queries.one(id_)).id == id_

    async def test_a_purged_one_keeps_its_outline(self, office: Office, queries: Queries) -> None:
        id_ = await office.submit(a_chore(reference="T-1"))
        await office.end(await office.claim(), done(Outcome(OutcomeCode.CREATED, {"journal": "J-1"})))
        await office.rows("delete from case_contents")
        view = await queries.one(id_, Sight(caller="booking"))
        assert (view.state, view.reference, view.detail) == (State.DONE, None, {})


class TestPages:
    async def test_are_newest_first_without_gap_or_repeat(self, office: Office, queries: Queries) -> None:
        cases = [await office.submit() for _ in range(7)]
        for limit in (1, 2, 3, 6, 7, 8):
            assert [view.id for view in await all_of(queries, Filter(), limit)] == cases[::-1]

    async def test_stay_in_place_while_cases_come_in(self, office: Office, queries: Queries) -> None:
        cases = [await office.submit() for _ in range(5)]
        first = await queries.page(Filter(), limit=2)
        await office.submit()
        second = await queries.page(Filter(), limit=2, cursor=first.next)
        assert [view.id for view in (*first.cases, *second.cases)] == cases[:0:-1]

    async def test_of_nothing(self, queries: Queries) -> None:
        page = await queries.page(Filter(), limit=5)
        assert (page.cases, page.next) == ([], None)

    @pytest.mark.parametrize("cursor", ["", "x", "æ", "AAAA", "A" * 22 + "A", "' or 1=1 --"])
    async def test_a_cursor_that_is_none_is_refused(self, queries: Queries, cursor: str) -> None:
        with pytest.raises(MalformedRequest):
            await queries.page(Filter(), limit=5, cursor=cursor)

    @pytest.mark.parametrize(
        "damage", ["payload = '\\x00'", "key = ''", "key = '\\x0009'", "payload = ''", "key = payload"]
    )
    async def test_a_row_that_does_not_open_hides_no_other(self, office: Office, queries: Queries, damage: str) -> None:
        cases = [await office.submit(a_chore(reference=f"T-{n}")) for n in range(3)]
        await office.rows(f"update case_contents set {damage} where case_id = %s", cases[1])  # noqa: S608  ours
        views = await all_of(queries, Filter())
        assert [view.reference for view in views] == ["T-2", None, "T-0"]


class TestFilters:
    @pytest.fixture
    async def cases(self, office: Office) -> dict[str, UUID]:
        one, two = a_process("one"), a_process("two")
        office.processes = [one, two]
        cases = {
            "done": await office.submit(a_chore("kari", reference="A", unit="7"), to=one),
            "manual": await office.submit(a_chore("kari", reference="B"), to=two, caller="hr"),
            "queued": await office.submit(a_chore("ola", reference="A", unit="8"), to=two),
        }
        await office.end(await office.claim("s", one), DONE)
        await office.end(await office.claim("s", two), TO_A_PERSON)
        return cases

    @pytest.mark.parametrize(
        ("narrowed", "expected"),
        [
            (Filter(), {"done", "manual", "queued"}),
            (Filter(processes=["two"]), {"manual", "queued"}),
            (Filter(processes=[]), set[str]()),
            (Filter(state=State.MANUAL), {"manual"}),
            (Filter(code="NOOP"), {"done"}),
            (Filter(code="NAME_MISMATCH"), {"manual"}),
            (Filter(reference="A"), {"done", "queued"}),
            (Filter(reference="a"), set[str]()),
            (Filter(unit="7"), {"done"}),
            (Filter(subject=Subject("person", "kari")), {"done", "manual"}),
            (Filter(subject=Subject("employee", "kari")), set[str]()),
            (Filter(sight=Sight(caller="booking")), {"done", "queued"}),
            (Filter(sight=Sight(caller="hr"), subject=Subject("person", "kari")), {"manual"}),
        ],
        ids=str,
    )
    async def test_each(self, cases: dict[str, UUID], queries: Queries, narrowed: Filter, expected: set[str]) -> None:
        names = {case: name for name, case in cases.items()}
        assert {names[view.id] for view in await all_of(queries, narrowed)} == expected

    async def test_who_has_ended(self, cases: dict[str, UUID], queries: Queries) -> None:
        assert await queries.ended([*cases.values(), uuid4()]) == {cases["done"], cases["manual"]}

    @pytest.mark.usefixtures("cases")
    async def test_standings(self, queries: Queries) -> None:
        standings = {standing.process: standing.states for standing in await queries.standings()}
        assert {state: n for state, n in standings["two"].items() if n} == {State.MANUAL: 1, State.QUEUED: 1}
        assert not any(standings.get("one", {}).values()), "what is done does not wait"

    async def test_events_are_in_order(self, cases: dict[str, UUID], queries: Queries) -> None:
        moves = [event.to_state for event in await queries.events(cases["manual"], Sight(caller="hr"))]
        assert moves == ["queued", "running", "manual"]
