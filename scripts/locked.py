"""Print the part of requirements.lock that an image needs: `locked.py [--without PACKAGE …] [EXTRA …]`.

The lock holds everything, tests and tools too, and says of each package who wants it. From what pyproject.toml asks for
by itself, and for the extras named, this follows those notes. Nothing is resolved anew: versions and hashes are the lock's.
"""

from __future__ import annotations

import argparse
import re
import sys
import tomllib
from pathlib import Path

_ROOT = Path(__file__).parents[1]


def needed(lock: str, wanted: set[str]) -> str:
    """The entries of these packages and of all that they stand on; raises KeyError for one the lock does not hold."""
    entries: dict[str, str] = {}
    for entry in re.split(r"^(?=[\w.-]+==)", lock, flags=re.MULTILINE)[1:]:
        # One package may have several: a version for each Python, told apart by their markers.
        entries[_name(entry)] = entries.get(_name(entry), "") + entry
    on: dict[str, set[str]] = {}
    for name, entry in entries.items():
        for user in re.findall(r"^    #(?: via|  ) +([\w.-]+)$", entry, re.MULTILINE):
            on.setdefault(user, set()).add(name)
    found: set[str] = set()
    ahead = set(wanted)
    while ahead:
        name = ahead.pop()
        found.add(name)
        ahead |= on.get(name, set()) - found
    return "".join(entries[name] for name in sorted(found))


def asked_for(pyproject: str, extras: list[str]) -> set[str]:
    """What pyproject.toml asks for by name, always and for these extras."""
    project = tomllib.loads(pyproject)["project"]
    groups = [project["dependencies"], *(project["optional-dependencies"][extra] for extra in extras)]
    return {_name(requirement) for group in groups for requirement in group}


def _name(requirement: str) -> str:
    return re.split(r"[^\w.-]", requirement, maxsplit=1)[0].lower()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--without", action="append", default=[], metavar="PACKAGE")
    parser.add_argument("extras", nargs="*", metavar="EXTRA")
    given = parser.parse_args()
    wanted = asked_for((_ROOT / "pyproject.toml").read_text(encoding="utf-8"), given.extras) - set(given.without)
    sys.stdout.write(needed((_ROOT / "requirements.lock").read_text(encoding="utf-8"), wanted))


if __name__ == "__main__":
    main()
