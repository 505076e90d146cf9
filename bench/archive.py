"""The archive service's night: two hundred documents of tax collection from SOFIE's pixels into the case archive.

Played on the stand-ins with the stack's robots side by side, every document held against ESA and SOFIE afterwards. Where
a document's seconds go is read off the worker's own metrics, target by target; what its files take to become PDF/A is
measured once more by itself, in this process, when the robots have nothing to do.
"""

from __future__ import annotations

import random
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
from prometheus_client.parser import text_string_to_metric_families

from archive_svc.demo import tax_files
from archive_svc.demo.tax_documents import document
from archive_svc.demo.town import Town
from archive_svc.documents.conversion import archive_format
from bench.book import Book
from bench.rows import Row, Tell
from common.errors import ConfigurationError
from common.local.stack import Stack

_NIGHT = 10.0
"""Hours in which all must be done."""
_ARRAY = 50
_EVERY = 4
"""Every fourth document is a scan, every fourth has an attachment, every fourth has its files in SOFIE only."""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """How much is measured."""

    documents: int = 200


def measure(stack: Stack, plan: Plan, tell: Tell) -> list[Row]:
    """The night, where its seconds went, and the files by themselves."""
    town = Town(random.Random(2028), datetime.now(UTC))
    rows = [_document(town, number) for number in range(plan.documents)]
    tell(f"{plan.documents} documents from SOFIE into ESA, {stack.shifts} browsers")
    with Book(stack) as book, _api(stack) as api:
        _prepare(stack, town, api)
        mark, before = book.mark(), _seconds(stack)
        began = time.monotonic()
        for start in range(0, len(rows), _ARRAY):
            api.post("/v1/tax-documents", json=rows[start : start + _ARRAY]).raise_for_status()
        book.await_idle(tell)
        seconds = time.monotonic() - began
        if book.outcomes(mark) != {"done CREATED"}:
            raise ConfigurationError(f"Not every document was archived: {sorted(book.outcomes(mark))}")
    spent = {name: value - before[name] for name, value in _seconds(stack).items()}
    _require_right(stack, plan.documents)
    tell("the same files become PDF/A by themselves")
    converted = _conversion(town.tax_files)
    hours = seconds / 3600
    whole = Row(
        part="archive",
        what=f"{plan.documents} documents, {stack.shifts} browsers",
        measured=seconds,
        unit="s",
        mark=f"≤ {_NIGHT:.0f} h",
        met=hours <= _NIGHT,
    )
    return [
        whole,
        _each("a document, of one browser's time", spent["run"], plan),
        _each("… of it at SOFIE's screen", spent["sofie"], plan),
        _each("… of it in ESA's pages", spent["esa"], plan),
        _each("… of it PDF/A and all else", spent["run"] - spent["sofie"] - spent["esa"], plan),
        Row(part="archive", what="a file becomes PDF/A, by itself", measured=converted, unit="s"),
    ]


def _each(what: str, seconds: float, plan: Plan) -> Row:
    return Row(part="archive", what=what, measured=seconds / plan.documents, unit="s")


def _document(town: Town, number: int) -> dict[str, Any]:
    """One of a usual mix: letters that were sent, letters with attachments, scans of what came, files that SOFIE keeps."""
    match number % _EVERY:
        case 0:
            return document(town)
        case 1:
            attachment = tax_files.letter(f"VEDLEGG-{number}", "Vedlegg")
            return document(town, town.enterprise(), direction="IN", doc_type="KLAGE", attachments=(attachment,))
        case 2:
            return document(town, direction="IN", doc_type="KLAGE", main=tax_files.scan(f"SKANN-{number}"))
        case _:
            return document(town, kept_in_sofie=True)


def _prepare(stack: Stack, town: Town, api: httpx.Client) -> None:
    sofie = stack.consoles["sofie"]
    for start in range(0, len(town.documents), _ARRAY):
        told = town.documents[start : start + _ARRAY]
        httpx.post(f"{sofie}/_kontroll/documents", json=told, timeout=120).raise_for_status()
    for content in town.tax_files:
        api.post("/v1/files", content=content).raise_for_status()


def _api(stack: Stack) -> httpx.Client:
    return httpx.Client(base_url=stack.api, headers={"Authorization": f"Bearer {stack.api_key}"}, timeout=60)


def _seconds(stack: Stack) -> Counter[str]:
    """What the worker says its runs took so far, and how much of it at which target."""
    text = httpx.get(f"http://127.0.0.1:{stack.ports.worker}/metrics", timeout=10).text
    spent: Counter[str] = Counter()
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            if sample.name == "roger_run_seconds_sum":
                spent["run"] += sample.value  # pyright: ignore[reportArgumentType]  a Counter adds floats as well
            elif sample.name == "roger_screen_seconds_sum":
                spent[sample.labels["target"]] += sample.value  # pyright: ignore[reportArgumentType]
    return spent


def _require_right(stack: Stack, documents: int) -> None:
    """ESA holds each document once and whole, and SOFIE says where."""
    summary = httpx.get(f"{stack.consoles['esa']}/_kontroll/summary", timeout=60).raise_for_status().json()
    held = httpx.get(f"{stack.consoles['esa']}/_kontroll/posts", timeout=120).raise_for_status().json()
    said = httpx.get(f"{stack.consoles['sofie']}/_kontroll/documents", timeout=120).raise_for_status().json()
    where = {post["external_reference"]: f"{post['case']}-{post['number']}" for post in held if post["status"] == "J"}
    wrong = [one["number"] for one in said if where.get(one["number"]) != one["archive_ref"]]
    if len(where) != documents or wrong or summary["references_twice"] or summary["posts_without_main"]:
        raise ConfigurationError(
            f"ESA holds {len(where)} of {documents} documents; SOFIE says otherwise of {wrong[:5]}"
        )


def _conversion(contents: Sequence[bytes]) -> float:
    """Seconds a file."""
    with tempfile.TemporaryDirectory(prefix="roger-bench-") as folder:
        files = [Path(folder, str(number)) for number in range(len(contents))]
        for file, content in zip(files, contents, strict=True):
            file.write_bytes(content)
            file.with_name(f"{file.name}-made").mkdir()
        began = time.monotonic()
        for file in files:
            archive_format(file, file.with_name(f"{file.name}-made"))
        return (time.monotonic() - began) / len(files)
