"""The examples that the two ways of signing requests are published with: all of both appendices.

They cover less than we ask for, with keys that we would not take, so each is built up to the very text that is printed
and the printed signature has to fit it. Every figure was compared with the sources of the documents: of the draft at
https://github.com/w3c-ccg/http-signatures (index.xml, version 12), of the RFC at
https://github.com/httpwg/http-extensions (archive/draft-ietf-httpbis-message-signatures.md).

Not built, for nobody signs like this to us, and it is refused before any text is made of it: RFC 9421 B.2.2, whose
signature covers a part with a parameter, and B.2.4, which signs an answer. `test_signatures.py` judges B.2.6 and
section 4.3, the only printed example of rsa-v1_5-sha256, once more.
"""

from __future__ import annotations

import base64
import hmac
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from fedirec.activitypub import keys
from fedirec.activitypub.signatures import Request, parse
from fedirec.errors import FedirecError, Invalid, Unauthenticated
from tests.activitypub.test_signatures import RFC9421_ED25519, RFC9421_REQUEST, RFC9421_RSA

BODY = b'{"hello": "world"}'


def rsa_key(*lines: str) -> RSAPublicKey:
    pem = "\n".join(["-----BEGIN PUBLIC KEY-----", *lines, "-----END PUBLIC KEY-----"])
    key = load_pem_public_key(pem.encode())
    assert isinstance(key, RSAPublicKey)
    return key


# https://datatracker.ietf.org/doc/html/draft-cavage-http-signatures-12#appendix-C, which says of itself that it is old
# and may be wrong: of the third example it is.

CAVAGE_KEY = rsa_key(
    "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDCFENGw33yGihy92pDjZQhl0C3",
    "6rPJj+CvfSC8+q28hxA161QFNUd13wuCTUcq0Qd2qsBe/2hFyc2DCJJg0h1L78+6",
    "Z4UMR7EOcpfdUE9Hf3m/hs+FUR45uBJeDK1HSFHD8bHKD6kv8FPGfJTotc+2xjJw",
    "oYi+1hqp1fIekaxsyQIDAQAB",
)
CAVAGE_REQUEST = {
    "host": "example.com",
    "date": "Sun, 05 Jan 2014 21:31:40 GMT",
    "content-type": "application/json",
    "digest": "SHA-256=X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=",
    "content-length": "18",
}
CAVAGE = {
    "C.1 default": (
        "",
        "SjWJWbWN7i0wzBvtPl8rbASWz5xQW6mcJmn+ibttBqtifLN7Sazz6m79cNfwwb8DMJ5cou1s7uEGKKCs+FLEEaDV5lp7q25WqS+lavg7T8hc"
        "0GppauB6hbgEKTwblDHYGEtbGmtdHgVCk9SuS13F0hZ8FD0k/5OxEPXe5WozsbM=",
        b"date: Sun, 05 Jan 2014 21:31:40 GMT",
    ),
    "C.2 basic": (
        "(request-target) host date",
        "qdx+H7PHHDZgy4y/Ahn9Tny9V3GP6YgBPyUXMmoxWtLbHpUnXS2mg2+SbrQDMCJypxBLSPQR2aAjn7ndmw2iicw3HMbe8VfEdKFYRqzic+ef"
        "kb3nndiv/x1xSHDJWeSWkx3ButlYSuBskLu6kd9Fswtemr3lgdDEmn04swr2Os0=",
        b"(request-target): post /foo?param=value&pet=dog\nhost: example.com\ndate: Sun, 05 Jan 2014 21:31:40 GMT",
    ),
    # The draft lists (created) and (expires) as well, and has not signed them.
    "C.3 all headers": (
        "(request-target) host date content-type digest content-length",
        "vSdrb+dS3EceC9bcwHSo4MlyKS59iFIrhgYkz8+oVLEEzmYZZvRs8rgOp+63LEM3v+MFHB32NfpB2bEKBIvB1q52LaEUHFv120V01IL+TAD4"
        "8XaERZFukWgHoBTLMhYS2Gb51gWxpeIq8knRmPnYePbF5MOkR0Zkly4zKH7s1dE=",
        b"(request-target): post /foo?param=value&pet=dog\n"
        b"host: example.com\n"
        b"date: Sun, 05 Jan 2014 21:31:40 GMT\n"
        b"content-type: application/json\n"
        b"digest: SHA-256=X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=\n"
        b"content-length: 18",
    ),
}


@pytest.mark.parametrize("name", CAVAGE)
def test_the_examples_of_the_draft_come_out_byte_for_byte(name: str) -> None:
    covered, signature, text = CAVAGE[name]
    parts = f'headers="{covered}",' if covered else ""
    headers = [
        *CAVAGE_REQUEST.items(),
        ("signature", f'keyId="https://example.com/#Test",algorithm="rsa-sha256",{parts}signature="{signature}"'),
    ]
    # Keys have addresses in the fediverse; what a key is called is not signed.
    url = "https://example.com/foo?param=value&pet=dog"
    claim = parse(headers)
    request = Request.read(method="POST", url=url, headers=headers, body=BODY)
    assert claim.texts(request) == (text,)
    CAVAGE_KEY.verify(claim.signature, text, padding.PKCS1v15(), hashes.SHA256())
    when = datetime(2014, 1, 5, 21, 31, 40, tzinfo=UTC)
    if name.startswith("C.3"):
        assert claim.check(method="POST", url=url, headers=headers, body=BODY, now=when).texts == (text,)
        with pytest.raises(Unauthenticated):
            claim.check(method="POST", url=url, headers=headers, body=BODY + b" ", now=when)
    else:
        with pytest.raises(Unauthenticated, match="cover"):
            claim.check(method="POST", url=url, headers=headers, body=BODY, now=when)
    with pytest.raises(InvalidSignature):
        CAVAGE_KEY.verify(claim.signature, text + b" ", padding.PKCS1v15(), hashes.SHA256())


def test_the_key_of_the_draft_is_too_short_for_us() -> None:
    with pytest.raises(Invalid):
        keys.read_public_key(
            "-----BEGIN PUBLIC KEY-----\n"
            "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDCFENGw33yGihy92pDjZQhl0C3\n"
            "6rPJj+CvfSC8+q28hxA161QFNUd13wuCTUcq0Qd2qsBe/2hFyc2DCJJg0h1L78+6\n"
            "Z4UMR7EOcpfdUE9Hf3m/hs+FUR45uBJeDK1HSFHD8bHKD6kv8FPGfJTotc+2xjJw\n"
            "oYi+1hqp1fIekaxsyQIDAQAB\n"
            "-----END PUBLIC KEY-----\n"
        )


# https://www.rfc-editor.org/rfc/rfc9421#appendix-B.2

RSA_PSS_KEY = rsa_key(  # B.1.2
    "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAr4tmm3r20Wd/PbqvP1s2",
    "+QEtvpuRaV8Yq40gjUR8y2Rjxa6dpG2GXHbPfvMs8ct+Lh1GH45x28Rw3Ry53mm+",
    "oAXjyQ86OnDkZ5N8lYbggD4O3w6M6pAvLkhk95AndTrifbIFPNU8PPMO7OyrFAHq",
    "gDsznjPFmTOtCEcN2Z1FpWgchwuYLPL+Wokqltd11nqqzi+bJ9cvSKADYdUAAN5W",
    "Utzdpiy6LbTgSxP7ociU4Tn0g5I6aDZJ7A8Lzo0KSyZYoA485mqcO0GVAdVw9lq4",
    "aOT9v6d+nb4bnNkQVklLQ3fVAvJm+xdDOp9LCNCN48V2pnDOkFV6+U9nV5oyc6XI",
    "2wIDAQAB",
)
SHARED_SECRET = base64.b64decode(  # B.1.5
    "uzvJfB4u3N0Jy4T7NZ75MDVcr8zSTInedJtkgcu46YW4XByzNJjxBdtjUkdJPBtbmHhIDi6pcl8jsasjlTMtDQ=="
)
ECDSA_KEY = load_pem_public_key(  # B.1.3
    b"-----BEGIN PUBLIC KEY-----\n"
    b"MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEqIVYZVLCrPZHGHjP17CTW0/+D9Lf\n"
    b"w0EkjqF7xB4FivAxzic30tMM4GF+hR6Dxh71Z50VGGdldkkDXZCnTNnoXQ==\n"
    b"-----END PUBLIC KEY-----\n"
)
CLIENT_CERT = (  # B.3
    ":MIIBqDCCAU6gAwIBAgIBBzAKBggqhkjOPQQDAjA6MRswGQYDVQQKDBJMZXQncyBBdXRoZW50aWNhdGUxGzAZBgNVBAMMEkxBIEludGVybWVkaWF0"
    "ZSBDQTAeFw0yMDAxMTQyMjU1MzNaFw0yMTAxMjMyMjU1MzNaMA0xCzAJBgNVBAMMAkJDMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE8YnXXfaU"
    "gmnMtOXU/IncWalRhebrXmckC8vdgJ1p5Be5F/3YC8OthxM4+k1M6aEAEFcGzkJiNy6J84y7uzo9M6NyMHAwCQYDVR0TBAIwADAfBgNVHSMEGDAW"
    "gBRm3WjLa38lbEYCuiCPct0ZaSED2DAOBgNVHQ8BAf8EBAMCBsAwEwYDVR0lBAwwCgYIKwYBBQUHAwIwHQYDVR0RAQH/BBMwEYEPYmRjQGV4YW1w"
    "bGUuY29tMAoGCCqGSM49BAMCA0gAMEUCIBHda/r1vaL6G3VliL4/Di6YK0Q6bMjeSkC3dFCOOB8TAiEAx/kHSB4urmiZ0NX5r5XarmPk0wmuydBV"
    "oU4hBVZ1yhk=:"
)


@dataclass(frozen=True, kw_only=True)
class Message:
    """A request as it is printed, and what is signed of it."""

    headers: list[tuple[str, str]]
    url: str
    base: str
    """But for its last line, which is made of `parameters`."""
    parameters: str
    signature: str
    fits: Callable[[bytes, bytes], object]
    """Given the signature and the text, raises an error when they are not of each other."""

    @property
    def arrived(self) -> list[tuple[str, str]]:
        return [
            *self.headers,
            ("signature-input", f"sig={self.parameters}"),
            ("signature", f"sig=:{self.signature}:"),
        ]

    @property
    def text(self) -> bytes:
        return f'{self.base}"@signature-params": {self.parameters}'.encode()


def fits_pss(signature: bytes, text: bytes) -> None:
    pss = padding.PSS(mgf=padding.MGF1(hashes.SHA512()), salt_length=64)
    RSA_PSS_KEY.verify(signature, text, pss, hashes.SHA512())


def fits_hmac(signature: bytes, text: bytes) -> None:
    assert hmac.digest(SHARED_SECRET, text, "sha256") == signature


def fits_ecdsa(signature: bytes, text: bytes) -> None:
    assert isinstance(ECDSA_KEY, EllipticCurvePublicKey)
    r, s = (int.from_bytes(half, "big") for half in (signature[:32], signature[32:]))
    ECDSA_KEY.verify(encode_dss_signature(r, s), text, ECDSA(hashes.SHA256()))


def fits_ed25519(signature: bytes, text: bytes) -> None:
    keys.read_public_key(RFC9421_ED25519).verify(signature, text)


def fits_rsa(signature: bytes, text: bytes) -> None:
    keys.read_public_key(RFC9421_RSA).verify(signature, text)


TEST_REQUEST = [("host", "example.com"), *RFC9421_REQUEST.items()]
MESSAGES = {
    "B.2.1 minimal, rsa-pss-sha512": Message(
        headers=TEST_REQUEST,
        url="https://example.com/foo?param=Value&Pet=dog",
        base="",
        parameters='();created=1618884473;keyid="test-key-rsa-pss";nonce="b3k2pp5k7z-50gnwp.yemd"',
        signature=(
            "d2pmTvmbncD3xQm8E9ZV2828BjQWGgiwAaw5bAkgibUopemLJcWDy/lkbbHAve4cRAtx31Iq786U7it++wgGxbtRxf8Udx7zFZsckzXa"
            "JMkA7ChG52eSkFxykJeNqsrWH5S+oxNFlD4dzVuwe8DhTSja8xxbR/Z2cOGdCbzR72rgFWhzx2VjBqJzsPLMIQKhO4DGezXehhWwE56Y"
            "CE+O6c0mKZsfxVrogUvA4HELjVKWmAvtl6UnCh8jYzuVG5WSb/QEVPnP5TmcAnLH1g+s++v6d4s8m0gCw1fV5/SITLq9mhho8K3+7EPY"
            "TU8IU1bLhdxO5Nyt8C8ssinQ98Xw9Q=="
        ),
        fits=fits_pss,
    ),
    "B.2.3 full, rsa-pss-sha512": Message(
        headers=TEST_REQUEST,
        url="https://example.com/foo?param=Value&Pet=dog",
        base=(
            '"date": Tue, 20 Apr 2021 02:07:55 GMT\n'
            '"@method": POST\n'
            '"@path": /foo\n'
            '"@query": ?param=Value&Pet=dog\n'
            '"@authority": example.com\n'
            '"content-type": application/json\n'
            '"content-digest": sha-512=:WZDPaVn/7XgHaAy8pmojAkGWoRx2UFChF41A2svX+TaPm+AbwAgBWnrIiYllu7BNNyealdVLvRwEmT'
            "HWXvJwew==:\n"
            '"content-length": 18\n'
        ),
        parameters=(
            '("date" "@method" "@path" "@query" "@authority" "content-type" "content-digest" "content-length")'
            ';created=1618884473;keyid="test-key-rsa-pss"'
        ),
        signature=(
            "bbN8oArOxYoyylQQUU6QYwrTuaxLwjAC9fbY2F6SVWvh0yBiMIRGOnMYwZ/5MR6fb0Kh1rIRASVxFkeGt683+qRpRRU5p2voTp768ZrC"
            "Ub38K0fUxN0O0iC59DzYx8DFll5GmydPxSmme9v6ULbMFkl+V5B1TP/yPViV7KsLNmvKiLJH1pFkh/aYA2HXXZzNBXmIkoQoLd7YfW91"
            "kE9o/CCoC1xMy7JA1ipwvKvfrs65ldmlu9bpG6A9BmzhuzF8Eim5f8ui9eH8LZH896+QIF61ka39VBrohr9iyMUJpvRX2Zbhl5ZJzSRx"
            "pJyoEZAFL2FUo5fTIztsDZKEgM4cUA=="
        ),
        fits=fits_pss,
    ),
    "B.2.5 a request, hmac-sha256": Message(
        headers=TEST_REQUEST,
        url="https://example.com/foo?param=Value&Pet=dog",
        base=('"date": Tue, 20 Apr 2021 02:07:55 GMT\n"@authority": example.com\n"content-type": application/json\n'),
        parameters='("date" "@authority" "content-type");created=1618884473;keyid="test-shared-secret"',
        signature="pxcQw6G3AjtMBQjwo8XzkZf/bws5LelbaMk5rGIGtE8=",
        fits=fits_hmac,
    ),
    "B.2.6 a request, ed25519": Message(
        headers=TEST_REQUEST,
        url="https://example.com/foo?param=Value&Pet=dog",
        base=(
            '"date": Tue, 20 Apr 2021 02:07:55 GMT\n'
            '"@method": POST\n'
            '"@path": /foo\n'
            '"@authority": example.com\n'
            '"content-type": application/json\n'
            '"content-length": 18\n'
        ),
        parameters=(
            '("date" "@method" "@path" "@authority" "content-type" "content-length")'
            ';created=1618884473;keyid="test-key-ed25519"'
        ),
        signature="wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw==",
        fits=fits_ed25519,
    ),
    "B.3 behind a proxy, ecdsa-p256-sha256": Message(
        headers=[
            ("host", "service.internal.example"),
            ("date", "Tue, 20 Apr 2021 02:07:55 GMT"),
            ("content-type", "application/json"),
            ("content-length", "18"),
            ("client-cert", CLIENT_CERT),
        ],
        url="https://service.internal.example/foo?param=Value&Pet=dog",
        base=(
            '"@path": /foo\n'
            '"@query": ?param=Value&Pet=dog\n'
            '"@method": POST\n'
            '"@authority": service.internal.example\n'
            f'"client-cert": {CLIENT_CERT}\n'
        ),
        parameters=(
            '("@path" "@query" "@method" "@authority" "client-cert");created=1618884473;keyid="test-key-ecc-p256"'
        ),
        signature="xVMHVpawaAC/0SbHrKRs9i8I3eOs5RtTMGCWXm/9nvZzoHsIg6Mce9315T6xoklyy0yzhD9ah4JHRwMLOgmizw==",
        fits=fits_ecdsa,
    ),
    "4.3 passed on by a proxy, rsa-v1_5-sha256": Message(
        headers=[
            ("host", "origin.host.internal.example"),
            *RFC9421_REQUEST.items(),
            ("forwarded", "for=192.0.2.123;host=example.com;proto=https"),
        ],
        url="https://origin.host.internal.example/foo?param=Value&Pet=dog",
        base=(
            '"@method": POST\n'
            '"@authority": origin.host.internal.example\n'
            '"@path": /foo\n'
            '"content-digest": sha-512=:WZDPaVn/7XgHaAy8pmojAkGWoRx2UFChF41A2svX+TaPm+AbwAgBWnrIiYllu7BNNyealdVLvRwEmT'
            "HWXvJwew==:\n"
            '"content-type": application/json\n'
            '"content-length": 18\n'
            '"forwarded": for=192.0.2.123;host=example.com;proto=https\n'
        ),
        parameters=(
            '("@method" "@authority" "@path" "content-digest" "content-type" "content-length" "forwarded")'
            ';created=1618884480;keyid="test-key-rsa";alg="rsa-v1_5-sha256";expires=1618884540'
        ),
        signature=(
            "S6ZzPXSdAMOPjN/6KXfXWNO/f7V6cHm7BXYUh3YD/fRad4BCaRZxP+JH+8XY1I6+8Cy+CM5g92iHgxtRPz+MjniOaYmdkDcnL9cCpXJl"
            "eXsOckpURl49GwiyUpZ10KHgOEe11sx3G2gxI8S0jnxQB+Pu68U9vVcasqOWAEObtNKKZd8tSFu7LB5YAv0RAGhB8tmpv7sFnIm9y+7X"
            "5kXQfi8NMaZaA8i2ZHwpBdg7a6CMfwnnrtflzvZdXAsD3LH2TwevU+/PBPv0B6NMNk93wUs/vfJvye+YuI87HU38lZHowtznbLVdp770"
            "I6VHR6WfgS9ddzirrswsE1w5o0LV/g=="
        ),
        fits=fits_rsa,
    ),
}
REFUSED = {
    "B.2.2 selective: covers a part with a parameter": (
        '("@authority" "content-digest" "@query-param";name="Pet")'
        ';created=1618884473;keyid="test-key-rsa-pss";tag="header-example"'
    ),
    "B.2.4 a response: nobody signs answers to us": (
        '("@status" "content-type" "content-digest" "content-length");created=1618884473;keyid="test-key-ecc-p256"'
    ),
}


@pytest.mark.parametrize("name", MESSAGES)
def test_the_texts_of_rfc_9421_come_out_byte_for_byte_whoever_signs_them(name: str) -> None:
    """We take neither RSA-PSS nor ECDSA, which nobody sends, nor shared secrets, but all signatures fit our texts."""
    message = MESSAGES[name]
    claim = parse(message.arrived)
    request = Request.read(method="POST", url=message.url, headers=message.arrived, body=BODY)
    assert claim.texts(request) == (message.text,)
    message.fits(claim.signature, message.text)
    with pytest.raises((InvalidSignature, Unauthenticated, AssertionError)):
        message.fits(claim.signature, message.text + b" ")
    now = datetime.fromtimestamp(claim.created or 0, UTC)
    with pytest.raises(FedirecError):
        claim.check(method="POST", url=message.url, headers=message.arrived, body=BODY, now=now)


def test_of_the_keys_of_rfc_9421_those_are_read_that_servers_have() -> None:
    assert keys.read_public_key(RFC9421_RSA).kind == "rsa"
    assert keys.read_public_key(RFC9421_ED25519).kind == "ed25519"
    with pytest.raises(Invalid):  # B.1.3, an elliptic curve that nobody signs with
        keys.read_public_key(
            "-----BEGIN PUBLIC KEY-----\n"
            "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEqIVYZVLCrPZHGHjP17CTW0/+D9Lf\n"
            "w0EkjqF7xB4FivAxzic30tMM4GF+hR6Dxh71Z50VGGdldkkDXZCnTNnoXQ==\n"
            "-----END PUBLIC KEY-----\n"
        )


@pytest.mark.parametrize("name", REFUSED)
def test_what_we_do_not_speak_of_rfc_9421_is_refused(name: str) -> None:
    headers = [
        *TEST_REQUEST,
        ("signature-input", f"sig={REFUSED[name]}"),
        ("signature", "sig=:AAAA:"),
    ]
    with pytest.raises(FedirecError):
        parse(headers).texts(
            Request.read(method="POST", url="https://example.com/foo?Pet=dog", headers=headers, body=BODY)
        )


# B.4: what a proxy may do to a message on its way, and what it may not

SIGNED_TO_TRAVEL = [
    (
        "signature-input",
        'transform=("@method" "@path" "@authority" "accept");created=1618884473;keyid="test-key-ed25519"',
    ),
    (
        "signature",
        "transform=:ZT1kooQsEHpZ0I1IjCqtQppOmIqlJPeo7DHR3SoMn0s5JZ1eRGS0A+vyYP9t/LXlh5QMFFQ6cpLt2m0pmj3NDA==:",
    ),
]
TRAVELLED_TEXT = (
    b'"@method": GET\n'
    b'"@path": /demo\n'
    b'"@authority": example.org\n'
    b'"accept": application/json, */*\n'
    b'"@signature-params": ("@method" "@path" "@authority" "accept");created=1618884473;keyid="test-key-ed25519"'
)
HOST = ("host", "example.org")
DATE = ("date", "Fri, 15 Jul 2022 14:24:55 GMT")
ACCEPT = [("accept", "application/json"), ("accept", "*/*")]
TRANSFORMED: dict[str, tuple[str, str, list[tuple[str, str]], bool]] = {
    "as it was": ("GET", "https://example.org/demo?name1=Value1&Name2=value2", [HOST, DATE, *ACCEPT], True),
    "a header and something asked for were added": (
        "GET",
        "https://example.org/demo?name1=Value1&Name2=value2&param=added",
        [HOST, DATE, *ACCEPT, ("accept-language", "en-US,en;q=0.5")],
        True,
    ),
    "a header was left out, one was added, two were put in one": (
        "GET",
        "https://example.org/demo?name1=Value1&Name2=value2",
        [HOST, ("referer", "https://developer.example.org/demo"), ("accept", "application/json, */*")],
        True,
    ),
    "another order": ("GET", "https://example.org/demo?name1=Value1&Name2=value2", [*ACCEPT, DATE, HOST], True),
    "another method and host": (
        "POST",
        "https://example.com/demo?name1=Value1&Name2=value2",
        [("host", "example.com"), DATE, *ACCEPT],
        False,
    ),
    "another order of what belongs together": (
        "GET",
        "https://example.org/demo?name1=Value1&Name2=value2",
        [HOST, DATE, *reversed(ACCEPT)],
        False,
    ),
}


@pytest.mark.parametrize("name", TRANSFORMED)
def test_a_message_may_change_on_its_way_only_where_it_is_not_covered(name: str) -> None:
    method, url, headers, holds = TRANSFORMED[name]
    claim = parse([*headers, *SIGNED_TO_TRAVEL])
    (text,) = claim.texts(Request.read(method=method, url=url, headers=headers, body=b""))
    assert (text == TRAVELLED_TEXT) is holds
    key = keys.read_public_key(RFC9421_ED25519)
    if holds:
        key.verify(claim.signature, text)
    else:
        with pytest.raises(Unauthenticated):
            key.verify(claim.signature, text)
