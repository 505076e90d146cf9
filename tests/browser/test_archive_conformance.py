"""Every archive keeps the promises of the port: the double that processes are tested with, and ESA's pages.

By which rules they refuse is asked in test_archive_rules, where no browser is needed.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import AbstractContextManager
from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from archive_houses import House, a_case_file, a_document, a_post, esa_house, lines, memory_house, standing, today

from archive_svc.esa.noark import (
    CaseStatus,
    Dispatch,
    DocumentRole,
    PartyRole,
    PostStatus,
    PostType,
    WriteOffCode,
)
from archive_svc.esa.port import Archive, Wanted
from archive_svc.esa.record import (
    BacklogLine,
    CaseFile,
    Document,
    JournalPost,
    Officer,
    Party,
    Screening,
    WriteOff,
)
from common.errors import RecordLocked, TargetRejected

pytestmark = pytest.mark.browser

Building = Callable[[pytest.TempPathFactory], AbstractContextManager[House]]
HOUSES: dict[str, Building] = {"memory": memory_house, "esa": esa_house}
STRANGE = ("*", "%", "<b>Åse</b>", "Åse & Ola", "O'Brien", 'Per "Pelle"', "a\\2a", "x" * 250)
NOBODY = 99


@pytest.fixture(scope="module", params=HOUSES, ids=str)
def house(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Generator[House]:
    with HOUSES[request.param](tmp_path_factory) as standing:
        yield standing


def waiting(post: JournalPost) -> BacklogLine:
    told = post.model_dump() | {"access": post.screening.access}
    return BacklogLine.model_validate({name: told[name] for name in BacklogLine.model_fields})


class TestCaseFiles:
    def test_are_found_by_what_they_are_ordered_by_and_only_open_ones(self, house: House) -> None:
        one = house.case_file()
        closed = house.case_file(klass=one.klass, status=CaseStatus.CLOSED)
        house.case_file(klass=one.klass, part="Personalarkiv", series="Personalmapper")
        house.case_file(klass=f"{one.klass}1")
        wanted = Wanted(part=one.part, series=one.series, klass=one.klass)
        assert list(house.open().case_files(wanted)) == [one]
        assert list(house.open().case_files(wanted.model_copy(update={"open_only": False}))) == [one, closed]
        assert len(house.open().case_files(Wanted(part="", series="", klass=one.klass))) == 2
        assert house.open().case_files(wanted.model_copy(update={"klass": one.klass[:-1]})) == []
        assert house.open().case_files(wanted.model_copy(update={"part": "Finnes ikke"})) == []

    @pytest.mark.parametrize("status", [CaseStatus.CLOSED, CaseStatus.EXEMPT])
    def test_are_read_whole_by_their_number(self, house: House, status: CaseStatus) -> None:
        one = house.case_file(status=status, screening=Screening(), title="Æ <b>ø</b> & å")
        assert house.open().case_file(one.number) == one

    def test_that_are_not_there(self, house: House) -> None:
        for number in ("", "2026/000001", "2026/1000", "%", f"{house.case_file().number} "):
            assert house.open().case_file(number) is None
        assert list(house.open().posts("2026/000001")) == []
        assert house.open().post("2026/000001", 1) is None

    def test_a_new_one_reads_back_whole(self, house: House) -> None:
        new = a_case_file(house, title='Sak "Æøå" & <co>')
        house.open().register_case_file(new)
        (made,) = house.open().case_files(Wanted(part=new.part, series=new.series, klass=new.klass))
        assert made.status is CaseStatus.IN_PROGRESS
        assert made.model_dump(exclude={"number", "status"}) == new.model_dump()


class TestPosts:
    def test_of_a_case_file_are_listed_whole_the_oldest_first(self, house: House) -> None:
        case = house.case_file()
        made = house.posts(case, 65)
        assert list(house.open().posts(case.number)) == lines(made)
        for number in (1, 21, 45, 65):
            assert standing(house, case, number) == made[number - 1]
        assert house.open().post(case.number, 66) is None

    def test_all_that_is_known_of_one(self, house: House) -> None:
        case = house.case_file(status=CaseStatus.CLOSED)
        document = Document(
            number=1, role=DocumentRole.MAIN, title="Brev", format="PDF", checksum="a" * 64, original="b" * 64
        )
        asked = house.post(case, due=date(2026, 11, 1), documents=(document,))
        answer = house.post(
            case,
            type=PostType.OUTGOING,
            status=PostStatus.DISPATCHED,
            received=None,
            journalled=None,
            sent=date(2026, 9, 2),
            dispatch=Dispatch.EMAIL,
            answers=asked.number,
            external_reference=f"SVAR-{case.number}",
            screening=Screening(),
            parties=(
                Party(role=PartyRole.RECIPIENT, name="Åse <Ørn> & co"),
                Party(role=PartyRole.COPY, name="Synt Bygg AS", number="310456780"),
            ),
        )
        done = house.post(case, write_off=WriteOff(code=WriteOffCode.EMAIL, on=date(2026, 9, 2), answered_by=2))
        for post in (asked, answer, done):
            assert standing(house, case, post.number) == post
        assert list(house.open().posts_of_reference(answer.external_reference)) == [answer]

    def test_of_a_reference_that_is_not_there(self, house: House) -> None:
        house.post(house.case_file(), external_reference="HEL-REFERANSE")
        for reference in ("", "FINNES-IKKE", "HEL", "%"):
            assert list(house.open().posts_of_reference(reference)) == []

    def test_of_the_same_reference_in_two_case_files(self, house: House) -> None:
        made = [house.post(house.case_file(), external_reference="DOBBEL-1") for _ in range(2)]
        assert list(house.open().posts_of_reference("DOBBEL-1")) == made


class TestNewPost:
    def test_reads_back_whole(self, house: House) -> None:
        case = house.case_file()
        asked = house.post(case)
        roles = (PartyRole.RECIPIENT, PartyRole.COPY, PartyRole.INTERNAL_COPY, PartyRole.GROUP)
        parties = tuple(Party(role=role, name=f"Part {role}", number="17838410103") for role in roles)
        new = a_post(
            f"NY-{case.number}",
            type=PostType.OUTGOING,
            received=None,
            sent=date(2026, 8, 20),
            answers=asked.number,
            parties=parties,
        )
        house.open().register_post(case.number, new)
        (made,) = house.open().posts_of_reference(new.external_reference)
        assert (made.case, made.number, made.status, made.journalled) == (case.number, 2, PostStatus.REGISTERED, None)
        assert (made.full_title, made.title) == (new.title, new.public_title)
        same = {"type", "document_date", "received", "sent", "officer", "unit", "screening", "answers", "parties"}
        assert made.model_dump(include=same) == new.model_dump(include=same)
        assert made == standing(house, case, 2)

    def test_an_open_draft(self, house: House) -> None:
        case = house.case_file()
        new = a_post(f"UTKAST-{case.number}", type=PostType.OUTGOING, received=None, draft=True, screening=Screening())
        house.open().register_post(case.number, new)
        made = standing(house, case, 1)
        assert (made.status, made.screening) == (PostStatus.RESERVED, Screening())

    def test_texts_are_stored_exactly(self, house: House) -> None:
        case = house.case_file()
        for at in range(0, len(STRANGE), 4):
            titles, names = STRANGE[at : at + 2], STRANGE[at + 2 : at + 4]
            parties = tuple(Party(role=PartyRole.SENDER, name=name[:120]) for name in names)
            new = a_post(f"RAR-{case.number}-{at}", title=titles[0], public_title=titles[1], parties=parties)
            house.open().register_post(case.number, new)
            (made,) = house.open().posts_of_reference(new.external_reference)
            assert (made.full_title, made.title, made.parties) == (*titles, parties)

    def test_a_second_one_of_the_same_reference_is_refused_in_words(self, house: House) -> None:
        standing = house.post(house.case_file(), external_reference="FAST-1")
        with pytest.raises(TargetRejected) as refused:
            house.open().register_post(house.case_file().number, a_post("FAST-1"))
        assert standing.call_number in (refused.value.detail or {})["esa"]
        assert "FAST-1" not in refused.value.message
        assert len(house.open().posts_of_reference("FAST-1")) == 1

    def test_none_in_a_case_file_that_is_not_there(self, house: House) -> None:
        with pytest.raises(TargetRejected):
            house.open().register_post("2026/000001", a_post("INGEN-1"))


class TestDocuments:
    def test_are_held_with_their_checksums_and_formats(self, house: House, tmp_path: Path) -> None:
        case = house.case_file()
        house.post(case, status=PostStatus.REGISTERED)
        main = a_document(tmp_path)
        house.open().upload(case.number, 1, main)
        attached = a_document(tmp_path, DocumentRole.ATTACHMENT, "Vedlegg")
        attached.file.write_bytes(b"%PDF-1.4 uten mer")
        plain = attached.model_copy(update={"original": ""})
        house.open().upload(case.number, 1, plain)
        first, second = standing(house, case, 1).documents
        assert first.model_dump() == {
            "number": 1,
            "role": DocumentRole.MAIN,
            "title": main.title,
            "format": "PDF/A-2b",
            "checksum": main.checksum,
            "original": main.original,
        }
        assert (second.number, second.format, second.original) == (2, "PDF", "")
        assert second.checksum == sha256(attached.file.read_bytes()).hexdigest()


class TestStatus:
    def test_a_post_is_journalled_today_with_its_main_document(self, house: House, tmp_path: Path) -> None:
        case = house.case_file()
        house.post(case, status=PostStatus.REGISTERED, journalled=None)
        house.open().upload(case.number, 1, a_document(tmp_path))
        house.open().set_status(case.number, 1, PostStatus.JOURNALLED)
        made = standing(house, case, 1)
        assert (made.status, made.journalled) == (PostStatus.JOURNALLED, today())


class TestWriteOff:
    def answered(self, house: House, case: CaseFile, **answer: Any) -> tuple[int, int]:
        """The numbers of a post that waits and of one that may answer it."""
        asked = house.post(case)
        usual = {"type": PostType.OUTGOING, "status": PostStatus.DISPATCHED, "answers": asked.number}
        return asked.number, house.post(case, **usual | answer).number

    def test_by_its_answer_once(self, house: House) -> None:
        case, day = house.case_file(), date(2026, 9, 2)
        for code in (WriteOffCode.LETTER, WriteOffCode.NOTE):
            asked, answer = self.answered(house, case)
            write_off = WriteOff(code=code, on=day, answered_by=answer)
            house.open().write_off(case.number, asked, write_off)
            made = standing(house, case, asked)
            assert (made.write_off, made.written_off) == (write_off, code)
        assert [line.written_off for line in house.open().posts(case.number)] == ["BU", None, "BN", None]
        assert list(house.open().backlog(case.part, case.unit)) == []
        with pytest.raises(TargetRejected):
            house.open().write_off(case.number, 1, WriteOff(code=WriteOffCode.LETTER, on=day, answered_by=2))


class TestBacklog:
    def test_what_waits_in_a_unit_over_all_pages(self, house: House) -> None:
        case = house.case_file()
        made = house.posts(case, 63)
        elsewhere = house.post(house.case_file(unit=case.unit, part="Sakarkiv", series="Emnesaker"))
        house.post(case, type=PostType.OUTGOING)
        house.post(case, status=PostStatus.CANCELLED)
        house.post(case, write_off=WriteOff(code=WriteOffCode.NOTED, on=date(2026, 9, 2)))
        noted = house.post(case, type=PostType.FOLLOWED_UP, due=date(2026, 12, 1))
        closed = house.post(house.case_file(unit=case.unit, status=CaseStatus.CLOSED))
        found = {line.id: line for line in house.open().backlog(case.part, case.unit)}
        assert found == {post.id: waiting(post) for post in (*made, noted, closed)}
        assert {line.id for line in house.open().backlog(case.part, "")} >= {*found}
        assert [line.id for line in house.open().backlog("Sakarkiv", case.unit)] == [elsewhere.id]
        assert list(house.open().backlog("Finnes ikke", case.unit)) == []
        assert list(house.open().backlog(case.part, "finnes  ikke")) == []


class TestOfficers:
    def test_everybody_over_all_pages(self, house: House) -> None:
        made = [
            Officer(
                initials=f"SB{n:03}",
                name=f"Åse Ørn {n}",
                unit=str(n % 3),
                email=f"sb{n}@kommune.example" if n % 2 else "",
                active=n % 7 != 0,
                leads=n % 10 == 0,
            )
            for n in range(61)
        ]
        house.officers(made)
        assert list(house.open().officers()) == made


class TestRefusals:
    def test_each_window_tells_what_it_refuses(self, house: House, tmp_path: Path) -> None:
        case = house.case_file()
        post = house.post(case)
        lacking = a_case_file(house, title="")
        noted = WriteOff(code=WriteOffCode.NOTED, on=today() + timedelta(days=1))
        acts: list[Callable[[Archive], None]] = [
            lambda archive: archive.register_case_file(lacking),
            lambda archive: archive.register_post(case.number, a_post(f"FEIL-{case.number}", unit="")),
            lambda archive: archive.upload(case.number, 1, a_document(tmp_path).model_copy(update={"title": ""})),
            lambda archive: archive.set_status(case.number, 1, PostStatus.REGISTERED),
            lambda archive: archive.write_off(case.number, 1, noted),
        ]
        for act in acts:
            with pytest.raises(TargetRejected) as refused:
                act(house.open())
            assert (refused.value.detail or {})["esa"]
        assert standing(house, case, 1) == post
        assert house.open().case_files(Wanted(part=lacking.part, series=lacking.series, klass=lacking.klass)) == []

    def test_nothing_is_changed_that_somebody_has_open(self, house: House) -> None:
        case = house.case_file()
        post = house.post(case)
        house.lock(post)
        with pytest.raises(RecordLocked):
            house.open().set_status(case.number, 1, PostStatus.CANCELLED)
        assert standing(house, case, 1) == post
