"""Nobody agrees to terms for somebody else, to what is promised no more, or by quoting words."""

from __future__ import annotations

from datetime import timedelta

import pytest

from fedirec.activitypub.models import Received
from fedirec.clock import now
from fedirec.remix.actions import challenges
from fedirec.remix.actions.drafts import RecordDraft
from fedirec.remix.actions.meeting import find_challenge
from fedirec.remix.actions.records import publish_record
from fedirec.remix.actions.submissions import propose_record, submit_record
from fedirec.remix.licences import find_licence
from fedirec.remix.models import Agreement, Record, Submission
from fedirec.remix.terms import Pays, Terms
from tests.conftest import Pass
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


POT = Terms(version=1, licence="CC0-1.0", pays=Pays.POT, amount=100_000, currency="EUR", rule="By hours.")
NOTHING = Terms(version=1, licence="CC0-1.0", pays=Pays.NOTHING)
A_WEEK = timedelta(days=7)


async def test_who_offers_something_elsewhere_is_bound_to_what_is_promised_then(
    here: Instance, there: Instance, time_passes: Pass
) -> None:
    ana, bo = await here.join("ana"), await there.join("bo")
    rain = await challenge_at(here, ana, terms=POT)
    copy = await there.find_challenge(rain.actor.uri)  # nobody there follows it: it stays as it was
    less = challenges.ChallengeChange(terms=NOTHING, reason="The money is gone.")
    await here.run(challenges.change_challenge, ana, rain, less)

    async def offer(title: str) -> Record:
        draft = RecordDraft(title=title, text="Plip.", licence="CC0-1.0", challenge=copy)
        made = await there.run(publish_record, bo, draft)
        await settle(here, there)
        return made

    await offer("In the same hour")
    time_passes(A_WEEK)
    late = await offer("A week after")
    bound = await here.run(lambda: Submission.all().select_related("record"))
    assert [(row.record.title, row.terms_version) for row in bound] == [("In the same hour", 1)]
    refused = await there.run(lambda: Submission.get(record_id=late.id))
    assert (refused.state, "Please read them anew" in refused.reason) == ("withdrawn", True)
    await there.run(lambda: find_challenge(there.state["remote"], rain.actor.uri, fresh=True))
    await there.run(lambda: submit_record(bo, late, copy, seen=2))
    await settle(here, there)
    again = await here.run(lambda: Submission.get(record__uri=late.uri))
    assert (again.state, again.terms_version) == ("pending", 2)


async def test_words_agree_to_what_is_promised_now_and_only_when_they_are_their_own(
    here: Instance, network: Network, time_passes: Pass
) -> None:
    ana, peer = await here.join("ana"), Peer(network)
    rain = await challenge_at(here, ana, terms=NOTHING)
    bo, eve, group = peer.actor("bo"), peer.actor("eve"), rain.actor.uri
    picture = {"type": "Image", "mediaType": "image/png", "url": f"{peer.origin}/drops.png"}
    words = "<p>I release this under CC0 1.0</p>"
    post = peer.note(bo, "drops", inReplyTo=rain.prompt_uri, to=[PUBLIC, group], attachment=[picture], content=words)
    await peer.post(here, peer.activity("Create", bo, post))
    await settle(here)
    for terms in (POT, NOTHING):
        change = challenges.ChallengeChange(terms=terms, reason="New.")
        await here.run(challenges.change_challenge, ana, rain, change)
        time_passes(A_WEEK)

    async def say(name: str, content: str, by: str = bo) -> tuple[int | None, str | None]:
        note = peer.note(by, name, inReplyTo=post["id"], content=content, to=[PUBLIC, group])
        await peer.post(here, peer.activity("Create", by, note))
        await settle(here)
        last = await here.run(lambda: Received.all().order_by("-id").first())
        assert last is not None
        return (await here.run(lambda: Submission.get(record__uri=post["id"]))).terms_version, last.reason

    sentence = "I agree to version {} of the terms"
    version, why = await say("old", f"<p>{sentence.format(2)}</p>")  # the pot that was withdrawn
    assert (version, "read them anew" in str(why)) == (1, True)
    assert await say("never", f"<p>{sentence.format(9)}</p>") == (1, "those terms were never said")
    quoted = [
        f"<blockquote><p>{sentence.format(3)}</p></blockquote><p>They wish.</p>",
        f"<p>It wants me to say:</p><p>“{sentence.format(3)}”</p><p>That is unfair.</p>",
        f"<p>&gt; {sentence.format(3)}</p><p>Really?</p>",
        f"<p>{sentence.format(3)}</p><p>{sentence.format(2)}</p>",
        f"<p>{sentence.format(3)} once there is money again.</p>",
    ]
    for number, content in enumerate(quoted):
        assert (await say(f"quote{number}", content))[0] == 1
    assert (await say("eve", f"<p>{sentence.format(3)}</p>", by=eve))[0] == 1
    assert (await say("yes", "<p>Gern, ich stimme Version 3 der Bedingungen zu.</p>"))[0] == 3


async def test_who_adds_a_file_and_words_that_agree_to_a_remark_has_agreed_by_their_own_activity(
    here: Instance, network: Network
) -> None:
    ana, peer = await here.join("ana"), Peer(network)
    rain = await challenge_at(here, ana, terms=NOTHING, kinds=("image",))
    bo, group = peer.actor("bo"), rain.actor.uri
    post = peer.note(bo, "drops", inReplyTo=rain.prompt_uri, to=[PUBLIC, group], content="<p>Soon!</p>")
    await peer.post(here, peer.activity("Create", bo, post))
    await settle(here)
    assert (await here.run(lambda: Submission.get())).state == "remark"
    picture = {"type": "Image", "mediaType": "image/png", "url": f"{peer.origin}/drops.png"}
    changed = {"content": "<p>I release this under CC0 1.0</p>", "attachment": [picture], "updated": now().isoformat()}
    update = peer.activity("Update", bo, {**post, **changed})
    await peer.post(here, update)
    await settle(here)
    offered, agreed = await here.run(lambda: Submission.get()), await here.run(lambda: Agreement.get())
    assert (offered.state, agreed.submission_id, agreed.version) == ("pending", offered.id, 1)
    assert (agreed.activity_uri, agreed.words) == (update["id"], "I release this under CC0 1.0")
