"""How large a module and a function may grow, and what a module may be called."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from pathlib import Path

import pytest
from sources import ROOT, SHIPPED, Module, files, modules

LONGEST_MODULE = 400
LONGEST_FUNCTION = 50
DRAWERS = {"util", "utils", "helper", "helpers", "misc", "tools", "stuff"}
COUNTED = (".py", ".js")


def too_long(path: str, text: str) -> list[str]:
    lines = len(text.splitlines())
    if lines <= LONGEST_MODULE:
        return []
    return [
        f"{path} has {lines} lines, {LONGEST_MODULE} are allowed: find the second concept in it and give it a module"
    ]


def long_functions(module: Module) -> list[str]:
    return [
        f"{module.at(node.lineno)} {node.name} has {lines} lines, {LONGEST_FUNCTION} are allowed: name its parts"
        for node in ast.walk(module.tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (lines := (node.end_lineno or node.lineno) - node.lineno + 1) > LONGEST_FUNCTION
    ]


def drawers(path: Path) -> list[str]:
    if not DRAWERS & {part.lower() for part in path.with_suffix("").parts}:
        return []
    return [f"{path} is a drawer for anything: name the module after the concept it holds"]


def namesakes(paths: Iterable[Path]) -> list[str]:
    """Pytest knows a test module by its bare name: of two, the second is not collected, but only where both are."""
    by_name: dict[str, list[str]] = {}
    for path in sorted(paths):
        by_name.setdefault(path.name, []).append(path.as_posix())
    return [f"{' and '.join(same)} have one name: give each its own" for same in by_name.values() if len(same) > 1]


def test_modules_stay_readable() -> None:
    breaches = [
        breach
        for path in files(*COUNTED)
        if (relative := path.relative_to(ROOT)).parts[0] in SHIPPED
        for breach in too_long(relative.as_posix(), path.read_text(encoding="utf-8"))
    ]
    assert not breaches, "\n".join(breaches)


def test_functions_stay_readable() -> None:
    breaches = [breach for module in modules(*SHIPPED) for breach in long_functions(module)]
    assert not breaches, "\n".join(breaches)


def test_every_module_is_a_concept() -> None:
    breaches = [breach for path in files(*COUNTED) for breach in drawers(path.relative_to(ROOT))]
    assert not breaches, "\n".join(breaches)


def test_every_test_module_has_a_name_of_its_own() -> None:
    paths = (path.relative_to(ROOT) for path in files(".py"))
    breaches = namesakes(path for path in paths if path.parts[0] == "tests" and path.name.startswith("test_"))
    assert not breaches, "\n".join(breaches)


class TestEachRuleCanFail:
    def test_length(self) -> None:
        assert too_long("invented.js", "x\n" * 401)
        assert not too_long("invented.js", "x\n" * 400)

    @pytest.mark.parametrize("head", ["def f():", "async def f():", "class C:\n def f():", "def g():\n def f():"])
    def test_function(self, head: str) -> None:
        assert long_functions(Module("invented", head + "\n    pass" * 50))
        assert not long_functions(Module("invented", "def f():" + "\n    pass" * 49))

    def test_namesake(self) -> None:
        assert namesakes([Path("tests/unit/test_a.py"), Path("tests/web/test_a.py")])
        assert not namesakes([Path("tests/unit/test_a.py"), Path("tests/web/test_b.py")])

    def test_name(self) -> None:
        assert drawers(Path("common/utils.py"))
        assert drawers(Path("common/Helpers/dates.py"))
        assert not drawers(Path("common/utilisation.py"))
