"""Reporting, for everybody; passing a report on, for moderators."""

from __future__ import annotations

from fedirec.accounts.permissions import Permission
from fedirec.admin.actions.forwarding import forward
from fedirec.admin.actions.reporting import report
from fedirec.admin.judging import Action, Category
from fedirec.admin.models import Report as ReportRow
from fedirec.admin.queries.cases import get_report, reports_by
from fedirec.api.endpoint import Call, Endpoint
from fedirec.api.endpoints.alike import listed
from fedirec.api.paging import piece_of, read_row, size_of
from fedirec.api.shapes.moderation import OwnReport, OwnReports, ReportSent, WordsSent
from fedirec.api.shapes.people import show_person


async def make_report(call: Call) -> OwnReport:
    sent = call.sent(ReportSent)
    category = Category(sent.category)
    made = await report(call.viewer, sent.about, category=category, words=sent.words, wishes_forwarding=sent.forward)
    return _own(call, await get_report(made.id))


async def list_own_reports(call: Call) -> OwnReports:
    rows = await reports_by(call.actor, before=read_row(call), limit=size_of(call))
    return piece_of(call, OwnReports, rows, show=lambda row: _own(call, row), place=lambda row: row.id)


async def forward_report(call: Call) -> None:
    await forward(call.viewer, call.site, await get_report(call.row()), words=call.sent(WordsSent).words)


def _own(call: Call, row: ReportRow) -> OwnReport:
    return OwnReport(
        id=row.id,
        person=show_person(call, row.accused),
        category=Category(row.category).value,
        words=row.words,
        state=row.state,
        was_heeded=None if row.state == "open" else row.outcome != Action.DISMISS,
        at=row.created_at,
    )


ENDPOINTS = (
    Endpoint(
        name="report",
        method="POST",
        path="/reports",
        permission=Permission.REPORT,
        says="Moderators will look at somebody, or at something of theirs.",
        run=make_report,
        body=ReportSent,
        answer=OwnReport,
        status=201,
        pages=("/report",),
    ),
    listed("list_own_reports", "/reports", "What you reported, the newest first.", list_own_reports, answer=OwnReports),
    Endpoint(
        name="forward_report",
        method="POST",
        path="/reports/{id:int}/forward",
        permission=Permission.MODERATE,
        says="The instance of whoever a report is about hears of it, in the name of this one.",
        run=forward_report,
        body=WordsSent,
        status=204,
        pages=("/admin/reports/forward/{id:int}",),
    ),
)
