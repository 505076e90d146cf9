"""A day at the test stations: who is tested, how HsPro and the register stand, what must come out."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from common.local.day import REFUSED, RESUBMITTED, Flow
from common.local.town import CREATED, EXISTS, Made, situations
from common.norway.national_id import IdKind
from health_svc.demo.town import Town

DUF = "201012345611"
SITES = ("TRD-LEANGEN", "TRD-SPEKTRUM", "TRD-HEIMDAL")


def test(town: Town, person: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """One test of this person, as the booking system hands it over."""
    taken = town.now - timedelta(minutes=town.chance.randrange(5, 60 * 24 * 20))
    row = {
        "reference": town.reference("T"),
        "person_id": person["national_id"],
        "family_name": person["family_name"],
        "given_name": person["given_name"],
        "test_time": taken.replace(second=0, microsecond=0).isoformat(),
        "test_site": town.chance.choice(SITES),
        "test_type": town.chance.choice(("PCR", "ANTIGEN")),
    }
    if town.chance.random() < 0.7:  # noqa: PLR2004  most people leave a number
        row["phone"] = f"4{town.chance.randrange(10**7):07}"
    if town.chance.random() < 0.4:  # noqa: PLR2004
        row |= {"address": f"Østre Gate {town.chance.randrange(1, 99)}", "postnr": "7011"}
    return row | changes


def _one(town: Town, person: dict[str, Any], ending: tuple[str, str], **changes: Any) -> Made:
    return [test(town, person, **changes)], [ending]


def _journal_missing(town: Town) -> Made:
    return _one(town, town.known(town.person()), CREATED)


def _journal_there(town: Town) -> Made:
    return _one(town, town.known(town.person(), ("SMITTEVERN", "ACTIVE")), EXISTS)


def _other_journals_only(town: Town) -> Made:
    person = town.known(town.person(), ("HELSESTASJON", "ACTIVE"), ("SKOLEHELSE", "CLOSED"))
    return _one(town, person, CREATED)


def _only_in_register(town: Town) -> Made:
    return _one(town, town.registered(town.person()), CREATED)


def _unknown_to_both(town: Town) -> Made:
    return _one(town, town.person(), ("manual", "PERSON_NOT_FOUND"))


def _several_hits(town: Town) -> Made:
    person = town.known(town.person())
    town.known(person | {"given_name": "Dublett"})
    return _one(town, person, ("manual", "AMBIGUOUS_HIT"))


def _other_name(town: Town) -> Made:
    return _one(town, town.known(town.person()), ("manual", "NAME_MISMATCH"), family_name="Heltannet")


def _protected(town: Town) -> Made:
    person = town.known(town.person(protection=town.chance.choice((6, 7))))
    return _one(town, person, ("manual", "PROTECTED_ADDRESS"))


def _deceased(town: Town) -> Made:
    return _one(town, town.known(town.person(status="DECEASED")), ("manual", "DECEASED_OR_EMIGRATED"))


def _closed_journal(town: Town) -> Made:
    state = town.chance.choice(("CLOSED", "ARCHIVED"))
    return _one(town, town.known(town.person(), ("SMITTEVERN", state)), ("manual", "CONFLICT_IN_TARGET"))


def _two_journals(town: Town) -> Made:
    person = town.known(town.person(), ("SMITTEVERN", "ACTIVE"), ("SMITTEVERN", "ACTIVE"))
    return _one(town, person, ("manual", "CONFLICT_IN_TARGET"))


def _d_number(town: Town) -> Made:
    return _one(town, town.known(town.person(IdKind.DNR)), CREATED)


def _replaced_d_number(town: Town) -> Made:
    former, _ = town.number(IdKind.DNR)
    person = town.known(town.person(previous_ids=[former]))
    # The same person twice, under the former and the present number: still one journal.
    return [test(town, person, person_id=former), test(town, person)], [CREATED, EXISTS]


def _rule_2032(town: Town) -> Made:
    return _one(town, town.known(town.person(rule_2032=True)), CREATED)


def _lost_zero(town: Town) -> Made:
    person = town.person()
    while not person["national_id"].startswith("0"):
        person = town.person()
    return _one(town, town.known(person), CREATED, person_id=person["national_id"][1:])


def _invalid_id(town: Town) -> Made:
    person = town.person()
    wrong = person["national_id"][:-1] + str((int(person["national_id"][-1]) + 1) % 10)
    return _one(town, person, (REFUSED, "INVALID_INPUT"), person_id=wrong)


def _no_lasting_id(town: Town) -> Made:
    temporary = town.chance.choice((None, DUF))
    return _one(town, town.person(), ("manual", "TEMPORARY_ID"), person_id=temporary)


def _repeated(town: Town) -> Made:
    person = town.known(town.person())
    return [test(town, person) for _ in range(3)], [CREATED, EXISTS, EXISTS]


def _submitted_twice(town: Town) -> Made:
    row = test(town, town.known(town.person()))
    return [row, dict(row)], [CREATED, (RESUBMITTED, "CREATED")]


# How often each turns up; every one of them turns up at least once in a day of 30.
SITUATIONS = {
    _journal_missing: 34,
    _journal_there: 20,
    _repeated: 6,
    _only_in_register: 4,
    _submitted_twice: 3,
    _other_journals_only: 3,
    _d_number: 2,
    _replaced_d_number: 2,
    _rule_2032: 2,
    _lost_zero: 2,
    _unknown_to_both: 1,
    _several_hits: 1,
    _other_name: 1,
    _protected: 1,
    _deceased: 1,
    _closed_journal: 1,
    _two_journals: 1,
    _invalid_id: 1,
    _no_lasting_id: 1,
}


_SCARCE = {_repeated, _submitted_twice, _replaced_d_number}


def flow(town: Town, rows: int) -> Flow:
    """So many tests."""
    return Flow(
        process="test-journals",
        situations=situations(town, SITUATIONS, rows, first=_SCARCE, filling=_journal_there),
    )
