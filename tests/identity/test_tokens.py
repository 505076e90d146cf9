"""Bearer tokens of a real provider, and everything that is none: each is refused for its own reason."""

from __future__ import annotations

import asyncio
import base64
import hmac
import json
import time
import warnings
from collections.abc import AsyncGenerator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from joserfc import jws
from joserfc.errors import SecurityWarning
from joserfc.jwk import ECKey, OKPKey, RSAKey

from common.clock import Clock, system
from common.identity.caller import Kind
from common.identity.provider import FRESH, SELDOM, STALE, Provider, ProviderAway, new_client
from common.identity.tokens import TokenRefused, Tokens
from tests.identity.issuing import CLIENT, IdentityProvider, Stopwatch, followed, new_keys

pytestmark = pytest.mark.anyio


@pytest.fixture
async def client() -> AsyncGenerator[httpx.AsyncClient]:
    async with new_client() as opened:
        yield opened


def tokens(*providers: Provider, clock: Clock = system) -> Tokens:
    return Tokens(providers, service="town", clock=clock)


def b64(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


async def refused(taken: Tokens, token: str) -> str:
    with pytest.raises(TokenRefused) as raised:
        await taken.recognise(token)
    return raised.value.reason


class TestTaken:
    async def test_a_system_with_client_credentials(
        self, standing_provider: IdentityProvider, client: httpx.AsyncClient
    ) -> None:
        issuer = standing_provider.issuer(callers={CLIENT: "booking"}, algorithms=["RS256", "ES256"])
        caller = await tokens(followed(issuer, client)).recognise(standing_provider.token())
        assert (caller.name, caller.kind, caller.units) == ("booking", Kind.SYSTEM, None)
        assert caller.may("submit", "permits")
        assert caller.operates

    async def test_one_that_has_no_name_here_has_its_issuers(
        self, standing_provider: IdentityProvider, client: httpx.AsyncClient
    ) -> None:
        caller = await tokens(followed(standing_provider.issuer(), client)).recognise(standing_provider.token())
        assert caller.name == f"own/{CLIENT}"

    async def test_other_asymmetric_signatures(self, own_provider: IdentityProvider, client: httpx.AsyncClient) -> None:
        keys: dict[str, Any] = {
            "PS256": RSAKey.generate_key(2048, {"kid": "PS256", "use": "sig"}),
            "ES256": ECKey.generate_key("P-256", {"kid": "ES256", "use": "sig"}),
            "EdDSA": OKPKey.generate_key("Ed25519", {"kid": "EdDSA", "use": "sig"}),
        }
        own_provider.keys += keys.values()
        own_provider.start()
        taken = tokens(followed(own_provider.issuer(), client))
        for algorithm, key in keys.items():
            with warnings.catch_warnings(action="ignore", category=SecurityWarning):
                token = own_provider.signed(header={"alg": algorithm, "kid": algorithm}, key=key)
            assert (await taken.recognise(token)).operates

    async def test_only_scopes_that_exist_and_are_granted(
        self, standing_provider: IdentityProvider, client: httpx.AsyncClient
    ) -> None:
        taken = tokens(followed(standing_provider.issuer(), client))
        caller = await taken.recognise(standing_provider.signed(scope="everything operate openid town:*:delete"))
        assert caller.scopes == {"operate"}


class TestRefused:
    @pytest.mark.parametrize(
        ("claims", "reason"),
        [
            ({"exp": 1_700_000_000, "iat": 1_699_999_900}, "expired"),
            ({"drop": "exp"}, "times missing"),
            ({"drop": "iat"}, "times missing"),
            ({"exp": "soon"}, "times missing"),
            ({"exp": True}, "times missing"),
            ({"exp": 10**400}, "times missing"),
            ({"nbf": int(time.time()) + 3_600}, "not yet in force"),
            ({"iat": int(time.time()) + 3_600, "exp": int(time.time()) + 3_900}, "not yet in force"),
            ({"exp": int(time.time()) + 10**7}, "valid for too long"),
            ({"aud": "urn:somebody:else"}, "other audience"),
            ({"aud": []}, "other audience"),
            ({"aud": {"urn:roger:town": 1}}, "other audience"),
            ({"drop": "aud"}, "other audience"),
            ({"drop": "iss"}, "unknown issuer"),
            ({"iss": "https://elsewhere.example"}, "unknown issuer"),
            ({"nonce": "n"}, "no access token"),
            ({"at_hash": "h"}, "no access token"),
            ({"typ": "ID"}, "no access token"),
            ({"typ": "Refresh"}, "no access token"),
            ({"drop": "sub", "client_id": None}, "nameless"),
            ({"sub": "17838410103"}, "named by a national id"),
            ({"sub": "178384 10103"}, "named by a national id"),
            ({"sub": "178384_10103"}, "named by a national id"),
            ({"sub": "no:17838410103"}, "named by a national id"),
            ({"sub": "x" * 200}, "name too long"),
        ],
    )
    async def test_what_a_signed_token_says(
        self, standing_provider: IdentityProvider, client: httpx.AsyncClient, claims: dict[str, Any], reason: str
    ) -> None:
        taken = tokens(followed(standing_provider.issuer(), client))
        assert await refused(taken, standing_provider.signed(**claims)) == reason

    @pytest.mark.parametrize(
        ("header", "reason"),
        [
            ({"typ": "logout+jwt"}, "other type"),
            ({"crit": ["exp"], "exp": 1}, "header with demands"),
            ({"b64": True}, "header with demands"),
            ({"kid": "nobody's"}, "unknown key"),
            ({"kid": "first-ec"}, "unknown key"),  # of another kind
            ({"kid": 7}, "no key id"),
        ],
    )
    async def test_what_its_header_says(
        self, standing_provider: IdentityProvider, client: httpx.AsyncClient, header: dict[str, Any], reason: str
    ) -> None:
        taken = tokens(followed(standing_provider.issuer(), client))
        good = standing_provider.signed().split(".")
        heads = json.loads(base64.urlsafe_b64decode(good[0] + "=="))
        key: Any = standing_provider.keys[0]
        forged = jws.serialize_compact(
            {"alg": "RS256"}, base64.urlsafe_b64decode(good[1] + "=="), key, algorithms=["RS256"]
        ).split(".")
        assert await refused(taken, f"{b64(heads | header)}.{forged[1]}.{forged[2]}") == reason

    async def test_the_public_key_is_no_shared_secret(
        self, standing_provider: IdentityProvider, client: httpx.AsyncClient
    ) -> None:
        taken = tokens(followed(standing_provider.issuer(), client))
        public: Any = standing_provider.keys[0]
        claims = standing_provider.signed().split(".")[1]
        for secret in (public.as_pem(private=False), json.dumps(public.as_dict(private=False)).encode()):
            said = f"{b64({'alg': 'HS256', 'kid': 'first', 'typ': 'at+jwt'})}.{claims}"
            mark = base64.urlsafe_b64encode(hmac.digest(secret, said.encode(), "sha256")).decode().rstrip("=")
            assert await refused(taken, f"{said}.{mark}") == "algorithm not allowed"

    @pytest.mark.parametrize("algorithm", ["none", "None", "NONE", "nOnE", "", None, ["RS256"], 1])
    async def test_none_is_no_signature(
        self, standing_provider: IdentityProvider, client: httpx.AsyncClient, algorithm: Any
    ) -> None:
        taken = tokens(followed(standing_provider.issuer(), client))
        _, claims, signature = standing_provider.signed().split(".")
        for mark in ("", signature):
            forged = f"{b64({'alg': algorithm, 'kid': 'first', 'typ': 'at+jwt'})}.{claims}.{mark}"
            assert await refused(taken, forged) == "algorithm not allowed"

    async def test_an_algorithm_that_is_not_pinned(
        self, standing_provider: IdentityProvider, client: httpx.AsyncClient
    ) -> None:
        taken = tokens(followed(standing_provider.issuer(algorithms=["ES256"]), client))
        assert await refused(taken, standing_provider.token()) == "algorithm not allowed"

    async def test_whatever_was_changed_afterwards(
        self, standing_provider: IdentityProvider, client: httpx.AsyncClient
    ) -> None:
        taken = tokens(followed(standing_provider.issuer(), client))
        head, body, mark = standing_provider.token().split(".")
        claims = json.loads(base64.urlsafe_b64decode(body + "=="))
        assert await refused(taken, f"{head}.{b64(claims | {'scope': 'operate'})}.{mark}") == "signature wrong"
        swapped = ("B" if mark[0] == "A" else "A") + mark[1:]
        assert await refused(taken, f"{head}.{body}.{swapped}") == "signature wrong"

    async def test_a_key_it_brings_along_itself(
        self, standing_provider: IdentityProvider, client: httpx.AsyncClient
    ) -> None:
        own = RSAKey.generate_key(2048, {"kid": "first"})
        taken = tokens(followed(standing_provider.issuer(), client))
        for header in ({"jwk": own.as_dict(private=False)}, {"jku": "https://elsewhere.example/jwks"}):
            assert await refused(taken, standing_provider.signed(key=own, header=header)) == "signature wrong"

    @pytest.mark.parametrize(
        "text", ["", "x", "..", "a.b.c", "a.b.c.d.e", "é.é.é", "W10.W10.", "bnVsbA.bnVsbA.x", "a." * 20_000]
    )
    async def test_what_is_no_token(self, text: str) -> None:
        assert await refused(tokens(), text) == "no token"

    async def test_other_times(self, standing_provider: IdentityProvider, client: httpx.AsyncClient) -> None:
        provider = followed(standing_provider.issuer(), client)
        token = standing_provider.token()
        now = datetime.now(UTC)
        assert (await tokens(provider, clock=lambda: now + timedelta(seconds=320)).recognise(token)).operates
        assert await refused(tokens(provider, clock=lambda: now + timedelta(seconds=340)), token) == "expired"
        assert await refused(tokens(provider, clock=lambda: now - timedelta(seconds=60)), token) == "not yet in force"

    async def test_the_providers_own_tokens_for_somebody_else(
        self, standing_provider: IdentityProvider, client: httpx.AsyncClient
    ) -> None:
        taken = tokens(followed(standing_provider.issuer(), client))
        assert await refused(taken, standing_provider.token(resource="urn:other:api")) == "other audience"

    async def test_no_part_of_a_token_is_logged(
        self, standing_provider: IdentityProvider, client: httpx.AsyncClient, capfd: pytest.CaptureFixture[str]
    ) -> None:
        taken = tokens(followed(standing_provider.issuer(), client))
        forged = standing_provider.signed(sub="17838410103", pid="17838410103")
        await refused(taken, forged)
        written = "".join(capfd.readouterr())
        assert "named by a national id" in written
        assert not any(part in written for part in (*forged.split("."), "17838410103"))


class TestIssuers:
    async def test_the_same_key_id_at_another_issuer(
        self, standing_provider: IdentityProvider, own_provider: IdentityProvider, client: httpx.AsyncClient
    ) -> None:
        own_provider.start()
        theirs = own_provider.issuer(name="theirs", own_scopes=False, scopes={"operate": ["cases:decide"]})
        taken = tokens(followed(standing_provider.issuer(), client), followed(theirs, client))
        assert (await taken.recognise(standing_provider.token())).operates
        assert (await taken.recognise(own_provider.token())).scopes == {"cases:decide"}
        # One issuer signs what only the other may say.
        assert await refused(taken, own_provider.signed(iss=standing_provider.url)) == "signature wrong"

    async def test_an_issuer_nobody_told_us_of(
        self, standing_provider: IdentityProvider, own_provider: IdentityProvider, client: httpx.AsyncClient
    ) -> None:
        own_provider.start()
        taken = tokens(followed(standing_provider.issuer(), client))
        assert await refused(taken, own_provider.token()) == "unknown issuer"
        assert own_provider.fetched() == 0

    async def test_one_that_calls_itself_another(
        self, standing_provider: IdentityProvider, client: httpx.AsyncClient
    ) -> None:
        discovery = standing_provider.url + "/.well-known/openid-configuration"
        posing = standing_provider.issuer(issuer="https://elsewhere.example", discovery=discovery)
        with pytest.raises(ProviderAway):
            await tokens(followed(posing, client)).recognise(standing_provider.signed(iss=posing.issuer))


class TestKeys:
    async def test_they_are_fetched_once_and_again_after_a_while(
        self, own_provider: IdentityProvider, client: httpx.AsyncClient
    ) -> None:
        own_provider.start()
        watch = Stopwatch()
        taken = tokens(followed(own_provider.issuer(), client, watch))
        for _ in range(5):
            await taken.recognise(own_provider.signed())
        assert own_provider.fetched() == 1
        watch.now += FRESH
        await taken.recognise(own_provider.signed())
        assert own_provider.fetched() == 2

    async def test_rotation_while_roger_runs(self, own_provider: IdentityProvider, client: httpx.AsyncClient) -> None:
        own_provider.start()
        watch = Stopwatch()
        taken = tokens(followed(own_provider.issuer(), client, watch))
        before = own_provider.token()
        await taken.recognise(before)
        watch.now += SELDOM
        own_provider.rotate(new_keys("second"))
        assert (await taken.recognise(own_provider.token())).operates
        assert await refused(taken, before) == "unknown key"

    async def test_a_key_that_is_withdrawn_is_soon_believed_no_more(
        self, own_provider: IdentityProvider, client: httpx.AsyncClient
    ) -> None:
        own_provider.start()
        watch = Stopwatch()
        taken = tokens(followed(own_provider.issuer(), client, watch))
        before = own_provider.token()
        await taken.recognise(before)
        own_provider.rotate(new_keys("second"))
        assert (await taken.recognise(before)).operates  # nobody has asked yet
        watch.now += FRESH
        assert await refused(taken, before) == "unknown key"

    async def test_invented_key_ids_do_not_flood_the_provider(
        self, own_provider: IdentityProvider, client: httpx.AsyncClient
    ) -> None:
        own_provider.start()
        watch = Stopwatch()
        taken = tokens(followed(own_provider.issuer(), client, watch))
        await taken.recognise(own_provider.token())
        forged = [own_provider.signed(header={"kid": f"invented-{number}"}) for number in range(50)]
        reasons = await asyncio.gather(*(refused(taken, token) for token in forged))
        assert set(reasons) == {"unknown key"}
        assert own_provider.fetched() == 1
        watch.now += SELDOM
        await asyncio.gather(*(refused(taken, token) for token in forged))
        assert own_provider.fetched() == 2
        assert (await taken.recognise(own_provider.token())).operates

    async def test_many_first_calls_fetch_once(self, own_provider: IdentityProvider, client: httpx.AsyncClient) -> None:
        own_provider.start()
        taken = tokens(followed(own_provider.issuer(), client))
        token = own_provider.token()
        await asyncio.gather(*(taken.recognise(token) for _ in range(20)))
        assert own_provider.fetched() == 1

    async def test_a_provider_that_is_away_at_the_start_and_comes(
        self, own_provider: IdentityProvider, client: httpx.AsyncClient
    ) -> None:
        watch = Stopwatch()
        taken = tokens(followed(own_provider.issuer(), client, watch))
        token = own_provider.signed()
        with pytest.raises(ProviderAway) as away:
            await taken.recognise(token)
        assert (away.value.status, away.value.facts["retry_after"]) == (503, SELDOM)
        own_provider.start()
        with pytest.raises(ProviderAway):
            await taken.recognise(token)  # not asked again at once
        watch.now += SELDOM
        assert (await taken.recognise(token)).operates

    async def test_a_provider_that_goes_away_is_believed_for_a_day(
        self, own_provider: IdentityProvider, client: httpx.AsyncClient
    ) -> None:
        own_provider.start()
        watch = Stopwatch()
        taken = tokens(followed(own_provider.issuer(), client, watch))
        token = own_provider.signed()
        await taken.recognise(token)
        own_provider.stop()
        watch.now += STALE - 1
        assert (await taken.recognise(token)).operates
        watch.now += SELDOM
        with pytest.raises(ProviderAway):
            await taken.recognise(token)
        own_provider.start()
        watch.now += SELDOM
        assert (await taken.recognise(token)).operates
