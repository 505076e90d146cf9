"""A day of refunds: which tests are to be billed, how SystemX stands, the claim of the night and what HELFO answers."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from typing import Any

from common.clock import OSLO
from common.local.day import REFUSED, RESUBMITTED, Flow, Situation
from common.local.town import CREATED, EXISTS, Made, situations
from common.norway.national_id import IdKind
from health_svc.demo.town import Town

NOOP, REPORTED, UPDATED = ("done", "NOOP"), ("done", "REPORTED"), ("done", "UPDATED")
DUPLICATE, JUDGEMENT = ("manual", "SUSPECTED_DUPLICATE"), ("manual", "NEEDS_JUDGEMENT")
DUF = "201012345611"
PRACTICE, IDLE_PRACTICE = "1000099999", "1000088888"
TARIFF, OLD_TARIFF, LONG_TARIFF = "SYN-T1", "SYN-T0", "SYN-T2"
REFUND = 15050
"""Øre for one test."""
FIRST_DAY = "2020-03-01"

TARIFFS: list[dict[str, Any]] = [
    {"code": TARIFF, "refund": REFUND, "first_day": FIRST_DAY},
    {"code": OLD_TARIFF, "refund": 9900, "first_day": FIRST_DAY, "last_day": "2020-12-31"},
    {"code": LONG_TARIFF, "refund": REFUND, "first_day": FIRST_DAY, "most_per_year": 2, "least_minutes": 20},
]
MAPPING: list[dict[str, Any]] = [
    {"test_type": kind, "test_site": site, "staff": staff, "code": code, "first_day": FIRST_DAY}
    for kind, site, staff, code in (
        ("PCR", "TRD-LEANGEN", "DOCTOR", TARIFF),
        ("PCR", "TRD-LEANGEN", "DELEGATED", TARIFF),
        # Forgotten when the tariff ended.
        ("ANTIGEN", "TRD-LEANGEN", "DOCTOR", OLD_TARIFF),
        ("PCR", "TRD-SPEKTRUM", "DOCTOR", LONG_TARIFF),
    )
]


def performed(town: Town, person: dict[str, Any], days_ago: int | None = None, **changes: Any) -> dict[str, Any]:
    """One test of this person that is to be refunded."""
    reference = town.reference("R")
    row = {
        "reference": reference,
        "test_id": reference,
        "person_id": person["national_id"],
        "family_name": person["family_name"],
        "given_name": person["given_name"],
        "test_time": _noon(town, town.chance.randrange(1, 30) if days_ago is None else days_ago),
        "test_site": "TRD-LEANGEN",
        "test_type": "PCR",
        "test_reason": town.chance.choice(("SYMPTOM", "CLOSE_CONTACT", "QUARANTINE", "OUTBREAK")),
        "practitioner_hpr": "9999201",
        "praksis_id": PRACTICE,
        "praksistype": "KOFA",
        "diagnosis_code": "R992",
    }
    return row | changes


def _day(town: Town, days_ago: int) -> date:
    return town.today - timedelta(days=days_ago)


def _noon(town: Town, days_ago: int) -> str:
    at = town.now.astimezone(OSLO) - timedelta(days=days_ago)
    return at.replace(hour=12, minute=town.chance.randrange(60), second=0, microsecond=0).isoformat()


def _card(town: Town, days_ago: int, **facts: Any) -> dict[str, Any]:
    """A card that a clerk made."""
    return {"at": f"{_day(town, days_ago)}T08:00:00", "lines": [{"code": TARIFF}], **facts}


def _one(town: Town, person: dict[str, Any], ending: tuple[str, str], **changes: Any) -> Made:
    return [performed(town, person, **changes)], [ending]


def _card_missing(town: Town) -> Made:
    return _one(town, town.patient(town.person()), CREATED)


def _submitted_twice(town: Town) -> Made:
    row = performed(town, town.patient(town.person()))
    return [row, dict(row)], [CREATED, (RESUBMITTED, "CREATED")]


def _in_two_lists(town: Town) -> Made:
    row = performed(town, town.patient(town.person()))
    return [row, row | {"reference": town.reference("R")}], [CREATED, EXISTS]


def _two_tests_of_one_day(town: Town) -> Made:
    person = town.patient(town.person())
    return [performed(town, person, 5), performed(town, person, 5)], [CREATED, DUPLICATE]


def _tests_of_two_days(town: Town) -> Made:
    person = town.patient(town.person(), _card(town, 7))
    return [performed(town, person, 5), performed(town, person, 6)], [CREATED, CREATED]


def _card_of_a_clerk(town: Town) -> Made:
    return _one(town, town.patient(town.person(), _card(town, 5)), DUPLICATE, days_ago=5)


def _card_of_a_clerk_for_this_test(town: Town) -> Made:
    row = performed(town, person := town.person(), 5)
    town.patient(person, _card(town, 5, note=f"For {row['test_id']}"))
    return [row], [EXISTS]


def _delegated(town: Town) -> Made:
    return _one(town, town.patient(town.person()), CREATED, delegated_by_hpr="9999202")


def _lines_as_mapped(town: Town) -> Made:
    return _one(town, town.patient(town.person()), CREATED, takst_lines=[{"code": TARIFF, "count": 1}])


def _other_lines(town: Town) -> Made:
    return _one(town, town.patient(town.person()), JUDGEMENT, takst_lines=[{"code": TARIFF, "count": 2}])


def _not_mapped(town: Town) -> Made:
    return _one(town, town.patient(town.person()), JUDGEMENT, test_site="TRD-HEIMDAL")


def _tariff_that_has_ended(town: Town) -> Made:
    return _one(town, town.patient(town.person()), ("manual", "INVALID_VALUE"), test_type="ANTIGEN")


def _at_length(town: Town, ending: tuple[str, str], *, before: int = 0, **changes: Any) -> Made:
    """A test by the tariff that demands time, of somebody on whose cards of that year it stands so often."""
    year = _day(town, 10).year
    near = [10 + days if _day(town, 10 + days).year == year else 10 - days for days in range(1, before + 1)]
    cards = [_card(town, days_ago, lines=[{"code": LONG_TARIFF}]) for days_ago in near]
    return _one(town, town.patient(town.person(), *cards), ending, days_ago=10, test_site="TRD-SPEKTRUM", **changes)


def _long_enough(town: Town) -> Made:
    return _at_length(town, CREATED, before=1, minutes=20)


def _too_short(town: Town) -> Made:
    return _at_length(town, ("manual", "LIMIT_EXCEEDED"), minutes=19)


def _of_unknown_length(town: Town) -> Made:
    return _at_length(town, JUDGEMENT)


def _once_too_often_in_the_year(town: Town) -> Made:
    return _at_length(town, ("manual", "LIMIT_EXCEEDED"), before=2, minutes=20)


def _not_refunded(town: Town) -> Made:
    reason = town.chance.choice(("TRAVEL_CERTIFICATE", "EMPLOYER", "PRIVATE"))
    return _one(town, town.patient(town.person()), NOOP, test_reason=reason)


def _turned_away(town: Town) -> Made:
    return _one(town, town.patient(town.person()), NOOP, attended=False)


def _too_late(town: Town) -> Made:
    return _one(town, town.patient(town.person()), ("manual", "PERIOD_CLOSED"), days_ago=190)


def _ahead(town: Town) -> Made:
    return _one(town, town.patient(town.person()), (REFUSED, "INVALID_INPUT"), days_ago=-2)


def _only_in_register(town: Town) -> Made:
    return _one(town, town.registered(town.person()), CREATED)


def _unknown_to_both(town: Town) -> Made:
    return _one(town, town.person(), ("manual", "PERSON_NOT_FOUND"))


def _d_number(town: Town) -> Made:
    return _one(town, town.patient(town.person(IdKind.DNR)), CREATED)


def _replaced_d_number(town: Town) -> Made:
    former, _ = town.number(IdKind.DNR)
    row = performed(town, town.patient(town.person(previous_ids=[former])))
    return [row | {"person_id": former}, row | {"reference": town.reference("R")}], [CREATED, EXISTS]


def _no_lasting_id(town: Town) -> Made:
    return _one(town, town.person(), ("manual", "TEMPORARY_ID"), person_id=DUF)


def _insured_abroad(town: Town) -> Made:
    return _one(town, town.patient(town.person()), JUDGEMENT, insured_abroad=True)


def _other_name(town: Town) -> Made:
    return _one(town, town.patient(town.person()), ("manual", "NAME_MISMATCH"), family_name="Heltannet")


def _protected(town: Town) -> Made:
    return _one(town, town.patient(town.person(protection=6)), ("manual", "PROTECTED_ADDRESS"))


def _rejected_by_helfo(town: Town) -> Made:
    person = town.patient(town.person())
    town.judgements.append({"national_id": person["national_id"], "result": "REJECTED", "code": "K13"})
    return _one(town, person, CREATED)


SITUATIONS = {
    _card_missing: 40,
    _submitted_twice: 4,
    _in_two_lists: 4,
    _two_tests_of_one_day: 3,
    _tests_of_two_days: 3,
    _replaced_d_number: 2,
    _delegated: 4,
    _lines_as_mapped: 4,
    _only_in_register: 4,
    _not_refunded: 3,
    _d_number: 2,
    _rejected_by_helfo: 2,
    _turned_away: 1,
    _card_of_a_clerk: 1,
    _card_of_a_clerk_for_this_test: 1,
    _other_lines: 1,
    _not_mapped: 1,
    _tariff_that_has_ended: 1,
    _long_enough: 1,
    _too_short: 1,
    _of_unknown_length: 1,
    _once_too_often_in_the_year: 1,
    _too_late: 1,
    _ahead: 1,
    _unknown_to_both: 1,
    _no_lasting_id: 1,
    _insured_abroad: 1,
    _other_name: 1,
    _protected: 1,
}
_PAIRS = {_submitted_twice, _in_two_lists, _two_tests_of_one_day, _tests_of_two_days, _replaced_d_number}


def flow(town: Town, rows: int) -> Flow:
    """So many tests to be refunded."""
    made = situations(town, SITUATIONS, rows, first=_PAIRS, filling=_card_missing)
    return Flow(
        process="billing-cards",
        situations=made,
        seeds=[
            ("systemx", "/_kontroll/tariffs", prices()),
            ("systemx", "/_kontroll/people", town.patients),
            ("systemx", "/_kontroll/register", town.register),
            ("systemx", "/_kontroll/judgements", town.judgements),
        ],
        registers={"refund-tariffs": TARIFFS, "refund-mappings": MAPPING},
        checks=[("systemx", lambda summary: _everything_claimed_once(summary, town, made))],
    )


def prices() -> list[dict[str, Any]]:
    """The tariffs as SystemX's vendor delivers them."""
    return [
        {"code": row["code"], "refund": row["refund"], "valid_from": row["first_day"], "valid_to": row.get("last_day")}
        for row in TARIFFS
    ]


def settlement(town: Town, cards: Flow) -> list[Flow]:
    """The claim of the night over those cards, and then its receipts; a second practice has nothing to claim."""
    claimed = CREATED if cards_made(cards.situations) or _cards_known(town) else NOOP
    rejected = sum(situation.name == "rejected_by_helfo" for situation in cards.situations)
    answered = REPORTED if rejected else UPDATED if claimed is CREATED else NOOP
    return [
        _by_practice(town, "refund-claims", {PRACTICE: claimed, IDLE_PRACTICE: NOOP}, after=1),
        _by_practice(town, "refund-receipts", {PRACTICE: answered, IDLE_PRACTICE: NOOP}, after=2),
    ]


def _by_practice(town: Town, process: str, endings: dict[str, tuple[str, str]], *, after: int) -> Flow:
    made = [
        Situation(name=process, rows=[{"praksis_id": practice, "day": str(_day(town, 0))}], expected=Counter([ending]))
        for practice, ending in endings.items()
    ]
    return Flow(process=process, situations=made, after=after)


def cards_made(made: list[Situation]) -> int:
    """How many cards Roger makes."""
    return sum(situation.expected[CREATED] for situation in made)


def _cards_known(town: Town) -> int:
    return sum(len(patient.get("cards", ())) for patient in town.patients)


def _everything_claimed_once(summary: Any, town: Town, made: list[Situation]) -> str | None:
    """Each card once, free for the patient, all of them in one claim, and every øre of it answered."""
    ours, rejected = cards_made(made), sum(situation.name == "rejected_by_helfo" for situation in made)
    everything = ours + _cards_known(town)
    expected: dict[str, Any] = {
        "cards_made_here": ours,
        "cards_twice": 0,
        "shares": 0,
        "sendings": 1 if everything else 0,
        "messages_sent_twice": 0,
        "cards": _some({"ACCEPTED": everything - rejected, "REJECTED": rejected}),
        "refunds": _some({"ACCEPTED": (everything - rejected) * REFUND, "REJECTED": rejected * REFUND}),
    }
    wrong = [f"{name} is {summary[name]} and not {must}" for name, must in expected.items() if summary[name] != must]
    return "; ".join(wrong) or None


def _some(counts: dict[str, int]) -> dict[str, int]:
    return {name: count for name, count in counts.items() if count}
