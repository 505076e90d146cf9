"""What a process knows from elsewhere: the register in force, the same one after a crash, and the ledger."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from common.errors import ConfigurationError, LeaseLost, RegisterMissing, RobotFault
from common.process import RegisterRow, Service
from common.register import Register
from common.testing import FixedClock, MemoryCase, MemoryLedger, MemoryRegisters

DAY = date(2026, 3, 2)
LATER = date(2099, 1, 1)


class Tariff(RegisterRow):
    code: str
    hundredths: int


class Renamed(RegisterRow):
    key: str


town = Service("town", title="Town hall")
TARIFFS = town.register("tariffs", row=Tariff, title="Tariffs")


def one(hundredths: int) -> list[Tariff]:
    return [Tariff(code="T1", hundredths=hundredths)]


class TestARegister:
    def test_is_read_as_it_was_declared(self) -> None:
        case = MemoryCase()
        case.registers.store("tariffs", one(70), valid_from=DAY)
        found = TARIFFS.on(case.run(), DAY)
        assert (found.version, found.valid_from, found.rows) == (1, DAY, tuple(one(70)))
        assert case.used == {"tariffs": 1}

    @pytest.mark.parametrize(("dies_at", "version"), [("use:1", 2), ("used:1", 1)])
    def test_stays_the_same_after_a_crash_once_it_is_stored(self, dies_at: str, version: int) -> None:
        case = MemoryCase()
        case.registers.store("tariffs", one(70), valid_from=DAY)
        with pytest.raises(LeaseLost):
            TARIFFS.on(case.run(dies_at=dies_at), DAY)
        case.registers.store("tariffs", one(80), valid_from=DAY)
        assert TARIFFS.on(case.run(), DAY).version == version
        assert case.used == {"tariffs": version}

    def test_is_looked_up_anew_when_a_person_lets_roger_try_again(self) -> None:
        case = MemoryCase()
        case.registers.store("tariffs", one(70), valid_from=DAY)
        TARIFFS.on(case.run(), DAY)
        case.registers.store("tariffs", one(80), valid_from=DAY)
        case.retried()
        assert TARIFFS.on(case.run(), DAY).rows == tuple(one(80))

    def test_may_be_asked_for_twice_and_of_several_days(self) -> None:
        case = MemoryCase()
        case.registers.store("tariffs", one(70), valid_from=DAY)
        case.registers.store("tariffs", one(80), valid_from=DAY + timedelta(days=1))
        run = case.run()
        days = [DAY, DAY, DAY + timedelta(days=1)]
        assert [run.register(TARIFFS, on=day).version for day in days] == [1, 1, 2]

    def test_that_is_not_in_force_is_for_a_person(self) -> None:
        case = MemoryCase()
        case.registers.store("tariffs", one(70), valid_from=DAY)
        with pytest.raises(RegisterMissing) as missing:
            TARIFFS.on(case.run(), DAY - timedelta(days=1))
        assert "tariffs" in missing.value.message
        assert RegisterMissing.code == "REGISTER_MISSING"

    def test_that_fits_its_declaration_no_more_is_our_fault(self) -> None:
        case = MemoryCase()
        case.registers.store("tariffs", one(70), valid_from=DAY)
        other = Register(name="tariffs", title="Tariffs", row=Renamed)
        with pytest.raises(RobotFault, match="hand the table in again"):
            other.on(case.run(), DAY)

    @pytest.mark.parametrize("name", ["tariffs", "Two Words", "", "a/b", "å", "1st"])
    def test_has_an_address_of_its_own(self, name: str) -> None:
        with pytest.raises(ConfigurationError, match="register"):
            town.register(name, row=Tariff, title="Tariffs")


class TestTheLedger:
    def test_of_two_cases_that_claim_a_name_one_has_it(self) -> None:
        ledger = MemoryLedger()
        first, second = MemoryCase(ledger=ledger), MemoryCase(ledger=ledger)
        assert first.run().remember("user-name", "karnor", None, until=LATER).ours
        assert not second.run().remember("user-name", "karnor", None, until=LATER).ours
        assert first.run().remember("user-name", "karnor", None, until=LATER).ours

    def test_gives_a_value_as_json_does(self) -> None:
        run = MemoryCase(registers=MemoryRegisters()).run()
        run.remember("card", "T-1", {"on": date(2026, 3, 2), "card": "C-1"}, until=LATER)
        found = run.remembered("card", "T-1")
        assert found is not None
        assert found.value == {"on": "2026-03-02", "card": "C-1"}
        assert "C-1" not in repr(found)

    def test_goes_by_the_day_in_norway(self) -> None:
        case = MemoryCase()
        case.run(clock=FixedClock(datetime(2026, 3, 2, 22, 59, tzinfo=UTC))).remember("a", "x", 1, until=DAY)
        assert case.run(clock=FixedClock(datetime(2026, 3, 2, 22, 59, tzinfo=UTC))).remembered("a", "x") is not None
        midnight = FixedClock(datetime(2026, 3, 2, 23, 0, tzinfo=UTC))
        assert case.run(clock=midnight).remembered("a", "x") is None

    @pytest.mark.parametrize(
        ("kind", "value", "until"),
        [
            ("17838410103", 1, LATER),
            ("User Name", 1, LATER),
            ("a", object(), LATER),
            ("a", "x" * 5_000, LATER),
            ("a", 1, date(2000, 1, 1)),
        ],
    )
    def test_takes_little_and_nothing_that_can_be_read(self, kind: str, value: Any, until: date) -> None:
        with pytest.raises(RobotFault):
            MemoryCase().run().remember(kind, "x", value, until=until)

    def test_a_lost_lease_enters_nothing(self) -> None:
        case = MemoryCase()
        old = case.run()
        case.run()
        with pytest.raises(LeaseLost):
            old.remember("a", "x", 1, until=LATER)
        assert case.run().remembered("a", "x") is None

    def test_everything_of_a_kind_that_still_stands(self) -> None:
        case, clock = MemoryCase(), FixedClock(datetime(2026, 3, 2, 12, 0, tzinfo=UTC))
        run = case.run(clock=clock)
        run.remember("account", "olanor", 1, until=DAY)
        run.remember("account", "karnor", 2, until=LATER)
        run.remember("card", "T-1", 3, until=LATER)
        assert [fact.value for fact in run.all_remembered("account")] == [1, 2]
        clock.forward(timedelta(days=1))
        assert [fact.value for fact in run.all_remembered("account")] == [2]
