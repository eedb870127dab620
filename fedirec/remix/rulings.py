"""What a claim that holds changes in a record, as it travels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from fedirec.remix.claims import ClaimKind
from fedirec.remix.roles import CONTRIBUTOR, find_role
from fedirec.remix.vocab import ContributorObject, RecordObject, SourceObject


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """What a claim says should be so."""

    kind: ClaimKind
    source: str = ""
    person: str = ""
    role: str = ""
    """A code of `roles.ROLES`; every role of the person when empty."""
    wanted_role: str = ""


def ruled(work: RecordObject, ruling: Ruling) -> RecordObject:
    """`work` as the ruling wants it; the same when it is so already."""
    match ruling.kind:
        case ClaimKind.MISSING_SOURCE:
            if any(source.id == ruling.source for source in work.sources):
                return work
            return replace(work, sources=(*work.sources, SourceObject(id=ruling.source)))
        case ClaimKind.NOT_DERIVED:
            return replace(work, sources=tuple(source for source in work.sources if source.id != ruling.source))
        case ClaimKind.WRONG_ROLE:
            parts = (
                replace(part, role=iri_of(ruling.wanted_role)) if _is_meant(part, ruling) else part
                for part in work.contributors
            )
            return replace(work, contributors=tuple(dict.fromkeys(parts)))
    return replace(
        work,
        contributors=tuple(part for part in work.contributors if part.person != ruling.person),
        mentions=tuple(mention for mention in work.mentions if mention.href != ruling.person),
        to=tuple(address for address in work.to if address != ruling.person),
        cc=tuple(address for address in work.cc if address != ruling.person),
    )


def unruled(work: RecordObject, ruling: Ruling, before: Sequence[str]) -> RecordObject:
    """`work` as it would be without the ruling; `before` are the roles or the relation that it took away."""
    match ruling.kind:
        case ClaimKind.MISSING_SOURCE:
            return ruled(work, replace(ruling, kind=ClaimKind.NOT_DERIVED))
        case ClaimKind.NOT_DERIVED:
            return ruled(work, replace(ruling, kind=ClaimKind.MISSING_SOURCE))
        case ClaimKind.WRONG_ROLE:
            return ruled(work, replace(ruling, role=ruling.wanted_role, wanted_role=ruling.role))
    parts = (ContributorObject(person=ruling.person, role=iri_of(role)) for role in before)
    return replace(work, contributors=tuple(dict.fromkeys((*work.contributors, *parts))))


def iri_of(role: str) -> str:
    """The address of the role with that code."""
    return (find_role(role) or CONTRIBUTOR).iri


def _is_meant(part: ContributorObject, ruling: Ruling) -> bool:
    if part.person != ruling.person:
        return False
    return not ruling.role or (find_role(part.role) or CONTRIBUTOR).code == ruling.role
