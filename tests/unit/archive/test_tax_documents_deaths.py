"""`tax-documents`: a robot that dies anywhere on the way leaves the document once, whole, and nothing of its files."""

from __future__ import annotations

from collections.abc import Callable

import odd_files
import pytest
from tax_office import NUMBER, TaxOffice, a_file, content

from archive_svc.documents import ghostscript
from archive_svc.esa.noark import PostStatus
from archive_svc.tax.tax_document import TaxDocument
from common.errors import LeaseLost
from common.process import OutcomeCode

pytestmark = pytest.mark.skipif(not ghostscript.is_there(), reason="Ghostscript is not installed")


@pytest.fixture
def office(monkeypatch: pytest.MonkeyPatch) -> TaxOffice:
    return _at(TaxOffice(), monkeypatch)


def _at(office: TaxOffice, patch: pytest.MonkeyPatch) -> TaxOffice:
    """With its own exchange as the process sees it."""
    patch.setenv("ROGER_SOFIE_EXCHANGE", str(office.exchange))
    return office


def fetched_with_attachment(office: TaxOffice) -> TaxDocument:
    document = office.of_enterprise()
    office.new_case()
    return document


def converted(office: TaxOffice) -> TaxDocument:
    """A second attempt must send the bytes that the first one sent."""
    letter = odd_files.saved(odd_files.drawing())
    office.in_sofie(NUMBER, [letter])
    office.new_case(letter)
    return office.document(files=[a_file(letter)])


def there_already(office: TaxOffice) -> TaxDocument:
    office.perform(office.document())
    office.sofie.change(NUMBER, archive_reference="")
    office.new_case(content(1))
    return office.document()


WAYS: dict[str, tuple[Callable[[TaxOffice], TaxDocument], OutcomeCode]] = {
    "fetched": (fetched_with_attachment, OutcomeCode.CREATED),
    "converted": (converted, OutcomeCode.CREATED),
    "there already": (there_already, OutcomeCode.EXISTS),
}
NEEDED = {
    "export:1", "exported:1", "file:2", "case_file_saved:1", "post:1", "post_saved:1", "document:2", "document_saved:2",
    "status:1", "status_saved:1", "reference:1", "referenced:1", "discard:1", "discarded:1",
}  # fmt: skip


def deaths() -> list[tuple[str, str]]:
    """(way, point): everywhere a run can die on each of the ways."""
    found: list[tuple[str, str]] = []
    with pytest.MonkeyPatch.context() as patch:
        for name, (prepare, _) in WAYS.items() if ghostscript.is_there() else ():
            office = _at(TaxOffice(), patch)
            office.perform(prepare(office))
            found += [(name, point) for point in office.reached()]
    return found


DEATHS = deaths()


def test_every_way_has_its_points() -> None:
    assert {way for way, _ in DEATHS} == set(WAYS)
    assert {("fetched", point) for point in NEEDED} <= set(DEATHS)


@pytest.mark.parametrize(("way", "point"), DEATHS)
def test_death_anywhere(way: str, point: str, office: TaxOffice) -> None:
    prepare, code = WAYS[way]
    document = prepare(office)
    with pytest.raises(LeaseLost):
        office.perform(document, dies_at=point)
    _require_nothing_journalled_without_documents(office, document)
    assert office.perform(document).code is code
    _require_once_and_whole(office, document)


@pytest.mark.parametrize(
    "point", ["post:1", "post_saved:1", "document:1", "document_saved:1", "status:1", "status_saved:1"]
)
def test_death_and_a_persons_retry(point: str, office: TaxOffice) -> None:
    document = office.document()
    with pytest.raises(LeaseLost):
        office.perform(document, dies_at=point)
    office.case.retried()
    assert office.perform(document).code in {OutcomeCode.CREATED, OutcomeCode.UPDATED, OutcomeCode.EXISTS}
    _require_once_and_whole(office, document)


def _require_nothing_journalled_without_documents(office: TaxOffice, document: TaxDocument) -> None:
    for post in office.archive.all_posts():
        if post.status is PostStatus.JOURNALLED:
            assert {each.original for each in post.documents} == {file.sha256 for file in document.files}


def _require_once_and_whole(office: TaxOffice, document: TaxDocument) -> None:
    post = office.post()
    assert (post.status, post.external_reference) == (PostStatus.JOURNALLED, document.sofie_doc_id)
    assert [each.original for each in post.documents] == [file.sha256 for file in document.files]
    assert len(office.archive.held) == 1
    assert office.sofie.documents[document.sofie_doc_id].archive_reference == post.call_number
    assert office.case.files == {}
    office.require_exchange_empty()
