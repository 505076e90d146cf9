"""Every directory keeps the promises of the port: the double that processes are tested with, and each product's pages."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import AbstractContextManager
from datetime import date
from typing import Any

import pytest
from directory_houses import House, account, katalog_house, memory_house
from lam_house import lam_house
from pydantic import SecretStr

from common.errors import ConflictInTarget, TargetRejected
from useradmin_svc.directory.entry import AccountState, Arrangement, Entry
from useradmin_svc.directory.port import Directory, Wanted

Building = Callable[[pytest.TempPathFactory], AbstractContextManager[House]]
Act = Callable[[Directory, str], None]
HOUSES: dict[str, Building] = {"memory": memory_house, "katalog": katalog_house, "lam": lam_house}
GROUPS = ("ADM-ALLE", "SKOLE-ALLE", "SKOLE-LÆRERE")
SECRET = SecretStr("Blåbær-17-kvist-Æ")
NEW = Arrangement(
    family_name="Østgård",
    given_name="Per",
    employee_no="104418",
    person_key="c9f0f895fb98ab9159f51fd0297e236d",
    units=("312900114", "312900122"),
    place="Skole",
    groups=("SKOLE-ALLE", "SKOLE-LÆRERE"),
    manager="kariba",
    mail="per.ostgard@skole.example",
    hidden=False,
    expires=date(2027, 6, 30),
    remark="Bestilling BRK-9003",
)
OTHER = Arrangement(
    family_name="Østgård-Åsen",
    given_name="Per Ærlig",
    employee_no="204418",
    person_key="45c48cce2e2d7fbdea1afc51c7c6ad26",
    units=("312900130",),
    place="Helse",
    groups=("ADM-ALLE",),
    manager="olanor",
    mail="per@helse.example",
    hidden=True,
    expires=date(2028, 1, 31),
    remark="Flyttet",
)
BARE = OTHER.model_copy(
    update={
        "employee_no": "",
        "person_key": "",
        "units": (),
        "groups": (),
        "manager": "",
        "mail": "",
        "hidden": False,
        "expires": None,
        "remark": "",
    }
)
STRANGE = ("*", "(uid=*)", "<b>Per</b>", "Per & Ola", "O'Brien", 'Per "Pelle"', "a\\2a", "Æåø", "x,y=z+q;#", "x" * 300)


@pytest.fixture(scope="module", params=HOUSES, ids=str)
def standing(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Generator[House]:
    with HOUSES[request.param](tmp_path_factory) as house:
        yield house


@pytest.fixture
def house(standing: House) -> House:
    """A directory with a leader, Kari, and Ola, who are members of nothing."""
    standing.fresh()
    kari = account("kariba", family_name="Bakkehaug", given_name="Kari", employee_no="100003", person_key="", units=[])
    standing.seed([kari, account(secret=SECRET.get_secret_value())], GROUPS)
    return standing


def standing_entry(house: House, user_name: str) -> Entry:
    found = house.open().entry(user_name)
    assert found is not None
    return found


def as_arranged(arrangement: Arrangement, user_name: str, state: AccountState) -> Entry:
    return Entry(user_name=user_name, state=state, **arrangement.model_dump())


def names(house: House, wanted: Wanted) -> list[str]:
    return sorted(one.user_name for one in house.open().find(wanted))


def _arrange(directory: Directory, user_name: str) -> None:
    directory.arrange(user_name, NEW)


def _set_secret(directory: Directory, user_name: str) -> None:
    directory.set_secret(user_name, SECRET)


def _disable(directory: Directory, user_name: str) -> None:
    directory.disable(user_name, remark="Sperret")


def _set_aside(directory: Directory, user_name: str) -> None:
    directory.set_aside(user_name, remark="Slettes")


def _delete(directory: Directory, user_name: str) -> None:
    directory.delete(user_name)


class TestFinding:
    @pytest.mark.parametrize(
        "wanted",
        [
            Wanted(user_name="olanor"),
            Wanted(user_name="OlaNor"),
            Wanted(employee_no="104417"),
            Wanted(person_key="8f14e45fceea167a5a36dedd4bea2543"),
            Wanted(family_name="Nordhaug Åsen", given_name="Ola"),
        ],
    )
    def test_by_each_key(self, house: House, wanted: Wanted) -> None:
        (found,) = house.open().find(wanted)
        assert found.model_dump() == {
            "user_name": "olanor",
            "family_name": "Nordhaug Åsen",
            "given_name": "Ola",
            "employee_no": "104417",
            "person_key": "8f14e45fceea167a5a36dedd4bea2543",
            "units": ("312900114", "312900122"),
            "expires": date(2027, 6, 30),
            "state": AccountState.ACTIVE,
        }

    @pytest.mark.parametrize(
        "wanted",
        [
            Wanted(user_name="olano"),
            Wanted(user_name="olanor1"),
            Wanted(employee_no="10441"),
            Wanted(employee_no="4417"),
            Wanted(person_key="8f14e45fceea167a5a36dedd4bea254"),
            Wanted(family_name="Nordhaug", given_name="Ola"),
            Wanted(family_name="Nordhaug Åsen", given_name="Ol"),
            Wanted(family_name="Nordhaug Asen", given_name="Ola"),
        ],
    )
    def test_only_whole(self, house: House, wanted: Wanted) -> None:
        assert house.open().find(wanted) == []

    @pytest.mark.parametrize("name", ["Nordhaug\nÅsen", "Nordhaug  Åsen", " Nordhaug Åsen"])
    def test_every_blank_counts(self, house: House, name: str) -> None:
        assert house.open().find(Wanted(family_name=name, given_name="Ola")) == []

    @pytest.mark.parametrize("text", STRANGE)
    def test_nothing_that_is_sought_is_a_pattern(self, house: House, text: str) -> None:
        assert house.open().find(Wanted(employee_no=text)) == []
        assert house.open().find(Wanted(family_name=text, given_name=text)) == []
        assert house.open().entry(text) is None

    def test_all_of_one_person_whatever_their_state_and_place(self, house: House) -> None:
        house.seed(
            [
                account("olanor2", place="Helse", state="DISABLED"),
                account("olanor3", state="PENDING_DELETE"),
                account("olanor4", place="Administrasjon", employee_no="1"),
            ]
        )
        states = {one.user_name: one.state for one in house.open().find(Wanted(employee_no="104417"))}
        assert states == {
            "olanor": AccountState.ACTIVE,
            "olanor2": AccountState.DISABLED,
            "olanor3": AccountState.PENDING_DELETE,
        }
        assert names(house, Wanted(family_name="Nordhaug Åsen", given_name="Ola")) == [
            "olanor",
            "olanor2",
            "olanor3",
            "olanor4",
        ]

    def test_everybody_over_all_pages(self, house: House) -> None:
        many = [account(f"bruker{n:03}", employee_no=str(n), person_key="", units=[], expires=None) for n in range(149)]
        house.seed(many)
        everybody = house.open().everybody()
        assert sorted(one.user_name for one in everybody) == sorted(
            ["kariba", "olanor", *(one["user_name"] for one in many)]
        )
        (ola,) = [one for one in everybody if one.user_name == "olanor"]
        assert [ola] == house.open().find(Wanted(user_name="olanor"))

    def test_an_account_from_before_anything_was_kept(self, house: House) -> None:
        bare: dict[str, Any] = {
            "employee_no": "",
            "person_key": "",
            "units": [],
            "expires": None,
            "mail": "",
            "remark": "",
        }
        house.seed([account("gammel", given_name="Gammel", **bare)])
        entry = standing_entry(house, "gammel")
        assert (entry.employee_no, entry.person_key, entry.units, entry.expires) == ("", "", (), None)
        assert (entry.mail, entry.remark, entry.manager, entry.groups) == ("", "", "", ())

    def test_the_groups_there_are(self, house: House) -> None:
        assert sorted(house.open().groups()) == sorted(GROUPS)

    def test_an_account_that_is_not_there(self, house: House) -> None:
        assert house.open().entry("ingen") is None
        assert house.open().find(Wanted(user_name="ingen")) == []


class TestNewAccount:
    def test_reads_back_whole_and_nobody_can_sign_in(self, house: House) -> None:
        house.open().create("perost", NEW)
        assert standing_entry(house, "perost") == as_arranged(NEW, "perost", AccountState.DISABLED)
        (held,) = [one for one in house.accounts() if one["user_name"] == "perost"]
        assert held == as_arranged(NEW, "perost", AccountState.DISABLED).model_dump(mode="json")
        assert {house.sign_in("perost", secret) for secret in ("", "perost", SECRET.get_secret_value())} == {"REFUSED"}

    def test_with_nothing_but_names_and_place(self, house: House) -> None:
        house.open().create("perost", BARE)
        assert standing_entry(house, "perost") == as_arranged(BARE, "perost", AccountState.DISABLED)

    @pytest.mark.parametrize("state", AccountState)
    def test_a_name_that_is_taken(self, house: House, state: AccountState) -> None:
        house.seed([account("perost", state=state.value, place="Helse")])
        before = house.accounts()
        with pytest.raises(TargetRejected):
            house.open().create("perost", NEW)
        assert house.accounts() == before

    def test_a_name_is_taken_in_capitals_too(self, house: House) -> None:
        house.seed([account("PerOst")])
        with pytest.raises(TargetRejected):
            house.open().create("perost", NEW)
        assert names(house, Wanted(user_name="perost")) == ["PerOst"]

    @pytest.mark.parametrize("text", STRANGE)
    def test_names_are_stored_exactly_or_refused(self, house: House, text: str) -> None:
        arrangement = NEW.model_copy(update={"family_name": text, "given_name": text})
        try:
            house.open().create("perost", arrangement)
        except TargetRejected:
            assert house.open().entry("perost") is None
        else:
            assert standing_entry(house, "perost") == as_arranged(arrangement, "perost", AccountState.DISABLED)
        assert len(house.accounts()) <= 3

    @pytest.mark.parametrize("text", ["<b>Vikar</b> & 'co'", "*)(uid=*", "Sperret 30.11.2026, bestilling BRK-9003"])
    def test_a_remark_is_stored_exactly(self, house: House, text: str) -> None:
        house.open().create("perost", NEW.model_copy(update={"remark": text}))
        assert standing_entry(house, "perost").remark == text

    @pytest.mark.parametrize(
        "different",
        [
            {"family_name": " Østgård"},
            {"family_name": "Øst  gård"},
            {"given_name": "Per\nOla"},
            {"family_name": ""},
            {"place": "Kantina"},
            {"manager": "ingen"},
        ],
    )
    def test_what_cannot_be_is_refused(self, house: House, different: dict[str, str]) -> None:
        with pytest.raises(TargetRejected):
            house.open().create("perost", NEW.model_copy(update=different))
        assert house.open().entry("perost") is None

    @pytest.mark.parametrize("user_name", ["", "per ost", "per*", "<b>", "x" * 300, "per,ou=Brukere"])
    def test_a_user_name_that_cannot_be_is_refused(self, house: House, user_name: str) -> None:
        with pytest.raises(TargetRejected):
            house.open().create(user_name, NEW)
        assert len(house.accounts()) == 2

    def test_groups_that_are_not_there(self, house: House) -> None:
        with pytest.raises(TargetRejected):
            house.open().create("perost", NEW.model_copy(update={"groups": ("FINNES-IKKE", "SKOLE-ALLE")}))
        assert [one["groups"] for one in house.accounts() if one["user_name"] == "perost"] in ([], [[]])


class TestArranging:
    def test_everything_is_replaced_and_the_account_moves(self, house: House) -> None:
        house.open().create("perost", NEW)
        house.open().arrange("perost", OTHER)
        assert standing_entry(house, "perost") == as_arranged(OTHER, "perost", AccountState.DISABLED)
        house.open().arrange("perost", BARE)
        assert standing_entry(house, "perost") == as_arranged(BARE, "perost", AccountState.DISABLED)
        assert len(house.accounts()) == 3

    def test_state_and_secret_stay(self, house: House) -> None:
        house.open().arrange("olanor", NEW)
        assert standing_entry(house, "olanor") == as_arranged(NEW, "olanor", AccountState.ACTIVE)
        assert house.sign_in("olanor", SECRET.get_secret_value()) == "SIGNED_IN"

    def test_a_second_time_changes_nothing(self, house: House) -> None:
        house.open().arrange("olanor", NEW)
        before = house.accounts()
        house.open().arrange("olanor", NEW)
        assert house.accounts() == before

    def test_what_cannot_be_leaves_everything_as_it_was(self, house: House) -> None:
        before = house.accounts()
        with pytest.raises(TargetRejected):
            house.open().arrange("olanor", NEW.model_copy(update={"place": "Kantina"}))
        assert house.accounts() == before

    def test_of_one_that_is_set_aside_takes_it_back(self, house: House) -> None:
        house.seed([account("perost", state="PENDING_DELETE")])
        house.open().arrange("perost", NEW)
        assert standing_entry(house, "perost") == as_arranged(NEW, "perost", AccountState.DISABLED)


class TestSecret:
    def test_must_be_changed_at_the_first_sign_in(self, house: House) -> None:
        house.open().create("perost", NEW)
        house.open().set_secret("perost", SECRET)
        assert house.sign_in("perost", SECRET.get_secret_value()) == "MUST_CHANGE"
        assert house.sign_in("perost", SECRET.get_secret_value() + "x") == "REFUSED"
        assert standing_entry(house, "perost") == as_arranged(NEW, "perost", AccountState.ACTIVE)

    def test_a_new_one_takes_the_place_of_the_old(self, house: House) -> None:
        house.open().set_secret("olanor", SecretStr("Tyttebær-18-kvist"))
        assert house.sign_in("olanor", SECRET.get_secret_value()) == "REFUSED"
        assert house.sign_in("olanor", "Tyttebær-18-kvist") == "MUST_CHANGE"


class TestDisabling:
    def test_nobody_can_sign_in_and_the_rest_stays(self, house: House) -> None:
        before = standing_entry(house, "olanor")
        house.open().disable("olanor", remark="Sperret 30.11.2026, bestilling BRK-9003")
        change = {"state": AccountState.DISABLED, "remark": "Sperret 30.11.2026, bestilling BRK-9003"}
        assert standing_entry(house, "olanor") == before.model_copy(update=change)
        assert house.sign_in("olanor", SECRET.get_secret_value()) == "REFUSED"

    def test_twice(self, house: House) -> None:
        house.open().disable("olanor", remark="Sperret")
        house.open().disable("olanor", remark="Sperret igjen")
        entry = standing_entry(house, "olanor")
        assert (entry.state, entry.remark) == (AccountState.DISABLED, "Sperret igjen")

    def test_whoever_comes_back_gets_a_new_secret(self, house: House) -> None:
        house.open().disable("olanor", remark="Sperret")
        house.open().arrange("olanor", NEW)
        assert house.sign_in("olanor", SECRET.get_secret_value()) == "REFUSED"
        house.open().set_secret("olanor", SecretStr("Tyttebær-18-kvist"))
        assert standing_entry(house, "olanor") == as_arranged(NEW, "olanor", AccountState.ACTIVE)
        assert house.sign_in("olanor", "Tyttebær-18-kvist") == "MUST_CHANGE"
        assert house.sign_in("olanor", SECRET.get_secret_value()) == "REFUSED"


class TestEnd:
    def test_set_aside_in_no_group_and_hidden(self, house: House) -> None:
        house.open().create("perost", NEW)
        house.open().set_aside("perost", remark="Slettes 28.02.2027")
        change = {"groups": (), "hidden": True, "place": "Slettes", "remark": "Slettes 28.02.2027"}
        expected = as_arranged(NEW, "perost", AccountState.PENDING_DELETE).model_copy(update=change)
        assert standing_entry(house, "perost") == expected
        assert house.open().find(Wanted(employee_no="104418"))[0].state is AccountState.PENDING_DELETE
        house.open().set_aside("perost", remark="Slettes 28.02.2027")
        assert standing_entry(house, "perost") == expected

    def test_deleted_it_is_gone(self, house: House) -> None:
        house.open().create("perost", NEW)
        house.open().set_aside("perost", remark="Slettes")
        house.open().delete("perost")
        assert house.open().entry("perost") is None
        assert [one["user_name"] for one in house.accounts()] == ["kariba", "olanor"]
        house.open().create("perost", BARE)
        assert standing_entry(house, "perost").groups == ()

    @pytest.mark.parametrize("act", [_set_aside, _delete])
    def test_not_of_an_active_one(self, house: House, act: Act) -> None:
        before = house.accounts()
        with pytest.raises(TargetRejected):
            act(house.open(), "olanor")
        assert house.accounts() == before


@pytest.mark.parametrize("act", [_arrange, _set_secret, _disable, _set_aside, _delete])
def test_nothing_is_done_with_an_account_that_is_not_there(house: House, act: Act) -> None:
    before = house.accounts()
    with pytest.raises(ConflictInTarget):
        act(house.open(), "ingen")
    assert house.accounts() == before
