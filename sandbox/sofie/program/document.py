"""The window of a document: what is known of it, its files, and where it stands in the archive."""

from __future__ import annotations

import tkinter as tk
from typing import TYPE_CHECKING, Any

from sandbox.sofie.program.grid import Grid
from sandbox.sofie.program.look import GREY
from sandbox.sofie.program.window import Window

if TYPE_CHECKING:
    from sandbox.sofie.program.desk import Desk

_LEFT = ("Dokumentnr.", "Saksref.", "Part-id", "Navn", "Adressesperre", "Saksbehandler")
_RIGHT = ("Dokumenttype", "Retning", "Dok.dato", "Mottatt", "Sendt")
_COLUMNS = (("Nr.", 70), ("Filnavn", 720), ("Rolle", 260), ("Størrelse", 160))
_ROWS = 8


class Document(Window):
    title = "SOFIE – Dokument"

    def __init__(self, desk: Desk, told: dict[str, Any]) -> None:
        super().__init__(desk)
        self._number: str = told["number"]
        self._facts(told["fields"])
        self._files(told["files"])
        self._reference = self._archive(told["archive_ref"])
        self._below()
        _ = self._reference.bind("<Return>", lambda _: self._save())

    def _facts(self, fields: dict[str, str]) -> None:
        group = self.look.group(self.body, "Dokument")
        group.pack(side="top", fill="x")
        for column, labels in ((0, _LEFT), (2, _RIGHT)):
            for row, label in enumerate(labels):
                self.boxed(group, row, column, label, fields[label])
        _ = group.columnconfigure(1, weight=3, uniform="values")
        _ = group.columnconfigure(3, weight=2, uniform="values")

    def _files(self, files: list[list[str]]) -> None:
        group = self.look.group(self.body, "Filer")
        group.pack(side="top", fill="x", pady=(10, 0))
        grid = Grid(group, self.look, _COLUMNS, max(_ROWS, len(files)), lambda _: None)
        grid.pack(side="top", anchor="w")
        for file in files:
            self.paint(lambda file=file: grid.add(file))

    def _archive(self, reference: str) -> tk.Entry:
        group = self.look.group(self.body, "Arkiv")
        group.pack(side="top", fill="x", pady=(10, 0))
        self.look.label(group, "Arkivref.", bold=True).pack(side="left", padx=(0, 10))
        entry = self.look.entry(group, 30)
        entry.pack(side="left", padx=(0, 14))
        self.button(group, "Lagre", self._save).pack(side="left")
        self.paint(lambda: entry.insert(0, reference))
        return entry

    def _below(self) -> None:
        below = tk.Frame(self.body, bg=GREY)
        below.pack(side="top", fill="x", pady=(14, 0))
        self.button(below, "Eksporter", self._export).pack(side="left")
        self.button(below, "Tilbake", self.desk.show_search).pack(side="left", padx=8)

    def focus_first(self) -> None:
        self._reference.focus_set()

    def escape(self) -> None:
        """Go back to where the program begins."""
        self.desk.show_search()

    def _save(self) -> None:
        self.desk.do("arkivref", number=self._number, reference=self._reference.get())

    def _export(self) -> None:
        self.desk.do("eksport", number=self._number)
