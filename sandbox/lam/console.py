"""The console of the network's test environment: JSON under `/_kontroll/`, without sign-in, on a port of its own.

    POST /_kontroll/places    ["Skole", …]
    POST /_kontroll/groups    ["SKOLE-ALLE", …]
    POST /_kontroll/accounts  [account…], as `accounts.Account`; with `secret`, that is its password
    POST /_kontroll/sign-ins  {user_name, secret} → {"result": "REFUSED"|"MUST_CHANGE"|"SIGNED_IN"}, asked of the directory
    POST /_kontroll/reset     empties people, groups and the logs; the robots stay
    GET  /_kontroll/accounts[?user_name=]  [account…], without secret
    GET  /_kontroll/summary   accounts, active, disabled, pending_delete, accounts_twice, without_groups, writes, last_seq (how
                              much the robots have read and changed; it only rises)
    GET  /_kontroll/writes?since=SEQ  [{seq, at, kind, account, dn}…], what the robots have changed
    GET  /_kontroll/looks?since=SEQ   [{seq, at, account, base, condition}…], what they have read

`seq` counts both logs together. What does not fit its shape answers 422 with the reasons.
"""

import threading
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from pydantic import BaseModel, TypeAdapter, ValidationError
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.lam import accounts, ldap, slapd
from sandbox.lam.accounts import Account
from sandbox.lam.tree import EVERYONE_NUMBER, Tree

Json = Any
Answer = Callable[[Request], Awaitable[Response]]
_NAMES, _ACCOUNTS = TypeAdapter(list[str]), TypeAdapter(list[Account])
_TIME = "%Y%m%d%H%M%S.%fZ"


class SignIn(BaseModel):
    user_name: str
    secret: str


class Console:
    """What is asked of the directory, and done to it, past LAM."""

    def __init__(self, server: ldap.Server, tree: Tree) -> None:
        self._server, self._tree = server, tree
        self._forgotten = 0
        self._counted, self._counted_until = 0, 0
        self._counting = threading.Lock()

    def add_places(self, names: list[str]) -> None:
        there = {
            entry.first("ou") for entry in self._server.search(self._tree.people, "(objectClass=organizationalUnit)")
        }
        kind = {"objectClass": ["organizationalUnit"]}
        new = [name for name in dict.fromkeys(names) if name not in there]
        self._server.apply("".join(ldap.addition(self._tree.place(name), kind) for name in new))

    def add_groups(self, names: list[str]) -> None:
        there = self._groups()
        number = max((int(group.first("gidNumber")) for group in there), default=EVERYONE_NUMBER) + 1
        known = {group.first("cn") for group in there}
        new = [name for name in dict.fromkeys(names) if name not in known]
        made = [
            ldap.addition(self._tree.group(name), {"objectClass": ["posixGroup"], "gidNumber": [str(number + place)]})
            for place, name in enumerate(new)
        ]
        self._server.apply("".join(made))

    def add_accounts(self, new: list[Account]) -> None:
        """Accounts and what they need: the places they lie in, the groups they belong to."""
        self.add_places([one.lies_in for one in new])
        self.add_groups([group for one in new for group in one.groups])
        there = self._people()
        standing = {entry.first("uid"): entry.dn for entry in there}
        number = max((int(entry.first("uidNumber")) for entry in there), default=EVERYONE_NUMBER) + 1
        self._server.apply(accounts.additions(self._tree, new, standing, number))

    def accounts(self, user_name: str | None) -> list[Json]:
        found = accounts.told(self._people(), self._groups())
        return [one for one in found if user_name in (None, one["user_name"])]

    def sign_in(self, asked: SignIn) -> Json:
        """A real sign-in at the directory; like a workstation, which also looks at the password's age."""
        known = {entry.first("uid"): entry for entry in self._people()}
        entry = known.get(asked.user_name)
        result = self._server.sign_in(entry.dn, asked.secret) if entry else "REFUSED"
        return {"result": "MUST_CHANGE" if result == "SIGNED_IN" and entry and accounts.must_change(entry) else result}

    def summary(self) -> Json:
        everybody = self.accounts(None)
        states = Counter(one["state"] for one in everybody)
        numbers = Counter(one["employee_no"] for one in everybody if one["employee_no"])
        return {
            "accounts": len(everybody),
            "active": states["ACTIVE"],
            "disabled": states["DISABLED"],
            "pending_delete": states["PENDING_DELETE"],
            "accounts_twice": sum(times - 1 for times in numbers.values()),
            "without_groups": sum(1 for one in everybody if one["state"] == "ACTIVE" and not one["groups"]),
            "writes": len(self.log("(objectClass=auditWriteObject)", 0)),
            "last_seq": self._noted(),
        }

    def _noted(self) -> int:
        """How much the robots have read and changed since we started; only what is new is counted each time."""
        with self._counting:
            new = self._lines("(objectClass=auditObject)", self._counted_until, "reqStart", "reqAuthzID")
            self._counted += len(new)
            self._counted_until = max((line["seq"] for line in new), default=self._counted_until)
            return self._counted

    def log(self, condition: str, since: int) -> list[Json]:
        """What succeeded of what the robots have done, the oldest first."""
        lines = self._lines(f"{condition}(reqResult=0)", max(since, self._forgotten))
        return sorted(lines, key=lambda line: line["seq"])

    def _lines(self, condition: str, since: int, *attributes: str) -> list[Json]:
        found = self._server.search(slapd.LOG, f"(&(reqStart>={_written(since)}){condition})", *attributes)
        lines = [_line(entry) for entry in found if _by(entry).endswith(self._tree.robots.lower())]
        return [line for line in lines if line["seq"] > since]

    def reset(self) -> None:
        self._server.remove(self._tree.people)
        self._server.remove(self._tree.groups)
        self._server.apply(slapd.usual(self._tree))
        # Not by our clock: the log's may be a second behind.
        since = f"(&(reqStart>={_written(self._forgotten)})(objectClass=auditObject))"
        noted = [_started(entry) for entry in self._server.search(slapd.LOG, since, "reqStart")]
        self._forgotten = max(map(_sequence, noted), default=self._forgotten)

    def _people(self) -> list[ldap.Entry]:
        return self._server.search(self._tree.people, "(objectClass=posixAccount)")

    def _groups(self) -> list[ldap.Entry]:
        return self._server.search(self._tree.groups, "(objectClass=posixGroup)")


def _line(entry: ldap.Entry) -> Json:
    at = _started(entry)
    return {
        "seq": _sequence(at),
        "at": at.timestamp(),
        "kind": entry.first("reqType"),
        "account": accounts.value_of(_by(entry).split(",")[0]),
        "dn": entry.first("reqDN"),
        **({"condition": entry.first("reqFilter")} if entry.first("reqFilter") else {}),
    }


def _started(entry: ldap.Entry) -> datetime:
    return datetime.strptime(entry.first("reqStart"), _TIME).replace(tzinfo=UTC)


def _by(entry: ldap.Entry) -> str:
    return entry.first("reqAuthzID").lower()


def _sequence(at: datetime) -> int:
    """The log knows no numbers: microseconds order it, and no two of its lines have the same."""
    return (at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


def _written(sequence: int) -> str:
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=sequence)).strftime(_TIME)


def application(console: Console) -> Starlette:
    """The console as a web application."""

    def posting(shape: TypeAdapter[Any], do: Callable[[Any], Json]) -> Answer:
        async def answer(request: Request) -> Response:
            try:
                given = shape.validate_json(await request.body())
                return JSONResponse(await run_in_threadpool(do, given) or {})
            except ValidationError as error:
                reasons = error.json(include_url=False, include_context=False)
                return Response(reasons, 422, media_type="application/json")
            except ValueError as refused:
                return JSONResponse([{"msg": str(refused)}], 422)

        return answer

    def telling(tell: Callable[[Request], Json]) -> Answer:
        async def answer(request: Request) -> Response:
            return JSONResponse(await run_in_threadpool(tell, request))

        return answer

    def log(kind: str) -> Answer:
        return telling(lambda request: console.log(kind, int(request.query_params.get("since", "0"))))

    async def reset(_: Request) -> Response:
        await run_in_threadpool(console.reset)
        return JSONResponse({})

    answers: list[tuple[str, str, Answer]] = [
        ("POST", "places", posting(_NAMES, console.add_places)),
        ("POST", "groups", posting(_NAMES, console.add_groups)),
        ("POST", "accounts", posting(_ACCOUNTS, console.add_accounts)),
        ("POST", "sign-ins", posting(TypeAdapter(SignIn), console.sign_in)),
        ("POST", "reset", reset),
        ("GET", "accounts", telling(lambda request: console.accounts(request.query_params.get("user_name")))),
        ("GET", "summary", telling(lambda _: console.summary())),
        ("GET", "writes", log("(objectClass=auditWriteObject)")),
        ("GET", "looks", log("(objectClass=auditReadObject)")),
    ]
    return Starlette(routes=[Route(f"/_kontroll/{path}", answer, methods=[method]) for method, path, answer in answers])
