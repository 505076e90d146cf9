"""How journal posts are registered, go forward, are written off, and get parties and documents."""

import sqlite3
from dataclasses import asdict
from typing import Any, Final

from sandbox.esa import rules
from sandbox.esa.archive_books import FIRST_POST
from sandbox.esa.case_file_books import CaseFileBooks
from sandbox.esa.records import NewDocument, NewPost, Party, Post, WriteOff
from sandbox.office.books import row_id
from sandbox.office.gate import missing
from sandbox.office.sessions import Actor

POST_COLUMNS: Final = (
    "id", "case_id", "number", "type", "status", "title", "public_title", "document_date", "received", "sent",
    "dispatch", "journalled", "due", "officer", "unit", "access", "legal_basis", "external_reference", "answers",
    "write_off_code", "write_off_on", "write_off_by", "created_by",
)  # fmt: skip
INSERT_POST: Final = (
    f"insert into post ({', '.join(POST_COLUMNS)}) values ({', '.join(f':{name}' for name in POST_COLUMNS)})"  # noqa: S608
)
_NOT_WRITTEN_OFF: Final[dict[str, Any]] = {"write_off_code": "", "write_off_on": None, "write_off_by": None}


class PostBooks(CaseFileBooks):
    def register_post(self, case_id: int, new: NewPost, actor: Actor) -> int:
        """Give a post the next number of its case file and the next id; raises RefusedError."""
        with self._writing() as db:
            case = self._standing_case(case_id)
            rules.unlocked(case, actor.account)
            rules.open_case(case.number, case.status)
            posts = self.posts(case_id)
            rules.refuse([*rules.new_post(new, posts), self._reference_known(new.external_reference)])
            number = max((post.number for post in posts), default=0) + 1
            values = {name: value for name, value in asdict(new).items() if name != "parties"}
            values |= {**_NOT_WRITTEN_OFF, "id": self._next_post(), "case_id": case_id, "number": number}
            _ = db.execute(INSERT_POST, {**values, "journalled": None, "created_by": actor.account})
            for party in new.parties:
                add_party(db, values["id"], party)
            self._log("post", actor, "", f"{case.number}-{number}")
        return values["id"]

    def set_post_status(self, post_id: int, status: str, sent: str | None, actor: Actor) -> None:
        """Take a post on; the day it is journalled is noted. Raises RefusedError."""
        with self._writing() as db:
            post = self._changed(post_id, actor)
            sent = sent or post.sent
            rules.refuse(rules.forward(post, status, sent, self.documents(post_id)))
            journalled = post.journalled or (rules.today().isoformat() if status in ("J", "A") else None)
            sql = "update post set status = ?, sent = ?, journalled = ? where id = ?"
            _ = db.execute(sql, (status, sent, journalled, post_id))
            self._log("status", actor, "", post.call_number)

    def write_off(self, post_id: int, write_off: WriteOff, actor: Actor) -> None:
        """Note that a post need not be answered any more; raises RefusedError."""
        with self._writing() as db:
            post = self._changed(post_id, actor)
            rules.refuse(rules.write_off(post, write_off, self.posts(post.case_id)))
            sql = "update post set write_off_code = ?, write_off_on = ?, write_off_by = ? where id = ?"
            _ = db.execute(sql, (write_off.code, write_off.on, write_off.answered_by, post_id))
            self._log("writeoff", actor, "", post.call_number)

    def add_party(self, post_id: int, party: Party, actor: Actor) -> None:
        """Raises RefusedError."""
        with self._writing() as db:
            post = self._changed(post_id, actor)
            add_party(db, post_id, party)
            self._log("party", actor, "", post.call_number)

    def add_document(self, post_id: int, new: NewDocument, actor: Actor) -> int:
        """Let a post have a document, whose file is there; raises RefusedError."""
        with self._writing() as db:
            post = self._changed(post_id, actor)
            documents = self.documents(post_id)
            rules.refuse([rules.new_document(post, new.role, documents)])
            number = max((document.number for document in documents), default=0) + 1
            cursor = db.execute(
                "insert into document (post_id, number, role, title, format, checksum, original, file, created_by) values"
                " (:post_id, :number, :role, :title, :format, :checksum, :original, :file, :created_by)",
                {**asdict(new), "post_id": post_id, "number": number, "created_by": actor.account},
            )
            self._log("document", actor, "", post.call_number)
        return row_id(cursor)

    def _changed(self, post_id: int, actor: Actor) -> Post:
        """A post that somebody is about to change; raises RefusedError when it is locked or its case file closed."""
        post = self.post(post_id)
        if post is None:
            raise missing()
        rules.unlocked(post, actor.account)
        rules.open_case(post.case_number, post.case_status)
        return post

    def _reference_known(self, reference: str) -> str:
        rows = self._rows(
            "select c.number || '-' || p.number as call_number from post p join casefile c on c.id = p.case_id"
            " where p.external_reference = ? and p.external_reference <> '' limit 1",
            reference,
        )
        return f"Ekstern ref. finnes fra før på {rows[0]['call_number']}." if rows else ""

    def _next_post(self) -> int:
        return max(self._count("select coalesce(max(id), 0) from post") + 1, FIRST_POST)


def add_party(db: sqlite3.Connection, post_id: int, party: Party) -> None:
    """The next party of a post."""
    _ = db.execute(
        "insert into party (post_id, place, role, name, number)"
        " select ?, count(*) + 1, ?, ?, ? from party where post_id = ?",
        (post_id, party.role, party.name, party.number, post_id),
    )
