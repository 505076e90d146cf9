"""What is asked before a dose: the vaccination office's own register, and what is asked while it has none."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Annotated

from pydantic import Field, StringConstraints

from common.errors import RegisterMissing
from common.process import RegisterRow, Run
from common.refusals import FieldProblem
from health_svc.doses.vaccination import MOST_ANSWERS, Question
from health_svc.service import health


class AskedQuestion(RegisterRow):
    """One question that the person answers with yes or no; a yes is followed up by somebody."""

    code: Question = Field(description="Kode som svaret lagres under, store bokstaver", examples=["ALLERGIC_REACTION"])
    text: Annotated[str, StringConstraints(min_length=1, max_length=200)] = Field(
        description="Spørsmålet, slik det står i skjemaet", examples=["Har feber eller er akutt syk i dag"]
    )
    about: Annotated[str, StringConstraints(min_length=1, max_length=60)] = Field(
        description="Hva det gjelder: «Svar ja eller nei på spørsmålet om …»", examples=["akutt sykdom"]
    )


USUAL = (
    AskedQuestion(
        code="ALLERGIC_REACTION",
        text="Har hatt alvorlig allergisk reaksjon på en vaksine eller noe i den",
        about="allergisk reaksjon",
    ),
    AskedQuestion(code="ACUTE_ILLNESS", text="Har feber eller er akutt syk i dag", about="akutt sykdom"),
    AskedQuestion(code="BLEEDING_RISK", text="Blør lett, eller bruker blodfortynnende medisin", about="blødning"),
)
"""Asked by the form while the office has no register of its own in force."""


def _each_once(rows: Sequence[AskedQuestion]) -> Iterable[FieldProblem]:
    """An answer belongs to one question, and a case carries only so many."""
    for place, row in enumerate(rows):
        if any(row.code == earlier.code for earlier in rows[:place]):
            yield FieldProblem("code", "INVALID_VALUE", "Another question has the same code", row=place)
        if place >= MOST_ANSWERS:
            yield FieldProblem("code", "INVALID_VALUE", f"At most {MOST_ANSWERS} questions are asked", row=place)


questions = health.register(
    "vaccination-questions", row=AskedQuestion, title="Spørsmål før dosen", entry="spørsmål", check=_each_once
)


def unanswered(run: Run, day: date, answers: Mapping[str, bool]) -> list[str]:
    """The questions in force on the day of the dose that a form does not answer; none where the office has no register.

    The usual ones are asked by the form only: other callers may have had others.
    """
    try:
        asked = questions.on(run, day).rows
    except RegisterMissing:
        return []
    return [question.code for question in asked if question.code not in answers]
