"""`case-protocols`: what stands in the archive and the meeting module afterwards, and what a person must see to (ARC-03)."""

from __future__ import annotations

from typing import Any

import pytest
from archive_in_memory import MemoryArchive
from protocol_office import BODY, CASE_NO, DECISION, MET, NUMBER, OPEN, PRESENT, REFERENCE, TITLE, Secretariat

from archive_svc.esa.noark import AccessCode, CaseStatus, PartyRole, PostStatus, PostType
from archive_svc.esa.record import NewPost, Party, Screening
from archive_svc.protocols.exceptions import DecisionDiffers, MinutesNotApproved, ProtocolDiffers
from archive_svc.protocols.posts import references
from archive_svc.protocols.tasks import tell_the_secretariat
from archive_svc.screens.meetings.target import Member, Result
from archive_svc.service import archive
from common.errors import (
    AmbiguousHit,
    BusinessException,
    ConflictInTarget,
    InvalidValue,
    LeaseLost,
    NeedsJudgement,
    RecordLocked,
    SuspectedDuplicate,
    codes,
)
from common.process import OutcomeCode, Retention

CREATED, UPDATED, EXISTS = OutcomeCode.CREATED, OutcomeCode.UPDATED, OutcomeCode.EXISTS
EXEMPT = Screening(access=AccessCode.EXEMPT, legal_basis="offl. § 13")
CALL_NUMBER = f"{CASE_NO}-1"


class ForgetfulArchive(MemoryArchive):
    """Keeps only the first party of a post."""

    def register_post(self, case: str, new: NewPost) -> None:
        super().register_post(case, new.model_copy(update={"parties": new.parties[:1]}))


@pytest.fixture
def office() -> Secretariat:
    return Secretariat()


class TestAnItem:
    def test_has_its_protocol_archived_as_minuted(self, office: Secretariat) -> None:
        outcome = office.perform(office.item())
        assert outcome.code is CREATED
        protocol = office.protocol()
        assert outcome.detail == {
            "journal_post": CALL_NUMBER,
            "journal_post_id": protocol.id,
            "drafts": [f"{CASE_NO}-2", f"{CASE_NO}-3"],
            "decision_sha256": office.item().fingerprint,
        }
        assert (protocol.case, protocol.status, protocol.external_reference) == (
            CASE_NO,
            PostStatus.JOURNALLED,
            REFERENCE,
        )
        assert (protocol.full_title, protocol.title) == (f"Saksprotokoll {NUMBER} – {TITLE}",) * 2
        assert (protocol.document_date, protocol.screening) == (MET, OPEN)
        assert protocol.parties == (Party(role=PartyRole.INTERNAL_SENDER, name=BODY),)
        (document,) = protocol.documents
        assert document.format.startswith("PDF/A-2")
        assert office.meetings.item(NUMBER).reference == CALL_NUMBER

    def test_is_archived_once_however_often_it_is_handed_in(self, office: Secretariat) -> None:
        office.perform(office.item())
        writes = list(office.archive.writes)
        outcome = office.again(office.item())
        assert (outcome.code, outcome.tasks) == (EXISTS, ())
        assert outcome.detail["journal_post"] == CALL_NUMBER
        assert (office.archive.writes, len(office.meetings.writes)) == (writes, 1)

    def test_in_a_case_file_that_was_closed_afterwards_is_there_still(self, office: Secretariat) -> None:
        office.perform(office.item())
        office.archive.change_case_file(CASE_NO, status=CaseStatus.CLOSED)
        assert office.again(office.item()).code is EXISTS

    def test_whose_reference_was_not_noted_is_noted(self, office: Secretariat) -> None:
        office.perform(office.item())
        office.meetings.change(NUMBER, reference="")
        assert office.again(office.item()).code is UPDATED
        assert office.meetings.item(NUMBER).reference == CALL_NUMBER

    def test_line_breaks_may_be_written_in_another_way(self, office: Secretariat) -> None:
        office.minuted(decision=DECISION.replace("\n", "\r\n"))
        assert office.perform(office.item(decision_text=DECISION.replace("\n", "\r"))).code is CREATED
        first = office.protocol().main_document
        office.minuted(reference=CALL_NUMBER)
        assert office.again(office.item()).code is EXISTS
        assert office.protocol().main_document == first

    def test_with_every_vote_that_there_was(self, office: Secretariat) -> None:
        office.minuted(votes_for=2, votes_against=1)
        assert office.perform(office.item(votes={"for": 2, "against": 1})).code is CREATED

    def test_of_whom_one_had_left(self, office: Secretariat) -> None:
        present = [Member(name=name, disqualified=False) for name in PRESENT[:3]]
        office.minuted(members=[*present, Member(name=PRESENT[3], disqualified=True, left=True)])
        assert office.perform(office.item()).code is CREATED

    @pytest.mark.parametrize(("number", "kind"), [("DS 3/26", "Delegert sak"), ("RS 4/26", "Referatsak"), ("FO 1/26", "Forespørsel")])  # fmt: skip
    def test_of_every_kind(self, office: Secretariat, number: str, kind: str) -> None:
        office.minuted(number=number, type=kind)
        assert office.perform(office.item(item_no=number)).code is CREATED
        assert office.protocol().external_reference == f"SP:{BODY}:{MET}:{number}"


class TestDispatch:
    def test_is_a_draft_for_each_group(self, office: Secretariat) -> None:
        outcome = office.perform(office.item())
        parties, neighbours = office.drafts()
        assert {each.status for each in office.drafts()} == {PostStatus.RESERVED}
        assert parties.parties == (Party(role=PartyRole.RECIPIENT, name="Ånes Bygg AS", number="312900114"),)
        assert neighbours.parties == (Party(role=PartyRole.RECIPIENT, name="Vel"),)
        assert [each.external_reference for each in office.drafts()] == [f"{REFERENCE}:Parter", f"{REFERENCE}:Naboer"]
        assert parties.title == f"Melding om vedtak {NUMBER} – {TITLE}"
        (task,) = outcome.tasks
        assert (task.role, f"{CASE_NO}-2, {CASE_NO}-3" in task.text) == ("case-officer", True)
        assert TITLE not in f"{task.title}{task.text}"
        assert "Ånes" not in f"{task.title}{task.text}"

    def test_of_a_large_group_is_several_drafts(self, office: Secretariat) -> None:
        many = [{"name": f"Nabo {number}", "group": "Naboer"} for number in range(9)]
        office.perform(office.item(recipients=many))
        assert [len(each.parties) for each in office.drafts()] == [4, 4, 1]
        assert [each.external_reference for each in office.drafts()] == [
            f"{REFERENCE}:Naboer",
            f"{REFERENCE}:Naboer:2",
            f"{REFERENCE}:Naboer:3",
        ]

    def test_of_what_was_postponed_is_nothing(self, office: Secretariat) -> None:
        office.minuted(result=Result.POSTPONED)
        outcome = office.perform(office.item(status="UT"))
        assert (outcome.code, outcome.tasks, outcome.detail["drafts"]) == (CREATED, (), [])
        assert (office.drafts(), office.protocol().status) == ([], PostStatus.JOURNALLED)

    def test_of_what_was_sent_back_is_drafted(self, office: Secretariat) -> None:
        office.minuted(result=Result.SENT_BACK)
        office.perform(office.item(status="TB"))
        assert len(office.drafts()) == 2

    def test_to_nobody(self, office: Secretariat) -> None:
        outcome = office.perform(office.item(recipients=[]))
        assert (outcome.code, outcome.tasks, office.drafts()) == (CREATED, (), [])

    def test_that_an_officer_has_finished_stays_as_it_is(self, office: Secretariat) -> None:
        office.perform(office.item())
        sent = office.archive.change_post(office.drafts()[0].id, status=PostStatus.DISPATCHED)
        assert office.again(office.item()).code is EXISTS
        assert office.drafts()[0] == sent

    def test_to_somebody_more_is_one_draft_more(self, office: Secretariat) -> None:
        office.perform(office.item())
        more = [*office.item().recipients, {"name": "Statsforvalteren", "group": "Myndigheter"}]
        outcome = office.again(office.item(recipients=more))
        assert (outcome.code, len(office.drafts()), len(outcome.tasks)) == (UPDATED, 3, 1)


class TestTheOfficer:
    """Whoever handles the case hears of each draft once, whichever case of Roger's made it."""

    def left(self, office: Secretariat) -> None:
        """All stands; then the case goes to a person, for somebody has the item open in the meeting module."""
        office.meetings.locked.add(NUMBER)
        with pytest.raises(RecordLocked):
            office.perform(office.item())
        office.meetings.locked.clear()

    def test_hears_of_drafts_after_a_persons_retry(self, office: Secretariat) -> None:
        self.left(office)
        office.case.retried()
        (task,) = office.perform(office.item()).tasks
        assert f"{CASE_NO}-2, {CASE_NO}-3" in task.text

    def test_hears_of_drafts_from_the_next_case(self, office: Secretariat) -> None:
        self.left(office)
        assert len(office.again(office.item()).tasks) == 1
        assert office.again(office.item()).tasks == ()

    def test_hears_no_more_of_what_they_have_sent_meanwhile(self, office: Secretariat) -> None:
        self.left(office)
        office.archive.change_post(office.drafts()[0].id, status=PostStatus.DISPATCHED)
        (task,) = office.again(office.item()).tasks
        assert (f"{CASE_NO}-2" in task.text, f"{CASE_NO}-3" in task.text) == (False, True)

    def test_hears_of_what_is_new_alone(self, office: Secretariat) -> None:
        office.perform(office.item())
        more = [*office.item().recipients, {"name": "Statsforvalteren", "group": "Myndigheter"}]
        (task,) = office.again(office.item(recipients=more)).tasks
        assert (f"{CASE_NO}-3" in task.text, f"{CASE_NO}-4" in task.text) == (False, True)

    def test_hears_of_recipients_who_stand_in_no_letter(self, office: Secretariat) -> None:
        # A letter that stands is not changed: whoever a later case names besides is the officer's to add.
        office.perform(office.item(recipients=[{"name": "Vel"}]))
        outcome = office.again(office.item(recipients=[{"name": "Ånes Bygg AS"}, {"name": "Vel"}]))
        (task,) = outcome.tasks
        assert (outcome.code, task.role, "1 mottaker(e)" in task.text) == (EXISTS, "case-officer", True)
        assert "Ånes" not in f"{task.title}{task.text}"
        assert len(office.drafts()) == 1

    def test_hears_nothing_where_recipients_come_in_another_order(self, office: Secretariat) -> None:
        many = [{"name": f"Nabo {number}"} for number in range(6)]
        office.perform(office.item(recipients=many))
        assert office.again(office.item(recipients=many[::-1])).tasks == ()

    @pytest.mark.parametrize("dies_at", ["remember:1", "remembered:1", "remembered:2"])
    def test_hears_of_all_drafts_wherever_the_robot_dies(self, office: Secretariat, dies_at: str) -> None:
        with pytest.raises(LeaseLost):
            office.perform(office.item(), dies_at=dies_at)
        (task,) = office.perform(office.item()).tasks
        assert f"{CASE_NO}-2, {CASE_NO}-3" in task.text


class TestScreening:
    def test_after_closed_doors_is_exempt_and_tells_nothing(self, office: Secretariat) -> None:
        office.minuted(closed=True, legal_basis="offl. § 13, jf. fvl. § 13")
        office.perform(office.item())
        for post in office.archive.all_posts():
            assert post.screening == Screening(access=AccessCode.EXEMPT, legal_basis="offl. § 13, jf. fvl. § 13")
            assert TITLE not in post.title
            assert TITLE in post.full_title
        assert office.protocol().title == f"Saksprotokoll {NUMBER}"

    def test_after_closed_doors_has_the_law_of_the_case_file(self, office: Secretariat) -> None:
        office.archive.change_case_file(CASE_NO, screening=EXEMPT)
        office.minuted(closed=True)
        office.perform(office.item())
        assert office.protocol().screening == EXEMPT

    def test_after_closed_doors_without_a_law_is_judged_by_a_person(self, office: Secretariat) -> None:
        office.minuted(closed=True)
        office.refused(office.item(), NeedsJudgement)

    @pytest.mark.parametrize("closed", [False, True])
    def test_is_never_more_open_than_the_case_file(self, office: Secretariat, *, closed: bool) -> None:
        personnel = Screening(access=AccessCode.PERSONNEL, legal_basis="offl. § 25")
        office.archive.change_case_file(CASE_NO, screening=personnel)
        office.minuted(closed=closed, legal_basis="offl. § 25" if closed else "")
        office.perform(office.item())
        assert (office.protocol().screening, TITLE in office.protocol().title) == (personnel, False)

    def test_nobodys_number_stands_in_a_public_title(self, office: Secretariat) -> None:
        office.minuted(title="Klage fra 17838410103")
        office.perform(office.item())
        assert {"17838410103" in post.title for post in office.archive.all_posts()} == {False}

    def test_a_title_is_one_line(self, office: Secretariat) -> None:
        office.minuted(title="Plan  for\tØvre\nÅlgård ")
        office.perform(office.item())
        assert office.protocol().full_title == f"Saksprotokoll {NUMBER} – Plan for Øvre Ålgård"

    def test_a_title_that_just_fits_is_kept(self, office: Secretariat) -> None:
        office.minuted(title="x" + " abc" * 56)
        office.perform(office.item())
        assert office.protocol().full_title == f"Saksprotokoll {NUMBER} – x{' abc' * 56}"

    def test_a_longer_title_is_shortened(self, office: Secretariat) -> None:
        office.minuted(title="x" + " abc" * 56 + "d")
        office.perform(office.item())
        assert office.protocol().full_title == f"Saksprotokoll {NUMBER} – x{' abc' * 55} ab…"


class TestNotAsMinuted:
    def test_in_minutes_that_are_a_draft(self, office: Secretariat) -> None:
        office.minuted(approved=False)
        office.refused(office.item(), MinutesNotApproved)

    @pytest.mark.parametrize(
        "other",
        [
            DECISION + " ",
            DECISION.rstrip("\n"),
            DECISION.replace("Ålgård", "Algård", 1),
            DECISION.replace("12 m²", "13 m²"),
            DECISION.replace("   –", "  –", 1),
            DECISION.replace("Øvre", "O\u0338vre", 1),
        ],
    )
    def test_the_decision_reads_differently(self, office: Secretariat, other: str) -> None:
        office.minuted(decision=other)
        office.refused(office.item(), DecisionDiffers)

    @pytest.mark.parametrize(
        ("minuted", "field"),
        [
            ({"case_no": "2026/004412"}, "case_no"),
            ({"result": Result.POSTPONED}, "status"),
            ({"votes_for": 2, "votes_against": 1}, "votes"),
            ({"votes_for": 2}, "votes"),
            ({"out": ()}, "conflict_of_interest"),
            ({"out": ("Øyås, Nina", "Sæther, Ingrid")}, "conflict_of_interest"),
        ],
    )
    def test_a_fact_is_another(self, office: Secretariat, minuted: dict[str, Any], field: str) -> None:
        office.minuted(**minuted)
        assert office.refused(office.item(), ConflictInTarget).detail == {"fields": [field]}

    def test_the_kind_is_another(self, office: Secretariat) -> None:
        office.minuted(type="Orienteringssak")
        office.refused(office.item(), InvalidValue)

    def test_the_item_is_not_there(self, office: Secretariat) -> None:
        office.refused(office.item(item_no="PS 13/26"), InvalidValue)

    def test_the_item_is_there_twice(self, office: Secretariat) -> None:
        office.meetings.items *= 2
        office.refused(office.item(), AmbiguousHit)

    @pytest.mark.parametrize(("in_favour", "against"), [(4, 0), (2, 2), (0, 4)])
    def test_more_votes_than_members_who_may_vote(self, office: Secretariat, in_favour: int, against: int) -> None:
        office.minuted(votes_for=in_favour, votes_against=against)
        refused = office.refused(office.item(votes={"for": in_favour, "against": against}), InvalidValue)
        assert refused.detail == {"votes": 4, "members": 3}


class TestTheArchive:
    @pytest.mark.parametrize("status", [CaseStatus.CLOSED, CaseStatus.CLOSED_BY_OFFICER, CaseStatus.CANCELLED])
    def test_has_the_case_file_closed(self, office: Secretariat, status: CaseStatus) -> None:
        office.archive.change_case_file(CASE_NO, status=status)
        office.refused(office.item(), ConflictInTarget)

    def test_has_the_case_file_closed_before_all_letters_were_drafted(self, office: Secretariat) -> None:
        office.perform(office.item(recipients=[]))
        office.archive.change_case_file(CASE_NO, status=CaseStatus.CLOSED)
        office.refused(office.item(), ConflictInTarget)

    def test_has_no_such_case_file(self, office: Secretariat) -> None:
        del office.archive.held[CASE_NO]
        office.refused(office.item(), ConflictInTarget)

    def test_has_the_case_file_open_elsewhere(self, office: Secretariat) -> None:
        office.archive.locked.add(CASE_NO)
        office.refused(office.item(), RecordLocked)

    def test_holds_the_protocol_with_another_text(self, office: Secretariat) -> None:
        office.perform(office.item())
        corrected = DECISION.replace("12 m²", "13 m²")
        office.minuted(decision=corrected, reference=CALL_NUMBER)
        refused = office.refused(office.item(decision_text=corrected), ProtocolDiffers)
        assert refused.detail == {"journal_post": CALL_NUMBER}

    def test_holds_the_protocol_with_other_members(self, office: Secretariat) -> None:
        office.perform(office.item())
        members = [Member(name=name, disqualified=name == PRESENT[3]) for name in (*PRESENT, "Dahle, Per")]
        office.minuted(members=members, reference=CALL_NUMBER)
        office.refused(office.item(), ProtocolDiffers)

    def test_has_the_reference_in_another_case_file(self, office: Secretariat) -> None:
        office.case_file("2026/004412")
        office.archive.put_post("2026/004412", type=PostType.INTERNAL, external_reference=REFERENCE)
        office.refused(office.item(), ConflictInTarget)

    def test_has_the_reference_on_another_kind_of_post(self, office: Secretariat) -> None:
        office.archive.put_post(CASE_NO, type=PostType.OUTGOING, external_reference=REFERENCE)
        office.refused(office.item(), ConflictInTarget)

    def test_has_a_protocol_that_somebody_made_by_hand(self, office: Secretariat) -> None:
        office.archive.put_post(CASE_NO, type=PostType.INTERNAL)
        office.minuted(reference=CALL_NUMBER)
        assert office.refused(office.item(), SuspectedDuplicate).detail == {"journal_post": CALL_NUMBER}

    def test_has_the_protocol_cancelled(self, office: Secretariat) -> None:
        office.perform(office.item())
        office.archive.change_post(office.protocol().id, status=PostStatus.CANCELLED)
        office.refused(office.item(), ConflictInTarget)

    def test_has_a_post_of_the_reference_that_holds_nothing(self, office: Secretariat) -> None:
        office.archive.put_post(
            CASE_NO, type=PostType.INTERNAL, external_reference=REFERENCE, status=PostStatus.REGISTERED
        )
        assert office.perform(office.item()).code is UPDATED
        assert (office.protocol().status, len(office.protocol().documents)) == (PostStatus.JOURNALLED, 1)

    def test_shows_another_draft_than_was_entered(self) -> None:
        office = Secretariat(archive=ForgetfulArchive())
        with pytest.raises(ConflictInTarget):
            office.perform(office.item(recipients=[{"name": "Vel"}, {"name": "Ånes Bygg AS"}]))
        assert len(office.drafts()) == 1

    def test_holds_a_draft_that_an_officer_has_changed(self, office: Secretariat) -> None:
        office.perform(office.item())
        office.archive.change_post(office.drafts()[0].id, parties=(), full_title="Brev")
        assert office.again(office.item()).code is EXISTS

    def test_shows_another_screening_than_was_entered(self, office: Secretariat) -> None:
        def opened(what: str, of: str) -> None:
            if what == "status":
                office.archive.change_post(office.protocol().id, screening=OPEN)

        office.archive.change_case_file(CASE_NO, screening=EXEMPT)
        office.archive.meanwhile = opened
        with pytest.raises(ConflictInTarget):
            office.perform(office.item())


class TestTheMeetingModule:
    def test_has_the_item_open_elsewhere(self, office: Secretariat) -> None:
        office.meetings.locked.add(NUMBER)
        with pytest.raises(RecordLocked):
            office.perform(office.item())
        assert office.protocol().status is PostStatus.JOURNALLED
        office.meetings.locked.clear()
        office.case.retried()
        assert office.perform(office.item()).code is UPDATED
        assert len(office.archive.all_posts()) == 3

    def test_names_another_post_meanwhile(self, office: Secretariat) -> None:
        def by_hand(what: str, of: str) -> None:
            office.meetings.change(NUMBER, reference="2026/004411-9")

        office.archive.meanwhile = by_hand
        with pytest.raises(SuspectedDuplicate):
            office.perform(office.item())
        assert office.meetings.writes == []


def test_what_becomes_of_it_is_declared() -> None:
    process = archive.processes["case-protocols"]
    assert (process.manual_minutes, process.retention, process.called) == (6.0, Retention.PERSONAL, "Saksprotokoller")
    assert {each.name for each in process.targets} == {"esa", "meetings"}
    assert {"MINUTES_NOT_APPROVED", "DECISION_DIFFERS", "PROTOCOL_DIFFERS"} <= codes(BusinessException)


@pytest.mark.parametrize("code", ["MINUTES_NOT_APPROVED", "PROTOCOL_DIFFERS", "ROBOT_FAULT"])
def test_the_secretariat_is_told_what_is_wrong(code: str) -> None:
    task = tell_the_secretariat(code)
    assert (task.role, "Saken står i arbeidslisten" in task.text) == ("council-secretariat", True)


def test_an_item_and_its_letters_have_references_of_their_own(office: Secretariat) -> None:
    found = references(office.item())
    assert (found[0], len(found), len(set(found))) == (REFERENCE, 3, 3)
