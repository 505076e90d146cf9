"""The list of a run, read page after page while somebody may calculate the run anew."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, cast

import pytest

from common.browser.screen import Page, Row
from common.errors import TargetDown
from common.norway.money import kroner, ore
from payroll_svc.screens.run_list import RunListPage

NO_PAGE = cast("Page", None)


def shown(employee_no: int, gross: int, net: int, **changes: str) -> dict[str, str]:
    """A line as the page has it."""
    return {
        "Ansattnr.": str(employee_no),
        "Stillingsnr.": "A1",
        "Enhet": "311874322",
        "Prosent": "80,00",
        "Brutto": kroner(gross),
        "Netto": kroner(net),
        "Skatt": "0,00",
        "Trekk": "0,00",
        "Forrige": "0,00",
        "Fastlønn": "0,00",
        "Konto": "",
        "Skattekort": "Frikort",
        "Kontroll": "",
        "Koder": "",
        "Sperre": "Nei",
    } | changes


@dataclass
class System:
    """A run's lines, two on each page; something may happen before a page is shown."""

    lines: list[dict[str, str]]
    before: dict[int, Callable[[list[dict[str, str]]], None]] = field(
        default_factory=dict[int, Callable[[list[dict[str, str]]], None]]
    )

    def listed(self) -> set[str]:
        return {employee_no for employee_no, _ in _Page(self, 1).listed()}


class _Page(RunListPage):
    """As it was when it was loaded."""

    def __init__(self, system: System, number: int) -> None:
        super().__init__(NO_PAGE)
        system.before.get(number, lambda _: None)(system.lines)
        self._system, self._number, self._lines = system, number, list(system.lines)

    def terms(self) -> dict[str, str]:
        def sum_of(name: str) -> str:
            return kroner(sum(ore(line[name]) for line in self._lines))

        return {
            "Antall rader": str(len(self._lines)),
            "Sum brutto": sum_of("Brutto"),
            "Sum netto": sum_of("Netto"),
            "Side": f"{self._number} av {max(1, -(-len(self._lines) // 2))}",
        }

    def rows(self, of: Any) -> list[Row]:
        assert of is not None
        return cast("list[Row]", self._lines[(self._number - 1) * 2 : self._number * 2])

    def press(self, *_: Any, **__: Any) -> Any:
        return _Page(self._system, self._number + 1)


@pytest.fixture
def system() -> System:
    return System([shown(101 + place, (place + 1) * 1_000_00, (place + 1) * 700_00) for place in range(5)])


def test_all_pages_are_one_list(system: System) -> None:
    assert system.listed() == {"101", "102", "103", "104", "105"}


def test_an_empty_run_is_an_empty_list() -> None:
    assert System([]).listed() == set()


def test_amounts_may_be_negative() -> None:
    assert System([shown(101, -50_00, -20_00)]).listed() == {"101"}


class TestAChangeWhileItIsRead:
    def test_of_their_number_is_seen(self, system: System) -> None:
        system.before[2] = lambda lines: lines.__delitem__(0)
        with pytest.raises(TargetDown):
            system.listed()

    def test_that_leaves_their_number_as_it_was_is_seen(self, system: System) -> None:
        """The first goes when it has been read, another comes at the end: the third moves to a page that is over."""

        def one_goes_and_one_comes(lines: list[dict[str, str]]) -> None:
            del lines[0]
            lines.append(shown(106, 6_000_00, 4_200_00))

        system.before[2] = one_goes_and_one_comes
        with pytest.raises(TargetDown):
            system.listed()

    @pytest.mark.parametrize("name", ["Brutto", "Netto"])
    def test_of_an_amount_that_has_been_read_is_seen(self, system: System, name: str) -> None:
        system.before[3] = lambda lines: lines.__setitem__(0, lines[0] | {name: "1,00"})
        with pytest.raises(TargetDown):
            system.listed()

    def test_of_what_comes_yet_is_read_as_it_is_then(self, system: System) -> None:
        system.before[2] = lambda lines: lines.append(shown(106, 1, 1))
        assert "106" in system.listed()
