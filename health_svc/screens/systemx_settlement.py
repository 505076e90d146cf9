"""SystemX's pages for settlement with HELFO: unsent cards, claim messages, sendings and their receipts."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import TypeVar

from pydantic import BaseModel

from common.browser.locator import button, heading, link, table
from common.errors import UiChanged
from common.norway.money import ore
from health_svc.screens.systemx import SystemX, SystemXScreen

W = TypeVar("W")

_READY = "Klar til sending"


class Total(BaseModel, frozen=True):
    """Some cards, and what they come to in øre."""

    cards: int
    refund: int


class ClaimMessage(Total, frozen=True):
    """A line of the list of claim messages."""

    number: int
    practice: str
    ready: bool
    """It has been made and not been sent."""


class Bill(BaseModel, frozen=True):
    """One card in a claim message; its refund in øre."""

    card: int
    refund: int


class Receipt(StrEnum):
    """What HELFO answered to a sending as a whole."""

    WAITING = "WAITING"
    RECEIVED = "RECEIVED"
    DUPLICATE = "DUPLICATE"
    REFUSED = "REFUSED"
    """HELFO could make nothing of the message, and has judged none of its cards."""


class Sending(Total, frozen=True):
    """A claim message on its way; the same message may have been sent twice."""

    number: int
    message: int
    practice: str
    sent: date
    receipt: Receipt
    error: str = ""
    """HELFO's code, where the receipt is REFUSED."""


class Judgement(StrEnum):
    """What HELFO answered to one card."""

    ACCEPTED = "ACCEPTED"
    REJECTED = "REJECTED"
    DUPLICATE = "DUPLICATE"


class JudgedBill(Bill, frozen=True):
    result: Judgement
    code: str


REFUSALS = (
    "UKJENT_FORMAT",
    "UKJENT_FELT",
    "MANGLER_PRAKSISID",
    "MANGLER_BEHANDLERKRAV",
    "MANGLER_REGNINGER",
    "MANGLER_GUID",
    "UKJENT_PRAKSISID",
)
"""What KUHR says of a message that it could make nothing of."""
RECEIPTS = {
    "Venter": Receipt.WAITING,
    "Mottatt": Receipt.RECEIVED,
    "DUPLIKAT_KRAV": Receipt.DUPLICATE,
    **dict.fromkeys(REFUSALS, Receipt.REFUSED),
}
JUDGEMENTS = {"Godkjent": Judgement.ACCEPTED, "Avvist": Judgement.REJECTED, "Duplikat": Judgement.DUPLICATE}


@SystemX.looked_at
class Settlement(SystemXScreen):
    path = "/oppgjor"
    ready = (heading("Oppgjør"), table("Usendte kort"), table("Oppgjørsmeldinger"))
    unsent_cards = table("Usendte kort")
    claim_messages = table("Oppgjørsmeldinger")

    def unsent(self, practice: str) -> Total:
        """What waits to be claimed for a practice."""
        rows = [row for row in self.rows(self.unsent_cards) if row["Praksis"] == practice]
        if not rows:
            raise UiChanged("SystemX lists no such practice")
        return Total(cards=int(rows[0]["Antall"]), refund=ore(rows[0]["Sum refusjon"]))

    def messages(self, practice: str) -> list[ClaimMessage]:
        """The claim messages of a practice, the newest first."""
        listed = (row for row in self.rows(self.claim_messages) if row["Oppgjørsnr."].isdecimal())
        return [
            ClaimMessage(
                number=int(row["Oppgjørsnr."]),
                practice=row["Praksis"],
                cards=int(row["Antall"]),
                refund=ore(row["Sum refusjon"]),
                ready=row["Status"] == _READY,
            )
            for row in listed
            if row["Praksis"] == practice
        ]

    def unsent_of(self, practice: str) -> UnsentCards:
        row = next(row for row in self.rows(self.unsent_cards) if row["Praksis"] == practice)
        return row.press(link("Vis"), expect=UnsentCards)

    def message(self, number: int) -> ClaimPage:
        row = next(row for row in self.rows(self.claim_messages) if row["Oppgjørsnr."] == str(number))
        return row.press(link(str(number)), expect=ClaimPage)


class UnsentCards(SystemXScreen):
    ready = (heading("Usendte kort"), button("Lag oppgjør"))

    def make(self) -> ClaimPage:
        """Make a claim message of all of them."""
        return self.press(button("Lag oppgjør"), expect=ClaimPage)


class ClaimPage(SystemXScreen):
    ready = (heading("Oppgjørsmelding"), table("Regninger"))
    bill_list = table("Regninger")

    def bills(self) -> list[Bill]:
        return [Bill(card=int(row["Regningsnr."]), refund=ore(row["Refusjon"])) for row in self.rows(self.bill_list)]

    def send(self) -> ClaimPage:
        return self.press(button("Send til HELFO"), expect=ClaimPage)


@SystemX.looked_at
class Receipts(SystemXScreen):
    path = "/kvitteringer"
    ready = (heading("Kvitteringer"), table("Forsendelser"))
    sending_list = table("Forsendelser")

    def sendings(self, practice: str) -> list[Sending]:
        """The sendings of a practice, the newest first; raises UiChanged for a receipt nobody has heard of."""
        listed = (row for row in self.rows(self.sending_list) if row["Forsendelse"].isdecimal())
        return [
            Sending(
                number=int(row["Forsendelse"]),
                message=int(row["Oppgjørsnr."]),
                practice=row["Praksis"],
                cards=int(row["Antall"]),
                refund=ore(row["Sum refusjon"]),
                sent=datetime.strptime(row["Sendt"].partition(" ")[0], "%d.%m.%Y").date(),  # noqa: DTZ007  a day
                receipt=_known(RECEIPTS, row["Kvittering"]),
                error=row["Kvittering"] if row["Kvittering"] in REFUSALS else "",
            )
            for row in listed
            if row["Praksis"] == practice
        ]

    def receipt_of(self, sending: int) -> ReceiptPage:
        row = next(row for row in self.rows(self.sending_list) if row["Forsendelse"] == str(sending))
        return row.press(link("Vis"), expect=ReceiptPage)


class ReceiptPage(SystemXScreen):
    ready = (heading("Kvittering"), table("Resultater"))
    results = table("Resultater")

    def bills(self) -> list[JudgedBill]:
        """How HELFO judged each card; raises UiChanged for a judgement nobody has heard of."""
        return [
            JudgedBill(
                card=int(row["Regningsnr."]),
                refund=ore(row["Refusjon"]),
                result=_known(JUDGEMENTS, row["Resultat"]),
                code=row["Kode"],
            )
            for row in self.rows(self.results)
            if row["Regningsnr."].isdecimal()
        ]


def _known(words: dict[str, W], shown: str) -> W:
    if shown not in words:
        raise UiChanged(f"SystemX shows another word than {', '.join(words)}")
    return words[shown]
