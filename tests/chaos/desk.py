"""What one caller has to hand in: the demo's rows, about people of whom much is handed in at the same time."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from health_svc.demo.billing_cards import performed
from health_svc.demo.booking_journals import booking
from health_svc.demo.test_journals import test
from health_svc.demo.town import Town as DemoTown
from health_svc.demo.vaccinations import BATCHES, vaccination
from tests.chaos.town import BOOKINGS, CARDS, TESTS, VACCINATIONS, Resident, Submission, Town
from tests.recovery.plant import Row

OTHER_CONTENT = {
    TESTS: {"test_site": "TRD-TILLER"},
    BOOKINGS: {"vaccination_site": "TRD-TILLER"},
    VACCINATIONS: {"remark": "Noe annet"},
    CARDS: {"diagnosis_code": "A23"},
}
"""What makes another row of one under the same reference, process by process."""
_APART = 100_000
_MOST_TESTS = 28
"""Days on which somebody may have been tested, counted back from yesterday."""


class Desk:
    """One of several in a town. What hangs together (a booking's messages, a dose and its correction) is one desk's."""

    def __init__(self, town: Town, name: str, seed: int, *, place: int, places: int) -> None:
        """`place` of `places` desks: each has residents of its own for what hangs together."""
        self._town, self.chance = town, random.Random(f"{seed} {name}")
        self._rows = DemoTown(self.chance, datetime.now(UTC), handed_in=place * _APART)
        self._own = town.residents[place::places]
        self._bookings: dict[str, list[Row]] = {}
        self._doses: dict[str, Row] = {}
        self._cards: dict[str, list[Row]] = {}
        self._makers: dict[str, Callable[[], list[Submission]]] = {
            TESTS: self._test,
            BOOKINGS: self._booking,
            VACCINATIONS: self._vaccination,
            CARDS: self._card,
        }

    def first(self) -> list[list[Submission]]:
        """One of each, so that the shortest stretch has them all."""
        return [make() for make in self._makers.values()]

    def several(self) -> list[Submission]:
        """What comes next: something of one process, now and then more than one row of it."""
        make = self.chance.choice(list(self._makers.values()))
        return [one for _ in range(self.chance.choice((1, 1, 1, 3))) for one in make()]

    def _made(self, process: str, resident: Resident, row: Row, *, taken_back: bool = False) -> list[Submission]:
        made = Submission(process=process, resident=resident, row=row, may_be_taken_back=taken_back)
        self._town.submissions.append(made)
        return [made]

    def _test(self) -> list[Submission]:
        """A test of somebody, often of somebody of whom something came in a moment ago, at whatever desk."""
        recent = self._town.submissions[-6:]
        often = bool(recent) and self.chance.random() < 0.4
        resident = self.chance.choice(recent).resident if often else self.chance.choice(self._town.residents)
        return self._made(TESTS, resident, test(self._rows, resident.facts), taken_back=True)

    def _one_of_mine(self) -> Resident:
        """Often somebody of whom something came in a moment ago."""
        recent = [one.resident for one in self._town.submissions[-12:] if one.resident in self._own]
        return self.chance.choice(recent if recent and self.chance.random() < 0.6 else self._own)

    def _booking(self) -> list[Submission]:
        """A booking, or what happens to one; now and then the queue between the systems turns two messages around."""
        resident = self._one_of_mine()
        said = self._bookings.setdefault(resident.number, [])
        if not said or said[-1]["event"] == "CANCELLED":
            said.append(booking(self._rows, resident.facts) | {"event_time": self._minutes_ago(60)})
            if self.chance.random() < 0.7:
                return self._made(BOOKINGS, resident, said[-1])
            former, later = said[-1], self._happens(said)
            return [*self._made(BOOKINGS, resident, later), *self._made(BOOKINGS, resident, former)]
        return self._made(BOOKINGS, resident, self._happens(said))

    def _happens(self, said: list[Row]) -> Row:
        """The next thing that happens to a booking, later than all before it."""
        last = said[-1]
        event = self.chance.choice(("MOVED", "MOVED", "CANCELLED"))
        later = datetime.fromisoformat(last["event_time"]) + timedelta(seconds=30)
        said.append(last | {"event": event, "reference": self._rows.reference("B"), "event_time": later.isoformat()})
        return said[-1]

    def _minutes_ago(self, minutes: int) -> str:
        return (datetime.now(UTC) - timedelta(minutes=minutes)).isoformat()

    def _vaccination(self) -> list[Submission]:
        """A first dose; of a dose that was told the same once more, or with another batch as its correction."""
        resident = self._one_of_mine()
        told = self._doses.pop(resident.number, None)
        if told is not None:
            return self._made(VACCINATIONS, resident, told)
        if self._town.about(resident, VACCINATIONS):
            return self._test()
        row = vaccination(self._rows, resident.facts)
        again = row | {"form_id": str(uuid4())}
        corrected = self.chance.random() < 0.5
        self._doses[resident.number] = again | (
            {"corrects": row["form_id"], "batch_no": BATCHES[1]} if corrected else {}
        )
        return self._made(VACCINATIONS, resident, row, taken_back=not corrected)

    def _card(self) -> list[Submission]:
        """A test to be refunded; now and then one that stands in another list too."""
        resident = self._one_of_mine()
        told = self._cards.setdefault(resident.number, [])
        if told and (len(told) >= _MOST_TESTS or self.chance.random() < 0.35):
            row = told[-1] | {"reference": self._rows.reference("R")}
        else:
            row = performed(self._rows, resident.facts, days_ago=len(told) + 1)
            told.append(row)
        # The note is how somebody who looks at the card later knows whose it is, and which list brought it.
        row |= {"remark": f"{row['test_id']} {row['reference']}"}
        return self._made(CARDS, resident, row, taken_back=True)
