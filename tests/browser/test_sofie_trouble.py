"""What may go wrong behind a remote desktop means the same as on a page: messages, a broken connection, a slow picture."""

from __future__ import annotations

from collections.abc import Generator

import pytest
from sofie_houses import RemoteHouse, a_document, remote_house

from archive_svc.screens.sofie.program import SofieProgram
from archive_svc.screens.sofie.target import Sofie
from common.browser.drift import look
from common.errors import LeaseLost, NeedsJudgement, TargetDown, UnexpectedDialog
from common.lease import Lease, now
from common.target import Account

NUMBER, REFERENCE = "SOF-2026-0104417", "2026/004411-3"


@pytest.fixture(scope="module")
def standing(tmp_path_factory: pytest.TempPathFactory) -> Generator[RemoteHouse]:
    with remote_house(tmp_path_factory) as house:
        yield house


@pytest.fixture
def house(standing: RemoteHouse) -> RemoteHouse:
    standing.fresh()
    standing.seed([a_document(NUMBER)])
    return standing


def test_a_message_over_the_program_is_an_unexpected_dialog_and_cleared_away_by_the_next_visit(
    house: RemoteHouse,
) -> None:
    house.sofie.fault("dialog", path_prefix="/program/dokument", times=1, text="Oppdatering kl. 12")
    with pytest.raises(UnexpectedDialog):
        house.open().document(NUMBER)
    found = house.open().document(NUMBER)
    assert found is not None
    assert found.number == NUMBER


def test_a_broken_connection_is_a_target_that_is_down_and_the_next_visit_goes_on(house: RemoteHouse) -> None:
    program = house.open()
    house.sofie.post("session/drop", {"account": "robot1", "what": "document", "when": "after"})
    with pytest.raises(TargetDown):
        program.document(NUMBER)
    assert house.open().document(NUMBER) is not None


def test_visits_that_follow_each_other_share_a_connection_and_those_of_two_cases_do_not(house: RemoteHouse) -> None:
    house.browser.collect()
    before = house.connections()
    assert house.open().reference(NUMBER) == ""
    house.open().write_reference(NUMBER, REFERENCE)
    assert house.open().reference(NUMBER) == REFERENCE
    assert house.connections() == before + 1
    house.browser.collect()
    assert house.open().reference(NUMBER) == REFERENCE
    assert house.connections() == before + 2


def test_a_connection_that_takes_its_time_is_no_changed_page(house: RemoteHouse) -> None:
    house.browser.collect()
    house.sofie.post("picture", {"connect_seconds": 9})
    assert house.open().reference(NUMBER) == ""


def test_values_that_are_drawn_late_are_waited_for(house: RemoteHouse) -> None:
    house.sofie.post("picture", {"paint_seconds": 1.5})
    found = house.open().document(NUMBER)
    assert found is not None
    assert found.sent == a_document(NUMBER).sent
    assert len(found.files) == 2


def test_grain_and_other_letters_change_nothing(house: RemoteHouse) -> None:
    house.sofie.post("picture", {"font": 12, "noise": 12, "quality": 6})
    house.browser.recycle()
    found = house.open().document(NUMBER)
    assert found is not None
    assert (found.party, found.document_date) == (a_document().party, a_document().document_date)


def test_a_number_that_cannot_be_right_goes_to_a_person_without_being_told(house: RemoteHouse) -> None:
    house.seed([a_document(NUMBER, party="17838410108")])
    with pytest.raises(NeedsJudgement) as raised:
        house.open().document(NUMBER)
    assert raised.value.detail == {"field": "Part-id"}
    assert "17838410108" not in str(raised.value)


@pytest.mark.parametrize(("renamed", "drifted"), [("", []), ("Neste", ["shown: missing button('Neste')"])])
def test_what_is_looked_for_before_a_night_is_there_or_named(
    house: RemoteHouse, renamed: str, drifted: list[str]
) -> None:
    if renamed:
        house.sofie.fault("renamed_label", **{"from": renamed, "to": "Finn frem"})
    house.browser.recycle()
    robot = Account(target="sofie", name="robot1", password="robot1-secret")
    sign_in, program = look(Sofie.looks, house.browser, robot, Lease(fence=1, started=now(), seconds=120, margin=2))
    assert (sign_in.drifted, list(map(str, program.drifted))) == ((), drifted)
    assert house.sofie.get("writes") == []


def test_nothing_is_typed_or_clicked_once_the_lease_is_over(house: RemoteHouse) -> None:
    hold = Lease(fence=1, started=now(), seconds=60, margin=2)
    robot = Account(target="sofie", name="robot1", password="robot1-secret")
    program = house.browser.open(SofieProgram, robot, hold)
    hold.end(LeaseLost)
    with pytest.raises(LeaseLost):
        program.write_reference(NUMBER, REFERENCE)
    assert house.sofie.get("writes") == []
