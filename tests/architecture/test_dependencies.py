"""Every dependency is wanted: docs/dependencies.md says what for, and the lock holds it."""

from __future__ import annotations

import re
import tomllib

from sources import ROOT


def declared(pyproject: str) -> set[str]:
    project = tomllib.loads(pyproject)["project"]
    requirements = [
        *project["dependencies"],
        *(r for extra in project["optional-dependencies"].values() for r in extra),
    ]
    return {re.split(r"[^\w.-]", requirement, maxsplit=1)[0] for requirement in requirements}


def explained(text: str) -> set[str]:
    return {name for name in re.findall(r"^\| ([\w-]+) \|", text, re.MULTILINE) if name != "package"}


def locked(text: str) -> set[str]:
    return set(re.findall(r"^([\w.-]+)==", text, re.MULTILINE))


def test_each_is_explained_and_locked() -> None:
    wanted = declared((ROOT / "pyproject.toml").read_text())
    told = explained((ROOT / "docs" / "dependencies.md").read_text())
    assert wanted - told == set(), "say in docs/dependencies.md what these are for"
    assert told - wanted == set(), "docs/dependencies.md tells of packages that pyproject.toml does not ask for"
    assert wanted - locked((ROOT / "requirements.lock").read_text()) == set(), "run `make lock`"


def test_the_readers_see_what_they_should() -> None:
    pyproject = (
        '[project]\ndependencies = ["psycopg[binary]>=3", "tzdata"]\noptional-dependencies = { dev = ["uv; x"] }'
    )
    assert declared(pyproject) == {"psycopg", "tzdata", "uv"}
    assert explained("| package | what |\n|---|---|\n| tzdata | zones |") == {"tzdata"}
    assert locked("tzdata==2026.1 \\\n    --hash=sha256:ab\n    # via x\nuv==1 ; y") == {"tzdata", "uv"}
