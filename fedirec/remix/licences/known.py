"""The licences that works carry: Creative Commons in all versions and countries, the public domain, and none.

The six licences of today are those that an author here can choose. Those that Creative Commons has retired (they asked
for no credit, or let others use samples only) are known by name, because works still carry them.
Sources: creativecommons.org/licenses/list and /retiredlicenses, the list of SPDX, rightsstatements.org.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
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
    is_partial: bool = False
    """It lets others use samples, or some others only: nobody can tell in general what may be made from it."""
    needs_credit: bool = True
    share_alike: bool = False
    noncommercial: bool = False

    @property
    def is_known(self) -> bool:
        return self.family != "unknown"

    @property
    def may_sell(self) -> bool:
        """Whether money may be earned with it without asking again."""
        return self.is_known and self.family != "arr" and not self.noncommercial and not self.is_partial

    def __str__(self) -> str:
        return self.short


ATTRIBUTION: Final = {
    "by": "Attribution",
    "by-sa": "Attribution-ShareAlike",
    "by-nc": "Attribution-NonCommercial",
    "by-nc-sa": "Attribution-NonCommercial-ShareAlike",
    "by-nd": "Attribution-NoDerivatives",
    "by-nc-nd": "Attribution-NonCommercial-NoDerivatives",
}
"""The families of today, by the name of each."""
_WITHOUT_CREDIT: Final = {
    "sa": "ShareAlike",
    "nc": "NonCommercial",
    "nc-sa": "NonCommercial-ShareAlike",
    "nd": "NoDerivatives",
    "nd-nc": "NoDerivatives-NonCommercial",
}
_PARTIAL: Final = {
    "sampling": "Sampling",
    "sampling+": "Sampling Plus",
    "nc-sampling+": "NonCommercial Sampling Plus",
    "devnations": "Developing Nations",
}
_NAMES: Final = ATTRIBUTION | _WITHOUT_CREDIT | _PARTIAL
_VERSIONS: Final = {
    **dict.fromkeys(ATTRIBUTION, frozenset({(1, 0), (2, 0), (2, 1), (2, 5), (3, 0), (4, 0)})),
    **dict.fromkeys(_WITHOUT_CREDIT, frozenset({(1, 0), (2, 0)})),
    **dict.fromkeys(_PARTIAL, frozenset({(1, 0)})),
    "devnations": frozenset({(2, 0)}),
}
_CURRENT: Final = (4, 0)
_SCOPES: Final = {(3, 0): "Unported", (4, 0): "International"}
_HOST: Final = "https://creativecommons.org"
_NAMED_BY_SPDX: Final = frozenset({*ATTRIBUTION, "sa"})


def _creative_commons(family: str, version: tuple[int, int] = _CURRENT, port: str = "") -> Licence:
    number = f"{version[0]}.{version[1]}"
    elements = family.split("-")
    # The very first of them had its elements in another order.
    path = "by-nd-nc" if (family, version) == ("by-nc-nd", (1, 0)) else family
    name = "-".join(filter(None, ("CC", family.upper(), number, port.upper())))
    return Licence(
        id=name if family in _NAMED_BY_SPDX else f"LicenseRef-{name}",
        url=f"{_HOST}/licenses/{path}/{number}/" + (f"{port}/" if port else ""),
        name=f"Creative Commons {_NAMES[family]} {number} {port.upper() or _SCOPES.get(version, 'Generic')}",
        short=" ".join(filter(None, (f"CC {family.upper()} {number}", port.upper()))),
        family=family,
        version=version,
        may_remix="nd" not in elements and family not in _PARTIAL,
        is_partial=family in _PARTIAL,
        needs_credit=family not in _WITHOUT_CREDIT,
        share_alike="sa" in elements,
        noncommercial="nc" in elements,
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
DEDICATION: Final = Licence(
    id="CC-PDDC",
    url=f"{_HOST}/licenses/publicdomain/",
    name="Creative Commons Public Domain Dedication and Certification",
    short="public domain",
    family="mark",
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

_ELEMENTS: Final = r"(?:by|nc|nd|sa)(?:-(?:by|nc|nd|sa)){0,2}|(?:nc-)?sampling\+?|devnations"
_PORT: Final = "[a-z]{2}|igo|scotland"
_ADDRESS: Final = re.compile(
    r"(?:https?://)?(?:www\.)?creativecommons\.org/"
    rf"(?:licenses/(?P<family>{_ELEMENTS})|publicdomain/(?P<domain>zero|mark))/(?P<version>[0-9]\.[0-9])"
    rf"(?:/(?P<port>{_PORT}))?(?:/(?:deed|legalcode|rdf)(?:[.-][a-z_-]{{2,10}})?)?/?(?:[?#].*)?"
)
_DEDICATED: Final = re.compile(
    r"(?:https?://)?(?:www\.)?creativecommons\.org/"
    r"(?:licenses/publicdomain|publicdomain/certification/1\.0(?:/us)?)(?:/(?:deed|legalcode)(?:[.-][a-z_-]{2,10})?)?/?"
)
_RESERVED: Final = re.compile(
    r"https?://(?:www\.)?rightsstatements\.org/(?:vocab|page|data)/inc(?:-[a-z-]{2,8})?/1\.0/?(?:[?#].*)?"
)
_SPDX: Final = re.compile(
    r"(?:https?://)?(?:www\.)?spdx\.org/licenses/(?P<id>[a-z0-9.+-]{2,60}?)(?:\.html|\.json|\.txt)?/?"
)
_NAME: Final = re.compile(
    rf"(?:licenseref-)?cc(?:-?(?P<zero>0)|-(?P<family>{_ELEMENTS}))-(?P<version>[0-9]\.[0-9])(?:-(?P<port>{_PORT}))?"
)
_NAMED: Final = {licence.id.lower(): licence for licence in (PUBLIC_DOMAIN, DEDICATION, ALL_RIGHTS_RESERVED)}
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

    Read are addresses with or without https, www, the deed or the legal code, a closing slash and a country, the pages
    of SPDX, and SPDX names, also written with spaces.
    """
    text = (named or "").strip().lower()
    if not text or len(text) > _MAX_ADDRESS:
        return UNKNOWN
    if match := _ADDRESS.fullmatch(text):
        return _licence(match["domain"] or match["family"], match["version"], match["port"] or "")
    if _DEDICATED.fullmatch(text):
        return DEDICATION
    if _RESERVED.fullmatch(text):
        return ALL_RIGHTS_RESERVED
    if match := _SPDX.fullmatch(text):
        text = match["id"]
    name = re.sub(r"[\s_-]+", "-", text)
    if name in _NAMED:
        return _NAMED[name]
    if match := _NAME.fullmatch(name):
        return _licence("zero" if match["zero"] else match["family"] or "", match["version"], match["port"] or "")
    return UNKNOWN


def _licence(family: str, version: str, port: str) -> Licence:
    number = (int(version[0]), int(version[2]))
    if family == "zero":
        return CC0 if number == CC0.version else UNKNOWN
    if family == "mark":
        return PUBLIC_DOMAIN if number == PUBLIC_DOMAIN.version else UNKNOWN
    family = {"by-nd-nc": "by-nc-nd", "by-sa-nc": "by-nc-sa", "nc-nd": "nd-nc", "sa-nc": "nc-sa"}.get(family, family)
    if number not in _VERSIONS.get(family, ()):
        return UNKNOWN
    return _creative_commons(family, number, "" if number == _CURRENT else port)
