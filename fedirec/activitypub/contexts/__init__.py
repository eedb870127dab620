"""JSON-LD contexts: those we send, and those that stand in for what would otherwise be fetched. Data only."""

from __future__ import annotations

from fedirec.activitypub.contexts.sent import (
    ACTIVITY_CONTEXT,
    ACTOR_CONTEXT,
    CHALLENGE_CONTEXT,
    CLAIM_CONTEXT,
    COMMENT_CONTEXT,
    CONSENT_CONTEXT,
    FAREWELL_CONTEXT,
    NEWS_CONTEXT,
    PROPOSAL_CONTEXT,
    RECORD_CONTEXT,
    REQUEST_CONTEXT,
    REVISION_CONTEXT,
)
from fedirec.activitypub.contexts.spelling import (
    ACTIVITYSTREAMS,
    CID_V1,
    DATA_INTEGRITY_V1,
    DATA_INTEGRITY_V2,
    FEDIREC,
    MULTIKEY_V1,
    SECURITY_V1,
    Context,
)
from fedirec.activitypub.contexts.standards import CID_DOCUMENT, DATA_INTEGRITY_DOCUMENT, MULTIKEY_DOCUMENT
from fedirec.activitypub.contexts.understood import (
    AUDIENCES,
    EXTENSIONS,
    LISTS,
    STAND_IN_PATHS,
    STAND_IN_PREFIXES,
    STAND_INS,
)

__all__ = [
    "ACTIVITYSTREAMS",
    "ACTIVITY_CONTEXT",
    "ACTOR_CONTEXT",
    "AUDIENCES",
    "CHALLENGE_CONTEXT",
    "CID_DOCUMENT",
    "CID_V1",
    "CLAIM_CONTEXT",
    "COMMENT_CONTEXT",
    "CONSENT_CONTEXT",
    "DATA_INTEGRITY_DOCUMENT",
    "DATA_INTEGRITY_V1",
    "DATA_INTEGRITY_V2",
    "EXTENSIONS",
    "FAREWELL_CONTEXT",
    "FEDIREC",
    "LISTS",
    "MULTIKEY_DOCUMENT",
    "MULTIKEY_V1",
    "NEWS_CONTEXT",
    "PROPOSAL_CONTEXT",
    "RECORD_CONTEXT",
    "REQUEST_CONTEXT",
    "REVISION_CONTEXT",
    "SECURITY_V1",
    "STAND_INS",
    "STAND_IN_PATHS",
    "STAND_IN_PREFIXES",
    "Context",
]
