"""Drawing up the next revision of a proposal: lines, weights and reasons, which bind nobody until they are published.

Every change names the version of the draft that it was made from, and raises Changed where there is another one by
now: nobody's work is lost because two leaders write at once.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from fedirec.accounts.actions.persons import own_person, people_of
from fedirec.accounts.models import Person
from fedirec.activitypub.models import Actor
from fedirec.credits.actions.proposals.deeds import begin
from fedirec.credits.actions.proposals.listing import add_credits, add_unlisted, suggest_anew
from fedirec.credits.models import (
    DraftLine,
    PayProposal,
    ProposalProduction,
    ProposalWriter,
)
from fedirec.credits.proposals import CHANGING, State
from fedirec.credits.revisions.lines import MAX_LABEL, MAX_NAME, MAX_REASON, IncomeKind
from fedirec.credits.shares import MAX_LINES, MAX_WEIGHT, even_by_role, refuse_number, rescale
from fedirec.credits.suggestions import begin_with
from fedirec.db import transaction
from fedirec.errors import Changed, Conflict, Invalid, NotFound
from fedirec.remix.powers import Deed
from fedirec.remix.vocab.text import clean_line
from fedirec.translatable import N_
from fedirec.uris import new_key

MAX_STRANGERS: Final = 100
"""Lines of people elsewhere for which there is no credit: they are told what they did not ask for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LineDraft:
    """A line as somebody writes it. `key` names one that is there; without it, a new one is for `person` or `name`."""

    key: str = ""
    person: Actor | None = None
    """Whose account, here or elsewhere, for a new line."""
    name: str = ""
    """What somebody without an account is called, for a new line."""
    label: str = ""
    role: str = ""
    """The address of the role."""
    weight: int = 0
    reason: str = ""
    income_kind: str = IncomeKind.ROYALTY.value
    is_locked: bool = False
    position: int | None = None
    """Its place; None leaves it where it is, or puts it at the end."""


async def save_lines(
    leader: Actor,
    proposal: PayProposal,
    version: int,
    lines: Sequence[LineDraft],
    *,
    gone: Collection[str] = (),
) -> PayProposal:
    """The draft has `lines` as they are written here, and those with the keys `gone` no more; others stay as they are.

    A few statements, whatever their number. A line of 0 is one like all others: before it is published it needs its
    reason. Raises Changed for another version than the newest, Invalid with the field and the line, NotFound.
    """
    async with transaction():
        await _begin_draft(leader, proposal, version)
        there = {line.key: line for line in await DraftLine.filter(proposal_id=proposal.id)}
        unknown = ({line.key for line in lines if line.key} | set(gone)) - there.keys()
        if unknown:
            raise NotFound(N_("There is no such line."))
        if len({line.key for line in lines if line.key}) < sum(1 for line in lines if line.key):
            raise Invalid(N_("Each line is written once."), field="lines")
        if len(there) - len(set(gone)) + sum(1 for line in lines if not line.key) > MAX_LINES:
            raise Invalid(N_("A proposal has 1 to %(n)s lines."), field="lines", blanks={"n": MAX_LINES})
        people = await people_of(line.person for line in lines if not line.key and line.person)
        last = max((line.position for line in there.values()), default=0)
        rows = []
        for line in lines:
            last += not line.key
            rows.append(await _written(proposal, line, there.get(line.key), people, last))
        await _replace(proposal, rows, gone={*gone, *(line.key for line in lines if line.key)})
        if people:
            await _refuse_strangers(proposal)
    return proposal


async def even_out(leader: Actor, proposal: PayProposal, version: int) -> PayProposal:
    """Everybody in the same role has the same weight: a role keeps what it has together, locked lines keep theirs.

    Where no line has any weight yet, each that is not locked has 1.
    """
    async with transaction():
        await _begin_draft(leader, proposal, version)
        lines = await DraftLine.filter(proposal_id=proposal.id).order_by("position", "id")
        has_weight = any(line.weight for line in lines)
        weights = even_by_role(
            {line.key: line.weight if has_weight else int(not line.is_locked) for line in lines},
            {line.key: line.role for line in lines},
            scope=proposal.key,
            locked={line.key for line in lines if line.is_locked},
        )
        await _set_weights(proposal, lines, weights)
    return proposal


async def scale_weights(leader: Actor, proposal: PayProposal, version: int, target: int) -> PayProposal:
    """All weights sum to `target`: locked lines keep theirs, the others are scaled. Raises Invalid where none could."""
    async with transaction():
        await _begin_draft(leader, proposal, version)
        lines = await DraftLine.filter(proposal_id=proposal.id).order_by("position", "id")
        weights = rescale(
            {line.key: line.weight for line in lines},
            {line.key for line in lines if line.is_locked},
            target,
            scope=proposal.key,
        )
        await _set_weights(proposal, lines, weights)
    return proposal


async def use_suggestion(leader: Actor, proposal: PayProposal, version: int) -> PayProposal:
    """Lines of works have the weights that the trail suggests; locked lines, and those of roles, keep theirs."""
    async with transaction():
        await _begin_draft(leader, proposal, version)
        await suggest_anew(proposal)
        lines = await DraftLine.filter(proposal_id=proposal.id).order_by("position", "id")
        suggested = begin_with({line.key: line.suggested for line in lines if line.suggested is not None})
        weights = {line.key: line.weight if line.is_locked else suggested.get(line.key, line.weight) for line in lines}
        await _set_weights(proposal, lines, weights)
    return proposal


async def split_line(leader: Actor, proposal: PayProposal, version: int, key: str) -> PayProposal:
    """Where the line with `key` was there are two of the same person, which share its weight and wait for reasons."""
    async with transaction():
        await _begin_draft(leader, proposal, version)
        line = await _get_line(proposal, key)
        if await DraftLine.filter(proposal_id=proposal.id).count() >= MAX_LINES:
            raise Invalid(N_("A proposal has 1 to %(n)s lines."), field="lines", blanks={"n": MAX_LINES})
        half = line.weight // 2
        second = _copy(line, key=new_key(), weight=half, reason="")
        await _replace(proposal, [_copy(line, weight=line.weight - half), second], gone={key})
    return proposal


async def merge_lines(leader: Actor, proposal: PayProposal, version: int, keys: Sequence[str]) -> PayProposal:
    """The lines `keys` of one person are one: the first of them, with the weights of all. Raises Invalid otherwise."""
    async with transaction():
        await _begin_draft(leader, proposal, version)
        lines = {line.key: line for line in await DraftLine.filter(proposal_id=proposal.id, key__in=list(keys))}
        if len(lines) < max(len(set(keys)), 2):
            raise Invalid(N_("Please choose two or more lines."), field="lines")
        if len({line.person_id for line in lines.values()}) > 1:
            raise Invalid(N_("Only lines of the same person can become one."), field="lines")
        whole = sum(line.weight for line in lines.values())
        refuse_number(whole, most=MAX_WEIGHT, field="weight")
        await _replace(proposal, [_copy(lines[keys[0]], weight=whole)], gone=set(keys))
    return proposal


async def add_new_credits(leader: Actor, proposal: PayProposal, version: int) -> int:
    """Credits that came since the draft was begun have lines too, of 0 and without a reason, and so has everybody who
    is credited in something else that the proposal covers; returns how many.
    """
    async with transaction():
        await _begin_draft(leader, proposal, version)
        added = 0
        for row in await ProposalProduction.filter(proposal_id=proposal.id).order_by("id").select_related("production"):
            added += await add_credits(proposal, row.production, suggests=False)
        added += await add_unlisted(proposal)
        await suggest_anew(proposal)
        await _touch(proposal)
    return added


async def _begin_draft(leader: Actor, proposal: PayProposal, version: int) -> None:
    """`leader` may write the draft with that version, and is one who proposed it from then on."""
    await begin(Deed.DRAW_UP_PROPOSAL, proposal, leader)
    if State(proposal.state) not in CHANGING:
        raise Conflict(N_("This proposal cannot be changed any more."))
    if proposal.version != version:
        raise Changed(N_("Somebody else changed the draft in the meantime. Please look again."))
    await ProposalWriter.get_or_create(proposal_id=proposal.id, person_id=await own_person(leader))


async def _written(
    proposal: PayProposal, line: LineDraft, before: DraftLine | None, people: Mapping[int, Person], last: int
) -> DraftLine:
    """The row that `line` is from now on."""
    _refuse_line(line)
    row = before if before is not None else await _new_line(proposal, line, people, last)
    return _copy(
        row,
        label=clean_line(line.label, MAX_LABEL),
        role=clean_line(line.role, MAX_NAME),
        weight=line.weight,
        reason=line.reason.strip(),
        income_kind=line.income_kind,
        is_locked=line.is_locked,
        position=row.position if line.position is None else line.position,
    )


def _refuse_line(line: LineDraft) -> None:
    """Raise Invalid beside the field of the line in which something is wrong."""
    suffix = f"-{line.key}" if line.key else ""
    refuse_number(line.weight, most=MAX_WEIGHT, field=f"weight{suffix}")
    if line.income_kind not in tuple(IncomeKind):
        raise Invalid(N_("Please choose what kind of income it is."), field=f"income_kind{suffix}")
    for field, text, most in (("reason", line.reason, MAX_REASON), ("label", line.label, MAX_LABEL)):
        if len(text) > most:
            raise Invalid(N_("Please keep it under %(n)s characters."), field=f"{field}{suffix}", blanks={"n": most})


async def _refuse_strangers(proposal: PayProposal) -> None:
    """Not everybody anywhere is told of money because somebody writes them into a list."""
    added = DraftLine.filter(proposal_id=proposal.id, credit_id=None, actor__is_local=False)
    if await added.count() > MAX_STRANGERS:
        raise Conflict(
            N_("Up to %(n)s people elsewhere can be listed who are not credited. Please name them as credited first."),
            field="person",
            blanks={"n": MAX_STRANGERS},
        )


async def _new_line(proposal: PayProposal, line: LineDraft, people: Mapping[int, Person], last: int) -> DraftLine:
    if line.person is not None:
        person, name = people[line.person.id], line.person.name or line.person.handle
    else:
        name = clean_line(line.name, MAX_NAME)
        if not name:
            raise Invalid(N_("Please say who gets it."), field="name")
        person = await Person.create(name=name)
    return DraftLine(
        proposal=proposal,
        key=new_key(),
        person_id=person.joined_id or person.id,
        actor_id=line.person.id if line.person is not None else None,
        name=clean_line(name, MAX_NAME),
        position=last,
    )


async def _get_line(proposal: PayProposal, key: str) -> DraftLine:
    line = await DraftLine.get_or_none(proposal_id=proposal.id, key=key)
    if line is None:
        raise NotFound(N_("There is no such line."))
    return line


def _copy(line: DraftLine, **changes: object) -> DraftLine:
    """`line` as a row that is not written yet, with `changes`."""
    columns = [name for name in DraftLine._meta.fields_db_projection if name != "id"]
    return DraftLine(**{name: getattr(line, name) for name in columns} | changes)


async def _set_weights(proposal: PayProposal, lines: Sequence[DraftLine], weights: Mapping[str, int]) -> None:
    changed = [line for line in lines if weights[line.key] != line.weight]
    rows = [_copy(line, weight=weights[line.key]) for line in changed]
    await _replace(proposal, rows, gone={line.key for line in changed})


async def _replace(proposal: PayProposal, rows: Sequence[DraftLine], *, gone: Collection[str]) -> None:
    """`rows` stand in the draft, and those with the keys `gone` do not, unless they are among them."""
    if gone:
        await DraftLine.filter(proposal_id=proposal.id, key__in=list(gone)).delete()
    await DraftLine.bulk_create(rows, batch_size=500)
    await _touch(proposal)


async def _touch(proposal: PayProposal) -> None:
    proposal.version += 1
    await proposal.save(update_fields=["version"])
