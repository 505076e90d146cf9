"""Organisation, account and telephone numbers, postal codes."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError
from stdnum.no import kontonr, orgnr

from common.norway.account import AccountNumber, account_number
from common.norway.organisation import OrganisationNumber, is_test_organisation, organisation_number
from common.norway.phone import PhoneNumber, PostalCode, is_mobile, phone_number, postal_code

READERS = (organisation_number, account_number, phone_number, postal_code)


def taken(read: Callable[[str], str], text: str) -> bool:
    try:
        read(text)
    except ValueError:
        return False
    return True


@pytest.mark.parametrize(
    ("read", "text", "number"),
    [
        (organisation_number, "310456780", "310456780"),
        (organisation_number, "310 456 780", "310456780"),
        (organisation_number, "NO 310456780 MVA", "310456780"),
        (account_number, "12345678903", "12345678903"),
        (account_number, "1234.56.78903", "12345678903"),
        (account_number, "1234 56 78903", "12345678903"),
        (phone_number, "90000001", "90000001"),
        (phone_number, "+47 900 00 001", "90000001"),
        (phone_number, "004790000001", "90000001"),
        (phone_number, "(+47) 73 54 00 00", "73540000"),
        (postal_code, " 0150 ", "0150"),
    ],
)
def test_taken_and_normalised(read: Callable[[str], str], text: str, number: str) -> None:
    assert read(text) == number


@pytest.mark.parametrize(
    ("read", "text"),
    [
        (organisation_number, "310456781"),
        (organisation_number, "31045678"),
        (organisation_number, "\u0663\u0661\u0660\u0664\u0665\u0666\u0667\u0668\u0660"),
        (account_number, "12345678900"),
        (account_number, "1234567"),
        (account_number, "00001234567"),
        (account_number, "0" * 11),
        (phone_number, "+46 70 123 45 67"),
        (phone_number, "9000000"),
        (phone_number, "4790000001"),
        (postal_code, "150"),
        (postal_code, "N-7011"),
    ],
)
def test_refused(read: Callable[[str], str], text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  # the message is for people
        read(text)


@given(st.from_regex(r"[0-9]{9}", fullmatch=True), st.from_regex(r"[1-9][0-9]{10}", fullmatch=True))
def test_check_digits_agree_with_python_stdnum(organisation: str, account: str) -> None:
    for last in "0123456789":
        assert taken(organisation_number, organisation[:-1] + last) == orgnr.is_valid(organisation[:-1] + last)
        assert taken(account_number, account[:-1] + last) == kontonr.is_valid(account[:-1] + last)


@given(st.text())
def test_any_text_is_taken_or_refused(text: str) -> None:
    for read in READERS:
        taken(read, text)


def test_series() -> None:
    assert is_test_organisation("310456780")
    assert not is_test_organisation("987654325")
    assert is_mobile("90000001")
    assert not is_mobile("73540000")


class Form(BaseModel):
    organisation: OrganisationNumber = "310456780"
    account: AccountNumber = "12345678903"
    phone: PhoneNumber = "90000001"
    postal_code: PostalCode = "7011"


@pytest.mark.parametrize("field", list(Form.model_fields))
def test_in_a_form(field: str) -> None:
    schema = Form.model_json_schema()["properties"][field]
    assert schema["description"]
    assert Form.model_validate({field: schema["examples"][0]})
    with pytest.raises(ValidationError) as caught:
        Form.model_validate({field: "12"})
    assert caught.value.errors()[0]["type"] == "INVALID_VALUE"
