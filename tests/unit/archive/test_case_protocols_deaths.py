"""`case-protocols`: a robot that dies anywhere on the way leaves one protocol, whole, and each letter once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from protocol_office import CASE_NO, DECISION, NOW, NUMBER, Secretariat

from archive_svc.esa.noark import CaseStatus, PostStatus
from archive_svc.protocols.decided_item import DecidedItem
from archive_svc.protocols.exceptions import DecisionDiffers, MinutesNotApproved, ProtocolDiffers
from archive_svc.screens.meetings.target import Member, Result
from common.errors import BusinessException, ConflictInTarget, LeaseLost, TargetDown, TargetTimeout
from common.process import Outcome, OutcomeCode


def treated(office: Secretariat) -> DecidedItem:
    return office.item()


def postponed(office: Secretariat) -> DecidedItem:
    office.minuted(result=Result.POSTPONED, closed=True, legal_basis="offl. § 13")
    return office.item(status="UT")


def there_already(office: Secretariat) -> DecidedItem:
    office.perform(office.item())
    office.new_case()
    return office.item()


WAYS: dict[str, tuple[Callable[[Secretariat], DecidedItem], OutcomeCode]] = {
    "treated": (treated, OutcomeCode.CREATED),
    "postponed": (postponed, OutcomeCode.CREATED),
    "there already": (there_already, OutcomeCode.EXISTS),
}


def _straight(way: str) -> tuple[Secretariat, Outcome]:
    office = Secretariat()
    return office, office.perform(WAYS[way][0](office))


STRAIGHT = {way: _straight(way) for way in WAYS}
"""How it ends where nobody dies."""


def deaths() -> list[tuple[str, str]]:
    """(way, point): everywhere a run can die on each of the ways."""
    found = [(way, point) for way, (office, _) in STRAIGHT.items() for point in office.reached()]
    needed = {"post_saved:1", "document:1", "document_saved:1", "status_saved:1", "post_saved:3", "reference_saved:1"}
    assert {("treated", point) for point in needed} <= {*found}
    return found


class TestDeath:
    @pytest.mark.parametrize(("way", "point"), deaths())
    def test_anywhere_leaves_one_protocol(self, way: str, point: str) -> None:
        prepare, code = WAYS[way]
        straight, outcome = STRAIGHT[way]
        office = Secretariat()
        item = prepare(office)
        with pytest.raises(LeaseLost):
            office.perform(item, dies_at=point)
        _require_whole_or_not_journalled(office)
        assert (office.perform(item), outcome.code) == (outcome, code)
        assert office.archive.all_posts() == straight.archive.all_posts()
        assert office.archive.writes == straight.archive.writes
        assert office.meetings.writes == straight.meetings.writes

    def test_over_midnight_archives_the_same(self) -> None:
        office = Secretariat()
        with pytest.raises(LeaseLost):
            office.perform(office.item(), dies_at="document_saved:1")
        office.perform(office.item(), now=NOW + timedelta(days=1))
        assert len(office.archive.all_posts()) == 3
        assert office.protocol().status is PostStatus.JOURNALLED


class TestASaveThatFails:
    @pytest.mark.parametrize("what", ["post", "document", "status"])
    def test_is_done_again_when_it_has_not_saved(self, what: str) -> None:
        office, failed = Secretariat(), list[str]()

        def down(which: str, of: str) -> None:
            if which == what and not failed:
                failed.append(which)
                raise TargetTimeout

        office.archive.meanwhile = down
        with pytest.raises(TargetTimeout):
            office.perform(office.item())
        _require_whole_or_not_journalled(office)
        assert office.perform(office.item()).code is OutcomeCode.CREATED
        assert [kind for kind, _ in office.archive.writes] == ["post", "document", "status", "post", "post"]


class TestBetweenTwoAttempts:
    def test_the_minutes_are_opened_again(self) -> None:
        office = _begun()
        office.meetings.change(NUMBER, approved=False)
        with pytest.raises(MinutesNotApproved):
            office.perform(office.item())

    def test_the_decision_is_corrected(self) -> None:
        office = _begun()
        office.meetings.change(NUMBER, decision=DECISION.replace("12", "13"))
        with pytest.raises(DecisionDiffers):
            office.perform(office.item())

    def test_the_case_file_is_closed(self) -> None:
        office = _begun()
        office.archive.change_case_file(CASE_NO, status=CaseStatus.CLOSED)
        with pytest.raises(ConflictInTarget):
            office.perform(office.item())

    def test_the_case_file_is_closed_before_the_only_post_is_journalled(self) -> None:
        office = Secretariat()
        with pytest.raises(LeaseLost):
            office.perform(office.item(recipients=[]), dies_at="post_saved:1")
        office.archive.change_case_file(CASE_NO, status=CaseStatus.CLOSED)
        with pytest.raises(ConflictInTarget):
            office.perform(office.item(recipients=[]))

    @pytest.mark.parametrize("another_case", [False, True])
    @pytest.mark.parametrize("dies_at", ["post_saved:1", "document_saved:1"])
    def test_the_doors_are_said_to_have_been_closed(self, dies_at: str, *, another_case: bool) -> None:
        # The post was registered as open to everybody: what was said behind closed doors must not be journalled on it.
        office = Secretariat()
        with pytest.raises(LeaseLost):
            office.perform(office.item(), dies_at=dies_at)
        held = office.protocol().documents
        office.minuted(closed=True, legal_basis="offl. § 13")
        if another_case:
            office.new_case()
        with pytest.raises(BusinessException) as refused:
            office.perform(office.item(), now=NOW + timedelta(hours=9))
        assert refused.value.code in {"CONFLICT_IN_TARGET", "PROTOCOL_DIFFERS"}
        assert (office.protocol().status, office.protocol().documents) == (PostStatus.REGISTERED, held)

    def test_the_members_are_corrected(self) -> None:
        office = Secretariat()
        with pytest.raises(LeaseLost):
            office.perform(office.item(), dies_at="status_saved:1")
        members = [*office.meetings.item(NUMBER).members, Member(name="Dahle, Per", disqualified=False)]
        office.meetings.change(NUMBER, members=members)
        with pytest.raises(ProtocolDiffers):
            office.perform(office.item())

    @pytest.mark.parametrize("post", [0, 1])
    def test_an_officer_goes_on_with_what_stands(self, post: int) -> None:
        # The meeting module was down for hours; what is written in the archive meanwhile is the officer's work.
        office = _not_noted()
        changed = office.archive.change_post(office.archive.all_posts()[post].id, full_title="Skrevet om")
        assert office.perform(office.item(), now=NOW + timedelta(hours=5)).code is OutcomeCode.CREATED
        assert changed in office.archive.all_posts()
        assert office.meetings.item(NUMBER).reference

    @pytest.mark.parametrize("there_before", [False, True])
    def test_the_protocol_is_cancelled(self, *, there_before: bool) -> None:
        office = _not_noted()
        if there_before:
            office.new_case()
            _fails_to_note(office)
        office.archive.change_post(office.protocol().id, status=PostStatus.CANCELLED)
        with pytest.raises(ConflictInTarget):
            office.perform(office.item())
        assert office.meetings.writes == []

    def test_somebody_adds_a_document_to_the_post(self) -> None:
        office = Secretariat()
        with pytest.raises(LeaseLost):
            office.perform(office.item(), dies_at="document_saved:1")
        (held,) = office.protocol().documents
        office.archive.change_post(office.protocol().id, documents=(held.model_copy(update={"checksum": "0" * 64}),))
        with pytest.raises(ConflictInTarget):
            office.perform(office.item())


def _begun() -> Secretariat:
    """A post is registered; its document is missing."""
    office = Secretariat()
    with pytest.raises(LeaseLost):
        office.perform(office.item(), dies_at="post_saved:1")
    return office


def _not_noted() -> Secretariat:
    """All is archived; that could not be noted in the meeting module, which is up again by now."""
    office = Secretariat()
    _fails_to_note(office)
    return office


def _fails_to_note(office: Secretariat) -> None:
    failed: list[str] = []

    def down(number: str) -> None:
        if not failed:
            failed.append(number)
            raise TargetDown

    office.meetings.meanwhile = down
    with pytest.raises(TargetDown):
        office.perform(office.item())


def _require_whole_or_not_journalled(office: Secretariat) -> None:
    for post in office.archive.all_posts():
        assert post.main_document is not None or post.status is not PostStatus.JOURNALLED
