"""What two people had with each other before the domain of one of them lapsed, and whoever has it then."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

from fedirec.accounts.models import Account
from fedirec.activitypub.follows import follow
from fedirec.activitypub.keys import PrivateKey, generate_ed25519, generate_rsa
from fedirec.activitypub.models import Actor, Follow, Received
from fedirec.activitypub.proofs import add_proof
from fedirec.clock import now
from fedirec.remix.actions.claims import ClaimDraft, open_claim
from fedirec.remix.actions.pens import share_pen
from fedirec.remix.actions.suggestions import suggest_change
from fedirec.remix.claims import ClaimKind
from fedirec.remix.models import (
    Claim,
    Pen,
    Record,
    RecordRevision,
    RemixRequest,
    Snapshot,
    Source,
    Suggestion,
    Writing,
)
from tests.network import Instance, Network, settle
from tests.peer import RSA, Peer
from tests.remix.test_comments import publish
from tests.remix.test_remix_requests import Author, remix

KIM: Final = generate_ed25519()
THIEF_RSA: Final = generate_rsa()
THIEF: Final = generate_ed25519()
REFUSED: Final = "no key that we knew before says so"


@dataclass
class Lapsed:
    """What ana and Kim had with each other, and the domain in other hands."""

    here: Instance
    peer: Peer
    ana: Actor
    kim: Author
    roof: Record
    acknowledged: Record
    asked: Record
    request: RemixRequest
    """About `asked`, which nobody answered."""
    stamp: str
    pen: Pen
    held: Pen
    """One that Kim took up."""
    suggestion: Suggestion
    flag: str
    """The Flag by which ana claimed something about `roof`."""
    update: dict[str, Any]
    """An Update of Kim's, as they signed it themself."""
    lists_old_keys: bool = False
    keys: dict[str, PrivateKey] = field(default_factory=dict)

    def take_over(self) -> None:
        """The addresses of social.test are somebody else's."""
        for served in [address for address in self.peer.network.answers if address.startswith(self.peer.origin)]:
            del self.peer.network.answers[served]
        self.peer.serve(f"{self.peer.origin}/inbox", {}, status=202)
        for name in ("kim", "instance"):
            self.describe(name)
        self.kim.key = THIEF

    def describe(self, name: str, **changes: Any) -> dict[str, Any]:
        """What the thief serves as `name`."""
        uri = f"{self.peer.origin}/users/{name}"
        keys = [{"id": f"{uri}#main-key", "owner": uri, "publicKeyPem": THIEF_RSA.public.pem}]
        multikeys = [multikey(uri, "ed25519", THIEF)]
        if self.lists_old_keys:
            keys = [
                {"id": f"{uri}#main-key", "owner": uri, "publicKeyPem": RSA.public.pem},
                {**keys[0], "id": f"{uri}#other-key"},
            ]
            multikeys = [multikey(uri, "ed25519", KIM), multikey(uri, "other", THIEF)]
            self.kim.method = f"{self.kim.uri}#other"
        changes = {"assertionMethod": multikeys, "publicKey": keys, **changes}
        if name == "instance":
            changes["type"] = "Application"
        self.peer.actor(name, key=THIEF_RSA, **changes)
        document = json.loads(self.peer.network.answers[uri].content) | {"name": "Buy watches"}
        self.peer.serve(uri, document)
        return dict(document)

    async def say(self, type: str, object: Any, *, name: str = "kim", proof: bool = False, **more: Any) -> int:
        """The status that the thief is answered, who says that in the name of Kim."""
        uri = f"{self.peer.origin}/users/{name}"
        activity = self.peer.activity(type, uri, object, **{"to": [self.ana.uri], **more})
        if proof:
            activity = add_proof(activity, key=THIEF, verification_method=self.kim.method, created=now())
        return await self.post(activity)

    async def post(self, activity: dict[str, Any]) -> int:
        fragment = "other-key" if self.lists_old_keys else "main-key"
        answer = await self.peer.post(self.here, activity, key=THIEF_RSA, key_id=f"{activity['actor']}#{fragment}")
        await settle(self.here)
        return answer.status_code

    async def kept(self) -> dict[str, Any]:
        """What must not change."""

        async def look() -> dict[str, Any]:
            kim = await Actor.get(uri=self.kim.uri)
            return {
                "requests": await RemixRequest.all().order_by("id").values_list("remix_uri", "state", "stamp_uri"),
                "sources": await Source.all().order_by("id").values_list("uri", "permission", "acknowledgement"),
                "pens": await Pen.all().order_by("id").values_list("id", "state"),
                "suggestions": await Suggestion.all().order_by("id").values_list("id", "state"),
                "writings": await Writing.all().count(),
                "claims": await Claim.all().order_by("id").values_list("id", "state"),
                "records": await Record.all().order_by("id").values_list("uri", "title", "licence", "without_name"),
                "versions": await RecordRevision.all().count(),
                "snapshots": await Snapshot.all().order_by("id").values_list("uri", "author_name", "document_digest"),
                "guests": await Account.filter(role="guest").count(),
                "kim": (kim.name, kim.moved_to, kim.without_name, kim.state),
            }

        return await self.here.run(look)

    async def reason(self) -> str:
        row = await self.here.run(lambda: Received.all().order_by("-id").first())
        return (row.reason or "") if row else ""


def multikey(uri: str, fragment: str, key: PrivateKey) -> dict[str, Any]:
    return {
        "id": f"{uri}#{fragment}",
        "type": "Multikey",
        "controller": uri,
        "publicKeyMultibase": key.public.multibase,
    }


async def before_it_lapsed(here: Instance, network: Network) -> Lapsed:
    peer = Peer(network, "social.test")
    peer.serve(f"{peer.origin}/inbox", {}, status=202)
    ana, kim = await here.join("ana"), Author(peer, "kim", key=KIM)
    instance = peer.actor("instance", type="Application", assertionMethod=[])
    await here.meet(instance)
    met = await here.meet(kim.uri)
    await here.run(follow, ana, met)
    asked = await here.run(lambda: Follow.get(target_id=met.id))
    await peer.post(here, peer.activity("Accept", kim.uri, asked.uri))
    acknowledged = await remix(here, ana, kim.record("roof"))
    waiting = await remix(here, ana, kim.record("open"))
    await settle(here)
    first, second = await here.run(lambda: RemixRequest.all().order_by("id").select_related("asker", "owner"))
    stamp = kim.stamp(acknowledged, first.source_uri)
    await peer.post(here, peer.activity("Accept", kim.uri, first.uri, to=[], result=stamp))
    await settle(here)
    roof = await here.run(lambda: Record.get(uri=first.source_uri).select_related("author"))
    night = await publish(here, ana, "Night")
    pen = await here.run(lambda: share_pen(ana, night, met))
    moon = await publish(here, ana, "Moon")
    held = await here.run(lambda: share_pen(ana, moon, met))
    await settle(here)
    await peer.post(here, peer.activity("Accept", kim.uri, held.uri, to=[ana.uri]))
    await settle(here)
    mine = await here.run(lambda: Record.get(id=acknowledged.id).select_related("author"))
    suggestion = await here.run(lambda: suggest_change(ana, mine, roof))
    draft = ClaimDraft(kind=ClaimKind.MISSING_SOURCE, words="From mine.", links=[], source=night.uri)
    claim = await here.run(open_claim, ana, roof, draft)
    await settle(here)
    flag = await here.run(lambda: Claim.get(id=claim.id))
    described = json.loads(network.answers[kim.uri].content)
    update = add_proof(
        peer.activity("Update", kim.uri, described),
        key=KIM,
        verification_method=kim.method,
        created=now() - timedelta(minutes=5),
    )
    return Lapsed(
        here,
        peer,
        ana,
        kim,
        roof,
        acknowledged,
        waiting,
        second,
        stamp,
        pen,
        held,
        suggestion,
        flag.activity_uri or "",
        update,
    )
