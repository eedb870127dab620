from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from fedirec.activitypub import keys
from fedirec.activitypub.signatures import Request, Scheme, parse, sign_request
from fedirec.errors import FedirecError, Invalid, Unauthenticated

NOW = datetime(2026, 11, 21, 10, 0, 0, tzinfo=UTC)
KEY = keys.generate_rsa()
OTHER_KEY = keys.generate_rsa()
ED25519 = keys.generate_ed25519()
KEY_ID = "https://there.example/u/bo#main-key"
URL = "https://here.example/u/ana/inbox"
BODY = b'{"type":"Follow"}'
STANDARD = "(request-target) host date digest"
SCHEMES: tuple[Scheme, ...] = ("cavage", "rfc9421")
both = pytest.mark.parametrize("scheme", SCHEMES)


@dataclass(frozen=True, kw_only=True)
class Sent:
    """A signed request as it arrives."""

    method: str = "POST"
    url: str = URL
    headers: dict[str, str]
    body: bytes = BODY
    more: tuple[tuple[str, str], ...] = field(default=())

    def judge(self, key: keys.PublicKey = KEY.public, *, now: datetime = NOW) -> None:
        headers = [*self.headers.items(), *self.more]
        claim = parse(headers)
        statement = claim.check(method=self.method, url=self.url, headers=headers, body=self.body, now=now)
        statement.verify(key)

    def having(self, **headers: str | None) -> Sent:
        changed = {name.replace("_", "-"): value for name, value in headers.items()}
        kept = {name: value for name, value in (self.headers | changed).items() if value is not None}
        return replace(self, headers=kept)

    def resigned(self, names: str, *, key: keys.PrivateKey = KEY, **parameters: str | int) -> Sent:
        """The same request with a draft-cavage signature over `names`, made by somebody who may do as they like."""
        target = "/" + self.url.split("/", 3)[3]
        special = {"(request-target)": f"{self.method.lower()} {target}"}
        special |= {f"({name})": str(value) for name, value in parameters.items()}
        text = "\n".join(f"{name}: {special.get(name, self.headers.get(name, ''))}" for name in names.split())
        given_parameters = {"keyId": KEY_ID, "headers": names, **parameters}
        given_parameters["signature"] = base64.b64encode(key.sign(text.encode())).decode()
        written = (
            f"{name}={value if isinstance(value, int) else quoted(value)}" for name, value in given_parameters.items()
        )
        return self.having(signature=",".join(written))


def quoted(text: str) -> str:
    return f'"{text}"'


def post(scheme: Scheme = "cavage", *, at: datetime = NOW, url: str = URL, body: bytes = BODY) -> Sent:
    headers = sign_request(method="POST", url=url, body=body, key_id=KEY_ID, private_key=KEY, now=at, kind=scheme)
    return Sent(url=url, headers=headers, body=body)


def get(scheme: Scheme = "cavage", *, url: str = URL) -> Sent:
    headers = sign_request(method="GET", url=url, key_id=KEY_ID, private_key=KEY, now=NOW, kind=scheme)
    return Sent(method="GET", url=url, headers=headers, body=b"")


def message(
    covered: str = '"@method" "@target-uri" "content-digest"',
    parameters: str | None = None,
    *,
    sent: Sent | None = None,
    key: keys.PrivateKey = KEY,
    label: str = "sig1",
) -> Sent:
    """A request with an RFC 9421 signature over `covered`, made by somebody who may do as they like."""
    sent = sent or post("rfc9421")
    if parameters is None:
        parameters = f';created={int(NOW.timestamp())};keyid="{KEY_ID}";alg="rsa-v1_5-sha256"'
    parts = {"@method": sent.method, "@target-uri": sent.url, "@authority": "here.example", "@scheme": "https"}
    parts |= {"@path": "/u/ana/inbox", "@query": "?", "@request-target": "/u/ana/inbox"} | sent.headers
    names = [name.strip('"') for name in covered.split()]
    text = "\n".join(
        [*(f'"{name}": {parts.get(name, "")}' for name in names), f'"@signature-params": ({covered}){parameters}']
    )
    signature = base64.b64encode(key.sign(text.encode())).decode()
    return sent.having(signature_input=f"{label}=({covered}){parameters}", signature=f"{label}=:{signature}:")


def digest_header(body: bytes, name: str = "SHA-256", make: Callable[[bytes], hashlib._Hash] = hashlib.sha256) -> str:
    return f"{name}={base64.b64encode(make(body).digest()).decode()}"


# What is right


@both
def test_what_we_sign_we_believe(scheme: Scheme) -> None:
    post(scheme).judge()
    get(scheme).judge()
    get(scheme, url=f"{URL}?page=2&q=%40").judge()
    get(scheme, url="https://here.example").judge()
    post(scheme, url="http://127.0.0.1:8000/inbox").judge()


@both
def test_the_names_of_headers_may_be_written_in_any_case(scheme: Scheme) -> None:
    sent = post(scheme)
    replace(sent, headers={name.title(): value for name, value in sent.headers.items()}).judge()


def test_the_headers_say_what_other_servers_look_for() -> None:
    headers = post("cavage").headers
    assert headers["host"] == "here.example"
    assert headers["date"] == "Sat, 21 Nov 2026 10:00:00 GMT"
    assert headers["digest"] == digest_header(BODY)
    assert headers["content-type"] == "application/activity+json"
    assert headers["signature"].startswith(
        f'keyId="{KEY_ID}",algorithm="rsa-sha256",headers="(request-target) host date digest content-type",signature="'
    )
    headers = post("rfc9421").headers
    assert headers["content-digest"] == f"sha-256=:{digest_header(BODY).removeprefix('SHA-256=')}:"
    assert headers["signature-input"] == (
        f'sig1=("@method" "@target-uri" "content-digest");created=1795255200;keyid="{KEY_ID}";alg="rsa-v1_5-sha256"'
    )
    assert 'headers="(request-target) host date"' in get("cavage").headers["signature"]


def test_a_fragment_is_no_part_of_the_request() -> None:
    assert get(url=f"{URL}#main-key").headers == get(url=URL).headers


def test_a_claim_names_the_key_before_anything_is_believed() -> None:
    for scheme in SCHEMES:
        claim = parse(list(post(scheme).headers.items()))
        assert (claim.key_id, claim.SCHEME) == (KEY_ID, scheme)


def test_ed25519_signs_messages_too() -> None:
    headers = sign_request(
        method="POST", url=URL, body=BODY, key_id=KEY_ID, private_key=ED25519, now=NOW, kind="rfc9421"
    )
    Sent(headers=headers).judge(ED25519.public)
    with pytest.raises(Invalid):
        sign_request(method="GET", url=URL, key_id=KEY_ID, private_key=ED25519, now=NOW)


def test_hs2019_with_rsa_and_its_own_times_is_accepted() -> None:
    created = int(NOW.timestamp())
    names = "(request-target) (created) (expires) host digest"
    sent = post().having(date=None).resigned(names, algorithm="hs2019", created=created, expires=created + 300)
    sent.judge()
    sent.having(signature=sent.headers["signature"].replace(f"created={created}", f'created="{created}"')).judge()
    post().resigned(STANDARD, algorithm="hs2019").judge()
    post().resigned(STANDARD).judge()


def test_other_covered_parts_do_no_harm() -> None:
    message('"@method" "@target-uri" "@authority" "@scheme" "@path" "content-digest" "content-type"').judge()
    post().resigned("content-type date (request-target) digest host", algorithm="rsa-sha256").judge()


def test_spaces_where_the_grammar_allows_them_do_no_harm() -> None:
    sent = post()
    sent.having(signature=sent.headers["signature"].replace(",", " , ")).judge()
    sent = post("rfc9421")
    written = sent.headers["signature-input"].replace('" "', '"  "').replace("(", "( ").replace(";", "; ")
    sent.having(signature_input=written).judge()


def test_a_stronger_content_digest_and_unknown_ones_beside_it_are_accepted() -> None:
    strong = base64.b64encode(hashlib.sha512(BODY).digest()).decode()
    message(sent=post("rfc9421").having(content_digest=f"unknown=:AAAA:, sha-512=:{strong}:")).judge()


def test_a_host_with_its_usual_port_is_the_same_host() -> None:
    post().having(host="here.example:443").resigned(STANDARD, algorithm="rsa-sha256").judge()


def test_mastodon_before_4_3_may_leave_the_query_out_when_it_gets_but_not_when_it_posts() -> None:
    replace(get(), url=f"{URL}?page=true").judge()
    with pytest.raises(Unauthenticated):
        replace(get("rfc9421"), url=f"{URL}?page=true").judge()
    with pytest.raises(Unauthenticated):
        replace(post(), url=f"{URL}?page=true").judge()
    with pytest.raises(Unauthenticated):
        replace(get(url=f"{URL}?page=1"), url=f"{URL}?page=2").judge()


@pytest.mark.parametrize("minutes", [-64, -59, -1, 0, 1, 59])
@both
def test_clocks_may_be_an_hour_apart(scheme: Scheme, minutes: int) -> None:
    post(scheme, at=NOW + timedelta(minutes=minutes)).judge()


# What is published


RFC9421_ED25519 = (  # appendix B.1.4
    "-----BEGIN PUBLIC KEY-----\n"
    "MCowBQYDK2VwAyEAJrQLj5P/89iXES9+vFgrIy29clF9CC/oPPsw3c5D0bs=\n"
    "-----END PUBLIC KEY-----\n"
)
RFC9421_RSA = (  # appendix B.1.1
    "-----BEGIN PUBLIC KEY-----\n"
    "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAhAKYdtoeoy8zcAcR874L\n"
    "8cnZxKzAGwd7v36APp7Pv6Q2jdsPBRrwWEBnez6d0UDKDwGbc6nxfEXAy5mbhgaj\n"
    "zrw3MOEt8uA5txSKobBpKDeBLOsdJKFqMGmXCQvEG7YemcxDTRPxAleIAgYYRjTS\n"
    "d/QBwVW9OwNFhekro3RtlinV0a75jfZgkne/YiktSvLG34lw2zqXBDTC5NHROUqG\n"
    "TlML4PlNZS5Ri2U4aCNx2rUPRcKIlE0PuKxI4T+HIaFpv8+rdV6eUgOrB2xeI1dS\n"
    "FFn/nnv5OoZJEIB+VmuKn3DCUcCZSFlQPSXSfBDiUGhwOw76WuSSsf1D4b/vLoJ1\n"
    "0wIDAQAB\n"
    "-----END PUBLIC KEY-----\n"
)
RFC9421_REQUEST = {
    "date": "Tue, 20 Apr 2021 02:07:55 GMT",
    "content-type": "application/json",
    "content-digest": (
        "sha-512=:WZDPaVn/7XgHaAy8pmojAkGWoRx2UFChF41A2svX+TaPm+AbwAgBWnrIiYllu7BNNyealdVLvRwEmTHWXvJwew==:"
    ),
    "content-length": "18",
}
B_2_6 = RFC9421_REQUEST | {
    "host": "example.com",
    "signature-input": (
        'sig-b26=("date" "@method" "@path" "@authority" "content-type" "content-length")'
        ';created=1618884473;keyid="test-key-ed25519"'
    ),
    "signature": ("sig-b26=:wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw==:"),
}
SECTION_4_3 = RFC9421_REQUEST | {
    "host": "origin.host.internal.example",
    "date": "Tue, 20 Apr 2021 02:07:56 GMT",
    "forwarded": "for=192.0.2.123;host=example.com;proto=https",
    "signature-input": (
        'proxy_sig=("@method" "@authority" "@path" "content-digest" "content-type" "content-length" "forwarded")'
        ';created=1618884480;keyid="test-key-rsa";alg="rsa-v1_5-sha256";expires=1618884540'
    ),
    "signature": (
        "proxy_sig=:S6ZzPXSdAMOPjN/6KXfXWNO/f7V6cHm7BXYUh3YD/fRad4BCaRZxP+JH+8XY1I6+8Cy+CM5g92iHgxtRPz+MjniOaYmdkDcn"
        "L9cCpXJleXsOckpURl49GwiyUpZ10KHgOEe11sx3G2gxI8S0jnxQB+Pu68U9vVcasqOWAEObtNKKZd8tSFu7LB5YAv0RAGhB8tmpv7sFnIm9"
        "y+7X5kXQfi8NMaZaA8i2ZHwpBdg7a6CMfwnnrtflzvZdXAsD3LH2TwevU+/PBPv0B6NMNk93wUs/vfJvye+YuI87HU38lZHowtznbLVdp770"
        "I6VHR6WfgS9ddzirrswsE1w5o0LV/g==:"
    ),
}


@pytest.mark.parametrize(
    ("headers", "pem"),
    [(B_2_6, RFC9421_ED25519), (SECTION_4_3, RFC9421_RSA)],
    ids=["B.2.6 ed25519", "4.3 rsa-v1_5-sha256"],
)
def test_the_examples_of_rfc_9421_verify_but_cover_too_little_for_us(headers: dict[str, str], pem: str) -> None:
    url = f"https://{headers['host']}/foo?param=Value&Pet=dog"
    body = b'{"hello": "world"}'
    claim = parse(list(headers.items()))
    request = Request.read(method="POST", url=url, headers=list(headers.items()), body=body)
    (text,) = claim.texts(request)
    keys.read_public_key(pem).verify(claim.signature, text)

    moved = Request.read(method="POST", url=url.replace("/foo", "/fob"), headers=list(headers.items()), body=body)
    with pytest.raises(Unauthenticated):
        keys.read_public_key(pem).verify(claim.signature, *claim.texts(moved))
    with pytest.raises(FedirecError):
        claim.check(
            method="POST",
            url=url,
            headers=list(headers.items()),
            body=body,
            now=datetime.fromtimestamp(1618884480, UTC),
        )


def test_the_signature_base_of_rfc_9421_comes_out_byte_for_byte() -> None:
    headers = list(B_2_6.items())
    request = Request.read(method="POST", url="https://example.com/foo?param=Value", headers=headers, body=b"")
    assert parse(headers).texts(request) == (
        b'"date": Tue, 20 Apr 2021 02:07:55 GMT\n'
        b'"@method": POST\n'
        b'"@path": /foo\n'
        b'"@authority": example.com\n'
        b'"content-type": application/json\n'
        b'"content-length": 18\n'
        b'"@signature-params": ("date" "@method" "@path" "@authority" "content-type" "content-length")'
        b';created=1618884473;keyid="test-key-ed25519"',
    )


# What is wrong: the numbers are those of the list of attacks in the security record

CREATED = int(NOW.timestamp())


def at(moment: datetime) -> str:
    return format_datetime(moment, usegmt=True)


def late(**difference: float) -> Sent:
    return post().having(date=at(NOW + timedelta(**difference))).resigned(STANDARD)


ATTACKS: dict[str, Callable[[], Sent]] = {
    "1 not signed": lambda: post().having(signature=None),
    "1 not signed, but an input": lambda: post("rfc9421").having(signature=None),
    **{
        f"2 {name} is not covered": lambda name=name: post().resigned(  # type: ignore[misc]
            " ".join({"(request-target)", "host", "date", "digest"} - {name}), algorithm="rsa-sha256"
        )
        for name in ("(request-target)", "host", "date", "digest")
    },
    "2 nothing is listed, so only the date is covered": lambda: post().having(
        signature=f'keyId="{KEY_ID}",signature="{base64.b64encode(KEY.sign(f"date: {at(NOW)}".encode())).decode()}"'
    ),
    "2 a GET without its target": lambda: get().resigned("host date", algorithm="rsa-sha256"),
    "2 a POST without a body still says what it has": lambda: replace(post().having(digest=None), body=b"").resigned(
        "(request-target) host date", algorithm="rsa-sha256"
    ),
    "3 another body": lambda: replace(post(), body=BODY + b" "),
    "3 another body of the same length": lambda: replace(post(), body=BODY.replace(b"F", b"f")),
    "3 another body, RFC 9421": lambda: replace(post("rfc9421"), body=b"{}"),
    "3 another body and its digest": lambda: replace(post().having(digest=digest_header(b"{}")), body=b"{}"),
    "3 a body on a GET whose digest is not covered": lambda: replace(get(), body=b"{}"),
    **{
        f"4 digest {header[:12]!r}": lambda header=header: (
            post()  # type: ignore[misc]
            .having(digest=header)
            .resigned(STANDARD, algorithm="rsa-sha256")
        )
        for header in (
            "",
            "SHA-256=",
            "SHA-256",
            digest_header(BODY, "MD5", hashlib.md5),
            digest_header(BODY, "SHA", hashlib.sha1),
            digest_header(BODY, "SHA-512", hashlib.sha512),
            digest_header(BODY) + "," + digest_header(BODY),
            digest_header(b"") + "," + digest_header(BODY),
            digest_header(BODY).rstrip("="),
        )
    },
    **{
        f"4 content digest {header[:12]!r}": lambda header=header: message(  # type: ignore[misc]
            sent=post("rfc9421").having(content_digest=header)
        )
        for header in (
            "",
            "sha-256=::",
            "sha-256=" + digest_header(BODY)[8:],
            f"md5=:{digest_header(BODY, '', hashlib.md5)[1:]}:",
            f"sha-256=:{digest_header(BODY)[8:]}:, sha-256=:{digest_header(BODY)[8:]}:",
            f"sha-256=:{digest_header(BODY)[8:]}:, sha-512=:{digest_header(b'', '', hashlib.sha512)[1:]}:",
            f"sha-256=:{digest_header(BODY)[8:]}:;a=1",
        )
    },
    "5 two hours old": lambda: late(hours=-2),
    "5 66 minutes old": lambda: late(minutes=-66),
    "5 two hours early": lambda: late(hours=2),
    "5 61 minutes early": lambda: late(minutes=61),
    "5 RFC 9421, two hours old": lambda: post("rfc9421", at=NOW - timedelta(hours=2)),
    "5 RFC 9421, two hours early": lambda: post("rfc9421", at=NOW + timedelta(hours=2)),
    "5 lives for a month": lambda: message(
        parameters=f';created={CREATED};expires={CREATED + 30 * 86400};keyid="{KEY_ID}"'
    ),
    "5 expired": lambda: message(parameters=f';created={CREATED - 7200};expires={CREATED - 3700};keyid="{KEY_ID}"'),
    "5 expired before it was made": lambda: message(
        parameters=f';created={CREATED};expires={CREATED - 1};keyid="{KEY_ID}"'
    ),
    "5 hs2019 lives for a month": lambda: post().resigned(
        "(request-target) (created) (expires) host digest",
        algorithm="hs2019",
        created=CREATED,
        expires=CREATED + 30 * 86400,
    ),
    "5 a date that is none": lambda: post().having(date="yesterday").resigned(STANDARD, algorithm="rsa-sha256"),
    "5 a day that is none": lambda: (
        post().having(date="Sat, 31 Nov 2026 10:00:00 GMT").resigned(STANDARD, algorithm="rsa-sha256")
    ),
    "5 an old spelling of dates": lambda: (
        post().having(date="Saturday, 21-Nov-26 10:00:00 GMT").resigned(STANDARD, algorithm="rsa-sha256")
    ),
    "5 the year 31,000,000": lambda: message(parameters=f';created=999999999999999;keyid="{KEY_ID}"'),
    "5 (created) with rsa-sha256": lambda: post().resigned(
        "(request-target) (created) host digest", algorithm="rsa-sha256", created=CREATED
    ),
    "5 (created) is covered but not said": lambda: post().resigned(
        "(request-target) (created) host date digest", algorithm="hs2019"
    ),
    **{
        f"9 algorithm {name}": lambda name=name: post().resigned(  # type: ignore[misc]
            STANDARD, algorithm=name
        )
        for name in ("", "none", "hmac-sha256", "rsa-sha1", "RSA-SHA256", "ecdsa-sha256", "ed25519")
    },
    **{
        f"9 RFC 9421 algorithm {name}": lambda name=name: message(  # type: ignore[misc]
            parameters=f';created={CREATED};keyid="{KEY_ID}";alg="{name}"'
        )
        for name in ("", "none", "hmac-sha256", "rsa-pss-sha512", "ed25519")
    },
    "10 two Signature headers": lambda: replace(post(), more=(("Signature", post().headers["signature"]),)),
    "10 two Signature-Input headers": lambda: replace(
        post("rfc9421"), more=(("Signature-Input", post("rfc9421").headers["signature-input"]),)
    ),
    "10 two signatures in one header": lambda: message().having(
        signature_input=f'{message().headers["signature-input"]}, sig2=();created={CREATED};keyid="x"',
        signature=f"{message().headers['signature']}, sig2=:AAAA:",
    ),
    "10 a second signature without input": lambda: message().having(
        signature=f"{message().headers['signature']}, sig2=:AAAA:"
    ),
    "10 another label": lambda: message().having(
        signature="sig2" + message().headers["signature"].removeprefix("sig1")
    ),
    "10 a part is covered twice": lambda: message('"@method" "@method" "@target-uri" "content-digest"'),
    "10 a header is covered twice": lambda: post().resigned(
        "(request-target) host host date digest", algorithm="rsa-sha256"
    ),
    "10 a parameter comes twice": lambda: post().having(signature=f'{post().headers["signature"]},keyId="{KEY_ID}"'),
    "10 a parameter comes twice, RFC 9421": lambda: message(
        parameters=f';created={CREATED};keyid="{KEY_ID}";keyid="{KEY_ID}"'
    ),
    **{
        f"11 {name} comes twice": lambda name=name: replace(  # type: ignore[misc]
            post(), more=((name.title(), post().headers[name]),)
        )
        for name in ("host", "date", "digest", "content-type")
    },
    "11 content-digest comes twice": lambda: replace(
        post("rfc9421"), more=(("Content-Digest", post("rfc9421").headers["content-digest"]),)
    ),
    "11 a folded date": lambda: (
        post().having(date="Sat, 21 Nov 2026\r\n 10:00:00 GMT").resigned(STANDARD, algorithm="rsa-sha256")
    ),
    "11 a covered header is missing": lambda: post().resigned(
        "(request-target) host date digest x-absent", algorithm="rsa-sha256"
    ),
    "12 another inbox": lambda: replace(post(), url="https://here.example/u/eve/inbox"),
    "12 another inbox, RFC 9421": lambda: replace(post("rfc9421"), url="https://here.example/u/eve/inbox"),
    "12 another method": lambda: replace(post("rfc9421"), method="PUT"),
    "12 meant for another host": lambda: replace(post(), url="https://third.example/u/ana/inbox"),
    "12 meant for another host, RFC 9421": lambda: replace(post("rfc9421"), url="https://third.example/u/ana/inbox"),
    "12 meant for another host that is not covered": lambda: message().having(host="third.example"),
    "12 a host with a path": lambda: post().having(host="here.example/x").resigned(STANDARD, algorithm="rsa-sha256"),
    "15 no created": lambda: message(parameters=f';keyid="{KEY_ID}"'),
    "15 no keyid": lambda: message(parameters=f";created={CREATED}"),
    "15 content-digest is not covered": lambda: message('"@method" "@target-uri"'),
    "15 @method is not covered": lambda: message('"@target-uri" "content-digest"'),
    "15 @target-uri is not covered": lambda: message('"@method" "@authority" "@path" "content-digest"'),
    "15 a part of another request": lambda: message('"@method";req "@target-uri" "content-digest"'),
    "15 a reparsed header": lambda: message('"@method" "@target-uri" "content-digest";sf'),
    "15 an unknown parameter": lambda: message(parameters=f';created={CREATED};keyid="{KEY_ID}";x="y"'),
    "15 an unknown part": lambda: message('"@method" "@target-uri" "content-digest" "@status"'),
    "15 part of the query": lambda: message('"@method" "@target-uri" "content-digest" "@query-param";name="a"'),
    "15 an unknown special part": lambda: post().resigned(
        "(request-target) host date digest (nonsense)", algorithm="rsa-sha256"
    ),
    "the key is no address": lambda: post().having(signature=post().headers["signature"].replace("https://", "")),
}


@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_is_refused(name: str) -> None:
    with pytest.raises((Unauthenticated, Invalid)):
        ATTACKS[name]().judge()


def test_the_attacks_fail_for_what_they_change() -> None:
    """Without the one thing that is wrong, each way of building them is believed."""
    post().resigned(STANDARD, algorithm="rsa-sha256").judge()
    message().judge()
    message(parameters=f';created={CREATED};expires={CREATED + 43200};keyid="{KEY_ID}"').judge()
    late(minutes=-64).judge()
    get().resigned("(request-target) host date", algorithm="rsa-sha256").judge()


@both
def test_another_body_is_refused_before_any_key_is_looked_up(scheme: Scheme) -> None:
    headers = list(post(scheme).headers.items())
    with pytest.raises(Unauthenticated, match="digest"):
        parse(headers).check(method="POST", url=URL, headers=headers, body=b"{}", now=NOW)


@both
def test_another_key_is_refused(scheme: Scheme) -> None:
    for key in (OTHER_KEY.public, ED25519.public):
        with pytest.raises(Unauthenticated):
            post(scheme).judge(key)


def test_a_public_key_is_no_shared_secret() -> None:
    text = f"(request-target): post /u/ana/inbox\nhost: here.example\ndate: {at(NOW)}\ndigest: {digest_header(BODY)}"
    forged = base64.b64encode(hashlib.sha256(KEY.public.pem.encode() + text.encode()).digest()).decode()
    with pytest.raises(Unauthenticated):
        post().having(
            signature=f'keyId="{KEY_ID}",algorithm="hs2019",headers="{STANDARD}",signature="{forged}"'
        ).judge()


@pytest.mark.parametrize(
    "header",
    [
        "",
        "garbage",
        'Signature keyId="a",signature="AAAA"',
        'keyId="https://a.example/" signature="AAAA"',
        'keyId="https://a.example/",signature="AAAA",',
        'keyId="https://a.example/",,signature="AAAA"',
        ',keyId="https://a.example/",signature="AAAA"',
        'keyId="https://a.example/",signature="AAAA" and more',
        'keyId="https://a.example/";signature="AAAA"',
        "keyId='https://a.example/',signature='AAAA'",
        'keyId="https://a.example/\\"",signature="AAAA"',
        'keyId="https://a.example/\x00",signature="AAAA"',
        'keyId="https://a.example/é",signature="AAAA"',
        'keyId="",signature="AAAA"',
        'keyId="https://a.example/"',
        'signature="AAAA"',
        'keyId="https://a.example/",signature=""',
        'keyId="https://a.example/",signature="AAA"',
        'keyId="https://a.example/",signature="AAB="',  # bits that nobody would see
        'keyId="https://a.example/",signature="AA AA"',
        'keyId="https://a.example/",signature="AA-_"',
        'keyId="https://a.example/",signature="AAAA",created="soon"',
        'keyId="https://a.example/",signature="AAAA",created=-1',
        'keyId="https://a.example/",signature="AAAA",headers=""',
        'keyId="https://a.example/",signature="AAAA",headers="date  host"',
        'keyId="https://a.example/",signature="AAAA",headers="da:te"',
        'keyId="https://a.example/",signature="AAAA",created=²',
        f'keyId="https://a.example/{"x" * 3000}",signature="AAAA"',
        f'keyId="https://a.example/",signature="{"A" * 9000}"',
    ],
    ids=repr,
)
def test_a_malformed_signature_header_is_invalid(header: str) -> None:
    with pytest.raises(Invalid):
        parse([("signature", header)])


@pytest.mark.parametrize(
    ("header", "signature"),
    [
        ("", "sig1=:AAAA:"),
        ("sig1", "sig1=:AAAA:"),
        ("sig1=", "sig1=:AAAA:"),
        ('sig1=();created=1;keyid="a"', ""),
        ('sig1=("@method"', "sig1=:AAAA:"),
        ('sig1=("@method""host");created=1;keyid="a"', "sig1=:AAAA:"),
        ('sig1=(@method);created=1;keyid="a"', "sig1=:AAAA:"),
        ('sig1=();created=1;keyid="a"', "sig1=:AAB=:"),
        ('sig1=();created=1;keyid="a"', "sig1=AAAA"),
        ('sig1=();created=1;keyid="a"', "sig1=:AAAA:;x=1"),
        ('sig1=();created=1;keyid="a"', "sig1=::"),
        ('sig1=();created="1";keyid="a"', "sig1=:AAAA:"),
        ('sig1=();created=1.5;keyid="a"', "sig1=:AAAA:"),
        ("sig1=();created=1;keyid=a", "sig1=:AAAA:"),
        ('sig1=();created=1;keyid=""', "sig1=:AAAA:"),
        ('sig1=() ;created=1;keyid="a"', "sig1=:AAAA:"),
        ('SIG=();created=1;keyid="a"', "SIG=:AAAA:"),
        ('sig1=("Host");created=1;keyid="a"', "sig1=:AAAA:"),
        ('sig1=();created=1;keyid="a"x', "sig1=:AAAA:"),
    ],
    ids=repr,
)
def test_a_malformed_signature_input_is_invalid(header: str, signature: str) -> None:
    with pytest.raises(Invalid):
        parse([("signature-input", header), ("signature", signature)])


# Properties

bodies = st.binary(max_size=200)
targets = st.from_regex(r"/[a-zA-Z0-9/_.%~-]{0,30}(\?[a-z0-9=&%]{0,20})?", fullmatch=True)


@given(scheme=st.sampled_from(SCHEMES), body=bodies, target=targets, minutes=st.integers(-60, 60))
def test_any_request_that_we_sign_is_believed(scheme: Scheme, body: bytes, target: str, minutes: int) -> None:
    post(scheme, url=f"https://here.example{target}", body=body, at=NOW + timedelta(minutes=minutes)).judge()


@given(scheme=st.sampled_from(SCHEMES), position=st.integers(0, 10_000), change=st.integers(1, 255))
def test_a_body_that_differs_in_one_byte_is_refused(scheme: Scheme, position: int, change: int) -> None:
    body = bytearray(BODY)
    body[position % len(body)] ^= change
    with pytest.raises(Unauthenticated):
        replace(post(scheme), body=bytes(body)).judge()


@given(
    scheme=st.sampled_from(SCHEMES),
    part=st.sampled_from(
        ["url", "date", "digest", "host", "content-type", "content-digest", "signature-input", "method"]
    ),
    position=st.integers(0, 10_000),
    letter=st.characters(min_codepoint=33, max_codepoint=126),
)
def test_what_is_covered_cannot_be_changed_in_one_letter(scheme: Scheme, part: str, position: int, letter: str) -> None:
    sent = post(scheme)
    covered = {
        "cavage": {"url", "date", "digest", "host", "content-type"},
        "rfc9421": {"url", "content-digest", "signature-input", "host", "method"},
    }
    assume(part in covered[scheme])
    text = {"url": sent.url, "method": sent.method}.get(part) or sent.headers[part]
    position %= len(text)
    changed = text[:position] + letter + text[position + 1 :]
    assume(changed.lower() != text.lower() if part in ("url", "host") else changed != text)
    if part == "signature-input":  # the label only says which signature is meant
        assume(position > 4)
    if part == "url":
        forged = replace(sent, url=changed)
    elif part == "method":
        forged = replace(sent, method=changed)
    else:
        forged = sent.having(**{part: changed})
    with pytest.raises((Unauthenticated, Invalid)):
        forged.judge()


@given(
    position=st.integers(0, 342),
    letter=st.sampled_from("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"),
)
def test_a_signature_has_one_spelling(position: int, letter: str) -> None:
    sent = post()
    head, _, signature = sent.headers["signature"].partition('signature="')
    changed = signature[:position] + letter + signature[position + 1 :]
    assume(changed != signature)
    with pytest.raises((Unauthenticated, Invalid)):
        sent.having(signature=f'{head}signature="{changed}').judge()


@given(
    st.text(max_size=100)
    | st.lists(
        st.sampled_from(['keyId="', "signature=", '"', ",", "AAAA", "headers=", "=", " ", "(", ")", ";", ":"])
    ).map("".join),
    st.none()
    | st.lists(st.sampled_from(["sig1=", "(", ")", '"', "@method", ";", "created=1", 'keyid="a"', " "])).map("".join),
)
def test_nonsense_is_refused_and_nothing_worse(signature: str, given_input: str | None) -> None:
    headers = [("Signature", signature)] + ([] if given_input is None else [("Signature-Input", given_input)])
    try:
        claim = parse(headers)
        claim.check(method="POST", url=URL, headers=headers, body=b"", now=NOW)
    except (Invalid, Unauthenticated):
        return
    pytest.fail("nonsense was believed")
