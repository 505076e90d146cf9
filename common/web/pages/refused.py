"""What is refused, or fails, told to a person: a page in their language, whoever refused it, instead of what programs read."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Scope

from common.refusals import (
    AddressTooLong,
    CaseUnknown,
    Forbidden,
    HeadersTooLarge,
    Refusal,
    TaskUnknown,
    Unavailable,
)
from common.web.pages.rendering import page
from common.web.problems import (
    BodiesFull,
    Busy,
    Fault,
    MethodNotAllowed,
    ReportUnknown,
    RouteUnknown,
    TooManyAtOnce,
    TooManyRequests,
    TooManyStrangers,
    TooMuchAtOnce,
    answer,
    counted,
    on_http_exception,
)

_AGAIN = ("Prøv igjen om litt", "Det er mye å gjøre akkurat nå. Vent noen sekunder og last siden på nytt.")
_NOT_HERE = ("Finnes ikke", "Det er ingen side på denne adressen.")


class ForeignForm(Forbidden):
    """The form did not come from a page of this service; open the page again and send it from there."""


_TEXTS: dict[type[Refusal], tuple[str, str]] = {
    ForeignForm: ("Skjemaet kunne ikke brukes", "Åpne siden på nytt og prøv en gang til."),
    Forbidden: ("Ingen tilgang", "Du har ikke tilgang til dette. Kontakt lederen din hvis du trenger det."),
    CaseUnknown: ("Finnes ikke", "Saken finnes ikke, eller du har ikke tilgang til den."),
    TaskUnknown: ("Finnes ikke", "Oppgaven finnes ikke, eller du har ikke tilgang til den."),
    ReportUnknown: ("Finnes ikke", "Rapporten finnes ikke, eller du har ikke tilgang til den."),
    Unavailable: ("Prøv igjen om litt", "Tjenesten er ikke tilgjengelig akkurat nå."),
    Fault: ("Noe gikk galt", "Feilen ligger hos oss og er notert. Prøv igjen, og si fra til IT hvis det skjer igjen."),
    RouteUnknown: _NOT_HERE,
    MethodNotAllowed: _NOT_HERE,
    AddressTooLong: ("Adressen kunne ikke brukes", "Den er for lang. Gå til arbeidslisten og finn frem derfra."),
    HeadersTooLarge: ("Siden kunne ikke åpnes", "Slett informasjonskapslene for denne siden, og logg inn på nytt."),
    TooManyRequests: _AGAIN,
    TooManyStrangers: _AGAIN,
    TooManyAtOnce: _AGAIN,
    TooMuchAtOnce: _AGAIN,
    BodiesFull: _AGAIN,
    Busy: _AGAIN,
}
_OTHERWISE = ("Det gikk ikke", "Saken kan ha endret seg. Gå tilbake til arbeidslisten og se hvordan den står nå.")


def page_of(refusal: Refusal) -> Response:
    """The page that says so; how long to wait and the like stands in its headers as well."""
    title, text = next((told for kind, told in _TEXTS.items() if isinstance(refusal, kind)), _OTHERWISE)
    made = page("message.html", status=refusal.status, title=title, text=text, session=None)
    made.headers.update(counted(refusal))
    return made


def told(refusal: Refusal, scope: Scope) -> Response:
    """A page for who asks for one, a problem document for everybody else."""
    return page_of(refusal) if wants_page(scope) else answer(refusal)


async def on_unknown_address(request: Request, problem: Exception) -> Response:
    """What the framework itself refuses, told alike."""
    if isinstance(problem, HTTPException) and problem.status_code == RouteUnknown.status and wants_page(request.scope):
        return page_of(RouteUnknown())
    return await on_http_exception(request, problem)


def wants_page(scope: Scope) -> bool:
    """Whether a person goes from page to page in a browser: programs ask for JSON, or for whatever there is."""
    return "text/html" in Request(scope).headers.get("accept", "")
