"""Taking over lists of decisions that others made, and giving away our own."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from typing import Final, Literal

from tortoise.expressions import Q

from fedirec.accounts.actions.audit import audit
from fedirec.accounts.permissions import Doer, Permission, require
from fedirec.activitypub.models import Peer
from fedirec.activitypub.policies import ALLOW, BLOCK
from fedirec.activitypub.site import Site
from fedirec.admin.blocklists import BadLine, Kind, Line, read_list, write_allows, write_list
from fedirec.admin.enforcement import enforcing
from fedirec.admin.hosts import EVERYWHERE, origin_named
from fedirec.admin.queries.consequences import Consequences, consequences_of_block
from fedirec.admin.treatment import Treatment, changed, stronger, treatment_of, weakened
from fedirec.clock import now
from fedirec.db import execute, transaction
from fedirec.db.tables import json_of, table_of
from fedirec.errors import Conflict, FedirecError, Invalid
from fedirec.lanes import enqueue
from fedirec.uris import host_of

_PAGE: Final = 500
_ALONE: Final = 20
"""Instances of which each has work of its own; for more, everybody is looked at once."""
_AUDITED: Final = 100
"""Hosts that the audit log names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What a line of a list would change."""

    number: int
    origin: str
    what: Literal["new", "changed"]
    treatment: Treatment

    @property
    def host(self) -> str:
        return host_of(self.origin)


@dataclass(frozen=True, slots=True, kw_only=True)
class Contradiction:
    """A line that would let in more than what was decided here; what was decided here stays, unless it is overruled."""

    number: int
    host: str
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What would come of a list."""

    kind: Kind
    changes: tuple[Change, ...]
    same: int
    """Lines that say what holds already."""
    contradictions: tuple[Contradiction, ...]
    bad: tuple[BadLine, ...]
    consequences: Consequences = field(default_factory=Consequences)


async def plan_import(doer: Doer, site: Site, text: str, *, kind: Kind = "blocks", overrule: bool = False) -> Plan:
    """What would change if the list in `text` were taken over, and whom it would cut off; nothing is changed.

    What was decided here is never weakened, unless `overrule` says that the list knows better.
    """
    require(doer, Permission.MANAGE_FEDERATION)
    lines, bad = read_list(text, kind)
    named: dict[str, Line] = {}
    for line in lines:
        try:
            origin = origin_named(site, line.host)
        except FedirecError as error:
            bad.append(BadLine(number=line.number, text=line.host[:200], why=error.detail))
            continue
        if origin in named and named[origin].treatment != line.treatment:
            why = f"line {named[origin].number} says something else about the same instance"
            bad.append(BadLine(number=line.number, text=line.host, why=why))
            continue
        named.setdefault(origin, line)
    known = await _known(list(named))
    changes: list[Change] = []
    contradictions: list[Contradiction] = []
    for origin, line in named.items():
        peer = known.get(origin)
        if kind == "allows":
            if not (peer and peer.is_listed):
                what: Literal["new", "changed"] = "changed" if peer else "new"
                changes.append(Change(number=line.number, origin=origin, what=what, treatment=Treatment()))
            continue
        before = treatment_of(peer)
        after = stronger(before, line.treatment) if not overrule else _overruled(before, line.treatment)
        if not overrule and (weaker := weakened(before, line.treatment)):
            contradictions.append(Contradiction(number=line.number, host=host_of(origin), columns=weaker))
        if changed(before, after):
            what = "changed" if before.says_something else "new"
            changes.append(Change(number=line.number, origin=origin, what=what, treatment=after))
    blocked = [change.origin for change in changes if change.treatment.policy == BLOCK]
    return Plan(
        kind=kind,
        changes=tuple(changes),
        same=len(named) - len(changes),
        contradictions=tuple(contradictions),
        bad=tuple(sorted(bad, key=lambda each: each.number)),
        consequences=await consequences_of_block(blocked) if blocked else Consequences(),
    )


async def import_list(
    doer: Doer, site: Site, text: str, *, kind: Kind = "blocks", overrule: bool = False, skip_bad: bool = False
) -> Plan:
    """What the list says holds here from now on; answers what changed.

    Raises Invalid, and changes nothing, when a line of it is bad, unless those are to be skipped; Conflict when
    nothing in it is new.
    """
    plan = await plan_import(doer, site, text, kind=kind, overrule=overrule)
    if plan.bad and not skip_bad:
        first = plan.bad[0]
        raise Invalid(
            "Line %(n)s cannot be taken over (%(why)s), so nothing was. Mend it, or skip such lines.",
            field="file",
            blanks={"n": first.number, "why": first.why},
        )
    if not plan.changes:
        raise Conflict("There is nothing new in that list.")
    async with transaction():
        for start in range(0, len(plan.changes), _PAGE):
            await _save(plan.changes[start : start + _PAGE], kind)
        origins = [change.origin for change in plan.changes]
        await enqueue([enforcing(origin) for origin in origins] if len(origins) <= _ALONE else [enforcing(EVERYWHERE)])
        hosts = [change.host for change in plan.changes]
        await audit(
            doer,
            "import_policies",
            site.origin,
            kind=kind,
            changed=len(hosts),
            hosts=hosts[:_AUDITED],
            overrule=overrule,
        )
    return plan


async def export_list(doer: Doer, kind: Kind = "blocks") -> str:
    """What was decided here, as a list that Mastodon and others read. What is obfuscated stands in it in full."""
    require(doer, Permission.MANAGE_FEDERATION)
    if kind == "allows":
        return write_allows([host_of(peer.origin) async for peer in _decided(kind)])
    return write_list([(host_of(peer.origin), treatment_of(peer)) async for peer in _decided(kind)])


async def _decided(kind: Kind) -> AsyncGenerator[Peer]:
    """The instances that a list of this kind names, in order."""
    says_something = (
        Q(is_listed=True) if kind == "allows" else ~Q(policy=ALLOW) | Q(rejects_media=True) | Q(rejects_reports=True)
    )
    after = ""
    while page := await Peer.filter(says_something, origin__gt=after).order_by("origin").limit(_PAGE):
        for peer in page:
            yield peer
        after = page[-1].origin


def _overruled(before: Treatment, after: Treatment) -> Treatment:
    """`after`, with the words that only we have."""
    return Treatment(
        policy=after.policy,
        rejects_media=after.rejects_media,
        rejects_reports=after.rejects_reports,
        public_comment=after.public_comment or before.public_comment,
        private_comment=before.private_comment,
        is_obfuscated=after.is_obfuscated,
    )


async def _known(origins: list[str]) -> dict[str, Peer]:
    found: dict[str, Peer] = {}
    for start in range(0, len(origins), _PAGE):
        found |= {peer.origin: peer for peer in await Peer.filter(origin__in=origins[start : start + _PAGE])}
    return found


async def _save(changes: tuple[Change, ...], kind: Kind) -> None:
    """The rows of these instances say what the list says. Part of the caller's transaction."""
    moment = now()
    if kind == "allows":
        table = table_of(origin="text", decided_at="moment")
        await execute(
            f"""
            INSERT INTO peer (origin, is_listed, decided_at, created_at)
            SELECT w.origin, (1 = 1), w.decided_at, w.decided_at FROM {table} AS w WHERE true
            ON CONFLICT (origin) DO UPDATE SET is_listed = excluded.is_listed, decided_at = excluded.decided_at
            """,  # noqa: S608  (only the shape of the placeholder is put in)
            json_of({"origin": change.origin, "decided_at": moment} for change in changes),
        )
        return
    table = table_of(
        origin="text",
        policy="text",
        rejects_media="integer",
        rejects_reports="integer",
        public_comment="text",
        private_comment="text",
        is_obfuscated="integer",
        decided_at="moment",
    )
    await execute(
        f"""
        INSERT INTO peer (origin, policy, rejects_media, rejects_reports, public_comment, private_comment,
                          is_obfuscated, decided_at, created_at)
        SELECT w.origin, w.policy, (w.rejects_media = 1), (w.rejects_reports = 1), w.public_comment,
               w.private_comment, (w.is_obfuscated = 1), w.decided_at, w.decided_at
          FROM {table} AS w WHERE true
        ON CONFLICT (origin) DO UPDATE SET policy = excluded.policy, rejects_media = excluded.rejects_media,
               rejects_reports = excluded.rejects_reports, public_comment = excluded.public_comment,
               private_comment = excluded.private_comment, is_obfuscated = excluded.is_obfuscated,
               decided_at = excluded.decided_at
        """,  # noqa: S608
        json_of(
            {
                "origin": change.origin,
                "decided_at": moment,
                **{
                    name: int(value) if isinstance(value, bool) else value
                    for name, value in change.treatment.columns().items()
                },
            }
            for change in changes
        ),
    )
