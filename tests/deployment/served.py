"""A database as a deployment has it, and statements by each of its roles."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import psycopg

from common.embedded import EmbeddedPostgres


@dataclass
class Served:
    """A database with its roles and tables."""

    postgres: EmbeddedPostgres
    name: str

    def address(self, role: str, host: str | None = None) -> str:
        """Where a role finds it: on the server's own socket, or in another folder of sockets."""
        return f"postgresql://{self.name}_{role}@/{self.name}?host={quote(host or str(self.postgres.run_folder))}"

    def run(self, role: str, statement: str) -> list[Any]:
        """One statement of a role: its rows, or how many it touched."""
        with psycopg.connect(self.address(role), autocommit=True) as connection:
            cursor = connection.execute(statement.encode())
            return cursor.fetchall() if cursor.description else [cursor.rowcount]
