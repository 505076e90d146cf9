"""LAM's pages on which an account is removed for good."""

from __future__ import annotations

from common.browser.locator import button, text
from common.errors import TargetRejected
from useradmin_svc.screens.lam.target import LamScreen


class ConfirmDeletion(LamScreen):
    ready = (text("Do you really want to remove the following accounts?"), button("Delete"))

    def confirm(self) -> None:
        """Delete the account; raises TargetRejected when the directory will not."""
        came = self.press(button("Delete"), expect=(Deleted, NotDeleted))
        if isinstance(came, NotDeleted):
            came.require_taken()
            raise TargetRejected


class Deleted(LamScreen):
    """The list again, which says so."""

    ready = text("Deletion was successful")


class NotDeleted(LamScreen):
    ready = text("Error while deleting DN:")
