"""Which licence a work may carry, given the licences of what it was made from.

A licence is never ordered by "strictness": each source says which licences a remix of it may carry, and a remix may
carry what all its sources allow (Creative Commons FAQ, adapter's licence chart). Creative Commons licences cannot be
revoked, so callers keep the licence that they saw when the remix was made.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from fedirec.remix.licences.known import ATTRIBUTION, CHOICES, Licence

_ANYTHING: Final = frozenset({"zero", "mark", *ATTRIBUTION, "arr"})
_MAY_CARRY: Final = {
    "zero": _ANYTHING,
    "mark": _ANYTHING,
    "by": frozenset(ATTRIBUTION),
    "by-nc": frozenset({"by-nc", "by-nc-sa", "by-nc-nd"}),
    "by-sa": frozenset({"by-sa"}),
    "by-nc-sa": frozenset({"by-nc-sa"}),
    "nc": frozenset({"nc", "nc-sa", "nd-nc", "by-nc", "by-nc-sa", "by-nc-nd"}),
    "sa": frozenset({"sa"}),
    "nc-sa": frozenset({"nc-sa"}),
}
"""For each family of a source, the families that a remix may carry; a family that is not here allows none."""


def may_carry(source: Licence, remix: Licence) -> bool:
    """Whether something made from a work under `source` may be published under `remix`."""
    if remix.family not in _MAY_CARRY.get(source.family, ()):
        return False
    if not source.share_alike:
        return True
    # The first share-alike licences had no clause about later versions or other countries.
    return remix.id == source.id if source.version < (2, 0) else remix.version >= source.version


def allowed_for_remix(sources: Iterable[Licence]) -> frozenset[Licence]:
    """The licences that something made from all of `sources` may carry; all of them when there are no sources."""
    given = set(sources)
    return frozenset(choice for choice in CHOICES if all(may_carry(source, choice) for source in given))
