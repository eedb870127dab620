"""Part C of docs/security.md: nobody makes a lineage, a consent or a credit that others did not give."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any, Final

import httpx
import pytest

from fedirec.accounts.models import Notification
from fedirec.activitypub.contexts import CONSENT_CONTEXT
from fedirec.activitypub.keys import generate_ed25519
from fedirec.activitypub.proofs import add_proof
from fedirec.clock import now
from fedirec.errors import Conflict, NotFound
from fedirec.remix.actions.claims import agree
from fedirec.remix.actions.drafts import RecordDraft, SourceDraft
from fedirec.remix.actions.following import start_following
from fedirec.remix.actions.records import edit_record
from fedirec.remix.actions.remix_requests import answer_request, revoke_stamp
from fedirec.remix.actions.remix_requests.beforehand import MAX_WAITING_OF_ONE
from fedirec.remix.claims import ClaimKind
from fedirec.remix.lineage import MAX_DEPTH, MAX_SOURCES
from fedirec.remix.models import Record, RemixRequest, Source
from fedirec.remix.queries.trails import trail_of
from fedirec.remix.queries.witnesses import known_keys
from tests.attacks.stage import Attack, Attacks, Stage, withstand
from tests.conftest import Pass
from tests.network import Instance, Network, settle
from tests.peer import Peer
from tests.remix.test_claims import opened
from tests.remix.test_comments import on_sqlite, post, publish
from tests.remix.test_edge_cases import listed_on
from tests.remix.test_remix_requests import Author

attacks = Attacks("C")
EVIL: Final = "https://evil.test/"
GOOD: Final = "https://good.test/"
BY: Final = "https://creativecommons.org/licenses/by/4.0/"
OTHER_ED25519 = generate_ed25519()
SOON: Final = timedelta(seconds=10)


def asking(stage: Stage, instrument: str, *, about: str | None = None) -> dict[str, Any]:
    return stage.activity("Offer", about or stage.song.uri, kind="remixRequest", instrument=instrument, to=[])


@attacks.on(39, "a stamp of Ana's is deleted by Eve", 202)
async def _(stage: Stage) -> httpx.Response:
    return await stage.post(stage.activity("Delete", "https://here.test/stamps/01kamz3p6e0000000000000000"))


@attacks.on(39, "a remix is taken back that Eve never asked for", 202, reason="nothing of that kind waits")
async def _(stage: Stage) -> httpx.Response:
    return await stage.post(stage.activity("Undo", asking(stage, f"{EVIL}notes/x"), to=[]))


@attacks.on(40, "Eve agrees to what nobody asked her", 202, reason="nobody here asked that")
async def _(stage: Stage) -> httpx.Response:
    asked = {"type": "Offer", "kind": "remixRequest", "id": "https://here.test/activities/1", "actor": stage.ana.uri}
    asked |= {"object": f"{GOOD}notes/1", "instrument": stage.song.uri}
    return await stage.post(stage.activity("Accept", asked, result=f"{EVIL}stamps/1", to=[]))


@attacks.on(40, "Eve refuses what nobody asked her", 202)
async def _(stage: Stage) -> httpx.Response:
    return await stage.post(stage.activity("Reject", "https://here.test/activities/1", to=[]))


@attacks.on(40, "Eve asks for a remix of Mia's", 202, reason="belongs to another origin")
async def _(stage: Stage) -> httpx.Response:
    return await stage.post(asking(stage, f"{GOOD}notes/1"))


@attacks.on(40, "Eve asks for what Ana made herself", 202, reason="belongs to another origin")
async def _(stage: Stage) -> httpx.Response:
    return await stage.post(asking(stage, stage.song.uri))


@attacks.on(40, "Eve asks about what is not for everybody", 202, spoils=["outgoing", "job", "evidence"], asks=[EVIL])
async def _(stage: Stage) -> httpx.Response:
    return await stage.post(asking(stage, f"{EVIL}notes/x", about=stage.secret.uri))


@attacks.on(42, "Eve's record is made from 10,000 others, none of which anybody here knows", 202)
async def _(stage: Stage) -> httpx.Response:
    named = [f"{EVIL}records/{number}" for number in range(10_000)]
    return await stage.post(stage.activity("Create", stage.evil_note(kind="record", name="All", isBasedOn=named)))


@on_sqlite
@pytest.mark.parametrize("attack", attacks.rows, ids=str)
async def test_what_others_say_about_consent_counts_from_them_alone(
    attack: Attack, here: Instance, network: Network
) -> None:
    await withstand(attack, here, network)


# What leaves something behind: a claim that is shown as one


@pytest.fixture
def evil(network: Network) -> Peer:
    return Peer(network, "evil.test")


def made_from(author: Author, *sources: str, key: str = "1", **changes: Any) -> dict[str, Any]:
    """A record of `author`'s, which its origin serves, that says that it was made from `sources`."""
    author.record(key, isBasedOn=list(sources), **{"name": f"Slow {key}", **changes})
    document = json.loads(author.peer.network.answers[f"{author.peer.origin}/notes/{key}"].content)
    assert isinstance(document, dict)
    return document


def created(author: Author, document: dict[str, Any]) -> dict[str, Any]:
    return author.peer.activity("Create", author.uri, document)


async def step_at(here: Instance, number: str) -> Source:
    return await here.run(lambda: Source.get(record__uri=f"{EVIL}notes/{number}"))


async def page(here: Instance, record: Record) -> str:
    return (await here.get(record.uri.removeprefix(here.origin))).text


async def listed(here: Instance, record: Record) -> list[str]:
    """What the official list of remixes names."""
    path = record.uri.removeprefix(here.origin) + "/remixes?after=0"
    found = (await here.get(path, accept="application/activity+json")).json()["orderedItems"]
    assert isinstance(found, list)
    return found


@on_sqlite
async def test_a_claimed_remix_is_labelled_and_never_among_those_that_the_author_stands_by(
    here: Instance, evil: Peer
) -> None:
    song = await publish(here, await here.join("ana"), "Rain")
    closed = await publish(here, await here.join("bo"), "Closed", licence="CC-BY-ND-4.0")
    eve = Author(evil, "eve")
    await post(evil, here, created(eve, made_from(eve, song.uri, key="1")))
    await post(evil, here, created(eve, made_from(eve, closed.uri, key="2")))

    assert [(await step_at(here, key)).permission for key in "12"] == ["by_licence", "blocked"]
    assert [(await step_at(here, key)).acknowledgement for key in "12"] == ["declared", "declared"]
    for record in (song, closed):
        assert await listed(here, record) == []
        shown = await page(here, record)
        assert "Made into" not in shown
        assert "Others say they made something from it" in shown
    assert "Its licence does not allow this, and its author has not agreed." in await page(here, closed)
    assert "Its licence does not allow this" not in await page(here, song)
    assert "its licence allows this" in await page(here, song)


FALSE: Final[dict[str, dict[str, Any]]] = {
    "by Eve": {"attributedTo": "eve"},
    "by Ana, at Eve's address": {},
    "by Ana, with a proof of Eve's key": {"proved": True},
    "for another remix": {"interactingObject": f"{EVIL}notes/77", "proved": True},
    "for another source": {"interactionTarget": "https://here.test/records/77", "proved": True},
    "that is Eve's own approval of a quote": {"type": "QuoteAuthorization", "proved": True},
}


@on_sqlite
@pytest.mark.parametrize("changes", FALSE.values(), ids=FALSE.keys())
async def test_no_stamp_but_the_author_s_own_allows_what_the_licence_does_not(
    here: Instance, evil: Peer, changes: dict[str, Any]
) -> None:
    ana = await here.join("ana")
    closed = await publish(here, ana, "Closed", licence="CC-BY-ND-4.0")
    eve = Author(evil, "eve")
    address = f"{EVIL}stamps/1"
    document = made_from(eve, closed.uri, remixAuthorization=[address])
    stamp = {
        "@context": CONSENT_CONTEXT,
        "id": address,
        "type": "RemixAuthorization",
        "attributedTo": ana.uri,
        "interactingObject": document["id"],
        "interactionTarget": closed.uri,
        "interactingDigest": document["recordDigest"],
        "targetDigest": closed.digest,
        "published": "2026-11-20T11:00:00Z",
        "license": BY,
        **{name: value for name, value in changes.items() if name != "proved"},
    }
    if changes.get("attributedTo"):
        stamp["attributedTo"] = eve.uri
    evil.serve(address, add_proof(stamp, key=eve.key, verification_method=eve.method, created=now()))
    await post(evil, here, created(eve, document))

    step = await step_at(here, "1")
    assert (step.permission, step.acknowledgement) == ("blocked", "declared")
    assert not await here.run(lambda: RemixRequest.exists(state="approved"))
    assert await listed(here, closed) == []


@on_sqlite
async def test_a_stamp_of_ours_for_one_remix_helps_no_other(here: Instance, there: Instance, evil: Peer) -> None:
    ana, bo = await here.join("ana"), await there.join("bo")
    closed = await publish(here, ana, "Closed", remixing="nobody")
    eve = Author(evil, "eve")
    good = made_from(eve, closed.uri, key="1", license="https://creativecommons.org/licenses/by/4.0/")
    await post(evil, here, created(eve, good))
    asked = evil.activity("Offer", eve.uri, closed.uri, kind="remixRequest", instrument=good["id"], to=[])
    await post(evil, here, asked | {"actor": eve.uri, "object": closed.uri})
    request = await here.run(lambda: RemixRequest.get())
    await here.run(answer_request, ana, request, agree=True)
    await settle(here)
    address = (await here.run(lambda: RemixRequest.get())).stamp_uri
    assert (await step_at(here, "1")).acknowledgement == "acknowledged"

    await post(evil, here, created(eve, made_from(eve, closed.uri, key="2", remixAuthorization=[address])))
    assert (await step_at(here, "2")).acknowledgement == "declared"
    assert await listed(here, closed) == [good["id"]]
    await there.find_record(f"{EVIL}notes/2")
    await settle(here, there)
    there_too = await there.run(lambda: Source.get(record__uri=f"{EVIL}notes/2"))
    assert (there_too.acknowledgement, bo.is_local) == ("declared", True)


@on_sqlite
async def test_who_asks_first_uses_up_nothing_that_belongs_to_another(here: Instance, evil: Peer) -> None:
    ana = await here.join("ana")
    song = await publish(here, ana, "Rain", remixing="nobody")
    eve, bob = Author(evil, "eve", key=OTHER_ED25519), Author(evil, "bob")
    remix = made_from(bob, song.uri)
    for who in (eve, bob):
        asked = evil.activity("Offer", who.uri, song.uri, kind="remixRequest", instrument=remix["id"], to=[])
        await post(evil, here, asked)
    request = await here.run(lambda: RemixRequest.get().select_related("asker"))
    assert request.asker.uri == bob.uri, "Eve asked first, for what is not hers"
    await here.run(answer_request, ana, request, agree=True)
    assert (await step_at(here, "1")).acknowledgement == "acknowledged"


@on_sqlite
async def test_what_was_changed_after_it_was_agreed_to_says_so(here: Instance, evil: Peer, time_passes: Pass) -> None:
    ana = await here.join("ana")
    song = await publish(here, ana, "Rain", licence="CC-BY-SA-4.0")
    eve = Author(evil, "eve")
    by_sa = "https://creativecommons.org/licenses/by-sa/4.0/"
    good = made_from(eve, song.uri, license=by_sa)
    await post(evil, here, created(eve, good))
    await post(evil, here, evil.activity("Offer", eve.uri, song.uri, kind="remixRequest", instrument=good["id"], to=[]))
    assert (await step_at(here, "1")).acknowledgement == "automatic"
    row = (await step_at(here, "1")).record_id
    shown = (await here.get(f"/records/remote/{row}")).text
    assert "welcome, as its author wished" in shown
    assert "changed since" not in shown

    bad = made_from(eve, song.uri, license=by_sa, content="<p>Buy watches</p>", updated="2026-11-21T12:00:00Z")
    await post(evil, here, evil.activity("Update", eve.uri, bad))
    assert (await here.run(lambda: Record.get(id=row))).digest != good["recordDigest"]
    assert "changed since" in (await here.get(f"/records/remote/{row}")).text

    request = await here.run(lambda: RemixRequest.get())
    await here.run(revoke_stamp, ana, request)
    assert await listed(here, song) == []
    shown = await page(here, song)
    assert "Slow 1" not in listed_on(shown)
    assert good["id"] in (await here.run(trail_of, song.uri)).down, "and stays what it was made from"


@on_sqlite
async def test_an_allowed_breach_is_one_again_when_it_becomes_something_else(here: Instance, evil: Peer) -> None:
    ana = await here.join("ana")
    closed = await publish(here, ana, "Closed", licence="CC-BY-ND-4.0")
    eve = Author(evil, "eve")
    await post(evil, here, created(eve, good := made_from(eve, closed.uri)))
    await post(
        evil, here, evil.activity("Offer", eve.uri, closed.uri, kind="remixRequest", instrument=good["id"], to=[])
    )
    request = await here.run(lambda: RemixRequest.get())
    assert request.state == "waiting", "nobody agrees to that by never having thought of it"
    await here.run(answer_request, ana, request, agree=True)
    assert (await step_at(here, "1")).permission == "granted"
    assert await listed(here, closed) == [good["id"]]

    bad = made_from(eve, closed.uri, content="<p>Buy watches</p>", updated="2026-11-21T12:00:00Z")
    await post(evil, here, evil.activity("Update", eve.uri, bad))
    assert (await step_at(here, "1")).permission == "blocked"
    assert await listed(here, closed) == []
    assert "what its author agreed to was another version" in await page(here, closed)


@on_sqlite
async def test_circles_and_what_is_made_from_itself_are_claims_outside_the_graph(here: Instance, evil: Peer) -> None:
    song = await publish(here, await here.join("ana"), "Rain")
    eve = Author(evil, "eve")
    first, second, third = (f"{EVIL}notes/{key}" for key in "123")
    made_from(eve, second, song.uri, key="1")
    made_from(eve, first, key="2")
    made_from(eve, third, song.uri, key="3")
    for key in "123":
        document = json.loads(evil.network.answers[f"{EVIL}notes/{key}"].content)
        await post(
            evil, here, created(eve, document | {"to": [song.uri, "https://www.w3.org/ns/activitystreams#Public"]})
        )
    steps = await here.run(lambda: Source.all().select_related("record"))
    inside = {(step.record.uri, step.uri) for step in steps if step.in_graph}
    assert (third, third) not in inside
    assert not {(first, second), (second, first)} <= inside
    found = await here.run(trail_of, song.uri)
    assert {first, third} <= set(found.down)
    for row in {step.record_id for step in steps}:
        assert (await here.get(f"/records/remote/{row}")).status_code == 200
        assert (await here.get(f"/records/remote/{row}/lineage")).status_code == 200


@on_sqlite
async def test_a_trail_without_end_is_followed_so_far_and_no_further(here: Instance, evil: Peer) -> None:
    song = await publish(here, await here.join("ana"), "Rain")
    eve = Author(evil, "eve")
    far = 2 * MAX_DEPTH
    for number in range(2, far):
        made_from(eve, f"{EVIL}notes/{number + 1}", key=str(number))
    await post(evil, here, created(eve, made_from(eve, f"{EVIL}notes/2", song.uri)))
    known = await here.run(lambda: Record.filter(uri__startswith=EVIL).count())
    assert known <= MAX_DEPTH + 1


@on_sqlite
async def test_a_record_made_from_ten_thousand_others_has_so_many_sources_and_no_more(
    here: Instance, evil: Peer
) -> None:
    song = await publish(here, await here.join("ana"), "Rain")
    eve = Author(evil, "eve")
    named = [song.uri, *(f"{EVIL}notes/{number}" for number in range(2, 10_000))]
    before = len(evil.network.requests)
    await post(evil, here, created(eve, made_from(eve, *named)))
    assert await here.run(lambda: Source.all().count()) <= MAX_SOURCES
    assert len(evil.network.requests) - before < 2 * 300, "what is asked for because of one record is bounded"


@on_sqlite
async def test_who_is_credited_by_strangers_is_told_in_measure_and_shown_as_named_by_them(
    here: Instance, evil: Peer
) -> None:
    song = await publish(here, await here.join("ana"), "Rain")

    async def many() -> list[str]:
        people = [await here.join(f"p{number}") for number in range(30)]
        return [person.uri for person in people]

    names = await many()
    eve = Author(evil, "eve")
    parts = [
        {"type": "Role", "roleName": "http://id.loc.gov/vocabulary/relators/sng", "contributor": name} for name in names
    ]
    document = made_from(eve, song.uri, contributor=parts)
    mentions = [{"type": "Mention", "href": name, "name": f"@{name.rpartition('/')[2]}@here.test"} for name in names]
    await post(evil, here, created(eve, document | {"tag": mentions, "cc": names}))
    told = await here.run(lambda: Notification.filter(kind="credited").count())
    assert 0 < told <= 20
    row = await here.run(lambda: Record.get(uri=document["id"]))
    shown = (await here.get(f"/records/remote/{row.id}")).text
    assert "named by Eve" in shown
    assert await here.run(lambda: Notification.filter(kind="mentioned").count()) == 0


@on_sqlite
async def test_nobody_asks_so_much_that_others_cannot_ask(here: Instance, evil: Peer, network: Network) -> None:
    song = await publish(here, await here.join("ana"), "Rain", remixing="nobody")
    eve, bob = Author(evil, "eve"), Author(Peer(network, "good.test"), "bob")

    async def ask(author: Author, key: str) -> None:
        document = made_from(author, song.uri, key=key)
        about = {"kind": "remixRequest", "instrument": document["id"], "to": []}
        await post(author.peer, here, author.peer.activity("Offer", author.uri, song.uri, **about))

    for number in range(MAX_WAITING_OF_ONE + 3):
        await ask(eve, str(number))
    assert await here.run(lambda: RemixRequest.filter(state="waiting").count()) == MAX_WAITING_OF_ONE
    await ask(bob, "1")
    assert await here.run(lambda: RemixRequest.exists(asker__uri=bob.uri, state="waiting"))


# What is named again, or said to be missing


@on_sqlite
async def test_no_circle_is_closed_by_dropping_a_source_and_naming_it_again(here: Instance, evil: Peer) -> None:
    song = await publish(here, await here.join("ana"), "Rain")
    eve = Author(evil, "eve")
    one, two = f"{EVIL}notes/1", f"{EVIL}notes/2"

    async def changed(key: str, *sources: str, minute: int) -> None:
        document = made_from(eve, *sources, key=key, updated=f"2026-11-21T12:0{minute}:00Z")
        await post(evil, here, evil.activity("Update", eve.uri, document))

    await post(evil, here, created(eve, made_from(eve, song.uri, two, key="1")))
    await post(evil, here, created(eve, made_from(eve, song.uri, key="2")))
    await changed("1", song.uri, minute=1)
    await changed("2", one, minute=2)
    await changed("1", song.uri, two, minute=3)

    steps = await here.run(lambda: Source.filter(withdrawn_at=None).select_related("record"))
    inside = {(step.record.uri, step.uri) for step in steps if step.in_graph}
    assert (two, one) in inside
    assert (one, two) not in inside
    assert (one, two) in {(step.record.uri, step.uri) for step in steps}, "it is kept as a claim"


@on_sqlite
async def test_nobody_gets_to_see_what_is_private_by_saying_that_it_is_a_missing_source(here: Instance) -> None:
    ana, mal, helper = [await here.join(name) for name in ("ana", "mal", "helper")]
    secret = await publish(here, ana, "Only for friends", visibility="followers")
    song = await publish(here, mal, "Bait")
    record = await here.run(lambda: Record.get(uri=song.uri).select_related("author"))
    with pytest.raises(NotFound):
        await opened(here, helper, record, ClaimKind.MISSING_SOURCE, source=secret.uri)
    await here.run(start_following, helper, ana)  # a friend may say so, who tells a stranger by it
    claim = await opened(here, helper, record, ClaimKind.MISSING_SOURCE, source=secret.uri)
    async with here.sign_in("mal") as browser:
        assert "Only for friends" not in (await browser.get(f"/claims/{claim.key}")).text
    with pytest.raises(Conflict):
        await here.run(agree, mal, claim.key)
    await settle(here)
    path = song.uri.removeprefix(here.origin)
    for place in ("", "/lineage", "/lineage.json", "/lineage/file"):
        assert "Only for friends" not in (await here.get(path + place)).text
    assert "Only for friends" not in (await here.get(path, accept="application/activity+json")).text


@on_sqlite
async def test_a_key_that_somebody_gave_up_is_known_to_be_theirs_no_more(here: Instance, evil: Peer) -> None:
    eve = Author(evil, "eve")
    await here.meet(eve.uri)
    later = Author(evil, "eve", key=OTHER_ED25519)
    described = json.loads(evil.network.answers[eve.uri].content)
    await post(evil, here, evil.activity("Update", eve.uri, described))
    known = await here.run(known_keys, [eve.uri])
    before, after = eve.key.public.fingerprint, later.key.public.fingerprint
    assert known.since(eve.uri, before)
    assert known.until(eve.uri, before), "whoever stole it can sign with it still, and say when that was"
    assert known.since(eve.uri, after)
    assert known.until(eve.uri, after) is None


# Licences


@on_sqlite
async def test_a_breach_is_not_washed_clean_by_whoever_committed_it(here: Instance, evil: Peer) -> None:
    ana, bo = await here.join("ana"), await here.join("bo")
    closed = await publish(here, ana, "Closed", licence="CC-BY-ND-4.0")
    eve = Author(evil, "eve")
    breach = made_from(eve, closed.uri, key="1")
    await post(evil, here, created(eve, breach))
    await post(evil, here, created(eve, further := made_from(eve, breach["id"], key="2")))
    assert (await step_at(here, "1")).permission == "blocked"
    assert (await step_at(here, "2")).permission == "own"
    for key in (breach["id"], further["id"]):
        with pytest.raises(Conflict):
            await publish(here, bo, "Washed", sources=[SourceDraft(record=await here.find_record(key))])
    await publish(here, ana, "Hers anyway", sources=[SourceDraft(record=await here.find_record(breach["id"]))])

    asked = evil.activity("Offer", eve.uri, closed.uri, kind="remixRequest", instrument=breach["id"], to=[])
    await post(evil, here, asked)
    question = await here.run(lambda: RemixRequest.get(source_uri=closed.uri))
    await here.run(answer_request, ana, question, agree=True)
    await publish(here, bo, "Allowed", sources=[SourceDraft(record=await here.find_record(further["id"]))])


@on_sqlite
async def test_who_closes_a_licence_later_holds_no_remix_hostage(here: Instance, evil: Peer) -> None:
    bo, eve = await here.join("bo"), Author(evil, "eve")
    await post(evil, here, created(eve, open_work := made_from(eve, key="1")))
    source = await here.find_record(open_work["id"])
    made = await publish(here, bo, "Remix", sources=[SourceDraft(record=source)])
    closed = made_from(eve, key="1", license=None, updated="2026-11-21T12:00:00Z")
    await post(evil, here, evil.activity("Update", eve.uri, closed))
    source = await here.find_record(open_work["id"])
    assert source.licence != "CC-BY-4.0"
    with pytest.raises(Conflict):
        await publish(here, bo, "Too late", sources=[SourceDraft(record=source)])

    async def edit(licence: str) -> Record:
        record = await Record.get(id=made.id).select_related("author")
        changed = RecordDraft(title="Remix", text="Better", licence=licence, sources=[SourceDraft(record=source)])
        return await edit_record(bo, record, changed)

    await here.run(edit, "CC-BY-4.0")
    step = await here.run(lambda: Source.get(record_id=made.id))
    assert step.permission == "by_licence"
    with pytest.raises(Conflict):
        await here.run(edit, "CC0-1.0")
