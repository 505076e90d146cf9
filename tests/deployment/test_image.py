"""What the images are made of: the lock's own part for each role, and a Dockerfile that keeps its word."""

from __future__ import annotations

import re
import subprocess
import sys
from importlib.metadata import distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from scripts.locked import asked_for, needed

ROOT = Path(__file__).parents[2]
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
PYPROJECT = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")


def names(text: str) -> set[str]:
    return set(re.findall(r"^([\w.-]+)==", text, re.MULTILINE))


@pytest.mark.parametrize("without", [{"selenium"}, set[str]()])
def test_what_is_installed_lacks_nothing(without: set[str]) -> None:
    held = names(needed(LOCK, asked_for(PYPROJECT, []) - without))
    assert ("selenium" in held) == (not without)
    assert held.isdisjoint({"pytest", "ruff", "basedpyright", "uv", "trio"} if without else {"pytest", "ruff", "uv"})
    for name in held:
        try:
            requires = distribution(name).requires or []
        except ModuleNotFoundError:
            continue  # for another system or Python than this one
        for requirement in map(Requirement, requires):
            if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
                assert canonicalize_name(requirement.name) in held, f"{name} stands on {requirement.name}"


def test_a_package_comes_with_each_of_its_versions() -> None:
    """The lock has one for each Python where no single one fits them all; pip takes what its marker is true for."""
    held = needed(LOCK, asked_for(PYPROJECT, ["documents", "surface"]))
    packages = names(held)
    versions = [line for line in re.findall(r"^[\w.-]+==.*$", LOCK, re.MULTILINE) if names(line) <= packages]
    assert sorted(re.findall(r"^[\w.-]+==.*$", held, re.MULTILINE)) == sorted(versions)


def test_every_package_comes_with_its_hashes() -> None:
    entries = re.split(r"^(?=[\w.-]+==)", needed(LOCK, asked_for(PYPROJECT, [])), flags=re.MULTILINE)[1:]
    assert all("--hash=sha256:" in entry for entry in entries)


@pytest.mark.parametrize("service", ["health", "archive"])
def test_api_and_errands_import_nothing_that_only_workers_have(service: str) -> None:
    loaded = loaded_with(service, "common.web.main", "common.errands.main", "common.cli")
    assert loaded.isdisjoint({"selenium", "cv2", "onnxruntime", "pikepdf", "pypdfium2", "tesserocr", "typst"})


@pytest.mark.parametrize(("part", "never"), [("web", {"openpyxl", "numpy"}), ("worker", {"sqlalchemy", "openpyxl"})])
def test_no_part_loads_at_its_start_what_it_seldom_or_never_needs(part: str, never: set[str]) -> None:
    """Each is a fifth of the time in which it is up, and tens of megabytes."""
    assert loaded_with("health", f"common.{part}.main").isdisjoint(never)


def loaded_with(service: str, *modules: str) -> set[str]:
    """All that is loaded where these modules serve a service."""
    program = (
        f"import sys, {', '.join(modules)}; from common.catalogue import load; load({service!r}); print(*sys.modules)"
    )
    return set(subprocess.check_output([sys.executable, "-c", program], cwd=ROOT, text=True).split())


class TestDockerfile:
    def test_has_the_targets_that_others_name(self) -> None:
        stages = set(re.findall(r"^FROM .* AS ([\w-]+)$", DOCKERFILE, re.MULTILINE))
        assert {"api", "worker", "sandbox"} <= stages

    def test_names_no_registry_and_no_address(self) -> None:
        assert re.findall(r"^ARG BASE=(.*)$", DOCKERFILE, re.MULTILINE) == ["debian:bookworm-slim"]
        assert set(re.findall(r"https?://([^:/']+)", DOCKERFILE)) <= {"127.0.0.1"}

    def test_ends_as_nobody_in_particular_and_in_exec_form(self) -> None:
        for stage in re.split(r"^FROM .* AS ", DOCKERFILE, flags=re.MULTILINE)[1:]:
            name, users = stage.split("\n")[0], re.findall(r"^USER (\S+)$", stage, re.MULTILINE)
            assert not users or users[-1] == "10001:10001", name
        assert all(
            line.split(" ", 1)[1].startswith("[")
            for line in re.findall(r"^(?:CMD|ENTRYPOINT) .*$", DOCKERFILE, re.MULTILINE)
        )

    def test_what_it_copies_goes_to_the_builder(self) -> None:
        allowed = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
        copied = {
            source
            for line in re.findall(r"^COPY (?!--from)(.*)$", DOCKERFILE, re.MULTILINE)
            for source in [part for part in line.split() if not part.startswith("--")][:-1]
            if source != "."
        }
        assert copied <= allowed
        assert {"common", "*_svc", "sandbox"} <= allowed
