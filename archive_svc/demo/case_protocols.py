"""A day of items from political meetings: what their minutes say, how the archive stands, what must come out."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from archive_svc.demo.town import UNITS, Town
from common.local.day import REFUSED, RESUBMITTED, Flow
from common.local.town import CREATED, EXISTS, Made, situations

COUNCIL, BOARD, CULTURE = "Bystyret", "Formannskapet", "Kulturkomiteen"
"""Culture's minutes are a draft still."""
_HELD = {COUNCIL: 13, BOARD: 6, CULTURE: 2}
"""So many days ago."""
_NOT_TAKEN, _CONFLICT = (REFUSED, "INVALID_INPUT"), ("manual", "CONFLICT_IN_TARGET")
_INVALID, _DUPLICATE = ("manual", "INVALID_VALUE"), ("manual", "SUSPECTED_DUPLICATE")
_NO_LAW, _DRAFT = ("manual", "NEEDS_JUDGEMENT"), ("manual", "MINUTES_NOT_APPROVED")
_OTHER_DECISION, _OTHER_PROTOCOL = ("manual", "DECISION_DIFFERS"), ("manual", "PROTOCOL_DIFFERS")
_MEMBERS = (
    "Bakkehaug, Kari",
    "Dahle, Per",
    "Løvås, Ane",
    "Myrvold, Erik",
    "Nordhaug, Ola",
    "Sæther, Ingrid",
    "Øyås, Nina",
)
_OUT = "Øyås, Nina"
_LAW = "offl. § 13, jf. fvl. § 13"
_TITLES = (
    "Reguleringsplan for Øvre Ålgård",
    "Tilskudd til Ælvegata velforening",
    "Rehabilitering av Nordre skole",
    "Ny gang- og sykkelvei langs Skogåsen",
    "Høring om kollektivtilbudet",
)
_OFFICER = "SEKR01"
_CLOSED_CASE = "A"


def _item(town: Town, *, body: str = BOARD, status: str = "B", **minuted: Any) -> dict[str, Any]:
    """An item as the minutes have it, in a case file of its own; gives what the secretary hands in about it."""
    case_no = _case_file(town, status)
    title = town.chance.choice(_TITLES)
    item = {
        "number": f"PS {town.opened % 9_999 + 1}/{town.today:%y}",
        "case_no": case_no,
        "title": title,
        "decision": _decision(body, title),
        "votes": {"for": 5, "against": 1},
        "disqualified": [_OUT],
        "result": "BE",
        **minuted,
    }
    held = _meeting(town, body)
    held["items"].append(item)
    return {
        "reference": town.reference("SP"),
        "body": body,
        "meeting_date": held["date"],
        "item_no": item["number"],
        "case_no": case_no,
        "decision_text": item["decision"],
        "votes": item["votes"],
        "conflict_of_interest": item["disqualified"],
        "status": item["result"],
        "recipients": [{"name": "Velforeningen", "group": "Parter"}, {"name": "Byggefirma AS", "group": "Parter"}],
        "unit": town.chance.choice(UNITS),
    }


def _decision(body: str, title: str) -> str:
    return (
        f"{body} vedtar:\n\n1. {title} godkjennes, med disse endringene:\n"
        "   – grensen flyttes til vestsiden av Åsvegen;\n   – tiltaket er ferdig innen 1. oktober.\n\n"
        "2. Rådmannen får fullmakt til å inngå nødvendige avtaler.\n"
    )


def _case_file(town: Town, status: str) -> str:
    number = town.case_file_number()
    if _OFFICER not in {each["initials"] for each in town.officers}:
        mail = "sekretariatet@kommune.example"
        town.officers.append(
            {
                "initials": _OFFICER,
                "name": "Sekretær, Siri",
                "unit": UNITS[0],
                "email": mail,
                "active": True,
                "leads": False,
            }
        )
    town.case_files.append(
        {
            "number": number,
            "title": "Politisk sak",
            "public_title": "Politisk sak",
            "part": "Sakarkiv",
            "series": "Politiske saker",
            "klass": f"P{town.opened}",
            "unit": UNITS[0],
            "officer": _OFFICER,
            "status": status,
        }
    )
    return number


def _meeting(town: Town, body: str) -> dict[str, Any]:
    day = town.days_ago(_HELD[body]).isoformat()
    for held in town.meetings:
        if (held["body"], held["date"]) == (body, day):
            return held
    present = [{"name": name} for name in _MEMBERS]
    minutes = "DRAFT" if body == CULTURE else "APPROVED"
    held = {"body": body, "date": day, "minutes": minutes, "present": present, "items": []}
    town.meetings.append(held)
    return held


def _one(town: Town, ending: tuple[str, str], said: dict[str, Any] | None = None, **minuted: Any) -> Made:
    """`said` is what the secretary says differently."""
    return [_item(town, **minuted) | (said or {})], [ending]


def _treated(town: Town) -> Made:
    return _one(town, CREATED, body=town.chance.choice((COUNCIL, BOARD)))


def _postponed(town: Town) -> Made:
    return _one(town, CREATED, result="UT", decision="Saken utsettes.")


def _sent_back(town: Town) -> Made:
    return _one(town, CREATED, result="TB", decision="Saken sendes tilbake til rådmannen.")


def _behind_closed_doors(town: Town) -> Made:
    return _one(town, CREATED, closed=True, legal_basis=_LAW)


def _line_breaks_of_another_system(town: Town) -> Made:
    row = _item(town)
    return [row | {"decision_text": row["decision_text"].replace("\n", "\r\n")}], [CREATED]


def _told_twice(town: Town) -> Made:
    row = _item(town)
    return [row, row | {"reference": town.reference("SP")}], [CREATED, EXISTS]


def _submitted_twice(town: Town) -> Made:
    row = _item(town)
    return [row, dict(row)], [CREATED, (RESUBMITTED, "CREATED")]


def _no_law_for_closed_doors(town: Town) -> Made:
    return _one(town, _NO_LAW, closed=True)


def _minutes_not_approved(town: Town) -> Made:
    return _one(town, _DRAFT, body=CULTURE)


def _another_text(town: Town) -> Made:
    row = _item(town)
    return [row | {"decision_text": row["decision_text"].replace("1. oktober", "1. november")}], [_OTHER_DECISION]


def _other_votes(town: Town) -> Made:
    return _one(town, _CONFLICT, {"votes": {"for": 6, "against": 0}})


def _more_votes_than_members(town: Town) -> Made:
    return _one(town, _INVALID, votes={"for": 7, "against": 0})


def _nobody_said_to_be_disqualified(town: Town) -> Made:
    return _one(town, _CONFLICT, {"conflict_of_interest": []})


def _case_file_closed(town: Town) -> Made:
    return _one(town, _CONFLICT, status=_CLOSED_CASE)


def _another_case_file(town: Town) -> Made:
    return _one(town, _CONFLICT, {"case_no": _case_file(town, "B")})


def _not_in_the_minutes(town: Town) -> Made:
    row = _item(town)
    return [row | {"item_no": row["item_no"].replace("PS", "RS")}], [_INVALID]


def _archived_by_hand(town: Town) -> Made:
    row = _item(town)
    _meeting(town, BOARD)["items"][-1]["archived"] = f"{row['case_no']}-7"
    return [row], [_DUPLICATE]


def _corrected_afterwards(town: Town) -> Made:
    """The archive holds a protocol of the item already, of another text."""
    row = _item(town)
    town.posts.append(
        {
            "id": town.post_id(),
            "case": row["case_no"],
            "type": "X",
            "title": f"Saksprotokoll {row['item_no']}",
            "public_title": f"Saksprotokoll {row['item_no']}",
            "document_date": row["meeting_date"],
            "journalled": row["meeting_date"],
            "unit": UNITS[0],
            "officer": _OFFICER,
            "external_reference": f"SP:{row['body']}:{row['meeting_date']}:{row['item_no']}",
            "parties": [{"role": "IA", "name": row["body"]}],
            "documents": [
                {
                    "role": "H",
                    "title": "Saksprotokoll",
                    "format": "PDF/A-2b",
                    "checksum": "a" * 64,
                    "original": "b" * 64,
                }
            ],
        }
    )
    return [row], [_OTHER_PROTOCOL]


def _meeting_ahead(town: Town) -> Made:
    return _one(town, _NOT_TAKEN, {"meeting_date": (town.today + timedelta(days=1)).isoformat()})


def _for_information_only(town: Town) -> Made:
    row = _item(town)
    return [row | {"item_no": row["item_no"].replace("PS", "OS")}], [_NOT_TAKEN]


# How often each turns up; every one of them turns up at least once in a day of 40.
SITUATIONS = {
    _treated: 14,
    _postponed: 3,
    _behind_closed_doors: 2,
    _sent_back: 2,
    _told_twice: 2,
    _submitted_twice: 2,
    _line_breaks_of_another_system: 1,
    _no_law_for_closed_doors: 1,
    _minutes_not_approved: 1,
    _another_text: 1,
    _other_votes: 1,
    _more_votes_than_members: 1,
    _nobody_said_to_be_disqualified: 1,
    _case_file_closed: 1,
    _another_case_file: 1,
    _not_in_the_minutes: 1,
    _archived_by_hand: 1,
    _corrected_afterwards: 1,
    _meeting_ahead: 1,
    _for_information_only: 1,
}
_SCARCE = {_told_twice, _submitted_twice, _postponed, _behind_closed_doors}


def flow(town: Town, rows: int) -> Flow:
    """So many items. The meeting module and the archive are told by the town itself."""
    made = situations(town, SITUATIONS, rows, first=_SCARCE, filling=_treated)
    bodies = [{"name": name, "secretary": "Sekretær, Siri"} for name in _HELD]
    return Flow(
        process="case-protocols",
        situations=made,
        seeds=[("meetings", "/_kontroll/bodies", bodies)],
        checks=[("meetings", _noted_once)],
    )


def _noted_once(summary: Any) -> str | None:
    twice = summary["noted_twice"] + summary["archived_twice"]
    return f"{twice} references noted twice" if twice else None
