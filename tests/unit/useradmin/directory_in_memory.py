"""A network's directory without a product: answered from memory, with deaths at every save and secrets that tests can ask for."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from secrets import token_urlsafe
from typing import Any, Final, Literal

from pydantic import SecretStr

from common.errors import ConflictInTarget, RecordLocked, TargetRejected
from common.testing import MemoryCase
from useradmin_svc.directory.entry import AccountState, Arrangement, Entry, Sighting
from useradmin_svc.directory.port import Directory, Wanted

SignInResult = Literal["REFUSED", "MUST_CHANGE", "SIGNED_IN"]

PLACES = ("Administrasjon", "Helse", "Skole")
ASIDE = "Slettes"
"""Where accounts lie that wait to be deleted."""
LONGEST: Final = {"mail": 254, "remark": 200}
"""Characters of a text; of all others 64."""
USUAL: Final[dict[str, Any]] = {
    "family_name": "Testesen",
    "given_name": "Test",
    "employee_no": "",
    "person_key": "",
    "units": (),
    "expires": None,
    "state": AccountState.ACTIVE,
    "place": "Skole",
    "groups": (),
    "manager": "",
    "mail": "",
    "hidden": False,
    "remark": "",
}
NAME = re.compile(r"[a-z][a-z0-9._-]{0,19}")


def _nothing(what: str, user_name: str) -> None:
    """Nobody else is at work."""


@dataclass
class MemoryDirectory(Directory):
    """Accounts by user name. A run may die at `create:1`, `created:1`, `secret:1`, `secret_set:2`, … (`_write`)."""

    case: MemoryCase = field(default_factory=MemoryCase)
    accounts: dict[str, Entry] = field(default_factory=dict[str, Entry])
    places: tuple[str, ...] = PLACES
    known_groups: set[str] = field(default_factory=set[str])
    """A membership of any other group is refused."""
    locked: set[str] = field(default_factory=set[str])
    """Accounts that somebody has open."""
    secrets: dict[str, str] = field(default_factory=dict[str, str])
    """Of every account, also what nobody was ever told."""
    must_change: set[str] = field(default_factory=set[str])
    writes: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    """What was saved of whom: `("create", "olanor")`, in order."""
    meanwhile: Callable[[str, str], None] = _nothing
    """What somebody else does just before a save: told the same two words as stand in `writes`."""

    # what tests arrange and ask

    def put(self, user_name: str, **known: Any) -> Entry:
        """An account that was there before, with groups of its own; a test names only what it is about."""
        account = Entry.model_validate({**USUAL, **known, "user_name": user_name})
        if account.state is AccountState.PENDING_DELETE:
            account = account.model_copy(update={"place": ASIDE})
        self.known_groups.update(account.groups)
        self.secrets[user_name] = token_urlsafe()
        self.accounts[user_name] = account
        return account

    def sign_in(self, user_name: str, secret: str) -> SignInResult:
        """What somebody meets who types this at a workstation; its last day is another rule's matter."""
        account = self.accounts.get(user_name)
        if account is None or account.state is not AccountState.ACTIVE or self.secrets[user_name] != secret:
            return "REFUSED"
        return "MUST_CHANGE" if user_name in self.must_change else "SIGNED_IN"

    def standing(self, employee_no: str) -> list[Entry]:
        """Every account of an employee."""
        return [one for one in self.accounts.values() if one.employee_no == employee_no]

    # what processes do

    def find(self, wanted: Wanted) -> list[Sighting]:
        asked = {name: value for name, value in wanted.model_dump().items() if value}
        if wanted.user_name:
            asked["user_name"] = self._name(wanted.user_name)
        return [one for one in self.everybody() if asked.items() <= one.model_dump().items()]

    def everybody(self) -> list[Sighting]:
        shown = Sighting.model_fields
        return [Sighting(**{name: getattr(one, name) for name in shown}) for _, one in sorted(self.accounts.items())]

    def entry(self, user_name: str) -> Entry | None:
        return self.accounts.get(self._name(user_name))

    def groups(self) -> Sequence[str]:
        return sorted(self.known_groups)

    def create(self, user_name: str, arrangement: Arrangement) -> None:
        """The account is a record of its own; its memberships are saved after it."""
        self._require_possible(arrangement)
        if not NAME.fullmatch(user_name):
            raise TargetRejected
        made = Entry(
            **arrangement.model_dump(exclude={"groups"}),
            groups=(),
            user_name=user_name,
            state=AccountState.DISABLED,
        )
        self._write("create", "created", user_name, lambda: self._add(made))
        if arrangement.groups:
            self._join(user_name, arrangement.groups)

    def arrange(self, user_name: str, arrangement: Arrangement) -> None:
        """As with a new account: what is known of it first, then its memberships, where those change."""
        before = self._require_there(user_name)
        self._require_possible(arrangement)
        self._change("arrange", "arranged", user_name, **arrangement.model_dump(exclude={"groups"}))
        if before.groups != arrangement.groups:
            self._join(user_name, arrangement.groups)

    def set_secret(self, user_name: str, secret: SecretStr) -> None:
        def give() -> None:
            self._replace(user_name, state=AccountState.ACTIVE)
            self.secrets[user_name] = secret.get_secret_value()
            self.must_change.add(user_name)

        self._require_there(user_name)
        self._write("secret", "secret_set", user_name, give)

    def disable(self, user_name: str, *, remark: str) -> None:
        def lock() -> None:
            self._replace(user_name, remark=remark, state=AccountState.DISABLED)
            self.secrets[user_name] = token_urlsafe()

        self._require_there(user_name)
        self._write("disable", "disabled", user_name, lock)

    def set_aside(self, user_name: str, *, remark: str) -> None:
        """Its memberships end first: a death in between leaves it where it was, in no group."""
        before = self._require_there(user_name)
        if before.state is AccountState.ACTIVE:
            raise TargetRejected
        if before.groups:
            self._join(user_name, ())
        self._change("set_aside", "set_aside_done", user_name, place=ASIDE, hidden=True, remark=remark)

    def delete(self, user_name: str) -> None:
        if self._require_there(user_name).state is AccountState.ACTIVE:
            raise TargetRejected
        self._write("delete", "deleted", user_name, lambda: self._remove(user_name))

    # how it is kept

    def _name(self, user_name: str) -> str:
        """As the account is written: no directory tells user names apart by capitals."""
        return next((name for name in self.accounts if name.lower() == user_name.lower()), user_name)

    def _require_there(self, user_name: str) -> Entry:
        if user_name not in self.accounts:
            raise ConflictInTarget
        return self.accounts[user_name]

    def _require_possible(self, arrangement: Arrangement) -> None:
        texts = {name: text for name, text in arrangement.model_dump().items() if isinstance(text, str)}
        short = all(len(text) <= LONGEST.get(name, 64) for name, text in texts.items())
        clean = all(text.isprintable() and text == " ".join(text.split()) for text in texts.values())
        named = bool(arrangement.family_name and arrangement.given_name)
        known = arrangement.place in self.places and arrangement.manager in ("", *self.accounts)
        if not (short and clean and named and known):
            raise TargetRejected

    def _join(self, user_name: str, groups: tuple[str, ...]) -> None:
        """Memberships are saved, and refused, when the account's own record stands already."""
        if not self.known_groups.issuperset(groups):
            raise TargetRejected
        self._change("groups", "grouped", user_name, groups=groups)

    def _change(self, what: str, done: str, user_name: str, **change: object) -> None:
        self._write(what, done, user_name, lambda: self._replace(user_name, **change))

    def _write(self, what: str, done: str, user_name: str, save: Callable[[], None]) -> None:
        platform = self.case.platform
        assert platform is not None
        self.meanwhile(what, user_name)
        if user_name in self.locked:
            raise RecordLocked
        platform.reach(what)
        save()
        self.writes.append((what, user_name))
        platform.reach(done)

    def _add(self, made: Entry) -> None:
        if self._name(made.user_name) in self.accounts:
            raise TargetRejected
        self.accounts[made.user_name] = made
        self.secrets[made.user_name] = token_urlsafe()

    def _replace(self, user_name: str, **change: object) -> None:
        """State follows the place: whoever is taken out of those to be deleted is merely disabled."""
        changed = self.accounts[user_name].model_copy(update=change)
        if changed.state is not AccountState.ACTIVE:
            waits = changed.place == ASIDE
            state = AccountState.PENDING_DELETE if waits else AccountState.DISABLED
            changed = changed.model_copy(update={"state": state})
        self.accounts[user_name] = changed

    def _remove(self, user_name: str) -> None:
        for kept in (self.accounts, self.secrets):
            del kept[user_name]
        self.must_change.discard(user_name)
