"""How a case names the files that were handed over for it."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterator, Mapping
from enum import StrEnum
from functools import cache
from typing import Annotated, Any, cast, get_args

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator
from pydantic_core import PydanticCustomError

Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
"""The SHA-256 of a file's content, in small hexadecimal digits."""
_LONGEST = 250
_EXAMPLE = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"


class FileRole(StrEnum):
    """What a file is to its case."""

    MAIN = "MAIN"
    ATTACHMENT = "ATTACHMENT"


class FileRef(BaseModel):
    """A file, named by its content: what `POST /v1/files` answered for it. A field of a process's input has this type.

    A process may derive from it to ask for more.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True, hide_input_in_errors=True)

    sha256: Sha256 = Field(description="The SHA-256 of its content, in hexadecimal digits", examples=[_EXAMPLE])
    name: Annotated[str, StringConstraints(min_length=1, max_length=_LONGEST)] = Field(
        description="What it is called; its content decides what it is", examples=["vedtak.pdf"]
    )
    mime: Annotated[str, StringConstraints(max_length=100, pattern=r"^[a-z0-9.+-]+/[a-z0-9.+-]+$")] | None = Field(
        default=None, description="What its sender takes it for", examples=["application/pdf"]
    )
    role: FileRole = Field(default=FileRole.MAIN, description="The main file, or one that belongs to it")

    @field_validator("name")
    @classmethod
    def is_a_name(cls, name: str) -> str:
        """One spelling of each letter, and nothing that a file system would take for a way to somewhere else."""
        composed = unicodedata.normalize("NFC", name)
        if not name.isprintable() or "/" in name or "\\" in name or name in {".", ".."}:
            raise PydanticCustomError(
                "INVALID_VALUE", "A file's name is written with visible characters, without slashes, and is no folder's"
            )
        if len(composed) > _LONGEST:  # a few letters become several
            raise PydanticCustomError(
                "INVALID_VALUE", "A file's name has at most {longest} characters", {"longest": _LONGEST}
            )
        return composed

    def __repr__(self) -> str:
        return f"{type(self).__name__}(…)"

    __str__ = __repr__


@cache
def names_files(model: type[BaseModel]) -> bool:
    """Whether an input of that form may name files."""
    return _names_files(model, set())


def _names_files(declared: Any, seen: set[Any]) -> bool:
    if isinstance(declared, type) and issubclass(declared, FileRef):
        return True
    if isinstance(declared, type) and issubclass(declared, BaseModel):
        if declared in seen:
            return False
        seen.add(declared)
        return any(_names_files(field.annotation, seen) for field in declared.model_fields.values())
    return any(_names_files(part, seen) for part in get_args(declared))


def files_of(given: BaseModel) -> Iterator[tuple[str, FileRef]]:
    """The files that an input names, each with the place where it does (`files.0`)."""
    for name in type(given).model_fields:
        yield from _found(name, getattr(given, name))


def _found(place: str, value: Any) -> Iterator[tuple[str, FileRef]]:
    if isinstance(value, FileRef):
        yield place, value
    elif isinstance(value, BaseModel):
        for inner, ref in files_of(value):
            yield f"{place}.{inner}", ref
    elif isinstance(value, Mapping):
        # By its number: a place is told in problems, and a key may be anybody's.
        yield from _found(place, list(cast("Mapping[Any, Any]", value).values()))
    elif isinstance(value, Collection) and not isinstance(value, str | bytes):
        for number, inner in enumerate(cast("Collection[Any]", value)):
            yield from _found(f"{place}.{number}", inner)
