"""What an assignment is for, and what its holder is to the municipality."""

from __future__ import annotations

from enum import StrEnum


class BenefitKind(StrEnum):
    """Ytelse of an assignment (D.5)."""

    STOTTEKONTAKT = "STOTTEKONTAKT"
    AVLASTER = "AVLASTER"
    FOSTERHJEM = "FOSTERHJEM"
    BESOKSHJEM = "BESOKSHJEM"
    OMSORGSSTONAD = "OMSORGSSTONAD"
    TOLK = "TOLK"
    SENSOR = "SENSOR"
    OTHER = "OTHER"


class Relation(StrEnum):
    """Whether the holder is paid as a contractor or as an employee; nobody is ever made the other by a robot."""

    CONTRACTOR = "CONTRACTOR"
    EMPLOYEE = "EMPLOYEE"
