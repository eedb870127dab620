"""What pages, proposals and other servers ask about credit lists."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from tortoise.queryset import QuerySet

from fedirec.accounts.actions.persons import lives_elsewhere, roots_of
from fedirec.activitypub.models import Actor
from fedirec.credits.lines import NAMED, STATES, WAITS_FOR_PERSON, CreditState
from fedirec.credits.models import ProductionCredit, TakenUp
from fedirec.credits.queries.standing import known_person, same_people
from fedirec.credits.suggestions import Way, suggest
from fedirec.db.rows import fetch_tuples
from fedirec.errors import NotFound
from fedirec.projects.models import Production, RoleLine
from fedirec.projects.queries.productions import manifest_of
from fedirec.projects.queries.releases import parts_in_releases
from fedirec.remix.claims import ABOUT_PEOPLE, OPEN
from fedirec.remix.queries.credits import FurtherPart
from fedirec.remix.queries.trails import edges_above
from fedirec.remix.roles import CONTRIBUTOR, find_role
from fedirec.web.language import gettext as _

MAX_LINES: Final = 5_000
"""Of one credit list."""
WHY_HELD: Final = f"""
    CASE WHEN c.state = 'contested' THEN c.state ELSE
        (SELECT k.kind FROM claim k JOIN actor w ON w.id = k.claimant_id
          WHERE k.record_id = c.record_id AND w.state <> 'suspended'
            AND k.state IN ({", ".join(f"'{state}'" for state in sorted(OPEN))})
            AND (k.kind NOT IN ({", ".join(f"'{kind}'" for kind in sorted(ABOUT_PEOPLE))}) OR k.person_uri = a.uri)
          ORDER BY k.id LIMIT 1) END
"""  # noqa: S608  (only constants are spliced in)
"""Why the credit `c`, of the account `a`, is held, in SQL: a word where it is, else null."""
_NONE: Final = "There is no such credit here."


@dataclass(frozen=True, slots=True, kw_only=True)
class Lineage:
    """What `credits.suggestions.suggest` needs to know of a production; people are the rows of persons, in words."""

    used: Mapping[str, int]
    ways: Sequence[Way]
    people: Mapping[str, Mapping[str, int]]


def with_all(credits: QuerySet[ProductionCredit]) -> QuerySet[ProductionCredit]:
    """Each with its person, account, work, and production with its project and the Group of that."""
    return credits.select_related(
        "person", "actor", "role_line", "record__author", "production__project__actor", "production__record__author"
    )


async def get_credit(production: Production, key: str) -> ProductionCredit:
    """The line of `production` with that key. Raises NotFound."""
    found = await with_all(ProductionCredit.filter(key=key, production_id=production.id)).first()
    if found is None:
        raise NotFound(_NONE)
    return found


async def get_credit_row(row: int) -> ProductionCredit:
    """The line in that row. Raises NotFound."""
    found = await with_all(ProductionCredit.filter(id=row)).first()
    if found is None:
        raise NotFound(_NONE)
    return found


async def find_credit_at(uri: str) -> ProductionCredit | None:
    """The line that lives at `uri`, here or elsewhere."""
    elsewhere = await with_all(ProductionCredit.filter(uri=uri)).first()
    if elsewhere is not None:
        return elsewhere
    home, _slash, key = uri.rpartition("/credits/")
    found = await with_all(ProductionCredit.filter(key=key, uri=None)).first()
    return found if found is not None and found.production.uri == home else None


async def credits_of(
    production: Production, *, after: int | None = None, limit: int = MAX_LINES
) -> Sequence[ProductionCredit]:
    """The credit list of `production`, the nearest first, from the line after the place `after` on.

    Each comes with its person, account and work. Who is not to be named (`lines.NAMED`) is for nobody to see.
    """
    found = with_all(ProductionCredit.filter(production_id=production.id, uri=None))
    return await found.order_by("generation", "position", "id").offset(after or 0).limit(limit)


async def credits_to_list(productions: Collection[int]) -> Sequence[ProductionCredit]:
    """The lines in these productions for which somebody is to be in a pay proposal: those who confirmed one, or are
    credited without being named; not those who came later.
    """
    wanted = (CreditState.CONFIRMED.value, CreditState.PSEUDONYMISED.value)
    found = ProductionCredit.filter(production_id__in=list(productions), uri=None, came_later=False, state__in=wanted)
    return await with_all(found).order_by("production_id", "generation", "position", "id").limit(MAX_LINES)


async def is_of(credit: ProductionCredit, actor: Actor) -> bool:
    """Whether `credit` is about the person who `actor` is, whichever of their accounts it names.

    Who lives elsewhere now says it from there: an account that moved away says nothing, nor does one that is lost to
    them. Accounts turn out to be one person only when the hold after a Move is over.
    """
    if await lives_elsewhere(actor):
        return False
    people = await own_people(actor)
    return credit.person_id in people if people else credit.actor_id == actor.id


async def own_people(actor: Actor | None) -> frozenset[int]:
    """The rows under which the person who `actor` is is known; none for nobody."""
    person = await known_person(actor) if actor is not None else None
    return frozenset(await same_people(person)) if person is not None else frozenset()


async def own_credits(
    actor: Actor, *, waiting: bool = False, before: int | None = None, limit: int
) -> Sequence[ProductionCredit]:
    """What `actor` is credited for, the newest first; or only what waits for their word."""
    found = with_all(ProductionCredit.filter(person_id__in=list(await own_people(actor))))
    if waiting:
        found = found.filter(state__in=[state.value for state in WAITS_FOR_PERSON])
    if before is not None:
        found = found.filter(id__lt=before)
    return await found.order_by("-id").limit(limit)


async def held_lines(production: Production) -> dict[int, str]:
    """The lines of `production`, by row, of which somebody says that they are not right, and what is said in a word:
    "contested", or the kind of a claim about the work that nobody has decided.

    Pay of these lines waits, and of no others: a claim about somebody holds their lines alone, one about sources those
    of the work. What the lock holds back goes by the same rule (`WHY_HELD`).
    """
    found = await fetch_tuples(
        f"""
        SELECT id, why FROM (
            SELECT c.id, {WHY_HELD} AS why FROM production_credit c LEFT JOIN actor a ON a.id = c.actor_id
             WHERE c.production_id = ? AND c.uri IS NULL
        ) AS held WHERE why IS NOT NULL
        """,  # noqa: S608  (only constants are spliced in)
        production.id,
    )
    return {int(row): str(why) for row, why in found}


async def lineage_for_suggestion(production: Production) -> Lineage:
    """The graph of what `production` was made from, and who made each work: what a suggestion of shares goes by.

    Those who say that it was not them get nothing suggested; those who are not named do. What a role is worth no trail
    knows: role lines are no part of it, nor is what came into the trail after it was frozen.
    """
    found = await manifest_of(production)
    used = [record.id for record in found[0].records] if found else []
    rows = ProductionCredit.filter(production_id=production.id, uri=None, role_line_id=None, came_later=False)
    lines = await rows.exclude(state=CreditState.DECLINED.value).order_by("id").limit(MAX_LINES)
    later = TakenUp.filter(production_id=production.id, came_later=True).values_list("uri", flat=True)
    late = {str(uri) for uri in await later}
    roots = await roots_of({line.person_id for line in lines})
    people: dict[str, dict[str, int]] = {}
    for line in lines:
        people.setdefault(line.work_uri, {})[str(roots[line.person_id])] = 1
    return Lineage(
        used=dict.fromkeys(used, 1),
        ways=[
            Way(record=edge.record, source=edge.source, relation=edge.relation)
            for edge in await edges_above(used)
            if edge.source not in late
        ],
        people=people,
    )


async def suggested_weights(production: Production, *, scope: str) -> dict[int, int]:
    """What the trail of `production` suggests for each of its lines, by row, in ppm: a suggestion and nothing more.

    Several lines of one person through one work share what that person gets for it. Empty without any trail.
    """
    graph = await lineage_for_suggestion(production)
    suggested = suggest(graph.used, graph.ways, graph.people, scope=scope)
    rows = ProductionCredit.filter(production_id=production.id, uri=None, role_line_id=None, came_later=False)
    lines = await rows.exclude(state=CreditState.DECLINED.value).order_by("id").limit(MAX_LINES)
    roots = await roots_of({line.person_id for line in lines})
    alike: dict[tuple[str, str], list[int]] = {}
    for line in lines:
        alike.setdefault((line.work_uri, str(roots[line.person_id])), []).append(line.id)
    return {
        row: weight // len(same) + (place < weight % len(same))
        for key, weight in suggested.items()
        for same in [alike.get(key, [])]
        for place, row in enumerate(same)
    }


def is_as_named(credit: ProductionCredit, line: RoleLine) -> bool:
    """Whether a line still says what the role line says from which it came; else it was corrected since."""
    return credit.role == (find_role(line.role) or CONTRIBUTOR).iri and credit.role_label == line.label


async def parts_in_credit_lists(records: Collection[int]) -> Sequence[FurtherPart]:
    """Whom the manifests and the credit lists of productions name that were released as the records in these rows.

    What was corrected is as it was corrected, with a note until the person confirms it.
    """
    parts = list(await parts_in_releases(records))
    released = Production.filter(record_id__in=list(records), state="released").values_list("id", flat=True)
    productions = [int(str(row)) for row in await released]
    if not productions:
        return parts
    rows = with_all(ProductionCredit.filter(production_id__in=productions, generation=0, role_line_id__not_isnull=True))
    for line in await rows.order_by("id").limit(MAX_LINES):
        if line.role_line is None or is_as_named(line, line.role_line) or line.actor is None or not shown_name(line):
            continue
        state = CreditState(line.state)
        note = "" if state is CreditState.CONFIRMED else _(STATES[state][0])
        record = line.production.record_id or 0
        parts.append(FurtherPart(record=record, person=line.actor.uri, name=line.name, role=line.role, note=note))
    return parts


def shown_name(credit: ProductionCredit) -> str:
    """What a line calls the person; empty for who is not to be named."""
    return credit.name if CreditState(credit.state) in NAMED else ""
