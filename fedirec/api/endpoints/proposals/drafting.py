"""Drawing up a proposal, publishing and revising it, and calling it off."""

from __future__ import annotations

from fedirec.accounts.permissions import Permission
from fedirec.activitypub.models import Actor
from fedirec.api.endpoint import Call, Endpoint
from fedirec.api.endpoints.proposals.finding import led_proposal, shown
from fedirec.api.shapes.proposals.answers import Proposal, ProposalDraftShown
from fedirec.api.shapes.proposals.sent import (
    NewProposal,
    ProposalArrangement,
    ProposalLinesSent,
    ProposalReason,
    ProposalRevisionSent,
)
from fedirec.api.shapes.proposals.showing import show_draft_line, show_missing
from fedirec.credits.actions.proposals.beginning import begin_proposal
from fedirec.credits.actions.proposals.deeds import get_own_proposal
from fedirec.credits.actions.proposals.drafting import (
    LineDraft,
    add_new_credits,
    even_out,
    merge_lines,
    save_lines,
    scale_weights,
    split_line,
    use_suggestion,
)
from fedirec.credits.actions.proposals.publishing import cancel_proposal, publish_revision
from fedirec.credits.actions.proposals.stances import ask_to_agree
from fedirec.credits.models import PayProposal
from fedirec.credits.queries.drafts import draft_lines, preview
from fedirec.credits.queries.pools import get_pool
from fedirec.errors import Invalid
from fedirec.projects.models import Production
from fedirec.remix.powers import Deed
from fedirec.remix.queries.people import actors_in_order


async def begin(call: Call) -> Proposal:
    sent = call.sent(NewProposal)
    pool, _home = await get_pool(sent.pool, call.actor)
    rows = await Production.filter(id__in=sent.productions).select_related("project__actor")
    if len(rows) < len(set(sent.productions)) or any(not row.project.actor.is_local for row in rows):
        raise Invalid("There is no such production here.", field="productions")
    group = await Actor.get_or_none(uri=sent.group, is_local=True) if sent.group else None
    if sent.group and group is None:
        raise Invalid("There is no such project here.", field="group")
    adjusts = await get_own_proposal(sent.adjusts) if sent.adjusts else None
    made = await begin_proposal(call.actor, pool, list(rows), sent.title, adjusts=adjusts, group=group)
    call.headers["Location"] = f"/api/proposals/{made.key}"
    return await shown(call, made)


async def show_draft(call: Call) -> ProposalDraftShown:
    return await _draft(call, await led_proposal(call, Deed.DRAW_UP_PROPOSAL))


async def save(call: Call) -> ProposalDraftShown:
    proposal, sent = await led_proposal(call, Deed.DRAW_UP_PROPOSAL), call.sent(ProposalLinesSent)
    people = await actors_in_order([line.person for line in sent.lines if line.person is not None])
    if any(line.person is not None and line.person not in people for line in sent.lines):
        raise Invalid("Nobody with that id is known here.", field="person")
    lines = [
        LineDraft(
            key=line.key,
            person=people[line.person] if line.person is not None else None,
            name=line.name,
            label=line.label,
            role=line.role,
            weight=line.weight,
            reason=line.reason,
            income_kind=line.income_kind,
            is_locked=line.is_locked,
            position=line.position,
        )
        for line in sent.lines
    ]
    return await _draft(call, await save_lines(call.actor, proposal, sent.version, lines, gone=sent.gone))


async def arrange(call: Call) -> ProposalDraftShown:
    proposal, sent = await led_proposal(call, Deed.DRAW_UP_PROPOSAL), call.sent(ProposalArrangement)
    match sent.how:
        case "even":
            await even_out(call.actor, proposal, sent.version)
        case "scale":
            await scale_weights(call.actor, proposal, sent.version, sent.target)
        case "suggestion":
            await use_suggestion(call.actor, proposal, sent.version)
        case "credits":
            await add_new_credits(call.actor, proposal, sent.version)
        case "split":
            if len(sent.keys) != 1:
                raise Invalid("Name one line.", field="keys")
            await split_line(call.actor, proposal, sent.version, sent.keys[0])
        case "merge":
            await merge_lines(call.actor, proposal, sent.version, sent.keys)
    return await _draft(call, proposal)


async def publish(call: Call) -> Proposal:
    proposal, sent = await led_proposal(call, Deed.PUBLISH_PROPOSAL), call.sent(ProposalRevisionSent)
    await publish_revision(call.actor, proposal, version=sent.version, note=sent.note)
    return await shown(call, proposal)


async def ask(call: Call) -> None:
    await ask_to_agree(call.actor, await led_proposal(call, Deed.PUBLISH_PROPOSAL))


async def cancel(call: Call) -> None:
    proposal = await led_proposal(call, Deed.CANCEL_PROPOSAL)
    await cancel_proposal(call.actor, proposal, call.sent(ProposalReason).reason)


async def _draft(call: Call, proposal: PayProposal) -> ProposalDraftShown:
    revision, _change, found = await preview(proposal)
    return ProposalDraftShown(
        version=proposal.version,
        lines=[show_draft_line(call, line) for line in await draft_lines(proposal)],
        missing=show_missing(found),
        amount=revision.amount if revision else None,
    )


ENDPOINTS = (
    Endpoint(
        name="begin_proposal",
        method="POST",
        path="/proposals",
        permission=Permission.TAKE_PART,
        says="There is a draft how a pool is shared, with a line for each credit, which waits for reasons.",
        run=begin,
        body=NewProposal,
        answer=Proposal,
        status=201,
        pages=("/pools/{key}/propose",),
    ),
    Endpoint(
        name="show_proposal_draft",
        method="GET",
        path="/proposals/{key}/draft",
        permission=Permission.TAKE_PART,
        says="The next revision of a proposal that you lead, and what stands in its way.",
        run=show_draft,
        answer=ProposalDraftShown,
    ),
    Endpoint(
        name="save_proposal_lines",
        method="PUT",
        path="/proposals/{key}/draft/lines",
        permission=Permission.TAKE_PART,
        says="Those lines of the draft are as you write them, and all others as they were.",
        run=save,
        body=ProposalLinesSent,
        answer=ProposalDraftShown,
        is_versioned=True,
        pages=("/pay/{key}/edit",),
    ),
    Endpoint(
        name="arrange_proposal",
        method="POST",
        path="/proposals/{key}/draft/arrangements",
        permission=Permission.TAKE_PART,
        says="The weights of the draft follow a rule, or lines are split or merged.",
        run=arrange,
        body=ProposalArrangement,
        answer=ProposalDraftShown,
        is_versioned=True,
        pages=("/pay/{key}/edit",),
    ),
    Endpoint(
        name="publish_proposal",
        method="POST",
        path="/proposals/{key}/revisions",
        permission=Permission.TAKE_PART,
        says="The draft is published, and everybody listed is told.",
        run=publish,
        body=ProposalRevisionSent,
        answer=Proposal,
        status=201,
        is_versioned=True,
        pages=("/pay/{key}/publish",),
    ),
    Endpoint(
        name="ask_to_agree",
        method="POST",
        path="/proposals/{key}/departures",
        permission=Permission.TAKE_PART,
        says="Everybody to whom it gives other terms than they were promised is asked, once, whether they agree.",
        run=ask,
        status=204,
        pages=("/pay/{key}/ask",),
    ),
    Endpoint(
        name="cancel_proposal",
        method="POST",
        path="/proposals/{key}/cancel",
        permission=Permission.TAKE_PART,
        says="The proposal is called off: nothing is shared by it.",
        run=cancel,
        body=ProposalReason,
        status=204,
        pages=("/pay/{key}/cancel",),
    ),
)
