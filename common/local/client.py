"""What the command line asks of a service's API, and how it shows the answers."""

from __future__ import annotations

from datetime import datetime
from typing import Any, BinaryIO

import httpx
from rich.console import Console
from rich.table import Column, Table
from rich.tree import Tree

from common.errors import ConfigurationError

_WAIT = 30  # seconds the service may hold one question
_PLURAL = {"process": "processes", "target": "targets"}
_ENDED = {"done", "manual", "closed", "cancelled"}

_KINDS = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "ndjson": "application/x-ndjson",
    "jsonl": "application/x-ndjson",
}
UPLOADS = tuple(f".{ending}" for ending in _KINDS)
"""How the names of files end that are handed in as they are."""


class Client:
    """A caller of the API; every refusal becomes a ConfigurationError with the service's own words."""

    def __init__(self, url: str, key: str, console: Console | None = None) -> None:
        self._console = console or Console()
        self._http = httpx.Client(base_url=url, headers={"Authorization": f"Bearer {key}"}, timeout=_WAIT + 30)

    def close(self) -> None:
        """Let go of the connection."""
        self._http.close()

    def ask(self, method: str, path: str, **options: Any) -> Any:
        """The JSON of an answer, also of one that refuses some rows of an array."""
        try:
            answer = self._http.request(method, path, **options)
        except httpx.TransportError:
            raise ConfigurationError(
                f"Nothing answers at {self._http.base_url}: is the service up? Say where it is with --url or ROGER_URL"
            ) from None
        try:
            body = answer.json()
        except ValueError:
            raise ConfigurationError(f"What answers at {self._http.base_url} is not Roger") from None
        if answer.is_success or "rows" in body:
            return body
        raise ConfigurationError(_sentence(body))

    def show_submitted(self, process: str, body: Any) -> None:
        """Hand in one case or many, and show what became of each that was not simply accepted."""
        answer = self.ask("POST", f"/v1/{process}", json=body)
        if "rows" not in answer:
            self._console.print(f"{answer['id']} {answer['state']}")
            return
        self._show_rows(answer)

    def _show_rows(self, answer: dict[str, Any]) -> None:
        self._console.print(
            f"{answer['accepted']} accepted, {answer['existing']} existing, {answer['refused']} refused"
        )
        for row in answer["rows"]:
            if row.get("problem"):
                self._console.print(f"  row {row['index']}: {_sentence(row['problem'])}")

    def show_uploaded(self, process: str, name: str, file: bytes) -> None:
        """Hand in a CSV, XLSX or NDJSON file, and show what became of its rows."""
        kind = _KINDS[name.rpartition(".")[2].lower()]
        answer = self.ask("POST", f"/v1/{process}", content=file, headers={"Content-Type": kind})
        self._show_rows(answer)
        if answer.get("batch"):
            self._console.print(f"batch {answer['batch']['id']}")

    def show_handed_over(self, name: str, file: BinaryIO) -> None:
        """Hand a file over as it is read, and show by what a case names it."""
        answer = self.ask("POST", "/v1/files", content=file)
        self._console.print(f"{answer['sha256']}  {name}", soft_wrap=True, highlight=False)

    def show_batch(self, batch: str) -> None:
        """A batch's control totals."""
        found = self.ask("GET", f"/v1/batches/{batch}")
        self._console.print(f"{found['process']}: {found['state']} {found['code'] or ''}".strip())
        counts = {"rows": found["rows"], "refused": found["refused"], "existing": found["existing"]}
        for name, number in (counts | found["states"] | found["figures"]).items():
            self._console.print(f"  {name}: {number}")

    def watch(self, case: str) -> None:
        """Wait for a case to end and show how it ended."""
        while True:
            found = self.ask("GET", f"/v1/cases/{case}", params={"wait": _WAIT})
            if found["state"] in _ENDED:
                break
        self._console.print(f"{found['state']}: {found['outcome'] or found['code']}")
        for name in ("situation", "remedy"):
            if found.get(name):
                self._console.print(found[name])
        for name, value in found["detail"].items():
            self._console.print(f"  {name}: {value}")
        if found["handed_over"]:
            self._console.print(_grown(self.ask("GET", f"/v1/cases/{case}/tree")))

    def show_targets(self) -> None:
        """A table of targets: open or not, and what stands before their cases."""
        table = Table(Column("target", no_wrap=True), "open", "why not", "accounts", "hours")
        for target in self.ask("GET", "/v1/targets")["items"]:
            accounts = target["accounts"]
            out = sum(account["out_since"] is not None for account in accounts)
            whys = "\n".join(obstacle["sentence"] for obstacle in target["obstacles"])
            counted = f"{len(accounts)}, {out} out" if out else str(len(accounts))
            table.add_row(target["name"], "yes" if target["open"] else "no", whys, counted, target["opening_hours"])
        self._console.print(table)

    def pause(self, kind: str, name: str, reason: str) -> None:
        """Let nothing begin with a process or at a target."""
        self._show_obstacles(self.ask("POST", f"/v1/{_PLURAL[kind]}/{name}/pause", json={"reason": reason}))

    def resume(self, kind: str, name: str) -> None:
        """Let a process or a target go on."""
        self._show_obstacles(self.ask("POST", f"/v1/{_PLURAL[kind]}/{name}/resume"))

    def _show_obstacles(self, found: dict[str, Any]) -> None:
        for obstacle in found["obstacles"]:
            self._console.print(obstacle["sentence"])
        if not found["obstacles"]:
            self._console.print(f"{found['name']} is open")

    def show_schedules(self) -> None:
        """A table of schedules: when they come next, and how they went last."""
        table = Table(Column("schedule", no_wrap=True), "starts", "rule", "next", "last")
        for schedule in self.ask("GET", "/v1/schedules")["items"]:
            starts = f"{schedule['process']}: {schedule['summary']}" if schedule["process"] else schedule["summary"]
            coming = _moment(schedule["next"][0]) if schedule["next"] else "never"
            if schedule["paused"]:
                coming = f"paused: {schedule['paused']['reason']}"
            last = ""
            if schedule["last"]:
                firing = schedule["last"][0]
                last = f"{_moment(firing['due_at'])} {firing['state']} {firing['code'] or ''}".strip()
            table.add_row(schedule["name"], starts, schedule["rule"], coming, last)
        self._console.print(table)

    def show_cases(self, *, limit: int, **filters: str | None) -> None:
        """A table of cases, the newest first."""
        narrowed = {name: value for name, value in filters.items() if value is not None}
        found = self.ask("GET", "/v1/cases", params=narrowed | {"limit": str(limit)})
        table = Table(Column("case", no_wrap=True), "process", "became", "reference", "submitted")
        for case in found["items"]:
            became = f"{case['state']} {case['outcome'] or case['code'] or ''}".strip()
            table.add_row(case["id"], case["process"], became, case["reference"] or "", _moment(case["submitted_at"]))
        self._console.print(table)
        if found["next"]:
            self._console.print("There are more: narrow the list, or raise --limit.")


def _grown(node: dict[str, Any], below: Tree | None = None) -> Tree:
    """A case and its children, as a tree."""
    line = (
        f"{node['process']} {node['reference'] or node['id']}: {node['state']} {node['outcome'] or node['code'] or ''}"
    )
    if node["not_before"]:
        line += f"from {_moment(node['not_before'])}"
    tree = below.add(line.strip()) if below else Tree(line.strip())
    for child in node["children"]:
        _grown(child, tree)
    if node["left_out"]:
        tree.add(f"{node['left_out']} more")
    return tree


def _moment(text: str) -> str:
    return datetime.fromisoformat(text).astimezone().strftime("%d.%m. %H:%M:%S")


def _sentence(problem: dict[str, Any]) -> str:
    """A problem in one line: what is wrong, and with which fields."""
    wrong: list[dict[str, str]] = problem.get("errors") or []
    fields = "; ".join(f"{field['field']}: {field['message']}" for field in wrong)
    return f"{problem.get('detail', '')} {fields}".strip()
