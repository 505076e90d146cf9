"""What Varde Lønn remembers of the pay forms that units send in, and of their activations."""

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from sandbox.office.books import Books, Row, row_id
from sandbox.office.sessions import Actor
from sandbox.payroll.seeds import SeededForm

SCHEMA: Final = """
create table if not exists form (
  id integer primary key autoincrement, form_id text not null, version integer not null, form_type text not null,
  employee_no text not null, effective_from text not null, effective_to text, status text not null,
  details text not null, approvals text not null, future_lines integer not null, locked_by text not null,
  unique (form_id, version));
create index if not exists form_by_employee on form (employee_no);
create table if not exists activation (
  id integer primary key autoincrement, number integer not null, form integer not null references form, at text not null,
  account text not null);
create index if not exists activation_by_form on activation (form);
"""
FIRST_NUMBER: Final = 900_000


class FormBooks(Books):
    """The books of a system with a queue of forms."""

    def __init__(self, path: Path, schema: str = "") -> None:
        super().__init__(path, SCHEMA + schema)

    def find_forms(self, form_id: str) -> list[Row]:
        """Every version of a form, the newest first."""
        return self._rows("select * from form where form_id = ? order by version desc", form_id)

    def form(self, form: int) -> Row | None:
        """A form with its approvals and activations."""
        rows = self._rows("select * from form where id = ?", form)
        if not rows:
            return None
        told = {name: json.loads(rows[0][name]) for name in ("details", "approvals")}
        activations = self._rows("select number, at, account from activation where form = ? order by id", form)
        return rows[0] | told | {"activations": activations}

    def other_forms(self, form: Row) -> list[Row]:
        """What else was sent in about the same employee."""
        return self._rows(
            "select * from form where employee_no = ? and form_id <> ? order by effective_from, id",
            form["employee_no"],
            form["form_id"],
        )

    def activate(self, form: Row, national_id: str, actor: Actor) -> int:
        """Activate a form. Nothing stops a second activation: that is the user's responsibility."""
        with self._db:
            _ = self._db.execute("begin immediate")
            number = self._count("select coalesce(max(number), ?) + 1 from activation", FIRST_NUMBER)
            now = datetime.now(UTC).astimezone().strftime("%Y-%m-%dT%H:%M")
            cursor = self._db.execute(
                "insert into activation (number, form, at, account) values (?, ?, ?, ?)",
                (number, form["id"], now, actor.account),
            )
            _ = self._db.execute("update form set status = 'ACTIVE' where id = ?", (form["id"],))
            self._log("activation", actor, national_id, form["form_id"])
        return row_id(cursor)

    def activation(self, activation: int) -> Row | None:
        rows = self._rows("select * from activation where id = ?", activation)
        return rows[0] if rows else None

    # the vendor's console

    def seed_forms(self, forms: Iterable[SeededForm]) -> int:
        """A form that is there already in this version is replaced."""
        count = 0
        with self._db:
            _ = self._db.execute("begin immediate")
            for count, form in enumerate(forms, start=1):  # noqa: B007
                shown = form.model_dump(mode="json")
                _ = self._db.execute(
                    "insert or replace into form (form_id, version, form_type, employee_no, effective_from,"
                    " effective_to, status, details, approvals, future_lines, locked_by) values (:form_id, :version,"
                    " :form_type, :employee_no, :effective_from, :effective_to, :status, :details, :approvals,"
                    " :future_lines, :locked_by)",
                    shown | {name: json.dumps(shown[name], ensure_ascii=False) for name in ("details", "approvals")},
                )
        return count

    def all_forms(self) -> list[Row]:
        forms = [self.form(row["id"]) for row in self._rows("select id from form order by id")]
        return [form for form in forms if form is not None]

    def form_counts(self) -> Row:
        states = self._rows("select status, count(*) as n from form group by status")
        return {
            "forms": {row["status"]: row["n"] for row in states},
            "activations": self._count("select count(*) from activation"),
            "forms_activated_twice": self._count(
                "select count(*) from (select 1 from activation group by form having count(*) > 1)"
            ),
        }
