"""What servers of other makes send beside what all of them do, and what becomes of it here."""

from __future__ import annotations

from typing import Any, Final

import pytest

from fedirec.accounts.models import Notification
from fedirec.activitypub.models import Actor, Follow, Liking, Received
from fedirec.admin.models import Report, ReportedThing
from fedirec.clock import now
from fedirec.remix.actions.drafts import RecordDraft
from fedirec.remix.actions.records import publish_record
from fedirec.remix.models import Record
from tests.activitypub.sinks import Sinks
from tests.network import Instance, settle
from tests.wire.servers import ACTORS, DOCUMENTS, SERVERS, Server, names_of
from tests.wire.test_lives import USUAL

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
"""None of it has anything to do with the database."""

NOTHING_TO_US: Final = {
    "bookwyrm/add_book_to_shelf": "ShelfItem",
    "friendica/add_tag": "tag",
    "friendica/dislike": "Dislike",
    "funkwhale/update_library": "Library",
    "gotosocial/accept_reply_request": "nobody here asked",
    "gotosocial/create_vote": "votes are not counted",
    "gotosocial/like_request": "nothing here handles LikeRequest",
    "lemmy/add_featured_post": "only the submissions of a challenge",
    "lemmy/announce_like_of_community": "nothing here handles Announce of Like",
    "lemmy/block_from_community": "a community there",
    "lemmy/dislike": "Dislike",
    "lemmy/lock_post": "Lock",
    "lemmy/undo_delete_post": "nothing that was deleted is known here",
    "misskey/create_vote": "votes are not counted",
    "peertube/create_playlist": "Playlist",
    "peertube/dislike": "Dislike",
    "peertube/view": "View",
    "pixelfed/add_story": "Story",
    "pleroma/create_chat_message": "ChatMessage",
    "pleroma/listen": "Listen",
}
"""What concerns nobody here, with the reason that is kept."""
LAST: Final = ("block", "block_from_community", "move")
"""What changes who hears of whom comes after everything else."""


@pytest.fixture
def network() -> Sinks:
    return Sinks()


async def _meet(here: Instance, network: Sinks, *software: str) -> dict[str, Server]:
    """Servers of which ana, who has published a song, follows everybody."""
    ana = await here.join("ana")
    song = await here.run(publish_record, ana, RecordDraft(title="Song", text="la", licence="CC0-1.0"))
    servers = {name: Server(network, here, name) for name in software}
    for server in servers.values():
        server.record = song.uri
        for name in names_of(server.software):
            document = DOCUMENTS[f"{server.software}/{name}"]
            if document["type"] in ACTORS:
                await _follow(here, ana, await here.meet(document["id"]))
    return servers


async def _follow(here: Instance, follower: Actor, target: Actor) -> None:
    uri = f"https://here.test/activities/follow-{target.id}"
    await here.run(lambda: Follow.create(uri=uri, follower=follower, target=target, accepted_at=now()))


def _sundries(software: str) -> list[str]:
    names = [name for name in names_of(software) if name not in USUAL and "object" in DOCUMENTS[f"{software}/{name}"]]
    return sorted(names, key=lambda name: name in LAST)


async def _record(here: Instance, uri: str) -> Record:
    return await here.run(lambda: Record.get(uri=uri).select_related("author"))


async def _report(here: Instance, origin: str) -> Report:
    return await here.run(lambda: Report.get(origin=origin).select_related("accused"))


async def _things(here: Instance, report: Report) -> list[str]:
    rows = await here.run(lambda: ReportedThing.filter(report_id=report.id).values("uri"))
    return [row["uri"] for row in rows]


async def _records(here: Instance, **those: Any) -> int:
    return await here.run(lambda: Record.filter(**those).count())


async def test_what_only_some_servers_send_has_its_effect_or_is_kept_with_the_reason(
    here: Instance, network: Sinks
) -> None:
    found: dict[str, tuple[str, str]] = {}
    known = {document.get("id") for document in DOCUMENTS.values()}
    for software, server in (await _meet(here, network, *SERVERS)).items():
        for name in _sundries(software):
            activity = server.sample(name)
            if activity["actor"] not in known:  # the server itself, which reports
                server.stranger(activity["actor"], type="Application")
            found[f"{software}/{name}"] = await server.send(activity)
    refused = {name: reason for name, (state, reason) in found.items() if state == "refused"}
    assert {state for state, _ in found.values()} == {"handled", "refused"}
    assert refused.keys() == NOTHING_TO_US.keys()
    for name, reason in NOTHING_TO_US.items():
        assert reason in refused[name], name
    assert await _records(here, uri__contains="votes") == 0
    assert await here.run(lambda: Notification.filter(kind="recommended").count()) == 2, "each emoji"


@pytest.mark.parametrize(
    "passed_on",
    [
        "peertube/announce_of_channel",
        "lemmy/announce_create_of_community",
        "lemmy/announce_of_community",
        "wordpress/announce_of_blog",
        "wordpress/announce_update_of_blog",
    ],
)
async def test_what_a_channel_a_community_or_a_blog_passes_on_is_kept_with_its_author(
    here: Instance, network: Sinks, passed_on: str
) -> None:
    software, _, name = passed_on.partition("/")
    server, create = (await _meet(here, network, software))[software], DOCUMENTS[f"{software}/create_post"]
    server.peer.serve(create["object"]["id"], {"@context": create["@context"], **create["object"]})
    await server.tell(name)
    record = await _record(here, create["object"]["id"])
    assert (record.author.uri, record.author.type) == (server.author, "Person")
    assert record.title == create["object"]["name"]


async def test_what_was_deleted_and_comes_back_is_what_its_server_serves_then(here: Instance, network: Sinks) -> None:
    server = (await _meet(here, network, "lemmy"))["lemmy"]
    page = server.sample("create_post")["object"]
    context = server.sample("create_post")["@context"]
    await server.tell("create_post")
    tombstone = {"@context": context, "id": page["id"], "type": "Tombstone"}
    server.peer.serve(page["id"], tombstone, status=410)
    await server.tell("delete_post")
    assert (await _record(here, page["id"])).deleted_at is not None

    await server.tell("undo_delete_post")
    assert (await _record(here, page["id"])).content == "", "it is gone there still"

    server.peer.serve(page["id"], {"@context": context, **page, "content": "<p>Recorded at five</p>"})
    again = server.sample("undo_delete_post") | {"id": f"https://{server.host}/activities/undo/again"}
    assert await server.send(again) == ("handled", "")
    back = await _record(here, page["id"])
    assert (back.deleted_at, back.content, back.title) == (None, "<p>Recorded at five</p>", page["name"])


async def test_a_report_says_what_it_is_about_whoever_sends_it(here: Instance, network: Sinks) -> None:
    said = {
        "gotosocial": "says it recorded what it did not",
        "peertube": "a film of mine is in it",
        "lemmy": "not a walk at all",
        "misskey": "this is not a harbour",
        "pleroma": "hunting",
        "akkoma": "hunting",
        "friendica": "not a bell",
        "funkwhale": "not the harbour",
        "bookwyrm": "copied from page 7",
    }
    assert said.keys() == {name for name in SERVERS if "flag" in names_of(name)}
    for software, server in (await _meet(here, network, *said)).items():
        flag = server.sample("flag")
        if flag["actor"] != server.author:
            server.stranger(flag["actor"], type="Application")
        assert await server.send(flag) == ("handled", ""), software
        report = await _report(here, f"https://{server.host}")
        assert report.words.endswith(said[software])
        assert report.accused.local_handle == "ana"
        assert server.record in await _things(here, report), software


async def test_a_profile_that_is_said_to_have_changed_is_asked_for(here: Instance, network: Sinks) -> None:
    server = (await _meet(here, network, "wordpress"))["wordpress"]
    server.peer.serve(server.author, server.actor | {"name": "Willa, elsewhere"})
    await server.tell("update_actor_by_id")
    assert (await here.run(lambda: Actor.get(uri=server.author))).name == "Willa, elsewhere"


@pytest.mark.parametrize("software", ["pleroma", "akkoma"])
async def test_an_emoji_is_a_recommendation_unless_it_is_a_thumb_down(
    here: Instance, network: Sinks, software: str
) -> None:
    server = (await _meet(here, network, software))[software]
    await server.tell("emoji_react")
    assert await here.run(lambda: Liking.filter(object_uri=server.record).count()) == 1
    await server.tell("undo_emoji_react")
    assert await here.run(lambda: Liking.all().count()) == 0
    down = server.sample("emoji_react") | {"id": f"https://{server.host}/activities/down", "content": "👎🏽"}
    assert await server.send(down) == ("refused", "nobody here is told what somebody does not like")
    assert await here.run(lambda: Notification.filter(kind="recommended").count()) == 1


async def test_who_is_kept_out_of_a_community_is_not_blocked(here: Instance, network: Sinks) -> None:
    server = (await _meet(here, network, "lemmy"))["lemmy"]
    state, _reason = await server.send(server.sample("block_from_community"))
    assert state == "refused"
    assert await here.run(lambda: Follow.exists(target__uri=server.author)), "nothing ended"
    await server.tell("create_reply")


async def test_what_is_sensitive_without_a_word_is_shown_behind_one(here: Instance, network: Sinks) -> None:
    server = (await _meet(here, network, "misskey"))["misskey"]
    create = server.sample("create_empty_warning")
    assert await server.send(create) == ("handled", "")
    record = await _record(here, create["object"]["id"])
    assert record.warning == "Marked as sensitive by its author"


async def test_an_activity_without_an_id_counts_once(here: Instance, network: Sinks) -> None:
    server = (await _meet(here, network, "funkwhale"))["funkwhale"]
    await server.tell("create_post")
    delete = server.sample("delete_post")
    assert "id" not in delete
    for _ in range(2):
        assert (await server.peer.post(here, delete)).status_code == 202
        await settle(here)
    assert await here.run(lambda: Received.filter(type="Delete", state="handled").count()) == 1
    assert await _records(here, deleted_at__not_isnull=True) == 1
