"""`network-accounts`: what an attempt found may be hours old at the next one, and whatever was done meanwhile counts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from account_office import ACTIVE, ELEV, EMPLOYEE_NO, HOME, LAST, SCHOOL, TK, Office

from common.errors import ConflictInTarget, LeaseLost, NotConfirmed
from common.process import OutcomeCode
from useradmin_svc.accounts.order import AccountOrder


@pytest.fixture(autouse=True)
def accounts_say_whose_they_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "key").write_text("k" * 32)
    monkeypatch.setenv("ROGER_ORDERS_PERSON_KEY", str(tmp_path / "key"))


@pytest.fixture
def office() -> Office:
    return Office()


def put_off(office: Office, order: AccountOrder, dies_at: str) -> None:
    """The first attempt comes so far, and the case waits."""
    with pytest.raises(LeaseLost):
        office.perform(order, dies_at=dies_at)


def meanwhile(office: Office, order: AccountOrder) -> None:
    """Another case is carried out, and the first one's turn comes again."""
    first = office.case
    office.again(order)
    office.case = office.tk.case = office.elev.case = office.orderers.case = first


class TestAnAccountThatSomebodyHasGotMeanwhile:
    """The first attempt found none, and stopped: at the other network, or right before it began."""

    @pytest.mark.parametrize("point", ["commit:3", "remember:1", "remember:2", "commit:7"])
    def test_by_another_order_is_the_only_one(self, office: Office, point: str) -> None:
        order = office.order(network="BOTH", mailbox=True)
        put_off(office, order, point)
        meanwhile(office, office.order(unit=HOME, order_id="BRK-2"))
        with pytest.raises(ConflictInTarget, match="meanwhile"):
            office.perform(order)
        assert len(office.tk.standing(EMPLOYEE_NO)) == 1
        # A person lets Roger try again.
        office.case.retried()
        assert office.perform(order).detail["networks"] == {"TK": "UPDATED", "ELEV": "CREATED"}
        (account,) = office.tk.standing(EMPLOYEE_NO)
        assert (account.state, account.units) == (ACTIVE, (SCHOOL, HOME))
        assert [one.user_name for one in office.elev.standing(EMPLOYEE_NO)] == [account.user_name]

    @pytest.mark.parametrize("point", ["remember:2", "create:1"])
    def test_in_the_other_network_gives_the_name(self, office: Office, point: str) -> None:
        """Nobody is called one thing here and another there."""
        order = office.order(network="TK")
        put_off(office, order, point)
        meanwhile(office, office.order(network="ELEV", order_id="BRK-2"))
        with pytest.raises(ConflictInTarget, match="meanwhile"):
            office.perform(order)
        office.case.retried()
        office.perform(order)
        assert [one.user_name for one in office.tk.standing(EMPLOYEE_NO)] == ["anelov2"]
        assert [one.user_name for one in office.elev.standing(EMPLOYEE_NO)] == ["anelov2"]

    def test_by_hand_is_the_only_one(self, office: Office) -> None:
        order = office.order()
        put_off(office, order, "remember:2")
        office.standing("ane.lovas")
        with pytest.raises(ConflictInTarget, match="meanwhile"):
            office.perform(order)
        assert [one.user_name for one in office.tk.standing(EMPLOYEE_NO)] == ["ane.lovas"]


class TestAnAccountThatWasChangedMeanwhile:
    def test_after_its_owner_was_let_in_keeps_the_secret_that_was_sent(self, office: Office) -> None:
        order = office.order()
        put_off(office, order, "entrusted:1")
        sent = office.case.entrusted["secret in TK"]
        meanwhile(office, office.order(unit=HOME, order_id="BRK-2"))
        with pytest.raises(NotConfirmed):
            office.perform(order)
        # A person lets Roger try again.
        office.case.retried()
        office.perform(order)
        assert office.case.entrusted == {"secret in TK": sent}
        assert office.tk.sign_in("anelov", sent.secret.get_secret_value()) == "MUST_CHANGE"

    def test_does_not_get_back_what_another_order_took(self, office: Office) -> None:
        """She worked for both, and has left the nursing home while the order of the school waited."""
        both: dict[str, Any] = {"units": (SCHOOL, HOME), "groups": ("HELSE-ALLE", "SKOLE-ALLE", "SKRIVER-1")}
        before = office.standing(**both)
        order = office.order("CHANGE", groups=["KANTINE"])
        put_off(office, order, "arrange:1")
        left = {"units": (SCHOOL,), "groups": ("SKOLE-ALLE", "SKRIVER-1")}
        office.tk.accounts["anelov"] = before.model_copy(update=left)
        with pytest.raises(ConflictInTarget, match="meanwhile"):
            office.perform(order)
        assert (office.tk.accounts["anelov"].units, office.tk.accounts["anelov"].groups) == (*left.values(),)
        office.case.retried()
        assert office.perform(order).code is OutcomeCode.UPDATED
        assert office.tk.accounts["anelov"].groups == ("KANTINE", "SKOLE-ALLE", "SKRIVER-1")

    def test_keeps_what_another_order_gave(self, office: Office) -> None:
        office.standing()
        order = office.order("CHANGE", mailbox=True)
        put_off(office, order, "arrange:1")
        meanwhile(office, office.order(unit=HOME, order_id="BRK-2", employment={"type": "FAST", "from": LAST}))
        with pytest.raises(ConflictInTarget, match="meanwhile"):
            office.perform(order)
        account = office.tk.accounts["anelov"]
        assert (account.units, account.expires) == ((SCHOOL, HOME), None)

    @pytest.mark.parametrize("network", [TK, ELEV])
    def test_by_this_case_itself_is_gone_on_with(self, office: Office, network: str) -> None:
        office.standing(network=TK)
        office.standing(network=ELEV)
        order = office.order("CHANGE", network, groups=["KANTINE"], mailbox=True)
        put_off(office, order, "arranged:1")
        assert office.perform(order).code is OutcomeCode.UPDATED
