"""Many other instances at once, as far as deliveries can tell: one TLS server under a wildcard name, run as a process.

It takes every POST, keeps none, and does what the lines on its standard input say (JSON): {"latency": seconds},
{"slow": host, "patience": seconds}, {"close": bool}, {"count": true}. It answers each with one line: what arrived
since the last count. The certificate and the authority that signed it are made on the fly.
"""

from __future__ import annotations

import asyncio
import json
import ssl
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import uvloop
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from fedirec.clock import monotonic, now

DOMAIN = "sink.test"


class Sink:
    """The other end of a sink process."""

    def __init__(self, process: asyncio.subprocess.Process, port: int) -> None:
        self._process = process
        self.port = port

    async def tell(self, **what: Any) -> dict[str, Any]:
        """The sink does `what` from now on; answers what arrived since it was last asked to count."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(what).encode() + b"\n")
        return dict(json.loads(await self._process.stdout.readline()))


@asynccontextmanager
async def running_sink(folder: Path) -> AsyncGenerator[Sink]:
    """A sink on a free port of the loopback address; whoever trusts `folder`/authority.pem trusts it."""
    make_certificates(folder)
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.bench.sink",
        str(folder),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        yield Sink(process, int(await process.stdout.readline()))
    finally:
        process.stdin.close()
        await process.wait()


def make_certificates(folder: Path) -> None:
    """`folder` holds authority.pem, and server.pem: a key with a certificate for every name under the sink's domain."""
    authority, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    issuer = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "bench")])
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, DOMAIN)])

    def begin(of: x509.Name, public: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
        made = x509.CertificateBuilder(issuer, of, public, x509.random_serial_number())
        made = made.not_valid_before(now() - timedelta(days=1)).not_valid_after(now() + timedelta(days=2))
        identifier = x509.SubjectKeyIdentifier.from_public_key(public)
        parent = x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.public_key())
        return made.add_extension(identifier, critical=False).add_extension(parent, critical=False)

    usage = x509.KeyUsage(False, False, False, False, False, True, True, False, False)
    root = begin(issuer, authority.public_key()).add_extension(x509.BasicConstraints(True, 0), critical=True)
    root_certificate = root.add_extension(usage, critical=True).sign(authority, hashes.SHA256())
    names = x509.SubjectAlternativeName([x509.DNSName(f"*.{DOMAIN}")])
    leaf = begin(subject, key.public_key()).add_extension(names, critical=False)
    leaf = leaf.add_extension(x509.BasicConstraints(False, None), critical=True)
    leaf = leaf.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
    encoding = serialization.Encoding.PEM
    (folder / "authority.pem").write_bytes(root_certificate.public_bytes(encoding))
    secret = key.private_bytes(encoding, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "server.pem").write_bytes(secret + leaf.sign(authority, hashes.SHA256()).public_bytes(encoding))


class World:
    """What the sink was told, and what arrived."""

    def __init__(self) -> None:
        self.latency = 0.0
        self.slow = ""
        self.patience = 10.0
        """Seconds that the slow host takes to answer."""
        self.close = False
        self.reset()

    def reset(self) -> None:
        self.connections = 0
        self.times: dict[str, float] = {}
        """By host: when its last POST had arrived."""
        self.posts = 0

    def obey(self, line: bytes) -> dict[str, Any]:
        told = json.loads(line)
        self.latency = told.get("latency", self.latency)
        self.slow = told.get("slow", self.slow)
        self.patience = told.get("patience", self.patience)
        self.close = told.get("close", self.close)
        answer = {"posts": self.posts, "connections": self.connections, "times": self.times}
        if told.get("count"):
            self.reset()
        return answer


class Connection(asyncio.Protocol):
    """One connection of the sender: requests with a content-length, one after the other."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.held = bytearray()
        self.transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)  # uvloop's own does not inherit from it
        self.world.connections += 1

    def data_received(self, data: bytes) -> None:
        self.held += data
        while (end := self.held.find(b"\r\n\r\n")) >= 0:
            headers = dict(line.split(": ", 1) for line in self.held[:end].decode("latin-1").lower().split("\r\n")[1:])
            length = int(headers.get("content-length", 0))
            if len(self.held) < end + 4 + length:
                return
            del self.held[: end + 4 + length]
            self.take(headers["host"].partition(".")[0])

    def take(self, host: str) -> None:
        world = self.world
        world.posts += 1
        world.times[host] = monotonic()
        wait = world.patience if host == world.slow else world.latency
        if wait:
            asyncio.get_running_loop().call_later(wait, self.answer)
        else:
            self.answer()

    def answer(self) -> None:
        if self.transport.is_closing():
            return
        said = b"connection: close\r\n" if self.world.close else b""
        self.transport.write(b"HTTP/1.1 202 Accepted\r\n" + said + b"content-length: 0\r\n\r\n")
        if self.world.close:
            self.transport.close()


async def main(folder: Path) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "server.pem")
    world = World()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Connection(world), "127.0.0.1", 0, ssl=context, backlog=2048)
    reader = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    print(server.sockets[0].getsockname()[1], flush=True)
    while line := await reader.readline():
        print(json.dumps(world.obey(line)), flush=True)


if __name__ == "__main__":
    uvloop.run(main(Path(sys.argv[1])))
