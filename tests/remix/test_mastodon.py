"""What Mastodon sends is understood, and what we send is what Mastodon shows."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from fedirec.activitypub import ld
from fedirec.activitypub.vocab import PUBLIC, Activity, ActorObject, Entity, Follow, Ref, Tombstone, Vocabulary
from fedirec.activitypub.vocab import TYPES as PROTOCOL_TYPES
from fedirec.remix.content import content_of
from fedirec.remix.kinds import Kind
from fedirec.remix.licences import BY_SA
from fedirec.remix.lineage import Edge, Part, credit_lines
from fedirec.remix.roles import default_role
from fedirec.remix.terms import Terms
from fedirec.remix.vocab import (
    TYPES,
    AttachmentObject,
    ChallengeObject,
    ContributorObject,
    Hashtag,
    Mention,
    PostObject,
    PromptObject,
    RecordObject,
    SourceObject,
    TermsRef,
)
from fedirec.remix.words import in_words

SAMPLES = Path(__file__).parent.parent / "wire" / "mastodon"
VOCABULARY = Vocabulary([*PROTOCOL_TYPES, *TYPES])
MIA = "https://social.example/users/mia"
RAIN = "https://a.example/c/rain"
PROMPT = "https://a.example/records/01kamz3p6e0000000000000000"


def sample(name: str) -> dict[str, Any]:
    document = json.loads((SAMPLES / f"{name}.json").read_text(encoding="utf-8"))
    assert isinstance(document, dict)
    return document


def read(name: str) -> Entity:
    return VOCABULARY.read(ld.compact(sample(name)))


def read_activity(name: str) -> Activity[Any]:
    activity = read(name)
    assert isinstance(activity, Activity)
    return activity


def test_an_actor_is_read_with_its_key_and_its_inboxes() -> None:
    mia = read("actor")
    assert isinstance(mia, ActorObject)
    assert (mia.id, mia.type, mia.handle, mia.name) == (MIA, "Person", "mia", "Mia Moon")
    assert (mia.inbox, mia.shared_inbox) == (f"{MIA}/inbox", "https://social.example/inbox")
    assert mia.featured == f"{MIA}/collections/featured"
    assert mia.icon_url == "https://social.example/system/accounts/avatars/115/original/mia.png"
    assert [key.id for key in mia.keys] == [f"{MIA}#main-key"]


def test_a_post_is_read_with_its_media_and_its_warning() -> None:
    post = read_activity("create_note_with_media").object
    assert isinstance(post, PostObject)
    assert (post.id, post.attributed_to) == (f"{MIA}/statuses/115580000000000001", MIA)
    assert (post.warning, post.sensitive, post.language) == ("bright light", True, "en")
    assert post.published == datetime(2026, 11, 21, 18, 4, 5, tzinfo=UTC)
    assert post.url == "https://social.example/@mia/115580000000000001"
    assert post.hashtags == (Hashtag(name="sky", href="https://social.example/tags/sky"),)
    assert post.is_public
    image, video, audio = post.attachments
    assert (image.kind, image.media_type, image.width, image.height) == (Kind.IMAGE, "image/jpeg", 1600, 900)
    assert image.description == "A low orange moon between two cranes"
    assert (video.kind, video.duration_ms, video.description) == (Kind.VIDEO, 12_480, "")
    assert video.poster_url == "https://social.example/system/media_attachments/thumbnails/115/581/original/moon.png"
    assert (audio.kind, audio.duration_ms, audio.blurhash) == (Kind.AUDIO, 62_500, None)


def test_a_reply_to_a_challenge_says_what_it_answers_and_whom_it_mentions() -> None:
    create = read_activity("create_reply_to_challenge")
    post = create.object
    assert isinstance(post, PostObject)
    assert post.in_reply_to == PROMPT
    assert post.mentions == (Mention(href=RAIN, name="@rain@a.example"),)
    assert RAIN in post.cc
    assert RAIN in create.cc
    assert [attachment.kind for attachment in post.attachments] == [Kind.IMAGE]
    assert post.context == f"{PROMPT}/thread"


@pytest.mark.parametrize(
    ("name", "object_uri"),
    [("follow", RAIN), ("like", PROMPT), ("announce", PROMPT), ("delete_actor", MIA)],
)
def test_an_activity_names_its_object_by_id(name: str, object_uri: str) -> None:
    activity = read_activity(name)
    assert (activity.actor, activity.object) == (MIA, Ref(object_uri))


@pytest.mark.parametrize(
    ("name", "follower", "followed"),
    [("accept_follow", "https://a.example/u/ana", MIA), ("undo_follow", MIA, RAIN)],
)
def test_an_answer_to_a_follow_carries_the_follow(name: str, follower: str, followed: str) -> None:
    activity = read_activity(name)
    assert isinstance(activity.object, Follow)
    assert (activity.object.actor, activity.object.object) == (follower, Ref(followed))


def test_an_edit_brings_the_whole_post_and_when_it_was_made() -> None:
    post = read_activity("update_note").object
    assert isinstance(post, PostObject)
    assert post.updated == datetime(2026, 11, 21, 20, tzinfo=UTC)
    assert post.content == "<p>Moonrise over the old harbour.</p>"


def test_an_edit_of_a_profile_brings_the_whole_actor() -> None:
    update = read_activity("update_actor")
    assert isinstance(update.object, ActorObject)
    assert (update.actor, update.object.name) == (update.object.id, "Mia Moonlight")


def test_a_deleted_post_is_a_tombstone() -> None:
    assert read_activity("delete_note").object == Tombstone(id=f"{MIA}/statuses/115580000000000001")


def test_a_poll_is_read_as_a_post() -> None:
    poll = read_activity("create_question").object
    assert isinstance(poll, PostObject)
    assert (poll.type, poll.content) == ("Question", "<p>Which one shall I finish?</p>")


# What we send, against what Mastodon asks of it.

EVE = "https://a.example/u/eve"
BO = "https://b.example/u/bo"
STORY = "https://b.example/records/01kamz3p6e1111111111111111"
FILM = RecordObject(
    id="https://a.example/records/01kamz3p6e2222222222222222",
    attributed_to=EVE,
    published=datetime(2026, 11, 21, 12, tzinfo=UTC),
    name="First <stars>",
    content=content_of(
        "<p>A short film.</p>",
        title="First <stars>",
        credit=in_words(
            credit_lines(
                "film",
                edges=[Edge(record="film", source="story")],
                authors={"film": EVE, "story": BO},
                parts={
                    "film": [Part(person=EVE, role=default_role(Kind.VIDEO).iri)],
                    "story": [Part(person=BO, role=default_role(Kind.TEXT).iri)],
                },
                kinds={"film": Kind.VIDEO, "story": Kind.TEXT},
            ),
            names={EVE: "Eve & Co", BO: "Bo"},
        ),
        pages={EVE: "https://a.example/@eve", BO: "https://b.example/@bo"},
        licence=BY_SA,
        url="https://a.example/@eve/first-stars",
    ),
    markdown="A short film.",
    language="en",
    to=(PUBLIC,),
    cc=(f"{EVE}/followers", BO, RAIN),
    url="https://a.example/@eve/first-stars",
    attachments=(
        AttachmentObject(
            kind=Kind.VIDEO,
            url="https://a.example/media/film.mp4",
            media_type="video/mp4",
            description="Stars come out over a quiet town",
            width=1280,
            height=720,
            duration_ms=30_000,
            digest="zQmWvQxTqbG2Z9HPJgG57jjwR154cKhbtJenbyYTWkjgF3e",
            poster_url="https://a.example/media/film.jpg",
        ),
    ),
    mentions=(Mention(href=BO, name="@bo@b.example"), Mention(href=RAIN, name="@rain@a.example")),
    hashtags=(Hashtag(name="FirstStars", href="https://a.example/tags/firststars"),),
    licence=BY_SA.url,
    sources=(SourceObject(id=STORY),),
    contributors=(ContributorObject(person=EVE, role=default_role(Kind.VIDEO).iri),),
    challenge=RAIN,
    terms=TermsRef(version=1, digest="zQmRzz8ESWApjwHq7hKvbW41k8aNqEU8gzL7vXJpivUBh9j"),
    can_quote=(PUBLIC,),
)
PROMPT_NOTE = PromptObject(
    id=PROMPT,
    attributed_to=RAIN,
    published=datetime(2026, 11, 20, tzinfo=UTC),
    content=content_of("<p>Record rain.</p>", title="Rain", extra=["Until 20 December", "It pays nothing <yet>"]),
    to=(PUBLIC,),
    cc=(f"{RAIN}/followers",),
    url="https://a.example/challenges/rain",
    mentions=(Mention(href=RAIN, name="@rain@a.example"),),
    challenge=RAIN,
)
GROUP = ChallengeObject(
    actor=ActorObject(
        id=RAIN,
        type="Group",
        handle="rain",
        inbox=f"{RAIN}/inbox",
        name="Rain",
        featured=f"{RAIN}/featured",
        followers=f"{RAIN}/followers",
        outbox=f"{RAIN}/outbox",
        url="https://a.example/challenges/rain",
    ),
    deadline=datetime(2026, 12, 20, tzinfo=UTC),
    kinds_wanted=(Kind.AUDIO,),
    terms=Terms(version=1, licence="CC-BY-SA-4.0"),
    submissions=f"{RAIN}/submissions",
    prompt=PROMPT,
)
OURS = [FILM, PROMPT_NOTE, GROUP]


def depth_of(value: object) -> int:
    if isinstance(value, dict):
        return 1 + max(map(depth_of, value.values()), default=0)
    if isinstance(value, list):
        return 1 + max(map(depth_of, value), default=0)
    return 0


@pytest.mark.parametrize("entity", OURS, ids=lambda entity: type(entity).__name__)
def test_what_we_send_reads_the_same_on_the_direct_and_on_the_long_way(entity: Entity) -> None:
    document = {"@context": entity.CONTEXT, **entity.write()}  # type: ignore[attr-defined]
    assert ld.is_plain(document)
    assert VOCABULARY.read(ld.compact(document)) == entity
    assert VOCABULARY.read(ld.rewrite(document)) == entity


@pytest.mark.parametrize("entity", OURS, ids=lambda entity: type(entity).__name__)
def test_what_we_send_is_something_that_every_server_can_read(entity: Entity) -> None:
    document = {"@context": entity.CONTEXT, **entity.write()}  # type: ignore[attr-defined]
    assert "https://www.w3.org/ns/activitystreams" in document["@context"]
    assert document["type"] in ("Note", "Group"), "one string, for strict parsers"
    assert isinstance(document["attributedTo"], str) if document["type"] == "Note" else document["inbox"]
    assert depth_of({"object": document}) <= 7, "Pixelfed reads eight levels"
    assert len(json.dumps(document)) < 48_000
    assert not any("totalItems" in str(value) for value in document.values()), "no counts"


@pytest.mark.parametrize("note", [FILM, PROMPT_NOTE], ids=lambda note: type(note).__name__)
def test_a_note_of_ours_shows_in_full(note: RecordObject | PromptObject) -> None:
    document = note.write()
    kept = {"p", "span", "br", "a", "del", "pre", "code", "em", "strong", "b", "i", "u", "ul", "ol", "li", "blockquote"}
    assert set(re.findall(r"</?([a-z0-9]+)", document["content"])) <= kept
    assert document["url"].startswith("https://")
    assert "inReplyTo" not in document, "a name on a reply to a poll would count as a vote"
    for attachment in document.get("attachment", []):
        assert attachment["type"] in ("Image", "Audio", "Video")
        assert isinstance(attachment["url"], str)
        assert attachment["mediaType"]
    for tag in document["tag"]:
        if tag["type"] == "Mention" and tag["href"] != document["attributedTo"]:
            assert tag["href"] in document["to"] + document["cc"], "a mention notifies only who is addressed"


def test_the_content_says_title_credits_licence_and_page() -> None:
    assert FILM.content == (
        "<p><strong>First &lt;stars&gt;</strong></p><p>A short film.</p>"
        '<p>Film by <a href="https://a.example/@eve" class="u-url mention">Eve &amp; Co</a>, from a story by '
        '<a href="https://b.example/@bo" class="u-url mention">Bo</a></p>'
        '<p><a href="https://creativecommons.org/licenses/by-sa/4.0/" rel="license">CC BY-SA 4.0</a> · '
        '<a href="https://a.example/@eve/first-stars">See who made what</a></p>'
    )


def test_no_word_of_a_person_becomes_markup() -> None:
    said = content_of(
        "",
        title="<script>",
        credit=in_words(
            credit_lines("r", edges=[], authors={"r": EVE}, parts={}, kinds={}),
            names={EVE: '"><img src=x onerror=a>'},
            gettext=lambda text: f"<em>{text}",
        ),
        pages={EVE: 'https://a.example/"onmouseover="x'},
        url='https://a.example/"><b>',
        label="<i>",
        extra=["<u>"],
    )
    assert set(re.findall(r"<([a-z]+)", said)) == {"p", "strong", "a"}
    assert not re.search(r'"(?:onmouseover|><)', said)
