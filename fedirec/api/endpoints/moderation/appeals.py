"""Appeals, for moderators."""

from __future__ import annotations

from fedirec.accounts.permissions import Permission
from fedirec.admin.actions.appealing import answer_appeal
from fedirec.admin.models import Appeal as AppealRow
from fedirec.admin.queries.cases import get_appeal, waiting_appeals
from fedirec.api.endpoint import Call, Endpoint
from fedirec.api.endpoints.alike import listed
from fedirec.api.endpoints.moderation.decisions import past_decision_of
from fedirec.api.paging import piece_of, read_row, size_of
from fedirec.api.shapes.moderation import AnswerSent, Appeal, Appeals
from fedirec.api.shapes.people import show_person


async def list_appeals(call: Call) -> Appeals:
    rows = await waiting_appeals(after=read_row(call), limit=size_of(call))
    return piece_of(call, Appeals, rows, show=lambda row: _appeal(call, row), place=lambda row: row.id)


async def answer(call: Call) -> None:
    sent = call.sent(AnswerSent)
    await answer_appeal(call.viewer, await get_appeal(call.row()), grants=sent.grants, words=sent.words)


def _appeal(call: Call, row: AppealRow) -> Appeal:
    return Appeal(
        id=row.id,
        person=show_person(call, row.decision.about),
        decision=past_decision_of(call, row.decision, {row.decision_id: row}),
        words=row.words,
        state=row.state,
        at=row.created_at,
    )


ENDPOINTS = (
    listed(
        "list_appeals",
        "/appeals",
        "Appeals that nobody has answered, the longest waiting first.",
        list_appeals,
        answer=Appeals,
        permission=Permission.MODERATE,
    ),
    Endpoint(
        name="answer_appeal",
        method="POST",
        path="/appeals/{id:int}/answer",
        permission=Permission.MODERATE,
        says="An appeal is answered; when it is granted, the decision is taken back.",
        run=answer,
        body=AnswerSent,
        status=204,
        pages=("/admin/appeals/{id:int}",),
    ),
)
