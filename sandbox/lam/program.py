"""A network's directory as a program: `python -m sandbox.lam --network tknett --data DIR --port PORT`."""

import argparse
import contextlib
import fcntl
import secrets
import signal
import socket
import sys
import urllib.request
from collections.abc import Sequence
from pathlib import Path

import uvicorn

from sandbox.lam import console, ldap, slapd, web
from sandbox.lam.machine import missing
from sandbox.lam.processes import Processes
from sandbox.lam.tree import Tree
from sandbox.office.system import DEFAULT_ACCOUNTS

_NETWORKS = ("tknett", "elevnett")


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m sandbox.lam", description="Start OpenLDAP and LAM for a network.")
    _ = parser.add_argument("--network", choices=_NETWORKS, required=True)
    _ = parser.add_argument("--data", type=Path, required=True, help="folder for the directory, its log and LAM")
    _ = parser.add_argument("--port", type=int, required=True, help="LAM's; 0: any free port")
    _ = parser.add_argument("--console-port", type=int, default=0, help="the console's; 0: any free port")
    _ = parser.add_argument("--host", default="127.0.0.1")
    _ = parser.add_argument("--account", action="append", metavar="NAME:PASSWORD", default=[])
    _ = parser.add_argument("--accounts", type=Path, help="folder with a file per account: its name and its password")
    return parser.parse_args(arguments)


def run(arguments: Sequence[str]) -> None:
    """Serve until the process is ended; prints where LAM, its console and the directory are when all of it answers."""
    given = _options(arguments)
    if lacking := missing():
        sys.exit(f"This machine lacks {', '.join(lacking)}: apt-get install {' '.join(lacking)}")
    folder: Path = given.data.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            sys.exit(f"Another process uses the directory in {folder}: stop it, or choose another folder")
        # uvicorn takes signals for itself and hands them on when it has ended: all else is to end then, too.
        signal.signal(signal.SIGTERM, _end)
        processes = Processes(folder, [folder / "slapd.conf", folder / "lam"])
        processes.end_leftovers()
        try:
            _serve(given, folder, processes)
        finally:
            processes.stop()


def _end(_number: int, _frame: object) -> None:
    sys.exit(0)


def _serve(given: argparse.Namespace, folder: Path, processes: Processes) -> None:
    tree = Tree(given.network)
    address = f"ldap://127.0.0.1:{_free_port('127.0.0.1')}"
    server = _directory(processes, folder, tree, address)
    slapd.appoint(server, tree, _robots(given))
    port = given.port or _free_port(given.host)
    web.prepare(folder, tree, address, (folder / "password").read_text())
    processes.start("lam", web.command(folder, given.host, port), web.environment(tree))
    processes.await_ready("lam", lambda: _answers(f"http://{given.host}:{port}/templates/login.php"))
    listener = socket.create_server((given.host, given.console_port), reuse_port=False)
    says = {
        f"LAM ({tree.network})": f"http://{given.host}:{port}",
        "console": f"http://{given.host}:{listener.getsockname()[1]}",
        "directory": address,
    }
    # Whoever started us may have stopped reading.
    with contextlib.suppress(OSError):
        print("\n".join(f"{name}: {where}" for name, where in says.items()), flush=True)  # noqa: T201
    config = uvicorn.Config(
        console.application(console.Console(server, tree)),
        log_level="warning",
        access_log=False,
        server_header=False,
        lifespan="off",
        timeout_graceful_shutdown=1,
    )
    serving = uvicorn.Server(config)
    ended: list[str] = []

    def end(name: str) -> None:
        ended.append(name)
        serving.should_exit = True

    processes.watch(end)
    serving.run(sockets=[listener])
    if ended:
        sys.exit(f"{ended[0]} has ended by itself; its log is in {folder}")


def _directory(processes: Processes, folder: Path, tree: Tree, address: str) -> ldap.Server:
    password = folder / "password"
    password.touch(mode=0o600)
    password.write_text(secrets.token_urlsafe())
    slapd.prepare(folder, tree, password.read_text())
    processes.start("slapd", slapd.command(folder, address))
    server = ldap.Server(address, tree.console, password)
    processes.await_ready("slapd", server.answers)
    slapd.plant(server, tree)
    return server


def _robots(given: argparse.Namespace) -> dict[str, str]:
    robots: dict[str, str] = dict(account.split(":", 1) for account in given.account)
    if given.accounts:
        robots |= {file.name: file.read_text().strip() for file in given.accounts.glob("[!.]*")}
    return robots or dict(DEFAULT_ACCOUNTS)


def _free_port(host: str) -> int:
    with socket.create_server((host, 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


def _answers(address: str) -> bool:
    with contextlib.suppress(OSError), urllib.request.urlopen(address, timeout=10) as answer:  # noqa: S310  # our own
        return bool(answer.status == 200)  # noqa: PLR2004
    return False
