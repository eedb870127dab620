"""Pay proposals over two instances: people answer from where they live, and nobody can say anything for them."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tortoise.exceptions import IntegrityError, OperationalError

from fedirec.accounts.actions.persons import person_of
from fedirec.accounts.models import Notification
from fedirec.accounts.notices import Notice
from fedirec.accounts.permissions import Role
from fedirec.accounts.telling import page_of
from fedirec.activitypub import ld
from fedirec.activitypub.contexts import HEAD_CONTEXT, PROPOSAL_CONTEXT
from fedirec.activitypub.keys import read_public_key
from fedirec.activitypub.models import Actor, ActorKey, Evidence, Follow, Outgoing, Received
from fedirec.activitypub.own import own_actor
from fedirec.activitypub.proofs import add_proof, verify_proof
from fedirec.activitypub.vocab import Vocabulary
from fedirec.clock import now
from fedirec.credits.actions.heads import ask_peers
from fedirec.credits.actions.pools import open_pool
from fedirec.credits.actions.proposals.appealing import appeal_objection, decide_appeal
from fedirec.credits.actions.proposals.beginning import begin_proposal
from fedirec.credits.actions.proposals.commenting import write_comment
from fedirec.credits.actions.proposals.copies import NOT_NEXT, OTHER_WORDS, WENT_BACK
from fedirec.credits.actions.proposals.deciding import close_windows, decide_proposal
from fedirec.credits.actions.proposals.drafting import LineDraft, save_lines
from fedirec.credits.actions.proposals.elsewhere import accept_elsewhere, object_elsewhere
from fedirec.credits.actions.proposals.locking import lock_proposal, release_settled
from fedirec.credits.actions.proposals.objecting import answer_objection, object_to
from fedirec.credits.actions.proposals.publishing import cancel_proposal, publish_revision
from fedirec.credits.actions.proposals.stances import accept_proposal
from fedirec.credits.decisions import Rule
from fedirec.credits.models import (
    ChainHead,
    DraftLine,
    Objection,
    PayProposal,
    Pool,
    ProposalAppeal,
    ProposalComment,
    ProposalRevision,
    Share,
    Stance,
)
from fedirec.credits.objections import ObjectionDraft
from fedirec.credits.pools import Kind, PoolDraft
from fedirec.credits.queries.hearing import get_objection
from fedirec.credits.queries.pools import Home
from fedirec.credits.queries.proposals import get_proposal
from fedirec.credits.revisions import Revision
from fedirec.credits.revisions.lines import IncomeKind, Line
from fedirec.credits.routes.pages import MAX_ON_PAGE
from fedirec.credits.vocab import ProposalObject, ProposalRef
from fedirec.credits.vocab.proposals import MAX_INLINE
from fedirec.db import execute, transaction
from fedirec.errors import Changed, Conflict
from fedirec.ledger.verifying import verify
from fedirec.payouts.actions.accruing import accrue
from fedirec.payouts.actions.payees.joining import join_those_who_moved
from fedirec.payouts.actions.reconciling import mark_payout
from fedirec.payouts.actions.submitting import submit_batch
from fedirec.payouts.models import Payout
from fedirec.payouts.queries.verifying import find_differences
from fedirec.remix.actions.private_notes import tell_people
from fedirec.remix.models import News
from fedirec.remix.sizes import size_of
from tests.conftest import Pass
from tests.credits.moving import moves
from tests.credits.proposing import WINDOW, Earning, earning, erased, refused
from tests.ledger.books import rebuild, unprotect
from tests.network import Instance, Network, settle
from tests.payouts.stage import Office
from tests.peer import CONTEXT, ED25519, Peer

pytestmark = pytest.mark.anyio


async def copy_at(there: Instance, proposal: PayProposal) -> PayProposal:
    return await there.run(lambda: PayProposal.get(uri=proposal.uri))


async def why_refused(at: Instance) -> list[str]:
    return [str(row.reason) for row in await at.run(lambda: Received.filter(state="refused").order_by("id"))]


async def test_somebody_elsewhere_objects_is_answered_and_accepts_the_revision(
    here: Instance, there: Instance, time_passes: Pass
) -> None:
    dia = await there.join("dia")
    earned = await earning(here, elsewhere=[dia.uri])
    await settle(here, there)  # what they are credited for makes the project known to their instance
    proposal, first = await earned.published({"bo": 60, "cy": 30, "dia": 10})
    await settle(here, there)

    copy = await copy_at(there, proposal)
    kept = await there.run(lambda: ProposalRevision.get(proposal_id=copy.id))
    assert (kept.document, kept.digest, copy.state) == (first.document, first.digest, "published")
    told = await there.run(lambda: Notification.get(account__actor_id=dia.id, kind="proposal_published"))
    assert told.url == f"/pay/{copy.key}"
    shares = await there.run(lambda: Share.filter(revision_id=kept.id).order_by("-ppm"))
    assert [share.ppm for share in shares] == [600_000, 300_000, 100_000]

    draft = ObjectionDraft(kind="too_little", words="I cut it for two months.", remedy="20 %", wanted=200_000)
    await there.run(lambda: object_elsewhere(dia, copy, draft, digest=first.digest))
    await settle(here, there)
    heard = await here.run(lambda: Objection.get(proposal_id=proposal.id).select_related("author"))
    assert (heard.words, heard.remedy, heard.wanted_ppm, heard.author.uri) == (draft.words, "20 %", 200_000, dia.uri)
    assert await here.run(lambda: Evidence.exists(activity_uri=heard.activity_uri))
    objection = await here.run(lambda: get_objection(proposal, heard.key))
    await earned.weigh(proposal, {"bo": 50, "cy": 30, "dia": 20})
    second = await earned.publish(proposal, "More for the editor.")
    await here.run(lambda: answer_objection(earned.ana, objection, resolution="resolved", words="You are right."))

    # Before the revision arrives there, dia accepts what she has seen: it is kept, and counts for nothing.
    await there.run(lambda: accept_elsewhere(dia, copy, first.digest))
    await settle(here, there)
    late = await here.run(lambda: Stance.get(proposal_id=proposal.id, says="accept"))
    assert not late.counts
    assert "another revision" in late.reason

    copy = await copy_at(there, proposal)
    assert (copy.number, copy.state, copy.trouble) == (2, "revised", "")
    await refused(there, Changed, lambda: accept_elsewhere(dia, copy, first.digest))
    async with there.sign_in("dia") as browser:
        page = (await browser.get(f"/pay/{copy.key}")).text
        assert "This is a copy to read" in page
        assert "I accept this revision" in page
        await browser.post(f"/pay/{copy.key}/stance", data={"do": "accept", "digest": second.digest})
        assert "you accepted this revision" in (await browser.get(f"/pay/{copy.key}")).text
    await settle(here, there)
    said = await here.run(lambda: Stance.filter(proposal_id=proposal.id, says="accept", counts=True))
    assert [(each.digest, each.via) for each in said] == [(second.digest, "activity")]

    # She gives her share back from there, and takes it again: each is a revision of its own.
    async with there.sign_in("dia") as browser:
        for button, ppm in (("give_back", 0), ("take_back", 200_000)):
            pressed = {"do": button, "digest": second.digest}
            assert (await browser.post(f"/pay/{copy.key}/stance", data=pressed)).status_code == 303
            await settle(here, there)
            second = await earned.newest(proposal)
            assert (await earned.shares(second))["dia"][0] == ppm
            assert (await copy_at(there, proposal)).number == second.number

    # What others said, the answer to it, and what came of an appeal stand with the copy as well.
    dias = await here.run(lambda: Share.get(revision_id=second.id, actor__uri=dia.uri))
    bos = ObjectionDraft(
        kind="too_much", line=dias.line_key, words="Less than < a half\nfor me.", remedy="Half.", wanted=100_000
    )
    await here.run(lambda: write_comment(earned.cy, proposal, "Fair, *I* think."))
    theirs = await here.run(lambda: object_to(earned.bo, proposal, bos, digest=second.digest))
    await here.run(lambda: answer_objection(earned.ana, theirs, resolution="rejected", words="It was agreed."))
    async with there.sign_in("dia") as browser:

        async def objects(words: str) -> Objection:
            said = {"kind": "other", "words": words, "remedy": "Something else.", "digest": second.digest}
            assert (await browser.post(f"/pay/{copy.key}/objections", data=said)).status_code == 303
            await settle(there, here)
            return await there.run(lambda: Objection.get(proposal_id=copy.id, words=words))

        async def at_home(objection: Objection) -> Objection:
            found = await here.run(lambda: Objection.get(activity_uri=objection.activity_uri))
            return await here.run(lambda: get_objection(proposal, found.key))

        rash = await objects("The title is wrong.")
        await browser.post(f"/pay/{copy.key}/objections/{rash.key}", data={"do": "withdraw", "digest": second.digest})
        await settle(there, here)
        assert (await at_home(rash)).state == "withdrawn", await why_refused(here)
        third = await objects("My name is missing in the titles.")
        await here.run(lambda: _answered(earned, proposal, third.activity_uri, "It stands at the end of the film."))
        await settle(here, there)
        page = (await browser.get(f"/pay/{copy.key}")).text
        for sentence in ("Less than &lt; a half", "It was agreed.", "It stands at the end of the film.", "taken back"):
            assert sentence in page
        assert f'<a href="{proposal.uri}#comments"' in page, "where something can be said"
        assert page.index("It was agreed.") < page.index('id="comments"') < page.index("Fair, <em>I</em> think.")
        news = await there.run(lambda: Notification.filter(account__actor_id=dia.id, kind="objection_answered"))
        assert news[-1].url == f"/pay/{copy.key}#objection-{third.key}"
        asks = {"do": "appeal", "digest": second.digest, "said": "Nobody sees the end."}
        assert (await browser.post(f"/pay/{copy.key}/objections/{third.key}", data=asks)).status_code == 303
        await settle(there, here)
        appeal = await here.run(lambda: ProposalAppeal.get(objection__activity_uri=third.activity_uri))
        assert (appeal.words, appeal.state) == ("Nobody sees the end.", "open")
        dora = await here.join("dora", role=Role.TREASURER)
        await here.run(lambda: decide_appeal(dora, appeal, upholds=False, reason="I saw it."))
        await settle(here, there)
        page = (await browser.get(f"/pay/{copy.key}")).text
        assert "appeal dismissed" in page
        assert "I saw it." in page
    # Each of these words stands here whole, as dia signed it, and whoever has her key can see that it is hers.
    words = await _said(here, proposal, "accept", "appeal", "withdraw")
    assert all(each.is_proved for each in words)
    key = await here.run(lambda: ActorKey.filter(actor__uri=dia.uri, kind="ed25519").get())
    signed = [str(third.activity_uri), *(str(each.activity_uri) for each in words)]
    evidence = await here.run(lambda: Evidence.filter(activity_uri__in=signed))
    assert len(evidence) == len(signed)
    for row in evidence:
        verify_proof(json.loads(row.body), read_public_key(key.public), now=now())

    proposal = await earned.look(proposal)
    await here.run(lambda: accept_proposal(earned.bo, proposal, second.digest))
    held = await here.run(lambda: appeal_objection(earned.bo, theirs, "Look again."))
    time_passes(WINDOW)
    await here.run(close_windows)
    await settle(here, there)
    assert (await copy_at(there, proposal)).state == "closing", "nobody can object any more, there neither"

    # The host says no, and why, and everybody hears of it; what it then says yes to it has looked at again.
    no: dict[str, Any] = {"digest": second.digest, "accepts": False, "reason": "Count the sound again."}
    await here.run(lambda: decide_proposal(earned.tom, proposal, **no))
    await settle(here, there)
    assert (await copy_at(there, proposal)).state == (await earned.look(proposal)).state == "closing"
    said_no = "It is decided that money is not shared as “Sales of the film” says."
    assert await here.run(lambda: News.filter(text__startswith=said_no, text__contains=proposal.uri).exists())
    assert "Count the sound again." in (await there.get(f"/pay/{copy.key}")).text
    await earned.decided(proposal, second, time_passes)
    await settle(here, there)
    chief, copy = await there.run(lambda: Actor.get(local_handle="olga")), await copy_at(there, proposal)
    for deed in (
        lambda: lock_proposal(chief, copy, digest=second.digest),
        lambda: publish_revision(chief, copy, version=copy.version),
    ):
        assert "lives on another server" in await refused(there, Conflict, deed), "only its home does anything with it"
    await here.run(lambda: lock_proposal(earned.tom, proposal, digest=second.digest))
    await settle(here, there)
    assert (await copy_at(there, proposal)).state == "locked"
    assert [await place.run(erased) for place in (here, there)] == [0, 0], "rows and chains agree, also beside copies"
    assert "It is fair." in (await there.get(f"/pay/{copy.key}")).text, "the decision with its reason"
    notices = await there.run(lambda: Notification.filter(account__actor_id=dia.id).order_by("id"))
    kinds = [
        *("proposal_published", "proposal_revised", "objection_answered", "objection_answered"),
        *("objection_decided", "proposal_rejected", "proposal_decided", "proposal_locked"),
    ]
    about_it = [
        each.kind for each in notices if each.details.get("title") == copy.title or "share" in str(each.details)
    ]
    assert about_it == kinds, "nobody is told twice"
    first = await here.run(lambda: ProposalRevision.get(proposal_id=proposal.id, number=1))
    told = next(each for each in notices if each.kind == "proposal_published")
    assert told.details["day"] > f"{first.published_at:%Y-%m-%d}", "until when they could object"
    door = f"{here.origin}/sign-in/elsewhere?next=/money"
    assert page_of(notices[-1], there.origin) == door, "how they are paid is said where the money is"

    async def say_that_details_are_new() -> None:
        async with transaction():
            known = [await Actor.get(uri=dia.uri)]
            at = f"{here.origin}/money"
            await tell_people(await own_actor(), known, Notice.PAY_DETAILS_GIVEN, None, at, at, {})

    await here.run(say_that_details_are_new)
    await settle(here, there)
    letter = await there.run(lambda: Notification.get(account__actor_id=dia.id, kind="group_wrote", url=door))
    assert "said how you are paid" in letter.details["title"], "an instance writes to people, too"

    # How far it is paid is told there as well.
    await here.join("tina", role=Role.TREASURER)
    office = Office(here)
    await here.run(accrue)
    bo = await here.run(lambda: person_of(earned.bo))
    await here.run(lambda: office.says(bo, "manual", {"instructions": "cash, please"}))
    batch = await here.run(lambda: office.approved("manual"))
    olga, tina = [await here.run(office.viewer, name) for name in ("olga", "tina")]
    await here.run(submit_batch, olga, office.ways, office.vault, batch)
    await settle(here, there)
    assert (await copy_at(there, proposal)).state == "paying"
    payout = await here.run(lambda: Payout.get(batch_id=batch.id))
    shown: dict[str, Any] = {"became": "settled", "reference": "statement 7", "text": "It stands there."}
    await here.run(lambda: mark_payout(tina, office.ways, payout, **shown))
    await settle(here, there)
    assert (await copy_at(there, proposal)).state == "partially_paid"

    # Whoever makes an income larger in the file of the database is found, for it was booked otherwise.
    async def differences(more: int) -> list[str]:
        await execute("UPDATE pool_entry SET amount = amount + ?", more)
        return [each.partition(":")[2] for each in [each async for each in find_differences()]]

    assert " what people read there is not what was booked" in await here.run(lambda: differences(1))
    assert await here.run(lambda: differences(-1)) == []

    # The end of the log is there now, signed, and whoever rebuilds the log is found by it.
    head = await there.run(ChainHead.get)
    assert (head.origin, head.about_uri) == (here.origin, proposal.uri)

    # What was held back and is settled is told like a lock, with the end of the log that says so.
    await here.run(lambda: decide_appeal(dora, held, upholds=False, reason="It is fair."))
    assert await here.run(release_settled) == 1
    await settle(here, there)
    first_head, head = await there.run(lambda: ChainHead.all().order_by("number"))
    assert (first_head.number < head.number, head.about_uri) == (True, proposal.uri)
    assert await there.run(lambda: Notification.exists(kind="proposal_released")) is False, (
        "she lives where copies tell"
    )
    asked = await here.run(ask_peers, here.state["remote"])
    assert (asked.heads, asked.unproved, asked.answered) == (
        {(each.number, each.digest) for each in (first_head, head)},
        0,
        [there.origin],
    )
    assert (await here.run(lambda: verify(against=asked.heads))).is_sound

    said_for_good = ("proposal_revision", "share", "locked_share", "stance", "proposal_decision")
    await here.run(_are_never_changed, *said_for_good)
    await there.run(_are_never_changed, "chain_head", "proposal_revision", "share")

    # Who keeps it cannot make anything else of it: what this instance never signed accuses nobody.
    async def keep_another_word() -> None:
        await unprotect("chain_head")
        head.document = {**head.document, "object": {**head.document["object"], "chainNumber": 1}}
        await head.save(update_fields=["document"])
        same = {name: getattr(head, name) for name in ("origin", "number", "digest", "document", "signed_at")}
        await ChainHead.bulk_create([ChainHead(uri=f"{head.uri}-{n}", **same) for n in range(60)])

    await there.run(keep_another_word)
    again = await here.run(ask_peers, here.state["remote"])
    assert (again.heads, again.unproved) == ({(first_head.number, first_head.digest)}, 61), "on every page of theirs"

    async def rewrite_history() -> None:
        await unprotect()
        await execute("UPDATE chain_link SET document = ? WHERE kind = ?", "{}", "proposal_locked")
        await rebuild()

    await here.run(rewrite_history)
    alone = await here.run(verify)
    assert not [each for each in alone.findings if each.about.startswith("link")], "the chain agrees with itself"
    found = await here.run(lambda: verify(against=asked.heads))
    assert f"link {head.number}" in {each.about for each in found.findings}


async def _are_never_changed(*tables: str) -> None:
    """The database itself refuses to change rows of these, which are there."""
    for table in tables:
        for change in (f"DELETE FROM {table}", f"UPDATE {table} SET id = -id"):  # noqa: S608
            with pytest.raises((IntegrityError, OperationalError), match="never changed"):
                await execute(change)


async def _answered(earned: Earning, proposal: PayProposal, activity: str | None, words: str) -> None:
    found = await Objection.get(activity_uri=activity)
    await answer_objection(earned.ana, await get_objection(proposal, found.key), resolution="rejected", words=words)


async def _said(here: Instance, proposal: PayProposal, *says: str) -> list[Stance]:
    return await here.run(lambda: Stance.filter(proposal_id=proposal.id, says__in=says, via="activity"))


async def _of_instance(here: Instance, earned: Earning) -> PayProposal:
    """Olga, who manages this instance, proposes how money of the instance itself is shared."""

    async def propose() -> PayProposal:
        olga = await Actor.get(local_handle="olga")
        draft = PoolDraft(kind=Kind.PROFIT_SPLIT, title="Grants", currency="EUR", rule=Rule.HOST)
        pool = await open_pool(olga, Home(group=await own_actor()), draft)
        proposal = await begin_proposal(olga, await _pool(pool), [earned.production], "Grants of the instance")
        lines = [
            LineDraft(key=line.key, label=line.label, role=line.role, weight=1, reason="Equal.")
            for line in await DraftLine.filter(proposal_id=proposal.id)
        ]
        await save_lines(olga, proposal, proposal.version, lines)
        fresh = await get_proposal(proposal.key, olga)
        await publish_revision(olga, fresh, version=fresh.version, note="")
        return await get_proposal(proposal.key, olga)

    return await here.run(propose)


async def _pool(pool: Pool) -> Pool:
    return await Pool.get(id=pool.id).select_related("group")


def _multikey(peer: Peer, name: str) -> dict[str, str]:
    uri = f"{peer.origin}/users/{name}"
    public = ED25519.public.multibase
    return {"id": f"{uri}#ed25519", "type": "Multikey", "controller": uri, "publicKeyMultibase": public}


async def served(here: Instance, proposal: PayProposal) -> dict[str, Any]:
    """The document of a revision, as others put it together from what we serve."""

    async def get(address: str) -> dict[str, Any]:
        path, accept = address.removeprefix(here.origin), {"accept": "application/activity+json"}
        async with here.client() as program:
            answer = await program.get(path, headers=accept)
            again = await program.get(path, headers=accept | {"if-none-match": answer.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
        found: dict[str, Any] = answer.json()
        assert len(found.get("orderedItems", [])) <= MAX_ON_PAGE
        assert size_of(found) < 48_000
        return found

    described = Vocabulary([ProposalObject]).read(ld.compact(await get(proposal.uri)))
    assert isinstance(described, ProposalObject)
    assert described.lines_at is not None
    page, lines = await get((await get(described.lines_at))["first"]), list[Any]()
    while True:
        lines += page["orderedItems"]
        if "next" not in page:
            return described.revision(tuple(lines)).write()
        page = await get(page["next"])


class Listed:
    """A film in which Bo, who lives at good.test, is listed; what others try."""

    def __init__(self, here: Instance, earned: Earning, proposal: PayProposal, revision: ProposalRevision) -> None:
        self.here = here
        self.earned = earned
        self.proposal = proposal
        self.revision = revision

    def ref(self, **changes: Any) -> dict[str, Any]:
        number, digest = self.revision.number, self.revision.digest
        return {
            "type": "Proposal",
            "id": self.proposal.uri,
            "revision": number,
            "digestMultibase": digest,
            **changes,
        }

    async def says(self, peer: Peer, kind: str, actor: str, ref: object, **more: Any) -> list[str]:
        """What counts of what people said, after `actor` said this."""
        context = (await _outgoing(self.here, self.proposal)).document["@context"]
        activity = peer.activity(kind, actor, ref, **{"@context": context, "published": "2026-11-23T12:00:00Z", **more})
        await peer.post(self.here, activity)
        await self.here.work()
        stances = await self.here.run(lambda: Stance.filter(proposal_id=self.proposal.id).order_by("id"))
        return [f"{each.says} {each.counts}" for each in stances]


@pytest.mark.one_database
async def test_nobody_answers_for_another_nor_to_what_was_never_proposed(
    here: Instance, network: Network, time_passes: Pass
) -> None:
    good, evil = Peer(network, "good.test"), Peer(network, "evil.test")
    bo, mallory = good.actor("bo"), evil.actor("mallory")
    earned = await earning(here, elsewhere=[bo])
    proposal, revision = await earned.published({"bo": 100})
    it = Listed(here, earned, proposal, revision)

    # From a day that has not come; somebody who is not listed; an admin elsewhere for bo; the instance of nobody.
    assert await it.says(good, "Accept", bo, it.ref(), published="2999-01-01T00:00:00Z") == []
    assert await it.says(evil, "Accept", mallory, it.ref()) == []
    forged = evil.activity("Accept", bo, it.ref(), **{"@context": CONTEXT})
    assert (await evil.post(here, forged, actor=mallory)).status_code in (202, 401, 403)
    assert await it.says(good, "Accept", good.actor("app", type="Application"), it.ref()) == []
    # What is no proposal of ours, and what names no revision.
    assert await it.says(good, "Accept", bo, it.ref(id=f"{evil.origin}/pay/1")) == []
    assert await it.says(good, "Accept", bo, it.ref(revision=-1)) == []
    assert await it.says(good, "Reject", bo, it.ref(wanted=-5, remedy="All."), content="Mine.") == []
    assert await it.says(good, "Reject", bo, it.ref(), content="No remedy.") == []
    # What was never published under that digest is kept, and counts for nothing.
    assert await it.says(good, "Accept", bo, it.ref(digestMultibase="zQmYtUc4iTCbbfVSDNKvtQqrfyezPPnFvE33wFmutw9PBBk"))
    assert [each.counts for each in await here.run(lambda: Stance.filter(proposal_id=proposal.id))] == [False]
    first = good.activity("Accept", bo, it.ref(), **{"@context": _context_of(it, await _outgoing(here, proposal))})
    for _again in range(2):
        await good.post(here, first)
        await here.work()
    assert await it.says(good, "Accept", bo, it.ref()) == ["accept False", "accept True"], "said once, counted once"
    assert not (await here.run(lambda: Stance.get(activity_uri=first["id"]))).is_proved, "a signature alone shows it"
    stale = it.ref(digestMultibase="zQmYtUc4iTCbbfVSDNKvtQqrfyezPPnFvE33wFmutw9PBBk", remedy="All.")
    assert (await it.says(good, "Reject", bo, stale, content="Mine."))[-1] == "object False"

    # With a proof anybody can verify it later; lifted to another revision, proposal or person, it proves nothing.
    eve = good.actor("eve", assertionMethod=[_multikey(good, "eve")])
    proved = add_proof(
        good.activity("Reject", eve, it.ref(remedy="Ten percent."), **{"@context": first["@context"], "content": "I."}),
        key=ED25519, verification_method=f"{eve}#ed25519", created=now(),
    )  # fmt: skip
    lifted = [
        {**proved, "object": {**proved["object"], "revision": 2}},
        {**proved, "object": {**proved["object"], "id": f"{here.origin}/pay/another"}},
        {**proved, "actor": bo},
        {**proved, "id": f"{good.origin}/activities/another"},
    ]
    for each in lifted:
        assert (await good.post(here, each)).status_code == 401
    for _again in range(2):
        await good.post(here, proved)
        await here.work()
    assert [each.is_proved for each in await here.run(lambda: Objection.filter(author__uri=eve))] == [True]

    # One person has one voice: who moved speaks from the new account alone, after the hold, and counts once.
    moved = await moves(here, good, bo)
    for actor in (moved, bo):
        assert len(await it.says(good, "Accept", actor, it.ref())) == 3, (
            "until the hold is over nobody is somebody else"
        )
    time_passes(timedelta(days=8))
    await here.run(join_those_who_moved, here.state["vault"], here.state["post"])
    assert len(await it.says(good, "Accept", bo, it.ref())) == 3, "who has moved says nothing from where they were"
    await it.says(good, "Accept", moved, it.ref())
    tally = (await earned.page(proposal)).tally
    assert tally is not None
    assert (len(tally.accepted), tally.people) == (1, 2)
    await it.says(good, "Reject", moved, it.ref(remedy="All.", objection="other"), content="Not now.")
    tally = (await earned.page(proposal)).tally
    assert tally is not None
    assert not tally.accepted, "of one person the newest word counts"

    # Who takes an objection back, or appeals, is who made it, and saw what is in force.
    named = {"type": "Object", "kind": "objection", "id": proved["id"], "about": proposal.uri}
    ref = {**named, "revision": 1, "digestMultibase": revision.digest}

    def made(actor: str, **changes: Any) -> dict[str, Any]:
        return {"type": "Reject", "id": proved["id"], "actor": actor, "object": it.ref(**changes)}

    elsewhere = made(eve, id=f"{good.origin}/pay/1")
    for actor, said in ((bo, made(bo)), (bo, made(eve)), (moved, made(moved)), (moved, made(eve)), (eve, elsewhere)):
        assert "withdraw" not in str(await it.says(good, "Undo", actor, said))
    assert "withdraw" not in str(await it.says(good, "Reject", moved, ref, content="No."))
    assert (await it.says(good, "Undo", eve, made(eve, revision=2)))[-1] == "withdraw False"
    assert await here.run(lambda: Objection.exists(author__uri=eve, state="open"))
    assert (await it.says(good, "Reject", eve, ref, content="No."))[-1] == "withdraw False", "it has no answer yet"
    assert (await it.says(good, "Undo", eve, made(eve)))[-1] == "withdraw True"
    assert await here.run(lambda: Objection.exists(author__uri=eve, state="withdrawn"))
    # Whoever is not listed says that they were left out, and is answered.
    await it.says(evil, "Reject", mallory, it.ref(remedy="Five percent."), content="I wrote the music.")
    left_out = await here.run(lambda: Objection.get(author__uri=mallory).select_related("author"))
    assert (left_out.kind, left_out.author.uri) == ("left_out", mallory)

    # Nobody buries the others by many accounts of one server.
    async def crowd() -> None:
        rows = await Objection.filter(id=left_out.id).values()
        same = {name: value for name, value in rows[0].items() if name not in ("id", "key", "activity_uri")}
        await Objection.bulk_create([Objection(key=f"crowd{place}", **same) for place in range(19)])

    await here.run(crowd)
    await it.says(evil, "Reject", evil.actor("trudy"), it.ref(remedy="Ten percent."), content="I wrote it.")
    assert not await here.run(lambda: Objection.exists(author__handle="trudy"))

    # A share is given back from there as on the page, and taken again, each time of what is in force.
    for recused, kept in ((True, "recuse True"), (False, "return True")):
        assert (await it.says(good, "Accept", moved, it.ref(recused=recused)))[-1] == kept
        it.revision = await earned.newest(proposal)
        shares = await here.run(lambda: Share.filter(revision_id=it.revision.id, actor__uri=bo))
        assert [(each.is_given_back, bool(each.ppm)) for each in shares] == [(recused, not recused)]
    assert len(await why_refused(here)) >= 6


@pytest.mark.one_database
async def test_replies_stand_under_a_proposal_until_their_author_takes_them_back(
    here: Instance, network: Network
) -> None:
    good, evil = Peer(network, "good.test"), Peer(network, "evil.test")
    bo, mallory = good.actor("bo"), evil.actor("mallory")
    earned = await earning(here, elsewhere=[bo])
    proposal = await earned.propose({"bo": 100})
    lines = await here.run(lambda: DraftLine.filter(proposal_id=proposal.id).order_by("id"))
    drafts = [LineDraft(key=each.key, weight=each.weight, reason=each.reason) for each in lines]
    drafts += [LineDraft(name=f"Singer {place}", label="Choir", weight=1, reason="Sang.") for place in range(400)]
    await here.run(lambda: save_lines(earned.ana, proposal, proposal.version, drafts))
    revision = await earned.publish(proposal)
    assert await served(here, proposal) == revision.document, "its lines stand on pages, and are those that were signed"
    post = (await earned.look(proposal)).note_uri
    assert post is not None
    shown = (await here.get(post.removeprefix(here.origin), accept="application/activity+json")).json()
    assert proposal.uri in shown["content"], "the way to the page stands in the post"

    async def comments() -> list[str]:
        await here.work()
        page = (await here.get(f"/pay/{proposal.key}")).text
        found = await here.run(lambda: ProposalComment.filter(deleted_at=None, is_hidden=False).order_by("id"))
        assert all(each.content in page for each in found)
        assert "alert(" not in page
        return [each.content for each in found]

    mastodon = Peer(network, "social.example")
    mastodon.actor("mia")
    sample = (Path(__file__).parents[1] / "wire" / "mastodon" / "create_reply_to_record.json").read_text()
    await mastodon.post(here, json.loads(sample.replace("https://a.example/records/01kamz3p6e0000000000000000", post)))
    [first] = await comments()
    await here.run(lambda: ProposalComment.filter(content=first).update(is_hidden=True))
    assert await comments() == []

    said = good.note(bo, inReplyTo=post, content="<p>Fair!<script>alert(1)</script></p>")
    await good.post(here, good.activity("Create", bo, said))
    assert await comments() == ["<p>Fair!</p>"]
    await good.post(here, good.activity("Create", bo, said))
    await good.post(here, good.activity("Update", bo, said | {"content": "<p>Very fair!</p>"}))
    assert await comments() == ["<p>Very fair!</p>"]
    secret = said | {"content": "<p>For you alone.</p>", "to": [proposal.group.uri]}
    await good.post(here, good.activity("Update", bo, secret, to=[proposal.group.uri]))
    assert await comments() == ["<p>Very fair!</p>"], "what is changed is for everybody, too"
    answer = evil.note(mallory, "2", inReplyTo=said["id"], content="<p>No.</p>")
    await evil.post(here, evil.activity("Create", mallory, answer))
    assert await comments() == ["<p>Very fair!</p>", "<p>No.</p>"], "what answers a comment stands there, too"
    private = good.note(bo, "3", inReplyTo=post, to=[proposal.group.uri], content="<p>Between us.</p>")
    await good.post(here, good.activity("Create", bo, private, to=[proposal.group.uri]))
    await evil.post(here, evil.activity("Delete", mallory, said["id"]))
    await evil.post(here, evil.activity("Update", mallory, said | {"content": "<p>Steal!</p>"}))
    assert await comments() == ["<p>Very fair!</p>", "<p>No.</p>"]
    await good.post(here, good.activity("Delete", bo, said["id"]))
    assert await comments() == ["<p>No.</p>"]

    # One server says so much in a day, and no more; people of others are heard all the same.
    async def crowd() -> None:
        author = await Actor.get(uri=mallory)
        more: dict[str, Any] = {"author": author, "content": "<p>Me!</p>", "created_at": now() - timedelta(hours=2)}
        rows = [ProposalComment(proposal_id=proposal.id, uri=f"{evil.origin}/n/{n}", **more) for n in range(199)]
        await ProposalComment.bulk_create(rows)

    await here.run(crowd)
    trudy = evil.actor("trudy")
    await evil.post(here, evil.activity("Create", trudy, evil.note(trudy, "4", inReplyTo=post, content="<p>Too!</p>")))
    late = good.note(bo, "5", inReplyTo=post, content="<p>Heard.</p>")
    await good.post(here, good.activity("Create", bo, late))
    await here.work()
    await here.run(lambda: ProposalComment.filter(content="<p>Me!</p>").delete())
    assert await comments() == ["<p>No.</p>", "<p>Heard.</p>"]

    # An instance has no Group: it says one thing about what is shared of its own money, which changes with it.
    proposal = await _of_instance(here, earned)
    post = proposal.note_uri
    assert post is not None
    shown = (await here.get(post.removeprefix(here.origin), accept="application/activity+json")).json()
    assert shown["attributedTo"] == f"{here.origin}/actor"
    assert proposal.uri in shown["content"]
    told = await here.run(lambda: Outgoing.filter(object_uri=post))
    assert [each.type for each in told] == ["Create"]
    await good.post(here, good.activity("Create", bo, said | {"id": f"{good.origin}/notes/9", "inReplyTo": post}))
    await here.work()
    assert "Fair!" in (await here.get(f"/pay/{proposal.key}")).text

    # Who says that they moved hears of it where they were and where they are, until it is known who that is.
    moved, olga = await moves(here, good, bo), await here.run(lambda: Actor.get(local_handle="olga"))
    await here.run(lambda: cancel_proposal(olga, proposal, "There is no grant."))
    letters = await here.run(lambda: Outgoing.filter(type="Create", id__gt=told[-1].id))
    documents = [each.document for each in letters if "There is no grant." in str(each.document)]
    assert sorted(each["to"][0] for each in documents) == [bo, moved]


@pytest.mark.one_database
async def test_a_home_that_lies_is_not_believed(here: Instance, network: Network) -> None:
    cy = await here.join("cy")
    evil = Peer(network, "evil.test")
    group, uri = evil.actor("film", type="Group"), f"{evil.origin}/pay/1"

    def proposal(number: int = 1, previous: str | None = None, **changes: Any) -> dict[str, Any]:
        lines = [
            Line(key="1", person=cy.uri, name="Cy", weight=1, reason="Cut."),
            Line(key="2", person=f"{evil.origin}/users/x", name="X", weight=3, reason="All else."),
        ]
        revision = Revision.make(
            proposal=uri, scope="01K", number=number, pool="Sales", currency="EUR", amount=10_000, host_share=0,
            rule="host", lines=changes.pop("lines", lines), previous=previous, title=changes.pop("title", "Shares"),
        )  # fmt: skip
        described = ProposalObject.make(revision, group=group, lines_at=f"{uri}/revisions/{number}/splits")
        return {"@context": PROPOSAL_CONTEXT, **described.write(), **changes}

    async def tells(document: dict[str, Any], **more: Any) -> list[tuple[int, str]]:
        evil.serve(uri, document)
        inside = {name: value for name, value in document.items() if name != "@context"}
        await evil.post(here, evil.activity("Create", group, inside, **{"@context": document["@context"], **more}))
        await here.work()
        copies = await here.run(lambda: PayProposal.filter(uri=uri))
        return [(copy.number, copy.trouble) for copy in copies]

    first = proposal()
    assert await tells(first) == [], "nobody here has to do with that project: anybody can write a name"
    assert not await here.run(lambda: Notification.exists(kind="proposal_published"))
    await _follows(here, cy, group)
    assert await tells(first | {"digestMultibase": "zQmYtUc4iTCbbfVSDNKvtQqrfyezPPnFvE33wFmutw9PBBk"}) == []
    greedy = [line | {"partsPerMillion": ppm} for line, ppm in zip(first["splits"], (1, 999_999), strict=True)]
    assert await tells(first | {"splits": greedy}) == [], "shares that do not follow"
    assert await tells(first | {"minorUnits": "-5"}) == []
    assert await tells(first | {"splits": [first["splits"][0] | {"weight": -1}, first["splits"][1]]}) == []
    assert await tells(first | {"splits": [first["splits"][0]] * 33}) == [], "more than may stand in it"
    assert await tells(first | {"attributedTo": "https://good.test/users/film"}) == []
    assert await tells(first | {"splits": "https://good.test/lines"}) == []
    assert len(await why_refused(here)) == 7
    assert await tells(first) == [(1, "")]

    dan, replies = await here.join("dan"), f"{uri}/replies"
    thief = {
        "id": f"{uri}#objection-1",
        "type": "Object",
        "kind": "objection",
        "about": uri,
        "revision": 1,
        "digestMultibase": first["digestMultibase"],
        "attributedTo": dan.uri,
        "objection": "left_out",
        "content": "I steal.",
        "remedy": "More.",
        "state": "answered",
        "outcome": "rejected",
        "published": "2026-01-01T00:00:00Z",
        "answer": {"type": "Note", "content": "Sign in at evil.test.", "published": "2026-01-02T00:00:00Z"},
    }
    evil.serve(
        replies,
        {"@context": PROPOSAL_CONTEXT, "id": replies, "type": "OrderedCollection", "first": f"{replies}?after=0"},
    )
    page = {"id": f"{replies}?after=0", "type": "OrderedCollectionPage", "partOf": replies, "orderedItems": [thief]}
    evil.serve(f"{replies}?after=0", {"@context": PROPOSAL_CONTEXT, **page})
    assert await tells(first | {"replies": replies}) == [(1, "")]
    copy = await here.run(lambda: PayProposal.get(uri=uri))
    shown = (await here.get(f"/pay/{copy.key}")).text
    assert "I steal." in shown
    assert "shown as that server tells it" in shown
    told = await here.run(lambda: Notification.filter(account__actor_id=dan.id).exists())
    assert not told, "who is not listed hears from nobody what they never asked"

    other = [Line(key="1", person=cy.uri, name="Cy", weight=1, reason="Cut.")]
    assert await tells(proposal(lines=other)) == [(1, OTHER_WORDS)]
    kept = await here.run(lambda: ProposalRevision.get(proposal__uri=uri))
    assert kept.digest == first["digestMultibase"], "the first word stays"
    async with here.sign_in("cy") as browser:
        copy = await here.run(lambda: PayProposal.get(uri=uri))
        assert "Its home says something else now" in (await browser.get(f"/pay/{copy.key}")).text
    assert await tells(proposal(2, "zQmNone")) == [(1, NOT_NEXT)]
    second = proposal(2, first["digestMultibase"], title="Shares, again")
    assert (await tells(second))[0][0] == 2
    assert await tells(first) == [(2, WENT_BACK)]
    await _tells_ends_of_logs(here, evil, uri, other=Peer(network, "good.test").actor("app", type="Application"))


async def _tells_ends_of_logs(here: Instance, evil: Peer, about: str, *, other: str) -> None:
    """Only an instance itself tells the end of its log, signed, where somebody here is listed in what it locked."""
    app = evil.actor("app", type="Application", assertionMethod=[_multikey(evil, "app")])
    person = evil.actor("x", assertionMethod=[_multikey(evil, "x")])

    async def tell(*, by: str = app, is_proved: bool = True, **changes: Any) -> list[int]:
        end = {
            "id": f"{evil.origin}/audit-heads/7",
            "type": "Object",
            "kind": "chainHead",
            "attributedTo": by,
            "chainNumber": 7,
            "chainDigest": "a" * 64,
            "about": about,
            "published": "2026-11-23T12:00:00Z",
        }
        said = evil.activity("Create", by, end | changes, **{"@context": HEAD_CONTEXT, "published": end["published"]})
        method = f"{by}#ed25519"
        proved = add_proof(said, key=ED25519, verification_method=method, created=now()) if is_proved else said
        await evil.post(here, proved)
        await here.work()
        return [row.number for row in await here.run(lambda: ChainHead.filter(origin=evil.origin))]

    for changes in (
        {"by": person},
        {"attributedTo": other},
        {"attributedTo": other, "id": f"{other}/audit-heads/7"},
        {"is_proved": False},
        {"about": f"{evil.origin}/pay/nobody-here"},
        {"about": f"{here.origin}/pay/1"},
        {"chainNumber": 0},
        {"chainDigest": "a" * 63},
    ):
        assert await tell(**changes) == [], changes
    assert not await here.run(ChainHead.exists)
    assert await tell() == [7], "everything else about it was right"


async def _follows(here: Instance, person: Actor, uri: str) -> None:
    """`person` follows the Group, and so wants to hear of it."""
    group = await here.meet(uri)
    follow: dict[str, Any] = {"uri": f"{person.uri}#follow", "follower": person, "target": group, "accepted_at": now()}
    await here.run(lambda: Follow.create(**follow))


async def _outgoing(here: Instance, proposal: PayProposal) -> Outgoing:
    found = await here.run(lambda: Outgoing.filter(object_uri=proposal.uri).first())
    assert found is not None
    return found


def _context_of(it: Listed, outgoing: Outgoing) -> Any:
    return outgoing.document["@context"]


TEXTS = st.text(st.characters(exclude_categories=["C"]), min_size=1, max_size=40).filter(str.strip)


@st.composite
def revisions(draw: st.DrawFn) -> Revision:
    number, count = draw(st.integers(1, 9)), draw(st.sampled_from([1, 2, 5, MAX_INLINE, MAX_INLINE + 1]))
    lines = [
        Line(
            key=f"k{place}",
            person=draw(st.sampled_from([None, f"https://b.test/users/{place}"])),
            name=draw(TEXTS),
            label=draw(st.sampled_from(["", "Sky"])),
            role=draw(st.sampled_from(["", "http://id.loc.gov/vocabulary/relators/edt"])),
            record=draw(st.sampled_from([None, f"https://b.test/records/{place}"])),
            weight=draw(st.integers(1, 10**9)),
            reason=draw(TEXTS),
            income_kind=draw(st.sampled_from(IncomeKind)).value,
            is_given_back=bool(place) and draw(st.booleans()),
        )
        for place in range(count)
    ]
    return Revision.make(
        proposal="https://a.test/pay/1",
        scope="01K",
        number=number,
        pool=draw(TEXTS),
        currency=draw(st.sampled_from(["EUR", "JPY", "KWD"])),
        amount=draw(st.none() | st.integers(0, 10**12)),
        host_share=draw(st.integers(0, 1_000_000)),
        rule="host",
        lines=lines,
        about=tuple(f"https://a.test/p/tin/productions/{each}" for each in range(draw(st.integers(0, 3)))),
        previous=None if number == 1 else "zQmBefore",
        title=draw(st.sampled_from(["", "Sales of Tin"])),
    )


@settings(max_examples=25, deadline=None)
@given(revision=revisions(), note=st.just("") | TEXTS)
def test_what_is_read_of_a_proposal_is_what_was_written_and_signed(revision: Revision, note: str) -> None:
    written = ProposalObject.make(revision, group="https://a.test/p/tin", lines_at="https://a.test/lines", note=note)
    document = {"@context": PROPOSAL_CONTEXT, **written.write()}
    vocabulary = Vocabulary([ProposalObject, ProposalRef])
    for compact in (ld.compact, ld.rewrite):
        found = vocabulary.read(compact(document))
        assert found == written
        assert isinstance(found, ProposalObject)
        lines = tuple(revision.write()["splits"])
        assert found.revision(None if found.lines else lines).write() == revision.write()
    assert size_of(document) < 48_000
    ref = ProposalRef(id=revision.proposal, revision=revision.number, digest=revision.digest, recused=False, wanted=0)
    assert vocabulary.read(ld.compact({"@context": PROPOSAL_CONTEXT, **ref.write()})) == ref


@pytest.mark.one_database
async def test_a_thousand_lines_travel_on_pages(here: Instance, network: Network) -> None:
    cy = await here.join("cy")
    good = Peer(network, "good.test")
    group, uri = good.actor("film", type="Group"), f"{good.origin}/pay/1"
    lines = [
        Line(key=str(place), person=f"{good.origin}/users/{place}", name="X", weight=place + 1, reason="All.")
        for place in range(999)
    ]
    lines.append(Line(key="cy", person=cy.uri, name="Cy", weight=7, reason="Cut."))
    revision = Revision.make(
        proposal=uri, scope="01K", number=1, pool="Sales", currency="EUR", amount=10**9, host_share=0, rule="host",
        lines=lines, title="Shares",
    )  # fmt: skip
    described = ProposalObject.make(revision, group=group, lines_at=f"{uri}/splits")
    assert described.lines is None
    written = revision.write()["splits"]
    good.serve(f"{uri}/splits", {"@context": PROPOSAL_CONTEXT, "id": f"{uri}/splits", "type": "OrderedCollection", "first": f"{uri}/splits?after=0"})  # noqa: E501  # fmt: skip
    for start in range(0, 1_000, 100):
        page: dict[str, Any] = {
            "@context": PROPOSAL_CONTEXT,
            "id": f"{uri}/splits?after={start}",
            "type": "OrderedCollectionPage",
        }
        page |= {"orderedItems": written[start : start + 100]}
        good.serve(page["id"], page | ({"next": f"{uri}/splits?after={start + 100}"} if start < 900 else {}))
    good.serve(uri, {"@context": PROPOSAL_CONTEXT, **described.write()})
    await _follows(here, cy, group)
    await good.post(here, good.activity("Create", group, described.write(), **{"@context": PROPOSAL_CONTEXT}))
    await here.work()
    kept = await here.run(lambda: ProposalRevision.get(proposal__uri=uri))
    assert (kept.document, kept.digest) == (revision.write(), revision.digest)
    shares = await here.run(lambda: Share.filter(revision_id=kept.id))
    assert (len(shares), len({share.person_id for share in shares})) == (1_000, 2), "cy, and one row for all others"
    async with here.sign_in("cy") as browser:
        copy = await here.run(lambda: PayProposal.get(uri=uri))
        assert "Your share" in (await browser.get(f"/pay/{copy.key}")).text
