"""What must hold before a protocol is archived: pure rules (ARC-03)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from archive_svc.esa.noark import AccessCode
from archive_svc.esa.record import Screening
from archive_svc.protocols.decided_item import DecidedItem
from archive_svc.protocols.exceptions import DecisionDiffers, MinutesNotApproved
from archive_svc.protocols.wording import fingerprint
from archive_svc.screens.meetings.target import ItemFacts, Result
from common.errors import ConflictInTarget, InvalidValue, NeedsJudgement

TYPES: Final[Mapping[str, str]] = {
    "PS": "Politisk sak",
    "DS": "Delegert sak",
    "RS": "Referatsak",
    "FO": "Forespørsel",
}
"""The kinds of item that get a protocol of their own, in the meeting module's words."""


def require_as_minuted(item: DecidedItem, minuted: ItemFacts) -> None:
    """The minutes are approved and say what the case says; raises what a person has to settle otherwise."""
    if not minuted.approved:
        raise MinutesNotApproved
    if minuted.type != TYPES[item.type]:
        raise InvalidValue("The meeting module has the item as another kind", detail={"type": minuted.type})
    if fingerprint(minuted.decision) != item.fingerprint:
        raise DecisionDiffers("The meeting module has another decision than the case")
    different = [
        name
        for name, said, stands in (
            ("case_no", item.case_no, minuted.case_no),
            ("status", item.status, minuted.result),
            ("votes", (item.votes.in_favour, item.votes.against), (minuted.votes_for, minuted.votes_against)),
            ("conflict_of_interest", {*item.conflict_of_interest}, {*disqualified(minuted)}),
        )
        if said != stands
    ]
    if different:
        raise ConflictInTarget("The minutes say something else than the case", detail={"fields": different})


def require_votes_of_members(item: DecidedItem, minuted: ItemFacts) -> None:
    """Nobody votes who was not there, or was disqualified; raises InvalidValue."""
    may_vote = len(voting(minuted))
    if item.votes.cast > may_vote:
        raise InvalidValue(
            "More votes are counted than members might vote", detail={"votes": item.votes.cast, "members": may_vote}
        )


def disqualified(minuted: ItemFacts) -> list[str]:
    """Who must not take part in this item."""
    return [each.name for each in minuted.members if each.disqualified]


def voting(minuted: ItemFacts) -> list[str]:
    """Who was there with a vote in this item."""
    return [each.name for each in minuted.members if not each.disqualified]


def screening_of(minuted: ItemFacts, case_file: Screening) -> Screening:
    """Who may read the protocol: exempt after closed doors, and never more open than its case file.

    Raises NeedsJudgement for closed doors without a law.
    """
    if minuted.closed:
        legal_basis = minuted.legal_basis or case_file.legal_basis
        if not legal_basis:
            raise NeedsJudgement("The doors were closed, and neither the minutes nor the case file say by which law")
        access = AccessCode.EXEMPT if case_file.access is AccessCode.OPEN else case_file.access
        return Screening(access=access, legal_basis=legal_basis)
    return case_file


def is_dispatched(item: DecidedItem) -> bool:
    """Whether anybody is to be told of it: what was postponed is not decided."""
    return item.status is not Result.POSTPONED
