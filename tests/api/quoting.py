"""The part of the story in which others ask to quote a record, and its author decides."""

from __future__ import annotations

from tests.api.programs import Program
from tests.network import Instance, settle
from tests.peer import Peer
from tests.remix.test_comments import post
from tests.remix.test_quotes import answers, quote_request


async def decide_about_quotes(here: Instance, ana: Program, ben: Program) -> None:
    """One quote of ben's record is allowed and taken back, another one is refused."""
    peer = Peer(here.network, "social.test")
    bo, cy = peer.actor("bo"), peer.actor("cy")
    fog = await ben.get("publish_record", title="Fog", text="x", licence="CC-BY-4.0", quoting="asked")
    assert (await ben.get("list_quotes", fog["id"]))["items"] == []
    before = len(await answers(here))
    await post(peer, here, quote_request(peer, bo, fog["uri"]), quote_request(peer, cy, fog["uri"], "q2"))
    asked = await ben.get("list_quotes", fog["id"])
    assert [(each["quoter"]["handle"], each["state"]) for each in asked["items"]] == [
        ("@cy@social.test", "waiting"),
        ("@bo@social.test", "waiting"),
    ]
    assert (await ben.get("list_quotes", fog["id"], query={"limit": 1}))["next"]
    await ana.ask("list_quotes", fog["id"], status=403)
    second, first = (each["id"] for each in asked["items"])
    await ana.ask("approve_quote", first, status=403)
    await ben.ask("revoke_quote", first, status=409)
    approved = await ben.get("approve_quote", first)
    assert (approved["state"], approved["record"], approved["uri"]) == (
        "approved",
        fog["id"],
        f"{peer.origin}/notes/q1",
    )
    assert approved["decided_at"]
    await ben.ask("refuse_quote", first, status=409)
    assert (await ben.get("refuse_quote", second))["state"] == "refused"
    assert (await ben.get("revoke_quote", first))["state"] == "revoked"
    await ben.ask("approve_quote", first, status=409)
    await ben.ask("approve_quote", second + first, status=404)
    await settle(here)
    said = (await answers(here))[before:]
    assert [each["type"] for each in said] == ["Accept", "Reject", "Delete"]
    assert said[2]["object"] == said[0]["result"]
