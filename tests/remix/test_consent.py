"""What authors elsewhere let others do with their posts is kept to, in both directions (GoToSocial's policies)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from fedirec.activitypub.follows import follow
from fedirec.activitypub.models import Actor, Announcement, Follow, Liking, Outgoing
from fedirec.activitypub.vocab import PUBLIC
from fedirec.clock import now
from fedirec.errors import Conflict, Forbidden
from fedirec.remix.actions import consenting
from fedirec.remix.actions.challenges import ChallengeDraft, open_challenge
from fedirec.remix.actions.comments import CommentDraft, delete_comment, edit_comment
from fedirec.remix.actions.recommendations import recommend, take_back_recommendation
from fedirec.remix.actions.submissions import accept_submission
from fedirec.remix.models import Comment, ConsentRequest, Record, Submission
from fedirec.remix.terms import Terms
from tests.accounts.test_notices import sentences
from tests.network import Instance, Network, settle
from tests.peer import OTHER_RSA, Peer
from tests.remix.test_comments import ACTIVITY, known_at, on_sqlite, post, reply, say

GTS = ["https://www.w3.org/ns/activitystreams", "https://gotosocial.org/ns"]


@pytest.fixture
def peer(network: Network) -> Peer:
    """A GoToSocial server, as far as ours can tell."""
    return Peer(network, "gts.test")


async def met(here: Instance, peer: Peer, author: str, key: str = "p1", **policy: Any) -> Record:
    """A post with that policy, which is known here."""
    note = peer.note(author, key, content="<p>Look at this</p>", interactionPolicy=policy)
    peer.serve(note["id"], {"@context": GTS, **note})
    return await here.find_record(note["id"])


async def sent(instance: Instance, *types: str) -> list[dict[str, Any]]:
    rows = await instance.run(lambda: Outgoing.filter(type__in=types).order_by("id"))
    return [row.document for row in rows]


def stamp(peer: Peer, owner: str, interacting: str, target: str, *, kind: str = "Reply", key: str = "1") -> str:
    address = f"{peer.origin}/authorizations/{key}"
    document = {
        "id": address,
        "type": f"{kind}Authorization",
        "attributedTo": owner,
        "interactingObject": interacting,
        "interactionTarget": target,
    }
    peer.serve(address, {"@context": GTS, **document})
    return address


async def page_of(here: Instance, record: Record, name: str | None = None) -> str:
    if name is None:
        return (await here.get(f"/records/remote/{record.id}")).text
    async with here.sign_in(name) as browser:
        return (await browser.get(f"/records/remote/{record.id}")).text


async def told(here: Instance, name: str) -> list[str]:
    async with here.sign_in(name) as browser:
        return sentences((await browser.get("/notifications")).text)


@pytest.mark.parametrize("names", [("automaticApproval", "manualApproval"), ("always", "approvalRequired")])
async def test_an_answer_waits_until_the_author_agrees_and_reaches_everybody_then(
    here: Instance, there: Instance, peer: Peer, names: tuple[str, str]
) -> None:
    ana, cy, bo = await here.join("ana"), await there.join("cy"), peer.actor("bo")
    automatic, manual = names
    await there.run(follow, cy, await there.meet(ana))
    await settle(there, here)
    record = await met(here, peer, bo, canReply={automatic: [bo], manual: [PUBLIC]})
    assert "Its author looks at answers first" in await page_of(here, record, "ana")

    said = await say(here, ana, record.uri, "I like it.")
    await settle(here, there)
    [asked] = await sent(here, "ReplyRequest")
    assert (asked["object"], asked["to"], asked["instrument"]["id"]) == (record.uri, [bo], said.uri)
    assert asked["instrument"]["inReplyTo"] == record.uri
    assert await sent(here, "Create") == []
    assert await there.run(lambda: Comment.all().count()) == 0
    assert "waits until its author agrees" in await page_of(here, record, "ana")
    assert "I like it." not in await page_of(here, record)
    path = said.uri.removeprefix(here.origin)
    assert (await here.get(path, accept=ACTIVITY)).status_code == 404
    with pytest.raises(Conflict):
        await here.run(edit_comment, ana, await known_at(here, said.uri), CommentDraft(text="No."))
    with pytest.raises(Conflict):
        await say(here, ana, said.uri, "As I said.")

    # Only who was asked can agree, at their own origin.
    address = stamp(peer, bo, said.uri, record.uri)
    eve = peer.actor("eve", key=OTHER_RSA)
    request = {name: asked[name] for name in ("id", "type", "actor", "object")} | {"instrument": said.uri}
    await post(peer, here, peer.activity("Accept", eve, request, result=address) | {"@context": GTS})
    foreign = peer.activity("Accept", bo, request, result="https://evil.test/stamps/1") | {"@context": GTS}
    await post(peer, here, foreign)
    assert (await known_at(here, said.uri)).consent == "waiting"

    await there.find_record(record.uri)
    await post(peer, here, peer.activity("Accept", bo, request, result=address) | {"@context": GTS})
    await settle(here, there)
    [create] = await sent(here, "Create")
    assert create["object"]["replyAuthorization"] == address
    assert "I like it." in await page_of(here, record)
    title = (await here.run(lambda: Record.get(id=record.id))).title
    assert f"Bo agreed: what you said about “{title}” can be seen now." in await told(here, "ana")
    arrived = await there.run(lambda: Comment.get(uri=said.uri))
    assert arrived.consent == ""
    served = await here.get(path, accept=ACTIVITY)
    assert served.json()["replyAuthorization"] == address

    # The author thinks again.
    await post(peer, here, peer.activity("Delete", bo, address))
    assert (await known_at(here, said.uri)).consent == "refused"
    assert "I like it." not in await page_of(here, record)
    assert f"Bo did not agree: what you said about “{title}” is seen by you alone." in await told(here, "ana")


async def test_what_the_author_does_not_want_is_said_before_anything_is_typed_and_refused(
    here: Instance, peer: Peer
) -> None:
    ana, bo = await here.join("ana"), peer.actor("bo")
    only = {"automaticApproval": [bo], "manualApproval": []}
    record = await met(here, peer, bo, canReply=only, canLike=only)
    page = await page_of(here, record, "ana")
    assert "does not want to be answered by everybody" in page
    assert "does not want to be told who likes it" in page
    assert f'action="/records/remote/{record.id}/comments"' not in page
    with pytest.raises(Forbidden):
        await say(here, ana, record.uri, "All the same")
    with pytest.raises(Forbidden):
        await here.run(recommend, ana, record)
    async with here.sign_in("ana") as browser:
        assert (await browser.get(f"/records/remote/{record.id}/comments")).status_code == 403
    assert await sent(here, "Create", "Like", "ReplyRequest", "LikeRequest") == []


@on_sqlite
async def test_who_is_refused_sees_it_and_can_take_it_back(here: Instance, peer: Peer) -> None:
    ana, bo = await here.join("ana"), peer.actor("bo")
    record = await met(here, peer, bo, canReply={"automaticApproval": [bo], "manualApproval": [PUBLIC]})
    said = await say(here, ana, record.uri, "I like it.")
    await settle(here)
    # GoToSocial up to 0.20 names the answer itself.
    await post(peer, here, peer.activity("Reject", bo, said.uri))
    assert (await known_at(here, said.uri)).consent == "refused"
    assert "would rather not have this there" in await page_of(here, record, "ana")
    assert "I like it." not in await page_of(here, record)
    await here.run(delete_comment, ana, await known_at(here, said.uri))
    await settle(here)
    [delete] = await sent(here, "Delete")
    assert delete["to"] == [bo]
    assert "cc" not in delete


@on_sqlite
async def test_an_old_accept_is_shown_as_the_consent_itself(here: Instance, peer: Peer) -> None:
    ana, bo = await here.join("ana"), peer.actor("bo")
    record = await met(here, peer, bo, canReply={"always": [bo], "approvalRequired": [PUBLIC]})
    said = await say(here, ana, record.uri, "I like it.")
    await settle(here)
    accept = peer.activity("Accept", bo, said.uri)
    await post(peer, here, accept)
    [create] = await sent(here, "Create")
    assert create["object"]["replyAuthorization"] == accept["id"]


async def test_liking_waits_too(here: Instance, peer: Peer) -> None:
    ana, bo = await here.join("ana"), peer.actor("bo")
    record = await met(here, peer, bo, canLike={"automaticApproval": [bo], "manualApproval": [PUBLIC]})
    await here.run(recommend, ana, record)
    await settle(here)
    [asked] = await sent(here, "LikeRequest")
    assert (asked["object"], asked["instrument"]["type"], asked["instrument"]["actor"]) == (record.uri, "Like", ana.uri)
    assert await here.run(lambda: Liking.all().count()) == 0
    assert "Waits until its author agrees" in await page_of(here, record, "ana")
    result = stamp(peer, bo, asked["instrument"]["id"], record.uri, kind="Like")
    await post(peer, here, peer.activity("Accept", bo, asked["id"], result=result))
    assert await here.run(lambda: Liking.all().count()) == 1
    assert "You like it" in await page_of(here, record, "ana")
    await here.run(take_back_recommendation, ana, record)
    [undo] = await sent(here, "Undo")
    assert undo["object"]["id"] == asked["instrument"]["id"]
    assert await here.run(lambda: ConsentRequest.all().count()) == 0


async def challenge_with(here: Instance, record: Record, leader: Actor) -> Submission:
    draft = ChallengeDraft(title="Rain", slug="rain", text="Go.", terms=Terms(version=1, licence="CC-BY-4.0"))
    challenge = await here.run(open_challenge, leader, here.state["keyring"], draft)

    async def offer() -> Submission:
        await Record.filter(id=record.id).update(licence="CC-BY-4.0")
        return await Submission.create(challenge=challenge, record=record, state="pending", via="reply")

    return await here.run(offer)


@on_sqlite
@pytest.mark.parametrize(
    ("rule", "requests", "announces"),
    [
        pytest.param({"automaticApproval": [PUBLIC]}, 0, 1, id="everybody may"),
        pytest.param({"automaticApproval": ["{bo}"]}, 0, 0, id="nobody may"),
        pytest.param({"automaticApproval": ["{bo}"], "manualApproval": [PUBLIC]}, 1, 0, id="who asks may"),
    ],
)
async def test_our_groups_announce_only_what_may_be_announced(
    here: Instance, peer: Peer, rule: dict[str, list[str]], requests: int, announces: int
) -> None:
    ana, bo = await here.join("ana"), peer.actor("bo")
    named = {key: [value.format(bo=bo) for value in values] for key, values in rule.items()}
    record = await met(here, peer, bo, canAnnounce=named)
    submission = await challenge_with(here, record, ana)
    async with here.sign_in("ana") as browser:
        page = (await browser.get("/c/rain/waiting")).text
    assert ("does not let others pass it on" in page) is (not announces and not requests)
    assert ("is asked before followers elsewhere" in page) is bool(requests)
    await here.run(accept_submission, ana, submission, "It fits.")
    await settle(here)

    group = f"{here.origin}/c/rain"
    about = [each for each in await sent(here, "Announce") if each["object"] == record.uri and each["actor"] == group]
    asked = await sent(here, "AnnounceRequest")
    assert (len(about), len(asked)) == (announces, requests)
    assert len(await sent(here, "Add")) == 1
    if not asked:
        return
    instrument = asked[0]["instrument"]
    assert (instrument["type"], instrument["object"], instrument["actor"]) == ("Announce", record.uri, group)
    result = stamp(peer, bo, instrument["id"], record.uri, kind="Announce")
    await post(peer, here, peer.activity("Accept", bo, asked[0]["id"], result=result))
    [announce] = [each for each in await sent(here, "Announce") if each["object"] == record.uri]
    assert (announce["id"], announce["announceAuthorization"]) == (instrument["id"], result)
    assert await here.run(lambda: Announcement.filter(object_uri=record.uri).count()) == 1


@on_sqlite
@pytest.mark.parametrize(
    ("shown", "is_seen"),
    [
        pytest.param("nothing", False, id="nothing"),
        pytest.param("stamp", True, id="a stamp"),
        pytest.param("accept", True, id="an Accept, up to 0.20"),
        pytest.param("of another", False, id="a stamp for another answer"),
        pytest.param("by another", False, id="a stamp by somebody else"),
        pytest.param("at home", False, id="a stamp at the origin of who answers"),
        pytest.param("to quote", False, id="a stamp for a quote"),
    ],
)
async def test_answers_of_others_to_others_are_shown_when_they_were_let(
    here: Instance, peer: Peer, shown: str, is_seen: bool
) -> None:
    ana, bo = await here.join("ana"), peer.actor("bo")
    other = Peer(peer.network, "other.test")
    cy = other.actor("cy", key=OTHER_RSA)
    await here.run(follow, ana, await here.meet(cy))
    await here.run(lambda: Follow.all().update(accepted_at=now() - timedelta(days=1)))
    record = await met(here, peer, bo, canReply={"always": [bo], "approvalRequired": [PUBLIC]})
    note = reply(other, cy, record.uri, text="May I?")
    if shown == "stamp":
        note["replyAuthorization"] = stamp(peer, bo, note["id"], record.uri)
    elif shown == "accept":
        accept = peer.activity("Accept", bo, note["id"])
        peer.serve(accept["id"], accept)
        note["approvedBy"] = accept["id"]
    elif shown == "of another":
        note["replyAuthorization"] = stamp(peer, bo, f"{other.origin}/notes/else", record.uri)
    elif shown == "by another":
        note["replyAuthorization"] = stamp(peer, peer.actor("eve"), note["id"], record.uri)
    elif shown == "at home":
        note["replyAuthorization"] = stamp(other, bo, note["id"], record.uri)
    elif shown == "to quote":
        note["replyAuthorization"] = stamp(peer, bo, note["id"], record.uri, kind="Quote")
    await post(other, here, other.activity("Create", cy, note) | {"@context": GTS})
    assert ("May I?" in await page_of(here, record)) is is_seen
    assert ("May I?" in await page_of(here, record, "ana")) is is_seen
    # The author themself needs nobody's consent.
    own = reply(peer, bo, record.uri, "own", text="You may")
    await here.run(follow, ana, await here.meet(bo))
    await here.run(lambda: Follow.all().update(accepted_at=now()))
    await post(peer, here, peer.activity("Create", bo, own))
    assert "You may" in await page_of(here, record)


@on_sqlite
async def test_what_others_claim_does_not_keep_a_consent_from_being_taken_back(
    here: Instance, peer: Peer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody who was let once claims the same consent for as many other answers as are looked at."""
    monkeypatch.setattr(consenting, "MAX_CLAIMS", 2)
    ana, bo = await here.join("ana"), peer.actor("bo")
    other = Peer(peer.network, "other.test")
    cy = other.actor("cy", key=OTHER_RSA)
    await here.run(follow, ana, await here.meet(cy))
    await here.run(lambda: Follow.all().update(accepted_at=now() - timedelta(days=1)))
    record = await met(here, peer, bo, canReply={"automaticApproval": [bo], "manualApproval": [PUBLIC]})
    let = reply(other, cy, record.uri, text="May I?")
    address = let["replyAuthorization"] = stamp(peer, bo, let["id"], record.uri)
    claims = [reply(other, cy, record.uri, f"c{number}", replyAuthorization=address) for number in range(2)]
    for note in (*claims, let):
        assert (await other.post(here, other.activity("Create", cy, note) | {"@context": GTS})).status_code == 202
    await settle(here)
    assert "May I?" in await page_of(here, record)

    await post(peer, here, peer.activity("Delete", bo, address))

    assert "May I?" not in await page_of(here, record)
