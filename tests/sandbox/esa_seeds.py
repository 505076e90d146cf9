"""Case files and journal posts for the tests of ESA, all of them made up, and how its windows are filled in."""

from __future__ import annotations

from typing import Any

import httpx

from tests.sandbox.visitor import Visitor

CASE = "2026/004411"
ERIK = "07827210182"


def case_file(number: str = CASE, **different: Any) -> dict[str, Any]:
    return {
        "number": number,
        "title": "Skatteinnkreving – Dahle, Erik",
        "public_title": "Skatteinnkreving – skatteyter",
        "part": "Kemnerarkiv",
        "series": "Skatteinnkreving",
        "klass": ERIK,
        "unit": "310456780",
        "officer": "kemn01",
        "status": "B",
        "access": "UO",
        "legal_basis": "offl. § 13 jf. sktbl. § 3-2",
    } | different


def post(**different: Any) -> dict[str, Any]:
    """An incoming post that is journalled and waits for an answer."""
    return {
        "case": CASE,
        "type": "I",
        "status": "J",
        "title": "Klage fra Dahle, Erik",
        "public_title": "Klage – skatteyter",
        "document_date": "2026-08-01",
        "received": "2026-08-03",
        "journalled": "2026-08-04",
        "officer": "kemn02",
        "unit": "310456780",
        "access": "UO",
        "legal_basis": "offl. § 13 jf. sktbl. § 3-2",
        "parties": [{"role": "EA", "name": "Dahle, Erik", "number": ERIK}],
        "documents": [{"title": "Klage", "checksum": "a" * 64}],
    } | different


def answer(**different: Any) -> dict[str, Any]:
    """The letter that answers the first post."""
    return post(type="U", status="E", answers=1, received=None, sent="2026-08-20", **different)


NEW_CASE_FILE = {
    "tittel": "Skatteinnkreving – Synt Bygg AS",
    "offentlig_tittel": "Skatteinnkreving – skatteyter",
    "arkivdel": "Kemnerarkiv",
    "serie": "Skatteinnkreving",
    "klasse": "313332217",
    "enhet": "310456780",
    "saksansvarlig": "kemn01",
    "tilgangskode": "UO",
    "hjemmel": "offl. § 13",
}
NEW_POST = {
    "type": "I",
    "status": "S",
    "tittel": "Klage fra Synt Bygg AS",
    "offentlig_tittel": "Klage – skatteyter",
    "dok_dato": "10.09.2026",
    "mottatt": "13.09.2026",
    "saksbehandler": "kemn02",
    "enhet": "310456780",
    "tilgangskode": "UO",
    "hjemmel": "offl. § 13",
    "ekstern_ref": "S-2026-104417",
    "part1_rolle": "EA",
    "part1_navn": "Synt Bygg AS",
    "part1_nummer": "313332217",
}


def pdf(part: str = "2", conformance: str = "B", *, padding: int = 0) -> bytes:
    """As much of a PDF as an archive looks at; with `part` empty one that is no PDF/A."""
    named = f"<pdfaid:part>{part}</pdfaid:part><pdfaid:conformance>{conformance}</pdfaid:conformance>" if part else ""
    return f"%PDF-1.7\n<x:xmpmeta>{named}</x:xmpmeta>\n".encode() + b"x" * padding + b"\n%%EOF\n"


def upload(visitor: Visitor, post_id: int, content: bytes = pdf(), **different: str) -> httpx.Response:
    """Send the window for a new document."""
    form = {"rolle": "H", "tittel": "Klage", "sjekksum_original": ""} | different
    return visitor.http.post(
        f"/esa/journalposter/{post_id}/nytt-dokument", data=form, files={"fil": ("klage.pdf", content)}
    )


def refusal(page: httpx.Response) -> str:
    """The sentence with which a window stays open; nothing where it closes."""
    return page.text.partition('role="alert">')[2].partition("</p>")[0]
