"""The file of issuers: the documented examples mean what the page says, and what is wrong is told in words."""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import Any

import pytest

from common.errors import ConfigurationError
from common.identity.caller import Caller, Kind
from common.identity.issuers import Issuer, read_issuers
from common.identity.tokens import TokenRefused, caller_of

PAGE = Path(__file__).parents[2] / "docs" / "identity.md"
GOOD = {
    "name": '"own"',
    "issuer": '"https://id.example"',
    "audience": '["roger"]',
    "own_scopes": "true",
}


@pytest.fixture(scope="module")
def documented(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Issuer]:
    """The examples of the page, as one file."""
    examples = re.findall(r"```toml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    file = tmp_path_factory.mktemp("issuers") / "issuers.toml"
    file.write_text("\n".join(examples), encoding="utf-8")
    return {issuer.name: issuer for issuer in read_issuers(file)}


def known(issuer: Issuer, **claims: Any) -> Caller:
    return caller_of({"iat": time.time(), **claims}, issuer, service="health")


class TestDocumented:
    def test_entra_people(self, documented: dict[str, Issuer]) -> None:
        person = {"oid": "9c11-a", "sub": "pairwise", "azp": "5f2a0000-0000-0000-0000-000000000000"}
        leader = known(
            documented["entra"],
            **person,
            roles=["Roger.Leader", "Else"],
            groups=["91aa0000-0000-0000-0000-000000000000", "other"],
        )
        assert (leader.name, leader.kind, leader.units) == ("entra/9c11-a", Kind.PERSON, {"310456780"})
        assert leader.scopes == {"cases:read:all", "cases:decide", "cases:release"}
        assert known(documented["entra"], **person).units == frozenset()
        whole = known(documented["entra"], **person, groups=["91ab0000-0000-0000-0000-000000000000"])
        assert whole.units is None

    def test_entra_systems(self, documented: dict[str, Issuer]) -> None:
        booking = known(
            documented["entra"],
            idtyp="app",
            oid="service principal",
            azp="5f2a0000-0000-0000-0000-000000000000",
            roles=["Roger.Submit"],
        )
        assert (booking.name, booking.kind, booking.units) == ("booking", Kind.SYSTEM, None)
        assert booking.may("submit", "test-journals")

    def test_maskinporten(self, documented: dict[str, Issuer]) -> None:
        consumer = {"authority": "iso6523-actorid-upis", "ID": "0192:310456780"}
        booking = known(documented["maskinporten"], consumer=consumer, scope="kommune:roger.testjournal openid")
        assert (booking.name, booking.kind) == ("booking", Kind.SYSTEM)
        assert booking.scopes == {"health:test-journals:submit", "health:test-journals:read"}
        other = known(documented["maskinporten"], consumer=consumer | {"ID": "0192:310456799"}, pid="17838410103")
        assert (other.name, other.scopes) == ("maskinporten/0192:310456799", frozenset())
        with pytest.raises(TokenRefused):
            known(documented["maskinporten"], pid="17838410103", scope="kommune:roger.testjournal")

    def test_keycloak(self, documented: dict[str, Issuer]) -> None:
        person = known(
            documented["keycloak"],
            sub="f3b1",
            azp="booking-system",
            realm_access={"roles": ["saksbehandler", "default-roles-ansatte"]},
            units=["310456780"],
            scope="openid",
        )
        assert (person.name, person.kind, person.units) == ("keycloak/f3b1", Kind.PERSON, {"310456780"})
        assert person.decides
        named = known(
            documented["keycloak"], sub="f3b1", client_id="booking-system", preferred_username="kari", scope="operate"
        )
        assert (named.kind, named.units) == (Kind.PERSON, frozenset())
        system = known(
            documented["keycloak"],
            sub="aa",
            client_id="booking-system",
            azp="booking-system",
            preferred_username="service-account-booking-system",
            scope="operate",
        )
        assert (system.name, system.scopes, system.units) == ("booking", {"operate"}, None)


class TestWrong:
    @pytest.mark.parametrize(
        ("changes", "says"),
        [
            ({"issuer": '"http://id.example"'}, "https"),
            ({"discovery": '"http://id.example/x"'}, "https"),
            ({"algorithms": '["HS256"]'}, "algorithms"),
            ({"algorithms": '["none"]'}, "algorithms"),
            ({"algorithms": "[]"}, "algorithms"),
            ({"audience": "[]"}, "audience"),
            ({"person": '"pid"'}, "national id"),
            ({"client": '"consumer.pid"'}, "national id"),
            ({"own_scopes": "false"}, "say what its tokens allow"),
            ({"scopes": '{ leader = ["rule:everything"] }'}, "There is no scope"),
            ({"callers": '{ x = "Not A Name" }'}, "callers"),
            ({"colour": '"red"'}, "colour"),
        ],
    )
    def test_what_is_wrong_is_named(self, tmp_path: Path, changes: dict[str, str], says: str) -> None:
        lines = [f"{name} = {value}" for name, value in (GOOD | changes).items()]
        (tmp_path / "issuers.toml").write_text("\n".join(["[[issuer]]", *lines]))
        with pytest.raises(ConfigurationError, match=says):
            read_issuers(tmp_path / "issuers.toml")

    @pytest.mark.parametrize("content", ["", "[issuer]", "[[issuer]", "issuer = []", b"\xff"])
    def test_what_is_no_file_of_issuers(self, tmp_path: Path, content: str | bytes) -> None:
        (tmp_path / "issuers.toml").write_bytes(content if isinstance(content, bytes) else content.encode())
        with pytest.raises(ConfigurationError, match=r"issuers\.toml"):
            read_issuers(tmp_path / "issuers.toml")

    def test_there_is_none(self, tmp_path: Path) -> None:
        with pytest.raises(ConfigurationError, match=r"docs/identity\.md"):
            read_issuers(tmp_path / "none.toml")

    def test_two_with_one_name(self, tmp_path: Path) -> None:
        one = "\n".join(["[[issuer]]", *(f"{name} = {value}" for name, value in GOOD.items())])
        (tmp_path / "issuers.toml").write_text(one + "\n" + one)
        with pytest.raises(ConfigurationError, match="same name"):
            read_issuers(tmp_path / "issuers.toml")
