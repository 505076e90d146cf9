"""A table as desktop programs draw them."""

from __future__ import annotations

import tkinter as tk
from typing import TYPE_CHECKING

from sandbox.sofie.program.look import CHOSEN, GREY, INK, LINE, PAPER, Look

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


class Grid(tk.Canvas):
    """A table: raised headers, lines between all cells, one row chosen."""

    def __init__(
        self, parent: tk.Misc, look: Look, columns: Sequence[tuple[str, int]], rows: int, opened: Callable[[int], None]
    ) -> None:
        self._look = look
        self._columns = columns
        self._line = look.line
        self._count = 0
        width = sum(width for _, width in columns)
        super().__init__(
            parent,
            width=width,
            height=self._line * (rows + 1) + 1,
            bg=PAPER,
            relief="sunken",
            bd=2,
            highlightthickness=0,
            takefocus=0,
        )
        x = 2
        for header, wide in columns:
            self._cell(x, wide, look.called(header))
            x += wide
        _ = self.bind("<Button-1>", lambda event: self._choose(self._row_at(event.y)))
        _ = self.bind("<Double-Button-1>", lambda event: self._open(self._row_at(event.y), opened))

    def _cell(self, x: int, wide: int, header: str) -> None:
        top, bottom = 2, self._line + 1
        _ = self.create_rectangle(x, top, x + wide - 1, bottom, fill=GREY, outline=LINE)
        _ = self.create_line([x, bottom, x, top, x + wide - 1, top], fill=PAPER)
        _ = self.create_text(x + 6, (top + bottom) // 2 + 1, text=header, font=self._look.bold, fill=INK, anchor="w")

    def add(self, row: Sequence[str]) -> None:
        """Add a row at the bottom; what is too long is cut off where its column ends."""
        top = 2 + self._line * (self._count + 1)
        bottom = top + self._line
        name = f"row{self._count}"
        _ = self.create_rectangle(2, top + 1, self._wide(), bottom, fill=PAPER, outline="", tags=(name,))
        x = 2
        for text, (_, wide) in zip(row, self._columns, strict=True):
            shown = self._fitting(text, wide - 10)
            _ = self.create_text(
                x + 6, (top + bottom) // 2, text=shown, font=self._look.plain, fill=INK, anchor="w", tags=(f"{name}t",)
            )
            x += wide
            _ = self.create_line(x - 1, top, x - 1, bottom, fill=LINE)
        _ = self.create_line(2, bottom, self._wide(), bottom, fill=LINE)
        self._count += 1

    def _fitting(self, text: str, room: int) -> str:
        while text and self._look.plain.measure(text) > room:
            text = text[:-1]
        return text

    def _wide(self) -> int:
        return 2 + sum(width for _, width in self._columns)

    def _row_at(self, y: int) -> int | None:
        row = (y - 2) // self._line - 1
        return row if 0 <= row < self._count else None

    def _choose(self, chosen: int | None) -> None:
        for row in range(self._count):
            back, ink = (CHOSEN, PAPER) if row == chosen else (PAPER, INK)
            _ = self.itemconfigure(f"row{row}", fill=back)
            _ = self.itemconfigure(f"row{row}t", fill=ink)

    def _open(self, row: int | None, opened: Callable[[int], None]) -> None:
        if row is not None:
            opened(row)
