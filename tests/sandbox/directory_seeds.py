"""Accounts for the tests of Katalog; all of them made up."""

from __future__ import annotations

from typing import Any

PLACES = ["Administrasjon", "Helse", "Skole"]
GROUPS = ["ADM-ALLE", "SKOLE-ALLE", "SKOLE-LÆRERE"]
OLA: dict[str, Any] = {
    "user_name": "olanor",
    "family_name": "Nordhaug Åsen",
    "given_name": "Ola",
    "employee_no": "104417",
    "person_key": "8f14e45fceea167a5a36dedd4bea2543",
    "units": ["312900114", "312900122"],
    "place": "Skole",
    "groups": ["SKOLE-ALLE", "SKOLE-LÆRERE"],
    "manager": "kariba",
    "mail": "ola.nordhaug@skole.example",
    "hidden": False,
    "expires": "2027-06-30",
    "remark": "Vikar for Øystein",
    "state": "ACTIVE",
}


def account(user_name: str = "olanor", **different: Any) -> dict[str, Any]:
    return {**OLA, "user_name": user_name, **different}
