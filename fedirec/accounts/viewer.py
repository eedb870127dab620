"""Who is looking: the member behind a session or a bearer token."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from fedirec.accounts.models import Account
from fedirec.accounts.permissions import ALL_SCOPES, Permission, Role, Scope, can
from fedirec.activitypub.models import Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewer:
    """A member who is signed in, in a browser or through a program."""

    account: Account
    actor: Actor
    scopes: frozenset[Scope] = ALL_SCOPES
    session_id: int | None = None
    token_id: int | None = None
    seen_at: datetime
    """When the session or token was last used, as far as it is written down."""

    @property
    def role(self) -> Role:
        return Role(self.account.role)

    @property
    def uri(self) -> str:
        return self.actor.uri

    @property
    def has_moved(self) -> bool:
        return self.actor.moved_to is not None

    def can(self, permission: Permission | str) -> bool:
        """Whether the table of permissions lets them do it; templates ask by name."""
        return can(self, Permission(permission))
