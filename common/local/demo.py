"""`roger demo`: hand a synthetic day in over REST, watch it being worked off, and hold every outcome to account."""

from __future__ import annotations

import tempfile
import time
from collections import Counter
from contextlib import closing
from pathlib import Path

import httpx
from prometheus_client.parser import text_string_to_metric_families
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from common.errors import ConfigurationError
from common.local.day import plan
from common.local.daybook import ARRAY, DayBook
from common.local.report import Account, Figures, show
from common.local.reports import keep_reports
from common.local.stack import Ports, Stack

_POLL = 0.5
_WIDTH = 100  # columns of a file
_REPORTS = Path(".roger/demo")
_STALLED = 300.0  # seconds without a single case ending


def run_demo(service: str, *, cases: int | None, shifts: int, seed: int) -> int:
    """Play a day; gives the exit status: 0 when every row came to what its situation must give."""
    console = Console()
    if not console.is_terminal:
        console = Console(width=_WIDTH)
    with tempfile.TemporaryDirectory(prefix="roger-demo-") as folder:
        stack = Stack(service, Path(folder), ports=Ports.free(), shifts=shifts, progress=console.print)
        day = plan(stack.package, cases=cases, seed=seed)
        with stack, closing(DayBook(stack, day)) as book:
            book.prepare()
            began = time.monotonic()
            for flows in book.phases():
                for flow in flows:
                    how = " together" if flow.together else f", {ARRAY} at a time" if flow.rows > ARRAY else ""
                    rows = "1 row" if flow.rows == 1 else f"{flow.rows} rows"
                    console.print(f"{rows} of {flow.process} handed in{how}")
                    book.hand_in(flow)
                _watch(stack, book, console)
            seconds = time.monotonic() - began
            found = list(book.found())
            figures = Figures(seconds=seconds, run_seconds=_run_seconds(stack), shifts=shifts)
            problems = book.problems(found)
            reports = keep_reports(stack, _REPORTS / stack.service.name)
        accounts = [
            Account(
                flow=flow,
                minutes=stack.service.processes[flow.process].manual_minutes,
                found=[case for case in found if case["process"] == flow.process],
                at_submission=book.at_submission(flow),
            )
            for flow in day.by_process
        ]
    show(console, accounts, figures=figures, problems=problems)
    for report in reports:
        console.print(f"Report to open in a browser: {report}")
    return 1 if problems else 0


def _watch(stack: Stack, book: DayBook, console: Console) -> None:
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console) as progress:
        task = progress.add_task("cases", total=book.cases)
        moved, before = time.monotonic(), -1
        while True:
            stack.watch()
            states = book.states()
            ended = max(0, book.cases - states["awaiting_release"] - states["queued"] - states["running"])
            wording = f"{states['running']} running, {states['manual']} to people"
            if not states["running"] and states["queued"]:
                wording += f", {states['queued']} waiting"
            progress.update(task, completed=ended, description=wording)
            # Where nobody is at work, what is left may be for a day to come.
            if (ended >= book.cases or not states["running"]) and book.all_ended():
                return
            if ended != before:
                moved, before = time.monotonic(), ended
            elif time.monotonic() - moved > _STALLED:
                raise ConfigurationError(f"No case has ended for {_STALLED:.0f} s; the logs are in {stack.folder}/logs")
            time.sleep(_POLL)


def _run_seconds(stack: Stack) -> float:
    """Mean seconds a robot spent on a case, as Prometheus would see it."""
    text = httpx.get(f"http://127.0.0.1:{stack.ports.worker}/metrics", timeout=10).text
    samples: Counter[str] = Counter()
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            samples[sample.name] += sample.value  # pyright: ignore[reportArgumentType]  a Counter adds floats as well
    return samples["roger_run_seconds_sum"] / max(1, samples["roger_run_seconds_count"])
