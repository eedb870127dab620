"""Decisions about people: whoever one is about reads and appeals it, a moderator takes it back."""

from __future__ import annotations

from collections.abc import Mapping

from fedirec.accounts.permissions import Permission
from fedirec.admin.actions.appealing import appeal
from fedirec.admin.actions.deciding import undo
from fedirec.admin.judging import Action
from fedirec.admin.models import Appeal as AppealRow
from fedirec.admin.models import Decision as DecisionRow
from fedirec.admin.queries.cases import appeal_of, get_decision
from fedirec.api.endpoint import Call, Endpoint
from fedirec.api.shapes.moderation import AppealSent, Decision, PastDecision, UndoSent
from fedirec.api.shapes.people import show_person
from fedirec.errors import NotFound


async def show_decision(call: Call) -> Decision:
    row = await _decision_about_me(call)
    return decision_of(row, await appeal_of(row))


async def appeal_decision(call: Call) -> Decision:
    row = await _decision_about_me(call)
    await appeal(call.actor, row, call.sent(AppealSent).words)
    return await show_decision(call)


async def undo_decision(call: Call) -> None:
    await undo(call.viewer, await get_decision(call.row()), reason=call.sent(UndoSent).reason)


async def _decision_about_me(call: Call) -> DecisionRow:
    row = await get_decision(call.row())
    if row.about_id != call.actor.id:
        raise NotFound
    return row


def decision_of(row: DecisionRow, asked: AppealRow | None) -> Decision:
    """For whoever it is about."""
    return Decision(
        id=row.id,
        action=Action(row.action).value,
        things=[str(thing["uri"]) for thing in row.things],
        words=row.words,
        at=row.created_at,
        is_undone=row.undone_at is not None,
        appeal=asked.state if asked else None,
    )


def past_decision_of(call: Call, row: DecisionRow, appeals: Mapping[int, AppealRow]) -> PastDecision:
    """For moderators; `appeals` are by decision."""
    return PastDecision(
        **decision_of(row, appeals.get(row.id)).model_dump(),
        decided_by=show_person(call, row.decided_by) if row.decided_by else None,
        reason=row.reason,
    )


ENDPOINTS = (
    Endpoint(
        name="show_decision",
        method="GET",
        path="/decisions/{id:int}",
        permission=Permission.READ_OWN,
        says="What moderators decided about you.",
        run=show_decision,
        answer=Decision,
    ),
    Endpoint(
        name="appeal_decision",
        method="POST",
        path="/decisions/{id:int}/appeal",
        permission=Permission.MANAGE_OWN,
        says="Somebody will look again at a decision about you. You can ask once.",
        run=appeal_decision,
        body=AppealSent,
        answer=Decision,
        status=201,
        pages=("/decisions/{id:int}/appeal",),
    ),
    Endpoint(
        name="undo_decision",
        method="POST",
        path="/decisions/{id:int}/undo",
        permission=Permission.MODERATE,
        says="A decision about somebody is taken back.",
        run=undo_decision,
        body=UndoSent,
        status=204,
        pages=("/admin/decisions/{id:int}/undo",),
    ),
)
