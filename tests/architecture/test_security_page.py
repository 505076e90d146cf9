"""What docs/security.md says is covered is covered: each test that it names exists."""

from __future__ import annotations

import re

from sources import ROOT

PAGE = ROOT / "docs" / "security.md"
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")


def test_every_test_it_names_exists() -> None:
    named = NAMED.findall(PAGE.read_text(encoding="utf-8"))
    assert named

    missing = [
        f"{path}::{name}"
        for path, name in named
        if not (ROOT / path).is_file() or f"def {name}(" not in (ROOT / path).read_text(encoding="utf-8")
    ]

    assert not missing, f"docs/security.md names tests that there are not: {missing}"


def test_every_threat_names_a_test() -> None:
    lines = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| ")][1:]

    assert [line for line in lines if not NAMED.search(line)] == []
