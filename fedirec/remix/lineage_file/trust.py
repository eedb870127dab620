"""Which keys whoever checks a file knew before."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Self

from fedirec.activitypub.keys import read_public_key
from fedirec.errors import Invalid
from fedirec.remix.lineage_file.contents import LineageFile


@dataclass(frozen=True, slots=True)
class KnownKeys:
    """Fingerprints by owner, and since when each is known."""

    by_owner: Mapping[str, Mapping[str, datetime]] = field(default_factory=dict)
    ended: Mapping[tuple[str, str], datetime] = field(default_factory=dict)
    """Until when those were theirs that are not any more: whoever has such a key can sign with it, and date that."""

    @classmethod
    def of(cls, known: Iterable[tuple[str, str, datetime]], *, ended: Iterable[tuple[str, str, datetime]] = ()) -> Self:
        """Of owner, fingerprint and date: the oldest date of each counts."""
        found: dict[str, dict[str, datetime]] = {}
        for owner, fingerprint, since in known:
            fingerprints = found.setdefault(owner, {})
            fingerprints[fingerprint] = min(since, fingerprints.get(fingerprint, since))
        ends: dict[tuple[str, str], datetime] = {}
        for owner, fingerprint, until in ended:
            ends[owner, fingerprint] = min(until, ends.get((owner, fingerprint), until))
        return cls(found, ends)

    @classmethod
    def in_file(cls, file: LineageFile) -> Self:
        """The keys in a file that whoever checks another one has believed before. What is no key is passed over."""
        known = []
        for key in file.keys:
            try:
                known.append((key.owner, read_public_key(key.multibase).fingerprint, key.since))
            except Invalid:
                continue
        return cls.of(known)

    def entries(self) -> Iterator[tuple[str, str, datetime]]:
        """Owner, fingerprint and date of each."""
        for owner, fingerprints in self.by_owner.items():
            for fingerprint, since in fingerprints.items():
                yield owner, fingerprint, since

    def endings(self) -> Iterator[tuple[str, str, datetime]]:
        """Owner, fingerprint and end of those that have one."""
        for (owner, fingerprint), until in self.ended.items():
            yield owner, fingerprint, until

    def until(self, owner: str, fingerprint: str) -> datetime | None:
        """Until when that key was theirs; None for one that still is, or is not known."""
        return self.ended.get((owner, fingerprint))

    def since(self, owner: str, fingerprint: str) -> datetime | None:
        """Since when that key is known as theirs; None if it is not."""
        return self.by_owner.get(owner, {}).get(fingerprint)

    def knows(self, owner: str) -> bool:
        """Whether any key of theirs is known."""
        return bool(self.by_owner.get(owner))
