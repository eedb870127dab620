"""Why something may not be made of its sources, with the sources that stand in the way."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations

from fedirec.remix.licences.known import Licence
from fedirec.remix.licences.solving import allowed_for_remix, may_carry


class Reason(StrEnum):
    """Why a source stands against a remix."""

    UNKNOWN = "unknown"
    """Nobody has said what may be done with it."""
    PARTIAL = "partial"
    """Its licence lets others use samples of it only, or lets only some others."""
    NO_REMIX = "no_remix"
    """Its licence lets nobody change it."""
    OTHER_LICENCE = "other_licence"
    """Its licence asks a remix to carry another licence than the chosen one."""
    TOGETHER = "together"
    """Its licence and that of another source exclude each other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clash:
    """One thing that stands against a remix."""

    reason: Reason
    sources: tuple[int, ...]
    """Which sources it is, by their position."""
    licences: tuple[Licence, ...]
    """The licences of those sources, each once."""
    allowed: frozenset[Licence] = frozenset()
    """What those sources would allow together."""

    def in_words(self, names: Sequence[str], *, gettext: Callable[[str], str] = str) -> str:
        """One sentence for a person, with the sources called by `names`."""
        who = ", ".join(names[position] for position in self.sources)
        licences = ", ".join(licence.short for licence in self.licences)
        allowed = ", ".join(licence.short for licence in sorted(self.allowed, key=lambda licence: licence.id))
        match self.reason:
            case Reason.UNKNOWN:
                said = gettext(
                    "Nobody has said yet what may be done with {sources}. Its author has to choose a licence first."
                )
            case Reason.PARTIAL:
                said = gettext(
                    "{sources} is under {licences}, which allows some uses only. Please ask its author about yours."
                )
            case Reason.NO_REMIX:
                said = gettext("{sources} may not be changed: {licences}. Please ask its author.")
            case Reason.OTHER_LICENCE:
                said = gettext("{sources} is under {licences}: what is made from it can carry only {allowed}.")
            case Reason.TOGETHER:
                said = gettext(
                    "These cannot be joined in one work, for their licences ({licences}) exclude each other: {sources}."
                )
        return said.format(sources=who, licences=licences, allowed=allowed)


def explain(sources: Sequence[Licence], chosen: Licence | None = None) -> list[Clash]:
    """Everything that stands against a remix of `sources` under `chosen`, or under any licence that one can choose.

    Empty exactly when the remix may be made.
    """
    if all(may_carry(source, chosen) for source in sources) if chosen else allowed_for_remix(sources):
        return []
    places: dict[Licence, list[int]] = {}
    for position, source in enumerate(sources):
        places.setdefault(source, []).append(position)
    clashes = [_clash(_reason_of(source), places, source) for source in places if not source.may_remix]
    clashes += [
        _clash(Reason.OTHER_LICENCE, places, source)
        for source in places
        if source.may_remix and not (may_carry(source, chosen) if chosen else allowed_for_remix((source,)))
    ]
    usable = [source for source in places if allowed_for_remix((source,))]
    for one, other in combinations(usable, 2):
        if not allowed_for_remix((one, other)):
            clashes.append(_clash(Reason.TOGETHER, places, one, other))
    return clashes


def _reason_of(source: Licence) -> Reason:
    """Why nothing may be made from `source` without asking."""
    if not source.is_known:
        return Reason.UNKNOWN
    return Reason.PARTIAL if source.is_partial else Reason.NO_REMIX


def _clash(reason: Reason, places: Mapping[Licence, list[int]], *licences: Licence) -> Clash:
    allowed = allowed_for_remix(licences)
    if reason is Reason.OTHER_LICENCE and not allowed:
        allowed = frozenset(licences)
    positions = sorted(position for licence in licences for position in places[licence])
    return Clash(reason=reason, sources=tuple(positions), licences=licences, allowed=allowed)
