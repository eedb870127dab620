"""Part E of docs/security.md: nobody makes us work, wait, fetch or keep without end."""

from __future__ import annotations

import asyncio
import gzip
import time
from collections.abc import AsyncIterator, Callable
from typing import Any, Final

import httpx
import pytest

from fedirec.activitypub.models import Peer as KnownPeer
from fedirec.activitypub.models import Received
from fedirec.errors import FedirecError, PeerUnavailable, TooLarge
from fedirec.html import clean
from fedirec.lanes import Lane
from fedirec.remix.models import Attachment, Record, RecordTag
from tests.attacks.stage import Attack, Attacks, Stage, withstand
from tests.net.peers import JSON, Answer, Asked, open_net, open_peer
from tests.network import Instance, Network, settle
from tests.peer import CONTEXT

attacks = Attacks("E")
EVIL: Final = "https://evil.test/"
MEBIBYTE: Final = 1024 * 1024
SOON: Final = 0.25
"""Seconds of work in which something hostile is refused."""
OWN: Final = (
    *("record", "record_revision", "record_tag", "attachment", "source", "comment", "evidence", "notification"),
    *("outgoing", "job"),
)
"""What Eve may add of her own by answering Ana's song, and what Ana's server tells others of that."""


# What is too much to be read


def body(line: int, what: str, content: bytes, *statuses: int) -> None:
    async def attempt(stage: Stage) -> httpx.Response:
        began = time.process_time()
        answer = await stage.post(content)
        assert time.process_time() - began < SOON
        return answer

    attacks.add(line, what, attempt, *statuses)


body(53, "one byte too many", b'{"a": "' + b"x" * MEBIBYTE + b'"}', 413)
body(54, "ten thousand levels", b'{"a":' * 10_000 + b"1" + b"}" * 10_000, 400)
body(54, "a hundred thousand keys", b"{" + b",".join(b'"%d":1' % n for n in range(90_000)) + b"}", 400)
body(54, "the same key twice", b'{"id": "https://evil.test/a", "id": "https://evil.test/b"}', 400)
body(54, "a number without end", b'{"a": 1e400}', 400)
body(54, "a number of a hundred thousand digits", b'{"a": ' + b"9" * 100_000 + b"}", 400)
body(54, "half a character", b'{"a": "\\ud800"}', 400)
body(54, "no number", b'{"a": NaN}', 400)


@attacks.on(53, "a body without end", 413)
async def _(stage: Stage) -> httpx.Response:
    sent = stage.sent(stage.activity("Like", stage.song.uri))
    given = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal given
        while True:
            given += 65_536
            yield b" " * 65_536

    async with stage.here.client() as client:
        client.headers.clear()
        answer = await client.post(sent.url, content=endless(), headers=sent.headers)
    assert given <= 2 * MEBIBYTE
    return answer


@attacks.on(53, "a packed body", 415)
async def _(stage: Stage) -> httpx.Response:
    sent = stage.sent(stage.activity("Like", stage.song.uri))
    packed = gzip.compress(b" " * 10 * MEBIBYTE)
    async with stage.here.client() as client:
        client.headers.clear()
        return await client.post(sent.url, content=packed, headers=sent.headers | {"content-encoding": "gzip"})


def pouring(head: bytes, piece: bytes, *, pause: float = 0) -> Answer:
    """A peer that answers without end."""

    async def answer(asked: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(head)
        while True:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(pause)

    return answer


BOMB: Final = gzip.compress(b"\0" * 50 * MEBIBYTE)
POURED: Final[list[tuple[str, Answer, type[FedirecError]]]] = [
    (
        "53 an answer in pieces without end",
        pouring(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n", b"10000\r\n" + b"x" * 65_536 + b"\r\n"),
        TooLarge,
    ),
    (
        "53 an answer that unpacks to fifty mebibytes",
        pouring(b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: %d\r\n\r\n" % len(BOMB), BOMB, pause=9),
        TooLarge,
    ),
    (
        "53 an answer of one byte now and then",
        pouring(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n", b"x", pause=0.1),
        PeerUnavailable,
    ),
    ("53 headers without end", pouring(b"HTTP/1.1 200 OK\r\n", b"x-more: 1\r\n" * 100), PeerUnavailable),
]


@pytest.mark.parametrize(("answer", "error"), [row[1:] for row in POURED], ids=[row[0] for row in POURED])
async def test_what_pours_is_left(answer: Answer, error: type[FedirecError]) -> None:
    async with open_peer(answer) as peer, open_net() as net:
        with pytest.raises(error):
            await net.get(f"{peer.origin}/", accept=JSON, timeout=1)


# What would make us fetch without end


def reply_at(stage: Stage, number: int, **changes: Any) -> str:
    """The address of a note of Eve's that answers the next one, and is answered by it."""
    return stage.serve(
        f"/notes/chain-{number}",
        {
            "@context": CONTEXT,
            **stage.evil_note(id=f"{EVIL}notes/chain-{number}", inReplyTo=f"{EVIL}notes/chain-{number + 1}", **changes),
        },
    )


async def asked_for(stage: Stage, begin: str, attempt: Callable[[], Any]) -> int:
    """How many addresses that begin so were asked for."""
    before = len(stage.network.requests)
    await attempt()
    await settle(stage.here)
    return len([request for request in stage.network.requests[before:] if str(request.url).startswith(begin)])


@attacks.on(56, "a chain of a thousand answers", 202, asks=[EVIL], spoils=OWN)
async def _(stage: Stage) -> httpx.Response:
    for number in range(1000):
        reply_at(stage, number, cc=[stage.ana.uri])
    create = stage.activity("Create", stage.evil_note(inReplyTo=f"{EVIL}notes/chain-0", cc=[stage.ana.uri]))
    assert await asked_for(stage, f"{EVIL}notes/chain", lambda: stage.post(create)) <= 64
    return await stage.post(create)


@attacks.on(56, "two notes that answer each other", 202, asks=[EVIL], spoils=OWN)
async def _(stage: Stage) -> httpx.Response:
    for number, other in ((1, 2), (2, 1)):
        note = stage.evil_note(id=f"{EVIL}notes/{number}", inReplyTo=f"{EVIL}notes/{other}", cc=[stage.ana.uri])
        stage.serve(f"/notes/{number}", {"@context": CONTEXT, **note})
    create = stage.activity("Create", stage.evil_note(inReplyTo=f"{EVIL}notes/1", cc=[stage.ana.uri]))
    assert await asked_for(stage, f"{EVIL}notes/", lambda: stage.post(create)) <= 4
    return await stage.post(create)


@attacks.on(57, "a thousand mentions, each of a new host", 202, 400, asks=[EVIL, "https://h"], spoils=OWN)
async def _(stage: Stage) -> httpx.Response:
    people = [f"https://h{number}.evil.test/u" for number in range(1000)]
    tags = [{"type": "Mention", "href": uri, "name": "@u"} for uri in people]
    create = stage.activity(
        "Create", stage.evil_note(inReplyTo=stage.song.uri, cc=[stage.ana.uri, *people[:200]], tag=tags)
    )
    assert await asked_for(stage, "https://h", lambda: stage.post(create)) <= 20
    return await stage.post(create)


@attacks.on(
    57, "a thousand contributors and sources, each on a new host", 202, 400, asks=[EVIL, "https://h"], spoils=OWN
)
async def _(stage: Stage) -> httpx.Response:
    people = [f"https://h{number}.evil.test/u" for number in range(1000)]
    note = stage.evil_note(
        cc=[stage.ana.uri],
        kind="remix",
        isBasedOn=[stage.song.uri, *people],
        contributor=[{"type": "Role", "contributor": uri, "roleName": "editor"} for uri in people],
    )
    create = stage.activity("Create", note)
    assert await asked_for(stage, "https://h", lambda: stage.post(create)) <= 64
    return await stage.post(create)


# What would make us keep without end


@attacks.on(58, "five thousand of everything", 202, 400, 413, asks=[EVIL], spoils=(*OWN, "actor"))
async def _(stage: Stage) -> httpx.Response:
    tags: list[dict[str, Any]] = [{"type": "Hashtag", "name": f"#t{number}"} for number in range(2500)]
    tags += [{"type": "Emoji", "name": f":e{number}:", "icon": {"url": f"{EVIL}e"}} for number in range(1000)]
    files = [{"type": "Image", "mediaType": "image/png", "url": f"{EVIL}{number}.png"} for number in range(1000)]
    note = stage.evil_note(cc=[stage.ana.uri], inReplyTo=stage.note.uri, isBasedOn=[stage.song.uri], kind="remix")
    answer = await stage.post(stage.activity("Create", note | {"tag": tags, "attachment": files}))
    await settle(stage.here)
    record = await stage.here.run(lambda: Record.get_or_none(uri=note["id"]))
    if record:
        assert await stage.here.run(lambda: RecordTag.filter(record_id=record.id).count()) <= 32
        assert await stage.here.run(lambda: Attachment.filter(record_id=record.id).count()) <= 16
    return answer


@attacks.on(58, "a thousand other names of one person", 202, asks=[EVIL])
async def _(stage: Stage) -> httpx.Response:
    stage.evil.actor("eve", alsoKnownAs=[f"{EVIL}{number}" for number in range(1000)])
    met = await stage.here.run(lambda: stage.here.state["remote"].find_actor(stage.eve, fresh=True))
    assert len(met.also_known_as) <= 10
    return await stage.post(stage.activity("Like", f"{EVIL}nothing"))


@attacks.on(60, "deliveries from five hundred ports that do not answer", 401, 503, asks=["https://evil.test:"])
async def _(stage: Stage) -> httpx.Response:
    lanes, peers = (
        await stage.here.run(lambda: Lane.all().count()),
        await stage.here.run(lambda: KnownPeer.all().count()),
    )
    for port in range(2000, 2100):
        ghost = f"https://evil.test:{port}/u"
        like = stage.evil.activity("Like", ghost, stage.song.uri, id=f"{ghost}/1")
        answer = await stage.post(like, actor=ghost)
    assert await stage.here.run(lambda: Lane.all().count()) <= lanes + 1
    assert await stage.here.run(lambda: KnownPeer.all().count()) == peers
    return answer


@attacks.on(61, "more in a second than anybody has to say", 429)
async def _(stage: Stage) -> httpx.Response:
    stage.here.state["inbox"].crowd.count_origin(stage.evil.origin, size=29_900_000)
    for _ in range(5):
        answer = await stage.post(stage.activity("Like", f"{EVIL}nothing", content="x" * 1_000_000))
    assert int(answer.headers["retry-after"]) > 0
    other = await stage.good.post(stage.here, stage.good.activity("Like", stage.mia, f"{EVIL}nothing"))
    assert other.status_code == 202, "others are not held up by it"
    return answer


@attacks.on(63, "a linked data signature over a graph that takes for ever", 202, 400)
async def _(stage: Stage) -> httpx.Response:
    graph = [{"id": f"_:b{one}", "knows": [{"id": f"_:b{other}"} for other in range(30)]} for one in range(30)]
    signature = {"type": "RsaSignature2017", "creator": f"{stage.eve}#main-key", "signatureValue": "AAAA"}
    began = time.process_time()
    answer = await stage.post(
        stage.activity("Announce", {"id": f"{EVIL}graph", "@graph": graph}) | {"signature": signature}
    )
    await settle(stage.here)
    assert time.process_time() - began < 2 * SOON
    return answer


@attacks.on(61, "a flood that is let in holds up what another says", 202, spoils=OWN)
async def _(stage: Stage) -> httpx.Response:
    """What one host sends waits behind what it sent; what another sends does not."""
    for _ in range(300):
        await stage.post(stage.activity("Like", f"{EVIL}nothing"))
    said = stage.good.activity("Like", stage.mia, f"{EVIL}nothing")
    answer = await stage.good.post(stage.here, said)
    await stage.here.work()
    handled = await stage.here.run(
        lambda: Received.filter(type="Like").order_by("handled_at", "id").values_list("activity_uri", flat=True)
    )
    assert list(handled).index(said["id"]) <= 100
    return answer


HARD: Final[dict[str, str]] = {
    "five mebibytes of tags": "<p>" * 1_700_000,
    "mentions that never end": "@a" * 200_000,
    "hashtags that never end": "#a" * 200_000,
    "addresses that never end": "https://a" * 60_000,
    "brackets": "<" * 500_000,
    "entities": "&" * 500_000,
    "an attribute that never ends": '<a href="' + "a" * 1_000_000,
    "comments": "<!--" * 200_000,
}


@pytest.mark.parametrize("text", HARD.values(), ids=[f"59 {what}" for what in HARD])
def test_hard_words_are_read_at_once(text: str) -> None:
    began = time.process_time()
    clean(text)
    assert time.process_time() - began < 4 * SOON


@pytest.mark.parametrize("attack", attacks.rows, ids=str)
@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
async def test_nobody_exhausts_us(attack: Attack, here: Instance, network: Network) -> None:
    await withstand(attack, here, network)
