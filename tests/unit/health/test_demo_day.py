"""The demo's day, which the bench plays at its peak: what is in it, and that its checks notice what is not as it must be."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from bench.day import PEAKS, SEED
from common.catalogue import load
from common.local.day import REFUSED, Day, Flow
from common.process import CaseInput
from health_svc.demo import FLOWS, billing_cards, booking_journals, day_of, test_journals, vaccinations
from health_svc.demo.town import Town

SITUATIONS: Mapping[str, Mapping[Callable[[Town], Any], int]] = {
    "test-journals": test_journals.SITUATIONS,
    "booking-journals": booking_journals.SITUATIONS,
    "vaccinations": vaccinations.SITUATIONS,
    "billing-cards": billing_cards.SITUATIONS,
}
EACH_ONCE = 45
"""Rows of a process that hold each of its situations."""
REPEATS = 0.10
"""The least share of a peak day's rows that are about what came before."""


def made(process: str, now: datetime) -> Flow:
    maker, _ = FLOWS[process]
    return maker(Town(random.Random(7), now), EACH_ONCE)


@pytest.mark.parametrize("process", FLOWS)
def test_every_situation_turns_up(process: str) -> None:
    flow = made(process, datetime(2026, 11, 23, 8, tzinfo=UTC))
    assert flow.rows == EACH_ONCE
    assert {situation.name for situation in flow.situations} == {
        make.__name__.strip("_") for make in SITUATIONS[process]
    }


@pytest.mark.parametrize("hour", [0, 22, 23])
@pytest.mark.parametrize("process", FLOWS)
def test_on_every_day_of_the_year_rows_are_refused_only_where_they_must_be(process: str, hour: int) -> None:
    takes = load("health").processes[process].input
    for number in range(0, 366, 9):
        now = datetime(2026, 1, 1, hour, 30, tzinfo=UTC) + timedelta(days=number)
        for situation in made(process, now).situations:
            refused = any(state == REFUSED for state, _ in situation.expected)
            assert all(_taken(takes, row, now) is not refused for row in situation.rows), situation.name


def _taken(takes: type[CaseInput], row: dict[str, Any], now: datetime) -> bool:
    try:
        told = takes.model_validate(row)
    except ValidationError:
        return False
    return not list(told.breaches(now))


@pytest.fixture(scope="module")
def peak() -> Day:
    """The very day that the bench plays."""
    return day_of(PEAKS["health"].rows, seed=SEED)


class TestThePeakDay:
    def test_is_as_large_as_promised(self, peak: Day) -> None:
        asked = {"test-journals": 1_500, "vaccinations": 3_000, "billing-cards": 1_500}
        assert {flow.process: flow.rows for flow in peak.flows if flow.process in asked} == asked

    @pytest.mark.parametrize("process", PEAKS["health"].rows)
    def test_repeats_itself(self, peak: Day, process: str) -> None:
        """The same person, once more: a test told twice, another test, a dose corrected."""
        (flow,) = [flow for flow in peak.flows if flow.process == process]
        again = sum(len(situation.rows) - 1 for situation in flow.situations)
        assert again >= REPEATS * flow.rows

    def test_expects_an_outcome_of_every_row(self, peak: Day) -> None:
        for flow in peak.flows:
            for situation in flow.situations:
                assert situation.expected.total() == len(situation.rows), situation.name


class TestWhatIsNoticed:
    """Every check says nothing of the day as it must be, and something of any other."""

    @pytest.fixture
    def day(self) -> Day:
        return day_of(dict.fromkeys(FLOWS, EACH_ONCE), seed=7)

    @staticmethod
    def hspro(day: Day) -> dict[str, Any]:
        """HsPro's own summary after that day."""
        expected = {flow.process: flow for flow in day.flows}
        ends = {
            process: sum(
                (situation.expected for situation in flow.situations), start=type(flow.situations[0].expected)()
            )
            for process, flow in expected.items()
        }
        people = next(content for _, path, content in day.common_seeds if path == "/_kontroll/people")
        newcomers = sum(
            situation.name == "first_dose_without_a_journal" for situation in expected["vaccinations"].situations
        )
        before = sum(kept["type"] == "SMITTEVERN" for person in people for kept in person["journals"])
        created = ends["test-journals"]["done", "CREATED"] + ends["booking-journals"]["done", "CREATED"]
        told = ends["vaccinations"]
        doses = sum(len(person.get("doses", ())) for person in people)
        return {
            "duplicates": 1,
            "journals": {"SMITTEVERN": before + created + newcomers, "HELSESTASJON": 99},
            "doses": {"BNT03": doses + told["done", "CREATED"] + told["manual", "TARGET_REJECTED"]},
            "double_doses": 0,
            "corrections": told["done", "UPDATED"],
        }

    def test_nothing_at_hspro_on_the_day_as_it_must_be(self, day: Day) -> None:
        assert self.said(day, "hspro", self.hspro(day)) == []

    @pytest.mark.parametrize(
        ("what", "of"),
        [("duplicates", ""), ("journals", "SMITTEVERN"), ("doses", "BNT03"), ("double_doses", ""), ("corrections", "")],
    )
    @pytest.mark.parametrize("more", [-1, 1])
    def test_one_more_or_less_at_hspro(self, day: Day, what: str, of: str, more: int) -> None:
        summary = self.hspro(day)
        if of:
            summary[what][of] += more
        else:
            summary[what] += more
        assert len(self.said(day, "hspro", summary)) == 1

    @staticmethod
    def systemx(day: Day) -> dict[str, Any]:
        """SystemX's own summary after that day."""
        flow = next(flow for flow in day.flows if flow.process == "billing-cards")
        made = sum(situation.expected["done", "CREATED"] for situation in flow.situations)
        patients = next(content for _, path, content in flow.seeds if path == "/_kontroll/people")
        cards = made + sum(len(patient["cards"]) for patient in patients)
        rejected = sum(situation.name == "rejected_by_helfo" for situation in flow.situations)
        return {
            "cards_made_here": made,
            "cards_twice": 0,
            "shares": 0,
            "sendings": 1,
            "messages_sent_twice": 0,
            "cards": {"ACCEPTED": cards - rejected, "REJECTED": rejected},
            "refunds": {"ACCEPTED": (cards - rejected) * 15050, "REJECTED": rejected * 15050},
        }

    def test_nothing_at_systemx_on_the_day_as_it_must_be(self, day: Day) -> None:
        assert self.said(day, "systemx", self.systemx(day)) == []

    @pytest.mark.parametrize(
        ("what", "of"),
        [
            ("cards_made_here", ""),
            ("cards_twice", ""),
            ("shares", ""),
            ("sendings", ""),
            ("messages_sent_twice", ""),
            ("cards", "ACCEPTED"),
            ("cards", "REJECTED"),
            ("cards", "UNSENT"),
            ("refunds", "ACCEPTED"),
            ("refunds", "REJECTED"),
        ],
    )
    def test_one_card_or_one_ore_more_at_systemx(self, day: Day, what: str, of: str) -> None:
        summary = self.systemx(day)
        if of:
            summary[what][of] = summary[what].get(of, 0) + 1
        else:
            summary[what] += 1
        assert len(self.said(day, "systemx", summary)) == 1

    @staticmethod
    def said(day: Day, target: str, summary: Any) -> list[str]:
        return [problem for name, check in day.checks if name == target and (problem := check(summary)) is not None]
