"""`backlog-runs`: the archive's lists become a control for each post; what they have is kept; and when the clock starts it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from backlog_office import HOME, NOW, SCHOOL, TODAY, Office, days_ago
from pydantic import ValidationError

from archive_svc.backlog.asked import BacklogRun, of_month, of_quarter
from archive_svc.backlog.row import BacklogControl, UnitBefore
from archive_svc.backlog.settings import BacklogSettings
from archive_svc.esa.record import Screening
from archive_svc.processes.backlog_runs import all_units, monthly_units, run_over_units
from archive_svc.screens.esa.archive import EsaArchive
from archive_svc.service import archive
from common.clock import OSLO
from common.process import Firing, Outcome, OutcomeCode, Subject
from common.testing import FixedClock, MemoryCase


@dataclass
class Runs:
    """Runs over the lists of one archive, some days apart."""

    office: Office = field(default_factory=Office)

    def over(self, case: MemoryCase | None = None, *, now: datetime = NOW, **asked: Any) -> Outcome:
        case = case or self.office.case()
        run = case.run({EsaArchive: self.office.archive}, clock=FixedClock(now))
        return run_over_units(BacklogRun.model_validate(asked), run)

    def rows(self, **asked: Any) -> list[BacklogControl]:
        return rows_of(self.over(**asked))


def rows_of(outcome: Outcome) -> list[BacklogControl]:
    (handover,) = outcome.handovers
    assert handover.process == "backlog-controls"
    return [row for row in handover.rows if isinstance(row, BacklogControl)]


def before(rows: list[BacklogControl]) -> dict[str, tuple[date, tuple[int, ...]]]:
    """What the rows tell of the control before."""
    told = [each for row in rows for each in row.units_before]
    return {each.unit: (each.on, each.ages) for each in told}


@pytest.fixture
def runs() -> Runs:
    return Runs()


class TestTheLists:
    def test_become_a_row_for_each_post(self, runs: Runs) -> None:
        post = runs.office.waiting(days=120, due=date(2026, 10, 1))
        outcome = runs.over(run_id="2026-Q4", priority=3, cutoff_age_days=60)
        assert (outcome.code, outcome.detail) == (
            OutcomeCode.CREATED,
            {"as_of": "2026-12-01", "posts": 1, "left_out": []},
        )
        (row,) = rows_of(outcome)
        assert row == BacklogControl(
            run_id="2026-Q4",
            priority=3,
            unit=SCHOOL,
            as_of=TODAY,
            cutoff_age_days=60,
            journalpost_id=post.id,
            case_no=post.case,
            post_no=1,
            type=post.type,
            status=post.status,
            doc_date=days_ago(120),
            received_date=days_ago(120),
            journal_date=days_ago(120),
            due_date=date(2026, 10, 1),
            officer="skol07",
            case_status=post.case_status,
            whole_list=True,
        )

    def test_hand_over_what_can_be_stored_and_read_again(self, runs: Runs) -> None:
        runs.office.waiting(days=120)
        runs.over()
        (row,) = runs.rows(now=NOW + timedelta(days=30), test=True)
        assert row.units_before
        assert BacklogControl.model_validate(row.model_dump(mode="json", exclude_unset=True)) == row
        assert row.test

    def test_hand_over_no_title_and_no_party(self, runs: Runs) -> None:
        runs.office.waiting(screening=Screening())
        (row,) = runs.rows()
        assert not any(text in row.model_dump_json() for text in ("Klage", "Nordhaug", "17838410103"))

    def test_keep_posts_of_a_case_file_together(self, runs: Runs) -> None:
        one = runs.office.waiting()
        two = runs.office.waiting()
        runs.office.waiting(case=one.case)
        assert [row.case_no for row in runs.rows()] == [one.case, one.case, two.case]

    def test_are_those_of_the_units_that_are_asked_for(self, runs: Runs) -> None:
        runs.office.waiting(unit=SCHOOL)
        home = runs.office.waiting(unit=HOME)
        assert [row.journalpost_id for row in runs.rows(units=[HOME])] == [home.id]
        assert [row.journalpost_id for row in runs.rows(unit=HOME)] == [home.id]
        assert runs.office.archive.looks["list"] == 2

    def test_of_several_parts_are_read_each(self, runs: Runs) -> None:
        runs.office.waiting()
        other = runs.office.archive.put_case_file(part="Personalarkiv")
        runs.office.waiting(case=other.number)
        assert len(runs.rows(parts=["Sakarkiv", "Personalarkiv"])) == 2
        assert len(runs.rows()) == 1

    def test_without_any_post_are_nothing_to_do(self, runs: Runs) -> None:
        outcome = runs.over()
        assert (outcome.code, outcome.handovers, outcome.tasks) == (OutcomeCode.NOOP, (), ())

    def test_with_a_line_that_is_not_valid_leave_that_out_and_say_so(self, runs: Runs) -> None:
        runs.office.waiting()
        wrong = runs.office.waiting(officer="to navn")
        outcome = runs.over()
        assert (outcome.detail["posts"], outcome.detail["left_out"]) == (1, [wrong.call_number])
        (task,) = outcome.tasks
        assert (task.role, "hoppe over: 1." in task.text) == ("archive", True)

    def test_are_read_for_one_run_at_a_time(self) -> None:
        assert BacklogRun(parts=("B", "A", "A")).subject == Subject("backlog", "A+B")
        assert BacklogRun().subject == Subject("backlog", "Sakarkiv")


class TestSomebodyWhoLeaves:
    def test_is_asked_for_with_all_their_posts(self, runs: Runs) -> None:
        runs.office.waiting(officer="skol11")
        theirs = [runs.office.waiting(officer="skol07"), runs.office.waiting(officer="skol07", unit=HOME)]
        rows = runs.rows(officer="SKOL07")
        assert [row.journalpost_id for row in rows] == [each.id for each in theirs]
        assert {(row.leaving, row.whole_list) for row in rows} == {("SKOL07", False)}

    def test_leaves_them_all_to_the_leaders(self, runs: Runs) -> None:
        runs.office.waiting(officer="skol07", days=3)
        ended = runs.office.batch(*runs.rows(officer="skol07"))
        assert [row.code for row in ended] == ["REPORTED"]

    def test_does_not_count_for_the_units(self, runs: Runs) -> None:
        runs.office.waiting()
        runs.over(officer="skol07")
        assert before(runs.rows(now=NOW + timedelta(days=30))) == {}


class TestWhatTheListsHadBefore:
    LATER = NOW + timedelta(days=90)

    def test_is_told_by_the_first_row_alone(self, runs: Runs) -> None:
        for days in (10, 31, 91, 181, 200):
            runs.office.waiting(days=days)
        assert before(runs.rows()) == {}
        first, *others = runs.rows(now=self.LATER)
        assert first.units_before == (UnitBefore(unit=SCHOOL, on=TODAY, ages=(1, 1, 1, 2)),)
        assert not any(row.units_before for row in others)

    def test_is_not_what_they_had_the_same_day(self, runs: Runs) -> None:
        runs.office.waiting()
        runs.over()
        runs.office.waiting()
        assert before(runs.rows()) == {}

    def test_is_the_latest(self, runs: Runs) -> None:
        runs.office.waiting()
        runs.over()
        runs.office.waiting()
        runs.over(now=NOW + timedelta(days=30))
        assert before(runs.rows(now=self.LATER))[SCHOOL][0] == TODAY + timedelta(days=30)

    def test_of_a_unit_that_has_nothing_now_is_told_too(self, runs: Runs) -> None:
        runs.office.waiting(unit=SCHOOL)
        home = runs.office.waiting(unit=HOME)
        runs.over()
        del runs.office.archive.journal[home.id]
        assert before(runs.rows(now=self.LATER))[HOME] == (TODAY, (1, 0, 0, 0))

    def test_of_a_unit_that_had_nothing_when_all_were_counted_is_nothing(self, runs: Runs) -> None:
        runs.office.waiting(unit=SCHOOL)
        runs.over()
        runs.office.waiting(unit=HOME)
        assert before(runs.rows(now=self.LATER))[HOME] == (TODAY, (0, 0, 0, 0))

    def test_of_a_unit_that_nobody_has_counted_is_unknown(self, runs: Runs) -> None:
        runs.office.waiting(unit=SCHOOL)
        runs.over(units=[SCHOOL])
        runs.office.waiting(unit=HOME)
        assert before(runs.rows(now=self.LATER)).keys() == {SCHOOL}

    def test_counts_a_units_own_run_where_that_came_later(self, runs: Runs) -> None:
        post = runs.office.waiting(unit=SCHOOL)
        runs.office.waiting(unit=HOME)
        runs.over()
        del runs.office.archive.journal[post.id]
        runs.over(now=NOW + timedelta(days=31), units=[SCHOOL])
        runs.office.waiting(unit=SCHOOL)
        assert before(runs.rows(now=self.LATER)) == {
            SCHOOL: (TODAY + timedelta(days=31), (0, 0, 0, 0)),
            HOME: (TODAY, (1, 0, 0, 0)),
        }

    def test_of_other_parts_of_the_archive_is_another_matter(self, runs: Runs) -> None:
        runs.office.waiting()
        runs.over()
        assert before(runs.rows(now=self.LATER, parts=["Sakarkiv", "Personalarkiv"])) == {}

    def test_is_told_to_leaders_where_nothing_waits_any_more(self, runs: Runs) -> None:
        post = runs.office.waiting()
        runs.over()
        del runs.office.archive.journal[post.id]
        outcome = runs.over(now=self.LATER)
        (task,) = outcome.tasks
        assert (outcome.code, task.role, task.unit) == (OutcomeCode.NOOP, "unit-leader", SCHOOL)
        assert "0 i restanse, −1 siden forrige kontroll" in task.title

    def test_is_not_what_the_run_itself_counted_before_midnight(self, runs: Runs) -> None:
        runs.office.waiting()
        case = runs.office.case()
        runs.over(case, now=NOW)
        case.retried()
        assert before(rows_of(runs.over(case, now=NOW + timedelta(days=1)))) == {}

    def test_does_not_count_what_is_left_out(self, runs: Runs) -> None:
        runs.office.waiting()
        wrong = runs.office.waiting(officer="to navn")
        runs.over()
        runs.office.archive.change_post(wrong.id, officer="skol11")
        assert before(runs.rows(now=self.LATER)) == {SCHOOL: (TODAY, (1, 0, 0, 0))}

    def test_of_a_unit_that_no_row_can_name_is_nothing(self, runs: Runs) -> None:
        # Such a run would fail at its second time, and ever after.
        runs.office.waiting()
        runs.office.waiting(unit="Enhet for barnehage og skole i vest")
        runs.over()
        outcome = runs.over(now=self.LATER)
        assert (before(rows_of(outcome)).keys(), len(outcome.detail["left_out"])) == ({SCHOOL}, 1)

    def test_is_not_told_as_gone_where_it_is_left_out(self, runs: Runs) -> None:
        post, other = runs.office.waiting(), runs.office.waiting(unit=HOME)
        runs.over()
        runs.office.archive.change_post(post.id, officer="to navn")
        assert before(runs.rows(now=self.LATER)).keys() == {HOME}
        del runs.office.archive.journal[other.id]
        outcome = runs.over(now=self.LATER)
        assert (outcome.code, [(task.role, task.unit) for task in outcome.tasks]) == (
            OutcomeCode.NOOP,
            [("archive", None), ("unit-leader", HOME)],
        )

    def test_is_the_same_when_the_run_dies_and_begins_anew(self, runs: Runs) -> None:
        runs.office.waiting()
        runs.over()
        case = runs.office.case()
        told = [before(rows_of(runs.over(case, now=self.LATER))) for _ in range(2)]
        assert told[0] == told[1] == {SCHOOL: (TODAY, (1, 0, 0, 0))}


class TestTheInput:
    @pytest.mark.parametrize(
        "wrong", [{"units": ["17838410103"]}, {"units": [""]}, {"officer": ""}, {"cutoff_age_days": 0}]
    )
    def test_is_refused(self, wrong: dict[str, Any]) -> None:
        with pytest.raises(ValidationError):
            BacklogRun.model_validate(wrong)

    def test_counts_no_ages_on_a_day_to_come(self) -> None:
        asked = BacklogRun(as_of=date(2026, 12, 2))
        assert [problem.code for problem in asked.breaches(NOW)] == ["DATE_OUT_OF_RANGE"]
        assert list(BacklogRun().breaches(NOW)) == []


class TestTheClock:
    def firing(self, schedule: str, day: date) -> Firing:
        return Firing(schedule=schedule, due_at=datetime(day.year, day.month, day.day, 3, tzinfo=OSLO).astimezone(UTC))

    def test_starts_all_units_four_times_a_year(self) -> None:
        schedule = archive.schedules["quarterly-backlog-run"]
        year = datetime(2026, 1, 1, tzinfo=OSLO)
        days = [due.astimezone(OSLO) for due in schedule.due_between(year, year + timedelta(days=364))]
        assert [(day.month, day.day, day.hour) for day in days] == [(3, 1, 3), (6, 1, 3), (9, 1, 3), (12, 1, 3)]
        (asked,) = all_units(self.firing("quarterly-backlog-run", date(2026, 12, 1)))
        assert (asked.reference, asked.run_id, asked.as_of, asked.of_units) == (
            "quarterly-backlog-run:2026-12-01",
            "2026-Q4",
            date(2026, 12, 1),
            (),
        )

    def test_starts_none_where_it_is_switched_off(self) -> None:
        firing = self.firing("quarterly-backlog-run", date(2026, 12, 1))
        assert of_quarter(firing, BacklogSettings(quarterly=False)) == []

    def test_starts_named_units_every_other_month(self) -> None:
        november, december = (self.firing("monthly-backlog-run", date(2026, month, 1)) for month in (11, 12))
        assert list(monthly_units(november)) == []
        asked = of_month(november, BacklogSettings(monthly_units=(SCHOOL, HOME)))
        assert [(each.unit, each.of_units, each.run_id) for each in asked] == [
            (SCHOOL, (SCHOOL,), "2026-11"),
            (HOME, (HOME,), "2026-11"),
        ]
        assert len({each.reference for each in asked}) == 2
        assert of_month(december, BacklogSettings(monthly_units=(SCHOOL, HOME))) == []
        assert len(of_month(december, BacklogSettings(monthly_units=(SCHOOL, HOME), quarterly=False))) == 2
