"""Encrypted means to the one with that name, and stays so."""

from __future__ import annotations

import ssl
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from fedirec.clock import now
from fedirec.errors import Forbidden, PeerUnavailable
from tests.net.peers import JSON, always, answers_of, open_net, open_peer, page, redirect


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for peer.test that signs itself, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "peer.test")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now() - timedelta(days=1))
        .not_valid_after(now() + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("peer.test")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "peer.pem"
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return path


@pytest.fixture
def tls(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


@pytest.fixture
def trusted(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))


@pytest.mark.usefixtures("trusted")
async def test_the_certificate_must_be_that_of_the_name(tls: ssl.SSLContext) -> None:
    lookup = answers_of(["127.0.0.1"], ["127.0.0.1"])
    async with open_peer(always(page(b"hello")), tls=tls) as peer, open_net(lookup=lookup) as net:
        answer = await net.get(f"https://peer.test:{peer.port}/", accept=JSON)
        with pytest.raises(PeerUnavailable):
            await net.get(f"https://other.test:{peer.port}/", accept=JSON)
    assert answer.body == b"hello"
    assert len(peer.asked) == 1


async def test_a_certificate_that_nobody_vouches_for_is_refused(tls: ssl.SSLContext) -> None:
    async with open_peer(always(page()), tls=tls) as peer, open_net(lookup=answers_of(["127.0.0.1"])) as net:
        with pytest.raises(PeerUnavailable):
            await net.get(f"https://peer.test:{peer.port}/", accept=JSON)
    assert peer.asked == []


@pytest.mark.usefixtures("trusted")
async def test_what_began_encrypted_stays_encrypted_even_in_development(tls: ssl.SSLContext) -> None:
    async with open_peer(always(page())) as plain:
        lookup = answers_of(["127.0.0.1"])
        downgrade = always(redirect(f"{plain.origin}/"))
        async with open_peer(downgrade, tls=tls) as peer, open_net(lookup=lookup) as net:
            with pytest.raises(Forbidden, match="not encrypted"):
                await net.get(f"https://peer.test:{peer.port}/", accept=JSON)
        assert plain.connections == 0
