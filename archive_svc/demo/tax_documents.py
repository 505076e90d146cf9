"""A night of tax collection's documents: what SOFIE and the archive have, what is handed over, and what must come out."""

from __future__ import annotations

from typing import Any

from archive_svc.demo import tax_files
from archive_svc.demo.town import TAX, Town
from common.local.day import REFUSED, RESUBMITTED, Flow
from common.local.town import CREATED, EXISTS, Made, situations

_PART, _SERIES, _OFFICER = "Kemnerarkiv", "Skatteinnkreving", "kemn01"
_SCREENED = {"access_code": "UO", "legal_basis": "offl. § 13 jf. sktbl. § 3-2"}
_NOT_TAKEN, _CONFLICT = (REFUSED, "INVALID_INPUT"), ("manual", "CONFLICT_IN_TARGET")
_DUPLICATE, _SEVERAL = ("manual", "SUSPECTED_DUPLICATE"), ("manual", "AMBIGUOUS_HIT")
_TYPES = {"BETALINGSAVTALE": "Betalingsavtale", "VEDTAK": "Vedtak", "VARSEL_UTLEGG": "Varsel utlegg", "KLAGE": "Klage"}


def document(
    town: Town,
    party: dict[str, str] | None = None,
    *,
    direction: str = "OUT",
    doc_type: str | None = None,
    main: bytes | None = None,
    attachments: tuple[bytes, ...] = (),
    kept_in_sofie: bool = False,
    **in_sofie: Any,
) -> dict[str, Any]:
    """A document as SOFIE has it, and the row about it; its files are handed over unless only SOFIE keeps them.

    `in_sofie` is what SOFIE says differently.
    """
    number, who = town.document_number(), party or a_person(town)
    case_ref = f"K-{town.today.year}{town.drawn_up:04}"
    kind = doc_type or town.chance.choice(("BETALINGSAVTALE", "VEDTAK", "VARSEL_UTLEGG"))
    contents = (main or tax_files.letter(number, _TYPES[kind]), *attachments)
    files = list(zip(contents, ("MAIN", *["ATTACHMENT"] * len(attachments)), strict=True))
    dates = {"IN": {"received": _day(town, 1)}, "OUT": {"sent": _day(town, 2)}, "INTERNAL": {}}[direction]
    shown = {"number": number, "case_ref": case_ref, "party_id": _number(who), "name": who["name"], "officer": _OFFICER}
    kept = [tax_files.in_sofie(each, role) for each, role in files]
    same = {"doc_type": kind, "direction": direction, "doc_date": _day(town, 3)}
    town.documents.append({**shown, **same, "files": kept, **dates, **in_sofie})
    if not kept_in_sofie:
        town.tax_files.extend(contents)
    return {
        "reference": town.reference("SK"),
        "sofie_doc_id": number,
        "sofie_case_ref": case_ref,
        "party": who,
        **same,
        **{f"{name}_date": day for name, day in dates.items()},
        "officer": _OFFICER,
        "unit": TAX,
        "files": [tax_files.named(each, role) for each, role in files],
        **_SCREENED,
    }


def a_person(town: Town) -> dict[str, str]:
    person = town.somebody()
    return {"person_id": person["national_id"], "name": f"{person['family_name']}, {person['given_name']}"}


def _number(party: dict[str, str]) -> str:
    return party.get("person_id") or party["orgnr"]


def _day(town: Town, ago: int) -> str:
    return town.days_ago(ago).isoformat()


def _case_file(town: Town, party: dict[str, str], status: str = "B") -> str:
    """One that the party has already."""
    number = town.case_file_number()
    town.case_files.append(
        {
            "number": number,
            "title": f"Skatteinnkreving – {party['name']}",
            "public_title": "Skatteinnkreving – skatteyter",
            "part": _PART,
            "series": _SERIES,
            "klass": _number(party),
            "unit": TAX,
            "officer": _OFFICER,
            "status": status,
            "access": _SCREENED["access_code"],
            "legal_basis": _SCREENED["legal_basis"],
        }
    )
    return number


def _post(town: Town, row: dict[str, Any], *, original: str, reference: str = "") -> None:
    """One that somebody has journalled already, about the document of a row."""
    who = row["party"]
    town.posts.append(
        {
            "id": town.post_id(),
            "case": _case_file(town, who),
            "type": "U",
            "title": "Dokument fra SOFIE",
            "public_title": "Dokument fra SOFIE",
            "document_date": row["doc_date"],
            "sent": row["sent_date"],
            "journalled": row["sent_date"],
            "officer": _OFFICER,
            "unit": TAX,
            "access": row["access_code"],
            "legal_basis": row["legal_basis"],
            "external_reference": reference,
            "parties": [{"role": "EM", "name": who["name"], "number": _number(who)}],
            "documents": [{"role": "H", "title": "Dokument", "checksum": "a" * 64, "original": original}],
        }
    )


def _one(town: Town, ending: tuple[str, str], said: dict[str, Any] | None = None, **how: Any) -> Made:
    """`said` is what the row says differently."""
    return [document(town, **how) | (said or {})], [ending]


def _sent(town: Town) -> Made:
    return _one(town, CREATED)


def _received(town: Town) -> Made:
    return _one(town, CREATED, direction="IN", doc_type="KLAGE")


def _of_an_enterprise_with_an_attachment(town: Town) -> Made:
    attachment = tax_files.letter(town.reference("VEDL"), "Regnskap")
    return _one(town, CREATED, party=town.enterprise(), direction="IN", doc_type="KLAGE", attachments=(attachment,))


def _internal(town: Town) -> Made:
    return _one(town, CREATED, direction="INTERNAL", doc_type="VEDTAK")


def _internal_to_be_answered(town: Town) -> Made:
    return _one(town, CREATED, {"follow_up": True}, direction="INTERNAL", doc_type="VEDTAK")


def _kept_in_sofie(town: Town) -> Made:
    return _one(town, CREATED, kept_in_sofie=True)


def _scanned(town: Town) -> Made:
    return _one(town, CREATED, main=tax_files.scan(town.reference("SKANN")), direction="IN", doc_type="KLAGE")


def _in_a_case_file_that_is_there(town: Town) -> Made:
    row = document(town)
    _case_file(town, row["party"])
    return [row], [CREATED]


def _last_case_file_closed(town: Town) -> Made:
    row = document(town)
    _case_file(town, row["party"], status="A")
    return [row], [CREATED]


def _two_of_one_party(town: Town) -> Made:
    party = a_person(town)
    return [document(town, party), document(town, party)], [CREATED, CREATED]


def _told_twice(town: Town) -> Made:
    row = document(town)
    return [row, row | {"reference": town.reference("SK")}], [CREATED, EXISTS]


def _submitted_twice(town: Town) -> Made:
    row = document(town)
    return [row, dict(row)], [CREATED, (RESUBMITTED, "CREATED")]


def _archived_by_hand(town: Town) -> Made:
    row = document(town)
    _post(town, row, original=row["files"][0]["sha256"])
    return [row], [EXISTS]


def _changed_after_it_was_archived(town: Town) -> Made:
    row = document(town)
    _post(town, row, original="b" * 64, reference=row["sofie_doc_id"])
    return [row], [_DUPLICATE]


def _protected_address(town: Town) -> Made:
    return _one(town, ("manual", "PROTECTED_ADDRESS"), protected=True)


def _another_name(town: Town) -> Made:
    row = document(town)
    return [row | {"party": row["party"] | {"name": "Havnes, Torgeir"}}], [("manual", "NAME_MISMATCH")]


def _another_day(town: Town) -> Made:
    return _one(town, _CONFLICT, {"doc_date": _day(town, 4)})


def _not_in_sofie(town: Town) -> Made:
    return _one(town, _CONFLICT, {"sofie_doc_id": town.document_number()})


def _two_case_files(town: Town) -> Made:
    row = document(town)
    for _ in range(2):
        _case_file(town, row["party"])
    return [row], [_SEVERAL]


def _encrypted(town: Town) -> Made:
    main = tax_files.encrypted_letter(town.reference("SPERRET"))
    return _one(town, ("manual", "DOCUMENT_ENCRYPTED"), main=main)


def _cut_off(town: Town) -> Made:
    return _one(town, ("manual", "DOCUMENT_BROKEN"), main=tax_files.broken_letter(town.reference("KUTTET")))


def _a_spreadsheet_called_pdf(town: Town) -> Made:
    return _one(town, ("manual", "DOCUMENT_TYPE"), main=tax_files.spreadsheet(town.reference("REGNEARK")))


def _open_to_all(town: Town) -> Made:
    return _one(town, _NOT_TAKEN, {"access_code": "U"})


def _not_sent_yet(town: Town) -> Made:
    return _one(town, _NOT_TAKEN, {"sent_date": _day(town, -1)})


def _two_main_files(town: Town) -> Made:
    row = document(town)
    second = tax_files.named(tax_files.letter(town.reference("HOVED"), "Vedtak"))
    return [row | {"files": [*row["files"], second]}], [_NOT_TAKEN]


# How often each turns up; every one of them turns up at least once in a day of 40.
SITUATIONS = {
    _sent: 14,
    _received: 4,
    _of_an_enterprise_with_an_attachment: 2,
    _kept_in_sofie: 2,
    _told_twice: 2,
    _submitted_twice: 2,
    _two_of_one_party: 2,
    _internal: 1,
    _internal_to_be_answered: 1,
    _scanned: 1,
    _in_a_case_file_that_is_there: 1,
    _last_case_file_closed: 1,
    _archived_by_hand: 1,
    _changed_after_it_was_archived: 1,
    _protected_address: 1,
    _another_name: 1,
    _another_day: 1,
    _not_in_sofie: 1,
    _two_case_files: 1,
    _encrypted: 1,
    _cut_off: 1,
    _a_spreadsheet_called_pdf: 1,
    _open_to_all: 1,
    _not_sent_yet: 1,
    _two_main_files: 1,
}
_SCARCE = {_told_twice, _submitted_twice, _two_of_one_party, _kept_in_sofie}


def flow(town: Town, rows: int) -> Flow:
    """So many documents. SOFIE and the archive are told by the town itself."""
    made = situations(town, SITUATIONS, rows, first=_SCARCE, filling=_sent)
    return Flow(process="tax-documents", situations=made, files=town.tax_files)
