"""Masking: a national id in any spelling goes, and what Roger must find again in its logs stays."""

from __future__ import annotations

import hashlib
import uuid
from datetime import UTC, datetime
from urllib.parse import quote

import pytest
import uuid_utils.compat as uuids
from hypothesis import given
from hypothesis import strategies as st

from common.norway.national_id import IdKind, parse
from common.privacy.masking import MASK, mask
from common.testing import person

NUMBER = person().number
DATE, REST = NUMBER[:6], NUMBER[6:]
DOTTED = f"{NUMBER[:2]}.{NUMBER[2:4]}.{NUMBER[4:6]}"

SPELLINGS = [
    NUMBER,
    f"{DATE} {REST}",
    f"{DATE}-{REST}",
    f"{DATE}  {REST}",
    f"{DATE}\t{REST}",
    f"{DATE}\n{REST}",
    f"{DATE}\u00a0{REST}",
    f"{DATE}\u202f{REST}",
    f"{DATE}\u2009{REST}",
    f"{DATE}\u2011{REST}",
    f"{DATE}\u2013{REST}",
    f"{DATE}\u200b{REST}",
    f"{DATE}:{REST}",
    f"{DOTTED}-{REST}",
    f"{DOTTED} {REST}",
    " ".join(NUMBER),
    "800000000000",  # a DUF number
    person(IdKind.DNR).number,
    person(rule_2032=True).number,
]


@pytest.mark.parametrize("spelled", SPELLINGS)
@pytest.mark.parametrize("around", ["{}", "fnr {} ukjent", "person_id={},", '"{}"', "({})", "fnr{}x", "<b>{}</b>"])
def test_every_spelling_goes(spelled: str, around: str) -> None:
    masked = mask(around.format(spelled))
    assert masked == around.format(MASK)


def test_in_an_address() -> None:
    masked = mask(f"GET /personer?nr={quote(NUMBER)}&x=1")
    assert NUMBER not in masked
    assert masked.endswith("&x=1")


def test_every_one_of_several() -> None:
    assert mask(f"{NUMBER}, {person().number} og {person().number}") == f"{MASK}, {MASK} og {MASK}"


@given(st.text(alphabet="-:\u2010\u2011\u2013\u200b \u00a0", max_size=2))
def test_whatever_the_parser_takes_between_the_parts_is_masked(between: str) -> None:
    spelled = f"{DATE}{between}{REST}"
    assert parse(spelled).number == NUMBER
    assert mask(spelled) == MASK


@given(st.uuids())
def test_an_id_stays(case: uuid.UUID) -> None:
    assert mask(f"case={case} claimed") == f"case={case} claimed"
    assert mask(case.hex) == case.hex or case.hex.isdigit()


def test_our_own_ids_stay() -> None:
    ids = [str(uuids.uuid7()) for _ in range(2000)]
    assert [case for case in ids if mask(case) != case] == []


@given(st.datetimes(min_value=datetime(1990, 1, 1), max_value=datetime(2090, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001  hypothesis wants them bare
def test_a_moment_stays(moment: datetime) -> None:
    for written in (moment.isoformat(), str(moment), moment.isoformat().replace("+00:00", "Z"), f"{moment:%F %H:%M}"):
        assert mask(written) == written


def test_a_hash_stays() -> None:
    digests = [hashlib.sha256(str(n).encode()).hexdigest() for n in range(500)]
    assert [digest for digest in digests if mask(digest) != digest] == []


@pytest.mark.parametrize(
    "text",
    [
        "ROGER_WORKER_LEASE=20.0",
        "T-88121",
        "1763800000",
        "1763800000123",
        "case.claimed fence=12 seconds=0.418",
        "1234567890123456",
        "",
    ],
)
def test_the_rest_stays(text: str) -> None:
    assert mask(text) == text
