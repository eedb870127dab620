"""A Mastodon server and ours live together: its recorded documents come in, and what we send is what it can show."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fedirec.accounts.models import Notification
from fedirec.activitypub.follows import follow
from fedirec.activitypub.models import Actor, Evidence, Follow, Liking, Received
from fedirec.clock import now
from fedirec.errors import Conflict
from fedirec.lanes import Job
from fedirec.media.actions import keep_file
from fedirec.media.models import Media
from fedirec.remix.actions.challenges import ChallengeDraft, open_challenge
from fedirec.remix.actions.comments import CommentDraft, delete_comment, write_comment
from fedirec.remix.actions.drafts import FileDraft, RecordDraft, SourceDraft
from fedirec.remix.actions.records import publish_record
from fedirec.remix.actions.submissions import accept_submission
from fedirec.remix.actions.threads import find_place
from fedirec.remix.models import Challenge, Comment, Record, RecordRevision, Submission
from fedirec.remix.queries.comments import get_comment
from fedirec.remix.terms import Terms
from tests.activitypub.sinks import Sink, Sinks
from tests.media import files
from tests.network import Instance, settle
from tests.peer import PUBLIC, RSA, Peer

SAMPLES = Path(__file__).parent / "mastodon"
MIA = "https://mastodon.test/users/mia"
POST = f"{MIA}/statuses/115580000000000001"
REPLY = f"{MIA}/statuses/115580000000000002"
SAID = f"{MIA}/statuses/115580000000000009"
OUR_RECORD = "https://a.example/records/01kamz3p6e0000000000000000"
RAIN = "https://here.test/c/rain"
AGREED = "I release this under CC BY-SA 4.0"
on_sqlite = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
"""For what has nothing to do with the database."""

KEPT_BY_MASTODON = {"p", "span", "br", "a", "del", "pre", "code", "em", "strong", "b", "i", "u", "ul", "ol", "li"}


@pytest.fixture
def network() -> Sinks:
    return Sinks()


class Mastodon:
    """The server of the samples, called mastodon.test, and our instance to which it speaks."""

    def __init__(self, network: Sinks, here: Instance) -> None:
        self.here = here
        self.peer = Peer(network, "mastodon.test")
        self.peer.actor("mia")
        self.sink: Sink = network.sink("mastodon.test")
        described = self.sample("actor")
        described["publicKey"]["publicKeyPem"] = RSA.public.pem
        self.peer.serve(MIA, described)

    def sample(self, name: str, **replaced: str) -> dict[str, Any]:
        """A recorded document, as it would come from mastodon.test to here.test."""
        text = (SAMPLES / f"{name}.json").read_text(encoding="utf-8")
        for old, new in {**replaced, "social.example": "mastodon.test", "a.example": "here.test"}.items():
            assert old in text or old in ("social.example", "a.example"), old
            text = text.replace(old, new)
        document = json.loads(text)
        assert isinstance(document, dict)
        return document

    async def send(self, activity: dict[str, Any], *, path: str = "/inbox") -> tuple[str, str | None]:
        """What became of an activity here: its state and the reason."""
        answer = await self.peer.post(self.here, activity, path=path)
        assert answer.status_code == 202, answer.text
        await settle(self.here)
        received = await self.here.run(lambda: Received.all().order_by("-id").first())
        assert received is not None
        assert received.activity_uri == activity.get("id", received.activity_uri)
        return received.state, received.reason

    async def notices(self, kind: str) -> list[Any]:
        """Who was told of something of this kind, and how it is called."""
        rows = await self.here.run(lambda: Notification.filter(kind=kind).select_related("account__actor"))
        return [(row.account.actor.handle, row.details.get("title")) for row in rows]


@pytest.fixture
async def mastodon(here: Instance, network: Sinks) -> Mastodon:
    return Mastodon(network, here)


async def _open_rain(here: Instance, leader: Actor, *, kinds: tuple[str, ...] = ("audio", "image")) -> Challenge:
    terms = Terms(version=1, licence="CC-BY-SA-4.0")
    draft = ChallengeDraft(title="Rain", slug="rain", text="Record *rain*.", kinds=kinds, terms=terms, language="en")
    return await here.run(open_challenge, leader, here.state["keyring"], draft)


def _depth(value: object) -> int:
    if isinstance(value, dict):
        return 1 + max(map(_depth, value.values()), default=0)
    if isinstance(value, list):
        return 1 + max(map(_depth, value), default=0)
    return 0


def _readable(activity: dict[str, Any], body: bytes) -> None:
    """What every server asks of whatever it is sent."""
    assert len(body) < 48_000
    assert _depth(activity) <= 7
    assert "https://www.w3.org/ns/activitystreams" in activity["@context"]
    assert isinstance(activity["type"], str)
    assert isinstance(activity["actor"], str)
    assert "totalItems" not in body.decode()


async def test_a_person_and_a_challenge_are_followed_from_mastodon_and_left_again(
    here: Instance, mastodon: Mastodon
) -> None:
    ana = await here.join("ana")
    await _open_rain(here, ana)
    await here.work()
    follows = {
        RAIN: mastodon.sample("follow"),
        ana.uri: mastodon.sample("follow", **{"https://a.example/c/rain": ana.uri, "5d6d5c1e": "6d6d5c1e"}),
    }
    for target, asked in follows.items():
        assert asked["object"] == target
        assert await mastodon.send(asked) == ("handled", None)

        accept = mastodon.sink.activities[-1]
        assert mastodon.sink.paths[-1] == "/users/mia/inbox"
        assert (accept["type"], accept["actor"], accept["to"]) == ("Accept", target, [MIA])
        assert accept["object"] == {"type": "Follow", "id": asked["id"], "actor": MIA, "object": target}
    assert await here.run(lambda: Follow.filter(follower__uri=MIA, accepted_at__not_isnull=True).count()) == 2
    assert await mastodon.notices("followed") == [("ana", None)]

    again = follows[ana.uri] | {"id": f"https://mastodon.test/{'7' * 8}"}
    await mastodon.send(again)
    assert mastodon.sink.activities[-1]["object"]["id"] == again["id"], "who asks again is answered again"

    await here.run(publish_record, ana, RecordDraft(title="Song", text="la", licence="CC0-1.0"))
    await settle(here)
    assert mastodon.sink.types[-1] == "Create"
    assert await mastodon.send(mastodon.sample("undo_follow")) == ("handled", None)
    undo = mastodon.sample("undo_follow") | {"id": f"{MIA}#follows/732/undo", "object": again}
    assert await mastodon.send(undo) == ("handled", None)
    assert await here.run(lambda: Follow.filter(follower__uri=MIA).count()) == 0
    before = len(mastodon.sink.requests)
    await here.run(publish_record, ana, RecordDraft(title="Another", text="la", licence="CC0-1.0"))
    await settle(here)
    assert len(mastodon.sink.requests) == before


async def test_people_here_follow_people_there(here: Instance, mastodon: Mastodon) -> None:
    ana = await here.join("ana")
    mia = await here.run(here.state["remote"].find_by_handle, "@mia@mastodon.test")
    assert (mia.uri, mia.name, mia.featured) == (MIA, "Mia Moon", f"{MIA}/collections/featured")
    await here.run(follow, ana, mia)
    await settle(here)
    (asked,) = mastodon.sink.activities
    assert {key: asked[key] for key in ("type", "actor", "object", "to")} == {
        "type": "Follow",
        "actor": ana.uri,
        "object": MIA,
        "to": [MIA],
    }

    accept = mastodon.sample(
        "accept_follow", **{"https://a.example/activities/01kamz40000000000000000000": asked["id"]}
    )
    assert await mastodon.send(accept) == ("handled", None)
    assert (await here.run(lambda: Follow.get())).accepted_at is not None

    for name in ("create_note_with_media", "create_question"):
        assert await mastodon.send(mastodon.sample(name)) == ("handled", None)
    post = await here.run(lambda: Record.get(uri=POST).prefetch_related("attachments", "tags"))
    assert (post.kind, post.is_post, post.licence, post.warning) == (
        "video",
        True,
        "LicenseRef-unknown",
        "bright light",
    )
    assert [row.media_type for row in post.attachments] == ["image/jpeg", "video/mp4", "audio/mpeg"]
    assert [tag.name for tag in post.tags] == ["sky"]

    assert await mastodon.send(mastodon.sample("update_note")) == ("handled", None)
    edited = await here.run(lambda: Record.get(uri=POST))
    assert (edited.revision, "old harbour" in edited.content) == (2, True)
    assert await here.run(lambda: RecordRevision.filter(record_id=edited.id).count()) == 2

    update = mastodon.sample("update_actor")
    update["object"]["publicKey"]["publicKeyPem"] = RSA.public.pem
    assert await mastodon.send(update) == ("handled", None)
    assert (await here.run(lambda: Actor.get(uri=MIA))).name == "Mia Moonlight"

    assert await mastodon.send(mastodon.sample("delete_note")) == ("handled", None)
    gone = await here.run(lambda: Record.get(uri=POST).prefetch_related("attachments"))
    assert (gone.content, list(gone.attachments), gone.deleted_at is None) == ("", [], False)
    assert await mastodon.send(mastodon.sample("delete_actor")) == ("handled", None)
    assert (await here.run(lambda: Actor.get(uri=MIA))).state == "deleted"
    assert (await mastodon.peer.post(here, mastodon.sample("delete_actor"))).status_code == 202, "and may say it again"


async def _picture(here: Instance, owner: Actor, folder: Path, shade: int) -> Media:
    source = folder / f"{shade}.png"
    picture = files.scene((64, 36))
    picture.putpixel((30, 18), (shade, 0, 0))
    source.write_bytes(files.encoded(picture, "PNG"))
    state = here.state
    return await here.run(
        keep_file, state["store"], owner, file_name=source.name, source=source, settings=state["settings"]
    )


async def test_a_reply_becomes_part_of_a_challenge_and_of_what_is_made_from_it(
    here: Instance, mastodon: Mastodon, tmp_path: Path
) -> None:
    ana, eve = await here.join("ana"), await here.join("eve")
    challenge = await _open_rain(here, ana)
    prompt = challenge.prompt_uri
    assert prompt is not None
    await mastodon.send(mastodon.sample("follow"))
    pinned = (await here.get("/c/rain/featured", accept="application/activity+json")).json()["orderedItems"][0]
    assert pinned["id"] == prompt
    assert AGREED in re.sub(r"<[^>]+>", "", pinned["content"]), "whoever wants to answer knows the words"

    reply = mastodon.sample("create_reply_to_challenge", **{OUR_RECORD: prompt})
    assert reply["object"]["inReplyTo"] == prompt
    assert RAIN in reply["cc"]
    assert await mastodon.send(reply) == ("handled", None)
    submission = await here.run(lambda: Submission.get().select_related("record__author"))
    assert (submission.record.uri, submission.record.author.uri) == (REPLY, MIA)
    assert (submission.state, submission.via, submission.terms_version) == ("licence_pending", "reply", 1)
    assert (submission.record.licence, submission.record.kind) == ("LicenseRef-unknown", "image")
    assert await mastodon.notices("submitted") == [("ana", "Rain")]
    with pytest.raises(Conflict):
        await here.run(accept_submission, ana, submission, "It fits.")
    with pytest.raises(Conflict):
        await here.run(_remix, eve, submission.record)

    granted = _post(mastodon, "3", f"@rain {AGREED}", inReplyTo=REPLY)
    assert await mastodon.send(granted) == ("handled", None)
    submission = await here.run(lambda: Submission.get().select_related("record"))
    assert (submission.state, submission.record.licence) == ("pending", "CC-BY-SA-4.0")
    assert await here.run(lambda: Record.filter(author__uri=MIA).count()) == 1, "the words alone are no record"
    assert await here.run(lambda: Evidence.filter(activity_uri=granted["id"]).count()) == 1

    edit = mastodon.sample("create_reply_to_challenge", **{OUR_RECORD: prompt})
    edit |= {"type": "Update", "id": f"{REPLY}#updates/1"}
    edit["object"] |= {"content": "<p>A better drawing</p>", "updated": "2026-11-21T22:00:00Z"}
    assert await mastodon.send(edit) == ("handled", None)
    drawing = await here.run(lambda: Record.get(uri=REPLY))
    assert (drawing.revision, drawing.title, drawing.licence) == (2, "A better drawing", "CC-BY-SA-4.0")

    before = len(mastodon.sink.requests)
    await here.run(accept_submission, ana, submission, "It fits.")
    await settle(here)
    announce, add = mastodon.sink.activities[before:]
    assert (announce["type"], announce["actor"], announce["object"]) == ("Announce", RAIN, REPLY)
    assert (add["type"], add["object"], add["target"]) == ("Add", REPLY, f"{RAIN}/submissions")
    assert PUBLIC in announce["to"]

    pictures = [await _picture(here, eve, tmp_path, shade) for shade in range(4)]
    film = await here.run(_remix, eve, drawing, pictures)
    await settle(here)
    _shows_everything(mastodon.sink, film, eve)

    delete = mastodon.sample("delete_note", **{POST.replace("mastodon.test", "social.example"): REPLY})
    assert await mastodon.send(delete) == ("handled", None)
    assert (await here.run(lambda: Record.get(uri=REPLY))).deleted_at is not None
    assert (await here.run(lambda: Submission.get())).state == "withdrawn", "its author wants it to be nowhere"
    remove, undo = [each for each in mastodon.sink.activities if each["type"] in ("Remove", "Undo")]
    assert (remove["actor"], remove["object"]) == (RAIN, REPLY)
    assert (undo["object"]["type"], undo["object"]["object"]) == ("Announce", REPLY)
    shown = await here.get(film.uri.removeprefix(here.origin))
    assert "Mia Moon" in shown.text, "the credit stays"
    assert await here.run(lambda: Job.all().count()) == 0


async def _remix(author: Actor, source: Record, pictures: list[Media] | None = None) -> Record:
    draft = RecordDraft(
        title="Rain & <wind>",
        text="Slowed down.\n\n<script>alert(1)</script>",
        licence="CC-BY-SA-4.0",
        language="en",
        tags=["Rain"],
        sources=[SourceDraft(record=source)],
        files=[FileDraft(media=media, description=f"Drop {place}") for place, media in enumerate(pictures or [])],
    )
    return await publish_record(author, draft)


def _post(mastodon: Mastodon, number: str, words: str, **changes: Any) -> dict[str, Any]:
    """A post in words only, which mentions the challenge."""
    create = mastodon.sample("create_reply_to_challenge")
    text = json.dumps(create).replace("115580000000000002", f"11558000000000000{number}")
    create = json.loads(text)
    create["object"] |= {"attachment": [], "content": f"<p>{words}</p>", "contentMap": {"en": f"<p>{words}</p>"}}
    create["object"] |= changes
    assert isinstance(create, dict)
    return create


def _shows_everything(sink: Sink, film: Record, author: Actor) -> None:
    """The last thing that mastodon.test got shows `film` in full, to everybody and to mia."""
    activity, body = sink.activities[-1], sink.requests[-1].content
    _readable(activity, body)
    note = activity["object"]
    assert (activity["type"], note["type"], note["id"]) == ("Create", "Note", film.uri)
    assert note["attributedTo"] == activity["actor"] == author.uri
    assert note["url"].startswith("https://here.test/")
    assert "inReplyTo" not in note
    assert note["contentMap"] == {"en": note["content"]}
    content = note["content"]
    assert content.startswith("<p><strong>Rain &amp; &lt;wind&gt;</strong></p><p>Slowed down.</p>")
    assert set(re.findall(r"</?([a-z0-9]+)", content)) <= KEPT_BY_MASTODON
    assert re.search(r'<a href="https://mastodon\.test/@mia" class="u-url mention">Mia Moon</a>', content)
    assert 'href="https://creativecommons.org/licenses/by-sa/4.0/"' in content
    mentions = [tag for tag in note["tag"] if tag["type"] == "Mention"]
    assert {"type": "Mention", "href": MIA, "name": "@mia@mastodon.test"} in mentions
    for tag in mentions:
        assert tag["href"] in activity["to"] + activity["cc"]
        assert tag["href"] in note["to"] + note["cc"]
    assert [tag["name"] for tag in note["tag"] if tag["type"] == "Hashtag"] == ["#Rain"]
    assert PUBLIC in note["to"]
    assert len(note["attachment"]) == 4
    for place, attachment in enumerate(note["attachment"]):
        assert (attachment["type"], attachment["mediaType"], attachment["name"]) == (
            "Image",
            "image/png",
            f"Drop {place}",
        )
        assert isinstance(attachment["url"], str)
        assert attachment["url"].startswith("https://here.test/media/")
        assert (attachment["width"], attachment["height"]) == (64, 36)


Change = Callable[[dict[str, Any]], None]


@on_sqlite
async def test_only_what_answers_a_challenge_is_a_submission(here: Instance, mastodon: Mastodon) -> None:
    ana = await here.join("ana")
    challenge = await _open_rain(here, ana)
    prompt = challenge.prompt_uri
    cases: list[tuple[dict[str, Any], str, str]] = [
        (_post(mastodon, "4", AGREED, inReplyTo=prompt), "refused", "words alone"),
        (_post(mastodon, "5", "hello", to=[RAIN], cc=[]), "refused", "public"),
        (_post(mastodon, "6", "hello", inReplyTo=None, tag=[], to=[PUBLIC], cc=[]), "refused", "nobody here follows"),
        (
            _post(mastodon, "7", "", name="the moon", content=None, contentMap=None, inReplyTo=prompt),
            "refused",
            "votes",
        ),
    ]
    for activity, state, reason in cases:
        found = await mastodon.send(activity)
        assert found[0] == state, (activity, found)
        assert reason in str(found[1])
    assert await here.run(lambda: Submission.all().count()) == await here.run(lambda: Record.all().count()) == 0

    with_words = mastodon.sample("create_reply_to_challenge", **{OUR_RECORD: prompt or ""})
    with_words["object"]["content"] += f"<p>{AGREED}.</p>"
    await mastodon.send(with_words)
    submission = await here.run(lambda: Submission.get().select_related("record"))
    assert (submission.state, submission.record.licence) == ("pending", "CC-BY-SA-4.0")


@on_sqlite
async def test_words_are_an_answer_where_words_are_asked_for(here: Instance, mastodon: Mastodon) -> None:
    ana = await here.join("ana")
    prompt = (await _open_rain(here, ana, kinds=("text",))).prompt_uri
    poem = _post(mastodon, "3", "Drip. Drop.", inReplyTo=prompt)
    assert await mastodon.send(poem) == ("handled", None)
    (submission,) = await here.run(lambda: Submission.all().select_related("record"))
    assert (submission.record.uri, submission.state) == (poem["object"]["id"], "remark"), "nobody but she knows"
    agreed = _post(mastodon, "5", f"@rain {AGREED}!", inReplyTo=prompt)
    assert await mastodon.send(agreed) == ("handled", None)
    assert (await here.run(lambda: Submission.get())).state == "pending", "the one that waits is meant"

    remark = _post(mastodon, "4", "Nice one!", inReplyTo=poem["object"]["id"])
    assert await mastodon.send(remark) == ("handled", None)
    said = await here.run(lambda: Comment.get().select_related("record"))
    assert (said.content, said.record.uri) == ("<p>Nice one!</p>", poem["object"]["id"]), "what is said of it"


async def test_people_on_mastodon_and_here_talk_about_a_sound(
    here: Instance, mastodon: Mastodon, tmp_path: Path
) -> None:
    ana = await here.join("ana")
    kept = await _picture(here, ana, tmp_path, 7)

    async def play() -> Media:
        await Media.filter(id=kept.id).update(kind="audio", media_type="audio/mpeg", duration_ms=90_000)
        return await Media.get(id=kept.id)

    draft = FileDraft(media=await here.run(play))
    record = await here.run(publish_record, ana, RecordDraft(title="Rain", licence="CC0-1.0", files=[draft]))
    here_now = {OUR_RECORD: record.uri}

    assert await mastodon.send(mastodon.sample("create_reply_to_record", **here_now)) == ("handled", None)
    said = await here.run(lambda: Comment.get(author__uri=MIA))
    assert (said.uri, said.at_ms, said.language) == (SAID, 42_000, "en")
    assert "the gutter sings there!" in said.content
    assert await mastodon.notices("commented") == [("ana", "Rain")]
    assert await mastodon.send(mastodon.sample("update_reply_to_record", **here_now)) == ("handled", None)
    assert (await here.run(lambda: Comment.get(uri=SAID))).at_ms == 65_000

    place = await here.run(find_place, SAID)
    assert place is not None
    answer = await here.run(write_comment, ana, place, CommentDraft(text="It *does*.", at_ms=66_000, warning="loud"))
    await settle(here)
    create, body = mastodon.sink.activities[-1], mastodon.sink.requests[-1].content
    _readable(create, body)
    note = create["object"]
    assert (note["type"], note["inReplyTo"], note["summary"]) == ("Note", SAID, "loud")
    assert note["content"] == f'<p><a href="{record.uri}#t=66">1:06</a> It <em>does</em>.</p>'
    assert set(re.findall(r"</?([a-z0-9]+)", note["content"])) <= KEPT_BY_MASTODON
    assert [tag["href"] for tag in note["tag"]] == [MIA], "Mia is notified:"
    assert MIA in note["cc"]
    assert "name" not in note, "a name on a reply to a poll would count as a vote"

    await here.run(delete_comment, ana, await here.run(get_comment, answer.uri))
    assert await mastodon.send(mastodon.sample("delete_reply_to_record")) == ("handled", None)
    assert mastodon.sink.activities[-1]["object"]["type"] == "Tombstone"
    gone = await here.run(lambda: Comment.get(uri=SAID))
    assert (gone.content, gone.deleted_at is None) == ("", False)
    assert not await here.run(lambda: Evidence.exists(subject_uri=SAID))


async def test_a_boost_and_a_like_are_told_to_the_author_and_counted_by_nobody(
    here: Instance, mastodon: Mastodon
) -> None:
    ana = await here.join("ana")
    song = await here.run(publish_record, ana, RecordDraft(title="Song", text="la", licence="CC0-1.0"))
    path = song.uri.removeprefix(here.origin)

    async def shown() -> tuple[str, str]:
        page = (await here.get(path)).text
        document = (await here.get(path, accept="application/activity+json")).text
        return re.sub(r"<time.*?</time>|<[^>]*>", "", page, flags=re.DOTALL), document

    before = await shown()
    like = mastodon.sample("like", **{OUR_RECORD: song.uri})
    boost = mastodon.sample("announce", **{OUR_RECORD: song.uri})
    for activity in (like, boost):
        assert await mastodon.send(activity) == ("handled", None)
    assert await mastodon.notices("recommended") == [("ana", "Song")]
    assert await mastodon.notices("passed_on") == [("ana", "Song")]
    assert await shown() == before, "nobody sees how many"

    undo = {"@context": like["@context"], "id": f"{like['id']}/undo", "type": "Undo", "actor": MIA, "object": like}
    assert await mastodon.send(undo) == ("handled", None)
    assert await here.run(lambda: Liking.all().count()) == 0
    again = like | {"id": f"{MIA}#likes/9002"}
    assert await mastodon.send(again) == ("handled", None)
    assert await mastodon.notices("recommended") == [("ana", "Song")], "nobody is told the same thing twice"


@on_sqlite
async def test_what_else_mastodon_sends_has_its_effect_or_is_kept_with_the_reason(
    here: Instance, mastodon: Mastodon
) -> None:
    ana = await here.join("ana")
    song = await here.run(publish_record, ana, RecordDraft(title="Song", text="la", licence="CC0-1.0"))
    for name in ("like", "announce", "undo_like", "undo_announce"):
        assert await mastodon.send(mastodon.sample(name, **{OUR_RECORD: song.uri})) == ("handled", None), name
    assert await here.run(lambda: Liking.all().count()) == 0
    refused = {
        "create_vote": "votes are not counted",
        "add_featured": "only the submissions of a challenge",
        "accept_quote_request": "",
    }
    for name, reason in refused.items():
        state, why = await mastodon.send(mastodon.sample(name))
        assert (state, reason in str(why)) == ("refused", True), name
    assert await mastodon.send(mastodon.sample("block")) == ("handled", None)


@on_sqlite
async def test_a_person_on_the_newest_mastodon_is_found_by_what_they_are_called(
    here: Instance, mastodon: Mastodon
) -> None:
    actor = mastodon.sample("actor_of_version_4_6")
    actor["publicKey"]["publicKeyPem"] = RSA.public.pem
    mastodon.peer.serve(actor["id"], actor)
    mia = await here.meet(actor["id"])
    assert (mia.handle, mia.host, mia.name) == ("mia", "mastodon.test", "Mia Moon")
    await here.run(follow, await here.join("ana"), mia)
    await here.run(lambda: Follow.all().update(accepted_at=now()))
    create = mastodon.sample("create_note_of_version_4_2")
    create = json.loads(json.dumps(create).replace(MIA, actor["id"]))
    assert await mastodon.send(create) == ("handled", None)
    post = await here.run(lambda: Record.get(uri=create["object"]["id"]))
    assert (post.title, post.warning) == ("Fog", "Marked as sensitive by its author")
