"""What can be done in a directory. Each product's screens do it their own way; processes know only this."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

from pydantic import BaseModel, SecretStr

from useradmin_svc.directory.entry import Arrangement, Entry, Sighting


class Wanted(BaseModel, frozen=True):
    """By what an account is sought: exactly one of these, compared whole (names: both)."""

    user_name: str = ""
    employee_no: str = ""
    person_key: str = ""
    family_name: str = ""
    given_name: str = ""

    def __repr__(self) -> str:
        return "Wanted(…)"


class Directory(ABC):
    """One network's directory, opened at the page where every visit begins.

    Each call is one visit from that page: open the directory anew for the next. Text is stored exactly or refused
    (TargetRejected), never interpreted. Every method may raise the application exceptions of `common.errors`, and
    RecordLocked where the product locks.
    """

    @abstractmethod
    def find(self, wanted: Wanted) -> list[Sighting]:
        """Every account that matches, whatever its state and wherever in the tree it lies."""

    @abstractmethod
    def everybody(self) -> list[Sighting]:
        """Every account of the network, all pages of the list."""

    @abstractmethod
    def entry(self, user_name: str) -> Entry | None:
        """All about one account; None when there is none of that name."""

    @abstractmethod
    def create(self, user_name: str, arrangement: Arrangement) -> None:
        """Make an account that can be used by nobody yet: its secret is set afterwards (`set_secret`).

        What depends on several records of the product (groups) may be missing after a crash: arrange it again.
        """

    @abstractmethod
    def arrange(self, user_name: str, arrangement: Arrangement) -> None:
        """Make an account be as said, moving it where needed. Its state and secret stay as they are."""

    @abstractmethod
    def set_secret(self, user_name: str, secret: SecretStr) -> None:
        """Give an account a secret which must be changed at the first sign-in, and enable it."""

    @abstractmethod
    def disable(self, user_name: str, *, remark: str) -> None:
        """Let nobody sign in with the account any more, and end what it has open: nobody knows its secret afterwards."""

    @abstractmethod
    def set_aside(self, user_name: str, *, remark: str) -> None:
        """Move a disabled account to those that wait to be deleted, without groups and hidden from the address list."""

    @abstractmethod
    def delete(self, user_name: str) -> None:
        """Remove a disabled account for good."""

    @abstractmethod
    def groups(self) -> Sequence[str]:
        """The names of all groups there are."""
