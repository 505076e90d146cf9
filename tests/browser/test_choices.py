"""What a page offers and says without words: the options of its lists, pictures in tables, calendars for their fields."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import pytest
from hard_screens import SAVE, Calendar, Choices, LastDay, Saved

from common.browser.locator import css, heading, table
from common.errors import FieldNotTaken

if TYPE_CHECKING:
    from website import Website

    from common.browser.session import Browser
    from common.lease import Lease
    from common.target import Account

pytestmark = pytest.mark.browser


def test_the_options_of_a_list_are_read_whether_it_is_open_or_not(
    browser: Browser, site: Website, hold: Lease, robot: Account
) -> None:
    assert site
    page = browser.open(Choices, robot, hold)
    assert page.texts(page.units) == ["Skole", "Helse & omsorg"]
    assert page.texts(page.groups) == ["Alle", "Lærere"]
    assert page.texts(page.unseen) == []
    assert page.texts(heading("Valg")) == ["Valg"]
    assert page.texts(css("td:first-child")) == ["ola", "kari", "per", "åse", "jon"]


def test_a_picture_that_stands_alone_says_what_it_is_called(
    browser: Browser, site: Website, hold: Lease, robot: Account
) -> None:
    assert site
    rows = browser.open(Choices, robot, hold).rows(table("Kontoer"))
    said = {row["Navn"]: row["Status"] for row in rows}
    assert said == {"ola": "locked", "kari": "Åpen", "per": "Utløpt", "åse": "", "jon": "Ny"}


def test_a_field_that_only_its_calendar_fills_gets_the_date(
    browser: Browser, site: Website, hold: Lease, robot: Account
) -> None:
    form = LastDay(day=date(2027, 6, 30), time=datetime(2026, 11, 30, 22, 59, tzinfo=UTC))
    browser.open(Calendar, robot, hold).submit(form, SAVE, Saved)
    [sent] = site.posts("/saved")
    assert (sent.one("dag"), sent.one("tid")) == ("30.06.2027", "30.11.2026 23:59")


def test_a_field_that_is_closed_stays_so(brisk: Browser, site: Website, hold: Lease, robot: Account) -> None:
    assert site
    with pytest.raises(FieldNotTaken):
        brisk.open(Calendar, robot, hold).fill(LastDay(locked=date(2027, 6, 30)))
