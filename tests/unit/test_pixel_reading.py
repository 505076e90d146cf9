"""What is read off spoilt pictures: nothing wrong is accepted, little goes to a person. `python -m bench reading` is the whole of it."""

from __future__ import annotations

import random

import numpy as np
import pytest

from bench.drawn import LABELS, a_mean_record, a_record, drawn, spoiling, twin
from bench.reading import KINDS, read
from common.browser.canvas import tesseract
from common.browser.canvas.finding import Sight
from common.browser.canvas.kinds import DATE, NAME, PARTY, TEXT
from common.browser.canvas.picture import Box, Picture
from common.browser.canvas.reading import Reading
from common.browser.locator import label
from common.norway.names import same_person

pytestmark = pytest.mark.skipif(not tesseract.is_there(), reason="this machine lacks tesseract-ocr-nor")


def _quiet(_: str) -> None:
    """Nobody watches."""


def test_of_usual_records_nothing_is_accepted_wrong_and_nearly_all_is_read() -> None:
    tally = read("usual", 8, 20261129, a_record, _quiet)
    assert tally.wrong_of(exact=True) == 0, tally.wrong
    assert tally.share >= 94, tally.person


def test_of_numbers_that_look_like_others_nothing_is_accepted_wrong() -> None:
    tally = read("mean", 6, 20261130, a_mean_record, _quiet)
    assert tally.wrong_of(exact=True) == 0, tally.wrong


def test_an_accent_that_counts_in_no_comparison_sends_no_name_to_a_person() -> None:
    """Readers take one accent for another; rings and strokes of Norwegian letters count."""
    certain = 0
    for number in range(8):
        chance = random.Random(number)
        record = {**a_record(chance), "Navn": "Fjellvær, Zoë"}
        sight = Sight(drawn(record, spoiling(chance), chance), Reading())
        (box,) = sight.where(label("Navn"))
        seen = sight.read(box, NAME)
        if seen.confidence >= NAME.floor:
            family, _, given = seen.text.partition(", ")
            assert same_person(family, given, "Fjellvær", "Zoë")
            certain += 1
    assert certain >= 7


def test_what_cannot_be_read_is_not_certain() -> None:
    chance = random.Random(7)
    record = a_record(chance)
    picture = drawn(record, spoiling(chance), chance)
    noise = np.random.default_rng(7).integers(0, 256, picture.colours.shape, dtype=np.uint8)
    mixed = Picture((picture.colours // 4 + noise // 4 * 3).astype(np.uint8))
    sight = Sight(mixed, Reading())
    for name, kind in KINDS.items():
        for box in sight.where(label(name)):
            seen = sight.read(box, kind)
            assert seen.confidence < kind.floor or seen.text == record[name]


def test_an_empty_field_is_certainly_empty() -> None:
    empty = Picture(np.full((18, 280, 3), 240, np.uint8))
    assert Reading().sighting(empty, DATE).text == ""
    assert Reading().sighting(empty, DATE).confidence == 1


def test_a_number_that_fails_its_check_is_not_certain() -> None:
    """However clearly it can be read: a misread one and one that the program holds wrong look the same."""
    chance = random.Random(3)
    record = {**a_record(chance), "Part-id": "17838410108", "Dok.dato": "31.02.2026"}
    sight = Sight(drawn(record, spoiling(chance), chance), Reading())
    for name, kind in (("Part-id", PARTY), ("Dok.dato", DATE)):
        (box,) = sight.where(label(name))
        assert sight.read(box, kind).confidence < kind.floor
        assert sight.read(box, TEXT).text


def test_every_label_leads_to_its_own_field() -> None:
    chance = random.Random(11)
    sight = Sight(drawn(a_record(chance), spoiling(chance), chance), Reading())
    fields = [sight.where(label(name)) for row in LABELS for name in row]
    assert all(len(found) == 1 for found in fields)
    assert len({found[0] for found in fields}) == len(fields)
    assert sight.where(label("Fødested")) == []


def test_a_twin_is_another_valid_number() -> None:
    chance = random.Random(5)
    for party in ("17838410103", "310456780"):
        other = twin(party, chance)
        assert other is not None
        assert other != party
        assert PARTY.fits(other)


def test_a_caret_that_blinks_is_no_change_and_a_letter_is() -> None:
    before = np.full((60, 200, 3), 220, np.uint8)
    caret, letter = before.copy(), before.copy()
    caret[20:34, 50:52] = 0
    letter[20:30, 50:57] = 0
    assert Picture(caret).changed(Picture(before), grades=48) is None
    assert Picture(letter).changed(Picture(before), grades=48) == Box(20, 50, 7, 10)
    assert Picture(before).changed(Picture(before[:30]), grades=48) is not None
