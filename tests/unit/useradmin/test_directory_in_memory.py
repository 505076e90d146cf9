"""The double of a directory dies where a test wants it to, and leaves what a real one would have left."""

from __future__ import annotations

import pytest
from directory_in_memory import MemoryDirectory
from pydantic import SecretStr

from common.errors import LeaseLost, RecordLocked
from common.testing import MemoryCase
from useradmin_svc.directory.entry import AccountState, Arrangement

PER = Arrangement(
    family_name="Østgård",
    given_name="Per",
    employee_no="104418",
    person_key="",
    units=(),
    place="Skole",
    groups=("SKOLE-ALLE",),
    manager="",
    mail="",
    hidden=False,
    expires=None,
    remark="",
)


def dying(at: str | None) -> MemoryDirectory:
    case = MemoryCase()
    _ = case.begin(dies_at=at)
    return MemoryDirectory(case, known_groups={"SKOLE-ALLE"})


@pytest.mark.parametrize(
    ("at", "writes", "groups"),
    [
        ("create:1", [], None),
        ("created:1", ["create"], ()),
        ("groups:1", ["create"], ()),
        ("grouped:1", ["create", "groups"], ("SKOLE-ALLE",)),
    ],
)
def test_a_new_account_stands_before_its_groups_do(at: str, writes: list[str], groups: tuple[str, ...] | None) -> None:
    directory = dying(at)
    with pytest.raises(LeaseLost):
        directory.create("perost", PER)
    assert [what for what, _ in directory.writes] == writes
    assert [one.groups for one in directory.accounts.values()] == ([] if groups is None else [groups])


@pytest.mark.parametrize(
    ("at", "place"), [("groups:1", "Skole"), ("set_aside:1", "Skole"), ("set_aside_done:1", "Slettes")]
)
def test_memberships_end_before_an_account_is_set_aside(at: str, place: str) -> None:
    directory = dying(at)
    directory.put("perost", groups=("SKOLE-ALLE",), state=AccountState.DISABLED)
    with pytest.raises(LeaseLost):
        directory.set_aside("perost", remark="Slettes")
    left = directory.accounts["perost"]
    assert (left.place, left.groups) == (place, ("SKOLE-ALLE",) if at == "groups:1" else ())


@pytest.mark.parametrize(("at", "result"), [("secret:1", "REFUSED"), ("secret_set:1", "MUST_CHANGE")])
def test_a_secret_is_set_or_not(at: str, result: str) -> None:
    directory = dying(at)
    directory.put("perost", state=AccountState.DISABLED)
    with pytest.raises(LeaseLost):
        directory.set_secret("perost", SecretStr("Tyttebær-18-kvist"))
    assert directory.sign_in("perost", "Tyttebær-18-kvist") == result


def test_what_somebody_else_does_comes_before_a_save() -> None:
    directory = dying(None)
    directory.meanwhile = lambda what, user_name: directory.locked.add(user_name) if what == "groups" else None
    with pytest.raises(RecordLocked):
        directory.create("perost", PER)
    assert directory.writes == [("create", "perost")]
