"""What the next revision of a proposal would say, and what stands in its way."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from fedirec.accounts.actions.persons import roots_of
from fedirec.accounts.models import Identity
from fedirec.credits.decisions import OF_SHARES, Says
from fedirec.credits.departures import Block, Departure, DepartureKind, Offer, blocks, departures, without_consent
from fedirec.credits.differences import Difference, difference
from fedirec.credits.models import DraftLine, PayProposal, ProposalProduction, ProposalRevision, Share, Stance
from fedirec.credits.queries.belonging import covered_by
from fedirec.credits.queries.contests import RevisionLine, lines_in
from fedirec.credits.queries.funds import Funds, funds_of
from fedirec.credits.queries.grants import sources_of
from fedirec.credits.queries.promises import promises_of
from fedirec.credits.queries.standing import newest_revision
from fedirec.credits.revisions import Revision, read
from fedirec.credits.revisions.lines import Line
from fedirec.credits.shares import redistribute
from fedirec.db.rows import fetch_tuples, json_numbers, numbers
from fedirec.errors import Conflict, Invalid
from fedirec.remix.pseudonyms import NOT_NAMED
from fedirec.translatable import N_
from fedirec.uris import origin_of

_UNLISTED = """
    SELECT DISTINCT COALESCE(p.joined_id, p.id), p.name FROM {numbers} AS w
     CROSS JOIN production_credit c JOIN person p ON p.id = c.person_id
     WHERE c.production_id = w.id AND c.uri IS NULL AND NOT c.came_later AND c.state IN ('confirmed', 'pseudonymised')
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Obstacles:
    """What stands in the way of publishing a draft, by name."""

    unreasoned: tuple[str, ...] = ()
    """Keys of lines without a reason."""
    unlisted: tuple[str, ...] = ()
    """Names of people with a confirmed credit, in whatever it covers, who have no line; who came later needs none."""
    blocked: tuple[Block, ...] = ()
    """Works with which nobody may make money yet."""
    departures: tuple[Departure, ...] = ()
    """Departures from what somebody was promised, to which they have not agreed."""


async def draft_lines(proposal: PayProposal) -> list[DraftLine]:
    """The lines of the next revision in their order, each with its person, actor, and the record of its credit."""
    found = DraftLine.filter(proposal_id=proposal.id).order_by("position", "id")
    return list(await found.select_related("person", "actor", "credit__record"))


async def productions_in(proposal: PayProposal) -> list[str]:
    """The addresses of the productions whose people share in it, in the order in which they were named."""
    found = ProposalProduction.filter(proposal_id=proposal.id).order_by("id")
    return [row.production.uri for row in await found.select_related("production")]


def in_revision(lines: Iterable[DraftLine], given_back: Collection[str] = ()) -> list[Line]:
    """The lines as a revision has them. Raises Invalid for one without a reason, or out of bounds."""
    return [
        Line(
            key=line.key,
            person=line.actor.uri if line.actor else None,
            name=line.name or ("" if line.actor else NOT_NAMED),
            label=line.label,
            role=line.role,
            record=line.credit.record.uri if line.credit and line.credit.record else None,
            weight=line.weight,
            reason=line.reason,
            income_kind=line.income_kind,
            is_given_back=line.key in given_back,
        )
        for line in lines
    ]


async def drafted_revision(proposal: PayProposal, lines: Sequence[DraftLine], funds: Funds) -> Revision:
    """What would be published now, with what is really shared, whoever reads that. Needs the pool of `proposal`, and of
    that its Group. Raises Invalid.
    """
    assert proposal.pool is not None
    given_back = await _given_back(proposal, lines)
    previous = await ProposalRevision.get_or_none(proposal_id=proposal.id, number=proposal.number)
    adjusts = await PayProposal.get_or_none(id=proposal.adjusts_id) if proposal.adjusts_id else None
    return Revision.make(
        proposal=proposal.uri,
        scope=proposal.key,
        number=proposal.number + 1,
        pool=f"{origin_of(proposal.uri)}/pools/{proposal.pool.key}",
        currency=proposal.currency,
        amount=funds.to_share,
        host_share=proposal.pool.host_share_ppm,
        rule=proposal.rule,
        lines=in_revision(lines, given_back),
        about=tuple(await productions_in(proposal)),
        adjusts=adjusts.uri if adjusts else None,
        previous=previous.digest if previous else None,
        title=proposal.title,
    )


async def preview(proposal: PayProposal) -> tuple[Revision | None, Difference | None, Obstacles]:
    """What would be published, what that changes, and what stands in the way; the revision is None while it makes none.

    For the page on which leaders write. `proposal` has its pool and its Group.
    """
    assert proposal.pool is not None
    lines = await draft_lines(proposal)
    funds = await funds_of(proposal.pool)
    found = await obstacles_to(proposal, lines, funds.to_share)
    try:
        revision = await drafted_revision(proposal, lines, funds)
    except Invalid:
        return None, None, found
    before = await newest_revision(proposal)
    change = difference(counted_revision(before), revision) if before is not None and before.document else None
    return revision, change, found


async def lines_given_back(proposal: PayProposal, people: Mapping[str, int]) -> set[str]:
    """The lines that whoever they belong to gave back and did not take back; `people` has the person of each line."""
    found = Stance.filter(proposal_id=proposal.id, says__in=OF_SHARES, counts=True).order_by("id")
    said = await found
    if not said:
        return set()
    roots = await roots_of({*people.values(), *(stance.person_id for stance in said)})
    given_back: set[str] = set()
    for stance in said:
        own = {key for key, person in people.items() if roots[person] == roots[stance.person_id]}
        meant = own & {stance.line_key} if stance.line_key else own
        given_back = given_back | meant if stance.says == Says.GIVE_BACK else given_back - meant
    return given_back


def read_revision(row: ProposalRevision) -> Revision:
    """The revision in a row. Raises Conflict for one whose words were taken out because somebody left for good."""
    if not row.document:
        raise Conflict(N_("Somebody who was listed left for good. Please publish a new revision first."))
    return read(row.document)


def counted_revision(row: ProposalRevision) -> Revision:
    """The same of a proposal of ours with what is really shared, also where the document does not say it: never to be
    written. Raises Conflict as `read_revision`.
    """
    return read_revision(row).sharing(row.amount)


async def suggested_in(row: ProposalRevision) -> dict[str, int]:
    """What the trail suggested for each line of a revision of which it says anything, by its key."""
    found = Share.filter(revision_id=row.id, suggested__not_isnull=True)
    return {str(key): int(str(ppm)) for key, ppm in await found.values_list("line_key", "suggested")}


async def obstacles_to(proposal: PayProposal, lines: Sequence[DraftLine], amount: int) -> Obstacles:
    """What stands in the way of publishing `lines`, as far as it can be counted."""
    listed = {line.person.joined_id or line.person_id for line in lines}
    covered = json_numbers(await covered_by(proposal))
    confirmed = {int(row[0]): str(row[1]) for row in await fetch_tuples(_UNLISTED.format(numbers=numbers()), covered)}
    given_back = await _given_back(proposal, lines)
    return Obstacles(
        unreasoned=tuple(line.key for line in lines if not line.reason.strip()),
        unlisted=tuple(name for person, name in sorted(confirmed.items()) if person not in listed),
        blocked=tuple(blocks(await sources_of(proposal))),
        departures=tuple(await unagreed(proposal, _offer(proposal, lines, amount, given_back))),
    )


async def departures_of(proposal: PayProposal) -> list[Departure]:
    """Everything in which `proposal` is not what somebody was promised: what is in force, and what is drafted.

    It has its pool.
    """
    assert proposal.pool is not None
    promises = await promises_of(proposal)
    if not promises:
        return []
    amount = (await funds_of(proposal.pool)).to_share
    lines = await draft_lines(proposal)
    offers = [_offer(proposal, lines, amount, await _given_back(proposal, lines))]
    row = await ProposalRevision.get_or_none(proposal_id=proposal.id, number=proposal.number)
    if row is not None:
        offers.append(offer_of(proposal, await lines_in(row), amount))
    found = [departure for offer in offers for departure in departures(promises, offer)]
    return list({(departure.person, departure.digest): departure for departure in found}.values())


async def departures_for(proposal: PayProposal, person: int) -> list[Departure]:
    """The departures from what `person` was promised, agreed to or not, as the draft stands now."""
    return [each for each in await departures_of(proposal) if each.person == person]


async def unagreed(proposal: PayProposal, offer: Offer) -> list[Departure]:
    """The departures of `offer` from what people were promised, to which they have not agreed."""
    return await _without_consent(proposal, departures(await promises_of(proposal), offer))


async def unagreed_departures(proposal: PayProposal) -> list[Departure]:
    """Those of `departures_of` to which the people concerned have not agreed."""
    return await _without_consent(proposal, await departures_of(proposal))


async def _without_consent(proposal: PayProposal, found: list[Departure]) -> list[Departure]:
    """Nobody's pay waits for good for the word of somebody who is gone; what they get is theirs all the same, so that
    they get something does not depend on it.
    """
    if not found:
        return []
    there = Identity.filter(person_id__in=[each.person for each in found], actor__state__in=["active", "suspended"])
    can_speak = {int(str(person)) for person in await there.values_list("person_id", flat=True)}
    found = [each for each in found if each.person in can_speak or each.kind is DepartureKind.NOTHING_LEFT]
    said = Stance.filter(proposal_id=proposal.id, says=Says.AGREE.value, counts=True).select_related("person")
    consents = {(stance.person.joined_id or stance.person_id, stance.digest) for stance in await said}
    return without_consent(found, consents)


async def obstacles_to_lock(proposal: PayProposal, stakes: Sequence[RevisionLine], amount: int) -> Obstacles:
    """What stands in the way of locking `stakes`, when `amount` is shared: grants and consents can be missing again."""
    return Obstacles(
        blocked=tuple(blocks(await sources_of(proposal))),
        departures=tuple(await unagreed(proposal, offer_of(proposal, stakes, amount))),
    )


def offer_of(proposal: PayProposal, stakes: Sequence[RevisionLine], amount: int) -> Offer:
    """What a revision with these lines offers, as far as promises go."""
    shares: dict[int, int] = {}
    for each in stakes:
        shares[each.person] = shares.get(each.person, 0) + each.ppm
    return Offer(
        scope=proposal.key,
        amount=amount,
        currency=proposal.currency,
        rule=proposal.rule,
        shares=shares,
        given_back={each.person for each in stakes if each.is_given_back},
    )


def _offer(proposal: PayProposal, lines: Sequence[DraftLine], amount: int, given_back: Collection[str]) -> Offer:
    weights = {line.key: line.weight for line in lines}
    is_shared = any(weight for key, weight in weights.items() if key not in given_back)
    ppm = redistribute(weights, given_back, scope=proposal.key).after if is_shared else dict.fromkeys(weights, 0)
    stakes = [
        RevisionLine(
            line.key, line.person.joined_id or line.person_id, ppm[line.key], line.income_kind, line.key in given_back
        )
        for line in lines
    ]
    return offer_of(proposal, stakes, amount)


async def _given_back(proposal: PayProposal, lines: Sequence[DraftLine]) -> set[str]:
    return await lines_given_back(proposal, {line.key: line.person_id for line in lines})
