"""Small settings per concern, read once at the edge from `ROGER_…` variables; wrong ones say what to set."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Self, TypeVar
from urllib.parse import quote

from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict, SettingsError

from common.abuse import AbuseSettings
from common.errors import ConfigurationError
from common.norway.calendar import BankDays, parse_month_days
from common.opening import Availability, parse_maintenance, parse_opening
from common.privacy.key_file import KeyCommand, KeyFile, KeySource
from common.target import Account, Pace, Target, parse_pace


class Environment(StrEnum):
    """Where this runs; decides whether synthetic persons are accepted and production targets are touched."""

    DEVELOPMENT = "development"
    TEST = "test"
    PRODUCTION = "production"


class DeploymentSettings(BaseSettings):
    """What holds for every process of a deployment."""

    model_config = SettingsConfigDict(env_prefix="ROGER_", extra="ignore")

    environment: Environment = Environment.PRODUCTION
    """development, test or production; production refuses synthetic persons."""
    keyring: Path | None = None
    """File with the master and index keys; `roger keys new` makes one."""
    keyring_command: str = ""
    """Instead of the file: a command that prints it, for instance one that asks a key management service."""

    @model_validator(mode="after")
    def has_keys(self) -> Self:
        if (self.keyring is None) == (not self.keyring_command):
            message = "set either ROGER_KEYRING, a file that `roger keys new` makes, or ROGER_KEYRING_COMMAND"
            raise ValueError(message)
        return self

    @property
    def keys(self) -> KeySource:
        """Where the keys of this deployment are."""
        return KeyFile(self.keyring) if self.keyring is not None else KeyCommand(self.keyring_command)

    @property
    def accepts_synthetic(self) -> bool:
        return self.environment is not Environment.PRODUCTION


class DatabaseSettings(BaseSettings):
    """Where PostgreSQL is; it remembers everything."""

    model_config = SettingsConfigDict(env_prefix="ROGER_DATABASE_", extra="ignore")

    url: str
    """`postgresql://user@host/database`; each service has a database of its own."""
    password_file: Path | None = None
    """File with the password, where the address holds none."""
    pooler: bool = False
    """Whether PgBouncer in transaction mode stands in between: nothing is then left to a session."""
    pool_max: Annotated[int, Field(ge=1, le=200)] = 10
    """Most connections of one process."""
    connect_timeout: Annotated[int, Field(ge=1)] = 10
    """Seconds."""

    @model_validator(mode="after")
    def knows_its_password(self) -> Self:
        self.url = _with_password(self.url, self.password_file)
        return self

    @property
    def sqlalchemy_url(self) -> str:
        """The same address for SQLAlchemy, which wants its driver named."""
        return "postgresql+psycopg://" + self.url.split("://", 1)[1]


class RedisSettings(BaseSettings):
    """Where Redis is; it only wakes."""

    model_config = SettingsConfigDict(env_prefix="ROGER_REDIS_", extra="ignore")

    url: str
    """`redis://host:6379/0`; several services may share one."""
    password_file: Path | None = None
    """File with the password, where the address holds none."""

    @model_validator(mode="after")
    def knows_its_password(self) -> Self:
        self.url = _with_password(self.url, self.password_file)
        return self


class ApiSettings(AbuseSettings):
    """How the REST service listens and what it takes."""

    host: str = "127.0.0.1"
    port: int = 8000
    """Where the API listens."""
    keys: Path | None = None
    """File with the hashed API keys; `roger keys caller` makes a line of it. Read anew when it changes."""
    issuers: Path | None = None
    """TOML file with the identity providers whose tokens are taken; docs/identity.md. One of the two must be set."""
    backlog_limit: Annotated[int, Field(ge=1)] = 500_000
    """More waiting cases than this and submits are answered 429."""
    array_limit: Annotated[int, Field(ge=1)] = 5_000
    """Most cases in one array."""
    body_limit: Annotated[int, Field(ge=1)] = 10_000_000
    """Bytes of a JSON body."""
    streams: Annotated[int, Field(ge=0)] = 200
    """Most streams of events open in one process; more are answered 429."""
    upload_limit: Annotated[int, Field(ge=1)] = 20_000_000
    """Bytes of a CSV or XLSX file; it is held in memory while it is taken in."""
    upload_rows: Annotated[int, Field(ge=1)] = 100_000
    """Most rows of a file or of an NDJSON stream."""
    line_limit: Annotated[int, Field(ge=1)] = 100_000
    """Bytes of one line of an NDJSON stream; a longer one is a refused row."""
    uploads: Annotated[int, Field(ge=1)] = 4
    """Files and streams taken in at the same time by one process; more are answered 429."""

    @model_validator(mode="after")
    def one_body_finds_room(self) -> Self:
        if self.bodies * 3 // 4 < max(self.body_limit, self.upload_limit):
            message = "ROGER_API_BODIES must be at least four thirds of ROGER_API_BODY_LIMIT and ROGER_API_UPLOAD_LIMIT"
            raise ValueError(message)
        return self


class ErrandSettings(BaseSettings):
    """How the errands process shows its health, and how long it waits for others."""

    model_config = SettingsConfigDict(env_prefix="ROGER_ERRANDS_", extra="ignore")

    host: str = "127.0.0.1"
    probe_port: int = 8001
    """Where /healthz, /readyz and /metrics are."""
    abandoned_after: Annotated[float, Field(gt=0)] = 3600.0
    """Seconds without a row after which an upload that broke off is refused."""


class WorkerSettings(BaseSettings):
    """How many shifts a worker runs, and the clockwork of leases (all times in seconds)."""

    model_config = SettingsConfigDict(env_prefix="ROGER_WORKER_", extra="ignore")

    host: str = "127.0.0.1"
    probe_port: int = 8002
    """Where /healthz, /readyz and /metrics are."""
    shifts: Annotated[int, Field(ge=1, le=64)] = 1
    """Browsers that work side by side; one per core suits server-rendered targets."""
    lease: Annotated[float, Field(gt=0)] = 20.0
    """How long a case stays with a run that gives no sign of life."""
    heartbeat: Annotated[float, Field(gt=0)] = 4.0
    """How often leases are extended."""
    margin: Annotated[float, Field(ge=0)] = 2.0
    """The local deadline lies this long before the lease ends in the database."""
    sweep: Annotated[float, Field(gt=0)] = 2.0
    """How often expired leases are looked for."""
    poll: Annotated[float, Field(gt=0)] = 1.0
    """How often an idle shift looks for itself, when nothing wakes it."""
    grace: Annotated[float, Field(ge=0)] = 60.0
    """How long a draining worker lets its runs go on before it stops them."""
    attempts: Annotated[int, Field(ge=1)] = 3
    """After so many failures, or lost leases, the case goes to a person."""
    backoff: Annotated[tuple[float, ...], Field(min_length=1)] = (60.0, 300.0, 900.0)
    """How long a case rests after its first, second, … failure."""

    changed_screen: Annotated[int, Field(ge=1)] = 1
    """So many cases do not know a screen again, and the processes that use it stop until a person resumes them."""

    @model_validator(mode="after")
    def lease_outlives_its_heartbeats(self) -> Self:
        if self.lease < 2 * self.heartbeat + self.margin:
            message = "ROGER_WORKER_LEASE must be at least two heartbeats and the margin, or runs lose their leases"
            raise ValueError(message)
        return self


class CalendarSettings(BaseSettings):
    """Which days count, where Norwegian law does not say."""

    model_config = SettingsConfigDict(env_prefix="ROGER_CALENDAR_", extra="ignore")

    bank_closed: str = "12-24"
    """Working days of every year that are no bank days, as `12-24 12-31`."""

    @field_validator("bank_closed")
    @classmethod
    def can_be_read(cls, text: str) -> str:
        _readable(parse_month_days, text)
        return text

    @property
    def bank_days(self) -> BankDays:
        return BankDays(closed=parse_month_days(self.bank_closed))


class CircuitSettings(BaseSettings):
    """When Roger leaves a target alone that fails, and how it finds out that it is back (times in seconds)."""

    model_config = SettingsConfigDict(env_prefix="ROGER_CIRCUIT_", extra="ignore")

    failures: Annotated[int, Field(ge=1, le=1000)] = 5
    """So many failures of the target in a row, over all workers, and its cases wait."""
    pause: Annotated[float, Field(gt=0)] = 30.0
    """How long before one case tries whether it is back; doubled after each try that fails."""
    longest_pause: Annotated[float, Field(gt=0)] = 600.0
    """The doubling ends here."""


class TargetLimits(BaseSettings):
    """When a target may be worked in and how fast, as a deployment says: `ROGER_TARGET_HSPRO_OPENING`, `…_PACE`."""

    model_config = SettingsConfigDict(extra="ignore")

    opening: str = ""
    """`mo-fr 07:00-22:00; sa 08:00-14:00; holidays closed` or `always`; empty means as declared with the target."""
    maintenance: str = ""
    """`su 02:00-05:00 patching; 2026-12-01 22:00 to 2026-12-02 04:00 upgrade` or `none`; empty means as declared."""
    pace: str = ""
    """`30/min`, `2/s`, `500/h` or `none`: how many cases it takes at most; empty means as declared with the target."""

    @field_validator("opening")
    @classmethod
    def opening_can_be_read(cls, text: str) -> str:
        if text.strip():
            _readable(parse_opening, text)
        return text

    @field_validator("maintenance")
    @classmethod
    def maintenance_can_be_read(cls, text: str) -> str:
        if text.strip():
            _readable(parse_maintenance, text)
        return text

    @field_validator("pace")
    @classmethod
    def pace_can_be_read(cls, text: str) -> str:
        if text.strip():
            _readable(parse_pace, text)
        return text

    @classmethod
    def of(cls, target: str) -> Self:
        """The settings of one target; raises ConfigurationError naming what is missing."""
        prefix = f"ROGER_TARGET_{target.upper().replace('-', '_')}_"
        return load(cls, prefix=prefix)

    def availability(self, target: Target) -> Availability:
        """When the target may be worked in: as set here, and where nothing is set, as the target declares."""
        return Availability(
            opening=parse_opening(self.opening) if self.opening.strip() else target.opening,
            maintenance=parse_maintenance(self.maintenance) if self.maintenance.strip() else target.maintenance,
        )

    def paced(self, target: Target) -> Pace | None:
        """How fast it may be worked in: as set here, and where nothing is set, as the target declares."""
        return parse_pace(self.pace) if self.pace.strip() else target.pace


class EvidenceSettings(BaseSettings):
    """Whether the page is kept when a run fails; never where a process keeps health data."""

    model_config = SettingsConfigDict(env_prefix="ROGER_EVIDENCE_", extra="ignore")

    keep: bool = True
    """False keeps none at all."""
    days: Annotated[int, Field(ge=1, le=90)] = 7
    """After so many days it is deleted."""
    budget: Annotated[float, Field(gt=0, le=10)] = 2.0
    """Seconds for taking it, and as many for storing it; what is late is left out."""


class TargetSettings(TargetLimits):
    """Where a target is and which accounts Roger has there: `ROGER_TARGET_HSPRO_URL`, `…_ACCOUNTS`."""

    url: str
    """The address its pages begin with."""
    accounts: Path
    """A folder with one file per account: its name is the user name, its content the password."""
    production: bool = True
    """False for a stand-in or a test installation; `test` cases never reach a production target."""

    def read_accounts(self, target: str) -> list[Account]:
        """The accounts as the mounted files give them now; raises ConfigurationError when there is none."""
        files = sorted(self.accounts.glob("[!.]*")) if self.accounts.is_dir() else []
        found = [Account(target=target, name=f.name, password=f.read_text().strip()) for f in files if f.is_file()]
        if not found:
            raise ConfigurationError(
                f"No account for {target} in {self.accounts}: put one file per account there, "
                "named as the user name, holding the password"
            )
        return found


S = TypeVar("S", bound=BaseSettings)


def _with_password(address: str, file: Path | None) -> str:
    """The address with the password from its file; raises ValueError, which never quotes either."""
    if file is None:
        return address
    scheme, mark, rest = address.partition("://")
    user, at, place = rest.rpartition("@")
    if not mark or ":" in user:
        message = "the address holds a password already: leave it out there, or leave the password file out"
        raise ValueError(message)
    try:
        password = file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        password = ""
    if not password:
        message = f"no password can be read from {file}"
        raise ValueError(message)
    return f"{scheme}://{user}:{quote(password, safe='')}@{place if at else rest}"


def _readable(parse: Callable[[str], object], text: str) -> None:
    try:
        parse(text)
    except ConfigurationError as unreadable:
        raise ValueError(unreadable.message) from None


def load(kind: type[S], *, prefix: str | None = None) -> S:
    """Read one concern's settings; raises ConfigurationError in words instead of a validation dump."""
    prefix = kind.model_config.get("env_prefix", "") if prefix is None else prefix
    try:
        return kind(_env_prefix=prefix)  # pyright: ignore[reportCallIssue]
    except SettingsError as unreadable:
        # "error parsing value for field "backoff" from source …": the field is all that helps.
        field = str(unreadable).split('"')[1] if '"' in str(unreadable) else ""
        raise ConfigurationError(f"{prefix}{field.upper()} cannot be read: write a list as JSON, [60, 300]") from None
    except ValidationError as invalid:
        first = invalid.errors()[0]
        where = prefix + "_".join(str(part).upper() for part in first["loc"])
        raise ConfigurationError(f"{where.rstrip('_')}: {first['msg']} (set it in the environment)") from None
