"""How case files come to be, change their status, and are taken over from elsewhere."""

from collections.abc import Iterable
from dataclasses import asdict
from typing import Final

from sandbox.esa import rules
from sandbox.esa.archive_books import ArchiveBooks
from sandbox.esa.records import CaseFile, NewCaseFile
from sandbox.esa.seeds import SeededCaseFile, SeededPart
from sandbox.office.books import IMPORTED, row_id
from sandbox.office.gate import missing
from sandbox.office.sessions import Actor

_COLUMNS: Final = (
    "number", "title", "public_title", "part", "series", "klass", "unit", "officer", "status", "access", "legal_basis"
)  # fmt: skip
_INSERT: Final = (
    f"insert into casefile ({', '.join(_COLUMNS)}, created_by)"  # noqa: S608  names of columns
    f" values ({', '.join(f':{name}' for name in _COLUMNS)}, :created_by)"
)
_REPLACE: Final = " on conflict (number) do update set " + ", ".join(f"{name} = excluded.{name}" for name in _COLUMNS)


class CaseFileBooks(ArchiveBooks):
    def register_case_file(self, new: NewCaseFile, actor: Actor) -> int:
        """Make a case file with the next number of the year; raises RefusedError."""
        with self._writing() as db:
            known = self.parts().get(new.part, [])
            strange = "" if new.series in known else f"Serie {new.series} finnes ikke i arkivdel {new.part}."
            rules.refuse([strange, rules.screening(new.access, new.legal_basis)])
            number = self._next_number()
            values = {**asdict(new), "number": number, "status": "B", "created_by": actor.account}
            made = row_id(db.execute(_INSERT, values))
            self._log("casefile", actor, "", number)
        return made

    def set_case_status(self, case_id: int, status: str, actor: Actor) -> None:
        """Take a case file on; raises RefusedError."""
        with self._writing() as db:
            case = self._standing_case(case_id)
            rules.unlocked(case, actor.account)
            rules.refuse(rules.case_status(case, status, self.posts(case_id), self._loose(case_id)))
            _ = db.execute("update casefile set status = ? where id = ?", (status, case_id))
            self._log("status", actor, "", case.number)

    def _standing_case(self, case_id: int) -> CaseFile:
        case = self.case_file(case_id)
        if case is None:
            raise missing()
        return case

    def _loose(self, case_id: int) -> list[str]:
        """Numbers of posts with documents that are not in archive format."""
        rows = self._rows(
            "select distinct p.number from post p join document d on d.post_id = p.id"
            " where p.case_id = ? and p.status <> 'U' and d.format not like 'PDF/A%' order by p.number",
            case_id,
        )
        return [str(row["number"]) for row in rows]

    def _next_number(self) -> str:
        year = str(rules.today().year)
        last = self._rows("select max(number) as number from casefile where number like ? || '/%'", year)[0]["number"]
        return f"{year}/{int(last[5:]) + 1 if last else 1:06}"

    # the vendor's console

    def seed_parts(self, parts: Iterable[SeededPart]) -> int:
        rows = [(part.name, series) for part in parts for series in part.series or ("",)]
        with self._writing() as db:
            return db.executemany("insert or ignore into part (name, series) values (?, ?)", rows).rowcount

    def seed_case_files(self, cases: list[SeededCaseFile]) -> int:
        """A case file of the same number takes on what is said here, and keeps its posts."""
        rows = [{**case.model_dump(), "created_by": IMPORTED} for case in cases]
        with self._writing() as db:
            _ = db.executemany("insert or ignore into part (name, series) values (:part, :series)", rows)
            _ = db.executemany(_INSERT + _REPLACE, rows)
        return len(cases)

    def told_case_files(self, number: str) -> list[dict[str, object]]:
        """Every case file, or the one of this number, in the shape they are seeded in."""
        which, values = ("where number = ?", (number,)) if number else ("", ())
        return list(self._rows(f"select {', '.join(_COLUMNS)} from casefile {which} order by number", *values))  # noqa: S608
