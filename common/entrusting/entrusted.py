"""A secret, and the one person it is for."""

from __future__ import annotations

from dataclasses import dataclass, field

from pydantic import SecretStr

from common.errors import RobotFault
from common.norway.phone import mobile_number
from common.privacy.masking import mask

_LONGEST = 60


@dataclass(frozen=True, kw_only=True)
class Entrusted:
    """What a run leaves for one person. Raises RobotFault for what no message could be made of."""

    secret: SecretStr
    to: str = field(repr=False)
    """A mobile number."""
    about: str
    """What the message says it is for, in bokmål: `TK-nett`. Nobody's data: it stands in clear text."""

    def __post_init__(self) -> None:
        try:
            object.__setattr__(self, "to", mobile_number(self.to))
        except ValueError:
            raise RobotFault("A secret is left for somebody without a mobile number: ask for one before") from None
        if not 0 < len(self.about) <= _LONGEST or not self.about.isprintable() or mask(self.about) != self.about:
            raise RobotFault(f"What a secret is for is said in at most {_LONGEST} characters, without anybody's number")
