"""What may be believed from whom: the origin-based security model (FEP-fe34), and who may do what to whose things.

Everything in here is a question about addresses, answered without asking anybody: the database, the network and the
clock are for those who ask. An origin is scheme, host and port. Two rules carry the rest: an origin speaks for what has
its addresses and for nothing else, and of what it holds, each thing is its owner's alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum
from typing import TypeAlias

from fedirec.uris import same_origin

Name: TypeAlias = str | int
"""Whom something belongs to: an actor by address, or by row where both sides are rows."""


class Belief(Enum):
    """What is done with something that somebody says."""

    AS_SAID = "as said"
    """It is theirs to say."""
    ASK_ORIGIN = "ask its origin"
    """It may be so: its own origin is asked for it by its id, and what came here is forgotten."""
    NEVER = "never"
    """It contradicts itself, or speaks of what is ours."""


# Who signs


def may_sign_as(key_id: str, *, actor: str) -> bool:
    """Whether a key of that name can be one of the actor's; only the actor's own document says that it is."""
    return same_origin(key_id, actor)


def lists_key(key_id: str, *, owner: object, actor: str) -> bool:
    """Whether a key that stands in the document of `actor` counts: it names the actor as its owner too, and is of its
    origin.
    """
    return owner == actor and same_origin(key_id, actor)


def may_name(activity: str, *, actor: str) -> bool:
    """Whether an activity with that id can be one of the actor's."""
    return same_origin(activity, actor)


# What an origin says of its own


def may_answer_for(asked: str, *, answered_from: str) -> bool:
    """Whether what came from `answered_from`, after all redirects, can be what was `asked` for."""
    return same_origin(asked, answered_from)


def belief_in_answer(asked: str, *, named: str) -> Belief:
    """What to do with a document called `named` that the origin of `asked` answered with."""
    if named == asked:
        return Belief.AS_SAID
    return Belief.ASK_ORIGIN if same_origin(named, asked) else Belief.NEVER


def may_have(address: str, *, owner: str) -> bool:
    """Whether `address` (an inbox, a collection, a page) can belong to `owner`: nobody directs our traffic to a third
    party, or has their own words shown at the address of another.
    """
    return same_origin(address, owner)


def may_be_by(object_id: str, *, author: str) -> bool:
    """Whether something of that name can be by that author: what an origin holds is by its own people."""
    return same_origin(object_id, author)


# What is embedded


def belief_in_embedded(object_id: str, *, author: str, speaker: str) -> Belief:
    """What to do with an object that comes embedded in what `speaker` says, and names `author` as its author."""
    if not may_be_by(object_id, author=author):
        return Belief.NEVER
    return Belief.AS_SAID if author == speaker else Belief.ASK_ORIGIN


def may_describe(actor: str, *, speaker: str) -> bool:
    """Whether `speaker` may say what the actor is like: actors describe only themselves."""
    return actor == speaker


def belief_in_description(actor: str, *, speaker: str, is_brought: bool) -> Belief:
    """What to do with what `speaker` says the actor is like now. What somebody else brings may have been true once."""
    if not may_describe(actor, speaker=speaker):
        return Belief.NEVER
    return Belief.ASK_ORIGIN if is_brought else Belief.AS_SAID


# Who may do what to whose things


def may_create(object_id: str, *, author: str, speaker: str) -> bool:
    """Also for Update: an object is published and changed by its author alone."""
    return belief_in_embedded(object_id, author=author, speaker=speaker) is Belief.AS_SAID


def may_bring(object_id: str, *, speaker: str) -> bool:
    """Whether `speaker` can have made something of which only the id is known; its origin has to say so then."""
    return same_origin(object_id, speaker)


def may_delete(*, author: Name, speaker: Name) -> bool:
    """Whether what is known here as the author's is gone because `speaker` says so."""
    return author == speaker


def may_undo(*, done_by: Name, speaker: Name) -> bool:
    """Whether `speaker` may take back what `done_by` did."""
    return done_by == speaker


def may_answer(*, asked: Name, speaker: Name) -> bool:
    """Whether `speaker` may accept or reject what `asked` was asked."""
    return asked == speaker


def may_judge(record: str, *, speaker: str, is_instance: bool) -> bool:
    """Whether `speaker` may say what came of a claim about `record`: its home itself, and no person who lives there."""
    return is_instance and same_origin(record, speaker)


def may_add_to(collection: str | None, *, owned: Iterable[object], owner: str) -> bool:
    """Whether a collection is one of those that `owner`, who says what is in it, has: named by it, of its origin."""
    return bool(collection) and collection in tuple(owned) and same_origin(collection or "", owner)


def may_move(*, actor: str, moved: str) -> bool:
    """Whether the actor may say that `moved` lives elsewhere now: everybody moves only themselves."""
    return actor == moved


def agrees_to_move(*, old: str, new: str, aliases: Iterable[str]) -> bool:
    """Whether who lives at `new` says that they were at `old` before; nobody moves to where they are (FEP-7628)."""
    return old != new and old in tuple(aliases)


def may_stamp(stamp: str, *, stamped_by: str, owner: str) -> bool:
    """Whether an approval at that address is the owner's own: served by their origin, in their name."""
    return stamped_by == owner and same_origin(stamp, owner)
