"""Read XML from strangers piece by piece: no document type, hence no entities, and never a whole tree."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from xml.parsers import expat  # a document type, and so every XML bomb, is refused below

from common.spreadsheet.container import broken

_DEEPEST = 64
_LONGEST = 2_000_000  # of one tag or text, in bytes and characters
_TAGS = 1_000  # different ones

Start = Callable[[str, dict[str, str]], None]
End = Callable[[str, str], None]


def walk(chunks: Iterable[bytes], start: Start, end: End) -> Iterator[None]:
    """Call `start(tag, attributes)` and `end(tag, text)` for every element, by its local name; pauses after each piece.

    The text is what stands between an element's last tag and its end. Raises FileUnusable for what is not plain XML.
    """
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    depth, length, fed = 0, 0, 0
    texts: list[str] = []
    names: dict[str, str] = {}

    def on_start(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth, length
        depth += 1
        if depth > _DEEPEST or len(names) > _TAGS:
            broken()
        texts.clear()
        length = 0
        start(names.get(name) or names.setdefault(name, name.rpartition(" ")[2]), attributes)

    def on_end(name: str) -> None:
        nonlocal depth
        depth -= 1
        end(names[name], "".join(texts) if texts else "")
        texts.clear()

    def on_text(text: str) -> None:
        nonlocal length
        length += len(text)
        if length > _LONGEST:
            broken()
        texts.append(text)

    parser.StartElementHandler = on_start
    parser.EndElementHandler = on_end
    parser.CharacterDataHandler = on_text
    parser.StartDoctypeDeclHandler = _refuse
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
    yield


def walk_all(chunks: Iterable[bytes], start: Start, end: End) -> None:
    """The same without pauses, for parts that are small or that leave little behind."""
    for _ in walk(chunks, start, end):
        pass


def _refuse(*_: object) -> None:
    broken()
