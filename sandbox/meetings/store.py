"""What Møteportalen remembers of bodies, meetings, items and decisions, in one SQLite file."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from sandbox.meetings.codes import RESULTS
from sandbox.meetings.seeds import Lock, SeededBody, SeededItem, SeededMeeting
from sandbox.office.books import Books, Row, row_id
from sandbox.office.sessions import Actor

WRITES: Final = ("reference",)
LOOKS: Final = ("search", "item_page", "meeting_page")
HITS: Final = 200
SCHEMA: Final = """
create table if not exists body (name text primary key, secretary text not null);
create table if not exists meeting (
  id integer primary key autoincrement, body text not null, day text not null, minutes text not null,
  place text not null, unique (body, day));
create table if not exists member (meeting integer not null references meeting, name text not null, party text not null);
create index if not exists member_by_meeting on member (meeting);
create table if not exists item (
  id integer primary key autoincrement, meeting integer not null references meeting, number text not null,
  case_no text not null, title text not null, closed integer not null, legal_basis text not null,
  decision text not null, votes_for integer not null, votes_against integer not null, result text not null,
  archived text not null, locked_by text not null default '', unique (meeting, number));
create index if not exists item_by_case on item (case_no);
create table if not exists disqualified (item integer not null references item, name text not null);
create index if not exists disqualified_by_item on disqualified (item);
"""
_ITEM: Final = """
select i.*, m.body, m.day, m.minutes, substr(i.number, 1, 2) as type from item i join meeting m on m.id = i.meeting
"""
_SAVE_ITEM: Final = """
insert into item (meeting, number, case_no, title, closed, legal_basis, decision, votes_for, votes_against, result,
  archived)
values (:meeting, :number, :case_no, :title, :closed, :legal_basis, :decision, :votes_for, :votes_against, :result,
  :archived)
on conflict (meeting, number) do update set case_no = excluded.case_no, title = excluded.title,
  closed = excluded.closed, legal_basis = excluded.legal_basis, decision = excluded.decision,
  votes_for = excluded.votes_for, votes_against = excluded.votes_against, result = excluded.result,
  archived = case when excluded.archived = '' then archived else excluded.archived end
returning id
"""


class Store(Books):
    def __init__(self, path: Path) -> None:
        super().__init__(path, SCHEMA)

    def _one(self, sql: str, *values: object) -> Row | None:
        rows = self._rows(sql, *values)
        return rows[0] if rows else None

    # bodies and meetings

    def bodies(self) -> list[Row]:
        return self._rows("select * from body order by name")

    def meetings(self) -> list[Row]:
        """The newest first."""
        return self._rows(
            "select m.*, (select count(*) from item i where i.meeting = m.id) as items from meeting m"
            " order by day desc, body limit ?",
            HITS,
        )

    def meeting(self, meeting: int) -> Row | None:
        return self._one(
            "select m.*, coalesce(b.secretary, '') as secretary from meeting m left join body b on b.name = m.body"
            " where m.id = ?",
            meeting,
        )

    def present(self, meeting: int) -> list[Row]:
        return self._rows("select name, party from member where meeting = ? order by rowid", meeting)

    # items

    def find(self, *, body: str, day: str, number: str, case_no: str) -> list[Row]:
        """Items of which everything that is given is true; an empty text leaves it open."""
        return self._rows(
            f"{_ITEM} where ? in ('', m.body) and ? in ('', m.day) and ? in ('', i.number) and ? in ('', i.case_no)"
            " order by m.day desc, i.id limit ?",
            body,
            day,
            number,
            case_no,
            HITS,
        )

    def items_of(self, meeting: int) -> list[Row]:
        return self._rows(f"{_ITEM} where i.meeting = ? order by i.id", meeting)

    def item(self, item: int) -> Row | None:
        return self._one(f"{_ITEM} where i.id = ?", item)

    def disqualified(self, item: int) -> list[str]:
        return [row["name"] for row in self._rows("select name from disqualified where item = ? order by rowid", item)]

    def note_reference(self, item: Row, reference: str, actor: Actor) -> None:
        """Note where the protocol is archived. Nothing stops another one on top of the first."""
        with self._db:
            _ = self._db.execute("begin immediate")
            _ = self._db.execute("update item set archived = ? where id = ?", (reference, item["id"]))
            self._log("reference", actor, "", f"{item['body']}/{item['day']}/{item['number']}", reference)

    # the vendor's console

    def seed_bodies(self, bodies: Iterable[SeededBody]) -> int:
        """A body that is there already is replaced."""
        told = [(each.name, each.secretary) for each in bodies]
        with self._db:
            _ = self._db.execute("begin immediate")
            _ = self._db.executemany("insert or replace into body (name, secretary) values (?, ?)", told)
        return len(told)

    def seed_meetings(self, meetings: Iterable[SeededMeeting]) -> int:
        """A meeting, an item, that is there already is replaced; a reference that was noted stays."""
        count = 0
        with self._db:
            _ = self._db.execute("begin immediate")
            for count, each in enumerate(meetings, start=1):  # noqa: B007
                meeting = self._seed_meeting(each)
                for item in each.items:
                    self._seed_item(meeting, item)
        return count

    def _seed_meeting(self, seed: SeededMeeting) -> int:
        day = seed.date.isoformat()
        known = self._one("select id from meeting where body = ? and day = ?", seed.body, day)
        if known:
            meeting = int(known["id"])
            _ = self._db.execute(
                "update meeting set minutes = ?, place = ? where id = ?", (seed.minutes, seed.place, meeting)
            )
            _ = self._db.execute("delete from member where meeting = ?", (meeting,))
        else:
            meeting = row_id(
                self._db.execute(
                    "insert into meeting (body, day, minutes, place) values (?, ?, ?, ?)",
                    (seed.body, day, seed.minutes, seed.place),
                )
            )
        _ = self._db.executemany(
            "insert into member (meeting, name, party) values (?, ?, ?)",
            [(meeting, each.name, each.party) for each in seed.present],
        )
        return meeting

    def _seed_item(self, meeting: int, seed: SeededItem) -> None:
        columns: dict[str, Any] = seed.model_dump(exclude={"votes", "disqualified"})
        columns |= {"meeting": meeting, "votes_for": seed.votes.for_it, "votes_against": seed.votes.against}
        item = int(self._db.execute(_SAVE_ITEM, columns).fetchone()[0])
        _ = self._db.execute("delete from disqualified where item = ?", (item,))
        _ = self._db.executemany(
            "insert into disqualified (item, name) values (?, ?)", [(item, name) for name in seed.disqualified]
        )

    def lock(self, locks: Iterable[Lock]) -> int:
        """Let somebody have these items open, or nobody; says how many that are."""
        sql = (
            "update item set locked_by = ? where number = ?"
            " and meeting = (select id from meeting where body = ? and day = ?)"
        )
        with self._db:
            _ = self._db.execute("begin immediate")
            return sum(
                self._db.execute(sql, (lock.locked_by, number, body, day.isoformat())).rowcount
                for lock in locks
                for body, day, number in [lock.key]
            )

    def all_items(self) -> list[Row]:
        """Every item with its meeting, as it stands today."""
        return [_told(each) | {"disqualified": self.disqualified(each["id"])} for each in self._rows(_ITEM)]

    def counts(self) -> Row:
        return {
            "bodies": self._count("select count(*) from body"),
            "meetings": self._count("select count(*) from meeting"),
            "items": self._count("select count(*) from item"),
            "archived": self._count("select count(*) from item where archived <> ''"),
            "archived_twice": self._count(
                "select count(*) from (select 1 from item where archived <> '' group by archived having count(*) > 1)"
            ),
            "noted_twice": self._count(
                "select count(*) from (select 1 from log where kind = 'reference' group by number having count(*) > 1)"
            ),
            "results": {code: self._count("select count(*) from item where result = ?", code) for code in RESULTS},
            "saved": {kind: self._count("select count(*) from log where kind = ?", kind) for kind in WRITES},
            "last_seq": self.last_seq(),
        }


def _told(row: Row) -> Row:
    names = ("body", "minutes", "number", "case_no", "title", "legal_basis", "decision", "result", "archived")
    told = {name: row[name] for name in names} | {"date": row["day"], "closed": bool(row["closed"])}
    return told | {"votes": {"for": row["votes_for"], "against": row["votes_against"]}}
