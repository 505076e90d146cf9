"""Intake: the same reference is the same case, whoever sends it when; what is answered for stands in the database."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from office import DONE, TO_A_PERSON, Office

from common.cases.draft import Draft, Receipt
from common.cases.endings import Ending
from common.cases.intake import Intake
from common.privacy.crypto import Keyring, Unreadable
from common.privacy.key_file import DatedKey
from common.refusals import InvalidInput, ReferenceTaken, Refusal
from common.testing import Chore, FixedClock, a_chore, a_process

pytestmark = pytest.mark.anyio


async def submit(office: Office, *chores: Chore, caller: str = "booking", key: str | None = None) -> list[object]:
    drafts = [Draft(input=chore, idempotency_key=key) for chore in chores]
    return list(await office.intake.submit(office.processes[0], caller, drafts, office.clock()))


def receipt(answer: object) -> Receipt:
    assert isinstance(answer, Receipt), answer
    return answer


async def counted(office: Office) -> int:
    (row,) = await office.rows("select count(*)::int as n from cases")
    return row["n"]


class TestReferences:
    async def test_the_same_reference_and_content_is_the_same_case(self, office: Office) -> None:
        chore = a_chore(reference="T-1")
        (first,), (again,) = await submit(office, chore), await submit(office, chore)
        assert not receipt(first).existing
        assert receipt(again).existing
        assert receipt(again).case == receipt(first).case
        assert await counted(office) == 1
        assert len(await office.moves(receipt(first).case)) == 1

    async def test_other_content_is_refused_and_says_which_case_stands_there(self, office: Office) -> None:
        (first,) = await submit(office, a_chore(reference="T-1"))
        (other,) = await submit(office, a_chore(reference="T-1"))
        assert isinstance(other, ReferenceTaken)
        assert other.facts == {"case": receipt(first).case}
        assert await counted(office) == 1

    async def test_without_one_every_submit_is_a_case(self, office: Office) -> None:
        chore = a_chore()
        await submit(office, chore, chore)
        assert await counted(office) == 2

    async def test_an_idempotency_key_serves_those_without(self, office: Office) -> None:
        chore = a_chore()
        answers = [*await submit(office, chore, key="k"), *await submit(office, chore, key="k")]
        assert len({receipt(answer).case for answer in answers}) == 1

    async def test_a_reference_and_an_idempotency_key_never_meet(self, office: Office) -> None:
        await submit(office, a_chore(reference="same"))
        await submit(office, a_chore(), key="same")
        assert await counted(office) == 2

    async def test_belong_to_a_caller_and_a_process(self, office: Office) -> None:
        chore = a_chore(reference="T-1")
        await submit(office, chore)
        await submit(office, chore, caller="another")
        office.processes = [a_process("others")]
        await submit(office, chore)
        assert await counted(office) == 3

    @pytest.mark.parametrize("ending", [DONE, TO_A_PERSON])
    async def test_are_known_also_after_the_case_has_ended(self, office: Office, ending: Ending) -> None:
        chore = a_chore(reference="T-1")
        (first,) = await submit(office, chore)
        await office.end(await office.claim(), ending)
        (again,) = await submit(office, chore)
        assert receipt(again).case == receipt(first).case


class TestArrays:
    async def test_are_answered_in_order(self, office: Office) -> None:
        chores = [a_chore(reference=f"T-{n}") for n in (5, 3, 9, 1)]
        answers = [receipt(answer) for answer in await submit(office, *chores)]
        for answer, chore in zip(answers, chores, strict=True):
            assert receipt((await submit(office, chore))[0]).case == answer.case

    async def test_a_row_twice_is_one_case(self, office: Office) -> None:
        chore = a_chore(reference="T-1")
        first, second, third = await submit(office, chore, chore, a_chore(reference="T-1"))
        assert receipt(first).case == receipt(second).case
        assert Counter(receipt(answer).existing for answer in (first, second)) == Counter({False: 1, True: 1})
        assert isinstance(third, ReferenceTaken)

    async def test_one_refused_row_leaves_the_others_alone(self, office: Office) -> None:
        old = office.clock() - timedelta(days=31)
        answers = await submit(office, a_chore(), a_chore(heard_of=old), a_chore())
        assert [isinstance(answer, InvalidInput) for answer in answers] == [False, True, False]
        assert await counted(office) == 2

    async def test_nothing_at_all(self, office: Office) -> None:
        assert await submit(office) == []

    async def test_of_thousands(self, office: Office) -> None:
        answers = await submit(office, *[a_chore(f"person {n % 9}", reference=f"T-{n}") for n in range(3000)])
        assert len({receipt(answer).case for answer in answers}) == 3000
        (row,) = await office.rows(
            "select (select count(*) from case_contents)::int as contents, (select count(*) from events)::int as events"
        )
        assert row == {"contents": 3000, "events": 3000}


class TestTogether:
    async def test_the_same_case_from_many_sides(self, office: Office) -> None:
        chore = a_chore(reference="T-1")
        answers = await asyncio.gather(*(submit(office, chore) for _ in range(20)))
        receipts = [receipt(answer) for (answer,) in answers]
        assert len({one.case for one in receipts}) == 1
        assert sum(not one.existing for one in receipts) == 1
        assert await counted(office) == 1

    async def test_other_content_from_many_sides_stores_one(self, office: Office) -> None:
        answers = await asyncio.gather(*(submit(office, a_chore(reference="T-1")) for _ in range(20)))
        assert sum(isinstance(answer, Receipt) for (answer,) in answers) == 1
        assert sum(isinstance(answer, ReferenceTaken) for (answer,) in answers) == 19

    async def test_arrays_of_the_same_cases_in_opposite_orders_do_not_block_each_other(self, office: Office) -> None:
        chores = [a_chore(reference=f"T-{n}") for n in range(80)]
        arrays = [chores, chores[::-1], chores[40:] + chores[:40]] * 4
        answers = await asyncio.gather(*(submit(office, *array) for array in arrays))
        receipts = [receipt(answer) for array in answers for answer in array]
        assert len({one.case for one in receipts}) == 80
        assert sum(not one.existing for one in receipts) == 80


class TestRules:
    async def test_of_time_do_not_touch_a_resubmission(self, office: Office) -> None:
        chore = a_chore(reference="T-1", heard_of=office.clock() - timedelta(days=29))
        (first,) = await submit(office, chore)
        office.clock.forward(timedelta(days=5))
        (again,) = await submit(office, chore)
        assert receipt(again).case == receipt(first).case
        (other,) = await submit(office, chore.model_copy(update={"what": "else"}))
        assert isinstance(other, ReferenceTaken), "the reference comes before the rule"

    async def test_name_field_and_code(self, office: Office) -> None:
        (refused,) = await submit(office, a_chore(heard_of=office.clock() - timedelta(days=31)))
        assert isinstance(refused, InvalidInput)
        assert [(problem.field, problem.code) for problem in refused.problems] == [("heard_of", "DATE_OUT_OF_RANGE")]
        assert await counted(office) == 0

    async def test_the_limit_itself_is_inside(self, office: Office) -> None:
        (taken,) = await submit(office, a_chore(heard_of=office.clock() - timedelta(days=30)))
        assert isinstance(taken, Receipt)


class TestWhatIsStored:
    async def row(self, office: Office, chore: Chore) -> dict[str, object]:
        return await office.case(await office.submit(chore))

    async def test_due_counts_from_the_time_before_which_nothing_happens(self, office: Office) -> None:
        later = office.clock() + timedelta(days=900)
        row = await self.row(office, a_chore(not_before=later.isoformat()))
        assert (row["not_before"], row["due"], row["parked"]) == (later, later + timedelta(hours=4), True)
        assert row["ready_at"] == later

    async def test_an_input_may_know_itself_until_when_it_is_left_alone(self, office: Office) -> None:
        class Distant(Chore):
            def earliest(self, now: datetime) -> datetime:
                return now + timedelta(days=900)

        row = await self.row(office, Distant(what="later"))
        ready = office.clock() + timedelta(days=900)
        assert (row["not_before"], row["due"], row["parked"]) == (ready, ready + timedelta(hours=4), True)

    async def test_a_time_that_has_passed_is_none(self, office: Office) -> None:
        row = await self.row(office, a_chore(not_before=datetime(2020, 1, 1, tzinfo=UTC).isoformat()))
        assert (row["not_before"], row["parked"]) == (None, False)
        assert row["due"] == office.clock() + timedelta(hours=4)

    async def test_whom_it_concerns_only_as_a_keyed_hash(self, office: Office) -> None:
        row = await self.row(office, a_chore("kari"))
        assert row["subject"] == row["lock"] == office.keyring.blind("person", "kari")
        nobody = await self.row(office, a_chore())
        assert nobody["subject"] is None

    async def test_nothing_of_the_payload_in_the_open(self, office: Office) -> None:
        await office.submit(a_chore("kari nordhaug", reference="hemmelig-1", what="besøk"))
        for table in ("cases", "case_contents", "events"):
            for row in await office.rows(f"select t::text as everything from {table} t"):  # noqa: S608  our own names
                plain = row["everything"].encode()
                for word in ("kari", "hemmelig", "besøk"):
                    assert word.encode() not in plain
                    assert word.encode().hex() not in row["everything"]

    async def test_the_payload_opens_in_its_own_row_only(self, office: Office) -> None:
        await office.submit(a_chore(what="vaske"))
        case = await office.claim()
        assert case.payload()["input"]["what"] == "vaske"
        with pytest.raises(Unreadable):
            office.keyring.open_key(uuid4(), case.wrapped_key)


async def test_a_resubmission_is_known_after_the_index_key_was_rotated(office: Office) -> None:
    master, old, new = ({n: bytes([n]) * 32} for n in (1, 1, 2))
    chore = a_chore(reference="T-1")
    cases: set[UUID] = set()
    for index in (old, old | new):
        intake = Intake(office.pool, Keyring(master=master, index=index))
        (answer,) = await intake.submit(office.processes[0], "booking", [Draft(input=chore)], office.clock())
        assert not isinstance(answer, Refusal)
        cases.add(answer.case)
    assert len(cases) == 1


async def test_of_two_who_use_different_index_keys_one_stores_it(office: Office) -> None:
    """The clocks of two replicas differ, and the new key begins just now."""
    old, new = {1: bytes([1]) * 32}, {1: DatedKey(bytes([1]) * 32), 2: DatedKey(bytes([2]) * 32, office.clock())}
    before, after = FixedClock(office.clock() - timedelta(seconds=1)), FixedClock(office.clock())
    keyrings = [Keyring(master=old, index=new, clock=clock) for clock in (before, after)]
    assert keyrings[0].blind("a", "b") != keyrings[1].blind("a", "b")
    for number in range(20):
        draft = Draft(input=a_chore(reference=f"T-{number}"))
        both = [Intake(office.pool, keyring) for keyring in keyrings]
        answers = await asyncio.gather(
            *(intake.submit(office.processes[0], "booking", [draft], office.clock()) for intake in both)
        )
        assert len({receipt(answer).case for (answer,) in answers}) == 1
    assert await counted(office) == 20


async def test_one_case_of_a_person_runs_at_a_time_whatever_key_it_came_in_under(office: Office) -> None:
    old = {1: bytes([1]) * 32}
    for index in (old, old | {2: bytes([2]) * 32}):
        intake = Intake(office.pool, Keyring(master=old, index=index))
        await intake.submit(office.processes[0], "booking", [Draft(input=a_chore("1"))], office.clock())
    await office.claim("s1")
    assert await office.idle("s2")
