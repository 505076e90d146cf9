"""What keeps cases waiting, as operators read it: at a target, and with a process."""

from __future__ import annotations

from typing import Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from common.cases.openness import Obstacle, Paused, Why


class ObstacleView(BaseModel):
    """One thing that keeps cases waiting."""

    why: Why = Field(
        description="paused: a person stopped it, or Roger did · closed: outside opening hours · maintenance · "
        "circuit_open: the target fails, one case tries now and then · no_account: every password was refused"
    )
    of: str = Field(description="The process, or the target, it stands before", examples=["hspro"])
    sentence: str
    until: AwareDatetime | None = Field(description="When it ends, or is tried, by itself; null: a person must act")

    @classmethod
    def of_all(cls, found: list[Obstacle]) -> list[ObstacleView]:
        """The views of obstacles."""
        return [cls.model_validate(each, from_attributes=True) for each in found]


class PauseView(BaseModel):
    """Who stopped it, and why."""

    actor: str = Field(examples=["caller:desk", "worker:w1-1"])
    reason: str
    code: str | None = Field(description="Set when Roger itself stopped it", examples=["UI_CHANGED"])
    since: AwareDatetime

    @classmethod
    def of(cls, paused: Paused | None) -> PauseView | None:
        """The view of a pause, if there is one."""
        return None if paused is None else cls.model_validate(paused, from_attributes=True)


class PauseReason(BaseModel):
    """Why something is to stand still; never with anybody's personal data."""

    model_config = ConfigDict(extra="forbid")

    reason: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)] = Field(
        examples=["HsPro is upgraded on Thursday night"]
    )
