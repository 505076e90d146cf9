"""The server's side of `/forms/vaccination`: who may, whom is found, what is refused and how, and one case per form."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from common.cases.decisions import Handled
from common.clock import system
from health_svc.doses.questions import USUAL
from health_svc.doses.vaccination import Vaccination
from health_svc.forms.controls import control_of
from health_svc.forms.corrections import SENTENCES
from tests.forms.station import BJORN, NORTH, NOW, SOLVEIG, SOUTH, Station, filled_in, needs_a_person

pytestmark = pytest.mark.anyio

PAGE = "/forms/vaccination"
NOBODY = "17838410103"
USUAL_CODES = [question.code for question in USUAL]


WRONG: list[tuple[dict[str, str | None], str, str]] = [
    ({"person_id": ""}, "person_id", "Skriv fødselsnummeret"),
    ({"person_id": SOLVEIG[:-1] + "7"}, "person_id", "Fødselsnummeret er ikke gyldig"),
    ({"family_name": " "}, "family_name", "Skriv etternavnet"),
    ({"given_name": "x" * 81}, "given_name", "høyst 80 tegn"),
    ({"vaccine_code": None}, "vaccine_code", "Velg vaksine"),
    ({"batch_no": "AB"}, "batch_no", "3 til 20 tegn"),
    ({"batch_no": ""}, "batch_no", "Skann eller skriv"),
    ({"dose_no": "6"}, "dose_no", "1 til 5"),
    ({"dose_no": "9" * 5000}, "dose_no", "1 til 5"),
    ({"site": None}, "site", "Velg hvor"),
    ({"indication": ""}, "indication", "Velg hvorfor"),
    ({"vaccinator_hpr": "123"}, "vaccinator_hpr", "7 til 9 sifre"),
    ({"prescriber_hpr": "abc"}, "prescriber_hpr", "7 til 9 sifre"),
    ({"consent": None}, "consent", "Uten samtykke"),
    ({"reaction_observed": None}, "reaction_observed", "Svar ja eller nei"),
    ({"answer.ACUTE_ILLNESS": None}, "answer.ACUTE_ILLNESS", "akutt sykdom"),
    ({"vaccinated_at": ""}, "vaccinated_at", "Oppgi dato og klokkeslett"),
    ({"vaccinated_at": "i går"}, "vaccinated_at", "Oppgi dato og klokkeslett"),
    ({"vaccinated_at": "2026-03-02T13:06"}, "vaccinated_at", "fram i tid"),
    ({"vaccinated_at": "2026-01-31T12:59"}, "vaccinated_at", "30 dager"),
    ({"expiry_date": "2026-03-01"}, "expiry_date", "gått ut på dato"),
    ({"expiry_date": "snart"}, "expiry_date", "Oppgi utløpsdatoen"),
    ({"remark": "x" * 501}, "remark", "høyst 500 tegn"),
]


class TestWhoMay:
    async def test_whoever_is_not_signed_in_comes_back_to_the_form(self, here: Station) -> None:
        async with here.tablet() as tablet:
            away = await tablet.client.get(PAGE)
            assert (away.status_code, away.headers["location"]) == (303, f"/logg-inn?til={PAGE}")
            signing_in = await tablet.client.get(away.headers["location"])
            assert "Her registrerer du vaksinasjoner" in signing_in.text
            for path in ("/oppslag", "", "/i-dag"):
                method = "GET" if path == "/i-dag" else "POST"
                told = await tablet.client.request(method, PAGE + path, headers={"accept": "application/json"})
                assert (told.status_code, told.json()["code"]) == (401, "UNAUTHENTICATED")
            shown = await tablet.sign_in(here.keys["enkel"])
            assert (shown.status_code, shown.url.path) == (200, PAGE)
            assert 'href="/arbeidsliste"' not in shown.text  # it would not let them in
            assert (await tablet.client.get("/")).headers["location"] == PAGE

    async def test_the_scope_is_the_processes_own(self, here: Station) -> None:
        async with here.tablet("leser") as tablet:
            assert (await tablet.client.get("/arbeidsliste")).status_code == 200
            assert "Ingen tilgang" in (await tablet.client.get(PAGE)).text
            token = re.findall(r'value="([0-9a-f]{64})"', (await tablet.client.get("/arbeidsliste")).text)[0]
            for path in ("/oppslag", ""):
                assert (await tablet.client.post(PAGE + path, data={"skjema": token})).status_code == 403
            assert (await tablet.client.get(f"{PAGE}/i-dag")).status_code == 403

    async def test_only_the_page_itself_can_send(self, here: Station) -> None:
        async with here.tablet("anne") as anne, here.tablet("berit") as berit:
            anne.token = berit.token
            assert (await anne.post("", filled_in())).status_code == 403
            foreign = await berit.client.post(
                PAGE, data={"skjema": berit.token} | filled_in(), headers={"sec-fetch-site": "cross-site"}
            )
            assert foreign.status_code == 403
        assert await here.stored() == []

    async def test_nothing_is_kept_and_nothing_but_our_own_runs(self, here: Station) -> None:
        async with here.tablet("anne") as tablet:
            answers = [await tablet.client.get(PAGE), await tablet.post("/oppslag", {"sok": SOLVEIG})]
            answers += [await tablet.client.get(f"{PAGE}/i-dag"), await tablet.post("", filled_in())]
            assert {answer.headers["cache-control"] for answer in answers} == {"no-store"}
            policy = answers[0].headers.get_list("content-security-policy")
            assert len(policy) == 1
            assert "unsafe" not in policy[0]
            assert "script-src 'self'; connect-src 'self'" in policy[0]
            text = answers[0].text
            assert re.findall(r"<script(?! src=\"/static/)", text) == re.findall(r" (?:style|on\w+)=", text) == []
            seen = re.findall(r"<(?:input(?! type=\"hidden\")|textarea|select)\b[^>]*>", text)
            assert [control for control in seen if 'autocomplete="off"' not in control] == []
            assert len(seen) > 25
            script = await tablet.client.get("/static/vaccination.js")
            assert script.headers["content-type"] == "text/javascript; charset=utf-8"
            assert "Storage" not in script.text


class TestLookUp:
    async def test_by_booking_and_by_number(self, here: Station) -> None:
        await here.book("B-50001")
        async with here.tablet("anne") as tablet:
            for sought in ("B-50001", " b-50001 ", SOLVEIG, f"{SOLVEIG[:6]} {SOLVEIG[6:]}"):
                found = (await tablet.post("/oppslag", {"sok": sought})).json()
                assert found["values"] == {
                    "person_id": SOLVEIG,
                    "family_name": "Myrvold",
                    "given_name": "Solveig",
                    "dose_no": "2",
                }
                assert (found["named"], found["booking"]) == (True, "B-50001")
                assert found["appointment"] == "02.03.2026 kl. 13.10"
        async with here.parts.database.pool.connection() as connection:
            lines = await (await connection.execute("select actor, action, purpose from access_log")).fetchall()
        told = {(line["actor"], line["action"], line["purpose"]) for line in lines}
        assert told == {("person:anne", "searched", "vaksinasjonsskjema")}
        assert len(lines) == 4

    async def test_what_is_not_found_says_what_to_do(self, here: Station) -> None:
        await here.book("B-50001")
        await here.book("B-50002", event="CANCELLED", person_id=BJORN)
        async with here.tablet("anne") as tablet:
            for sought, sentence in (
                ("", "Skriv et bestillingsnummer"),
                ("B-5000", "Fant ingen bestilling"),
                ("B-50002", "Bestillingen er avlyst"),
                (SOLVEIG[:-1] + "7", "Nummeret er ikke gyldig"),
                ("1234567890123", "Nummeret er ikke gyldig"),
                ("'; drop table cases", "Skriv et bestillingsnummer"),
            ):
                told = await tablet.post("/oppslag", {"sok": sought})
                assert (told.status_code, list(told.json()["wrong"])) == (422, ["sok"])
                assert told.json()["wrong"]["sok"].startswith(sentence), sought
                shown = await tablet.post("/oppslag", {"sok": sought}, script=False)
                assert shown.status_code == 422
                assert sentence in shown.text
            unknown = (await tablet.post("/oppslag", {"sok": NOBODY})).json()
            assert (unknown["values"], unknown["named"]) == ({"person_id": NOBODY}, False)
            assert "Skriv navnet" in unknown["note"]
            cancelled = (await tablet.post("/oppslag", {"sok": BJORN})).json()
            assert (cancelled["named"], cancelled["booking"]) == (True, None)
            assert set(cancelled["values"]) == {"person_id", "family_name", "given_name"}
            duf = (await tablet.post("/oppslag", {"sok": "201712345609"})).json()
            assert "midlertidig nummer" in duf["note"]

    async def test_the_booking_as_it_stands_whatever_order_its_messages_came_in(self, here: Station) -> None:
        first, later = "2026-03-01T10:00:00+01:00", "2026-03-01T11:00:00+01:00"
        await here.book("B-1", event="MOVED", event_time=later, appointment_time="2026-03-02T14:00:00+01:00")
        await here.book("B-1", event_time=first)
        await here.book("B-2", dose_planned=3, appointment_time="2026-03-30T14:00:00+02:00")
        await here.book("B-3", event="CANCELLED", person_id=BJORN)
        await here.book("B-3", person_id=BJORN)
        await here.book("B-4", person_id=NOBODY)
        await here.end(process="booking-journals")
        await here.book("B-4", event="CANCELLED", person_id=NOBODY)
        async with here.tablet("anne") as tablet:
            for sought in ("B-1", SOLVEIG):  # of two bookings the one for now
                found = (await tablet.post("/oppslag", {"sok": sought})).json()
                assert (found["booking"], found["appointment"]) == ("B-1", "02.03.2026 kl. 14.00")
            assert (await tablet.post("/oppslag", {"sok": "B-2"})).json()["values"]["dose_no"] == "3"
            for booking, person in (("B-3", BJORN), ("B-4", NOBODY)):
                told = await tablet.post("/oppslag", {"sok": booking})
                assert told.json()["wrong"]["sok"].startswith("Bestillingen er avlyst")
                found = (await tablet.post("/oppslag", {"sok": person})).json()
                assert (found["named"], found["booking"]) == (True, None)

    async def test_bookings_are_seen_with_their_scope_and_within_ones_units(self, here: Station) -> None:
        await here.book("B-1", unit=SOUTH)
        await here.book("B-2", unit=NORTH, person_id=BJORN, given_name="Bjørn", family_name="Åsen")
        async with here.tablet("enkel") as tablet:
            told = await tablet.post("/oppslag", {"sok": "B-1"})
            assert told.json()["wrong"]["sok"].startswith("Du har ikke tilgang")
            assert (await tablet.post("/oppslag", {"sok": SOLVEIG})).json()["named"] is False
        async with here.tablet("nord") as tablet:
            assert (await tablet.post("/oppslag", {"sok": "B-1"})).status_code == 422
            assert (await tablet.post("/oppslag", {"sok": SOLVEIG})).json()["named"] is False
            assert (await tablet.post("/oppslag", {"sok": BJORN})).json()["values"]["family_name"] == "Åsen"

    async def test_no_number_in_addresses_or_logs(self, here: Station, capfd: pytest.CaptureFixture[str]) -> None:
        await here.book("B-50001")
        capfd.readouterr()
        async with here.tablet("anne") as tablet:
            shown = await tablet.post("/oppslag", {"sok": SOLVEIG}, script=False)
            assert "Solveig Myrvold" in shown.text
            wrong = await tablet.post("", filled_in(batch_no="?"), script=False)
            sent = await tablet.post("", filled_in(), script=False)
        assert "?" not in str(wrong.url)
        assert sent.headers["location"] == f"{PAGE}?melding=sendt"
        assert not any(text in "".join(capfd.readouterr()) for text in (SOLVEIG, "Solveig", "Myrvold"))


class TestSend:
    async def test_a_form_is_one_case_however_often_it_is_sent(self, here: Station) -> None:
        form = filled_in()
        async with here.tablet("anne") as tablet:
            first = await tablet.post("", form)
            again = [await tablet.post("", form), await tablet.post("", form, script=False)]
            other = await tablet.post("", form | {"batch_no": "SYN9999"})
        assert (first.status_code, again[0].status_code, again[1].status_code) == (202, 200, 303)
        assert first.json() == again[0].json() | {"at": first.json()["at"]}
        assert (other.status_code, "allerede sendt" in other.json()["wrong"][""]) == (409, True)
        (case,) = await here.stored()
        assert (case["caller"], case["state"], case["unit"]) == ("anne", "queued", None)
        held = (await here.parts.queries.inputs([case["id"]]))[case["id"]]
        assert (await here.parts.queries.one(case["id"])).reference == form["form_id"]
        assert (held["batch_no"], held["vaccinated_at"]) == ("SYN1234", "2026-03-02T12:55:00+01:00")
        assert held["contraindication_answers"] == dict.fromkeys(USUAL_CODES, False)
        assert (held["consent"], held["reaction_observed"], held["dose_no"]) == (True, False, 1)

    async def test_it_goes_in_as_through_the_api(self, here: Station) -> None:
        """The same form handed in over REST by the same person is the same case: one intake, one set of rules."""
        form = filled_in()
        async with here.tablet("anne") as tablet:
            assert (await tablet.post("", form)).status_code == 202
            (case,) = await here.stored()
            held = (await here.parts.queries.inputs([case["id"]]))[case["id"]]
            tablet.client.headers["Authorization"] = f"Bearer {here.keys['anne']}"
            answer = await tablet.client.post("/v1/vaccinations", json=held)
        assert (answer.status_code, answer.json()["id"]) == (200, str(case["id"]))

    async def test_what_is_wrong_is_told_beside_its_control(self, here: Station) -> None:
        async with here.tablet("anne") as tablet:
            for changes, control, sentence in WRONG:
                form = filled_in(**changes)
                told = await tablet.post("", form)
                assert (told.status_code, list(told.json()["wrong"])) == (422, [control]), changes
                assert sentence in told.json()["wrong"][control]
                shown = await tablet.post("", form | {"remark": form["remark"] or "Ringte <legen>"}, script=False)
                assert shown.status_code == 422
                place = re.search(rf'id="{control}-feil">([^<]*)<', shown.text)
                assert place is not None
                assert sentence in place[1]
                assert f'href="#{control}"' in shown.text
                # Nothing typed is lost, and it is text.
                assert form["form_id"] in shown.text
                assert "<legen>" not in shown.text
                assert re.search(r"Ringte &lt;legen&gt;|x{501}", shown.text)
        assert await here.stored() == []

    async def test_everything_wrong_is_told_at_once(self, here: Station) -> None:
        async with here.tablet("anne") as tablet:
            told = (await tablet.post("", {"form_id": str(uuid4())})).json()["wrong"]
        required = {name for name, field in Vaccination.model_fields.items() if field.is_required()}
        controls = {control_of(name) for name in required - {"form_id", "contraindication_answers"}}
        assert set(told) == controls | {f"answer.{code}" for code in USUAL_CODES}

    async def test_while_too_many_wait_nothing_typed_is_lost(self, here: Station) -> None:
        async with here.tablet("anne") as tablet:
            await tablet.post("", filled_in())
            here.parts.backlog.took(10_000_000)
            told = await tablet.post("", filled_in())
            assert (told.status_code, "retry-after" in told.headers) == (429, True)
            shown = await tablet.post("", filled_in(remark="Ringte lege"), script=False)
        assert (shown.status_code, "send på nytt om litt" in shown.text) == (429, True)
        assert "Ringte lege</textarea>" in shown.text
        assert len(await here.stored()) == 1

    async def test_the_last_moment_and_the_first(self, here: Station) -> None:
        async with here.tablet("anne") as tablet:
            for moment in ("2026-03-02T13:05", "2026-01-31T13:00"):
                assert (await tablet.post("", filled_in(vaccinated_at=moment))).status_code == 202
            abroad = filled_in(vaccinated_at="2025-06-01T12:00", given_abroad="ja")
            assert (await tablet.post("", abroad)).status_code == 202

    async def test_a_unit_is_the_one_or_one_of_ones_own(self, here: Station) -> None:
        async with here.tablet("nord") as tablet:
            assert (await tablet.post("", filled_in(unit=SOUTH))).status_code == 202
        async with here.tablet("begge") as tablet:
            assert 'id="unit"' in (await tablet.client.get(PAGE)).text
            for unit in (None, "310456700"):
                told = await tablet.post("", filled_in(unit=unit))
                assert told.json()["wrong"] == {"unit": "Velg enhet."}
            assert (await tablet.post("", filled_in(unit=SOUTH))).status_code == 202
        assert [case["unit"] for case in await here.stored()] == [NORTH, SOUTH]

    async def test_every_field_and_code_of_the_process_has_its_sentence(self) -> None:
        fields = set(Vaccination.model_fields) - {"form_id", "reference", "priority", "not_before", "test"}
        fields -= {"contraindication_answers", "given_abroad"}  # each question has its own; a tick is never wrong
        assert fields <= set(SENTENCES)


class TestToday:
    async def test_sent_registered_needs_attention_and_only_ones_own(self, here: Station) -> None:
        async with here.tablet("anne") as anne, here.tablet("berit") as berit:
            await berit.post("", filled_in(given_name="Berits", family_name="Egen"))
            await here.end()
            forms = [filled_in(given_name=name) for name in ("Åse", "Ida", "Zoë")]
            for form in forms:
                assert (await anne.post("", form)).status_code == 202
            await here.end()
            await here.end(needs_a_person())
            shown = await anne.today()
            assert shown["counts"] == {"sent": 1, "registered": 1, "attention": 1}
            lines = {line["form_id"]: line for line in shown["lines"]}
            assert [lines[form["form_id"]]["label"] for form in forms] == ["Registrert", "Må følges opp", "Sendt"]
            assert "Navnet i fagsystemet er et annet" in lines[forms[1]["form_id"]]["told"]
            assert (shown["lines"][0]["who"], shown["lines"][0]["what"]) == ("Z. M.", "Comirnaty, dose 1")
            page = (await anne.client.get(PAGE)).text
            assert "Må følges opp" in page
            for text in (SOLVEIG, "Åse", "Myrvold", "Berits"):
                assert text not in page
                assert text not in json.dumps(shown, ensure_ascii=False)
            assert (await berit.today())["counts"] == {"sent": 0, "registered": 1, "attention": 0}
            here.clock[0] = system() + timedelta(days=1)  # cases have the time of the database
            await anne.sign_in(here.keys["anne"])
            assert (await anne.today())["lines"] == []

    async def test_what_a_person_decided(self, here: Station) -> None:
        async with here.tablet("anne") as anne:
            for handled, standing, told in (
                ("DONE_MANUALLY", "registered", "for hånd"),
                ("REJECTED", "attention", "ikke skal registreres"),
            ):
                await anne.post("", filled_in())
                await here.end(needs_a_person())
                case = (await here.stored())[-1]
                assert await here.parts.decisions.close(case["id"], "person:leder", Handled(handled))
                line = (await anne.today())["lines"][0]
                assert line["standing"] == standing
                assert told in line["told"]

    async def test_the_next_form_begins_with_the_last_ones_station(self, here: Station) -> None:
        async with here.tablet("anne") as anne:
            await anne.post("", filled_in(expiry_date="2026-06-30", remark="Bare her"))
            page = (await anne.client.get(PAGE)).text
        values: dict[str, Any] = dict(re.findall(r'<input id="(\w+)"[^>]* value="([^"]*)"', page))
        assert (values["batch_no"], values["expiry_date"], values["vaccinator_hpr"]) == (
            "SYN1234",
            "2026-06-30",
            "9999101",
        )
        assert re.search(r'value="BNT03"[^>]* checked', page)
        assert values["given_name"] == values["person_id"] == ""
        assert "Bare her" not in page

    async def test_without_a_register_the_code_is_typed(self, here: Station) -> None:
        await here.parts.registers.store("vaccines", rows=[], valid_from=NOW.date(), signer="test", caller="test")
        async with here.tablet("anne") as anne:
            page = (await anne.client.get(PAGE)).text
            assert re.search(r'<input id="vaccine_code" name="vaccine_code" type="text"', page)
            assert (await anne.post("", filled_in(vaccine_code="MOD03"))).status_code == 202

    async def test_a_vaccine_that_is_out_of_use_is_not_offered(self, here: Station) -> None:
        async with here.tablet("anne") as anne:
            page = (await anne.client.get(PAGE)).text
        assert ("Spikevax" in page, "Vaxzevria" in page) == (True, False)
