"""`network-accounts`: a robot that dies anywhere on the way leaves one account, with its groups, and one secret that works."""

from __future__ import annotations

from pathlib import Path

import pytest
from account_office import ACTIVE, DISABLED, ELEV, EMPLOYEE_NO, HOME, LAST, PENDING, Office

from common.errors import LeaseLost, TargetTimeout
from common.process import OutcomeCode
from useradmin_svc.accounts.order import AccountOrder


@pytest.fixture(autouse=True)
def accounts_say_whose_they_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "key").write_text("k" * 32)
    monkeypatch.setenv("ROGER_ORDERS_PERSON_KEY", str(tmp_path / "key"))


def in_both(office: Office) -> AccountOrder:
    """Somebody new, whose namesake has the first user name."""
    office.elev.put("anelov", employee_no="5", person_key="somebody")
    return office.order(network="BOTH", mailbox=True, groups=["KANTINE"])


def in_the_other(office: Office) -> AccountOrder:
    """Somebody who has an account in one of two networks."""
    office.standing("gammelt")
    return office.order(network="BOTH", groups=["KANTINE"])


def again(office: Office) -> AccountOrder:
    """Somebody is back, in one network before the account was set aside and in the other after that."""
    office.standing(state=DISABLED, groups=(), remark="Sperret 30.06.2026, bestilling BRK-1", hidden=True)
    office.standing(network=ELEV, state=PENDING, groups=(), hidden=True)
    return office.order("REACTIVATE", "BOTH")


def elsewhere(office: Office) -> AccountOrder:
    """Somebody moves, and keeps the secret."""
    office.standing()
    return office.moved()


WAYS = {"both": in_both, "other": in_the_other, "again": again, "elsewhere": elsewhere}
ENDS: dict[str, tuple[OutcomeCode, dict[str, str], list[str]]] = {
    "both": (OutcomeCode.CREATED, {"TK": "CREATED", "ELEV": "CREATED"}, ["TK-nett", "elevnett"]),
    "other": (OutcomeCode.CREATED, {"TK": "UPDATED", "ELEV": "CREATED"}, ["elevnett"]),
    "again": (OutcomeCode.UPDATED, {"TK": "UPDATED", "ELEV": "UPDATED"}, ["TK-nett", "elevnett"]),
    "elsewhere": (OutcomeCode.UPDATED, {"TK": "UPDATED"}, []),
}
GROUPS = {
    "both": (("KANTINE", "SKOLE-ALLE", "SKRIVER-1"), ("KANTINE", "LAERERE")),
    "other": (("KANTINE", "SKOLE-ALLE", "SKRIVER-1"), ("KANTINE", "LAERERE")),
    "again": (("SKOLE-ALLE", "SKRIVER-1"), ("LAERERE",)),
    "elsewhere": (("HELSE-ALLE", "SKRIVER-1"), None),
}


def deaths() -> list[tuple[str, str]]:
    """(way, point): everywhere a run can die on each of the ways."""
    found: list[tuple[str, str]] = []
    for name, prepare in WAYS.items():
        office = Office()
        office.perform(prepare(office))
        assert office.case.platform is not None
        found += [(name, point) for point in office.case.platform.reached]
    assert {("both", "grouped:2"), ("again", "secret_set:2"), ("elsewhere", "arranged:1")} <= {*found}
    return found


def saves() -> list[tuple[str, str]]:
    """Those of them right before and after something was saved anywhere."""
    return [(way, point) for way, point in deaths() if not point.startswith(("open", "commit:", "remember:", "use:"))]


def require_as_ordered(office: Office, way: str) -> None:
    """One account in each network, in use, with its groups, and its owner has been told the secret that it has."""
    for directory, groups in zip((office.tk, office.elev), GROUPS[way], strict=True):
        if groups is None:
            assert directory.standing(EMPLOYEE_NO) == []
            continue
        (account,) = directory.standing(EMPLOYEE_NO)
        assert (account.state, account.groups, account.expires, account.hidden) == (ACTIVE, groups, LAST, False)
        assert sum(what == "create" for what, _ in directory.writes) <= 1
    for given in office.case.entrusted.values():
        directory = office.tk if given.about == "TK-nett" else office.elev
        (account,) = directory.standing(EMPLOYEE_NO)
        assert directory.sign_in(account.user_name, given.secret.get_secret_value()) == "MUST_CHANGE"


class TestDeath:
    @pytest.mark.parametrize(("way", "point"), deaths())
    def test_anywhere(self, way: str, point: str) -> None:
        office = Office()
        order = WAYS[way](office)
        with pytest.raises(LeaseLost):
            office.perform(order, dies_at=point)
        self.ends_well(office, order, way)

    @pytest.mark.parametrize(("way", "point"), saves())
    def test_anywhere_and_a_persons_retry(self, way: str, point: str) -> None:
        office = Office()
        order = WAYS[way](office)
        with pytest.raises(LeaseLost):
            office.perform(order, dies_at=point)
        office.case.retried()
        outcome = office.perform(order)
        require_as_ordered(office, way)
        assert [given.about for given in office.case.entrusted.values()] == ENDS[way][2]
        made = outcome.code is OutcomeCode.CREATED
        assert made is (ENDS[way][0] is OutcomeCode.CREATED), "what this case has made it has made"

    @pytest.mark.parametrize(("way", "point"), [death for death in saves() if death[0] == "again"])
    def test_twice(self, way: str, point: str) -> None:
        office = Office()
        order = WAYS[way](office)
        with pytest.raises(LeaseLost):
            office.perform(order, dies_at=point)
        with pytest.raises(LeaseLost):
            office.perform(order, dies_at="open:2")
        self.ends_well(office, order, way)

    @pytest.mark.parametrize("way", WAYS)
    @pytest.mark.parametrize("save", ["create", "groups", "arrange", "secret"])
    def test_of_a_page_right_before_a_save(self, way: str, save: str) -> None:
        office = Office()
        order = WAYS[way](office)
        times = {"left": 1}

        def fail(what: str, user_name: str) -> None:
            if what == save and times["left"]:
                times["left"] = 0
                raise TargetTimeout

        office.tk.meanwhile = office.elev.meanwhile = fail
        try:
            office.perform(order)
        except TargetTimeout:
            self.ends_well(office, order, way)
        else:
            require_as_ordered(office, way)

    def ends_well(self, office: Office, order: AccountOrder, way: str) -> None:
        outcome = office.perform(order)
        code, networks, secrets = ENDS[way]
        assert (outcome.code, outcome.detail["networks"]) == (code, networks)
        assert [given.about for given in office.case.entrusted.values()] == secrets
        require_as_ordered(office, way)
        assert office.again(order).code is OutcomeCode.EXISTS


class TestBetweenTwoAttempts:
    def test_an_account_that_somebody_makes_of_the_chosen_name_stays_theirs(self) -> None:
        office = Office()
        order = office.order()
        with pytest.raises(LeaseLost):
            office.perform(order, dies_at="create:1")
        office.tk.put("anelov", employee_no="5", person_key="somebody")
        with pytest.raises(Exception, match="another person's"):
            office.perform(order)
        assert office.tk.accounts["anelov"].person_key == "somebody"
        office.case.retried()
        assert office.perform(order).detail["user_names"] == {"TK": "anelov2"}

    def test_an_account_that_was_disabled_stays_so(self) -> None:
        office = Office()
        before = office.standing()
        order = office.order(unit=HOME)
        with pytest.raises(LeaseLost):
            office.perform(order, dies_at="arrange:1")
        office.tk.accounts["anelov"] = before.model_copy(update={"state": DISABLED})
        with pytest.raises(Exception, match="meanwhile"):
            office.perform(order)
        assert office.tk.accounts["anelov"].state is DISABLED

    def test_whoever_is_in_already_is_not_given_another_secret(self) -> None:
        """TK-nett is done when elevnett fails for good; a person mends that and lets Roger try again."""
        office = Office()
        order = office.order(network="BOTH")
        with pytest.raises(LeaseLost):
            office.perform(order, dies_at="secret:2")
        known = office.tk.secrets["anelov"]
        office.tk.must_change.discard("anelov")
        office.case.retried()
        outcome = office.perform(order)
        assert outcome.detail["networks"] == {"TK": "CREATED", "ELEV": "CREATED"}
        assert office.tk.sign_in("anelov", known) == "SIGNED_IN"
        assert office.elev.accounts["anelov"].state is ACTIVE
