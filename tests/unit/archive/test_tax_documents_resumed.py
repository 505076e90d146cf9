"""`tax-documents` hours after its first attempt: what people have done in SOFIE and in the archive meanwhile counts."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import date
from pathlib import Path
from threading import Timer

import pytest
from sofie_in_memory import MemorySofie
from tax_office import ENTERPRISE, NUMBER, PERSON, TaxOffice, a_file, content

from archive_svc.documents import ghostscript
from archive_svc.esa.noark import CaseStatus, DocumentRole, PartyRole, PostStatus, PostType
from archive_svc.esa.record import Document, Party
from archive_svc.tax.tax_document import SETTINGS
from common.errors import (
    BusinessException,
    ConflictInTarget,
    LeaseLost,
    NotConfirmed,
    ProtectedAddress,
    SuspectedDuplicate,
)
from common.process import OutcomeCode

pytestmark = pytest.mark.skipif(not ghostscript.is_there(), reason="Ghostscript is not installed")


class OddExchange(MemorySofie):
    """A SOFIE whose folder does as a test wants once it has exported."""

    afterwards: Callable[[Path], object] | None = None

    def export(self, number: str) -> int:
        exported = super().export(number)
        if self.afterwards is not None:
            self.afterwards(self.exchange / number)
        return exported


def _exporting(office: TaxOffice, afterwards: Callable[[Path], object]) -> None:
    assert isinstance(office.sofie, OddExchange)
    office.sofie.afterwards = afterwards


@pytest.fixture
def office(monkeypatch: pytest.MonkeyPatch) -> TaxOffice:
    office = TaxOffice()
    office.sofie = OddExchange(office.exchange, office.case, office.sofie.documents, office.sofie.contents)
    monkeypatch.setenv("ROGER_SOFIE_EXCHANGE", str(office.exchange))
    monkeypatch.setenv("ROGER_SOFIE_EXCHANGE_SECONDS", "0.2")
    return office


def _dies(office: TaxOffice, point: str, **different: object) -> None:
    with pytest.raises(LeaseLost):
        office.perform(office.document(**different), dies_at=point)


def _by_hand(office: TaxOffice, *originals: str, **different: object) -> None:
    """A journalled post that somebody made in the party's case file."""
    if "2026/009000" not in office.archive.held:
        office.archive.put_case_file("2026/009000", part=SETTINGS.part, series=SETTINGS.series, klass=PERSON)
    roles = (DocumentRole.MAIN, *[DocumentRole.ATTACHMENT] * 9)
    documents = tuple(
        Document(number=at, role=roles[at - 1], title="D", format="PDF/A-2b", checksum="0" * 64, original=original)
        for at, original in enumerate(originals, start=1)
    )
    usual: dict[str, object] = {
        "type": PostType.OUTGOING,
        "status": PostStatus.JOURNALLED,
        "document_date": date(2026, 11, 20),
        "sent": date(2026, 11, 21),
        "received": None,
        "parties": (Party(role=PartyRole.RECIPIENT, name="Nordhaug, Ola", number=PERSON),),
        "documents": documents,
    }
    office.archive.put_post("2026/009000", **usual | different)


class TestBetweenTwoAttempts:
    @pytest.mark.parametrize("point", ["case_file:1", "post:1", "post_saved:1", "document_saved:1", "status:1"])
    def test_the_party_gets_a_protected_address(self, office: TaxOffice, point: str) -> None:
        _dies(office, point)
        before = list(office.archive.writes)
        office.sofie.change(NUMBER, protected=True)
        with pytest.raises(ProtectedAddress):
            office.perform(office.document())
        assert office.archive.writes == before

    def test_somebody_corrects_the_document_in_sofie(self, office: TaxOffice) -> None:
        _dies(office, "post:1")
        office.sofie.change(NUMBER, party=ENTERPRISE)
        with pytest.raises(ConflictInTarget):
            office.perform(office.document())
        assert office.archive.all_posts() == []

    def test_somebody_archives_the_same_file_without_its_number(self, office: TaxOffice) -> None:
        _dies(office, "case_file:1")
        _by_hand(office, office.document().main.sha256)
        assert office.perform(office.document()).code is OutcomeCode.EXISTS
        assert len(office.archive.all_posts()) == 1

    def test_another_case_archives_it(self, office: TaxOffice) -> None:
        _dies(office, "case_file:1")
        first = office.case
        assert office.again(office.document()).code is OutcomeCode.CREATED
        office.case = office.archive.case = office.sofie.case = first
        assert office.perform(office.document()).code is OutcomeCode.EXISTS
        assert len(office.archive.all_posts()) == 1

    def test_the_case_file_becomes_another_partys(self, office: TaxOffice) -> None:
        _dies(office, "post:1")
        office.archive.change_case_file("2026/004411", klass=ENTERPRISE)
        with pytest.raises(ConflictInTarget):
            office.perform(office.document())
        assert office.archive.all_posts() == []

    def test_the_case_file_is_closed(self, office: TaxOffice) -> None:
        _dies(office, "post:1")
        office.archive.change_case_file("2026/004411", status=CaseStatus.CLOSED)
        with pytest.raises(ConflictInTarget):
            office.perform(office.document())
        office.case.retried()
        assert office.perform(office.document()).code is OutcomeCode.CREATED
        assert (len(office.archive.held), office.post().case) == (2, "2026/004412")

    @pytest.mark.parametrize(
        ("different", "code"),
        [({}, SuspectedDuplicate), ({"document_date": date(2026, 11, 2)}, ConflictInTarget)],
    )
    def test_somebody_takes_the_number_off_the_post(
        self, office: TaxOffice, different: dict[str, date], code: type[BusinessException]
    ) -> None:
        _dies(office, "status:1")
        office.archive.change_post(office.post().id, external_reference="", **different)
        with pytest.raises(code):
            office.perform(office.document())
        assert office.post().status is PostStatus.REGISTERED

    def test_somebody_journals_the_post_before_its_attachment_is_there(self, office: TaxOffice) -> None:
        document = office.of_enterprise()
        office.new_case(content(2), content(3))
        with pytest.raises(LeaseLost):
            office.perform(document, dies_at="document:2")
        office.archive.change_post(office.post().id, status=PostStatus.JOURNALLED)
        with pytest.raises(SuspectedDuplicate):
            office.perform(document)
        assert len(office.case.files) == 2

    @pytest.mark.parametrize("point", ["discard:1", "discarded:1", "referenced:1"])
    def test_somebody_cancels_the_post_after_all_was_done(self, office: TaxOffice, point: str) -> None:
        _dies(office, point)
        office.archive.change_post(office.post().id, status=PostStatus.CANCELLED)
        with pytest.raises(ConflictInTarget):
            office.perform(office.document())

    def test_somebody_archives_it_elsewhere_while_ours_is_half_done(self, office: TaxOffice) -> None:
        _dies(office, "status:1")
        office.archive.change_post(office.post().id, external_reference="")
        _by_hand(office, office.document().main.sha256, external_reference=NUMBER)
        with pytest.raises(SuspectedDuplicate):
            office.perform(office.document())


class TestWhatStandsIsNotTheWhole:
    def test_journalled_by_hand_without_the_attachment(self, office: TaxOffice) -> None:
        files = [a_file(content(1)), a_file(content(2), "ATTACHMENT")]
        office.new_case(content(1), content(2))
        _by_hand(office, office.document().main.sha256)
        office.refused(office.document(files=files), SuspectedDuplicate)
        assert len(office.case.files) == 2

    def test_with_its_number_and_without_the_attachment(self, office: TaxOffice) -> None:
        files = [a_file(content(1)), a_file(content(2), "ATTACHMENT")]
        office.new_case(content(1), content(2))
        _by_hand(office, office.document().main.sha256, external_reference=NUMBER)
        office.refused(office.document(files=files), SuspectedDuplicate)

    def test_an_attachment_by_hand_in_an_unfinished_post(self, office: TaxOffice) -> None:
        files = [a_file(content(1)), a_file(content(2), "ATTACHMENT")]
        office.new_case(content(1), content(2))
        _by_hand(office, office.document().main.sha256, "", external_reference=NUMBER, status=PostStatus.REGISTERED)
        office.refused(office.document(files=files), SuspectedDuplicate)

    def test_a_file_that_the_archive_keeps_otherwise_is_not_journalled_by_a_retry(self, office: TaxOffice) -> None:
        _dies(office, "document_saved:1")
        (held,) = office.post().documents
        office.archive.change_post(office.post().id, documents=(held.model_copy(update={"checksum": "1" * 64}),))
        for _ in range(2):
            with pytest.raises(ConflictInTarget):
                office.perform(office.document())
            office.case.retried()
        assert office.post().status is PostStatus.REGISTERED


class TestExchange:
    def test_a_run_that_froze_leaves_the_next_ones_export(self, office: TaxOffice) -> None:
        office.new_case()
        _exporting(office, lambda _: office.case.begin())  # its lease has run out: the next attempt has the case
        with pytest.raises(LeaseLost):
            office.perform(office.document())
        assert len(list((office.exchange / NUMBER).iterdir())) == 1

    @pytest.mark.parametrize("hidden", [1, 2])
    def test_files_that_do_not_arrive_are_no_other_files(self, office: TaxOffice, hidden: int) -> None:
        document = office.of_enterprise()
        office.new_case()
        _exporting(office, lambda folder: [each.unlink() for each in sorted(folder.iterdir())[:hidden]])
        with pytest.raises(NotConfirmed):
            office.perform(document)
        office.require_exchange_empty()

    def test_a_file_that_is_written_still_is_waited_for(
        self, office: TaxOffice, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("ROGER_SOFIE_EXCHANGE_SECONDS", "30")

        def slowly(folder: Path) -> None:
            (file,) = folder.iterdir()
            whole = file.read_bytes()
            file.write_bytes(whole[:100])
            Timer(0.3, file.write_bytes, [whole]).start()

        office.new_case()
        _exporting(office, slowly)
        assert office.perform(office.document()).code is OutcomeCode.CREATED

    def test_what_a_killed_run_left_is_not_taken_for_what_sofie_holds_now(self, office: TaxOffice) -> None:
        (office.exchange / NUMBER).mkdir()
        (office.exchange / NUMBER / "1-gammel.pdf").write_bytes(content(9))
        office.new_case()
        office.refused(office.document(files=[a_file(content(9))]), ConflictInTarget)

    def test_a_link_in_place_of_the_folder(self, office: TaxOffice) -> None:
        elsewhere = office.exchange / "elsewhere"
        elsewhere.mkdir()
        (office.exchange / NUMBER).symlink_to(elsewhere)
        office.new_case()
        assert office.perform(office.document()).code is OutcomeCode.CREATED
        assert list(elsewhere.iterdir()) == []
        elsewhere.rmdir()
        office.require_exchange_empty()

    def test_what_killed_runs_left_is_swept_by_any_document(self, office: TaxOffice) -> None:
        left, fresh, other = (office.exchange / name for name in ("SOF-2020-0000001", "SOF-2020-0000002", "lost+found"))
        for folder in (left, fresh, other):
            folder.mkdir()
            (folder / "1-vedtak.pdf").write_bytes(b"x")
        for folder in (left, other):
            os.utime(folder, (0, 0))
        office.perform(office.document())
        assert sorted(office.exchange.iterdir()) == [fresh, other]
