"""Secrets that wait for people: sent once, shown once, erased in time, and somebody told when that helps nobody."""

from __future__ import annotations

import asyncio
import json
import re
import stat
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest
from office import Office
from pydantic import HttpUrl, SecretStr
from standardwebhooks import Webhook

from common.entrusting.entrusted import Entrusted
from common.entrusting.messenger import Messenger
from common.entrusting.mobile import (
    FolderMobilePort,
    GatewayPort,
    MemoryMobilePort,
    MobilePort,
    TextMessage,
    mobile_port,
)
from common.entrusting.settings import MobilePortKind, SecretSettings
from common.entrusting.vault import Vault
from common.errors import ConfigurationError
from common.notices.signed_post import NotSent
from common.privacy.crypto import Keyring, Unreadable
from common.privacy.key_file import KeyFile
from common.privacy.retention import Retention
from common.run import Checkpoint, Mark
from common.settings import Environment, load
from common.testing import FixedClock, a_chore, a_keyring
from tests.integration.receiver import receiving

pytestmark = pytest.mark.anyio

WEBHOOK_SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
INSTANT = timedelta(microseconds=1)
ADDRESS = "https://roger.example"


class Killed(Exception):
    """The sending process ends here."""


class Hallway:
    """A case that left a secret for somebody, and what goes on behind it."""

    def __init__(self, office: Office, **settings: Any) -> None:
        self.office, self.settings = office, SecretSettings(**settings)
        self.vault = Vault(office.pool, office.keyring, self.settings)
        self.port = MemoryMobilePort()
        self.secrets: list[str] = []

    @property
    def now(self) -> datetime:
        return self.office.clock()

    async def leave(self, about: str = "TK-nett", to: str = "90000001") -> UUID:
        """Somebody's case leaves a secret; the secret's id."""
        await self.office.submit(a_chore())
        run = await self.office.claim()
        entrusted = Entrusted(secret=self.vault.new_secret(), to=to, about=about)
        self.secrets.append(entrusted.secret.get_secret_value())
        row = self.vault.sealed(entrusted, self.now)
        await self.vault.keep(run, Checkpoint(name="secret", mark=Mark.STEP, value=None, fence=run.fence), row)
        return row["id"]

    def messenger(self, port: MobilePort | None = None) -> Messenger:
        return Messenger(self.office.pool, self.office.keyring, port or self.port, address=ADDRESS)

    async def send(self, port: MobilePort | None = None) -> int:
        return await self.messenger(port).send_all(self.now)

    async def expire(self) -> int:
        return await self.messenger().expire(self.now)

    @property
    def tokens(self) -> list[str]:
        """What the links in the messages that have left end with."""
        return [re.findall(r"https://roger\.example/hemmelighet/(\S+) ", message.text)[0] for message in self.port.sent]

    async def reveal(self, token: str) -> str | None:
        revealed = await self.vault.reveal(token, self.now)
        return revealed.secret.get_secret_value() if revealed else None

    async def rows(self) -> list[dict[str, Any]]:
        return await self.office.rows("select * from entrusted order by made_at, id")

    async def states(self) -> list[str]:
        return [row["state"] for row in await self.rows()]

    async def tasks(self) -> list[dict[str, Any]]:
        return await self.office.rows("select * from tasks order by created_at, id")


@pytest.fixture
def hallway(office: Office) -> Hallway:
    return Hallway(office)


class TestMessage:
    async def test_says_what_it_is_for_until_when_and_where_and_nothing_else(self, hallway: Hallway) -> None:
        await hallway.leave()
        assert await hallway.send() == 1
        ((message,), (token,)) = hallway.port.sent, hallway.tokens
        assert message.text == (
            "Hei! Passordet ditt til TK-nett er klart. Det vises bare én gang, og senest 26.11. kl. 10.00: "
            f"https://roger.example/hemmelighet/{token} Du må bytte det første gang du logger inn."
        )
        assert (message.to, len(token)) == ("90000001", 43)
        assert len(message.text) <= 2 * 153, "more than two text messages"

    async def test_leaves_once(self, hallway: Hallway) -> None:
        await hallway.leave()
        assert [await hallway.send() for _ in range(2)] == [1, 0]
        (row,) = await hallway.rows()
        assert (row["state"], row["message"], row["sent_at"]) == ("sent", None, hallway.now)

    async def test_sent_and_not_noted_is_sent_again_as_the_same(self, hallway: Hallway) -> None:
        secret = await hallway.leave()

        class Dying:
            async def send(self, message: TextMessage) -> None:
                await hallway.port.send(message)
                raise Killed

        with pytest.raises(Killed):
            await hallway.send(Dying())
        assert await hallway.send() == 0, "another process may still be sending it"
        hallway.office.clock.forward(timedelta(minutes=1))
        assert await hallway.send() == 1
        assert [message.id for message in hallway.port.sent] == [secret]

    async def test_what_does_not_leave_is_tried_again_and_somebody_told_in_time(self, hallway: Hallway) -> None:
        await hallway.leave()
        hallway.port.failures = 5
        pauses = (10, 30, 120, 300)
        for pause in pauses:
            assert await hallway.send() == 0
            assert await hallway.tasks() == []
            hallway.office.clock.forward(timedelta(seconds=pause) - INSTANT)
            assert await hallway.send() == 0
            hallway.office.clock.forward(INSTANT)
        assert hallway.port.failures == 1
        assert await hallway.send() == 0
        (task,) = await hallway.tasks()
        assert (task["role"], task["title"]) == ("robot-operations", "Melding om passord til TK-nett kommer ikke fram")
        assert "(TOLD_TO_FAIL)" in task["text"]
        hallway.office.clock.forward(timedelta(minutes=15))
        assert await hallway.send() == 1
        assert await hallway.reveal(hallway.tokens[0]) == hallway.secrets[0]

    async def test_one_that_fails_keeps_no_other_back(self, hallway: Hallway) -> None:
        for number in ("90000001", "90000002"):
            await hallway.leave(to=number)
        hallway.port.failures = 1
        assert await hallway.send() == 1
        assert sorted(await hallway.states()) == ["sent", "waiting"]

    async def test_that_cannot_be_opened_waits_for_its_key(self, hallway: Hallway) -> None:
        await hallway.leave()
        stranger = Messenger(hallway.office.pool, a_keyring(), hallway.port, address=ADDRESS)
        assert await stranger.send_all(hallway.now) == 0
        assert [(row["state"], row["code"]) for row in await hallway.rows()] == [("waiting", "UNREADABLE")]

    async def test_without_a_port_nothing_is_sent(self, hallway: Hallway) -> None:
        await hallway.leave()
        nobody = Messenger(hallway.office.pool, hallway.office.keyring, None, address=ADDRESS)
        assert await nobody.send_all(hallway.now) == 0
        assert (await hallway.rows())[0]["attempts"] == 0


class TestReveal:
    async def test_is_for_once_and_nothing_is_left(self, hallway: Hallway) -> None:
        await hallway.leave()
        await hallway.send()
        (token,) = hallway.tokens
        assert [await hallway.reveal(token) for _ in range(2)] == [hallway.secrets[0], None]
        (row,) = await hallway.rows()
        assert [row[name] for name in ("state", "key", "secret", "message")] == ["revealed", None, None, None]
        assert row["ended_at"] == hallway.now

    async def test_of_two_at_once_one_sees_it(self, hallway: Hallway) -> None:
        await hallway.leave()
        await hallway.send()
        (token,) = hallway.tokens
        seen = await asyncio.gather(*(hallway.reveal(token) for _ in range(8)))
        assert [one for one in seen if one] == hallway.secrets

    async def test_works_until_its_time_is_over_and_not_an_instant_longer(self, hallway: Hallway) -> None:
        for _ in range(2):
            await hallway.leave()
        await hallway.send()
        hallway.office.clock.forward(timedelta(hours=72) - INSTANT)
        assert await hallway.reveal(hallway.tokens[0]) is not None
        hallway.office.clock.forward(INSTANT)
        assert await hallway.reveal(hallway.tokens[1]) is None

    @pytest.mark.parametrize("token", ["", "x", "x" * 43, "x" * 1000, "æøå", "' or true --", "\u0000"])
    async def test_of_nothing_is_nothing(self, hallway: Hallway, token: str) -> None:
        await hallway.leave()
        assert await hallway.reveal(token) is None

    async def test_before_its_message_is_noted_as_sent_ends_the_sending(self, hallway: Hallway) -> None:
        """It had left all the same: the sender died, and the person was quicker than the next attempt."""
        await hallway.leave()

        class Dying:
            async def send(self, message: TextMessage) -> None:
                await hallway.port.send(message)
                raise Killed

        with pytest.raises(Killed):
            await hallway.send(Dying())
        assert await hallway.reveal(hallway.tokens[0]) == hallway.secrets[0]
        hallway.office.clock.forward(timedelta(minutes=1))
        assert await hallway.send() == 0
        assert await hallway.states() == ["revealed"]

    async def test_that_cannot_be_opened_is_not_burnt(self, hallway: Hallway) -> None:
        await hallway.leave()
        await hallway.send()
        row = (await hallway.rows())[0]
        await hallway.office.rows("update entrusted set key = %s", b"\0\1" + row["key"][2:-1] + b"x")
        with pytest.raises(Unreadable):
            await hallway.reveal(hallway.tokens[0])
        await hallway.office.rows("update entrusted set key = %s", row["key"])
        assert await hallway.reveal(hallway.tokens[0]) == hallway.secrets[0]

    async def test_a_sealed_secret_opens_in_no_other_row(self, hallway: Hallway) -> None:
        for about in ("TK-nett", "elevnett"):
            await hallway.leave(about)
        await hallway.send()
        await hallway.office.rows(
            "update entrusted e set key = o.key, secret = o.secret from entrusted o where o.about <> e.about"
        )
        for token in hallway.tokens:
            with pytest.raises(Unreadable):
                await hallway.reveal(token)

    async def test_a_link_is_found_under_the_key_it_was_made_with(self, office: Office, tmp_path: Path) -> None:
        file, clock = KeyFile(tmp_path / "keyring.json"), FixedClock(datetime(2026, 3, 2, 12, tzinfo=UTC))
        file.create()
        office.keyring = Keyring.of(file, clock)
        hallway = Hallway(office)
        await hallway.leave()
        await hallway.send()
        file.add_index(clock())
        clock.forward(timedelta(hours=1))
        later = Vault(office.pool, Keyring.of(file, clock), hallway.settings)
        assert await later.reveal(hallway.tokens[0], hallway.now) is not None


class TestExpiry:
    async def test_erases_what_nobody_fetched_and_asks_for_another(self, hallway: Hallway) -> None:
        await hallway.leave()
        await hallway.send()
        hallway.office.clock.forward(timedelta(hours=72) - INSTANT)
        assert await hallway.expire() == 0
        hallway.office.clock.forward(INSTANT)
        assert await hallway.expire() == 1
        (row,) = await hallway.rows()
        assert [row[name] for name in ("state", "key", "secret", "message")] == ["expired", None, None, None]
        (task,) = await hallway.tasks()
        assert (task["role"], task["title"]) == ("robot-operations", "Passordet til TK-nett ble ikke hentet")
        assert task["text"] == (
            "Lenken ble sendt 23.11. kl. 10.00, men ingen åpnet den i tide. Passordet er slettet hos Roger, og ingen "
            "kjenner det. Gi personen et nytt passord i systemet hvis kontoen skal brukes; Roger lager ikke et nytt."
        )
        assert task["case_id"] == row["case_id"]

    async def test_says_when_nothing_was_ever_sent(self, hallway: Hallway) -> None:
        await hallway.leave()
        hallway.port.failures = 1
        await hallway.send()
        hallway.office.clock.forward(timedelta(hours=72))
        assert await hallway.send() == 0, "a link that leads nowhere is not sent"
        assert await hallway.expire() == 1
        (task,) = await hallway.tasks()
        assert task["text"].startswith("Lenken ble aldri sendt (TOLD_TO_FAIL).")

    async def test_happens_once_whoever_does_it(self, hallway: Hallway) -> None:
        for _ in range(5):
            await hallway.leave()
        hallway.office.clock.forward(timedelta(hours=72))
        assert sum(await asyncio.gather(*(hallway.expire() for _ in range(4)))) == 5
        assert len(await hallway.tasks()) == 5

    async def test_is_after_the_hours_that_are_set(self, office: Office) -> None:
        hallway = Hallway(office, hours=1)
        await hallway.leave()
        office.clock.forward(timedelta(hours=1))
        assert await hallway.expire() == 1

    async def test_leaves_alone_what_was_seen(self, hallway: Hallway) -> None:
        await hallway.leave()
        await hallway.send()
        await hallway.reveal(hallway.tokens[0])
        hallway.office.clock.forward(timedelta(hours=72))
        assert (await hallway.expire(), await hallway.tasks()) == (0, [])


async def test_the_database_itself_keeps_none_for_longer_than_three_days(hallway: Hallway) -> None:
    await hallway.leave()
    with pytest.raises(psycopg.errors.CheckViolation):
        await hallway.office.rows("update entrusted set expires_at = expires_at + interval '1 second'")


async def test_what_is_left_of_it_goes_with_its_case(hallway: Hallway) -> None:
    await hallway.leave()
    await hallway.send()
    await hallway.reveal(hallway.tokens[0])
    await hallway.office.rows("update cases set state = 'done', ended_at = now(), lease_until = null, worker = null")
    span = timedelta(days=30)
    (ended,) = await hallway.office.rows("select ended_at from cases")
    await Retention(hallway.office.pool).purge({"chores": span}, ended["ended_at"] + span)
    assert await hallway.rows() == []


async def test_nothing_in_the_database_tells_secret_link_or_number(hallway: Hallway) -> None:
    await hallway.leave(to="90000077")
    kept = str(await hallway.rows())
    await hallway.send()
    kept += str(await hallway.rows())
    await hallway.reveal(hallway.tokens[0])
    kept += str(await hallway.rows()) + str(await hallway.tasks())
    for told in (hallway.secrets[0], hallway.tokens[0], "90000077"):
        assert told not in kept
        assert told.encode().hex() not in kept


A_MESSAGE = TextMessage(id=UUID(int=7), to="90000001", text="Hei! Æøå")


class TestPorts:
    async def test_a_folder_keeps_one_file_of_each_that_only_its_owner_reads(self, tmp_path: Path) -> None:
        port = FolderMobilePort(tmp_path / "meldinger")
        for _ in range(2):
            await port.send(A_MESSAGE)
        (file,) = (tmp_path / "meldinger").iterdir()
        assert file.read_text(encoding="utf-8") == "Til: +4790000001\n\nHei! Æøå\n"
        assert stat.S_IMODE(file.stat().st_mode) == 0o600

    async def test_a_folder_that_cannot_be_written(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("")
        with pytest.raises(NotSent, match="FOLDER_NOT_WRITABLE"):
            await FolderMobilePort(tmp_path / "file").send(A_MESSAGE)

    async def test_a_gateway_can_check_who_sent_it(self) -> None:
        async with receiving() as gateway:
            await GatewayPort(gateway.url, WEBHOOK_SECRET).send(A_MESSAGE)
        ((headers, body),) = gateway.got
        Webhook(WEBHOOK_SECRET).verify(body, headers)
        assert headers["webhook-id"] == str(A_MESSAGE.id)
        assert json.loads(body) == {"id": str(A_MESSAGE.id), "to": "+4790000001", "text": "Hei! Æøå"}

    async def test_a_gateway_that_refuses(self) -> None:
        async with receiving(answers=lambda _message: 503) as gateway:
            with pytest.raises(NotSent, match="ANSWERED_503"):
                await GatewayPort(gateway.url, WEBHOOK_SECRET).send(A_MESSAGE)

    async def test_a_gateway_that_is_away(self) -> None:
        with pytest.raises(NotSent, match="RECEIVER_DOWN"):
            await GatewayPort("http://127.0.0.1:1/", WEBHOOK_SECRET).send(A_MESSAGE)

    def test_a_message_shows_neither_number_nor_link(self) -> None:
        assert "9000" not in repr(A_MESSAGE)
        assert "Hei" not in repr(A_MESSAGE)


GATEWAY: dict[str, Any] = {
    "port": MobilePortKind.WEBHOOK,
    "webhook_url": HttpUrl("https://sms.example/"),
    "webhook_secret": SecretStr(WEBHOOK_SECRET),
}


class TestSettings:
    @pytest.mark.parametrize("environment", [Environment.PRODUCTION, Environment.TEST])
    def test_without_an_address_nothing_starts_but_where_one_develops(self, environment: Environment) -> None:
        with pytest.raises(ConfigurationError, match="ROGER_SECRETS_URL"):
            SecretSettings().address(environment)
        assert SecretSettings().address(Environment.DEVELOPMENT) == "http://127.0.0.1:8000"
        assert SecretSettings(url="https://roger.example/").address(environment) == "https://roger.example"

    @pytest.mark.parametrize("environment", [Environment.PRODUCTION, Environment.TEST])
    def test_without_a_port_nothing_starts_but_where_one_develops(self, environment: Environment) -> None:
        with pytest.raises(ConfigurationError, match="ROGER_SECRETS_PORT"):
            mobile_port(SecretSettings(), environment)
        assert mobile_port(SecretSettings(), Environment.DEVELOPMENT) is None

    def test_a_folder_is_not_for_production(self, tmp_path: Path) -> None:
        settings = SecretSettings(port=MobilePortKind.FOLDER, folder=tmp_path)
        with pytest.raises(ConfigurationError, match="in production"):
            mobile_port(settings, Environment.PRODUCTION)
        assert isinstance(mobile_port(settings, Environment.TEST), FolderMobilePort)

    def test_a_gateway_is_for_all(self) -> None:
        for environment in Environment:
            assert isinstance(mobile_port(SecretSettings(**GATEWAY), environment), GatewayPort)

    @pytest.mark.parametrize(
        ("variables", "told"),
        [
            ({"URL": "http://roger.example"}, "https"),
            ({"HOURS": "73"}, "ROGER_SECRETS_HOURS"),
            ({"HOURS": "0"}, "ROGER_SECRETS_HOURS"),
            ({"LENGTH": "11"}, "ROGER_SECRETS_LENGTH"),
            ({"PORT": "webhook"}, "ROGER_SECRETS_WEBHOOK_URL"),
            ({"PORT": "folder"}, "ROGER_SECRETS_FOLDER"),
            ({"WEBHOOK_URL": "http://sms.example/"}, "https"),
        ],
    )
    def test_what_is_wrong_is_said(self, monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], told: str) -> None:
        for name, value in variables.items():
            monkeypatch.setenv(f"ROGER_SECRETS_{name}", value)
        with pytest.raises(ConfigurationError, match=told):
            load(SecretSettings)

    @pytest.mark.parametrize(("name", "values"), [("HOURS", ("1", "72")), ("LENGTH", ("12", "40"))])
    def test_the_bounds_themselves_are_taken(
        self, monkeypatch: pytest.MonkeyPatch, name: str, values: Sequence[str]
    ) -> None:
        for value in values:
            monkeypatch.setenv(f"ROGER_SECRETS_{name}", value)
            load(SecretSettings)
