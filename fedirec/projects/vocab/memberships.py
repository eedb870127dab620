"""How people come into a project and out of it across instances, in the words of ActivityStreams.

`Invite` and its answers go between the Group and somebody elsewhere; `Join`, its answers and `Leave` the other way
round. Answers embed what they answer, so that nobody takes them for an answer to something else.
"""

from __future__ import annotations

from typing import ClassVar, TypeVar

from fedirec.activitypub.vocab import Activity, Entity

T = TypeVar("T", bound=Entity, covariant=True)


class Invite(Activity[T]):
    """A project, the actor and the object, invites the target to be a member of it."""

    TYPE: ClassVar[str] = "Invite"


class Join(Activity[T]):
    """Somebody asks to be a member of a project, the object."""

    TYPE: ClassVar[str] = "Join"


class Leave(Activity[T]):
    """Somebody is not in a project, the object, any more."""

    TYPE: ClassVar[str] = "Leave"
