"""Every document of other servers is read for what it says, whichever way its context leads."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import pytest

from fedirec.activitypub import ld
from fedirec.activitypub.vocab import Activity, ActorObject, Entity
from fedirec.errors import FedirecError, Unsupported
from fedirec.html import clean, plain
from fedirec.remix.vocab import PostObject
from tests.wire.servers import ANA, DOCUMENTS, OUR_RECORD, SERVERS, VOCABULARY, names_of

LONG_WAY: Final = {
    *(f"friendica/{name}" for name in ("actor", "update_actor", "create_post", "update_post", "create_article")),
    *(f"friendica/{name}" for name in ("create_event", "create_quote", "create_reply")),
    *(f"friendica/{name}" for name in ("like", "undo_like", "dislike")),
    *("misskey/actor", "misskey/update_actor", "pleroma/actor", "pleroma/update_actor"),
    *(f"peertube/{name}" for name in ("create_post", "update_post", "video", "video_of_version_4", "create_playlist")),
}
"""Documents that have to be expanded: they spell keys as addresses, or mean something else by one of our words."""

DIFFERENT_WAYS: Final = {"funkwhale/delete_post"}
"""An `id` that is a list of one, which JSON-LD does not know; its context is one that is read directly."""

UNREAD: Final = {
    "bookwyrm/add_book_to_shelf": "ShelfItem",
    "bookwyrm/review_for_bookwyrm": "Review",
    "friendica/add_tag": "tag",
    "friendica/dislike": "Dislike",
    "funkwhale/library": "Library",
    "funkwhale/track": "Track",
    "funkwhale/update_library": "Library",
    "lemmy/dislike": "Dislike",
    "lemmy/lock_post": "Lock",
    "peertube/create_playlist": "Playlist",
    "peertube/dislike": "Dislike",
    "peertube/view": "View",
    "pixelfed/add_story": "Story",
    "pleroma/create_chat_message": "ChatMessage",
    "pleroma/listen": "Listen",
}
"""What nobody here wants to know, by the type that says so."""
NO_POSTS: Final = {
    "gotosocial/create_vote": "votes are not counted",
    "mastodon/create_vote": "votes are not counted",
    "misskey/create_vote": "votes are not counted",
}
"""What is no post although it looks like one."""


def read(name: str) -> Entity:
    return VOCABULARY.read(ld.compact(DOCUMENTS[name]))


def _result(read_way: Any, name: str) -> object:
    try:
        return VOCABULARY.read(read_way(DOCUMENTS[name]))
    except FedirecError as error:
        return type(error)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_document_reads_the_same_on_the_direct_and_on_the_long_way(name: str) -> None:
    assert ld.is_plain(DOCUMENTS[name]) is (name not in LONG_WAY)
    assert (_result(ld.compact, name) == _result(ld.rewrite, name)) is (name not in DIFFERENT_WAYS)


@pytest.mark.parametrize("name", UNREAD)
def test_what_is_of_no_use_here_is_named_by_its_type(name: str) -> None:
    with pytest.raises(Unsupported, match=f"the type '(.*#)?{UNREAD[name]}'"):
        read(name)


@pytest.mark.parametrize("name", NO_POSTS)
def test_what_is_no_post_is_refused_with_the_reason(name: str) -> None:
    with pytest.raises(Unsupported, match=NO_POSTS[name]):
        read(name)


def test_everything_else_is_read() -> None:
    for name in DOCUMENTS.keys() - UNREAD.keys() - NO_POSTS.keys():
        assert isinstance(read(name), Entity), name


@pytest.mark.parametrize("software", SERVERS)
def test_the_usual_activities_name_whom_they_are_about(software: str) -> None:
    author = DOCUMENTS[f"{software}/actor"]["id"]
    post = DOCUMENTS[f"{software}/create_post"]["object"]["id"]
    about = {
        "follow": ANA,
        "like": OUR_RECORD,
        "announce": OUR_RECORD,
        "create_post": post,
        "update_post": post,
        "delete_post": post,
        "update_actor": author,
        "delete_actor": author,
    }
    for name, object_uri in about.items():
        if name in names_of(software):
            activity = read(f"{software}/{name}")
            assert isinstance(activity, Activity), name
            assert (activity.actor, activity.object.id) == (author, object_uri), name


@dataclass(frozen=True, kw_only=True)
class Face:
    """What an actor looks like from here."""

    type: str = "Person"
    handle: str
    name: str
    url: str | None
    icon: str | None
    shared_inbox: str | None = None
    is_discoverable: bool = True
    aliases: tuple[str, ...] = ()


FACES: Final = {
    "gotosocial/actor": Face(
        handle="otto",
        name="Otto Otter",
        url="https://gotosocial.test/@otto",
        icon="https://gotosocial.test/fileserver/01JD0000000000000000000001/avatar/original/01JD0000000000000000000002.jpeg",
    ),
    "pixelfed/actor": Face(
        handle="pia",
        name="Pia Pixel",
        url="https://pixelfed.test/pia",
        icon="https://pixelfed.test/storage/avatars/000/000/007/avatar.jpg?v=2",
        shared_inbox="https://pixelfed.test/f/inbox",
        is_discoverable=False,
        aliases=("https://gotosocial.test/users/otto",),
    ),
    "peertube/actor": Face(
        handle="tuva",
        name="Tuva",
        url="https://peertube.test/accounts/tuva",
        icon="https://peertube.test/lazy-static/avatars/0f3a-600.jpg",
        shared_inbox="https://peertube.test/inbox",
        is_discoverable=False,
    ),
    "peertube/channel": Face(
        type="Group",
        handle="slow_water",
        name="Slow water",
        url="https://peertube.test/video-channels/slow_water",
        icon="https://peertube.test/lazy-static/avatars/0f3a-600.jpg",
        shared_inbox="https://peertube.test/inbox",
        is_discoverable=False,
    ),
    "lemmy/community": Face(
        type="Group",
        handle="soundwalks",
        name="Soundwalks",
        url=None,
        icon="https://lemmy.test/pictrs/image/waq.webp",
        shared_inbox="https://lemmy.test/inbox",
        is_discoverable=False,
    ),
    "misskey/actor": Face(
        handle="minato",
        name="みなと :wave:",
        url="https://misskey.test/@minato",
        icon="https://misskey.test/files/avatar-1.webp",
        shared_inbox="https://misskey.test/inbox",
    ),
    "akkoma/actor": Face(
        handle="aki",
        name="Aki :fox:",
        url="https://akkoma.test/users/aki",
        icon="https://akkoma.test/media/d23cf9b0/avatar.png",
        shared_inbox="https://akkoma.test/inbox",
    ),
    "friendica/actor": Face(
        handle="frida",
        name="Frida",
        url="https://friendica.test/profile/frida",
        icon="https://friendica.test/photo/profile/frida.png?ts=1630598950",
        shared_inbox="https://friendica.test/inbox",
    ),
    "wordpress/actor": Face(
        handle="willa",
        name="Willa Words",
        url="https://wordpress.test/author/willa/",
        icon="https://secure.gravatar.example/avatar/a2bd?s=120&d=mm&r=g",
        shared_inbox="https://wordpress.test/wp-json/activitypub/1.0/inbox",
        aliases=("https://wordpress.test/?author=3", "https://wordpress.test/author/willa/"),
    ),
    "wordpress/blog": Face(
        type="Group",
        handle="wordpress.test",
        name="Quiet places",
        url="https://wordpress.test",
        icon="https://wordpress.test/wp-content/uploads/icon.webp?fit=512%2C512&ssl=1",
        shared_inbox="https://wordpress.test/wp-json/activitypub/1.0/inbox",
    ),
    "funkwhale/actor": Face(
        handle="harbour_tapes",
        name="Harbour tapes",
        url="https://funkwhale.test/channels/harbour_tapes",
        icon="https://funkwhale.test/media/attachments/4a/cover.jpg",
        shared_inbox="https://funkwhale.test/federation/shared/inbox",
        is_discoverable=False,
    ),
    "bookwyrm/actor": Face(
        handle="bea",
        name="Bea",
        url=None,
        icon="https://bookwyrm.test/images/avatars/bea.png",
        shared_inbox="https://bookwyrm.test/inbox",
    ),
}


@pytest.mark.parametrize("name", FACES)
def test_an_actor_is_recognised(name: str) -> None:
    actor, document = read(name), DOCUMENTS[name]
    assert isinstance(actor, ActorObject)
    assert FACES[name] == Face(
        type=actor.type,
        handle=actor.handle,
        name=actor.name,
        url=actor.url,
        icon=actor.icon_url,
        shared_inbox=actor.shared_inbox,
        is_discoverable=actor.discoverable,
        aliases=actor.also_known_as,
    )
    assert [key.id for key in actor.keys] == [document["publicKey"]["id"]]
    assert (actor.inbox, actor.approves_followers) == (document["inbox"], False)


@dataclass(frozen=True, kw_only=True)
class Said:
    """What a post says, as people see it; times are of 21 November 2026."""

    type: str = "Note"
    name: str = ""
    text: str
    warning: str = ""
    language: str | None = None
    tags: tuple[str, ...] = ()
    media: tuple[tuple[Any, ...], ...] = ()
    """Of each file what it is, its sides, its milliseconds and whether it has a poster."""
    at: tuple[int, ...] = ()
    """Hour, minute, second and microsecond in UTC."""
    is_reply: bool = False
    is_public: bool = True

    @property
    def published(self) -> datetime:
        hour, minute, second, fraction = (*self.at, 0, 0, 0)[:4]
        return datetime(2026, 11, 21, hour, minute, second, fraction, UTC)


COVER: Final = (("image/jpeg", None, None, None, False),)
SAID: Final = {
    "gotosocial/create_post": Said(
        text="Reeds at dawn :otter: #river",
        warning="loud bird",
        language="en",
        tags=("river",),
        media=(("image/jpeg", 1620, 1080, None, False), ("audio/ogg", None, None, None, False)),
        at=(6, 12, 9, 402_000),
    ),
    "gotosocial/create_reply": Said(text="@ana the second verse floats", language="en", is_reply=True, at=(9, 2, 16)),
    "gotosocial/create_question": Said(type="Question", text="Which river next?", language="en", at=(10,)),
    "pixelfed/create_post": Said(
        text="Threads before breakfast #dew",
        warning="a spider",
        tags=("dew",),
        media=(
            ("image/jpeg", 1440, 1800, None, False),
            ("image/webp", 1440, 1440, None, False),
            ("video/mp4", None, None, None, False),
        ),
        at=(11, 20),
    ),
    "peertube/video": Said(
        type="Video",
        name="A weir, eleven minutes",
        text="One take.\nListen for 3 < 5 < 7 drops\nand **stay**: https://peertube.test/a/tuva",
        warning="flickering light",
        language="en",
        tags=("water",),
        media=(("video/mp4", 1280, 720, 671_000, True),),
        at=(11, 59, 45, 94_000),
    ),
    "peertube/video_of_version_4": Said(
        type="Video",
        name="A weir, eleven minutes",
        text="One take.\nListen for 3 < 5 < 7 drops\nand **stay**: https://peertube.test/a/tuva",
        language="en",
        tags=("water",),
        media=(("video/mp4", None, 720, 671_000, True),),
        at=(11, 59, 45, 94_000),
    ),
    "peertube/create_reply": Said(
        text="@ana@here.test it sounds\nlike the weir & back", is_reply=True, at=(13, 32, 52, 548_000)
    ),
    "lemmy/create_post": Said(
        type="Page",
        name="Trams under snow",
        text="Recorded at four in the morning",
        language="en",
        media=(("image/png", None, None, None, False),),
        at=(12, 35, 34, 292_626),
    ),
    "lemmy/post_with_picture_and_link": Said(
        type="Page",
        name="A map of the walk",
        text="Recorded at four in the morning",
        language="en",
        media=(("image/png", None, None, None, False),),
        at=(12, 35, 34, 292_626),
    ),
    "lemmy/create_private_message": Said(text="hello", is_public=False, at=(10, 31, 56, 58_289)),
    "misskey/create_post": Said(
        text="霧笛 #港",
        warning="大きな音",
        tags=("港",),
        media=(("audio/mpeg", None, None, None, False), ("image/webp", None, None, None, False)),
        at=(3, 4, 5, 678_000),
    ),
    "akkoma/create_post": Said(
        text="Tracks in the yard :fox: #fox",
        warning="blood",
        language="en",
        tags=("fox",),
        media=(("image/jpeg", 2000, 1500, None, False), ("video/webm", None, None, None, False)),
        at=(10, 28, 35, 602_455),
    ),
    "friendica/create_post": Said(
        text="Bells coming home #alm",
        warning="very loud",
        tags=("alm",),
        media=(("image/jpeg", 1024, 768, None, False), ("audio/ogg", None, None, None, False)),
        at=(20, 21, 24),
    ),
    "friendica/create_article": Said(
        type="Article", name="How a bell is cast", text="Clay\nFirst the clay.", media=COVER, at=(20, 21, 24)
    ),
    "friendica/create_event": Said(type="Event", name="Cattle come down", text="All day", at=(20, 21, 24)),
    "wordpress/create_post": Said(
        type="Article",
        name="A quiet place",
        text="Nobody goes there in winter.\nThe gate\nShut\n\none crow",
        language="en",
        tags=("winter",),
        media=(("image/jpeg", None, None, None, False), ("audio/mpeg", None, None, None, False)),
        at=(15, 53, 45),
    ),
    "wordpress/create_note": Said(text="Snow.", warning="weather", language="en", at=(16,)),
    "wordpress/create_reply": Said(text="@ana I know that gate!", language="en", is_reply=True, at=(16, 21, 13)),
    "funkwhale/create_post": Said(
        type="Audio",
        name="Tape 12: cranes",
        text="Two cranes, one gull",
        tags=("cranes", "harbour"),
        media=(("audio/ogg", None, None, 225_000, True),),
        at=(8, 0, 0, 123_456),
    ),
    "bookwyrm/create_post": Said(
        type="Article",
        name='Review of "Tide Tables" (4.5 stars): Salt',
        text="I read it twice #Sea",
        tags=("Sea",),
        media=COVER,
        at=(9, 8, 7, 654_321),
    ),
    "bookwyrm/create_quotation": Said(
        text='"The sea keeps no diary."\n — Nan Shore: Tide Tables, p. 7\nTrue.',
        warning="death",
        media=COVER,
        at=(9, 8, 7, 654_321),
    ),
    "bookwyrm/create_comment_on_a_book": Said(
        text="Half way.\n(comment on Tide Tables, p. 80)", media=COVER, at=(9, 8, 7, 654_321)
    ),
    "bookwyrm/create_rating": Said(text="Tide Tables: 4.5 stars", media=COVER, at=(9, 8, 7, 654_321)),
    "bookwyrm/create_generated_note": Said(text="Bea wants to read Tide Tables", media=COVER, at=(9, 8, 7, 654_321)),
}


@pytest.mark.parametrize("name", SAID)
def test_a_post_says_what_its_author_said(name: str) -> None:
    entity = read(name)
    post = entity.object if isinstance(entity, Activity) else entity
    assert isinstance(post, PostObject)
    assert SAID[name] == Said(
        type=post.type,
        name=post.name,
        text=plain(clean(post.content)),
        warning=post.warning,
        language=post.language,
        tags=tuple(tag.name for tag in post.hashtags),
        media=tuple(
            (file.media_type, file.width, file.height, file.duration_ms, bool(file.poster_url))
            for file in post.attachments
        ),
        at=SAID[name].at,
        is_reply=post.in_reply_to == OUR_RECORD,
        is_public=post.is_public,
    )
    assert post.published == SAID[name].published
    assert post.attributed_to == DOCUMENTS[f"{name.partition('/')[0]}/actor"]["id"], "the person, not the channel"
    assert (ANA in [mention.href for mention in post.mentions]) is SAID[name].is_reply


def test_of_a_film_in_many_sizes_one_with_a_sound_and_its_words_is_shown() -> None:
    film = read("peertube/video")
    assert isinstance(film, PostObject)
    (file,) = film.attachments
    assert file.url.endswith("/0b870686-720-fragmented.mp4")
    assert file.poster_url == "https://peertube.test/lazy-static/previews/ef.jpg", "the larger of two"
    assert [(caption.language, caption.url.rpartition("/")[2]) for caption in file.captions] == [
        ("de", "aa-de.vtt"),
        ("en", "ab-en.vtt"),
    ]
    assert film.url == "https://peertube.test/w/uGfLbHnZq7"
