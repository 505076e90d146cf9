"""The columns of a process's table, from its declaration: what each holds, and by which headers it is known."""

from __future__ import annotations

import types
import unicodedata
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from enum import Enum, StrEnum
from typing import Annotated, Any, Literal, Union, cast, get_args, get_origin
from uuid import UUID

from pydantic import (
    AliasChoices,
    AwareDatetime,
    BaseModel,
    FutureDate,
    FutureDatetime,
    NaiveDatetime,
    PastDate,
    PastDatetime,
)
from pydantic.fields import FieldInfo
from pydantic_core import to_jsonable_python

from common.errors import ConfigurationError
from common.process import CaseInput


class Kind(StrEnum):
    """What the cells of a column hold."""

    TEXT = "text"
    WHOLE = "whole number"
    NUMBER = "number"
    BOOLEAN = "boolean"
    DATE = "date"
    DATETIME = "datetime"
    CHOICE = "choice"


class OwnCommas:
    """Marks a list whose values hold commas (`3,5`): in a cell only semicolons and line breaks stand between them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of a process's table."""

    name: str
    """Its header: the field's name, or `address.street` for a field of a nested model."""
    path: tuple[str, ...]
    """Where its value stands in the input."""
    kind: Kind
    required: bool
    several: bool = False
    """A list: one cell holds `a; b` or `a, b`."""
    own_commas: bool = False
    """A list whose values hold commas themselves."""
    local: bool = False
    """A datetime that must not carry an offset."""
    choices: tuple[Any, ...] = ()
    """The values of a choice, as JSON has them."""
    aliases: tuple[str, ...] = ()
    description: str = ""
    example: Any = None
    """As JSON has it; None where the declaration gives none."""

    @property
    def headers(self) -> frozenset[str]:
        """All headers it is known by, in the form that `header` gives."""
        return frozenset(header(name) for name in (self.name, *self.aliases))


def header(text: str) -> str:
    """The one form of a header, however people write it: ` Test time ` is `test_time`."""
    composed = unicodedata.normalize("NFC", text.replace("\ufeff", "")).casefold()
    return "_".join(composed.replace("-", " ").replace("_", " ").split())


def columns_of(model: type[BaseModel]) -> tuple[Column, ...]:
    """The columns of a table of such inputs, the process's own first, then those that every case may carry.

    A nested model has dotted columns, a list of simple values one column. Raises ConfigurationError, naming the field,
    for a model that no table can hold: lists of models, mappings, recursion, fields of several kinds.
    """
    found = sorted(_columns(model, (), required=True, above=()), key=lambda c: c.path[0] in CaseInput.model_fields)
    taken: dict[str, str] = {}
    for column in found:
        for name in column.headers:
            if name in taken:
                raise ConfigurationError(f"{model.__name__} has two columns called {name}: rename a field or an alias")
            taken[name] = column.name
    return tuple(found)


def _columns(
    model: type[BaseModel], path: tuple[str, ...], *, required: bool, above: tuple[type[BaseModel], ...]
) -> Iterator[Column]:
    if model in above:
        raise ConfigurationError(f"{above[0].__name__}: {'.'.join(path)} holds itself; no table can hold that")
    for name, info in model.model_fields.items():
        key, aliases = _names(model, name, info)
        where = (*path, key)
        needed = required and info.is_required()
        inner: Any = _bare(info.annotation)
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            yield from _columns(inner, where, required=needed, above=(*above, model))
            continue
        item: Any = _item(inner)
        kind = _kind(inner if item is None else item)
        if kind is None:
            owner = (*above, model)[0].__name__
            raise ConfigurationError(
                f"{owner}: {'.'.join(where)} cannot be a column of a table; "
                "use a simple type, a list of simple values or a nested model"
            )
        base = cast("Any", inner if item is None else item)
        choices = _choices(base) if kind is Kind.CHOICE else ()
        yield Column(
            name=".".join(where),
            path=where,
            kind=kind,
            required=needed,
            several=item is not None,
            own_commas=any(isinstance(mark, OwnCommas) for mark in info.metadata),
            local=base is NaiveDatetime,
            choices=choices,
            aliases=tuple(".".join((*path, alias)) for alias in aliases),
            description=_said(info, "description") or "",
            example=_example(info) if not choices else (_example(info) or choices[0]),
        )


def _names(model: type[BaseModel], name: str, info: FieldInfo) -> tuple[str, list[str]]:
    """The key that the validator takes, and its other names."""
    alias = info.validation_alias if info.validation_alias is not None else info.alias
    others: list[Any] = alias.choices if isinstance(alias, AliasChoices) else [alias]
    aliases = [other for other in others if isinstance(other, str)]
    config = model.model_config
    by_name = config.get("populate_by_name") or config.get("validate_by_name")
    key = name if by_name or not aliases or name in aliases else aliases[0]
    return key, [other for other in dict.fromkeys(aliases) if other != key]


def _parts(annotation: Any) -> Iterator[Any]:
    """The alternatives of an annotation but None, without what is annotated."""
    origin = get_origin(annotation)
    if origin is Annotated:
        yield from _parts(get_args(annotation)[0])
    elif origin is Union or origin is types.UnionType:
        for part in get_args(annotation):
            yield from _parts(part)
    elif annotation is not types.NoneType and annotation is not None:
        yield annotation


def _bare(annotation: Any) -> Any:
    """The one type that a field holds; None where it may hold several kinds."""
    parts = list(_parts(annotation))
    if len(parts) > 1 and len({_kind(part) for part in parts}) == 1 and _kind(parts[0]) not in {None, Kind.CHOICE}:
        return parts[0]
    return parts[0] if len(parts) == 1 else None


_LISTS = (list, set, frozenset, tuple, Sequence, AbstractSet)


def _item(annotation: Any) -> Any:
    """What a list of one type holds; None for anything else."""
    arguments = get_args(annotation)
    if get_origin(annotation) not in _LISTS or not arguments:
        return None
    if get_origin(annotation) is tuple and arguments[1:] != (Ellipsis,):
        return None
    return _bare(arguments[0])


_KINDS: dict[Any, Kind] = {
    bool: Kind.BOOLEAN,
    int: Kind.WHOLE,
    float: Kind.NUMBER,
    Decimal: Kind.NUMBER,
    date: Kind.DATE,
    PastDate: Kind.DATE,
    FutureDate: Kind.DATE,
    datetime: Kind.DATETIME,
    AwareDatetime: Kind.DATETIME,
    NaiveDatetime: Kind.DATETIME,
    PastDatetime: Kind.DATETIME,
    FutureDatetime: Kind.DATETIME,
    str: Kind.TEXT,
    time: Kind.TEXT,
    UUID: Kind.TEXT,
}


def _kind(annotation: Any) -> Kind | None:
    if get_origin(annotation) is Literal or (isinstance(annotation, type) and issubclass(annotation, Enum)):
        return Kind.CHOICE
    return _KINDS.get(annotation)


def _choices(annotation: Any) -> tuple[Any, ...]:
    if get_origin(annotation) is Literal:
        return tuple(to_jsonable_python(value) for value in get_args(annotation))
    return tuple(to_jsonable_python(member.value) for member in cast("type[Enum]", annotation))


def _said(info: FieldInfo, what: Literal["description", "examples"]) -> Any:
    """What the field says of itself, or else its type (`PhoneNumber`)."""
    said: list[Any] = [getattr(part, what) for part in (info, *_annotated(info.annotation))]
    return next((text for text in said if text), None)


def _annotated(annotation: Any) -> Iterator[FieldInfo]:
    arguments = get_args(annotation)
    if get_origin(annotation) is Annotated:
        yield from (extra for extra in arguments[1:] if isinstance(extra, FieldInfo))
        arguments = arguments[:1]
    if get_origin(annotation) is not Literal:
        for part in arguments:
            yield from _annotated(part)


def _example(info: FieldInfo) -> Any:
    examples = _said(info, "examples")
    return to_jsonable_python(examples[0]) if examples else None
