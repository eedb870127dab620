"""Part A of docs/security.md: whoever is not who they say they are gets nothing done."""

from __future__ import annotations

import base64
import hmac
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest

from fedirec.activitypub.keys import generate_rsa
from fedirec.activitypub.signatures import Scheme
from fedirec.clock import now
from tests.activitypub.test_signatures import SCHEMES, STANDARD, Sent, digest_header, message
from tests.attacks.stage import Attack, Attacks, Stage, withstand
from tests.network import Instance, Network
from tests.peer import OTHER_RSA, RSA, Peer

attacks = Attacks("A")
STRANGE_RSA = generate_rsa()
EVE: str = "https://evil.test/users/eve"
KEY: str = f"{EVE}#main-key"
Change = Callable[[Sent], Sent]


def like(stage: Stage) -> dict[str, Any]:
    return stage.activity("Like", stage.song.uri)


def changed(
    change: Change, *, kind: Scheme = "cavage", off: timedelta = timedelta(0)
) -> Callable[[Stage], Awaitable[httpx.Response]]:
    """A Like of Ana's song whose signed request was changed on the way, or was never signed well."""

    async def attempt(stage: Stage) -> httpx.Response:
        return await stage.send(change(stage.sent(like(stage), kind=kind, at=now() + off)))

    return attempt


def covering(names: str, **parameters: str | int) -> Change:
    return lambda sent: sent.resigned(names, key=RSA, keyId=KEY, **{"algorithm": "rsa-sha256", **parameters})


def twice(name: str) -> Change:
    return lambda sent: replace(sent, more=((name.title(), sent.headers[name]),))


def with_digest(header: str) -> Change:
    return lambda sent: covering(STANDARD)(sent.having(digest=header))


def anew(covered: str = '"@method" "@target-uri" "content-digest"', parameters: str = "") -> Change:
    def change(sent: Sent) -> Sent:
        given = parameters or f';created={int(now().timestamp())};keyid="{KEY}"'
        return message(covered, given.replace("NOW", str(int(now().timestamp()))), sent=sent, key=RSA)

    return change


attacks.add(1, "no signature", changed(lambda sent: sent.having(signature=None)), 401)
attacks.add(1, "an input without a signature", changed(lambda sent: sent.having(signature=None), kind="rfc9421"), 401)
for name in ("(request-target)", "host", "date", "digest"):
    rest = " ".join(part for part in STANDARD.split() if part != name)
    attacks.add(2, f"{name} is not signed", changed(covering(rest)), 401)
attacks.add(3, "another body", changed(lambda sent: replace(sent, body=sent.body.replace(b"Like", b"Join"))), 401)
attacks.add(3, "another body, RFC 9421", changed(lambda sent: replace(sent, body=b"{}"), kind="rfc9421"), 401)
for header in ("", "SHA-256=", "MD5=1B2M2Y8AsgTpgAmY7PhCfg==", "SHA=2jmj7l5rSw0yVb/vlWAYkK/YBwk="):
    attacks.add(4, f"the digest {header!r}", changed(with_digest(header)), 401)
attacks.add(
    4,
    "two digests",
    changed(lambda sent: with_digest(f"{digest_header(b'')},{digest_header(sent.body)}")(sent)),
    401,
)
for hours in (-2, 2):
    for kind in SCHEMES:
        attacks.add(
            5,
            f"signed {hours:+d} hours from now, {kind}",
            changed(lambda sent: sent, kind=kind, off=timedelta(hours=hours)),
            401,
        )
attacks.add(
    5,
    "a signature that lives for a month",
    changed(
        lambda sent: anew(parameters=f';created=NOW;expires={int(now().timestamp()) + 30 * 86400};keyid="{KEY}"')(sent),
        kind="rfc9421",
    ),
    401,
)


@attacks.on(6, "signed by Eve, done by another of her host", 401, asks=["https://evil.test/users/bob"])
async def _(stage: Stage) -> httpx.Response:
    bob = stage.evil.actor("bob", key=OTHER_RSA)
    forged = stage.evil.activity("Create", bob, stage.evil.note(bob))
    return await stage.post(forged, key=RSA, key_id=KEY)


@attacks.on(6, "signed by Eve, done by Mia of another host", 401)
async def _(stage: Stage) -> httpx.Response:
    forged = stage.good.activity("Create", stage.mia, stage.good.note(stage.mia, "2"))
    return await stage.post(forged, key=RSA, key_id=KEY)


@attacks.on(7, "a key on one host that names an owner on another", 401)
async def _(stage: Stage) -> httpx.Response:
    key = f"{stage.evil.origin}/key"
    stage.serve("/key", {"id": key, "owner": stage.mia, "publicKeyPem": RSA.public.pem})
    forged = stage.good.activity("Create", stage.mia, stage.good.note(stage.mia, "2"))
    return await stage.post(forged, key=RSA, key_id=key)


@attacks.on(8, "a key that the actor does not list", 401, asks=[EVE])
async def _(stage: Stage) -> httpx.Response:
    return await stage.post(like(stage), key_id=f"{EVE}#other")


@attacks.on(8, "a key document with another name than was asked for", 401, asks=["https://evil.test/"])
async def _(stage: Stage) -> httpx.Response:
    stage.serve("/keys/1", {"id": f"{stage.evil.origin}/keys/2", "owner": EVE, "publicKeyPem": RSA.public.pem})
    return await stage.post(like(stage), key_id=f"{stage.evil.origin}/keys/1")


for algorithm in ("none", "hmac-sha256", "rsa-sha1"):
    attacks.add(9, f"the algorithm {algorithm}", changed(covering(STANDARD, algorithm=algorithm)), 401)


@attacks.on(9, "hs2019 with the public key as a shared secret", 401, asks=[EVE])
async def _(stage: Stage) -> httpx.Response:
    sent = stage.sent(like(stage))
    text = "\n".join(
        f"{name}: {'post /inbox' if name == '(request-target)' else sent.headers[name]}" for name in STANDARD.split()
    )
    made = base64.b64encode(hmac.digest(RSA.public.pem.encode(), text.encode(), "sha256")).decode()
    header = f'keyId="{KEY}",algorithm="hs2019",headers="{STANDARD}",signature="{made}"'
    return await stage.send(sent.having(signature=header))


attacks.add(
    10,
    "two Signature headers",
    changed(lambda sent: replace(sent, more=(("signature", sent.headers["signature"]),))),
    400,
    401,
)
attacks.add(
    10,
    "two labels in one header",
    changed(
        lambda sent: sent.having(
            signature_input=f'{sent.headers["signature-input"]}, sig2=();created=1;keyid="x"',
            signature=f"{sent.headers['signature']}, sig2=:AAAA:",
        ),
        kind="rfc9421",
    ),
    400,
    401,
)
attacks.add(
    10,
    "a part that is covered twice",
    changed(anew('"@method" "@method" "@target-uri" "content-digest"'), kind="rfc9421"),
    400,
    401,
)
for name in ("host", "date", "digest"):
    attacks.add(
        11,
        f"{name} comes twice",
        changed(twice(name)),
        400,
        401,
    )
attacks.add(
    11,
    "a folded date",
    changed(lambda sent: covering(STANDARD)(sent.having(date=sent.headers["date"].replace(", ", ",\t ")))),
    400,
    401,
)


@attacks.on(12, "an activity that was handled, again", 202)
async def _(stage: Stage) -> httpx.Response:
    return await stage.good.post(stage.here, stage.created)


@attacks.on(12, "an activity that was handled, again, saying something else", 202)
async def _(stage: Stage) -> httpx.Response:
    changed = stage.good.note(stage.mia, content="<p>Changed</p>", updated="2030-01-01T00:00:00Z")
    return await stage.good.post(stage.here, stage.created | {"type": "Update", "object": changed})


@attacks.on(12, "what was sent to one inbox, replayed to another", 401, asks=[EVE])
async def _(stage: Stage) -> httpx.Response:
    sent = stage.sent(like(stage))
    return await stage.send(replace(sent, url=f"{stage.here.origin}/u/ana/inbox"))


@attacks.on(13, "a key that was never announced, ten times", 401, asks=[EVE])
async def _(stage: Stage) -> httpx.Response:
    before = len(stage.network.requests)
    for _ in range(10):
        answer = await stage.post(like(stage), key=STRANGE_RSA)
    asked = [request for request in stage.network.requests[before:] if str(request.url) == EVE]
    assert len(asked) == 1, "a flood of bad keys makes us ask once"
    return answer


for status in (404, 410, 500):

    async def _keyless(stage: Stage, status: int = status) -> httpx.Response:
        ghost = f"{stage.evil.origin}/users/ghost"
        stage.serve("/users/ghost", {}, status=status)
        before = len(stage.network.requests)
        for _ in range(3):
            answer = await stage.post(stage.evil.activity("Like", ghost, stage.song.uri), actor=ghost)
        asked = [request for request in stage.network.requests[before:] if str(request.url) == ghost]
        assert len(asked) == 1, "what could not be had is not asked for again at once"
        return answer

    attacks.add(14, f"a key that answers {status}", _keyless, 401, 503, asks=["https://evil.test/users/ghost"])


@attacks.on(14, "a key whose host does not answer", 401, 503, asks=["https://silent.test/"])
async def _(stage: Stage) -> httpx.Response:
    silent = Peer(stage.network, "silent.test")
    nobody = f"{silent.origin}/users/nobody"
    return await silent.post(stage.here, silent.activity("Like", nobody, stage.song.uri))


for what, change in {
    "no time": anew(parameters=f';keyid="{KEY}"'),
    "no digest": anew('"@method" "@target-uri"'),
    "an authority in place of the target": anew('"@method" "@authority" "@path" "content-digest"'),
    "a part of another request": anew('"@method";req "@target-uri" "content-digest"'),
    "an unknown parameter": anew(parameters=f';created=NOW;keyid="{KEY}";x="y"'),
}.items():
    attacks.add(15, what, changed(change, kind="rfc9421"), 400, 401)
attacks.add(
    15,
    "signed for another host",
    changed(lambda sent: replace(anew()(replace(sent, url="https://third.test/inbox")), url=sent.url), kind="rfc9421"),
    401,
    asks=[EVE],
)
attacks.add(
    16,
    "a target without its query, on a POST",
    changed(lambda sent: replace(covering(STANDARD)(sent), url=f"{sent.url}?a=1")),
    401,
    asks=[EVE],
)


@pytest.mark.parametrize("attack", attacks.rows, ids=str)
@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
async def test_nobody_is_taken_for_somebody_else(attack: Attack, here: Instance, network: Network) -> None:
    await withstand(attack, here, network)
