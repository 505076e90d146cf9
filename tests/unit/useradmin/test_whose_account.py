"""Which account is the subject's of an order, and what proves that somebody has left."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from access_office import HALL, HOME, SCHOOL, SUBJECT, Office

from common.errors import ConflictInTarget, NameMismatch
from useradmin_svc.directory.desk import directory_screen
from useradmin_svc.directory.entry import AccountState, Network
from useradmin_svc.directory.whose import Whereabouts, account_in_use, whereabouts
from useradmin_svc.person_key import person_key

if TYPE_CHECKING:
    from pathlib import Path

    from common.process import Run

OTHER_KEY = "f" * 32
DISABLED = AccountState.DISABLED


@pytest.fixture
def office() -> Office:
    return Office()


@pytest.fixture
def keyed(office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Accounts are marked with whose they are; Ahmed's mark."""
    (tmp_path / "key").write_text("k" * 32)
    monkeypatch.setenv("ROGER_ORDERS_PERSON_KEY", str(tmp_path / "key"))
    return person_key(office.ahmed.number)


def run(office: Office) -> Run:
    return office.case.run({directory_screen(Network.TK): office.tk})


def seen(office: Office) -> Whereabouts:
    return whereabouts(run(office), office.order())


class TestTheAccountInUse:
    def test_is_found_by_employee_number(self, office: Office) -> None:
        assert account_in_use(run(office), office.order()).user_name == "ahmyus"

    def test_is_found_by_the_persons_mark_under_another_number(self, office: Office, keyed: str) -> None:
        office.employed(employee_no="9", person_key=keyed)
        assert account_in_use(run(office), office.order()).user_name == "ahmyus"

    def test_is_the_active_one(self, office: Office, keyed: str) -> None:
        office.employed(state=DISABLED, person_key=keyed)
        office.tk.put("ahmyus2", family_name="Yusuf", given_name="Ahmed", employee_no="9", person_key=keyed)
        assert account_in_use(run(office), office.order()).user_name == "ahmyus2"

    def test_is_not_another_persons_with_this_number(self, office: Office, keyed: str) -> None:
        office.employed(person_key=OTHER_KEY)
        with pytest.raises(ConflictInTarget, match="another person's"):
            account_in_use(run(office), office.order())
        assert keyed

    def test_may_be_from_before_accounts_were_marked(self, office: Office, keyed: str) -> None:
        office.employed(person_key="")
        assert account_in_use(run(office), office.order()).user_name == "ahmyus"
        assert keyed

    def test_has_the_persons_name(self, office: Office) -> None:
        office.employed(given_name="Ola")
        with pytest.raises(NameMismatch):
            account_in_use(run(office), office.order())


class TestWhereSomebodyWorks:
    def test_is_what_all_active_accounts_say(self, office: Office, keyed: str) -> None:
        office.employed(units=(SCHOOL,), person_key=keyed)
        same = {"family_name": "Yusuf", "given_name": "Ahmed", "person_key": keyed}
        office.tk.put("ahmyus2", employee_no="9", units=(HOME,), **same)
        office.tk.put("ahmyus3", employee_no=SUBJECT, units=(HALL,), state=DISABLED, **same)
        found = seen(office)
        assert (found.user_names, set(found.units)) == (("ahmyus", "ahmyus2", "ahmyus3"), {SCHOOL, HOME})
        assert [found.has_left(unit) for unit in (SCHOOL, HOME, HALL)] == [False, False, True]
        assert not found.gone

    def test_is_told_by_the_mark_where_the_employee_number_is_wrong(self, office: Office, keyed: str) -> None:
        """A wrong number in an order proves nothing."""
        office.employed(employee_no="9", person_key=keyed)
        assert not seen(office).has_left(SCHOOL)

    @pytest.mark.parametrize("accounts", [{}, {"ahmyus": DISABLED}])
    def test_is_nowhere_once_the_marked_accounts_are_gone(self, office: Office, keyed: str, accounts: Any) -> None:
        office.tk.accounts.clear()
        for state in accounts.values():
            office.employed(state=state, person_key=keyed)
        assert seen(office).has_left(SCHOOL)
        assert seen(office).gone

    def test_is_unknown_while_an_account_of_that_name_says_not_whose_it_is(self, office: Office, keyed: str) -> None:
        """A wrong number in an order proves nothing about accounts from before they were marked either."""
        office.employed(employee_no="9", person_key="")
        assert not seen(office).has_left(SCHOOL)
        assert not seen(office).gone
        office.employed(employee_no="9", person_key="", state=DISABLED)
        assert seen(office).gone
        office.employed(employee_no="9", person_key=OTHER_KEY)
        assert seen(office).gone
        assert keyed

    def test_is_unknown_without_marks_and_without_an_account(self, office: Office) -> None:
        office.tk.accounts.clear()
        assert not seen(office).has_left(SCHOOL)
        assert not seen(office).gone

    def test_is_unknown_where_an_active_account_names_no_unit(self, office: Office) -> None:
        office.employed(units=())
        assert not seen(office).has_left(SCHOOL)
        assert not seen(office).gone
