"""A day of posts that wait for an answer: how the archive has them, what its list said of them, what must come out."""

from __future__ import annotations

from collections import Counter
from typing import Any

from archive_svc.demo.town import HOME, SCHOOL, UNITS, Town
from common.local.day import REFUSED, RESUBMITTED, Flow, Situation
from common.local.town import CREATED, EXISTS, Made, situations

UPDATED, REPORTED, NOOP = ("done", "UPDATED"), ("done", "REPORTED"), ("done", "NOOP")
PART = "Sakarkiv"
_OFFICERS = {SCHOOL: "skol07", HOME: "hjem02"}
_LEFT = "sluttet1"
_TITLES = ("Søknad om skoleplass", "Klage på vedtak", "Spørsmål om skoleskyss", "Henvendelse om plass på sykehjem")


def case_file(town: Town, unit: str = SCHOOL, **facts: Any) -> dict[str, Any]:
    """One that the archive has."""
    _staff(town)
    title, number = town.chance.choice(_TITLES), town.case_file_number()
    made = {
        "number": number,
        "title": title,
        "public_title": title,
        "part": PART,
        "series": "Emnesaker",
        "klass": f"B{town.opened}",
        "unit": unit,
        "officer": _OFFICERS.get(unit, _OFFICERS[SCHOOL]),
    } | facts
    town.case_files.append(made)
    return made


def waiting(town: Town, days: int, file: dict[str, Any] | None = None, **facts: Any) -> dict[str, Any]:
    """An incoming letter that has waited so many days, in a case file of its own unless one is given."""
    file = file or case_file(town)
    since = town.days_ago(days).isoformat()
    about = {"document_date": since, "received": since, "journalled": since}
    who = {"officer": file["officer"], "unit": file["unit"]}
    return _post(town, file, {"type": "I", "parties": [_party(town, "EA")]} | about | who | facts)


def letter(town: Town, to: dict[str, Any], **facts: Any) -> dict[str, Any]:
    """What was sent to the same party three days ago, as the answer to a post."""
    day = town.days_ago(3).isoformat()
    file = next(each for each in town.case_files if each["number"] == to["case"])
    answers = {"type": "U", "status": "E", "document_date": day, "sent": day, "answers": to["number"]}
    parties = [party | {"role": "EM"} for party in to["parties"]]
    return _post(town, file, answers | {"parties": parties, "officer": to["officer"], "unit": to["unit"]} | facts)


def _post(town: Town, file: dict[str, Any], facts: dict[str, Any]) -> dict[str, Any]:
    number = sum(each["case"] == file["number"] for each in town.posts) + 1
    usual = {
        "id": town.post_id(),
        "case": file["number"],
        "number": number,
        "status": "J",
        "title": file["title"],
        "public_title": file["public_title"],
        "access": "UO",
        "legal_basis": "offl. § 13",
        "documents": [{"role": "H", "title": file["title"], "format": "PDF/A-2b"}],
    }
    town.posts.append(usual | facts)
    return town.posts[-1]


def _party(town: Town, role: str) -> dict[str, Any]:
    who = town.somebody()
    return {"role": role, "name": f"{who['family_name']} {who['given_name']}", "number": who["national_id"]}


def _staff(town: Town) -> None:
    """The officers whom these posts need, once."""
    known = {each["initials"] for each in town.officers}
    people = [(initials, unit, True) for unit, initials in _OFFICERS.items()] + [(_LEFT, SCHOOL, False)]
    for initials, unit, active in people:
        if initials not in known:
            name = f"{town.somebody()['family_name']}, {initials}"
            email = f"{initials}@kommune.example"
            town.officers.append({"initials": initials, "name": name, "unit": unit, "email": email, "active": active})


def listed(town: Town, post: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """The post as the archive's list had it."""
    file = next(each for each in town.case_files if each["number"] == post["case"])
    row = {
        "reference": town.reference("R"),
        "as_of": town.today.isoformat(),
        "unit": post["unit"],
        "journalpost_id": post["id"],
        "case_no": post["case"],
        "post_no": post["number"],
        "type": post["type"],
        "status": post["status"],
        "doc_date": post["document_date"],
        "received_date": post["received"],
        "journal_date": post["journalled"],
        "officer": post["officer"],
        "case_status": file.get("status", "B"),
    }
    return row | changes


def _young(town: Town) -> Made:
    return [listed(town, waiting(town, town.chance.randint(1, 89)))], [NOOP]


def _old(town: Town) -> Made:
    return [listed(town, waiting(town, town.chance.randint(90, 180)))], [REPORTED]


def _very_old(town: Town) -> Made:
    return [listed(town, waiting(town, town.chance.randint(181, 500), case_file(town, HOME)))], [REPORTED]


def _open_to_everybody(town: Town) -> Made:
    return [listed(town, waiting(town, 120, access="U", legal_basis=""))], [REPORTED]


def _answered(town: Town) -> Made:
    post = waiting(town, town.chance.randint(10, 200))
    letter(town, post)
    return [listed(town, post)], [UPDATED]


def _answered_by_note(town: Town) -> Made:
    post = waiting(town, 60)
    letter(town, post, type="X", status="J", sent=None)
    return [listed(town, post)], [UPDATED]


def _answered_by_email(town: Town) -> Made:
    post = waiting(town, 60)
    letter(town, post, dispatch="E-post")
    return [listed(town, post)], [UPDATED]


def _written_off_since(town: Town) -> Made:
    post = waiting(town, 100, write_off={"code": "TLF", "on": town.days_ago(1).isoformat()})
    return [listed(town, post)], [EXISTS]


def _unfinished_answer(town: Town) -> Made:
    post = waiting(town, 40)
    letter(town, post, status="R", sent=None)
    return [listed(town, post)], [REPORTED]


def _letter_that_may_be_it(town: Town) -> Made:
    post = waiting(town, 50)
    letter(town, post, answers=None)
    return [listed(town, post)], [("manual", "NEEDS_JUDGEMENT")]


def _officer_left(town: Town) -> Made:
    return [listed(town, waiting(town, 20, officer=_LEFT))], [REPORTED]


def _in_a_closed_case_file(town: Town) -> Made:
    return [listed(town, waiting(town, 20, case_file(town, status="A")))], [("manual", "CONFLICT_IN_TARGET")]


def _answered_in_a_closed_case_file(town: Town) -> Made:
    post = waiting(town, 20, case_file(town, status="A"))
    letter(town, post)
    return [listed(town, post)], [("manual", "CASE_FILE_CLOSED")]


def _listed_twice(town: Town) -> Made:
    post = waiting(town, 130)
    return [listed(town, post), listed(town, post)], [REPORTED, EXISTS]


def _handed_in_twice(town: Town) -> Made:
    row = listed(town, waiting(town, 30))
    return [row, dict(row)], [NOOP, (RESUBMITTED, "NOOP")]


def _of_a_day_to_come(town: Town) -> Made:
    row = listed(town, waiting(town, 30), as_of=town.days_ago(-7).isoformat())
    return [row], [(REFUSED, "INVALID_INPUT")]


# How often each turns up; every one of them turns up at least once in a day of 20.
SITUATIONS = {
    _young: 8,
    _old: 5,
    _answered: 4,
    _very_old: 2,
    _open_to_everybody: 2,
    _written_off_since: 2,
    _unfinished_answer: 2,
    _letter_that_may_be_it: 2,
    _officer_left: 2,
    _answered_by_email: 1,
    _answered_by_note: 1,
    _in_a_closed_case_file: 1,
    _answered_in_a_closed_case_file: 1,
    _listed_twice: 1,
    _handed_in_twice: 1,
    _of_a_day_to_come: 1,
}
_SCARCE = {_answered, _old, _letter_that_may_be_it, _officer_left}
_AGES = (3, 12, 25, 33, 47, 62, 88, 95, 110, 140, 175, 190, 240, 400)


def flow(town: Town, rows: int) -> Flow:
    """So many posts, each handed in by itself."""
    made = situations(town, SITUATIONS, rows, first=_SCARCE, filling=_young)
    return Flow(process="backlog-controls", situations=made)


def run_over_units(town: Town) -> Flow:
    """The quarter's run over all units, when all else is done; each post's control is handed over by it."""
    for unit in UNITS[1:]:
        file = case_file(town, unit)
        for days in _AGES:
            waiting(town, days, file)
    rows = [Situation(name="all_units", rows=[{"parts": [PART]}], expected=Counter([CREATED]))]
    return Flow(process="backlog-runs", situations=rows, after=2)
