"""A day at the vaccination stations: what the health workers' forms say, how HsPro stands, what must come out."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from common.clock import OSLO
from common.local.day import REFUSED, RESUBMITTED, Flow, Situation
from common.local.town import CREATED, EXISTS, Made, situations
from health_svc.demo.town import Town

UPDATED, REJECTED = ("done", "UPDATED"), ("manual", "TARGET_REJECTED")
DUF = "201012345611"
JOURNAL = ("SMITTEVERN", "ACTIVE")
BATCHES = ("SYN1234", "SYN1240")

VACCINES: list[dict[str, Any]] = [
    {
        "code": code,
        "product": product,
        "minimum_interval_days": interval,
        "minimum_age": age,
        "max_doses": most,
        "first_day": "2020-12-27",
        "may_follow": follows,
    }
    for code, product, interval, age, most, follows in (
        ("BNT03", "Comirnaty", 21, 16, 4, ["ASZ03"]),
        ("MOD03", "Spikevax", 28, 18, 4, []),
        ("ASZ03", "Vaxzevria", 28, 18, 2, []),
    )
]
QUESTIONS = [
    {
        "code": "ALLERGIC_REACTION",
        "text": "Har hatt alvorlig allergisk reaksjon på en vaksine eller noe i den",
        "about": "allergisk reaksjon",
    },
    {"code": "PREGNANT", "text": "Er gravid", "about": "graviditet"},
]


def vaccination(town: Town, person: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """One form about a dose that this person was given: the first, of Comirnaty."""
    given = town.now - timedelta(minutes=town.chance.randrange(5, 90))
    row = {
        "form_id": form_id(town),
        "person_id": person["national_id"],
        "family_name": person["family_name"],
        "given_name": person["given_name"],
        "vaccinated_at": given.replace(second=0, microsecond=0).isoformat(),
        "vaccine_code": "BNT03",
        "batch_no": BATCHES[0],
        "dose_no": 1,
        "site": town.chance.choice(("LEFT_ARM", "RIGHT_ARM")),
        "vaccinator_hpr": "9999101",
        "indication": town.chance.choice(("AGE", "RISK_GROUP", "HEALTH_WORKER")),
        "contraindication_answers": {question["code"]: False for question in QUESTIONS},
        "consent": True,
        "reaction_observed": False,
    }
    return row | changes


def form_id(town: Town) -> str:
    """The id of a form that nobody has opened before."""
    return str(UUID(int=town.chance.getrandbits(128), version=4))


def _today(town: Town) -> date:
    # Every dose of the day is given on one side of midnight: neighbours are counted in days.
    return (town.now - timedelta(hours=1, minutes=30)).astimezone(OSLO).date()


def _at_noon(town: Town, *, days_ago: int) -> str:
    day = _today(town) - timedelta(days=days_ago)
    return f"{day.isoformat()}T12:00:00+01:00"


def _patient(town: Town, *doses: dict[str, Any], **facts: Any) -> dict[str, Any]:
    """Somebody with a journal, and with these doses from before."""
    return town.known(town.person(**facts, doses=list(doses)), JOURNAL)


def _dose(town: Town, *, days_ago: int, vaccine: str = "BNT03", dose_no: int = 1) -> dict[str, Any]:
    given = _today(town) - timedelta(days=days_ago)
    return {"vaccine": vaccine, "given": given.isoformat(), "dose_no": dose_no, "batch": BATCHES[0]}


def _one(town: Town, person: dict[str, Any], ending: tuple[str, str], **changes: Any) -> Made:
    return [vaccination(town, person, **changes)], [ending]


def _first_dose(town: Town) -> Made:
    return _one(town, _patient(town), CREATED)


def _first_dose_without_a_journal(town: Town) -> Made:
    return _one(town, town.registered(town.person()), CREATED)


def _second_dose(town: Town) -> Made:
    return _one(town, _patient(town, _dose(town, days_ago=30)), CREATED, dose_no=2)


def _second_dose_of_a_product_that_may_follow(town: Town) -> Made:
    return _one(town, _patient(town, _dose(town, days_ago=60, vaccine="ASZ03")), CREATED, dose_no=2)


def _with_a_reaction(town: Town) -> Made:
    return _one(town, _patient(town), CREATED, reaction_observed=True, remark="Svimmel etter ti minutter")


def _with_a_question_unanswered(town: Town) -> Made:
    return _one(town, _patient(town), CREATED, contraindication_answers={"PREGNANT": False})


def _told_twice(town: Town) -> Made:
    person, given = _patient(town), {"vaccinated_at": _at_noon(town, days_ago=1)}
    return [vaccination(town, person, **given), vaccination(town, person, **given)], [CREATED, EXISTS]


def _form_sent_twice(town: Town) -> Made:
    row = vaccination(town, _patient(town))
    return [row, dict(row)], [CREATED, (RESUBMITTED, "CREATED")]


def _registered_by_hand(town: Town) -> Made:
    given = _at_noon(town, days_ago=2)
    return _one(town, _patient(town, _dose(town, days_ago=2)), EXISTS, vaccinated_at=given)


def _two_forms_that_differ(town: Town) -> Made:
    person, given = _patient(town), {"vaccinated_at": _at_noon(town, days_ago=1)}
    rows = [vaccination(town, person, **given, batch_no=batch) for batch in BATCHES]
    return rows, [CREATED, ("manual", "SUSPECTED_DUPLICATE")]


def _corrected(town: Town) -> Made:
    given = {"vaccinated_at": _at_noon(town, days_ago=1)}
    wrong = vaccination(town, _patient(town), **given, priority=1)
    right = wrong | {"form_id": form_id(town), "corrects": wrong["form_id"], "batch_no": BATCHES[1], "priority": 9}
    return [wrong, right], [CREATED, UPDATED]


def _correction_of_a_form_that_never_came(town: Town) -> Made:
    return _one(town, _patient(town), CREATED, corrects=form_id(town))


def _too_soon(town: Town) -> Made:
    person = _patient(town, _dose(town, days_ago=12))
    return _one(town, person, ("manual", "LIMIT_EXCEEDED"), dose_no=2, vaccinated_at=_at_noon(town, days_ago=1))


def _too_young(town: Town) -> Made:
    birth = town.now.date() - timedelta(days=15 * 365)
    return _one(town, _patient(town, birth_date=birth.isoformat()), ("manual", "LIMIT_EXCEEDED"))


def _number_that_does_not_follow(town: Town) -> Made:
    return _one(town, _patient(town), ("manual", "CONFLICT_IN_TARGET"), dose_no=2)


def _another_product_before(town: Town) -> Made:
    person = _patient(town, _dose(town, days_ago=60, vaccine="MOD03"))
    return _one(town, person, ("manual", "NEEDS_JUDGEMENT"), dose_no=2)


def _unknown_batch(town: Town) -> Made:
    return _one(town, _patient(town), ("manual", "INVALID_VALUE"), batch_no="UKJENT-1")


def _expired_batch(town: Town) -> Made:
    return _one(town, _patient(town), ("manual", "INVALID_VALUE"), batch_no="GAMMEL1")


def _vaccine_that_the_register_lacks(town: Town) -> Made:
    return _one(town, _patient(town), ("manual", "INVALID_VALUE"), vaccine_code="JAN03")


def _given_abroad(town: Town) -> Made:
    return _one(town, _patient(town), ("manual", "NEEDS_JUDGEMENT"), given_abroad=True)


def _rejected_by_sysvak(town: Town) -> Made:
    return _one(town, _patient(town), REJECTED, batch_no="AVVIST1")


def _temporary_id(town: Town) -> Made:
    return _one(town, town.person(), ("manual", "TEMPORARY_ID"), person_id=DUF)


def _other_name(town: Town) -> Made:
    return _one(town, _patient(town), ("manual", "NAME_MISMATCH"), family_name="Heltannet")


def _protected(town: Town) -> Made:
    return _one(town, _patient(town, protection=6), ("manual", "PROTECTED_ADDRESS"))


def _without_consent(town: Town) -> Made:
    return _one(town, _patient(town), (REFUSED, "INVALID_INPUT"), consent=False)


def _told_too_late(town: Town) -> Made:
    late = (town.now - timedelta(days=31)).isoformat()
    return _one(town, _patient(town), (REFUSED, "INVALID_INPUT"), vaccinated_at=late)


# How often each turns up. A day of 30 has each of them once.
SITUATIONS = {
    _first_dose: 40,
    _second_dose: 20,
    _first_dose_without_a_journal: 6,
    _told_twice: 8,
    _form_sent_twice: 5,
    _registered_by_hand: 2,
    _with_a_reaction: 2,
    _with_a_question_unanswered: 1,
    _second_dose_of_a_product_that_may_follow: 2,
    _corrected: 2,
    _two_forms_that_differ: 1,
    _correction_of_a_form_that_never_came: 1,
    _too_soon: 1,
    _too_young: 1,
    _number_that_does_not_follow: 1,
    _another_product_before: 1,
    _unknown_batch: 1,
    _expired_batch: 1,
    _vaccine_that_the_register_lacks: 1,
    _given_abroad: 1,
    _rejected_by_sysvak: 1,
    _temporary_id: 1,
    _other_name: 1,
    _protected: 1,
    _without_consent: 1,
    _told_too_late: 1,
}
_PAIRS = {_told_twice, _form_sent_twice, _corrected, _two_forms_that_differ}


def flow(town: Town, rows: int) -> Flow:
    """So many forms."""
    before = _doses_known(town)
    made = situations(town, SITUATIONS, rows, first=_PAIRS, filling=_first_dose)
    return Flow(
        process="vaccinations",
        situations=made,
        seeds=[("hspro", "/_kontroll/lots", lots(town))],
        registers={"vaccines": VACCINES, "vaccination-questions": QUESTIONS},
        checks=[("hspro", lambda summary: _each_dose_once(summary, made, _doses_known(town) - before))],
    )


def lots(town: Town) -> list[dict[str, Any]]:
    """The batches that HsPro knows: two that will do, one that has expired, one whose doses SYSVAK rejects."""

    def lot(batch: str, days: int, **answer: str) -> dict[str, Any]:
        return {
            "vaccine": "BNT03",
            "batch": batch,
            "expiry": (_today(town) + timedelta(days=days)).isoformat(),
        } | answer

    rejecting = lot("AVVIST1", 90, transfer="REJECTED", message="Vaksinasjonsenheten er ukjent")
    return [*(lot(batch, 90) for batch in BATCHES), lot("GAMMEL1", -40), rejecting]


def _doses_known(town: Town) -> int:
    return sum(len(person.get("doses", ())) for person in town.people)


def _each_dose_once(summary: Any, made: list[Situation], seeded: int) -> str | None:
    """As many doses as were told and registered, none twice, and no correction too many."""
    registered = sum(situation.expected[CREATED] + situation.expected[REJECTED] for situation in made)
    expected = {"doses": seeded + registered, "double_doses": 0}
    expected["corrections"] = sum(situation.expected[UPDATED] for situation in made)
    found = summary | {"doses": sum(summary["doses"].values())}
    wrong = [f"{found[name]} {name} where {count} must be" for name, count in expected.items() if found[name] != count]
    return "; ".join(wrong) or None
