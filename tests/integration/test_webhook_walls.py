"""Where webhooks may go: which addresses are outside our walls, and that TLS proves the name that was given."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import ssl
from collections.abc import AsyncGenerator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from common.webhooks.courier import Courier
from common.webhooks.destination import DestinationRefused, is_public, parse
from common.webhooks.settings import WebhookSettings

pytestmark = pytest.mark.anyio

INSIDE = [
    *("127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "100.64.0.1", "169.254.169.254", "0.0.0.0", "224.0.0.1"),  # noqa: S104  nothing is bound
    *("255.255.255.255", "198.18.0.1", "192.0.0.1", "168.63.129.16", "::", "::1", "fe80::1", "fc00::1", "fec0::1"),
    *("ff02::1", "fd00:ec2::254", "2001:db8::1", "fe80::1%eth0"),
    # The same machines by way of what is embedded in a longer address: mapped, compatible, translated (NAT64, also a
    # network's own prefix), tunnelled (6to4, Teredo).
    *("::ffff:127.0.0.1", "::ffff:168.63.129.16", "::127.0.0.1", "::ffff:0:10.0.0.1"),
    *("64:ff9b::127.0.0.1", "64:ff9b::10.0.0.1", "64:ff9b::169.254.169.254", "64:ff9b::0.0.0.0"),
    *("64:ff9b:1::7f00:1", "64:ff9b:1:fffe::808:808"),
    *("2002:7f00:1::", "2002:a00:1::1", "2002:a9fe:a9fe::", "2002:a83f:8110::"),
    "2001:0:4136:e378:8000:63bf:3fff:fdd2",
]
OUTSIDE = ["8.8.8.8", "93.184.215.14", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::8.8.8.8", "2002:808:808::1"]


@pytest.mark.parametrize("address", INSIDE)
def test_inside(address: str) -> None:
    assert not is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", OUTSIDE)
def test_outside(address: str) -> None:
    assert is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize("port", ["0", "70000", "99999999999"])
def test_a_port_that_there_is_not(port: str) -> None:
    with pytest.raises(DestinationRefused) as refused:
        parse(f"https://events.example.org:{port}/", http=False)
    assert refused.value.code == "URL_INVALID"


@contextlib.asynccontextmanager
async def tls(folder: Path, *names: str) -> AsyncGenerator[tuple[int, ssl.SSLContext, list[str | None]]]:
    """A receiver that proves to be called so: its port, whom to trust, and the names it was asked for."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "receiver")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name) for name in names]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    certificate = folder / "receiver.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    certificate.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    asked: list[str | None] = []
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)

    def note(_socket: object, name: str | None, _context: ssl.SSLContext) -> None:
        asked.append(name)

    context.sni_callback = note

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0, ssl=context)
    trusted = ssl.create_default_context(cadata=made.public_bytes(serialization.Encoding.PEM).decode())
    async with server:
        yield server.sockets[0].getsockname()[1], trusted, asked


async def here(_host: str, _port: int) -> list[str]:
    return ["127.0.0.1"]


def courier(trusted: ssl.SSLContext | None) -> Courier:
    return Courier(WebhookSettings(allow="127.0.0.0/8"), resolver=here, trusted=trusted)


async def test_the_name_is_asked_for_and_proved_although_the_address_is_called(tmp_path: Path) -> None:
    async with tls(tmp_path, "events.example.org") as (port, trusted, asked):
        answer = await courier(trusted).carry(f"https://events.example.org:{port}/x", b"{}", {})
        assert (answer.status, answer.code) == (204, None)
        assert asked == ["events.example.org"]


async def test_who_proves_another_name_is_told_nothing(tmp_path: Path) -> None:
    async with tls(tmp_path, "elsewhere.example.org") as (port, trusted, _):
        answer = await courier(trusted).carry(f"https://events.example.org:{port}/x", b"{}", {})
        assert (answer.status, answer.code) == (None, "NOT_REACHED")


async def test_who_is_not_vouched_for_is_told_nothing(tmp_path: Path) -> None:
    async with tls(tmp_path, "events.example.org") as (port, _, __):
        answer = await courier(None).carry(f"https://events.example.org:{port}/x", b"{}", {})
        assert (answer.status, answer.code) == (None, "NOT_REACHED")


async def test_whatever_answers_is_one_failed_attempt() -> None:
    async def babble(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"SSH-2.0-hello\r\n\x00\xff\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(babble, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    inside = Courier(WebhookSettings(allow="127.0.0.0/8", http=True), resolver=here)
    async with server:
        for address in (f"http://babbler.example.org:{port}/", f'http://babbler.example.org:{port}/\\x?a="b"'):
            assert (await inside.carry(address, b"{}", {})).code == "NOT_REACHED"
