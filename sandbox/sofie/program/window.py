"""What both windows have: caption, menu, body, status line; values that may be painted late."""

from __future__ import annotations

import tkinter as tk
from typing import TYPE_CHECKING, ClassVar

from sandbox.sofie.program.look import CAPTION, GREY, HEIGHT, PAPER, WIDTH, Look

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.sofie.program.desk import Desk

FETCHING, READY = "Henter …", "Klar"
_PIECES = 6


class Window(tk.Frame):
    title: ClassVar[str]

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk.root, width=WIDTH, height=HEIGHT, bg=GREY)
        self.desk = desk
        self.look = Look(desk.font, desk.labels)
        self._late: list[Callable[[], object]] = []
        self.pack_propagate(False)
        self.look.caption(self, self.title, WIDTH).pack(side="top")
        self._menu().pack(side="top", fill="x")
        self._letterhead().pack(side="top", fill="x")
        self._status = self._status_line()
        self.body = tk.Frame(self, bg=GREY, padx=16, pady=10)
        self.body.pack(side="top", fill="both", expand=True)

    def _menu(self) -> tk.Frame:
        menu = tk.Frame(self, bg=GREY, relief="raised", bd=1, padx=6)
        for name, item, press in (
            ("Fil", "Nytt søk", self.desk.show_search),
            ("Hjelp", "Om SOFIE", lambda: self.desk.say("SOFIE 4.2\nSkattedirektoratet")),
        ):
            top = tk.Menubutton(
                menu, text=name, font=self.look.plain, bg=GREY, activebackground=GREY, padx=6, pady=2, takefocus=0
            )
            below = tk.Menu(top, tearoff=False, font=self.look.plain, bg=GREY)
            below.add_command(label=item, command=press)
            top["menu"] = below
            top.pack(side="left")
        return menu

    def _letterhead(self) -> tk.Frame:
        head = tk.Frame(self, bg=PAPER, relief="sunken", bd=1, padx=16, pady=5)
        tk.Label(head, text="Skatteoppkreveren i Demokommunen", font=self.look.bold, fg=CAPTION, bg=PAPER).pack(
            side="left"
        )
        tk.Label(head, text="Innfordring", font=self.look.plain, fg=CAPTION, bg=PAPER).pack(side="right")
        return head

    def _status_line(self) -> tk.Label:
        line = tk.Frame(self, bg=GREY, padx=2, pady=2)
        line.pack(side="bottom", fill="x")
        status = tk.Label(line, font=self.look.plain, bg=GREY, anchor="w", relief="sunken", bd=1, padx=6, pady=2)
        user = tk.Label(
            line, text=self.desk.user, font=self.look.plain, bg=GREY, relief="sunken", bd=1, padx=6, pady=2, width=16
        )
        user.pack(side="right")
        status.pack(side="left", fill="x", expand=True, padx=(0, 2))
        return status

    def say(self, status: str) -> None:
        """Let the status line say something."""
        _ = self._status.config(text=status)

    def button(self, parent: tk.Misc, text: str, press: Callable[[], None]) -> tk.Button:
        """A button that does nothing any more once another window is in front."""
        return self.look.button(parent, text, lambda: press() if self.desk.front is self else None)

    def focus_first(self) -> None:
        """Put the caret where somebody begins to type."""
        raise NotImplementedError

    def paint(self, piece: Callable[[], object]) -> None:
        """Let a value appear: at once, or after those before it when windows are painted slowly."""
        self._late.append(piece)

    def show(self) -> None:
        """Come up in front, and paint what is there to paint."""
        self.place(x=0, y=0, width=WIDTH, height=HEIGHT)
        self.update_idletasks()  # only what is on the screen takes the keys that were pressed meanwhile
        self.focus_first()
        pause = self.desk.paint_seconds
        if not pause:
            self._paint(len(self._late))
            self.say(READY)
            return
        self.say(FETCHING)
        self._paint_slowly(max(1, -(-len(self._late) // _PIECES)), int(pause * 1000 / _PIECES))

    def _paint(self, many: int) -> None:
        for piece in self._late[:many]:
            piece()
        del self._late[:many]

    def _paint_slowly(self, many: int, pause: int) -> None:
        if self._late:
            _ = self.after(pause, self._paint_a_piece, many, pause)
        else:
            self.say(READY)

    def _paint_a_piece(self, many: int, pause: int) -> None:
        self._paint(many)
        self._paint_slowly(many, pause)

    def boxed(self, parent: tk.Misc, row: int, column: int, label: str, value: str) -> None:
        """A label, and beside it a box with its value; the box never grows with it."""
        self.look.label(parent, label, bold=True).grid(row=row, column=column, sticky="w", padx=(0, 10), pady=3)
        box = self.look.value(parent)
        box.grid(row=row, column=column + 1, sticky="ew", padx=(0, 28), pady=3)
        self.paint(lambda: box.configure(text=value))
