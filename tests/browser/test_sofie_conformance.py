"""SOFIE keeps the promises of its port: the double that processes are tested with, and the program behind its pixels."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import AbstractContextManager
from datetime import date

import pytest
from sofie_houses import FILES, House, a_document, memory_house, remote_house

from archive_svc.sofie.document import Direction, DocumentType, SofieDocument, SofieFile, WaitingLine
from common.errors import ConflictInTarget, RecordLocked, TargetRejected

Building = Callable[[pytest.TempPathFactory], AbstractContextManager[House]]
HOUSES: dict[str, Building] = {"memory": memory_house, "remote": remote_house}
NUMBER, OTHER, UNKNOWN = "SOF-2026-0104417", "SOF-2019-0850168", "SOF-2026-0104477"
REFERENCE = "2026/004411-3"
ODD = a_document(
    OTHER,
    case_reference="K-20190038",
    party="310456780",
    party_name="Østgård Båt og Bruk AS",
    protected=True,
    type=DocumentType.PAYMENT_RESPITE,
    direction=Direction.IN,
    document_date=date(2026, 8, 3),
    received=date(2026, 9, 8),
    sent=None,
    officer="kemn03",
    archive_reference="2026/001889-12",
)


@pytest.fixture(scope="module", params=HOUSES, ids=str)
def standing(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Generator[House]:
    with HOUSES[request.param](tmp_path_factory) as house:
        yield house


@pytest.fixture
def house(standing: House) -> House:
    standing.fresh()
    standing.seed([a_document(NUMBER), ODD])
    return standing


def certain(document: SofieDocument | None) -> SofieDocument | None:
    """A document without what is for people only: its officer and the names of its files."""
    if document is None:
        return None
    files = tuple(SofieFile(number=each.number, name="", role=each.role) for each in document.files)
    return document.model_copy(update={"files": files, "officer": ""})


def test_a_document_is_read_as_it_is(house: House) -> None:
    assert certain(house.open().document(NUMBER)) == certain(a_document(NUMBER))
    assert certain(house.open().document(OTHER)) == certain(ODD)


def test_there_is_no_document_of_another_number(house: House) -> None:
    assert house.open().document(UNKNOWN) is None
    assert house.open().document(UNKNOWN) is None
    with pytest.raises(ConflictInTarget):
        house.open().export(UNKNOWN)


def test_all_that_waits_for_the_archive_is_listed(house: House) -> None:
    numbers = [f"SOF-2026-{number:07}" for number in range(1, 26)]
    house.seed([a_document(number, case_reference=f"K-{20260000 + at}") for at, number in enumerate(numbers)])
    waiting = house.open().waiting()
    assert [line.number for line in waiting] == sorted([*numbers, NUMBER])
    assert waiting[3] == WaitingLine(
        number=numbers[3],
        case_reference="K-20260003",
        type=DocumentType.DECISION,
        document_date=a_document().document_date,
    )


def test_its_files_come_into_the_exchange(house: House) -> None:
    assert house.open().export(NUMBER) == len(FILES)
    folder = house.exchange / NUMBER
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == {
        f"{at}-{name}": content for at, (name, _, content) in enumerate(FILES, start=1)
    }


def test_where_it_stands_in_the_archive_is_noted_there(house: House) -> None:
    house.open().write_reference(NUMBER, REFERENCE)
    assert house.open().reference(NUMBER) == REFERENCE
    house.open().write_reference(OTHER, REFERENCE)
    found = house.open().document(OTHER)
    assert found is not None
    assert found.archive_reference == REFERENCE


def test_where_a_document_stands_is_read_alone(house: House) -> None:
    assert house.open().reference(NUMBER) == ""
    assert house.open().reference(OTHER) == ODD.archive_reference
    assert house.open().reference(UNKNOWN) is None


def test_a_reference_that_is_none_is_refused(house: House) -> None:
    with pytest.raises(TargetRejected):
        house.open().write_reference(NUMBER, "arkivert")


def test_what_somebody_has_open_is_locked(house: House) -> None:
    house.lock(NUMBER)
    with pytest.raises(RecordLocked):
        house.open().write_reference(NUMBER, REFERENCE)
