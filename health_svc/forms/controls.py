"""What stands on the vaccination form, in bokmål, and what a filled-in form says to the process."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from common.clock import OSLO
from common.refusals import FieldProblem
from health_svc.doses.vaccination import Indication, Site

SITES = {Site.LEFT_ARM: "Venstre arm", Site.RIGHT_ARM: "Høyre arm", Site.OTHER: "Annet sted"}
INDICATIONS = {
    Indication.AGE: "Alder",
    Indication.RISK_GROUP: "Risikogruppe",
    Indication.HEALTH_WORKER: "Helsepersonell",
    Indication.NURSING_HOME: "Sykehjem",
    Indication.CRITICAL_JOB: "Samfunnskritisk jobb",
    Indication.OTHER: "Annet",
}
KEPT = ("vaccine_code", "batch_no", "expiry_date", "vaccinator_hpr", "prescriber_hpr", "unit")
"""What the next person's form begins with: it is about the station and not about whoever was vaccinated."""

_ANSWER = "answer."
_YES_OR_NO = ("consent", "given_abroad", "reaction_observed")
_ANSWERS = {"ja": True, "nei": False}
_AS_TYPED = (
    *("form_id", "corrects", "person_id", "family_name", "given_name", "dose_no", "site", "indication", "remark"),
    *(name for name in KEPT if name != "unit"),
)


def control_of(field: str) -> str:
    """The control by which a field of the process is filled in."""
    name, _, question = field.partition(".")
    return _ANSWER + question if name == "contraindication_answers" and question else field


def given(form: Mapping[str, str], asked: Collection[str], units: Collection[str] | None) -> dict[str, Any]:
    """The case that a filled-in form hands in; what nobody filled in is left out.

    `asked` are the codes of the form's questions, `units` those that whoever fills it in is bound to; None for who is
    bound to none. The same form gives the same case whenever it is sent: nothing of the time of sending goes into it.
    """
    case: dict[str, Any] = {name: form[name].strip() for name in _AS_TYPED if form.get(name, "").strip()}
    case |= {name: _ANSWERS.get(form[name], form[name]) for name in _YES_OR_NO if form.get(name)}
    case.setdefault("consent", False)
    if (dose := case.get("dose_no", "")).isascii() and dose.isdigit() and len(dose) == 1:
        case["dose_no"] = int(dose)
    if moment := form.get("vaccinated_at", "").strip():
        case["vaccinated_at"] = _in_norway(moment)
    answers = {question: form.get(_ANSWER + question, "") for question in asked}
    case["contraindication_answers"] = {
        question: _ANSWERS[answer] for question, answer in answers.items() if answer in _ANSWERS
    }
    if unit := _unit(form, units):
        case["unit"] = unit
    return case


def unanswered(form: Mapping[str, str], asked: Collection[str], units: Collection[str] | None) -> list[FieldProblem]:
    """What the process would do without, and a station must say: each question asked, and which unit it is."""
    missing = [
        f"contraindication_answers.{question}" for question in asked if form.get(_ANSWER + question) not in _ANSWERS
    ]
    if units and not _unit(form, units):
        missing.append("unit")
    return [FieldProblem(field, "MISSING_FIELD", "This must be answered") for field in missing]


def filled_in(case: Mapping[str, Any]) -> dict[str, str]:
    """What the controls of a form hold that handed this case in: the other way of `given`, but for the form's own id."""
    words = {answer: word for word, answer in _ANSWERS.items()}
    values = {name: str(case[name]) for name in (*_AS_TYPED, "unit") if case.get(name)}
    values |= {name: words[case[name]] for name in _YES_OR_NO if name in case}
    values |= {_ANSWER + code: words[answer] for code, answer in case["contraindication_answers"].items()}
    values["vaccinated_at"] = on_the_clock(datetime.fromisoformat(case["vaccinated_at"]))
    del values["form_id"]
    return values


def on_the_clock(moment: datetime) -> str:
    """A moment as its control holds it: Norwegian time, to the minute."""
    return f"{moment.astimezone(OSLO):%Y-%m-%dT%H:%M}"


def typed(case: Mapping[str, Any]) -> dict[str, str]:
    """What of a submitted case the next form begins with."""
    return {name: str(case[name]) for name in KEPT if case.get(name)}


def _in_norway(moment: str) -> str:
    """A local time with its offset; what is none stays what was typed, for the process to refuse."""
    try:
        found = datetime.fromisoformat(moment)
    except ValueError:
        return moment
    return (found if found.tzinfo else found.replace(tzinfo=OSLO)).isoformat()


def _unit(form: Mapping[str, str], units: Collection[str] | None) -> str | None:
    """The only unit of whoever is bound to one; of several, the one chosen."""
    if units is not None and len(units) == 1:
        return next(iter(units))
    return form["unit"] if form.get("unit") in (units or ()) else None
