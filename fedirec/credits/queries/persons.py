"""Whether rows of people say what was proved: whoever writes into the database makes nobody another person.

The audit chain has a link for each time that two rows turned out to be one person, and the document of a revision names
the account of each line. What does not follow from those is refused at the lock, and found when payments are verified.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import AsyncGenerator, Collection, Iterable
from dataclasses import dataclass
from typing import Final

from fedirec.accounts.actions.persons import JOINED, roots_of
from fedirec.accounts.models import Identity, Person
from fedirec.credits.models import PayProposal, ProposalRevision, Share
from fedirec.credits.revisions import read
from fedirec.db.rows import fetch_tuples, rows_in
from fedirec.errors import Invalid
from fedirec.ledger.chain import digest_of
from fedirec.ledger.models import ChainLink
from fedirec.remix.pseudonyms import NOT_NAMED

PAGE: Final = 500


@dataclass(frozen=True, slots=True)
class Join:
    """What a link tells: `joined` turned out to be `person`, and its accounts became those of `identities_of`."""

    joined: int
    person: int
    identities: tuple[int, ...]
    identities_of: int


async def strangers_in(revision: ProposalRevision) -> list[str]:
    """The keys of the lines of `revision` that give something else, or to somebody else, than its document says."""
    shares = {share.line_key: share for share in await Share.filter(revision_id=revision.id)}
    if not await _was_published(revision):
        return sorted(shares)
    if not revision.document:  # somebody left for good; what each of them is owed stays
        return []
    try:
        said = read(revision.document)
    except Invalid:
        return sorted(shares)
    lines = {line.key: line for line in said.lines}
    found = {
        key
        for key in lines.keys() | shares.keys()
        if key not in lines
        or key not in shares
        or (lines[key].ppm, lines[key].weight, lines[key].income_kind, lines[key].is_given_back)
        != (shares[key].ppm, shares[key].weight, shares[key].income_kind, shares[key].is_given_back)
    }
    if said.digest != revision.digest:
        return sorted(shares)
    known = await _accounts_at({line.person for line in said.lines if line.person})
    joins = await joins_of({share.person_id for share in shares.values()})
    roots = await roots_of({share.person_id for share in shares.values()})
    for key, share in shares.items():
        line, root = lines.get(key), roots[share.person_id]
        account = known.get(line.person or "") if line else None
        is_nobody = line is not None and line.person is not None and account is None  # which never goes by itself
        proved = _follow(joins, share.person_id)
        was_theirs = account is not None and any(
            account.id in join.identities for row in proved for join in [joins.get(row)] if join
        )
        if is_nobody or proved[-1] != root or (account is not None and account.person_id != root and not was_theirs):
            found.add(key)
    nameless = {line.key for line in said.lines if line.person is None and line.name != NOT_NAMED} & shares.keys()
    somebody = await _with_accounts({shares[key].person_id for key in nameless})
    return sorted(found | {key for key in nameless if shares[key].person_id in somebody})


async def _with_accounts(person_ids: Collection[int]) -> set[int]:
    """Those of these rows that have an account, though nobody without one was ever proved to be them: whoever was
    listed without an account gets one by a join alone.
    """
    rows = Identity.filter(person_id__in=list(person_ids))
    found = {int(str(person)) for person in await rows.values_list("person_id", flat=True)} if person_ids else set()
    joined = [row.id for row in await Person.filter(joined_id__in=list(found))] if found else []
    joins = await joins_of(joined)
    return found - {_follow(joins, row)[-1] for row in joined if row in joins}


async def _was_published(revision: ProposalRevision) -> bool:
    """Whether the chain tells that this is what was published under its number."""
    (proposal,) = await PayProposal.filter(id=revision.proposal_id).only("id", "key")
    for link in await ChainLink.filter(kind="proposal_revision", subject=proposal.key).order_by("number"):
        is_whole = bool(link.document) and digest_of(link.document) == link.document_digest
        said = json.loads(link.document) if is_whole else {}
        if said.get("revision") == revision.number:
            return bool(said.get("digest") == revision.digest)
    return False


async def joins_of(person_ids: Collection[int]) -> dict[int, Join]:
    """What the chain tells of these rows, and of whom they turned out to be, by the row that joined another."""
    found: dict[int, Join] = {}
    wanted = set(person_ids)
    while wanted:
        subjects = [f"person:{each}" for each in sorted(wanted)]
        wanted = set()
        for begin in range(0, len(subjects), PAGE):
            for join in _read(
                await ChainLink.filter(kind=JOINED, subject__in=subjects[begin : begin + PAGE]).order_by("number")
            ):
                found[join.joined] = join
                wanted.add(join.person)
        wanted -= found.keys()
    return found


async def find_unproven() -> AsyncGenerator[str]:
    """Each row of a person or an account that says of whom it is without a link in the chain that proves it, and each
    locked share that is not what the document of its revision says; in a sentence.
    """
    links = ChainLink.filter(kind=JOINED).order_by("number")
    told = list(_read(await links))
    joins = {join.joined: join for join in told}
    rows = {row.id: row.joined_id for row in await Person.filter(joined_id__not_isnull=True)}
    for row in sorted(rows.keys() | joins.keys()):
        if rows.get(row) != (_follow(joins, row)[-1] if row in joins else None):
            yield f"person {row}: who they turned out to be is not what the audit chain tells"
    moved: dict[int, int] = {}
    for join in told:
        moved |= dict.fromkeys(join.identities, join.identities_of)
    for identity in await rows_in(Identity, sorted(moved)):
        if identity.person_id != _follow(joins, moved[identity.id])[-1]:
            yield f"account {identity.id}: whose it is is not what the audit chain tells"
    several = await fetch_tuples(
        "SELECT i.id, i.person_id FROM identity i WHERE i.person_id IN "
        "(SELECT person_id FROM identity GROUP BY person_id HAVING count(*) > 1) ORDER BY i.id"
    )
    own = Counter(int(person) for row, person in several if int(row) not in moved)
    for person, count in sorted(own.items()):
        if count > 1:
            yield f"person {person}: accounts are theirs of which the audit chain tells nothing"
    async for sentence in _find_strangers():
        yield sentence


async def _find_strangers() -> AsyncGenerator[str]:
    after = 0
    while page := await PayProposal.filter(id__gt=after, locked_at__not_isnull=True).order_by("id").limit(PAGE):
        after = page[-1].id
        digests = {proposal.id: proposal.locked_digest for proposal in page}
        for revision in await ProposalRevision.filter(proposal_id__in=list(digests)).order_by("id"):
            if revision.digest == digests[revision.proposal_id]:
                for key in await strangers_in(revision):
                    yield f"proposal {revision.proposal_id}: line {key} is not what its revision says"


async def _accounts_at(uris: Collection[str]) -> dict[str, Identity]:
    """The rows by which the accounts at these addresses are ways to be somebody."""
    found: dict[str, Identity] = {}
    wanted = sorted(uris)
    for begin in range(0, len(wanted), PAGE):
        rows = Identity.filter(actor__uri__in=wanted[begin : begin + PAGE]).select_related("actor")
        found |= {row.actor.uri: row for row in await rows}
    return found


def _follow(joins: dict[int, Join], row: int) -> list[int]:
    """`row` and everybody whom it turned out to be, one after the other, as far as the chain tells."""
    way = [row]
    while (join := joins.get(way[-1])) is not None and join.person not in way:
        way.append(join.person)
    return way


def _read(links: Iterable[ChainLink]) -> Iterable[Join]:
    for link in links:
        try:
            said = json.loads(link.document)
            yield Join(int(said["joined"]), int(said["person"]), tuple(said["identities"]), int(said["identities_of"]))
        except (ValueError, KeyError, TypeError):
            continue  # the chain is verified by itself
