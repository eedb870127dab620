"""What those who run the instance did."""

from __future__ import annotations

from fedirec.accounts.permissions import Permission
from fedirec.accounts.queries import audit_events
from fedirec.api.endpoint import Call
from fedirec.api.endpoints.alike import listed
from fedirec.api.paging import piece_with, read_row, size_of
from fedirec.api.shapes.accounts import AuditEvent, AuditEvents, AuditQuery


async def list_audit_events(call: Call) -> AuditEvents:
    subject = call.asked(AuditQuery).subject or None
    rows, end = await audit_events(before=read_row(call), subject_uri=subject, limit=size_of(call))
    items = [
        AuditEvent(
            id=row.id,
            by=row.actor_uri,
            action=row.action,
            subject=row.subject_uri,
            details=row.details,
            at=row.created_at,
        )
        for row in rows
    ]
    return piece_with(call, AuditEvents, items, end=None if end is None else str(end))


ENDPOINTS = (
    listed(
        "list_audit_events",
        "/audit",
        "What those who run the instance did, the newest first.",
        list_audit_events,
        answer=AuditEvents,
        query=AuditQuery,
        permission=Permission.SEE_AUDIT,
    ),
)
