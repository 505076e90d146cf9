"""What holds when: the pay periods that are open, and the hourly rates."""

from collections.abc import Iterable
from pathlib import Path
from typing import Final

from sandbox.office.books import Books
from sandbox.payroll.seeds import Period, Rate

SCHEMA: Final = """
create table if not exists period (period text primary key, state text not null);
create table if not exists rate (
  kind text not null, first_day text not null, rate integer not null, primary key (kind, first_day));
"""


class PeriodBooks(Books):
    def __init__(self, path: Path, schema: str = "") -> None:
        super().__init__(path, SCHEMA + schema)

    def is_open(self, period: str) -> bool:
        """A period that nobody has opened is closed."""
        return self._count("select count(*) from period where period = ? and state = 'OPEN'", period) > 0

    def oldest_open_period(self) -> str:
        rows = self._rows("select min(period) as period from period where state = 'OPEN'")
        return rows[0]["period"] or ""

    def rate_on(self, kind: str, day: str) -> int | None:
        """Øre for an hour of this kind on a day."""
        rows = self._rows(
            "select rate from rate where kind = ? and first_day <= ? order by first_day desc limit 1", kind, day
        )
        return rows[0]["rate"] if rows else None

    # the vendor's console

    def seed_periods(self, periods: Iterable[Period]) -> int:
        rows = [(one.period, one.state) for one in periods]
        with self._db:
            _ = self._db.execute("begin immediate")
            _ = self._db.executemany("insert or replace into period (period, state) values (?, ?)", rows)
        return len(rows)

    def seed_rates(self, rates: Iterable[Rate]) -> int:
        rows = [(one.kind, one.first.isoformat(), one.rate) for one in rates]
        with self._db:
            _ = self._db.execute("begin immediate")
            _ = self._db.executemany("insert or replace into rate (kind, first_day, rate) values (?, ?, ?)", rows)
        return len(rows)
