"""`network-accounts` on the real pages of both directories (Katalog) and of the register of orderers; cases in memory."""

from __future__ import annotations

from collections.abc import Generator

import pytest
from network_office import EMPLOYEE_NO, HOME, SCHOOL, NetworkOffice, a_network_office

from common.errors import LeaseLost, NotAuthorised, TargetRejected
from common.process import OutcomeCode
from common.testing import person

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Generator[NetworkOffice]:
    with a_network_office(tmp_path_factory) as office:
        yield office


@pytest.fixture
def office(whole: NetworkOffice) -> NetworkOffice:
    return whole.fresh()


def test_a_new_account_stands_in_both_networks_and_its_owner_gets_in(office: NetworkOffice) -> None:
    outcome = office.perform(office.order(network="BOTH", mailbox=True, groups=["KANTINE"]))
    assert (outcome.code, outcome.detail["user_names"]) == (OutcomeCode.CREATED, {"TK": "anelov", "ELEV": "anelov"})
    assert office.account() == {
        "user_name": "anelov",
        "family_name": "Løvås",
        "given_name": "Ane",
        "employee_no": EMPLOYEE_NO,
        "person_key": "",
        "units": [SCHOOL],
        "place": "Skole",
        "groups": ["KANTINE", "SKOLE-ALLE", "SKRIVER-1"],
        "manager": "lederskole",
        "mail": "anelov@skole.kommune.example",
        "hidden": False,
        "expires": "2027-06-30",
        "remark": "Opprettet, bestilling BRK-9002",
        "state": "ACTIVE",
    }
    assert office.account("ELEV")["groups"] == ["LÆRERE"]
    assert (office.sign_in(), office.sign_in("ELEV")) == ("MUST_CHANGE", "MUST_CHANGE")
    assert office.perform(office.order(network="BOTH", mailbox=True)).code is OutcomeCode.EXISTS


@pytest.mark.parametrize("effect", ["account in TK", "arrangement in TK", "account in ELEV", "arrangement in ELEV"])
def test_a_robot_that_dies_after_a_save_leaves_one_account_with_its_groups(office: NetworkOffice, effect: str) -> None:
    order = office.order(network="BOTH")
    with pytest.raises(LeaseLost):
        office.perform(order, unproven=effect)
    outcome = office.perform(order, office.last)
    assert outcome.detail["networks"] == {"TK": "CREATED", "ELEV": "CREATED"}
    assert office.account()["groups"] == ["SKOLE-ALLE", "SKRIVER-1"]
    assert office.account("ELEV")["groups"] == ["LÆRERE"]
    assert (office.sign_in(), office.sign_in("ELEV")) == ("MUST_CHANGE", "MUST_CHANGE")


def test_an_account_that_waited_to_be_deleted_is_opened_again(office: NetworkOffice) -> None:
    gone = {"state": "PENDING_DELETE", "hidden": True, "remark": "Sperret 30.06.2026, bestilling BRK-1"}
    office.seed("TK", {"user_name": "gammelt", "units": [HOME], **gone})
    assert office.perform(office.order("REACTIVATE")).code is OutcomeCode.UPDATED
    account = office.account()
    assert (account["state"], account["place"], account["hidden"], account["units"]) == (
        "ACTIVE",
        "Skole",
        False,
        [SCHOOL],
    )
    assert (account["groups"], account["remark"]) == (["SKOLE-ALLE", "SKRIVER-1"], "Gjenåpnet, bestilling BRK-9002")
    assert office.sign_in() == "MUST_CHANGE"


def test_who_moves_leaves_the_groups_of_the_old_unit_behind(office: NetworkOffice) -> None:
    office.seed("TK", {"user_name": "anelov", "groups": ["SKOLE-ALLE", "SKRIVER-1"], "manager": "lederskole"})
    outcome = office.perform(office.order("MOVE", unit=HOME, from_unit=SCHOOL))
    assert outcome.code is OutcomeCode.UPDATED
    account = office.account()
    assert (account["units"], account["place"], account["manager"]) == ([HOME], "Helse", "lederhjem")
    assert account["groups"] == ["HELSE-ALLE", "SKRIVER-1"]
    assert office.last.entrusted == {}


def test_two_people_of_one_name_get_two_user_names(office: NetworkOffice) -> None:
    office.perform(office.order())
    namesake = person(family_name="Løvås", given_name="Ane")
    outcome = office.perform(office.order(of=namesake, order_id="BRK-2", subject={"employee_no": "119002"}))
    assert outcome.detail["user_names"] == {"TK": "anelov2"}


def test_a_name_is_stored_as_it_is_written_or_not_at_all(office: NetworkOffice) -> None:
    office.perform(office.order(of=person(family_name="Ber*g)(uid=*", given_name="<b>Åse</b> & 'Co'")))
    account = office.account()
    assert (account["family_name"], account["given_name"]) == ("Ber*g)(uid=*", "<b>Åse</b> & 'Co'")
    before = office.directories["TK"].get("accounts")
    with pytest.raises(TargetRejected):
        office.perform(office.order(of=person(family_name="N" * 80), subject={"employee_no": "119002"}))
    assert office.directories["TK"].get("accounts") == before


def test_an_order_by_nobody_who_may_order_reaches_no_directory(office: NetworkOffice) -> None:
    looks = [katalog.get("looks") for katalog in office.directories.values()]
    with pytest.raises(NotAuthorised):
        office.perform(office.order(network="BOTH", orderer_id="best99"))
    assert [katalog.get("looks") for katalog in office.directories.values()] == looks
