"""What authors agreed to beforehand, for all the sources of a remix at once."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from fedirec.accounts.boundaries import blockers_of
from fedirec.activitypub.models import Actor, Follow
from fedirec.clock import now
from fedirec.remix.actions.insistence import Room
from fedirec.remix.licences import Licence, licence_of, may_carry
from fedirec.remix.models import Record, RemixRequest, Suggestion
from fedirec.remix.wishes import Remixing

MAX_WAITING: Final = 100
"""Questions about one record that wait for its author; those beyond are refused."""

MAX_WAITING_OF_ONE: Final = 10
"""Those of one person, who leaves room for others."""

MAX_WAITING_OF_HOST: Final = 25
"""Those of everybody of one other host together."""

MAX_WELCOMED_OF_ONE: Final = 20
"""Remixes by one person to which an author agrees without looking, within a day; then they are asked."""

MAX_WELCOMED_OF_HOST: Final = 60
"""The same for everybody of one other host together."""

A_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Beforehand:
    """What some authors have said about whatever one person makes, before they see it."""

    blockers: frozenset[int]
    """Those who want nothing to do with that person."""
    followed: frozenset[int]
    """Those whom that person follows."""
    wearied: frozenset[int]
    """Those who agreed to so much today that they are asked from now on: their list is nobody else's to fill."""
    offered: frozenset[tuple[str, str]]
    """What they suggested as a change, and to which record of that person."""

    def agrees(self, source: Record, *, remix: str, licence: Licence) -> bool:
        """Whether the author of `source` agrees to the `remix` under `licence` without looking at it.

        Only where the licence lets it be: what it does not allow, nobody allows by never having thought of it.
        """
        if not may_carry(licence_of(source), licence):
            return False
        if (source.uri, remix) in self.offered:
            return True
        if source.author_id in self.wearied:
            return False
        return source.remixing == Remixing.ANYONE or (
            source.remixing == Remixing.FOLLOWERS and source.author_id in self.followed
        )


async def said_beforehand(asker: Actor, sources: Collection[Record], *, remix: str) -> Beforehand:
    """What the authors of `sources` said about what `asker` makes: at most five queries for all of them."""
    owners = {source.author_id for source in sources}
    choosy = {source.author_id for source in sources if source.remixing == Remixing.FOLLOWERS}
    follows = Follow.filter(follower_id=asker.id, target_id__in=list(choosy), accepted_at__not_isnull=True)
    suggested = Suggestion.filter(
        variation_uri__in=[source.uri for source in sources],
        record_uri=remix,
        proposer_id__in=list(owners),
        owner_id=asker.id,
        state__in=("waiting", "adopted"),
    )
    return Beforehand(
        blockers=frozenset(await blockers_of(asker, among=owners)),
        followed=frozenset([int(str(key)) for key in await follows.values_list("target_id", flat=True)])
        if choosy
        else frozenset(),
        wearied=frozenset(await _wearied(asker, owners)),
        offered=frozenset([(str(uri), remix) for uri in await suggested.values_list("variation_uri", flat=True)]),
    )


async def crowded_among(sources: Sequence[str], asker: Actor) -> set[str]:
    """Those of `sources`, by their addresses, about which so many questions wait that no more are taken: of anybody, of
    `asker`, or of their host.

    Nobody asks so much that others cannot.
    """
    waiting = RemixRequest.filter(source_uri__in=list(sources), state="waiting").limit(MAX_WAITING * len(sources))
    whose: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for uri, key, host in await waiting.values_list("source_uri", "asker_id", "asker__host"):
        whose[str(uri)].append((int(str(key)), str(host)))
    room = Room(of_all=MAX_WAITING, of_one=MAX_WAITING_OF_ONE, of_host=MAX_WAITING_OF_HOST)
    return {uri for uri in sources if room.is_full_for(asker, whose[uri])}


async def is_crowded(source: str, asker: Actor) -> bool:
    """Whether no more questions of `asker` are taken about what lives at `source`."""
    return bool(await crowded_among([source], asker))


async def _wearied(asker: Actor, owners: Collection[int]) -> set[int]:
    """Those of `owners` who agreed without looking to as much of `asker`, or of their host, as they do within a day.

    What counts is remixes: one film may be made from all that somebody has.
    """
    welcomed = RemixRequest.filter(
        owner_id__in=list(owners), state="approved", is_automatic=True, decided_at__gt=now() - A_DAY
    )
    theirs = {"asker_id": asker.id} if asker.is_local else {"asker__host": asker.host, "asker__is_local": False}
    rows = welcomed.filter(**theirs).distinct().limit(MAX_WELCOMED_OF_HOST * len(owners))
    of_one, of_host = Counter[int](), Counter[int]()
    for owner, key, _remix in await rows.values_list("owner_id", "asker_id", "remix_uri"):
        of_host[int(str(owner))] += 1
        of_one[int(str(owner))] += key == asker.id
    most = MAX_WELCOMED_OF_HOST
    return {
        key for key in owners if of_one[key] >= MAX_WELCOMED_OF_ONE or (of_host[key] >= most and not asker.is_local)
    }
