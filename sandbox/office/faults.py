"""What can be made to go wrong, and how often.

A fault counts the requests it matches: it lets the first `after` pass, then fires `times` times (for ever when null).
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Literal, Self, cast

from pydantic import BaseModel, Field, ValidationInfo, model_validator
from starlette.requests import Request

Name = Literal[
    "slow",
    "error_after_save",
    "error_before_save",
    "error_page",
    "sign_out",
    "dialog",
    "account_locked",
    "renamed_label",
    "save_delay",
]
NEEDS: dict[str, tuple[str, ...]] = {
    "slow": ("seconds",),
    "save_delay": ("seconds",),
    "dialog": ("text",),
    "account_locked": ("account",),
    "renamed_label": ("old", "to"),
}


class Fault(BaseModel, extra="forbid", validate_by_name=True, validate_by_alias=True):
    fault: Name
    times: int | None = Field(default=None, ge=1)
    after: int = Field(default=0, ge=0)
    # which requests
    path_prefix: str = "/"
    path_contains: str = ""
    method: Literal["GET", "POST"] | None = None
    what: str = ""
    # what happens
    seconds: float = Field(default=0, ge=0)
    text: str = ""
    kind: Literal["alert", "modal"] = "alert"
    account: str = ""
    old: str = Field(default="", alias="from")
    to: str = ""

    @model_validator(mode="after")
    def _has_its_parameters(self) -> Self:
        missing = [name for name in NEEDS.get(self.fault, ()) if not getattr(self, name)]
        if missing:
            raise ValueError(f"{self.fault} needs {', '.join(missing)}")
        return self

    @model_validator(mode="after")
    def _names_something_that_is_saved(self, info: ValidationInfo) -> Self:
        context = cast("Mapping[str, tuple[str, ...]]", info.context or {})
        saves = context.get("saves", ())
        if self.what not in ("", *saves):
            raise ValueError(f"what is saved here: {', '.join(saves)}")
        return self

    def fits(self, request: Request) -> bool:
        path = request.url.path
        return (
            path.startswith(self.path_prefix)
            and self.path_contains in path
            and self.method in (None, "GET" if request.method == "HEAD" else request.method)
        )


class Standing:
    """A fault in force, and how often it was matched and fired."""

    def __init__(self, number: int, fault: Fault) -> None:
        self.number = number
        self.fault = fault
        self.matched = 0
        self.fired = 0

    @property
    def spent(self) -> bool:
        return self.fault.times is not None and self.fired >= self.fault.times

    def fire(self) -> bool:
        self.matched += 1
        if self.matched <= self.fault.after or self.spent:
            return False
        self.fired += 1
        return True

    def report(self) -> dict[str, object]:
        told = self.fault.model_dump(by_alias=True, exclude_unset=True)
        return {"id": self.number, **told, "matched": self.matched, "fired": self.fired, "spent": self.spent}


class Faults:
    """The faults of one system; of what it saves, the first is meant where a fault does not say."""

    def __init__(self, saves: Sequence[str]) -> None:
        self._saves = tuple(saves)
        self._standing: list[Standing] = []
        self._last = 0

    def add(self, asked: bytes) -> dict[str, object]:
        """Let a fault stand, given as JSON; raises ValidationError."""
        fault = Fault.model_validate_json(asked, context={"saves": self._saves})
        self._last += 1
        standing = Standing(self._last, fault)
        self._standing.append(standing)
        return standing.report()

    def clear(self) -> None:
        self._standing.clear()

    def report(self) -> list[dict[str, object]]:
        return [standing.report() for standing in self._standing]

    def fire_at_save(self, name: Name, request: Request, what: str) -> list[Fault]:
        """The same for the faults that hit what is being saved."""
        return self.fire(name, request, lambda fault: (fault.what or self._saves[0]) == what)

    def fire(self, name: Name, request: Request, also: Callable[[Fault], bool] | None = None) -> list[Fault]:
        """Let every standing fault of this name that fits the request fire, and answer those that did."""
        if not self._standing:
            return []
        fitting = [
            standing
            for standing in self._standing
            if standing.fault.fault == name and standing.fault.fits(request) and (also is None or also(standing.fault))
        ]
        return [standing.fault for standing in fitting if standing.fire()]
