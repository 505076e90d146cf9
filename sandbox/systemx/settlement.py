"""Settlement with HELFO: cards not sent yet, claim messages, their sending, and the receipts that come back."""

from starlette.responses import Response
from starlette.routing import Route

from sandbox.office.gate import Gate, Visit, missing
from sandbox.office.view import View, goto
from sandbox.systemx.codes import PRACTICES
from sandbox.systemx.store import Store


class Settlement:
    def __init__(self, *, store: Store, gate: Gate, view: View) -> None:
        self._store = store
        self._gate = gate
        self._view = view

    def routes(self) -> list[Route]:
        signed_in = self._gate.signed_in
        return [
            Route("/oppgjor", signed_in(self.outbox), methods=["GET"]),
            Route("/oppgjor/usendt/{practice}", signed_in(self.unsent), methods=["GET"]),
            Route("/oppgjor/usendt/{practice}", signed_in(self.make), methods=["POST"]),
            Route("/oppgjor/{message:int}", signed_in(self.message), methods=["GET"]),
            Route("/oppgjor/{message:int}", signed_in(self.send), methods=["POST"]),
            Route("/kvitteringer", signed_in(self.receipts), methods=["GET"]),
            Route("/kvitteringer/{sending:int}", signed_in(self.receipt), methods=["GET"]),
            Route("/avviste", signed_in(self.rejected), methods=["GET"]),
            Route("/avviste/{card:int}", signed_in(self.give_back), methods=["POST"]),
        ]

    async def outbox(self, visit: Visit) -> Response:
        totals = {total.practice: total for total in self._store.unsent_totals()}
        return self._view.page(
            visit.request, "oppgjor", session=visit.session, totals=totals, messages=self._store.messages()
        )

    def _practice(self, visit: Visit) -> str:
        practice: str = visit.request.path_params["practice"]
        if practice not in PRACTICES:
            raise missing()
        return practice

    async def unsent(self, visit: Visit) -> Response:
        practice = self._practice(visit)
        cards = self._store.unsent(practice)
        return self._view.page(visit.request, "usendt", session=visit.session, practice=practice, cards=cards)

    async def make(self, visit: Visit) -> Response:
        practice, actor = self._practice(visit), visit.session.actor
        message = await self._gate.save(visit, "message", lambda: self._store.make_message(practice, actor))
        return goto("/oppgjor" if message is None else f"/oppgjor/{message}")

    async def message(self, visit: Visit) -> Response:
        found = self._store.message(visit.number("message"))
        if found is None:
            raise missing()
        message, bills = found
        return self._view.page(visit.request, "melding", session=visit.session, message=message, bills=bills)

    async def send(self, visit: Visit) -> Response:
        number, actor = visit.number("message"), visit.session.actor
        if self._store.message(number) is None:
            raise missing()
        # Whoever posts it twice has sent it twice, and HELFO answers the second with DUPLIKAT_KRAV.
        _ = await self._gate.save(visit, "claim", lambda: self._store.send(number, actor))
        visit.session.notice = "Oppgjøret er sendt"
        return goto(f"/oppgjor/{number}")

    async def receipts(self, visit: Visit) -> Response:
        return self._view.page(visit.request, "kvitteringer", session=visit.session, sendings=self._store.sendings())

    async def receipt(self, visit: Visit) -> Response:
        found = self._store.receipt(visit.number("sending"))
        if found is None:
            raise missing()
        sending, results = found
        return self._view.page(visit.request, "kvittering", session=visit.session, sending=sending, results=results)

    async def rejected(self, visit: Visit) -> Response:
        return self._view.page(visit.request, "avviste", session=visit.session, cards=self._store.rejected())

    async def give_back(self, visit: Visit) -> Response:
        card = self._store.card(visit.number("card"))
        if card is None or card.state != "REJECTED":
            raise missing()
        actor = visit.session.actor
        await self._gate.save(visit, "return", lambda: self._store.give_back(card, actor))
        visit.session.notice = f"Kort {card.number} er klart for ny innsending"
        return goto("/avviste")
