"""Read XML from strangers piece by piece: no document type, hence no entities, and never a whole tree."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Generic, TypeVar
from xml.parsers import expat  # a document type, and so every XML bomb, is refused below

from common.spreadsheet.container import broken

_DEEPEST = 64
_LONGEST = 2_000_000  # of one tag or text, in bytes and characters
_TAGS = 1_000  # different ones

T = TypeVar("T")
Starts = Mapping[str, Callable[[dict[str, str]], None]]
"""What takes an element's attributes when it begins, by its tag."""
Ends = Mapping[str, Callable[[str], None]]
"""What takes the text between an element's last tag and its end, by its tag."""


class _ByName(dict[str, "T | None"], Generic[T]):
    """What is called for an element, by its name with whatever prefix it has."""

    def __init__(self, called: Mapping[str, T]) -> None:
        super().__init__()
        self._called = called

    def __missing__(self, name: str) -> T | None:
        if len(self) > _TAGS:
            broken()
        return self.setdefault(name, self._called.get(name.rpartition(":")[2]))


def walk(chunks: Iterable[bytes], starts: Starts, ends: Ends) -> Iterator[None]:
    """Call what these name for every element, and pause after each piece.

    Raises FileUnusable for what is not plain XML.
    """
    parser, fed = _parser(starts, ends), 0
    try:
        for chunk in chunks:
            parser.Parse(chunk, False)
            fed += len(chunk)
            if fed - parser.CurrentByteIndex > _LONGEST:  # the parser hoards a tag that does not end
                broken()
            yield
        parser.Parse(b"", True)
    except (expat.ExpatError, ValueError):
        broken()
    except LookupError as error:
        # So says Python of an encoding that nobody knows; what it says of a key or a place would be our own fault.
        if type(error) is not LookupError:
            raise
        broken()
    yield


def _parser(starts: Starts, ends: Ends) -> expat.XMLParserType:
    starting, ending = _ByName(starts), _ByName(ends)
    depth, text = 0, ""

    def on_start(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth, text
        depth += 1
        if depth > _DEEPEST:
            broken()
        text = ""
        if start := starting[name]:
            start(attributes)

    def on_end(name: str) -> None:
        nonlocal depth, text
        depth -= 1
        if end := ending[name]:
            end(text)
        text = ""

    def on_text(piece: str) -> None:
        nonlocal text
        text = text + piece if text else piece  # mostly it comes in one
        if len(text) > _LONGEST:
            broken()

    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = on_start
    parser.EndElementHandler = on_end
    parser.CharacterDataHandler = on_text
    parser.StartDoctypeDeclHandler = _refuse
    return parser


def walk_all(chunks: Iterable[bytes], starts: Starts, ends: Ends | None = None) -> None:
    """The same without pauses, for parts that are small or that leave little behind."""
    for _ in walk(chunks, starts, ends or {}):
        pass


def _refuse(*_: object) -> None:
    broken()
