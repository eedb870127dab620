"""The credit list of a production of ours comes to be when it is frozen, and stays true to what its trail says.

Its roles stand in front, then the works that are used and what these were made from, over every generation that is
followed (`remix.lineage`). Each line is one thing that one person did. A line is never taken away because somebody
deleted a work or hid it; only a claim that was upheld ends it, and then it stays as one that is not so.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from fedirec.accounts.actions.persons import people_of, person_of
from fedirec.accounts.models import Person
from fedirec.activitypub.models import Actor
from fedirec.clock import now
from fedirec.credits.actions.crediting.offering import offer_lines
from fedirec.credits.actions.crediting.taking_up import keep_taken_up
from fedirec.credits.lines import CreditState, state_of_role
from fedirec.credits.models import ProductionCredit
from fedirec.credits.queries.credits import MAX_LINES, is_as_named
from fedirec.db import fetch_rows, transaction
from fedirec.db.holding import hold
from fedirec.errors import NotFound
from fedirec.lanes import Done, Job, Outcome, enqueue, gathering
from fedirec.projects.actions.productions.crediting import asking_for_credits
from fedirec.projects.manifests import MAX_PERSON
from fedirec.projects.models import Production, RoleLine
from fedirec.projects.queries.productions import get_production_row, manifest_of, roles_of
from fedirec.projects.queries.releases import parts_in_releases
from fedirec.remix.claims import ClaimKind
from fedirec.remix.lineage import Edge, Relation, generations, parents_of
from fedirec.remix.models import Claim, Contributor
from fedirec.remix.pseudonyms import is_unnamed
from fedirec.remix.queries.credits import credits_of
from fedirec.remix.queries.pseudonyms import people_behind
from fedirec.remix.queries.trails import Trail, edges_above
from fedirec.remix.queries.waypoints import waypoints_of
from fedirec.remix.roles import CONTRIBUTOR, find_role
from fedirec.remix.vocab.text import clean_line
from fedirec.uris import new_key

ROUNDS: Final = 24
"""Rounds of the chore within which each list is looked at once."""
_ROUND: Final = f"""
    SELECT p.id FROM production p JOIN project j ON j.id = p.project_id JOIN actor a ON a.id = j.actor_id
     WHERE a.is_local AND p.frozen_at IS NOT NULL
       AND (p.id % {ROUNDS} = ? OR NOT EXISTS (SELECT 1 FROM production_credit c WHERE c.production_id = p.id))
     ORDER BY p.id LIMIT 1000
"""  # noqa: S608  (only a constant is spliced in)
_WITH_RECORD: Final = """
    SELECT DISTINCT c.production_id AS id FROM production_credit c WHERE c.record_id = ? AND c.uri IS NULL LIMIT 1000
"""

Who: TypeAlias = int | str
"""Somebody's row as an actor, or what they are called, or what stands for them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    """A line as the trail has it now."""

    work: str
    record: int | None
    generation: int
    person: str
    """The address of the person, or what stands for them."""
    actor: Actor | None
    name: str
    role: str
    is_author: bool
    is_unnamed: bool

    @property
    def key(self) -> tuple[str, Who, str]:
        return self.work, self.actor.id if self.actor else self.name, self.role


async def draw_up_job(job: Job) -> Outcome:
    """The credit list of one production of ours is up to date, or those of all in which one record is."""
    if record := job.payload.get("record"):
        found = await fetch_rows(_WITH_RECORD, int(str(record)))
        await enqueue([asking_for_credits(int(row["id"])) for row in found])
        return Done()
    try:
        production = await get_production_row(int(str(job.payload["production"])))
    except NotFound:
        return Done()
    await draw_up(production)
    return Done()


async def look_at_credits(hour: int | None = None) -> int:
    """Lists that nobody has drawn up yet are, and each of the others once a day; returns how many are asked for."""
    found = await fetch_rows(_ROUND, (now().hour if hour is None else hour) % ROUNDS)
    await enqueue([asking_for_credits(int(row["id"])) for row in found])
    return len(found)


async def draw_up(production: Production) -> None:
    """The credit list of `production`, one of ours, says what is known today; a production that is prepared has none.

    Doing it again changes nothing but what has changed. What somebody said of a line stays, and whoever asks not to be
    named is not. Those elsewhere who are named for a role are asked by a signed activity whether it is so.
    """
    found = await manifest_of(production)
    if found is None or not production.project.actor.is_local:
        return
    used = found[0].records
    root, edges, works = await _trail_of(production, [each.id for each in used])
    wanted = await _works_in(root, edges, works, [each.id for each in used])
    async with transaction(), gathering():
        await hold(production.project)
        at_first = await keep_taken_up(production, used, edges, list(works)[:MAX_LINES])
        rows = list(await ProductionCredit.filter(production_id=production.id).order_by("id"))
        fresh = [
            *await _keep_roles(production, await roles_of(production), rows),
            *await _keep_works(production, wanted, rows, at_first),
        ]
        await offer_lines(production, found[1], fresh)


async def _trail_of(production: Production, used: Sequence[str]) -> tuple[str, list[Edge], dict[str, int]]:
    """What stands for `production` in its trail, what was made from what there, and each work with its generation, the
    nearest first.
    """
    root = production.record.uri if production.record else production.uri
    edges = [*await edges_above(used), *(Edge(root, uri, Relation.CONTAINS) for uri in used)]
    above = generations(root, parents_of(edges))
    del above[root]
    return root, edges, dict(sorted(above.items(), key=lambda each: each[1]))


async def _works_in(root: str, edges: Sequence[Edge], above: Mapping[str, int], uris: Sequence[str]) -> list[_Line]:
    """One line for each thing that somebody did for a work in the trail."""
    places = await waypoints_of(list(above), own=root)
    found = await credits_of(
        Trail(record=root, edges=tuple(edges), waypoints=places, up=dict(above), down={}), parts_in_releases
    )
    people = {line.person for line in found.lines}
    behind = await people_behind(each for each in people if is_unnamed(each))
    addresses = sorted({behind.get(each, each) for each in people})
    actors = {actor.uri: actor for actor in await Actor.filter(uri__in=addresses)} if addresses else {}
    lines = [
        _Line(
            work=work.record,
            record=places[work.record].key,
            generation=work.generation - 1,
            person=line.person,
            actor=actors.get(behind.get(line.person, line.person)),
            name="" if is_unnamed(line.person) else clean_line(found.names.get(line.person, ""), MAX_PERSON),
            role=(known.iri if (known := find_role(role)) else role),
            is_author=work.is_author,
            is_unnamed=is_unnamed(line.person),
        )
        for line in found.lines
        for work in line.works
        for role in work.roles
        if work.record in places
    ]
    return sorted(lines, key=lambda each: (each.generation, uris.index(each.work) if each.work in uris else 0))[
        :MAX_LINES
    ]


async def _keep_roles(
    production: Production, lines: Sequence[RoleLine], rows: Sequence[ProductionCredit]
) -> list[ProductionCredit]:
    """The lines of those who did something that is no record; those that are new are returned."""
    known = {row.role_line_id: row for row in rows if row.role_line_id is not None}
    called = {row.name.casefold(): row.person_id for row in known.values() if row.actor_id is None}
    made = []
    for place, line in enumerate(lines):
        row = known.get(line.id)
        name = clean_line((line.actor.name or line.actor.handle) if line.actor else line.name, MAX_PERSON)
        if row is None:
            row = ProductionCredit(
                key=new_key(),
                production=production,
                person_id=await _person(line.actor, name, called),
                actor=line.actor,
                role_line=line,
                role=(find_role(line.role) or CONTRIBUTOR).iri,
                role_label=line.label,
                words=line.words,
                state=_STATE_OF_ROLE[line.state],
            )
            made.append(row)
        elif is_as_named(row, line) and line.state != state_of_role(row.state, is_as_named=True):
            row.state, row.state_at = _STATE_OF_ROLE[line.state], now()
        row.name = "" if row.state == CreditState.PSEUDONYMISED else name
        row.position = place
        await row.save()
    return made


async def _keep_works(
    production: Production, lines: Sequence[_Line], rows: Sequence[ProductionCredit], at_first: Collection[str]
) -> list[ProductionCredit]:
    """The lines of those whose works are in it; those that are new are returned.

    What is new in a work that was in the list came later, as what is not among the works `at_first` did.
    """
    known = {_key_of(row): row for row in rows if row.role_line_id is None}
    remembered = {(row.work_uri, row.name, row.role): row for row in known.values() if row.actor_id is None}
    people = await people_of(line.actor for line in lines if line.actor is not None)
    called: dict[str, int] = {row.name.casefold(): row.person_id for row in known.values() if row.actor_id is None}
    makers: dict[str, set[int]] = {}
    for each in known.values():
        makers.setdefault(each.work_uri, set()).add(each.person_id)
    made, seen = [], set()
    for place, line in enumerate(lines):
        row = known.get(line.key) or remembered.get((line.work, line.name, line.role))
        if row is None:
            row = ProductionCredit(
                key=new_key(),
                production=production,
                person_id=people[line.actor.id].id if line.actor else await _person(None, line.name, called),
                work_uri=line.work,
                role=line.role,
                # Who published a work says by that what they did for it; whom they name besides says so themselves.
                state=CreditState.CONFIRMED if line.is_author and line.actor else CreditState.PROPOSED,
            )
            row.came_later = line.work not in at_first or row.person_id not in makers.get(line.work, {row.person_id})
            made.append(row)
        elif row.actor_id is None and line.actor is not None:  # somebody whom nobody here knew until now
            row.person_id = people[line.actor.id].id
        before = (row.actor_id, row.record_id, row.generation, row.name, row.state, row.position)
        row.actor_id = line.actor.id if line.actor else row.actor_id
        row.record_id = line.record
        row.generation, row.position = line.generation, place
        if line.is_unnamed and row.state != CreditState.DECLINED:
            row.state = CreditState.PSEUDONYMISED
        row.name = "" if row.state == CreditState.PSEUDONYMISED else line.name
        seen.add(row.key)
        if before != (row.actor_id, row.record_id, row.generation, row.name, row.state, row.position):
            await row.save()
    await _end_those_refuted([row for row in known.values() if row.key not in seen])
    return made


def _key_of(row: ProductionCredit) -> tuple[str, Who, str]:
    return row.work_uri, row.actor_id if row.actor_id is not None else row.name, row.role


async def _end_those_refuted(rows: Sequence[ProductionCredit]) -> None:
    """What a claim that was upheld took out of the trail is not so; what is merely not seen any more stays."""
    works = [row.record_id for row in rows if row.record_id is not None]
    if not works:
        return
    people = {claim.record_id async for claim in Claim.filter(record_id__in=works, holds=True, kind__in=_ABOUT_LINES)}
    sources = Claim.filter(source_uri__in=[row.work_uri for row in rows], holds=True, kind=ClaimKind.NOT_DERIVED)
    refuted = {str(uri) for uri in await sources.values_list("source_uri", flat=True)}
    still = {
        (row.record_id, row.actor_uri, (find_role(row.role) or CONTRIBUTOR).iri)
        async for row in Contributor.filter(record_id__in=works)
    }
    actors = {
        actor.id: actor.uri async for actor in Actor.filter(id__in=[row.actor_id for row in rows if row.actor_id])
    }
    for row in rows:
        is_said = (row.record_id, actors.get(row.actor_id or 0), row.role) in still
        if row.work_uri in refuted or (row.record_id in people and not is_said):
            row.state, row.state_at = CreditState.DECLINED, now()
            await row.save(update_fields=["state", "state_at"])


async def _person(actor: Actor | None, name: str, called: dict[str, int]) -> int:
    """The row of the person behind `actor`, or of one without an account who is `called` so in this list."""
    if actor is not None:
        return int((await person_of(actor)).id)
    known = called.get(name.casefold()) if name else None
    row: int = known if known is not None else (await Person.create(name=name)).id
    called[name.casefold()] = row
    return row


_ABOUT_LINES: Final = (ClaimKind.NOT_MY_WORK, ClaimKind.WRONG_ROLE)
_STATE_OF_ROLE: Final[Mapping[str, CreditState]] = {
    "proposed": CreditState.PROPOSED,
    "confirmed": CreditState.CONFIRMED,
    "unnamed": CreditState.PSEUDONYMISED,
    "declined": CreditState.DECLINED,
}
