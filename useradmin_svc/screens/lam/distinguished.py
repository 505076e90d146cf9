"""Names in a directory's tree, as LAM shows them: distinguished ones, `uid=olanor,ou=Skole,…`, and their readable form."""

from __future__ import annotations

import re

from common.errors import UiChanged

_PART = re.compile(r"(?:[^,\\]|\\.)+", re.DOTALL)
_ESCAPED = re.compile(rb"\\([0-9A-Fa-f]{2})|\\(.)", re.DOTALL)
_STEP = " > "
"""Between the steps of a readable name, from the entry upwards."""


def place_of(name: str) -> str:
    """The organisational unit right above an entry; raises UiChanged for what is no distinguished name."""
    parts = _PART.findall(name)
    if len(parts) < 2:  # noqa: PLR2004  # an entry, and what it lies in
        raise UiChanged("LAM shows the name of an entry in another form than uid=…,ou=…")
    raw = parts[1].partition("=")[2].strip().encode()
    return _ESCAPED.sub(lambda met: bytes.fromhex(met[1].decode()) if met[1] else met[2], raw).decode()


def first_step(name: str) -> str:
    """What a readable name names: `olanor` of `olanor > Skole > Brukere`."""
    return name.partition(_STEP)[0]


def steps(name: str) -> int:
    """How many steps a readable name has below its first."""
    return name.count(_STEP)
