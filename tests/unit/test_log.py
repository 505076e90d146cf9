"""Log lines: one JSON object each, with nothing in it that a library's exception quotes, nor anybody's number."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from common.testing import person

REPOSITORY = Path(__file__).parents[2]
HEAD = """
import logging, sys, asyncio
from common import log
log.configure(service="health", part="worker")
number = sys.argv[1]
"""


def lines(program: str, number: str = "") -> list[dict[str, Any]]:
    """What a process with our logging writes; in one of its own, as logging is set up once for all."""
    ran = subprocess.run(
        [sys.executable, "-W", "error", "-c", HEAD + program, number],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=True,
    )
    assert number == "" or number not in ran.stdout + ran.stderr
    return [json.loads(line) for line in ran.stdout.splitlines()]


def test_say_who_and_when_and_what() -> None:
    (line,) = lines('log.get("common.x").info("case.claimed", case="c", fence=3)')
    assert line.pop("timestamp").startswith("20")
    assert line == {
        "service": "health",
        "part": "worker",
        "event": "case.claimed",
        "level": "info",
        "module": "common.x",
        "case": "c",
        "fence": 3,
    }


def test_the_time_is_not_taken_for_a_number() -> None:
    assert all("*" not in line["timestamp"] for line in lines('for _ in range(20): log.get("x").info("y")'))


def test_numbers_never_stand_in_them() -> None:
    number = person().number
    program = """
log.get("x").info("y", text=f"fnr {number}")
log.get("x").info(f"found {number}")
library = logging.getLogger("library")
library.warning("typed %s", number)
library.warning("typed %r", {"nr": number})
library.error("typed %s %s", number[:6], number[6:])
"""
    found = lines(program, number)
    assert len(found) == 5
    assert number[:6] not in json.dumps(found)


@pytest.mark.parametrize("value", ["[number]", '{"nr": number}'])
def test_nor_in_whatever_else_is_logged(value: str) -> None:
    assert lines(f'log.get("x").info("y", value={value})', person().number)


def test_a_librarys_exception_is_named_and_not_quoted() -> None:
    program = """
try:
    raise ValueError("typed Nordhaug")
except ValueError:
    logging.getLogger("library").exception("it failed")
"""
    (line,) = lines(program)
    assert line["error"] == "ValueError"
    assert line["event"] == "it failed"
    assert "Nordhaug" not in json.dumps(line)


def test_nor_is_that_of_a_task_nobody_waited_for() -> None:
    program = """
async def fail():
    raise ValueError("typed Nordhaug")
async def main():
    task = asyncio.create_task(fail())
    await asyncio.wait([task])
    del task
asyncio.run(main())
import gc; gc.collect()
"""
    found = lines(program)
    assert found
    assert "Nordhaug" not in json.dumps(found)
