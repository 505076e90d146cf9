"""What SystemX remembers: patients, tariffs, billing cards, claim messages and what HELFO answered, in one SQLite file."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from sandbox.office.books import IMPORTED, Row, row_id
from sandbox.office.people import PeopleBooks, Person
from sandbox.office.sessions import Actor
from sandbox.systemx.form import Priced, PricedLine, in_force
from sandbox.systemx.helfo import Helfo
from sandbox.systemx.seeds import Judgement, SeededCard, SeededPatient, Tariff

SCHEMA: Final = """
create table if not exists tariff (code text not null, entry text not null);
create table if not exists card (
  id integer primary key autoincrement, number integer not null unique, person_id integer not null references person,
  at text not null, practice text not null, refund integer not null, share integer not null, lines text not null,
  note text not null, state text not null, result_code text not null default '', message_id integer,
  details text not null, created text not null, created_by text not null);
create index if not exists card_by_person on card (person_id);
create index if not exists card_by_state on card (state);
create table if not exists message (
  id integer primary key autoincrement, practice text not null, state text not null, created text not null,
  created_by text not null);
create table if not exists claimed (message_id integer not null references message, card_id integer not null,
  number integer not null, refund integer not null);
create index if not exists claimed_by_message on claimed (message_id);
create table if not exists sending (
  id integer primary key autoincrement, message_id integer not null references message, sent text not null,
  receipt text not null default '');
create table if not exists result (sending_id integer not null references sending, card_id integer not null,
  number integer not null, refund integer not null, result text not null, code text not null);
create index if not exists result_by_sending on result (sending_id);
create table if not exists judgement (national_id text not null, entry text not null);
create table if not exists mood (held integer not null);
create table if not exists refusal (code text not null);
"""
WRITES: Final = ("card", "person", "message", "claim", "return")
LOOKS: Final = ("search", "patient")
FIRST_NUMBER: Final = 700_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    id: int
    number: int
    person_id: int
    at: str
    practice: str
    refund: int
    share: int
    lines: tuple[PricedLine, ...]
    note: str
    state: str
    result_code: str
    message_id: int | None
    details: Mapping[str, str]
    created: str
    created_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Total:
    """Some cards of a practice, and what they come to in øre."""

    practice: str
    cards: int
    refund: int


class Store(PeopleBooks):
    def __init__(self, path: Path) -> None:
        super().__init__(path, SCHEMA)
        self._helfo = Helfo(self._db)

    # tariffs

    def tariffs(self) -> dict[str, list[Tariff]]:
        found: dict[str, list[Tariff]] = {}
        for row in self._rows("select code, entry from tariff"):
            found.setdefault(row["code"], []).append(Tariff.model_validate_json(row["entry"]))
        return found

    # cards

    def cards_of(self, person_id: int, day: str = "") -> list[Card]:
        """The newest first; of one day (2021-02-15) or of all."""
        sql = "select * from card where person_id = ? and at like ? order by at desc, id desc"
        return [_card(row) for row in self._rows(sql, person_id, f"{day}%")]

    def card(self, card_id: int) -> Card | None:
        rows = self._rows("select * from card where id = ?", card_id)
        return _card(rows[0]) if rows else None

    def save_card(self, person: Person, values: Mapping[str, str], price: Priced, actor: Actor) -> int:
        """Create a card. Nothing stops a second one of the same day: that is the user's responsibility."""
        with self._db:
            _ = self._db.execute("begin immediate")
            card_id, number = self._insert_card(
                person.id, price, practice=values["praksis"], note=values["notat"], details=values, by=actor.account
            )
            self._log("card", actor, person.national_id, str(number))
        return card_id

    def _insert_card(
        self, person_id: int, price: Priced, *, practice: str, note: str, details: Mapping[str, str], by: str
    ) -> tuple[int, int]:
        number = self._count("select coalesce(max(number), ?) + 1 from card", FIRST_NUMBER)
        lines = [{"code": line.code, "count": line.count, "refund": line.refund} for line in price.lines]
        cursor = self._db.execute(
            "insert into card (number, person_id, at, practice, refund, share, lines, note, state, details, created,"
            " created_by) values (?, ?, ?, ?, ?, ?, ?, ?, 'UNSENT', ?, ?, ?)",
            (
                number,
                person_id,
                price.at.strftime("%Y-%m-%dT%H:%M"),
                practice,
                price.refund,
                price.share,
                json.dumps(lines),
                note,
                json.dumps(dict(details), ensure_ascii=False),
                _now(),
                by,
            ),
        )
        return row_id(cursor), number

    # claim messages

    def unsent_totals(self) -> list[Total]:
        return [
            Total(**row)
            for row in self._rows(
                "select practice, count(*) as cards, sum(refund) as refund from card where state = 'UNSENT'"
                " group by practice order by practice"
            )
        ]

    def unsent(self, practice: str) -> list[Card]:
        sql = "select * from card where state = 'UNSENT' and practice = ? order by number"
        return [_card(row) for row in self._rows(sql, practice)]

    def make_message(self, practice: str, actor: Actor) -> int | None:
        """Take every unsent card of the practice into one claim message; None when there is no such card."""
        with self._db:
            _ = self._db.execute("begin immediate")
            cards = self.unsent(practice)
            if not cards:
                return None
            cursor = self._db.execute(
                "insert into message (practice, state, created, created_by) values (?, 'READY', ?, ?)",
                (practice, _now(), actor.account),
            )
            message_id = row_id(cursor)
            _ = self._db.executemany(
                "insert into claimed (message_id, card_id, number, refund) values (?, ?, ?, ?)",
                [(message_id, card.id, card.number, card.refund) for card in cards],
            )
            _ = self._db.executemany(
                "update card set state = 'IN_CLAIM', message_id = ? where id = ?", [(message_id, c.id) for c in cards]
            )
            self._log("message", actor, "", str(message_id))
        return message_id

    def messages(self, only: int | None = None) -> list[Row]:
        """The newest first, or one; each with how many cards it holds and what they come to."""
        return self._rows(
            "select m.*, count(c.card_id) as cards, coalesce(sum(c.refund), 0) as refund"
            " from message m left join claimed c on c.message_id = m.id where m.id = coalesce(?, m.id)"
            " group by m.id order by m.id desc limit 200",
            only,
        )

    def message(self, message_id: int) -> tuple[Row, list[Row]] | None:
        """A message and its bills."""
        found = self.messages(message_id)
        bills = self._rows("select number, refund from claimed where message_id = ? order by number", message_id)
        return (found[0], bills) if found else None

    def send(self, message_id: int, actor: Actor) -> int:
        """Send a message. Nothing stops a second sending of the same message: HELFO will say so."""
        with self._db:
            _ = self._db.execute("begin immediate")
            _ = self._db.execute("update message set state = 'SENT' where id = ?", (message_id,))
            _ = self._db.execute(
                "update card set state = 'SENT' where message_id = ? and state = 'IN_CLAIM'", (message_id,)
            )
            cursor = self._db.execute("insert into sending (message_id, sent) values (?, ?)", (message_id, _now()))
            self._log("claim", actor, "", str(message_id))
            self._helfo.answer_what_waits()
        return row_id(cursor)

    def sendings(self, only: int | None = None) -> list[Row]:
        """The newest first, or one."""
        return self._rows(
            "select s.id, s.message_id, s.sent, s.receipt, m.practice, count(c.card_id) as cards,"
            " coalesce(sum(c.refund), 0) as refund from sending s join message m on m.id = s.message_id"
            " left join claimed c on c.message_id = m.id where s.id = coalesce(?, s.id)"
            " group by s.id order by s.id desc limit 200",
            only,
        )

    def receipt(self, sending_id: int) -> tuple[Row, list[Row]] | None:
        """A sending and HELFO's judgement of each of its bills."""
        found = self.sendings(sending_id)
        results = self._rows("select number, refund, result, code from result where sending_id = ?", sending_id)
        return (found[0], sorted(results, key=lambda row: row["number"])) if found else None

    def rejected(self) -> list[Card]:
        return [_card(row) for row in self._rows("select * from card where state = 'REJECTED' order by number")]

    def give_back(self, card: Card, actor: Actor) -> None:
        """Lay a rejected card, corrected, among the unsent ones again: it keeps its number."""
        with self._db:
            _ = self._db.execute("begin immediate")
            _ = self._db.execute(
                "update card set state = 'UNSENT', message_id = null, result_code = '' where id = ?", (card.id,)
            )
            self._log("return", actor, "", str(card.number))

    # the vendor's console

    def seed_patients(self, patients: Iterable[SeededPatient]) -> int:
        tariffs, count = self.tariffs(), 0
        with self._db:
            _ = self._db.execute("begin immediate")
            for count, patient in enumerate(patients, start=1):  # noqa: B007
                person_id = self.insert_person(patient, IMPORTED)
                for card in patient.cards:
                    price = _price(card, tariffs)
                    _ = self._insert_card(
                        person_id, price, practice=card.practice, note=card.note, details={}, by=IMPORTED
                    )
        return count

    def seed_tariffs(self, tariffs: Iterable[Tariff]) -> int:
        """Replace the whole table."""
        rows = [(one.code, one.model_dump_json()) for one in tariffs]
        with self._db:
            _ = self._db.execute("begin immediate")
            _ = self._db.execute("delete from tariff")
            _ = self._db.executemany("insert into tariff (code, entry) values (?, ?)", rows)
        return len(rows)

    def judge(self, judgements: Iterable[Judgement]) -> int:
        rows = [(one.national_id, one.model_dump_json()) for one in judgements]
        with self._db:
            _ = self._db.executemany("insert into judgement (national_id, entry) values (?, ?)", rows)
        return len(rows)

    def hold(self, *, held: bool) -> None:
        """Let HELFO's answers wait, or come."""
        with self._db:
            _ = self._db.execute("begin immediate")
            _ = self._db.execute("delete from mood")
            _ = self._db.execute("insert into mood (held) values (?)", (int(held),))
            self._helfo.answer_what_waits()

    def refuse(self, code: str) -> None:
        """Let HELFO refuse every message from now on with this code, or, empty, read messages again."""
        with self._db:
            _ = self._db.execute("begin immediate")
            _ = self._db.execute("delete from refusal")
            _ = self._db.executemany("insert into refusal (code) values (?)", [(code,)] if code else [])

    def cards_by_national_id(self, national_id: str) -> list[Row]:
        rows = self._rows(
            "select c.*, p.national_id from card c join person p on p.id = c.person_id"
            " where p.national_id = ? order by c.id",
            national_id,
        )
        return [{**row, "lines": json.loads(row["lines"]), "details": json.loads(row["details"])} for row in rows]

    def counts(self) -> Row:
        states = self._rows("select state, count(*) as n, sum(refund) as refund from card group by state")
        return {
            "people": self._count("select count(*) from person"),
            "people_twice": self._count(
                "select count(*) from (select 1 from person group by national_id having count(*) > 1)"
            ),
            "cards": {row["state"]: row["n"] for row in states},
            "refunds": {row["state"]: row["refund"] for row in states},
            "cards_twice": self._count(
                "select count(*) from (select 1 from card group by person_id, substr(at, 1, 10) having count(*) > 1)"
            ),
            "cards_made_here": self._count("select count(*) from card where created_by <> ?", IMPORTED),
            "shares": self._count("select coalesce(sum(share), 0) from card"),
            "messages": self._count("select count(*) from message"),
            "sendings": self._count("select count(*) from sending"),
            "messages_sent_twice": self._count(
                "select count(*) from (select 1 from sending group by message_id having count(*) > 1)"
            ),
            "last_seq": self.last_seq(),
        }


def _now() -> str:
    return datetime.now(UTC).astimezone().strftime("%Y-%m-%dT%H:%M")


def _price(card: SeededCard, tariffs: Mapping[str, list[Tariff]]) -> Priced:
    rates = [(in_force(tariffs.get(line.code, []), card.at), line) for line in card.lines]
    lines = [
        PricedLine(code=line.code, count=line.count, refund=rate.refund * line.count if rate else 0)
        for rate, line in rates
    ]
    return Priced(at=card.at, lines=tuple(lines), share=0)


def _card(row: Row) -> Card:
    lines = tuple(PricedLine(**line) for line in json.loads(row["lines"]))
    columns: Row = row | {"lines": lines, "details": json.loads(row["details"])}
    return Card(**columns)
