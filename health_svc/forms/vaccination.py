"""`/forms/vaccination`: what a health worker fills in instead of HsPro, on a phone or tablet at the station (HLT-03).

Without a script each step is a page. With it, the same controls stay on one page: what was sent stays in its memory until
the answer of this service says that it is stored. The form's id is the case's reference, so that a form sent twice, by a
double tap or because an answer was lost, is one case.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from uuid import uuid4

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from common.refusals import BacklogFull, InvalidInput, ReferenceTaken
from common.web.drafts import drafted
from common.web.pages.brought import Entrance, Pages
from common.web.pages.rendering import Paper
from common.web.pages.signed_in import OurForm, PageRoute, SignedIn, Visitor, asks_for_json, page_needs
from common.web.parts import Parts, WithParts
from common.web.submitting import Taken, take_one
from health_svc.forms import controls
from health_svc.forms.corrections import REFERENCE_TAKEN, TOO_MANY_WAIT, sentences, with_questions
from health_svc.forms.earlier import opened_again
from health_svc.forms.lookup import BOOKINGS, VACCINATIONS, Found, NotFound, look_up
from health_svc.forms.offer import Offer, offered
from health_svc.forms.submissions import LABELS, line_of, of_today

HERE = "/forms/vaccination"
SUBMIT = f"{{service}}:{VACCINATIONS}:submit"
_SENT = "sendt"

router = APIRouter(prefix=HERE, include_in_schema=False, route_class=PageRoute)
PAGES = Pages(
    entrance=Entrance(
        path=HERE,
        title="Vaksinasjon",
        about="Her registrerer du vaksinasjoner og ser hvordan det går med dem.",
        needs=(SUBMIT,),
        purpose="vaksinasjonsskjema",
    ),
    router=router,
    paper=Paper(Path(__file__).parent),
    narrowed={
        HERE: "own, of today",
        f"{HERE}/i-dag": "own, of today",
        f"{HERE}/rett": "own, of today",
        f"{HERE}/oppslag": f"with `health:{BOOKINGS}:read`, `health:{VACCINATIONS}:read`: cases of the caller's units "
        "about one person, by a whole booking number or national id",
    },
)


@router.get("", dependencies=[page_needs(SUBMIT)])
async def show_form(parts: WithParts, visitor: SignedIn, melding: str = "") -> Response:
    """Where a person is looked up, and how the forms of today stand."""
    return await _page(parts, visitor, told="Skjemaet er sendt." if melding == _SENT else "")


@router.post("/oppslag", dependencies=[page_needs(SUBMIT)])
async def show_person(request: Request, parts: WithParts, visitor: SignedIn, form: OurForm) -> Response:
    """The form for the person of a booking or a national id."""
    try:
        found = await look_up(parts, visitor.caller, form.get("sok", ""))
    except NotFound as problem:
        wrong = {"sok": problem.sentence}
        if asks_for_json(request):
            return _told_wrong(wrong)
        return await _page(parts, visitor, status=422, sought=form.get("sok", ""), wrong=wrong)
    if asks_for_json(request):
        return _found(found)
    return await _page(parts, visitor, found=found)


@router.post("/rett", dependencies=[page_needs(SUBMIT)])
async def show_earlier(request: Request, parts: WithParts, visitor: SignedIn, form: OurForm) -> Response:
    """A form of today once more, filled in as it was sent, to be corrected by a new one."""
    try:
        found = await opened_again(parts, visitor.caller, form.get("form_id", ""))
    except NotFound as problem:
        if asks_for_json(request):
            return _told_wrong({"": problem.sentence}, 404)
        return await _page(parts, visitor, status=404, told=problem.sentence)
    if asks_for_json(request):
        return _found(found)
    return await _page(parts, visitor, found=found)


@router.post("", dependencies=[page_needs(SUBMIT)])
async def take_form(request: Request, parts: WithParts, visitor: SignedIn, form: OurForm) -> Response:
    """Hand the form in as a case; what is wrong with it is told beside each control, and nothing typed is lost."""
    offer = await offered(parts, form.get("questions", ""))
    handed = await _hand_in(request, parts, visitor, form, offer)
    if isinstance(handed, _Wrong):
        if asks_for_json(request):
            return _told_wrong(handed.sentences, handed.status)
        return await _page(parts, visitor, status=handed.status, found=Found(values=dict(form)), wrong=handed.sentences)
    if asks_for_json(request):
        held = controls.given(form, offer.questions, visitor.caller.units)
        line = line_of(handed.case, held, offer.vaccines)
        return JSONResponse(asdict(line), 200 if handed.existing else 202)
    return RedirectResponse(f"{HERE}?melding={_SENT}", 303)


@router.get("/i-dag", dependencies=[page_needs(SUBMIT)])
async def show_today(parts: WithParts, visitor: SignedIn) -> Response:
    """How the forms of today stand, for the page's script; and what its next form must carry."""
    offer = await offered(parts)
    today = await of_today(parts, visitor.caller, offer.vaccines)
    return JSONResponse(
        {
            "edition": offer.edition,
            "who": visitor.caller.name,
            "skjema": visitor.form_token,
            "counts": today.counts,
            "lines": [asdict(line) for line in today.lines],
        }
    )


@dataclass(frozen=True)
class _Wrong:
    """Why a form was not taken: by control, what to correct."""

    sentences: Mapping[str, str]
    status: int


async def _hand_in(
    request: Request, parts: Parts, visitor: Visitor, form: Mapping[str, str], offer: Offer
) -> Taken | _Wrong:
    process, units, asked = parts.service.processes[VACCINATIONS], visitor.caller.units, offer.questions
    case = controls.given(form, asked, units)
    if unanswered := controls.unanswered(form, asked, units):
        # Told together with what else is wrong, so that nobody corrects a form twice.
        draft = drafted(process, case, accepts_synthetic=parts.settings.deployment.accepts_synthetic, units=units)
        others = draft.problems if isinstance(draft, InvalidInput) else ()
        return _Wrong(sentences((*others, *unanswered), asked), InvalidInput.status)
    try:
        return await take_one(parts, process, visitor.caller, case)
    except InvalidInput as invalid:
        return _Wrong(sentences(invalid.problems, asked), invalid.status)
    except BacklogFull as full:
        if asks_for_json(request):
            raise  # the page's script sends it again
        return _Wrong({"": TOO_MANY_WAIT}, full.status)
    except ReferenceTaken as stands:
        return _Wrong({"": REFERENCE_TAKEN}, stands.status)


def _found(found: Found) -> Response:
    return JSONResponse(asdict(found) | {"named": found.named})


def _told_wrong(wrong: Mapping[str, str], status: int = InvalidInput.status) -> Response:
    return JSONResponse({"wrong": dict(wrong)}, status)


async def _page(
    parts: Parts,
    visitor: Visitor,
    *,
    status: int = 200,
    told: str = "",
    found: Found | None = None,
    sought: str = "",
    wrong: Mapping[str, str] | None = None,
) -> Response:
    """The whole page; with a form for whoever was found, or for what is to be corrected."""
    offer = await offered(parts, found.values.get("questions", "") if found else "")
    today = await of_today(parts, visitor.caller, offer.vaccines)
    now = parts.clock()
    fresh = {"form_id": str(uuid4()), "vaccinated_at": controls.on_the_clock(now)}
    return PAGES.paper.page(
        "vaccination.html",
        status=status,
        session=visitor,
        told=told,
        found=found,
        sought=sought,
        values=fresh | controls.typed(today.newest) | (found.values if found else {}),
        wrong=wrong or {},
        today=today,
        labels=LABELS,
        now=int(now.timestamp() * 1000),
        offer=offer,
        units=[(unit, unit) for unit in sorted(visitor.caller.units or ())],
        controls=controls,
        sentences=with_questions(offer.questions),
    )
