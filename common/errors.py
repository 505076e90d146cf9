"""Every way in which something can go wrong, and what follows from it.

RogerError
├── BusinessException               the case breaks a rule; never retried; goes to a person
│   ├── IdInvalid                   ID_INVALID
│   ├── PersonNotFound              PERSON_NOT_FOUND
│   ├── AmbiguousHit                AMBIGUOUS_HIT
│   ├── NameMismatch                NAME_MISMATCH
│   ├── ProtectedAddress            PROTECTED_ADDRESS
│   ├── DeceasedOrEmigrated         DECEASED_OR_EMIGRATED
│   ├── TemporaryId                 TEMPORARY_ID
│   ├── NotAuthorised               NOT_AUTHORISED
│   ├── InvalidValue                INVALID_VALUE
│   ├── DateOutOfRange              DATE_OUT_OF_RANGE
│   ├── ConflictInTarget            CONFLICT_IN_TARGET
│   ├── LimitExceeded               LIMIT_EXCEEDED
│   ├── PeriodClosed                PERIOD_CLOSED
│   ├── SuspectedDuplicate          SUSPECTED_DUPLICATE
│   ├── RecordLocked                RECORD_LOCKED
│   ├── NeedsJudgement              NEEDS_JUDGEMENT
│   ├── TargetRejected              TARGET_REJECTED
│   ├── RegisterMissing             REGISTER_MISSING
│   └── TestCaseRefused             TEST_CASE_REFUSED
├── ApplicationException            the target or the robot failed; retried with back-off, then goes to a person
│   ├── TargetDown                  TARGET_DOWN
│   ├── LoginFailed                 LOGIN_FAILED
│   ├── AccountOut                  ACCOUNT_OUT
│   ├── SignedOut                   SIGNED_OUT
│   ├── UiChanged                   UI_CHANGED
│   ├── TargetTimeout               TIMEOUT
│   ├── UnexpectedDialog            UNEXPECTED_DIALOG
│   ├── BrowserFailed               BROWSER_FAILED
│   ├── FieldNotTaken               FIELD_NOT_TAKEN
│   ├── NotConfirmed                NOT_CONFIRMED
│   ├── RobotFault                  ROBOT_FAULT
│   ├── UnknownStateAfterSave       UNKNOWN_STATE_AFTER_SAVE   undecidable: to a person at once
│   └── RobotLost                   ROBOT_LOST                 the lease expired too often: to a person
├── Refusal                         a request that is not carried out: see common.refusals
└── ConfigurationError              a setting is missing or wrong; says which and what to do

StopSignal (BaseException, so that no process can swallow it)
├── LeaseLost                       another run may own the case; this one must not touch anything more
├── Interrupted                     the worker drains; the case goes back at no cost
└── SubjectBusy                     another case of the same person runs; this one waits behind it at no cost

The docstring of a class is its default message. What case workers read is in `situation` and `remedy`, in
Norwegian bokmål. No message ever holds personal data: an exception's text reaches logs and lists.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from pydantic_core import to_jsonable_python


class RogerError(Exception):
    """Something went wrong."""

    code: ClassVar[str] = "ERROR"
    status: ClassVar[int] = 500

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or (type(self).__doc__ or "").strip())

    @property
    def message(self) -> str:
        """The sentence for developers and logs; free of personal data."""
        return str(self.args[0])


def codes(kind: type[RogerError]) -> set[str]:
    """Every code of the exceptions of a kind, also of those that processes declare."""
    return {code for each in kind.__subclasses__() for code in (each.code, *codes(each))}


# --- the case breaks a rule ---------------------------------------------------------------------------------


class BusinessException(RogerError):
    """The case breaks a rule and needs a person."""

    situation: ClassVar[str] = "Saken bryter en regel."
    remedy: ClassVar[str] = "Vurder saken og utfør den manuelt."

    def __init__(self, message: str | None = None, *, detail: Mapping[str, Any] | None = None) -> None:
        super().__init__(message)
        self.detail: dict[str, Any] | None = None if detail is None else to_jsonable_python(detail)
        """What the person who takes over is to know besides the code; stored with the case, encrypted."""


class IdInvalid(BusinessException):
    """The national id is not valid."""

    code = "ID_INVALID"
    situation = "Fødselsnummeret eller D-nummeret er ikke gyldig."
    remedy = "Finn riktig nummer hos innsender og send saken inn på nytt."


class PersonNotFound(BusinessException):
    """Neither the target nor the population register knows this person."""

    code = "PERSON_NOT_FOUND"
    situation = "Personen finnes verken i fagsystemet eller i folkeregisteret."
    remedy = "Kontroller nummeret med innsender; registrer personen manuelt om den finnes."


class AmbiguousHit(BusinessException):
    """The search gave several persons."""

    code = "AMBIGUOUS_HIT"
    situation = "Søket ga flere treff på samme nummer."
    remedy = "Finn riktig person i fagsystemet, rydd dublettene og utfør saken manuelt."


class NameMismatch(BusinessException):
    """The name in the target differs from the name on the case."""

    code = "NAME_MISMATCH"
    situation = "Navnet i fagsystemet er et annet enn navnet i saken."
    remedy = "Avklar hvem saken gjelder før du gjør noe i fagsystemet."


class ProtectedAddress(BusinessException):
    """The person has a protected address (code 6 or 7)."""

    code = "PROTECTED_ADDRESS"
    situation = "Personen har adressesperre (kode 6 eller 7)."
    remedy = "Behandles alltid manuelt, av medarbeider med særskilt tilgang."


class DeceasedOrEmigrated(BusinessException):
    """The person is registered as deceased or emigrated."""

    code = "DECEASED_OR_EMIGRATED"
    situation = "Personen står som død eller utvandret."
    remedy = "Avklar med innsender om nummeret er riktig."


class TemporaryId(BusinessException):
    """The person has only a temporary id, or none; automation needs a national id or D-number."""

    code = "TEMPORARY_ID"
    situation = "Saken har bare et midlertidig nummer (H-, FH- eller DUF-nummer) eller mangler nummer."
    remedy = "Utfør saken manuelt, eller send den inn på nytt når personen har fått fødselsnummer eller D-nummer."


class NotAuthorised(BusinessException):
    """Somebody ordered or approved this who may not, or an approval is missing."""

    code = "NOT_AUTHORISED"
    situation = "Det mangler en godkjenning, eller den som har bestilt eller godkjent, har ikke fullmakt til det."
    remedy = "Be innsender skaffe godkjenning fra noen som har fullmakt, og send saken inn på nytt."


class InvalidValue(BusinessException):
    """A value is not among those that the register or the target knows."""

    code = "INVALID_VALUE"
    situation = "En verdi i saken finnes ikke, eller gjelder ikke, i registeret eller fagsystemet."
    remedy = "Finn riktig verdi hos innsender og send saken inn på nytt, eller utfør den manuelt."


class DateOutOfRange(BusinessException):
    """A date lies outside what the process allows."""

    code = "DATE_OUT_OF_RANGE"
    situation = "En dato ligger utenfor det prosessen tillater."
    remedy = "Kontroller datoen med innsender."


class ConflictInTarget(BusinessException):
    """What stands in the target contradicts the case."""

    code = "CONFLICT_IN_TARGET"
    situation = "Det som allerede står i fagsystemet, er i strid med saken."
    remedy = "Se på det som står der, rett det eller utfør saken manuelt."


class LimitExceeded(BusinessException):
    """A limit that the rules set is not kept."""

    code = "LIMIT_EXCEEDED"
    situation = "Saken bryter en grense i reglene, for eksempel et minste intervall eller en aldersgrense."
    remedy = "Kontroller opplysningene med innsender; vurder saken og utfør den manuelt om den er riktig."


class PeriodClosed(BusinessException):
    """The period in which this could be done is over."""

    code = "PERIOD_CLOSED"
    situation = "Fristen for dette er ute."
    remedy = "Avklar med enheten om saken kan gjøres likevel; utfør den i så fall manuelt."


class SuspectedDuplicate(BusinessException):
    """The same seems to stand in the target already, but not quite the same."""

    code = "SUSPECTED_DUPLICATE"
    situation = "Det står allerede noe i fagsystemet som ligner, men ikke er likt."
    remedy = "Avklar med innsender hvilken som er riktig; rett i fagsystemet, eller lukk saken om den er en dublett."


class RecordLocked(BusinessException):
    """Somebody else has locked the record in the target."""

    code = "RECORD_LOCKED"
    situation = "Posten er låst av en annen bruker i fagsystemet."
    remedy = "Vent til låsen er borte og prøv saken på nytt."


class NeedsJudgement(BusinessException):
    """The case needs a person's judgement."""

    code = "NEEDS_JUDGEMENT"
    situation = "Saken krever en faglig vurdering."
    remedy = "Vurder saken og utfør den manuelt."


class TargetRejected(BusinessException):
    """The target refused what the robot filled in."""

    code = "TARGET_REJECTED"
    situation = "Fagsystemet avviste det roboten fylte inn."
    remedy = "Prøv å utføre saken manuelt og se hva fagsystemet svarer."


class RegisterMissing(BusinessException):
    """No version of a register is in force on the day that the case is about."""

    code = "REGISTER_MISSING"
    situation = "Et register som saken avgjøres etter (for eksempel satser), har ingen versjon som gjelder den dagen."
    remedy = "Be enheten som eier registeret, legge inn en versjon som gjelder fra den dagen; prøv så saken på nytt."


class TestCaseRefused(BusinessException):
    """A test case must not reach a production target."""

    code = "TEST_CASE_REFUSED"
    situation = "Saken er en testsak, men fagsystemet er i produksjon."
    remedy = "Send testsaker bare til testmiljøet; lukk saken."


# --- the target or the robot failed -------------------------------------------------------------------------


class ApplicationException(RogerError):
    """The target or the robot failed."""

    retry: ClassVar[bool] = True
    of_target: ClassVar[bool] = False
    """Whatever the case, the target itself fails: so many in a row open its circuit."""
    situation: ClassVar[str] = "Fagsystemet eller roboten sviktet, også etter nye forsøk."
    remedy: ClassVar[str] = "Utfør saken manuelt, eller prøv den på nytt når feilen er rettet."


class TargetDown(ApplicationException):
    """The target does not answer, or answers with an error page."""

    code = "TARGET_DOWN"
    of_target = True
    situation = "Fagsystemet svarte ikke, eller svarte med en feilside."
    remedy = "Prøv saken på nytt når fagsystemet virker igjen."


class LoginFailed(ApplicationException):
    """The target refused the robot's sign-in."""

    code = "LOGIN_FAILED"
    of_target = True
    situation = "Roboten fikk ikke logget inn i fagsystemet."
    remedy = "Meld fra til systemansvarlig om robotens bruker, og prøv saken på nytt etterpå."


class AccountOut(LoginFailed):
    """The target refused this account's password; it is not tried again until it has been changed."""

    code = "ACCOUNT_OUT"
    of_target = False
    situation = "Robotens bruker er sperret eller har feil passord, og er tatt ut av bruk."


class SignedOut(ApplicationException):
    """The target ended the robot's session in the middle of the case."""

    code = "SIGNED_OUT"
    of_target = True
    situation = "Fagsystemet logget roboten ut midt i saken, også ved nye forsøk."


class UiChanged(ApplicationException):
    """A page does not look as the robot knows it."""

    code = "UI_CHANGED"
    situation = "Et skjermbilde i fagsystemet er endret, slik at roboten ikke kjenner det igjen."
    remedy = "Meld fra til robotforvaltningen; prøv saken på nytt når roboten er oppdatert."

    def __init__(self, message: str | None = None, *, screens: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.screens = screens
        """Which it may be, as `<target>.<screen>`; where nobody says, the one opened last."""


class TargetTimeout(ApplicationException):
    """The target took too long."""

    code = "TIMEOUT"
    of_target = True
    situation = "Fagsystemet brukte for lang tid."
    remedy = "Prøv saken på nytt når fagsystemet svarer som normalt."


class UnexpectedDialog(ApplicationException):
    """The target showed a dialog that the robot does not know."""

    code = "UNEXPECTED_DIALOG"
    of_target = True
    situation = "Fagsystemet viste en ukjent melding."
    remedy = "Se hvilken melding fagsystemet gir, og utfør saken manuelt."


class BrowserFailed(ApplicationException):
    """The robot's browser died or could not be reached."""

    code = "BROWSER_FAILED"
    situation = "Robotens nettleser stoppet."
    remedy = "Prøv saken på nytt; meld fra til robotforvaltningen om det gjentar seg."


class FieldNotTaken(ApplicationException):
    """A field did not keep the value that was typed into it."""

    code = "FIELD_NOT_TAKEN"
    situation = "Et felt i fagsystemet tok ikke imot verdien."
    remedy = "Prøv å fylle ut skjemaet manuelt og se hva feltet godtar."


class NotConfirmed(ApplicationException):
    """The second look did not find what was just saved."""

    code = "NOT_CONFIRMED"
    situation = "Roboten fant ikke igjen det den hadde lagret."
    remedy = "Kontroller i fagsystemet om det er lagret, og utfør saken manuelt om det mangler."


class RobotFault(ApplicationException):
    """The process itself failed in a way nobody foresaw."""

    code = "ROBOT_FAULT"
    situation = "Roboten har en feil."
    remedy = "Utfør saken manuelt og meld fra til robotforvaltningen."


class UnknownStateAfterSave(ApplicationException):
    """A save was interrupted and looking does not tell whether it took effect."""

    code = "UNKNOWN_STATE_AFTER_SAVE"
    retry = False
    situation = "En lagring ble avbrutt, og det går ikke an å se om den ble gjort."
    remedy = "Kontroller i fagsystemet hva som er lagret, og rett det opp manuelt."


class RobotLost(ApplicationException):
    """The robot disappeared in the middle of this case too many times."""

    code = "ROBOT_LOST"
    retry = False
    situation = "Roboten forsvant midt i saken flere ganger."
    remedy = "Kontroller i fagsystemet hva som er gjort, og utfør resten manuelt."


class ConfigurationError(RogerError):
    """A setting is missing or wrong."""

    code = "CONFIGURATION"


# --- stop signals -------------------------------------------------------------------------------------------


class StopSignal(BaseException):
    """The run must stop at once; derived from BaseException so that no `except Exception` swallows it."""


class LeaseLost(StopSignal):
    """The run has lost its lease: another run may own the case."""


class Interrupted(StopSignal):
    """The worker is draining: the case goes back to the queue at no cost."""


class SubjectBusy(StopSignal):
    """Another case of the same person is running: the case waits behind it at no cost."""

    def __init__(self, lock: bytes) -> None:
        super().__init__()
        self.lock = lock
