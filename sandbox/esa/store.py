"""All that ESA remembers: the archive in one SQLite file, and the files of its documents beside it."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from sandbox.esa import rules
from sandbox.esa.archive_books import WAITING
from sandbox.esa.codes import PARTS
from sandbox.esa.files import Files
from sandbox.esa.post_books import INSERT_POST, POST_COLUMNS, PostBooks, add_party
from sandbox.esa.records import Party
from sandbox.esa.seeds import Lock, SeededOfficer, SeededPart, SeededPost
from sandbox.office.books import IMPORTED, Row

WRITES: Final = ("casefile", "post", "document", "status", "writeoff", "party")
LOOKS: Final = ("casefile_search", "casefile_page", "post_search", "post_page", "backlog", "officers", "file")
_KEPT: Final = ("id", "case_id", "write_off_code", "write_off_on", "write_off_by", "created_by")
"""What of a post is told otherwise, or not at all."""
_LOCKED: Final = {
    "casefile": "update casefile set locked_by = ?, locked_since = ? where number = ?",
    "post": "update post set locked_by = ?, locked_since = ? where 'JP-' || id = ?",
}
_TOLD: Final = tuple(name for name in POST_COLUMNS if name not in _KEPT)


class UnknownCaseFileError(Exception):
    """A seeded post names a case file that is not there."""


class Store(PostBooks):
    def __init__(self, path: Path, files: Files) -> None:
        super().__init__(path)
        self.files = files
        if not self.parts():
            self._make_default_parts()
        files.keep_only({row["file"] for row in self._rows("select file from document where file <> ''")})

    def reset(self) -> None:
        super().reset()
        self.files.keep_only(set())
        self._make_default_parts()

    def _make_default_parts(self) -> None:
        _ = self.seed_parts([SeededPart(name=name, series=series) for name, series in PARTS.items()])

    # the vendor's console

    def seed_posts(self, posts: list[SeededPost]) -> int:
        """A post of the same id is replaced; its case file must be there."""
        with self._writing():
            for post in posts:
                self._seed_post(post)
        return len(posts)

    def _seed_post(self, seed: SeededPost) -> None:
        case_id = self.case_id(seed.case)
        if case_id is None:
            raise UnknownCaseFileError(f"there is no case file {seed.case}")
        post_id = int(seed.id.removeprefix("JP-")) if seed.id else self._next_post()
        _ = self._db.execute("delete from post where id = ?", (post_id,))
        last = "select coalesce(max(number), 0) from post where case_id = ?"
        off = seed.write_off
        values = seed.model_dump(mode="json", exclude={"write_off", "parties", "documents", "case"}) | {
            "id": post_id,
            "case_id": case_id,
            "number": seed.number or self._count(last, case_id) + 1,
            "write_off_code": off.code if off else "",
            "write_off_on": off.on.isoformat() if off else None,
            "write_off_by": off.answered_by if off else None,
            "created_by": IMPORTED,
        }
        _ = self._db.execute(INSERT_POST, values)
        for party in seed.parties:
            add_party(self._db, post_id, Party(**party.model_dump()))
        self._seed_documents(post_id, seed)

    def _seed_documents(self, post_id: int, seed: SeededPost) -> None:
        _ = self._db.executemany(
            "insert into document (post_id, number, role, title, format, checksum, original, created_by) values"
            " (:post_id, :number, :role, :title, :format, :checksum, :original, :created_by)",
            [
                {**document.model_dump(), "post_id": post_id, "number": number, "created_by": IMPORTED}
                for number, document in enumerate(seed.documents, 1)
            ],
        )

    def seed_officers(self, officers: list[SeededOfficer]) -> int:
        """An officer of the same initials is replaced."""
        with self._writing() as db:
            _ = db.executemany(
                "insert or replace into officer (initials, name, unit, email, active, leads) values"
                " (:initials, :name, :unit, :email, :active, :leads)",
                [officer.model_dump() for officer in officers],
            )
        return len(officers)

    def lock(self, locks: Iterable[Lock]) -> int:
        """Let somebody have these records open, or nobody; says how many records that are."""
        at = f"{rules.now():%d.%m.%Y %H:%M}"
        with self._writing() as db:
            return sum(
                db.execute(_LOCKED[lock.record], (lock.locked_by, lock.since or at, lock.key)).rowcount
                for lock in locks
            )

    def told_posts(self, case: str, reference: str) -> list[dict[str, Any]]:
        """Every post, those of a case file, or those of an external reference, in the shape they are seeded in."""
        wanted = {"c.number": case, "p.external_reference": reference}
        asked = {column: value for column, value in wanted.items() if value}
        which = " and ".join(f"{column} = ?" for column in asked) or "true"
        of = f"from post p join casefile c on c.id = p.case_id where {which}"
        columns = "'JP-' || p.id as name, c.number as case_number, p.*"
        found = self._rows(f"select {columns} {of} order by c.number, p.number", *asked.values())
        parties = self._by_post("party", "place, role, name, number", of, asked.values())
        documents = self._by_post("document", "number, role, title, format, checksum, original", of, asked.values())
        return [_told(row, parties.get(row["id"], []), documents.get(row["id"], [])) for row in found]

    def _by_post(self, table: str, columns: str, of: str, values: Iterable[object]) -> dict[int, list[Row]]:
        """The rows of a table that belong to these posts, in their order."""
        sql = f"select post_id, {columns} from {table} where post_id in (select p.id {of}) order by 1, 2"  # noqa: S608
        found: dict[int, list[Row]] = {}
        for post_id, row in ((row.pop("post_id"), row) for row in self._rows(sql, *values)):
            found.setdefault(post_id, []).append(row)
        return found

    def counts(self) -> Row:
        main = "select count(*) from document d where d.post_id = p.id and d.role = 'H'"
        twice = "select count(*) from (select 1 from post p where {} group by {} having count(*) > 1)"
        return {
            "casefiles": self._count("select count(*) from casefile"),
            "posts": self._count("select count(*) from post"),
            "documents": self._count("select count(*) from document"),
            "posts_by_status": {
                row["status"]: row["n"] for row in self._rows("select status, count(*) as n from post group by status")
            },
            "posts_without_main": self._count(f"select count(*) from post p where status = 'J' and ({main}) = 0"),  # noqa: S608
            "mains_twice": self._count(f"select count(*) from post p where ({main}) > 1"),  # noqa: S608
            "references_twice": self._count(twice.format("external_reference <> ''", "external_reference")),
            "classes_twice": self._count(
                "select count(*) from (select 1 from casefile where status in ('B', 'R', 'P') and klass <> ''"
                " group by part, series, klass having count(*) > 1)"
            ),
            "waiting": self._count(f"select count(*) from post p where {WAITING}"),  # noqa: S608
            "officers": self._count("select count(*) from officer"),
            "casefiles_made_here": self._count("select count(*) from casefile where created_by <> ?", IMPORTED),
            "posts_made_here": self._count("select count(*) from post where created_by <> ?", IMPORTED),
            "files": self.files.count(),
            "saved": {kind: self._count("select count(*) from log where kind = ?", kind) for kind in WRITES},
            "last_seq": self.last_seq(),
        }


def _told(row: Row, parties: list[Row], documents: list[Row]) -> dict[str, Any]:
    """A post in the shape it is seeded in."""
    off = {"code": row["write_off_code"], "on": row["write_off_on"], "answered_by": row["write_off_by"]}
    return {
        "id": row["name"],
        "case": row["case_number"],
        **{name: row[name] for name in _TOLD},
        "write_off": off if row["write_off_code"] else None,
        "parties": [{name: value for name, value in each.items() if name != "place"} for each in parties],
        "documents": [{name: value for name, value in each.items() if name != "number"} for each in documents],
    }
