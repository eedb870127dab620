"""Where the attacks of docs/security.md are tried: an instance with people and works, and two servers elsewhere.

An attack has failed when it got the answer that the list promises and left nothing behind: no row of what people see
is different, nobody was notified, nothing was queued to be sent, and nobody was asked for anything but what the attack
names.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

import httpx

from fedirec.activitypub.follows import follow
from fedirec.activitypub.models import Actor, Follow, Received
from fedirec.activitypub.signatures import Scheme, sign_request
from fedirec.clock import now
from fedirec.db import fetch_rows
from fedirec.remix.models import Record
from tests.activitypub.test_signatures import Sent
from tests.network import Instance, Network, settle
from tests.peer import OTHER_RSA, PUBLIC, RSA, Peer
from tests.remix.test_comments import publish

KEPT: Final = (
    *("record", "record_revision", "record_tag", "attachment", "source", "comment", "challenge", "submission"),
    *("follow", "announcement", "liking", "notification", "media", "outgoing", "evidence", "account", "audit_event"),
    "remix_request",
)
"""The tables that no failed attack changes."""


@dataclass
class Stage:
    """What is there before an attack: Ana here has a public song and one for her followers, and follows Mia.

    Mia lives at good.test and has a public note that is known here. Eve lives at evil.test and attacks; she has
    been met before, so that her keys are known. Servers that are heard for the first time are asked what they are.
    """

    here: Instance
    network: Network
    good: Peer
    evil: Peer
    ana: Actor
    song: Record
    secret: Record
    mia: str
    note: Record
    created: dict[str, Any]
    """The activity by which the note came here."""
    eve: str

    @classmethod
    async def set(cls, here: Instance, network: Network) -> Stage:
        good, evil = Peer(network, "good.test"), Peer(network, "evil.test")
        ana = await here.join("ana")
        song = await publish(here, ana, title="Rain")
        secret = await publish(here, ana, title="For a few", visibility="followers")
        mia, eve = good.actor("mia", key=OTHER_RSA), evil.actor("eve")
        for peer in (good, evil):
            peer.serve(f"{peer.origin}/inbox", {}, status=202)
            for name in ("mia", "eve", "bob"):
                peer.serve(f"{peer.origin}/users/{name}/inbox", {}, status=202)
        met = await here.meet(mia)
        await here.run(follow, ana, met)
        asked = await here.run(lambda: Follow.get(target_id=met.id))
        await good.post(here, good.activity("Accept", mia, asked.uri))
        created = good.activity("Create", mia, good.note(mia))
        await good.post(here, created)
        await here.meet(eve)
        await settle(here)
        note = await here.run(lambda: Record.get(uri=f"{good.origin}/notes/1"))
        return cls(here, network, good, evil, ana, song, secret, mia, note, created, eve)

    async def everything(self) -> dict[str, list[dict[str, Any]]]:
        """All rows of the tables that people see, and all actors but those at evil.test."""

        async def read() -> dict[str, list[dict[str, Any]]]:
            found = {name: list(await fetch_rows(f"SELECT * FROM {name} ORDER BY id")) for name in KEPT}  # noqa: S608
            found["actor"] = list(await fetch_rows("SELECT * FROM actor WHERE host <> 'evil.test' ORDER BY id"))
            found["job"] = list(await fetch_rows("SELECT id FROM job WHERE kind IN ('deliver', 'fanout')"))
            return found

        return await self.here.run(read)

    async def last_reason(self) -> str:
        """Why the activity that arrived last had no effect."""
        row = await self.here.run(lambda: Received.all().order_by("-id").first())
        return (row.reason or "") if row else ""

    def activity(self, type: str, object: Any, **more: Any) -> dict[str, Any]:
        """Something that Eve says she did."""
        return self.evil.activity(type, self.eve, object, **more)

    def evil_note(self, **changes: Any) -> dict[str, Any]:
        return self.evil.note(self.eve, "x") | changes

    async def post(self, activity: Any, **how: Any) -> httpx.Response:
        """What our inbox answers to Eve's post."""
        how.setdefault("actor", self.eve)
        return await self.evil.post(self.here, activity, **how)

    def sent(self, activity: Mapping[str, Any], *, kind: Scheme = "cavage", at: datetime | None = None) -> Sent:
        """Eve's post of `activity` as it would go out, to be changed before it does."""
        body, url = text_of(activity), f"{self.here.origin}/inbox"
        key_id = f"{activity['actor']}#main-key"
        headers = sign_request(
            method="POST", url=url, body=body, key_id=key_id, private_key=RSA, now=at or now(), kind=kind
        )
        return Sent(url=url, headers=headers, body=body)

    async def send(self, sent: Sent) -> httpx.Response:
        """What is answered to `sent` as it stands."""
        async with self.here.client() as client:
            client.headers.clear()
            headers = [*sent.headers.items(), *sent.more]
            return await client.request(sent.method, sent.url, content=sent.body, headers=headers)

    async def get(self, path: str, **headers: str) -> httpx.Response:
        """What is answered to somebody who asks without saying who they are."""
        async with self.here.client() as client:
            client.headers.clear()
            return await client.get(path, headers=headers or {"accept": "application/activity+json"})

    async def describe(self, **changes: Any) -> httpx.Response:
        """What is answered when Eve says who she is by now; her server says so too."""
        document = json.loads(self.network.answers[self.eve].content) | changes
        self.evil.serve(self.eve, document)
        return await self.post(self.activity("Update", document))

    def serve(self, path: str, document: Any, **how: Any) -> str:
        """The address at evil.test that answers with `document` from now on."""
        uri = f"{self.evil.origin}{path}"
        self.evil.serve(uri, document, **how)
        return uri


Attempt = Callable[[Stage], Awaitable[httpx.Response | None]]


@dataclass(frozen=True, kw_only=True)
class Attack:
    """One way to try what a line of the list describes."""

    line: int
    """Its number in docs/security.md."""
    what: str
    attempt: Attempt
    answers: tuple[int, ...] = ()
    """The statuses that are a fitting answer; none where nothing is asked of us over HTTP."""
    reason: str = ""
    """What the reason has in it why it had no effect, where it was taken in first."""
    asks: tuple[str, ...] = ()
    """The beginnings of the addresses that may be asked for because of it."""
    spoils: frozenset[str] = frozenset()
    """Tables that may change all the same."""

    def __str__(self) -> str:
        return f"{self.line} {self.what}"


@dataclass
class Attacks:
    """The ways to try the lines of one part of the list."""

    part: str
    rows: list[Attack] = field(default_factory=list)

    def on(
        self,
        line: int,
        what: str,
        *answers: int,
        reason: str = "",
        asks: Iterable[str] = (),
        spoils: Iterable[str] = (),
    ) -> Callable[[Attempt], Attempt]:
        """The decorated attempt is a row of the table."""

        def add(attempt: Attempt) -> Attempt:
            self.add(line, what, attempt, *answers, reason=reason, asks=asks, spoils=spoils)
            return attempt

        return add

    def add(
        self,
        line: int,
        what: str,
        attempt: Attempt,
        *answers: int,
        reason: str = "",
        asks: Iterable[str] = (),
        spoils: Iterable[str] = (),
    ) -> None:
        row = Attack(
            line=line,
            what=what,
            attempt=attempt,
            answers=answers,
            reason=reason,
            asks=tuple(asks),
            spoils=frozenset(spoils),
        )
        self.rows.append(row)


async def withstand(attack: Attack, here: Instance, network: Network) -> None:
    """`attack` is tried, gets the answer that the list promises, and leaves nothing behind."""
    stage = await Stage.set(here, network)
    before = await stage.everything()
    asked = len(network.requests)

    answer = await attack.attempt(stage)
    await settle(here)

    if attack.answers:
        assert answer is not None
        assert answer.status_code in attack.answers, answer.text
        assert "Traceback" not in answer.text
    if attack.reason:
        assert attack.reason in await stage.last_reason()
    after = await stage.everything()
    known = {row["id"] for row in before["actor"]}
    after["actor"] = [row for row in after["actor"] if row["id"] in known]  # whoever is asked for a key is met
    for table, rows in before.items():
        if table not in attack.spoils:
            assert after[table] == rows, f"{table} has changed"
    for request in network.requests[asked:]:
        if request.url.host != here.host:
            address = str(request.url)
            is_named = any(address.startswith(begin) for begin in attack.asks)
            assert is_named or request.url.path == "/.well-known/nodeinfo", f"{address} was asked"


def text_of(document: Mapping[str, Any]) -> bytes:
    return json.dumps(document).encode()


EVERYBODY: Final = [PUBLIC]
