"""What Katalog remembers: accounts, where they may lie, and the groups they are members of."""

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, Final

from sandbox.directory import passwords
from sandbox.directory.account_form import Particulars
from sandbox.directory.codes import ASIDE, State, state
from sandbox.directory.seeds import Attempt, Lock, SeededAccount
from sandbox.office.books import IMPORTED, Books, Row, row_id
from sandbox.office.sessions import Actor

SCHEMA: Final = """
create table if not exists entry (
  id integer primary key autoincrement, user_name text not null unique collate nocase, family_name text not null,
  given_name text not null, employee_no text not null, person_key text not null, units text not null,
  place text not null, manager text not null, mail text not null, hidden integer not null, expires text,
  remark text not null, enabled integer not null, password text not null, must_change integer not null,
  locked_by text not null, created_by text not null);
create index if not exists entry_by_employee_no on entry (employee_no);
create index if not exists entry_by_person_key on entry (person_key);
create index if not exists entry_by_name on entry (family_name, given_name);
create table if not exists membership (entry_id integer not null references entry on delete cascade,
  name text not null, primary key (entry_id, name)) without rowid;
create index if not exists membership_by_name on membership (name);
create table if not exists known_group (name text primary key) without rowid;
create table if not exists place (name text primary key) without rowid;
"""
WRITES: Final = ("account", "arrangement", "membership", "secret", "disabling", "enabling", "moving", "deletion")
LOOKS: Final = ("search", "list", "entry", "group_list")
PAGE: Final = 100
_NAMES: Final = tuple(each.name for each in fields(Particulars))
_ALL: Final = "select * from entry order by user_name"
_ARRANGE: Final = f"update entry set {', '.join(f'{name} = :{name}' for name in _NAMES)} where id = :id"  # noqa: S608


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    id: int
    user_name: str
    of: Particulars
    enabled: bool
    must_change: bool
    locked_by: str

    @property
    def state(self) -> State:
        return state(enabled=self.enabled, place=self.of.place)


class Store(Books):
    def __init__(self, path: Path) -> None:
        super().__init__(path, SCHEMA)
        _ = self._db.execute("pragma foreign_keys = on")

    # what is looked at

    def find(self, wanted: Mapping[str, str]) -> list[Account]:
        """Every account in which these columns hold exactly this."""
        meant = " and ".join(f"{column} = ?" for column in wanted)
        sql = f"select * from entry where {meant} order by user_name"  # noqa: S608  names of columns
        return [_account(row) for row in self._rows(sql, *wanted.values())]

    def listed(self, page: int) -> list[Account]:
        rows = self._rows("select * from entry order by user_name limit ? offset ?", PAGE, (page - 1) * PAGE)
        return [_account(row) for row in rows]

    def count_accounts(self) -> int:
        return self._count("select count(*) from entry")

    def account(self, number: int) -> Account | None:
        rows = self._rows("select * from entry where id = ?", number)
        return _account(rows[0]) if rows else None

    def is_account(self, user_name: str) -> bool:
        return bool(self._count("select count(*) from entry where user_name = ?", user_name))

    def groups_of(self, number: int) -> list[str]:
        return [row["name"] for row in self._rows("select name from membership where entry_id = ?", number)]

    def all_groups(self) -> list[Row]:
        return self._rows(
            "select g.name, count(m.entry_id) as members from known_group g left join membership m on m.name = g.name"
            " group by g.name order by g.name"
        )

    def places(self) -> list[str]:
        return [row["name"] for row in self._rows("select name from place order by name")]

    # what is written

    def make(self, user_name: str, of: Particulars, actor: Actor) -> int | None:
        """A new account that is disabled and has a password which nobody knows; None when its name is taken."""
        try:
            with self._db:
                _ = self._db.execute("begin immediate")
                number = self._insert(user_name, of, enabled=False, password=passwords.unknown(), by=actor.account)
                self._log("account", actor, "", user_name)
        except sqlite3.IntegrityError:
            return None
        return number

    def arrange(self, account: Account, of: Particulars, actor: Actor) -> None:
        self._write("arrangement", account, actor, _ARRANGE, _columns(of))

    def join(self, account: Account, groups: Sequence[str], actor: Actor) -> None:
        """Let it be a member of these and of no others."""
        with self._db:
            _ = self._db.execute("begin immediate")
            _ = self._db.execute("delete from membership where entry_id = ?", (account.id,))
            self._add_to(account.id, groups)
            self._log("membership", actor, "", account.user_name)

    def set_password(self, account: Account, password: str, actor: Actor, *, must_change: bool, enable: bool) -> None:
        self._write(
            "secret",
            account,
            actor,
            "update entry set password = :password, must_change = :must_change, enabled = enabled or :enable"
            " where id = :id",
            {"password": passwords.hashed(password), "must_change": must_change, "enable": enable},
        )

    def disable(self, account: Account, remark: str, actor: Actor) -> None:
        """From now on nobody knows its password."""
        self._write(
            "disabling",
            account,
            actor,
            "update entry set enabled = 0, password = :password, remark = :remark where id = :id",
            {"password": passwords.unknown(), "remark": remark},
        )

    def enable(self, account: Account, actor: Actor) -> None:
        self._write("enabling", account, actor, "update entry set enabled = 1 where id = :id", {})

    def set_aside(self, account: Account, remark: str, actor: Actor) -> None:
        sql = "update entry set place = :place, hidden = 1, remark = :remark where id = :id"
        self._write("moving", account, actor, sql, {"place": ASIDE, "remark": remark})

    def delete(self, account: Account, actor: Actor) -> None:
        self._write("deletion", account, actor, "delete from entry where id = :id", {})

    def _write(self, kind: str, account: Account, actor: Actor, sql: str, values: Mapping[str, object]) -> None:
        with self._db:
            _ = self._db.execute("begin immediate")
            _ = self._db.execute(sql, {**values, "id": account.id})
            self._log(kind, actor, "", account.user_name)

    def _insert(self, user_name: str, of: Particulars, *, enabled: bool, password: str, by: str) -> int:
        cursor = self._db.execute(
            f"insert into entry (user_name, {', '.join(_NAMES)}, enabled, password, must_change, locked_by, created_by)"  # noqa: S608
            f" values (:user_name, {', '.join(f':{name}' for name in _NAMES)}, :enabled, :password, 0, '', :by)",
            {**_columns(of), "user_name": user_name, "enabled": enabled, "password": password, "by": by},
        )
        return row_id(cursor)

    def _add_to(self, number: int, groups: Iterable[str]) -> None:
        rows = [(number, group) for group in groups]
        _ = self._db.executemany("insert into membership (entry_id, name) values (?, ?)", rows)

    # the vendor's console

    def seed_places(self, names: Iterable[str]) -> int:
        return self._seed_names("insert or ignore into place (name) values (?)", names)

    def seed_groups(self, names: Iterable[str]) -> int:
        return self._seed_names("insert or ignore into known_group (name) values (?)", names)

    def _seed_names(self, sql: str, names: Iterable[str]) -> int:
        with self._db:
            _ = self._db.execute("begin immediate")
            return self._db.executemany(sql, [(name,) for name in names]).rowcount

    def seed_accounts(self, accounts: Sequence[SeededAccount]) -> int:
        """An account whose name is there already takes its place."""
        with self._db:
            _ = self._db.execute("begin immediate")
            for one in accounts:
                _ = self._db.execute("delete from entry where user_name = ?", (one.user_name,))
                of = Particulars(
                    place=one.lies_in,
                    expires=one.expires.isoformat() if one.expires else None,
                    **{name: getattr(one, name) for name in _NAMES if name not in ("place", "expires")},
                )
                password = passwords.unknown() if one.secret is None else passwords.hashed(one.secret)
                number = self._insert(one.user_name, of, enabled=one.state == "ACTIVE", password=password, by=IMPORTED)
                self._add_to(number, one.groups)
        return len(accounts)

    def empty(self) -> None:
        """Remove everybody, all groups and all places; what was done stays on record."""
        with self._db:
            _ = self._db.execute("begin immediate")
            for table in ("entry", "known_group", "place"):
                _ = self._db.execute(f"delete from {table}")  # noqa: S608

    def lock(self, locks: Iterable[Lock]) -> int:
        """Let somebody have these accounts open, or nobody; says how many accounts that are."""
        with self._db:
            _ = self._db.execute("begin immediate")
            sql = "update entry set locked_by = :locked_by where user_name = :user_name"
            return sum(self._db.execute(sql, lock.model_dump()).rowcount for lock in locks)

    def told(self, user_name: str) -> list[Row]:
        """All accounts, or the one of this name, in the shape they are seeded in."""
        found = self.find({"user_name": user_name}) if user_name else [_account(row) for row in self._rows(_ALL)]
        return [
            {
                "user_name": one.user_name,
                **asdict(one.of),
                "groups": sorted(self.groups_of(one.id)),
                "state": one.state,
            }
            for one in found
        ]

    def sign_in(self, attempt: Attempt) -> str:
        """What a workstation answers; the day on which an account expires is not looked at."""
        rows = self._rows("select enabled, password, must_change from entry where user_name = ?", attempt.user_name)
        if not rows or not rows[0]["enabled"] or not passwords.fits(attempt.secret, rows[0]["password"]):
            return "REFUSED"
        return "MUST_CHANGE" if rows[0]["must_change"] else "SIGNED_IN"

    def counts(self) -> Row:
        return {
            "accounts": self.count_accounts(),
            "active": self._count("select count(*) from entry where enabled"),
            "disabled": self._count("select count(*) from entry where not enabled and place <> ?", ASIDE),
            "pending_delete": self._count("select count(*) from entry where not enabled and place = ?", ASIDE),
            "accounts_twice": self._count(
                "select count(*) from (select 1 from entry where employee_no <> '' group by employee_no"
                " having count(*) > 1)"
            ),
            "without_groups": self._count(
                "select count(*) from entry where enabled and id not in (select entry_id from membership)"
            ),
            "made_here": self._count("select count(*) from entry where created_by <> ?", IMPORTED),
            "deletions": self._count("select count(*) from log where kind = 'deletion'"),
            "groups": self._count("select count(*) from known_group"),
            "places": self._count("select count(*) from place"),
            "last_seq": self.last_seq(),
        }


def _columns(of: Particulars) -> dict[str, Any]:
    return asdict(of) | {"units": json.dumps(of.units)}


def _account(row: Row) -> Account:
    known = {name: row[name] for name in _NAMES}
    known |= {"units": tuple(json.loads(row["units"])), "hidden": bool(row["hidden"])}
    return Account(
        id=row["id"],
        user_name=row["user_name"],
        of=Particulars(**known),
        enabled=bool(row["enabled"]),
        must_change=bool(row["must_change"]),
        locked_by=row["locked_by"],
    )
