"""What differs between a directory and the orders, each rule at its boundary."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from common.testing import MemoryCase, MemoryRegisters
from useradmin_svc.directory.entry import AccountState, Network, Sighting
from useradmin_svc.reconciliation.comparing import Finding, Kind, Known, OrderedAccount, compare
from useradmin_svc.reconciliation.exceptions import Excepted, ExceptedAccount, excepted, exceptions

TODAY = date(2026, 11, 23)
YESTERDAY, TOMORROW = TODAY - timedelta(days=1), TODAY + timedelta(days=1)
ACTIVE, DISABLED, PENDING = AccountState
NOBODY = Excepted()


def account(user_name: str = "olanor", **known: Any) -> Sighting:
    usual: dict[str, Any] = {
        "family_name": "Nordhaug",
        "given_name": "Ola",
        "employee_no": "104417",
        "person_key": "",
        "units": ("311874322",),
        "expires": None,
        "state": ACTIVE,
    }
    return Sighting(user_name=user_name, **usual | known)


def ordered(*user_names: str, expires: date | None = None, deleted: tuple[str, ...] = ()) -> Known:
    orders = {
        name.casefold(): OrderedAccount(
            network=Network.TK, user_name=name, unit="311874322", employee_no="104417", expires=expires
        )
        for name in user_names
    }
    return Known(ordered=orders, deleted=frozenset(deleted))


def found(
    *listed: Sighting, before: Known | None = None, after: Known | None = None, but: Excepted = NOBODY
) -> list[tuple[Kind, str]]:
    before = before or ordered()
    return [(each.kind, each.user_name) for each in compare(listed, before, after or before, but, TODAY)]


class TestAccountsThatNobodyOrdered:
    def test_what_was_ordered_and_stands_is_no_difference(self) -> None:
        assert found(account(), before=ordered("olanor")) == []

    @pytest.mark.parametrize("state", [ACTIVE, DISABLED])
    def test_what_nobody_ordered_is_told_also_when_it_is_disabled(self, state: AccountState) -> None:
        assert found(account(state=state)) == [(Kind.NOT_ORDERED, "olanor")]

    def test_what_waits_to_be_deleted_is_done_with(self) -> None:
        assert found(account(state=PENDING)) == []

    def test_user_names_are_the_same_whatever_their_capitals(self) -> None:
        assert found(account("OlaNor"), before=ordered("olanor")) == []

    def test_what_was_made_while_the_directory_was_read_is_ordered(self) -> None:
        assert found(account(), before=ordered(), after=ordered("olanor")) == []


class TestOrdersWithoutAccount:
    def test_an_account_that_is_gone_is_told(self) -> None:
        assert found(before=ordered("olanor")) == [(Kind.NO_ACCOUNT, "olanor")]

    @pytest.mark.parametrize("state", AccountState)
    def test_an_account_is_there_whatever_its_state(self, state: AccountState) -> None:
        assert found(account(state=state), before=ordered("olanor")) == []

    def test_an_order_that_is_over_needs_no_account_from_the_day_after_its_last(self) -> None:
        assert found(before=ordered("olanor", expires=TODAY)) == [(Kind.NO_ACCOUNT, "olanor")]
        assert found(before=ordered("olanor", expires=YESTERDAY)) == []

    def test_what_roger_has_deleted_is_not_missing(self) -> None:
        assert found(before=ordered("olanor", deleted=("olanor",))) == []

    def test_what_was_deleted_while_the_directory_was_read_is_not_missing(self) -> None:
        assert found(before=ordered("olanor"), after=ordered("olanor", deleted=("olanor",))) == []

    def test_what_was_ordered_while_the_directory_was_read_is_not_missing(self) -> None:
        assert found(before=ordered(), after=ordered("olanor")) == []


class TestExpiredButEnabled:
    @pytest.mark.parametrize(("last_day", "told"), [(TODAY, False), (YESTERDAY, True), (TOMORROW, False)])
    def test_from_the_day_after_the_last(self, last_day: date, *, told: bool) -> None:
        findings = found(account(expires=last_day), before=ordered("olanor"))
        assert findings == [(Kind.EXPIRED_ENABLED, "olanor")] * told

    @pytest.mark.parametrize("state", [DISABLED, PENDING])
    def test_not_one_that_nobody_can_use(self, state: AccountState) -> None:
        assert found(account(expires=YESTERDAY, state=state), before=ordered("olanor")) == []

    def test_without_a_last_day_in_the_directory_the_order_s_counts(self) -> None:
        assert found(account(), before=ordered("olanor", expires=YESTERDAY)) == [(Kind.EXPIRED_ENABLED, "olanor")]
        assert found(account(), before=ordered("olanor", expires=TODAY)) == []

    def test_a_later_day_in_the_directory_counts_before_the_order_s(self) -> None:
        assert found(account(expires=TODAY), before=ordered("olanor", expires=YESTERDAY)) == []

    def test_one_that_nobody_ordered_is_both(self) -> None:
        assert found(account(expires=YESTERDAY)) == [(Kind.NOT_ORDERED, "olanor"), (Kind.EXPIRED_ENABLED, "olanor")]


class TestExceptions:
    @pytest.mark.parametrize(("until", "told"), [(TODAY, False), (YESTERDAY, True)])
    def test_hold_through_their_last_day(self, until: date, *, told: bool) -> None:
        but = Excepted(whole={"svc-backup": until})
        assert found(account("SVC-backup"), but=but) == [(Kind.NOT_ORDERED, "SVC-backup")] * told

    def test_one_that_has_run_out_is_told_with_its_day(self) -> None:
        (finding,) = compare([account()], ordered(), ordered(), Excepted(whole={"olanor": YESTERDAY}), TODAY)
        assert finding == Finding(
            kind=Kind.NOT_ORDERED,
            user_name="olanor",
            employee_no="104417",
            units=("311874322",),
            state=ACTIVE,
            excepted_until=YESTERDAY,
        )

    def test_cover_all_that_begin_alike(self) -> None:
        but = Excepted(beginnings={"elev": TODAY})
        assert found(account("elev0001"), account("ele0001"), but=but) == [(Kind.NOT_ORDERED, "ele0001")]

    def test_the_latest_of_several_counts(self) -> None:
        but = Excepted(whole={"elev0001": YESTERDAY}, beginnings={"elev": TODAY, "e": YESTERDAY})
        assert but.until("elev0001") == TODAY

    def test_an_expired_service_account_is_excepted_too(self) -> None:
        assert found(account(expires=YESTERDAY), but=Excepted(whole={"olanor": TODAY})) == []


class TestTheRegister:
    def row(self, user_name: str, network: Network = Network.TK) -> ExceptedAccount:
        return ExceptedAccount(network=network, user_name=user_name, until=TODAY, reason="Tjenestekonto")

    def test_is_read_network_by_network(self) -> None:
        registers = MemoryRegisters()
        rows = [self.row("svc-Backup"), self.row("elev*", Network.ELEV), self.row("Kiosk*")]
        registers.store("directory-exceptions", rows, valid_from=TODAY)
        run = MemoryCase(registers=registers).run()
        assert excepted(run, Network.TK) == Excepted(
            whole={"svc-backup": TODAY}, beginnings={"kiosk": TODAY}, version=1
        )
        assert excepted(run, Network.ELEV) == Excepted(beginnings={"elev": TODAY}, version=1)

    def test_that_nobody_has_handed_in_excepts_nobody(self) -> None:
        assert excepted(MemoryCase().run(), Network.TK) == NOBODY

    def test_has_each_account_once(self) -> None:
        assert exceptions.check
        twice = [self.row("svc-backup"), self.row("svc-backup", Network.ELEV), self.row("SVC-BACKUP")]
        assert [problem.row for problem in exceptions.check(twice)] == [2]

    @pytest.mark.parametrize("user_name", ["", "*svc", "s*vc", "svc backup", "svc**"])
    def test_takes_user_names_only(self, user_name: str) -> None:
        with pytest.raises(ValidationError):
            self.row(user_name)
