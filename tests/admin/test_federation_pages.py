"""The pages about other servers, what waits and what was refused: who may look, who may decide, and what they show."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from fedirec.accounts.permissions import Operator, Role
from fedirec.activitypub.follows import follow
from fedirec.activitypub.models import Peer as KnownPeer
from fedirec.activitypub.models import Received
from fedirec.activitypub.outbox import delivery_lane
from fedirec.admin.actions.policies import treat_peer
from fedirec.admin.treatment import Treatment
from fedirec.clock import now
from fedirec.lanes import Job
from fedirec.remix.actions.drafts import RecordDraft
from fedirec.remix.actions.records import publish_record
from fedirec.remix.models import Record
from tests.network import Instance, Network, settle
from tests.peer import Peer

pytestmark = pytest.mark.one_database

PLACE = "/admin/federation/peers/there.test"


async def read(browser: httpx.AsyncClient, path: str, status: int = 200) -> str:
    answer = await browser.get(path)
    assert answer.status_code == status, answer.text[:500]
    return " ".join(answer.text.split())


async def post(browser: httpx.AsyncClient, path: str, status: int = 303, **data: Any) -> str:
    answer = await browser.post(path, data=data)
    assert answer.status_code == status, answer.text[:500]
    if status != 303:
        return " ".join(answer.text.split())
    return await read(browser, answer.headers["location"])


async def test_a_server_is_looked_at_and_blocked_after_a_look_at_whom_that_cuts_off(
    here: Instance, there: Instance
) -> None:
    ana, bo = await here.join("ana"), await there.join("bo")
    await here.run(follow, ana, await here.meet(bo))
    await settle(here, there)
    async with here.sign_in("olga") as olga:
        page = await read(olga, "/admin/federation")
        assert "there.test" in page
        assert "everything arrived in the last days" in page
        page = await read(olga, PLACE)
        assert "@bo@there.test" in page
        typed: Any = {
            "policy": "block",
            "public_comment": "Spam",
            "private_comment": "Seen by us",
            "is_obfuscated": "on",
        }
        page = await post(olga, f"{PLACE}/policy", 200, **typed)
        assert "@ana@here.test follows @bo@there.test" in page
        assert not await here.run(lambda: KnownPeer.exists(policy="block"))
        page = await post(olga, f"{PLACE}/policy", **typed, do="decide")
        assert "That holds from now on" in page
        assert "Seen by us" in page
        await here.work()
        assert "nothing is sent to it" in await read(olga, "/admin/federation?show=blocked")
        assert "That holds for there.test already" in await post(olga, f"{PLACE}/policy", 422, **typed, do="decide")
    async with here.client() as stranger:
        page = await read(stranger, "/about/servers")
        assert "Spam" in page
        assert "there.test" not in page
        assert "th******st" in page or "th***.**st" in page
        assert "Seen by us" not in page


async def test_moderators_look_and_admins_decide_and_nobody_else_sees_anything(
    here: Instance, network: Network
) -> None:
    peer = Peer(network, "there.test")
    await here.meet(peer.actor("bo"))
    await here.join("mia", role=Role.MODERATOR)
    await here.join("ana")
    pages = ("/admin/federation", PLACE, "/admin/queue", "/admin/refused")
    deciding = ("/admin/federation/mode", "/admin/federation/import", "/admin/federation/export", f"{PLACE}/purge")
    forms = [f"{PLACE}/{word}" for word in ("policy", "listing", "retry", "drop", "purge")]
    forms += ["/admin/federation/mode", "/admin/federation/import", "/admin/queue/1/retry", "/admin/queue/1/drop"]
    forms += ["/admin/refused/1/replay"]
    async with here.sign_in("mia") as mia:
        for page in pages:
            assert "<form" in await read(mia, page)
        for page in deciding:
            await read(mia, page, 403)
        for form in forms:
            await post(mia, form, 403, policy="block")
    async with here.sign_in("ana") as ana:
        for page in (*pages, *deciding):
            await read(ana, page, 403)


async def test_servers_are_listed_and_only_they_may_come_in(here: Instance, network: Network) -> None:
    await here.meet(Peer(network, "there.test").actor("bo"))
    async with here.sign_in("olga") as olga:
        assert "People whom we know" in await read(olga, "/admin/federation/mode")
        assert "It is listed." in await post(olga, f"{PLACE}/listing", do="list")
        assert "The list counts once only those on it may" in await read(olga, PLACE)
        assert "Nothing that is here would be cut off" in await read(olga, "/admin/federation/mode")
        await post(olga, "/admin/federation/mode", federation="listed")
        assert "The list counts once" not in await read(olga, PLACE)
        assert "with those servers that are listed" in await read(olga, "/admin/federation")
        assert "have chosen" in await read(olga, "/about/servers")
        assert "It is not listed any more." in await post(olga, f"{PLACE}/listing", do="delist")
        assert "nothing is sent to it" in await read(olga, PLACE)


async def test_a_list_is_looked_at_and_taken_over(here: Instance) -> None:
    listed = "#domain,#severity\nbad.example,suspend\nb*d.example,suspend\n"
    async with here.sign_in("olga") as olga:
        answer = await olga.post(
            "/admin/federation/import",
            data={"kind": "blocks"},
            files={"file": ("list.csv", listed.encode(), "text/csv")},
        )
        page = " ".join(answer.text.split())
        assert "Line 3: the name of the instance is not written in full" in page
        assert "bad.example</span>: is blocked" in page
        refused = await post(olga, "/admin/federation/import", 422, list=listed, kind="blocks", do="take")
        assert "Line 3 cannot be taken over" in refused
        page = await post(olga, "/admin/federation/import", list=listed, kind="blocks", do="take", skip_bad="on")
        assert "bad.example" in page
        saved = await olga.get("/admin/federation/export")
        assert saved.headers["content-type"].startswith("text/csv")
        assert "attachment" in saved.headers["content-disposition"]
        assert "bad.example,suspend,false,false,,false" in saved.text


async def test_what_was_given_up_is_tried_again_or_let_go(here: Instance, there: Instance, network: Network) -> None:
    ana, bo = await here.join("ana"), await there.join("bo")
    await there.run(follow, bo, await there.meet(ana))
    await settle(here, there)
    network.down.add("there.test")
    await here.run(publish_record, ana, RecordDraft(title="Sun", text="Warm.", licence="CC-BY-4.0"))
    await here.work()
    lane = delivery_lane(there.origin)
    await here.run(lambda: Job.filter(lane=lane).update(dead_at=now(), status=503, error="answered 503"))
    async with here.sign_in("olga") as olga:
        page = await read(olga, "/admin/queue")
        assert "It has too much to do at present." in page
        assert "Create https://here.test/records/" in page
        job = await here.run(lambda: Job.get(lane=lane))
        assert "It has too much to do at present." in await read(olga, PLACE)
        network.down.clear()
        assert "It is tried again." in await post(olga, f"/admin/queue/{job.id}/retry")
        await here.run(lambda: Job.filter(lane=lane).update(dead_at=now()))
        assert "Everything for it is tried at once." in await post(olga, f"{PLACE}/retry")
        await settle(here, there)
        assert "Nothing was given up." in await read(olga, "/admin/queue")
        assert "There is no such delivery" in await post(olga, f"/admin/queue/{job.id}/drop")
    assert "Sun" in (await there.get("/explore")).text


async def test_what_was_refused_is_handled_again_and_has_its_effect_once(here: Instance, network: Network) -> None:
    peer = Peer(network)
    ana, bo = await here.join("ana"), peer.actor("bo")
    asked = peer.activity("Follow", bo, "https://here.test/u/nobody")
    await peer.post(here, asked)
    await here.work()
    async with here.sign_in("olga") as olga:
        page = await read(olga, "/admin/refused")
        assert "Nobody here can be followed at that address." in page
        row = await here.run(lambda: Received.get(activity_uri=asked["id"]))
        page = await post(olga, f"/admin/refused/{row.id}/replay")
        assert "It is handled again." in page
        await here.work()
        assert "Nobody here can be followed at that address." in await read(olga, "/admin/refused?show=refused")
        good = peer.activity("Follow", bo, ana.uri)
        await peer.post(here, good)
        await here.work()
        handled = await here.run(lambda: Received.get(activity_uri=good["id"]))
        assert "handled already" in await post(olga, f"/admin/refused/{handled.id}/replay")


async def test_what_is_kept_of_a_blocked_server_is_thrown_away_but_not_who_made_what(
    here: Instance, there: Instance
) -> None:
    bo, cy = await there.join("bo"), await there.join("cy")
    record = await there.run(publish_record, bo, RecordDraft(title="Rain", text="On a roof.", licence="CC-BY-4.0"))
    await here.find_record(record.uri)
    met = await here.meet(cy)
    assert met.document
    await here.run(treat_peer, Operator("command line"), here.state["site"], "there.test", Treatment(policy="block"))
    await here.work()
    async with here.sign_in("olga") as olga:
        assert "What people said of themselves" in await read(olga, f"{PLACE}/purge")
        assert "What is kept of it goes" in await post(olga, f"{PLACE}/purge")
    await here.work()

    await here.run(met.refresh_from_db)
    assert met.document is None
    assert await here.run(lambda: Record.exists(uri=record.uri))


@pytest.mark.parametrize("host", ["here.test", "a%20b", "-x.test", "x%2Fy"])
async def test_there_is_no_page_about_what_is_no_server(here: Instance, host: str) -> None:
    async with here.sign_in("olga") as olga:
        assert (await olga.get(f"/admin/federation/peers/{host}")).status_code in (400, 404)
