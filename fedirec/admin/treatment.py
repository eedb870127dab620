"""How an instance can be treated, and which of two treatments is the stricter one. Pure rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Final, Literal, cast

from fedirec.activitypub.models import Peer
from fedirec.activitypub.policies import ALLOW, BLOCK, LIMIT
from fedirec.errors import Invalid
from fedirec.translatable import N_

Policy = Literal["allow", "limit", "block"]
STRENGTH: Final[Mapping[str, int]] = {ALLOW: 0, LIMIT: 1, BLOCK: 2}
MAX_COMMENT: Final = 1_000

WORDS: Final[Mapping[str, str]] = {
    ALLOW: N_("We exchange everything"),
    LIMIT: N_("Its people are shown to those who follow them only"),
    BLOCK: N_("Nothing is exchanged"),
}
"""What each policy means."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Treatment:
    """What was decided about an instance; it holds for those on hosts below it, too."""

    policy: Policy = "allow"
    rejects_media: bool = False
    rejects_reports: bool = False
    public_comment: str = ""
    private_comment: str = ""
    is_obfuscated: bool = False

    @property
    def says_something(self) -> bool:
        return self != Treatment()

    def columns(self) -> dict[str, object]:
        """As the row of a peer holds it."""
        return asdict(self)


def treatment_of(peer: Peer | None) -> Treatment:
    """How `peer` is treated so far."""
    if peer is None:
        return Treatment()
    return Treatment(
        policy=cast(Policy, peer.policy),
        rejects_media=peer.rejects_media,
        rejects_reports=peer.rejects_reports,
        public_comment=peer.public_comment,
        private_comment=peer.private_comment,
        is_obfuscated=peer.is_obfuscated,
    )


def check(treatment: Treatment) -> Treatment:
    """`treatment`, if it can be kept. Raises Invalid."""
    if treatment.policy not in STRENGTH:
        raise Invalid("Choose one of the policies.", field="policy")
    for name in ("public_comment", "private_comment"):
        if len(getattr(treatment, name)) > MAX_COMMENT:
            raise Invalid("Please keep it under %(n)s characters.", field=name, blanks={"n": MAX_COMMENT})
    return treatment


def weakened(before: Treatment, after: Treatment) -> tuple[str, ...]:
    """In which columns `after` lets more in, or shows more, than `before`."""
    names = [
        name
        for name in ("rejects_media", "rejects_reports", "is_obfuscated")
        if getattr(before, name) and not getattr(after, name)
    ]
    return (*(["policy"] if STRENGTH[after.policy] < STRENGTH[before.policy] else []), *names)


def stronger(before: Treatment, after: Treatment) -> Treatment:
    """Whatever is the stronger of both, point by point; what was said before stays said."""
    return replace(
        after,
        policy=max(before.policy, after.policy, key=lambda policy: STRENGTH[policy]),
        rejects_media=before.rejects_media or after.rejects_media,
        rejects_reports=before.rejects_reports or after.rejects_reports,
        is_obfuscated=before.is_obfuscated or after.is_obfuscated,
        public_comment=before.public_comment or after.public_comment,
        private_comment=before.private_comment or after.private_comment,
    )


def changed(before: Treatment, after: Treatment) -> tuple[str, ...]:
    """The columns in which both differ."""
    return tuple(each.name for each in fields(Treatment) if getattr(before, each.name) != getattr(after, each.name))


def obfuscated(host: str) -> str:
    """`host` as it is shown where its name is not to be spread: the first letters, and how the rest is divided."""
    shown = max(1, len(host) // 4)
    kept = {*range(shown), *range(len(host) - shown, len(host))}
    return "".join(char if index in kept or char == "." else "*" for index, char in enumerate(host))
