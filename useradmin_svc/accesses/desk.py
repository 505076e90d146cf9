"""The way to somebody's accesses in the programs' user administration (USR-01)."""

from __future__ import annotations

from collections.abc import Iterable

from common.errors import ConflictInTarget, NameMismatch
from common.norway.names import same_person
from common.person import Sought
from common.process import Run
from useradmin_svc.accesses.standing import Act, Plan, Standing
from useradmin_svc.screens.programs.access import AccessPage, SavedAccess
from useradmin_svc.screens.programs.search import AccessToFind, ProgramSearch
from useradmin_svc.screens.programs.target import Access, AccessHit, Grant, Holder


class AccessDesk:
    """One person and one program. It knows where the robot stands, so that a second look is short."""

    def __init__(self, run: Run, program: str, sought: Sought) -> None:
        self._run, self._program, self._sought = run, program, sought
        self._seen: Standing | None = None
        self._at: AccessPage | SavedAccess | None = None

    # --- looks ------------------------------------------------------------------------------------------------------

    def look(self, user_names: Iterable[str] = ()) -> Standing:
        """All accesses of the person, found by national id and by the user names that are known to be theirs.

        Raises ConflictInTarget when two of them are to the program or one of them is not the person's, and NameMismatch.
        """
        named = [hit for user_name in user_names for hit in self._named(user_name)]
        hits = self._run.open(ProgramSearch).search(AccessToFind(number=self._sought.number))
        found = hits.accesses()
        if any(hit not in found for hit in named):
            raise ConflictInTarget("An access with the person's user name is another person's")
        here = [hit for hit in found if hit.program == self._program]
        if len(here) > 1:
            raise ConflictInTarget("The person has two accesses to the program")
        self._at = hits.open(here[0]) if here else None
        elsewhere = tuple(hit for hit in found if hit.program != self._program)
        self._seen = Standing(here=self._facts(), elsewhere=elsewhere)
        return self._seen

    def as_planned(self, plan: Plan) -> list[Access]:
        """The access, if it is as planned."""
        if self._at is None:
            self.look()
        here = self._facts()
        return [here] if here is not None and plan.stands(here) else []

    def _named(self, user_name: str) -> list[AccessHit]:
        """What the program knows under a user name, whoever's it is."""
        hits = self._run.open(ProgramSearch).search(AccessToFind(user_name=user_name))
        return [hit for hit in hits.accesses() if (hit.program, hit.user_name) == (self._program, user_name)]

    def _facts(self) -> Access | None:
        """What the page of the access shows; raises ConflictInTarget and NameMismatch for somebody else's."""
        if isinstance(self._at, SavedAccess):
            self._at = self._at.access()
        if self._at is None:
            return None
        access = self._at.facts()
        family, _, given = access.holder.name.partition(", ")
        if (access.program, access.holder.number.replace(" ", "")) != (self._program, self._sought.number):
            raise ConflictInTarget("The access in the program is another person's")
        if not same_person(family, given, self._sought.family_name, self._sought.given_name):
            raise NameMismatch
        return access

    # --- acts -------------------------------------------------------------------------------------------------------

    def carry_out(self, plan: Plan, before: Standing, user_name: str) -> None:
        """Do what is planned, if the accesses still are what was decided about; a new one is for that user name.

        Raises ConflictInTarget when they are not, RecordLocked, TargetRejected and InvalidValue (an unknown role).
        """
        now = self._seen or self.look()
        if not now.is_like(before):
            raise ConflictInTarget("Somebody has changed the person's accesses meanwhile")
        page, self._at, self._seen = self._at, None, None
        if not isinstance(page, AccessPage):
            self._create(plan.grant, user_name)
        elif plan.act is Act.DISABLE:
            self._at = page.disable(plan.grant)
        elif plan.act is Act.REOPEN:
            self._at = page.reopen(plan.grant)
        else:
            self._at = page.save(plan.grant)

    def _create(self, grant: Grant, user_name: str) -> None:
        """What is looked at afterwards is a search: it finds a second access, should there be one."""
        name = f"{self._sought.family_name}, {self._sought.given_name}"
        hits = self._run.open(ProgramSearch).search(AccessToFind(program=self._program, number=self._sought.number))
        if hits.accesses():
            raise ConflictInTarget("The person has got an access to the program meanwhile")
        hits.new().create(Holder(user_name=user_name, number=self._sought.number, name=name), grant)
