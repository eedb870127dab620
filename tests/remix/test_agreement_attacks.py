"""What leaders try with works that nobody offered to them: nobody agrees to terms for somebody else."""

from __future__ import annotations

import pytest

from fedirec.remix.actions.submissions import propose_record
from fedirec.remix.licences import find_licence
from fedirec.remix.models import Agreement, Record, Submission
from tests.network import Instance, Network, settle
from tests.peer import PUBLIC, Peer
from tests.projects.stage import challenge_at

pytestmark = [pytest.mark.anyio, pytest.mark.one_database]


async def test_who_grants_a_licence_to_one_challenge_has_not_agreed_to_the_terms_of_another(
    here: Instance, network: Network
) -> None:
    ana, mallory, peer = await here.join("ana"), await here.join("mallory"), Peer(network)
    rain, trap = await challenge_at(here, ana, "rain"), await challenge_at(here, mallory, "trap")
    bo, group = peer.actor("bo"), rain.actor.uri
    picture = {"type": "Image", "mediaType": "image/png", "url": f"{peer.origin}/drops.png"}
    post = peer.note(bo, "drops", inReplyTo=rain.prompt_uri, to=[PUBLIC, group], attachment=[picture])
    await peer.post(here, peer.activity("Create", bo, post))
    await settle(here)
    offered = await here.run(lambda: Submission.get(challenge_id=rain.id))
    found = await here.run(lambda: Record.get(id=offered.record_id).select_related("author"))
    await here.run(propose_record, mallory, trap, found, "I want it.")
    sentence = f"<p>I release this under {find_licence('CC0-1.0').short}</p>"

    async def say(name: str, asked: Submission, place: str) -> None:
        words = peer.note(bo, name, inReplyTo=f"{place}/asked/{asked.id}", content=sentence, to=[PUBLIC, place])
        await peer.post(here, peer.activity("Create", bo, words))
        await settle(here)

    await say("yes", offered, group)
    proposed = await here.run(lambda: Submission.get(challenge_id=trap.id))
    assert (await here.run(lambda: Submission.get(id=offered.id))).state == "pending"
    assert proposed.state == "proposed"
    assert not await here.run(lambda: Agreement.exists(submission_id=proposed.id))
    await say("again", proposed, trap.actor.uri)
    assert (await here.run(lambda: Submission.get(id=proposed.id))).state == "pending"
