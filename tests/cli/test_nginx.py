"""docs/deploy/nginx.conf, in a real nginx, in front of a real `fedirec serve`."""

from __future__ import annotations

import re
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Generator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from fedirec.clock import now
from tests.cli.command import PATIENCE, serving
from tests.cli.conftest import PASSWORD
from tests.conftest import skip_or_fail
from tests.ports import free_port

SAMPLE = Path(__file__).parents[2] / "docs/deploy/nginx.conf"
HOST = "studio.example"
VISITOR = "127.0.0.2"
"""Another address of this machine than the one that nginx asks fedirec from."""
NGINX = shutil.which("nginx", path="/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin:/opt/homebrew/bin")


def make_certificate(folder: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now() - timedelta(days=1))
        .not_valid_after(now() + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    (folder / "fullchain.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (folder / "privkey.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )


@contextmanager
def nginx(folder: Path, *, upstream: int) -> Generator[tuple[int, int]]:
    """Within it nginx listens as the sample says, on two ports of its own: plain and encrypted."""
    if NGINX is None:
        skip_or_fail("nginx is not installed here (Debian: apt install nginx-light)")
    folder.mkdir()
    make_certificate(folder)
    plain, encrypted = free_port(), free_port()
    site = SAMPLE.read_text()
    for words, here in (
        ("/etc/ssl/studio.example", str(folder)),
        ("/var/www/html", str(folder)),
        ("127.0.0.1:8000", f"127.0.0.1:{upstream}"),
        ("listen 80;", f"listen 127.0.0.1:{plain};"),
        ("listen 443 ssl http2;", f"listen 127.0.0.1:{encrypted} ssl http2;"),
    ):
        assert words in site, words
        site = site.replace(words, here)
    site = re.sub(r"\n\s*listen \[::\]:[^;]*;", "", site)  # the machine of a test may have no IPv6
    temporary = "".join(
        f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (folder / "nginx.conf").write_text(
        f"daemon off; pid {folder}/pid; error_log {folder}/error.log; events {{}}\n"
        f"http {{ access_log off; {temporary}\n{site}\n}}\n"
    )
    process = subprocess.Popen(
        [str(NGINX), "-e", f"{folder}/error.log", "-p", str(folder), "-c", f"{folder}/nginx.conf"],
        stderr=subprocess.PIPE,
    )
    try:
        _wait_for(encrypted, process)
        yield plain, encrypted
    finally:
        process.terminate()
        process.communicate(timeout=PATIENCE)


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        assert process.poll() is None, process.communicate()[1]
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    pytest.fail("nginx does not listen")


def visitor(folder: Path, port: int) -> httpx.Client:
    """A browser that finds studio.example behind nginx."""
    transport = httpx.HTTPTransport(verify=trusting(folder), local_address=VISITOR)
    return httpx.Client(
        base_url=f"https://127.0.0.1:{port}", headers={"host": HOST}, transport=transport, timeout=PATIENCE
    )


def encrypted_socket(folder: Path, port: int) -> ssl.SSLSocket:
    line = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
    return trusting(folder).wrap_socket(line, server_hostname=HOST)


def trusting(folder: Path) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(folder / "fullchain.pem"))


def test_the_nginx_sample_serves_an_instance_as_its_origin(studio: Path, tmp_path: Path) -> None:
    with (
        serving("--trusted-proxies", "127.0.0.1/32", folder=studio) as server,
        nginx(tmp_path / "nginx", upstream=server.port) as (plain, encrypted),
        visitor(tmp_path / "nginx", encrypted) as browser,
    ):
        named = {"sni_hostname": HOST}
        moved = httpx.get(
            f"http://127.0.0.1:{plain}/c/x?a=%40b", headers={"host": HOST}, follow_redirects=False, trust_env=False
        )
        assert (moved.status_code, moved.headers["location"]) == (308, f"https://{HOST}/c/x?a=%40b")

        page = browser.get("/sign-in", extensions=named)
        assert page.status_code == 200
        assert page.headers["strict-transport-security"]

        signed_in = browser.post(
            "/sign-in",
            data={"name": "ana", "password": PASSWORD},
            headers={"origin": f"https://{HOST}"},
            extensions=named,
        )
        assert signed_in.status_code == 303, signed_in.text
        cookie = signed_in.headers["set-cookie"].lower()
        assert "secure" in cookie
        assert "httponly" in cookie

        finger = browser.get(f"/.well-known/webfinger?resource=acct:ana@{HOST}", extensions=named)
        assert finger.json()["subject"] == f"acct:ana@{HOST}"

        with encrypted_socket(tmp_path / "nginx", encrypted) as line:
            line.sendall(f"POST /inbox HTTP/1.1\r\nHost: {HOST}\r\nContent-Length: 200000000\r\n\r\n".encode())
            assert line.recv(100).startswith(b"HTTP/1.1 413")


def test_what_a_visitor_says_of_themselves_never_comes_through_nginx(studio: Path, tmp_path: Path) -> None:
    lies = {
        "x-forwarded-for": "203.0.113.9",
        "x-forwarded-proto": "http",
        "x-forwarded-host": "evil.example",
        "forwarded": 'for=203.0.113.9;host="evil.example";proto=http',
    }
    with (
        serving("--trusted-proxies", "127.0.0.1/32", folder=studio) as server,
        nginx(tmp_path / "nginx", upstream=server.port) as (_, encrypted),
        visitor(tmp_path / "nginx", encrypted) as browser,
    ):
        named = {"sni_hostname": HOST}
        page = browser.get("/sign-in", headers=lies, extensions=named)
        assert page.headers["strict-transport-security"]
        assert "evil.example" not in page.text
        delivery = browser.post(
            "/inbox",
            content=b"{}",
            headers={**lies, "content-type": "application/activity+json"},
            extensions=named,
        )
        assert delivery.status_code in (400, 401)
        assert f"refused a delivery from {VISITOR}" in server.errors
