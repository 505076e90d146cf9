"""`vaccinations` on HsPro's real pages, in one browser; cases in memory, so that a run can die where a test wants it to."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from real_screens import RealScreens

from common.browser.session import Browser
from common.browser.settings import BrowserSettings
from common.clock import OSLO
from common.errors import ConflictInTarget, LeaseLost, SuspectedDuplicate, TargetRejected
from common.process import Outcome, OutcomeCode, Run
from common.run import CaseFacts
from common.testing import FixedClock, MemoryCase, MemoryLedger, MemoryRegisters, Person, person
from health_svc.doses.vaccination import Indication, Site, Vaccination
from health_svc.doses.vaccines import Vaccine
from health_svc.processes import test_journals
from health_svc.processes.vaccinations import dose_form, register_vaccination
from health_svc.screens.hspro import PersonSearch
from health_svc.screens.hspro_vaccination import NewDose
from tests.sandbox.visitor import HsPro, starting

pytestmark = pytest.mark.browser

NOW = datetime.now(UTC)
TODAY = NOW.astimezone(OSLO).date()
COMIRNATY = Vaccine(
    code="BNT03",
    product="Comirnaty",
    minimum_interval_days=21,
    minimum_age=16,
    max_doses=3,
    first_day=date(2020, 12, 27),
)
LOTS: list[dict[str, Any]] = [
    {"vaccine": "BNT03", "batch": "SYN1234", "expiry": TODAY.isoformat()},
    {"vaccine": "BNT03", "batch": "SYN-1240", "expiry": TODAY.isoformat(), "transfer": "SENT"},
    {
        "vaccine": "BNT03",
        "batch": "AVVIST1",
        "expiry": TODAY.isoformat(),
        "transfer": "REJECTED",
        "message": "Ukjent enhet",
    },
]


@dataclass
class Office:
    """HsPro, a browser that is signed in there, and what the cases share."""

    hspro: HsPro
    browser: Browser
    registers: MemoryRegisters = field(default_factory=MemoryRegisters)
    ledger: MemoryLedger = field(default_factory=MemoryLedger)

    def __post_init__(self) -> None:
        self.registers.store("vaccines", [COMIRNATY], valid_from=COMIRNATY.first_day)

    def case(self) -> MemoryCase:
        return MemoryCase(registers=self.registers, ledger=self.ledger)

    def perform(self, given: Vaccination, case: MemoryCase | None = None, unproven: str | None = None) -> Outcome:
        return register_vaccination(given, self.run(case or self.case(), unproven))

    def run(self, case: MemoryCase, unproven: str | None = None) -> Run:
        platform = RealScreens(case, self.browser, unproven)
        about = CaseFacts(id=case.id, process="vaccinations", fence=case.fence, submitted_at=NOW)
        return Run(about, platform, FixedClock(NOW))

    def knows(self, *, where: str = "people", **facts: Any) -> Person:
        """Somebody new, in HsPro or in the population register."""
        someone = person()
        row = {
            "national_id": someone.number,
            "family_name": someone.family_name,
            "given_name": someone.given_name,
            "birth_date": someone.birth_date.isoformat(),
        }
        self.hspro.post(where, [row | facts])
        return someone

    def doses(self, of: Person) -> list[dict[str, Any]]:
        return self.hspro.get("doses", national_id=of.number)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Generator[Office]:
    with starting(HsPro, tmp_path_factory) as start:
        hspro = start()
        hspro.post("lots", LOTS)
        browser = Browser(BrowserSettings(), {"hspro": hspro.url})
        yield Office(hspro, browser)
        browser.close()


@pytest.fixture
def office(whole: Office) -> Generator[Office]:
    yield whole
    whole.hspro.console.delete("/_kontroll/faults")


def told(of: Person, **changes: Any) -> Vaccination:
    """What the form says of a dose given to this person an hour ago."""
    row: dict[str, Any] = {
        "form_id": str(uuid4()),
        "person_id": of.number,
        "family_name": of.family_name,
        "given_name": of.given_name,
        "vaccinated_at": (NOW - timedelta(minutes=1)).isoformat(),
        "vaccine_code": "BNT03",
        "batch_no": "SYN1234",
        "dose_no": 1,
        "site": "LEFT_ARM",
        "vaccinator_hpr": "9999101",
        "indication": "AGE",
        "contraindication_answers": {},
        "consent": True,
        "reaction_observed": False,
    }
    return Vaccination.model_validate(row | changes)


def new_dose(office: Office, of: Person) -> NewDose:
    """The empty form of this person."""
    search = RealScreens(office.case(), office.browser, None).open(PersonSearch)
    return search.search(of.number).card().vaccinations().new_dose()


def test_from_nothing_to_a_dose_that_is_corrected(office: Office) -> None:
    kari = office.knows(where="register")
    first = told(
        kari,
        prescriber_hpr="9999102",
        reaction_observed=True,
        contraindication_answers={"PREGNANT": True},
        remark="Rød arm.\nØnsker å bli ringt på fredag",
    )
    made = office.perform(first)
    (dose,) = office.doses(kari)
    assert (made.code, made.detail["dose"], made.detail["sysvak"]) == (OutcomeCode.CREATED, dose["number"], "ACCEPTED")
    details = dose["details"]
    assert (details["merknad"], details["rekvirent"]) == (first.remark, "9999102")
    assert (details["reaksjon"], details["kontraindikasjon"], details["samtykke"]) == ("ja", "ja", "ja")
    assert (details["kilde"], dose["given"]) == (str(first.form_id), first.day.isoformat())
    assert [journal["type"] for journal in office.hspro.get("journals", national_id=kari.number)] == ["SMITTEVERN"]

    assert office.perform(told(kari)).code is OutcomeCode.EXISTS
    with pytest.raises(SuspectedDuplicate):
        office.perform(told(kari, batch_no="SYN-1240"))

    corrected = office.perform(told(kari, batch_no="SYN-1240", corrects=str(first.form_id)))
    (dose,) = office.doses(kari)
    assert (corrected.code, corrected.detail["dose"]) == (OutcomeCode.UPDATED, dose["number"])
    assert (dose["batch"], corrected.detail["sysvak"], dose["corrected"]) == ("SYN-1240", "SENT", 1)
    # what the new form leaves empty is emptied
    details = dose["details"]
    assert (details["merknad"], details["rekvirent"], details["reaksjon"]) == ("", "", "")


def test_the_journal_of_whoever_is_tested_whatever_blanks_were_typed(office: Office) -> None:
    """HsPro's page to confirm shows runs of blanks as one: that is no field understood otherwise."""
    kari = office.knows()
    row = {"family_name": kari.family_name, "given_name": kari.given_name, "test_time": NOW, "test_type": "PCR"}
    tested = test_journals.TestedPerson.model_validate(
        row
        | {
            "reference": "T  1",
            "person_id": kari.number,
            "test_site": "TRD-LEANGEN",
            "address": "Østre  gate 1\nH0203",
            "phone": "41234567",
        }
    )
    made = test_journals.journal_of_tested_person(tested, office.run(office.case()))
    (journal,) = office.hspro.get("journals", national_id=kari.number)
    assert (made.code, made.detail["journal"]) == (OutcomeCode.CREATED, journal["number"])
    assert journal["details"]["adresse"].split() == ["Østre", "gate", "1", "H0203"]


def test_every_choice_of_the_form_has_its_place(office: Office) -> None:
    page = new_dose(office, office.knows())
    for indication, site in zip(Indication, [*Site, *Site], strict=True):
        page.fill(dose_form(told(person(), indication=indication, site=site)))  # reads back what it has set


@pytest.mark.parametrize("effect", ["dose", "correction"])
def test_killed_between_the_save_and_its_proof_it_is_done_once(office: Office, effect: str) -> None:
    someone = office.knows()
    given, code = told(someone), OutcomeCode.CREATED
    if effect == "correction":
        office.perform(given)
        given, code = told(someone, corrects=str(given.form_id), batch_no="SYN-1240"), OutcomeCode.UPDATED
    case = office.case()
    with pytest.raises(LeaseLost):
        office.perform(given, case, unproven=effect)
    (dose,) = office.doses(someone)
    assert dose["batch"] == given.batch_no
    assert office.perform(given, case).code is code
    assert [(left["number"], left["corrected"]) for left in office.doses(someone)] == [
        (dose["number"], effect == "correction")
    ]


def test_a_save_that_ended_in_an_error_page_is_found(office: Office) -> None:
    someone = office.knows()
    office.hspro.fault("error_after_save", what="dose", times=1)
    assert office.perform(told(someone)).code is OutcomeCode.CREATED
    assert len(office.doses(someone)) == 1


def test_what_sysvak_rejects_is_for_a_person(office: Office) -> None:
    someone = office.knows()
    with pytest.raises(TargetRejected):
        office.perform(told(someone, batch_no="AVVIST1"))
    assert len(office.doses(someone)) == 1


def test_the_doses_of_other_vaccines_do_not_count_and_those_of_the_programme_do(office: Office) -> None:
    influenza = {"vaccine": "INF01", "given": (TODAY - timedelta(days=2)).isoformat(), "dose_no": 1, "batch": "FLU1"}
    first = {"vaccine": "BNT03", "given": (TODAY - timedelta(days=21)).isoformat(), "dose_no": 1, "batch": "SYN1"}
    someone = office.knows(doses=[influenza, first])
    with pytest.raises(ConflictInTarget):
        office.perform(told(someone, dose_no=3))
    assert office.perform(told(someone, dose_no=2)).code is OutcomeCode.CREATED


def test_a_form_that_hspro_finds_fault_with_is_not_saved(office: Office) -> None:
    someone = office.knows()
    with pytest.raises(TargetRejected):
        new_dose(office, someone).fill_in(dose_form(told(someone, batch_no="UKJENT")))
    assert office.doses(someone) == []
