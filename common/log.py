"""Structured events: one line of JSON per decision, with stable names and no person in it."""

from __future__ import annotations

import inspect
import logging
import sys
import traceback
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO, cast

import structlog

from common.errors import RogerError
from common.privacy.masking import mask

if TYPE_CHECKING:
    from structlog.typing import EventDict, FilteringBoundLogger, WrappedLogger

_OURS = Path(__file__).parent


def _mask_values(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    return {key: _masked(value) for key, value in event.items()}


def _masked(value: Any) -> Any:
    match value:
        case str():
            return mask(value)
        case dict():
            pairs = cast("dict[Any, Any]", value).items()
            return {_masked(key): _masked(inner) for key, inner in pairs}
        case list() | tuple() | set() | frozenset():
            return [_masked(inner) for inner in cast("Iterable[Any]", value)]
        case _:
            return value


class _Forward(logging.Handler):
    """Send what libraries log through the same masking."""

    def emit(self, record: logging.LogRecord) -> None:
        # A library's exception text may quote what was typed into a page: only its type goes on.
        failure = record.exc_info[0].__name__ if record.exc_info and record.exc_info[0] else None
        fields = {"error": failure} if failure else {}
        # asyncio adds the repr of a task, with its exception's text, on further lines.
        message, *_ = record.getMessage().splitlines() or [""]
        get(record.name).log(record.levelno, message, **fields)


def configure(level: str = "INFO", *, service: str, part: str, to: TextIO | None = None) -> None:
    """Make every log line of this process one JSON object on standard output, or where it is said."""

    def name_process(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
        return {"service": service, "part": part, **event}

    structlog.configure(
        processors=[
            name_process,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _mask_values,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        logger_factory=structlog.PrintLoggerFactory(to or sys.stdout),
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(handlers=[_Forward()], level=logging.WARNING, force=True)


def get(name: str) -> FilteringBoundLogger:
    """A logger that names its module; call it with `__name__`."""
    return cast("FilteringBoundLogger", structlog.get_logger(module=name))


def told(error: RogerError) -> str:
    """What a log may say of it: its own sentence where Roger raised it, else its kind's and where that was.

    An author's words may quote whom the case is about, whatever common.errors asks for.
    """
    frames = traceback.extract_tb(error.__traceback__)
    if not frames or Path(frames[-1].filename).is_relative_to(_OURS):
        return error.message
    return f"{inspect.getdoc(type(error))} ({Path(frames[-1].filename).name}:{frames[-1].lineno})"
