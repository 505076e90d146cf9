"""The office's own questions before a dose: asked by the form, in the version it was shown with."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest

from health_svc.doses.questions import USUAL, AskedQuestion, questions
from health_svc.doses.vaccination import MOST_ANSWERS
from tests.forms.station import Station, filled_in

pytestmark = pytest.mark.anyio

PAGE = "/forms/vaccination"
FIRST_DAY = date(2020, 12, 27)
PREGNANT = {"code": "PREGNANT", "text": "Er <gravid>", "about": "graviditet"}
FAINTS = {"code": "FAINTS", "text": "Besvimer lett", "about": "besvimelse"}
UNASKED = {f"answer.{question.code}": None for question in USUAL}


async def ask(here: Station, *rows: dict[str, str], valid_from: date = FIRST_DAY) -> int:
    stored = await here.parts.registers.store(
        questions.name, rows=rows, valid_from=valid_from, signer="test", caller="test"
    )
    return stored.version


class TestTheForm:
    async def test_asks_the_usual_ones_while_the_office_has_none(self, here: Station) -> None:
        await ask(here, PREGNANT, valid_from=date(2026, 3, 3))  # from tomorrow
        async with here.tablet("anne") as anne:
            page = (await anne.client.get(PAGE)).text
        assert asked(page) == {question.code for question in USUAL}
        assert 'name="questions" value="0"' in page

    async def test_asks_the_offices_own_and_no_other(self, here: Station) -> None:
        version = await ask(here, PREGNANT, FAINTS)
        async with here.tablet("anne") as anne:
            page = (await anne.client.get(PAGE)).text
            form = filled_in(**UNASKED, questions=str(version), **{"answer.FAINTS": "ja"})
            wrong = (await anne.post("", form)).json()["wrong"]
            sent = await anne.post("", form | {"answer.PREGNANT": "nei"})
        assert asked(page) == {"PREGNANT", "FAINTS"}
        assert "<legend>Er &lt;gravid&gt;</legend>" in page
        assert wrong == {"answer.PREGNANT": "Svar ja eller nei på spørsmålet om graviditet."}
        assert sent.status_code == 202
        assert await self.answers(here) == {"PREGNANT": False, "FAINTS": True}

    async def test_is_taken_as_it_was_shown(self, here: Station) -> None:
        """The office changes its questions while forms are being filled in: they can answer only what they ask."""
        before = filled_in()
        first = await ask(here, PREGNANT)
        between = filled_in(**UNASKED, questions=str(first), **{"answer.PREGNANT": "nei"})
        await ask(here, FAINTS)
        async with here.tablet("anne") as anne:
            for form in (before, between):
                assert (await anne.post("", form)).status_code == 202
            assert await self.answers(here) == {"PREGNANT": False}

    async def test_of_no_version_there_is_answers_what_is_in_force(self, here: Station) -> None:
        await ask(here, PREGNANT)
        async with here.tablet("anne") as anne:
            for version in ("", "7", "-1", "x", "9" * 30, None):
                told = await anne.post("", filled_in(questions=version))
                assert (told.status_code, list(told.json()["wrong"])) == (422, ["answer.PREGNANT"]), version

    async def test_page_knows_when_it_is_of_an_earlier_edition(self, here: Station) -> None:
        async with here.tablet("anne") as anne:
            editions = [(await anne.today())["edition"]]
            page = (await anne.client.get(PAGE)).text
            await ask(here, PREGNANT)
            editions.append((await anne.today())["edition"])
        assert f'data-edition="{editions[0]}"' in page
        assert editions == ["1-0", "1-1"]

    @staticmethod
    async def answers(here: Station) -> dict[str, bool]:
        case = (await here.stored())[-1]
        answers: dict[str, bool] = (await here.parts.queries.inputs([case["id"]]))[case["id"]][
            "contraindication_answers"
        ]
        return answers


def asked(page: str) -> set[str]:
    return set(re.findall(r'name="answer\.([A-Z_]+)"', page))


class TestTheRegister:
    @pytest.mark.parametrize(
        ("rows", "wrong"),
        [
            ([PREGNANT, FAINTS], []),
            ([PREGNANT, FAINTS, PREGNANT | {"text": "Er gravid"}], [("code", 2)]),
        ],
    )
    def test_has_each_question_once(self, rows: list[dict[str, str]], wrong: list[tuple[str, int]]) -> None:
        assert problems(rows) == wrong

    def test_asks_no_more_than_a_case_can_answer(self) -> None:
        letters = [f"Q_{first}{second}" for first in "ABCD" for second in "ABCDEFGH"]
        rows = [FAINTS | {"code": code} for code in letters[: MOST_ANSWERS + 1]]
        assert problems(rows[:MOST_ANSWERS]) == []
        assert problems(rows) == [("code", MOST_ANSWERS)]

    @pytest.mark.parametrize("odd", [{"code": "pregnant"}, {"code": ""}, {"text": ""}, {"about": "x" * 61}])
    def test_has_words_for_each(self, odd: dict[str, Any]) -> None:
        with pytest.raises(ValueError, match="AskedQuestion"):
            AskedQuestion.model_validate(PREGNANT | odd)


def problems(rows: list[dict[str, str]]) -> list[tuple[str, int | None]]:
    assert questions.check is not None
    return [(found.field, found.row) for found in questions.check([AskedQuestion.model_validate(row) for row in rows])]
