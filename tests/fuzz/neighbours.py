"""Servers of every make that nobody has met before, to speak with one whole instance."""

from __future__ import annotations

import itertools
import json
import logging
from typing import Any, Final

import httpx
import pytest

from fedirec.activitypub.models import Actor, Follow, Received
from fedirec.clock import now
from fedirec.db import fetch_rows
from fedirec.lanes import Job
from fedirec.remix.models import Record
from tests.activitypub.sinks import Sinks
from tests.fuzz.mutations import HOST, OURS
from tests.network import Instance, settle
from tests.peer import RSA, Peer
from tests.wire.servers import DOCUMENTS, OUR_RECORD

MAKES: Final = {name: f"{name}.test" for name in sorted({name.partition("/")[0] for name in DOCUMENTS})} | {
    "mastodon": "social.example"
}
"""What the servers of each make are called in their documents."""
KEPT: Final = (
    *("record", "record_revision", "record_tag", "attachment", "source", "comment", "challenge", "submission"),
    *("follow", "announcement", "liking", "notification", "evidence"),
)
"""Where an activity that is refused adds nothing."""
_numbers = itertools.count(1)


class Neighbour:
    """A server of one make under a name that nobody has heard; ana follows its author."""

    def __init__(self, network: Sinks, make: str) -> None:
        self.host = f"{make}-{next(_numbers)}.test"
        self.peer = Peer(network, self.host)
        network.sink(self.host)
        named = {name: text for name in DOCUMENTS if name.startswith(f"{make}/") for text in [self._own(name, make)]}
        self.documents: list[dict[str, Any]] = [json.loads(text, object_hook=_with_our_key) for text in named.values()]
        self.actor: dict[str, Any] = json.loads(named[f"{make}/actor"], object_hook=_with_our_key)
        self.author: str = self.actor["id"]
        for document in self.documents:
            told = document.get("object", document)
            if isinstance(told, dict) and isinstance(told.get("id"), str):
                self.peer.serve(told["id"], {"@context": document["@context"], **told})
        self.peer.serve(self.author, self.actor)

    def _own(self, name: str, make: str) -> str:
        return json.dumps(DOCUMENTS[name]).replace(MAKES[make], self.host).replace("https://a.example", OURS)

    async def post(self, instance: Instance, activity: dict[str, Any]) -> httpx.Response:
        """What is answered to `activity`, however it looks, signed by the author who lives here."""
        body = json.dumps(activity).replace(HOST, self.host).encode()
        return await self.peer.post(instance, body, actor=self.author, key_id=self.actor["publicKey"]["id"])


async def be_followed(instance: Instance, neighbour: Neighbour) -> None:
    """Ana follows the author of `neighbour`, so that what they say is of interest."""
    met = await instance.meet(neighbour.author)

    async def follow() -> None:
        ana = await Actor.get(local_handle="ana")
        await Follow.create(uri=f"{OURS}/activities/{met.id}", follower=ana, target=met, accepted_at=now())

    await instance.run(follow)


async def give_our_record_its_address(instance: Instance, record: Record) -> None:
    """`record` of ours is the one that the documents of others are about."""
    await instance.run(lambda: Record.filter(id=record.id).update(uri=OUR_RECORD))


async def rows_of(instance: Instance) -> dict[str, int]:
    """How much there is of everything that people see."""

    async def count() -> dict[str, int]:
        told = " UNION ALL ".join(f"SELECT '{name}' AS name, count(*) AS n FROM {name}" for name in KEPT)  # noqa: S608
        return {row["name"]: row["n"] for row in await fetch_rows(told)}

    return await instance.run(count)


async def comes_to_rest(instance: Instance, answer: httpx.Response, before: dict[str, int]) -> None:
    """What was posted was answered as promised, and is handled as a whole or not at all."""
    assert answer.status_code < 500 or (answer.status_code == 503 and answer.headers["retry-after"]), answer.text
    await settle(instance)
    newest = await instance.run(lambda: Received.all().order_by("-id").first())
    if answer.status_code != 202 or (newest and newest.state == "refused"):
        assert await rows_of(instance) == before, "what is refused leaves nothing"
    crashed = await instance.run(lambda: Job.filter(crashes__gt=0).values("kind", "error", "payload"))
    assert crashed == []
    failed = await instance.run(lambda: Received.filter(state="failed").values("activity_uri", "reason"))
    assert failed == []
    waiting = await instance.run(lambda: Received.filter(state="waiting").count())
    assert waiting <= await instance.run(lambda: Job.filter(kind="inbox", dead_at=None).count()), "nothing is forgotten"


def nothing_broke(caplog: pytest.LogCaptureFixture) -> None:
    """Nothing in the log is more than a warning, and nothing has a traceback."""
    worse = [each.getMessage() for each in caplog.records if each.levelno >= logging.ERROR or each.exc_info]
    assert worse == [], caplog.text
    caplog.clear()


def _with_our_key(part: dict[str, Any]) -> dict[str, Any]:
    return part | {"publicKeyPem": RSA.public.pem} if "publicKeyPem" in part else part
