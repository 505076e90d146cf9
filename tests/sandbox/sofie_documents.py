"""A document in SOFIE, what has become of it, and how somebody notes a reference on it."""

from __future__ import annotations

import base64
from typing import Any

from tests.sandbox.remote_desktop import CONTROL, RETURN, SPACE, TAB, RemoteDesktop, Sofie

LETTER, ANNEX = b"%PDF-1.7 vedtak", b"%PDF-1.7 vedlegg" * 5000


def document(number: int = 1, **different: Any) -> dict[str, Any]:
    return {
        "number": f"SOF-2026-{number:07}",
        "case_ref": f"SK-2026/{number}",
        "party_id": "02919110271",
        "name": "Bakkehaug, Kari Ånes",
        "doc_type": "VEDTAK",
        "direction": "OUT",
        "doc_date": "2026-11-20",
        "sent": "2026-11-21",
        "officer": "kemn03",
        "files": [
            {"name": "vedtak.pdf", "role": "MAIN", "content_base64": base64.b64encode(LETTER).decode()},
            {"name": "vedlegg.pdf", "role": "ATTACHMENT", "content_base64": base64.b64encode(ANNEX).decode()},
        ],
        **different,
    }


FIRST = document()["number"]


def saved(sofie: Sofie, kind: str) -> int:
    return sofie.get("summary")["saved"][kind]


def reference_of(sofie: Sofie, number: str = FIRST) -> str:
    return sofie.get("documents", number=number)[0]["archive_ref"]


def opened(sofie: Sofie) -> list[tuple[str, str]]:
    return [(look["account"], look["number"]) for look in sofie.get("looks") if look["kind"] == "document"]


def lists(sofie: Sofie) -> list[str]:
    """Which pages of the list have been shown."""
    return [look["number"] for look in sofie.get("looks") if look["kind"] == "list"]


def file_reference(desktop: RemoteDesktop, reference: str) -> None:
    """Open the document by its number and note a reference, by the keyboard alone."""
    desktop.type(FIRST)
    desktop.press(RETURN)
    desktop.press(CONTROL, ord("a"))
    desktop.type(reference)
    desktop.press(TAB)
    desktop.press(SPACE)
