"""LAM's list of groups."""

from __future__ import annotations

from common.browser.locator import css, heading, link, table
from useradmin_svc.screens.lam.listed import HEAD_ROWS
from useradmin_svc.screens.lam.target import LamScreen

PRIMARY = "alle"
"""The group that every account has because the rules of Unix ask for one; nobody is given anything by it."""


class Menu(LamScreen):
    """The menu of the kinds of entries, opened."""

    ready = link("Groups")

    def groups(self) -> GroupList:
        return self.press(link("Groups"), expect=GroupList)


class GroupList(LamScreen):
    ready = (heading("Groups"), css("#filtercn"))
    here = css("#listNavPage")

    def names(self) -> list[str]:
        """The groups on this page of the list."""
        found = [row["Group name"] for row in self.rows(table("Groups"))[HEAD_ROWS:]]
        return [name for name in found if name != PRIMARY]

    def next_page(self) -> GroupList | None:
        """The next page of the list; None on its last."""
        here = self.text(self.here)
        after = link(str(int(here) + 1)) if here else None
        return self.press(after, expect=GroupList) if after and self.shows(after) else None
