"""A request is believed only as it was signed, and whatever its headers say breaks nothing."""

from __future__ import annotations

import itertools
import json
from dataclasses import dataclass, replace
from typing import Final

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedirec.activitypub.models import Received
from fedirec.activitypub.signatures import Scheme, sign_request
from fedirec.clock import now
from tests.fuzz.budget import tries
from tests.fuzz.neighbours import nothing_broke
from tests.network import Instance, Network
from tests.peer import RSA, Peer

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)

NAMES: Final = ("signature", "signature-input", "digest", "content-digest", "date", "host", "content-type")
PIECES: Final = (
    *('"', ",", ";", "=", "(", ")", " ", "\t", ":", "\\", "%", "\x7f", "é", "\n", "\r\n x: y"),
    *("sig1", "sig2=()", "keyId=", "keyid=", "headers=", "created=1", "expires=1", "algorithm=", 'alg="hmac-sha256"'),
    *(
        "(request-target)",
        "(created)",
        "(expires)",
        "host",
        "date",
        "digest",
        '"@method"',
        '"@target-uri"',
        ";req",
        ";sf",
    ),
    *("sha-256=", "SHA-256=", "sha-512=:AAAA:", "md5=", "hs2019", "none", "AAAA", "x" * 9000, "https://", "#main-key"),
)
_numbers = itertools.count(1)


@dataclass(frozen=True, slots=True)
class Edit:
    """What is done to one header: `piece` comes in at `place`, over as many characters as `over` says."""

    name: str
    how: str
    place: int
    over: int
    piece: str


HOWS: Final = ("write", "write", "write", "write", "drop", "double", "case", "spaces", "swap", "from_other", "rename")
edits: Final = st.lists(
    st.builds(
        Edit,
        name=st.sampled_from(NAMES),
        how=st.sampled_from(HOWS),
        place=st.integers(0, 999),
        over=st.integers(0, 12),
        piece=st.sampled_from(PIECES) | st.text(st.characters(max_codepoint=255), max_size=3),
    ),
    max_size=3,
)


@dataclass(frozen=True, slots=True)
class Request:
    """What goes over the wire."""

    method: str
    path: str
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def values(self, name: str) -> list[str]:
        return [value.strip(" \t") for key, value in self.headers if key.lower() == name]


def edited(request: Request, edit: Edit, other: dict[str, str]) -> Request:
    """`request` after `edit`; `other` are the headers of a good request about something else."""
    headers = list(request.headers)
    at = next((place for place, (name, _) in enumerate(headers) if name.lower() == edit.name), None)
    if at is None:
        return replace(request, headers=(*headers, (edit.name, edit.piece)))
    name, value = headers[at]
    place = edit.place % (len(value) + 1)
    match edit.how:
        case "write":
            headers[at] = name, value[:place] + edit.piece + value[place + edit.over :]
        case "drop":
            del headers[at]
        case "double":
            headers.insert(edit.place % (len(headers) + 1), (name, edit.piece if edit.over % 2 else value))
        case "case":
            headers[at] = name.upper(), value.swapcase() if edit.over % 2 else value
        case "spaces":
            headers[at] = name, f" \t{value} "
        case "swap":
            there = edit.place % len(headers)
            (one, first), (two, second) = headers[at], headers[there]
            headers[at], headers[there] = (one, second), (two, first)
        case "from_other":
            headers[at] = name, other.get(edit.name, "")
        case "rename":
            headers[at] = NAMES[edit.place % len(NAMES)], value
    return replace(request, headers=tuple(headers))


def signed(peer: Peer, actor: str, kind: Scheme) -> Request:
    like = peer.activity("Like", actor, f"{peer.origin}/nothing", id=f"{peer.origin}/likes/{next(_numbers)}")
    body = json.dumps(like).encode()
    headers = sign_request(
        method="POST",
        url="https://here.test/inbox",
        body=body,
        key_id=f"{actor}#main-key",
        private_key=RSA,
        now=now(),
        kind=kind,
    )
    return Request("POST", "/inbox", tuple(headers.items()), body)


async def send(instance: Instance, request: Request) -> httpx.Response:
    async with instance.client() as client:
        client.headers.clear()
        raw = [(name.encode("latin-1"), value.encode("latin-1", "replace")) for name, value in request.headers]
        return await client.request(
            request.method, f"https://here.test{request.path}", content=request.body, headers=raw
        )


def is_as_signed(sent: Request, good: Request, kind: Scheme) -> bool:
    """Whether everything that the signature covers is as it was, and the signature is the one that was made."""
    covered = ("host", "date", "digest", "content-type") if kind == "cavage" else ("content-digest",)
    written = {"host": ["here.test"]}  # the client adds what it must say
    same = all((sent.values(name) or written.get(name)) == good.values(name) for name in covered)
    marks = [mark for mark in good.values("signature")[0].split('"' if kind == "cavage" else ":") if len(mark) > 300]
    there = len(marks) == 1 and len(sent.values("signature")) == 1 and marks[0] in sent.values("signature")[0]
    return same and there and (sent.method, sent.path, sent.body) == (good.method, good.path, good.body)


@tries(120)
@given(
    kind=st.sampled_from(["cavage", "rfc9421"]),
    by=edits,
    path=st.sampled_from(["/inbox", "/inbox", "/inbox", "/u/olga/inbox", "/inbox?x", "/inbox/x"]),
    method=st.sampled_from(["POST", "POST", "POST", "PUT", "GET"]),
    flip=st.none() | st.none() | st.integers(0, 9999),
)
async def test_only_what_was_signed_is_believed(
    here: Instance,
    network: Network,
    caplog: pytest.LogCaptureFixture,
    kind: Scheme,
    by: list[Edit],
    path: str,
    method: str,
    flip: int | None,
) -> None:
    peer = Peer(network, "signer.test")
    actor = peer.actor("mia")
    await here.meet(actor)
    good, other = signed(peer, actor, kind), dict(signed(peer, actor, kind).headers)
    sent = replace(good, path=path, method=method)
    if flip is not None:
        at = flip % len(good.body)
        sent = replace(sent, body=good.body[:at] + bytes([good.body[at] ^ 1]) + good.body[at + 1 :])
    for edit in by:
        sent = edited(sent, edit, other)
    uri = json.loads(good.body)["id"]
    await here.run(lambda: Received.all().delete())

    answer = await send(here, sent)

    assert answer.status_code < 500, answer.text
    kept = await here.run(lambda: Received.filter(activity_uri__startswith=f"{peer.origin}/").count())
    if sent == good:
        assert answer.status_code == 202, answer.text
    if answer.status_code == 202:
        assert is_as_signed(sent, good, kind), (sent.headers, good.headers)
        assert await here.run(lambda: Received.filter(activity_uri=uri).exists())
    else:
        assert kept == 0, "what is refused is not kept"
    nothing_broke(caplog)
