"""`tax-documents`: the way of ARC-01 at a SOFIE and an archive in memory."""

from __future__ import annotations

from datetime import date
from typing import Any

import odd_files
import pytest
from tax_office import ENTERPRISE, NUMBER, PERSON, TaxOffice, a_file, content

from archive_svc.documents import ghostscript
from archive_svc.documents.exceptions import DocumentBroken, DocumentEncrypted
from archive_svc.esa.noark import AccessCode, CaseStatus, DocumentRole, PartyRole, PostStatus, PostType
from archive_svc.esa.record import Document, Party, Screening
from archive_svc.service import archive
from archive_svc.sofie.document import Direction, DocumentType
from archive_svc.tax.tax_document import SETTINGS
from common.errors import (
    AmbiguousHit,
    BusinessException,
    ConflictInTarget,
    NameMismatch,
    NeedsJudgement,
    ProtectedAddress,
    RecordLocked,
    RobotFault,
    SuspectedDuplicate,
    TemporaryId,
    codes,
)
from common.process import OutcomeCode, Subject
from common.reasons import reason_of

pytestmark = pytest.mark.skipif(not ghostscript.is_there(), reason="Ghostscript is not installed")


@pytest.fixture
def office(monkeypatch: pytest.MonkeyPatch) -> TaxOffice:
    office = TaxOffice()
    monkeypatch.setenv("ROGER_SOFIE_EXCHANGE", str(office.exchange))
    monkeypatch.setenv("ROGER_SOFIE_EXCHANGE_SECONDS", "0.1")
    return office


def internal(office: TaxOffice, *, follow_up: bool) -> Any:
    office.in_sofie(NUMBER, direction=Direction.INTERNAL, sent=None)
    return office.document(direction="INTERNAL", sent_date=None, follow_up=follow_up)


class TestArchived:
    def test_in_a_case_file_of_the_party(self, office: TaxOffice) -> None:
        outcome = office.perform(office.document())
        assert outcome.code is OutcomeCode.CREATED
        assert outcome.detail["journal_post"] == "2026/004411-1"
        case = office.archive.held["2026/004411"]
        assert (case.part, case.series, case.klass) == ("Kemnerarkiv", "Skatteinnkreving", PERSON)
        assert (case.title, case.public_title) == ("Skatteinnkreving – Nordhaug, Ola", "Skatteinnkreving – skatteyter")
        assert (case.officer, case.unit, case.status) == ("kemn01", "310456780", CaseStatus.IN_PROGRESS)

    def test_as_a_journalled_post(self, office: TaxOffice) -> None:
        office.perform(office.document())
        post = office.post()
        assert (post.type, post.status, post.external_reference) == (PostType.OUTGOING, PostStatus.JOURNALLED, NUMBER)
        assert (post.full_title, post.title) == ("Betalingsavtale – Nordhaug, Ola", "Betalingsavtale – skatteyter")
        assert (post.document_date, post.sent, post.received) == (date(2026, 11, 20), date(2026, 11, 21), None)
        assert post.screening == Screening(access=AccessCode.EXEMPT, legal_basis="offl. § 13 jf. sktbl. § 3-2")
        assert post.parties == (Party(role=PartyRole.RECIPIENT, name="Nordhaug, Ola", number=PERSON),)

    def test_with_its_files_in_archive_format(self, office: TaxOffice) -> None:
        document = office.of_enterprise()
        office.again(document, content(2), content(3))
        main, attachment = office.post().documents
        assert (main.role, main.original, main.format) == (DocumentRole.MAIN, document.main.sha256, "PDF/A-2b")
        assert (attachment.role, attachment.title) == (DocumentRole.ATTACHMENT, "Vedlegg 1 – Klage")

    def test_what_is_not_archival_is_made_so(self, office: TaxOffice) -> None:
        letter = odd_files.saved(odd_files.letter())
        office.again(office.document(files=[a_file(letter)]), letter)
        (main,) = office.post().documents
        assert main.format == "PDF/A-2b"
        assert main.checksum != main.original

    def test_sofie_says_where(self, office: TaxOffice) -> None:
        assert office.perform(office.document()).detail["noted_in_sofie"] is True
        assert office.sofie.documents[NUMBER].archive_reference == "2026/004411-1"

    def test_nothing_of_it_is_kept(self, office: TaxOffice) -> None:
        office.perform(office.document())
        assert office.case.files == {}
        office.require_exchange_empty()

    def test_an_incoming_one_waits_for_an_answer(self, office: TaxOffice) -> None:
        office.again(office.of_enterprise(), content(2), content(3))
        post = office.post()
        assert (post.type, post.received, post.officer) == (PostType.INCOMING, date(2026, 11, 20), "kemn02")
        assert post.parties == (Party(role=PartyRole.SENDER, name="Synt Bygg AS", number=ENTERPRISE),)
        assert [line.id for line in office.archive.backlog("Kemnerarkiv", "")] == [post.id]

    @pytest.mark.parametrize(("follow_up", "type_"), [(True, PostType.FOLLOWED_UP), (False, PostType.INTERNAL)])
    def test_an_internal_one(self, office: TaxOffice, *, follow_up: bool, type_: PostType) -> None:
        office.perform(internal(office, follow_up=follow_up))
        post = office.post()
        assert post.type is type_
        assert post.parties == (Party(role=PartyRole.INTERNAL_SENDER, name="kemn01"),)

    def test_a_party_has_one_open_case_file(self, office: TaxOffice) -> None:
        office.perform(office.document())
        office.in_sofie("SOF-2026-0004712", [content(4)])
        second = office.document(sofie_doc_id="SOF-2026-0004712", files=[a_file(content(4))])
        assert office.again(second, content(4)).detail["journal_post"] == "2026/004411-2"
        assert len(office.archive.held) == 1

    def test_a_closed_case_file_is_left_alone(self, office: TaxOffice) -> None:
        known = {"part": SETTINGS.part, "series": SETTINGS.series, "klass": PERSON}
        office.archive.put_case_file("2024/000001", **known, status=CaseStatus.CLOSED)
        assert office.perform(office.document()).detail["journal_post"] != "2024/000001-1"
        assert len(office.archive.held) == 2
        assert office.archive.held["2024/000001"].status is CaseStatus.CLOSED

    @pytest.mark.parametrize("other", [{"series": "Arbeidsgiverkontroll"}, {"part": "Sakarkiv"}, {"klass": ENTERPRISE}])
    def test_another_case_file_is_not_used(self, office: TaxOffice, other: dict[str, str]) -> None:
        known = {"part": SETTINGS.part, "series": SETTINGS.series, "klass": PERSON} | other
        office.archive.put_case_file("2026/000001", **known)
        assert not office.perform(office.document()).detail["journal_post"].startswith("2026/000001")

    def test_sofie_is_not_told_where_that_is_not_wanted(
        self, office: TaxOffice, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("ROGER_TAX_NOTE_REFERENCE", "false")
        assert office.perform(office.document()).detail["noted_in_sofie"] is False
        assert office.sofie.documents[NUMBER].archive_reference == ""


class TestFetched:
    def test_files_that_nobody_handed_over(self, office: TaxOffice) -> None:
        office.new_case()
        assert office.perform(office.document()).code is OutcomeCode.CREATED
        assert office.sofie.writes == [("export", NUMBER), ("reference", NUMBER)]
        office.require_exchange_empty()

    def test_only_what_is_missing(self, office: TaxOffice) -> None:
        document = office.of_enterprise()
        office.new_case(content(2))
        assert office.perform(document).code is OutcomeCode.CREATED
        assert [each.original for each in office.post().documents] == [file.sha256 for file in document.files]

    def test_another_file_than_the_case_names(self, office: TaxOffice) -> None:
        office.new_case()
        refused = office.refused(office.document(files=[a_file(content(9))]), ConflictInTarget)
        assert refused.detail == {"missing_files": 1}

    def test_a_link_out_of_the_exchange_is_no_file(self, office: TaxOffice) -> None:
        elsewhere = odd_files.in_file(office.exchange.parent, content(9), f"{office.exchange.name}-elsewhere")
        (office.exchange / NUMBER).mkdir()
        (office.exchange / NUMBER / "3-lenke.pdf").symlink_to(elsewhere)
        office.new_case()
        try:
            office.refused(office.document(files=[a_file(content(9))]), ConflictInTarget)
        finally:
            elsewhere.unlink()

    def test_no_exchange(self, office: TaxOffice, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("ROGER_SOFIE_EXCHANGE")
        office.new_case()
        with pytest.raises(RobotFault):
            office.perform(office.document())
        assert office.archive.writes == []


class TestStandsAlready:
    def test_the_same_document_twice(self, office: TaxOffice) -> None:
        office.perform(office.document())
        outcome = office.again(office.document())
        assert (outcome.code, outcome.detail["journal_post"]) == (OutcomeCode.EXISTS, "2026/004411-1")
        assert (outcome.detail["noted_in_sofie"], office.case.files) == (False, {})
        assert len(office.archive.all_posts()) == 1

    def test_by_its_number_although_somebody_registered_it_by_hand(self, office: TaxOffice) -> None:
        _by_hand(office, external_reference=NUMBER, documents=(_a_document(""),))
        outcome = office.perform(office.document())
        assert outcome.code is OutcomeCode.EXISTS
        assert office.sofie.documents[NUMBER].archive_reference == "2026/004411-1"

    @pytest.mark.parametrize("known", ["original", "checksum"])
    def test_by_its_content_in_a_post_made_by_hand(self, office: TaxOffice, known: str) -> None:
        held = _a_document("").model_copy(update={known: office.document().main.sha256})
        _by_hand(office, documents=(held,))
        assert office.perform(office.document()).code is OutcomeCode.EXISTS

    def test_by_its_content_in_a_case_file_that_is_closed_now(self, office: TaxOffice) -> None:
        _by_hand(office, documents=(_a_document(office.document().main.sha256),))
        office.archive.change_case_file("2026/004411", status=CaseStatus.CLOSED)
        assert office.perform(office.document()).code is OutcomeCode.EXISTS
        assert len(office.archive.held) == 1

    @pytest.mark.parametrize(
        "different",
        [{"document_date": date(2026, 11, 19)}, {"type": PostType.INTERNAL}, {"status": PostStatus.CANCELLED}],
    )
    def test_another_post_with_the_same_content_is_another_document(
        self, office: TaxOffice, different: dict[str, Any]
    ) -> None:
        _by_hand(office, documents=(_a_document(office.document().main.sha256),), **different)
        assert office.perform(office.document()).code is OutcomeCode.CREATED

    def test_what_an_earlier_case_left_half_done_is_completed(self, office: TaxOffice) -> None:
        _by_hand(office, external_reference=NUMBER, status=PostStatus.REGISTERED)
        outcome = office.perform(office.document())
        assert outcome.code is OutcomeCode.UPDATED
        assert office.post().status is PostStatus.JOURNALLED
        assert office.post().main_document is not None

    def test_a_correction_of_what_is_journalled_is_for_a_person(self, office: TaxOffice) -> None:
        office.perform(office.document())
        office.in_sofie(NUMBER, [content(5)], archive_reference="2026/004411-1")
        office.new_case(content(5))
        office.refused(office.document(files=[a_file(content(5))]), SuspectedDuplicate)

    def test_another_attachment_is_for_a_person(self, office: TaxOffice) -> None:
        office.again(office.of_enterprise(), content(2), content(3))
        files = [a_file(content(2)), a_file(content(6), "ATTACHMENT")]
        office.new_case(content(2), content(6))
        office.refused(office.of_enterprise(files=files), SuspectedDuplicate)

    def test_what_somebody_is_archiving_right_now_is_for_a_person(self, office: TaxOffice) -> None:
        held = _a_document(office.document().main.sha256)
        _by_hand(office, documents=(held,), status=PostStatus.REGISTERED)
        office.refused(office.document(), SuspectedDuplicate)

    def test_a_main_document_by_hand_in_an_unfinished_post(self, office: TaxOffice) -> None:
        _by_hand(office, external_reference=NUMBER, documents=(_a_document(""),), status=PostStatus.REGISTERED)
        office.refused(office.document(), SuspectedDuplicate)

    def test_a_post_that_somebody_registers_meanwhile(self, office: TaxOffice) -> None:
        def meanwhile(what: str, of: str) -> None:
            if what == "case_file":
                office.archive.put_case_file(of, part=SETTINGS.part, series=SETTINGS.series, klass=PERSON)
                office.archive.put_post(of, **_usual(external_reference=NUMBER))

        office.archive.meanwhile = meanwhile
        with pytest.raises(BusinessException):
            office.perform(office.document())
        assert len(office.archive.all_posts()) == 1


class TestForAPerson:
    """Nothing is saved."""

    def test_a_protected_address(self, office: TaxOffice) -> None:
        office.sofie.change(NUMBER, protected=True)
        office.refused(office.document(), ProtectedAddress)

    def test_a_protected_address_before_anything_else(self, office: TaxOffice) -> None:
        office.sofie.change(NUMBER, protected=True, party_name="En, Annen")
        office.refused(office.document(), ProtectedAddress)

    def test_no_such_document(self, office: TaxOffice) -> None:
        office.refused(office.document(sofie_doc_id="SOF-2026-0009999"), ConflictInTarget)

    @pytest.mark.parametrize(
        ("field", "change"),
        [
            ("sofie_case_ref", {"case_reference": "K-20260001"}),
            ("party", {"party": "21859610371"}),
            ("doc_type", {"type": DocumentType.DECISION}),
            ("direction", {"direction": Direction.INTERNAL}),
            ("doc_date", {"document_date": date(2026, 11, 2)}),
            ("received_date", {"received": date(2026, 11, 20)}),
            ("sent_date", {"sent": date(2026, 11, 20)}),
        ],
    )
    def test_sofie_says_otherwise(self, office: TaxOffice, field: str, change: dict[str, Any]) -> None:
        office.sofie.change(NUMBER, **change)
        assert office.refused(office.document(), ConflictInTarget).detail == {"fields": [field]}

    def test_another_name(self, office: TaxOffice) -> None:
        office.sofie.change(NUMBER, party_name="Nordhaug, Kari")
        office.refused(office.document(), NameMismatch)

    @pytest.mark.parametrize("name", ["NORDHAUG, Ola Johan", "Nordhaug,Ola"])
    def test_the_same_name_otherwise_spelled(self, office: TaxOffice, name: str) -> None:
        office.sofie.change(NUMBER, party_name=name)
        assert office.perform(office.document()).code is OutcomeCode.CREATED

    def test_another_enterprise(self, office: TaxOffice) -> None:
        document = office.of_enterprise()
        office.sofie.change(document.sofie_doc_id, party_name="Synt Handel AS")
        office.new_case(content(2), content(3))
        office.refused(document, NameMismatch)

    def test_what_cannot_be_read(self, office: TaxOffice) -> None:
        office.sofie.unreadable[NUMBER] = "Part-id"
        office.refused(office.document(), NeedsJudgement)

    def test_a_temporary_number(self, office: TaxOffice) -> None:
        office.refused(office.document(party={"person_id": "201112345678", "name": "Nordhaug, Ola"}), TemporaryId)

    def test_several_open_case_files(self, office: TaxOffice) -> None:
        for number in ("2026/000001", "2026/000002"):
            office.archive.put_case_file(number, part=SETTINGS.part, series=SETTINGS.series, klass=PERSON)
        refused = office.refused(office.document(), AmbiguousHit)
        assert refused.detail == {"case_files": ["2026/000001", "2026/000002"]}

    @pytest.mark.parametrize(
        ("held", "code"),
        [(odd_files.encrypted(user=""), DocumentEncrypted), (b"%PDF-1.7 og ikke mer", DocumentBroken)],
    )
    def test_a_file_that_cannot_be_archived(
        self, office: TaxOffice, held: bytes, code: type[BusinessException]
    ) -> None:
        office.new_case(content(1), held)
        files = [a_file(content(1)), a_file(held, "ATTACHMENT")]
        assert office.refused(office.document(files=files), code).detail == {"file": 2, "role": "ATTACHMENT"}

    def test_sofie_says_that_it_is_archived_elsewhere(self, office: TaxOffice) -> None:
        office.sofie.change(NUMBER, archive_reference="2020/000007-3")
        assert office.refused(office.document(), SuspectedDuplicate).detail == {"journal_post": "2020/000007-3"}

    def test_its_number_stands_at_another_party(self, office: TaxOffice) -> None:
        _by_hand(office, external_reference=NUMBER)
        office.archive.change_case_file("2026/004411", klass=ENTERPRISE)
        office.refused(office.document(), ConflictInTarget)

    def test_its_post_was_cancelled(self, office: TaxOffice) -> None:
        _by_hand(office, external_reference=NUMBER, status=PostStatus.CANCELLED)
        office.refused(office.document(), ConflictInTarget)

    def test_a_half_done_post_in_a_closed_case_file(self, office: TaxOffice) -> None:
        _by_hand(office, external_reference=NUMBER, status=PostStatus.REGISTERED)
        office.archive.change_case_file("2026/004411", status=CaseStatus.CLOSED)
        office.refused(office.document(), ConflictInTarget)

    def test_a_locked_case_file(self, office: TaxOffice) -> None:
        office.archive.put_case_file("2026/000001", part=SETTINGS.part, series=SETTINGS.series, klass=PERSON)
        office.archive.locked.add("2026/000001")
        office.refused(office.document(), RecordLocked)


class TestMeanwhile:
    """What others do while Roger is at it."""

    def test_a_main_document_that_vanished_is_not_journalled(self, office: TaxOffice) -> None:
        document = office.of_enterprise()
        office.new_case(content(2), content(3))

        def meanwhile(what: str, of: str) -> None:
            post = office.archive.all_posts()[-1] if what == "document" else None
            if post is not None and post.documents:
                office.archive.change_post(post.id, documents=())

        office.archive.meanwhile = meanwhile
        with pytest.raises(ConflictInTarget):
            office.perform(document)
        assert office.post().status is PostStatus.REGISTERED

    def test_a_post_that_somebody_changed_is_told(self, office: TaxOffice) -> None:
        def meanwhile(what: str, of: str) -> None:
            if what == "status":
                office.archive.change_post(office.post().id, full_title="En annen tittel")

        office.archive.meanwhile = meanwhile
        with pytest.raises(ConflictInTarget):
            office.perform(office.document())

    def test_somebody_opens_the_post_before_its_document_is_there(self, office: TaxOffice) -> None:
        def meanwhile(what: str, of: str) -> None:
            if what == "document":
                office.archive.locked.add(of)

        office.archive.meanwhile = meanwhile
        with pytest.raises(RecordLocked):
            office.perform(office.document())
        assert (office.post().status, office.post().documents) == (PostStatus.REGISTERED, ())
        office.archive.locked.clear()
        office.archive.meanwhile = lambda _what, _of: None
        office.case.retried()
        assert office.perform(office.document()).code is OutcomeCode.UPDATED
        assert office.post().status is PostStatus.JOURNALLED

    def test_somebody_cancels_the_post_before_it_is_journalled(self, office: TaxOffice) -> None:
        def meanwhile(what: str, of: str) -> None:
            if what == "status":
                office.archive.change_post(office.post().id, status=PostStatus.CANCELLED)

        office.archive.meanwhile = meanwhile
        with pytest.raises(BusinessException):
            office.perform(office.document())
        assert office.sofie.documents[NUMBER].archive_reference == ""

    def test_somebody_has_it_open_in_sofie(self, office: TaxOffice) -> None:
        office.sofie.locked.add(NUMBER)
        with pytest.raises(RecordLocked):
            office.perform(office.document())
        office.sofie.locked.clear()
        office.case.retried()
        assert office.perform(office.document()).code is OutcomeCode.EXISTS
        assert office.sofie.documents[NUMBER].archive_reference == "2026/004411-1"

    def test_somebody_writes_another_reference(self, office: TaxOffice) -> None:
        def meanwhile(what: str, number: str) -> None:
            if what == "status":
                office.sofie.change(NUMBER, archive_reference="2020/000007-3")

        office.archive.meanwhile = meanwhile
        with pytest.raises(SuspectedDuplicate):
            office.perform(office.document())


class TestDeclared:
    def test_its_codes_are_told_to_people(self) -> None:
        for code in ("DOCUMENT_ENCRYPTED", "DOCUMENT_BROKEN", "DOCUMENT_TYPE", "DOCUMENT_TOO_LARGE"):
            assert code in codes(BusinessException)
            assert reason_of(code).situation

    def test_the_office_is_told_without_names(self) -> None:
        process = archive.processes["tax-documents"]
        assert process.fallout is not None
        task = process.fallout("DOCUMENT_ENCRYPTED")
        assert "passord" in task.text
        assert (process.takes_files, process.fetches_files) == (True, True)

    def test_two_documents_of_one_party_wait_for_each_other(self, office: TaxOffice) -> None:
        assert office.document().subject == Subject("person", PERSON)
        assert office.of_enterprise().subject == Subject("organisation", ENTERPRISE)


def _a_document(original: str) -> Document:
    return Document(
        number=1, role=DocumentRole.MAIN, title="Avtale", format="PDF/A-2b", checksum="0" * 64, original=original
    )


def _usual(**different: Any) -> dict[str, Any]:
    usual = {
        "type": PostType.OUTGOING,
        "status": PostStatus.JOURNALLED,
        "document_date": date(2026, 11, 20),
        "sent": date(2026, 11, 21),
        "received": None,
        "parties": (Party(role=PartyRole.RECIPIENT, name="Nordhaug, Ola", number=PERSON),),
    }
    return usual | different


def _by_hand(office: TaxOffice, **different: Any) -> None:
    """A post that somebody made in the party's case file."""
    office.archive.put_case_file("2026/004411", part=SETTINGS.part, series=SETTINGS.series, klass=PERSON)
    office.archive.put_post("2026/004411", **_usual(**different))
