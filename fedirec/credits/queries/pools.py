"""Pools and what stands in them: who may see them, how they stand in the books, and what was stated.

In the books a pool is known by its key: `ledger.journal.pool(pool.key)`, `income(pool.key)` and so on.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from tortoise.queryset import QuerySet

from fedirec.activitypub.models import Actor
from fedirec.credits.decisions import Rule
from fedirec.credits.entries import EntryKind, EntryState
from fedirec.credits.models import PayProposal, Pool, PoolEntry, PoolUse
from fedirec.credits.pools import Kind, PoolDraft, PoolState
from fedirec.credits.queries.settings import money_settings
from fedirec.credits.queries.standing import parts_to
from fedirec.db.rows import fetch_tuples
from fedirec.db.tables import json_of, table_of
from fedirec.errors import NotFound
from fedirec.ledger import journal
from fedirec.projects.models import ProductionPart, Project
from fedirec.projects.queries.projects import may_see_project, project_of
from fedirec.remix.models import Challenge, Submission
from fedirec.remix.powers import Part
from fedirec.remix.queries.challenges import is_led_by_suspended, may_see_draft

MAX_POOLS: Final = 50
"""Of one project, challenge or instance that are open at once."""
MAX_USES: Final = 50
"""Projects and challenges that are opened for one commission."""
_OURS: Final = tuple(kind.value for kind in EntryKind)


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """What a pool belongs to: a project, a challenge, or the instance where it is neither."""

    group: Actor
    project: Project | None = None
    challenge: Challenge | None = None


async def home_of(group: Actor) -> Home:
    """What `group` is the Group of."""
    if (project := await project_of(group)) is not None:
        return Home(group=group, project=project)
    challenge = await Challenge.filter(actor_id=group.id).select_related("actor", "leader", "part_of").first()
    return Home(group=group, challenge=challenge)


async def may_see_home(home: Home, viewer: Actor | None, *, is_moderator: bool = False) -> bool:
    """Whether `viewer` sees the money of it: whoever sees the project or the challenge does."""
    if home.project is not None:
        return await may_see_project(home.project, viewer, is_moderator=is_moderator)
    if home.challenge is None:
        return True
    if home.challenge.state == "draft":
        return await may_see_draft(home.challenge, viewer)
    return is_moderator or not is_led_by_suspended(home.challenge)


async def sees_sums(group: Actor, viewer: Actor | None) -> bool:
    """Whether `viewer` reads what there is to share of `group`, and what everybody gets of it: those who lead it and
    treasurers do, and all others where the instance shows it.
    """
    if (await money_settings()).shows_amounts:
        return True
    return viewer is not None and not {Part.LEADER, Part.TREASURER}.isdisjoint(await parts_to(group, viewer))


async def get_pool(key: str, viewer: Actor | None, *, is_moderator: bool = False) -> tuple[Pool, Home]:
    """The pool with that key, its Group and its production with it, and what it belongs to. Raises NotFound."""
    pool = await Pool.filter(key=key).select_related("group", "production").first()
    if pool is not None:
        home = await home_of(pool.group)
        if await may_see_home(home, viewer, is_moderator=is_moderator):
            return pool, home
    raise NotFound("There is no such pool here.")


async def pools_of(group: Actor, *, after: int | None = None, limit: int) -> list[Pool]:
    """The pools of `group` and those commissions for which it was opened, the newest first; `after` is a row."""
    used = [int(str(each)) for each in await PoolUse.filter(group_id=group.id).values_list("pool_id", flat=True)]
    found = _before(Pool.filter(group_id=group.id), after)
    own = await found.order_by("-id").limit(limit).select_related("group", "production")
    others = await _before(Pool.filter(id__in=used), after).select_related("group", "production") if used else []
    return sorted({pool.id: pool for pool in [*own, *others]}.values(), key=lambda pool: -pool.id)[:limit]


def draft_of(pool: Pool) -> PoolDraft:
    """What `pool` says."""
    return PoolDraft(
        kind=Kind(pool.kind),
        title=pool.title,
        brief=pool.brief,
        client=pool.client,
        currency=pool.currency,
        stated=pool.stated,
        host_share_ppm=pool.host_share_ppm,
        rule=Rule(pool.rule),
    )


async def entries_of(pool: Pool, *, after: int | None = None, limit: int) -> list[PoolEntry]:
    """What was stated of `pool`, the newest first, each with who stated and decided it; `after` is a row."""
    found = PoolEntry.filter(pool_id=pool.id) if after is None else PoolEntry.filter(pool_id=pool.id, id__lt=after)
    return (
        await found.order_by("-id").limit(limit).select_related("stated_by", "decided_by", "evidence_file", "reverses")
    )


async def waiting_entries(*, after: int | None = None, limit: int) -> list[PoolEntry]:
    """What waits for a treasurer anywhere here, the oldest first; `after` is a row."""
    found = PoolEntry.filter(state=EntryState.STATED.value, id__gt=after or 0)
    return await found.order_by("id").limit(limit).select_related("pool__group", "stated_by", "evidence_file")


async def get_entry(pool: Pool, key: str) -> PoolEntry:
    """The entry of `pool` with that key. Raises NotFound."""
    entry = (
        await PoolEntry.filter(key=key, pool_id=pool.id).select_related("stated_by", "decided_by", "reverses").first()
    )
    if entry is None:
        raise NotFound("There is no such entry.")
    entry.pool = pool
    return entry


async def shown_before(entries: Collection[PoolEntry]) -> dict[int, list[str]]:
    """The keys of other entries, in any pool, that show the same evidence as these, by the row of each of these.

    Those that were refused or undone do not count: who corrects a mistake shows the same paper again.
    """
    digests = {entry.evidence_digest for entry in entries if entry.evidence_digest}
    if not digests:
        return {}
    standing = PoolEntry.filter(evidence_digest__in=list(digests)).exclude(
        state__in=[EntryState.REFUSED.value, EntryState.UNDONE.value]
    )
    alike = await standing.order_by("id").limit(500)
    return {
        entry.id: others
        for entry in entries
        if (others := [one.key for one in alike if one.evidence_digest == entry.evidence_digest and one.id != entry.id])
    }


async def reversals_of(entries: Collection[PoolEntry]) -> dict[int, PoolEntry]:
    """What undoes each of these entries, or is to undo it and waits for a treasurer, by the row of each."""
    found = PoolEntry.filter(reverses_id__in=[entry.id for entry in entries]).exclude(state=EntryState.REFUSED.value)
    return {int(row.reverses_id): row for row in await found if row.reverses_id is not None}


async def pool_state(pool: Pool) -> PoolState:
    """How `pool` stands in the books. One query."""
    return (await pool_states([pool]))[pool.id]


async def pool_states(pools: Sequence[Pool]) -> dict[int, PoolState]:
    """How each of `pools` stands in the books, by its row. One query.

    What somebody stated and nobody confirmed is not in it.
    """
    if not pools:
        return {}
    accounts = {pool.id: _accounts(pool) for pool in pools}
    found = await fetch_tuples(
        f"""
        SELECT w.account, COALESCE(o.kind, e.kind), SUM(p.amount)
          FROM {table_of(account="text", currency="text")} AS w
         CROSS JOIN posting p
          JOIN journal_entry e ON e.id = p.entry_id
          LEFT JOIN journal_entry o ON o.id = e.reverses_id
         WHERE p.account = w.account AND p.currency = w.currency
         GROUP BY w.account, COALESCE(o.kind, e.kind)
        """,  # noqa: S608  (only the shape of the placeholder is put in)
        json_of({"account": name, "currency": pool.currency} for pool in pools for name in accounts[pool.id].values()),
    )
    sums: dict[str, dict[str, int]] = {}
    for account, kind, amount in found:
        sums.setdefault(str(account), {})[str(kind)] = int(amount)
    return {
        pool.id: _state(pool, {name: sums.get(each, {}) for name, each in accounts[pool.id].items()}) for pool in pools
    }


def _state(pool: Pool, sums: Mapping[str, Mapping[str, int]]) -> PoolState:
    """`sums` are the debits less the credits of each account of `pool`, by the kind of entry."""

    def moved(kinds: Iterable[EntryKind], *names: str) -> int:
        return sum(sums[name].get(kind.value, 0) for name in names for kind in kinds)

    stands = {name: sum(kinds.values()) for name, kinds in sums.items()}
    return PoolState(
        currency=pool.currency,
        host_share_ppm=pool.host_share_ppm,
        came_in=-moved((EntryKind.INCOME, EntryKind.ASIDE), "income", "pool"),
        went_back=moved((EntryKind.REFUND,), "income", "pool"),
        spent=moved((EntryKind.COST,), "expense"),
        open_income=-stands["income"],
        open_costs=stands["expense"],
        kept=-stands["host_share"],
        in_pool=-stands["pool"],
        # What closes a period moves money among these accounts; what is promised leaves them.
        promised=sum(amount for kinds in sums.values() for kind, amount in kinds.items() if kind not in _OURS),
    )


def _accounts(pool: Pool) -> dict[str, str]:
    return {
        "income": journal.income(pool.key),
        "expense": journal.expense(pool.key),
        "host_share": journal.host_share(pool.key),
        "pool": journal.pool(pool.key),
    }


async def kept_by_host(currency: str) -> int:
    """What this instance has kept of all pools in `currency`, less what it put into others."""
    found = await fetch_tuples(
        "SELECT COALESCE(SUM(p.amount), 0) FROM pool k JOIN posting p ON p.account = 'host_share:' || k.key "
        "AND p.currency = k.currency WHERE k.currency = ?",
        currency,
    )
    return -int(found[0][0])


async def is_counted_on(pool: Pool) -> bool:
    """Whether somebody counts on `pool` as it is: it was published how it is shared, also if that was called off, or
    something was offered to its challenges.
    """
    if await PayProposal.exists(pool_id=pool.id, number__gt=0):
        return True
    groups = [pool.group_id, *await _used_by(pool)]
    of_groups = Submission.filter(challenge__actor_id__in=groups)
    return await of_groups.exists() or await Submission.filter(challenge__part_of_id__in=groups).exists()


async def is_worked_for(pool: Pool) -> bool:
    """Whether money came into `pool`, or somebody contributed to what it is for: something was offered there, or
    taken up in a production.
    """
    if pool.production_id is not None or await PoolEntry.exists(pool_id=pool.id, state=EntryState.CONFIRMED.value):
        return True
    groups = [pool.group_id, *await _used_by(pool)]
    if await ProductionPart.filter(production__project__actor_id__in=groups).exists():
        return True
    return await is_counted_on(pool)


async def uses_of(pool: Pool) -> list[Actor]:
    """The Groups of what was opened for `pool`, in the order in which that was said."""
    rows = PoolUse.filter(pool_id=pool.id).order_by("id").limit(MAX_USES).select_related("group")
    return [row.group for row in await rows]


async def _used_by(pool: Pool) -> list[int]:
    return [int(str(each)) for each in await PoolUse.filter(pool_id=pool.id).values_list("group_id", flat=True)]


def _before(pools: QuerySet[Pool], after: int | None) -> QuerySet[Pool]:
    return pools if after is None else pools.filter(id__lt=after)
