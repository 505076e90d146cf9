"""Accounts that nobody need order: services, kiosks, pupils. Each has a day on which somebody looks again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated

from pydantic import Field, StringConstraints

from common.errors import RegisterMissing
from common.process import RegisterRow, Run
from common.refusals import FieldProblem
from useradmin_svc.directory.entry import Network
from useradmin_svc.service import useradmin

_REST = "*"


class ExceptedAccount(RegisterRow):
    """One account, or all whose user names begin alike."""

    network: Network = Field(description="Nettverk", examples=["TK"])
    user_name: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._$-]{1,64}\*?$")] = Field(
        description="Brukernavn; slutter det på *, gjelder det alle som begynner slik", examples=["svc-backup", "elev*"]
    )
    until: date = Field(description="Siste dag unntaket gjelder", examples=["2027-06-30"])
    reason: Annotated[str, StringConstraints(min_length=1, max_length=200)] = Field(
        description="Hvorfor ingen bestiller kontoen", examples=["Tjenestekonto for sikkerhetskopiering"]
    )


def _once(rows: Sequence[ExceptedAccount]) -> Iterable[FieldProblem]:
    seen: set[tuple[Network, str]] = set()
    for place, row in enumerate(rows):
        about = row.network, row.user_name.casefold()
        if about in seen:
            yield FieldProblem("user_name", "INVALID_VALUE", "The account stands twice", row=place)
        seen.add(about)


exceptions = useradmin.register(
    "directory-exceptions", row=ExceptedAccount, title="Kontoer som ingen bestiller", entry="konto", check=_once
)


@dataclass(frozen=True, kw_only=True)
class Excepted:
    """The exceptions of one network."""

    whole: dict[str, date] = field(default_factory=dict[str, date])
    """User name → the last day of its exception."""
    beginnings: dict[str, date] = field(default_factory=dict[str, date])
    version: int | None = None
    """Of the register; None where nobody has handed it in yet: then nothing is excepted."""

    def until(self, user_name: str) -> date | None:
        """The last day on which an account is excepted, the latest of several; None for one that never was."""
        name = user_name.casefold()
        ends = [end for beginning, end in self.beginnings.items() if name.startswith(beginning)]
        if name in self.whole:
            ends.append(self.whole[name])
        return max(ends, default=None)


def excepted(run: Run, network: Network) -> Excepted:
    """What the register in force today excepts in a network."""
    try:
        found = exceptions.on(run, run.today())
    except RegisterMissing:
        return Excepted()
    rows = [(row.user_name.casefold(), row.until) for row in found.rows if row.network is network]
    return Excepted(
        whole={name: until for name, until in rows if not name.endswith(_REST)},
        beginnings={name.removesuffix(_REST): until for name, until in rows if name.endswith(_REST)},
        version=found.version,
    )
