"""Whoever has the domain of somebody else by now has none of what that person agreed to, is named for, or may do.

Kim lives at social.test, agreed to one remix, was asked about another, and shares this and that with ana. Then the
domain lapses, and somebody else serves Kim's address with keys of their own. Each row is what they try.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any, Final

import pytest

from fedirec.accounts.actions.guests import welcome_guest
from fedirec.accounts.models import Account
from fedirec.activitypub.contexts import REVISION_CONTEXT
from fedirec.activitypub.inbox import prune_received
from fedirec.activitypub.models import ActorKey, Received
from fedirec.activitypub.vocab import ClaimNote, Flag, Ref
from fedirec.clock import now
from fedirec.errors import Forbidden
from fedirec.remix.actions.remix_requests.rechecking import look_at_stamps_again
from fedirec.remix.models import (
    Record,
    RemixRequest,
)
from fedirec.remix.queries.edits import proved_statements
from fedirec.remix.vocab.edits import EditStatement
from tests.attacks.lapsed import KIM, REFUSED, THIEF, THIEF_RSA, Lapsed, before_it_lapsed
from tests.conftest import Pass
from tests.network import Instance, Network, settle
from tests.peer import CONTEXT, OTHER_RSA, PUBLIC, RSA, Peer
from tests.remix.test_comments import publish
from tests.remix.test_remix_requests import Author

DAY: Final = timedelta(days=1)
Attempt = Callable[[Lapsed], Awaitable[object]]
TRIES: Final[dict[str, Attempt]] = {}


def tries(what: str) -> Callable[[Attempt], Attempt]:
    def add(attempt: Attempt) -> Attempt:
        TRIES[what] = attempt
        return attempt

    return add


@tries("agrees to what Kim was asked, with a stamp of theirs")
async def _agrees(lapsed: Lapsed) -> None:
    stamp = lapsed.kim.stamp(lapsed.asked, lapsed.request.source_uri, key="s2")
    await lapsed.say("Accept", lapsed.request.uri, result=stamp)


@tries("agrees, with a proof by the new key on that too")
async def _agrees_with_a_proof(lapsed: Lapsed) -> None:
    stamp = lapsed.kim.stamp(lapsed.asked, lapsed.request.source_uri, key="s2")
    await lapsed.say("Accept", lapsed.request.uri, result=stamp, proof=True, to=[PUBLIC])


@tries("agrees to a whole question, as it was asked")
async def _agrees_to_the_question(lapsed: Lapsed) -> None:
    stamp = lapsed.kim.stamp(lapsed.asked, lapsed.request.source_uri, key="s2")
    question = {
        "type": "Offer",
        "kind": "remixRequest",
        "id": lapsed.request.uri,
        "actor": lapsed.ana.uri,
        "object": lapsed.request.source_uri,
        "instrument": lapsed.asked.uri,
    }
    await lapsed.say("Accept", question, result=stamp)


@tries("refuses what Kim was asked")
async def _refuses(lapsed: Lapsed) -> None:
    await lapsed.say("Reject", lapsed.request.uri)


@tries("takes back what Kim agreed to, by a Reject")
async def _rejects(lapsed: Lapsed) -> None:
    first = await lapsed.here.run(lambda: RemixRequest.all().order_by("id").first())
    assert first is not None
    await lapsed.say("Reject", first.uri)


@tries("deletes the stamp")
async def _deletes_the_stamp(lapsed: Lapsed) -> None:
    await lapsed.say("Delete", lapsed.stamp)


@tries("says farewell in Kim's name, who would not be named any more")
async def _says_farewell(lapsed: Lapsed) -> None:
    await lapsed.say("Delete", lapsed.kim.uri, withoutName=True)


@tries("asks for a remix in Kim's name")
async def _asks(lapsed: Lapsed) -> None:
    ours = await publish(lapsed.here, lapsed.ana, "Ours", remixing="nobody")
    note = lapsed.kim.record("theirs", isBasedOn=[ours.uri])
    lapsed.before = await lapsed.kept()  # type: ignore[attr-defined]
    await lapsed.say("Offer", ours.uri, kind="remixRequest", instrument=note)


@tries("takes the pen that Kim was offered")
async def _takes_the_pen(lapsed: Lapsed) -> None:
    await lapsed.say("Accept", lapsed.pen.uri)


@tries("does not want the pen that Kim was offered")
async def _declines_the_pen(lapsed: Lapsed) -> None:
    await lapsed.say("Reject", lapsed.pen.uri)


@tries("shares the pen of what Kim made")
async def _shares_a_pen(lapsed: Lapsed) -> None:
    await lapsed.say("Offer", lapsed.roof.uri, kind="pen", target=lapsed.ana.uri)


@tries("writes a version with the pen that Kim holds, signed with the new key")
async def _writes(lapsed: Lapsed) -> None:
    record = await lapsed.here.run(lambda: Record.get(uri=lapsed.held.record_uri))
    said = EditStatement.sign(
        editor=lapsed.kim.uri,
        record=record.uri,
        digest="zQmWhatever",
        base=record.digest or "",
        at=now(),
        key=THIEF,
        key_id=lapsed.kim.method,
    )
    version = {
        **lapsed.peer.note(lapsed.ana.uri, "v2"),
        "id": record.uri,
        "kind": "record",
        "name": "Watches",
        "editor": lapsed.kim.uri,
        "editStatement": said.write(),
    }
    more: dict[str, Any] = {"kind": "revision", "instrument": version, "targetDigest": record.digest}
    more |= {"@context": REVISION_CONTEXT}
    await lapsed.say("Offer", record.uri, **more)


@tries("lays down the pen that Kim holds")
async def _lays_down(lapsed: Lapsed) -> None:
    await lapsed.say("Reject", lapsed.held.uri)


@tries("takes up what was suggested to Kim")
async def _adopts(lapsed: Lapsed) -> None:
    await lapsed.say("Accept", lapsed.suggestion.uri)


@tries("says no to what was suggested to Kim")
async def _declines(lapsed: Lapsed) -> None:
    await lapsed.say("Reject", lapsed.suggestion.uri)


@tries("decides a claim in the name of Kim's instance")
async def _decides_a_claim(lapsed: Lapsed) -> None:
    flag = Flag(
        id=lapsed.flag,
        actor=lapsed.ana.uri,
        object=Ref(lapsed.kim.uri),
        claim=ClaimNote(kind="missing_source", record=lapsed.roof.uri),
    )
    await lapsed.say("Reject", flag.write(), name="instance")


@tries("claims something in Kim's name")
async def _claims(lapsed: Lapsed) -> None:
    flag = Flag(
        id=f"{lapsed.peer.origin}/flags/1",
        actor=lapsed.kim.uri,
        object=Ref(lapsed.ana.uri),
        content="That is mine.",
        claim=ClaimNote(kind="missing_source", record=lapsed.acknowledged.uri, source=lapsed.request.source_uri),
    )
    await lapsed.post({"@context": [*CONTEXT, *flag.CONTEXT], **flag.write(), "to": [lapsed.ana.uri]})


@tries("moves Kim to another account of theirs")
async def _moves(lapsed: Lapsed) -> None:
    other = Peer(lapsed.peer.network, "thief.test")
    new = other.actor("thief", key=THIEF_RSA, alsoKnownAs=[lapsed.kim.uri])
    await lapsed.say("Move", lapsed.kim.uri, target=new)


@tries("writes another version of what Kim made")
async def _edits(lapsed: Lapsed) -> None:
    note = lapsed.peer.note(lapsed.kim.uri, "roof", content="<p>Buy watches</p>", updated="2026-11-22T00:00:00Z")
    await lapsed.say("Update", {**note, "kind": "record", "name": "Watches"}, to=[PUBLIC])


@tries("calls Kim by another name, and does not want them to be named")
async def _renames(lapsed: Lapsed) -> None:
    await lapsed.say("Update", lapsed.describe("kim", withoutName=True))


@pytest.mark.one_database
@pytest.mark.parametrize("lists_old_keys", [False, True], ids=["new keys", "old keys too"])
@pytest.mark.parametrize("what", TRIES)
async def test_whoever_has_a_lapsed_domain_has_nothing_of_what_was_agreed_there(
    here: Instance, network: Network, what: str, lists_old_keys: bool
) -> None:
    lapsed = await before_it_lapsed(here, network)
    lapsed.lists_old_keys = lists_old_keys
    before = await lapsed.kept()
    lapsed.take_over()

    await TRIES[what](lapsed)

    before = getattr(lapsed, "before", before)
    assert await lapsed.kept() == before
    if "another name" not in what:  # how to reach them is believed, and nothing else of it
        assert REFUSED in await lapsed.reason()


@pytest.mark.parametrize("lists_old_keys", [False, True], ids=["new keys", "old keys too"])
async def test_a_stamp_that_a_remix_carries_is_not_believed_from_new_keys(
    here: Instance, network: Network, lists_old_keys: bool
) -> None:
    lapsed = await before_it_lapsed(here, network)
    lapsed.lists_old_keys = lists_old_keys
    other = Peer(network, "else.test")
    cy = Author(other, "cy")
    source = lapsed.request.source_uri
    address = cy.record("cover", isBasedOn=[source], name="Cover")
    made = await here.find_record(address)
    lapsed.take_over()
    await here.run(lambda: here.state["remote"].find_actor(lapsed.kim.uri, fresh=True))
    stamp = lapsed.kim.stamp(made, source, key="s9")
    cy.record("cover", isBasedOn=[source], name="Cover", remixAuthorization=[stamp], updated="2026-11-22T00:00:00Z")
    note = json.loads(network.answers[address].content)
    await other.post(here, other.activity("Update", cy.uri, note))
    await settle(here)

    assert await here.run(lambda: RemixRequest.filter(remix_uri=address, state="approved").count()) == 0


@pytest.mark.parametrize("lists_old_keys", [False, True], ids=["new keys", "old keys too"])
async def test_nobody_is_shown_as_a_co_author_by_what_a_new_key_signed(
    here: Instance, network: Network, lists_old_keys: bool
) -> None:
    lapsed = await before_it_lapsed(here, network)
    lapsed.lists_old_keys = lists_old_keys
    said: dict[str, Any] = {
        "editor": lapsed.kim.uri,
        "record": lapsed.roof.uri,
        "digest": "zQmNew",
        "base": "zQmOld",
        "at": now(),
    }
    old = EditStatement.sign(**said, key=KIM, key_id=lapsed.kim.method)
    lapsed.take_over()
    await here.run(lambda: here.state["remote"].find_actor(lapsed.kim.uri, fresh=True))
    new = EditStatement.sign(**said, key=THIEF, key_id=lapsed.kim.method)

    assert await here.run(proved_statements, [old, new]) == {old}


@pytest.mark.parametrize("status", [404, 410])
@pytest.mark.parametrize("lists_old_keys", [False, True], ids=["new keys", "old keys too"])
async def test_a_stamp_that_is_not_there_any_more_stays_out_of_reach(
    here: Instance, network: Network, time_passes: Pass, lists_old_keys: bool, status: int
) -> None:
    lapsed = await before_it_lapsed(here, network)
    lapsed.lists_old_keys = lists_old_keys
    before = await lapsed.kept()
    lapsed.take_over()
    lapsed.peer.serve(lapsed.stamp, {}, status=status)
    for _ in range(6):
        time_passes(DAY)
        await here.run(look_at_stamps_again)
        await settle(here)

    assert (await lapsed.kept())["requests"] == before["requests"]
    assert (await lapsed.kept())["sources"] == before["sources"]


@pytest.mark.parametrize("lists_old_keys", [False, True], ids=["new keys", "old keys too"])
async def test_an_old_update_that_is_sent_again_vouches_for_nothing(
    here: Instance, network: Network, time_passes: Pass, lists_old_keys: bool
) -> None:
    lapsed = await before_it_lapsed(here, network)
    lapsed.lists_old_keys = lists_old_keys
    await lapsed.peer.post(here, lapsed.update)
    await settle(here)
    lapsed.take_over()
    time_passes(40 * DAY)
    await settle(here)
    await here.run(prune_received)
    before = await lapsed.kept()

    await lapsed.post(lapsed.update)
    await lapsed.say("Update", lapsed.describe("kim"), proof=True, to=[PUBLIC])
    status = await lapsed.say("Reject", lapsed.request.uri)

    assert status == 401 or REFUSED in await lapsed.reason()
    assert await lapsed.kept() == before
    rows = await here.run(lambda: ActorKey.filter(actor__uri=lapsed.kim.uri).order_by("id"))
    stolen = {THIEF.public.fingerprint, THIEF_RSA.public.fingerprint}
    assert not any(row.is_vouched for row in rows if row.fingerprint in stolen)


@pytest.mark.parametrize("was_here", [True, False], ids=["a guest", "nobody yet"])
@pytest.mark.parametrize("lists_old_keys", [False, True], ids=["new keys", "old keys too"])
async def test_nobody_signs_in_as_the_guest_that_somebody_was_before(
    here: Instance, network: Network, lists_old_keys: bool, was_here: bool
) -> None:
    lapsed = await before_it_lapsed(here, network)
    lapsed.lists_old_keys = lists_old_keys
    if was_here:
        await here.run(welcome_guest, await here.meet(lapsed.kim.uri))
    lapsed.take_over()
    kim = await here.run(lambda: here.state["remote"].find_actor(lapsed.kim.uri, fresh=True))

    with pytest.raises(Forbidden, match="keys"):
        await here.run(welcome_guest, kim)
    assert await here.run(lambda: Account.filter(role="guest").count()) == int(was_here)


async def test_a_key_that_was_given_up_is_not_good_again_because_it_is_listed(here: Instance, network: Network) -> None:
    """Whoever stole Kim's first key has the domain as well, after Kim gave that key up."""
    lapsed = await before_it_lapsed(here, network)
    described = json.loads(network.answers[lapsed.kim.uri].content)
    rotated = {**described["publicKey"], "publicKeyPem": OTHER_RSA.public.pem}
    await lapsed.peer.post(here, lapsed.peer.activity("Update", lapsed.kim.uri, {**described, "publicKey": rotated}))
    await settle(here)
    before = await lapsed.kept()

    lapsed.peer.serve(lapsed.kim.uri, described)
    await lapsed.peer.post(here, lapsed.peer.activity("Reject", lapsed.kim.uri, lapsed.request.uri), key=RSA)
    await settle(here)

    assert REFUSED in await lapsed.reason()
    assert await lapsed.kept() == before


async def test_what_anybody_may_do_whoever_has_the_domain_may_do_too(here: Instance, network: Network) -> None:
    lapsed = await before_it_lapsed(here, network)
    lapsed.take_over()
    note = lapsed.peer.note(lapsed.kim.uri, "new", content="<p>Something new</p>")

    assert await lapsed.say("Create", {**note, "kind": "record", "name": "New"}, to=[PUBLIC]) == 202
    assert await lapsed.say("Like", lapsed.acknowledged.uri) == 202

    assert await here.run(lambda: Record.filter(uri=note["id"]).count()) == 1
    assert await here.run(lambda: Received.filter(state="refused").count()) == 0
