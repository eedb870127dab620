"""What a person did for a record, in the words of libraries.

Roles are MARC relators (http://id.loc.gov/vocabulary/relators), because they fit every medium and other software knows
them; the one they lack, the remixer, is ours.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from fedirec.remix.kinds import Kind
from fedirec.translatable import N_

RELATORS: Final = "http://id.loc.gov/vocabulary/relators/"
REMIXER: Final = "https://w3id.org/fedirec/ns#remixer"
_MAX_IRI: Final = 200


@dataclass(frozen=True, slots=True)
class Role:
    """A part that somebody can have in a record."""

    code: str
    label: str
    kinds: tuple[Kind, ...] = ()
    """Where it is offered first; nowhere in particular when empty."""

    @property
    def iri(self) -> str:
        """What stands for it on the wire."""
        return REMIXER if self.code == "remixer" else RELATORS + self.code


_TEXT, _IMAGE, _AUDIO, _VIDEO = Kind.TEXT, Kind.IMAGE, Kind.AUDIO, Kind.VIDEO

ROLES: Final = (
    Role("aut", N_("Author"), (_TEXT,)),
    Role("lyr", N_("Lyricist"), (_TEXT, _AUDIO)),
    Role("aus", N_("Screenwriter"), (_TEXT, _VIDEO)),
    Role("trl", N_("Translator"), (_TEXT,)),
    Role("adp", N_("Adapter"), (_TEXT, _AUDIO)),
    Role("edt", N_("Editor"), (_TEXT,)),
    Role("pfr", N_("Proofreader"), (_TEXT,)),
    Role("ill", N_("Illustrator"), (_IMAGE,)),
    Role("art", N_("Artist"), (_IMAGE,)),
    Role("pht", N_("Photographer"), (_IMAGE,)),
    Role("clr", N_("Colorist"), (_IMAGE, _VIDEO)),
    Role("dsr", N_("Designer"), (_IMAGE,)),
    Role("adi", N_("Art director"), (_IMAGE, _VIDEO)),
    Role("mus", N_("Musician"), (_AUDIO,)),
    Role("cmp", N_("Composer"), (_AUDIO,)),
    Role("arr", N_("Arranger"), (_AUDIO,)),
    Role("sng", N_("Singer"), (_AUDIO,)),
    Role("itr", N_("Instrumentalist"), (_AUDIO,)),
    Role("nrt", N_("Narrator"), (_AUDIO, _VIDEO)),
    Role("vac", N_("Voice actor"), (_AUDIO, _VIDEO)),
    Role("sds", N_("Sound designer"), (_AUDIO, _VIDEO)),
    Role("rce", N_("Recording engineer"), (_AUDIO,)),
    Role("fmk", N_("Filmmaker"), (_VIDEO,)),
    Role("fmd", N_("Film director"), (_VIDEO,)),
    Role("flm", N_("Film editor"), (_VIDEO,)),
    Role("anm", N_("Animator"), (_VIDEO,)),
    Role("cng", N_("Cinematographer"), (_VIDEO,)),
    Role("vdg", N_("Videographer"), (_VIDEO,)),
    Role("act", N_("Actor"), (_VIDEO,)),
    Role("prf", N_("Performer"), (_AUDIO, _VIDEO)),
    Role("dnc", N_("Dancer"), (_VIDEO,)),
    Role("chr", N_("Choreographer"), (_VIDEO,)),
    Role("prs", N_("Production designer"), (_VIDEO,)),
    Role("pro", N_("Producer"), (_AUDIO, _VIDEO)),
    Role("pdr", N_("Project director")),
    Role("res", N_("Researcher")),
    Role("prg", N_("Programmer")),
    Role("ctb", N_("Contributor")),
    Role("remixer", N_("Remixer"), (_TEXT, _IMAGE, _AUDIO, _VIDEO)),
)
"""The roles that are offered. Any other counts as a contribution; the document of its record has it as it came."""

_BY_CODE: Final = {role.code: role for role in ROLES}
CONTRIBUTOR: Final = _BY_CODE["ctb"]
"""What every role is that is none of ours."""

_DEFAULTS: Final = {_TEXT: "aut", _IMAGE: "ill", _AUDIO: "mus", _VIDEO: "fmk"}


def find_role(named: str) -> Role | None:
    """The role with an address or a code, whether with http or https; None when it is none of ours."""
    text = named.strip()
    if len(text) > _MAX_IRI:
        return None
    if text == REMIXER:
        return _BY_CODE["remixer"]
    for start in (RELATORS, RELATORS.replace("http:", "https:")):
        text = text.removeprefix(start)
    return _BY_CODE.get(text)


def default_role(kind: Kind) -> Role:
    """What the author of a record of that kind is, until they say otherwise."""
    return _BY_CODE[_DEFAULTS[kind]]


def roles_for(kind: Kind) -> tuple[Role, ...]:
    """All roles, those that belong to `kind` first."""
    return tuple(sorted(ROLES, key=lambda role: (kind not in role.kinds, ROLES.index(role))))


def label_of(named: str, *, gettext: Callable[[str], str] = str) -> str:
    """What to call a role on a page; one that we do not know is a contribution."""
    role = find_role(named) or CONTRIBUTOR
    return gettext(role.label)
