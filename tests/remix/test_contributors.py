"""People who are credited are known by name wherever the record is shown."""

from __future__ import annotations

from fedirec.activitypub.follows import follow
from fedirec.activitypub.models import Actor
from fedirec.remix.actions.drafts import PartDraft, RecordDraft
from fedirec.remix.actions.records import publish_record
from fedirec.remix.licences import BY
from fedirec.remix.models import Contributor, Record
from fedirec.remix.queries.credits import credits_of
from fedirec.remix.queries.trails import trail_of
from tests.network import Instance, Network, settle
from tests.peer import Peer


async def test_somebody_credited_by_another_instance_is_met(here: Instance, there: Instance) -> None:
    ana, eve, bo = await here.join("ana"), await here.join("eve"), await there.join("bo")
    await there.run(follow, bo, await there.meet(eve))
    await settle(here, there)

    draft = RecordDraft(title="A film", text="!", licence="CC-BY-4.0", parts=[PartDraft(actor=ana, role="pro")])
    film = await here.run(publish_record, eve, draft)
    await settle(here, there)

    lines, names, _notes = await there.run(credits_of, await there.run(trail_of, film.uri))
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
    lines = (await there.run(credits_of, await there.run(trail_of, film.uri))).lines
    assert [line.person for line in lines] == [eve.uri, cy.uri]
    assert not await there.run(lambda: Actor.exists(uri=cy.uri))


async def test_roles_that_we_do_not_know_are_one_contribution(here: Instance, network: Network) -> None:
    ana, peer = await here.join("ana"), Peer(network)
    author = peer.actor("rae")
    roles = (f"{peer.origin}/roles/cmp", f"{peer.origin}/other/roles/cmp")
    song = {
        **peer.note(author),
        "kind": "record",
        "name": "A song",
        "license": BY.url,
        "contributor": [{"type": "Role", "roleName": role, "contributor": ana.uri} for role in roles],
    }

    assert (await peer.post(here, peer.activity("Create", author, song))).status_code == 202
    await here.work()

    record = await here.run(lambda: Record.get(title="A song"))
    parts = await here.run(lambda: Contributor.filter(record_id=record.id).values_list("actor_uri", "role"))
    assert parts == [(ana.uri, "ctb")]
