"""What must stand in no file: a real person's number, an address of one registry, a path of one machine."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import count

import pytest
from sources import ROOT, files

from common.errors import IdInvalid
from common.norway.check_digits import K1_WEIGHTS, K2_WEIGHTS, check_digit
from common.norway.national_id import IdKind, parse

Rule = Callable[[str, str], list[str]]

PUBLISHED = {"30108299939", "02013299997"}  # by Skatteetaten, as examples
NUMBER = re.compile(r"(?<![\w.])\d{6}[ \-]?\d{5}(?!\w)")
# One letter of each in brackets, so that this file does not hold what it looks for.
PLACES = re.compile(
    r"(?<![\w.~-])/(?:r[o]ot|w[o]rk|h[o]me/\w+)/"
    r"|p[y]pi\.(?:org|python)|files\.python[h]osted|deb\.[d]ebian\.org|registry\.n[p]mjs"
)


def real_numbers(path: str, text: str) -> list[str]:
    return [
        f"{path}:{line} holds what may be a living person's number: make one with common.norway.synthetic"
        for line, content in enumerate(text.splitlines(), 1)
        for written in NUMBER.findall(content)
        if _may_be_real(written)
    ]


def places(path: str, text: str) -> list[str]:
    return [
        f"{path}:{line} names {found!r}: this holds on one machine or network only; leave it to the reader's settings"
        for line, content in enumerate(text.splitlines(), 1)
        for found in PLACES.findall(content)
    ]


def _may_be_real(written: str) -> bool:
    try:
        found = parse(written)
    except IdInvalid:
        return False
    return found.kind in {IdKind.FNR, IdKind.DNR} and not found.synthetic and found.number not in PUBLISHED


def _texts() -> list[tuple[str, str]]:
    read = [(path.relative_to(ROOT).as_posix(), path.read_bytes()) for path in files()]
    return [(path, content.decode()) for path, content in read if b"\0" not in content]


@pytest.mark.parametrize("rule", [real_numbers, places])
def test_committed_files(rule: Rule) -> None:
    breaches = [breach for path, text in _texts() for breach in rule(path, text)]
    assert not breaches, "\n".join(breaches)


class TestEachRuleCanFail:
    def test_numbers_of_ordinary_months_are_found_and_others_not(self) -> None:
        # Made here and now, so that this file holds none.
        stem = next(stem for n in count() if (stem := f"010170{n:03}") and 10 not in _checks(stem))
        number = stem + "".join(map(str, _checks(stem)))
        assert real_numbers("invented.md", f"call {number}")
        assert real_numbers("invented.md", f'"{number[:6]} {number[6:]}"')
        assert not real_numbers("invented.md", f"17838410103 30108299939 1{number} sha256:ab{number} 0.{number}")

    @pytest.mark.parametrize(
        "parts", [("/ro", "ot/main"), ("see /wo", "rk/main"), ("http://py", "pi.org"), ("/ho", "me/kari/x")]
    )
    def test_places(self, parts: tuple[str, ...]) -> None:
        assert places("invented.md", "".join(parts))
        assert not places("invented.md", "docs/work/ a/root/b https://example.org ~/home/x")


def _checks(stem: str) -> tuple[int, int]:
    first = check_digit(stem, K1_WEIGHTS)
    return first, check_digit(f"{stem}{first}", K2_WEIGHTS)
