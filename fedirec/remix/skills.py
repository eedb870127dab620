"""What people can do, and which records wait for it.

A skill is one of the roles that are offered in credits. Each builds on records of some kinds, and what comes of it is a
record of the kinds that the role belongs to: a singer makes sounds from texts and from sounds.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Final

from fedirec.errors import Invalid
from fedirec.remix.kinds import Kind
from fedirec.remix.roles import Role, find_role

MAX_SKILLS: Final = 12
_TEXT, _IMAGE, _AUDIO, _VIDEO = Kind.TEXT, Kind.IMAGE, Kind.AUDIO, Kind.VIDEO
_BUILDS_ON: Final = {
    "aut": (_IMAGE, _AUDIO, _VIDEO),
    "lyr": (_AUDIO,),
    "aus": (_TEXT,),
    "trl": (_TEXT,),
    "edt": (_TEXT,),
    "ill": (_TEXT, _AUDIO),
    "pht": (_TEXT, _AUDIO),
    "dsr": (_TEXT, _IMAGE),
    "clr": (_IMAGE, _VIDEO),
    "mus": (_TEXT, _IMAGE, _VIDEO),
    "cmp": (_TEXT, _IMAGE, _VIDEO),
    "arr": (_AUDIO,),
    "sng": (_TEXT, _AUDIO),
    "itr": (_AUDIO,),
    "nrt": (_TEXT,),
    "vac": (_TEXT, _VIDEO),
    "sds": (_TEXT, _VIDEO),
    "fmk": (_TEXT, _AUDIO, _IMAGE),
    "flm": (_IMAGE, _AUDIO, _VIDEO),
    "anm": (_TEXT, _IMAGE, _AUDIO),
    "act": (_TEXT,),
    "dnc": (_AUDIO, _VIDEO),
}


def _offered() -> tuple[Role, ...]:
    return tuple(role for code in _BUILDS_ON if (role := find_role(code)) is not None)


SKILLS: Final = _offered()
"""The roles that people can name as what they do, in the order in which they are offered."""
CODES: Final = frozenset(_BUILDS_ON)


def builds_on(skill: str) -> tuple[Kind, ...]:
    """The kinds of records that somebody with this skill can make something of; none for what is no skill."""
    return _BUILDS_ON.get(skill, ())


def makes(skill: str) -> tuple[Kind, ...]:
    """The kinds of records that they make of it."""
    role = find_role(skill)
    return role.kinds if role is not None and skill in CODES else ()


def openings(skills: Iterable[str]) -> tuple[tuple[tuple[Kind, ...], tuple[Kind, ...]], ...]:
    """Which records wait for somebody with `skills`: pairs of kinds to build on and of kinds that nobody made yet."""
    return tuple(dict.fromkeys((builds_on(skill), makes(skill)) for skill in skills if skill in CODES))


def read_skills(named: Collection[str]) -> list[str]:
    """The codes of `named` skills, each once, in the order in which they are offered. Raises Invalid."""
    wanted = set(named)
    if wanted - CODES:
        raise Invalid("Choose among the skills that are offered.", field="skills")
    if len(wanted) > MAX_SKILLS:
        raise Invalid("You can name up to %(n)s skills.", field="skills", blanks={"n": MAX_SKILLS})
    return [skill.code for skill in SKILLS if skill.code in wanted]
