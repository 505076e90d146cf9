"""Rows of a CSV file as Norwegian offices make them: UTF-8 or Windows-1252, with `;`, `,` or tabs, quoted or not."""

from __future__ import annotations

import codecs
import csv
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from io import TextIOWrapper
from typing import BinaryIO

from common.spreadsheet.cell import Cell, Flaw, tidy
from common.spreadsheet.complaint import Limits, unusable

DELIMITERS = ";,\t"
_CHUNK = 1 << 16
_LONGEST_LINE = 1_000_000  # characters
_CONTROL = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_TWICE_ENCODED = re.compile(rb"\xc3[\xa5\xa6\xb8\x85\x86\x98]")  # å æ ø Å Æ Ø in UTF-8
_SEPARATOR_LINE = re.compile(r'"?sep=(.)"?\s*', re.IGNORECASE)
# What Excel would calculate; signed numbers and telephone numbers, and a lone dash, are what they look like.
_HARMLESS = re.compile(r"[+\-\u2212](?:[\d\s.,()\-\u00a0\u202f]+(?:E[+-]?\d+)?)?", re.IGNORECASE)


class CommaSeparated:
    """A text file with one record per row; raises FileUnusable when it cannot be one."""

    def __init__(self, file: BinaryIO, limits: Limits, is_header: Callable[[str], bool]) -> None:
        self._file = file
        self._limits = limits
        self._encoding = _encoding(file)
        self._delimiter, self._skipped = self._found_delimiter(is_header)

    def records(self) -> Iterator[tuple[int, list[Cell]]]:
        """Every row that is not blank, with the number that a spreadsheet shows beside it."""
        self._file.seek(0)
        text = TextIOWrapper(self._file, encoding=self._encoding, errors="strict", newline="")
        try:
            lines = _lines(text)
            for _ in range(self._skipped):
                next(lines)
            yield from self._records(lines)
        finally:
            _let_go(text)

    def _records(self, lines: Iterator[str]) -> Iterator[tuple[int, list[Cell]]]:
        reader = csv.reader(lines, delimiter=self._delimiter, strict=True)
        number = 0
        while True:
            number += 1
            try:
                record = next(reader, None)
            except csv.Error:
                unusable(
                    "NOT_A_TABLE",
                    f'In row {number} a quotation mark is not closed or stands inside a text: write it twice ("")',
                    row=number,
                )
            if record is None:
                return
            cells = [_cell(text) for text in record]
            if any(cell is not None for cell in cells):
                yield number, cells

    def _found_delimiter(self, is_header: Callable[[str], bool]) -> tuple[str, int]:
        """The delimiter under which most headers are known, and how many lines stand above the header."""
        self._file.seek(0)
        text = TextIOWrapper(self._file, encoding=self._encoding, errors="strict", newline="")
        try:
            lines = _lines(text)
            first = next(lines, "")
            if told := _SEPARATOR_LINE.fullmatch(first):
                return (told[1], 1) if told[1] in DELIMITERS else unusable("NOT_A_TABLE", "Use ; or , between columns")
            while first and not first.strip():
                first = next(lines, "")
        finally:
            _let_go(text)

        def known(delimiter: str) -> tuple[int, int]:
            names = next(csv.reader([first], delimiter=delimiter), list[str]())
            return sum(map(is_header, names)), len(names)

        return max(DELIMITERS, key=known), 0


def _let_go(text: TextIOWrapper) -> None:
    """The file stays open for its owner, who may have closed it by now."""
    with suppress(ValueError):
        text.detach()


def _cell(text: str) -> Cell:
    found = tidy(text)
    if found is None or found[0] not in "=@+-\u2212":
        return found
    return found if _HARMLESS.fullmatch(found) else Flaw.FORMULA


def _lines(text: TextIOWrapper) -> Iterator[str]:
    number = 0
    while line := text.readline(_LONGEST_LINE + 1):
        number += 1
        if len(line) > _LONGEST_LINE:
            unusable("TOO_LARGE", f"Line {number} is longer than {_LONGEST_LINE} characters; is this a table?")
        yield line


def _encoding(file: BinaryIO) -> str:
    """UTF-8 when all of it is valid UTF-8, Windows-1252 otherwise; looks at the whole file in pieces."""
    file.seek(0)
    start = file.read(4)
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or b"\0" in start.strip(b"\0"):
        unusable("WRONG_ENCODING", "The text is in UTF-16: save it as `CSV UTF-8` in Excel")
    file.seek(0)
    decoders = {name: codecs.getincrementaldecoder(name)("strict") for name in ("utf-8", "cp1252")}
    twice, last = False, b""
    while decoders:
        chunk = file.read(_CHUNK)
        if _CONTROL.search(chunk):
            unusable("NOT_A_TABLE", "The file is not text: send a CSV or XLSX file")
        twice = twice or bool(_TWICE_ENCODED.search(last + chunk))
        last = chunk[-1:]
        for name, decoder in list(decoders.items()):
            try:
                decoder.decode(chunk, final=not chunk)
            except UnicodeDecodeError:
                del decoders[name]
        if not chunk:
            break
    if "utf-8" in decoders:
        return "utf-8-sig"
    if "cp1252" not in decoders or twice or start.startswith(codecs.BOM_UTF8):
        unusable("WRONG_ENCODING", "Parts of the text are in another encoding: save the file as `CSV UTF-8` in Excel")
    return "cp1252"
