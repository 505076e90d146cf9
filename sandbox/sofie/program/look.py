"""How the program looks: grey, raised and sunken, as desktop programs did around 2002."""

from __future__ import annotations

import tkinter as tk
from tkinter import font as fonts
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

WIDTH, HEIGHT = 1280, 800
GREY = "#d4d0c8"
PAPER = "#ffffff"
SHADE = "#f0eee6"
INK = "#000000"
LINE = "#a8a498"
CAPTION, CAPTION_FAR = "#0a246a", "#a6caf0"
CHOSEN = "#0a246a"
TYPEFACE = "DejaVu Sans"
_MOST_LISTED = 25
_OTHER_LINES = 15


class Look:
    """The fonts of a window, and the controls made with them; labels may have been renamed."""

    def __init__(self, size: int, renamed: dict[str, str]) -> None:
        self.plain = fonts.Font(family=TYPEFACE, size=-size)
        self.bold = fonts.Font(family=TYPEFACE, size=-size, weight="bold")
        self.line: int = self.plain.metrics("linespace") + 6
        self.listed: int = min(_MOST_LISTED, HEIGHT // self.line - _OTHER_LINES)
        """How many rows of a list fit a window."""
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

        def invoke(_: object) -> str:
            button.invoke()
            return "break"

        # Tk lets the space bar take effect only after a while, and what is typed meanwhile would be lost.
        for key in ("<Return>", "<space>"):
            _ = button.bind(key, invoke)
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
