"""Keeping away: nothing of theirs is shown or told, nothing of theirs arrives, and nobody else notices."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from fedirec.accounts.actions.boundaries import block, keep_away_from_host, lift, mute
from fedirec.accounts.boundaries import Distance, forget_ended_boundaries
from fedirec.accounts.models import Boundary, Notification
from fedirec.activitypub.models import Actor, Follow, Liking, Outgoing, Received
from fedirec.activitypub.vocab import Json
from fedirec.clock import now
from fedirec.errors import Conflict, Forbidden, Invalid
from fedirec.remix.actions.challenges import ChallengeDraft, open_challenge
from fedirec.remix.actions.drafts import RecordDraft, SourceDraft
from fedirec.remix.actions.following import start_following
from fedirec.remix.actions.recommendations import recommend
from fedirec.remix.actions.records import publish_record
from fedirec.remix.actions.submissions import submit_record
from fedirec.remix.actions.tags import follow_tag
from fedirec.remix.models import Challenge, Comment, Record, Source, Submission
from fedirec.remix.terms import Pays, Terms
from tests.api.programs import token_for
from tests.conftest import Pass
from tests.network import Instance, settle
from tests.remix.test_comments import say

TERMS = Terms(version=1, licence="CC-BY-SA-4.0", pays=Pays.NOTHING)


async def publish(instance: Instance, author: Actor, title: str, **fields: Any) -> Record:
    draft = RecordDraft(title=title, text=f"{title} it is", licence="CC-BY-4.0", **fields)
    return await instance.run(publish_record, author, draft)


async def kinds_told(instance: Instance, name: str) -> list[str]:
    rows = await instance.run(lambda: Notification.filter(account__actor__local_handle=name).order_by("id"))
    return [row.kind for row in rows]


async def refusals(instance: Instance) -> list[tuple[str, str | None]]:
    rows = await instance.run(lambda: Received.filter(state="refused").order_by("id"))
    return [(row.type, row.reason) for row in rows]


async def follows(instance: Instance) -> int:
    return await instance.run(lambda: Follow.all().count())


PLACES = [
    ("the feed of those whom one follows", "/"),
    ("what is made here", "/?tab=here"),
    ("everything that is known", "/?tab=everything"),
    ("what one is interested in", "/?tab=interests"),
    ("explore", "/explore"),
    ("search", "/explore?q=zebra"),
    ("a tag", "/tags/stripes"),
    ("people", "/explore?show=people"),
    ("people by name", "/explore?show=people&q=Zora"),
    ("challenges", "/challenges"),
    ("challenges by their words", "/explore?show=challenges&q=zebra"),
    ("comments", "{song}"),
    ("notifications", "/notifications"),
    ("records, for programs", "/api/records"),
    ("a search, for programs", "/api/records?q=zebra"),
    ("a tag, for programs", "/api/records?tag=stripes"),
    ("the feed, for programs", "/api/feed"),
    ("people, for programs", "/api/people?q=Zora"),
    ("challenges, for programs", "/api/challenges"),
    ("comments, for programs", "/api/records/{id}/comments"),
    ("notifications, for programs", "/api/me/notifications"),
]


@pytest.mark.parametrize("how", [Distance.MUTE, Distance.BLOCK])
async def test_whoever_is_kept_away_is_shown_nowhere(how: Distance, here: Instance) -> None:
    ana, zora, bo = await here.join("ana"), await here.join("zora"), await here.join("bo")
    await here.run(start_following, ana, bo)
    song = await publish(here, ana, "Song")
    await publish(here, zora, "Zebra", tags=("stripes",))
    await here.run(follow_tag, ana, "stripes")
    await here.run(recommend, zora, song)
    await say(here, zora, song.uri, "zebra crossing")
    challenge = ChallengeDraft(title="Zebra hunt", slug="hunt", text="zebra", terms=TERMS, kinds=("text",))
    await here.run(open_challenge, zora, here.state["keyring"], challenge)

    tokens = {name: await token_for(here, name) for name in ("ana", "bo")}

    async def seen(name: str) -> dict[str, bool]:
        found = {}
        async with here.sign_in(name) as browser:
            for place, path in PLACES:
                address = path.format(song=song.uri.removeprefix(here.origin), id=song.id)
                as_program = {"authorization": f"Bearer {tokens[name]}", "accept": "application/json"}
                token = as_program if path.startswith("/api") else {}
                answer = await browser.get(address, headers=token)
                assert answer.status_code == 200, (place, answer.text)
                text = answer.text.lower().replace("q=zebra", "").replace('value="zebra"', "")
                found[place] = any(
                    word in text for word in ("zebra it", "zebra hunt", "zebra crossing", "@zora", "/u/zora")
                )
        return found

    before = await seen("ana")
    follows_zora = {"the feed of those whom one follows", "the feed, for programs"}
    assert {place for place, is_seen in before.items() if not is_seen} <= follows_zora, before
    others = await seen("bo")
    made = await here.run(mute if how is Distance.MUTE else block, ana, zora)
    assert [place for place, is_seen in (await seen("ana")).items() if is_seen] == []
    assert await seen("bo") == others
    await here.run(lift, ana, made)
    assert await seen("ana") == before


async def test_who_is_blocked_elsewhere_follows_says_and_offers_nothing(here: Instance, there: Instance) -> None:
    ana, bo = await here.join("ana"), await there.join("bo")
    await there.run(start_following, bo, await there.meet(ana))
    await here.run(start_following, ana, await here.meet(bo))
    song = await publish(here, ana, "Song")
    draft = ChallengeDraft(title="Rain", slug="rain", text="Send rain.", terms=TERMS, kinds=("text",))
    rain = await here.run(open_challenge, ana, here.state["keyring"], draft)
    await settle(here, there)
    assert (await follows(here), await follows(there)) == (2, 2)
    told = await kinds_told(here, "ana")

    await here.run(block, ana, await here.meet(bo))
    await settle(here, there)
    assert (await follows(here), await follows(there)) == (0, 0)
    sent = await here.run(lambda: Outgoing.filter(type="Block").count())
    assert sent == 0  # the other instance is told only where that was chosen

    heard = await there.find_record(song.uri)
    await there.run(start_following, bo, await there.meet(ana))
    await there.run(recommend, bo, heard)
    await say(there, bo, song.uri, "I was here")
    mine = await publish(there, bo, "Cover", sources=[SourceDraft(record=heard)])
    challenge = await there.find_challenge((await here.run(lambda: Actor.get(id=rain.actor_id))).uri)
    await there.run(submit_record, bo, mine, challenge)
    await settle(there, here)
    assert sorted({kind for kind, _ in await refusals(here)}) == ["Create", "Follow", "Like", "Offer"]
    assert "That is not possible between the two of you." in {reason for _, reason in await refusals(here)}
    assert await follows(here) == 0
    assert await here.run(lambda: Liking.all().count()) == await here.run(lambda: Comment.all().count()) == 0
    assert await here.run(lambda: Submission.all().count()) == 0
    # What was made from their record stays true, and is not told.
    assert await here.run(lambda: Source.filter(uri=song.uri, record__uri=mine.uri).count()) == 1
    assert await kinds_told(here, "ana") == told


async def test_their_server_is_told_only_by_choice_and_hears_of_the_end(here: Instance, there: Instance) -> None:
    ana, bo = await here.join("ana"), await there.join("bo")
    await there.run(start_following, bo, await there.meet(ana))
    await settle(there, here)
    made = await here.run(lambda: _block_by_handle(ana, "bo", tell=True))
    await settle(here, there)
    kept = await there.run(lambda: Boundary.get().select_related("owner", "other"))
    assert (kept.owner.uri, kept.other.uri, kept.kind) == (ana.uri, bo.uri, "block")  # type: ignore[union-attr]
    assert await there.run(lambda: Follow.all().count()) == 0
    assert await kinds_told(there, "bo") == []
    for action in (start_following, recommend):
        whom: Any = await there.meet(ana)
        if action is recommend:
            whom = await there.find_record((await publish(here, ana, "Song")).uri)
        with pytest.raises(Forbidden, match="not possible between the two of you"):
            await there.run(action, bo, whom)
    await here.run(lift, ana, made)
    await settle(here, there)
    assert await there.run(lambda: Boundary.all().count()) == 0
    await there.run(start_following, bo, await there.meet(ana))


async def _block_by_handle(owner: Actor, handle: str, *, tell: bool) -> Boundary:
    return await block(owner, await Actor.get(handle=handle), tell=tell)


async def test_what_is_mine_is_not_served_to_whom_i_blocked(here: Instance, there: Instance) -> None:
    ana, bo = await here.join("ana"), await there.join("bo")
    song = await publish(here, ana, "Song")
    await here.meet(bo)

    async def asked_by(actor: Actor, uri: str) -> int:
        keyring, net = there.state["keyring"], there.state["net"]

        async def ask() -> int:
            answer = await net.get(
                uri,
                accept="application/activity+json",
                sign=lambda method, url: keyring.sign_request(actor.id, method=method, url=url, body=None),
            )
            return int(answer.status)

        return await there.run(ask)

    eve = await there.join("eve")
    for uri in (song.uri, ana.uri):
        assert await asked_by(bo, uri) == 200
    await here.run(lambda: _block_by_handle(ana, "bo", tell=False))
    for uri in (song.uri, ana.uri, f"{ana.uri}/outbox"):
        assert [await asked_by(bo, uri), await asked_by(eve, uri), await asked_by(bo, uri)] == [404, 200, 404]
    await here.run(keep_away_from_host, ana, "there.test", kind=Distance.BLOCK)
    assert await asked_by(eve, song.uri) == 404
    assert (await here.get(song.uri.removeprefix(here.origin), accept="application/activity+json")).status_code == 200


async def test_a_mute_ends_by_itself_and_changes_nothing_else(
    here: Instance, there: Instance, time_passes: Pass
) -> None:
    ana, bo = await here.join("ana"), await there.join("bo")
    await here.run(start_following, ana, await here.meet(bo))
    await settle(here, there)
    await here.run(lambda: _mute_by_handle(ana, "bo", hours=1))
    await publish(there, bo, "Drum")
    await settle(there, here)
    assert (await follows(here), await follows(there)) == (1, 1)
    async with here.sign_in("ana") as browser:
        assert "Drum" not in (await browser.get("/")).text
        time_passes(timedelta(hours=2))
        assert "Drum" in (await browser.get("/")).text
    assert await here.run(forget_ended_boundaries) == 1


async def _mute_by_handle(owner: Actor, handle: str, *, hours: int) -> Boundary:
    return await mute(owner, await Actor.get(handle=handle), ends_at=now() + timedelta(hours=hours))


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
async def test_nonsense_is_refused_with_a_reason(here: Instance) -> None:
    ana, bo = await here.join("ana"), await here.join("bo")
    with pytest.raises(Conflict, match="yourself"):
        await here.run(block, ana, ana)
    with pytest.raises(Invalid, match="over already"):
        await here.run(mute, ana, bo, ends_at=now() - timedelta(hours=1))
    for host in ("", "no host", "localhost", "here.test", "a@b.test"):
        with pytest.raises(Invalid):
            await here.run(keep_away_from_host, ana, host, kind=Distance.BLOCK)
    made = await here.run(block, ana, bo)
    with pytest.raises(Conflict):
        await here.run(mute, ana, bo)
    with pytest.raises(Forbidden, match="Unblock them first"):
        await here.run(start_following, ana, bo)
    with pytest.raises(Forbidden):
        await here.run(lift, bo, made)


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
async def test_pages_and_programs_keep_people_away_and_let_them_near_again(here: Instance) -> None:
    await here.join("ana")
    bo = await here.join("bo")
    token = {"authorization": f"Bearer {await token_for(here, 'ana')}", "accept": "application/json"}
    async with here.sign_in("ana") as browser:
        assert f"/people/{bo.id}/distance" in (await browser.get("/u/bo")).text
        page = await browser.get(f"/people/{bo.id}/distance")
        assert page.status_code == 200
        assert "They notice nothing" in page.text
        assert (await browser.post(f"/people/{bo.id}/distance", data={"do": "block"})).status_code == 303
        assert "You have blocked them" in (await browser.get("/u/bo")).text
        assert "/u/bo" in (await browser.get("/settings/boundaries")).text
        listed: Json = (await browser.get("/api/me/blocks", headers=token)).json()
        assert "items" in listed, listed
        key = listed["items"][0]["id"]
        assert listed["items"][0]["person"]["handle"] == "@bo@here.test"
        assert (await browser.post(f"/settings/boundaries/{key}/lift", data={"back": "/u/bo"})).status_code == 303
        host = await browser.post("/settings/boundaries/hosts", data={"host": "Loud.example", "kind": "mute"})
        assert host.status_code == 303
        assert "loud.example" in (await browser.get("/settings/boundaries?show=mute")).text
        muted = await browser.post("/api/me/mutes", json={"person": bo.id}, headers=token)
        assert muted.status_code == 201, muted.text
        person = (await browser.get(f"/api/people/{bo.id}", headers=token)).json()
        assert (person["you_mute"], person["you_block"]) == (True, False)
        gone = await browser.delete(f"/api/me/mutes/{muted.json()['id']}", headers=token)
        assert gone.status_code == 204
    assert await here.run(lambda: Boundary.all().count()) == 1
    assert await here.run(lambda: Challenge.all().count()) == 0
