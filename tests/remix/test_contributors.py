"""People who are credited are known by name wherever the record is shown."""

from __future__ import annotations

from fedirec.activitypub.follows import follow
from fedirec.activitypub.models import Actor
from fedirec.remix.actions.drafts import PartDraft, RecordDraft
from fedirec.remix.actions.records import publish_record
from fedirec.remix.models import Record
from fedirec.remix.queries.trails import credits_of, names_of
from tests.network import Instance, Network, settle


async def test_somebody_credited_by_another_instance_is_met(here: Instance, there: Instance) -> None:
    ana, eve, bo = await here.join("ana"), await here.join("eve"), await there.join("bo")
    await there.run(follow, bo, await there.meet(eve))
    await settle(here, there)

    draft = RecordDraft(title="A film", text="!", licence="CC-BY-4.0", parts=[PartDraft(actor=ana, role="pro")])
    film = await here.run(publish_record, eve, draft)
    await settle(here, there)

    lines, waypoints = await there.run(credits_of, film.uri)
    names = await there.run(names_of, lines, waypoints)
    assert [names.get(line.person) for line in lines] == ["eve", "ana"]
    assert (await there.run(lambda: Actor.get(uri=ana.uri))).handle == "ana"


async def test_somebody_credited_who_cannot_be_reached_stays_an_address(
    here: Instance, there: Instance, elsewhere: Instance, network: Network
) -> None:
    eve, bo, cy = await here.join("eve"), await there.join("bo"), await elsewhere.join("cy")
    met = await here.meet(cy)
    await there.run(follow, bo, await there.meet(eve))
    await settle(here, there)
    network.down.add(elsewhere.host)

    draft = RecordDraft(title="A film", text="!", licence="CC-BY-4.0", parts=[PartDraft(actor=met, role="pro")])
    film = await here.run(publish_record, eve, draft)
    await settle(here, there)

    assert await there.run(lambda: Record.exists(uri=film.uri))
    lines, _ = await there.run(credits_of, film.uri)
    assert [line.person for line in lines] == [eve.uri, cy.uri]
    assert not await there.run(lambda: Actor.exists(uri=cy.uri))
