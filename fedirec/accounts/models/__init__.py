"""Who people are here: persons, the accounts of this instance, and what lets them in."""

from __future__ import annotations

from fedirec.accounts.models.accounts import Account, RecoveryCode, Session, Token
from fedirec.accounts.models.boundaries import Boundary
from fedirec.accounts.models.guests import Passage, Provider, SpentCode
from fedirec.accounts.models.joining import Invitation, Refusal
from fedirec.accounts.models.leaving import Archive, Farewell
from fedirec.accounts.models.notifications import AuditEvent, Notification
from fedirec.accounts.models.persons import Identity, Person

__all__ = [
    "Account",
    "Archive",
    "AuditEvent",
    "Boundary",
    "Farewell",
    "Identity",
    "Invitation",
    "Notification",
    "Passage",
    "Person",
    "Provider",
    "RecoveryCode",
    "Refusal",
    "Session",
    "SpentCode",
    "Token",
]
