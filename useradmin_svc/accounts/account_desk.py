"""The way to somebody's account in one network's directory (USR-02)."""

from __future__ import annotations

from pydantic import SecretStr

from common.errors import ConflictInTarget, NotConfirmed
from common.process import Run
from useradmin_svc.accounts.arrangement import as_it_is
from useradmin_svc.accounts.plan import Plan
from useradmin_svc.directory.desk import directory
from useradmin_svc.directory.entry import AccountState, Entry, Network, Sighting
from useradmin_svc.directory.owner import Owner, owned
from useradmin_svc.directory.port import Directory, Wanted


class AccountDesk:
    """One network's directory for one person. An account that was seen is not looked up again until something was done."""

    def __init__(self, run: Run, network: Network, owner: Owner) -> None:
        self.network, self.owner = network, owner
        self._run = run
        self._seen: dict[str, Entry | None] = {}
        self.sought = False
        """Whether this attempt has looked for the person's account itself: what an earlier one found may be hours old."""

    def owned(self) -> list[Sighting]:
        """Every account that says it is theirs; raises ConflictInTarget and NameMismatch."""
        self.sought = True
        return owned(self._run, self.network, self.owner)

    def find(self, wanted: Wanted) -> list[Sighting]:
        return self._directory.find(wanted)

    def entry(self, user_name: str) -> Entry | None:
        """All about an account; None when there is none of that name."""
        if user_name not in self._seen:
            self._seen[user_name] = self._directory.entry(user_name)
        return self._seen[user_name]

    def theirs(self, plan: Plan) -> list[str]:
        """The account, if it is there; raises ConflictInTarget and NameMismatch when it is somebody else's."""
        entry = self.entry(plan.user_name)
        if entry is None:
            return []
        self.owner.require_owned(entry)
        return [plan.user_name]

    def arranged(self, plan: Plan) -> list[str]:
        """The account, if it is just as it is to be."""
        entry = self.entry(plan.user_name)
        return [plan.user_name] if entry is not None and as_it_is(entry) == plan.arrangement else []

    def create(self, plan: Plan) -> None:
        self._seen.clear()
        self._directory.create(plan.user_name, plan.arrangement)

    def arrange(self, plan: Plan) -> None:
        """Make it as it is to be; raises ConflictInTarget when it has become another one meanwhile."""
        entry = self.entry(plan.user_name)
        if entry is None:
            raise NotConfirmed("The account is not in the directory any more")
        self.owner.require_owned(entry)
        if not plan.still_holds(entry):
            raise ConflictInTarget("The account was changed by somebody else meanwhile")
        self._seen.clear()
        self._directory.arrange(plan.user_name, plan.arrangement)

    def let_in(self, plan: Plan, secret: SecretStr) -> None:
        """Let its owner in; raises ConflictInTarget when somebody has changed it since, who may have had a reason."""
        if not self.arranged(plan):
            raise ConflictInTarget("The account was changed before its owner could be let in")
        self._seen.clear()
        self._directory.set_secret(plan.user_name, secret)

    def require_in_use(self, plan: Plan) -> None:
        """The last look: raises NotConfirmed unless the account is as it is to be, and can be used."""
        entry = self.entry(plan.user_name)
        if entry is None or entry.state is not AccountState.ACTIVE or not self.arranged(plan):
            raise NotConfirmed("The account is not in the directory as it was ordered")

    @property
    def _directory(self) -> Directory:
        return directory(self._run, self.network)
