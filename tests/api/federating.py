"""The part of the story in which somebody looks after other instances, what waits and what was refused."""

from __future__ import annotations

from fedirec.activitypub.models import Received
from fedirec.clock import now
from fedirec.lanes import Job
from tests.api.programs import Program
from tests.network import Instance, Network
from tests.peer import Peer


async def look_after_federation(here: Instance, network: Network, olga: Program) -> None:
    """All operations about other instances are used."""
    peer = Peer(network, "loud.test")
    bo = peer.actor("bo")
    await peer.post(here, peer.activity("Follow", bo, "https://here.test/u/nobody"))
    await here.work()

    assert "loud.test" in [each["host"] for each in (await olga.get("list_peers"))["items"]]
    first = await olga.get("list_peers", query={"limit": 1})
    assert first["next"]
    shown = await olga.get("show_peer", "loud.test")
    assert (shown["policy"], shown["state"]) == ("allow", "fine")
    await olga.ask("show_peer", "never.test", status=404)

    (came,) = (await olga.get("list_arrivals", query={"host": "loud.test"}))["items"]
    assert came["state"] == "refused"
    await olga.ask("replay_arrival", came["id"])
    await olga.ask("replay_arrival", came["id"], status=409)
    await here.work()
    assert (await here.run(lambda: Received.get(id=came["id"]))).state == "refused"

    lane = "deliver:https://loud.test"

    async def give_up() -> None:
        for error in ("answered 500", "answered 503", "answered 403"):
            await Job.create(lane=lane, kind="deliver", payload={}, dead_at=now(), error=error, attempts=3)

    await here.run(give_up)
    assert [each["given_up"] for each in (await olga.get("show_queue"))["items"] if each["kind"] == "deliver"] == [3]
    dead_jobs = (await olga.get("list_jobs", query={"host": "loud.test"}))["items"]
    assert [each["error"] for each in dead_jobs] == ["answered 403", "answered 503", "answered 500"]
    await olga.ask("retry_job", dead_jobs[0]["id"])
    await olga.ask("drop_job", dead_jobs[0]["id"])
    await olga.ask("drop_job", dead_jobs[0]["id"], status=404)
    assert await olga.get("retry_peer", "loud.test") == {"revived": 2}
    await here.run(lambda: Job.filter(lane=lane).update(dead_at=now()))
    assert await olga.get("drop_peer", "loud.test") == {"dropped": 2}

    assert (await olga.get("foresee_block", "loud.test"))["people"] == 1
    await olga.ask("purge_peer", "loud.test", status=409)
    decided = await olga.get("decide_about_peer", "loud.test", policy="block", public_comment="Spam")
    assert (decided["is_blocked"], decided["public_comment"]) == (True, "Spam")
    await olga.ask("decide_about_peer", "loud.test", policy="block", public_comment="Spam", status=409)
    await olga.ask("decide_about_peer", "here.test", policy="block", status=400)
    assert (await olga.get("purge_peer", "loud.test", dry_run=True))["is_done"] is False
    assert (await olga.get("purge_peer", "loud.test"))["is_done"] is True
    await here.work()

    written = (await olga.get("give_away_list"))["csv"]
    assert "loud.test,suspend,false,false,Spam,false" in written
    more = f"{written}worse.test,suspend,true,true,,false\n"
    plan = await olga.get("take_over_list", list=more, dry_run=True)
    assert ([each["host"] for each in plan["changes"]], plan["same"]) == (["worse.test"], 1)
    await olga.ask("take_over_list", list=f"{more}b*d.test\n", status=400)
    assert (await olga.get("take_over_list", list=more))["is_done"] is True

    await olga.ask("list_peer", "good.test")
    await olga.ask("list_peer", "good.test", status=409)
    assert (await olga.get("give_away_list", query={"kind": "allows"}))["csv"] == "#domain\ngood.test\n"
    assert (await olga.get("foresee_listing"))["people"] >= 0
    assert await olga.get("show_federation") == {"federation": "open"}
    assert await olga.get("choose_federation", federation="listed") == {"federation": "listed"}
    await olga.get("choose_federation", federation="open")
    await olga.ask("delist_peer", "good.test")
    await here.work()
