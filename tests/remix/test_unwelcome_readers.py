"""Whoever is blocked is shown no document of those who blocked them: one rule for all of them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import pytest
from starlette.routing import BaseRoute, Mount

from fedirec.accounts.actions.boundaries import block, keep_away_from_host
from fedirec.accounts.boundaries import Distance
from fedirec.activitypub.documents import ActivityRoute
from fedirec.activitypub.models import Actor, Outgoing
from fedirec.app import create_app
from fedirec.remix.models import QuoteStamp
from tests.network import Instance, Network
from tests.peer import Peer
from tests.remix.test_comments import ACTIVITY, on_sqlite, post, publish, say
from tests.remix.test_quotes import quote_request

THEIRS: Final = {
    "/u/{handle}": "/u/ana",
    "/u/{handle}/outbox": "/u/ana/outbox",
    "/u/{handle}/followers": "/u/ana/followers",
    "/u/{handle}/following": "/u/ana/following",
    "/u/{handle}/featured": "/u/ana/featured",
    "/records/{key}": "/records/{record}",
    "/records/{key}/replies": "/records/{record}/replies",
    "/records/{key}/thread": "/records/{record}/thread",
    "/records/{key}/remixes": "/records/{record}/remixes",
    "/records/{key}/sources": "/records/{record}/sources",
    "/records/{key}/credits": "/records/{record}/credits",
    "/comments/{key}": "/comments/{comment}",
    "/comments/{key}/replies": "/comments/{comment}/replies",
    "/stamps/{key}": "/stamps/{stamp}",
    "/activities/{key}": "/activities/{activity}",
}
"""What belongs to a person, and where ana has one of them."""
OF_ALL: Final = {
    *("/actor", "/actor/outbox", "/actor/witness", "/c/{handle}", "/c/{handle}/prompt", "/c/{handle}/featured"),
    *("/c/{handle}/moderators", "/c/{handle}/outbox", "/c/{handle}/submissions"),
    *("/c/{handle}/followers", "/c/{handle}/following", "/c/{handle}/news/{key}", "/p/{handle}/news/{key}"),
    *("/actor/followers", "/c/{handle}/log", "/c/{handle}/needs", "/c/{handle}/needs/{key}"),
    *("/p/{handle}", "/p/{handle}/introduction", "/p/{handle}/featured", "/p/{handle}/moderators"),
    *("/p/{handle}/outbox", "/p/{handle}/followers", "/p/{handle}/following", "/p/{handle}/log"),
    *("/p/{handle}/steps", "/p/{handle}/steps/{key}", "/p/{handle}/needs", "/p/{handle}/needs/{key}"),
    *("/p/{handle}/productions", "/p/{handle}/productions/{key}", "/c/{handle}/log/{key}", "/p/{handle}/log/{key}"),
    *("/p/{handle}/productions/{key}/records", "/p/{handle}/productions/{key}/roles"),
    *("/p/{handle}/productions/{key}/credits", "/p/{handle}/productions/{key}/credits/{line}"),
    *("/pay/{key}", "/pay/{key}/revisions/{number}", "/pay/{key}/revisions/{number}/splits", "/audit-heads"),
    *("/pay/{key}/post", "/pay/{key}/replies"),
}
"""What belongs to the instance, to challenges and to projects, who block nobody."""


def documents_in(routes: Iterable[BaseRoute]) -> set[str]:
    found = set[str]()
    for route in routes:
        if isinstance(route, Mount):
            found |= documents_in(route.routes)
        elif isinstance(route, ActivityRoute):
            found.add(route.path)
    return found


@pytest.fixture
def peer(network: Network) -> Peer:
    return Peer(network)


@on_sqlite
async def test_every_document_is_somebodys_or_for_all(here: Instance) -> None:
    app = create_app(here.settings, state=here.state)
    assert documents_in(app.routes) == THEIRS.keys() | OF_ALL


@on_sqlite
@pytest.mark.parametrize("how", ["a person", "their instance"])
async def test_whoever_is_blocked_is_shown_none_of_them(here: Instance, there: Instance, peer: Peer, how: str) -> None:
    ana, bo, eve = await here.join("ana"), await there.join("bo"), await there.join("eve")
    record = await publish(here, ana)
    comment = await say(here, ana, record.uri, "This is mine")
    mia = peer.actor("mia")
    await post(peer, here, quote_request(peer, mia, record.uri))
    stamp = await here.run(lambda: QuoteStamp.get())
    said = await here.run(lambda: Outgoing.filter(object_uri=record.uri, is_public=True).first())
    assert said is not None
    keys = {
        "record": record.uri.rpartition("/")[2],
        "comment": comment.uri.rpartition("/")[2],
        "stamp": stamp.key,
        "activity": said.uri.rpartition("/")[2],
    }
    places = [path.format_map(keys) for path in THEIRS.values()]

    async def shown_to(actor: Actor) -> dict[str, int]:
        async def ask(path: str) -> int:
            answer = await there.state["net"].get(
                f"{here.origin}{path}",
                accept=ACTIVITY,
                sign=lambda method, url: there.state["keyring"].sign_request(
                    actor.id, method=method, url=url, body=None
                ),
            )
            return answer.status

        return {path: await there.run(ask, path) for path in places}

    await here.meet(bo)
    assert await shown_to(bo) == dict.fromkeys(places, 200)

    if how == "a person":
        await here.run(_block_by_handle, ana, "bo")
        assert await shown_to(eve) == dict.fromkeys(places, 200)
    else:
        await here.run(keep_away_from_host, ana, there.host, kind=Distance.BLOCK)
        assert await shown_to(eve) == dict.fromkeys(places, 404)
    assert await shown_to(bo) == dict.fromkeys(places, 404)
    for path in places:
        assert (await here.get(path, accept=ACTIVITY)).status_code == 200, "to those who do not say who they are"


async def _block_by_handle(owner: Actor, handle: str) -> None:
    await block(owner, await Actor.get(handle=handle), tell=False)
