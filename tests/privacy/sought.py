"""Finds a person in whatever left a process: their number in every spelling that gets by, and a name of theirs."""

from __future__ import annotations

import base64
import binascii
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from urllib.parse import unquote_to_bytes

_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{8,}={0,2}")
_HEX = re.compile(r"(?:[0-9a-f]{2}){10,}", re.IGNORECASE)
_ESCAPED = re.compile(r"\\u([0-9a-f]{4})", re.IGNORECASE)
_BETWEEN = re.compile(r"(?<=\d)[^0-9A-Za-z]{1,4}(?=\d)")
_SHORT = 10  # digits of a number whose leading zero was lost
_WRAPPINGS = 2  # one inside the other


def found(left: bytes | str, people: Mapping[str, Iterable[str]]) -> set[str]:
    """The places whose number or name stands in what was left; `people` are those by place."""
    texts = [_plain(text) for text in _unwrapped(left)]
    digits = [_BETWEEN.sub("", text) for text in texts]
    return {
        place
        for place, names in people.items()
        for name in names
        if (any(_core(name) in text for text in digits) if name.isdigit() else any(_plain(name) in t for t in texts))
    }


def _core(number: str) -> str:
    return number[-_SHORT:] if number.startswith("0") else number


def _plain(text: str) -> str:
    """Without what distinguishes spellings: full-width digits, escapes of JSON, upper case."""
    told = _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text)
    return "".join(str(unicodedata.digit(letter, letter)) for letter in unicodedata.normalize("NFKC", told).casefold())


def _unwrapped(left: bytes | str) -> Iterator[str]:
    """The text itself, and what is packed inside it: percent-encoded, in base64, as hexadecimal bytes."""
    level = {left if isinstance(left, str) else left.decode(errors="replace")}
    for _ in range(_WRAPPINGS + 1):
        yield from level
        level = {inner for text in level for inner in _inside(text)}


def _inside(text: str) -> Iterator[str]:
    if "%" in text:
        yield unquote_to_bytes(text).decode(errors="replace")
    packed = [part for match in _HEX.findall(text) for part in (bytes.fromhex(match),)] + [
        part for match in _BASE64.findall(text) for part in _of_base64(match)
    ]
    if packed:
        yield "\n".join(part.decode(errors="replace") for part in packed)


def _of_base64(text: str) -> Iterator[bytes]:
    """Wherever in a run of such letters it begins: what stands before it may be made of the same letters."""
    plain = text.rstrip("=").replace("-", "+").replace("_", "/")
    for start in range(4):
        part = plain[start:]
        part = part[: len(part) - (len(part) % 4 == 1)]
        try:
            yield base64.b64decode(part + "=" * (-len(part) % 4))
        except binascii.Error:
            continue
