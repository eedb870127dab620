"""How money is shared in the open: from the draft over objections and revisions to the lock, and what is tried."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import timedelta
from functools import partial
from random import Random
from typing import Any

import pytest

from fedirec.accounts.actions.persons import join_person, own_person, person_of
from fedirec.accounts.models import Account, Identity, Notification
from fedirec.accounts.notices import ALWAYS
from fedirec.accounts.permissions import Role
from fedirec.activitypub.models import Actor
from fedirec.activitypub.own import own_actor
from fedirec.clock import now
from fedirec.credits.actions.alone import say_who_is_alone
from fedirec.credits.actions.crediting.answering import answer_credit
from fedirec.credits.actions.crediting.drawing_up import draw_up
from fedirec.credits.actions.pools import open_pool
from fedirec.credits.actions.proposals.appealing import appeal_objection, decide_appeal
from fedirec.credits.actions.proposals.commenting import write_comment
from fedirec.credits.actions.proposals.copying import proposal_entries
from fedirec.credits.actions.proposals.deciding import close_windows, decide_proposal
from fedirec.credits.actions.proposals.drafting import LineDraft, save_lines
from fedirec.credits.actions.proposals.leaving import forget_proposals
from fedirec.credits.actions.proposals.locking import lock_proposal, release_held, release_settled
from fedirec.credits.actions.proposals.objecting import MAX_OBJECTIONS, answer_objection, object_to, withdraw_objection
from fedirec.credits.actions.proposals.publishing import cancel_proposal, publish_revision
from fedirec.credits.actions.proposals.stances import (
    accept_proposal,
    agree_to_departure,
    ask_to_agree,
    give_share_back,
    take_share_back,
)
from fedirec.credits.decisions import HOST_AFTER, Rule, Tally
from fedirec.credits.entries import EntryKind
from fedirec.credits.lines import CreditHappening
from fedirec.credits.models import (
    DraftLine,
    MonetizationGrant,
    Objection,
    PayProposal,
    ProductionCredit,
    ProposalAppeal,
    ProposalDecision,
    ProposalRevision,
    Share,
    Stance,
)
from fedirec.credits.objections import ObjectionDraft
from fedirec.credits.pools import Kind, PoolDraft
from fedirec.credits.proposals import State
from fedirec.credits.queries.credits import held_lines
from fedirec.credits.queries.drafts import departures_for, unagreed_departures
from fedirec.credits.queries.persons import strangers_in
from fedirec.credits.queries.pools import home_of, pool_state
from fedirec.credits.queries.proposals import (
    get_proposal,
    locked_shares,
    own_proposals,
    proposals_of,
    waiting_proposals,
)
from fedirec.credits.queries.standing import parts_to, proposers_of
from fedirec.credits.queries.waiting import proposals_to_decide
from fedirec.credits.shares import amounts_of, redistribute
from fedirec.db import transaction
from fedirec.errors import Changed, Conflict, FedirecError, Forbidden, Invalid, NotFound, TooMany
from fedirec.ledger.balances import balance_of
from fedirec.ledger.journal import payable
from fedirec.ledger.models import ChainLink
from fedirec.projects.models import ProductionPart, ProjectMember, Task
from fedirec.remix.actions.challenges import ChallengeDraft, open_challenge
from fedirec.remix.actions.claims import ClaimDraft, open_claim
from fedirec.remix.actions.claims.answering import withdraw
from fedirec.remix.actions.drafts import RecordDraft, SourceDraft
from fedirec.remix.actions.records import edit_record
from fedirec.remix.claims import ClaimKind
from fedirec.remix.models import Challenge, GroupLeader, News, Record, Submission
from fedirec.remix.powers import Deed, Part, may_do
from fedirec.remix.terms import DecidedBy, Pays, Terms
from fedirec.uris import new_key
from tests.conftest import Pass
from tests.credits.proposing import WINDOW, Earning, earning, erased, refused, unseen, written_anew
from tests.network import KEYS, Instance
from tests.projects.producing import record_by

pytestmark = pytest.mark.anyio


CHANGES = (
    "UPDATE stance SET says = 'accept'",
    "UPDATE stance SET counts = (1 = 0)",
    "UPDATE stance SET digest = 'z'",
    "DELETE FROM stance",
    "INSERT INTO stance (proposal_id, person_id, actor_id, says, digest, via, created_at) "
    "SELECT proposal_id, person_id, actor_id, 'accept', digest, via, created_at FROM stance",
    "UPDATE objection SET words = 'All that snow.'",
    "UPDATE objection SET remedy = '41 %.'",
    "UPDATE objection SET wanted_ppm = 410000",
    "UPDATE objection SET line_key = ''",
    "UPDATE objection SET answer = 'Not at all.'",
    "UPDATE objection SET resolution = 'resolved'",
    "UPDATE objection SET state = 'answered'",
    "UPDATE objection SET state = 'withdrawn'",
    "UPDATE proposal_appeal SET words = 'Please do not look.'",
    "UPDATE proposal_appeal SET held = 1",
    "UPDATE proposal_appeal SET state = 'upheld'",
    "UPDATE proposal_appeal SET state = 'open', reason = ''",
    "UPDATE proposal_appeal SET reason = 'I looked away.'",
    "DELETE FROM proposal_appeal",
    "UPDATE proposal_decision SET reason = 'I get some of it.'",
    "UPDATE proposal_decision SET outcome = 'rejected'",
    "UPDATE pay_proposal SET pool_id = NULL",
    "UPDATE pay_proposal SET rule = 'majority'",
    "UPDATE pay_proposal SET currency = 'USD'",
    "UPDATE pay_proposal SET state = 'cancelled'",
    "UPDATE pay_proposal SET number = number + 1",
    "UPDATE pay_proposal SET locked_digest = 'z'",
    "UPDATE pay_proposal SET locked_at = NULL",
    "UPDATE pay_proposal SET unclaimed_policy = 'charity', unclaimed_months = 1",
    "UPDATE proposal_revision SET digest = 'z'",
    "UPDATE proposal_revision SET amount = amount + 1",
    "UPDATE proposal_revision SET number = number + 1",
    "INSERT INTO chain_link (number, kind, subject, document, document_digest, recorded_at, previous, digest) SELECT "
    "number + 999, kind, subject, document, document_digest, recorded_at, 'x' || number, 'x' || number "
    "FROM chain_link WHERE kind = 'proposal_locked'",
    "UPDATE pool SET host_share_ppm = 1",
    "UPDATE pool SET rule = 'majority'",
    "UPDATE pool SET state = 'closed'",
    "UPDATE pool_entry SET words = 'Gifts'",
    "UPDATE pool_entry SET words = ''",
    "UPDATE pool_entry SET evidence = 'another statement'",
    "UPDATE pool_entry SET evidence_digest = 'z'",
    "UPDATE pool_entry SET state = 'stated'",
    "UPDATE chain_link SET document = '' WHERE kind = 'stance'",
)
"""By whoever has the database in their hands."""


async def test_from_a_draft_over_an_objection_to_what_people_are_owed(here: Instance, time_passes: Pass) -> None:
    film = await earning(here)
    mailed = {"mail_to": "bo@mail.example", "mailed": [ALWAYS, "proposal_published"]}
    await here.run(lambda: Account.filter(actor_id=film.bo.id).update(**mailed))
    proposal, first = await film.published({"bo": 60, "cy": 40})

    # Half of 8,073.64 is what is shared; both are told, and anybody reads it.
    assert first.amount == 403_682
    assert await film.shares(first) == {"bo": (600_000, 242_209), "cy": (400_000, 161_473)}
    told = await here.run(lambda: Notification.filter(kind="proposal_published").select_related("account__actor"))
    assert {row.account.actor.handle: row.mail_at is not None for row in told} == {"bo": True, "cy": False}
    for _ in range(20):
        await here.run(lambda: write_comment(film.bo, proposal, "Well *done*."))
    await refused(here, TooMany, lambda: write_comment(film.bo, proposal, "Well *done*."))

    # Cy objects; as long as that has no answer nothing goes on, however long it takes.
    line = await here.run(lambda: Share.get(revision_id=first.id, actor_id=film.cy.id))
    draft = ObjectionDraft(
        kind="too_little",
        words="The sky is on screen all the time.",
        remedy="Half.",
        line=line.line_key,
        wanted=500_000,
    )
    objection = await here.run(lambda: object_to(film.cy, proposal, draft, digest=first.digest))
    await here.run(lambda: accept_proposal(film.bo, proposal, first.digest))
    time_passes(WINDOW)
    assert await here.run(close_windows) == 0
    await here.run(lambda: answer_objection(film.ana, objection, resolution="partly", words="We looked again: 45."))

    # The revision takes something from bo, who has another week.
    await film.weigh(proposal, {"bo": 55, "cy": 45})
    second = await film.publish(proposal, "Cy was right in part.")
    assert await film.shares(second) == {"bo": (550_000, 222_025), "cy": (450_000, 181_657)}
    assert second.document["previous"] == first.digest
    assert await here.run(close_windows) == 0, "who loses has time"
    time_passes(timedelta(days=7, minutes=1))
    assert await here.run(close_windows) == 1

    # What Cy has to do with it is in their copy, and what they said is gone when they leave.
    kinds = [entry["kind"] for entry in await here.run(lambda: _copied(film.cy))]
    assert kinds == ["share", "share", "object", "objection"]
    await here.run(lambda: _leaves(film.cy))
    (heard,) = (await film.page(proposal)).objections
    assert (heard.objection.words, heard.objection.answer) == ("", "We looked again: 45.")
    assert not (await here.run(lambda: ProposalRevision.get(id=second.id))).document

    # Nobody but a treasurer decides and locks, and each only what they saw.
    await refused(
        here, Forbidden, lambda: decide_proposal(film.ana, proposal, digest=second.digest, accepts=True, reason="Me")
    )
    await refused(
        here, Changed, lambda: decide_proposal(film.tom, proposal, digest=first.digest, accepts=True, reason="Fair")
    )
    await refused(
        here, Invalid, lambda: decide_proposal(film.tom, proposal, digest=second.digest, accepts=True, reason=" ")
    )
    await refused(here, Conflict, lambda: lock_proposal(film.tom, proposal, digest=second.digest))
    await here.run(
        lambda: decide_proposal(film.tom, proposal, digest=second.digest, accepts=True, reason="It is fair.")
    )
    await refused(here, Changed, lambda: lock_proposal(film.tom, proposal, digest=first.digest))
    await here.run(lambda: lock_proposal(film.tom, proposal, digest=second.digest))

    owed = await here.run(lambda: locked_shares(proposal))
    assert [(share.amount, share.part, share.income_kind) for share in owed] == [
        (222_025, "", "royalty"),
        (181_657, "", "royalty"),
    ]
    assert [await here.run(balance_of, payable(share.person_id), "EUR") for share in owed] == [-222_025, -181_657]
    state = await here.run(pool_state, film.pool)
    assert (state.in_pool, state.open_income, state.kept) == (0, 0, 403_682)
    await refused(here, Conflict, lambda: lock_proposal(film.tom, proposal, digest=second.digest))
    await refused(here, Conflict, lambda: cancel_proposal(film.ana, proposal, "No."))
    await refused(here, Conflict, lambda: film.publish(proposal, "Once more."))
    await refused(here, Conflict, lambda: give_share_back(film.bo, proposal, second.digest))

    page = await film.page(proposal, film.bo)
    assert [heard.objection.answer for heard in page.objections] == ["We looked again: 45."]
    links = [link.kind for link in await here.run(lambda: ChainLink.all().order_by("number"))]
    assert links[-11:] == [
        "proposal_revision",
        "proposal_objection",
        "stance",
        "stance",
        "objection_answered",
        "proposal_revision",
        "proposal_closing",
        "proposal_decision",
        "entry",
        "entry",
        "proposal_locked",
    ]


async def test_what_is_contested_is_held_and_the_rest_is_owed(here: Instance, time_passes: Pass) -> None:
    film = await earning(here, kind=Kind.ROYALTIES, host_share_ppm=0, amount=100_000)
    proposal, first = await film.published({"bo": 70, "cy": 30})
    line = await here.run(lambda: Share.get(revision_id=first.id, actor_id=film.cy.id))
    draft = ObjectionDraft(kind="too_little", words="All that sky.", remedy="40 %.", line=line.line_key, wanted=400_000)
    objection = await here.run(lambda: object_to(film.cy, proposal, draft, digest=first.digest))
    await refused(here, Forbidden, lambda: answer_objection(film.bo, objection, resolution="rejected", words="No."))
    # Nothing is resolved by saying so, for then nobody could appeal: a revision does that.
    await refused(here, Conflict, lambda: answer_objection(film.ana, objection, resolution="resolved", words="Yes."))
    await here.run(lambda: answer_objection(film.ana, objection, resolution="rejected", words="No."))
    await refused(here, Conflict, lambda: answer_objection(film.ana, objection, resolution="resolved", words="Yes."))
    await refused(here, Forbidden, lambda: appeal_objection(film.bo, objection, "Not mine."))
    appeal = await here.run(lambda: appeal_objection(film.cy, objection, "Please look."))
    assert await here.run(lambda: Notification.exists(kind="objection_appealed", account__actor_id=film.tom.id))
    await refused(here, Conflict, lambda: appeal_objection(film.cy, objection, "Again."))
    await refused(here, Conflict, lambda: withdraw_objection(film.cy, objection))
    await film.decided(proposal, first, time_passes)
    theirs = await here.run(lambda: Identity.get(actor_id=film.bo.id))
    await here.run(lambda: Identity.filter(id=theirs.id).update(person_id=line.person_id))  # as a treasurer could
    await refused(here, Conflict, lambda: lock_proposal(film.tom, proposal, digest=first.digest))
    await here.run(lambda: Identity.filter(id=theirs.id).update(person_id=theirs.person_id))
    await here.run(lambda: lock_proposal(film.tom, proposal, digest=first.digest))

    # Bo's 700 less the 100 that cy wishes for; of cy's own nobody takes anything.
    assert await film.owed(proposal) == {"bo": 60_000, "cy": 30_000}
    assert (await film.look(proposal)).held_amount == 10_000
    assert await here.run(release_settled) == 0

    # What is held is nobody else's meanwhile: a further proposal shares what came in since, and not that as well.
    await film.earn(5_000)
    further, its = await film.published({"bo": 50, "cy": 50})
    assert its.amount == 5_000
    await film.decided(further, its, time_passes)
    dora = await here.join("dora", role=Role.MODERATOR)
    await refused(here, Forbidden, lambda: decide_appeal(film.tom, appeal, upholds=False, reason="As I decided."))
    await refused(here, Forbidden, lambda: decide_appeal(film.ana, appeal, upholds=True, reason="For cy."))
    await refused(here, Forbidden, lambda: decide_appeal(film.cy, appeal, upholds=True, reason="For me."))
    await here.run(lambda: decide_appeal(dora, appeal, upholds=False, reason="I looked: it is fair."))
    await refused(here, Conflict, lambda: decide_appeal(dora, appeal, upholds=True, reason="After all."))

    # A credit that its person contests, and an open claim about a work, hold those lines, and the lock holds no others.
    mine = await here.run(lambda: ProductionCredit.get(actor_id=film.bo.id))
    cys = await here.run(lambda: ProductionCredit.get(actor_id=film.cy.id))
    await here.run(lambda: answer_credit(film.cy, cys, CreditHappening.CONTEST, reason="I painted it too."))
    drops = await here.run(lambda: Record.get(title="Drops").select_related("author"))
    noise = await record_by(here, dora, "Noise")
    said = ClaimDraft(kind=ClaimKind.MISSING_SOURCE, words="It is in there.", source=noise.uri)
    claim = await here.run(lambda: open_claim(dora, drops, said))
    held = await here.run(lambda: held_lines(film.production))
    assert held == {cys.id: "contested", mine.id: "missing_source"}
    lock = lambda: lock_proposal(film.tom, further, digest=its.digest)  # noqa: E731
    assert "Everything in it is contested." in await refused(here, Conflict, lock)
    await here.run(lambda: answer_credit(film.cy, cys, CreditHappening.CONFIRM))
    assert await here.run(_locked_alone, film, further, its) == {"cy": 2_500}
    await here.run(lambda: withdraw(dora, claim.key))

    # It is released at the moment at which two lock the other one: each gets what it was promised, once.
    copies = [await film.look(further) for _ in range(2)]
    olga = await here.run(lambda: Actor.get(local_handle="olga"))
    ends = await at_once(
        here,
        release_settled,
        lambda: lock_proposal(film.tom, copies[0], digest=its.digest),
        lambda: lock_proposal(olga, copies[1], digest=its.digest),
        release_settled,
    )
    assert (ends[0], ends[3], ends[1:3].count(None)) == (None, None, 1)
    assert await here.run(release_settled) == 0, "once"
    posts = await here.run(lambda: News.filter(text__contains=proposal.uri).order_by("id"))
    assert [text.partition(".")[0] for text in (each.text for each in posts)] == [
        "How money is to be shared: “Sales of the film”",
        "It is decided that money is shared as “Sales of the film” says",
        "What “Sales of the film” gives is owed to everybody listed from now on",
        "What was held back of “Sales of the film” and is settled by now is owed like the rest",
    ]
    assert await film.owed(further) == {"bo": 2_500, "cy": 2_500}

    # Whoever can write the database changes nothing of what was said and decided unseen; who leaves is erased.
    assert await here.run(erased) == 0
    assert await here.run(unseen, *CHANGES) == []
    assert await here.run(strangers_in, first) == []
    strangers, found = await here.run(written_anew, first)  # whole, with its digest and its shares
    assert (len(strangers), found[0]) == (2, "revision 1 is not the one that was published")
    await here.run(lambda: _leaves(film.cy))
    assert await here.run(erased) == 2, "why they objected, and why they appealed"
    put_in = "UPDATE objection SET words = 'It was nothing.'"
    assert await here.run(unseen, put_in, "UPDATE proposal_appeal SET words = 'x'") == []
    assert await film.owed(proposal) == {"bo": 70_000, "cy": 30_000}
    assert {share.part for share in await here.run(lambda: locked_shares(proposal))} == {"", "2"}
    assert (await here.run(pool_state, film.pool)).in_pool == 0


@pytest.mark.one_database
async def test_what_others_found_right_is_not_decided_past(here: Instance, time_passes: Pass) -> None:
    film = await earning(here)
    dora = await here.join("dora", role=Role.MODERATOR)
    proposal, first = await film.published()
    draft = ObjectionDraft(kind="too_little", words="All that sky.", remedy="More.", wanted=500_000)
    objection = await here.run(lambda: object_to(film.cy, proposal, draft, digest=first.digest))

    await here.run(_crowded, film, proposal, first)

    # Resolved is what they asked for, and nothing less: neither another word, nor a little more.
    resolves = lambda: answer_objection(film.ana, objection, resolution="resolved", words="Done.")  # noqa: E731
    for weights, note in (({"bo": 60, "cy": 40}, "A typo."), ({"bo": 59, "cy": 41}, "A little.")):
        await film.weigh(proposal, weights, reason=f"Heard: {note}")
        await film.publish(proposal, note)
        assert "not so yet" in await refused(here, Conflict, resolves)
    await here.run(lambda: answer_objection(film.ana, objection, resolution="partly", words="A little."))
    appeal = await here.run(lambda: appeal_objection(film.cy, objection, "Please look."))
    assert appeal.held == 36_332, "9 % of 4,036.82: what they asked for less what they have"
    await here.run(lambda: decide_appeal(dora, appeal, upholds=True, reason="Cy is right."))
    time_passes(WINDOW)
    await here.run(close_windows)
    said: dict[str, Any] = {"accepts": True, "reason": "Never mind."}
    little = await film.newest(proposal)
    await refused(here, Conflict, lambda: decide_proposal(film.tom, proposal, digest=little.digest, **said))
    await film.weigh(proposal, {"bo": 50, "cy": 50})

    # Whoever writes lines and gets a share is named as such, whoever pressed the button.
    assert not (await film.page(proposal)).proposer_is_listed
    await here.run(lambda: GroupLeader.create(group_id=film.pool.group_id, actor=film.bo))
    draft_now = await film.look(proposal)
    await here.run(lambda: save_lines(film.bo, draft_now, draft_now.version, []))
    assert (await film.page(proposal)).proposer_is_listed
    second = await film.publish(proposal, "As the appeal says.")

    # What is resolved can be appealed like every answer, and holds nothing that they have.
    again = await here.run(lambda: object_to(film.cy, proposal, draft, digest=second.digest))
    await here.run(lambda: answer_objection(film.ana, again, resolution="resolved", words="As you wished."))
    assert (await here.run(lambda: appeal_objection(film.cy, again, "I changed my mind."))).held == 0
    await film.decided(proposal, second, time_passes)
    await here.run(lambda: lock_proposal(film.tom, proposal, digest=second.digest))
    assert await film.owed(proposal) == {"bo": 201_841, "cy": 201_841}
    posts = await here.run(lambda: News.filter(text__contains="was revised").order_by("id"))
    assert [post.text.split("\n\n")[-2] for post in posts] == ["> A typo.", "> A little.", "> As the appeal says."]


@pytest.mark.one_database
async def test_what_an_appeal_took_back_stays_for_a_further_proposal(here: Instance, time_passes: Pass) -> None:
    film = await earning(here, host_share_ppm=0, amount=100_000)
    eve, dora = await here.join("eve"), await here.join("dora", role=Role.MODERATOR)
    mal, project = await here.join("mal"), film.production.project_id
    was_there: dict[str, Any] = {"project_id": project, "actor": eve, "state": "left", "joined_at": now()}
    await here.run(lambda: ProjectMember.create(**was_there))
    time_passes(timedelta(minutes=1))
    proposal, first = await film.published({"bo": 50, "cy": 50})
    draft = ObjectionDraft(kind="left_out", words="I did the colours.", remedy="A fifth.", wanted=200_000)
    await refused(here, Invalid, lambda: object_to(film.bo, proposal, draft, digest=first.digest))
    too_much = ObjectionDraft(kind="too_much", words="Bo did little.", remedy="Less.", line="0" * 26)
    await refused(here, Forbidden, lambda: object_to(eve, proposal, too_much, digest=first.digest))
    objection = await here.run(lambda: object_to(eve, proposal, draft, digest=first.digest))
    await here.run(lambda: answer_objection(film.ana, objection, resolution="rejected", words="We do not know you."))
    appeal = await here.run(lambda: appeal_objection(eve, objection, "Ask the others."))

    # Whoever left no trace in it is heard and answered, and holds nothing, whatever they ask for.
    all_of_it = ObjectionDraft(kind="left_out", words="Mine.", remedy="All.", wanted=1_000_000)
    await here.run(lambda: ProjectMember.create(**was_there | {"actor": mal, "joined_at": now()}))
    swept: dict[str, Any] = {
        "uri": f"{here.origin}/t",
        "title": "Sweep",
        "done_by": mal,
        "ended_at": now(),
        "state": "done",
    }
    await here.run(lambda: Task.create(project_id=project, made_by=film.ana, **swept))
    strange = await here.run(lambda: object_to(mal, proposal, all_of_it, digest=first.digest))
    await here.run(lambda: answer_objection(film.ana, strange, resolution="rejected", words="Who are you?"))
    assert (await here.run(lambda: appeal_objection(mal, strange, "Well."))).held == 0

    # Nobody buries what others say under what they take back, and what waits for an answer comes first.
    speaks = lambda: object_to(mal, proposal, all_of_it, digest=first.digest)  # noqa: E731
    for _ in range(9):
        await here.run(withdraw_objection, mal, await here.run(speaks))
    await refused(here, TooMany, speaks)
    other = ObjectionDraft(kind="other", words="Hm.", remedy="Otherwise.")
    bos = lambda: object_to(film.bo, proposal, other, digest=first.digest)  # noqa: E731
    waiting = [await here.run(bos) for _ in range(3)]
    assert "wait until" in await refused(here, Conflict, bos)
    shown = [heard.objection.key for heard in (await film.page(proposal)).objections]
    assert shown[:3] == [each.key for each in waiting]
    for each in waiting:
        await here.run(withdraw_objection, film.bo, each)
    await film.decided(proposal, first, time_passes)
    await here.run(lambda: lock_proposal(film.tom, proposal, digest=first.digest))
    assert await film.owed(proposal) == {"bo": 40_000, "cy": 40_000}

    # Nobody's money waits for good for somebody who is suspended, or because nobody decides.
    for days, released in ((0, 0), (8, 20_000)):  # nor is anybody silenced for a moment
        said_so: dict[str, Any] = {"state": "suspended", "suspended_at": now() - timedelta(days=days)}
        suspends = lambda: Actor.filter(id=eve.id).update(**said_so)  # noqa: B023, E731
        assert await here.run(_released_after, proposal, suspends) == released
    long_ago = now() - timedelta(days=60)
    ages = lambda: ProposalAppeal.filter(id=appeal.id).update(created_at=long_ago)  # noqa: E731
    assert await here.run(_released_after, proposal, ages) == 20_000
    await here.run(lambda: decide_appeal(dora, appeal, upholds=True, reason="They did."))
    await here.run(release_settled)
    assert (await film.look(proposal)).held_amount == 0
    assert await film.owed(proposal) == {"bo": 40_000, "cy": 40_000}, "nothing more for them"

    # What is left is shared by a proposal that adjusts the first one.
    further = await film.propose({"bo": 0, "cy": 0}, adjusts=proposal)
    colours = LineDraft(person=eve, label="Colours", weight=1, reason="As the appeal says.")
    await here.run(lambda: save_lines(film.ana, further, further.version, [colours]))
    second = await film.publish(further)
    assert await film.shares(second) == {"bo": (0, 0), "cy": (0, 0), "eve": (1_000_000, 20_000)}
    assert second.document["adjusts"] == proposal.uri


async def _shared_as_the_rules_say(film: Earning, proposal: PayProposal, random: Random) -> None:
    """`proposal` with random lines is published, given back in part and locked; that is undone."""
    with suppress(_UndoneError):
        async with transaction():
            fresh = await PayProposal.get(id=proposal.id)
            most = random.choice([3, 1_000, 10**9])
            lines = [
                LineDraft(name=f"Dora {number}", weight=random.randint(0, most), reason="Heard.")
                for number in range(random.randint(1, 9))
            ]
            await save_lines(film.ana, fresh, fresh.version, lines)
            fresh = await get_proposal(proposal.key, film.ana)
            revision = await publish_revision(film.ana, fresh, version=fresh.version)
            if random.random() < 0.5:
                await give_share_back(film.bo, await get_proposal(proposal.key, film.ana), revision.digest)
                revision = await ProposalRevision.get(proposal_id=proposal.id, number=2)
            shares = await Share.filter(revision_id=revision.id).order_by("-line_key")
            weights = {share.line_key: share.weight for share in shares}
            given_back = {share.line_key for share in shares if share.is_given_back}
            ppm = redistribute(weights, given_back, scope=proposal.key).after
            amounts = amounts_of(revision.amount, ppm, scope=proposal.key)
            assert {share.line_key: (share.ppm, share.amount) for share in shares} == {
                key: (ppm[key], amounts[key]) for key in weights
            }
            await PayProposal.filter(id=proposal.id).update(state=State.DECIDED.value)
            await lock_proposal(film.tom, await get_proposal(proposal.key, film.ana), digest=revision.digest)
            owed = {share.line_key: share.amount for share in await locked_shares(proposal)}
            assert owed == {key: amount for key, amount in amounts.items() if amount}
            assert sum(owed.values()) == revision.amount == 403_682
            _undo()


async def _crowded(film: Earning, proposal: PayProposal, revision: ProposalRevision) -> None:
    """Nobody is told without end: leaders revise so often in a day, and one person says so much; that is undone."""
    with suppress(_UndoneError):
        async with transaction():
            (row,) = await ProposalRevision.filter(id=revision.id).values()
            same = {name: value for name, value in row.items() if name not in ("id", "number")}
            await ProposalRevision.bulk_create([ProposalRevision(number=number, **same) for number in range(2, 11)])
            fresh = await get_proposal(proposal.key, film.ana)
            with pytest.raises(TooMany):
                await publish_revision(film.ana, fresh, version=fresh.version, note="Again.")
            said: dict[str, Any] = {"person_id": await own_person(film.bo), "actor": film.bo, "says": "accept"}
            await Stance.bulk_create(
                [Stance(proposal=proposal, digest="zQm", counts=False, via="page", **said) for _ in range(50)]
            )
            with pytest.raises(TooMany):
                await accept_proposal(film.bo, fresh, revision.digest)
            _undo()


async def _locked_alone(film: Earning, proposal: PayProposal, revision: ProposalRevision) -> dict[str, int]:
    """What people would be owed by locking it now, by handle; that is undone."""
    owed: dict[str, int] = {}
    with suppress(_UndoneError):
        async with transaction():
            await lock_proposal(film.tom, proposal, digest=revision.digest)
            shares = await locked_shares(proposal)
            actors = {film.bo.id: film.bo, film.cy.id: film.cy}
            people = {row.person_id: row.actor_id for row in await Identity.filter(actor_id__in=list(actors))}
            owed = {actors[people[share.person_id]].handle: share.amount for share in shares}
            _undo()
    return owed


async def _released_after(proposal: PayProposal, change: Callable[[], Awaitable[object]]) -> int:
    """Minor units that would be released after `change`, which is undone."""
    released = -1
    with suppress(_UndoneError):
        async with transaction():
            await change()
            released = await release_held(proposal)
            _undo()
    return released


@pytest.mark.one_database
async def test_a_share_that_is_given_back_goes_to_the_others(here: Instance, time_passes: Pass) -> None:
    """The founder's case: it is seen struck through, and can be taken back as long as people can object."""
    film = await earning(here, rule=Rule.MAJORITY, host_share_ppm=0, amount=100_000)
    proposal, first = await film.published({"ana": 0, "bo": 60, "cy": 40})
    await refused(here, Forbidden, lambda: give_share_back(film.tom, proposal, first.digest))
    assert await here.run(lambda: give_share_back(film.bo, proposal, "zQmStale")) is None
    second = await here.run(lambda: give_share_back(film.bo, proposal, first.digest))
    assert second is not None
    assert await film.shares(second) == {"bo": (0, 0), "cy": (1_000_000, 100_000)}
    page = await film.page(proposal)
    (struck,) = [line for line in page.lines if line.share.is_given_back]
    assert (struck.before, struck.share.ppm) == (600_000, 0)
    await refused(here, Invalid, lambda: give_share_back(film.cy, proposal, second.digest))
    assert (await film.look(proposal)).number == 2, "what was refused left nothing behind"

    # The leader's next revision keeps what bo gave back; when bo takes it back, cy has another week.
    await film.weigh(proposal, {"bo": 50, "cy": 50}, reason="Both are in it from end to end.")
    third = await film.publish(proposal, "Even.")
    assert await film.shares(third) == {"bo": (0, 0), "cy": (1_000_000, 100_000)}
    before = (await film.look(proposal)).closes_at
    time_passes(timedelta(days=13))
    fourth = await here.run(lambda: take_share_back(film.bo, proposal, third.digest))
    assert fourth is not None
    assert await film.shares(fourth) == {"bo": (500_000, 50_000), "cy": (500_000, 50_000)}
    after = (await film.look(proposal)).closes_at
    assert before is not None
    assert after is not None
    assert (after - before).days == 6, "another week, of which the first days were left anyway"
    # Once for each person: nobody keeps everybody else waiting by a change of mind.
    for _ in range(2):
        time_passes(timedelta(days=1))
        for turn in (give_share_back, take_share_back):
            digest = (await film.newest(proposal)).digest
            await here.run(turn, film.bo, proposal, digest)
    assert (await film.look(proposal)).closes_at == after
    digest = (await film.newest(proposal)).digest
    await refused(here, TooMany, lambda: give_share_back(film.bo, proposal, digest))
    await here.run(lambda: PayProposal.filter(id=proposal.id).update(closes_at=now()))
    assert "as long as people can object" in await refused(
        here, Conflict, lambda: take_share_back(film.bo, proposal, digest)
    )

    # Those who are listed decide by what they have: half is not more than half, and nobody decides it for them.
    await here.run(lambda: accept_proposal(film.bo, proposal, digest))
    await here.run(close_windows)
    assert (await film.look(proposal)).state == "closing"
    assert await here.run(waiting_proposals) == [], "it waits for no treasurer"
    said: dict[str, Any] = {"digest": digest, "accepts": True, "reason": "Quick."}
    await refused(here, Conflict, lambda: decide_proposal(film.tom, proposal, **said))
    await here.run(lambda: accept_proposal(film.cy, proposal, digest))
    await here.run(close_windows)
    assert (await film.look(proposal)).state == "decided"
    assert await here.run(waiting_proposals) == [proposal]
    (decision,) = await here.run(lambda: ProposalDecision.filter(proposal_id=proposal.id))
    assert (decision.rule, decision.outcome, decision.decided_by_id) == ("majority", "accepted", None)


@pytest.mark.one_database
async def test_those_who_are_listed_decide_where_the_rule_says_so(here: Instance, time_passes: Pass) -> None:
    film = await earning(here, rule=Rule.CONSENT)
    proposal, first = await film.published({"bo": 99, "cy": 1})
    one = await here.run(lambda: accept_proposal(film.bo, proposal, first.digest))
    again = await here.run(lambda: accept_proposal(film.bo, proposal, first.digest))
    assert one.id == again.id, "said once"
    await here.run(lambda: Actor.filter(id=film.cy.id).update(moved_to="https://there.test/u/cy"))
    moved = await here.run(lambda: Actor.get(id=film.cy.id))
    await refused(here, Forbidden, lambda: accept_proposal(moved, proposal, first.digest))
    await here.run(lambda: Actor.filter(id=film.cy.id).update(moved_to=None))
    await refused(here, Forbidden, lambda: accept_proposal(film.tom, proposal, first.digest))
    time_passes(WINDOW)
    await here.run(close_windows)
    assert (await film.look(proposal)).state == "closing", "one of two is no majority of the people"
    await refused(
        here, Conflict, lambda: decide_proposal(film.tom, proposal, digest=first.digest, accepts=True, reason="Quick.")
    )
    # Silence keeps nobody from their money for good: half a year later it is the host's, as the rule says.
    closed = {"closes_at": now() - HOST_AFTER + timedelta(minutes=1)}
    await here.run(lambda: PayProposal.filter(id=proposal.id).update(**closed))
    assert await here.run(waiting_proposals) == []
    time_passes(timedelta(minutes=2))
    assert await here.run(waiting_proposals) == await here.run(proposals_to_decide) == [proposal]
    decision = await here.run(
        lambda: decide_proposal(film.tom, proposal, digest=first.digest, accepts=False, reason="Cy should get more.")
    )
    assert (decision.rule, decision.outcome, decision.decided_by_id) == ("consent", "rejected", film.tom.id)
    assert decision.tally is not None
    assert (decision.tally["accepted"], decision.tally["silent"]) == (1, 1)

    # Cy accepted what was before: that is kept, with its reason, and counts for nothing.
    await film.weigh(proposal, {"bo": 97, "cy": 3})
    second = await film.publish(proposal, "More for cy.")
    stale = await here.run(lambda: accept_proposal(film.cy, proposal, first.digest))
    assert (stale.counts, bool(stale.reason), stale.revision_id) == (False, True, None)
    # Both object and get an answer; neither waits for the time to appeal: bo takes it back, and cy accepts after all.
    # Cy objected often to what was before, and is heard about this all the same.
    whose: dict[str, Any] = {"proposal_id": proposal.id, "author_id": film.cy.id, "person_id": stale.person_id}
    before: dict[str, Any] = {"number": 1, "kind": "other", "words": "Hm.", "remedy": "So.", "state": "withdrawn"}
    often = [Objection(key=new_key(), **whose, **before) for _ in range(MAX_OBJECTIONS)]
    await here.run(lambda: Objection.bulk_create(often))
    time_passes(timedelta(days=6))
    await here.run(accept_proposal, film.cy, proposal, second.digest)
    draft = ObjectionDraft(kind="other", words="Hm.", remedy="Otherwise.")
    heard = []
    for who in (film.bo, film.cy):
        heard.append(await here.run(object_to, who, proposal, draft, digest=second.digest))
        await here.run(lambda: answer_objection(film.ana, heard[-1], resolution="rejected", words="It is fair."))
    await refused(here, TooMany, lambda: object_to(film.cy, proposal, draft, digest=second.digest))
    assert len(await _against(film, proposal)) == 2
    await here.run(withdraw_objection, film.bo, heard[0])
    assert len(await _against(film, proposal)) == 1
    for who in (film.bo, film.cy):
        await here.run(accept_proposal, who, proposal, second.digest)
    assert not await _against(film, proposal)
    time_passes(timedelta(days=1, minutes=1))
    await here.run(close_windows)
    assert (await film.look(proposal)).state == "decided"
    decision = (await here.run(lambda: ProposalDecision.filter(proposal_id=proposal.id).order_by("id")))[-1]
    assert (decision.outcome, decision.decided_by_id) == ("accepted", None)
    late = await here.run(lambda: accept_proposal(film.cy, proposal, first.digest))
    assert not late.counts
    nobody = (await here.run(own_actor)).id
    await here.run(lambda: Identity.filter(actor_id=film.cy.id).update(actor_id=nobody))
    await refused(here, Conflict, lambda: lock_proposal(film.tom, proposal, digest=second.digest))
    await here.run(lambda: Identity.filter(actor_id=nobody).update(actor_id=film.cy.id))
    await here.run(lambda: lock_proposal(film.tom, proposal, digest=second.digest))
    assert sum((await film.owed(proposal)).values()) == 403_682


@pytest.mark.one_database
async def test_a_draft_is_written_by_one_at_a_time_and_within_bounds(here: Instance) -> None:
    film = await earning(here)
    proposal = await film.propose()
    lines = await here.run(lambda: proposal.lines.filter(actor_id=film.bo.id))
    keep = LineDraft(key=lines[0].key, weight=1, reason="So.")
    for wrong, error in (
        (LineDraft(key=lines[0].key, weight=-1), Invalid),
        (LineDraft(key=lines[0].key, weight=10**9 + 1), Invalid),
        (LineDraft(key=lines[0].key, weight=True), Invalid),
        (LineDraft(key=lines[0].key, weight=1, income_kind="loot"), Invalid),
        (LineDraft(key=lines[0].key, weight=1, reason="x" * 501), Invalid),
        (LineDraft(weight=1, reason="Nobody."), Invalid),
        (LineDraft(key="0" * 26, weight=1), NotFound),
    ):
        await refused(here, error, lambda wrong=wrong: save_lines(film.ana, proposal, proposal.version, [wrong]))
    await refused(here, Invalid, lambda: save_lines(film.ana, proposal, proposal.version, [keep, keep]))
    await refused(here, Changed, lambda: save_lines(film.ana, proposal, proposal.version - 1, [keep]))
    await refused(here, Changed, lambda: publish_revision(film.ana, proposal, version=proposal.version - 1))
    await refused(here, Forbidden, lambda: save_lines(film.bo, proposal, proposal.version, [keep]))
    await refused(here, Forbidden, lambda: publish_revision(film.tom, proposal, version=proposal.version))
    await refused(here, NotFound, lambda: get_proposal(proposal.key, film.bo))

    # Nobody who is credited is left out silently, and no line goes without its reason, not even one of 0.
    await here.run(lambda: save_lines(film.ana, proposal, proposal.version, [], gone=[lines[0].key]))
    said = await refused(here, Conflict, lambda: publish_revision(film.ana, proposal, version=proposal.version))
    assert "bo" in said
    zero = LineDraft(person=film.bo, weight=0)
    await here.run(lambda: save_lines(film.ana, proposal, proposal.version, [zero]))
    await refused(here, Invalid, lambda: publish_revision(film.ana, proposal, version=proposal.version))


@pytest.mark.one_database
async def test_nobody_locks_what_they_proposed_unless_they_are_alone_and_wait(
    here: Instance, time_passes: Pass
) -> None:
    film = await earning(here)

    # Ana draws it up and lets eve press the button: both proposed it.
    eve = await here.join("eve")
    await here.run(lambda: GroupLeader.create(group_id=film.pool.group_id, actor=eve))
    proposal = await film.propose()
    first = await here.run(lambda: publish_revision(eve, proposal, version=proposal.version))
    proposal = await film.look(proposal)
    assert await here.run(proposers_of, proposal) == {await here.run(own_person, each) for each in (film.ana, eve)}
    assert proposal.proposer_id == film.ana.id
    time_passes(timedelta(days=10))

    async def roles(**wanted: Role) -> None:
        for name, role in wanted.items():
            await here.run(lambda: Account.filter(actor__local_handle=name).update(role=role.value))  # noqa: B023

    # Cy appeals, and nobody is left who had no part in it: bo hears of that, and ana waits before she decides.
    await roles(ana=Role.OWNER, olga=Role.MEMBER)
    draft = ObjectionDraft(kind="too_little", words="All that sky.", remedy="More.", wanted=500_000)
    objection = await here.run(lambda: object_to(film.cy, proposal, draft, digest=first.digest))
    await here.run(lambda: answer_objection(film.ana, objection, resolution="rejected", words="No."))
    await roles(tom=Role.MEMBER)
    appeal = await here.run(lambda: appeal_objection(film.cy, objection, "Please look."))
    bos = (await here.run(lambda: Account.get(actor_id=film.bo.id))).id
    assert await here.run(lambda: Notification.filter(kind="objection_appealed", account_id=bos).count()) == 1
    judge = lambda: decide_appeal(film.ana, appeal, upholds=False, reason="I looked.")  # noqa: E731
    await refused(here, Conflict, judge)
    time_passes(timedelta(days=7, minutes=1))
    await refused(here, Conflict, judge)  # as far as anybody was told tom could all the time
    assert await here.run(say_who_is_alone) == 2
    assert await here.run(lambda: Notification.filter(kind="objection_appealed", account_id=bos).count()) == 2
    time_passes(timedelta(days=7))
    await roles(tom=Role.TREASURER)
    await refused(here, Forbidden, judge)
    await roles(tom=Role.MEMBER)
    await here.run(judge)
    said_so = await here.run(
        lambda: Notification.get(kind__startswith="objection_decided", account__actor_id=film.cy.id)
    )
    assert said_so.kind == "objection_decided_alone"
    await here.run(close_windows)

    # Ana drew it up, and cy gets a share: as long as tom is there neither decides it.
    await roles(tom=Role.TREASURER, cy=Role.TREASURER)
    await here.run(say_who_is_alone)
    said: dict[str, Any] = {"digest": first.digest, "accepts": True, "reason": "Mine."}
    own = lambda: decide_proposal(film.ana, proposal, **said)  # noqa: E731
    cys = lambda: decide_proposal(film.cy, proposal, **said)  # noqa: E731
    await refused(here, Forbidden, own)
    assert "You get a share of it yourself" in await refused(here, Forbidden, cys)
    assert "You get a share of it yourself" in await _shown(here, "cy", proposal)
    await roles(tom=Role.MEMBER)
    assert "so does everybody who could do that" in await refused(here, Conflict, cys)  # nor at once without tom
    await roles(cy=Role.MEMBER)
    await refused(here, Conflict, own)  # however long ago it was published: nobody was told that she is alone
    assert await here.run(say_who_is_alone) == 1
    time_passes(timedelta(days=7))
    await roles(tom=Role.TREASURER)
    await here.run(say_who_is_alone)
    await roles(tom=Role.MEMBER)
    await refused(here, Conflict, own)  # nor was she while tom could
    await here.run(say_who_is_alone)
    alone = await here.run(lambda: Notification.filter(kind="decides_alone", account__actor_id=film.bo.id))
    assert [row.details["who"] for row in alone] == ["ana", "ana", "ana"]
    await roles(bo=Role.OWNER)
    await here.run(say_who_is_alone)
    time_passes(timedelta(days=7))
    await refused(here, Forbidden, own)  # bo gets a share, but did not propose it
    await roles(bo=Role.MEMBER)
    await here.run(say_who_is_alone)
    time_passes(timedelta(days=7))
    await here.run(own)
    locks = partial(lock_proposal, proposal=proposal, digest=first.digest)
    await refused(here, Conflict, lambda: locks(film.ana))
    await roles(cy=Role.TREASURER)
    await refused(here, Forbidden, lambda: locks(film.ana))
    await refused(here, Conflict, lambda: locks(film.cy))
    assert "so does everybody who could do that" in await _shown(here, "cy", proposal)
    assert await here.run(say_who_is_alone) == 1
    assert await here.run(lambda: Notification.exists(kind="locks_alone", account__actor_id=film.bo.id))
    time_passes(timedelta(days=7))
    await here.run(lambda: locks(film.cy))
    links = await here.run(
        lambda: ChainLink.filter(kind__in=["appeal_decided", "proposal_decision", "proposal_locked"])
    )
    assert [('"solo":true' in link.document) for link in links] == [True, True, True]


async def test_two_at_once_publish_and_lock_once(here: Instance, time_passes: Pass) -> None:
    film = await earning(here)
    proposal = await film.propose()

    # Whatever is proposed: what is published, owed and booked is what the rules alone say, on both databases.
    for seed in range(6):
        await here.run(_shared_as_the_rules_say, film, proposal, Random(seed))  # noqa: S311

    copies = [await film.look(proposal) for _ in range(3)]
    ends = await at_once(
        here,
        *(lambda copy=copy: publish_revision(film.ana, copy, version=copy.version) for copy in copies[:2]),
        lambda: save_lines(film.ana, copies[2], copies[2].version, [LineDraft(name="Dora", weight=0, reason="None.")]),
    )
    assert sum(end is None for end in ends) in (1, 2), "a draft that changed is not published unseen"
    if not await here.run(lambda: ProposalRevision.filter(proposal_id=proposal.id).count()):
        await film.publish(proposal)
    (first,) = await here.run(lambda: ProposalRevision.filter(proposal_id=proposal.id))

    # Bo accepts what is revised at that moment: that counts for what bo has seen, and for nothing that came after.
    await film.weigh(proposal, {"bo": 59, "cy": 41})
    copies = [await film.look(proposal) for _ in range(3)]
    ends = await at_once(
        here,
        lambda: accept_proposal(film.bo, copies[0], first.digest),
        lambda: publish_revision(film.ana, copies[1], version=copies[1].version, note="More for cy."),
        lambda: publish_revision(film.ana, copies[2], version=copies[2].version, note="More for cy, I said."),
    )
    assert [end is None for end in ends[1:]].count(True) == 1
    (said,) = await here.run(lambda: Stance.filter(proposal_id=proposal.id))
    assert (said.counts, said.revision_id) in ((True, first.id), (False, None))
    assert not (await _tally(film, proposal)).accepted
    second = await film.newest(proposal)
    assert second.number == 2

    # The time to object ends while cy objects: either that is in time and waits for an answer, or it is too late.
    await here.run(lambda: PayProposal.filter(id=proposal.id).update(closes_at=now() + timedelta(milliseconds=30)))
    copies = [await film.look(proposal) for _ in range(2)]
    draft = ObjectionDraft(kind="other", words="Wait!", remedy="Half.")
    ends = await at_once(
        here,
        lambda: object_to(film.cy, copies[0], draft, digest=second.digest),
        close_windows,
        close_windows,
    )
    objections = await here.run(lambda: Objection.filter(proposal_id=proposal.id))
    assert len(objections) == (ends[0] is None)
    time_passes(timedelta(minutes=1))
    await here.run(close_windows)
    assert (await film.look(proposal)).state == ("revised" if objections else "closing")
    for objection in objections:
        await here.run(lambda: answer_objection(film.ana, objection, resolution="rejected", words="No."))  # noqa: B023
    await here.run(close_windows)

    # It is decided, revised and appealed at once: nobody decides what they have not seen.
    await film.weigh(proposal, {"bo": 58, "cy": 42})
    copies = [await film.look(proposal) for _ in range(4)]
    verdict: dict[str, Any] = {"digest": second.digest, "accepts": True, "reason": "Fair."}
    ends = await at_once(
        here,
        lambda: decide_proposal(film.tom, copies[0], **verdict),
        lambda: publish_revision(film.ana, copies[1], version=copies[1].version, note="Even more."),
        lambda: decide_proposal(film.tom, copies[2], **verdict),
        *(lambda one=one: appeal_objection(film.cy, one, "Look.") for one in objections),
    )
    assert ends[1] is None
    assert [ends[0], ends[2]].count(None) <= 1
    third, fresh = await film.newest(proposal), await film.look(proposal)
    assert (third.number, fresh.state, fresh.decided_at) == (3, "revised", None)

    # Two treasurers lock it, and another proposal for the same pool, while it is called off: the pool is shared once.
    await film.decided(proposal, third, time_passes)
    other = await film.propose({"bo": 1, "cy": 1})
    await here.run(lambda: PayProposal.filter(id=proposal.id).update(state="draft"))  # which no way leads to
    drafts = [await film.look(other) for _ in range(2)]
    ends = await at_once(
        here, *(lambda copy=copy: publish_revision(film.ana, copy, version=copy.version) for copy in drafts)
    )
    assert ends.count(None) == 1
    twin = await film.newest(other)
    await film.decided(other, twin, time_passes)
    await here.run(lambda: PayProposal.filter(id=proposal.id).update(state="decided"))
    olga = await here.run(lambda: Actor.get(local_handle="olga"))
    copies, twins = [await film.look(proposal) for _ in range(3)], [await film.look(other) for _ in range(2)]
    ends = await at_once(
        here,
        lambda: lock_proposal(film.tom, copies[0], digest=third.digest),
        lambda: lock_proposal(olga, copies[1], digest=third.digest),
        lambda: cancel_proposal(film.ana, copies[2], "Stop."),
        lambda: lock_proposal(olga, twins[0], digest=twin.digest),
        lambda: lock_proposal(film.tom, twins[1], digest=twin.digest),
    )
    assert all(isinstance(end, Conflict) for end in ends if end)
    assert ends[:3].count(None) == 1
    locked = [one for one in (await film.look(proposal), await film.look(other)) if one.state == "locked"]
    owed = sum([sum((await film.owed(one)).values()) for one in locked])
    assert len(locked) == 1, "the money is there once"
    assert owed + sum(one.held_amount for one in locked) == 403_682
    assert (await here.run(pool_state, film.pool)).in_pool == 403_682 - owed


async def at_once(at: Instance, *deeds: Callable[[], Awaitable[Any]]) -> list[FedirecError | None]:
    """What became of each: None, or the friendly reason why not."""
    ends = await asyncio.gather(*(at.run(deed) for deed in deeds), return_exceptions=True)
    for end in ends:
        if isinstance(end, BaseException) and not isinstance(end, FedirecError):
            raise end
    return [end if isinstance(end, FedirecError) else None for end in ends]


@pytest.mark.one_database
async def test_what_may_not_be_sold_and_what_was_promised_stand_in_the_way(here: Instance, time_passes: Pass) -> None:
    film = await earning(here, host_share_ppm=0, amount=10_000, licence="CC-BY-NC-4.0")
    proposal = await film.propose()

    # The licence of Cy's work does not let people make money, until Cy grants it.
    work = await here.run(lambda: Record.get(author_id=film.cy.id))
    said = await refused(here, Conflict, lambda: publish_revision(film.ana, proposal, version=proposal.version))
    assert "“Sky” (cy)" in said
    grant: dict[str, Any] = {"record_id": work.id, "scope": "production", "scope_uri": film.production.uri}
    forged = {**grant, "key": "a" * 26, "author": film.bo, "version": 1, "digest": "zQm"}
    await here.run(lambda: MonetizationGrant.create(**forged))
    await refused(here, Conflict, lambda: publish_revision(film.ana, proposal, version=proposal.version))
    given = {**grant, "key": "b" * 26, "author": film.cy, "version": 1, "digest": "zQm"}
    await here.run(lambda: MonetizationGrant.create(**given))

    # Bo contributed to a challenge that promised a pot of 200.00, decided by those who contribute.
    promised = Terms(
        version=1,
        licence="CC-BY-SA-4.0",
        pays=Pays.POT,
        amount=20_000,
        currency="EUR",
        rule="In equal parts.",
        decided_by=DecidedBy.CONTRIBUTORS,
    )
    await here.run(lambda: _offered(film, promised))
    await refused(here, Conflict, lambda: publish_revision(film.ana, proposal, version=proposal.version))
    assert await here.run(lambda: ask_to_agree(film.ana, proposal)) == 1
    assert await here.run(lambda: ask_to_agree(film.ana, proposal)) == 0, "asked once"
    bo = await here.run(lambda: own_person(film.bo))
    asked = await here.run(lambda: departures_for(proposal, bo))
    assert {str(each.kind) for each in asked} == {"smaller_pot", "other_decider"}
    await refused(here, Forbidden, lambda: agree_to_departure(film.cy, proposal, asked[0].digest))
    assert len(await here.run(unagreed_departures, proposal)) == 2
    for state, waits in (("deleted", 0), ("active", 2)):  # nobody waits for good for who is gone
        await here.run(lambda: Actor.filter(id=film.bo.id).update(state=state))  # noqa: B023
        assert len(await here.run(unagreed_departures, proposal)) == waits
    for leader in (film.tom, film.ana):  # nor is it bound to less because somebody else leads now
        led = {"actor_id": leader.id}
        await here.run(lambda: GroupLeader.filter(group_id=film.pool.group_id).update(**led))  # noqa: B023
        assert len(await here.run(unagreed_departures, proposal)) == 2
    wrong = await here.run(lambda: agree_to_departure(film.bo, proposal, "zQmOther"))
    assert not wrong.counts
    for each in asked:
        await here.run(agree_to_departure, film.bo, proposal, each.digest)
    revision = await film.publish(proposal)

    # Bo agreed to 100.00 instead of 200.00, and not to less: if money goes back, everybody is asked again.
    await film.decided(proposal, revision, time_passes)
    await film.earn(4_000, kind=EntryKind.REFUND)
    await refused(here, Conflict, lambda: lock_proposal(film.tom, proposal, digest=revision.digest))
    await refused(here, Conflict, lambda: publish_revision(film.ana, proposal, version=proposal.version, note="Less."))
    less = await here.run(lambda: departures_for(proposal, bo))
    assert {each.offered for each in less if each.kind == "smaller_pot"} == {"6000"}
    for each in less:
        await here.run(agree_to_departure, film.bo, proposal, each.digest)
    revision = await film.publish(proposal, "Some of it went back.")
    await film.decided(proposal, revision, time_passes)

    # Nobody holds everybody's pay back by what they say of their work by now, or of what it was made from.
    drops = await here.run(lambda: Record.get(title="Drops"))
    eve = await here.join("eve")
    mine = await record_by(here, eve, "Ransom", licence="CC-BY-NC-4.0")
    anew = RecordDraft(title="Drops", text="Mine.", licence="CC-BY-NC-4.0", sources=[SourceDraft(record=mine)])
    await here.run(lambda: edit_record(film.bo, drops, anew))
    await here.run(lambda: draw_up(film.production))
    async with here.client() as stranger:
        listed = await stranger.get(f"{film.production.uri.removeprefix(here.origin)}/credits")
    assert "Ransom" in listed.text
    assert "came later" in listed.text
    await here.run(lambda: lock_proposal(film.tom, proposal, digest=revision.digest))
    assert sum((await film.owed(proposal)).values()) == 6_000

    # The same work is in the pot of its challenge, whose Group proposes how that is shared and tells its followers.
    skies = await here.run(lambda: Challenge.get(title="Skies").select_related("actor"))
    draft = PoolDraft(kind=Kind.LINE_ITEM, title="The pot", currency="EUR", rule=Rule.CONSENT, stated=20_000)
    home = await here.run(home_of, skies.actor)
    film.pool = await here.run(lambda: open_pool(film.ana, home, draft))
    of_skies, shared = await film.published({"bo": 100})
    assert of_skies.group_id == skies.actor_id
    assert (await film.shares(shared))["bo"] == (1_000_000, 20_000)
    told = await here.run(lambda: News.get(group_id=skies.actor_id))
    assert told.text.endswith(of_skies.uri)
    both = {each.id for each in await here.run(own_proposals, film.bo)}
    assert both == {proposal.id, of_skies.id}, "one contribution is in several pools"


async def _shown(here: Instance, who: str, proposal: PayProposal) -> str:
    async with here.sign_in(who) as client:
        return (await client.get(f"/pay/{proposal.key}")).text


async def _against(film: Earning, proposal: PayProposal) -> frozenset[int]:
    return (await _tally(film, proposal)).against


async def _tally(film: Earning, proposal: PayProposal) -> Tally:
    tally = (await film.page(proposal)).tally
    assert tally is not None
    return tally


async def _copied(person: Actor) -> list[dict[str, object]]:
    return [entry async for entry in proposal_entries(person)]


async def _leaves(person: Actor) -> None:
    await forget_proposals(person, False)


async def _offered(film: Earning, terms: Terms) -> None:
    """Bo's work came to the production by a submission to a challenge with these terms."""
    challenge = await open_challenge(
        film.ana,
        film.at.state["keyring"],
        ChallengeDraft(title="Skies", slug="skies", text="Paint.", terms=terms),
        keys=KEYS,
    )
    part = await ProductionPart.get(production_id=film.production.id, record__author_id=film.bo.id)
    submission = await Submission.create(
        challenge=challenge,
        record_id=part.record_id,
        state="accepted",
        terms_version=1,
        via="local",
        created_at=film.production.created_at,
    )
    await ProductionPart.filter(id=part.id).update(submission_id=submission.id)


ALLOWED: dict[str, set[str]] = {
    "draft": {"save", "publish", "cancel"},
    "published": {"save", "publish", "cancel", "comment", "object", "accept", "give_back"},
    "closing": {"save", "publish", "cancel", "comment", "accept", "give_back", "decide"},
    "decided": {"save", "publish", "cancel", "comment", "lock"},
    "locked": {"comment"},
    "cancelled": set(),
}


@pytest.mark.one_database
async def test_each_state_lets_people_do_what_the_way_says_and_nothing_else(here: Instance) -> None:
    film = await earning(here)
    for state, allowed in ALLOWED.items():
        proposal, digest = await _standing(film, state)
        assert (await film.look(proposal)).state == state
        done = set()
        for step, act in _acts(film, digest).items():
            if await here.run(_would, film, proposal, act):
                done.add(step)
        assert done == allowed, state
        if state not in ("cancelled", "locked"):
            await here.run(cancel_proposal, film.ana, proposal, "The next one.")
    posts = await here.run(lambda: News.filter(text__contains="called off"))
    assert len(posts) == 3, "whoever follows it hears of each that was published; what never was is nobody's news"
    listed = await here.run(lambda: proposals_of(film.pool.group, None))
    assert [each.state for each in listed] == ["locked", *["cancelled"] * 3]


async def _standing(film: Earning, state: str) -> tuple[PayProposal, str]:
    """A proposal that stands there, and the digest of what is in force."""
    proposal = await film.propose()
    if state == "cancelled":
        await film.at.run(cancel_proposal, film.ana, proposal, "No.")
    if state in ("draft", "cancelled"):
        return proposal, "zQmNone"
    revision = await film.publish(proposal)
    if state != "published":
        await film.at.run(lambda: PayProposal.filter(id=proposal.id).update(closes_at=now()))
        await film.at.run(close_windows)
    said: dict[str, Any] = {"digest": revision.digest, "accepts": True, "reason": "Fair."}
    if state in ("decided", "locked"):
        await film.at.run(lambda: decide_proposal(film.tom, proposal, **said))
    if state == "locked":
        await film.at.run(lambda: lock_proposal(film.tom, proposal, digest=revision.digest))
    return proposal, revision.digest


Act = Callable[[PayProposal], Awaitable[object]]


def _acts(film: Earning, digest: str) -> dict[str, Act]:
    draft = ObjectionDraft(kind="other", words="No.", remedy="Another way.")
    changed = LineDraft(name="Dora", weight=0, reason="Nothing.")
    said: dict[str, Any] = {"digest": digest, "accepts": True, "reason": "Fair."}
    return {
        "save": lambda it: save_lines(film.ana, it, it.version, [changed]),
        "publish": lambda it: _republish(film, it),
        "cancel": lambda it: cancel_proposal(film.ana, it, "No."),
        "comment": lambda it: write_comment(film.bo, it, "Well."),
        "object": lambda it: object_to(film.bo, it, draft, digest=digest),
        "accept": lambda it: _counting(accept_proposal(film.bo, it, digest)),
        "give_back": lambda it: give_share_back(film.bo, it, digest),
        "decide": lambda it: decide_proposal(film.tom, it, **said),
        "lock": lambda it: lock_proposal(film.tom, it, digest=digest),
    }


async def _republish(film: Earning, it: PayProposal) -> None:
    await DraftLine.filter(proposal_id=it.id).update(reason="Said otherwise.")
    await publish_revision(film.ana, it, version=it.version, note="Said otherwise.")


async def _would(film: Earning, proposal: PayProposal, act: Act) -> bool:
    """Whether it can be done; it is undone in any case."""
    fresh = await get_proposal(proposal.key, film.ana)
    try:
        async with transaction():
            await act(fresh)
            _undo()
    except _UndoneError:
        return True
    except Conflict:
        return False
    raise AssertionError


def _undo() -> None:
    raise _UndoneError


async def _counting(said: Awaitable[Stance]) -> None:
    if not (await said).counts:
        raise Conflict


class _UndoneError(Exception):
    """What was done is undone."""


@pytest.mark.one_database
async def test_each_deed_with_a_proposal_refuses_whom_the_table_refuses(here: Instance) -> None:
    film = await earning(here)
    stranger, dora = await here.join("stranger"), await here.join("dora", role=Role.MODERATOR)
    proposal, first = await film.published()
    draft = ObjectionDraft(kind="other", words="No.", remedy="Another way.")
    missing = ObjectionDraft(kind="left_out", words="I sang.", remedy="A share.", wanted=1_000)
    waits = await here.run(lambda: object_to(film.bo, proposal, draft, digest=first.digest))
    answered = await here.run(lambda: object_to(film.bo, proposal, draft, digest=first.digest))
    await here.run(lambda: answer_objection(film.ana, answered, resolution="rejected", words="No."))
    appealed = await here.run(lambda: object_to(film.bo, proposal, draft, digest=first.digest))
    await here.run(lambda: answer_objection(film.ana, appealed, resolution="rejected", words="No."))
    appeal = await here.run(lambda: appeal_objection(film.bo, appealed, "Please look."))
    said: dict[str, Any] = {"digest": first.digest, "accepts": True, "reason": "Fair."}
    acts: dict[Deed, Callable[[Actor, PayProposal], Awaitable[object]]] = {
        Deed.DRAW_UP_PROPOSAL: lambda who, it: save_lines(who, it, it.version, []),
        Deed.PUBLISH_PROPOSAL: lambda who, it: publish_revision(who, it, version=it.version, note="New."),
        Deed.CANCEL_PROPOSAL: lambda who, it: cancel_proposal(who, it, "No."),
        Deed.COMMENT_ON_PROPOSAL: lambda who, it: write_comment(who, it, "Well."),
        Deed.OBJECT_TO_PROPOSAL: lambda who, it: object_to(
            who, it, draft if who in (film.bo, film.cy) else missing, digest=first.digest
        ),
        Deed.WITHDRAW_OBJECTION: lambda who, _it: withdraw_objection(who, waits),
        Deed.ANSWER_OBJECTION: lambda who, _it: answer_objection(who, waits, resolution="resolved", words="Yes."),
        Deed.APPEAL_OBJECTION: lambda who, _it: appeal_objection(who, answered, "Please look."),
        Deed.DECIDE_PROPOSAL_APPEAL: lambda who, _it: decide_appeal(who, appeal, upholds=True, reason="Yes."),
        Deed.ACCEPT_PROPOSAL: lambda who, it: accept_proposal(who, it, first.digest),
        Deed.GIVE_SHARE_BACK: lambda who, it: give_share_back(who, it, first.digest),
        Deed.DECIDE_PROPOSAL: lambda who, it: decide_proposal(who, it, **said),
        Deed.LOCK_PROPOSAL: lambda who, it: lock_proposal(who, it, digest=first.digest),
    }
    for who in (film.ana, film.bo, film.tom, stranger, dora):
        parts = await here.run(parts_to, proposal.group, who)
        parts |= {Part.AUTHOR} if who.id == film.bo.id else set()
        for deed, act in acts.items():
            refused_ = await here.run(_is_refused, film, proposal, partial(act, who))
            assert refused_ is not may_do(deed, parts), (who.handle, deed)

    async def become_one() -> None:
        async with transaction():
            await join_person(film.ana, await person_of(film.ana), await person_of(film.bo), why="move")

    await here.run(become_one)  # and what bo objected was said by ana, whatever row it was said under
    said_so = {"resolution": "rejected", "words": "No."}
    await refused(here, Forbidden, lambda: answer_objection(film.ana, waits, **said_so))
    await refused(here, Forbidden, lambda: decide_appeal(film.ana, appeal, upholds=True, reason="Yes."))
    await here.run(lambda: withdraw_objection(film.ana, waits))


async def _is_refused(film: Earning, proposal: PayProposal, act: Act) -> bool:
    fresh = await get_proposal(proposal.key, film.ana)
    try:
        async with transaction():
            await act(fresh)
            _undo()
    except Forbidden:
        return True
    except (_UndoneError, Conflict):
        return False
    raise AssertionError
