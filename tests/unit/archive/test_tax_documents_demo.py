"""The demo's documents: on every day of the year they are what the process takes, refuses or leaves to a person."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import pytest
from pydantic import ValidationError

from archive_svc.demo.tax_documents import SITUATIONS, flow
from archive_svc.demo.town import Town
from archive_svc.tax.tax_document import TaxDocument
from common.local.day import REFUSED
from sandbox.esa.seeds import SeededCaseFile, SeededPost
from sandbox.sofie.seeds import SeededDocument

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)


def town(now: datetime = NOW) -> Town:
    return Town(random.Random(7), now)


def test_every_situation_turns_up_in_a_day_of_forty() -> None:
    made = flow(town(), 40)
    assert made.rows == 40
    assert {situation.name for situation in made.situations} == {make.__name__.strip("_") for make in SITUATIONS}


@pytest.mark.parametrize("rows", [1, 7])
def test_a_short_night(rows: int) -> None:
    assert flow(town(), rows).rows == rows


@pytest.mark.parametrize("hour", [0, 23])
def test_on_every_day_documents_are_refused_only_where_they_must_be(hour: int) -> None:
    for number in range(0, 366, 31):
        there = town(datetime(2026, 1, 1, hour, 30, tzinfo=UTC) + timedelta(days=number))
        for situation in flow(there, 40).situations:
            refused = any(state == REFUSED for state, _ in situation.expected)
            assert all(_taken(row, there.now) is not refused for row in situation.rows), situation.name


def test_the_stand_ins_take_what_they_are_told() -> None:
    there = town()
    flow(there, 40)
    for told, shape in (
        (there.documents, SeededDocument),
        (there.case_files, SeededCaseFile),
        (there.posts, SeededPost),
    ):
        for each in told:
            shape.model_validate(each)


def test_what_is_handed_over_is_what_rows_name() -> None:
    there = town()
    made = flow(there, 40)
    named = {file["sha256"] for situation in made.situations for row in situation.rows for file in row["files"]}
    handed_over = {sha256(each).hexdigest() for each in made.files}
    assert handed_over <= named
    assert named - handed_over  # what only SOFIE has


def _taken(row: dict[str, object], now: datetime) -> bool:
    try:
        document = TaxDocument.model_validate(row)
    except ValidationError:
        return False
    return not list(document.breaches(now))
