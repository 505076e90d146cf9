"""What is handed in about an item: kept letter for letter, and checked at once as far as it can be."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from protocol_office import DECISION, MET, NOW, Secretariat
from pydantic import ValidationError

from archive_svc.protocols.posts import references
from archive_svc.protocols.wording import fingerprint
from common.clock import OSLO
from common.process import Subject

OFFICE = Secretariat()


@pytest.mark.parametrize("text", [" \tInnrykk", "slutt \n\n", "æ\r\nø\rå", "  ", "\u00a0–"])
def test_a_decision_is_kept_letter_for_letter(text: str) -> None:
    assert OFFICE.item(decision_text=text).decision_text == text


def test_only_line_breaks_are_written_alike() -> None:
    assert fingerprint("a\r\nb\rc\nd") == fingerprint("a\nb\nc\nd")
    other = {fingerprint(text) for text in ("a\nb", "a\n\nb", "a\nb ", "a b", "a\nb\n", "A\nb", "å\nb", "a\u030a\nb")}
    assert len(other) == 8


def test_what_makes_it_the_same_case() -> None:
    item = OFFICE.item()
    assert item.subject == Subject("political-item", "Formannskapet:2026-11-17:PS 12/26")
    assert OFFICE.item(decision_text="Annet", case_no="2026/004412").subject == item.subject
    others = {"body": "Bystyret"}, {"meeting_date": MET - timedelta(days=1)}, {"item_no": "PS 13/26"}
    assert all(OFFICE.item(**other).subject != item.subject for other in others)


@pytest.mark.parametrize(
    "different",
    [
        {"item_no": "OS 12/26"},
        {"item_no": "PS 12/2026"},
        {"item_no": "PS12/26"},
        {"item_no": "PS 0/26"},
        {"case_no": "26/4411"},
        {"body": "Form:skapet"},
        {"body": "Utvalg 17838410103"},
        {"body": ""},
        {"body": "Formann\u200bskapet"},
        {"recipients": [{"name": "Vel", "group": "17838410103"}]},
        {"recipients": [{"name": "Vel", "group": "Nabo\u200ber"}]},
        {"recipients": [{"name": "Vel\u200bforening"}]},
        {"recipients": [{"name": "Vel\u202eforening"}]},
        {"decision_text": ""},
        {"votes": {"for": -1, "against": 0}},
        {"votes": {"for": "3", "against": 0}},
        {"votes": {"for": 3}},
        {"status": "XX"},
        {"conflict_of_interest": ["Øyås, Nina", "Øyås, Nina"]},
        {"conflict_of_interest": ["Øyås, Nina", "Øyås,  Nina"]},
        {"conflict_of_interest": ["Øyås,\nNina"]},
        {"recipients": [{"name": "Vel", "group": "Nabo:er"}]},
        {"recipients": [{"name": "Vel", "number": "12"}]},
        {"recipients": [{"name": "Vel"}] * 61},
        {"access_code": "U"},
    ],
)
def test_what_it_cannot_be(different: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        OFFICE.item(**different)


@pytest.mark.parametrize("blank", ["\t", "  ", "\u00a0", "\u2028"])
def test_a_name_is_one_line_as_the_archive_keeps_it(blank: str) -> None:
    item = OFFICE.item(
        body=f"Utvalg{blank}for kultur",
        conflict_of_interest=[f"Øyås,{blank}Nina"],
        recipients=[{"name": f"Øvre{blank}vel", "group": f"Nære{blank}naboer"}],
    )
    (recipient,) = item.recipients
    assert (item.body, item.conflict_of_interest) == ("Utvalg for kultur", ("Øyås, Nina",))
    assert (recipient.name, recipient.group) == ("Øvre vel", "Nære naboer")


def test_a_meeting_has_been_held() -> None:
    assert list(OFFICE.item(meeting_date=NOW.date()).breaches(NOW)) == []
    (problem,) = OFFICE.item(meeting_date=NOW.date() + timedelta(days=1)).breaches(NOW)
    assert (problem.field, problem.code) == ("meeting_date", "DATE_OUT_OF_RANGE")


def test_it_is_archived_within_two_working_days() -> None:
    due = OFFICE.item().deadline(NOW)
    assert due.astimezone(OSLO).isoformat() == "2026-11-26T00:00:00+01:00"


def test_the_longest_reference_is_one_that_the_archive_takes() -> None:
    many = [{"name": "Vel", "group": "N" * 30}] * 60
    item = OFFICE.item(body="U" * 60, item_no="PS 9999/26", recipients=many)
    assert max(map(len, references(item))) <= 120
    with pytest.raises(ValidationError):
        OFFICE.item(body="U" * 61)
    with pytest.raises(ValidationError):
        OFFICE.item(recipients=[{"name": "Vel", "group": "N" * 31}])


def test_nothing_of_it_shows() -> None:
    item = OFFICE.item()
    told = f"{item!r} {item.votes!r} {item.recipients!r} {item}"
    assert not any(secret in told for secret in (DECISION, "Ånes", "312900114"))
