"""A real OpenID provider for the tests, and its private keys: what it would never sign is signed here."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, Key, RSAKey

from common.identity.issuers import Issuer
from common.identity.provider import Provider

HERE = Path(__file__).parent
MODULES = Path(sys.prefix) / "provider" / "node_modules"
RESOURCE = "urn:roger:town"
CLIENT, PAGES = "booking-system", "roger-pages"
SECRET = "of the tests, at least thirty-two characters"
SCOPES = "town:permits:submit town:permits:read cases:read:all operate"
PEOPLE: dict[str, dict[str, list[str]]] = {
    "kari": {"roles": ["case-worker"], "units": ["310456780"]},
    "leder": {"roles": ["case-worker", "leader"], "units": ["310456780", "310456799"]},
    "ola": {"roles": [], "units": []},
    "17838410103": {"roles": ["case-worker"], "units": ["310456780"]},
}


def new_keys(kid: str) -> list[Key]:
    """A key of each kind the provider signs with."""
    return [
        RSAKey.generate_key(2048, {"kid": kid, "use": "sig", "alg": "RS256"}),
        ECKey.generate_key("P-256", {"kid": f"{kid}-ec", "use": "sig", "alg": "ES256"}),
    ]


class IdentityProvider:
    """One running provider; `url` stays the same when it is started again."""

    def __init__(self, folder: Path, *, kid: str = "first") -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._settings = folder / "settings.json"
        self.keys = new_keys(kid)
        with closing(socket.create_server(("127.0.0.1", 0))) as found:
            self._port = found.getsockname()[1]
        self.url = f"http://127.0.0.1:{self._port}"
        self._process: subprocess.Popen[str] | None = None
        self.redirects: list[str] = []

    def start(self) -> None:
        """Be there; fails the test when node or its packages are missing."""
        node = shutil.which("node")
        if node is None or not MODULES.exists():
            pytest.fail("The identity provider is not installed: run `make .venv/provider/.ready`")
        self._write()
        command = [node, str(HERE / "provider" / "provider.js"), str(MODULES), str(self._settings), str(self._port)]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        assert self._process.stdout is not None
        assert self._process.stdout.readline().strip() == self.url

    def stop(self) -> None:
        """Be away."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None

    def rotate(self, keys: list[Key]) -> None:
        """Sign with other keys from now on, and publish no others."""
        self.keys = keys
        self.read_again()

    def read_again(self) -> None:
        """Take the settings as they are now."""
        self._write()
        httpx.post(f"{self.url}/again").raise_for_status()

    def fetched(self, path: str = "/jwks") -> int:
        """How often that was asked for."""
        counted: dict[str, int] = httpx.get(f"{self.url}/stats").json()
        return counted.get(path, 0)

    def token(self, *, resource: str = RESOURCE, scope: str = SCOPES) -> str:
        """An access token of a system, as the provider gives it."""
        asked = {"grant_type": "client_credentials", "resource": resource, "scope": scope}
        answer = httpx.post(f"{self.url}/token", data=asked, auth=(CLIENT, SECRET))
        assert answer.is_success, answer.text
        return str(answer.json()["access_token"])

    def signed(
        self, *, header: Mapping[str, Any] | None = None, key: Key | None = None, drop: str = "", **claims: Any
    ) -> str:
        """What the provider would have signed, but for what is named."""
        now = int(time.time())
        whole = {
            "iss": self.url,
            "aud": RESOURCE,
            "iat": now,
            "exp": now + 300,
            "sub": CLIENT,
            "client_id": CLIENT,
            "scope": SCOPES,
        }
        whole = {name: value for name, value in (whole | claims).items() if name != drop}
        first = self.keys[0]
        heads = {"alg": "RS256", "kid": first.kid, "typ": "at+jwt"} | dict(header or {})
        heads = {name: value for name, value in heads.items() if value is not None}
        return jwt.encode(heads, whole, key or first, algorithms=[str(heads["alg"])], default_type=None)

    def issuer(self, **changes: Any) -> Issuer:
        """How Roger is told of it."""
        told: dict[str, Any] = {
            "name": "own",
            "issuer": self.url,
            "audience": [RESOURCE],
            "client": "client_id",
            "own_scopes": True,
        }
        return Issuer.model_validate(told | changes)

    def _write(self) -> None:
        system = {"client_id": CLIENT, "client_secret": SECRET, "grant_types": ["client_credentials"]}
        pages = {
            "client_id": PAGES,
            "client_secret": SECRET,
            "grant_types": ["authorization_code"],
            "response_types": ["code"],
            "redirect_uris": self.redirects or ["http://127.0.0.1/never"],
            "post_logout_redirect_uris": [uri.rsplit("/", 2)[0] + "/arbeidsliste" for uri in self.redirects],
        }
        settings: dict[str, Any] = {
            "jwks": {"keys": [key.as_dict(private=True) for key in self.keys]},
            "clients": [system | {"redirect_uris": [], "response_types": []}, pages],
            "people": PEOPLE,
            "scopes": SCOPES,
        }
        self._settings.write_text(json.dumps(settings))


class Stopwatch:
    """Time that passes when a test says so."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def followed(issuer: Issuer, client: httpx.AsyncClient, watch: Stopwatch | None = None) -> Provider:
    """What Roger knows of an issuer, with time that passes on demand."""
    return Provider(issuer, client, elapsed=watch or Stopwatch())
