"""`backlog-controls`: what becomes of a post that waits, by what the archive shows of it and of its case file."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from backlog_office import HOME, NOW, SCHOOL, TODAY, Office, days_ago
from pydantic import ValidationError

from archive_svc.backlog.conclusion import conclude
from archive_svc.backlog.exceptions import CaseFileClosed
from archive_svc.backlog.looking import standing_of
from archive_svc.backlog.row import BacklogControl
from archive_svc.esa.noark import AccessCode, CaseStatus, Dispatch, PartyRole, PostStatus, PostType, WriteOffCode
from archive_svc.esa.record import JournalPost, Party, Screening, WriteOff
from archive_svc.screens.esa.archive import EsaArchive
from common.clock import OSLO
from common.errors import ConflictInTarget, LeaseLost, NeedsJudgement, RecordLocked, TargetRejected
from common.process import OutcomeCode, Subject
from common.readings import Readings
from common.testing import MemoryCase


@pytest.fixture
def office() -> Office:
    return Office()


def stands(office: Office, post: JournalPost) -> WriteOff | None:
    return office.archive.journal[post.id].write_off


class TestWhatIsAnswered:
    def test_is_written_off_with_the_letter_and_its_date(self, office: Office) -> None:
        post = office.waiting(days=120)
        office.letter(post, sent=date(2026, 11, 12))
        outcome = office.controlled(post)
        assert outcome.code is OutcomeCode.UPDATED
        assert outcome.detail == {
            "decision": "WRITE_OFF",
            "post": post.call_number,
            "age": 120,
            "unit": SCHOOL,
            "written_off": "BU",
            "answered_by": f"{post.case}-2",
            "answered_on": "2026-11-12",
        }
        assert stands(office, post) == WriteOff(code=WriteOffCode.LETTER, on=date(2026, 11, 12), answered_by=2)

    @pytest.mark.parametrize(
        "status", [PostStatus.FINISHED, PostStatus.DISPATCHED, PostStatus.JOURNALLED, PostStatus.ARCHIVED]
    )
    def test_by_a_finished_letter_is_written_off_whatever_its_age(self, office: Office, status: PostStatus) -> None:
        post = office.waiting(days=1)
        office.letter(post, status=status)
        assert office.controlled(post).code is OutcomeCode.UPDATED

    @pytest.mark.parametrize(
        ("how", "code"),
        [
            ({"dispatch": Dispatch.EMAIL}, WriteOffCode.EMAIL),
            ({"dispatch": Dispatch.LETTER}, WriteOffCode.LETTER),
            ({"dispatch": Dispatch.DIGITAL}, WriteOffCode.LETTER),
            ({"type": PostType.INTERNAL, "status": PostStatus.FINISHED}, WriteOffCode.NOTE),
            ({"type": PostType.FOLLOWED_UP, "status": PostStatus.JOURNALLED}, WriteOffCode.NOTE),
        ],
    )
    def test_is_written_off_by_how_it_was_answered(
        self, office: Office, how: dict[str, Any], code: WriteOffCode
    ) -> None:
        post = office.waiting()
        office.letter(post, **how)
        assert office.controlled(post).detail["written_off"] == code

    def test_without_a_date_of_sending_is_written_off_on_the_letters_own(self, office: Office) -> None:
        post = office.waiting()
        office.letter(post, sent=None, status=PostStatus.FINISHED, document_date=days_ago(5))
        office.controlled(post)
        assert (found := stands(office, post)) is not None
        assert found.on == days_ago(5)

    def test_by_others_since_the_list_was_read_stands_as_they_wrote_it(self, office: Office) -> None:
        post = office.waiting(days=120)
        row = office.row(post)
        noted = WriteOff(code=WriteOffCode.NOTED, on=days_ago(1))
        office.archive.change_post(post.id, write_off=noted, written_off=noted.code)
        office.letter(post)
        outcome = office.control(row)
        assert (outcome.code, outcome.detail["decision"]) == (OutcomeCode.EXISTS, "WRITTEN_OFF")
        assert (stands(office, post), office.archive.writes) == (noted, [])

    def test_by_others_in_the_very_moment_is_theirs(self, office: Office) -> None:
        post = office.waiting()
        office.letter(post)
        noted = WriteOff(code=WriteOffCode.NOTED, on=TODAY)

        def meanwhile(what: str, of: str) -> None:
            del what, of
            office.archive.change_post(post.id, write_off=noted, written_off=noted.code)

        office.archive.meanwhile = meanwhile
        assert office.controlled(post).code is OutcomeCode.EXISTS
        assert stands(office, post) == noted

    def test_by_others_with_a_letter_takes_no_page_of_its_own(self, office: Office) -> None:
        post = office.waiting(days=120)
        row = office.row(post)
        office.letter(post)
        answered = WriteOff(code=WriteOffCode.LETTER, on=TODAY, answered_by=2)
        office.archive.change_post(post.id, write_off=answered, written_off=answered.code)
        assert office.control(row).code is OutcomeCode.EXISTS
        assert office.archive.looks == {"journal": 1, "officers": 1}

    def test_in_a_closed_case_file_is_for_a_person(self, office: Office) -> None:
        post = office.waiting()
        office.letter(post)
        office.archive.change_case_file(post.case, status=CaseStatus.CLOSED)
        with pytest.raises(CaseFileClosed) as refused:
            office.controlled(post)
        assert refused.value.detail is not None
        assert refused.value.detail["answered_by"] == f"{post.case}-2"
        assert office.archive.writes == []

    def test_in_a_case_file_that_is_closed_in_the_very_moment_is_the_same(self, office: Office) -> None:
        post = office.waiting()
        office.letter(post)

        def meanwhile(what: str, of: str) -> None:
            del what, of
            office.archive.change_case_file(post.case, status=CaseStatus.CLOSED)

        office.archive.meanwhile = meanwhile
        with pytest.raises(CaseFileClosed) as refused:
            office.controlled(post)
        assert (refused.value.detail or {})["says"] == "Saksmappen er avsluttet"

    def test_in_a_closed_case_file_is_asked_about_once_in_a_while(self, office: Office) -> None:
        post = office.waiting()
        office.letter(post)
        office.archive.change_case_file(post.case, status=CaseStatus.CLOSED)
        with pytest.raises(CaseFileClosed):
            office.controlled(post)
        for days, known in ((31, True), (74, True), (75, False)):
            office.readings = Readings()
            row, now = office.row(post), NOW + timedelta(days=days)
            if known:
                assert office.control(row, now=now).detail["note"] == "TOLD_BEFORE"
            else:
                with pytest.raises(CaseFileClosed):
                    office.control(row, now=now)

    def test_that_somebody_has_open_is_for_a_person(self, office: Office) -> None:
        post = office.waiting()
        office.letter(post)
        office.archive.locked.add(post.call_number)
        with pytest.raises(RecordLocked) as refused:
            office.controlled(post)
        assert (refused.value.code, (refused.value.detail or {})["answered_by"]) == ("RECORD_LOCKED", f"{post.case}-2")

    def test_that_the_archive_refuses_is_for_a_person_with_what_it_says(self, office: Office) -> None:
        post = office.waiting()
        letter = office.letter(post)

        def meanwhile(what: str, of: str) -> None:
            del what, of
            office.archive.change_post(letter.id, answers=None)

        office.archive.meanwhile = meanwhile
        with pytest.raises(TargetRejected) as refused:
            office.controlled(post)
        assert refused.value.detail is not None
        assert "knyttet" in refused.value.detail["says"]
        assert "knyttet" not in refused.value.message

    def test_is_a_proposal_where_the_deployment_leaves_that_to_people(self, office: Office) -> None:
        post = office.waiting()
        office.letter(post)
        row, run = office.row(post), office.case().run({EsaArchive: office.archive})
        with pytest.raises(NeedsJudgement) as proposal:
            conclude(standing_of(row, run), row, run, writes_off=False)
        assert proposal.value.detail is not None
        assert proposal.value.detail["decision"] == "WRITE_OFF"
        assert office.archive.writes == []

    @pytest.mark.parametrize("dies_at", ["commit:2", "write_off:1", "write_off_saved:1", "commit:3", "committed:3"])
    def test_is_written_off_once_wherever_the_robot_dies(self, office: Office, dies_at: str) -> None:
        post = office.waiting()
        office.letter(post)
        row, case = office.row(post), office.case()
        with pytest.raises(LeaseLost):
            office.dies(row, case, dies_at)
        assert office.control(row, case=case).code is OutcomeCode.UPDATED
        assert office.archive.writes == [("write_off", post.call_number)]


class TestWhatIsNotAnswered:
    @pytest.mark.parametrize(
        "status", [PostStatus.RESERVED, PostStatus.REGISTERED, PostStatus.APPROVED, PostStatus.TEMPORARY]
    )
    def test_but_has_an_unfinished_answer_is_told_to_its_officer(self, office: Office, status: PostStatus) -> None:
        post = office.waiting(days=3)
        office.letter(post, status=status)
        outcome = office.controlled(post)
        assert (outcome.code, outcome.detail["decision"]) == (OutcomeCode.REPORTED, "FINISH_ANSWER")
        (task,) = outcome.tasks
        assert (task.role, "svaret (nr. 2) er ikke ferdigstilt" in task.text) == ("case-officer", True)
        assert stands(office, post) is None

    def test_though_a_cancelled_letter_is_linked_is_followed_up(self, office: Office) -> None:
        post = office.waiting(days=90)
        office.letter(post, status=PostStatus.CANCELLED)
        assert office.controlled(post).detail["decision"] == "REMIND"

    def test_though_an_incoming_letter_is_linked_is_followed_up(self, office: Office) -> None:
        post = office.waiting(days=90)
        office.letter(post, type=PostType.INCOMING, received=TODAY, status=PostStatus.JOURNALLED)
        assert office.controlled(post).detail["decision"] == "REMIND"

    def test_though_another_post_of_the_case_file_is(self, office: Office) -> None:
        other = office.waiting(days=95)
        post = office.waiting(days=90, case=other.case)
        office.letter(other)
        assert office.controlled(post).detail["decision"] == "REMIND"

    def test_and_old_is_told_to_its_officer(self, office: Office) -> None:
        post = office.waiting(days=120, due=date(2026, 9, 1), officer="skol11")
        outcome = office.controlled(post)
        assert (outcome.code, outcome.detail["decision"]) == (OutcomeCode.REPORTED, "REMIND")
        (task,) = outcome.tasks
        assert (task.role, task.unit, task.due) == ("case-officer", SCHOOL, date(2026, 12, 15))
        assert "skol11" in task.title
        assert f"{post.call_number}: 120 dager, forfall 01.09.2026" in task.text

    @pytest.mark.parametrize(("days", "roles"), [(180, ["case-officer"]), (181, ["case-officer", "unit-leader"])])
    def test_and_very_old_is_told_to_the_leader_too(self, office: Office, days: int, roles: list[str]) -> None:
        outcome = office.controlled(office.waiting(days=days))
        assert [task.role for task in outcome.tasks] == roles

    def test_and_young_needs_nothing(self, office: Office) -> None:
        outcome = office.controlled(office.waiting(days=89))
        assert (outcome.code, outcome.detail["decision"], outcome.tasks) == (OutcomeCode.NOOP, "YOUNG", ())

    def test_is_old_by_the_age_that_the_run_asks_for(self, office: Office) -> None:
        post = office.waiting(days=30)
        assert office.controlled(post, cutoff_age_days=31).code is OutcomeCode.NOOP
        assert office.controlled(post, cutoff_age_days=30).code is OutcomeCode.REPORTED

    def test_and_cancelled_since_is_no_backlog_any_more(self, office: Office) -> None:
        post = office.waiting(days=120)
        row = office.row(post)
        office.archive.change_post(post.id, status=PostStatus.CANCELLED)
        assert office.control(row).detail["decision"] == "NOT_WAITING"

    def test_and_gone_from_its_case_file_is_left_alone(self, office: Office) -> None:
        post = office.waiting(days=120)
        row = office.row(post)
        del office.archive.journal[post.id]
        assert office.control(row).code is OutcomeCode.NOOP

    def test_in_a_closed_case_file_is_for_a_person(self, office: Office) -> None:
        post = office.waiting(days=3)
        office.archive.change_case_file(post.case, status=CaseStatus.CLOSED)
        with pytest.raises(ConflictInTarget):
            office.controlled(post)


class TestALetterThatMayBeTheAnswer:
    def proposed(self, office: Office, post: JournalPost) -> str | None:
        try:
            office.controlled(post)
        except NeedsJudgement as proposal:
            return str((proposal.detail or {}).get("other"))
        return None

    def test_is_proposed_to_a_person(self, office: Office) -> None:
        post = office.waiting(days=3)
        letter = office.letter(post, linked=False)
        assert self.proposed(office, post) == letter.call_number

    def test_is_told_by_its_recipients_name_where_there_is_no_number(self, office: Office) -> None:
        post = office.waiting(parties=(Party(role=PartyRole.SENDER, name="Åsen  Ola"),))
        letter = office.letter(
            post, linked=False, parties=(Party(role=PartyRole.RECIPIENT, name="åsen ola", number="1"),)
        )
        assert self.proposed(office, post) == letter.call_number

    def test_is_told_by_the_name_however_its_letters_are_stored(self, office: Office) -> None:
        asks, gets = "Åsen Ola", "A\u030asen  Ola"
        post = office.waiting(parties=(Party(role=PartyRole.SENDER, name=asks),))
        letter = office.letter(post, linked=False, parties=(Party(role=PartyRole.RECIPIENT, name=gets),))
        assert self.proposed(office, post) == letter.call_number

    @pytest.mark.parametrize(
        "parties",
        [
            (Party(role=PartyRole.RECIPIENT, name="Nordhaug Åsen Ola", number="52849310119"),),
            (Party(role=PartyRole.COPY, name="Nordhaug Åsen Ola", number="17838410103"),),
            (),
        ],
        ids=["another number", "a copy", "to nobody"],
    )
    def test_is_none_where_it_went_to_somebody_else(self, office: Office, parties: tuple[Party, ...]) -> None:
        post = office.waiting(days=3)
        office.letter(post, linked=False, parties=parties)
        assert self.proposed(office, post) is None

    def test_is_none_where_it_went_before_the_post_came(self, office: Office) -> None:
        post = office.waiting(days=3)
        office.letter(post, linked=False, document_date=days_ago(4), sent=days_ago(4))
        assert self.proposed(office, post) is None

    def test_is_none_where_it_is_the_answer_to_another(self, office: Office) -> None:
        other = office.waiting(days=3)
        post = office.waiting(days=3, case=other.case)
        office.letter(other)
        assert self.proposed(office, post) is None

    def test_is_none_while_it_is_not_finished(self, office: Office) -> None:
        post = office.waiting(days=3)
        office.letter(post, linked=False, status=PostStatus.RESERVED)
        assert self.proposed(office, post) is None

    def test_is_none_where_there_are_two(self, office: Office) -> None:
        post = office.waiting(days=120)
        office.letter(post, linked=False)
        office.letter(post, linked=False)
        assert office.controlled(post).detail["decision"] == "REMIND"

    def test_written_since_others_of_the_case_file_were_looked_at_counts(self, office: Office) -> None:
        first = office.waiting(days=3)
        letter = office.letter(first, linked=False)
        assert self.proposed(office, first) == letter.call_number
        second = office.waiting(days=2, case=first.case, document_date=days_ago(1), received=TODAY)
        later = office.letter(second, linked=False, document_date=TODAY)
        assert self.proposed(office, second) == later.call_number

    def test_is_asked_about_once_in_a_while(self, office: Office) -> None:
        post = office.waiting(days=3)
        office.letter(post, linked=False)
        assert self.proposed(office, post)
        outcome = office.control(office.row(post), now=NOW + timedelta(days=31))
        assert (outcome.code, outcome.detail["note"]) == (OutcomeCode.EXISTS, "TOLD_BEFORE")

    def test_is_asked_about_again_by_the_case_that_a_person_lets_try_again(self, office: Office) -> None:
        post = office.waiting(days=3)
        office.letter(post, linked=False)
        row, case = office.row(post), office.case()
        for _ in range(2):
            with pytest.raises(NeedsJudgement):
                office.control(row, case=case)
            case.retried()


class TestSomebodyWhoLeft:
    def test_leaves_their_posts_to_the_leader(self, office: Office) -> None:
        post = office.waiting(days=3, officer="sluttet", unit=HOME)
        outcome = office.controlled(post)
        assert (outcome.code, outcome.detail["decision"]) == (OutcomeCode.REPORTED, "REASSIGN")
        (task,) = outcome.tasks
        assert (task.role, task.unit, "sluttet" in task.text) == ("unit-leader", HOME, True)

    @pytest.mark.parametrize("officer", ["", "ukjent"])
    def test_or_never_was_there_is_the_same(self, office: Office, officer: str) -> None:
        assert office.controlled(office.waiting(officer=officer)).detail["decision"] == "REASSIGN"

    def test_leaves_an_unfinished_answer_to_the_leader_too(self, office: Office) -> None:
        post = office.waiting(officer="sluttet")
        office.letter(post, status=PostStatus.RESERVED)
        (task,) = office.controlled(post).tasks
        assert (task.role, "ikke ferdigstilt" in task.text) == ("unit-leader", True)

    def test_is_left_out_where_the_post_has_somebody_else_meanwhile(self, office: Office) -> None:
        post = office.waiting(days=120, officer="sluttet")
        row = office.row(post)
        office.archive.change_post(post.id, officer="skol11")
        (task,) = office.control(row).tasks
        assert (task.role, "skol11" in task.title) == ("case-officer", True)

    def test_or_is_about_to_leave_is_the_same(self, office: Office) -> None:
        assert office.controlled(office.waiting(), leaving="SKOL07").detail["decision"] == "REASSIGN"

    def test_is_told_to_the_leader_although_the_officer_was_reminded_yesterday(self, office: Office) -> None:
        post = office.waiting(days=120)
        office.controlled(post)
        outcome = office.control(office.row(post, leaving="skol07"), now=NOW + timedelta(days=1))
        assert outcome.code is OutcomeCode.REPORTED


class TestALaterAttempt:
    """Hours after one that died: what it found out counts no more."""

    LATER = NOW + timedelta(hours=8)

    def begun(
        self, office: Office, post: JournalPost, dies_at: str = "committed:1"
    ) -> tuple[BacklogControl, MemoryCase]:
        row, case = office.row(post), office.case()
        with pytest.raises(LeaseLost):
            office.dies(row, case, dies_at)
        office.readings = case.readings = Readings()
        return row, case

    def test_reminds_nobody_of_what_was_answered_meanwhile(self, office: Office) -> None:
        post = office.waiting(days=200)
        row, case = self.begun(office, post, "remembered:1")
        office.letter(post)
        assert office.control(row, case=case, now=self.LATER).code is OutcomeCode.UPDATED

    def test_tells_no_title_that_was_screened_meanwhile(self, office: Office) -> None:
        post = office.waiting(days=200, screening=Screening())
        row, case = self.begun(office, post)
        office.archive.change_post(post.id, screening=Screening(access=AccessCode.EXEMPT, legal_basis="offl. § 13"))
        outcome = office.control(row, case=case, now=self.LATER)
        assert len(outcome.tasks) == 2
        assert "Klage" not in "".join(task.text for task in outcome.tasks)

    def test_writes_off_nothing_that_was_cancelled_meanwhile(self, office: Office) -> None:
        post = office.waiting()
        office.letter(post)
        row, case = self.begun(office, post, "write_off:1")
        office.archive.change_post(post.id, status=PostStatus.CANCELLED)
        assert office.control(row, case=case, now=self.LATER).code is OutcomeCode.NOOP
        assert office.archive.writes == []

    def test_writes_off_by_the_answer_that_is_linked_now(self, office: Office) -> None:
        post = office.waiting()
        letter = office.letter(post)
        row, case = self.begun(office, post, "write_off:1")
        office.archive.change_post(letter.id, answers=None)
        office.letter(post, type=PostType.INTERNAL, status=PostStatus.FINISHED)
        outcome = office.control(row, case=case, now=self.LATER)
        assert (outcome.code, outcome.detail["written_off"]) == (OutcomeCode.UPDATED, "BN")
        assert (found := stands(office, post)) is not None
        assert found.answered_by == 3

    def test_knows_what_the_first_one_wrote_off(self, office: Office) -> None:
        post = office.waiting()
        letter = office.letter(post)
        row, case = self.begun(office, post, "write_off_saved:1")
        office.archive.change_post(letter.id, answers=None)
        office.archive.change_case_file(post.case, status=CaseStatus.CLOSED)
        assert office.control(row, case=case, now=self.LATER).code is OutcomeCode.UPDATED
        assert office.archive.writes == [("write_off", post.call_number)]

    def test_leaves_to_others_what_they_wrote_off(self, office: Office) -> None:
        post = office.waiting()
        office.letter(post)
        row, case = self.begun(office, post, "write_off:1")
        noted = WriteOff(code=WriteOffCode.NOTED, on=TODAY)
        office.archive.change_post(post.id, write_off=noted, written_off=noted.code)
        assert office.control(row, case=case, now=self.LATER).code is OutcomeCode.EXISTS


class TestReminders:
    @pytest.mark.parametrize(("later", "code"), [(0, "EXISTS"), (13, "EXISTS"), (14, "REPORTED")])
    def test_of_one_post_lie_two_weeks_apart(self, office: Office, later: int, code: str) -> None:
        post = office.waiting(days=120)
        office.controlled(post)
        outcome = office.control(office.row(post), now=NOW + timedelta(days=later))
        assert (outcome.code, bool(outcome.tasks)) == (code, code == "REPORTED")

    def test_lie_two_weeks_apart_whatever_they_say(self, office: Office) -> None:
        post = office.waiting(days=120)
        office.controlled(post)
        office.letter(post, status=PostStatus.RESERVED)
        outcome = office.controlled(post)
        assert (outcome.code, outcome.detail["on"]) == (OutcomeCode.EXISTS, "2026-12-01")

    def test_do_not_keep_a_post_from_being_written_off(self, office: Office) -> None:
        post = office.waiting(days=120)
        office.controlled(post)
        office.letter(post)
        office.readings = Readings()
        assert office.controlled(post).code is OutcomeCode.UPDATED

    @pytest.mark.parametrize("dies_at", ["committed:1", "remember:1", "remembered:1"])
    def test_are_not_lost_where_the_robot_dies(self, office: Office, dies_at: str) -> None:
        row, case = office.row(office.waiting(days=120)), office.case()
        with pytest.raises(LeaseLost):
            office.dies(row, case, dies_at)
        assert office.control(row, case=case).code is OutcomeCode.REPORTED

    def test_of_two_controls_at_once_are_one(self, office: Office) -> None:
        # Both have looked, and both are about to tell; the ledger takes one of them.
        row = office.row(office.waiting(days=120))
        monthly, quarterly = office.case(), office.case()
        with pytest.raises(LeaseLost):
            office.dies(row, monthly, "remember:1")
        with pytest.raises(LeaseLost):
            office.dies(row, quarterly, "remember:1")
        codes = [office.control(row, case=case).code for case in (quarterly, monthly)]
        assert codes == [OutcomeCode.REPORTED, OutcomeCode.EXISTS]

    def test_of_a_batch_are_told_with_it_and_not_by_each_case(self, office: Office) -> None:
        row = office.row(office.waiting(days=120))
        outcome = office.control(row, case=office.case(together=True))
        assert (outcome.code, outcome.tasks, "reminder" in outcome.detail) == (OutcomeCode.REPORTED, (), True)

    def test_of_a_batch_that_is_over_are_told_by_the_case_that_a_person_lets_try_again(self, office: Office) -> None:
        post = office.waiting(days=120)
        letter = office.letter(post, linked=False)
        row, case = office.row(post), office.case(together=True)
        with pytest.raises(NeedsJudgement):
            office.control(row, case=case)
        office.archive.change_post(letter.id, status=PostStatus.CANCELLED)
        case.retried()
        case.readings = Readings()
        outcome = office.control(row, case=case)
        assert [task.role for task in outcome.tasks] == ["case-officer"]
        assert "reminder" not in outcome.detail  # or the batch would tell it again, where it is not over yet


class TestWhatLeavesTheArchive:
    def test_is_the_public_title_of_what_is_open_to_everybody(self, office: Office) -> None:
        post = office.waiting(days=120, screening=Screening(), full_title="Klage fra Ola", title="Klage fra elev")
        (task,) = office.controlled(post).tasks
        assert "«Klage fra elev»" in task.text
        assert "Ola" not in task.text

    def test_is_a_title_of_one_line(self, office: Office) -> None:
        post = office.waiting(days=120, screening=Screening(), title="Klage\n– 2026/000001-1: 9 dager\u202e\u200b")
        (task,) = office.controlled(post).tasks
        assert "«Klage – 2026/000001-1: 9 dager»" in task.text

    @pytest.mark.parametrize("access", [each for each in AccessCode if each is not AccessCode.OPEN])
    def test_is_no_title_of_anything_else(self, office: Office, access: AccessCode) -> None:
        screened = Screening(access=access, legal_basis="offl. § 13")
        post = office.waiting(days=200, screening=screened)
        case = office.case()
        outcome = office.control(office.row(post), case=case)
        assert "Klage" not in f"{outcome.detail}{outcome.tasks}{case.recorded}"

    def test_is_no_party(self, office: Office) -> None:
        post = office.waiting(days=200, screening=Screening())
        office.letter(post, linked=False, parties=())
        case = office.case()
        outcome = office.control(office.row(post), case=case)
        assert not any(
            name in f"{outcome.detail}{outcome.tasks}{case.recorded}" for name in ("Nordhaug", "17838410103")
        )

    def test_is_no_national_id_that_stands_in_a_title(self, office: Office) -> None:
        post = office.waiting(days=120, screening=Screening(), title="Klage fra 17838410103")
        (task,) = office.controlled(post).tasks
        assert "17838410103" not in task.text


class TestHowOftenTheArchiveIsOpened:
    def test_young_posts_of_a_case_file_share_one_look(self, office: Office) -> None:
        first = office.waiting(days=10)
        posts = [first, *(office.waiting(days=days, case=first.case) for days in range(20))]
        assert {office.controlled(post).code for post in posts} == {OutcomeCode.NOOP}
        assert office.archive.looks == {"journal": 1, "officers": 1}

    def test_a_reminder_takes_the_posts_own_page(self, office: Office) -> None:
        office.controlled(office.waiting(days=120))
        assert office.archive.looks == {"journal": 1, "officers": 1, "post": 1}

    def test_what_was_told_lately_takes_no_page(self, office: Office) -> None:
        post = office.waiting(days=120)
        office.controlled(post)
        office.archive.looks.clear()
        office.controlled(post)
        assert office.archive.looks == {}

    def test_four_hundred_posts_are_no_four_hundred_pages(self, office: Office) -> None:
        files = [office.archive.put_case_file(part="Sakarkiv") for _ in range(10)]
        posts = [
            office.waiting(days=100 if turn == 0 else 20, case=file.number) for file in files for turn in range(40)
        ]
        rows = [office.row(post) for post in posts]
        codes = [office.control(row).code for row in rows]
        assert (codes.count(OutcomeCode.REPORTED), codes.count(OutcomeCode.NOOP)) == (10, 390)
        assert office.archive.looks == {"journal": 10, "officers": 1, "post": 10}


class TestWhatOthersReadBefore:
    """A look that another case shared may be old: nothing is done because of it alone."""

    def test_does_not_remind_of_what_was_written_off_meanwhile(self, office: Office) -> None:
        first = office.waiting(days=20)
        post = office.waiting(days=120, case=first.case)
        row = office.row(post)
        office.controlled(first)
        noted = WriteOff(code=WriteOffCode.NOTED, on=TODAY)
        office.archive.change_post(post.id, write_off=noted, written_off=noted.code)
        assert office.control(row).code is OutcomeCode.EXISTS

    def test_does_not_remind_of_what_was_answered_meanwhile(self, office: Office) -> None:
        first = office.waiting(days=20)
        post = office.waiting(days=120, case=first.case)
        office.controlled(first)
        office.letter(post)
        assert office.controlled(post).code is OutcomeCode.UPDATED

    def test_does_not_write_off_with_a_link_that_is_gone(self, office: Office) -> None:
        first = office.waiting(days=20)
        post = office.waiting(days=120, case=first.case)
        letter = office.letter(post)
        office.controlled(first)
        office.archive.change_post(letter.id, answers=None, parties=())
        assert office.controlled(post).detail["decision"] == "REMIND"
        assert office.archive.writes == []

    def test_does_not_refer_what_stands_in_a_case_file_that_is_open_again(self, office: Office) -> None:
        row = office.row(office.waiting(days=20), case_status=CaseStatus.CLOSED)
        assert office.control(row).detail["decision"] == "YOUNG"

    def test_the_lists_line_counts_for_less_than_the_page(self, office: Office) -> None:
        post = office.waiting(days=20)
        row = office.row(post, received_date=days_ago(400))
        outcome = office.control(row)
        assert (outcome.code, outcome.detail["age"]) == (OutcomeCode.NOOP, 20)


class TestTheInput:
    def given(self, **changes: Any) -> dict[str, Any]:
        usual = {
            "run_id": "2026-Q4-BYARK",
            "as_of": "2026-12-01",
            "cutoff_age_days": 90,
            "unit": SCHOOL,
            "journalpost_id": "JP-550001",
            "case_no": "2026/004411",
            "post_no": 1,
            "type": "I",
            "status": "J",
            "received_date": "2026-08-03",
            "journal_date": "2026-08-03",
            "officer": "skol07",
            "case_status": "B",
        }
        return usual | changes

    def test_is_about_one_post(self) -> None:
        row = BacklogControl.model_validate(self.given())
        assert (row.subject, row.age, row.call_number) == (Subject("journal-post", "JP-550001"), 120, "2026/004411-1")

    @pytest.mark.parametrize(
        "wrong",
        [
            {"type": "U"},
            {"case_no": "4411"},
            {"officer": "skol 07"},
            {"officer": "17838410103"},
            {"leaving": "17838410103"},
            {"cutoff_age_days": 0},
            {"received_date": None, "journal_date": None},
            {"title": "Klage"},
        ],
    )
    def test_is_refused(self, wrong: dict[str, Any]) -> None:
        with pytest.raises(ValidationError):
            BacklogControl.model_validate(self.given(**wrong))

    def test_counts_no_ages_on_a_day_to_come(self) -> None:
        row = BacklogControl.model_validate(self.given())
        assert [problem.code for problem in row.breaches(datetime(2026, 11, 30, 23, 59, tzinfo=OSLO))] == [
            "DATE_OUT_OF_RANGE"
        ]
        assert list(row.breaches(datetime(2026, 12, 1, 0, 1, tzinfo=OSLO))) == []
