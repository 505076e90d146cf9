"""The repository's own files, read and never run."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
SERVICES = sorted(folder.name for folder in ROOT.glob("*_svc"))
SHIPPED = ("common", *SERVICES, "sandbox", "bench", "dashboards")
_DOTTED_FOLDERS_WE_WRITE = {".ci", ".github"}


@dataclass(frozen=True)
class Import:
    """Something a module needs at run time, by its full name: `common.web.app`, `selenium.webdriver`."""

    name: str
    line: int

    def is_of(self, *packages: str) -> bool:
        return within(self.name, *packages)


@dataclass(frozen=True)
class Module:
    """One Python file, or an invented one."""

    name: str
    text: str
    path: str = "invented.py"

    @classmethod
    def read(cls, path: Path) -> Module:
        relative = path.relative_to(ROOT)
        parts = relative.with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        return cls(name, path.read_text(encoding="utf-8"), relative.as_posix())

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text)

    def at(self, line: int) -> str:
        return f"{self.path}:{line}"

    @cached_property
    def imports(self) -> list[Import]:
        """What is imported when the module, or a function of it, runs: all but `if TYPE_CHECKING:`."""
        return [
            Import(name, getattr(node, "lineno", 0))
            for node in _run(self.tree)
            for name in _imported(node, self.name, is_package=self.path.endswith("__init__.py"))
        ]

    def calls(self) -> Iterator[tuple[ast.Call, str]]:
        """Every call with the dotted name of what is called, as far as it has one."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Call):
                yield node, ast.unparse(node.func)


def within(name: str, *packages: str) -> bool:
    """Whether a dotted name is one of these packages or lies in one."""
    return any(name == package or name.startswith(f"{package}.") for package in packages)


def modules(*folders: str) -> Iterator[Module]:
    """All Python files below these folders, one after the other: put every rule to each while it is read."""
    return (Module.read(path) for path in files(".py") if path.relative_to(ROOT).parts[0] in folders)


def files(*suffixes: str) -> list[Path]:
    """All files we wrote, or those with such a suffix."""
    return sorted(path for path in _below(ROOT) if not suffixes or path.suffix in suffixes)


def _below(folder: Path) -> Iterator[Path]:
    for entry in folder.iterdir():
        if entry.is_file():
            yield entry
        elif entry.name != "__pycache__" and (not entry.name.startswith(".") or entry.name in _DOTTED_FOLDERS_WE_WRITE):
            yield from _below(entry)


def _run(node: ast.AST) -> Iterator[ast.AST]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.If) and ast.unparse(child.test) in {"TYPE_CHECKING", "typing.TYPE_CHECKING"}:
            for other in child.orelse:
                yield other
                yield from _run(other)
        else:
            yield child
            yield from _run(child)


def _imported(node: ast.AST, importer: str, *, is_package: bool) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        above = importer.split(".")[: len(importer.split(".")) - node.level + is_package] if node.level else []
        package = ".".join([*above, *([node.module] if node.module else [])])
        return [f"{package}.{alias.name}" for alias in node.names]
    if isinstance(node, ast.Call) and ast.unparse(node.func) in {
        "__import__",
        "import_module",
        "importlib.import_module",
    }:
        return [
            first.value for first in node.args[:1] if isinstance(first, ast.Constant) and isinstance(first.value, str)
        ]
    return []
