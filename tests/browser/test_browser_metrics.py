"""What a browser does is measured where it is done anyway: seconds per screen, sign-ins, why browsers end."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hard_screens import SAVE, AppForm, Done, NameForm
from prometheus_client import REGISTRY

from common.errors import AccountOut, SignedOut

if TYPE_CHECKING:
    from website import Website

    from common.browser.session import Browser
    from common.lease import Lease
    from common.target import Account

pytestmark = pytest.mark.browser


def shown(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0.0


def figures() -> dict[str, float]:
    acts = {
        f"{screen} {action}": shown("roger_screen_seconds_count", target="app", screen=screen, action=action)
        for screen, action in (("AppForm", "open"), ("AppForm", "press"), ("AppForm", "read"))
    }
    sign_ins = {
        result: shown("roger_sign_ins_total", target="app", result=result) for result in ("done", "refused", "failed")
    }
    ended = {reason: shown("roger_browser_recycles_total", reason=reason) for reason in ("failure", "end", "memory")}
    return acts | sign_ins | ended | {"started": shown("roger_browser_starts_total"), "run": shown("roger_browsers")}


def test_acts_sign_ins_and_ends(own: Browser, site: Website, hold: Lease, robot: Account) -> None:
    before = figures()

    def since() -> dict[str, float]:
        return {name: value - before[name] for name, value in figures().items() if value != before[name]}

    form = own.open(AppForm, robot, hold)
    form.submit(NameForm(navn="x"), SAVE, Done)
    assert since() == {"AppForm open": 1, "AppForm press": 1, "done": 1, "started": 1, "run": 1}
    with pytest.raises(AccountOut):
        own.open(AppForm, replace(robot, name="robot2", password="feil"), hold)
    assert since()["refused"] == 1
    own.recycle()
    assert (since()["failure"], "run" in since()) == (1, False)
    own.recycle()
    own.close()
    assert "end" not in since()


def test_an_act_that_fails_counts_with_the_time_it_took(
    own: Browser, site: Website, hold: Lease, robot: Account
) -> None:
    def took() -> float:
        return shown("roger_screen_seconds_sum", target="app", screen="AppForm", action="press")

    form = own.open(AppForm, robot, hold)
    before = took()
    site.signed_in = False
    with pytest.raises(SignedOut):
        form.submit(NameForm(navn="x"), SAVE, Done)
    assert took() > before
