"""Which licence a work may carry, given the licences of what it was made from.

A licence is never ordered by "strictness": each source says which licences a remix of it may carry, and a remix may
carry what all its sources allow (Creative Commons FAQ, adapter's licence chart). An empty answer means no, and
`explain` names the sources that stand in the way. Creative Commons licences cannot be revoked, so callers keep the
licence that they saw when the remix was made.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations
from typing import Final, Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Licence:
    """What the author of a work lets others do with it."""

    id: str
    """SPDX, or LicenseRef- where SPDX has no name."""
    url: str | None
    """The address that goes out on the wire; None when there is nothing to say."""
    name: str
    short: str
    family: str
    """The elements alone, as in by-nc-sa: what stays the same between versions and countries."""
    version: tuple[int, int] = (0, 0)
    may_remix: bool = False
    needs_credit: bool = True
    share_alike: bool = False
    noncommercial: bool = False

    @property
    def is_known(self) -> bool:
        return self.family != "unknown"

    @property
    def may_sell(self) -> bool:
        """Whether money may be earned with it without asking again."""
        return self.is_known and self.family != "arr" and not self.noncommercial

    def __str__(self) -> str:
        return self.short


_FAMILIES: Final = {
    "by": "Attribution",
    "by-sa": "Attribution-ShareAlike",
    "by-nc": "Attribution-NonCommercial",
    "by-nc-sa": "Attribution-NonCommercial-ShareAlike",
    "by-nd": "Attribution-NoDerivatives",
    "by-nc-nd": "Attribution-NonCommercial-NoDerivatives",
}
_VERSIONS: Final = frozenset({(1, 0), (2, 0), (2, 1), (2, 5), (3, 0), (4, 0)})
_CURRENT: Final = (4, 0)
_SCOPES: Final = {(3, 0): "Unported", (4, 0): "International"}
_HOST: Final = "https://creativecommons.org"


def _creative_commons(family: str, version: tuple[int, int] = _CURRENT, port: str = "") -> Licence:
    number = f"{version[0]}.{version[1]}"
    country = port.upper() or _SCOPES.get(version, "Generic")
    return Licence(
        id="-".join(filter(None, ("CC", family.upper(), number, port.upper()))),
        url=f"{_HOST}/licenses/{family}/{number}/" + (f"{port}/" if port else ""),
        name=f"Creative Commons {_FAMILIES[family]} {number} {country}",
        short=" ".join(filter(None, (f"CC {family.upper()} {number}", port.upper()))),
        family=family,
        version=version,
        may_remix="nd" not in family,
        share_alike="sa" in family,
        noncommercial="nc" in family,
    )


CC0: Final = Licence(
    id="CC0-1.0",
    url=f"{_HOST}/publicdomain/zero/1.0/",
    name="Creative Commons Zero 1.0 Universal",
    short="CC0 1.0",
    family="zero",
    version=(1, 0),
    may_remix=True,
    needs_credit=False,
)
PUBLIC_DOMAIN: Final = Licence(
    id="CC-PDM-1.0",
    url=f"{_HOST}/publicdomain/mark/1.0/",
    name="Creative Commons Public Domain Mark 1.0 Universal",
    short="public domain",
    family="mark",
    version=(1, 0),
    may_remix=True,
    needs_credit=False,
)
BY: Final = _creative_commons("by")
BY_SA: Final = _creative_commons("by-sa")
BY_NC: Final = _creative_commons("by-nc")
BY_NC_SA: Final = _creative_commons("by-nc-sa")
BY_ND: Final = _creative_commons("by-nd")
BY_NC_ND: Final = _creative_commons("by-nc-nd")
ALL_RIGHTS_RESERVED: Final = Licence(
    id="LicenseRef-ARR",
    url="http://rightsstatements.org/vocab/InC/1.0/",
    name="All rights reserved",
    short="all rights reserved",
    family="arr",
)
UNKNOWN: Final = Licence(
    id="LicenseRef-unknown",
    url=None,
    name="No licence that we know",
    short="licence unknown",
    family="unknown",
)

CHOICES: Final = (CC0, BY, BY_SA, BY_NC, BY_NC_SA, BY_ND, BY_NC_ND, ALL_RIGHTS_RESERVED)
"""What an author here can choose, from the most open to the most closed."""

_MAY_CARRY: Final = {
    "zero": frozenset({"zero", "mark", *_FAMILIES, "arr"}),
    "mark": frozenset({"zero", "mark", *_FAMILIES, "arr"}),
    "by": frozenset(_FAMILIES),
    "by-nc": frozenset({"by-nc", "by-nc-sa", "by-nc-nd"}),
    "by-sa": frozenset({"by-sa"}),
    "by-nc-sa": frozenset({"by-nc-sa"}),
}
"""For each family of a source, the families that a remix may carry; a family that is not here allows none."""

_ADDRESS: Final = re.compile(
    r"(?:https?://)?(?:www\.)?creativecommons\.org/"
    r"(?:licenses/(?P<family>[a-z-]{2,8})|publicdomain/(?P<domain>zero|mark))/(?P<version>[0-9]\.[0-9])"
    r"(?:/(?P<port>[a-z]{2,10}))?(?:/(?:deed|legalcode|rdf)(?:[.-][a-z-]{2,10})?)?/?(?:[?#].*)?"
)
_NAME: Final = re.compile(
    r"cc(?:-?(?P<zero>0)|-(?P<family>by(?:-(?:nc|nd|sa)){0,2}))-(?P<version>[0-9]\.[0-9])(?:-(?P<port>[a-z]{2,10}))?"
)
_MAX_ADDRESS: Final = 200


class Licensed(Protocol):
    """A work, a version of one or a promise: what it is licensed as, by name and by address."""

    @property
    def licence(self) -> str: ...
    @property
    def licence_url(self) -> str | None: ...


def licence_of(work: Licensed) -> Licence:
    """What may be done with `work`: by the address that its author gave, or else by name."""
    return find_licence(work.licence_url or work.licence)


def find_licence(named: str | None) -> Licence:
    """The licence at an address or of a name, in any usual spelling; UNKNOWN when it is none that we know.

    Read are addresses with or without https, www, the deed or the legal code, a closing slash and a country, and SPDX
    names, also written with spaces.
    """
    text = (named or "").strip().lower()
    if not text or len(text) > _MAX_ADDRESS:
        return UNKNOWN
    if match := _ADDRESS.fullmatch(text):
        return _licence(match["domain"] or match["family"], match["version"], match["port"] or "")
    for licence in (ALL_RIGHTS_RESERVED, PUBLIC_DOMAIN):
        if text.replace("https://", "http://").rstrip("/") in (
            str(licence.url).lower().rstrip("/"),
            licence.id.lower(),
        ):
            return licence
    if match := _NAME.fullmatch(re.sub(r"[\s_-]+", "-", text)):
        return _licence("zero" if match["zero"] else match["family"] or "", match["version"], match["port"] or "")
    return UNKNOWN


def _licence(family: str, version: str, port: str) -> Licence:
    number = (int(version[0]), int(version[2]))
    if family == "zero":
        return CC0 if number == CC0.version else UNKNOWN
    if family == "mark":
        return PUBLIC_DOMAIN if number == PUBLIC_DOMAIN.version else UNKNOWN
    family = {"by-nd-nc": "by-nc-nd", "by-sa-nc": "by-nc-sa"}.get(family, family)
    if family not in _FAMILIES or number not in _VERSIONS:
        return UNKNOWN
    return _creative_commons(family, number, "" if number == _CURRENT else port)


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


class Reason(StrEnum):
    """Why a source stands against a remix."""

    UNKNOWN = "unknown"
    """Nobody has said what may be done with it."""
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
    clashes = [
        _clash(Reason.NO_REMIX if source.is_known else Reason.UNKNOWN, places, source)
        for source in places
        if not source.may_remix
    ]
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


def _clash(reason: Reason, places: Mapping[Licence, list[int]], *licences: Licence) -> Clash:
    allowed = allowed_for_remix(licences)
    if reason is Reason.OTHER_LICENCE and not allowed:
        allowed = frozenset(licences)
    positions = sorted(position for licence in licences for position in places[licence])
    return Clash(reason=reason, sources=tuple(positions), licences=licences, allowed=allowed)


_GRANT: Final = re.compile(
    r"\bi (?:release|license|licence|share|publish) (?:this|my (?:post|work|reply|picture|photo|text|song|film|sound)) "
    r"under (?:the )?(?P<licence>cc[ -]?0[ -]1\.0|cc[ -]by(?:[ -](?:nc|nd|sa)){0,2}[ -][0-9]\.[0-9]"
    r"|https?://creativecommons\.org/[a-z0-9./-]{1,60})"
)


def find_grant(words: str) -> Licence | None:
    """The licence that the author of `words` grants with them, or None.

    The agreed sentence is "I release this under CC BY-SA 4.0" (or another licence, or its address). A text that grants
    two different licences grants none.
    """
    text = re.sub(r"\s+", " ", words[:10_000].lower())
    found = {find_licence(match["licence"].rstrip(".")) for match in _GRANT.finditer(text)}
    return found.pop() if len(found) == 1 and UNKNOWN not in found else None
