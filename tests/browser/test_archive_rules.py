"""The rules by which an archive refuses: the double's are ESA's, asked at its forms; what only a browser shows is asked in one."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import AbstractContextManager
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from archive_forms import forms_house
from archive_houses import House, a_case_file, a_document, a_post, lines, memory_house, standing, today

from archive_svc.esa.noark import AccessCode, CaseStatus, PartyRole, PostStatus, PostType, WriteOffCode
from archive_svc.esa.port import Archive, Wanted
from archive_svc.esa.record import CaseFile, Party, Screening, WriteOff
from common.errors import RecordLocked, TargetRejected

HOUSES: dict[str, Callable[[pytest.TempPathFactory], AbstractContextManager[House]]] = {
    "memory": memory_house,
    "forms": forms_house,
}
NOBODY = 99


@pytest.fixture(scope="module", params=HOUSES, ids=str)
def house(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Generator[House]:
    with HOUSES[request.param](tmp_path_factory) as there:
        yield there


class TestCaseFiles:
    def test_a_new_one_that_lacks_something_is_refused(self, house: House) -> None:
        new = a_case_file(house)
        for different in (
            {"title": ""},
            {"unit": ""},
            {"officer": ""},
            {"screening": Screening(access=AccessCode.EXEMPT)},
            {"screening": Screening(legal_basis="offl. § 13")},
            {"title": "To\nlinjer"},
            {"public_title": "To  blanke"},
        ):
            with pytest.raises(TargetRejected):
                house.open().register_case_file(new.model_copy(update=different))
        assert house.open().case_files(Wanted(part=new.part, series=new.series, klass=new.klass)) == []


class TestNewPost:
    def test_one_that_breaks_a_rule_is_refused(self, house: House) -> None:
        case = house.case_file()
        house.post(case)
        breaches: list[dict[str, Any]] = [
            {"received": None},
            {"received": today() + timedelta(days=1)},
            {"unit": ""},
            {"parties": ()},
            {"parties": tuple(Party(role=PartyRole.SENDER, name=f"Part {n}") for n in range(5))},
            {"screening": Screening(access=AccessCode.PERSONNEL)},
            {"draft": True},
            {"answers": 1},
            {"type": PostType.OUTGOING, "answers": NOBODY},
        ]
        for different in breaches:
            with pytest.raises(TargetRejected):
                house.open().register_post(case.number, a_post(f"FEIL-{case.number}", **different))
        assert len(house.open().posts(case.number)) == 1

    @pytest.mark.parametrize("status", [CaseStatus.CLOSED, CaseStatus.FINISHED_BY_OFFICER])
    def test_none_in_a_closed_case_file(self, house: House, status: CaseStatus) -> None:
        case = house.case_file(status=status)
        with pytest.raises(TargetRejected):
            house.open().register_post(case.number, a_post(f"LUKKET-{case.number}"))


class TestDocuments:
    def test_only_one_is_the_main_one(self, house: House, tmp_path: Path) -> None:
        case = house.case_file()
        house.post(case, status=PostStatus.REGISTERED)
        house.open().upload(case.number, 1, a_document(tmp_path))
        with pytest.raises(TargetRejected):
            house.open().upload(case.number, 1, a_document(tmp_path, content="Et annet"))
        assert len(standing(house, case, 1).documents) == 1

    def test_an_empty_one_is_refused(self, house: House, tmp_path: Path) -> None:
        case = house.case_file()
        house.post(case)
        empty = a_document(tmp_path)
        empty.file.write_bytes(b"")
        with pytest.raises(TargetRejected):
            house.open().upload(case.number, 1, empty)
        assert standing(house, case, 1).documents == ()


class TestStatus:
    def test_not_without_one_nor_with_one_in_another_format(self, house: House, tmp_path: Path) -> None:
        case = house.case_file()
        house.post(case, status=PostStatus.REGISTERED, journalled=None)
        with pytest.raises(TargetRejected):
            house.open().set_status(case.number, 1, PostStatus.JOURNALLED)
        plain = a_document(tmp_path)
        plain.file.write_bytes(b"%PDF-1.4 uten mer")
        house.open().upload(case.number, 1, plain)
        with pytest.raises(TargetRejected):
            house.open().set_status(case.number, 1, PostStatus.JOURNALLED)
        assert standing(house, case, 1).status is PostStatus.REGISTERED

    def test_never_back_nor_to_where_its_type_does_not_go(self, house: House) -> None:
        case = house.case_file()
        steps = {"I": ("JS", "SF"), "U": ("FE",), "X": ("AU",)}
        tried = [(kind, *step) for kind, of_kind in steps.items() for step in of_kind]
        posts = [house.post(case, type=PostType(kind), status=PostStatus(before)) for kind, before, _ in tried]
        for post, (_, _, after) in zip(posts, tried, strict=True):
            with pytest.raises(TargetRejected):
                house.open().set_status(case.number, post.number, PostStatus(after))
        assert list(house.open().posts(case.number)) == lines(posts)

    def test_a_draft_may_be_finished_sent_and_cancelled(self, house: House) -> None:
        case = house.case_file()
        sent = {"type": PostType.OUTGOING, "received": None, "sent": date(2026, 9, 2), "journalled": None}
        house.post(case, **sent, status=PostStatus.RESERVED)
        for status in (PostStatus.FINISHED, PostStatus.DISPATCHED, PostStatus.CANCELLED):
            house.open().set_status(case.number, 1, status)
            assert standing(house, case, 1).status is status


class TestWriteOff:
    def answered(self, house: House, case: CaseFile, **answer: Any) -> tuple[int, int]:
        """The numbers of a post that waits and of one that may answer it."""
        asked = house.post(case)
        usual = {"type": PostType.OUTGOING, "status": PostStatus.DISPATCHED, "answers": asked.number}
        return asked.number, house.post(case, **usual | answer).number

    def test_not_by_what_is_no_finished_answer(self, house: House) -> None:
        case, usual = house.case_file(), WriteOff(code=WriteOffCode.LETTER, on=date(2026, 9, 2), answered_by=2)
        breaches: list[tuple[dict[str, Any], dict[str, Any]]] = [
            ({"answers": None}, {}),
            ({"status": PostStatus.RESERVED}, {}),
            ({"type": PostType.INTERNAL, "status": PostStatus.FINISHED}, {}),
            ({}, {"answered_by": None}),
            ({}, {"on": today() + timedelta(days=1)}),
            ({}, {"code": WriteOffCode.PHONE}),
        ]
        for different, change in breaches:
            asked, answer = self.answered(house, case, **different)
            with pytest.raises(TargetRejected):
                house.open().write_off(case.number, asked, usual.model_copy(update={"answered_by": answer} | change))
        assert {line.written_off for line in house.open().posts(case.number)} == {None}


def _upload(archive: Archive, case: str, folder: Path) -> None:
    archive.upload(case, 1, a_document(folder))


def _cancel(archive: Archive, case: str, _: Path) -> None:
    archive.set_status(case, 1, PostStatus.CANCELLED)


def _write_off(archive: Archive, case: str, _: Path) -> None:
    archive.write_off(case, 1, WriteOff(code=WriteOffCode.NOTED, on=today()))


class TestLocks:
    @pytest.mark.parametrize("act", [_upload, _cancel, _write_off])
    def test_nothing_is_changed_that_somebody_has_open(
        self, house: House, tmp_path: Path, act: Callable[[Archive, str, Path], None]
    ) -> None:
        case = house.case_file()
        post = house.post(case)
        house.lock(post)
        with pytest.raises(RecordLocked):
            act(house.open(), case.number, tmp_path)
        assert standing(house, case, 1) == post

    def test_no_post_in_a_case_file_that_somebody_has_open(self, house: House) -> None:
        case = house.case_file()
        house.lock(case)
        with pytest.raises(RecordLocked):
            house.open().register_post(case.number, a_post(f"LÅST-{case.number}"))
        assert list(house.open().posts(case.number)) == []
