"""A document of tax collection as it is handed in: what is refused at once, and the domain's own examples."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Any

import pytest
from pydantic import ValidationError
from tax_office import NOW, TaxOffice, a_file, content

from archive_svc.documents import ghostscript
from archive_svc.esa.noark import PostType
from archive_svc.sofie.document import Direction, DocumentType
from archive_svc.tax.tax_document import SETTINGS, TaxDocument
from common.clock import OSLO
from common.process import OutcomeCode
from common.testing import FixedClock

TODAY = NOW.date()
LATER = str(TODAY + timedelta(days=1))


def breaches(**different: Any) -> set[tuple[str, str]]:
    return {(each.field, each.code) for each in TaxOffice().document(**different).breaches(NOW)}


def refused(**different: Any) -> set[tuple[str, str]]:
    with pytest.raises(ValidationError) as told:
        TaxOffice().document(**different)
    return {(".".join(str(each) for each in error["loc"]), error["type"]) for error in told.value.errors()}


class TestRefused:
    @pytest.mark.parametrize(
        "name", ["access_code", "legal_basis", "officer", "unit", "sofie_doc_id", "files", "party"]
    )
    def test_what_is_missing(self, name: str) -> None:
        given = TaxOffice().document().model_dump(mode="json", exclude={name})
        with pytest.raises(ValidationError, match=name):
            TaxDocument.model_validate(given)

    def test_what_everybody_might_read(self) -> None:
        assert refused(access_code="U") == {("access_code", "INVALID_VALUE")}

    def test_no_legal_basis(self) -> None:
        assert {name for name, _ in refused(legal_basis="  ")} == {"legal_basis"}

    @pytest.mark.parametrize("roles", [["ATTACHMENT"], ["MAIN", "MAIN"]])
    def test_other_than_one_main_file(self, roles: list[str]) -> None:
        files = [a_file(content(place), role) for place, role in enumerate(roles)]
        assert refused(files=files) == {("files", "INVALID_VALUE")}

    def test_a_file_twice(self) -> None:
        assert refused(files=[a_file(content(1)), a_file(content(1), "ATTACHMENT")]) == {("files", "INVALID_VALUE")}

    @pytest.mark.parametrize(
        "party", [{"name": "Dahle"}, {"name": "D", "person_id": "17838410103", "orgnr": "313332217"}]
    )
    def test_a_party_with_no_number_or_two(self, party: dict[str, str]) -> None:
        assert {code for _, code in refused(party=party)} == {"MISSING_FIELD"}

    @pytest.mark.parametrize("number", ["../../etc", "SOF 1", "sof-1", "", "-", "SOF-", "S" * 31])
    def test_a_number_that_could_be_a_way_to_somewhere_else(self, number: str) -> None:
        assert {name for name, _ in refused(sofie_doc_id=number)} == {"sofie_doc_id"}

    def test_follow_up_of_what_is_not_internal(self) -> None:
        assert refused(follow_up=True) == {("follow_up", "INVALID_VALUE")}


class TestDates:
    def test_all_in_order(self) -> None:
        assert breaches() == set()

    def test_out_needs_when_it_was_sent(self) -> None:
        assert breaches(sent_date=None) == {("sent_date", "MISSING_FIELD")}

    def test_in_needs_when_it_came(self) -> None:
        assert breaches(direction="IN", sent_date=None) == {("received_date", "MISSING_FIELD")}

    def test_only_in_has_come(self) -> None:
        assert breaches(received_date="2026-11-20") == {("received_date", "INVALID_VALUE")}

    def test_internal_has_neither(self) -> None:
        assert breaches(direction="INTERNAL") == {("sent_date", "INVALID_VALUE")}

    def test_nothing_has_come_tomorrow(self) -> None:
        given = {"direction": "IN", "sent_date": None, "received_date": LATER}
        assert breaches(**given) == {("received_date", "DATE_OUT_OF_RANGE")}
        assert breaches(**given | {"received_date": str(TODAY)}) == set()

    @pytest.mark.parametrize("name", ["doc_date", "sent_date"])
    def test_nothing_was_written_or_sent_tomorrow(self, name: str) -> None:
        assert breaches(**{name: LATER}) == {(name, "DATE_OUT_OF_RANGE")}
        assert breaches(**{name: str(TODAY)}) == set()


class TestMeant:
    @pytest.mark.parametrize(
        ("given", "type_"),
        [
            ({"direction": "IN"}, PostType.INCOMING),
            ({"direction": "OUT"}, PostType.OUTGOING),
            ({"direction": "INTERNAL", "follow_up": True}, PostType.FOLLOWED_UP),
            ({"direction": "INTERNAL", "follow_up": False}, PostType.INTERNAL),
        ],
    )
    def test_types(self, given: dict[str, Any], type_: PostType) -> None:
        assert TaxOffice().document(**given).post_type is type_

    @pytest.mark.parametrize("kind", DocumentType)
    def test_a_public_title_names_nobody(self, kind: DocumentType) -> None:
        document = TaxOffice().document(doc_type=kind)
        assert document.public_title == f"{kind.called} – skatteyter"
        assert "Nordhaug" not in document.public_title

    def test_the_longest_title_fits(self) -> None:
        longest = TaxOffice().document(party={"orgnr": "313332217", "name": "Å" * 100}, doc_type="BETALINGSUTSETTELSE")
        assert len(longest.title) <= 250

    def test_the_main_file_goes_first(self) -> None:
        files = [a_file(content(1), "ATTACHMENT"), a_file(content(2))]
        assert TaxOffice().document(files=files).main.sha256 == sha256(content(2)).hexdigest()

    def test_blanks_are_kept_as_the_archive_keeps_them(self) -> None:
        party = {"orgnr": "313332217", "name": " Synt   Bygg\tAS "}
        assert TaxOffice().document(party=party).party.name == "Synt Bygg AS"

    def test_a_unit_that_the_archive_calls_otherwise(self, monkeypatch: pytest.MonkeyPatch) -> None:
        assert TaxOffice().document().archive_unit == "310456780"
        monkeypatch.setenv("ROGER_TAX_ARCHIVE_UNITS", '{"310456780": "KEMN"}')
        assert TaxOffice().document().archive_unit == "KEMN"

    @pytest.mark.parametrize(
        ("handed_in", "by"),
        [
            (datetime(2026, 11, 23, 9, tzinfo=OSLO), datetime(2026, 11, 25, tzinfo=OSLO)),  # Monday: Tuesday
            (datetime(2026, 11, 27, 9, tzinfo=OSLO), datetime(2026, 12, 1, tzinfo=OSLO)),  # Friday: Monday
            (datetime(2026, 12, 24, 9, tzinfo=OSLO), datetime(2026, 12, 29, tzinfo=OSLO)),  # before Christmas: the 28th
        ],
    )
    def test_by_the_end_of_the_next_working_day(self, handed_in: datetime, by: datetime) -> None:
        assert TaxOffice().document().deadline(handed_in) == by


CLOCK = datetime.fromisoformat("2018-09-15T01:00:00+02:00")
AGREEMENT: dict[str, Any] = {
    "sofie_doc_id": "SOF-2018-0004711",
    "sofie_case_ref": "K-20180099",
    "party": {"person_id": "07827210182", "name": "Dahle, Erik"},
    "doc_type": "BETALINGSAVTALE",
    "direction": "OUT",
    "doc_date": "2018-09-12",
    "sent_date": "2018-09-12",
    "received_date": None,
    "files": [a_file(content(1), name="avtale.pdf")],
}
COMPLAINT: dict[str, Any] = {
    "sofie_doc_id": "SOF-2018-0004725",
    "sofie_case_ref": "K-20180104",
    "party": {"orgnr": "313332217", "name": "Synt Bygg AS"},
    "doc_type": "KLAGE",
    "direction": "IN",
    "doc_date": "2018-09-10",
    "received_date": "2018-09-13",
    "sent_date": None,
    "officer": "kemn02",
    "files": [a_file(content(2), name="klage.pdf"), a_file(content(3), "ATTACHMENT", "vedlegg1.pdf")],
}


@pytest.mark.skipif(not ghostscript.is_there(), reason="Ghostscript is not installed")
class TestExamples:
    """As the domain gives them, with files that there are."""

    def office(self, given: dict[str, Any]) -> TaxOffice:
        office = TaxOffice()
        office.archive.today = date(2018, 9, 15)
        document = office.document(**given)
        office.in_sofie(
            document.sofie_doc_id,
            case_reference=document.sofie_case_ref,
            type=document.doc_type,
            direction=document.direction,
            document_date=document.doc_date,
            received=document.received_date,
            sent=document.sent_date,
            party=document.party.number,
            party_name=document.party.name,
        )
        office.new_case(*(content(place) for place in (1, 2, 3)))
        assert list(document.breaches(CLOCK)) == []
        return office

    def test_a_new_case_file_and_its_first_outgoing_post(self) -> None:
        office = self.office(AGREEMENT)
        outcome = office.perform(office.document(**AGREEMENT), now=FixedClock(CLOCK)())
        assert outcome.code is OutcomeCode.CREATED
        assert (office.post().type, office.post().number) == (PostType.OUTGOING, 1)

    def test_an_incoming_post_in_a_case_file_that_is_there(self) -> None:
        office = self.office(COMPLAINT)
        office.archive.put_case_file("2018/000042", part=SETTINGS.part, series=SETTINGS.series, klass="313332217")
        outcome = office.perform(office.document(**COMPLAINT), now=FixedClock(CLOCK)())
        assert (outcome.code, outcome.detail["journal_post"]) == (OutcomeCode.CREATED, "2018/000042-1")
        assert (office.post().type, len(office.post().documents)) == (PostType.INCOMING, 2)
        assert office.document(**COMPLAINT).direction is Direction.IN
