"""LAM's list of groups."""

from __future__ import annotations

from common.browser.locator import css, heading, link, table
from useradmin_svc.screens.lam.listed import HEAD_ROWS
from useradmin_svc.screens.lam.target import LamScreen, ListPage

PRIMARY = "alle"
"""The group that every account has because the rules of Unix ask for one; nobody is given anything by it."""


class Menu(LamScreen):
    """The menu of the kinds of entries, opened."""

    ready = link("Groups")

    def groups(self) -> GroupList:
        found = self.press(link("Groups"), expect=GroupList)
        found.require_taken()
        return found


class GroupList(ListPage):
    ready = (heading("Groups"), css("#filtercn"))

    def names(self) -> list[str]:
        """The groups on this page of the list."""
        found = [row["Group name"] for row in self.rows(table("Groups"))[HEAD_ROWS:]]
        return [name for name in found if name != PRIMARY]
