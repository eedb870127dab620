"""Who somebody is to a proposal: who leads, who is listed, who sees after the money of this instance."""

from __future__ import annotations

from collections.abc import Collection

from fedirec.accounts.actions.persons import people_of, roots_of
from fedirec.accounts.models import Account, Identity
from fedirec.accounts.permissions import Permission, Role, may
from fedirec.activitypub.authority import agrees_to_move
from fedirec.activitypub.models import Actor
from fedirec.credits.models import PayProposal, ProposalRevision, ProposalWriter, Share
from fedirec.db import fetch_rows
from fedirec.db.rows import fetch_tuples
from fedirec.remix.powers import Part
from fedirec.remix.queries.leading import parts_around


async def parts_to(group: Actor, actor: Actor) -> frozenset[Part]:
    """What `actor` is to proposals of `group`, as far as leading it and handling money goes.

    Who manages this instance leads what belongs to the instance itself.
    """
    parts = set(await parts_around(group, actor))
    role = await role_of(actor)
    if role is None:
        return frozenset(parts)
    parts.add(Part.RESIDENT)
    if may(role, Permission.PAY):
        parts.add(Part.TREASURER)
    if may(role, Permission.MODERATE):
        parts.add(Part.MODERATOR)
    if group.type == "Application" and group.is_local and may(role, Permission.MANAGE_INSTANCE):
        parts.add(Part.LEADER)
    return frozenset(parts)


async def role_of(actor: Actor) -> Role | None:
    """What `actor` is on this instance; None for guests, and for who has no account here that is in use."""
    account = await Account.get_or_none(actor_id=actor.id, state="active")
    role = Role(account.role) if account is not None else Role.GUEST
    return None if role is Role.GUEST else role


async def payers() -> frozenset[int]:
    """The people who may pay on this instance, whatever accounts they use.

    Somebody who was never asked for as a person counts as well, under a number below 0: they are one more who could.
    """
    return await _people_who(Permission.PAY)


async def judges() -> frozenset[int]:
    """The people who may decide appeals on this instance, counted as `payers` are."""
    return await _people_who(Permission.PAY, Permission.MODERATE)


async def _people_who(*permissions: Permission) -> frozenset[int]:
    """The people who have one of these."""
    roles = [str(role) for role in Role if any(may(role, permission) for permission in permissions)]
    rows = await fetch_rows(
        "SELECT DISTINCT COALESCE(p.joined_id, p.id, -a.id) AS person FROM account a "  # noqa: S608
        "LEFT JOIN identity i ON i.actor_id = a.actor_id LEFT JOIN person p ON p.id = i.person_id "
        f"WHERE a.state = 'active' AND a.role IN ({', '.join('?' * len(roles))})",
        *roles,
    )
    return frozenset(int(row["person"]) for row in rows)


async def proposers_of(proposal: PayProposal) -> frozenset[int]:
    """The people who proposed it: who began it, who wrote its lines, and who published any of its revisions.

    Giving a share back proposes nothing. Whoever let somebody else press the button proposed it all the same.
    """
    made = ProposalRevision.filter(proposal_id=proposal.id, is_recusal=False, made_by_id__not_isnull=True)
    actors = {proposal.proposer_id, *(await made.distinct().values_list("made_by_id", flat=True))} - {None}
    published = await people_of(await Actor.filter(id__in=list(actors)))
    wrote = await ProposalWriter.filter(proposal_id=proposal.id).values_list("person_id", flat=True)
    roots = await roots_of([*(each.id for each in published.values()), *(int(str(each)) for each in wrote)])
    return frozenset(roots.values())


async def newest_revision(proposal: PayProposal) -> ProposalRevision | None:
    """What is in force of `proposal`; None before it is published."""
    return await ProposalRevision.get_or_none(proposal_id=proposal.id, number=proposal.number)


async def listed_people(revision: ProposalRevision | None) -> frozenset[int]:
    """The people who have a line in `revision`, also one of 0."""
    if revision is None:
        return frozenset()
    rows = await fetch_tuples(
        "SELECT DISTINCT COALESCE(p.joined_id, p.id) FROM share s JOIN person p ON p.id = s.person_id "
        "WHERE s.revision_id = ?",
        revision.id,
    )
    return frozenset(int(row[0]) for row in rows)


async def lines_of_person(revision: ProposalRevision, person_id: int) -> list[Share]:
    """The lines of somebody in `revision`."""
    return await Share.filter(revision_id=revision.id, person_id__in=await same_people(person_id)).order_by("id")


async def nameless_lines(proposal: PayProposal) -> list[Share]:
    """The lines in force of people who have no account that anybody knows, with their persons."""
    revision = await newest_revision(proposal)
    if revision is None:
        return []
    found = Share.filter(revision_id=revision.id, actor_id=None, person__joined_id=None).select_related("person")
    lines = await found.order_by("id")
    known = {row.person_id for row in await Identity.filter(person_id__in=[line.person_id for line in lines])}
    return [line for line in lines if line.person_id not in known]


async def known_person(actor: Actor) -> int | None:
    """The row of the person who `actor` is, whatever accounts they use; None for who was never asked for as
    one: looking makes nobody a person.
    """
    identity = await Identity.filter(actor_id=actor.id).select_related("person").first()
    return None if identity is None else identity.person.joined_id or identity.person_id


async def same_people(person_id: int) -> list[int]:
    """Every row under which somebody is known, whichever of them `person_id` is: who they turned out to be, and all who
    turned out to be the same.
    """
    rows = await fetch_tuples(
        "SELECT p.id FROM person p JOIN (SELECT COALESCE(joined_id, id) AS root FROM person WHERE id = ?) w "
        "ON p.id = w.root OR p.joined_id = w.root ORDER BY p.id",
        person_id,
    )
    return [int(row[0]) for row in rows]


async def actors_of_people(people: Collection[int]) -> list[Actor]:
    """The accounts in use of `people`, here and elsewhere; of one that moved the old and the new, until it is known
    that they are one person, and then the new.
    """
    rows = await Identity.filter(person_id__in=list(people), actor__state="active").select_related("actor")
    return await with_successors([row.actor for row in rows])


async def with_successors(actors: Collection[Actor]) -> list[Actor]:
    """`actors`, and where one of them says that it lives elsewhere now, as whoever is there says too, those as well.

    Who moved and is there already is left out: whoever took over an account is told what its person is told, and so is
    whoever it was taken from.
    """
    uris = sorted({each.moved_to for each in actors if each.moved_to})
    new = {each.uri: each for each in await Actor.filter(uri__in=uris, state="active")} if uris else {}
    here = {each.id: each for each in actors}
    found = {}
    for each in actors:
        successor = new.get(each.moved_to or "")
        if successor is not None and successor.id in here:
            continue
        found[each.id] = each
        if successor and agrees_to_move(old=each.uri, new=successor.uri, aliases=successor.also_known_as):
            found[successor.id] = successor
    return list(found.values())
