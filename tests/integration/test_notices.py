"""Tasks: stored with the end of a case or not at all, gathered per recipient, sent once, shown until done."""

from __future__ import annotations

import asyncio
import email
import json
from collections.abc import Generator
from datetime import UTC, date, datetime, timedelta
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from uuid import UUID

import pytest
from aiosmtpd.controller import Controller
from office import Office
from pydantic import HttpUrl, SecretStr
from standardwebhooks import Webhook

from common.cases.endings import done
from common.db.engine import engine
from common.errors import ConfigurationError
from common.local.stack import Ports
from common.notices.letter import Letter
from common.notices.ports import FolderPort, MemoryPort, NotSent, Port, SmtpPort, WebhookPort, port
from common.notices.post import PostOffice, add_tasks
from common.notices.settings import NoticeSettings, PortKind
from common.notices.worklist import TaskFilter, Worklist
from common.process import Outcome, OutcomeCode
from common.settings import DatabaseSettings, load
from common.task import NoticeRule, Task
from common.testing import a_chore

pytestmark = pytest.mark.anyio

TOLD = Task(name="follow-up", role="unit-leader", title="Følg opp", text="Ring pårørende.", unit="310456780")
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


def told(*tasks: Task) -> Any:
    return done(Outcome(OutcomeCode.CREATED).telling(*tasks))


async def ended_with(office: Office, *tasks: Task) -> UUID:
    await office.submit(a_chore())
    claimed = await office.claim()
    assert await office.end(claimed, told(*tasks))
    return claimed.id


class TestStoring:
    async def test_a_case_ends_with_its_tasks(self, office: Office) -> None:
        case = await ended_with(office, TOLD, Task(name="two", role="archive", title="Arkiver", text="Se saken."))

        rows = await office.rows("select * from tasks order by id")

        assert [(row["role"], row["unit"], row["case_id"]) for row in rows] == [
            ("unit-leader", "310456780", case),
            ("archive", None, case),
        ]

    async def test_a_run_that_has_lost_its_case_tells_nobody(self, office: Office) -> None:
        await office.submit(a_chore())
        lost = await office.claim()
        await office.expire(lost.id)
        await office.queue.sweep()

        assert not await office.queue.finish("s", lost, told(TOLD))
        assert await office.rows("select 1 from tasks") == []

    async def test_the_same_task_is_stored_once_although_its_case_ends_again(self, office: Office) -> None:
        case = await ended_with(office, TOLD)
        await office.rows("update cases set state = 'manual' where id = %s", case)
        await office.decisions.retry(case, "person:desk")

        assert await office.end(await office.claim(), told(TOLD))
        assert len(await office.rows("select 1 from tasks")) == 1

    async def test_the_end_of_one_case_and_the_claim_of_the_next_stay_one_turn(self, office: Office) -> None:
        for _ in range(2):
            await office.submit(a_chore())
        turn = await office.turn(ended=(await office.claim(), told(TOLD)))

        assert turn.finished
        assert turn.claimed is not None
        assert len(await office.rows("select 1 from tasks")) == 1

    async def test_about_a_target_it_is_stored_once(self, office: Office) -> None:
        async with office.pool.connection() as connection:
            for _ in range(2):
                await add_tasks(connection, [TOLD], process="*", about="circuit:hspro")

        assert [row["key"] for row in await office.rows("select key from tasks")] == ["circuit:hspro:follow-up"]

    def test_a_personal_id_in_a_task_is_masked(self) -> None:
        task = Task(name="n", role="r", unit="17838410103", title="Om 178384 10103", text="Fnr 17838410103.")

        assert "17838410103" not in f"{task.text}{task.unit}"
        assert "10103" not in task.title


class TestGathering:
    async def test_tasks_for_one_recipient_go_out_together_when_the_first_has_waited(self, office: Office) -> None:
        rules = {office.processes[0].name: NoticeRule(gather=timedelta(minutes=30))}
        way = MemoryPort()
        post = PostOffice(office.pool, way)
        for _ in range(3):
            await ended_with(office, TOLD)
        await ended_with(office, Task(name="n", role="archive", title="Arkiver", text="Se saken."))
        begun = await _first_created(office)

        await post.gather(rules, begun + timedelta(minutes=29))
        assert await post.send_all(begun + timedelta(minutes=29)) == 0
        await post.gather(rules, begun + timedelta(minutes=31))
        assert await post.send_all(begun + timedelta(minutes=31)) == 2

        assert sorted((letter.role, len(letter.items)) for letter in way.sent) == [("archive", 1), ("unit-leader", 3)]

    async def test_no_recipient_gets_more_than_so_many_a_day(self, office: Office) -> None:
        rules = {office.processes[0].name: NoticeRule(per_day=2)}
        way = MemoryPort()
        post = PostOffice(office.pool, way)
        for minute in range(4):
            await ended_with(office, TOLD)
            moment = datetime.now(UTC) + timedelta(minutes=minute)
            await post.gather(rules, moment)
            await post.send_all(moment)
        assert len(way.sent) == 2

        tomorrow = datetime.now(UTC) + timedelta(hours=25)
        await post.gather(rules, tomorrow)
        await post.send_all(tomorrow)

        assert [len(letter.items) for letter in way.sent] == [1, 1, 2]

    async def test_two_who_gather_and_send_at_once_send_each_task_once(self, office: Office) -> None:
        way = MemoryPort()
        for _ in range(20):
            await ended_with(office, TOLD)

        async def errands() -> None:
            post = PostOffice(office.pool, way)
            for _ in range(5):
                await post.gather({}, datetime.now(UTC) + timedelta(seconds=1))
                await post.send_all(datetime.now(UTC) + timedelta(seconds=1))

        await asyncio.gather(errands(), errands(), errands())
        assert sum(len(letter.items) for letter in way.sent) == 20
        assert len(way.sent) == len({letter.id for letter in way.sent})

    async def test_what_is_done_before_it_is_sent_is_not_sent(self, office: Office, database: DatabaseSettings) -> None:
        await ended_with(office, TOLD)
        (row,) = await office.rows("select id from tasks")
        reads = engine(database, name="tests")
        assert await Worklist(reads, office.pool).done(row["id"], "caller:desk")
        await reads.dispose()
        way = MemoryPort()

        post = PostOffice(office.pool, way)
        await post.gather({}, datetime.now(UTC) + timedelta(days=1))
        assert await post.send_all(datetime.now(UTC) + timedelta(days=1)) == 0

    async def test_without_a_port_tasks_are_only_shown(self, office: Office, database: DatabaseSettings) -> None:
        await ended_with(office, TOLD)
        await PostOffice(office.pool, None).gather({}, datetime.now(UTC) + timedelta(days=1))
        reads = engine(database, name="tests")

        (seen,) = await Worklist(reads, office.pool).page(TaskFilter(open=True), limit=5)

        assert seen.notice is None
        await reads.dispose()


class TestSending:
    async def test_what_does_not_leave_is_tried_again_later_and_given_up_in_the_end(self, office: Office) -> None:
        await ended_with(office, TOLD)
        way = MemoryPort(failures=100)
        post = PostOffice(office.pool, way)
        moment = datetime.now(UTC) + timedelta(seconds=1)
        await post.gather({}, moment)
        await post.send_all(moment)
        assert await post.send_all(moment + timedelta(seconds=30)) == 0
        (row,) = await office.rows("select state, attempts, code from notices")
        assert row == {"state": "waiting", "attempts": 1, "code": "TOLD_TO_FAIL"}

        for hour in range(1, 20):
            await post.send_all(moment + timedelta(hours=2 * hour))

        (row,) = await office.rows("select state, attempts from notices")
        assert row == {"state": "failed", "attempts": 9}

    async def test_who_died_over_it_leaves_it_for_another_attempt_with_the_same_id(self, office: Office) -> None:
        await ended_with(office, TOLD)
        way = MemoryPort()
        moment = datetime.now(UTC) + timedelta(seconds=1)
        dying = PostOffice(office.pool, _Dying())
        await dying.gather({}, moment)
        with pytest.raises(_Killed):
            await dying.send_all(moment)

        post = PostOffice(office.pool, way)
        assert await post.send_all(moment + timedelta(seconds=30)) == 0
        assert await post.send_all(moment + timedelta(seconds=61)) == 1
        (row,) = await office.rows("select id, state from notices")
        assert row == {"id": way.sent[0].id, "state": "sent"}


class _Killed(Exception):
    pass


class _Dying:
    async def send(self, letter: Letter) -> None:
        raise _Killed(letter.id)


async def _first_created(office: Office) -> datetime:
    (row,) = await office.rows("select min(created_at) as first from tasks")
    first: datetime = row["first"]
    return first


async def a_letter(office: Office, way: Port) -> None:
    await ended_with(office, TOLD)
    post = PostOffice(office.pool, way)
    moment = datetime.now(UTC) + timedelta(seconds=1)
    await post.gather({}, moment)
    assert await post.send_all(moment) == 1


class _Inbox:
    """What a mail server is told; asked by aiosmtpd."""

    def __init__(self) -> None:
        self.mails: list[Message] = []
        self.recipients: list[str] = []

    async def handle_DATA(self, _server: object, _session: object, envelope: Any) -> str:  # noqa: N802  aiosmtpd's name
        self.mails.append(email.message_from_bytes(envelope.content))
        self.recipients += envelope.rcpt_tos
        return "250 OK"


class TestPorts:
    async def test_mail(self, office: Office) -> None:
        inbox = _Inbox()
        number = Ports.free().api  # aiosmtpd itself cannot be asked for any free port
        server = Controller(inbox, hostname="127.0.0.1", port=number)
        server.start()
        settings = NoticeSettings(
            smtp_host="127.0.0.1", smtp_port=number, smtp_starttls=False, sender="roger@kommune.example"
        )
        try:
            await a_letter(office, SmtpPort(settings, {"unit-leader": {"*": ["leder@kommune.example"]}}))
        finally:
            server.stop()

        (mail,) = inbox.mails
        assert inbox.recipients == ["leder@kommune.example"]
        (notice,) = await office.rows("select id from notices")
        assert mail["Message-ID"] == f"<{notice['id']}@kommune.example>"
        body = mail.get_payload(decode=True)
        assert isinstance(body, bytes)
        assert "Ring pårørende." in body.decode()

    async def test_nobody_to_write_to(self, office: Office) -> None:
        way = SmtpPort(NoticeSettings(), {"somebody-else": {"*": ["a@kommune.example"]}})
        await ended_with(office, TOLD)
        post = PostOffice(office.pool, way)
        moment = datetime.now(UTC) + timedelta(seconds=1)
        await post.gather({}, moment)
        await post.send_all(moment)

        assert [row["code"] for row in await office.rows("select code from notices")] == ["NO_RECIPIENT"]

    async def test_an_address_that_is_none(self, office: Office) -> None:
        way = SmtpPort(NoticeSettings(), {"unit-leader": {"*": ["a@kommune.example\nBcc: b@kommune.example"]}})
        await ended_with(office, TOLD)
        post = PostOffice(office.pool, way)
        moment = datetime.now(UTC) + timedelta(seconds=1)
        await post.gather({}, moment)
        await post.send_all(moment)

        assert [row["code"] for row in await office.rows("select code from notices")] == ["ADDRESS_INVALID"]

    async def test_a_mail_server_that_is_down(self, office: Office) -> None:
        way = SmtpPort(
            NoticeSettings(smtp_host="127.0.0.1", smtp_port=1), {"unit-leader": {"*": ["a@kommune.example"]}}
        )
        await ended_with(office, TOLD)
        post = PostOffice(office.pool, way)
        moment = datetime.now(UTC) + timedelta(seconds=1)
        await post.gather({}, moment)
        await post.send_all(moment)

        assert [row["code"] for row in await office.rows("select code from notices")] == ["MAIL_SERVER_DOWN"]

    async def test_another_system_can_tell_that_it_is_roger(self, office: Office, receiver: _Receiver) -> None:
        await a_letter(office, WebhookPort(receiver.url, SECRET))

        ((headers, body),) = receiver.got
        told = Webhook(SECRET).verify(body, headers)
        assert told["tasks"][0]["title"] == "Følg opp"
        assert told["unit"] == "310456780"

    async def test_another_system_that_refuses(self, office: Office, receiver: _Receiver) -> None:
        receiver.status = 500
        with pytest.raises(AssertionError):
            await a_letter(office, WebhookPort(receiver.url, SECRET))
        assert [row["code"] for row in await office.rows("select code from notices")] == ["ANSWERED_500"]

    async def test_a_folder(self, office: Office, tmp_path: Path) -> None:
        await a_letter(office, FolderPort(tmp_path / "out"))

        (file,) = (tmp_path / "out").iterdir()
        assert file.read_text().startswith("Til: unit-leader, 310456780\nEmne: Roger: Følg opp\n")

    async def test_a_folder_that_cannot_be_written(self, tmp_path: Path, office: Office) -> None:
        (tmp_path / "out").write_text("in the way")
        with pytest.raises(AssertionError):
            await a_letter(office, FolderPort(tmp_path / "out"))

    def test_a_memory_port_fails_as_told(self) -> None:
        with pytest.raises(NotSent):
            asyncio.run(MemoryPort(failures=1).send(None))  # pyright: ignore[reportArgumentType]


class _Receiver:
    """Another system's endpoint."""

    def __init__(self) -> None:
        self.got: list[tuple[dict[str, str], bytes]] = []
        self.status = 204
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                receiver.got.append(({name.lower(): value for name, value in self.headers.items()}, body))
                self.send_response(receiver.status)
                self.end_headers()

            def log_message(self, *_: object) -> None:  # pyright: ignore[reportIncompatibleMethodOverride]
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/notices"


@pytest.fixture
def receiver() -> Generator[_Receiver]:
    made = _Receiver()
    thread = Thread(target=made.server.serve_forever)
    thread.start()
    yield made
    made.server.shutdown()
    thread.join()
    made.server.server_close()


class TestSettings:
    def test_a_port_that_lacks_something_says_what(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("ROGER_NOTICES_PORT", "webhook")
        with pytest.raises(ConfigurationError, match="ROGER_NOTICES_WEBHOOK_URL and ROGER_NOTICES_WEBHOOK_SECRET"):
            load(NoticeSettings)

    def test_the_port_that_is_asked_for(self, tmp_path: Path) -> None:
        people = tmp_path / "people.json"
        people.write_text(json.dumps({"unit-leader": {"*": ["a@kommune.example"]}}))

        assert port(NoticeSettings()) is None
        assert isinstance(port(NoticeSettings(port=PortKind.FOLDER, folder=tmp_path)), FolderPort)
        assert isinstance(port(NoticeSettings(port=PortKind.SMTP, recipients=people)), SmtpPort)
        url = HttpUrl("https://other.example/x")
        signed = NoticeSettings(port=PortKind.WEBHOOK, webhook_url=url, webhook_secret=SecretStr(SECRET))
        assert isinstance(port(signed), WebhookPort)

    @pytest.mark.parametrize("content", ["", "[]", '{"unit-leader": ["a@b"]}'])
    def test_a_wrong_list_of_recipients_says_how_it_should_look(self, tmp_path: Path, content: str) -> None:
        people = tmp_path / "people.json"
        people.write_text(content)
        with pytest.raises(ConfigurationError, match="must hold"):
            port(NoticeSettings(port=PortKind.SMTP, recipients=people))

    def test_no_list_of_recipients(self, tmp_path: Path) -> None:
        with pytest.raises(ConfigurationError, match="there is no file"):
            port(NoticeSettings(port=PortKind.SMTP, recipients=tmp_path / "none"))


async def test_a_letter_of_one_task_reads_like_a_letter(office: Office) -> None:
    way = MemoryPort()
    case = await ended_with(office, Task(name="n", role="r", title="Følg opp", text="Ring.", due=date(2026, 12, 1)))
    post = PostOffice(office.pool, way)
    moment = datetime.now(UTC) + timedelta(seconds=1)
    await post.gather({}, moment)
    await post.send_all(moment)

    assert way.sent[0].subject == "Roger: Følg opp"
    assert way.sent[0].body == (
        "Hei,\n\nroboten Roger har noe du må vite om eller følge opp:\n\nFølg opp\n   Ring.\n   Frist: 01.12.2026\n"
        f"   Saksnummer hos Roger: {case}\n\nHilsen Roger\n"
    )
