"""The demo's posts that wait: on every day of the year they come to what they must, here with the archive in memory."""

from __future__ import annotations

import random
from collections import Counter
from datetime import UTC, datetime
from typing import Any

import pytest
from backlog_office import CountingArchive, Office

from archive_svc.backlog.asked import BacklogRun
from archive_svc.backlog.row import BacklogControl
from archive_svc.demo.backlog_controls import SITUATIONS, flow, run_over_units
from archive_svc.demo.town import Town
from archive_svc.esa.noark import AccessCode
from archive_svc.esa.record import Screening
from archive_svc.processes.backlog_runs import run_over_units as run_of
from archive_svc.screens.esa.archive import EsaArchive
from common.errors import BusinessException
from common.local.day import REFUSED, RESUBMITTED
from common.testing import FixedClock

DAYS = [datetime(2026, month, day, 8, tzinfo=UTC) for month, day in ((1, 1), (3, 29), (11, 29), (12, 31))]


def town(now: datetime) -> Town:
    return Town(random.Random(7), now)


def an_archive(of: Town) -> Office:
    """What the console of ESA is told, in memory."""
    office = Office(archive=CountingArchive(today=of.today))
    office.archive.staff.clear()
    for officer in of.officers:
        office.archive.put_officer(**officer)
    for file in of.case_files:
        office.archive.put_case_file(**file, screening=Screening())
    for post in of.posts:
        screening = Screening(access=AccessCode(post["access"]), legal_basis=post["legal_basis"])
        known = {"external_reference": "", "received": None, "journalled": None} | post
        told = {name: known[name] for name in known if name not in {"access", "legal_basis", "documents", "case"}}
        titles = {"title": post["public_title"], "full_title": post["title"]}
        office.archive.put_post(post["case"], **told | titles, screening=screening)
    return office


def test_every_situation_turns_up_in_a_day_of_twenty() -> None:
    made = flow(town(DAYS[0]), 20)
    assert made.rows == 20
    assert {situation.name for situation in made.situations} == {make.__name__.strip("_") for make in SITUATIONS}


@pytest.mark.parametrize("rows", [1, 2, 7])
def test_a_short_day_has_so_many_rows(rows: int) -> None:
    assert flow(town(DAYS[0]), rows).rows == rows


@pytest.mark.parametrize("now", DAYS)
def test_each_situation_comes_to_what_it_must(now: datetime) -> None:
    of = town(now)
    made = flow(of, 40)
    office, seen = an_archive(of), dict[str, tuple[str, str]]()
    for situation in made.situations:
        assert Counter(_ended(office, row, now, seen) for row in situation.rows) == situation.expected, situation.name


def _ended(office: Office, given: dict[str, Any], now: datetime, seen: dict[str, tuple[str, str]]) -> tuple[str, str]:
    if given["reference"] in seen:
        return RESUBMITTED, seen[given["reference"]][1]
    row = BacklogControl.model_validate(given)
    if list(row.breaches(now)):
        return REFUSED, "INVALID_INPUT"
    try:
        ending = "done", str(office.control(row, now=now).code)
    except BusinessException as broken:
        ending = "manual", broken.code
    seen[given["reference"]] = ending
    return ending


def test_the_run_over_all_units_finds_their_posts() -> None:
    of = town(DAYS[0])
    made = run_over_units(of)
    office = an_archive(of)
    ((given,),) = (situation.rows for situation in made.situations)
    run = office.case().run({EsaArchive: office.archive}, clock=FixedClock(DAYS[0]))
    outcome = run_of(BacklogRun.model_validate(given), run)
    assert (outcome.code, outcome.detail["posts"], outcome.detail["left_out"]) == ("CREATED", 28, [])
