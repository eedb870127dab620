"""What strangers, members with bad intentions, programs with narrow tokens and hostile peers cannot get at."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any
from urllib.parse import quote
from xml.etree import ElementTree

import httpx
import pytest

from fedirec.accounts.actions.members import suspend, unsuspend
from fedirec.accounts.models import Account, Notification
from fedirec.accounts.permissions import Operator, Role, Scope
from fedirec.activitypub.contexts import CHALLENGE_CONTEXT, RECORD_CONTEXT
from fedirec.activitypub.follows import follow
from fedirec.activitypub.models import Actor, Evidence, Follow, Outgoing
from fedirec.activitypub.signatures import sign_request
from fedirec.admin.actions.policies import block_peer
from fedirec.api import keeping as keeping_answers
from fedirec.clock import now
from fedirec.errors import Forbidden, Full, TooLarge, TooMany
from fedirec.html import clean
from fedirec.media.actions import add_caption, keeping
from fedirec.media.cache import FETCHES, OF_ONE
from fedirec.media.captions import read_captions
from fedirec.media.models import Caption, Media
from fedirec.remix.actions import passing_on
from fedirec.remix.actions.challenges import opening
from fedirec.remix.actions.comments import delete_comment
from fedirec.remix.actions.drafts import PartDraft, SourceDraft
from fedirec.remix.actions.records import delete_record
from fedirec.remix.inbox import talking
from fedirec.remix.models import Attachment, Comment, Record, RecordRevision
from fedirec.remix.moments import split_moment
from fedirec.remix.pages import finding
from fedirec.web.typed import tidy
from tests.api.programs import token_for
from tests.media.files import encoded, scene
from tests.media.test_uploads import PIECE, TUS, begin
from tests.network import Instance, Network, settle
from tests.peer import RSA, Peer
from tests.remix.forms import send
from tests.remix.test_comments import known_at, post, publish, reply, say, sound

ACTIVITY = "application/activity+json"
PNG = encoded(scene((40, 30)), "PNG")
VTT = b"WEBVTT\n\n00:00.000 --> 00:02.000\nHello\n"

on_sqlite = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
"""For what has nothing to do with the database."""


@pytest.fixture
def peer(network: Network) -> Peer:
    return Peer(network, "social.test")


async def source_of(instance: Instance, record: Record) -> Record:
    return await instance.run(lambda: Record.get(id=record.id).select_related("author"))


async def bearer(instance: Instance, name: str, *scopes: Scope) -> dict[str, str]:
    return {"authorization": f"Bearer {await token_for(instance, name, scopes)}", "accept": "*/*"}


@on_sqlite
@pytest.mark.parametrize("place", ["", "/revisions", "/revisions/1", "/comments"])
async def test_the_words_of_a_deleted_record_are_gone_for_programs_too(here: Instance, place: str) -> None:
    ana = await here.join("ana")
    record = await publish(here, ana, text="what nobody shall read any more")
    await here.run(delete_record, ana, await here.run(lambda: Record.get(id=record.id).select_related("author")))

    answer = await here.get(f"/api/records/{record.id}{place}", accept="application/json")

    assert answer.status_code == 410
    assert "nobody shall read" not in answer.text


@on_sqlite
@pytest.mark.parametrize("scope", [scope for scope in Scope if scope is not Scope.READ])
async def test_a_token_that_is_not_for_reading_sees_what_strangers_see(here: Instance, scope: Scope) -> None:
    ana = await here.join("ana")
    record = await publish(here, ana, title="For a few", visibility="followers")
    headers = await bearer(here, "ana", scope)
    async with here.client() as program:
        program.headers = httpx.Headers({**headers, "accept": "text/html"})
        assert (await program.get(record.uri)).status_code == 404
        assert "For a few" not in (await program.get("/")).text
        assert (await program.get("/following/followers")).status_code == 303
        assert (await program.get("/settings")).status_code in (303, 401)
        program.headers = httpx.Headers({**await bearer(here, "ana", Scope.READ), "accept": "text/html"})
        assert (await program.get(record.uri)).status_code == 200


@on_sqlite
async def test_a_token_for_writing_does_not_moderate(here: Instance) -> None:
    ana, eve = await here.join("ana"), await here.join("eve")
    await here.join("mod", role=Role.MODERATOR)
    comment = await say(here, eve, (await publish(here, ana)).uri, "What I think")
    path = f"/api/comments/{comment.id}/hiding"
    async with here.client() as program:
        narrow, wide = [await bearer(here, "mod", *scopes) for scopes in ([Scope.WRITE], [Scope.WRITE, Scope.ADMIN])]
        assert (await program.put(path, headers=narrow)).status_code == 403
        assert (await program.put(path, headers=wide)).status_code == 204
        assert (await program.delete(path, headers=narrow)).status_code in (403, 404)
        assert (await program.delete(path, headers=wide)).status_code == 204
        own = await bearer(here, "ana", Scope.WRITE)
        assert (await program.put(path, headers=own)).status_code == 204, "about her record"


@on_sqlite
async def test_what_somebody_made_is_not_shown_while_they_are_suspended(here: Instance) -> None:
    ana = await here.join("ana")
    await here.join("mod", role=Role.MODERATOR)
    record = await sound(here, ana, text="buy my soap")
    path = record.uri.removeprefix(here.origin)
    url = (await here.run(lambda: Attachment.get(record_id=record.id))).url
    await here.run(lambda: Actor.filter(id=ana.id).update(summary="<p>soap</p>", icon_url=url))
    whose = f"/api/people/{ana.id}"
    assert "soap" in (await here.get(whose, accept="*/*")).text
    places = [path, f"{path}/embed", f"/oembed?url={record.uri}", f"/api/records/{record.id}"]
    bo_ = await here.join("bo")
    remix = await publish(here, bo_, "After the rain", sources=[SourceDraft(record=await source_of(here, record))])
    assert record.uri.removeprefix(here.origin) + '"' in (await here.get(remix.uri)).text
    said = await say(here, bo_, record.uri, "Lovely")
    places += [said.uri.removeprefix(here.origin), f"/api/comments/{said.id}"]
    assert [(await here.get(place, accept="*/*")).status_code for place in places] == [200] * 6
    assert (await here.get(path, accept=ACTIVITY)).status_code == 200

    account = await here.run(lambda: Account.get(actor__local_handle="ana").select_related("actor"))
    await here.run(suspend, Operator("https://here.test/actor"), account)

    assert [(await here.get(place, accept="*/*")).status_code for place in places] == [404] * 6
    assert (await here.get(path, accept=ACTIVITY)).status_code == 404, "not from memory either"
    assert (await here.get(url.removeprefix(here.origin), accept="*/*")).status_code == 404, "nor as a portrait"
    assert "soap" not in (await here.get(whose, accept="*/*")).text
    assert url not in (await here.get(remix.uri)).text, "what it was made from is named there, and no more"
    async with here.sign_in("mod") as moderator:
        assert "buy my soap" in (await moderator.get(path)).text
        assert (await moderator.get(f"{path}/embed")).status_code == 404, "it would be kept for everybody"
    async with here.sign_in("bo") as bo:
        assert "Rain on tin" not in (await bo.get(f"/records/new?source={record.id}")).text
        sent = {"title": "Mine", "text": "own", "licence": "CC-BY-4.0", "sources": [{"record": record.id}]}
        answer = await bo.post("/api/records", json=sent, headers=await bearer(here, "bo", Scope.WRITE))
        assert answer.status_code == 400
        assert "Rain on tin" not in answer.text

    await here.run(unsuspend, Operator("https://here.test/actor"), account)
    assert (await here.get(path, accept=ACTIVITY)).status_code == 200


@on_sqlite
async def test_what_is_for_followers_does_not_reach_those_who_left(here: Instance, there: Instance) -> None:
    ana, bo, eve = await here.join("ana"), await there.join("bo"), await there.join("eve")
    for actor in (bo, eve):
        await there.run(follow, actor, await there.meet(ana))
    await settle(here, there)
    secret = await publish(here, ana, "Whisper", visibility="followers")
    await settle(here, there)
    first = await say(there, eve, secret.uri, "I was here")
    await settle(here, there)
    await here.run(lambda: Follow.filter(follower__uri=eve.uri).delete())

    later = await say(here, ana, first.uri, "Now that she is gone")

    sent = await here.run(lambda: Outgoing.get(object_uri=later.uri))
    assert (sent.document.get("to", []), sent.document["cc"]) == ([], [f"{ana.uri}/followers"])


@on_sqlite
async def test_old_comments_that_change_and_go_do_not_make_us_shout(
    here: Instance, peer: Peer, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana = await here.join("ana")
    eve = peer.actor("eve")
    records = [await publish(here, ana, f"Number {number}") for number in range(2)]
    notes = [reply(peer, eve, record.uri, f"n{number}") for number, record in enumerate(records)]
    monkeypatch.setattr(passing_on, "MAX_PASSED_ON", 4)
    await post(peer, here, *(peer.activity("Create", eve, note) for note in notes))
    week = timedelta(days=7)
    await here.run(lambda: Comment.all().update(created_at=now() - week))
    edits = [
        {**note, "updated": (now() - timedelta(minutes=10 - 2 * minute)).strftime("%Y-%m-%dT%H:%M:%SZ")}
        for minute in range(5)
        for note in notes
    ]

    await post(peer, here, *(peer.activity("Update", eve, edit) for edit in edits))

    told = await here.run(lambda: Outgoing.filter(type="Add").count())
    assert told == 3, "two records and two comments, and one change"
    extra = [reply(peer, eve, records[0].uri, f"x{number}") for number in range(3)]
    await post(peer, here, *(peer.activity("Create", eve, note) for note in extra))
    await post(peer, here, *(peer.activity("Delete", eve, note["id"]) for note in extra))
    assert (await known_at(here, extra[0]["id"])).deleted_at
    assert not await here.run(lambda: Outgoing.filter(type="Remove").count()), "nobody heard of them"


@on_sqlite
async def test_what_was_ended_takes_no_more_of_the_disk(here: Instance) -> None:
    await here.join("eve")
    begun, go_on = asyncio.Event(), asyncio.Event()
    taken: list[int] = []

    async def slowly() -> AsyncIterator[bytes]:
        yield b"\x89PNG\r\n\x1a\n" + bytes(600_000)
        begun.set()
        await go_on.wait()
        for number in range(6):
            taken.append(number)
            yield bytes(600_000)

    async with here.sign_in("eve") as eve:
        url = await begin(eve, 5_000_000)
        sending = asyncio.create_task(eve.patch(url, content=slowly(), headers=PIECE | {"upload-offset": "0"}))
        await begun.wait()
        assert (await eve.delete(url, headers=TUS)).status_code == 204
        go_on.set()
        assert (await sending).status_code == 404
    assert len(taken) < 3, "it was not read to its end"


@on_sqlite
async def test_captions_count_for_the_room_that_somebody_has(here: Instance) -> None:
    ana = await here.join("ana")
    await sound(here, ana)
    media = await here.run(lambda: Media.get(owner_id=ana.id))
    store = here.state["store"]
    room = media.size + len(VTT) + 10

    async def say_in(language: str) -> Caption:
        return await add_caption(store, ana, key=media.key, language=language, data=VTT, quota=room)

    await here.run(say_in, "en")
    await here.run(say_in, "en")
    with pytest.raises(Full):
        await here.run(say_in, "de")
    assert await here.run(lambda: Caption.all().count()) == 1


@on_sqlite
async def test_the_answer_to_one_program_is_not_given_to_another(here: Instance) -> None:
    await here.join("ana")
    wide, narrow = [
        await bearer(here, "ana", *scopes) | {"idempotency-key": "1"} for scopes in (Scope, [Scope.ACCOUNT])
    ]
    wish = {"name": "everything", "scopes": [scope.value for scope in Scope]}
    async with here.client() as program:
        made = await program.post("/api/me/tokens", json=wish, headers=wide)
        assert made.status_code == 201
        again = await program.post("/api/me/tokens", json=wish, headers=wide)
        assert again.json() == made.json()
        stolen = await program.post("/api/me/tokens", json=wish, headers=narrow)
    assert stolen.status_code == 422
    assert made.json()["token"] not in stolen.text


@on_sqlite
@pytest.mark.parametrize("place", ["slow.test/{n}.png", "h{n}.slow.test/1.png"], ids=["one host", "one domain"])
async def test_files_of_one_place_do_not_keep_those_of_others_waiting(
    here: Instance, peer: Peer, network: Network, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    cache, go_on, held = here.state["media_cache"], asyncio.Event(), asyncio.Semaphore(0)
    peer.serve(f"{peer.origin}/a.png", PNG, content_type="image/png")
    answer = Network.handle_async_request

    async def slowly(network: Network, request: httpx.Request) -> httpx.Response:
        if request.url.host.endswith("slow.test"):
            held.release()
            await go_on.wait()
        return await answer(network, request)

    monkeypatch.setattr(Network, "handle_async_request", slowly)
    places = [f"https://{place.format(n=n)}" for n in range(2 * FETCHES)]
    slow = [asyncio.create_task(here.get(cache.path_for(url))) for url in places]
    try:
        async with asyncio.timeout(20):
            for _ in range(OF_ONE):
                await held.acquire()
            assert (await here.get(cache.path_for(f"{peer.origin}/a.png"))).status_code == 200
    finally:
        go_on.set()
        answers = await asyncio.gather(*slow)
    assert {answer.status_code for answer in answers} == {502}


HOSTILE = "</script></title>\u2028<script>alert(1)</script><img src=x onerror=alert(1)>\"'>{{7*7}}]]>"


@on_sqlite
async def test_words_of_strangers_stay_words(here: Instance, peer: Peer) -> None:
    ana = await here.join("ana")
    await here.run(lambda: Actor.filter(id=ana.id).update(name=HOSTILE))
    ours = await publish(here, ana, title=HOSTILE, text=HOSTILE, warning=HOSTILE, tags=["rain"])
    mia = peer.actor("mia", summary=HOSTILE, icon={"type": "Image", "url": "javascript:alert(1)"})
    bad = "javascript:alert(1)"
    sounds = {
        "type": "Audio",
        "mediaType": "audio/mpeg",
        "url": f'{peer.origin}/a.mp3"onerror="alert(1)',
        "name": HOSTILE,
        "blurhash": '"><script>alert(1)</script>',
        "icon": {"type": "Image", "url": bad},
        "subtitleLanguage": [
            {"identifier": "en", "url": f"{peer.origin}/a.vtt", "name": HOSTILE},
            {"identifier": '"><script>', "url": f"{peer.origin}/b.vtt", "name": "b"},
            {"identifier": "de", "url": bad, "name": "c"},
        ],
    }
    note = peer.note(
        mia,
        url=bad,
        summary=HOSTILE,
        content=HOSTILE,
        attachment=[sounds, {**sounds, "url": bad}],
        tag=[{"type": "Hashtag", "name": f"#{HOSTILE}", "href": bad}],
    )
    note["name"] = HOSTILE
    peer.serve(note["id"], {"@context": "https://www.w3.org/ns/activitystreams", **note})
    theirs = await here.find_record(note["id"])
    said = await say(here, ana, ours.uri, HOSTILE, warning=HOSTILE)
    path = ours.uri.removeprefix(here.origin)
    places = [path, f"{path}/embed", f"{path}/lineage", f"/records/remote/{theirs.id}", "/explore", "/feed", "/u/ana"]
    places += ["/tags/rain/feed", "/u/ana/feed", f"/oembed?url={ours.uri}", said.uri.removeprefix(here.origin)]
    for place in [*places, f"/people/remote/{theirs.author_id}", f"/explore?q={quote(HOSTILE)}"]:
        answer = await here.get(place, accept="*/*")
        assert answer.status_code == 200, place
        kind = answer.headers["content-type"]
        if kind.startswith("application/json"):
            answer = httpx.Response(200, text=answer.json()["html"])
        for hostile in ("<script>alert", "<img src=x", 'onerror=alert(1)>"', 'href="javascript', 'src="javascript'):
            assert hostile not in answer.text, (place, hostile)
        assert '"onerror="' not in answer.text, place
        if "xml" in kind:
            ElementTree.fromstring(answer.content)  # noqa: S314  (our own)


PILED = "\u0301\u0316"
HEAVY: dict[str, Callable[[], object]] = {
    "speakers in captions that never end": lambda: read_captions(VTT + b"<v." * 6_000),
    "accents in captions": lambda: read_captions(VTT + PILED.encode() * 40_000),
    "accents in a form of a stranger": lambda: tidy(PILED * 40_000),
    "blanks before a place": lambda: split_moment(" " * 16_000),
    "accents in a link": lambda: clean(f'<p><a href="https://a.test/">{PILED * 16_000}</a></p>'),
}


@pytest.mark.parametrize("read", HEAVY.values(), ids=HEAVY)
def test_what_strangers_write_is_read_at_once(read: Callable[[], object]) -> None:
    begun = time.process_time()
    with suppress(TooLarge):
        read()
    assert time.process_time() - begun < 0.6


def test_accents_that_people_use_stay() -> None:
    assert tidy("Tie\u0302\u0301ng Vie\u0323\u0302t") == "Ti\u1ebfng Vi\u1ec7t"


@on_sqlite
async def test_what_was_deleted_stands_in_no_outbox(here: Instance) -> None:
    ana = await here.join("ana")
    record = await publish(here, ana, text="words of Ana")
    comment = await say(here, ana, record.uri, "words of Ana, too")
    kept = await publish(here, ana, title="Kept", text="nothing to see")
    await here.work()
    said = await here.run(lambda: Outgoing.exclude(object_uri=kept.uri).values_list("uri", flat=True))
    places = [f"/u/ana/outbox?before={2**62}", *(str(uri).removeprefix(here.origin) for uri in said)]
    for place in places:
        assert "words of Ana" in (await here.get(place, accept=ACTIVITY)).text

    await here.run(delete_comment, ana, await known_at(here, comment.uri))
    await here.run(delete_record, ana, await here.run(lambda: Record.get(id=record.id).select_related("author")))
    await here.work()

    for place in places:
        assert "words of Ana" not in (await here.get(place, accept=ACTIVITY)).text
    outbox = (await here.get(places[0], accept=ACTIVITY)).json()
    assert [item["object"]["id"] for item in outbox["orderedItems"]] == [kept.uri]


@on_sqlite
async def test_what_suspended_people_said_cannot_be_fetched(here: Instance) -> None:
    ana = await here.join("ana")
    await publish(here, ana, text="buy my soap")
    await here.work()
    path = (await here.run(lambda: Outgoing.get(type="Create"))).uri.removeprefix(here.origin)
    assert (await here.get(path, accept=ACTIVITY)).status_code == 200
    account = await here.run(lambda: Account.get(actor__local_handle="ana").select_related("actor"))
    await here.run(suspend, Operator("https://here.test/actor"), account)
    assert (await here.get(path, accept=ACTIVITY)).status_code == 404


@on_sqlite
async def test_nobody_sends_us_to_pester_others(
    here: Instance, peer: Peer, network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana, mia = await here.join("ana"), peer.actor("mia")
    await here.run(follow, ana, await here.meet(mia))
    await here.run(lambda: Follow.all().update(accepted_at=now()))
    note = peer.note(mia, "work", content="<p>Mine</p>")
    await post(peer, here, peer.activity("Create", mia, note))
    monkeypatch.setattr(talking, "MAX_TOLD_OF", 4)
    network.requests.clear()
    told = [f"https://victim.test/{number}" for number in range(10)]

    await post(peer, here, *(peer.activity("Add", mia, uri, target=f"{note['id']}/replies") for uri in told))

    assert len({str(each.url) for each in network.requests if each.url.host == "victim.test"}) < 4, "also at once"


@on_sqlite
async def test_nobody_sends_us_to_pester_others_by_passing_on_what_is_not_there(
    here: Instance, peer: Peer, network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana, mia = await here.join("ana"), peer.actor("mia")
    await here.run(follow, ana, await here.meet(mia))
    await here.run(lambda: Follow.all().update(accepted_at=now()))
    monkeypatch.setattr(talking, "MAX_TOLD_OF", 4)
    network.requests.clear()

    for number in range(10):
        await post(peer, here, peer.activity("Announce", mia, f"https://victim.test/{number}"))

    assert len({str(each.url) for each in network.requests if each.url.host == "victim.test"}) == 4


@on_sqlite
@pytest.mark.parametrize("how", ["/explore?q={}", "/follow?uri={}", "/api/lookup?address={}"])
async def test_no_member_has_us_ask_a_server_as_often_as_they_like(
    here: Instance, network: Network, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    await here.join("ana")
    monkeypatch.setattr(finding, "LOOK_UP_COST", 2)
    token = await bearer(here, "ana", *Scope)
    network.requests.clear()
    async with here.client() as program:
        for number in range(8):
            address = quote(f"https://victim.test/{number}", safe="")
            answer = await program.get(how.format(address), headers=token)
            assert answer.status_code in (200, 422, 429, 502), answer.status_code

    assert len({str(each.url) for each in network.requests if each.url.host == "victim.test"}) == 5


@on_sqlite
async def test_no_challenge_sends_us_to_pester_others(
    here: Instance, peer: Peer, network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    challenge: dict[str, Any] = {"type": "Group", "kind": "challenge", "@context": CHALLENGE_CONTEXT}
    group = peer.actor("rain", **challenge)
    await here.find_challenge(group)
    monkeypatch.setattr(talking, "MAX_TOLD_OF", 4)
    network.requests.clear()
    told = [f"https://victim.test/{number}" for number in range(10)]

    for uri in told:
        await post(peer, here, peer.activity("Add", group, uri, target=f"{group}/submissions"))

    assert len({str(each.url) for each in network.requests if each.url.host == "victim.test"}) == 4


@on_sqlite
async def test_who_is_blocked_is_not_asked_for_files_or_people_and_has_no_other_hosts(
    here: Instance, peer: Peer, network: Network
) -> None:
    ana, mia = await here.join("ana"), peer.actor("mia")
    other = Peer(network, "two.social.test")
    eve = other.actor("eve")
    await here.run(follow, ana, await here.meet(eve))
    await here.work()
    picture = {"type": "Document", "mediaType": "image/png", "url": f"{peer.origin}/a.png"}
    note = peer.note(mia, attachment=[picture])
    peer.serve(note["id"], {"@context": "https://www.w3.org/ns/activitystreams", **note})
    page = f"/records/remote/{(await here.find_record(note['id'])).id}"
    copies = set(re.findall(r"/media/remote/[\w-]+", (await here.get(page)).text))
    assert copies
    operator = Operator("https://here.test/actor")
    assert (await other.post(here, other.activity("Follow", eve, ana.uri))).status_code == 202
    await here.run(block_peer, operator, here.state["site"], "social.test")
    network.requests.clear()

    assert {(await here.get(copy)).status_code for copy in copies} == {404}
    with pytest.raises(Forbidden):
        await here.run(here.state["remote"].find_by_handle, "@noah@social.test")
    assert (await other.post(here, other.activity("Follow", eve, ana.uri))).status_code == 403
    await publish(here, ana, parts=[PartDraft(actor=await here.meet(eve), role="mus")])
    await here.work()
    assert not await here.run(lambda: Follow.filter(target_id=ana.id).count()), "what still waited is not taken"
    assert not network.requests


@on_sqlite
async def test_who_asks_for_what_is_for_followers_does_not_make_us_ask_everybody(
    here: Instance, network: Network
) -> None:
    secret = await publish(here, await here.join("ana"), visibility="followers")
    crowd, victims = here.state["inbox"].crowd, [f"https://victim.test/{number}" for number in range(3)]

    async def ask_as(victim: str) -> int:
        async with here.client() as client:
            signed = sign_request(
                method="GET", url=secret.uri, body=None, key_id=f"{victim}#main-key", private_key=RSA, now=now()
            )
            answer = await client.get(secret.uri, headers={**signed, "accept": ACTIVITY})
        return answer.status_code

    assert await ask_as(victims[0]) == 404
    with suppress(TooMany):
        while True:
            crowd.count_stranger("127.0.0.1")
    assert [await ask_as(victim) for victim in victims[1:]] == [404, 404]
    assert [str(each.url) for each in network.requests if each.url.host == "victim.test"] == victims[:1]


@on_sqlite
@pytest.mark.parametrize("kind", ["", "record"])
async def test_strangers_do_not_bury_somebody_in_works(
    here: Instance, peer: Peer, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    ana, eve = await here.join("ana"), peer.actor("eve")
    record = await publish(here, ana)
    monkeypatch.setattr(talking, "MAX_AN_HOUR", 3)
    picture = {"type": "Document", "mediaType": "image/png", "url": f"{peer.origin}/soap.png"}
    form: dict[str, Any] = {"attachment": [picture], "kind": kind, "contributor": [ana.uri]}
    works = [reply(peer, eve, record.uri, f"w{number}", **form) for number in range(5)]
    said = [peer.activity("Update" if work is works[4] else "Create", eve, work) for work in works]

    await post(peer, here, *({**activity, "@context": RECORD_CONTEXT} for activity in said))

    assert await here.run(lambda: Record.filter(author__uri=eve).count()) == 3
    assert await here.run(lambda: Notification.all().count()) == 3


@on_sqlite
async def test_nobody_changes_a_work_without_end(here: Instance, peer: Peer, monkeypatch: pytest.MonkeyPatch) -> None:
    ana, mia = await here.join("ana"), peer.actor("mia")
    await here.run(follow, ana, await here.meet(mia))
    await here.run(lambda: Follow.all().update(accepted_at=now()))
    note = peer.note(mia, "work", content="<p>Mine</p>")
    await post(peer, here, peer.activity("Create", mia, note))
    monkeypatch.setattr(talking, "MAX_AN_HOUR", 3)

    for minute in range(4):
        changed = {**note, "content": "x" * 1_000, "updated": f"2026-11-20T10:0{minute}:00Z", "padding": "x" * 10_000}
        await post(peer, here, peer.activity("Update", mia, changed))

    assert (await here.run(lambda: Record.get(uri=note["id"]))).revision == 3
    assert await here.run(lambda: RecordRevision.all().count()) == 3
    assert await here.run(lambda: Evidence.all().count()) == 3


@on_sqlite
async def test_what_is_said_to_fewer_people_now_is_shown_to_fewer(here: Instance, peer: Peer) -> None:
    ana, eve = await here.join("ana"), peer.actor("eve")
    record = await publish(here, ana)
    notes = [reply(peer, eve, record.uri, name) for name in ("told", "kept")]
    await post(peer, here, *(peer.activity("Create", eve, note) for note in notes))
    later = {"content": "<p>between us</p>", "updated": now().strftime("%Y-%m-%dT%H:%M:%SZ"), "cc": []}

    for note, people in zip(notes, ([ana.uri], [f"{peer.origin}/users/mia"]), strict=True):
        await post(peer, here, peer.activity("Update", eve, {**note, **later, "to": people}, to=people))

    assert "between us" not in (await here.get(record.uri.removeprefix(here.origin))).text
    assert "between us" not in (await here.get(f"/api/records/{record.id}/comments", accept="*/*")).text
    told, kept = [await known_at(here, note["id"]) for note in notes]
    assert (told.visibility, kept.visibility) == ("direct", "public")
    async with here.sign_in("ana") as browser:
        assert "between us" in (await browser.get(record.uri)).text
    assert "between us" not in kept.content, "it was not said to anybody here"


@on_sqlite
async def test_what_was_said_in_private_leaves_no_place_for_others_to_see(here: Instance, peer: Peer) -> None:
    ana, eve = await here.join("ana"), peer.actor("eve")
    record = await publish(here, ana)
    first = reply(peer, eve, record.uri, "first", to=[ana.uri], cc=[])
    second = reply(peer, eve, first["id"], "second", to=[ana.uri], cc=[])
    await post(peer, here, *(peer.activity("Create", eve, note, to=[ana.uri]) for note in (first, second)))
    row = (await known_at(here, second["id"])).id
    await post(peer, here, peer.activity("Delete", eve, second["id"]))

    for place in (f"/comments/remote/{row}", f"/api/comments/{row}", f"/api/comments/{row}/thread"):
        answer = await here.get(place, accept="*/*")
        assert answer.status_code == 404, place
        assert eve not in answer.text
    async with here.sign_in("ana") as browser:
        assert (await browser.get(f"/comments/remote/{row}")).status_code == 410


@on_sqlite
async def test_what_is_withheld_or_for_a_few_is_named_in_no_collection(here: Instance) -> None:
    ana, bo = await here.join("ana"), await here.join("bo")
    record = await publish(here, ana)
    said = await say(here, bo, record.uri, "Lovely")
    places = [f"{uri.removeprefix(here.origin)}/replies?after=0" for uri in (record.uri, said.uri)]
    assert [(await here.get(place, accept=ACTIVITY)).status_code for place in places] == [200, 200]

    account = await here.run(lambda: Account.get(actor__local_handle="ana").select_related("actor"))
    await here.run(suspend, Operator("https://here.test/actor"), account)

    assert [(await here.get(place, accept=ACTIVITY)).status_code for place in places] == [404, 404]


@on_sqlite
@pytest.mark.parametrize("kind", ["work", "comment"])
@pytest.mark.parametrize("together", [True, False])
async def test_a_deletion_that_overtakes_is_not_forgotten(
    here: Instance, peer: Peer, kind: str, together: bool
) -> None:
    ana, mia = await here.join("ana"), peer.actor("mia")
    await here.run(follow, ana, await here.meet(mia))
    await here.run(lambda: Follow.all().update(accepted_at=now()))
    record = await publish(here, ana)
    note = reply(peer, mia, record.uri, "late") if kind == "comment" else peer.note(mia, "late")
    said = [peer.activity("Delete", mia, note["id"]), peer.activity("Create", mia, note)]

    for activities in [said] if together else [[each] for each in said]:
        await post(peer, here, *activities)
    await post(peer, here, peer.activity("Create", mia, {**note, "id": f"{note['id']}/other"}))

    assert await here.run(lambda: Record.filter(author__uri=mia).count()) == int(kind == "work"), "the other one"
    assert await here.run(lambda: Comment.filter(author__uri=mia).count()) == int(kind == "comment")
    assert not await here.run(lambda: Record.exists(uri=note["id"]))
    assert not await here.run(lambda: Comment.exists(uri=note["id"]))


@on_sqlite
async def test_what_is_refused_counts_for_the_hour_too(here: Instance, monkeypatch: pytest.MonkeyPatch) -> None:
    await here.join("eve")
    monkeypatch.setattr(keeping, "MAX_AN_HOUR", 3)
    broken = b"\x89PNG\r\n\x1a\n" + bytes(100)
    async with here.sign_in("eve") as eve:
        for _ in range(3):
            url = await begin(eve, len(broken))
            assert (await eve.patch(url, content=broken, headers=PIECE | {"upload-offset": "0"})).status_code == 204
            await here.work()
            assert (await eve.get(url, headers={"accept": "application/json"})).json()["state"] == "refused"
            await eve.delete(url, headers=TUS)
            assert (await eve.get(url, headers={"accept": "application/json"})).status_code == 410
        assert (await eve.post("/api/uploads", headers=TUS | {"upload-length": "9"})).status_code == 429
    await here.join("bo")
    async with here.sign_in("bo") as bo:
        sent = [
            await bo.post("/settings", data={"name": "Bo"}, files={"icon": ("me.png", broken, "image/png")})
            for _ in range(4)
        ]
    assert ["many files within an hour" in answer.text for answer in sent] == [False, False, False, True]


@on_sqlite
async def test_what_is_dropped_at_the_same_moment_leaves_nothing_on_the_disk(here: Instance) -> None:
    await here.join("eve")
    async with here.sign_in("eve") as eve:
        for _ in range(30):
            url = await begin(eve, 1000)
            sent = eve.patch(url, content=b"x" * 500, headers=PIECE | {"upload-offset": "0"})
            await asyncio.gather(sent, eve.delete(url, headers=TUS))
    assert list(here.state["store"].arriving.iterdir()) == []


@on_sqlite
async def test_no_member_takes_all_names_or_fills_the_disk_with_answers(
    here: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    await here.join("eve")
    monkeypatch.setattr(opening, "MAX_A_DAY", 2)
    monkeypatch.setattr(keeping_answers, "MAX_KEPT", 2)
    headers = await bearer(here, "eve", *Scope)
    terms = {"licence": "CC-BY-4.0", "pays": "nothing"}
    asked = [{"title": "Rain", "slug": f"rain{number}", "text": "Go.", "terms": terms} for number in range(3)]
    async with here.client() as program:
        opened = [await program.post("/api/challenges", json=each, headers=headers) for each in asked]
        assert [answer.status_code for answer in opened] == [201, 201, 429]
        kept = [
            await program.patch("/api/me", json={"about": "x"}, headers={**headers, "idempotency-key": str(number)})
            for number in (0, 1, 2, 1)
        ]
        assert [answer.status_code for answer in kept] == [200, 200, 429, 200]
    async with here.sign_in("eve") as browser:
        fields = {
            "title": "Rain",
            "slug": "rain3",
            "text": "Go.",
            "licence": "CC-BY-4.0",
            "pays": "nothing",
            "do": "publish",
        }
        assert (await browser.post("/challenges/new", data=fields)).status_code in (422, 429)
    assert await here.run(lambda: Actor.filter(type="Group").count()) == 2


@on_sqlite
async def test_what_suspended_people_ask_for_or_offered_is_not_shown(here: Instance) -> None:
    ana, bo = await here.join("ana"), await here.join("bo")
    leaders, terms = await bearer(here, "ana", *Scope), {"licence": "CC-BY-4.0"}
    async with here.client() as program:
        brief = {"title": "Soap", "text": "Sing of soap.", "terms": terms, "kinds": ["text"]}
        led = (await program.post("/api/challenges", json=brief, headers=leaders)).json()
        songs = {who.id: await publish(here, who, f"Song of {who.handle}") for who in (ana, bo)}
        for who in (ana, bo):
            address = f"/api/records/{songs[who.id].id}/submissions"
            headers = await bearer(here, who.handle, *Scope)
            offered = (await program.post(address, json={"challenge": led["id"]}, headers=headers)).json()
            said = {"reason": "It sings."}
            await program.post(f"/api/submissions/{offered['id']}/accept", json=said, headers=leaders)
    part = ["/c/soap", "/c/soap/submissions", "/c/soap/feed", f"/api/challenges/{led['id']}/submissions"]
    places = [
        *part[:3],
        "/challenges",
        "/explore?show=challenges",
        "/",
        "/api/challenges",
        f"/api/challenges/{led['id']}",
    ]
    accounts = {row.actor_id: row for row in await here.run(lambda: Account.all().select_related("actor"))}
    operator = Operator("https://here.test/actor")

    async def shown_at(*places: str) -> list[str]:
        return [(await here.get(place, accept="*/*")).text for place in places]

    assert all("Song of bo" in shown for shown in await shown_at(*part))
    assert all("Soap" in shown for shown in await shown_at(*places))

    await here.run(suspend, operator, accounts[bo.id])
    for place, shown in zip(part, await shown_at(*part), strict=True):
        assert ("Song of ana" in shown, "Song of bo" in shown) == (True, False), place
    for name in ("prompt", "featured", "submissions", "outbox"):
        assert (await here.get(f"/c/soap/{name}", accept=ACTIVITY)).status_code == 200
    assert (await here.get("/c/soap", accept=ACTIVITY)).status_code == 200

    await here.run(suspend, operator, accounts[ana.id])
    for place, shown in zip(places, await shown_at(*places), strict=True):
        assert "Soap" not in shown, place
        assert "Sing of soap" not in shown, place
    for name in ("/prompt", "/featured", "/submissions", "/outbox", ""):
        assert (await here.get(f"/c/soap{name}", accept=ACTIVITY)).status_code == 404, name

    async with here.sign_in("olga") as moderator:
        assert "Sing of soap" in (await moderator.get("/c/soap")).text
    await here.run(unsuspend, operator, accounts[ana.id])
    assert all("Soap" in shown for shown in await shown_at(*places))


@on_sqlite
@pytest.mark.parametrize("how", ["deleted", "suspended"])
@pytest.mark.parametrize("door", ["page", "program"])
async def test_nobody_takes_themselves_out_of_what_others_made_of_their_work(
    here: Instance, how: str, door: str
) -> None:
    ana, bo = await here.join("ana"), await here.join("bo")
    record = await publish(here, ana, "Rain")
    source = SourceDraft(record=await source_of(here, record))
    remix = await publish(here, bo, "After the rain", sources=[source])
    if how == "deleted":
        await here.run(delete_record, ana, await source_of(here, record))
    else:
        account = await here.run(lambda: Account.get(actor__local_handle="ana").select_related("actor"))
        await here.run(suspend, Operator("https://here.test/actor"), account)

    async with here.sign_in("bo") as browser:
        if door == "page":
            action = f"{remix.uri.removeprefix(here.origin)}/edit"
            answer = await send(browser, await browser.get(action), action, title="Sun", do="publish")
            assert answer.status_code == 303
        else:
            wanted = {"title": "Sun", "text": "drip", "licence": "CC-BY-4.0", "sources": [{"record": record.id}]}
            headers = await bearer(here, "bo", Scope.WRITE)
            answer = await browser.put(f"/api/records/{remix.id}", json=wanted, headers=headers)
            assert answer.status_code == 200

    kept = await here.run(lambda: Record.get(id=remix.id).prefetch_related("sources"))
    assert kept.title == "Sun"
    assert [(each.uri, each.withdrawn_at) for each in kept.sources] == [(record.uri, None)]


@pytest.mark.parametrize(
    ("asked", "leads_to"),
    [
        ("/explore/", "/explore"),
        ("/explore/?q=rain", "/explore?q=rain"),
        ("/u/olga//", "/u/olga"),
        ("//evil.test/", "/"),
        ("/%5Cevil.test/", "/%5Cevil.test"),
    ],
)
async def test_no_answer_leads_to_the_host_that_a_request_names(here: Instance, asked: str, leads_to: str) -> None:
    async with here.client() as browser:
        answer = await browser.get(httpx.URL(f"{here.origin}{asked}"), headers={"host": "evil.test"})
    assert answer.status_code == 308
    assert answer.headers["location"] == leads_to
