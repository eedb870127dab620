"""The part of the story in which somebody keeps away from others, and takes along and brings whom they know."""

from __future__ import annotations

from datetime import timedelta

from fedirec.accounts.models import Boundary
from fedirec.clock import now
from tests.api.programs import Json, Program
from tests.network import Instance, settle


async def keep_away(here: Instance, there: Instance, ana: Program, ben: Program) -> None:
    """Ana blocks and mutes people and instances, lets them come near again, and carries lists about."""
    bens = (await ben.get("show_me"))["person"]["id"]
    cleos = (await ana.get("look_up", query={"address": "https://there.test/u/cleo"}))["person"]["id"]
    await _block(here, there, ana, ben, bens=bens, cleos=cleos)
    await _mute(ana, bens=bens)
    await _carry_lists(here, ana)
    await _take_a_copy(here, ana)


async def _block(here: Instance, there: Instance, ana: Program, ben: Program, *, bens: int, cleos: int) -> None:
    assert len((await ben.get("list_followers"))["items"]) == 1
    blocked = await ana.get("block", person=bens)
    assert (blocked["person"]["id"], blocked["host"], blocked["is_told"]) == (bens, None, False)
    assert (await ben.get("list_followers"))["items"] == []
    await ben.ask("unblock", blocked["id"], status=404)
    told = await ana.get("block", person=cleos, tell=True)
    assert told["is_told"] is True
    await settle(here, there)
    assert await there.run(lambda: Boundary.filter(kind="block", other__local_handle="cleo").count()) == 1
    host = await ana.get("block", host="https://Loud.test/about")
    assert (host["person"], host["host"]) == (None, "loud.test")
    await ana.ask("block", host="here.test", status=400)
    await ana.ask("block", person=bens, host="loud.test", status=400)
    await ana.ask("mute", person=bens, status=409)
    first = await ana.get("list_blocks", query={"limit": 2})
    assert first["items"] == [host, told]
    assert first["next"]
    for each in (blocked, told, host):
        await ana.ask("unblock", each["id"])
    await ana.ask("unblock", host["id"], status=404)
    assert (await ana.get("list_blocks"))["items"] == []
    await settle(here, there)
    assert await there.run(lambda: Boundary.all().count()) == 0


async def _mute(ana: Program, *, bens: int) -> None:
    hour = timedelta(hours=1)
    await ana.ask("mute", person=bens, ends_at=(now() - hour).isoformat(), status=400)
    muted = await ana.get("mute", person=bens, ends_at=(now() + hour).isoformat())
    assert (muted["person"]["id"], muted["is_told"]) == (bens, False)
    assert muted["ends_at"]
    host = await ana.get("mute", host="loud.test")
    assert (await ana.get("list_mutes"))["items"] == [host, muted]
    assert (await ana.get("list_blocks"))["items"] == []
    await ana.ask("unblock", muted["id"], status=404)
    for each in (muted, host):
        await ana.ask("unmute", each["id"])
    assert (await ana.get("list_mutes"))["items"] == []


async def _carry_lists(here: Instance, ana: Program) -> None:
    brought = await ana.get("bring_list", "mutes", csv="Account address,Hide notifications\ncleo@there.test,true\n?\n")
    assert brought == {"names": ["cleo@there.test"], "unread": 1}
    await ana.ask("bring_list", "mutes", csv="?", status=400)
    await ana.ask("bring_list", "friends", csv="cleo@there.test", status=404)
    await here.work()
    [muted] = (await ana.get("list_mutes"))["items"]
    assert muted["person"]["handle"] == "@cleo@there.test"
    written = "Account address,Hide notifications\ncleo@there.test,true\n"
    assert await ana.get("show_list", "mutes") == {"csv": written}
    assert await ana.get("show_list", "blocked-hosts") == {"csv": ""}
    await ana.ask("show_list", "friends", status=404)
    await ana.ask("unmute", muted["id"])


async def _take_a_copy(here: Instance, ana: Program) -> None:
    await ana.ask("show_archive", status=404)
    asked: Json = await ana.get("make_archive")
    assert (asked["state"], asked["url"]) == ("waiting", None)
    await ana.ask("make_archive", status=409)
    await here.work()
    ready = await ana.get("show_archive")
    assert (await ana.get("show_money"))["balances"] == []
    assert (await ana.get("show_statement", 2026))["lines"] == []
    assert (ready["state"], ready["asked_at"]) == ("ready", asked["asked_at"])
    copy = await ana.client.get(ready["url"], headers={"authorization": f"Bearer {ana.token}"})
    assert (copy.status_code, copy.content[:2], len(copy.content)) == (200, b"PK", ready["size"])
