"""Whoever offers a work to a challenge that may pay says at once whether money may be made with it, if they want to.

Nothing depends on it: who does not say so is asked by name when a production is to earn money.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from fedirec.activitypub.models import Actor
from fedirec.credits.grants import VERSION, GrantScope, digest_grant, words_of
from fedirec.credits.models import MonetizationGrant
from fedirec.db import transaction
from fedirec.db.holding import hold
from fedirec.errors import Conflict
from fedirec.remix.actions.prompts import current_terms
from fedirec.remix.licences import licence_of
from fedirec.remix.models import Challenge, Record, Submission
from fedirec.remix.terms import Pays
from fedirec.translatable import N_
from fedirec.uris import host_of, new_key, origin_of
from fedirec.web.language import gettext as _

MAX_WORKS: Final = 50
"""Of one author in one challenge."""
_OFFERED: Final = ("pending", "accepted")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ahead:
    """A work of which its author can allow it, and what they would agree to, word for word."""

    record: Record
    scope: GrantScope
    scope_uri: str
    words: str
    digest: str


async def grants_to_offer(author: Actor, challenge: Challenge) -> list[Ahead]:
    """The works of `author` in `challenge`, one of ours whose terms say that money may come, with whose licence nobody
    may make money, and which they have not granted yet: for what its project makes, or else this instance.
    """
    terms = await current_terms(challenge)
    if not challenge.actor.is_local or terms is None or terms.pays is Pays.NOTHING:
        return []
    offered = Submission.filter(
        challenge_id=challenge.id, record__author_id=author.id, record__deleted_at=None, state__in=_OFFERED
    )
    rows = await offered.order_by("id").limit(MAX_WORKS).select_related("record")
    works = [row.record for row in rows if not licence_of(row.record).may_sell]
    if not works:
        return []
    scope, uri, title = await _scope_of(challenge)
    given = MonetizationGrant.filter(record_id__in=[work.id for work in works], author_id=author.id, scope_uri=uri)
    known = set(await given.values_list("record_id", flat=True))
    return [_asked(work, author, scope, uri, title) for work in works if work.id not in known]


async def grant_ahead(author: Actor, challenge: Challenge, digests: Collection[str]) -> int:
    """`author` allows what they were shown under `digests`, for good; for how many works.

    Raises Conflict where nothing of that is asked, or is worded otherwise by now.
    """
    async with transaction():
        await hold(challenge)
        chosen = [each for each in await grants_to_offer(author, challenge) if each.digest in digests]
        if not chosen:
            raise Conflict(N_("What you were asked to allow is worded differently now. Please read it again."))
        for each in chosen:
            await MonetizationGrant.create(
                key=new_key(),
                record=each.record,
                author=author,
                scope=each.scope.value,
                scope_uri=each.scope_uri,
                version=VERSION,
                words=each.words,
                digest=each.digest,
            )
    return len(chosen)


def _asked(record: Record, author: Actor, scope: GrantScope, uri: str, title: str) -> Ahead:
    words = words_of(scope, work=record.title or _("Untitled"), title=title, gettext=_)
    digest = digest_grant(
        record=record.uri, author=author.uri, scope=scope, scope_uri=uri, version=VERSION, words=words
    )
    return Ahead(record=record, scope=scope, scope_uri=uri, words=words, digest=digest)


async def _scope_of(challenge: Challenge) -> tuple[GrantScope, str, str]:
    """For what it would be allowed: the address of that, and what it is called."""
    group = await Actor.get_or_none(id=challenge.part_of_id, is_local=True) if challenge.part_of_id else None
    if group is not None:
        return GrantScope.PROJECT, group.uri, group.name or group.handle
    origin = origin_of(challenge.actor.uri)
    return GrantScope.INSTANCE, origin, host_of(origin)
