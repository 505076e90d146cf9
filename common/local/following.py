"""`roger events`: the moves of cases in a terminal, as they happen, through whatever breaks the stream."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import httpx
from rich.console import Console
from rich.text import Text

from common.errors import ConfigurationError

_SILENCE = 60.0  # seconds; the service gives a sign of life every fifteen
_PAUSE = 2.0  # seconds before the stream is taken up again
_LATER = {429, 502, 503, 504}
_COLOURS = {"done": "green", "manual": "yellow", "cancelled": "bright_black", "closed": "bright_black"}


class Follower:
    """One reader of the feed; it remembers how far it has come, and goes on there."""

    def __init__(self, url: str, key: str, *, console: Console | None = None, pause: float = _PAUSE) -> None:
        self._console, self._pause = console or Console(), pause
        self._url, self._headers = url, {"Authorization": f"Bearer {key}"}
        self._position: str | None = None

    def show(self, filters: Mapping[str, Sequence[str]], *, after: str | None = None) -> None:
        """Print every move as it comes, until Ctrl-C; raises ConfigurationError for what trying again cannot mend."""
        for move in self.moves(filters, after=after):
            self._console.print(_line(move), soft_wrap=True)

    def moves(self, filters: Mapping[str, Sequence[str]], *, after: str | None = None) -> Iterator[dict[str, Any]]:
        """The moves behind a position, or from now on; for ever, each once."""
        asked = {name: list(values) for name, values in filters.items() if values}
        self._position = after
        timeout = httpx.Timeout(30, read=_SILENCE)
        with httpx.Client(base_url=self._url, headers=self._headers, timeout=timeout) as client:
            while True:
                try:
                    yield from self._once(client, asked)
                except httpx.TransportError:
                    if self._position is None:
                        raise ConfigurationError(
                            f"Nothing answers at {self._url}: is the service up? Say where it is with --url or ROGER_URL"
                        ) from None
                time.sleep(self._pause)

    def _once(self, client: httpx.Client, asked: Mapping[str, Sequence[str]]) -> Iterator[dict[str, Any]]:
        headers = {"Last-Event-ID": self._position} if self._position else {}
        with client.stream("GET", "/v1/events", params=dict(asked), headers=headers) as answer:
            if answer.status_code in _LATER:
                return
            if not answer.is_success:
                raise ConfigurationError(_refusal(answer))
            for event in _events(answer.iter_lines()):
                if "data" in event:
                    yield json.loads(event["data"])
                # Only now: whoever is cut off while it looks at one gets it again.
                self._position = event.get("id", self._position)


def _events(lines: Iterable[str]) -> Iterator[dict[str, str]]:
    """The fields of each server-sent event; comments are left out, and an event that is cut off is none."""
    fields: dict[str, str] = {}
    for line in lines:
        if line:
            name, _, value = line.partition(":")
            if name:
                fields[name] = value.removeprefix(" ")
        elif fields:
            yield fields
            fields = {}


def _refusal(answer: httpx.Response) -> str:
    answer.read()
    try:
        return str(answer.json()["detail"])
    except (ValueError, KeyError, TypeError):
        return f"What answers at {answer.request.url.host} is not Roger"


def _line(move: Mapping[str, Any]) -> Text:
    at = datetime.fromisoformat(move["at"]).astimezone().strftime("%d.%m. %H:%M:%S")
    became = f"{move['to']} {move['code'] or ''}".strip()
    return Text.assemble(
        f"{at}  {move['case']}  {move['process']}  ", (became, _COLOURS.get(move["to"], "")), style="default"
    )
