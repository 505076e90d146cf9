"""The server's side of correcting a form of today: opened as it was sent, by who sent it, and a new form takes its place."""

from __future__ import annotations

import re
from datetime import timedelta
from uuid import uuid4

import pytest

from common.clock import system
from health_svc.doses.questions import USUAL
from health_svc.doses.vaccination import Vaccination
from health_svc.forms.controls import filled_in as controls_of
from health_svc.forms.controls import given
from tests.forms.station import BJORN, NORTH, SOLVEIG, SOUTH, Station, filled_in, needs_a_person

pytestmark = pytest.mark.anyio

PAGE = "/forms/vaccination"
EVERYTHING = {
    "batch_no": "SYN1234",
    "answer.ACUTE_ILLNESS": "ja",
    "given_abroad": "ja",
    "reaction_observed": "ja",
    "vaccinated_at": "2026-02-27T08:05",
    "expiry_date": "2026-06-30",
    "prescriber_hpr": "9999102",
    "remark": "Ringte <lege>",
}


class TestOpened:
    async def test_as_it_was_sent(self, here: Station) -> None:
        form = filled_in(**EVERYTHING)
        async with here.tablet("anne") as anne:
            await anne.post("", form)
            found = (await anne.post("/rett", {"form_id": form["form_id"]})).json()
            page = await anne.post("/rett", {"form_id": form["form_id"]}, script=False)
        held = {name: value for name, value in form.items() if value and name not in {"form_id", "questions"}}
        assert found["values"] == held | {"corrects": form["form_id"]}
        assert (found["named"], found["booking"]) == (True, None)
        assert "Du retter skjemaet du sendte kl." in found["note"]
        assert (page.status_code, page.url.path) == (200, f"{PAGE}/rett")
        assert f'name="corrects" value="{form["form_id"]}"' in page.text
        assert form["form_id"] not in re.findall(r'name="form_id" value="([^"]*)"', page.text)[0]
        assert re.search(r'name="answer\.ACUTE_ILLNESS" value="ja"[^>]* checked', page.text)
        assert "Ringte &lt;lege&gt;</textarea>" in page.text
        async with here.parts.database.pool.connection() as connection:
            lines = await (await connection.execute("select actor, action, purpose from access_log")).fetchall()
        reads = [line for line in lines if line["action"] == "read"]
        assert [(line["actor"], line["purpose"]) for line in reads] == [("person:anne", "vaksinasjonsskjema")] * 2

    async def test_by_nobody_else_and_only_today(self, here: Station) -> None:
        form = filled_in()
        async with here.tablet("anne") as anne, here.tablet("berit") as berit, here.tablet("leser") as leser:
            await anne.post("", form)
            for tablet, form_id in ((berit, form["form_id"]), (anne, str(uuid4())), (anne, "'; drop"), (anne, "")):
                told = await tablet.post("/rett", {"form_id": form_id})
                assert (told.status_code, list(told.json()["wrong"])) == (404, [""])
                shown = await tablet.post("/rett", {"form_id": form_id}, script=False)
                assert (shown.status_code, "finnes ikke blant dem" in shown.text) == (404, True)
                assert SOLVEIG not in shown.text
            assert (await leser.post("/rett", {"form_id": form["form_id"]})).status_code == 403
            anne.token = berit.token
            assert (await anne.post("/rett", {"form_id": form["form_id"]})).status_code == 403
            here.clock[0] = system() + timedelta(days=1)  # cases have the time of the database
            await anne.sign_in(here.keys["anne"])
            assert (await anne.post("/rett", {"form_id": form["form_id"]})).status_code == 404

    async def test_with_number_and_names_to_look_at_where_a_person_has_it(self, here: Station) -> None:
        form = filled_in()
        async with here.tablet("anne") as anne:
            await anne.post("", form)
            shown = await anne.post("/rett", {"form_id": form["form_id"]}, script=False)
            assert re.search(r'id="identitet" hidden', shown.text)
            await here.end(needs_a_person())
            found = (await anne.post("/rett", {"form_id": form["form_id"]})).json()
            shown = await anne.post("/rett", {"form_id": form["form_id"]}, script=False)
        assert (found["named"], found["values"]["person_id"]) == (False, SOLVEIG)
        assert not re.search(r'id="identitet" hidden', shown.text)

    async def test_with_its_unit(self, here: Station) -> None:
        form = filled_in(unit=SOUTH)
        async with here.tablet("begge") as tablet:
            await tablet.post("", form)
            shown = await tablet.post("/rett", {"form_id": form["form_id"]}, script=False)
        assert re.search(rf'value="{SOUTH}" selected', shown.text)
        assert not re.search(rf'value="{NORTH}" selected', shown.text)


class TestSent:
    async def test_a_correction_is_a_form_of_its_own_and_the_last_word(self, here: Station) -> None:
        first = filled_in()
        async with here.tablet("anne") as anne:
            await anne.post("", first)
            values = (await anne.post("/rett", {"form_id": first["form_id"]})).json()["values"]
            second = values | {"form_id": str(uuid4()), "questions": "0", "batch_no": "SYN1240"}
            sent = await anne.post("", second)
            lines = {line["form_id"]: line for line in (await anne.today())["lines"]}
            page = (await anne.client.get(PAGE)).text
        assert (sent.status_code, sent.json()["corrects"]) == (202, first["form_id"])
        case = (await here.stored())[-1]
        held = (await here.parts.queries.inputs([case["id"]]))[case["id"]]
        assert (held["corrects"], held["batch_no"], held["person_id"]) == (first["form_id"], "SYN1240", SOLVEIG)
        former, newest = lines[first["form_id"]], lines[second["form_id"]]
        assert (former["can_be_corrected"], newest["can_be_corrected"]) == (False, True)
        assert re.search(r"Rettet med skjemaet du sendte kl\. \d\d\.\d\d\.$", former["told"])
        assert (former["what"], newest["what"]) == ("Comirnaty, dose 1", "Comirnaty, dose 1, rettelse")
        # The next person's form begins with the batch of the station, and not with that of an earlier dose.
        assert re.search(r'id="batch_no"[^>]* value="SYN1234"', page)
        assert page.count('class="act" method="post" action="/forms/vaccination/rett" hidden') == 2  # and the template

    async def test_what_is_wrong_with_it_keeps_it_a_correction(self, here: Station) -> None:
        first = filled_in()
        async with here.tablet("anne") as anne:
            await anne.post("", first)
            wrong = filled_in(corrects=first["form_id"], batch_no="?")
            shown = await anne.post("", wrong, script=False)
        assert (shown.status_code, f'name="corrects" value="{first["form_id"]}"' in shown.text) == (422, True)

    async def test_a_form_that_is_told_of_somebody_else_is_not_mixed_up(self, here: Station) -> None:
        """Two people of one station: each line opens its own form."""
        forms = [filled_in(), filled_in(person_id=BJORN, given_name="Bjørn", family_name="Åsen")]
        async with here.tablet("anne") as anne:
            for form in forms:
                await anne.post("", form)
            found = [(await anne.post("/rett", {"form_id": form["form_id"]})).json()["values"] for form in forms]
        assert [values["person_id"] for values in found] == [SOLVEIG, BJORN]


@pytest.mark.parametrize("changes", [{}, EVERYTHING, {"answer.BLEEDING_RISK": "ja", "site": "OTHER", "dose_no": "5"}])
def test_a_form_comes_back_as_it_went(changes: dict[str, str]) -> None:
    """Summer and winter, every control: what is stored of a form fills the same controls again."""
    form = filled_in(**changes)
    case = given(form, [question.code for question in USUAL], None)
    stored = Vaccination.model_validate(case, context={"accepts_synthetic": True}).model_dump(mode="json")
    kept = {name: value for name, value in form.items() if value and name not in {"form_id", "questions"}}
    shown = controls_of(stored)
    assert shown == {"given_abroad": "nei"} | kept | {"batch_no": "SYN1234"}
