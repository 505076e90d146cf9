"""Asking and filling a directory with OpenLDAP's own tools, which every machine with its server has."""

import base64
import re
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Attributes = Mapping[str, Sequence[str]]
SignIn = Literal["REFUSED", "MUST_CHANGE", "SIGNED_IN"]
_PLAIN = re.compile(r"[!-9;=-~][ -~]*(?<! )")
_WRONG = 49
"""What the tools end with when name or password is wrong."""


@dataclass(frozen=True)
class Entry:
    """An entry as the directory holds it; names of attributes in lower case."""

    dn: str
    attributes: dict[str, list[str]]

    def first(self, name: str) -> str:
        return next(iter(self.attributes.get(name.lower(), ())), "")

    def all(self, name: str) -> list[str]:
        return self.attributes.get(name.lower(), [])


def addition(dn: str, attributes: Attributes) -> str:
    """An entry to be made, as LDIF; attributes without a value are left out."""
    lines = [_line("dn", dn), "changetype: add"]
    lines += [_line(name, value) for name, values in attributes.items() for value in values if value]
    return "\n".join(lines) + "\n\n"


def membership(dn: str, attribute: str, values: Iterable[str]) -> str:
    """Values to be added to an attribute, as LDIF."""
    lines = [_line("dn", dn), "changetype: modify", f"add: {attribute}"]
    return "\n".join([*lines, *(_line(attribute, value) for value in values)]) + "\n\n"


def _line(name: str, value: str) -> str:
    if _PLAIN.fullmatch(value):
        return f"{name}: {value}"
    return f"{name}:: {base64.b64encode(value.encode()).decode()}"


class Server:
    """A directory seen by whom no rule holds; the password is handed over in a file."""

    def __init__(self, address: str, dn: str, password: Path) -> None:
        self._address = address
        self._who = ["-x", "-H", address, "-D", dn, "-y", str(password)]

    def answers(self) -> bool:
        """Whether it takes connections."""
        command = ["ldapwhoami", *self._who]
        return subprocess.run(command, capture_output=True, check=False).returncode == 0

    def search(self, base: str, condition: str, *attributes: str, scope: str = "sub") -> list[Entry]:
        """Every entry that meets the condition; none where the base is not there."""
        command = ["ldapsearch", *self._who, "-LLL", "-o", "ldif-wrap=no", "-b", base, "-s", scope, condition]
        found = subprocess.run([*command, *attributes], capture_output=True, text=True, check=False)
        if found.returncode not in (0, 32):  # 32: no such object
            raise RuntimeError(f"ldapsearch: {found.stderr.strip()}")
        return list(_entries(found.stdout))

    def apply(self, changes: str) -> None:
        """Make all changes, one after the other; the first that is refused ends it."""
        command = ["ldapmodify", *self._who]
        made = subprocess.run(command, input=changes, capture_output=True, text=True, check=False)
        if made.returncode:
            raise ValueError(made.stderr.strip())

    def remove(self, base: str) -> None:
        """Remove everything below an entry, which itself stays."""
        below = [entry.dn for entry in self.search(base, "(objectClass=*)", "1.1") if entry.dn != base]
        if below:
            deepest_first = sorted(below, key=lambda dn: -dn.count(","))
            self.apply("".join(f"{_line('dn', dn)}\nchangetype: delete\n\n" for dn in deepest_first))

    def sign_in(self, dn: str, password: str) -> SignIn:
        """What the directory says to somebody who signs in like this."""
        command = ["ldapwhoami", "-x", "-H", self._address, "-D", dn, "-y", "/dev/stdin", "-e", "ppolicy"]
        said = subprocess.run(command, input=password, capture_output=True, text=True, check=False)
        if said.returncode == _WRONG or not password:
            return "REFUSED"
        if "must be changed" in said.stdout + said.stderr:
            return "MUST_CHANGE"
        if said.returncode:
            raise RuntimeError(f"ldapwhoami: {said.stderr.strip()}")
        return "SIGNED_IN"


def _entries(ldif: str) -> Iterable[Entry]:
    for block in filter(None, ldif.split("\n\n")):
        attributes: dict[str, list[str]] = {}
        for line in block.splitlines():
            name, _, value = line.partition(":")
            text = base64.b64decode(value[2:]).decode(errors="replace") if value.startswith(": ") else value.strip()
            attributes.setdefault(name.lower(), []).append(text)
        (dn,) = attributes.pop("dn")
        yield Entry(dn, attributes)
