"""What is known of other instances, for the pages that show something of theirs."""

from __future__ import annotations

from datetime import timedelta

from fedirec.activitypub.models import Peer
from fedirec.activitypub.peers import hosts_of
from fedirec.clock import now
from fedirec.lanes.models import Lane


async def test_many_hosts_are_known_by_when_they_were_heard_and_whether_they_answer(database: str) -> None:
    moment = now()
    await Peer.create(origin="https://well.example", heard_at=moment)
    await Peer.create(origin="https://ill.example", heard_at=moment - timedelta(days=3))
    await Peer.create(origin="http://127.0.0.1:8001")
    await Lane.create(key="deliver:https://well.example", kind="deliver", failures=1, failing_since=moment)
    await Lane.create(
        key="deliver:https://ill.example", kind="deliver", failures=9, trips=2, failing_since=moment - timedelta(days=2)
    )
    await Lane.create(key="deliver:https://never-heard.example", kind="deliver", trips=1)

    known = await hosts_of(
        ["", "well.example", "ill.example", "127.0.0.1:8001", "never-heard.example", "stranger.example"]
    )

    assert set(known) == {"well.example", "ill.example", "127.0.0.1:8001", "never-heard.example"}
    well, ill = known["well.example"], known["ill.example"]
    assert (well.heard_at, well.is_reachable, well.silent_since) == (moment, True, None)
    assert (ill.is_reachable, ill.silent_since) == (False, moment - timedelta(days=2))
    assert known["127.0.0.1:8001"].is_reachable
    assert not known["never-heard.example"].is_reachable


async def test_nothing_is_asked_about_what_is_ours(database: str) -> None:
    assert await hosts_of(["", ""]) == {}
