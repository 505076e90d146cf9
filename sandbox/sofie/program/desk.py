"""The program as a whole: which window is in front, and what it asks of its server."""

from __future__ import annotations

import tkinter as tk
from typing import TYPE_CHECKING, Any

from sandbox.sofie.program.document import Document
from sandbox.sofie.program.link import Link, LinkError
from sandbox.sofie.program.look import GREY, HEIGHT, WIDTH, Look
from sandbox.sofie.program.search import Search
from sandbox.sofie.program.window import FETCHING, READY

if TYPE_CHECKING:
    from sandbox.sofie.program.window import Window

_TYPED_AHEAD = 3000  # milliseconds
_FAILED = "Databasefeil. Prøv på nytt, eller kontakt brukerstøtte."


class Desk:
    def __init__(self, root: tk.Tk, link: Link, user: str) -> None:
        self.root = root
        self.user = user
        self.font: int = 11
        self.paint_seconds: float = 0.0
        self.labels: dict[str, str] = {}
        self._link = link
        self._box: tk.Frame | None = None
        root.geometry(f"{WIDTH}x{HEIGHT}+0+0")
        _ = root.config(bg=GREY, cursor="left_ptr")
        self.front: Window = Search(self, {"rows": [], "page": 1, "pages": 1, "count": 0})
        _ = root.bind("<Escape>", lambda _: self._escape())

    def run(self) -> None:
        """Show the first window, say that it is there, and serve whoever sits at it."""
        self._show(self.front)
        self.root.update()
        self.root.focus_force()
        self.show_search()
        self.root.update()
        _ = self._link.ask("tegnet")
        self.root.mainloop()

    def show_search(self, page: int = 1) -> None:
        """Open the window that everything begins with."""
        rows = Look(self.font, self.labels).listed
        told = self._ask("liste", page=page, rows=rows)
        if told and Look(self.font, self.labels).listed != rows:
            self.show_search(page)  # in letters of another size other rows fit
        elif told:
            self._show(Search(self, told))
            self._tell(told)

    def show_document(self, number: str) -> None:
        """Open a document, or let the status line say why not."""
        told = self._ask("dokument", number=number)
        if told and "document" in told:
            self._show(Document(self, told["document"]))
        self._tell(told)

    def do(self, what: str, **asked: object) -> None:
        """Have something done to the document in front."""
        self._tell(self._ask(what, **asked))

    def _ask(self, what: str, **asked: object) -> dict[str, Any]:
        """Ask the server, with the window standing still meanwhile; empty when nothing came of it."""
        self.front.say(FETCHING)
        _ = self.root.config(cursor="watch")
        self.root.update_idletasks()
        try:
            told = self._link.ask(what, **asked)
        except LinkError:
            told = {}
            self.say(_FAILED)
        finally:
            _ = self.root.config(cursor="left_ptr")
        self.front.say(READY)
        if "font" not in told:
            return {}
        self.font, self.paint_seconds, self.labels = told["font"], told["paint_seconds"], told["labels"]
        return told

    def _tell(self, told: dict[str, Any]) -> None:
        if "status" in told:
            self.front.say(told["status"])
        if told.get("message"):
            self.say(told["message"])

    def _show(self, window: Window) -> None:
        last, self.front = self.front, window
        window.show()
        if last is not window:
            last.place_forget()
            # Keys that were pressed meanwhile are addressed to what lay under the pointer then: they are not to get lost.
            _ = self.root.after(_TYPED_AHEAD, last.destroy)

    def _escape(self) -> None:
        if self._box:
            self._close_box()
        elif isinstance(self.front, Document):
            self.front.escape()

    def say(self, text: str) -> None:
        """Put a message in front of everything, until somebody has read it."""
        if self._box:
            self._close_box()
        look = Look(self.font, self.labels)
        box = tk.Frame(self.root, bg=GREY, relief="raised", bd=3)
        width = max(320, look.plain.measure(max(text.split("\n"), key=len)) + 60)
        width = min(width, 700)
        look.caption(box, "Melding", width).pack(side="top")
        tk.Label(
            box,
            text=text,
            font=look.plain,
            bg=GREY,
            justify="left",
            anchor="w",
            padx=20,
            pady=18,
            wraplength=width - 40,
        ).pack(side="top", fill="x")
        close = look.button(box, "OK", self._close_box)
        close.pack(side="top", pady=(0, 14))
        box.place(relx=0.5, rely=0.4, anchor="center")
        self._box = box
        self.root.update_idletasks()
        box.grab_set()
        close.focus_set()

    def _close_box(self) -> None:
        if self._box:
            self._box.grab_release()
            self._box.destroy()
            self._box = None
        self.front.focus_first()
