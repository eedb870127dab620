"""The browsers that are signed in."""

from __future__ import annotations

from fedirec.accounts.actions.sessions import end_session, end_sessions
from fedirec.accounts.permissions import Permission
from fedirec.accounts.queries import sessions_of
from fedirec.api.endpoint import Call, Endpoint
from fedirec.api.shapes.accounts import Session, Sessions


async def list_sessions(call: Call) -> Sessions:
    rows = await sessions_of(call.viewer.account)
    return Sessions(
        items=[Session(id=row.id, browser=row.browser, since=row.created_at, used_at=row.used_at) for row in rows]
    )


async def end_one_session(call: Call) -> None:
    await end_session(call.viewer.account, call.row())


async def end_all_sessions(call: Call) -> None:
    await end_sessions(call.viewer.account)


ENDPOINTS = (
    Endpoint(
        name="list_sessions",
        method="GET",
        path="/me/sessions",
        permission=Permission.MANAGE_ACCOUNT,
        says="The browsers that are signed in.",
        run=list_sessions,
        answer=Sessions,
    ),
    Endpoint(
        name="end_session",
        method="DELETE",
        path="/me/sessions/{id:int}",
        permission=Permission.MANAGE_ACCOUNT,
        says="That browser is signed out.",
        run=end_one_session,
        status=204,
        pages=("/settings/sessions",),
    ),
    Endpoint(
        name="end_sessions",
        method="DELETE",
        path="/me/sessions",
        permission=Permission.MANAGE_ACCOUNT,
        says="Every browser is signed out.",
        run=end_all_sessions,
        status=204,
        pages=("/settings/sessions",),
    ),
)
