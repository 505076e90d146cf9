"""`account-deletions`: what a removal has set aside is deleted when its time is over, and never what somebody wants kept."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest
from removal_office import ACTIVE, DISABLED, LEAVER, NOTE, NOW, PENDING, TODAY, Office, days

from common.clock import OSLO
from common.errors import BusinessException, ConflictInTarget, DateOutOfRange, LeaseLost, NeedsJudgement, TargetTimeout
from common.process import Outcome, OutcomeCode, Subject
from common.testing import MemoryCase, person
from useradmin_svc.directory.entry import Network
from useradmin_svc.removals.deletion import AccountDeletion, delete_day

DUE = NOW + days(90)
BOTH = ({"network": "TK", "user_name": "anelov"}, {"network": "ELEV", "user_name": "anelov"})


class House(Office):
    """Three months later."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.employed(state=PENDING, groups=(), hidden=True, remark=NOTE)

    def deletion(self, **changes: Any) -> AccountDeletion:
        given: dict[str, Any] = {"order_id": "BRK-9003", "person_id": self.ane.number, "accounts": BOTH}
        return AccountDeletion.model_validate(given | changes)

    def performed(self, *, now: datetime = DUE, **changes: Any) -> Outcome:
        self.new_case()
        return self.delete(self.deletion(**changes), now=now)

    def kept(self, code: type[BusinessException], **changes: Any) -> None:
        with pytest.raises(code) as told:
            self.performed(**changes)
        assert self.writes() == []
        assert self.ane.number not in told.value.message

    def freed(self, now: datetime = DUE, network: Network = Network.TK) -> bool:
        today = now.astimezone(OSLO).date()
        return self.ledger.look_up(self.case.id, "user-name-freed", f"{network}:anelov", today=today) is not None

    def remembered_as_deleted(self) -> list[dict[str, str]]:
        return [fact.value for fact in MemoryCase(ledger=self.ledger).run().all_remembered("account-deleted")]


@pytest.fixture
def house() -> House:
    return House()


def became(outcome: Outcome) -> list[str]:
    return [account["became"] for account in outcome.detail["accounts"]]


class TestWhenItsTimeIsOver:
    def test_it_is_deleted_in_both_networks(self, house: House) -> None:
        outcome = house.performed()
        assert outcome.code is OutcomeCode.UPDATED
        assert became(outcome) == ["DELETED", "DELETED"]
        assert (house.tk.accounts, house.elev.accounts) == ({}, {})
        assert house.writes() == [("delete", "anelov"), ("delete", "anelov")]

    def test_deleting_twice_is_nothing(self, house: House) -> None:
        house.performed()
        outcome = house.performed()
        assert (outcome.code, became(outcome)) == (OutcomeCode.NOOP, ["GONE", "GONE"])

    def test_the_user_name_rests_for_two_years(self, house: House) -> None:
        house.performed()
        assert house.freed(datetime(2029, 2, 28, 12, tzinfo=OSLO))
        assert not house.freed(datetime(2029, 3, 1, 12, tzinfo=OSLO))

    def test_that_it_was_deleted_is_remembered_network_by_network(self, house: House) -> None:
        house.performed()
        assert house.remembered_as_deleted() == [dict(account) for account in BOTH]

    def test_in_one_network_after_the_other_the_name_rests_from_then_on_as_well(self, house: House) -> None:
        """She came back in TK-nett only, and left a year later."""
        house.employed(Network.TK)
        house.performed()
        left = Network.TK, "BRK-9100", datetime(2028, 3, 1, 23, 59, tzinfo=OSLO)
        house.employed(
            left[0], state=PENDING, groups=(), hidden=True, remark=f"Sperret 02.12.2027, bestilling {left[1]}"
        )
        house.performed(order_id=left[1], accounts=BOTH[:1], now=left[2])
        assert house.freed(datetime(2030, 3, 1, tzinfo=OSLO))
        assert not house.freed(datetime(2030, 3, 1, tzinfo=OSLO), Network.ELEV)

    def test_or_before_by_hand_is_remembered_as_well(self, house: House) -> None:
        """Else its name is somebody else's at once, and the comparison with the orders misses it for ever."""
        house.tk.accounts.clear()
        assert became(house.performed()) == ["GONE", "DELETED"]
        assert house.freed()
        assert house.remembered_as_deleted() == [dict(account) for account in BOTH]

    def test_however_its_user_name_is_written(self, house: House) -> None:
        accounts = ({"network": "TK", "user_name": "Ane.Løvås"},)
        kept = house.tk.accounts.pop("anelov")
        house.tk.put("Ane.Løvås", **kept.model_dump(exclude={"user_name"}))
        assert became(house.performed(accounts=accounts)) == ["DELETED"]

    def test_not_a_day_early(self, house: House) -> None:
        house.kept(DateOutOfRange, now=DUE - days(1))
        assert not house.freed()

    def test_counted_from_the_last_day_and_from_when_it_was_disabled(self) -> None:
        assert delete_day(TODAY, TODAY) == date(2027, 2, 28)
        # Ordered late: 90 days are left to get it back. Out at once: 90 days from the last day, as for everybody.
        assert delete_day(TODAY - days(40), TODAY) == delete_day(TODAY, TODAY - days(40)) == date(2027, 2, 28)


class TestWhatSomebodyWantsBack:
    @pytest.mark.parametrize("state", [ACTIVE, DISABLED])
    def test_is_left_alone(self, house: House, state: Any) -> None:
        house.employed(state=state, remark="Gjenåpnet 05.01.2027")
        outcome = house.performed()
        assert (outcome.code, became(outcome)) == (OutcomeCode.NOOP, ["TAKEN_BACK", "TAKEN_BACK"])
        assert house.writes() == []
        assert not house.freed()

    def test_in_one_network_is_deleted_in_the_other(self, house: House) -> None:
        house.employed(Network.TK)
        outcome = house.performed()
        assert (outcome.code, became(outcome)) == (OutcomeCode.UPDATED, ["TAKEN_BACK", "DELETED"])
        assert ([*house.tk.accounts], [*house.elev.accounts]) == (["anelov"], [])

    def test_and_was_removed_again_counts_its_own_days(self, house: House) -> None:
        house.employed(state=PENDING, hidden=True, remark="Sperret 15.02.2027, bestilling BRK-9004")
        outcome = house.performed()
        assert (outcome.code, became(outcome)) == (OutcomeCode.NOOP, ["REMOVED_AGAIN", "REMOVED_AGAIN"])
        assert house.writes() == []

    def test_and_was_removed_again_by_an_order_whose_number_begins_alike(self, house: House) -> None:
        house.employed(state=PENDING, hidden=True, remark=NOTE + "1")
        assert became(house.performed()) == ["REMOVED_AGAIN", "REMOVED_AGAIN"]


class TestWhatMustBeKept:
    @pytest.mark.parametrize("remark", [f"{NOTE}, bevares", f"{NOTE}. Skal BEVARES for tilsynssak", "Bevares"])
    def test_is_never_deleted(self, house: House, remark: str) -> None:
        house.employed(state=PENDING, remark=remark)
        outcome = house.performed()
        assert (outcome.code, became(outcome)) == (OutcomeCode.NOOP, ["LEGAL_HOLD", "LEGAL_HOLD"])
        assert house.writes() == []

    def test_with_a_remark_that_is_not_ours_a_person_decides_and_nothing_is_deleted(self, house: House) -> None:
        house.employed(Network.ELEV, state=PENDING, remark="Spør rektor først")
        house.kept(NeedsJudgement)
        house.employed(Network.ELEV, state=PENDING, remark="Sperret 31.02.2026, bestilling BRK-9003")
        house.kept(NeedsJudgement)

    def test_security_is_no_reason_to_keep_it(self, house: House) -> None:
        house.employed(state=PENDING, remark=f"{NOTE}, sikkerhet")
        assert became(house.performed()) == ["DELETED", "DELETED"]

    def test_another_persons_account_is_left_alone(
        self, house: House, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / "key").write_bytes(b"k" * 32)
        monkeypatch.setenv("ROGER_ORDERS_PERSON_KEY", str(tmp_path / "key"))
        house.employed(state=PENDING, remark=NOTE, person_key="0" * 32)
        house.kept(ConflictInTarget)

    def test_what_is_noted_while_the_robot_deletes_counts(self, house: House) -> None:
        def note(what: str, user_name: str) -> None:
            del what
            house.elev.put(user_name, employee_no=LEAVER, state=PENDING, remark=f"{NOTE}, bevares")

        house.tk.meanwhile = note
        with pytest.raises(ConflictInTarget):
            house.performed()
        assert [*house.elev.accounts] == ["anelov"]
        outcome = house.performed()
        assert (outcome.code, became(outcome)) == (OutcomeCode.NOOP, ["GONE", "LEGAL_HOLD"])


def deaths() -> list[str]:
    house = House()
    house.performed()
    assert "deleted:2" in house.reached()
    return house.reached()


class TestDeath:
    @pytest.mark.parametrize("point", deaths())
    def test_anywhere_deletes_once(self, point: str) -> None:
        house = House()
        with pytest.raises(LeaseLost):
            house.delete(house.deletion(), now=DUE, dies_at=point)
        assert house.freed() or house.tk.accounts
        outcome = house.delete(house.deletion(), now=DUE)
        assert (outcome.code, became(outcome)) == (OutcomeCode.UPDATED, ["DELETED", "DELETED"])
        assert house.writes() == [("delete", "anelov"), ("delete", "anelov")]
        assert house.freed()

    @pytest.mark.parametrize("point", deaths())
    def test_anywhere_and_a_persons_retry(self, point: str) -> None:
        house = House()
        with pytest.raises(LeaseLost):
            house.delete(house.deletion(), now=DUE, dies_at=point)
        house.case.retried()
        house.delete(house.deletion(), now=DUE)
        assert (house.tk.accounts, house.elev.accounts) == ({}, {})
        assert house.writes() == [("delete", "anelov"), ("delete", "anelov")]

    def test_a_deletion_that_failed_after_all_is_found(self, house: House) -> None:
        def fail(what: str, user_name: str) -> None:
            del what
            house.tk.accounts.pop(user_name)
            raise TargetTimeout

        house.tk.meanwhile = fail
        assert became(house.performed()) == ["DELETED", "DELETED"]


class TestTheCase:
    def test_is_about_the_person_and_found_by_the_order(self, house: House) -> None:
        deletion = house.deletion()
        assert deletion.subject == Subject("person", house.ane.number)
        assert deletion.alias == Subject("order", "BRK-9003")

    def test_reads_what_it_stores(self, house: House) -> None:
        deletion = house.deletion(reference="r:deletion", not_before=DUE)
        stored = deletion.model_dump(mode="json", exclude_unset=True)
        assert AccountDeletion.model_validate(stored) == deletion

    def test_says_nobody_s_number_where_it_is_quoted(self) -> None:
        somebody = person().number
        given = {"order_id": "B", "person_id": somebody, "accounts": BOTH}
        assert somebody not in repr(AccountDeletion.model_validate(given))
