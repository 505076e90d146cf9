"""`vaccinations`: a dose told by a health worker's form stands in HsPro, which hands it on to SYSVAK (HLT-03)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from common.clock import OSLO
from common.errors import NeedsJudgement, SuspectedDuplicate, TargetRejected
from common.person import Sought, require_lasting_id
from common.process import Outcome, OutcomeCode, Retention, Run, Task
from health_svc.doses.personnel import Standing, lookup
from health_svc.doses.questions import unanswered
from health_svc.doses.record import VaccinationRecord
from health_svc.doses.vaccination import Indication, Site, Vaccination
from health_svc.doses.vaccines import vaccine_in_use, vaccines
from health_svc.journal import INFECTION_CONTROL, UNIT, PersonFile, ensure_journal
from health_svc.screens.hspro import HsPro, JournalForm
from health_svc.screens.hspro_vaccination import Dose, DoseForm, Transfer
from health_svc.service import health

DOSE_OF_FORM = "dose-of-form"
CORRECTABLE = timedelta(days=365)
"""How long the ledger remembers which dose a form made, so that another form can correct it."""
FOLLOW_UP_ROLE = "vaccination-follow-up"

SITES = {Site.LEFT_ARM: "Venstre arm", Site.RIGHT_ARM: "Høyre arm", Site.OTHER: "Annet sted"}
INDICATIONS = {
    Indication.AGE: "Alder",
    Indication.RISK_GROUP: "Risikogruppe",
    Indication.HEALTH_WORKER: "Helsepersonell",
    Indication.NURSING_HOME: "Sykehjem",
    Indication.CRITICAL_JOB: "Samfunnskritisk yrke",
    Indication.OTHER: "Annen indikasjon",
}


@health.process(
    "vaccinations",
    called="Vaksinasjoner",
    targets=[HsPro],
    manual_minutes=3.0,
    due=timedelta(hours=2),
    retention=Retention.HEALTH,
)
def register_vaccination(given: Vaccination, run: Run) -> Outcome:
    """See to it that a dose stands among the person's vaccinations in HsPro, once, as the health worker's form says.

    The person's infection-control journal is made where it is missing. A form that `corrects` another one changes the
    dose of that one, or takes its place when it comes first. What a health worker must read is registered all the same, and a task raised.
    """
    number = require_lasting_id(given.person_id, accepts_synthetic=run.case.accepts_synthetic)
    if given.given_abroad:
        raise NeedsJudgement("The dose was given abroad: a person looks at the documentation")
    known = vaccines.on(run, given.day).rows
    vaccine_in_use(known, given.vaccine_code, given.day)
    personnel = _personnel(given, run)
    open_questions = unanswered(run, given.day, given.contraindication_answers)

    file = PersonFile(run, Sought(number, given.family_name, given.given_name))
    journal = ensure_journal(file, _journal_form(given, run.now()))
    # Only now is nobody else at work on this person, under whatever number: a correction may have come just before.
    if (replaced := _replaced(given, run, open_questions)) is not None:
        return replaced
    record = VaccinationRecord(file, given, known, dose_form(given))
    code, dose = _standing(given, run, record)
    _remember(given, run, dose.number)

    transfer = record.transfer(dose.number)
    if transfer is Transfer.REJECTED:
        raise TargetRejected("The dose stands in HsPro, but SYSVAK has rejected it")
    detail: dict[str, Any] = {"dose": dose.number, "journal": journal.detail["journal"], "sysvak": transfer.name}
    if open_questions:
        detail["unanswered"] = open_questions
    if personnel is not None:
        detail["hpr"] = personnel.value
    if record.follows_another_vaccine(dose):
        detail["warning"] = "OTHER_PRODUCT_BEFORE"
    return Outcome(code, detail).telling(*_tasks(given, code, run.today(), open_questions))


def _personnel(given: Vaccination, run: Run) -> Standing | None:
    """Whether those who gave and prescribed it may; None where no lookup is set up. Raises InvalidValue."""
    register = lookup()
    if register is None:
        return None
    return run.step(
        "hpr", register.require_active, [hpr for hpr in (given.vaccinator_hpr, given.prescriber_hpr) if hpr]
    )


def _standing(given: Vaccination, run: Run, record: VaccinationRecord) -> tuple[OutcomeCode, Dose]:
    """The dose as it stands at last: registered, there before, or changed where the form corrects one that made a dose.

    Without a dose of the form that it corrects (it was refused, went to a person or comes later) this is the form that
    counts. Raises SuspectedDuplicate for a dose that stands otherwise and whose form this one does not correct; also
    for one that somebody registered by hand while the robot was away.
    """
    number = _dose_told_otherwise(given.corrects, given, run) if given.corrects else None
    if number is not None:
        change = run.ensure(
            "correction", of=Dose, find=lambda: record.corrected(number), create=lambda: record.correct(number)
        )
        return (OutcomeCode.UPDATED if change.created else OutcomeCode.EXISTS), change.value
    dose = run.ensure("dose", of=Dose, find=record.same, create=record.register)
    if not record.is_right(dose.value):
        raise SuspectedDuplicate("That vaccine is registered on that day, with another batch or dose number")
    return (OutcomeCode.CREATED if dose.created else OutcomeCode.EXISTS), dose.value


def _replaced(given: Vaccination, run: Run, open_questions: Sequence[str]) -> Outcome | None:
    """How a form ends that another one has corrected before it was its turn."""
    number = _dose_told_otherwise(given.form_id, given, run)
    if number is None:
        return None
    _remember(given, run, number)
    detail = {"dose": number, "note": "CORRECTED_BEFORE"}
    return Outcome(OutcomeCode.NOOP, detail).telling(*_tasks(given, OutcomeCode.NOOP, run.today(), open_questions))


def _dose_told_otherwise(form: UUID, given: Vaccination, run: Run) -> str | None:
    """The dose of a form, unless it is known from this very case: what an earlier run of it noted decides nothing."""
    known = run.remembered(DOSE_OF_FORM, str(form))
    return None if known is None or known.value["told_by"] == str(given.form_id) else str(known.value["dose"])


def _remember(given: Vaccination, run: Run, number: str) -> None:
    """Which dose is this form's, and that of the one it corrects, so that neither makes another."""
    for form in (given.form_id, given.corrects):
        if form is not None:
            fact = {"dose": number, "told_by": str(given.form_id)}
            run.remember(DOSE_OF_FORM, str(form), fact, until=run.today() + CORRECTABLE)


def _tasks(given: Vaccination, code: OutcomeCode, today: date, open_questions: Sequence[str]) -> list[Task]:
    """What a person must do: which of the reasons it is stands in the case only, for tasks travel as mail."""
    tasks: list[Task] = []
    if open_questions or any(given.contraindication_answers.values()) or given.reaction_observed or given.remark:
        tasks.append(
            Task(
                name="follow-up",
                role=FOLLOW_UP_ROLE,
                title="Følg opp en vaksinasjon",
                text="Dosen er registrert i HsPro. Skjemaet har en kontraindikasjon, et ubesvart spørsmål, en reaksjon "
                "eller en merknad som helsepersonell må lese: åpne saken hos Roger og vurder oppfølging.",
                unit=given.unit,
                due=today,
            )
        )
    if given.corrects and code is OutcomeCode.EXISTS:
        tasks.append(
            Task(
                name="correction",
                role=FOLLOW_UP_ROLE,
                title="Kontroller en rettet vaksinasjon",
                text="Dosen sto allerede i HsPro med samme vaksine, dato, dosenummer og batch som rettelsen. Roger har "
                "ikke endret noe: kontroller de andre feltene mot saken.",
                unit=given.unit,
                due=today,
            )
        )
    return tasks


def dose_form(given: Vaccination) -> DoseForm:
    """The form as HsPro wants it filled in."""
    return DoseForm(
        vaccine=given.vaccine_code,
        batch=given.batch_no,
        day=given.day,
        dose_no=str(given.dose_no),
        site=SITES[given.site],
        indication=INDICATIONS[given.indication],
        vaccinator=given.vaccinator_hpr,
        prescriber=given.prescriber_hpr or "",
        contraindication=any(given.contraindication_answers.values()),
        reaction=given.reaction_observed,
        remark=given.remark,
        consent=given.consent,
        source=str(given.form_id),
    )


def _journal_form(given: Vaccination, now: datetime) -> JournalForm:
    return JournalForm(
        type=INFECTION_CONTROL,
        unit=UNIT,
        opened=now.astimezone(OSLO).date(),
        reason="Vaksinasjon",
        contact="Brev",
        source=str(given.form_id),
    )
