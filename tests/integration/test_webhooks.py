"""Webhooks against real receivers: signed, in order per case, at least once, and never into our own walls."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from office import Office, until
from receiver import Receiver, receiving
from standardwebhooks import Webhook, WebhookVerificationError
from test_renumber import restore

from common.benefits.account import Account
from common.cases.bell import Bell
from common.cases.feed import EventFilter
from common.cases.queries import Queries
from common.cases.states import State
from common.db.engine import engine
from common.errands.deliver import BACKOFF, Postman
from common.errands.errand import Desk
from common.errands.spread import spread
from common.identity.keys import new_key
from common.process import Service
from common.refusals import InvalidInput
from common.settings import DatabaseSettings, ErrandSettings, RedisSettings, WorkerSettings
from common.testing import FixedClock
from common.webhooks.courier import Courier
from common.webhooks.destination import Resolver
from common.webhooks.outbox import Outbox
from common.webhooks.rights import Rights
from common.webhooks.settings import WebhookSettings
from common.webhooks.subscriptions import MOST, Owner, Subscriptions, TooManyWebhooks, WebhookUnknown

pytestmark = pytest.mark.anyio

LOOPBACK = WebhookSettings(allow="127.0.0.0/8", http=True, timeout=15)


@dataclass
class Depot:
    """The errands of webhooks on one database, by hand."""

    office: Office
    desk: Desk
    clock: FixedClock
    settings: WebhookSettings = field(default_factory=lambda: LOOPBACK)
    resolver: Resolver | None = None
    told: dict[UUID, str] = field(default_factory=dict[UUID, str])
    """The secrets, by webhook."""

    def __post_init__(self) -> None:
        self.postman = Postman(self.settings, self.courier)
        self.outbox = Outbox(self.office.pool)

    @property
    def courier(self) -> Courier:
        return Courier(self.settings, resolver=self.resolver)

    @property
    def subscriptions(self) -> Subscriptions:
        return Subscriptions(self.office.pool, self.office.keyring, self.courier)

    def owner(self, caller: str = "booking", *, reads_all: bool = False) -> Owner:
        return Owner(caller=caller, reads_all=reads_all, processes=[process.name for process in self.office.processes])

    async def add(self, receiver: Receiver, caller: str = "booking", **filters: Any) -> UUID:
        await self.subscriptions.check(receiver.url)
        row, secret = await self.subscriptions.add(
            self.owner(caller), receiver.url, EventFilter(**filters), self.clock()
        )
        self.told[row["id"]] = secret
        return row["id"]

    async def go(self) -> None:
        """All that is due now."""
        await spread(self.desk)
        async with asyncio.timeout(30):
            await self.postman.round(self.desk)

    async def deliveries(self, *columns: str) -> list[tuple[Any, ...]]:
        rows = await self.office.rows("select * from deliveries order by id")
        return [tuple(row[column] for column in columns) for row in rows]

    async def state(self, webhook: UUID) -> tuple[str, str | None]:
        (row,) = await self.office.rows("select state, code from webhooks where id = %s", webhook)
        return row["state"], row["code"]

    async def one_case_done(self) -> UUID:
        case = await self.office.submit()
        await self.office.end(await self.office.claim())
        return case


@pytest.fixture
async def depot(office: Office, database: DatabaseSettings, empty_redis: str) -> AsyncGenerator[Depot]:
    clock, reads = FixedClock(datetime.now(UTC)), engine(database, name="roger-tests")
    desk = Desk(
        service=Service("town", title="Town hall"),
        pool=office.pool,
        queries=Queries(reads, office.keyring),
        keyring=office.keyring,
        notices=None,
        bell=Bell(RedisSettings(url=empty_redis), "town"),
        clock=clock,
        settings=ErrandSettings(),
        clockwork=WorkerSettings(),
    )
    yield Depot(office, desk, clock)
    await desk.bell.close()
    await reads.dispose()


class TestDelivering:
    async def test_signed_and_in_order(self, depot: Depot) -> None:
        async with receiving() as receiver:
            webhook = await depot.add(receiver)
            cases = [await depot.one_case_done() for _ in range(6)]
            await depot.go()
            for headers, body in receiver.got:
                told = Webhook(depot.told[webhook]).verify(body, headers)
                assert headers["webhook-id"] == f"town-{told['data']['id']}"
                assert headers["content-type"] == "application/json"
            moves: dict[str, list[str]] = {str(case): [] for case in cases}
            for message in receiver.messages:
                moves[message["data"]["case"]].append(message["type"])
            assert all(told == ["case.queued", "case.running", "case.done"] for told in moves.values())
            last = receiver.messages[-1]["data"]
            assert set(last) == {
                *("id", "position", "case", "process", "from", "to", "code", "at", "unit", "batch", "test")
            }
            headers, body = receiver.got[0]
            with pytest.raises(WebhookVerificationError):
                Webhook(depot.told[webhook]).verify(body + b" ", headers)
        # Nothing is told twice.
        await depot.go()
        assert len(receiver.got) == 18
        assert set(await depot.deliveries("state", "status", "attempts")) == {("delivered", 200, 1)}

    async def test_only_what_is_wanted_and_what_its_caller_may_see(self, depot: Depot) -> None:
        async with receiving() as own, receiving() as done, receiving() as other, receiving() as all_of_it:
            await depot.add(own)
            await depot.add(done, state=[State.DONE])
            await depot.add(other, caller="forms")
            everybody = replace(depot.owner("auditor"), reads_all=True)
            await depot.subscriptions.add(everybody, all_of_it.url, EventFilter(), depot.clock())
            blind = replace(depot.owner(), processes=[])
            await depot.subscriptions.add(blind, other.url, EventFilter(), depot.clock())
            await depot.one_case_done()
            await depot.go()
            counts = [len(receiver.got) for receiver in (own, done, other, all_of_it)]
        assert counts == [3, 1, 0, 3]

    async def test_what_was_before_is_not_told(self, depot: Depot) -> None:
        await depot.one_case_done()
        async with receiving() as receiver:
            await depot.add(receiver)
            await depot.go()
            assert receiver.got == []

    async def test_two_processes_share_the_work(self, depot: Depot) -> None:
        second = Postman(depot.settings, depot.courier)
        async with receiving() as receiver:
            await depot.add(receiver)
            for _ in range(10):
                await depot.one_case_done()
            await asyncio.gather(spread(depot.desk), spread(depot.desk))
            async with asyncio.timeout(30):
                await asyncio.gather(depot.postman.round(depot.desk), second.round(depot.desk))
                await depot.postman.round(depot.desk)
            ids = [message["data"]["id"] for message in receiver.messages]
        assert len(ids) == len(set(ids)) == 30


class TestFailing:
    async def test_is_tried_again_and_its_case_waits(self, depot: Depot) -> None:
        async with receiving(answers=lambda _: 503) as receiver:
            webhook = await depot.add(receiver)
            case = await depot.one_case_done()
            await depot.go()
            assert [message["type"] for message in receiver.messages] == ["case.queued"]
            for pause in BACKOFF[:4]:
                depot.clock.forward(pause * 0.5)
                await depot.go()
                tried = len(receiver.got)
                depot.clock.forward(pause)
                await depot.go()
                assert len(receiver.got) == tried + 1
            assert {headers["webhook-id"] for headers, _ in receiver.got} == {receiver.got[0][0]["webhook-id"]}
            receiver.answers = lambda _: 204
            depot.clock.forward(timedelta(hours=3))
            await depot.go()
            types = [message["type"] for message in receiver.messages]
        assert types[-3:] == ["case.queued", "case.running", "case.done"]
        assert set(await depot.deliveries("state", "status", "case_id")) == {("delivered", 204, case)}
        assert await depot.state(webhook) == ("active", None)

    async def test_one_that_refuses_one_case_gets_the_others(self, depot: Depot) -> None:
        first = await depot.one_case_done()
        async with receiving(answers=lambda told: 422 if told["data"]["case"] == str(bad) else 200) as receiver:
            await depot.add(receiver)
            bad = await depot.one_case_done()
            good = await depot.one_case_done()
            for _ in range(4):  # an errand may end between two events of a case; the next one goes on
                await depot.go()
        rows = await depot.deliveries("case_id", "state", "status")
        assert [row for row in rows if row[0] == good] == [(good, "delivered", 200)] * 3
        assert [row for row in rows if row[0] == bad] == [(bad, "waiting", 422)] + [(bad, "waiting", None)] * 2
        assert first not in {row[0] for row in rows}

    async def test_after_a_day_it_is_given_up_and_one_task_says_so(self, depot: Depot) -> None:
        async with receiving(answers=lambda _: 500) as receiver:
            webhook = await depot.add(receiver, state=["queued"])
            for _ in range(2):
                await depot.office.submit()
            began = depot.clock()
            for pause in [*BACKOFF, timedelta(0)]:
                await depot.go()
                depot.clock.forward(pause * 1.2)
            assert timedelta(hours=20) < depot.clock() - began < timedelta(hours=30)
        assert await depot.deliveries("state", "attempts") == [("given_up", len(BACKOFF) + 1)] * 2
        assert await depot.state(webhook) == ("failing", "GIVEN_UP")
        (task,) = await depot.office.rows("select * from tasks")
        assert task["role"] == "robot-operations"
        assert "of=us" not in task["text"]
        async with receiving() as mended:
            await depot.subscriptions.change(depot.owner(), webhook, depot.clock(), url=mended.url)
            await depot.office.submit()
            await depot.go()
            assert len(mended.got) == 1
        assert await depot.state(webhook) == ("active", None)

    async def test_gone_pauses(self, depot: Depot) -> None:
        async with receiving(answers=lambda _: 410) as receiver:
            webhook = await depot.add(receiver)
            await depot.one_case_done()
            await depot.go()
            assert await depot.state(webhook) == ("paused", "GONE")
            await depot.one_case_done()
            await depot.go()
            assert len(receiver.got) == 1
            receiver.answers = lambda _: 200
            await depot.subscriptions.change(depot.owner(), webhook, depot.clock(), paused=False)
            await depot.go()
            assert len(receiver.got) == 7
        assert await depot.state(webhook) == ("active", None)

    async def test_a_redirect_is_not_followed(self, depot: Depot) -> None:
        async with receiving() as elsewhere, receiving(answers=lambda _: 307) as receiver:
            receiver.location = elsewhere.url
            await depot.add(receiver)
            await depot.one_case_done()
            await depot.go()
            assert elsewhere.got == []
        assert (await depot.deliveries("state", "status"))[0] == ("waiting", 307)

    async def test_nobody_listens(self, depot: Depot) -> None:
        async with receiving() as receiver:
            await depot.add(receiver)
        await depot.one_case_done()
        await depot.go()
        assert (await depot.deliveries("state", "status", "code"))[0] == ("waiting", None, "NOT_REACHED")

    async def test_one_that_hangs_holds_up_only_its_own(self, depot: Depot) -> None:
        async with AsyncExitStack() as stack:
            hanging = [await stack.enter_async_context(receiving(hang=asyncio.Event())) for _ in range(2)]
            well = await stack.enter_async_context(receiving())
            for receiver in (*hanging, well):
                await depot.add(receiver)
            for _ in range(30):
                await depot.one_case_done()
            await spread(depot.desk)
            going = asyncio.create_task(depot.postman.round(depot.desk))
            await until(lambda: _is(len(well.got) == 90))
            # Each that hangs has all it may have under way, and not one is answered yet.
            assert [len(receiver.got) for receiver in hanging] == [LOOPBACK.per_webhook] * 2
            for receiver in hanging:
                assert receiver.hang is not None
                receiver.hang.set()
            await going

    async def test_one_that_takes_too_long(self, depot: Depot) -> None:
        depot.settings = LOOPBACK.model_copy(update={"timeout": 0.3})
        depot.postman = Postman(depot.settings, depot.courier)
        async with receiving(hang=asyncio.Event()) as receiver:
            await depot.add(receiver)
            await depot.one_case_done()
            await depot.go()
        assert (await depot.deliveries("status", "code"))[0] == (None, "TIMEOUT")


class TestDying:
    async def test_in_mid_delivery(self, depot: Depot) -> None:
        async with receiving(hang=asyncio.Event()) as receiver:
            await depot.add(receiver, state=["queued"])
            await depot.office.submit()
            await spread(depot.desk)
            going = asyncio.create_task(depot.postman.round(depot.desk))
            await until(lambda: _is(len(receiver.got) == 1))
            going.cancel()
            for task in list(depot.postman.under_way):
                task.cancel()
            await asyncio.gather(going, *depot.postman.under_way, return_exceptions=True)
            assert receiver.hang is not None
            receiver.hang.set()
            other = Postman(depot.settings, depot.courier)
            await other.round(depot.desk)
            assert len(receiver.got) == 1
            depot.clock.forward(timedelta(minutes=2))
            await other.round(depot.desk)
            assert len(receiver.got) == 2
            assert receiver.got[0][0]["webhook-id"] == receiver.got[1][0]["webhook-id"]
        assert await depot.deliveries("state", "attempts") == [("delivered", 2)]

    async def test_a_change_in_between_makes_no_deliveries_of_before(self, depot: Depot) -> None:
        async with receiving() as receiver:
            webhook = await depot.add(receiver)
            await depot.one_case_done()
            (target,) = await depot.outbox.behind()
            page = await depot.subscriptions.feed.page(target.position)
            await depot.subscriptions.change(
                depot.owner(), webhook, depot.clock(), filters=EventFilter(state=[State.DONE])
            )
            assert not await depot.outbox.spread(target, page, depot.clock())
            assert await depot.deliveries("id") == []
            await depot.go()
            assert [message["type"] for message in receiver.messages] == ["case.done"]


class TestRestored:
    async def test_into_a_cluster_that_numbers_transactions_anew(self, depot: Depot) -> None:
        account = Account(depot.office.pool)
        async with receiving() as receiver:
            await depot.add(receiver)
            await depot.one_case_done()
            await depot.go()
            await account.count()
            assert len(receiver.got) == 3
            untold = await depot.one_case_done()
            await restore(depot.office)
            since = await depot.one_case_done()
            late = await depot.add(receiver, caller="forms")
            for _ in range(3):
                await depot.go()
            ids = [headers["webhook-id"] for headers, _ in receiver.got]
            cases = [message["data"]["case"] for message in receiver.messages[3:]]
            assert sorted(cases) == sorted([str(untold)] * 3 + [str(since)] * 3)
            assert len(set(ids)) == len(ids) == 9
            await depot.subscriptions.remove(depot.owner("forms"), late)

    async def test_what_waited_still_goes_out(self, depot: Depot) -> None:
        account = Account(depot.office.pool)
        async with receiving(answers=lambda _: 503) as receiver:
            webhook = await depot.add(receiver)
            await depot.one_case_done()
            await depot.go()
            await account.count()
            await restore(depot.office)
            await depot.go()
            # Whoever replays from before everything does not lose what waits either.
            await depot.subscriptions.replay_from(
                depot.owner(), webhook, depot.clock() - timedelta(hours=1), depot.clock()
            )
            receiver.got.clear()
            receiver.answers = lambda _: 200
            depot.clock.forward(timedelta(hours=1))
            for _ in range(3):
                await depot.go()
            assert [message["type"] for message in receiver.messages] == ["case.queued", "case.running", "case.done"]


class TestHandling:
    async def test_both_secrets_sign_for_a_day(self, depot: Depot) -> None:
        async with receiving() as receiver:
            webhook = await depot.add(receiver, state=["queued"])
            _, fresh = await depot.subscriptions.rotate(depot.owner(), webhook, depot.clock())
            await depot.office.submit()
            await depot.go()
            ((headers, body),) = receiver.got
            assert Webhook(fresh).verify(body, headers) == Webhook(depot.told[webhook]).verify(body, headers)
            depot.clock.forward(timedelta(hours=25))
            await depot.office.submit()
            await depot.go()
            assert len(receiver.got[1][0]["webhook-signature"].split(" ")) == 1
        (row,) = await depot.office.rows("select * from webhooks")
        assert not any(fresh.encode() in bytes(row[name]) for name in ("key", "secret", "former_secret"))

    async def test_replay(self, depot: Depot) -> None:
        async with receiving() as receiver:
            webhook = await depot.add(receiver)
            before = depot.clock() - timedelta(hours=1)
            await depot.one_case_done()
            await depot.go()
            position = receiver.messages[0]["data"]["position"]
            told = [headers["webhook-id"] for headers, _ in receiver.got]
            assert len(told) == 3

            async def again() -> list[str]:
                receiver.got.clear()
                await depot.go()
                return [headers["webhook-id"] for headers, _ in receiver.got]

            await depot.subscriptions.replay_from(depot.owner(), webhook, position, depot.clock())
            assert await again() == told[1:]
            await depot.subscriptions.replay_from(depot.owner(), webhook, before, depot.clock())
            assert await again() == told
            (first, *_) = await depot.deliveries("id")
            await depot.subscriptions.replay_one(depot.owner(), webhook, first[0], depot.clock())
            assert await again() == told[:1]
            assert await again() == []

    async def test_replay_does_not_double_what_waits(self, depot: Depot) -> None:
        async with receiving(answers=lambda _: 500) as receiver:
            webhook = await depot.add(receiver)
            await depot.one_case_done()
            await depot.go()
            await depot.subscriptions.replay_from(
                depot.owner(), webhook, depot.clock() - timedelta(hours=1), depot.clock()
            )
            await spread(depot.desk)
        assert await depot.deliveries("state") == [("waiting",)] * 3

    async def test_a_trial(self, depot: Depot) -> None:
        async with receiving() as receiver:
            webhook = await depot.add(receiver)
            await depot.subscriptions.change(depot.owner(), webhook, depot.clock(), paused=True)
            await depot.subscriptions.try_out(depot.owner(), webhook, depot.clock())
            await depot.go()
            ((headers, body),) = receiver.got
            assert Webhook(depot.told[webhook]).verify(body, headers)["type"] == "webhook.trial"
            receiver.answers = lambda _: 500
            await depot.subscriptions.try_out(depot.owner(), webhook, depot.clock())
            await depot.go()
        assert await depot.deliveries("state", "status") == [("delivered", 200), ("given_up", 500)]
        assert await depot.state(webhook) == ("paused", None)
        assert await depot.office.rows("select * from tasks") == []

    async def test_anothers_is_as_good_as_none(self, depot: Depot) -> None:
        async with receiving() as receiver:
            webhook = await depot.add(receiver)
            other, now, theirs = depot.owner("forms"), depot.clock(), depot.subscriptions
            tries: list[Callable[[], Awaitable[object]]] = [
                lambda: theirs.one(other, webhook),
                lambda: theirs.change(other, webhook, now, paused=True),
                lambda: theirs.remove(other, webhook),
                lambda: theirs.rotate(other, webhook, now),
                lambda: theirs.try_out(other, webhook, now),
                lambda: theirs.log(other, webhook, limit=5),
                lambda: theirs.replay_one(other, webhook, 1, now),
                lambda: theirs.replay_from(other, webhook, now, now),
            ]
            for attempt in tries:
                with pytest.raises(WebhookUnknown):
                    await attempt()
            assert await theirs.own(other) == []
            assert await depot.state(webhook) == ("active", None)
            for _ in range(MOST - 1):
                await depot.add(receiver)
            with pytest.raises(TooManyWebhooks):
                await depot.add(receiver)

    async def test_the_log_is_forgotten(self, depot: Depot) -> None:
        async with receiving() as receiver:
            await depot.add(receiver)
            await depot.one_case_done()
            await depot.go()
        assert await depot.outbox.forget(depot.clock() - timedelta(days=1)) == 0
        assert await depot.outbox.oldest() is None
        assert await depot.outbox.forget(depot.clock() + timedelta(days=1)) == 3


class TestRights:
    """What a webhook shows is what its caller's key would show now."""

    async def test_of_a_key_that_is_gone_expired_or_allows_less(self, depot: Depot, tmp_path: Path) -> None:
        file, now = tmp_path / "keys.json", depot.clock()
        service = Service("town", title="Town hall")
        service.processes |= {process.name: process for process in depot.office.processes}
        rights = Rights(depot.office.pool, service, keys=file, issuers=None, clock=depot.clock)

        def hold(*scopes: str, expires: datetime | None = None) -> None:
            entries = [new_key("other", ["operate"])[1]]
            if scopes:
                entries.append(new_key("booking", scopes, expires=expires)[1])
            file.write_text(json.dumps({"keys": entries}, default=str))

        async with receiving() as receiver:
            await depot.add(receiver)
            less: list[Callable[[], None]] = [
                hold,
                lambda: hold("town:*:read", "webhooks", expires=now + timedelta(minutes=1)),
                lambda: hold("town:*:submit", "webhooks"),
                lambda: hold("town:*:read"),
                lambda: hold("town:elsewhere:read", "webhooks"),
            ]
            for number, take_away in enumerate(less):
                hold("town:*:read", "webhooks")
                await rights.renew()
                depot.clock.forward(timedelta(hours=1))
                await depot.go()
                receiver.got.clear()
                # One is under way already, and one is still to come.
                waiting = await depot.one_case_done()
                await spread(depot.desk)
                take_away()
                depot.clock.forward(timedelta(hours=1))
                assert await rights.renew() == 1
                later = await depot.one_case_done()
                await depot.go()
                assert receiver.got == [], number
                hold("town:*:read", "webhooks")
                assert await rights.renew() == 1
                for _ in range(4):
                    await depot.go()
                assert {message["data"]["case"] for message in receiver.messages} == {str(waiting), str(later)}

    async def test_of_one_who_read_everybodys(self, depot: Depot) -> None:
        async with receiving() as receiver:
            webhook = await depot.add(receiver, caller="auditor")
            await depot.subscriptions.change(depot.owner("auditor", reads_all=True), webhook, depot.clock())
            await depot.one_case_done()
            await spread(depot.desk)
            await depot.subscriptions.change(depot.owner("auditor"), webhook, depot.clock())
            await depot.go()
            assert receiver.got == []
        assert set(await depot.deliveries("state", "code")) == {("given_up", "EVENT_GONE")}

    async def test_that_cannot_be_known_stay(self, depot: Depot, tmp_path: Path) -> None:
        issuers, service = tmp_path / "issuers.toml", Service("town", title="Town hall")
        issuers.write_text(
            "[[issuer]]\nname = 'entra'\nissuer = 'https://login.example.org'\naudience = ['roger']\n"
            "own_scopes = true\n[issuer.callers]\n'6f1c' = 'booking'\n"
        )
        rights = Rights(depot.office.pool, service, keys=None, issuers=issuers, clock=depot.clock)
        async with receiving() as receiver:
            for caller in ("booking", "entra/77", "forms"):
                await depot.add(receiver, caller=caller)
        assert await rights.renew() == 1
        rows = await depot.office.rows("select caller from webhooks where jsonb_array_length(processes) = 0")
        assert [row["caller"] for row in rows] == ["forms"]
        issuers.write_text("nonsense")
        assert await rights.renew() == 0


class TestWalls:
    async def test_a_name_that_leads_inside_later(self, depot: Depot) -> None:
        addresses = ["93.184.215.14"]

        async def resolver(host: str, port: int) -> list[str]:
            assert host == "events.example.org"
            return addresses

        outside = Depot(depot.office, depot.desk, depot.clock, WebhookSettings(http=True), resolver)
        async with receiving() as receiver:
            port = receiver.url.split(":")[2].split("/")[0]
            await outside.add(Receiver(url=f"http://events.example.org:{port}/"))
            await depot.one_case_done()
            addresses[:] = ["127.0.0.1"]
            await outside.go()
            assert receiver.got == []
            assert (await depot.deliveries("state", "code"))[0] == ("waiting", "ADDRESS_PRIVATE")
            addresses[:] = ["93.184.215.14", "10.0.0.1"]
            with pytest.raises(InvalidInput):
                await outside.add(Receiver(url="http://events.example.org/"))

    async def test_the_checked_address_is_the_called_one(self, depot: Depot) -> None:
        asked: list[str] = []

        async def resolver(host: str, port: int) -> list[str]:
            asked.append(host)
            return ["127.0.0.1"]

        inside = Depot(
            depot.office, depot.desk, depot.clock, WebhookSettings(http=True, allow="nobody.invalid"), resolver
        )
        async with receiving() as receiver:
            port = receiver.url.split(":")[2].split("/")[0]
            await inside.add(Receiver(url=f"http://nobody.invalid:{port}/x"))
            await depot.office.submit()
            await inside.go()
            ((headers, _),) = receiver.got
        assert headers["host"] == f"nobody.invalid:{port}"
        assert asked == ["nobody.invalid"] * 2

    async def test_the_machines_proxy_is_not_asked(self, depot: Depot, monkeypatch: pytest.MonkeyPatch) -> None:
        async with receiving() as proxy, receiving() as receiver:
            for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY", "all_proxy"):
                monkeypatch.setenv(name, proxy.url)
            await depot.add(receiver)
            await depot.office.submit()
            await depot.go()
            assert (len(proxy.got), len(receiver.got)) == (0, 1)


async def _is(holds: bool) -> bool:  # noqa: FBT001
    return holds
