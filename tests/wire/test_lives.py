"""Servers of other makes live together with ours: what they send is what happens here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import pytest

from fedirec.accounts.models import Notification
from fedirec.activitypub.follows import follow
from fedirec.activitypub.models import Actor, Announcement, Follow, Liking
from fedirec.html import plain
from fedirec.remix.actions.drafts import RecordDraft
from fedirec.remix.actions.records import publish_record
from fedirec.remix.models import Comment, Record
from tests.activitypub.sinks import Sinks
from tests.network import Instance
from tests.rules_of_peers import broken_rules
from tests.wire.servers import SERVERS, Server, names_of


@dataclass(frozen=True, kw_only=True)
class Life:
    """What is told in the documents of a server."""

    name: str
    renamed: str
    kind: str
    title: str
    edited: str
    """The title after the edit."""
    warning: str = ""
    media: tuple[tuple[str, str], ...] = ()
    """Of the post: what each file is, and its description."""
    comment: str = ""
    lacks: frozenset[str] = frozenset()
    """What this server never sends of that which all others do."""


LIVES: Final = {
    "gotosocial": Life(
        name="Otto Otter",
        renamed="Otto the Otter",
        kind="audio",
        title="Reeds at dawn :otter: #river",
        edited="Reeds at dusk",
        warning="loud bird",
        media=(("image/jpeg", "Mist between reeds"), ("audio/ogg", "A bittern, far away")),
        comment="@ana the second verse floats",
    ),
    "pixelfed": Life(
        name="Pia Pixel",
        renamed="Pia in Pixels",
        kind="video",
        title="Threads before breakfast #dew",
        edited="Threads after breakfast",
        warning="a spider",
        media=(("image/jpeg", "Dew on a web"), ("image/webp", ""), ("video/mp4", "The web sways")),
        comment="@ana@here.test I can see this song",
    ),
    "peertube": Life(
        name="Tuva",
        renamed="Tuva of the water",
        kind="video",
        title="A weir, eleven minutes",
        edited="A weir, ten minutes",
        warning="flickering light",
        media=(("video/mp4", "A weir, eleven minutes"),),
        comment="@ana@here.test it sounds\nlike the weir & back",
        lacks=frozenset({"announce", "undo_announce"}),
    ),
    "lemmy": Life(
        name="Lotte",
        renamed="Lotte L.",
        kind="image",
        title="Trams under snow",
        edited="Trams under much snow",
        media=(("image/png", ""),),
        comment="the tram answers",
        lacks=frozenset({"announce", "undo_announce"}),
    ),
    "misskey": Life(
        name="みなと :wave:",
        renamed="みなと",
        kind="audio",
        title="霧笛 #港",
        edited="",
        warning="大きな音",
        media=(("audio/mpeg", "霧の中の船"), ("image/webp", "")),
        comment="@ana@here.test すてき",
        lacks=frozenset({"update_post"}),
    ),
    "pleroma": Life(
        name="Pawel :fox:",
        renamed="Pawel Fox",
        kind="video",
        title="Tracks in the yard :fox: #fox",
        edited="Tracks in the snow",
        warning="blood",
        media=(("image/jpeg", "Paw prints in mud"), ("video/webm", "")),
        comment="@ana the fox sings along",
    ),
    "akkoma": Life(
        name="Aki :fox:",
        renamed="Aki Fox",
        kind="video",
        title="Tracks in the yard :fox: #fox",
        edited="Tracks in the snow",
        warning="blood",
        media=(("image/jpeg", "Paw prints in mud"), ("video/webm", "")),
        comment="@ana the fox sings along",
    ),
    "friendica": Life(
        name="Frida",
        renamed="Frida F.",
        kind="audio",
        title="Bells coming home #alm",
        edited="Bells gone home",
        warning="very loud",
        media=(("image/jpeg", "Cows with flowers"), ("audio/ogg", "")),
        comment="@ana the low one is ours",
    ),
    "wordpress": Life(
        name="Willa Words",
        renamed="Willa W.",
        kind="audio",
        title="A quiet place",
        edited="A less quiet place",
        media=(("image/jpeg", "A gate in fog"), ("audio/mpeg", "wind")),
        comment="@ana I know that gate!",
        lacks=frozenset({"announce", "undo_announce"}),
    ),
    "funkwhale": Life(
        name="Harbour tapes",
        renamed="",
        kind="audio",
        title="Tape 12: cranes",
        edited="Tape 12: three cranes",
        media=(("audio/ogg", "Tape 12: cranes"),),
        lacks=frozenset(
            {"announce", "undo_announce", "like", "undo_like", "create_reply", "delete_reply", "update_actor"}
        ),
    ),
    "bookwyrm": Life(
        name="Bea",
        renamed="Bea B.",
        kind="image",
        title='Review of "Tide Tables" (4.5 stars): Salt',
        edited='Review of "Tide Tables" (5 stars): Salt',
        media=(("image/jpeg", "Nan Shore: Tide Tables (Paperback, 1977)"),),
        comment="@ana@here.test like page 7",
    ),
}
USUAL: Final = {
    *("actor", "follow", "accept_follow", "undo_follow", "create_post", "update_post", "delete_post"),
    *("create_reply", "delete_reply", "like", "undo_like", "announce", "undo_announce", "update_actor"),
    "delete_actor",
}


@pytest.fixture
def network() -> Sinks:
    return Sinks()


def test_every_server_has_all_the_usual_documents() -> None:
    assert LIVES.keys() == set(SERVERS)
    for software, life in LIVES.items():
        assert USUAL - set(names_of(software)) == life.lacks, software


async def _notices(here: Instance, kind: str) -> int:
    return await here.run(lambda: Notification.filter(kind=kind, account__actor__local_handle="ana").count())


@pytest.mark.one_database
@pytest.mark.parametrize("software", SERVERS)
async def test_a_server_of_another_make_lives_with_ours(here: Instance, network: Sinks, software: str) -> None:
    life, server = LIVES[software], Server(network, here, software)
    ana = await here.join("ana")
    song = await here.run(publish_record, ana, RecordDraft(title="Song", text="la", licence="CC0-1.0"))
    server.record = song.uri
    handle = f"@{server.actor['preferredUsername']}@{server.host}"

    author = await here.run(here.state["remote"].find_by_handle, handle)
    assert (author.uri, author.name, author.type) == (server.author, life.name, "Person")
    await here.run(follow, ana, author)
    await here.work()
    asked = server.sink.activities[-1]
    assert (asked["type"], asked["object"]) == ("Follow", server.author)
    assert await server.send(server.sample("create_post")) == (
        "refused",
        "nobody here follows its author, and it answers no challenge",
    )
    server.follow = asked["id"]
    await server.tell("accept_follow")
    assert (await here.run(lambda: Follow.get(follower_id=ana.id))).accepted_at is not None
    await _follows_ana(here, server)
    post = await _posts(here, server, life)
    if life.comment:
        await _talks(here, server, life, song)
    await _likes(here, server, life)
    if life.renamed:
        await server.tell("update_actor")
        assert (await here.run(lambda: Actor.get(uri=server.author))).name == life.renamed
    await _cannot_be_imitated(here, server, post)

    await server.tell("delete_post")
    gone = await here.run(lambda: Record.get(id=post.id).prefetch_related("attachments"))
    assert (gone.content, list(gone.attachments), gone.deleted_at is None) == ("", [], False)
    await server.tell("undo_follow")
    assert not await here.run(lambda: Follow.exists(follower__uri=server.author))
    assert [broken_rules(activity) for activity in server.sink.activities if broken_rules(activity)] == []
    await server.tell("delete_actor")
    assert (await here.run(lambda: Actor.get(uri=server.author))).state == "deleted"
    assert not await here.run(lambda: Follow.exists(target__uri=server.author))


async def _follows_ana(here: Instance, server: Server) -> None:
    await server.tell("follow")
    accept = server.sink.activities[-1]
    assert (accept["type"], accept["to"]) == ("Accept", [server.author])
    assert accept["object"]["id"] == server.sample("follow")["id"]
    assert await _notices(here, "followed") == 1


async def _posts(here: Instance, server: Server, life: Life) -> Record:
    create = server.sample("create_post") | {"id": f"{server.author}#sent-again"}
    assert await server.send(create) == ("handled", ""), "once somebody follows, it is welcome"
    post = await here.run(lambda: Record.get(uri=create["object"]["id"]).prefetch_related("attachments"))
    assert (post.kind, post.title, post.warning) == (life.kind, life.title, life.warning)
    assert [(file.media_type, file.description) for file in post.attachments] == list(life.media)
    assert (post.licence, post.visibility, post.is_post) == ("LicenseRef-unknown", "public", True)
    shown = plain((await here.get(f"/records/remote/{post.id}")).text)
    assert life.title in shown
    assert life.warning in shown
    if life.edited:
        await server.tell("update_post")
        post = await here.run(lambda: Record.get(id=post.id))
        assert (post.title, post.revision) == (life.edited, 2)
    return post


async def _talks(here: Instance, server: Server, life: Life, song: Record) -> None:
    await server.tell("create_reply")
    said = await here.run(lambda: Comment.get(author__uri=server.author))
    assert (plain(said.content), said.in_reply_to) == (life.comment, song.uri)
    assert await _notices(here, "commented") == 1
    await server.tell("delete_reply")
    said = await here.run(lambda: Comment.get(id=said.id))
    assert (said.content, said.deleted_at is None) == ("", False)


async def _likes(here: Instance, server: Server, life: Life) -> None:
    kinds: tuple[tuple[str, type[Liking | Announcement], str], ...] = (
        ("like", Liking, "recommended"),
        ("announce", Announcement, "passed_on"),
    )
    for name, rows, kind in kinds:
        if name in life.lacks:
            continue
        await server.tell(name)
        assert await _notices(here, kind) == 1
        assert await _count(here, rows, server.author) == 1
        await server.tell(f"undo_{name}")
        assert await _count(here, rows, server.author) == 0


async def _count(here: Instance, rows: type[Liking | Announcement], author: str) -> int:
    return await here.run(lambda: rows.filter(actor__uri=author).count())


async def _cannot_be_imitated(here: Instance, server: Server, post: Record) -> None:
    """Nobody else of the same server speaks for the author."""
    mallory = server.stranger(f"https://{server.host}/users/mallory")
    for name in ("update_post", "delete_post", "delete_actor"):
        if name in names_of(server.software):
            forged = server.sample(name) | {"actor": mallory, "id": f"{mallory}#{name}"}
            state, _reason = await server.send(forged)
            assert state == "refused" or name == "delete_actor", (
                "who says that somebody else is gone is heard for nothing"
            )
    untouched = await here.run(lambda: Record.get(id=post.id).select_related("author"))
    assert (untouched.deleted_at, untouched.revision, untouched.author.state) == (None, post.revision, "active")
    assert await here.run(lambda: Follow.filter(target__uri=server.author).count()) == 1
