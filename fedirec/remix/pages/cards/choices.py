"""What people choose among, and the words for it: kinds, relations, roles."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from fedirec.remix.kinds import KINDS
from fedirec.remix.lineage import Relation
from fedirec.remix.roles import ROLES, label_of
from fedirec.web.language import gettext as _
from fedirec.web.views import Choice
from fedirec.web.words import kind_word


def kind_choices() -> list[Choice]:
    return [Choice(value=kind.value, label=kind_word(kind.value)) for kind in KINDS]


def relation_word(relation: str) -> str:
    """How a record was made from a source, as a word beside its title."""
    words = {
        Relation.ADAPTS: _("reworks it"),
        Relation.SAMPLES: _("uses parts of it"),
        Relation.CONTAINS: _("contains it"),
        Relation.PERFORMS: _("performs it"),
        Relation.TRANSLATES: _("translates it"),
        Relation.INSPIRED_BY: _("inspired by it"),
    }
    return words.get(Relation(relation), relation)


def relation_choices() -> list[Choice]:
    """How somebody can have made theirs from a source, for whoever says it of their own."""
    words = {
        Relation.ADAPTS: _("I reworked it"),
        Relation.SAMPLES: _("I used parts of it"),
        Relation.CONTAINS: _("Mine contains all of it"),
        Relation.PERFORMS: _("I performed it"),
        Relation.TRANSLATES: _("I translated it"),
        Relation.INSPIRED_BY: _("It inspired me"),
    }
    return [Choice(value=relation.value, label=words[relation]) for relation in Relation]


def role_choices(*, first: Sequence[str] = ()) -> list[Choice]:
    """The parts that somebody can have in a record; those of `first` in front, the rest by name."""
    ranked = sorted(ROLES, key=lambda role: (role.code not in first, _(role.label)))
    return [Choice(value=role.code, label=_(role.label)) for role in ranked]


def role_words(roles: Iterable[str]) -> tuple[str, ...]:
    """What roles are called, each word once."""
    return tuple(dict.fromkeys(label_of(role, gettext=_) for role in roles))
