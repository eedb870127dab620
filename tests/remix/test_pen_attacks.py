"""What strangers, people who left and careless ones try with the pens of others, and with suggestions."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from fedirec.accounts.actions.boundaries import block
from fedirec.accounts.models import Notification
from fedirec.accounts.queries import get_instance
from fedirec.activitypub.contexts import CONSENT_CONTEXT, REVISION_CONTEXT
from fedirec.activitypub.models import Actor
from fedirec.activitypub.vocab import write_instant
from fedirec.clock import now
from fedirec.errors import Conflict, Forbidden, TooMany
from fedirec.remix.actions.drafts import SourceDraft
from fedirec.remix.actions.pens import accept_pen, decline_pen, present_version, share_pen, take_back_pen, taking
from fedirec.remix.actions.pens.forgetting import forget_pens
from fedirec.remix.actions.records import delete_record
from fedirec.remix.actions.suggestions import adopt_suggestion, bring_files, suggest_change, withdraw_suggestion
from fedirec.remix.models import Contributor, Pen, Record, Writing
from fedirec.remix.visibility import HIDDEN
from tests.conftest import Pass
from tests.network import Instance, Network, settle
from tests.peer import Peer
from tests.remix.test_comments import on_sqlite
from tests.remix.test_pens import pen_at, publish_work, record_at, shared, write
from tests.remix.test_remix_requests import Author

pytestmark = on_sqlite
DAY = timedelta(days=1)


@pytest.fixture
def evil(network: Network) -> Peer:
    """A server that sends what it likes."""
    peer = Peer(network, "evil.test")
    peer.serve(f"{peer.origin}/inbox", {}, status=202)
    for name in ("eve", "mia", "bob"):
        peer.serve(f"{peer.origin}/users/{name}/inbox", {}, status=202)
    return peer


def invitation(peer: Peer, who: str, to: Actor, *, about: str, **more: Any) -> dict[str, Any]:
    more = {"kind": "pen", "target": to.uri, "to": [to.uri], "@context": CONSENT_CONTEXT, **more}
    return peer.activity("Offer", f"{peer.origin}/users/{who}", about, **more)


async def post(peer: Peer, here: Instance, activity: dict[str, Any]) -> None:
    await peer.post(here, activity)
    await settle(here)


async def pens(here: Instance) -> list[tuple[str, str]]:
    rows = await here.run(lambda: Pen.all().order_by("id").limit(50).select_related("owner"))
    return [(row.owner.handle, row.state) for row in rows]


async def test_nobody_is_invited_again_and_again(here: Instance, time_passes: Pass) -> None:
    ana, bo, cleo = await here.join("ana"), await here.join("bo"), await here.join("cleo")
    song = await publish_work(here, ana, "Night")
    invited = await here.run(lambda: share_pen(ana, song, cleo))
    await here.run(take_back_pen, ana, invited)
    with pytest.raises(TooMany):
        await here.run(lambda: share_pen(ana, song, cleo))

    pen = await here.run(lambda: share_pen(ana, song, bo))
    await here.run(decline_pen, bo, pen)
    time_passes(DAY)
    with pytest.raises(Conflict):
        await here.run(lambda: share_pen(ana, song, bo))
    assert (await here.run(lambda: share_pen(ana, song, cleo))).state == "invited"
    time_passes(31 * DAY)
    assert (await here.run(lambda: share_pen(ana, song, bo))).state == "invited"


async def test_an_instance_invites_nobody_more_often_than_there_is_room(
    here: Instance, evil: Peer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(taking, "MAX_INVITED_BY_HOST", 2, raising=False)
    ana = await here.join("ana")
    for name in ("eve", "mia", "bob"):
        evil.actor(name)
        await post(evil, here, invitation(evil, name, ana, about=f"{evil.origin}/notes/{name}"))
    assert len(await pens(here)) == 2


async def test_who_said_no_is_not_asked_again_from_elsewhere_either(here: Instance, evil: Peer) -> None:
    ana = await here.join("ana")
    Author(evil, "eve").record("1")
    for number in range(2):
        await post(evil, here, invitation(evil, "eve", ana, about=f"{evil.origin}/notes/1"))
        if number == 0:
            pen = await here.run(lambda: Pen.get())
            await here.run(decline_pen, ana, pen)
    assert await pens(here) == [("eve", "declined")]
    assert await here.run(lambda: Notification.filter(kind="pen_offered").count()) == 1


async def test_a_neighbour_of_the_author_does_not_stand_in_the_way_of_their_invitation(
    here: Instance, evil: Peer
) -> None:
    ana = await here.join("ana")
    mia = Author(evil, "mia")
    evil.actor("eve")
    about = mia.record("1")
    await post(evil, here, invitation(evil, "eve", ana, about=about))
    await here.find_record(about)
    await post(evil, here, invitation(evil, "mia", ana, about=about))
    assert await pens(here) == [("mia", "invited")]


async def test_strangers_invite_nobody_while_the_doors_are_closed_to_them(here: Instance, evil: Peer) -> None:
    ana = await here.join("ana")
    evil.actor("eve")

    async def close() -> None:
        instance = await get_instance()
        instance.doors_closed_until = now() + DAY
        await instance.save(update_fields=["doors_closed_until"])

    await here.run(close)
    await post(evil, here, invitation(evil, "eve", ana, about=f"{evil.origin}/notes/1", content="Buy my soap"))
    assert await pens(here) == []


async def test_what_moderators_have_hidden_is_not_read_or_written_with_a_pen(here: Instance) -> None:
    ana, bo = await here.join("ana"), await here.join("bo")
    gone = await publish_work(here, ana, "Day", text="Words that were taken down.")
    offered = await here.run(lambda: share_pen(ana, gone, bo))
    await here.run(delete_record, ana, gone)
    with pytest.raises(Conflict):
        await here.run(accept_pen, bo, offered)
    song = await publish_work(here, ana, "Night", text="Hidden words.")
    pen = await here.run(lambda: share_pen(ana, song, bo))
    await here.run(accept_pen, bo, pen)
    pen = await pen_at(here, song.uri)
    await here.run(lambda: Record.filter(id=song.id).update(visibility=HIDDEN))
    async with here.sign_in("bo") as browser:
        assert "Hidden words." not in (await browser.get(f"/pens/{pen.id}")).text
    with pytest.raises(Conflict):
        await here.run(present_version, here.state["remote"], pen)


async def test_whoever_is_blocked_is_not_shown_the_words_by_the_pen(here: Instance) -> None:
    ana, bo = await here.join("ana"), await here.join("bo")
    song = await publish_work(here, ana, "Night", text="Quiet words.")
    pen = await here.run(lambda: share_pen(ana, song, bo))
    await here.run(accept_pen, bo, pen)
    await here.run(block, ana, bo)
    async with here.sign_in("bo") as browser:
        assert "Quiet words." not in (await browser.get(f"/pens/{pen.id}")).text


async def test_who_agrees_to_what_was_taken_back_hears_that_it_was(here: Instance, there: Instance) -> None:
    ana, bo = await here.join("ana"), await there.join("bo")
    song = await publish_work(here, ana, "Night")
    other = await here.meet(bo.uri)
    await here.run(lambda: share_pen(ana, song, other))
    await settle(here, there)
    # Taken back where the author lives, of which the other instance never heard.
    await here.run(lambda: Pen.filter(record_uri=song.uri).update(state="taken_back"))
    await there.run(accept_pen, bo, await pen_at(there, song.uri))
    await settle(here, there)
    invited = await pen_at(there, song.uri)
    assert invited.state == "taken_back"
    # What the two say to each other is nobody else's to read.
    path = str(invited.uri).removeprefix(here.origin)
    assert (await here.get(path, accept="application/activity+json")).status_code in (403, 404)


async def test_no_file_is_fetched_for_a_version_that_is_not_taken_anyway(
    here: Instance, evil: Peer, network: Network
) -> None:
    ana = await here.join("ana")
    song = await publish_work(here, ana, "Night")
    eve = await here.meet(evil.actor("eve"))
    await here.run(lambda: share_pen(ana, song, eve))
    pen = await here.run(lambda: Pen.get())
    accepted = evil.activity("Accept", eve.uri, pen.uri, to=[ana.uri])
    await post(evil, here, accepted)
    assert (await here.run(lambda: Pen.get())).state == "held"
    picture = f"{evil.origin}/huge.png"
    version = {
        "id": song.uri,
        "type": "Note",
        "kind": "record",
        "attributedTo": ana.uri,
        "published": "2026-11-20T10:00:00Z",
        "name": "Mine",
        "license": "https://creativecommons.org/licenses/by-sa/4.0/",
        "source": {"content": "Mine", "mediaType": "text/markdown"},
        "attachment": [{"type": "Document", "mediaType": "image/png", "url": picture}],
    }
    offer = evil.activity("Offer", eve.uri, song.uri, kind="revision", instrument=version, to=[ana.uri])
    version_offer = offer
    await post(evil, here, {**offer, "@context": REVISION_CONTEXT, "targetDigest": "zQmOld"})
    row = await here.run(lambda: Writing.get())
    # Nor are titles told of what is not for everybody.
    secret = await publish_work(here, ana, "Surprise", visibility="followers")
    base = {"published": write_instant(song.published_at), "isBasedOn": [secret.uri], "attachment": []}
    offer = evil.activity("Offer", eve.uri, song.uri, kind="revision", instrument=version | base, to=[ana.uri])
    await post(evil, here, {**offer, "@context": REVISION_CONTEXT, "targetDigest": song.digest})
    [other] = await here.run(lambda: Writing.exclude(id=row.id))
    assert (other.state, "Surprise" in other.answer, "everybody may see" in other.answer) == ("refused", False, True)
    await here.run(other.delete)
    offer = version_offer
    assert (row.state, "changed in the meantime" in row.answer) == ("refused", True)
    assert picture not in [str(request.url) for request in network.requests]
    # The same once more, word for word, is nothing new.
    await post(evil, here, {**offer, "@context": REVISION_CONTEXT, "targetDigest": "zQmOld"})
    assert await here.run(lambda: Writing.all().count()) == 1
    assert (await record_at(here, song.uri)).revision == 1


async def test_what_somebody_wrote_is_theirs_to_read_whatever_becomes_of_the_pen(
    here: Instance, there: Instance, time_passes: Pass
) -> None:
    ana, bo, song = await shared(here, there)
    pen = await pen_at(there, song.uri)
    await write(there, bo, pen, text="My own words.")
    async with there.sign_in("bo") as browser:
        assert "My own words." in (await browser.get(f"/pens/{pen.id}")).text
    with pytest.raises(Conflict):
        await write(there, bo, pen, text="My other words.")
    # Nobody answers: after a while it can be tried again.
    time_passes(2 * DAY)
    await write(there, bo, pen, text="My other words.")
    await here.run(take_back_pen, ana, await pen_at(here, song.uri))
    await settle(here, there)
    async with there.sign_in("bo") as browser:
        page = (await browser.get(f"/pens/{pen.id}")).text
        assert "no longer a co-author" in page
        assert "My other words." in page
        typed = {"title": "Night", "text": "My <b>last</b> words.", "version": "old"}
        answer = await browser.post(f"/pens/{pen.id}/versions", data=typed)
        assert answer.status_code == 422
        assert "My &lt;b&gt;last&lt;/b&gt; words." in answer.text
        # Whoever they wrote it for is erased, and their words are not.
        author = await there.meet(ana.uri)
        await there.run(forget_pens, author)
        assert "My other words." in (await browser.get(f"/pens/{pen.id}")).text


async def test_nobody_suggests_the_same_thing_again_and_again(here: Instance, time_passes: Pass) -> None:
    ana, bo = await here.join("ana"), await here.join("bo")
    song = await record_at(here, (await publish_work(here, ana, "Night")).uri)
    remix = await publish_work(here, bo, "Dawn", sources=[SourceDraft(record=song)])
    variation = await record_at(here, remix.uri)
    await here.run(withdraw_suggestion, bo, await here.run(suggest_change, bo, variation, song))
    with pytest.raises(TooMany):
        await here.run(suggest_change, bo, variation, song)
    time_passes(DAY)
    assert (await here.run(suggest_change, bo, variation, song)).state == "waiting"


async def test_nobody_but_whom_it_is_for_has_the_files_of_a_suggestion_copied(here: Instance) -> None:
    ana, bo = await here.join("ana"), await here.join("bo")
    song = await record_at(here, (await publish_work(here, ana, "Night")).uri)
    remix = await publish_work(here, bo, "Dawn", sources=[SourceDraft(record=song)])
    offered = await here.run(suggest_change, bo, await record_at(here, remix.uri), song)

    async def bring(owner: Actor) -> None:
        state = here.state
        await bring_files(state["store"], state["media_cache"], owner, offered, settings=state["settings"])

    with pytest.raises(Forbidden):
        await here.run(bring, bo)
    await here.run(bring, ana)


async def test_a_warning_and_a_language_come_along_with_the_words_that_they_are_about(here: Instance) -> None:
    ana, bo = await here.join("ana"), await here.join("bo")
    song = await record_at(here, (await publish_work(here, ana, "Night", language="en")).uri)
    remix = await publish_work(
        here, bo, "Blood", text="Blut", language="de", warning="Blood", sources=[SourceDraft(record=song)]
    )
    offered = await here.run(suggest_change, bo, await record_at(here, remix.uri), song)
    await here.run(adopt_suggestion, ana, offered)
    mine = await record_at(here, song.uri)
    assert (mine.text, mine.language, mine.warning) == ("Blut", "de", "Blood")


async def test_credits_of_people_without_a_name_and_everything_of_the_author_s_stay_when_others_write(
    here: Instance,
) -> None:
    ana, bo = await here.join("ana"), await here.join("bo")
    wishes = {"remixing": "nobody", "quoting": "nobody", "ai_preference": "disallow"}
    song = await publish_work(here, ana, "Night", **wishes)
    pen = await here.run(lambda: share_pen(ana, song, bo))
    await here.run(accept_pen, bo, pen)
    await write(here, bo, await pen_at(here, song.uri), text="Longer.", role="trl")
    parts = await here.run(lambda: Contributor.filter(record_id=song.id).values_list("actor_uri", "role"))
    assert (bo.uri, "trl") in list(parts)
    await write(here, bo, await pen_at(here, song.uri), text="Longer.", role="aut")
    parts = await here.run(lambda: Contributor.filter(record_id=song.id).values_list("actor_uri", "role"))
    assert (bo.uri, "trl") in list(parts), "what the author could have changed stays"
    mine = await record_at(here, song.uri)
    assert (mine.text, {name: getattr(mine, name) for name in wishes}) == ("Longer.", wishes)
    assert (mine.visibility, mine.author_id, mine.licence) == ("public", ana.id, song.licence)
