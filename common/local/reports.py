"""The reports of a synthetic day, kept where whoever has watched it can open them."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx

from common.errors import ConfigurationError
from common.local.stack import Stack

_WITHIN = 60.0  # seconds in which a batch whose cases have ended must have ended itself
_LOOK = 0.3
_OVER = ("ended", "refused")


def keep_reports(stack: Stack, folder: Path) -> list[Path]:
    """Write the report of every batch of several rows that has one, as a page.

    Raises ConfigurationError when a batch does not end.
    """
    kept: list[Path] = []
    with httpx.Client(base_url=stack.api, headers={"Authorization": f"Bearer {stack.api_key}"}, timeout=60) as http:
        reporting = {
            name for name, process in stack.service.processes.items() if process.batch and process.batch.report
        }
        for batch in _ended_batches(http, reporting):
            if batch["report"] is None or batch["rows"] == 1:
                continue
            page = http.get(f"{batch['report']}.html").raise_for_status()
            folder.mkdir(parents=True, exist_ok=True)
            number = sum(path.name.startswith(batch["process"]) for path in kept) + 1
            place = folder / f"{batch['process']}-{number}.html"
            place.write_text(page.text, encoding="utf-8")
            kept.append(place)
    return kept


def _ended_batches(http: httpx.Client, processes: set[str]) -> Iterator[dict[str, Any]]:
    """The batches of these processes in the order in which they came, each with its totals."""
    limit = time.monotonic() + _WITHIN
    while True:
        answer = http.get("/v1/batches", params={"limit": "200"}).raise_for_status().json()
        listed: list[dict[str, Any]] = [batch for batch in answer["items"] if batch["process"] in processes]
        if all(batch["state"] in _OVER for batch in listed):
            break
        if time.monotonic() > limit:
            raise ConfigurationError("A batch does not end although its cases have: see the log of the errands")
        time.sleep(_LOOK)
    for batch in reversed(listed):
        yield http.get(f"/v1/batches/{batch['id']}").raise_for_status().json()
