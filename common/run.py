"""One attempt at one case, and the two verbs through which it acts: `step` and `ensure`.

No robot can make a click and a database write atomic. So an effect is done as
look → commit the intent → act → look → commit the result, and the second look is the proof. After a crash an open
intent is settled by looking: one new hit is ours, none means act again, several are for a person to decide.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from types import GenericAlias
from typing import TYPE_CHECKING, Any, Generic, ParamSpec, TypeVar, cast, get_type_hints

from pydantic import SecretStr, TypeAdapter

from common.clock import OSLO
from common.entrusting.entrusted import Entrusted
from common.errors import (
    ApplicationException,
    ConflictInTarget,
    NotConfirmed,
    RegisterMissing,
    RobotFault,
    UnknownStateAfterSave,
)
from common.ledger import Fact, require_kind, storable
from common.outcome import Outcome, OutcomeCode
from common.platform import CaseFacts, Checkpoint, Mark, Platform, Subject
from common.register import InForce, R, Register

if TYPE_CHECKING:
    from common.clock import Clock

__all__ = ["CaseFacts", "Checkpoint", "Ensured", "Mark", "Platform", "Run", "Subject"]

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True)
class Ensured(Generic[T]):
    """What `ensure` found or made."""

    value: T
    created: bool

    def outcome(self, **detail: Any) -> Outcome:
        """CREATED or EXISTS, with what the caller should know."""
        return Outcome(OutcomeCode.CREATED if self.created else OutcomeCode.EXISTS, detail)


@dataclass(frozen=True)
class _Effect(Generic[T]):
    """What one `ensure` is about."""

    name: str
    shape: TypeAdapter[list[T]]
    find: Callable[[], Sequence[T]]
    create: Callable[[], object]
    within: timedelta | None

    def made_since(self, before: list[T]) -> T | None:
        """The one hit that was not there before; raises UnknownStateAfterSave for several."""
        fresh = [hit for hit in self.find() if hit not in before]
        if len(fresh) > 1:
            raise UnknownStateAfterSave
        return fresh[0] if fresh else None

    def dump(self, values: list[T]) -> list[Any]:
        return self.shape.dump_python(values, mode="json")

    def load(self, stored: Any) -> list[T]:
        return self.shape.validate_python(stored)


class Run:
    """One attempt at one case."""

    def __init__(self, case: CaseFacts, platform: Platform, clock: Clock) -> None:
        self.case = case
        self._platform = platform
        self._clock = clock
        self._names: set[str] = set()
        self._registers: dict[str, InForce[Any]] = {}

    def open(self, screen: type[T]) -> T:
        """Show a screen of a target; signs in when needed. Raises the target's application exceptions."""
        return self._platform.open(screen)

    def now(self) -> datetime:
        """The aware time now, from the clock that the deployment or the test set."""
        return self._clock()

    def today(self) -> date:
        """The day it is in Norway."""
        return self._clock().astimezone(OSLO).date()

    def is_about(self, subject: Subject) -> None:
        """The case is really about somebody known under another key: no other case of theirs may run meanwhile.

        When one does, the run stops here and the case waits behind that one, at no cost. Call it before acting.
        """
        self._platform.hold(subject)

    def step(self, name: str, fn: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Do a pure or repeatable thing once per case; later attempts get its recorded answer."""
        self._take(name)
        done = self._platform.recall(name)
        shape: TypeAdapter[T] = TypeAdapter(_answer_type(name, fn))
        if done is not None:
            return shape.validate_python(done.value)
        answer = fn(*args, **kwargs)
        self._commit(name, Mark.STEP, shape.dump_python(answer, mode="json"))
        return answer

    def ensure(
        self,
        name: str,
        *,
        of: type[T],
        find: Callable[[], Sequence[T]],
        create: Callable[[], object],
        within: timedelta | None = None,
    ) -> Ensured[T]:
        """See to it that exactly one thing stands in the target, whatever is killed in between.

        `find` looks and returns the hits (values of type `of`), `create` acts. Returns what stands there and whether
        this case made it. `within` holds the lease for an act that takes longer than usual. Raises ConflictInTarget
        for several hits before acting, UnknownStateAfterSave for several new ones after an act, and NotConfirmed
        when the second look finds nothing.
        """
        self._take(name)
        effect = _Effect(name, TypeAdapter(_list_of(of)), find, create, within)
        known = self._platform.recall(name)
        if known is not None and known.mark is Mark.RESULT:
            value, created = known.value
            return Ensured(effect.load([value])[0], bool(created))
        if known is not None:
            return self._settle(known, effect)
        before = list(find())
        if len(before) > 1:
            raise ConflictInTarget
        if before:
            return self._record(effect, before[0], created=False)
        return self._act(effect, before)

    def register(self, register: Register[R], *, on: date) -> InForce[R]:
        """The version of a register in force on a day: looked up once per case, as a step is, and stored with the case.

        Raises RegisterMissing when none is in force then.
        """
        name = f"register:{register.name}:{on}"
        if name in self._registers:
            return cast("InForce[R]", self._registers[name])
        self._take(name)
        known = self._platform.recall(name)
        version = self._platform.register_in_force(register.name, on) if known is None else int(known.value)
        if version is None:
            raise RegisterMissing(f"No version of the register {register.name} is in force on {on}")
        found = register.read(self._platform.register_table(register.name, version))
        if known is None:
            point = Checkpoint(name=name, mark=Mark.STEP, value=version, fence=self.case.fence)
            self._platform.use_register(point, register.name, version)
        self._registers[name] = found
        return found

    def remember(self, kind: str, key: str, value: Any, *, until: date) -> Fact:
        """Enter a fact in the ledger for later cases, through that day; only its kind can be read there.

        Gives what stands under the key afterwards. Where `ours` is false another case was first, and nothing was
        changed: so this also claims a name that two cases reach for. Saying it again, after a crash, changes nothing.
        """
        require_kind(kind)
        today = self.today()
        if until < today:
            raise RobotFault("A fact is to be remembered until a day that is over")
        return self._platform.remember(kind, key, storable(value), until=until, today=today)

    def remembered(self, kind: str, key: str) -> Fact | None:
        """What some case made known under this key, as long as it is remembered. Looks anew each time."""
        require_kind(kind)
        return self._platform.remembered(kind, key, today=self.today())

    def all_remembered(self, kind: str) -> list[Fact]:
        """Everything of one kind that cases have made known and that is still remembered, the oldest first.

        For what compares all of it with a target; whatever seeks one thing asks for it by its key.
        """
        require_kind(kind)
        return self._platform.all_remembered(kind, today=self.today())

    def entrust(self, name: str, *, to: str, about: str, give: Callable[[SecretStr], object]) -> None:
        """Make a secret, `give` it to the target, and leave it for one person behind a link that shows it once.

        `to` is their mobile number, `about` what the message says it is for (`TK-nett`; nobody's data). Once per case,
        as a step is; but the secret is in no checkpoint: an attempt that dies before all is stored leaves nothing, and
        the next one makes and gives another.
        """
        self._take(name)
        if self._platform.recall(name) is not None:
            return
        entrusted = Entrusted(secret=self._platform.new_secret(), to=to, about=about)
        try:
            give(entrusted.secret)
        except ApplicationException as failed:
            # It may still save: this secret must not be set after the next one has been.
            self._platform.let_go(failed)
            raise
        point = Checkpoint(name=name, mark=Mark.STEP, value=None, fence=self.case.fence)
        self._platform.entrust(point, entrusted)

    def finding(self, of: type[T]) -> T | None:
        """What the judgement of its batch said of this case; None when it came alone, or nothing was said of it.

        The same at every attempt, also after a person lets Roger try again.
        """
        said = self.case.finding
        return None if said is None else TypeAdapter(of).validate_python(said)

    def reading(self, kind: str, key: str, look: Callable[[], T], *, fresh: timedelta) -> T:
        """What many cases look up alike, once for all shifts of a worker: a list of many pages.

        It may be as old as `fresh`, and another worker looks for itself: so it may spare a look at what needs nothing
        done, and whatever is done because of it looks again.
        """
        return self._platform.reading(kind, key, look, fresh=fresh)

    def file(self, sha256: str) -> AbstractContextManager[Path | None]:
        """A file of the input (`FileRef`), as its caller handed it over; None if nobody did, or it is gone by now.

        Exactly what the hash says, in storage that is memory, and only for as long as the block lasts:
        `with run.file(ref.sha256) as path:`. Raises RobotFault when there is no room for it there.
        """
        return self._platform.file(sha256)

    def folder(self) -> AbstractContextManager[Path]:
        """An empty folder in storage that is memory, for what is made of files; it is gone after the block."""
        return self._platform.folder()

    def discard_files(self) -> None:
        """Delete the files that were handed over for this case: the work that needs them is done.

        What another case still needs is kept for that one. Saying it again changes nothing.
        """
        self._platform.discard_files()

    def _settle(self, intent: Checkpoint, effect: _Effect[T]) -> Ensured[T]:
        """An earlier run was about to act: look, and decide.

        It cannot act any more. Its lease has run out, and every act had to end, settle time included, before that;
        or it gave the case back itself, and then not before its browser was gone and the settle time over.
        """
        before = effect.load(intent.value)
        made = effect.made_since(before)
        return self._act(effect, before) if made is None else self._record(effect, made, created=True)

    def _act(self, effect: _Effect[T], before: list[T]) -> Ensured[T]:
        if effect.within is not None:
            self._platform.extend(effect.within)
        self._commit(effect.name, Mark.INTENT, effect.dump(before))
        failure: ApplicationException | None = None
        try:
            effect.create()
        except ApplicationException as failed:
            # It may have failed after it saved: only a look tells, in a browser in which nothing old goes on.
            failure = failed
            self._platform.let_go(failed)
        made = effect.made_since(before)
        if made is None:
            raise failure or NotConfirmed
        return self._record(effect, made, created=True)

    def _record(self, effect: _Effect[T], value: T, *, created: bool) -> Ensured[T]:
        self._commit(effect.name, Mark.RESULT, [effect.dump([value])[0], created])
        return Ensured(value, created)

    def _commit(self, name: str, mark: Mark, value: Any) -> None:
        self._platform.commit(Checkpoint(name=name, mark=mark, value=value, fence=self.case.fence))

    def _take(self, name: str) -> None:
        if name in self._names:
            raise RobotFault(f"The process uses the name {name!r} for two of its steps")
        self._names.add(name)


def _answer_type(name: str, fn: Callable[..., Any]) -> Any:
    """What a step gives, read from its annotation, so that a recorded answer comes back as the same type."""
    plain: Any = fn
    while isinstance(plain, functools.partial):
        plain = cast("functools.partial[Any]", plain).func
    if inspect.isclass(plain):
        return plain
    declared = get_type_hints(plain if inspect.isroutine(plain) else type(plain).__call__)
    if "return" not in declared:
        raise RobotFault(f"Annotate what the function of step {name!r} returns: its recorded answer is read by that")
    return declared["return"]


def _list_of(item: type[T]) -> type[list[T]]:
    return cast("type[list[T]]", GenericAlias(list, (item,)))
