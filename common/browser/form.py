"""What is to stand in a form: values with types, each bound to the control it belongs in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from enum import Enum
from functools import cache
from pathlib import Path
from types import UnionType
from typing import ClassVar, TypedDict, Union, cast, get_args, get_origin
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, SecretStr

from common.browser.locator import Locator, LocatorData

OSLO = ZoneInfo("Europe/Oslo")
_SEVERAL = (list, tuple, set, frozenset)


class FieldData(TypedDict, total=False):
    """A field as the in-page agent reads it."""

    at: LocatorData
    kind: str
    text: str
    iso: str
    on: bool
    values: list[str]
    file: str
    force: bool


@dataclass(frozen=True, slots=True)
class Field:
    """One control and the value it is to hold; the value never shows in a repr."""

    name: str
    at: Locator
    value: FieldData = field(repr=False)

    @property
    def typed(self) -> bool:
        """Whether the value could also be typed by hand."""
        return self.value.get("kind") == "text"

    @property
    def text(self) -> str:
        """The value as a person would type it."""
        return self.value.get("text", "")

    def data(self) -> FieldData:
        """Give the field as JSON for the in-page agent."""
        return {**self.value, "at": self.at.data()}


@dataclass(frozen=True, slots=True)
class Control:
    """Where a field of a form belongs, whatever is to stand there."""

    name: str
    """As its declaration has it: `NumberToFind.number`."""
    at: Locator
    typed: bool
    """Whether it is filled by typing, or by a choice of a list: then a choice that is called like it is not meant."""


def written(value: object) -> FieldData:  # noqa: PLR0911 -- one line per kind of value
    """Say how a value is written in a page: as a Norwegian types it, and as HTML's own controls hold it."""
    match value:
        case bool():
            return {"kind": "check", "on": value}
        case Enum():
            return written(value.value)
        case SecretStr():
            return {"kind": "text", "text": value.get_secret_value()}
        case datetime() | date() | time() | Decimal() | int() | float():
            return _formatted(value)
        case Path():
            return {"kind": "file", "file": value.name, "text": str(value.resolve())}
        case str():
            return {"kind": "text", "text": value}
        case list() | tuple() | set() | frozenset():
            return {"kind": "many", "values": sorted(_plain(item) for item in cast("Iterable[object]", value))}
        case _:
            raise TypeError(f"a form cannot hold a {type(value).__name__}")


def _plain(value: object) -> str:
    return str(value.value) if isinstance(value, Enum) else str(value)


def _formatted(value: datetime | date | time | Decimal | float) -> FieldData:
    match value:
        case datetime():
            if value.tzinfo is None:
                raise ValueError("a form holds aware times only")
            local = value.astimezone(OSLO)
            return {"kind": "text", "text": f"{local:%d.%m.%Y %H:%M}", "iso": f"{local:%Y-%m-%dT%H:%M}"}
        case date():
            return {"kind": "text", "text": f"{value:%d.%m.%Y}", "iso": f"{value:%Y-%m-%d}"}
        case time():
            return {"kind": "text", "text": f"{value:%H:%M}", "iso": f"{value:%H:%M}"}
        case _:
            plain = f"{value:f}" if isinstance(value, Decimal) else str(value)
            return {"kind": "text", "text": plain.replace(".", ","), "iso": plain}


class Form(BaseModel):
    """The values of one form: each field is `Annotated[type, locator]`; None leaves the control alone."""

    model_config: ClassVar[ConfigDict] = ConfigDict(
        frozen=True, hide_input_in_errors=True, extra="forbid", arbitrary_types_allowed=True
    )

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(type(self).model_fields)})"

    __str__ = __repr__

    def fields(self) -> Sequence[Field]:
        """List what is to be set, in the order of declaration."""
        places = _places(type(self))
        values = ((name, getattr(self, name)) for name in places)
        return [Field(name, places[name], written(value)) for name, value in values if value is not None]

    @classmethod
    def controls(cls) -> Sequence[Control]:
        """List the controls of the form, in the order of declaration."""
        annotations = {name: info.annotation for name, info in cls.model_fields.items()}
        return [Control(f"{cls.__name__}.{name}", at, _typed(annotations[name])) for name, at in _places(cls).items()]


def _typed(annotation: object) -> bool:
    """Whether values of this type are text in a page, as `written` has it."""
    kinds = get_args(annotation) if get_origin(annotation) in (Union, UnionType) else (annotation,)
    return not any(get_origin(kind) in _SEVERAL or kind in {bool, Path, *_SEVERAL} for kind in kinds)


@cache
def _places(form: type[Form]) -> dict[str, Locator]:
    places: dict[str, Locator] = {}
    for name, info in form.model_fields.items():
        found = [item for item in info.metadata if isinstance(item, Locator)]
        if len(found) != 1:
            raise TypeError(f"{form.__name__}.{name} needs one locator: Annotated[…, label(…)]")
        places[name] = found[0]
    return places
