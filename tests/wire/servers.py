"""Servers of other makes, called like pixelfed.test, that send the documents of their folder to our instance."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import httpx

from fedirec.activitypub.models import Received
from fedirec.activitypub.vocab import TYPES as PROTOCOL_TYPES
from fedirec.activitypub.vocab import Vocabulary
from fedirec.remix.vocab import TYPES
from tests.activitypub.sinks import Sink, Sinks
from tests.network import Instance, settle
from tests.peer import RSA, Peer

HERE: Final = Path(__file__).parent
SERVERS: Final = (
    *("gotosocial", "pixelfed", "peertube", "lemmy", "misskey", "pleroma", "akkoma", "friendica", "wordpress"),
    *("funkwhale", "bookwyrm"),
)
"""Those that share one life; Mastodon has its own."""
DOCUMENTS: Final = {
    f"{path.parent.name}/{path.stem}": json.loads(path.read_text(encoding="utf-8"))
    for path in sorted(HERE.glob("*/*.json"))
}
VOCABULARY: Final = Vocabulary([*PROTOCOL_TYPES, *TYPES])
ACTORS: Final = ("Person", "Group", "Application", "Service", "Organization")
ANA: Final = "https://here.test/u/ana"
OUR_RECORD: Final = "https://here.test/records/01kamz3p6e0000000000000000"
OUR_FOLLOW: Final = "https://here.test/activities/01kamz40000000000000000000"


def names_of(software: str) -> list[str]:
    """What the documents of `software` are called."""
    return [name.partition("/")[2] for name in DOCUMENTS if name.startswith(f"{software}/")]


class Server:
    """A server that has the actors of its folder, and its own people beside them."""

    def __init__(self, network: Sinks, here: Instance, software: str) -> None:
        self.software, self.here, self.host = software, here, f"{software}.test"
        self.peer = Peer(network, self.host)
        self.sink: Sink = network.sink(self.host)
        self.actor = self.sample("actor")
        self.author: str = self.actor["id"]
        self.record = OUR_RECORD
        """The record of ours that its documents are about."""
        self.follow = OUR_FOLLOW
        """The activity in which somebody here asked to follow somebody there."""
        for name in names_of(software):
            document = self.sample(name)
            if "object" not in document:
                self.peer.serve(document["id"], document)
        self._answer_webfinger(self.actor["preferredUsername"], self.author)

    def sample(self, name: str) -> dict[str, Any]:
        """One of its documents, as it would be about our record, with the key that the tests have."""
        text = json.dumps(DOCUMENTS[f"{self.software}/{name}"])
        for written, meant in ((OUR_RECORD, getattr(self, "record", "")), (OUR_FOLLOW, getattr(self, "follow", ""))):
            text = text.replace(written, meant or written)
        document = json.loads(text, object_hook=_with_our_key)
        assert isinstance(document, dict)
        return document

    def stranger(self, uri: str, **more: Any) -> str:
        """Another actor of this server, at `uri`, who can be asked for."""
        self.peer.serve(
            uri,
            {
                "@context": ["https://www.w3.org/ns/activitystreams", "https://w3id.org/security/v1"],
                "id": uri,
                "type": "Person",
                "preferredUsername": "somebody",
                "inbox": f"{uri}/inbox",
                "publicKey": {"id": f"{uri}#main-key", "owner": uri, "publicKeyPem": RSA.public.pem},
                **more,
            },
        )
        return uri

    async def send(self, activity: dict[str, Any]) -> tuple[str, str]:
        """What became of an activity here: its state, and the reason where it had no effect."""
        key = self.actor["publicKey"]["id"] if activity["actor"] == self.author else None
        before = await self._newest()
        answer = await self.peer.post(self.here, activity, key_id=key)
        assert answer.status_code == 202, (activity, answer.text)
        await settle(self.here)
        newest = await self._newest()
        assert newest is not None
        assert before is None or newest.id > before.id, f"{activity.get('id')} was taken for something that came before"
        return newest.state, newest.reason or ""

    async def _newest(self) -> Received | None:
        return await self.here.run(lambda: Received.all().order_by("-id").first())

    async def tell(self, name: str) -> None:
        """The document called `name` is sent, and has its effect."""
        assert await self.send(self.sample(name)) == ("handled", ""), f"{self.software}/{name}"

    def _answer_webfinger(self, handle: str, uri: str) -> None:
        resource = f"acct:{handle}@{self.host}"
        jrd = {
            "subject": resource,
            "links": [{"rel": "self", "type": "application/activity+json", "href": uri}],
        }
        self.peer.network.answers[f"https://{self.host}/.well-known/webfinger?resource={resource}"] = httpx.Response(
            200, headers={"content-type": "application/jrd+json"}, content=json.dumps(jrd)
        )


def _with_our_key(part: dict[str, Any]) -> dict[str, Any]:
    return part | {"publicKeyPem": RSA.public.pem} if "publicKeyPem" in part else part
