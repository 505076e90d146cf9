"""A field of a picture is taken whole or not at all, and nothing counts as empty but what is proven to be."""

from __future__ import annotations

import numpy as np
import pytest

from common.browser.canvas.kinds import DATE, NAME, TEXT, Kind, one_of
from common.browser.canvas.layout import laid_out
from common.browser.canvas.line import field_of, is_blank, line_in
from common.browser.canvas.picture import Box, Grades, Picture
from common.browser.canvas.reading import Reading

GROUND, PAPER, FRAME, INK = 212, 240, 110, 0
BOX = Box(60, 100, 200, 16)
YES = one_of("yes or no", "Ja", "Nei")


def window() -> Grades:
    """A box with a dark frame of two pixels, and nothing in it."""
    grey = np.full((160, 400), GROUND, np.uint8)
    grey[BOX.y - 2 : BOX.bottom + 2, BOX.x - 2 : BOX.right + 2] = FRAME
    grey[BOX.y : BOX.bottom, BOX.x : BOX.right] = PAPER
    return grey


def shown(grey: Grades) -> Picture:
    return Picture(np.repeat(grey[:, :, None], 3, axis=2))


def paper() -> Grades:
    return np.full((BOX.height, BOX.width), PAPER, np.uint8)


def the_box(grey: Grades) -> list[Box]:
    middle = Box(BOX.y, BOX.x + 70, 60, BOX.height)
    return [box for box in laid_out(shown(grey)).boxes if box.holds(middle)]


def test_a_stroke_that_is_lengthened_by_faint_edges_cuts_no_field_in_two() -> None:
    grey = window()
    grey[BOX.y : BOX.bottom, BOX.x + 60 : BOX.x + 62] = PAPER - 24
    grey[BOX.y + 3 : BOX.bottom - 4, BOX.x + 60 : BOX.x + 62] = INK
    (found,) = the_box(grey)
    assert found.width >= BOX.width - 4


def test_a_line_from_frame_to_frame_divides_two_fields() -> None:
    grey = window()
    grey[BOX.y : BOX.bottom, BOX.x + 60 : BOX.x + 62] = FRAME
    (found,) = the_box(grey)
    assert found.x >= BOX.x + 60


def test_a_field_has_the_rows_that_its_frame_has_shaded_and_none_of_its_frame() -> None:
    grey = window()
    grey[BOX.y] = grey[BOX.bottom - 1] = FRAME
    grey[BOX.y, BOX.x : BOX.right] = PAPER - 30
    (found,) = the_box(grey)
    piece = field_of(shown(grey), found).grey
    assert piece.shape[0] >= BOX.height - 2
    assert int(piece.min()) >= PAPER - 8


@pytest.mark.parametrize(
    ("width", "height", "depth", "blank"),
    [(1, 1, 40, True), (2, 2, 60, False), (2, 2, 200, False), (1, 9, 30, False), (5, 8, 20, False), (5, 8, 5, True)],
)
def test_empty_is_what_shows_neither_a_full_stop_nor_faint_letters(
    width: int,
    height: int,
    depth: int,
    blank: bool,  # noqa: FBT001
) -> None:
    grey = paper()
    grey[4 : 4 + height, 20 : 20 + width] -= depth
    assert is_blank(shown(grey)) is blank


def test_a_text_that_fills_its_piece_is_not_empty() -> None:
    piece = paper()
    piece[5:9, 2:-2] = INK
    assert not is_blank(shown(piece))


def test_grain_alone_is_empty_and_a_piece_too_small_to_show_anything_is_not() -> None:
    for grades in (2.5, 6, 12):
        grain = np.random.default_rng(5).normal(0, grades, (BOX.height, BOX.width))
        noisy = np.clip(paper() - 40 + grain, 0, 255)
        assert is_blank(shown(noisy.astype(np.uint8)))
        noisy[4:12, 20:24] -= 90
        assert not is_blank(shown(np.clip(noisy, 0, 255).astype(np.uint8)))
    assert not is_blank(shown(paper()[:5, :5]))


@pytest.mark.parametrize("kind", [DATE, NAME, TEXT, YES])
def test_what_is_too_faint_to_be_read_is_not_certainly_empty(kind: Kind) -> None:
    grey = paper()
    grey[4:12:2, 20:60] -= 22
    assert line_in(shown(grey)) is None
    assert Reading().sighting(shown(grey), kind).confidence < kind.floor


def test_ink_that_runs_into_the_right_edge_may_go_on_behind_it() -> None:
    grey = paper()
    grey[4:12, 20:24] = INK
    whole = line_in(shown(grey))
    assert whole is not None
    assert not whole.cut
    grey[4:12, -4:] = INK
    cut = line_in(shown(grey))
    assert cut is not None
    assert cut.cut
