"""What a control of the backlog comes to: its report, and what officers, leaders and the archive are told."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from io import BytesIO
from typing import Any
from uuid import uuid4

import pytest
from backlog_office import HOME, NOW, SCHOOL, Office, days_ago
from openpyxl import load_workbook

from archive_svc.backlog.report import report
from archive_svc.backlog.row import BacklogControl, UnitBefore
from archive_svc.backlog.summary import judge, tell_leaders
from archive_svc.esa.noark import CaseStatus, PostStatus, WriteOffCode
from archive_svc.esa.record import Screening, WriteOff
from common.batch import EndedRow
from common.process import Task
from common.readings import Readings
from common.report.document import Bars, Histogram, Report, Tone
from common.report.page import Origin
from common.report.workbook import workbook
from common.testing import MemoryDesk

WHOLE: dict[str, Any] = {"whole_list": True}


@pytest.fixture
def office() -> Office:
    return Office()


def a_backlog(office: Office) -> list[BacklogControl]:
    """One of each: young, late, old, very old, answered, with an unfinished answer, with a letter that may be one, of
    somebody who left, in a closed case file, and written off since."""
    young, late = office.waiting(days=10), office.waiting(days=31)
    old = office.waiting(days=100, officer="skol11")
    very_old = office.waiting(days=200, unit=HOME, officer="hjem02")
    answered, unfinished, proposed = office.waiting(days=40), office.waiting(days=50), office.waiting(days=60)
    office.letter(answered)
    office.letter(unfinished, status=PostStatus.RESERVED)
    office.letter(proposed, linked=False)
    left = office.waiting(days=70, officer="sluttet")
    closed = office.waiting(days=366)
    office.archive.change_case_file(closed.case, status=CaseStatus.CLOSED)
    written = office.waiting(days=95)
    posts = [young, late, old, very_old, answered, unfinished, proposed, left, closed, written]
    before = (
        UnitBefore(unit=SCHOOL, on=date(2026, 9, 1), ages=(5, 4, 3, 2)),
        UnitBefore(unit="313000001", on=date(2026, 9, 1), ages=(0, 2, 0, 0)),
    )
    rows = [office.row(post, **WHOLE) for post in posts]
    noted = WriteOff(code=WriteOffCode.NOTED, on=days_ago(1))
    office.archive.change_post(written.id, write_off=noted, written_off=noted.code)
    return [rows[0].model_copy(update={"units_before": before}), *rows[1:]]


def figures(of: Report) -> dict[str, Any]:
    return {figure.label: figure.value for figure in of.figures}


def table(of: Report, title: str) -> tuple[tuple[Any, ...], ...]:
    return next(each.rows for each in of.tables if each.title == title)


def named(tasks: list[Task] | tuple[Task, ...] | Any) -> dict[str, Task]:
    found = {task.name: task for task in tasks}
    assert len(found) == len(tasks)
    return found


class TestTheReport:
    def test_counts(self, office: Office) -> None:
        of = report(office.batch(*a_backlog(office)), {})
        assert of.subtitle == "Per 01.12.2026"
        assert figures(of) == {
            "I restanse": 10,
            "Endring siden forrige kontroll": "−7",
            "31–90 dager (sent)": 5,
            "91–180 dager": 2,
            "Over 180 dager": 2,
            "Eldste, dager": 366,
            "Avskrevet av Roger": 1,
            "Poster påminnet om": 3,
            "Til fordeling hos leder": 1,
            "I arbeidslisten": 2,
            "Venter fortsatt": 8,
        }

    def test_has_one_outcome_for_each_post(self, office: Office) -> None:
        of = report(office.batch(*a_backlog(office)), {})
        outcomes = dict(table(of, "Utfall"))
        assert outcomes == {
            "Ikke gammel nok for en påminnelse": 2,
            "Saksbehandler påminnet": 2,
            "I arbeidslisten, hos en person": 2,
            "Avskrevet av Roger": 1,
            "Påminnet om et svar som ikke er ferdigstilt": 1,
            "Leder bedt om å fordele posten": 1,
            "Avskrevet av andre etter at listen ble lest": 1,
        }
        assert sum(outcomes.values()) == 10

    def test_has_each_unit_with_its_change(self, office: Office) -> None:
        of = report(office.batch(*a_backlog(office)), {})
        assert table(of, "Enheter") == (
            (SCHOOL, 1, 5, 2, 1, 9, 14, -5, 1, 7, date(2026, 9, 1)),
            (HOME, 0, 0, 0, 1, 1, None, None, 0, 1, None),
            ("313000001", 0, 0, 0, 0, 0, 2, -2, 0, 0, date(2026, 9, 1)),
        )

    def test_shows_ages_in_the_colours_of_their_buckets(self, office: Office) -> None:
        ages, units = report(office.batch(*a_backlog(office)), {}).charts
        assert isinstance(ages, Histogram)
        assert isinstance(units, Bars)
        by_range = {
            label: [series.tone for series in ages.series if series.values[place]]
            for place, label in enumerate(ages.labels)
        }
        assert {label: tones for label, tones in by_range.items() if tones} == {
            "0–14": [Tone.PLAIN],
            "31–60": [Tone.NOTICE],
            "61–90": [Tone.NOTICE],
            "91–120": [Tone.WARNING],
            "181–270": [Tone.SERIOUS],
            "over 365": [Tone.SERIOUS],
        }
        assert sum(map(sum, (series.values for series in ages.series))) == 10
        assert units.labels == (SCHOOL, HOME)

    @pytest.mark.parametrize(("days", "label"), [(14, "0–14"), (15, "15–30"), (365, "271–365"), (366, "over 365")])
    def test_counts_an_age_in_the_range_that_holds_it(self, office: Office, days: int, label: str) -> None:
        (ages, _) = report(office.batch(office.row(office.waiting(days=days))), {}).charts
        assert isinstance(ages, Histogram)
        assert sum(series.values[ages.labels.index(label)] for series in ages.series) == 1

    def test_names_what_is_very_old_by_its_number(self, office: Office) -> None:
        of = report(office.batch(*a_backlog(office)), {})
        assert [(row[1], row[2]) for row in table(of, "Over 180 dager, venter fortsatt")] == [
            (SCHOOL, 366),
            (HOME, 200),
        ]

    def test_has_no_titles_parties_and_officers(self, office: Office) -> None:
        open_to_all = office.waiting(days=200, screening=Screening())
        said = report(office.batch(*a_backlog(office), office.row(open_to_all)), {}).model_dump_json()
        assert not any(text in said for text in ("Klage", "Nordhaug", "17838410103", "skol07", "hjem02"))

    def test_counts_what_was_referred_before_as_waiting(self, office: Office) -> None:
        answered = office.waiting(days=200)
        office.letter(answered)
        office.archive.change_case_file(answered.case, status=CaseStatus.CLOSED)
        for ending in ("manual", "done"):
            (ended,) = office.batch(office.row(answered))
            assert (ended.state, figures(report([ended], {}))["Venter fortsatt"]) == (ending, 1)

    def test_says_where_there_is_nothing_to_compare_with(self, office: Office) -> None:
        of = report(office.batch(office.row(office.waiting())), {})
        assert figures(of)["Endring siden forrige kontroll"] is None

    def test_of_no_rows_is_one_without_charts(self) -> None:
        of = report([], {})
        assert (of.charts, of.tables, figures(of)["I restanse"]) == ((), (), 0)

    def test_is_a_workbook(self, office: Office) -> None:
        of = report(office.batch(*a_backlog(office)), {})
        origin = Origin(batch=uuid4(), process="backlog-controls", called="Restansekontroll", rows=10, ended_at=NOW)
        book = load_workbook(BytesIO(workbook(of, origin)))
        sheet: Any = book["Enheter"]
        assert [cell.value for cell in sheet[2]][:6] == [SCHOOL, 1, 5, 2, 1, 9]


class TestWhatIsTold:
    def test_to_an_officer_is_all_of_their_posts_at_once(self, office: Office) -> None:
        posts = [office.waiting(days=days, unit=unit) for days in (95, 120, 100) for unit in (SCHOOL, HOME)]
        tasks = named(tell_leaders(office.batch(*(office.row(post) for post in posts))))
        task = tasks["reminder:skol07"]
        assert (task.role, task.unit, task.title) == (
            "case-officer",
            SCHOOL,
            "Restanser hos skol07: 6 journalposter",
        )
        ages = [int(line.split(": ")[1].split()[0]) for line in task.text.splitlines() if line.startswith("–")]
        assert ages == [120, 120, 100, 100, 95, 95]
        assert tasks.keys() == {"reminder:skol07", "controlled"}

    def test_of_many_posts_names_the_oldest_and_counts_the_others(self, office: Office) -> None:
        (ended,) = office.batch(office.row(office.waiting(days=100)))
        told: Any = ended.detail
        each = [
            replace(ended, detail=told | {"reminder": told["reminder"] | {"post": f"2026/004411-{number}"}})
            for number in range(1, 202)
        ]
        task = named(tell_leaders(each))["reminder:skol07"]
        assert "og 1 til" in task.text
        assert len(task.text.splitlines()) == 200 + 3

    def test_to_leaders_is_their_units_sum_where_the_list_was_whole(self, office: Office) -> None:
        tasks = named(tell_leaders(office.batch(*a_backlog(office))))
        assert {name for name in tasks if name.startswith("summary")} == {
            f"summary:{unit}" for unit in (SCHOOL, HOME, "313000001")
        }
        school, empty = tasks[f"summary:{SCHOOL}"], tasks["summary:313000001"]
        assert school.title == "Restansekontroll: 9 i restanse, −5 siden forrige kontroll"
        assert "0–30 dager: 1, 31–90 dager (sent): 5, 91–180 dager: 2, over 180 dager: 1" in school.text
        assert "Avskrevet av Roger fordi de var besvart: 1. Venter fortsatt: 7." in school.text
        assert "Ved forrige kontroll 01.09.2026 var det 14." in school.text
        assert empty.title == "Restansekontroll: 0 i restanse, −2 siden forrige kontroll"

    def test_to_leaders_is_no_sum_of_what_is_not_all(self, office: Office) -> None:
        row = office.row(office.waiting(days=100))
        assert not any(name.startswith("summary") for name in named(tell_leaders(office.batch(row))))

    def test_to_the_archive_is_what_it_came_to(self, office: Office) -> None:
        task = named(tell_leaders(office.batch(*a_backlog(office))))["controlled"]
        assert (task.role, task.title) == ("archive", "Restansekontrollen per 01.12.2026 er ferdig")
        assert "Påminnelser: 3. Til fordeling hos leder: 1. I arbeidslisten: 2." in task.text

    def test_to_leaders_is_a_copy_of_what_is_very_old(self, office: Office) -> None:
        task = named(tell_leaders(office.batch(*a_backlog(office))))[f"copy:{HOME}"]
        assert (task.role, "hjem02" in task.text, ": 200 dager" in task.text) == ("unit-leader", True, True)

    def test_to_leaders_is_what_nobody_handles(self, office: Office) -> None:
        task = named(tell_leaders(office.batch(*a_backlog(office))))[f"reassign:{SCHOOL}"]
        assert (task.role, "sluttet" in task.text, ": 70 dager" in task.text) == ("unit-leader", True, True)

    def test_is_told_once_by_two_runs_that_overlap(self, office: Office) -> None:
        # The monthly run of one unit and the quarterly run of all have come to the same posts on the same day.
        posts = [office.waiting(days=days) for days in (100, 200)]
        other = office.waiting(days=100, unit=HOME, officer="hjem02")
        monthly = tell_leaders(office.batch(*(office.row(post) for post in posts)))
        quarterly = tell_leaders(office.batch(*(office.row(post) for post in (*posts, other))))
        assert named(monthly).keys() == {"reminder:skol07", f"copy:{SCHOOL}", "controlled"}
        assert named(quarterly).keys() == {"reminder:hjem02", "controlled"}

    def test_is_told_again_after_two_weeks(self, office: Office) -> None:
        row = office.row(office.waiting(days=100))
        for days, tells in ((0, True), (13, False), (14, True), (15, False), (28, True)):
            office.readings = Readings()
            ended = office.batch(row, now=NOW + timedelta(days=days))
            assert ("reminder:skol07" in named(tell_leaders(ended))) is tells

    def test_is_not_told_by_a_batch_that_only_met_the_case_of_another(self, office: Office) -> None:
        (ended,) = office.batch(office.row(office.waiting(days=100)))
        assert named(tell_leaders([replace(ended, existing=True)])).keys() == {"controlled"}

    def test_of_no_rows_is_nothing(self) -> None:
        assert list(tell_leaders([])) == []

    def test_holds_no_title_but_of_what_is_open(self, office: Office) -> None:
        closed = office.waiting(days=200, title="Lukket tittel")
        opened = office.waiting(days=200, title="Åpen tittel", screening=Screening())
        said = "".join(task.text for task in tell_leaders(office.batch(office.row(closed), office.row(opened))))
        assert ("Lukket" in said, "Åpen tittel" in said) == (False, True)


class TestTheJudgement:
    def test_counts_what_came_in_and_tells_each_case_that_it_is_told_of_together(self, office: Office) -> None:
        rows = a_backlog(office)
        judgement = judge(rows, MemoryDesk())
        assert judgement.figures == {
            "posts": 10,
            "units": 2,
            "days_0_30": 1,
            "days_31_90": 5,
            "days_91_180": 2,
            "days_over_180": 2,
        }
        assert judgement.findings == [True] * 10

    def test_of_a_case_that_is_not_done_is_left_to_wait(self, office: Office) -> None:
        row: EndedRow[BacklogControl] = EndedRow(
            case=uuid4(), row=0, input=office.row(office.waiting(days=200)), state="cancelled", code=None
        )
        of = report([row], {})
        assert (figures(of)["Venter fortsatt"], table(of, "Utfall")) == (1, (("Trukket tilbake", 1),))
