"""The way to a practice's claims in SystemX: what waits, what has been made, what is on its way, what was answered."""

from __future__ import annotations

from pydantic import BaseModel

from common.errors import ConflictInTarget
from common.process import Run
from health_svc.screens.systemx_settlement import (
    Bill,
    ClaimMessage,
    ClaimPage,
    JudgedBill,
    Receipts,
    Sending,
    Settlement,
    Total,
)


class Work(BaseModel, frozen=True):
    """What there is to claim: cards that are in no message yet, and messages that have not been sent."""

    unsent: Total
    ready: int


class ClaimDesk:
    """One practice's claims, as a robot sees them."""

    def __init__(self, run: Run, practice: str) -> None:
        self._run, self._practice = run, practice

    def work(self) -> Work:
        settlement = self._run.open(Settlement)
        ready = [message for message in settlement.messages(self._practice) if message.ready]
        return Work(unsent=settlement.unsent(self._practice), ready=len(ready))

    def ready(self) -> list[ClaimMessage]:
        """The messages that have been made and not been sent."""
        return [message for message in self._run.open(Settlement).messages(self._practice) if message.ready]

    def make(self) -> None:
        """Gather every unsent card into a message."""
        self._run.open(Settlement).unsent_of(self._practice).make()

    def bills(self, message: ClaimMessage) -> list[Bill]:
        return self._message(message).bills()

    def sendings(self) -> list[Sending]:
        """Everything that has been sent, the newest first."""
        return self._run.open(Receipts).sendings(self._practice)

    def sendings_of(self, message: ClaimMessage) -> list[Sending]:
        return [sending for sending in self.sendings() if sending.message == message.number]

    def send(self, message: ClaimMessage) -> None:
        """Send a message that nobody has sent; raises ConflictInTarget when SystemX says that somebody has."""
        listed = self._run.open(Settlement)
        if not any(found.ready for found in listed.messages(self._practice) if found.number == message.number):
            raise ConflictInTarget("SystemX says that the claim has been sent, and shows no sending of it")
        listed.message(message.number).send()

    def judged(self, sending: int) -> list[JudgedBill]:
        """HELFO's answer to every card of a sending."""
        return self._run.open(Receipts).receipt_of(sending).bills()

    def _message(self, message: ClaimMessage) -> ClaimPage:
        return self._run.open(Settlement).message(message.number)
