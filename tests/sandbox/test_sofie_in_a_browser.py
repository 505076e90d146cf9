"""SOFIE's session as a browser shows it: pixels and nothing else, until the connection breaks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from selenium.webdriver import ActionChains, Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from common.browser.chromium import find_programs
from common.browser.settings import BrowserSettings
from sandbox.sofie.machine import missing
from tests.sandbox.remote_desktop import HEIGHT, WIDTH, Sofie, await_that
from tests.sandbox.sofie_documents import FIRST, document, opened
from tests.sandbox.visitor import starting

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(bool(missing()), reason=f"this machine lacks {', '.join(missing())}"),
]
_PATIENCE = 60
_COLOUR = """
const pixel = document.querySelector("canvas").getContext("2d").getImageData(...arguments, 1, 1).data;
return [...pixel.slice(0, 3)];
"""
_PLACE = """
const canvas = document.querySelector("canvas");
const { left, top, width, height } = canvas.getBoundingClientRect();
return [left, top, width, height, canvas.width, canvas.height];
"""


@pytest.fixture(scope="module")
def sofie(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sofie]:
    with starting(Sofie, tmp_path_factory) as start:
        standing = start()
        standing.post("documents", [document()])
        yield standing


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    # The whole one: Debian's script around the shell keeps it from being ended by a driver without a guardian.
    programs = find_programs(BrowserSettings(headless=False))
    options: Any = ChromeOptions()
    for argument in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--window-size=1400,1000"):
        options.add_argument(argument)
    options.binary_location = programs.chromium
    chrome = Chrome(options=options, service=Service(programs.chromedriver))
    chrome.implicitly_wait(_PATIENCE)
    yield chrome
    chrome.quit()


def test_nothing_but_pixels_until_the_connection_breaks(sofie: Sofie, browser: Any) -> None:
    browser.get(sofie.url)
    browser.find_element(By.ID, "brukernavn").send_keys("robot1")
    browser.find_element(By.ID, "passord").send_keys("robot1-secret", Keys.ENTER)
    browser.find_element(By.LINK_TEXT, "SOFIE").click()

    def colour(x: int, y: int) -> list[int]:
        return browser.execute_script(_COLOUR, x, y)

    def count(selector: str) -> int:
        return browser.execute_script("return document.querySelectorAll(arguments[0]).length", selector)

    def shown() -> bool:
        return count("canvas") == 1 and colour(400, 5) == [10, 36, 106]

    await_that(shown, "the caption is painted")
    # Point for point, and each in its own colour.
    assert browser.execute_script(_PLACE) == [0, 0, WIDTH, HEIGHT, WIDTH, HEIGHT]
    assert [colour(8, 400), colour(600, 60)] == [[212, 208, 200], [255, 255, 255]]
    assert browser.find_element(By.TAG_NAME, "body").text == ""
    assert count("canvas, input, button, a") == 1

    hands: Any = ActionChains(browser)
    hands.send_keys(FIRST, Keys.ENTER).perform()
    await_that(lambda: opened(sofie) == [("robot1", FIRST)], "the document is open")

    sofie.post("session/drop", {"account": "robot1"})
    alert = browser.find_element(By.CSS_SELECTOR, "[role=alert] h1")
    assert (alert.text, count("canvas")) == ("Forbindelsen er brutt", 0)
    sofie.post("picture", {"noise": 20, "quality": 3})
    browser.find_element(By.LINK_TEXT, "Koble til på nytt").click()
    await_that(shown, "what was sent as JPEG has come to rest without loss")
    assert count(".stoy") == 1
