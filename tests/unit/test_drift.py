"""What the check of screens looks for, in which order it goes round, and what it tells."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import pytest
from pydantic import SecretStr
from rich.console import Console

from common.browser.drift import Finding, LookedAt, Verdict, look, must_stand
from common.browser.drift_report import DriftReport, Ending, TargetReport
from common.browser.form import Control, Form
from common.browser.locator import Locator, button, css, heading, label, link, table
from common.browser.screen import Screen
from common.browser.target import WebTarget
from common.catalogue import load
from common.errors import TargetDown, UiChanged
from common.lease import Lease, now
from common.target import Account
from useradmin_svc.directory.desk import TkNett

if TYPE_CHECKING:
    from common.browser.form import Field
    from common.browser.screen import Page, Press
    from common.browser.session import Browser

Registry = WebTarget(name="registry")
North = WebTarget(name="north")
ROBOT = Account(target="north", name="robot1", password="secret")


class Credentials(Form):
    user: Annotated[str, label("User")]
    password: Annotated[SecretStr, label("Password")]


@Registry.signs_in
class SignIn(Screen):
    target = Registry
    path = "/"
    ready = (heading("Sign in"), button("Go"))
    untouched = (Credentials,)

    def sign_in(self, account: Account) -> None:
        """Nobody does, here."""


class PersonToFind(Form):
    number: Annotated[str | None, label("Number")] = None
    born: Annotated[date | str, label("Born")] = ""
    former_too: Annotated[bool | None, label("Former ones too")] = None
    units: Annotated[tuple[str, ...], label("Units")] = ()
    paper: Annotated[Path | None, label("Paper")] = None


class NewPerson(Screen):
    target = Registry
    ready = (heading("New person"), button("Save"))
    leads_to = ()


class Menu(Screen):
    target = Registry
    ready = link("Help")
    leads_to = ((link("New person"), NewPerson),)


class Search(Screen):
    target = Registry
    path = "/search"
    ready = (heading("Search"), label("Number"), button("Find"))
    hits = table("Hits")
    untouched = (PersonToFind, button("Find"), link("Everybody"))
    leads_to = ((link("Menu"), Menu),)


North.looks_at(lambda: Search.at(North))


class Pages:
    """Pages in memory on which everything stands once, but for what is said."""

    def __init__(self, odd: Mapping[Locator, int] | None = None, *, strange: str = "") -> None:
        self.odd, self.strange = odd or {}, strange
        self.went: list[tuple[str, str | None]] = []
        """Where somebody went, by address as whom, or by a press."""

    def look(self, screen: type[Screen], account: Account | None, hold: Lease) -> Screen:
        hold.require(0)
        self.went.append((screen.__name__, account and account.name))
        return screen(cast("Page", self))

    def press(self, screen: Screen, fields: Sequence[Field], press: Press, expect: tuple[type[Screen], ...]) -> Screen:
        assert (fields, press.row) == ((), None)
        self.went.append((type(screen).__name__, str(press.what)))
        if expect[0].__name__ == self.strange:
            raise UiChanged
        return expect[0](cast("Page", self))

    def count(self, screen: Screen, what: Sequence[Control]) -> Sequence[int]:
        if type(screen).__name__ == self.strange:
            raise UiChanged
        return [self.odd.get(each.at, 1) for each in what]


def looked(pages: Pages) -> list[LookedAt]:
    held = Lease(fence=0, started=now(), seconds=60, margin=1)
    return list(look(North.looks, cast("Browser", pages), ROBOT, held))


class TestWhatMustStand:
    def test_is_readiness_and_the_fields_of_forms_and_what_else_is_named_each_once_by_what_says_most(self) -> None:
        assert [(each.name, each.at) for each in must_stand(Search)] == [
            ("ready", heading("Search")),
            ("PersonToFind.number", label("Number")),
            ("ready", button("Find")),
            ("PersonToFind.born", label("Born")),
            ("PersonToFind.former_too", label("Former ones too")),
            ("PersonToFind.units", label("Units")),
            ("PersonToFind.paper", label("Paper")),
            ("shown", link("Everybody")),
            ("leads to Menu", link("Menu")),
        ]

    def test_knows_which_fields_are_typed_into(self) -> None:
        assert [each.name.partition(".")[2] for each in PersonToFind.controls() if each.typed] == ["number", "born"]
        assert all(each.typed for each in Credentials.controls())


class TestGoingRound:
    def test_begins_before_the_sign_in_and_goes_on_to_wherever_pages_lead(self) -> None:
        pages = Pages()
        assert [(page.screen, page.unreached, page.drifted) for page in looked(pages)] == [
            ("north.SignIn", "", ()),
            ("north.Search", "", ()),
            ("north.Menu", "", ()),
            ("north.NewPerson", "", ()),
        ]
        assert pages.went == [
            ("SignIn", None),
            ("Search", "robot1"),
            ("Search", "robot1"),
            ("Search", "link('Menu')"),
            ("Search", "robot1"),
            ("Search", "link('Menu')"),
            ("Menu", "link('New person')"),
        ]

    def test_ends_at_a_sign_in_that_has_changed(self) -> None:
        pages = Pages({label("Password"): 2})
        sign_in, search = looked(pages)
        assert sign_in.drifted == (Finding("Credentials.password", label("Password"), 2),)
        assert (search.screen, search.findings) == ("north.Search", ())
        assert search.unreached
        assert pages.went == [("SignIn", None)]

    @pytest.mark.parametrize("number", [0, 2])
    def test_does_not_go_where_nothing_leads_any_more(self, number: int) -> None:
        pages = Pages({link("Menu"): number})
        *_, search, menu = looked(pages)
        assert [finding.at for finding in search.drifted] == [link("Menu")]
        assert menu == LookedAt("north.Menu", (), "link('Menu') of north.Search does not lead there")
        assert len(pages.went) == 2

    def test_a_page_that_another_has_come_in_place_of_lacks_everything(self) -> None:
        *_, person = looked(Pages(strange="NewPerson"))
        assert [(each.at, each.verdict) for each in person.findings] == [
            (heading("New person"), Verdict.MISSING),
            (button("Save"), Verdict.MISSING),
        ]

    def test_a_failing_target_is_no_changed_page(self) -> None:
        class Down(Pages):
            def count(self, screen: Screen, what: Sequence[Control]) -> Sequence[int]:
                del screen, what
                raise TargetDown

        with pytest.raises(TargetDown):
            looked(Down())


FOUND = Finding("ready", heading("Search"), 1)
MISSING = Finding("PersonToFind.number", label("Number"), 0)
SEVERAL = Finding("shown", css("[name=find]"), 2)


def report(*targets: TargetReport) -> DriftReport:
    return DriftReport(service="people", at=datetime(2026, 11, 29, 18, 30, tzinfo=UTC), targets=targets)


def seen(*findings: Finding, trouble: str = "") -> TargetReport:
    pages = (LookedAt("north.Search", findings), LookedAt("north.Menu", (), "nothing leads there"))
    return TargetReport(target="north", account="robot1", pages=pages if findings else (), trouble=trouble)


class TestReport:
    @pytest.mark.parametrize(
        ("targets", "ending"),
        [
            ([seen(FOUND)], Ending.ALL_THERE),
            ([seen(FOUND), seen(FOUND, MISSING)], Ending.DRIFTED),
            ([seen(SEVERAL)], Ending.DRIFTED),
            ([seen(FOUND), seen(trouble="TIMEOUT")], Ending.NOT_ALL_LOOKED_AT),
            ([seen(MISSING, trouble="TIMEOUT")], Ending.DRIFTED),
        ],
    )
    def test_ends_with_what_counts_most(self, targets: list[TargetReport], ending: Ending) -> None:
        assert report(*targets).ending is ending

    def test_says_everything_to_machines(self) -> None:
        told = json.loads(json.dumps(report(seen(FOUND, SEVERAL)).as_json()))
        assert told == {
            "service": "people",
            "at": "2026-11-29T18:30:00+00:00",
            "ending": 1,
            "targets": [
                {
                    "target": "north",
                    "account": "robot1",
                    "trouble": None,
                    "screens": [
                        {
                            "screen": "north.Search",
                            "unreached": None,
                            "locators": [
                                {"field": "ready", "by": "heading", "value": "Search", "verdict": "found", "count": 1},
                                {
                                    "field": "shown",
                                    "by": "css",
                                    "value": "[name=find]",
                                    "verdict": "several",
                                    "count": 2,
                                },
                            ],
                        },
                        {"screen": "north.Menu", "unreached": "nothing leads there", "locators": []},
                    ],
                }
            ],
        }

    def test_names_screen_field_and_what_was_looked_for(self) -> None:
        shown, said = printed(report(seen(FOUND, MISSING, SEVERAL), seen(trouble="north is paused by kari")))
        assert said == [
            "✗ north.Search: PersonToFind.number: missing label('Number')",
            "✗ north.Search: shown: several (2) css('[name=find]')",
            "✗ north was not looked at, or not all of it: north is paused by kari",
        ]
        rows = [[cell.strip() for cell in line.split("│")[1:-1]] for line in shown if line.startswith("│")]
        assert rows == [
            ["north.Search", "ready", "heading('Search')", "found"],
            ["", "PersonToFind.number", "label('Number')", "missing"],
            ["", "shown", "css('[name=find]')", "several (2)"],
            ["north.Menu", "–", "nothing leads there", "not reached"],
        ]

    def test_says_so_when_all_is_there(self) -> None:
        shown, said = printed(report(seen(FOUND)))
        assert (shown[-1], said) == ("✓ Everything is there: 1 locators on 2 screens.", [])


def printed(made: DriftReport) -> tuple[list[str], list[str]]:
    out, errors = StringIO(), StringIO()
    made.show(Console(file=out, width=120), Console(file=errors, width=20))
    return out.getvalue().splitlines(), errors.getvalue().splitlines()


class TestServices:
    @pytest.mark.parametrize("service", ["archive", "health", "payroll", "useradmin"])
    def test_every_target_says_where_to_look(self, service: str) -> None:
        for target in load(service).targets:
            assert isinstance(target, WebTarget)
            assert target.looks, f"{target.name}: name a page that may be looked at, with @{target.name}.looked_at"
            for screen in target.looks:
                assert screen.path, f"{screen.__name__} cannot be opened by address"
                assert screen.target.name == target.name
                assert screen.target.sign_in_screen is not None
                assert any("." in each.name for each in must_stand(screen.target.sign_in_screen)), "its form's fields"

    def test_a_directory_is_looked_at_in_the_product_that_runs_it(self, monkeypatch: pytest.MonkeyPatch) -> None:
        assert [screen.__name__ for screen in TkNett.looks] == ["LamDirectory"]
        monkeypatch.setenv("ROGER_DIRECTORY_TKNETT", "katalog")
        assert [screen.__name__ for screen in TkNett.looks] == ["KatalogDirectory"]
