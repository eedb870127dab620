"""Grants: an author lets money be made with a work whose licence does not let people.

What is agreed to is a text with a version, and stands word for word with the grant. It says beforehand that it cannot
be taken back: whoever pays relies on it, as whoever remixes relies on a licence.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from fedirec.activitypub.digests import digest_json
from fedirec.errors import Invalid
from fedirec.translatable import N_

VERSION: Final = 1
"""Of the text that is agreed to now."""


class GrantScope(StrEnum):
    """For what somebody grants it."""

    PRODUCTION = "production"
    PROJECT = "project"
    INSTANCE = "instance"


FOR: Final[Mapping[GrantScope, str]] = MappingProxyType(
    {
        GrantScope.PRODUCTION: N_("the production “%(title)s”"),
        GrantScope.PROJECT: N_("everything that the project “%(title)s” makes"),
        GrantScope.INSTANCE: N_("everything that is made at %(title)s"),
    }
)
"""What each covers, as the text says it; `title` is what it is called."""

TEXTS: Final[Mapping[int, str]] = MappingProxyType(
    {
        1: N_(
            "I made “%(work)s”. Its licence does not let others make money with it. I allow that %(scope)s, with this "
            "work in it, is sold and that money is made with it in other ways. I get the share that its pay proposal "
            "gives me, and can object to that. Nothing else changes: the work stays mine, its licence stays as it is "
            "for everybody else, and I can allow others the same. I cannot take this back for what it covers, because "
            "those who pay and are paid rely on it."
        )
    }
)
"""By version. A text that somebody agreed to is never changed: another one has another version."""


def words_of(
    scope: GrantScope, *, work: str, title: str, version: int = VERSION, gettext: Callable[[str], str] = str
) -> str:
    """What an author agrees to, word for word. Raises Invalid for a version that there is none of."""
    if version not in TEXTS:
        raise Invalid(N_("There is no such text to agree to."))
    covered = gettext(FOR[scope]) % {"title": title}
    return gettext(TEXTS[version]) % {"work": work, "scope": covered}


def digest_grant(*, record: str, author: str, scope: str, scope_uri: str, version: int, words: str) -> str:
    """What a grant is known by: who allows what, for what, and in which words."""
    return digest_json(
        {
            "record": record,
            "author": author,
            "scope": scope,
            "scopeUri": scope_uri,
            "version": version,
            "words": words,
        }
    )


def covers(scope_uri: str, *, production: str, project: str, origin: str) -> bool:
    """Whether a grant for what is at `scope_uri` covers that production of that project of that instance."""
    return scope_uri in (production, project, origin)


def read_scope(named: str, allowed: Collection[GrantScope] = tuple(GrantScope)) -> GrantScope:
    """The scope that somebody chose. Raises Invalid with the field."""
    try:
        scope = GrantScope(named)
    except ValueError:
        raise Invalid(N_("Please say for what you allow it."), field="scope") from None
    if scope not in allowed:
        raise Invalid(N_("Please say for what you allow it."), field="scope")
    return scope
