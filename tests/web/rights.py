"""The town with callers for every scope, and `python -m tests.web.rights`, which writes docs/rights.md."""

from __future__ import annotations

import tempfile
from pathlib import Path

from fastapi import FastAPI

from common.catalogue import load
from common.identity.keys import new_key
from common.privacy.key_file import KeyFile
from common.settings import ApiSettings, DatabaseSettings, DeploymentSettings, RedisSettings
from common.web.app import OPEN, create_app
from common.web.auth import declared
from common.web.pages import brought
from common.web.parts import Settings
from common.web.rights import page
from tests.web.keys import write_keys
from tests.web.town import town

PAGE = Path(__file__).parents[2] / "docs" / "rights.md"


def told(app: FastAPI) -> str:
    """What the page must say: of what every service answers, and of the pages that services bring."""
    services = [load(folder.name) for folder in sorted(PAGE.parents[1].glob("*_svc"))]
    return page(declared(app), OPEN, {service.title: brought.of(service) for service in services})


def main() -> None:
    """Write the page; nothing is connected for it."""
    with tempfile.TemporaryDirectory() as folder:
        keys, keyring = Path(folder) / "keys.json", Path(folder) / "keyring.json"
        KeyFile(keyring).create()
        write_keys(keys, [new_key("page", [])[1]])
        settings = Settings(
            api=ApiSettings(keys=keys),
            database=DatabaseSettings(url="postgresql://nowhere/none"),
            redis=RedisSettings(url="redis://nowhere"),
            deployment=DeploymentSettings(keyring=keyring),
        )
        PAGE.write_text(told(create_app(town, settings)), encoding="utf-8")


if __name__ == "__main__":
    main()
