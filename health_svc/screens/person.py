"""A person as the health systems show one: the same facts, with the same words for what calls for care."""

from __future__ import annotations

from pydantic import BaseModel


class PersonFacts(BaseModel, frozen=True):
    """What a system, or the population register behind it, shows of a person."""

    number: str
    family_name: str
    given_name: str
    status: str
    remark: str

    @property
    def gone(self) -> bool:
        return self.status in {"Død", "Utvandret"}

    @property
    def protected(self) -> bool:
        return "Adressesperre" in self.remark

    def formerly(self, number: str) -> bool:
        """Whether this person has been known under that number before."""
        return f"Tidligere nummer: {number}" in self.remark

    def __repr__(self) -> str:
        return "PersonFacts(…)"


def facts(name: str, number: str, status: str, remark: str) -> PersonFacts:
    """The facts as they stand in a row; a name is `Nordhaug, Ola`."""
    family_name, _, given_name = name.partition(", ")
    return PersonFacts(number=number, family_name=family_name, given_name=given_name, status=status, remark=remark)
