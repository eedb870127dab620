"""Lines of a draft for those who are credited, with what the trail suggests for them."""

from __future__ import annotations

from collections.abc import Collection

from fedirec.credits.lines import NAMED, CreditState
from fedirec.credits.models import DraftLine, PayProposal, ProductionCredit, ProposalProduction
from fedirec.credits.queries.belonging import covered_by
from fedirec.credits.queries.credits import credits_of, credits_to_list, suggested_weights
from fedirec.credits.revisions.lines import MAX_LABEL, MAX_NAME
from fedirec.credits.shares import MAX_LINES
from fedirec.credits.suggestions import begin_with
from fedirec.db import execute_many
from fedirec.projects.models import Production
from fedirec.remix.vocab.text import clean_line
from fedirec.uris import new_key


async def add_credits(proposal: PayProposal, production: Production, *, suggests: bool = True) -> int:
    """A line of 0 for each credit of `production` without one; who came later has one only when leaders ask for it.

    What was there when the draft was begun, and has no line any more, is in another line of the same person.
    """
    there = await DraftLine.filter(proposal_id=proposal.id)
    known, people = {line.credit_id for line in there}, set[int]() if suggests else {line.person_id for line in there}
    found = [each for each in await credits_of(production) if each.state != CreditState.DECLINED]
    listed = sorted((each for each in found if not (suggests and each.came_later)), key=lambda each: each.came_later)
    new = [each for each in listed if each.id not in known and not _is_merged(each, proposal, people)]
    new = new[: MAX_LINES - len(known)]
    suggested = await suggested_weights(production, scope=proposal.key) if suggests else {}
    rows = [
        _line_for(
            proposal,
            credit,
            label=_label_of(credit),
            position=len(known) + place,
            suggested=suggested.get(credit.id),
        )
        for place, credit in enumerate(new, start=1)
    ]
    await DraftLine.bulk_create(rows, batch_size=500)
    return len(rows)


def _is_merged(credit: ProductionCredit, proposal: PayProposal, people: Collection[int]) -> bool:
    is_new = credit.came_later or credit.created_at > proposal.made_at
    return not is_new and (credit.person.joined_id or credit.person_id) in people


def _line_for(proposal: PayProposal, credit: ProductionCredit, *, label: str, **more: int | None) -> DraftLine:
    """A line for who has `credit`, by name only where they are to be named."""
    is_named = CreditState(credit.state) in NAMED
    return DraftLine(
        proposal=proposal,
        key=new_key(),
        person_id=credit.person.joined_id or credit.person_id,
        actor_id=credit.actor_id if is_named else None,
        name=clean_line(credit.name if is_named else "", MAX_NAME),
        label=clean_line(label, MAX_LABEL),
        role=credit.role,
        credit_id=credit.id,
        **more,
    )


async def add_unlisted(proposal: PayProposal) -> int:
    """A line for everybody who has none and is credited in what the proposal covers without being about it."""
    lines = await DraftLine.filter(proposal_id=proposal.id).select_related("person")
    listed = {line.person.joined_id or line.person_id for line in lines}
    rows: list[DraftLine] = []
    for credit in await credits_to_list(await covered_by(proposal)):
        person = credit.person.joined_id or credit.person_id
        if person not in listed and len(lines) + len(rows) < MAX_LINES:
            listed.add(person)
            rows.append(_line_for(proposal, credit, label=credit.production.title, position=len(lines) + len(rows) + 1))
    await DraftLine.bulk_create(rows, batch_size=500)
    return len(rows)


def _label_of(credit: ProductionCredit) -> str:
    return (credit.record.title if credit.record else "") or credit.words or credit.role_label


async def begin_weights(proposal: PayProposal) -> None:
    """The lines of a new draft weigh what is suggested for them, in numbers that people can go on from."""
    lines = await DraftLine.filter(proposal_id=proposal.id)
    weights = begin_with({line.key: line.suggested or 0 for line in lines})
    await execute_many(
        "UPDATE draft_line SET weight = ? WHERE id = ?", [(weights[line.key], line.id) for line in lines]
    )


async def suggest_anew(proposal: PayProposal) -> None:
    """Each line of the draft that has a credit says what the trail suggests for it now, in ppm of its production.

    A long trail takes as long as a few pages, so that is worked out when leaders ask for it, and kept.
    """
    suggested: dict[int, int] = {}
    for row in await ProposalProduction.filter(proposal_id=proposal.id).order_by("id").select_related("production"):
        suggested |= await suggested_weights(row.production, scope=proposal.key)
    lines = await DraftLine.filter(proposal_id=proposal.id, credit_id__not_isnull=True)
    changed = [line for line in lines if suggested.get(line.credit_id or 0) != line.suggested]
    await execute_many(
        "UPDATE draft_line SET suggested = ? WHERE id = ?",
        [(suggested.get(line.credit_id or 0), line.id) for line in changed],
    )
