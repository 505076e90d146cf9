"""What a health worker is told to correct, in bokmål: a sentence for each control and what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from common.refusals import FieldProblem
from health_svc.doses.questions import AskedQuestion
from health_svc.forms.controls import control_of

MISSING, INVALID, OUT_OF_RANGE, ID = "MISSING_FIELD", "INVALID_VALUE", "DATE_OUT_OF_RANGE", "ID_INVALID"


def _whatever(sentence: str) -> dict[str, str]:
    """The same for a control without an answer and for one with an impossible one."""
    return {MISSING: sentence, INVALID: sentence}


SENTENCES: dict[str, dict[str, str]] = {
    "person_id": {
        MISSING: "Skriv fødselsnummeret eller D-nummeret.",
        ID: "Fødselsnummeret er ikke gyldig. Kontroller alle sifrene.",
    },
    "family_name": {MISSING: "Skriv etternavnet.", INVALID: "Etternavnet kan ha høyst 80 tegn."},
    "given_name": {MISSING: "Skriv fornavnet.", INVALID: "Fornavnet kan ha høyst 80 tegn."},
    "vaccine_code": {
        MISSING: "Velg vaksine.",
        INVALID: "Vaksinekoden er to eller tre bokstaver og to sifre, som BNT03.",
    },
    "batch_no": {
        MISSING: "Skann eller skriv batchnummeret.",
        INVALID: "Batchnummeret har 3 til 20 tegn: bokstaver A–Z, tall og bindestrek.",
    },
    "dose_no": {MISSING: "Velg hvilken dose det er.", INVALID: "Dosen er et tall fra 1 til 5."},
    "site": _whatever("Velg hvor dosen ble satt."),
    "indication": _whatever("Velg hvorfor personen får vaksinen."),
    "vaccinator_hpr": {
        MISSING: "Skriv HPR-nummeret til den som satte dosen.",
        INVALID: "HPR-nummeret har 7 til 9 sifre.",
    },
    "prescriber_hpr": {INVALID: "HPR-nummeret har 7 til 9 sifre."},
    "reaction_observed": _whatever("Svar ja eller nei på om du så en reaksjon."),
    "consent": _whatever("Kryss av for samtykke. Uten samtykke registreres ingenting."),
    "vaccinated_at": {
        MISSING: "Oppgi dato og klokkeslett.",
        INVALID: "Oppgi dato og klokkeslett.",
        OUT_OF_RANGE: "Tidspunktet kan ikke være fram i tid, og høyst 30 dager tilbake.",
    },
    "expiry_date": {
        INVALID: "Oppgi utløpsdatoen som dag, måned og år.",
        OUT_OF_RANGE: "Batchen var gått ut på dato den dagen dosen ble satt. Kontroller dato og batch.",
    },
    "remark": {INVALID: "Merknaden kan ha høyst 500 tegn."},
    "unit": _whatever("Velg enhet."),
    "corrects": {INVALID: "Skjemaet som skal rettes, finnes ikke i denne formen. Begynn på nytt fra listen."},
}

_OTHERWISE = "Noe i skjemaet er ikke godtatt. Kontroller det du har fylt ut, og send på nytt."
TOO_MANY_WAIT = "Det er for mange skjemaer i kø akkurat nå. Det du har fylt ut, står her: send på nytt om litt."
REFERENCE_TAKEN = "Dette skjemaet er allerede sendt, med andre opplysninger. Se under «Mine i dag». Ble noe feil, start et nytt skjema."


def with_questions(asked: Mapping[str, AskedQuestion]) -> dict[str, dict[str, str]]:
    """The sentences of a form that asks these questions."""
    answers = {
        control_of(f"contraindication_answers.{code}"): _whatever(
            f"Svar ja eller nei på spørsmålet om {question.about}."
        )
        for code, question in asked.items()
    }
    return SENTENCES | answers


def sentences(problems: Iterable[FieldProblem], asked: Mapping[str, AskedQuestion]) -> dict[str, str]:
    """By control, the first thing that is wrong with it; under the empty name, what concerns the whole form."""
    told: dict[str, str] = {}
    every = with_questions(asked)
    for problem in problems:
        control = control_of(problem.field)
        known = every.get(control, {})
        # Of a number that somebody writes wrongly the process says more than a form needs to repeat.
        sentence = known.get(problem.code) or next(iter(reversed(known.values())), _OTHERWISE)
        told.setdefault(control if known else "", sentence)
    return told
