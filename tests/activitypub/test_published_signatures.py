"""The examples that the two ways of signing requests are published with.

They cover less than we ask for, with keys that we would not take, so each is built up to the very text that is signed,
and the published signature has to fit it. `test_signatures.py` has RFC 9421 B.2.6 and section 4.3.
"""

from __future__ import annotations

import base64
import hmac
from datetime import UTC, datetime

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
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


# https://datatracker.ietf.org/doc/html/draft-cavage-http-signatures-12#appendix-C

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
MESSAGES = {
    "B.2.1 minimal, rsa-pss-sha512": (
        '();created=1618884473;keyid="test-key-rsa-pss";nonce="b3k2pp5k7z-50gnwp.yemd"',
        "d2pmTvmbncD3xQm8E9ZV2828BjQWGgiwAaw5bAkgibUopemLJcWDy/lkbbHAve4cRAtx31Iq786U7it++wgGxbtRxf8Udx7zFZsckzXaJMkA"
        "7ChG52eSkFxykJeNqsrWH5S+oxNFlD4dzVuwe8DhTSja8xxbR/Z2cOGdCbzR72rgFWhzx2VjBqJzsPLMIQKhO4DGezXehhWwE56YCE+O6c0m"
        "KZsfxVrogUvA4HELjVKWmAvtl6UnCh8jYzuVG5WSb/QEVPnP5TmcAnLH1g+s++v6d4s8m0gCw1fV5/SITLq9mhho8K3+7EPYTU8IU1bLhdxO"
        "5Nyt8C8ssinQ98Xw9Q==",
    ),
    "B.2.3 full, rsa-pss-sha512": (
        '("date" "@method" "@path" "@query" "@authority" "content-type" "content-digest" "content-length")'
        ';created=1618884473;keyid="test-key-rsa-pss"',
        "bbN8oArOxYoyylQQUU6QYwrTuaxLwjAC9fbY2F6SVWvh0yBiMIRGOnMYwZ/5MR6fb0Kh1rIRASVxFkeGt683+qRpRRU5p2voTp768ZrCUb38"
        "K0fUxN0O0iC59DzYx8DFll5GmydPxSmme9v6ULbMFkl+V5B1TP/yPViV7KsLNmvKiLJH1pFkh/aYA2HXXZzNBXmIkoQoLd7YfW91kE9o/CCo"
        "C1xMy7JA1ipwvKvfrs65ldmlu9bpG6A9BmzhuzF8Eim5f8ui9eH8LZH896+QIF61ka39VBrohr9iyMUJpvRX2Zbhl5ZJzSRxpJyoEZAFL2FU"
        "o5fTIztsDZKEgM4cUA==",
    ),
    "B.2.5 a request, hmac-sha256": (
        '("date" "@authority" "content-type");created=1618884473;keyid="test-shared-secret"',
        "pxcQw6G3AjtMBQjwo8XzkZf/bws5LelbaMk5rGIGtE8=",
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


def arrived(signature_input: str, signature: str) -> list[tuple[str, str]]:
    return [
        ("host", "example.com"),
        *RFC9421_REQUEST.items(),
        ("signature-input", f"sig={signature_input}"),
        ("signature", f"sig=:{signature}:"),
    ]


@pytest.mark.parametrize("name", MESSAGES)
def test_the_texts_of_rfc_9421_come_out_byte_for_byte_whoever_signs_them(name: str) -> None:
    """We take neither RSA-PSS, which no server sends, nor shared secrets, but the published signatures fit our text."""
    headers = arrived(*MESSAGES[name])
    url = "https://example.com/foo?param=Value&Pet=dog"
    claim = parse(headers)
    (text,) = claim.texts(Request.read(method="POST", url=url, headers=headers, body=BODY))
    if "hmac" in name:
        assert hmac.digest(SHARED_SECRET, text, "sha256") == claim.signature
    else:
        pss = padding.PSS(mgf=padding.MGF1(hashes.SHA512()), salt_length=64)
        RSA_PSS_KEY.verify(claim.signature, text, pss, hashes.SHA512())
    now = datetime.fromtimestamp(1618884473, UTC)
    with pytest.raises(FedirecError):
        claim.check(method="POST", url=url, headers=headers, body=BODY, now=now)


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
    headers = arrived(REFUSED[name], "AAAA")
    with pytest.raises(FedirecError):
        parse(headers).texts(
            Request.read(method="POST", url="https://example.com/foo?Pet=dog", headers=headers, body=BODY)
        )


# B.4: what a proxy may do to a message on its way, and what it may not

TRANSFORMED = {
    "as it was": ("GET", "/demo?name1=Value1&Name2=value2", "application/json, */*", True),
    "another query, which is not covered": (
        "GET",
        "/demo?name1=Value1&Name2=value2&param=added",
        "application/json, */*",
        True,
    ),
    "another method": ("POST", "/demo?name1=Value1&Name2=value2", "application/json, */*", False),
    "another order": ("GET", "/demo?name1=Value1&Name2=value2", "*/*, application/json", False),
}


@pytest.mark.parametrize("name", TRANSFORMED)
def test_a_message_may_change_on_its_way_only_where_it_is_not_covered(name: str) -> None:
    method, target, accept, holds = TRANSFORMED[name]
    headers = [
        ("host", "example.org"),
        ("date", "Fri, 15 Jul 2022 14:24:55 GMT"),
        ("accept", accept),
        (
            "signature-input",
            'transform=("@method" "@path" "@authority" "accept");created=1618884473;keyid="test-key-ed25519"',
        ),
        (
            "signature",
            "transform=:ZT1kooQsEHpZ0I1IjCqtQppOmIqlJPeo7DHR3SoMn0s5JZ1eRGS0A+vyYP9t/LXlh5QMFFQ6cpLt2m0pmj3NDA==:",
        ),
    ]
    claim = parse(headers)
    (text,) = claim.texts(Request.read(method=method, url=f"https://example.org{target}", headers=headers, body=b""))
    key = keys.read_public_key(RFC9421_ED25519)
    if holds:
        key.verify(claim.signature, text)
    else:
        with pytest.raises(Unauthenticated):
            key.verify(claim.signature, text)
