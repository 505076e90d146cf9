"""`roger up`: everything on this machine, until Ctrl-C."""

from __future__ import annotations

import signal
import threading
from pathlib import Path

from rich.console import Console
from rich.table import Table

from common.errors import ConfigurationError
from common.local.stack import Ports, Stack


def keep_up(service: str, folder: Path, port: int, shifts: int) -> None:
    """Start a stack, say where everything is, and stop it in good order on Ctrl-C or SIGTERM."""
    console = Console()
    stopped = threading.Event()

    def stop(*_: object) -> None:
        stopped.set()

    for ending in (signal.SIGINT, signal.SIGTERM):
        signal.signal(ending, stop)
    ports = Ports(api=port, errands=port + 1, worker=port + 2, first_target=port + 10)
    stack = Stack(service, folder, ports=ports, shifts=shifts, progress=console.print)
    with stack:
        console.print(_addresses(stack))
        console.print("Ctrl-C stops everything; the data stay. Stopping lets running cases end first.")
        while not stopped.wait(1):
            try:
                stack.watch()
            except ConfigurationError as ended:
                console.print(f"[red]{ended.message}[/]")
                raise
        console.print("Stopping …")
    console.print(f"Stopped. The data are in {folder}.")


def _addresses(stack: Stack) -> Table:
    table = Table(show_header=False, box=None, padding=(0, 2))
    rows = {
        "API": stack.api,
        "API description": f"{stack.api}/docs",
        "API key": stack.api_key,
        "Work list": f"{stack.api}/arbeidsliste, sign in with the key",
        "Metrics": " ".join(
            f"http://127.0.0.1:{port}/metrics" for port in (stack.ports.api, stack.ports.errands, stack.ports.worker)
        ),
        **{f"{name} (stand-in)": address for name, address in stack.targets.items()},
        **{f"{name}, console": f"{address}/_kontroll" for name, address in stack.consoles.items()},
        "Accounts": str(stack.folder / "accounts"),
        "Data": str(stack.folder),
        "Logs": str(stack.folder / "logs"),
    }
    for name, value in rows.items():
        table.add_row(f"[bold]{name}[/]", value)
    return table
