"""What must stand in HsPro and SystemX at the end: each effect once, made by the run that says so, and as its last word was."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from health_svc.demo.billing_cards import REFUND
from tests.chaos.evidence import Ended, Evidence
from tests.chaos.town import BOOKINGS, CARDS, TESTS, VACCINATIONS, Resident, Submission
from tests.recovery.plant import Row


def persons_once(evidence: Evidence) -> Iterator[str]:
    """Nobody is made known to a system twice, nor anew where it knew them."""
    for target in ("hspro", "systemx"):
        persons = evidence.writes(target, "person")
        for resident in evidence.residents:
            if len(persons[resident.number]) > (0 if resident.known else 1):
                yield f"{evidence.told_of(resident)} was registered {len(persons[resident.number])} times in {target}"


def journals_once(evidence: Evidence) -> Iterator[str]:
    """Nobody has two journals, each beyond the old ones was written once, and who had a case done has one."""
    journals = evidence.writes("hspro", "journal")
    for resident in evidence.residents:
        stand, written = len(evidence.journals.get(resident.number, [])), len(journals[resident.number])
        who = evidence.told_of(resident)
        if stand > 1:
            yield f"{who} has {stand} journals"
        if stand != written + resident.had_journal:
            yield f"{who} has {stand} journals after {written} writes"
        if not stand and evidence.ended_about(resident, TESTS, BOOKINGS, VACCINATIONS):
            yield f"{who} has no journal though a case is done"


def outcomes_true(evidence: Evidence) -> Iterator[str]:
    """EXISTS where there was a journal before that this case did not make, and the number told is the person's."""
    journals = evidence.writes("hspro", "journal")
    for one in [*evidence.ended[TESTS], *evidence.ended[BOOKINGS]]:
        resident = one.submission.resident
        written = journals[resident.number]
        before = resident.had_journal or any(write["at"] <= one.ended_at for write in written)
        exists = before and (one.retried or not _own(one, written))
        if one.outcome != "CREATED" and not (one.outcome == "EXISTS" and exists):
            yield f"{one} ended as {one.outcome}, HsPro noted {len(_own(one, written))} writes of it"
    for row in evidence.cases:
        about = evidence.submission_of.get(row["id"])
        if about is not None and row["outcome"] == "NOOP" and about.process in {TESTS, CARDS}:
            yield f"{about.process} {about.reference} ended as NOOP, and there was something to do"
    for one in [*evidence.ended[TESTS], *evidence.ended[BOOKINGS], *evidence.ended[VACCINATIONS]]:
        if one.detail.get("journal") not in evidence.journals.get(one.submission.resident.number, []):
            yield f"{one} tells of the journal {one.detail.get('journal')}, which is not the person's"


def created_by_own_hand(evidence: Evidence) -> Iterator[str]:
    """CREATED, and UPDATED, only where a system noted the write of this very case: what others did is not counted again."""
    saves = {
        (TESTS, "CREATED"): evidence.writes("hspro", "journal"),
        (BOOKINGS, "CREATED"): evidence.writes("hspro", "journal"),
        (VACCINATIONS, "CREATED"): evidence.writes("hspro", "dose"),
        (VACCINATIONS, "UPDATED"): evidence.writes("hspro", "correction"),
    }
    for (process, outcome), written in saves.items():
        for one in evidence.ended[process]:
            noted = written[one.submission.resident.number]
            if one.outcome == outcome and not _own(one, noted):
                others = [write["source"] for write in noted]
                yield f"{one} ended as {outcome}, but HsPro noted it as made by {others or 'nobody'}"


def _own(one: Ended, writes: Sequence[Row]) -> list[Row]:
    return [write for write in writes if write["source"] == one.submission.reference]


def bookings_performed_once(evidence: Evidence) -> Iterator[str]:
    """Of a booking's messages a robot performs at most one, and one unless the last word is that it is cancelled."""
    stand = {row["id"]: row for row in evidence.cases}
    messages: dict[str, list[Submission]] = defaultdict(list)
    for one in evidence.submissions:
        if one.process == BOOKINGS:
            messages[one.row["booking_id"]].append(one)
    for booking, said in messages.items():
        cases = [stand[case] for one in said for case in one.ids if case in stand]
        performed = [row for row in cases if row["outcome"] != "NOOP"]
        last = max(said, key=lambda one: one.row["event_time"]).row["event"]
        if len(performed) > 1 or (not performed and last != "CANCELLED"):
            yield f"booking {booking}, at last {last}, was performed {len(performed)} times"


def doses_once(evidence: Evidence) -> Iterator[str]:
    """Nobody has a dose twice, each was written once and corrected as often as forms say, and stands as the last one says."""
    doses, corrections = evidence.writes("hspro", "dose"), evidence.writes("hspro", "correction")
    for resident in evidence.residents:
        stand, written = evidence.doses.get(resident.number, []), doses[resident.number]
        who, told = evidence.told_of(resident), evidence.ended_about(resident, VACCINATIONS)
        if len(stand) > 1:
            yield f"{who} has {len(stand)} doses"
        if len(stand) != len(written):
            yield f"{who} has {len(stand)} doses after {len(written)} writes"
        if bool(told) and not stand:
            yield f"{who} has no dose though a form is registered"
        twice = [
            source for source, n in Counter(row["source"] for row in corrections[resident.number]).items() if n > 1
        ]
        if twice:
            yield f"{who} has a dose that was corrected more than once by {twice}"
        yield from _as_told(evidence, resident, stand, told)


def _as_told(evidence: Evidence, resident: Resident, stand: Sequence[Row], told: Sequence[Ended]) -> Iterator[str]:
    correcting = [one for one in told if one.submission.row.get("corrects")]
    for one in correcting or told:
        if stand and stand[0]["batch"] != one.submission.row["batch_no"]:
            yield f"{one} is not what stands at last of the dose"
    for one in told:
        if [one.detail.get("dose")] != [dose["number"] for dose in stand]:
            yield f"{one} tells of the dose {one.detail.get('dose')}, which is not the person's"
        alone = len({other.submission.reference for other in told}) == 1
        if one.outcome == "EXISTS" and alone and not one.retried:
            yield f"{one} ended as EXISTS, and nobody else had told of that dose"
    replaced = {one.submission.row["corrects"] for one in correcting}
    for row in evidence.cases:
        about = evidence.submission_of.get(row["id"])
        if about is None or about.process != VACCINATIONS or about.resident is not resident:
            continue
        if row["outcome"] == "NOOP" and about.reference not in replaced:
            yield f"vaccinations {about.reference} ended as NOOP, and no form corrects it"


def cards_once(evidence: Evidence) -> Iterator[str]:
    """Each refundable test has one card, written once, free for the patient, by the case that says so."""
    written = evidence.writes("systemx", "card")
    for resident in evidence.residents:
        stand = evidence.cards.get(resident.number, [])
        who = evidence.told_of(resident)
        if len(stand) != len(written[resident.number]):
            yield f"{who} has {len(stand)} cards after {len(written[resident.number])} writes"
        for day, number in Counter(card["at"][:10] for card in stand).items():
            if number > 1:
                yield f"{who} has {number} cards of {day}"
        for card in stand:
            if (card["refund"], card["share"]) != (REFUND, 0):
                yield f"{who} has a card of {card['refund']} øre with a share of {card['share']}"
        for one in evidence.ended_about(resident, CARDS):
            yield from _card_of(one, stand)


def _card_of(one: Ended, stand: Sequence[Row]) -> Iterator[str]:
    """The note says which test a card is of, and which list's case made it."""
    cards = [card for card in stand if one.submission.row["test_id"] in card["note"].split()]
    if len(cards) != 1:
        yield f"{one} is done, and its test has {len(cards)} cards"
        return
    (card,) = cards
    if one.detail.get("card") != card["number"]:
        yield f"{one} tells of the card {one.detail.get('card')}, and its test has the card {card['number']}"
    own = one.submission.reference in card["note"].split()[1:]
    if one.outcome == "CREATED" and not own:
        yield f"{one} ended as CREATED, but the card is another case's"
    if one.outcome != "CREATED" and (one.outcome != "EXISTS" or (own and not one.retried)):
        yield f"{one} ended as {one.outcome}, and its card was made by itself"
