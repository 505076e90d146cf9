"""A day of pay forms: what the units have approved, how the payroll system's queue stands, what must come out."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from common.clock import OSLO
from common.local.day import REFUSED, RESUBMITTED, Flow
from common.local.town import EXISTS, Made, situations
from common.norway.money import kroner
from common.norway.national_id import IdKind
from payroll_svc.demo.town import LONG_AGO, UNITS, Town

UPDATED, NOOP = ("done", "UPDATED"), ("done", "NOOP")
CONFLICT, JUDGE = ("manual", "CONFLICT_IN_TARGET"), ("manual", "NEEDS_JUDGEMENT")
NOT_AUTHORISED, CLOSED = ("manual", "NOT_AUTHORISED"), ("manual", "PERIOD_CLOSED")
DUF = "201012345611"
LEADER, CALLER = "LEDER", "LONN"

TYPES = (
    "NEW_POSITION",
    "CHANGE_PERCENT",
    "TEMPORARY_EXT",
    "LEAVE",
    "TERMINATION",
    "ADDITION",
    "ACCOUNT_CHANGE",
    "HOURS",
)
DEMANDED: list[dict[str, Any]] = [
    *({"form_type": form_type, "role": LEADER} for form_type in TYPES),
    {"form_type": "ACCOUNT_CHANGE", "role": CALLER, "budget": False, "calls_back": True},
]

Contents = tuple[dict[str, Any], dict[str, str]]
"""What a form says: as the portal tells it, and as the payroll system shows it."""
_ALWAYS: dict[str, Contents] = {
    "NEW_POSITION": (
        {"percent": 40.0, "position_type": "VIKAR", "unit": UNITS[0]},
        {"Enhet": UNITS[0], "Stillingstype": "Vikar", "Prosent": "40,00"},
    ),
    "TEMPORARY_EXT": ({"position_no": "A1"}, {"Stillingsnr.": "A1"}),
    "LEAVE": (
        {"leave_percent": 50, "kind": "Foreldrepermisjon"},
        {"Art": "Foreldrepermisjon", "Permisjonsprosent": "50,00"},
    ),
    "TERMINATION": ({"position_no": "A1"}, {"Stillingsnr.": "A1"}),
    "HOURS": ({"hours": "7.5", "reason": "Møte"}, {"Timer": "7,50", "Årsak": "Møte"}),
}


def form(
    town: Town,
    employee: dict[str, Any],
    form_type: str = "CHANGE_PERCENT",
    *,
    queue: dict[str, Any] | None = None,
    **said: Any,
) -> dict[str, Any]:
    """A form about this employee as the portal hands it over; in the queue it stands as said, unless `queue` differs."""
    fields, details = _contents(town, form_type)
    ends = town.last_day(6).isoformat() if form_type == "TEMPORARY_EXT" else None
    approvals = [_approval(town, LEADER, f"enhl{town.chance.randrange(1, 40):02}")]
    if form_type == "ACCOUNT_CHANGE":
        approvals.append(_approval(town, CALLER, f"lonn{town.chance.randrange(1, 9):02}", budget=False))
    row = {
        "reference": town.reference("F"),
        "form_id": town.reference("SKJ"),
        "form_type": form_type,
        "person_id": employee["national_id"],
        "family_name": employee["family_name"],
        "given_name": employee["given_name"],
        "employee_no": employee["employee_no"],
        "effective_from": town.first_day(1).isoformat(),
        "effective_to": ends,
        "fields": fields,
        "approvals": [{"role": one["role"], "person": one["person"], "time": one["time"]} for one in approvals],
        **said,
    }
    stands = {name: row[name] for name in ("form_id", "form_type", "employee_no", "effective_from", "effective_to")}
    shown = [{name: one[name] for name in ("role", "person", "at", "budget")} for one in approvals]
    town.forms.append({**stands, "details": details, "approvals": shown, **(queue or {})})
    return row


def _contents(town: Town, form_type: str) -> Contents:
    match form_type:
        case "CHANGE_PERCENT":
            percent = town.chance.randrange(20, 100)
            return {"percent": percent, "position_no": "A1"}, {"Stillingsnr.": "A1", "Prosent": f"{percent},00"}
        case "ADDITION":
            amount = town.chance.randrange(500, 15_000) * 100
            return {"kind": "Funksjonstillegg", "amount": amount}, {"Art": "Funksjonstillegg", "Beløp": kroner(amount)}
        case "ACCOUNT_CHANGE":
            account = town.account()
            return {"account_no": account}, {"Kontonummer": f"{account[:4]}.{account[4:6]}.{account[6:]}"}
        case _:
            return _ALWAYS[form_type]


def _approval(town: Town, role: str, person: str, *, budget: bool = True) -> dict[str, Any]:
    at = (town.now - timedelta(hours=20)).astimezone(OSLO).replace(second=0, microsecond=0)
    return {"role": role, "person": person, "time": at.isoformat(), "at": f"{at:%Y-%m-%dT%H:%M}", "budget": budget}


def _one(town: Town, ending: tuple[str, str], form_type: str = "CHANGE_PERCENT", **changes: Any) -> Made:
    """One form about somebody employed."""
    return [form(town, town.employed(town.person()), form_type, **changes)], [ending]


def _percent(town: Town) -> Made:
    return _one(town, UPDATED)


def _new_position(town: Town) -> Made:
    return _one(town, UPDATED, "NEW_POSITION")


def _prolonged(town: Town) -> Made:
    return _one(town, UPDATED, "TEMPORARY_EXT")


def _leave(town: Town) -> Made:
    return _one(town, UPDATED, "LEAVE")


def _terminated(town: Town) -> Made:
    return _one(town, UPDATED, "TERMINATION")


def _addition(town: Town) -> Made:
    return _one(town, UPDATED, "ADDITION")


def _account(town: Town) -> Made:
    return _one(town, UPDATED, "ACCOUNT_CHANGE")


def _hours(town: Town) -> Made:
    return _one(town, UPDATED, "HOURS")


def _told_twice(town: Town) -> Made:
    row = form(town, town.employed(town.person()))
    return [row, row | {"reference": town.reference("F")}], [UPDATED, EXISTS]


def _submitted_twice(town: Town) -> Made:
    row = form(town, town.employed(town.person()))
    return [row, dict(row)], [UPDATED, (RESUBMITTED, "UPDATED")]


def _active_already(town: Town) -> Made:
    return _one(town, EXISTS, queue={"status": "ACTIVE"})


def _withdrawn(town: Town) -> Made:
    return _one(town, NOOP, queue={"status": "WITHDRAWN"})


def _corrected(town: Town) -> Made:
    """The first version was withdrawn when the second one came."""
    first = form(town, town.employed(town.person()), queue={"status": "WITHDRAWN"})
    queued = town.forms[-1]
    town.forms.append(queued | {"version": 2, "status": "APPROVED"})
    return [first, first | {"form_version": 2, "reference": town.reference("F")}], [NOOP, UPDATED]


def _from_the_oldest_open_day(town: Town) -> Made:
    return _one(town, UPDATED, effective_from=town.first_day(-1).isoformat())


def _after_another_that_ended(town: Town) -> Made:
    row = form(town, town.employed(town.person()))
    _another(town, ends=town.last_day().isoformat())
    return [row], [UPDATED]


def _another(town: Town, *, ends: str) -> None:
    """A form like the last one is active until then."""
    before = {"form_id": town.reference("SKJ"), "status": "ACTIVE", "effective_from": LONG_AGO, "effective_to": ends}
    town.forms.append(town.forms[-1] | before)


def _former_number(town: Town) -> Made:
    former = town.person(IdKind.DNR)["national_id"]
    return [form(town, town.employed(town.person(), previous_ids=[former]), person_id=former)], [UPDATED]


def _one_of_two_records(town: Town) -> Made:
    person = town.person()
    employee, _ = town.employed(person), town.employed(person)
    return [form(town, employee)], [UPDATED]


def _which_of_two_records(town: Town) -> Made:
    person = town.person()
    employee, _ = town.employed(person), town.employed(person)
    row = form(town, employee)
    return [{name: value for name, value in row.items() if name != "employee_no"}], [("manual", "AMBIGUOUS_HIT")]


def _into_a_closed_period(town: Town) -> Made:
    return _one(town, CLOSED, effective_from=town.last_day(-2).isoformat())


def _beside_another(town: Town) -> Made:
    row = form(town, town.employed(town.person()))
    _another(town, ends=town.first_day(1).isoformat())
    return [row], [("manual", "SUSPECTED_DUPLICATE")]


def _not_approved(town: Town) -> Made:
    return _one(town, JUDGE, queue={"status": "SUBMITTED"})


def _without_authority(town: Town) -> Made:
    employee = town.employed(town.person())
    row = form(town, employee)
    town.forms[-1]["approvals"][0]["budget"] = False
    return [row], [NOT_AUTHORISED]


def _approved_by_oneself(town: Town) -> Made:
    employee = town.employed(town.person())
    own = _approval(town, LEADER, f"{employee['given_name']} {employee['family_name']}")
    said = [{name: own[name] for name in ("role", "person", "time")}]
    shown = [{name: own[name] for name in ("role", "person", "at", "budget")}]
    return [form(town, employee, queue={"approvals": shown}, approvals=said)], [NOT_AUTHORISED]


def _account_not_called_back(town: Town) -> Made:
    row = form(town, town.employed(town.person()), "ACCOUNT_CHANGE")
    del town.forms[-1]["approvals"][1], row["approvals"][1]
    return [row], [JUDGE]


def _account_that_cannot_be(town: Town) -> Made:
    account = town.account()
    wrong = f"{account[:-1]}{(int(account[-1]) + 1) % 10}"  # of ten last digits one is right
    queue = {"details": {"Kontonummer": wrong}}
    return _one(town, JUDGE, "ACCOUNT_CHANGE", fields={"account_no": wrong}, queue=queue)


def _paid_after_the_end(town: Town) -> Made:
    return _one(town, CONFLICT, "TERMINATION", queue={"future_lines": 2})


def _another_percent(town: Town) -> Made:
    return _one(town, CONFLICT, queue={"details": {"Stillingsnr.": "A1", "Prosent": "19,99"}})


def _a_newer_version(town: Town) -> Made:
    row = form(town, town.employed(town.person()))
    town.forms.append(town.forms[-1] | {"version": 2, "status": "SUBMITTED"})
    return [row], [CONFLICT]


def _of_who_has_left(town: Town) -> Made:
    return [form(town, town.employed(town.person(), status="LEFT"))], [CONFLICT]


def _locked(town: Town) -> Made:
    return _one(town, ("manual", "RECORD_LOCKED"), queue={"locked_by": "Turid Lønn"})


def _not_in_the_queue(town: Town) -> Made:
    return _one(town, ("manual", "INVALID_VALUE"), queue={"form_id": town.reference("SKJ")})


def _not_employed(town: Town) -> Made:
    nobody = town.person() | {"employee_no": "99"}
    return [form(town, nobody)], [("manual", "PERSON_NOT_FOUND")]


def _other_name(town: Town) -> Made:
    return _one(town, ("manual", "NAME_MISMATCH"), family_name="Heltannet")


def _protected(town: Town) -> Made:
    employee = town.employed(town.person(), protection=town.chance.choice((6, 7)))
    return [form(town, employee)], [("manual", "PROTECTED_ADDRESS")]


def _no_lasting_id(town: Town) -> Made:
    return _one(town, ("manual", "TEMPORARY_ID"), person_id=DUF)


def _too_far_ahead(town: Town) -> Made:
    return _one(town, (REFUSED, "INVALID_INPUT"), effective_from=town.first_day(14).isoformat())


def _ends_before_it_begins(town: Town) -> Made:
    return _one(town, (REFUSED, "INVALID_INPUT"), effective_to=town.last_day().isoformat())


# How often each turns up; every one of them turns up at least once in a day of 45.
SITUATIONS = {
    _percent: 20,
    _leave: 8,
    _hours: 6,
    _new_position: 5,
    _addition: 5,
    _prolonged: 4,
    _account: 4,
    _terminated: 4,
    _told_twice: 3,
    _submitted_twice: 3,
    _active_already: 2,
    _corrected: 2,
    _from_the_oldest_open_day: 2,
    _into_a_closed_period: 2,
    _without_authority: 2,
    _withdrawn: 1,
    _after_another_that_ended: 1,
    _former_number: 1,
    _one_of_two_records: 1,
    _which_of_two_records: 1,
    _beside_another: 1,
    _not_approved: 1,
    _approved_by_oneself: 1,
    _account_not_called_back: 1,
    _account_that_cannot_be: 1,
    _paid_after_the_end: 1,
    _another_percent: 1,
    _a_newer_version: 1,
    _of_who_has_left: 1,
    _locked: 1,
    _not_in_the_queue: 1,
    _not_employed: 1,
    _other_name: 1,
    _protected: 1,
    _no_lasting_id: 1,
    _too_far_ahead: 1,
    _ends_before_it_begins: 1,
}
_SCARCE = {_told_twice, _submitted_twice, _corrected}


def flow(town: Town, rows: int) -> Flow:
    """So many forms, the queue that they stand in, and who must have approved them."""
    made = situations(town, SITUATIONS, rows, first=_SCARCE, filling=_percent)
    return Flow(
        process="payroll-form-activations",
        situations=made,
        seeds=[("payroll", "/_kontroll/forms", town.forms)],
        registers={"form-approvals": DEMANDED},
    )
