"""What the console of ESA takes and tells, and the faults that can be laid on its frames and windows."""

from __future__ import annotations

import httpx
import pytest

from tests.sandbox.esa_seeds import CASE, NEW_CASE_FILE, answer, case_file, post
from tests.sandbox.visitor import Esa, Visitor, details, heading, rows


def test_what_is_told_can_be_seeded_again(esa: Esa) -> None:
    esa.post("casefiles", [case_file(), case_file("2026/004412", status="A", klass="313332217")])
    off = {"code": "BU", "on": "2026-08-20", "answered_by": 2}
    esa.post(
        "posts",
        [post(id="JP-550001", external_reference="S-1", write_off=off), answer(id="JP-550002", dispatch="Brev")],
    )
    told = esa.get("casefiles"), esa.get("posts")
    assert told[0] == [case_file(), case_file("2026/004412", status="A", klass="313332217")]
    assert (told[1][0]["write_off"], told[1][1]["write_off"], told[1][1]["answers"]) == (off, None, 1)
    assert [each["dispatch"] for each in told[1]] == ["", "Brev"]
    esa.post("casefiles", told[0])
    esa.post("posts", told[1])
    assert (esa.get("casefiles"), esa.get("posts")) == told
    assert esa.get("posts", case="2026/004412") == []
    assert [each["id"] for each in esa.get("posts", reference="S-1")] == ["JP-550001"]


def test_a_case_file_that_is_seeded_again_keeps_its_posts(esa: Esa) -> None:
    esa.post("casefiles", [case_file()])
    esa.post("posts", [post(), post()])
    esa.post("casefiles", [case_file(status="A")])
    assert (esa.get("casefiles")[0]["status"], len(esa.get("posts"))) == ("A", 2)


@pytest.mark.parametrize(
    ("path", "seed", "why"),
    [
        ("posts", post(case="2026/000001"), "there is no case file 2026/000001"),
        ("posts", post(type="Q"), "Input should be 'I', 'U', 'N', 'X' or 'S'"),
        ("casefiles", case_file("4411"), "String should match pattern"),
        ("casefiles", case_file(colour="red"), "Extra inputs are not permitted"),
        ("locks", {"record": "part", "key": "x"}, "Input should be 'casefile' or 'post'"),
    ],
)
def test_a_seed_that_does_not_fit_is_refused_with_the_reason(
    esa: Esa, path: str, seed: dict[str, object], why: str
) -> None:
    esa.post("casefiles", [case_file()])
    refused = esa.console.post(f"/_kontroll/{path}", json=[seed])
    assert (refused.status_code, why in refused.text) == (httpx.codes.UNPROCESSABLE_ENTITY, True)
    assert esa.get("posts") == []


def test_parts_and_series_are_made_known(esa: Esa, archivist: Visitor) -> None:
    esa.post("parts", [{"name": "Møtearkiv", "series": ["Møtesaker", "Utvalg"]}])
    esa.post("casefiles", [case_file(part="Barnehagearkiv", series="Barnehager")])
    made = archivist.press(
        archivist.get("/esa/saksmapper/ny"),
        "Lagre",
        **(NEW_CASE_FILE | {"arkivdel": "Møtearkiv", "serie": "Utvalg"}),
    )
    assert details(archivist.follow(made, "Fortsett"))["Arkivdel"] == "Møtearkiv"
    assert "Barnehagearkiv" in archivist.get("/esa/tre").text
    esa.post("reset")
    archivist.sign_in()
    tree = archivist.get("/esa/tre").text
    assert ("Møtearkiv" in tree, "Kemnerarkiv" in tree) == (False, True)


def test_the_summary_counts_what_should_not_be(esa: Esa) -> None:
    esa.post("casefiles", [case_file(), case_file("2026/004412"), case_file("2026/004413", status="A")])
    twice = [post(external_reference="S-1"), post(external_reference="S-1", documents=[])]
    esa.post("posts", [*twice, post(status="S", documents=[]), post(documents=[{}, {}]), post(status="R", type="U")])
    told = esa.get("summary")
    assert (told["casefiles"], told["posts"], told["documents"], told["waiting"]) == (3, 5, 4, 4)
    assert (told["posts_without_main"], told["mains_twice"], told["references_twice"]) == (1, 1, 1)
    assert (told["classes_twice"], told["posts_made_here"], told["casefiles_made_here"]) == (1, 0, 0)
    assert told["posts_by_status"] == {"J": 3, "R": 1, "S": 1}


def test_a_lock_of_nothing_is_none(esa: Esa) -> None:
    assert esa.post("locks", [{"record": "post", "key": "JP-1", "locked_by": "kemn03"}]) == {"records": 0}


@pytest.mark.parametrize("fault", ["error_before_save", "error_after_save"])
def test_faults_hit_a_save(esa: Esa, archivist: Visitor, fault: str) -> None:
    esa.fault(fault, times=1)
    page = archivist.press(archivist.get("/esa/saksmapper/ny"), "Lagre", **NEW_CASE_FILE)
    assert heading(page) == "Systemfeil"
    assert len(esa.get("casefiles")) == (fault == "error_after_save")


def test_a_fault_on_a_save_leaves_what_is_refused_alone(esa: Esa, archivist: Visitor) -> None:
    esa.fault("error_before_save", times=1)
    page = archivist.press(archivist.get("/esa/saksmapper/ny"), "Lagre", **(NEW_CASE_FILE | {"tittel": ""}))
    assert heading(page) == "Ny saksmappe"
    assert not esa.get("faults")[0]["spent"]


def test_faults_hit_the_frame_they_are_laid_on(esa: Esa, archivist: Visitor) -> None:
    esa.fault("dialog", text="Nytt i ESA", kind="modal", times=1, path_prefix="/esa/restanser")
    esa.fault("renamed_label", **{"from": "Vis", "to": "Vis liste"})
    assert 'role="dialog"' not in archivist.get("/esa/topp").text
    page = archivist.get("/esa/restanser").text
    assert ('role="dialog"' in page, "Nytt i ESA" in page, ">Vis liste<" in page) == (True, True, True)
    esa.fault("sign_out", times=1, path_prefix="/esa/tre")
    assert heading(archivist.get("/esa/saksmapper")) == "Søk saksmappe"
    out = archivist.get("/esa/tre")
    assert (heading(out), "Økten er utløpt" in out.text, "data-bryt-ut" in out.text) == ("Pålogging", True, True)


def test_everything_but_sessions_survives_a_restart(esa: Esa, archivist: Visitor) -> None:
    esa.post("casefiles", [case_file()])
    esa.post("posts", [post(id="JP-550001")])
    esa.restart()
    archivist.http.base_url = httpx.URL(esa.url)
    assert heading(archivist.get("/esa/saksmapper")) == "Pålogging"
    archivist.sign_in()
    page = archivist.get("/esa/journalposter/550001")
    assert heading(page) == f"Journalpost {CASE}-1"
    assert rows(page, "Dokumenter")[0][3] == "PDF/A-2b"
