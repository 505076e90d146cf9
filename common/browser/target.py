"""A target that is worked in through a browser, and the screens that mean the same wherever they are met."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from common.errors import ApplicationException, ConfigurationError, SignedOut
from common.target import Account, Target

if TYPE_CHECKING:
    from common.browser.screen import Screen

    S = TypeVar("S", bound=Screen)

MAKING = threading.RLock()
"""Held while an installation or a screen of it is made: all shifts of a worker are to know the same one."""


class SignsIn(Protocol):
    """What a sign-in screen can do."""

    def sign_in(self, account: Account) -> None:
        """Sign in; raises AccountOut when the target refuses the password."""
        ...


class SignsOut(Protocol):
    """What a screen that ends the session can do."""

    def sign_out(self) -> None:
        """End the session at the target."""
        ...


SignIn = TypeVar("SignIn", bound=SignsIn)
SignOut = TypeVar("SignOut", bound=SignsOut)


@dataclass(frozen=True, kw_only=True, eq=False)
class WebTarget(Target):
    """A web application: its sign-in screen, and the screens that interrupt whatever was going on.

    One that several targets run (a directory's administration, for two networks) is declared once, as a product that
    no process names; `Screen.at` gives its screens as one of those targets shows them.
    """

    product: WebTarget | None = None
    """The web application that this target runs, where that is declared apart from it."""

    _sign_in: list[type[Any]] = field(default_factory=list[type[Any]], init=False, repr=False)
    _sign_out: list[type[Any]] = field(default_factory=list[type[Any]], init=False, repr=False)
    _interruptions: dict[type[Any], type[ApplicationException]] = field(
        default_factory=dict[type[Any], type[ApplicationException]], init=False, repr=False
    )
    _looked_at: list[Callable[[], type[Any]]] = field(
        default_factory=list[Callable[[], type[Any]]], init=False, repr=False
    )
    _installations: dict[Any, WebTarget] = field(default_factory=dict[Any, "WebTarget"], init=False, repr=False)

    def signs_in(self, screen: type[SignIn]) -> type[SignIn]:
        """Declare the screen that signs in; met when another was expected, it means SignedOut."""
        if self._sign_in:
            raise ConfigurationError(f"{self.name} has two sign-in screens: keep one @signs_in")
        self._sign_in.append(screen)
        self._interruptions[screen] = SignedOut
        return screen

    def signs_out(self, screen: type[SignOut]) -> type[SignOut]:
        """Declare the screen, reachable by address, from which a session is ended."""
        self._sign_out.append(screen)
        return screen

    def interrupts(self, error: type[ApplicationException]) -> Callable[[type[S]], type[S]]:
        """Declare a screen which, met instead of an expected one, raises `error`."""

        def register(screen: type[S]) -> type[S]:
            self._interruptions[screen] = error
            return screen

        return register

    def looked_at(self, screen: type[S]) -> type[S]:
        """Declare a page, reachable by address, that the check of screens looks at: nobody's data stand there.

        A search page or an empty form: what it must show is `Screen.untouched`, where it leads on is `Screen.leads_to`.
        """
        self.looks_at(lambda: screen)
        return screen

    def looks_at(self, screen: Callable[[], type[Any]]) -> None:
        """Declare the same of a page that the deployment's settings choose."""
        self._looked_at.append(screen)

    @property
    def looks(self) -> tuple[type[Screen], ...]:
        """The pages that the check of screens looks at, in the order of declaration; each is of this target."""
        return tuple(chosen() for chosen in self._looked_at)

    @property
    def sign_in_screen(self) -> type[Screen] | None:
        """The screen that signs in, if the target has one."""
        return self._sign_in[0] if self._sign_in else None

    @property
    def sign_out_screen(self) -> type[Screen] | None:
        """The screen from which a session is ended, if declared."""
        return self._sign_out[0] if self._sign_out else None

    @property
    def interruptions(self) -> dict[type[Screen], type[ApplicationException]]:
        """Every screen that interrupts, and what meeting it means."""
        return dict(self._interruptions)

    def running(self, product: WebTarget) -> WebTarget:
        """This target as an installation of a product: with that one's screens, and all else its own."""
        if self.product is product:
            return self
        with MAKING:
            return self._installation(product)

    def _installation(self, product: WebTarget) -> WebTarget:
        if product not in self._installations:
            of_target = {each.name: getattr(self, each.name) for each in fields(Target)}
            installed = WebTarget(**of_target, product=product)
            self._installations[product] = installed
            for own, of_product in ((installed._sign_in, product._sign_in), (installed._sign_out, product._sign_out)):
                own.extend(screen.at(installed) for screen in of_product)
            installed._interruptions.update(
                (screen.at(installed), error) for screen, error in product._interruptions.items()
            )
        return self._installations[product]
