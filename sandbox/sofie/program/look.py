"""How the program looks: grey, raised and sunken, as desktop programs did around 2002."""

from __future__ import annotations

import tkinter as tk
from tkinter import font as fonts
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

WIDTH, HEIGHT = 1280, 800
GREY = "#d4d0c8"
PAPER = "#ffffff"
SHADE = "#f0eee6"
INK = "#000000"
LINE = "#a8a498"
CAPTION, CAPTION_FAR = "#0a246a", "#a6caf0"
CHOSEN = "#0a246a"
TYPEFACE = "DejaVu Sans"


class Look:
    """The fonts of a window, and the controls made with them; labels may have been renamed."""

    def __init__(self, size: int, renamed: dict[str, str]) -> None:
        self.plain = fonts.Font(family=TYPEFACE, size=-size)
        self.bold = fonts.Font(family=TYPEFACE, size=-size, weight="bold")
        self.line: int = self.plain.metrics("linespace") + 6
        self._renamed = renamed

    def called(self, label: str) -> str:
        return self._renamed.get(label, label)

    def label(self, parent: tk.Misc, text: str, *, bold: bool = False) -> tk.Label:
        return tk.Label(
            parent, text=self.called(text), font=self.bold if bold else self.plain, bg=GREY, anchor="w", padx=0
        )

    def value(self, parent: tk.Misc) -> tk.Label:
        """A sunken box with something that cannot be changed."""
        return tk.Label(
            parent, font=self.plain, bg=SHADE, fg=INK, anchor="w", relief="sunken", bd=2, padx=3, pady=1, takefocus=0
        )

    def entry(self, parent: tk.Misc, width: int) -> tk.Entry:
        entry = tk.Entry(
            parent,
            font=self.plain,
            width=width,
            bg=PAPER,
            fg=INK,
            relief="sunken",
            bd=2,
            insertofftime=0,  # a caret that blinks never lets the picture settle
            selectbackground=CHOSEN,
            selectforeground=PAPER,
            highlightthickness=0,
        )
        for keys in ("<Control-a>", "<Control-A>"):
            _ = entry.bind(keys, _select_all)
        return entry

    def button(self, parent: tk.Misc, text: str, press: Callable[[], None]) -> tk.Button:
        button = tk.Button(
            parent,
            text=self.called(text),
            font=self.plain,
            command=press,
            bg=GREY,
            activebackground=GREY,
            relief="raised",
            bd=2,
            padx=12,
            pady=2,
            width=9,
            highlightthickness=1,
            highlightbackground=GREY,
            highlightcolor=INK,
        )
        _ = button.bind("<Return>", lambda _: button.invoke())
        return button

    def group(self, parent: tk.Misc, text: str) -> tk.LabelFrame:
        return tk.LabelFrame(
            parent, text=f" {self.called(text)} ", font=self.bold, bg=GREY, relief="groove", bd=2, padx=12, pady=8
        )

    def caption(self, parent: tk.Misc, text: str, width: int) -> tk.Canvas:
        """A title bar: dark on the left, and lighter to the right."""
        height = self.line + 4
        bar = tk.Canvas(parent, width=width, height=height, highlightthickness=0, bd=0, bg=CAPTION)
        _shade(bar, width // 2, width, height)
        _ = bar.create_text(10, height // 2, text=self.called(text), font=self.bold, fill=PAPER, anchor="w")
        return bar


def _select_all(event: tk.Event[tk.Entry]) -> str:
    event.widget.selection_range(0, "end")
    event.widget.icursor("end")
    return "break"


def _shade(bar: tk.Canvas, start: int, end: int, height: int) -> None:
    near, far = (bar.winfo_rgb(colour) for colour in (CAPTION, CAPTION_FAR))
    step = 8
    for x in range(start, end, step):
        part = (x - start) / (end - start)
        red, green, blue = (int(a + (b - a) * part) >> 8 for a, b in zip(near, far, strict=True))
        colour = f"#{red:02x}{green:02x}{blue:02x}"
        _ = bar.create_rectangle(x, 0, x + step, height, fill=colour, outline=colour)


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
            height=self._line * (rows + 1),
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
        _ = self.create_line(x, bottom, x, top, x + wide - 1, top, fill=PAPER)
        _ = self.create_text(x + 6, (top + bottom) // 2 + 1, text=header, font=self._look.bold, fill=INK, anchor="w")

    def add(self, row: Sequence[str]) -> None:
        """Add a row at the bottom; what is too long is cut off where its column ends."""
        top = 2 + self._line * (self._count + 1)
        bottom = top + self._line
        name = f"row{self._count}"
        _ = self.create_rectangle(2, top, self._wide(), bottom, fill=PAPER, outline="", tags=(name,))
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
