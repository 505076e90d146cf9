"""`python -m bench [robot|day|payroll|accounts|archive|pickup|intake|queue|reading|recovery …] [--full] [--json FILE]`: one table of how fast everything is."""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Generator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console

from bench import accounts, archive, day, intake, payroll, pickup, queue, reading, recovery, robot
from bench.rows import Row, Tell, as_json, as_table
from common import log
from common.cli import with_clear_errors
from common.errors import ConfigurationError
from common.local.stack import Ports, Stack
from useradmin_svc.stand_ins import has_lam

PARTS = ("robot", "day", "payroll", "accounts", "archive", "pickup", "intake", "queue", "reading", "recovery")
_NOOP = "bench.noop_svc"
_WIDTH = 140


def stack_of(service: str, folder: Path, tell: Tell, settings: Mapping[str, str] | None = None) -> Stack:
    """A whole Roger of its own, with PostgreSQL as durable as in production."""
    return Stack(service, folder, ports=Ports.free(), shifts=2, settings=settings or {}, progress=tell)


def run(parts: Sequence[str], line: queue.Plan, whole: day.Plan, tell: Tell) -> list[Row]:
    """Measure these parts, one after the other."""
    rows: list[Row] = []
    with _folder() as folder, ExitStack() as open_:
        of_a_service = {
            "robot": "health_svc",
            "day": f"{whole.service}_svc",
            "payroll": "payroll_svc",
            "archive": "archive_svc",
        }
        for part, service in of_a_service.items():
            if part in parts:
                with stack_of(service, Path(folder) / part, tell) as stack:
                    rows += _with_targets(part, whole, stack, tell)
        for product in ("katalog", *(["lam"] if has_lam() else [])) if "accounts" in parts else ():
            settings = accounts.settings_of(product)
            with stack_of("useradmin_svc", Path(folder) / product, tell, settings) as stack:
                rows += accounts.measure(stack, accounts.Plan(), lambda line: tell(f"accounts: {line}"))
        if "reading" in parts:
            rows += reading.measure(reading.Plan(), lambda line: tell(f"reading: {line}"))
        if set(parts) - {*of_a_service, "accounts", "reading"}:
            stack = open_.enter_context(stack_of(_NOOP, Path(folder) / "noop", tell))
            rows += _without_targets(parts, line, stack, tell)
    return rows


@contextmanager
def _folder() -> Generator[str]:
    """Gone afterwards, unless something came out wrong: then the logs in it are what to look at."""
    folder = tempfile.mkdtemp(prefix="roger-bench-")
    came_out_wrong = False
    try:
        yield folder
    except ConfigurationError:
        came_out_wrong = True
        raise
    finally:
        if not came_out_wrong:
            shutil.rmtree(folder, ignore_errors=True)


def _with_targets(part: str, whole: day.Plan, stack: Stack, tell: Tell) -> list[Row]:
    def said(line: str) -> None:
        tell(f"{part}: {line}")

    match part:
        case "robot":
            return robot.measure(stack, robot.Plan(), said)
        case "day":
            return day.measure(stack, whole, said)
        case "archive":
            return archive.measure(stack, archive.Plan(), said)
        case _:
            return payroll.measure(stack, payroll.Plan(), said)


def _without_targets(parts: Sequence[str], line: queue.Plan, stack: Stack, tell: Tell) -> list[Row]:
    rows: list[Row] = []
    if "pickup" in parts:
        rows += pickup.measure(stack, pickup.Plan(), lambda line: tell(f"pick-up: {line}"))
    if "intake" in parts:
        rows += intake.measure(stack, intake.Plan(), lambda line: tell(f"intake: {line}"))
    if "queue" in parts:
        rows += queue.measure(stack, line, lambda said: tell(f"queue: {said}"))
    if "recovery" in parts:
        rows += recovery.measure(stack, recovery.Plan(), lambda line: tell(f"recovery: {line}"))
    return rows


def _sizes(text: str) -> tuple[int, ...]:
    return tuple(sorted(int(size) for size in text.split(",")))


def _line(given: argparse.Namespace) -> queue.Plan:
    """How full the database is made for the queue."""
    plan = queue.FULL if given.full else queue.Plan()
    if given.waiting is not None:
        plan = replace(plan, waiting=given.waiting)
    return plan if given.finished is None else replace(plan, finished=given.finished)


def _progress(console: Console) -> Tell:
    """One line with the seconds so far for each thing that is begun."""
    began = time.monotonic()
    return lambda line: console.print(f"[dim]{time.monotonic() - began:4.0f} s[/]  {line}", highlight=False)


def _stop(*_: object) -> None:
    """End in good order: everything that was started is stopped on the way out."""
    sys.exit(1)


def main() -> None:
    """Measure, print the table, and write the figures to a file if one is named."""
    signal.signal(signal.SIGTERM, _stop)
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("parts", nargs="*", choices=[[], *PARTS], help="only these; default: all but recovery")
    parser.add_argument("--recovery", action="store_true", help="kill a worker as well (some 25 s more)")
    parser.add_argument(
        "--full", action="store_true", help="the queue also with 2 million waiting and 5 million finished cases"
    )
    parser.add_argument("--service", choices=list(day.PEAKS), default="health", help="whose day is measured")
    parser.add_argument("--peak", action="store_true", help="play the health service's peak day itself; over an hour")
    parser.add_argument("--waiting", type=_sizes, metavar="N,N", help="the queue in front of lines of these lengths")
    parser.add_argument("--finished", type=int, metavar="N", help="and with so many finished cases")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there, too")
    given = parser.parse_args()
    parts = given.parts or [part for part in PARTS if part != "recovery"]
    if given.recovery and "recovery" not in parts:
        parts = [*parts, "recovery"]
    log.configure("ERROR", service="bench", part="bench")
    console, began = Console(), time.monotonic()
    if not console.is_terminal:
        console = Console(width=_WIDTH)
    about = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "cores": os.cpu_count(),
        "load": round(os.getloadavg()[0], 1),
        "python": platform.python_version(),
    }
    rows = run(parts, _line(given), day.Plan(service=given.service, peak=given.peak), _progress(Console(stderr=True)))
    seconds = time.monotonic() - began
    title = f"{about['cores']} cores, load {about['load']} before the start, {seconds:.0f} s"
    console.print(as_table(rows, title))
    if given.json:
        given.json.write_text(
            json.dumps(as_json(rows, about | {"seconds": round(seconds)}), indent=2, ensure_ascii=False)
        )


if __name__ == "__main__":
    with_clear_errors(main)
