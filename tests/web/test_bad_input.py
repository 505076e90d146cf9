"""Whatever is sent gets a clear answer, and never its own content back."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.web.town import KARI, Town, permit

pytestmark = pytest.mark.anyio

JSON = {"Content-Type": "application/json"}


NO_INPUT: list[tuple[bytes, int]] = [
    (b"", 400),
    (b"{", 400),
    (b'{"a": NaN}', 400),
    (b'{"a": -Infinity}', 400),
    (b'{"a": 1e999}', 400),
    (b'{"a": ' + b"9" * 5_000 + b"}", 400),
    (b'{"a": 1, "a": 2}', 400),
    (b'{"a": "\xff"}', 400),
    (b'{"a": "\x00"}', 400),
    (b'"text"', 422),
    (b"null", 422),
    (b"[" * 40 + b"]" * 40, 400),
    (b'{"a":' * 40 + b"1" + b"}" * 40, 400),
    (b"[" * 100_000, 400),
    (b'{"a":' * 100_000, 400),
]


async def test_what_is_no_input(hall: Town) -> None:
    async with hall.caller("booking") as client:
        answers = [await client.post("/v1/permits", content=body, headers=JSON) for body, _ in NO_INPUT]
    assert [answer.status_code for answer in answers] == [status for _, status in NO_INPUT]
    assert {answer.headers["content-type"] for answer in answers} == {"application/problem+json"}


async def test_what_is_not_json(hall: Town) -> None:
    async with hall.caller("booking") as client:
        for headers in (
            {"Content-Type": "text/plain"},
            {"Content-Type": "application/x-www-form-urlencoded"},
            {"Content-Type": "application/json; charset=latin-1"},
            {"Content-Type": "application/json", "Content-Encoding": "gzip"},
            {},
        ):
            answer = await client.post("/v1/permits", content=json.dumps(permit()).encode(), headers=headers)
            assert (answer.status_code, answer.json()["code"]) == (415, "NOT_JSON"), headers


async def test_what_is_json(hall: Town) -> None:
    body = b"\xef\xbb\xbf" + json.dumps(permit()).encode()  # as some Windows programs write it
    async with hall.caller("booking") as client:
        for kind in ("application/json", "Application/JSON; charset=UTF-8", 'application/json;charset="utf-8"'):
            answer = await client.post("/v1/permits", content=body, headers={"Content-Type": kind})
            assert answer.status_code == 202, kind


BAD_FIELDS: list[tuple[dict[str, Any], str, str]] = [
    ({"person": "17838410104"}, "person", "ID_INVALID"),
    ({"person": None}, "person", "MISSING_FIELD"),
    ({"person": 17838410103}, "person", "INVALID_VALUE"),
    ({"name": ""}, "name", "INVALID_VALUE"),
    ({"name": "x" * 81}, "name", "INVALID_VALUE"),
    ({"name": "a\0b"}, "name", "INVALID_VALUE"),
    ({"name": "\ud800"}, "name", "INVALID_VALUE"),
    ({"answers": {"\udfff": 1}}, "answers", "INVALID_VALUE"),
    ({"kind": "OTHER"}, "kind", "INVALID_VALUE"),
    ({"unit": "178384 10103"}, "unit", "INVALID_VALUE"),
    ({"kind": "RENEWAL"}, "", "MISSING_FIELD"),
    ({"fee": "1.234"}, "fee", "INVALID_VALUE"),
    ({"fee": "much"}, "fee", "INVALID_VALUE"),
    ({"valid_from": "2026-02-30"}, "valid_from", "INVALID_VALUE"),
    ({"asked_at": "2026-03-02T09:40:00"}, "asked_at", "INVALID_VALUE"),
    ({"asked_at": "2026-01-02T09:40:00Z"}, "asked_at", "DATE_OUT_OF_RANGE"),
    ({"asked_at": "0001-01-01T00:00:00+14:00"}, "asked_at", "DATE_OUT_OF_RANGE"),
    ({"not_before": "9999-12-31T23:59:59-12:00"}, "not_before", "DATE_OUT_OF_RANGE"),
    ({"places": [{"street": "Munkegata", "number": 0}]}, "places.0.number", "INVALID_VALUE"),
    ({"places": {}}, "places", "INVALID_VALUE"),
    ({"paid": "perhaps"}, "paid", "INVALID_VALUE"),
    ({"paid": 1}, "paid", "INVALID_VALUE"),
    ({"priority": "5"}, "priority", "INVALID_VALUE"),
    ({"valid_from": "0"}, "valid_from", "INVALID_VALUE"),
    ({"asked_at": 1772440800}, "asked_at", "INVALID_VALUE"),
    ({"priority": 10**400}, "priority", "INVALID_VALUE"),
    ({"reference": "x" * 65}, "reference", "INVALID_VALUE"),
    ({"colour": "red"}, "colour", "UNKNOWN_FIELD"),
    ({"x" * 100: 1}, "x" * 64, "UNKNOWN_FIELD"),
    ({KARI: 1}, "(…)", "UNKNOWN_FIELD"),
    ({"Kari 178384": 1}, "(…)", "UNKNOWN_FIELD"),
    ({"\ud800": 1}, "", "INVALID_VALUE"),
]


async def test_each_field_is_named(hall: Town) -> None:
    rows = json.dumps([permit(**changes) for changes, _, _ in BAD_FIELDS])
    async with hall.caller("booking") as client:
        answer = await client.post("/v1/permits", content=rows, headers=JSON)
    told = [row["problem"]["errors"] for row in answer.json()["rows"]]
    assert [(error["field"], error["code"]) for [error] in told] == [(field, code) for _, field, code in BAD_FIELDS]
    for (changes, _, _), [error] in zip(BAD_FIELDS, told, strict=True):
        assert error["message"]
        assert not any(str(value) in error["message"] for value in changes.values() if len(str(value)) > 4)


anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters(codec=None), max_size=8)
    | st.sampled_from([KARI, "178384 10103", "17838410104", "2026-03-02T09:40:00Z", "NEW", "12/3"]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*permit(), KARI, "x"]), inner, max_size=4)
    ),
    max_leaves=12,
)
rows = st.fixed_dictionaries(
    {},
    optional={name: st.just(value) | anything for name, value in permit().items()}
    | dict.fromkeys(
        ["reference", "unit", "priority", "not_before", "test", "fee", "valid_from", "places", "answers", "paid", KARI],
        anything,
    ),
)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=anything | rows | st.lists(rows, max_size=4), as_written=st.booleans())
async def test_anything_at_all(hall: Town, body: Any, as_written: bool) -> None:  # noqa: FBT001
    text = json.dumps(body, ensure_ascii=as_written).encode(errors="replace")
    async with hall.caller("booking") as client:
        answer = await client.post("/v1/permits", content=text, headers=JSON)
    assert answer.status_code < 500
    assert KARI not in answer.text
    assert "17838410104" not in answer.text
    answer.json()


async def test_an_address_with_what_no_text_has(hall: Town) -> None:
    asked = [
        *("/v1/benefits?unit=%00", "/v1/tasks?role=a%00b", "/v1/operations?name=%00", "/v1/events/page?unit=%00"),
        *("/v1/cases?reference=%00", "/v1/registers/tariffs%00", "/v1/webhooks/%00"),
    ]
    async with hall.caller("operator") as client:
        answers = [await client.get(address) for address in asked]
    assert [answer.status_code for answer in answers] == [400] * len(asked)
    assert {answer.json()["code"] for answer in answers} == {"MALFORMED_REQUEST"}
