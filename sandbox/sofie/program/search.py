"""The window the program begins with: a document by its number, and the documents that wait for the archive."""

from __future__ import annotations

import tkinter as tk
from typing import TYPE_CHECKING, Any

from sandbox.sofie.program.grid import Grid
from sandbox.sofie.program.look import GREY
from sandbox.sofie.program.window import Window

if TYPE_CHECKING:
    from sandbox.sofie.program.desk import Desk

_COLUMNS = (("Dokumentnr.", 300), ("Saksref.", 320), ("Dokumenttype", 400), ("Dok.dato", 190))


class Search(Window):
    title = "SOFIE – Søk dokument"

    def __init__(self, desk: Desk, told: dict[str, Any]) -> None:
        super().__init__(desk)
        self._page: int = told["page"]
        self._numbers = [row[0] for row in told["rows"]]
        self._number = self._ask()
        self._list(told)

    def _ask(self) -> tk.Entry:
        group = self.look.group(self.body, "Søk")
        group.pack(side="top", fill="x")
        self.look.label(group, "Dokumentnr.", bold=True).pack(side="left", padx=(0, 10))
        entry = self.look.entry(group, 30)
        entry.pack(side="left", padx=(0, 14))
        _ = entry.bind("<Return>", lambda _: self._fetch())
        self.button(group, "Hent", self._fetch).pack(side="left")
        return entry

    def _list(self, told: dict[str, Any]) -> None:
        group = self.look.group(self.body, "Til arkivering")
        group.pack(side="top", fill="both", expand=True, pady=(10, 0))
        grid = Grid(group, self.look, _COLUMNS, self.look.listed, self._open)
        grid.pack(side="top", anchor="w")
        for row in told["rows"]:
            self.paint(lambda row=row: grid.add(row))
        below = tk.Frame(group, bg=GREY)
        below.pack(side="top", anchor="w", pady=(6, 0))
        back = self.button(below, "Forrige", lambda: self.desk.show_search(self._page - 1))
        on = self.button(below, "Neste", lambda: self.desk.show_search(self._page + 1))
        _ = back.config(state="normal" if self._page > 1 else "disabled")
        _ = on.config(state="normal" if self._page < told["pages"] else "disabled")
        back.pack(side="left")
        on.pack(side="left", padx=8)
        side = f"Side {self._page} av {told['pages']}"
        self.look.label(below, side).pack(side="left", padx=(10, 30))
        self.look.label(below, "1 dokument" if told["count"] == 1 else f"{told['count']} dokumenter").pack(side="left")

    def _open(self, row: int) -> None:
        if self.desk.front is self:
            self.desk.show_document(self._numbers[row])

    def focus_first(self) -> None:
        self._number.focus_set()

    def _fetch(self) -> None:
        self.desk.show_document(self._number.get().strip())
