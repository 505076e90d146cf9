"""Every page that a target declares is as the robot knows it, on the stand-ins; in frames and windows as well."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import ExitStack
from dataclasses import dataclass

import pytest

from archive_svc.screens.esa.target import Esa
from archive_svc.screens.meetings.target import Meetings
from common.browser.drift import look
from common.browser.session import Browser
from common.browser.settings import BrowserSettings
from common.browser.target import WebTarget
from common.catalogue import load
from common.lease import Lease, now
from common.target import Account
from payroll_svc.screens.payroll_target import PayrollSystem
from tests.sandbox import visitor
from tests.sandbox.visitor import StandIn, starting
from useradmin_svc.directory.desk import TkNett
from useradmin_svc.screens.orderers.target import Orderers
from useradmin_svc.screens.programs.target import Programs

pytestmark = pytest.mark.browser

KINDS: dict[str, tuple[type[StandIn], tuple[str, ...]]] = {
    "esa": (visitor.Esa, ()),
    "meetings": (visitor.Meetings, ()),
    "orderers": (visitor.Orderers, ()),
    "payroll": (visitor.Payroll, ()),
    "programs": (visitor.Programs, ()),
    "tknett": (visitor.Katalog, ("--network", "tknett")),
}
"""HsPro and SystemX are looked at by `test_screens_check`, LAM and SOFIE beside what else is tested of them."""


@dataclass
class Town:
    systems: dict[str, StandIn]
    browser: Browser

    def drifted(self, target: WebTarget) -> dict[str, list[str]]:
        """What has changed, by screen; seen with a browser of its own, in which nobody has signed in yet."""
        self.browser.recycle()
        robot = Account(target=target.name, name="robot1", password="robot1-secret")
        held = Lease(fence=0, started=now(), seconds=300, margin=2)
        return {
            page.screen: [*map(str, page.drifted), *([page.unreached] if page.unreached else [])]
            for page in look(target.looks, self.browser, robot, held)
        }


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Generator[Town]:
    for service in ("archive", "payroll", "useradmin"):
        load(service)  # every page that may be looked at is declared by then
    with ExitStack() as running:
        systems = {
            name: running.enter_context(starting(kind, tmp_path_factory))(*options)
            for name, (kind, options) in KINDS.items()
        }
        browser = Browser(BrowserSettings(), {name: system.url for name, system in systems.items()})
        running.callback(browser.close)
        yield Town(systems, browser)


def noted(system: StandIn) -> list[str]:
    """Whom or what somebody has looked at or written; groups are nobody's."""
    kinds = [row["kind"] for log in ("looks", "writes") for row in system.get(log)]
    return [kind for kind in kinds if kind != "group_list"]


@pytest.mark.parametrize(
    ("target", "screens"),
    [
        (Meetings, ["SignIn", "ItemSearch"]),
        (Orderers, ["SignIn", "OrdererSearch", "UnitSearch", "EmployeeSearch"]),
        (
            PayrollSystem,
            [
                *("SignIn", "AssignmentSearch", "PayRuns", "PayRowSearch", "EmployeeSearch", "FormQueue", "Workforce"),
            ],
        ),
        (Programs, ["SignIn", "ProgramSearch"]),
        (Esa, ["SignIn", "Menu", "PostSearch", "BacklogSearch", "EsaArchive", "NewCaseFileWindow"]),
        (TkNett, ["SignIn", "KatalogDirectory", "GroupList", "NewAccount"]),
    ],
    ids=lambda value: value.name if isinstance(value, WebTarget) else "",
)
def test_all_is_there_and_nobody_was_looked_at(
    town: Town, target: WebTarget, screens: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ROGER_DIRECTORY_TKNETT", "katalog")
    assert town.drifted(target) == {f"{target.name}.{screen}": [] for screen in screens}
    assert noted(town.systems[target.name]) == []


def test_what_has_changed_in_a_frame_and_in_a_window_over_it_is_named(town: Town) -> None:
    esa = town.systems["esa"]
    esa.fault("renamed_label", **{"from": "Vis", "to": "Vis restanser"}, path_contains="restanser")
    esa.fault("renamed_label", **{"from": "Klasse", "to": "Ordningsverdi"}, path_contains="saksmapper/ny")
    try:
        drifted = {screen: found for screen, found in town.drifted(Esa).items() if found}
    finally:
        esa.console.delete("/_kontroll/faults")
    assert drifted == {
        "esa.BacklogSearch": ["ready: missing button('Vis')"],
        "esa.NewCaseFileWindow": ["CaseFileForm.klass: missing label('Klasse')"],
    }
