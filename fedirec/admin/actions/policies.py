"""Deciding whom this instance federates with, and how."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from fedirec.accounts.actions.audit import audit
from fedirec.accounts.permissions import Doer, Permission, require
from fedirec.activitypub.models import Instance, Peer, Received
from fedirec.activitypub.policies import BLOCK, LISTED, OPEN, stance_to
from fedirec.activitypub.site import Site
from fedirec.admin.enforcement import enforcing
from fedirec.admin.hosts import EVERYWHERE, beginnings, is_within, origin_named
from fedirec.admin.treatment import Treatment, changed, check, treatment_of
from fedirec.clock import now
from fedirec.db import fetch_rows, transaction
from fedirec.errors import Conflict, Invalid, NotFound
from fedirec.lanes import enqueue
from fedirec.translatable import N_
from fedirec.uris import host_of

_PAGE: Final = 500


async def treat_peer(doer: Doer, site: Site, host: str, treatment: Treatment) -> Peer:
    """`treatment` holds for that instance and those below it, at once for what comes and goes, and soon for all of it
    that is here.

    Raises Conflict when it held already.
    """
    require(doer, Permission.MANAGE_FEDERATION)
    origin = origin_named(site, host)
    check(treatment)
    async with transaction():
        peer, _ = await Peer.get_or_create(origin=origin)
        before = treatment_of(peer)
        differences = changed(before, treatment)
        if not differences:
            raise Conflict("That holds for %(host)s already.", blanks={"host": host_of(origin)})
        peer.update_from_dict(treatment.columns())
        peer.decided_at = now()
        await peer.save(update_fields=[*treatment.columns(), "decided_at"])
        await _take_effect(origin)
        action = {(False, True): "block_peer", (True, False): "unblock_peer"}.get(
            (before.policy == BLOCK, treatment.policy == BLOCK), "decide_about_peer"
        )
        await audit(
            doer,
            action,
            origin,
            policy=treatment.policy,
            changed=list(differences),
            reason=treatment.private_comment or treatment.public_comment,
        )
    return peer


async def block_peer(
    doer: Doer, site: Site, host: str, *, reason: str = "", public_comment: str = "", is_obfuscated: bool = False
) -> Peer:
    """Nothing is asked of that instance, sent to it or taken from it any more. Raises Conflict when that was so."""
    before = await _treatment(site, host)
    if before.policy == BLOCK:
        raise Conflict("%(host)s is blocked already.", blanks={"host": host_of(origin_named(site, host))})
    treatment = Treatment(
        policy="block",
        rejects_media=before.rejects_media,
        rejects_reports=before.rejects_reports,
        public_comment=public_comment or before.public_comment,
        private_comment=reason.strip() or before.private_comment,
        is_obfuscated=is_obfuscated or before.is_obfuscated,
    )
    return await treat_peer(doer, site, host, treatment)


async def unblock_peer(doer: Doer, site: Site, host: str) -> Peer:
    """Nothing that was decided about that instance holds any more, and what a block ended is given back as far as that
    can be. Raises NotFound when we do not know it, Conflict when nothing was decided.
    """
    require(doer, Permission.MANAGE_FEDERATION)
    origin = origin_named(site, host)
    peer = await Peer.get_or_none(origin=origin)
    if peer is None:
        raise NotFound("We know no instance called %(host)s.", blanks={"host": host_of(origin)})
    if not treatment_of(peer).says_something:
        raise Conflict("%(host)s is not blocked, nor limited.", blanks={"host": host_of(origin)})
    return await treat_peer(doer, site, host, Treatment())


async def list_peer(doer: Doer, site: Site, host: str, *, is_listed: bool = True) -> Peer:
    """That instance is one of those that we federate with even where only they may, or it is not any more.

    Raises Conflict when that was so.
    """
    require(doer, Permission.MANAGE_FEDERATION)
    origin = origin_named(site, host)
    async with transaction():
        peer, _ = await Peer.get_or_create(origin=origin)
        if peer.is_listed == is_listed:
            as_wished = N_("%(host)s is listed already.") if is_listed else N_("%(host)s is not listed.")
            raise Conflict(as_wished, blanks={"host": host_of(origin)})
        peer.is_listed, peer.decided_at = is_listed, now()
        await peer.save(update_fields=["is_listed", "decided_at"])
        await _take_effect(origin)
        await audit(doer, "list_peer" if is_listed else "delist_peer", origin)
    return peer


async def choose_federation(doer: Doer, site: Site, federation: str) -> None:
    """This instance federates with everybody who is not blocked (open), or with those who are listed only.

    Raises Conflict when that was so.
    """
    require(doer, Permission.MANAGE_FEDERATION)
    if federation not in (OPEN, LISTED):
        raise Invalid("Choose one of the answers that are offered.", field="federation")
    async with transaction():
        instance = await Instance.get(id=1)
        if instance.federation == federation:
            raise Conflict("That is so already.")
        instance.federation = federation
        await instance.save(update_fields=["federation"])
        await enqueue([enforcing(EVERYWHERE)])
        await audit(doer, "choose_federation", site.origin, federation=federation)
    await site.load()


async def _take_effect(origin: str) -> None:
    """What was decided about `origin` will be so for all of it that is here; what waits to be handled has no effect."""
    if (await stance_to(origin)).is_blocked:
        await _refuse_waiting(origin)
    await enqueue([enforcing(origin)])


async def _refuse_waiting(origin: str) -> None:
    """What came from `origin` and was not handled yet has no effect any more."""
    first, second = beginnings(origin)
    rows = await _waiting_of(first, second, after=0)
    while rows:
        ids = [int(row["id"]) for row in rows if is_within(str(row["uri"]), origin)]
        refused = Received.filter(id__in=ids)
        await refused.update(state="refused", reason="blocked here", handled_at=now())
        rows = await _waiting_of(first, second, after=int(rows[-1]["id"]))


async def _waiting_of(first: str, second: str, *, after: int) -> Sequence[Mapping[str, Any]]:
    return await fetch_rows(
        """
        SELECT id, activity_uri AS uri FROM received WHERE state = 'waiting' AND id > ?
           AND (lower(activity_uri) LIKE ? ESCAPE '!' OR lower(activity_uri) LIKE ? ESCAPE '!') ORDER BY id LIMIT ?
        """,
        after,
        first,
        second,
        _PAGE,
    )


async def _treatment(site: Site, host: str) -> Treatment:
    return treatment_of(await Peer.get_or_none(origin=origin_named(site, host)))
