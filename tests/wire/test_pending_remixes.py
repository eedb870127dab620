"""An answer with files from any server may be a remix: its author here sees it, its maker hears what is missing."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from typing import Any

import pytest

from fedirec.accounts.actions.boundaries import block
from fedirec.accounts.actions.guests import welcome_guest
from fedirec.accounts.actions.sessions import begin_session
from fedirec.accounts.door import COOKIE
from fedirec.activitypub.models import Actor
from fedirec.remix.actions.drafts import RecordDraft
from fedirec.remix.actions.records import publish_record
from fedirec.remix.actions.remix_requests import answer_request, revoke_stamp
from fedirec.remix.models import Comment, Record, RemixRequest, Source
from tests.activitypub.sinks import Sinks
from tests.conftest import Pass
from tests.network import Instance
from tests.wire.test_mastodon_life import AGREED, MIA, OUR_RECORD, Mastodon, on_sqlite

PAINTED = f"{MIA}/statuses/115580000000000012"


@pytest.fixture
def network() -> Sinks:
    return Sinks()


@pytest.fixture
async def mastodon(here: Instance, network: Sinks) -> Mastodon:
    return Mastodon(network, here)


async def song_of(here: Instance, name: str = "ana", **changes: Any) -> tuple[Actor, Record]:
    ana = await here.join(name)
    draft = RecordDraft(**{"title": "Rain & roof", "text": "la", "licence": "CC-BY-SA-4.0", **changes})
    return ana, await here.run(publish_record, ana, draft)


def painted(mastodon: Mastodon, song: Record, number: str = "12", **changes: Any) -> dict[str, Any]:
    """Mia answers the song with a picture."""
    create = mastodon.sample(
        "create_reply_with_media_to_record", **{OUR_RECORD: song.uri, "0000000000012": f"00000000000{number}"}
    )
    create["object"] |= changes
    return create


def words(number: str, text: str, answers: str, **changes: Any) -> dict[str, Any]:
    """Mia says something in words alone."""
    uri = f"{MIA}/statuses/1155800000000000{number}"
    to = ["https://www.w3.org/ns/activitystreams#Public"]
    note = {"id": uri, "type": "Note", "attributedTo": MIA, "inReplyTo": answers, "to": to, "cc": []}
    note |= {"published": "2026-11-21T21:00:00Z", "content": f"<p>{text}</p>", **changes}
    return {
        "@context": "https://www.w3.org/ns/activitystreams",
        "id": f"{uri}/activity",
        "type": "Create",
        "actor": MIA,
        "to": note["to"],
        "cc": [],
        "object": note,
    }


def hints(mastodon: Mastodon) -> list[dict[str, Any]]:
    """The notes for Mia alone."""
    return [
        activity["object"]
        for activity in mastodon.sink.activities
        if activity["type"] == "Create" and activity["object"]["to"] == [MIA]
    ]


async def step_of(here: Instance) -> Source:
    return await here.run(lambda: Source.get().select_related("record", "snapshot"))


async def page_of(here: Instance, record: Record, *, of: str | None = None) -> str:
    path = record.uri.removeprefix(here.origin)
    if of is None:
        return (await here.get(path)).text
    async with here.sign_in(of) as browser:
        return (await browser.get(path)).text


async def test_a_painted_answer_waits_for_a_licence_and_then_stands_in_the_trail(
    here: Instance, mastodon: Mastodon
) -> None:
    _, song = await song_of(here)

    assert await mastodon.send(painted(mastodon, song)) == ("handled", None)

    step = await step_of(here)
    assert (step.record.uri, step.uri, step.added_by, step.in_graph) == (PAINTED, song.uri, "reply", False)
    assert (step.permission, step.acknowledgement) == ("unknown", "declared")
    assert step.snapshot is not None
    assert step.snapshot.licence == "CC-BY-SA-4.0"
    assert await mastodon.notices("answered_with_work") == [("ana", "Rain & roof")]
    assert "Answers that may become remixes" in await page_of(here, song, of="ana")
    assert "I painted what I heard" not in await page_of(here, song), "only the author sees what is no remix yet"

    (hint,) = hints(mastodon)
    assert (hint["inReplyTo"], hint.get("cc", [])) == (PAINTED, [])
    assert [tag["href"] for tag in hint["tag"] if tag["type"] == "Mention"] == [MIA]
    said = unescape(re.sub(r"<[^>]+>", "", hint["content"]))
    assert f"“{AGREED}”" in said
    assert "Rain & roof" in said
    assert f"https://here.test/records/remote/{step.record_id}" in said
    assert "only once" in said

    await mastodon.send(words("13", f"@ana {AGREED}!", hint["id"], to=["https://here.test/u/ana"]))

    step = await step_of(here)
    assert (step.record.licence, step.in_graph, step.permission) == ("CC-BY-SA-4.0", True, "by_licence")
    assert step.acknowledgement == "automatic", "as Ana wished: anyone may remix"
    public = await page_of(here, song)
    assert "Made into" in public
    assert "I painted what I heard" in public
    assert "Answers that may become remixes" not in await page_of(here, song, of="ana")
    assert len(hints(mastodon)) == 1


@on_sqlite
async def test_the_sentence_counts_in_the_answer_itself_and_below_it(here: Instance, mastodon: Mastodon) -> None:
    _, song = await song_of(here)
    at_once = painted(mastodon, song, "14", content=f"<p>My rain. {AGREED}</p>")
    assert await mastodon.send(at_once) == ("handled", None)
    step = await step_of(here)
    assert (step.in_graph, step.permission, step.acknowledgement) == (True, "by_licence", "automatic")
    assert hints(mastodon) == [], "who knows the words need not be told"

    await mastodon.send(painted(mastodon, song, "15"))
    await mastodon.send(words("16", "I release this under CC BY 4.0", f"{MIA}/statuses/115580000000000015"))
    later = await here.run(lambda: Source.filter(record__uri__endswith="15").first())
    assert later is not None
    assert (later.in_graph, later.permission) == (True, "blocked"), "made from CC BY-SA, it may not be CC BY"
    page = await page_of(here, song)
    assert "Others say they made something from it" in page
    assert "Its licence does not allow this, and its author has not agreed." in page


@on_sqlite
async def test_its_maker_signs_in_with_their_own_server_and_chooses(here: Instance, mastodon: Mastodon) -> None:
    _, song = await song_of(here)
    await mastodon.send(painted(mastodon, song))
    row = (await step_of(here)).record_id
    mia = await here.run(lambda: Actor.get(uri=MIA))
    async with here.sign_in("ana") as browser:
        other = await browser.post(f"/records/remote/{row}/licence", data={"licence": "CC-BY-SA-4.0"})
        assert other.status_code in (303, 403)
        assert (await step_of(here)).record.licence == "LicenseRef-unknown"
    async with here.client() as browser:

        async def come_in() -> str:
            return await begin_session(await welcome_guest(mia), browser="test")

        browser.cookies.set(f"__Host-fedirec-{COOKIE}", await here.run(come_in), domain=here.host)
        page = await browser.get(f"/records/remote/{row}")
        assert re.findall(
            r'<option value="([^"]+)"', page.text.partition('id="licence"')[2].partition("</select>")[0]
        ) == ["CC-BY-SA-4.0"]
        done = await browser.post(f"/records/remote/{row}/licence", data={"licence": "CC-BY-SA-4.0"})
        assert done.status_code == 303
        assert "Give it this licence" not in (await browser.get(f"/records/remote/{row}")).text
    assert ((await step_of(here)).in_graph, (await step_of(here)).acknowledgement) == (True, "automatic")


@on_sqlite
async def test_an_author_who_wants_to_be_asked_is_asked_and_takes_back_what_they_said(
    here: Instance, mastodon: Mastodon
) -> None:
    ana, song = await song_of(here, remixing="nobody")
    await mastodon.send(painted(mastodon, song, content=f"<p>My rain. {AGREED}</p>"))
    assert (await step_of(here)).acknowledgement == "requested"
    assert await mastodon.notices("asked_to_remix") == [("ana", "Rain & roof")]
    request = await here.run(lambda: RemixRequest.get())
    before = len(mastodon.sink.requests)

    await here.run(answer_request, ana, request, agree=True)
    assert (await step_of(here)).acknowledgement == "acknowledged"
    await here.run(revoke_stamp, ana, request)
    assert (await step_of(here)).acknowledgement == "revoked"
    assert "I painted" not in await page_of(here, song)
    assert (await step_of(here)).in_graph, "it stays what it was made from"
    await here.work()
    assert len(mastodon.sink.requests) == before, "a server that knows no stamps hears of none"


@on_sqlite
async def test_what_may_not_be_remixed_is_said_kindly(here: Instance, mastodon: Mastodon) -> None:
    _, song = await song_of(here, licence="CC-BY-ND-4.0")
    await mastodon.send(painted(mastodon, song))
    (hint,) = hints(mastodon)
    assert "Nothing new may be made" in hint["content"]
    assert "I release this" not in hint["content"]
    assert (await step_of(here)).permission == "unknown"


@on_sqlite
async def test_nobody_is_told_more_than_is_useful(here: Instance, mastodon: Mastodon, time_passes: Pass) -> None:
    _, song = await song_of(here)
    for number in range(20, 26):
        assert await mastodon.send(painted(mastodon, song, str(number))) == ("handled", None)
    assert len(hints(mastodon)) == 3
    assert await here.run(lambda: Source.all().count()) == 6, "all of them wait for a licence"

    again = painted(mastodon, song, "20", updated="2026-11-21T22:00:00Z", content="<p>Better</p>")
    await mastodon.send(again | {"type": "Update", "id": f"{PAINTED}#updates/1"})
    assert len(hints(mastodon)) == 3, "an edit is no new answer"

    time_passes(timedelta(days=2))
    await mastodon.send(painted(mastodon, song, "27"))
    assert len(hints(mastodon)) == 4


@on_sqlite
async def test_words_robots_and_letters_are_no_remixes(here: Instance, mastodon: Mastodon) -> None:
    ana, song = await song_of(here)
    assert await mastodon.send(words("30", "Lovely!", song.uri)) == ("handled", None)
    assert await here.run(lambda: Comment.all().count()) == 1
    private = painted(mastodon, song, "31", to=[ana.uri], cc=[])
    await mastodon.send(private | {"to": [ana.uri], "cc": []})
    robot = mastodon.peer.actor("robot", type="Service")
    note = painted(mastodon, song, "32")["object"] | {
        "attributedTo": robot,
        "id": "https://mastodon.test/users/robot/1",
    }
    await mastodon.peer.post(here, mastodon.peer.activity("Create", robot, note))
    await here.work()
    assert await here.run(lambda: Source.all().count()) == 0
    assert hints(mastodon) == []


@on_sqlite
async def test_whom_the_author_blocked_is_neither_shown_nor_answered(here: Instance, mastodon: Mastodon) -> None:
    ana, song = await song_of(here)
    mia = await here.meet(MIA)
    await here.run(block, ana, mia)
    await mastodon.send(painted(mastodon, song))
    assert await here.run(lambda: Source.all().count()) == 0
    assert hints(mastodon) == []
