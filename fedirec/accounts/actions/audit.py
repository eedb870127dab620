"""The record of what those who run things here did."""

from __future__ import annotations

from typing import Any, Protocol

from fedirec.accounts.models import AuditEvent


class HasUri(Protocol):
    """An actor, a viewer or the operator."""

    @property
    def uri(self) -> str: ...


async def audit(actor: HasUri, action: str, subject_uri: str, **details: Any) -> None:
    """It is on record, for good, that `actor` did `action` to what is at `subject_uri`.

    Called inside the transaction of what was done, so that neither is kept without the other.
    """
    await AuditEvent.create(actor_uri=actor.uri, action=action, subject_uri=subject_uri, details=details)
