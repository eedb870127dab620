"""What others, with servers and keys of their own, try to do to our people's pages, records and challenges."""

from __future__ import annotations

import asyncio
import json
from time import thread_time
from typing import Any

import httpx
import pytest

from fedirec.activitypub import crowd
from fedirec.activitypub.actors import MAX_HISTORY
from fedirec.activitypub.crowd import Crowd
from fedirec.activitypub.models import Actor, ActorKey, Received
from fedirec.errors import Invalid, TooMany
from fedirec.html import markdown
from fedirec.lanes.models import Job
from fedirec.remix.actions.challenges import ChallengeDraft, open_challenge
from fedirec.remix.actions.drafts import RecordDraft
from fedirec.remix.actions.lineage import MAX_FETCHED, TOO_FAR
from fedirec.remix.actions.meeting import find_challenge
from fedirec.remix.actions.records import delete_record, publish_record
from fedirec.remix.licences import BY
from fedirec.remix.models import Challenge, Record, Source, Submission
from fedirec.remix.terms import DecidedBy, Pays, Terms
from tests.network import Instance, Network
from tests.peer import CONTEXT, OTHER_RSA, Peer

ACTIVITY = "application/activity+json"


@pytest.fixture
def peer(network: Network) -> Peer:
    return Peer(network, "evil.test")


async def _write(instance: Instance, author: Actor, title: str, **more: Any) -> Record:
    draft = RecordDraft(**{"title": title, "text": f"The words of {title}", "licence": BY.id, **more})
    return await instance.run(publish_record, author, draft)


def _group(peer: Peer, slug: str = "contest", **changes: Any) -> tuple[str, dict[str, Any]]:
    """A challenge of the peer, whose Group is called “Evil contest”: its id and its document."""
    uri = f"{peer.origin}/users/{slug}"
    peer.actor(slug, type="Group", kind="challenge", submissions=f"{uri}/submissions", **changes)
    document = {**json.loads(peer.network.answers[uri].content), "name": "Evil contest"}
    peer.serve(uri, document)
    return uri, document


def _record(peer: Peer, author: str, key: str = "1", **changes: Any) -> dict[str, Any]:
    return {
        **peer.note(author, key),
        "kind": "record",
        "name": f"Record {key}",
        "license": BY.url,
        "source": {"content": "Hi", "mediaType": "text/markdown"},
        **changes,
    }


async def _reasons(instance: Instance) -> list[str | None]:
    rows = await instance.run(lambda: Received.all().order_by("id").values_list("reason", flat=True))
    return [None if row is None else str(row) for row in rows]


async def test_no_challenge_gets_on_our_pages_by_itself(here: Instance, peer: Peer) -> None:
    group, document = _group(peer, endTime="2026-12-24T00:00:00Z")
    prompt = {**peer.note(group), "id": f"{group}/prompt", "kind": "prompt", "challenge": group}

    assert (await peer.post(here, peer.activity("Update", group, document))).status_code == 202
    assert (await peer.post(here, peer.activity("Create", group, prompt))).status_code == 202
    await here.work()

    assert await _reasons(here) == ["nobody here follows that challenge"] * 2
    assert "Evil contest" not in (await here.get("/")).text
    assert "Evil contest" not in (await here.get("/challenges")).text


async def test_a_challenge_elsewhere_is_led_by_nobody_of_ours(here: Instance, peer: Peer) -> None:
    ana = await here.join("ana")
    group, _ = _group(peer, attributedTo=[ana.uri])

    challenge = await here.run(find_challenge, here.state["remote"], group)

    assert challenge.leader is None
    assert "Evil contest" not in (await here.get("/u/ana")).text


async def test_a_challenge_elsewhere_takes_no_record_that_was_not_offered_to_it(here: Instance, peer: Peer) -> None:
    ana = await here.join("ana")
    public = await _write(here, ana, "Song")
    hidden = await _write(here, ana, "Whisper", visibility="followers")
    group, _ = _group(peer)
    await here.run(find_challenge, here.state["remote"], group)

    for record in (public, hidden):
        add = peer.activity("Add", group, record.uri, target=f"{group}/submissions")
        assert (await peer.post(here, add)).status_code == 202
    await here.work()

    assert await _reasons(here) == ["its author never offered that record", "that is not public"]
    assert not await here.run(lambda: Submission.all().exists())
    assert "Evil contest" not in (await here.get(public.uri.removeprefix(here.origin))).text


async def test_a_page_of_ours_sends_nobody_to_another_site(here: Instance) -> None:
    for typed in ("https://here.test//evil.test/x", "https://here.test:443//evil.test", "https://HERE.test//evil.test"):
        answer = await here.get(f"/explore?q={typed}")
        assert (answer.status_code, answer.headers["location"]) == (303, "/"), typed
    answer = await here.get("/explore?q=https://here.test/u/ana?x=1")
    assert answer.headers["location"] == "/u/ana?x=1"


async def test_row_numbers_show_nothing_of_what_is_for_followers(here: Instance, peer: Peer) -> None:
    hidden = await _write(here, await here.join("ana"), "Whisper", visibility="followers")
    await here.join("bo")
    async with here.sign_in("bo") as browser:
        answers = [
            await browser.get(f"/records/new?source={hidden.id}"),
            *[
                await browser.post("/records/new", data=data)
                for data in (
                    {"source": str(hidden.id), "do": "keep"},
                    {"do": f"add-source:{hidden.id}"},
                    {"seek": hidden.uri, "do": "keep"},
                    {"seek": f"{here.origin}/records/remote/{hidden.id}", "do": "keep"},
                )
            ],
        ]
    assert [answer.status_code for answer in answers] == [200] * 5
    assert not any("Whisper" in answer.text for answer in answers)


async def test_a_page_that_an_actor_claims_leads_to_nobody_else(here: Instance, peer: Peer) -> None:
    mallory = await here.meet(peer.actor("mallory", url="https://here.test/u/ana"))
    ana, _bo = await here.join("ana"), await here.join("bo")
    assert mallory.url == mallory.uri
    async with here.sign_in("bo") as browser:
        answer = await browser.post("/follow", data={"who": "https://here.test/@ana"})
    assert answer.headers["location"] == ana.uri.removeprefix(here.origin)


async def test_earlier_versions_for_followers_stay_for_followers(here: Instance) -> None:
    ana = await here.join("ana")
    hidden = await _write(here, ana, "Whisper", visibility="followers")
    path = hidden.uri.removeprefix(here.origin)
    fields = {"title": "Shout", "text": "For all", "licence": BY.id, "do": "publish"}
    async with here.sign_in("ana") as browser:
        assert (await browser.post(f"{path}/edit", data={**fields, "visibility": "public"})).status_code == 303
        assert "Whisper" in (await browser.get(f"{path}/versions/1")).text
        answer = await browser.post(f"{path}/edit", data={**fields, "visibility": "followers"})
        assert answer.status_code == 422

    assert (await here.get(path)).status_code == 200
    assert (await here.get(f"{path}/versions/2")).status_code == 200
    assert (await here.get(f"{path}/versions/1")).status_code == 404


async def test_what_is_no_longer_public_leaves_the_page_of_its_challenge(here: Instance, peer: Peer) -> None:
    mia = peer.actor("mia")
    group, _ = _group(peer)
    challenge = await here.run(find_challenge, here.state["remote"], group)
    document = _record(peer, mia, challenge=group, updated="2026-11-20T11:00:00Z")
    peer.serve(document["id"], {"@context": CONTEXT, **document})
    record = await here.find_record(document["id"])
    add = peer.activity("Add", group, record.uri, target=f"{group}/submissions")
    assert (await peer.post(here, add)).status_code == 202
    await here.work()
    page = f"/challenges/remote/{challenge.id}/submissions"
    assert "Record 1" in (await here.get(page)).text

    narrower = {**document, "to": [f"{mia}/followers"], "updated": "2026-11-20T12:00:00Z"}
    assert (await peer.post(here, peer.activity("Update", mia, narrower))).status_code == 202
    await here.work()

    assert (await here.run(lambda: Record.get(id=record.id))).visibility == "followers"
    assert "Record 1" not in (await here.get(page)).text
    assert "Record 1" not in (await here.get(f"/challenges/remote/{challenge.id}")).text


async def test_the_prompt_of_one_challenge_is_not_in_the_way_of_another(here: Instance, peer: Peer) -> None:
    first, _ = _group(peer, "first", prompt="https://good.test/c/rain/prompt")
    await here.run(find_challenge, here.state["remote"], first)
    assert (await here.run(lambda: Challenge.get(actor__uri=first))).prompt_uri is None


async def test_a_trail_without_end_is_followed_only_so_far(
    here: Instance, peer: Peer, monkeypatch: pytest.MonkeyPatch
) -> None:
    mia = peer.actor("mia")
    monkeypatch.setattr(here.network, "answers", _Endless(peer, mia))
    await here.join("ana")
    named = _record(peer, mia, "start", cc=[f"{here.origin}/u/ana"], isBasedOn=_below(peer, "start"))

    assert (await peer.post(here, peer.activity("Create", mia, named))).status_code == 202
    await here.work()

    assert 30 < await here.run(lambda: Record.all().count()) <= MAX_FETCHED + 1
    assert await here.run(lambda: Source.filter(problem=TOO_FAR).exists())
    assert not await here.run(lambda: Job.filter(kind__in=("lineage", "people")).exists())


def _below(peer: Peer, name: str) -> list[str]:
    return [f"{peer.origin}/notes/{name}-{number}" for number in range(8)]


class _Endless(dict[str, httpx.Response]):
    """A host on which every record was made from eight others."""

    def __init__(self, peer: Peer, author: str) -> None:
        super().__init__(peer.network.answers)
        self.peer, self.author = peer, author

    def __contains__(self, url: object) -> bool:
        return super().__contains__(url) or str(url).startswith(f"{self.peer.origin}/notes/")

    def __missing__(self, url: str) -> httpx.Response:
        name = url.rpartition("/")[2]
        document = _record(self.peer, self.author, name, isBasedOn=_below(self.peer, name))
        body = json.dumps({"@context": CONTEXT, **document})
        return httpx.Response(200, headers={"content-type": "application/activity+json"}, content=body)


async def test_a_remix_elsewhere_tells_nobody_who_made_what_is_for_followers(here: Instance, peer: Peer) -> None:
    ana = await here.join("ana")
    hidden = await _write(here, ana, "Whisper", visibility="followers")
    mia = peer.actor("mia")
    document = _record(peer, mia, isBasedOn=[hidden.uri])
    peer.serve(document["id"], {"@context": CONTEXT, **document})
    remix = await here.find_record(document["id"])
    await here.work()

    async def shown() -> list[str]:
        paths = ("", "/lineage", "/lineage.json")
        return [(await here.get(f"/records/remote/{remix.id}{path}")).text for path in paths]

    assert not any("Whisper" in text or "@ana@" in text or "/u/ana" in text for text in await shown())
    await here.run(delete_record, ana, hidden)
    assert not any("Whisper" in text or "@ana@" in text or "/u/ana" in text for text in await shown())


async def test_a_deadline_at_the_end_of_time_is_none(here: Instance, peer: Peer) -> None:
    for number, moment in enumerate(("9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z")):
        group, _ = _group(peer, f"contest{number}", endTime=moment)
        with pytest.raises(Invalid):
            await here.run(find_challenge, here.state["remote"], group)


async def test_programs_find_an_original_whatever_its_address(here: Instance, peer: Peer) -> None:
    mia = peer.actor("mia")
    document = _record(peer, mia, "\u96e8")
    peer.serve(str(httpx.URL(document["id"])), {"@context": CONTEXT, **document})
    record = await here.find_record(document["id"])
    answer = await here.get(f"/records/remote/{record.id}", accept="application/activity+json")
    assert (answer.status_code, answer.headers["location"]) == (303, str(httpx.URL(document["id"])))


async def test_nobody_makes_us_ask_server_after_server(here: Instance) -> None:
    ana = await here.join("ana")
    async with here.client() as browser:
        answers = [
            await browser.post("/elsewhere", data={"uri": ana.uri, "handle": f"@x@host{number}.test"})
            for number in range(30)
        ]
    assert {answer.status_code for answer in answers} == {422}
    asked = {request.url.host for request in here.network.requests if request.url.host.startswith("host")}
    assert len(asked) <= 20


async def test_a_form_full_of_text_is_refused_before_it_fills_the_memory(here: Instance) -> None:
    await here.join("bo")
    parts = {f"part{number}": (None, "x" * 290_000) for number in range(8)}
    async with here.sign_in("bo") as browser:
        assert (await browser.post("/records/new", files=parts)).status_code == 413


async def test_a_text_that_takes_long_to_show_holds_nobody_else_up(here: Instance, peer: Peer) -> None:
    mia = peer.actor("mia")
    text = "[[a]" * 16_000
    document = _record(peer, mia, source={"content": text, "mediaType": "text/markdown"})
    peer.serve(document["id"], {"@context": CONTEXT, **document})
    record = await here.find_record(document["id"])
    # In seconds of this thread's own work: how busy the machine is must not matter.
    began = thread_time()
    markdown(text)
    takes = thread_time() - began
    turns: list[float] = []

    async def visit() -> None:
        while True:
            began = thread_time()
            await asyncio.sleep(0)
            turns.append(thread_time() - began)

    other = asyncio.create_task(visit())
    assert (await here.get(f"/records/remote/{record.id}")).status_code == 200
    other.cancel()
    assert max(turns) < takes / 2


async def test_a_name_turns_no_line_around_and_hides_nothing(here: Instance, peer: Peer) -> None:
    uri = peer.actor("mia")
    document = {**json.loads(peer.network.answers[uri].content), "name": "Mia\u202e\u200b\u2067 gpj.exe\u0007"}
    peer.serve(uri, document)
    mia = await here.meet(uri)
    work = _record(peer, uri, name="\u202eRain\u2066 on tin", summary="\u202eloud")
    peer.serve(work["id"], {"@context": CONTEXT, **work})
    record = await here.find_record(work["id"])
    assert (mia.name, record.title, record.warning) == ("Mia gpj.exe", "Rain on tin", "loud")


async def test_a_proven_handle_covers_no_other_name(here: Instance, peer: Peer) -> None:
    uri = peer.actor("mia", webfinger="mia@good.test")
    webfinger = {"subject": "acct:mia@good.test", "links": [{"rel": "self", "type": ACTIVITY, "href": uri}]}
    for at in ("@", "%40"):
        address = f"https://good.test/.well-known/webfinger?resource=acct:mia{at}good.test"
        peer.serve(address, webfinger, content_type="application/jrd+json")
    mia = await here.run(here.state["remote"].find_by_handle, "@mia@good.test")
    assert (mia.handle, mia.host) == ("mia", "good.test")

    changed = {**json.loads(peer.network.answers[uri].content), "preferredUsername": "boss"}
    assert (await peer.post(here, peer.activity("Update", uri, changed))).status_code == 202
    await here.work()

    mia = await here.run(lambda: Actor.get(uri=uri))
    assert (mia.handle, mia.host) == ("boss", "evil.test")


async def test_keys_that_change_without_end_are_not_kept(here: Instance, peer: Peer) -> None:
    uri = peer.actor("mia")
    await here.meet(uri)
    document = json.loads(peer.network.answers[uri].content)
    pem = OTHER_RSA.public.pem
    for turn in range(60):
        keys = [{"id": f"{uri}#{turn}-{number}", "owner": uri, "publicKeyPem": pem} for number in range(9)]
        changed = {**document, "publicKey": [document["publicKey"], *keys]}
        assert (await peer.post(here, peer.activity("Update", uri, changed))).status_code == 202
    await here.work()

    assert await here.run(lambda: ActorKey.all().count()) <= MAX_HISTORY + 10
    assert (await _reasons(here))[-1] == "that actor has changed its keys too often to be believed"


async def test_many_names_of_one_domain_send_no_more_than_one() -> None:
    crowd = Crowd()
    for number in range(2_000):
        crowd.count_origin(f"https://h{number}.evil.test", size=1_000)
    with pytest.raises(TooMany):
        crowd.count_origin("https://fresh.evil.test", size=20_000_000)
    crowd.count_origin("https://good.test", size=1_000)


async def test_large_activities_are_taken_more_slowly() -> None:
    crowd = Crowd()
    for _ in range(25):
        crowd.count_origin("https://evil.test", size=1_000_000)
    with pytest.raises(TooMany):
        crowd.count_origin("https://evil.test", size=40_000_000)
    for _ in range(1_000):
        crowd.count_origin("https://good.test", size=3_000)


@pytest.mark.parametrize(
    "odd", [{"cc": ["x" * 3_000]}, {"challengeTerms": {"termsVersion": 2**40, "termsDigest": "zQm"}}], ids=str
)
async def test_what_no_column_can_hold_is_passed_over(here: Instance, peer: Peer, odd: dict[str, Any]) -> None:
    ana = await here.join("ana")
    terms = Terms(version=1, licence=BY.id, pays=Pays.NOTHING, decided_by=DecidedBy.LEADERS)
    draft = ChallengeDraft(title="Rain", slug="rain", text="Record rain.", terms=terms)
    challenge = await here.run(open_challenge, ana, here.state["keyring"], draft)
    group = await here.run(lambda: challenge.actor)
    mia = peer.actor("mia")
    work = _record(peer, mia, challenge=group.uri, **odd)
    assert (await peer.post(here, peer.activity("Create", mia, work))).status_code == 202
    await here.work()
    assert await here.run(lambda: Submission.filter(challenge_id=challenge.id).exists())


async def test_a_picture_elsewhere_makes_no_visitor_open_a_page_of_ours(here: Instance, peer: Peer) -> None:
    mia = peer.actor("mia")
    picture = {"type": "Image", "mediaType": "image/png", "url": "https://here.test/explore?q=https://victim.test/"}
    work = _record(peer, mia, attachment=[picture])
    peer.serve(work["id"], {"@context": CONTEXT, **work})
    record = await here.find_record(work["id"])
    page = (await here.get(f"/records/remote/{record.id}")).text
    assert '<img src="/media/remote/' in page
    assert "victim.test" not in page


async def test_one_peer_leaves_room_in_the_queue_for_others(
    here: Instance, peer: Peer, network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(crowd, "MAX_WAITING_OF_ONE", 3)
    monkeypatch.setattr(crowd, "COUNT_SECONDS", -1.0)
    other = Peer(network, "good.test")
    mia, joe = peer.actor("mia"), other.actor("joe")
    answers = [await peer.post(here, peer.activity("Like", mia, f"{here.origin}/records/x")) for _ in range(6)]
    assert [answer.status_code for answer in answers] == [202] * 4 + [429] * 2
    assert "retry-after" in answers[-1].headers
    assert (await other.post(here, other.activity("Like", joe, f"{here.origin}/records/x"))).status_code == 202
    await here.work()
    assert (await peer.post(here, peer.activity("Like", mia, f"{here.origin}/records/y"))).status_code == 202
