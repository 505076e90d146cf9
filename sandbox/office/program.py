"""A system as a program: `python -m sandbox.NAME --data DIR --port PORT`."""

import argparse
import contextlib
import os
import socket
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import uvicorn
from starlette.applications import Starlette

from sandbox.office.system import DEFAULT_ACCOUNTS, Options


def _options(program: str, title: str, arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog=f"python -m {program}", description=f"Start {title}.")
    _ = parser.add_argument("--data", type=Path, required=True, help="folder for the database")
    _ = parser.add_argument("--port", type=int, required=True, help="0: any free port")
    _ = parser.add_argument("--host", default="127.0.0.1")
    _ = parser.add_argument("--account", action="append", metavar="NAME:PASSWORD", default=[])
    _ = parser.add_argument("--accounts", type=Path, help="folder with a file per account: its name and its password")
    _ = parser.add_argument("--second-login", choices=("replaces", "refused", "allowed"), default="replaces")
    _ = parser.add_argument("--session-minutes", type=float, default=20)
    return parser.parse_args(arguments)


def _listen(host: str, port: int) -> socket.socket:
    # The protocol must be named: asyncio turns Nagle's algorithm off only then, and with it a page takes 40 ms more.
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((host, port))
    listener.listen(512)
    return listener


def run(
    program: str,
    title: str,
    build: Callable[[Options, Callable[[], None]], Starlette],
    arguments: Sequence[str],
    *,
    own: Sequence[str] = (),
) -> None:
    """Serve the system until the process is ended; prints `TITLE: http://…` when it listens.

    `own` are arguments that the system has read itself: it is to get them again when it starts anew.
    """
    given = _options(program, title, arguments)
    listener = _listen(given.host, given.port)
    port: int = listener.getsockname()[1]

    def restart() -> None:
        # The listening socket closes with the old program; the last --port wins, so a chosen free port is kept.
        os.execv(sys.executable, [sys.executable, "-m", program, *own, *arguments, "--port", str(port)])  # noqa: S606

    accounts: dict[str, str] = dict(account.split(":", 1) for account in given.account)
    if given.accounts:
        accounts |= {file.name: file.read_text().strip() for file in given.accounts.glob("[!.]*")}
    app = build(
        Options(
            data=given.data,
            accounts=accounts or DEFAULT_ACCOUNTS,
            second_login=given.second_login,
            session_minutes=given.session_minutes,
        ),
        restart,
    )
    server = uvicorn.Server(
        uvicorn.Config(
            app, log_level="warning", access_log=False, server_header=False, lifespan="off", timeout_graceful_shutdown=1
        )
    )
    # Whoever started us may have stopped reading; a restart must survive that.
    with contextlib.suppress(OSError):
        print(f"{title}: http://{given.host}:{port}", flush=True)  # noqa: T201
    server.run(sockets=[listener])
