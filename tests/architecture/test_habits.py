"""How tests wait and pretend, and how all code tells the time."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sources import SHIPPED, Module, modules

Rule = Callable[[Module], list[str]]

PATCHERS = ("mock", "pytest_mock", "unittest.mock")
NAIVE = {"utcnow", "utcfromtimestamp"}


def sleeping(module: Module) -> list[str]:
    """A test waits for what it wants to see, with a limit; a sleep is either too short or too long."""
    calls = [call for call, name in module.calls() if name == "time.sleep"]
    imported = [i for i in module.imports if i.name == "time.sleep"]
    return [
        f"{module.at(line)} sleeps: wait for the event itself (an answer, a row, an exit), with a limit"
        for line in [*(call.lineno for call in calls), *(i.line for i in imported)]
    ]


def patching(module: Module) -> list[str]:
    """What a test needs to pretend is passed in at a seam."""
    reason = "nothing is patched here: pass in the double that we ship (common/testing), or run the real thing"
    imported = [f"{module.at(i.line)} imports {i.name}; {reason}" for i in module.imports if i.is_of(*PATCHERS)]
    called = [
        f"{module.at(call.lineno)} calls {name}; {reason}"
        for call, name in module.calls()
        if name in {"monkeypatch.setattr", "monkeypatch.setitem"} or name.startswith("mocker.")
    ]
    return imported + called


def naive_times(module: Module) -> list[str]:
    """A moment without its offset means something else on another machine, and twice a year."""
    return [
        f"{module.at(call.lineno)} calls {name}(): it has no time zone; take common.clock, or pass one"
        for call, name in module.calls()
        if (name.endswith("datetime.now") and not call.args and not call.keywords)
        or name.endswith("datetime.today")
        or (name.endswith("datetime.fromtimestamp") and len(call.args) + len(call.keywords) == 1)
        or name.rpartition(".")[2] in NAIVE
    ]


OF_TESTS: tuple[Rule, ...] = (sleeping, patching, naive_times)
OF_ALL: tuple[Rule, ...] = (naive_times,)


@pytest.mark.parametrize(("folders", "rules"), [(("tests",), OF_TESTS), (SHIPPED, OF_ALL)], ids=["tests", "shipped"])
def test_all_code(folders: tuple[str, ...], rules: tuple[Rule, ...]) -> None:
    breaches = [breach for module in modules(*folders) for rule in rules for breach in rule(module)]
    assert not breaches, "\n".join(breaches)


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        (sleeping, "import time\ntime.sleep(1)"),
        (sleeping, "from time import sleep\nsleep(1)"),
        (patching, "from unittest import mock"),
        (patching, "import unittest.mock"),
        (patching, "from unittest.mock import patch"),
        (patching, "import mock"),
        (patching, "def test(monkeypatch):\n    monkeypatch.setattr('common.clock.now', f)"),
        (patching, "def test(mocker):\n    mocker.patch('common.clock.now')"),
        (naive_times, "datetime.now()"),
        (naive_times, "import datetime\ndatetime.datetime.now()"),
        (naive_times, "datetime.utcnow()"),
        (naive_times, "datetime.today()"),
        (naive_times, "datetime.fromtimestamp(0)"),
    ],
)
def test_each_rule_can_fail(rule: Rule, text: str) -> None:
    assert rule(Module("tests.invented", text))


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        (sleeping, "import time\ntime.monotonic()"),
        (patching, "def test(monkeypatch):\n    monkeypatch.setenv('ROGER_LOG_LEVEL', 'DEBUG')"),
        (naive_times, "datetime.now(UTC)\ndatetime.now(tz=zone)\ndatetime.fromtimestamp(0, UTC)\nclock.now()"),
    ],
)
def test_and_lets_the_rest_be(rule: Rule, text: str) -> None:
    assert not rule(Module("tests.invented", text))
