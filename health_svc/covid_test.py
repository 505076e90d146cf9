"""What is known of a covid-19 test, never its result."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import StringConstraints

TestSite = Annotated[str, StringConstraints(pattern=r"^[A-ZÆØÅ0-9-]{2,32}$")]


class TestType(StrEnum):
    PCR = "PCR"
    ANTIGEN = "ANTIGEN"
