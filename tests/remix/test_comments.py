"""What people say about records, from here and from anywhere, and what nobody can do to it."""

from __future__ import annotations

import asyncio
import json
import re
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedirec.accounts.models import AuditEvent, Notification
from fedirec.accounts.permissions import Role
from fedirec.activitypub.follows import follow
from fedirec.activitypub.models import Actor, Evidence, Follow, Outgoing, Received
from fedirec.activitypub.vocab import PUBLIC
from fedirec.clock import now
from fedirec.errors import Invalid, TooMany
from fedirec.media.models import Media
from fedirec.remix.actions import passing_on, threads
from fedirec.remix.actions.comments import CommentDraft, delete_comment, edit_comment, write_comment
from fedirec.remix.actions.drafts import FileDraft, RecordDraft
from fedirec.remix.actions.passing_on import MAX_MENTIONED
from fedirec.remix.actions.records import delete_record, publish_record
from fedirec.remix.actions.threads import MAX_AN_HOUR, Place, find_place
from fedirec.remix.inbox import comments as inbox
from fedirec.remix.models import Comment, Record
from fedirec.remix.moments import clock, find_moment, split_moment
from fedirec.remix.queries.comments import ANSWERS, THREADS, find_comment_row
from fedirec.uris import new_key
from tests.network import Instance, Network, settle
from tests.peer import OTHER_RSA, Peer
from tests.remix.forms import fields_of, send

ACTIVITY = "application/activity+json"
on_sqlite = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
"""For what has nothing to do with the database."""


@pytest.fixture
def peer(network: Network) -> Peer:
    """A Mastodon server, as far as ours can tell."""
    return Peer(network, "social.test")


async def publish(instance: Instance, author: Actor, title: str = "Rain on tin", **fields: Any) -> Record:
    draft = RecordDraft(**{"title": title, "text": "drip", "licence": "CC-BY-4.0", **fields})
    return await instance.run(publish_record, author, draft)


async def sound(instance: Instance, author: Actor, **fields: Any) -> Record:
    """A record of `author` with a sound of a minute and a half."""

    async def keep() -> Media:
        return await Media.create(
            key=new_key(),
            owner=author,
            kind="audio",
            media_type="audio/mpeg",
            size=1,
            duration_ms=90_000,
            sha256="0" * 64,
            digest="zQmWvQxTqbG2Z9HPJgG57jjwR154cKhbtJenbyYTWkjgF3e",
            path=f"{new_key()}.mp3",
            file_name="rain.mp3",
        )

    return await publish(instance, author, files=[FileDraft(media=await instance.run(keep))], **fields)


async def place_at(instance: Instance, uri: str) -> Place:
    found = await instance.run(find_place, uri)
    assert found is not None
    return found


async def say(instance: Instance, author: Actor, about: str, text: str, **draft: Any) -> Comment:
    place = await place_at(instance, about)
    return await instance.run(write_comment, author, place, CommentDraft(text=text, **draft))


async def comment_at(instance: Instance, uri: str) -> Comment | None:
    row = await instance.run(lambda: Comment.get_or_none(uri=uri))
    return await instance.run(find_comment_row, row.id) if row else None


async def known_at(instance: Instance, uri: str) -> Comment:
    found = await comment_at(instance, uri)
    assert found is not None
    return found


async def reasons(instance: Instance) -> list[str | None]:
    rows = await instance.run(lambda: Received.all().order_by("id").values_list("reason", flat=True))
    return [None if row is None else str(row) for row in rows]


async def notices(instance: Instance, name: str) -> list[str]:
    rows = await instance.run(
        lambda: Notification.filter(account__actor__local_handle=name).order_by("id").values_list("kind", flat=True)
    )
    return [str(row) for row in rows if str(row) in ("commented", "answered", "mentioned", "answered_with_work")]


async def document_at(instance: Instance, uri: str) -> dict[str, Any]:
    answer = await instance.get(uri.removeprefix(instance.origin), accept=ACTIVITY)
    assert answer.status_code == 200, answer.text
    document = answer.json()
    assert isinstance(document, dict)
    return document


def reply(
    peer: Peer, author: str, about: str, key: str = "r1", *, text: str = "Lovely", **changes: Any
) -> dict[str, Any]:
    """What Mastodon makes of a reply."""
    note = peer.note(author, key, inReplyTo=about, content=f"<p>{text}</p>", cc=[f"{author}/followers"])
    return {**note, "url": f"{peer.origin}/@someone/{key}", **changes}


async def post(peer: Peer, instance: Instance, *activities: dict[str, Any]) -> None:
    for activity in activities:
        answer = await peer.post(instance, activity)
        assert answer.status_code == 202, answer.text
    await settle(instance)


# Both ways


async def test_a_conversation_goes_both_ways_and_reaches_everybody_in_it(
    here: Instance, there: Instance, elsewhere: Instance
) -> None:
    ana, bo, cy = await here.join("ana"), await there.join("bo"), await elsewhere.join("cy")
    record = await sound(here, ana)
    await there.find_record(record.uri)
    await elsewhere.find_record(record.uri)
    for instance, person in ((there, bo), (elsewhere, cy)):
        await instance.run(follow, person, await instance.meet(ana))
    await settle(here, there, elsewhere)

    first = await say(there, bo, record.uri, "The *gutter* sings", at_ms=42_000)
    await settle(here, there, elsewhere)

    arrived = await known_at(here, first.uri)
    assert (arrived.author.uri, arrived.record.uri, arrived.at_ms) == (bo.uri, record.uri, 42_000)
    assert arrived.content == "<p>The <em>gutter</em> sings</p>", "the time is shown once, by us"
    assert await notices(here, "ana") == ["commented"]
    passed_on = await known_at(elsewhere, first.uri)
    assert passed_on.at_ms == 42_000, "whoever follows the author of the record hears of it"

    answer = await say(elsewhere, cy, first.uri, "It does, @ana@here.test")
    await settle(here, there, elsewhere)
    for instance in (here, there):
        heard = await known_at(instance, answer.uri)
        assert heard.parent is not None
        assert (heard.parent.uri, heard.thread_id) == (first.uri, heard.parent.id)
    assert await notices(there, "bo") == ["answered"]
    assert await notices(here, "ana") == ["commented", "commented"], "told once of each, whatever else it is"

    mine = await known_at(there, first.uri)
    await there.run(edit_comment, bo, mine, CommentDraft(text="The roof sings", at_ms=43_000))
    await settle(here, there, elsewhere)
    for instance in (here, there):
        changed = await known_at(instance, first.uri)
        assert (changed.content, changed.at_ms) == ("<p>The roof sings</p>", 43_000)
        assert changed.updated_at is not None

    await there.run(delete_comment, bo, await known_at(there, first.uri))
    await settle(here, there, elsewhere)
    for instance in (here, there, elsewhere):
        gone = await known_at(instance, first.uri)
        assert (gone.content, gone.text, gone.at_ms, gone.deleted_at is None) == ("", "", None, False)
    page = (await here.get(record.uri.removeprefix(here.origin))).text
    assert "A comment that was deleted" in page, "somebody answered it, so its place stays"
    assert "It does" in page
    assert "The roof sings" not in page
    for instance in (here, there, elsewhere):
        assert not [reason for reason in await reasons(instance) if reason], await reasons(instance)


@pytest.mark.one_database
async def test_a_comment_travels_as_a_note_that_every_server_can_show(here: Instance, peer: Peer) -> None:
    ana, bo = await here.join("ana"), await here.join("bo")
    mia = peer.actor("mia")
    await here.meet(mia)
    record = await sound(here, ana)
    comment = await say(
        here, bo, record.uri, "Listen, @mia@social.test, @ana and `@olga`", at_ms=42_500, warning="Loud"
    )

    document = await document_at(here, comment.uri)
    assert document["type"] == "Note"
    assert (document["kind"], document["at"], document["inReplyTo"]) == ("comment", "PT42.5S", record.uri)
    assert (document["summary"], document["sensitive"]) == ("Loud", True)
    assert document["to"] == [PUBLIC]
    mentioned = {tag["href"] for tag in document["tag"] if tag["type"] == "Mention"}
    assert mentioned == {ana.uri, mia}
    assert mentioned <= set(document["cc"]), "Mastodon tells only who is both mentioned and addressed"
    assert document["content"].startswith(f'<p><a href="{record.uri}#t=42">0:42</a> Listen, ')
    assert 'href="https://social.test/users/mia" class="u-url mention"' in document["content"]
    assert "<code>@olga</code>" in document["content"]
    assert document["source"]["content"] == "Listen, @mia@social.test, @ana and `@olga`"
    sent = await here.run(lambda: Outgoing.get(object_uri=comment.uri, type="Create"))
    assert sent.document["object"] == {key: value for key, value in document.items() if key != "@context"}
    assert comment.content.startswith("<p>Listen, ")

    replies = (await document_at(here, record.uri))["replies"]
    assert replies == f"{record.uri}/replies"
    whole = await document_at(here, replies)
    assert whole["type"] == "Collection"
    assert "totalItems" not in whole
    first = (await here.get(whole["first"].removeprefix(here.origin), accept=ACTIVITY)).json()
    assert (first["type"], first["items"], "next" in first) == ("CollectionPage", [comment.uri], False)

    await here.run(delete_comment, bo, await known_at(here, comment.uri))
    gone = await here.get(comment.uri.removeprefix(here.origin), accept=ACTIVITY)
    assert (gone.status_code, gone.json()["type"], gone.json()["formerType"]) == (410, "Tombstone", "Note")
    first = (await here.get(whole["first"].removeprefix(here.origin), accept=ACTIVITY)).json()
    assert first["items"] == []


@on_sqlite
async def test_pages_of_replies_lead_to_the_next_one(here: Instance, monkeypatch: pytest.MonkeyPatch) -> None:
    ana = await here.join("ana")
    record = await publish(here, ana)
    said = [(await say(here, ana, record.uri, f"Number {number}")).uri for number in range(3)]
    monkeypatch.setattr("fedirec.remix.routes.talk.PAGE", 2)
    found, url = [], f"{record.uri}/replies?after=0"
    while url:
        page = (await here.get(url.removeprefix(here.origin), accept=ACTIVITY)).json()
        found += page["items"]
        url = page.get("next")
    assert found == said


# From Mastodon


async def test_a_reply_from_mastodon_is_a_comment_with_its_time(here: Instance, peer: Peer) -> None:
    ana = await here.join("ana")
    record = await sound(here, ana)
    mia = peer.actor("mia")
    link = '<a href="https://here.test/u/ana" class="u-url mention">@<span>ana</span></a>'
    mention = f'<span class="h-card" translate="no">{link}</span>'
    note = reply(peer, mia, record.uri, text=f"{mention} 0:42 that drop!<script>alert(1)</script>")
    await post(peer, here, peer.activity("Create", mia, note, cc=[ana.uri]))

    comment = await known_at(here, note["id"])
    assert (comment.at_ms, comment.visibility, comment.url) == (42_000, "public", note["url"])
    assert "that drop!" in comment.content
    assert "0:42" not in comment.content
    assert "script" not in comment.content
    assert not await here.run(lambda: Record.exists(uri=note["id"]))
    assert not await here.run(lambda: Evidence.exists(subject_uri=note["id"])), "it grants and claims nothing"
    page = (await here.get(record.uri.removeprefix(here.origin))).text
    assert 'data-moment="42"' in page
    assert f'href="{note["url"]}"' in page
    assert "social.test" in page

    edited = {**note, "content": "<p>1:05 no, that one</p>", "updated": "2026-11-21T12:00:00Z"}
    await post(peer, here, peer.activity("Update", mia, edited))
    assert (await known_at(here, note["id"])).at_ms == 65_000

    answer = await say(here, ana, note["id"], "Thank you")
    document = await document_at(here, answer.uri)
    assert mia in document["cc"]
    assert document["inReplyTo"] == note["id"]

    await post(peer, here, peer.activity("Delete", mia, {"id": note["id"], "type": "Tombstone"}))
    assert (await known_at(here, note["id"])).deleted_at is not None
    again = {**note, "updated": "2026-11-21T13:00:00Z"}
    await post(peer, here, peer.activity("Create", mia, again), peer.activity("Update", mia, again))
    assert (await known_at(here, note["id"])).content == "", "what was deleted stays deleted"


@pytest.mark.one_database
async def test_a_reply_with_media_is_a_work_and_no_comment(here: Instance, peer: Peer) -> None:
    ana = await here.join("ana")
    record = await publish(here, ana)
    mia = peer.actor("mia")
    picture = {"type": "Document", "mediaType": "image/png", "url": f"{peer.origin}/rain.png", "name": "Rain"}
    note = reply(peer, mia, record.uri, attachment=[picture])
    await post(peer, here, peer.activity("Create", mia, note))
    kept = await here.run(lambda: Record.get(uri=note["id"]))
    assert (kept.is_post, kept.in_reply_to, kept.licence) == (True, record.uri, "LicenseRef-unknown")
    assert await comment_at(here, note["id"]) is None
    assert await notices(here, "ana") == ["answered_with_work"]


async def test_what_comes_out_of_order_is_put_together(here: Instance, network: Network, peer: Peer) -> None:
    ana = await here.join("ana")
    record = await publish(here, ana)
    mia, other = peer.actor("mia"), Peer(network, "other.test")
    noa = other.actor("noa")
    first = reply(peer, mia, record.uri, "first")
    second = reply(other, noa, first["id"], "second", text="I agree")
    for server, note in ((peer, first), (other, second)):
        server.serve(note["id"], {"@context": "https://www.w3.org/ns/activitystreams", **note})
    mention = [{"type": "Mention", "href": ana.uri, "name": "@ana@here.test"}]
    await post(other, here, other.activity("Create", noa, {**second, "tag": mention}, cc=[ana.uri]))

    answer = await known_at(here, second["id"])
    assert answer.parent is not None
    assert answer.parent.uri == first["id"]
    assert answer.record.uri == record.uri
    await post(peer, here, peer.activity("Create", mia, first))
    assert await here.run(lambda: Comment.all().count()) == 2


@pytest.mark.one_database
async def test_a_comment_that_came_by_name_or_was_passed_on_stands_with_its_record(here: Instance, peer: Peer) -> None:
    ana = await here.join("ana")
    record = await publish(here, ana)
    mia, noa = peer.actor("mia"), peer.actor("noa")
    await here.run(follow, ana, await here.meet(noa))
    await here.run(lambda: Follow.all().update(accepted_at=now()))
    by_name = reply(peer, mia, record.uri, "name", text="By name")
    boosted = {**reply(peer, mia, record.uri, "boost", text="Passed on"), "kind": "comment"}
    for note in (by_name, boosted):
        peer.serve(note["id"], {"@context": "https://www.w3.org/ns/activitystreams", **note})
    await post(
        peer,
        here,
        peer.activity("Create", mia, by_name["id"], cc=[ana.uri]),
        peer.activity("Announce", noa, boosted["id"]),
        peer.activity("Announce", noa, by_name["id"]),
    )
    for note in (by_name, boosted):
        assert (await known_at(here, note["id"])).record.uri == record.uri
        assert not await here.run(lambda: Record.exists(uri=note["id"])), "it is no record"  # noqa: B023
    with pytest.raises(Invalid, match="leads to a comment"):
        await here.find_record(boosted["id"])


# Who may see what


async def test_a_comment_is_never_more_public_than_its_record(here: Instance, there: Instance) -> None:
    ana, bo = await here.join("ana"), await there.join("bo")
    await here.join("eve")
    await there.run(follow, bo, await there.meet(ana))
    await settle(here, there)
    secret = await publish(here, ana, "Whisper", visibility="followers")
    await settle(here, there)

    comment = await say(there, bo, secret.uri, "I hear you")
    sent = await there.run(lambda: Outgoing.get(object_uri=comment.uri))
    assert not sent.is_public
    assert PUBLIC not in [*sent.document["to"], *sent.document["cc"]]
    assert f"{bo.uri}/followers" not in json.dumps(sent.document), "those who follow Bo may not follow Ana"
    await settle(here, there)

    arrived = await known_at(here, comment.uri)
    assert arrived.visibility == "followers"
    path = secret.uri.removeprefix(here.origin)
    async with here.sign_in("ana") as browser:
        assert "I hear you" in (await browser.get(path)).text
    async with here.sign_in("eve") as browser:
        assert (await browser.get(path)).status_code == 404
        assert (await browser.get(f"/comments/remote/{arrived.id}")).status_code == 404
    assert (await there.get(comment.uri.removeprefix(there.origin), accept=ACTIVITY)).status_code == 404
    assert (await here.get(f"{path}/replies", accept=ACTIVITY)).status_code == 404


async def test_what_is_said_in_private_is_seen_by_two(here: Instance, peer: Peer) -> None:
    ana = await here.join("ana")
    await here.join("eve")
    record = await publish(here, ana)
    mia = peer.actor("mia")
    note = reply(peer, mia, record.uri, text="Between us", to=[ana.uri], cc=[])
    await post(peer, here, peer.activity("Create", mia, note, to=[ana.uri], cc=[]))
    comment = await known_at(here, note["id"])
    assert comment.visibility == "direct"
    path = record.uri.removeprefix(here.origin)
    for name, sees in (("ana", True), ("eve", False)):
        async with here.sign_in(name) as browser:
            assert ("Between us" in (await browser.get(path)).text) is sees
            assert (await browser.get(f"/comments/remote/{comment.id}")).status_code == (200 if sees else 404)
    assert (await here.get(f"/comments/remote/{comment.id}")).status_code == 404

    answer = await say(here, ana, note["id"], "Thanks, quietly")
    sent = await here.run(lambda: Outgoing.get(object_uri=answer.uri))
    assert (sent.document["to"], sent.document.get("cc")) == ([mia], None)
    assert (await here.get(answer.uri.removeprefix(here.origin), accept=ACTIVITY)).status_code == 404
    assert "quietly" not in (await here.get(path)).text


# Attacks

ATTACKS = {
    "an edit of somebody else's": "only its author can say what that is",
    "a deletion of somebody else's": "only its author can delete a comment",
    "a comment in another's name": "nobody here follows its author or is addressed",
    "a comment under another's origin": "only its author can say what that is",
    "a comment by a stranger on what is for followers": "only those who follow its author can see that record",
    "a comment on what was deleted": "that record was deleted by its author",
    "a private message to somebody else": "that was said to others in private",
    "nothing but markup": "it says nothing",
    "a known record as a comment": "that is known here as a record",
    "an edit from the future": "it says that it was changed in the future",
    "a vote": "votes are not counted here",
    "an answer to itself": "nobody here follows its author",
    "a comment passed on by a stranger": "that record is not known here, or is somebody else's",
    "a comment removed by a stranger": "that record is not known here, or is somebody else's",
}


@on_sqlite
@pytest.mark.parametrize(("attack", "reason"), ATTACKS.items(), ids=ATTACKS)
async def test_nobody_can(attack: str, reason: str, here: Instance, peer: Peer, network: Network) -> None:
    ana = await here.join("ana")
    record = await publish(here, ana)
    mia, eve = peer.actor("mia"), peer.actor("eve", key=OTHER_RSA)
    good = reply(peer, mia, record.uri, "good", text="By Mia")
    await post(peer, here, peer.activity("Create", mia, good))
    match attack:
        case "an edit of somebody else's":
            changed = {**good, "content": "<p>By Eve</p>", "updated": "2026-11-21T10:00:00Z"}
            await post(peer, here, peer.activity("Update", eve, changed))
        case "a deletion of somebody else's":
            await post(peer, here, peer.activity("Delete", eve, good["id"]))
        case "a comment in another's name":
            await post(peer, here, peer.activity("Create", eve, reply(peer, mia, record.uri)))
        case "a comment under another's origin":
            note = reply(peer, eve, record.uri, id="https://innocent.test/notes/1")
            await post(peer, here, peer.activity("Create", eve, note))
        case "a comment by a stranger on what is for followers":
            secret = await publish(here, ana, visibility="followers")
            await post(peer, here, peer.activity("Create", eve, reply(peer, eve, secret.uri)))
        case "a comment on what was deleted":
            await here.run(delete_record, ana, record)
            await post(peer, here, peer.activity("Create", eve, reply(peer, eve, record.uri)))
        case "a private message to somebody else":
            note = reply(peer, eve, record.uri, to=[mia], cc=[])
            await post(peer, here, peer.activity("Create", eve, note, to=[mia]))
        case "nothing but markup":
            await post(peer, here, peer.activity("Create", eve, reply(peer, eve, record.uri, text="<b> </b><br>")))
        case "a known record as a comment":
            picture = {"type": "Document", "mediaType": "image/png", "url": f"{peer.origin}/rain.png"}
            work = reply(peer, eve, record.uri, "work", attachment=[picture])
            await post(peer, here, peer.activity("Create", eve, work))
            comment = {**reply(peer, eve, record.uri, "work"), "kind": "comment"}
            await post(peer, here, peer.activity("Create", eve, comment))
        case "an edit from the future":
            later = (now() + timedelta(days=2)).strftime("%Y-%m-%dT%H:%M:%SZ")
            await post(peer, here, peer.activity("Update", mia, {**good, "updated": later}))
        case "a vote":
            await post(
                peer, here, peer.activity("Create", eve, {**reply(peer, eve, record.uri, name="Yes"), "content": ""})
            )
        case "an answer to itself":
            note = reply(peer, eve, f"{peer.origin}/notes/loop", "loop")
            await post(peer, here, peer.activity("Create", eve, note))
        case "a comment passed on by a stranger":
            add = peer.activity("Add", eve, reply(peer, eve, record.uri)["id"], target=f"{record.uri}/replies")
            await post(peer, here, add)
        case "a comment removed by a stranger":
            await post(peer, here, peer.activity("Remove", eve, good["id"], target=f"{record.uri}/replies"))
    said = (await reasons(here))[-1]
    assert said is not None
    assert said.startswith(reason), said
    kept = await known_at(here, good["id"])
    assert (kept.content, kept.hidden_at, kept.deleted_at) == ("<p>By Mia</p>", None, None)
    assert await here.run(lambda: Comment.all().count()) == 1


async def test_a_circle_and_an_endless_chain_end_the_search(here: Instance, peer: Peer, network: Network) -> None:
    ana = await here.join("ana")
    eve = peer.actor("eve")

    def serve(name: str, to: str) -> dict[str, Any]:
        note = reply(peer, eve, f"{peer.origin}/notes/{to}", name, tag=[{"type": "Mention", "href": ana.uri}])
        peer.serve(note["id"], {"@context": "https://www.w3.org/ns/activitystreams", **note})
        return note

    circle = [serve("a", "b"), serve("b", "c"), serve("c", "a")]
    chain = [serve(f"n{number}", f"n{number + 1}") for number in range(100)]
    network.requests.clear()
    await post(peer, here, peer.activity("Create", eve, circle[0], cc=[ana.uri]))
    asked = [str(request.url) for request in network.requests if "/notes/" in str(request.url)]
    assert len(asked) == 3
    network.requests.clear()
    await post(peer, here, peer.activity("Create", eve, chain[0], cc=[ana.uri]))
    asked = [str(request.url) for request in network.requests if "/notes/" in str(request.url)]
    assert len(asked) == inbox.MAX_ANCESTORS
    assert not await here.run(lambda: Comment.exists())


@on_sqlite
async def test_a_thread_may_be_deep_and_its_page_stays_short(
    here: Instance, peer: Peer, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana = await here.join("ana")
    record = await publish(here, ana)
    monkeypatch.setattr(threads, "MAX_AN_HOUR", 1_000)
    about = record.uri
    for number in range(60):
        about = (await say(here, ana, about, f"Level {number}")).uri
    page = await here.get(record.uri.removeprefix(here.origin))
    assert page.text.count('class="said"') == 1 + ANSWERS
    assert "Show the other answers" in page.text
    root = await here.run(lambda: Comment.get(thread_id=None))
    thread = await here.get(root.uri.removeprefix(here.origin))
    assert thread.text.count('class="said"') == 51
    more = re.search(r'href="([^"]*\?after=\d+)"', thread.text)
    assert more is not None
    assert "Level 59" in (await here.get(more[1])).text
    bottom = await here.get(about.removeprefix(here.origin))
    assert bottom.status_code == 200


@on_sqlite
async def test_a_flood_a_bomb_and_a_wall_of_text_are_bounded(
    here: Instance, peer: Peer, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana = await here.join("ana")
    names = [await here.join(f"p{number}") for number in range(MAX_MENTIONED + 5)]
    record = await publish(here, ana)
    eve = peer.actor("eve")
    tags = [{"type": "Mention", "href": person.uri, "name": "@p"} for person in names]
    bomb = reply(peer, eve, record.uri, "bomb", text="x" * 60_000, tag=tags)
    await post(peer, here, peer.activity("Create", eve, bomb, cc=[person.uri for person in names]))
    comment = await known_at(here, bomb["id"])
    assert len(comment.content.encode()) <= threads.MAX_CONTENT + 10
    told = await here.run(lambda: Notification.filter(kind="mentioned").count())
    assert told == MAX_MENTIONED
    monkeypatch.setattr(threads, "MAX_AN_HOUR", 3)
    await post(peer, here, *(peer.activity("Create", eve, reply(peer, eve, record.uri, f"n{n}")) for n in range(5)))
    assert await here.run(lambda: Comment.filter(author__uri=eve).count()) == 3
    assert (await reasons(here))[-1] == "that are too many comments in one hour"


@on_sqlite
async def test_nobody_makes_us_shout(here: Instance, peer: Peer, monkeypatch: pytest.MonkeyPatch) -> None:
    ana = await here.join("ana")
    record = await publish(here, ana)
    eve = peer.actor("eve")
    monkeypatch.setattr(passing_on, "MAX_PASSED_ON", 2)
    said = [reply(peer, eve, record.uri, f"n{number}") for number in range(4)]
    await post(peer, here, *(peer.activity("Create", eve, note) for note in said))
    minute = [now() + timedelta(seconds=second) for second in range(1, 4)]
    edits = [{**said[0], "updated": at.strftime("%Y-%m-%dT%H:%M:%SZ")} for at in minute]
    await post(peer, here, *(peer.activity("Update", eve, edit) for edit in edits))
    passed_on = await here.run(lambda: Outgoing.filter(type="Add").order_by("id").values_list("object_uri", flat=True))
    assert list(passed_on) == [said[0]["id"], said[1]["id"]]
    assert await here.run(lambda: Comment.all().count()) == 4


async def test_an_author_who_is_gone_leaves_no_words(here: Instance, peer: Peer) -> None:
    ana = await here.join("ana")
    record = await publish(here, ana)
    mia = peer.actor("mia")
    note = reply(peer, mia, record.uri)
    await post(peer, here, peer.activity("Create", mia, note), peer.activity("Delete", mia, mia))
    assert (await known_at(here, note["id"])).content == ""
    assert "Lovely" not in (await here.get(record.uri.removeprefix(here.origin))).text


async def test_whoever_is_suspended_is_not_heard(here: Instance, peer: Peer) -> None:
    ana = await here.join("ana")
    record = await publish(here, ana)
    mia = peer.actor("mia")
    note = reply(peer, mia, record.uri)
    await post(peer, here, peer.activity("Create", mia, note))
    path = record.uri.removeprefix(here.origin)
    assert "Lovely" in (await here.get(path)).text
    await here.run(lambda: Actor.filter(uri=mia).update(state="suspended"))
    assert "Lovely" not in (await here.get(path)).text
    page = (await here.get(f"{path}/replies?after=0", accept=ACTIVITY)).json()
    assert page["items"] == []
    assert (await peer.post(here, peer.activity("Create", mia, reply(peer, mia, record.uri, "r2")))).status_code == 403


# Hiding


async def test_the_author_of_a_record_hides_a_comment_everywhere_and_the_log_tells(
    here: Instance, there: Instance, peer: Peer
) -> None:
    ana, bo = await here.join("ana"), await there.join("bo")
    await here.join("eve")
    await there.run(follow, bo, await there.meet(ana))
    await settle(here, there)
    record = await publish(here, ana)
    await settle(here, there)
    mia = peer.actor("mia")
    note = reply(peer, mia, record.uri, text="Buy my soap")
    peer.serve(note["id"], {"@context": "https://www.w3.org/ns/activitystreams", **note})
    await post(peer, here, peer.activity("Create", mia, note))
    await settle(here, there)
    copy = await known_at(there, note["id"])
    assert copy.content == "<p>Buy my soap</p>"

    path, comment = record.uri.removeprefix(here.origin), await known_at(here, note["id"])
    async with here.sign_in("eve") as browser:
        assert (await browser.post(f"/comments/remote/{comment.id}/hide", data={"x": ""})).status_code == 403
    async with here.sign_in("ana") as browser:
        answer = await send(browser, await browser.get(path), f"/comments/remote/{comment.id}/hide")
        assert answer.status_code == 303
        assert "Buy my soap" in (await browser.get(path)).text, "she can show it again"
    assert "Buy my soap" not in (await here.get(path)).text
    event = await here.run(lambda: AuditEvent.get(action="hide_comment"))
    assert (event.actor_uri, event.subject_uri, event.details["record"]) == (ana.uri, note["id"], record.uri)
    await settle(here, there)
    assert (await known_at(there, note["id"])).hidden_at is not None

    async with here.sign_in("ana") as browser:
        await send(browser, await browser.get(path), f"/comments/remote/{comment.id}/hide")
    await settle(here, there)
    assert "Buy my soap" in (await here.get(path)).text
    assert (await known_at(there, note["id"])).hidden_at is None


async def test_what_moderators_hide_its_author_cannot_show(here: Instance) -> None:
    ana = await here.join("ana")
    await here.join("mod", role=Role.MODERATOR)
    record = await publish(here, ana)
    comment = await say(here, ana, record.uri, "Something bad")
    path = comment.uri.removeprefix(here.origin)
    async with here.sign_in("mod") as browser:
        assert (await browser.post(f"{path}/hide", data={"x": ""})).status_code == 303
    assert (await here.get(path)).status_code == 404
    async with here.sign_in("ana") as browser:
        assert (await browser.post(f"{path}/hide", data={"undo": "on"})).status_code in (303, 403)
    stays = await known_at(here, comment.uri)
    # It is about her own record, so it is the moderator's word that counts.
    assert stays.hidden_at is not None


# On pages


@pytest.mark.one_database
async def test_somebody_comments_changes_and_deletes_on_the_page(here: Instance) -> None:
    ana = await here.join("ana")
    await here.join("bo")
    record = await sound(here, ana)
    path = record.uri.removeprefix(here.origin)
    async with here.sign_in("bo") as browser:
        page = await browser.get(path)
        assert "Nobody has said anything yet" in page.text
        refused = await send(browser, page, f"{path}/comments", text="The end", at="1:99", warning="")
        assert refused.status_code == 422
        assert "Please write a place like 0:42" in refused.text
        assert fields_of(refused, f"{path}/comments")["text"] == ["The end"]
        late = await send(browser, refused, f"{path}/comments", at="1:45")
        assert late.status_code == 422
        assert "It ends at 1:30." in late.text
        sent = await send(browser, late, f"{path}/comments", at="1:12")
        assert sent.status_code == 303
        page = await browser.get(sent.headers["location"])
        assert 'data-moment="72"' in page.text
        assert "The end" in page.text
        comment = await here.run(lambda: Comment.get())
        own = comment.uri.removeprefix(here.origin)
        form = await browser.get(f"{own}/edit")
        assert fields_of(form, f"{own}/edit")["at"] == ["1:12"]
        changed = await send(browser, form, f"{own}/edit", text="Not the end", at="")
        assert changed.status_code == 303
        assert "Not the end" in (await browser.get(path)).text
        form = await browser.get(f"{own}/edit")
        await browser.post(f"{own}/delete", data={"x": ""})
        assert "Not the end" not in (await browser.get(path)).text
        assert (await browser.get(own)).status_code == 410
    async with here.sign_in("ana") as browser:
        assert (await browser.get(f"{own}/edit")).status_code in (403, 410)


@pytest.mark.one_database
async def test_an_answer_stands_below_what_it_answers(here: Instance) -> None:
    ana, bo = await here.join("ana"), await here.join("bo")
    record = await publish(here, ana)
    first = await say(here, bo, record.uri, "How did you do it?")
    own = first.uri.removeprefix(here.origin)
    async with here.sign_in("ana") as browser:
        form = await browser.get(f"{own}/answer")
        assert "How did you do it?" in form.text
        assert (await send(browser, form, f"{own}/answer", text="With a bucket")).status_code == 303
    page = (await here.get(record.uri.removeprefix(here.origin))).text
    assert page.index("How did you do it?") < page.index('class="answers"') < page.index("With a bucket")
    assert await notices(here, "bo") == ["answered"]


@pytest.mark.one_database
async def test_whoever_is_not_signed_in_is_told_how_to_take_part(here: Instance) -> None:
    ana = await here.join("ana")
    record = await publish(here, ana)
    path = record.uri.removeprefix(here.origin)
    page = (await here.get(path)).text
    assert "Sign in to comment" in page
    assert f'data-copy="{record.uri}"' in page
    assert f'action="{path}/comments"' not in page
    assert (await here.get(f"{path}/comments")).status_code == 303
    async with here.client() as stranger:
        answer = await stranger.post(f"{path}/comments", data={"text": "Hi"})
    assert answer.status_code in (303, 401)
    assert not await here.run(lambda: Comment.exists())


@on_sqlite
async def test_many_threads_come_in_pages_and_in_a_handful_of_queries(
    here: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana = await here.join("ana")
    record = await publish(here, ana)
    monkeypatch.setattr(threads, "MAX_AN_HOUR", 1_000)
    for number in range(THREADS + 3):
        first = await say(here, ana, record.uri, f"Thread {number}.")
        await say(here, ana, first.uri, f"Answer {number}.")
    path = record.uri.removeprefix(here.origin)
    page = (await here.get(path)).text
    assert f"Thread {THREADS - 1}." in page
    assert f"Thread {THREADS}." not in page
    more = re.search(r'href="([^"]*\?comments=\d+#comments)"', page)
    assert more is not None
    rest = (await here.get(more[1])).text
    assert f"Thread {THREADS}." in rest
    assert f"Answer {THREADS + 2}." in rest
    assert "Thread 0." not in rest
    assert "From the beginning" in rest


@pytest.mark.parametrize(
    ("draft", "field"),
    [
        (CommentDraft(text=" \n "), "text"),
        (CommentDraft(text="x" * 5_001), "text"),
        (CommentDraft(text="x", warning="x" * 201), "warning"),
        (CommentDraft(text="x", at_ms=91_000), "at"),
        (CommentDraft(text="x", at_ms=-1), "at"),
    ],
)
@on_sqlite
async def test_a_bad_comment_says_which_field_has_to_change(draft: CommentDraft, field: str, here: Instance) -> None:
    ana = await here.join("ana")
    record = await sound(here, ana)
    with pytest.raises(Invalid) as refused:
        await here.run(write_comment, ana, await place_at(here, record.uri), draft)
    assert refused.value.field == field


@on_sqlite
async def test_our_own_people_take_a_break_too(here: Instance, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threads, "MAX_AN_HOUR", 2)
    assert MAX_AN_HOUR == 60
    ana = await here.join("ana")
    record = await publish(here, ana)
    for _ in range(2):
        await say(here, ana, record.uri, "Again")
    with pytest.raises(TooMany):
        await say(here, ana, record.uri, "Again")


# Times


@given(st.integers(0, 359_999_999))
def test_a_place_that_was_written_is_read_again(milliseconds: int) -> None:
    written = clock(milliseconds)
    assert find_moment(written) == milliseconds // 1000 * 1000
    for before, after in (
        ("<p>", " and then</p>"),
        ('<p><a href="https://a.example/1#t=4" rel="nofollow">', "</a> x</p>"),
    ):
        found, rest = split_moment(f"{before}{written}{after}")
        assert found == milliseconds // 1000 * 1000
        assert rest in ("<p>and then</p>", "<p>x</p>")


@given(st.text(alphabet="0123456789:.<>/pa @[]h-", max_size=60))
def test_whatever_is_written_the_search_for_a_place_ends_and_loses_nothing_else(text: str) -> None:
    found, rest = split_moment(text)
    assert (found is None) is (rest == text)
    assert find_moment(text) is None or re.fullmatch(r"[\d:]+", text.strip())


@pytest.mark.parametrize(
    ("html", "found"),
    [
        ("<p>0:42</p>", 42_000),
        ("<p>[1:02:03] here</p>", 3_723_000),
        ("<p>(0:07) \u2013 this</p>", 7_000),
        ("<p>75:10 is late</p>", 4_510_000),
        ('<p><a href="https://a/1" class="u-url mention">@ana</a> 0:42 yes</p>', 42_000),
        ("<p>at 0:42</p>", None),
        ("<p>12:30 pm</p>", None),
        ("<p>12:30 Uhr</p>", None),
        ("<p>0:42.5</p>", None),
        ("<p>1:2:3:4</p>", None),
        ("<p>0:60</p>", None),
        ("<p>10:1</p>", None),
        ("<p>\u0661:\u0662\u0663</p>", None),
        ("", None),
    ],
)
def test_a_place_at_the_beginning_is_told_from_the_time_of_day(html: str, found: int | None) -> None:
    assert split_moment(html)[0] == found


def test_looking_for_a_place_takes_no_longer_for_a_wall_of_links() -> None:
    wall = "<p>" + '<a href="https://a.example/1" class="u-url mention">' + "a" * 60_000

    async def look() -> None:
        split_moment(wall)
        split_moment("<p>" + '<a class="mention">x</a> ' * 3_000)

    asyncio.run(asyncio.wait_for(look(), 2))
