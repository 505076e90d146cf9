"""A form with a file, read as it comes in: the file goes to the disk piece by piece, never whole through memory."""

from collections.abc import AsyncIterable
from dataclasses import dataclass, field
from typing import Final

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.exceptions import HTTPException
from starlette.requests import Request

from sandbox.esa.files import Arriving

LONGEST_FIELD: Final = 16_384


@dataclass(slots=True)
class _Part:
    """What is between two boundaries."""

    disposition: bytearray = field(default_factory=bytearray)
    name: str = ""
    is_file: bool = False
    text: bytearray = field(default_factory=bytearray)


class _Form:
    """Hears of the parts of a form as they pass by."""

    def __init__(self, boundary: bytes, arriving: Arriving) -> None:
        self.values: dict[str, str] = {}
        self._arriving = arriving
        self._part = _Part()
        self._header = bytearray()
        self._content = bytearray()
        self._parser = MultipartParser(
            boundary,
            {
                "on_part_begin": self._begin,
                "on_header_begin": self._begin_header,
                "on_header_field": self._name_header,
                "on_header_value": self._read_header,
                "on_header_end": self._end_header,
                "on_headers_finished": self._know,
                "on_part_data": self._read,
                "on_part_end": self._end,
            },
        )

    async def read(self, pieces: AsyncIterable[bytes]) -> None:
        async for piece in pieces:
            _ = self._parser.write(piece)
        self._parser.finalize()

    def _begin(self) -> None:
        self._part = _Part()

    def _begin_header(self) -> None:
        self._header, self._content = bytearray(), bytearray()

    def _name_header(self, data: bytes, start: int, end: int) -> None:
        self._header += data[start:end]

    def _read_header(self, data: bytes, start: int, end: int) -> None:
        self._content += data[start:end]

    def _end_header(self) -> None:
        if bytes(self._header).lower() == b"content-disposition":
            self._part.disposition = self._content

    def _know(self) -> None:
        _, options = parse_options_header(bytes(self._part.disposition))
        self._part.name = options.get(b"name", b"").decode(errors="replace")
        self._part.is_file = b"filename" in options

    def _read(self, data: bytes, start: int, end: int) -> None:
        if self._part.is_file:
            self._arriving.write(data[start:end])
        elif len(self._part.text) + end - start > LONGEST_FIELD:
            raise HTTPException(400)
        else:
            self._part.text += data[start:end]

    def _end(self) -> None:
        if not self._part.is_file:
            self.values[self._part.name] = self._part.text.decode(errors="replace")


async def receive(request: Request, arriving: Arriving) -> dict[str, str]:
    """Read a posted form to its end, its file into `arriving`; raises HTTPException for what is no such form.

    What is too large is read to its end as well: a browser that is still sending does not listen to an answer.
    """
    kind, options = parse_options_header(request.headers.get("content-type", ""))
    if kind != b"multipart/form-data" or b"boundary" not in options:
        raise HTTPException(400)
    form = _Form(options[b"boundary"], arriving)
    try:
        await form.read(request.stream())
    except FormParserError:
        raise HTTPException(400) from None
    return form.values
