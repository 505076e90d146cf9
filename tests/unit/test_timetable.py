"""`roger schedule next`, and what a declaration of a schedule may say."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, time
from typing import Any

import pytest
from rich.console import Console
from typer.testing import CliRunner

from common.cli import app
from common.errors import ConfigurationError
from common.local.timetable import show_next
from common.norway.calendar import BANK_DAYS
from common.process import CaseInput, Days, ErrandDesk, Firing, MonthlyBankDay, Service
from common.testing import a_process

NOW = datetime(2026, 10, 23, 12, tzinfo=UTC)  # the Friday before the clock is set back


async def check(firing: Firing, desk: ErrandDesk) -> None:
    """See whether all is well."""


def rows(firing: Firing) -> Iterable[CaseInput]:
    """Hand in the rows of the day."""
    return []


@pytest.fixture
def service() -> Service:
    made = Service("testing", title="Testing")
    made.processes["chores"] = a_process()
    return made


def shown(service: Service, name: str | None = None, count: int = 5) -> str:
    text = io.StringIO()
    show_next(service, name, count, now=NOW, bank_days=BANK_DAYS, console=Console(file=text, width=160))
    return text.getvalue()


class TestNext:
    def test_all_schedules_in_one_order_by_the_clock_on_the_wall(self, service: Service) -> None:
        service.schedule("morning", process="chores", cron="30 6 * * *", days=Days.WORKING)(rows)
        service.schedule("night", cron="30 2 * * *")(check)
        lines = [line for line in shown(service).splitlines() if "2026" in line]
        assert [line.split("│")[1].strip() for line in lines] == [
            "Sat 24.10.2026 02:30",
            "Sun 25.10.2026 02:30",
            "Mon 26.10.2026 02:30",
            "Mon 26.10.2026 06:30",
            "Tue 27.10.2026 02:30",
        ]
        assert "chores: Hand in the rows of the day." in lines[3]
        assert "30 6 * * *, working days" in lines[3]

    def test_one_schedule(self, service: Service) -> None:
        service.schedule("night", cron="30 2 * * *")(check)
        service.schedule("pay", monthly=MonthlyBankDay(nth=3, before=12, at=time(6, 30)))(check)
        assert shown(service, "pay", 2).count("06:30 ") >= 2
        assert "night" not in shown(service, "pay")

    def test_of_nothing(self, service: Service) -> None:
        with pytest.raises(ConfigurationError, match="declares no schedule"):
            shown(service)
        service.schedule("night", cron="30 2 * * *")(check)
        with pytest.raises(ConfigurationError, match="no schedule day: it has night"):
            shown(service, "day")

    def test_the_command_needs_no_server(self) -> None:
        asked = CliRunner().invoke(app, ["schedule", "next", "health", "no-such-schedule"])
        assert isinstance(asked.exception, ConfigurationError)


class TestDeclaring:
    def test_a_name_is_taken_once(self, service: Service) -> None:
        service.schedule("night", cron="30 2 * * *")(check)
        with pytest.raises(ConfigurationError, match="rename one"):
            service.schedule("night", process="chores", cron="30 3 * * *")(rows)
        assert list(service.schedules) == ["night"]

    def test_a_process_stands_above_its_schedule(self, service: Service) -> None:
        with pytest.raises(ConfigurationError, match="declare 'errors' above it"):
            service.schedule("night", process="errors", cron="30 2 * * *")(rows)

    @pytest.mark.parametrize(("starts", "process"), [(check, "chores"), (rows, None)])
    def test_a_function_of_another_form_is_refused(
        self, service: Service, starts: Callable[..., Any], process: str | None
    ) -> None:
        with pytest.raises(ConfigurationError, match="What schedule night starts must be"):
            service.schedule("night", process=process, cron="30 2 * * *")(starts)

    @pytest.mark.parametrize(
        ("form", "says"),
        [
            (MonthlyBankDay(nth=3, before=12, at=time(6, 30)), "bank day 3 before day 12 of each month, 06:30"),
            (MonthlyBankDay(nth=1, after=20, at=time(7)), "bank day 1 after day 20 of each month, 07:00"),
            (MonthlyBankDay(nth=1, from_end=True, at=time(7)), "bank day 1 from the end of each month, 07:00"),
            (MonthlyBankDay(nth=2, at=time(7)), "bank day 2 from the start of each month, 07:00"),
        ],
    )
    def test_says_when_it_comes(self, service: Service, form: MonthlyBankDay, says: str) -> None:
        service.schedule("pay", monthly=form)(check)
        assert service.schedules["pay"].rule == says
        assert service.schedules["pay"].summary == "See whether all is well."
