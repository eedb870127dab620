"""Reporting for everybody; for moderators the queue, decisions and appeals."""

from __future__ import annotations

from collections.abc import Mapping

from fedirec.accounts.permissions import Permission
from fedirec.accounts.queries import get_instance
from fedirec.admin.actions.appealing import answer_appeal, appeal
from fedirec.admin.actions.deciding import Verdict, claim, decide, release, undo, write_note
from fedirec.admin.actions.doors import (
    close_doors,
    held_comments,
    held_works,
    host_of_held,
    host_of_held_work,
    keep_out,
    keep_out_host,
    keep_work_out,
    let_in,
    let_work_in,
    open_doors,
)
from fedirec.admin.actions.forwarding import forward
from fedirec.admin.actions.reporting import report
from fedirec.admin.actions.watching import set_watch
from fedirec.admin.judging import Action, Category
from fedirec.admin.models import Appeal as AppealRow
from fedirec.admin.models import Decision as DecisionRow
from fedirec.admin.models import Report as ReportRow
from fedirec.admin.queries.cases import (
    History,
    appeal_of,
    get_accused,
    get_appeal,
    get_decision,
    get_report,
    history_of,
    open_cases,
    reports_by,
    waiting_appeals,
)
from fedirec.api.endpoint import Call, Endpoint
from fedirec.api.endpoints.alike import listed
from fedirec.api.paging import piece_of, piece_with, read_row, size_of
from fedirec.api.shapes.moderation import (
    AnswerSent,
    Appeal,
    Appeals,
    AppealSent,
    Case,
    CaseFile,
    Cases,
    ClaimSent,
    Decision,
    DoorsSent,
    HeldAnswer,
    HeldComment,
    HeldComments,
    HeldWork,
    HeldWorks,
    Note,
    NoteSent,
    OwnReport,
    OwnReports,
    PastDecision,
    Report,
    ReportedThing,
    ReportSent,
    UndoSent,
    VerdictSent,
    Watch,
    WatchSent,
    WordsSent,
)
from fedirec.api.shapes.people import show_person
from fedirec.clock import now
from fedirec.errors import NotFound


async def make_report(call: Call) -> OwnReport:
    sent = call.sent(ReportSent)
    category = Category(sent.category)
    made = await report(call.viewer, sent.about, category=category, words=sent.words, wishes_forwarding=sent.forward)
    return _own(call, await get_report(made.id))


async def list_own_reports(call: Call) -> OwnReports:
    rows = await reports_by(call.actor, before=read_row(call), limit=size_of(call))
    return piece_of(call, OwnReports, rows, show=lambda row: _own(call, row), place=lambda row: row.id)


async def show_decision(call: Call) -> Decision:
    row = await _decision_about_me(call)
    return _decision(row, await appeal_of(row))


async def appeal_decision(call: Call) -> Decision:
    row = await _decision_about_me(call)
    await appeal(call.actor, row, call.sent(AppealSent).words)
    return await show_decision(call)


async def list_cases(call: Call) -> Cases:
    rows, end = await open_cases(after=read_row(call), limit=size_of(call))
    items = [
        Case(
            id=row.accused.id,
            person=show_person(call, row.accused),
            categories=[Category(each).value for each in row.categories],
            since=row.since,
            claimed_by=show_person(call, row.claimed_by) if row.claimed_by else None,
        )
        for row in rows
    ]
    return piece_with(call, Cases, items, end=None if end is None else str(end))


async def show_case(call: Call) -> CaseFile:
    accused = await get_accused(call.row())
    history = await history_of(accused)
    return CaseFile(
        id=accused.id,
        person=show_person(call, accused),
        is_limited=accused.limited_at is not None,
        is_suspended=accused.state == "suspended",
        open=[_report(call, row, history) for row in history.open],
        closed=[_report(call, row, history) for row in history.closed],
        decisions=[_past(call, row, history.appeals) for row in history.decisions],
        notes=[
            Note(author=show_person(call, row.author) if row.author else None, text=row.text, at=row.created_at)
            for row in history.notes
        ],
    )


async def decide_case(call: Call) -> CaseFile:
    sent = call.sent(VerdictSent)
    verdict = Verdict(action=Action(sent.action), things=sent.things, words=sent.words, reason=sent.reason)
    await decide(call.viewer, await get_accused(call.row()), verdict)
    return await show_case(call)


async def claim_case(call: Call) -> None:
    await claim(call.viewer, await get_accused(call.row()), take_over=call.sent(ClaimSent).take_over)


async def release_case(call: Call) -> None:
    await release(call.viewer, await get_accused(call.row()))


async def note_on_case(call: Call) -> CaseFile:
    await write_note(call.viewer, await get_accused(call.row()), call.sent(NoteSent).text)
    return await show_case(call)


async def forward_report(call: Call) -> None:
    await forward(call.viewer, call.site, await get_report(call.row()), words=call.sent(WordsSent).words)


async def undo_decision(call: Call) -> None:
    await undo(call.viewer, await get_decision(call.row()), reason=call.sent(UndoSent).reason)


async def list_appeals(call: Call) -> Appeals:
    rows = await waiting_appeals(after=read_row(call), limit=size_of(call))
    return piece_of(call, Appeals, rows, show=lambda row: _appeal(call, row), place=lambda row: row.id)


async def answer(call: Call) -> None:
    sent = call.sent(AnswerSent)
    await answer_appeal(call.viewer, await get_appeal(call.row()), grants=sent.grants, words=sent.words)


async def show_watch(call: Call) -> Watch:
    instance = await get_instance()
    until = instance.doors_closed_until
    return Watch(
        words=instance.watched_words.splitlines(),
        holds_strangers=instance.holds_strangers,
        contact=instance.contact,
        doors_closed_until=until if until is not None and until > now() else None,
    )


async def change_watch(call: Call) -> Watch:
    sent = call.sent(WatchSent)
    words = "\n".join(sent.words)
    await set_watch(call.viewer, words=words, holds_strangers=sent.holds_strangers, contact=sent.contact)
    return await show_watch(call)


async def shut_doors(call: Call) -> Watch:
    sent = call.sent(DoorsSent)
    await close_doors(call.viewer, hours=sent.hours, reason=sent.reason)
    return await show_watch(call)


async def reopen_doors(call: Call) -> None:
    await open_doors(call.viewer)


async def list_held(call: Call) -> HeldComments:
    rows, end = await held_comments(after=read_row(call), limit=size_of(call))
    items = [
        HeldComment(
            id=row.id,
            person=show_person(call, row.author),
            record=row.record.uri,
            content_html=row.content,
            at=row.created_at,
        )
        for row in rows
    ]
    return piece_with(call, HeldComments, items, end=None if end is None else str(end))


async def list_held_works(call: Call) -> HeldWorks:
    rows, end = await held_works(after=read_row(call), limit=size_of(call))
    items = [
        HeldWork(
            id=row.id,
            person=show_person(call, row.author),
            record=row.uri,
            title=row.title,
            content_html=row.content,
            at=row.held_at or row.published_at,
        )
        for row in rows
    ]
    return piece_with(call, HeldWorks, items, end=None if end is None else str(end))


async def answer_held_work(call: Call) -> None:
    sent, key = call.sent(HeldAnswer), call.row()
    if sent.lets_in:
        await let_work_in(call.viewer, key)
    elif sent.whole_host:
        await keep_out_host(call.viewer, await host_of_held_work(key))
    else:
        await keep_work_out(call.viewer, key)


async def answer_held(call: Call) -> None:
    sent, key = call.sent(HeldAnswer), call.row()
    if sent.lets_in:
        await let_in(call.viewer, key)
    elif sent.whole_host:
        await keep_out_host(call.viewer, await host_of_held(key))
    else:
        await keep_out(call.viewer, key)


async def _decision_about_me(call: Call) -> DecisionRow:
    row = await get_decision(call.row())
    if row.about_id != call.actor.id:
        raise NotFound
    return row


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


def _report(call: Call, row: ReportRow, history: History) -> Report:
    return Report(
        id=row.id,
        reporter=show_person(call, row.reporter) if row.reporter else None,
        source=row.source,
        origin=row.origin,
        category=Category(row.category).value,
        words=row.words,
        wishes_forwarding=row.wishes_forwarding,
        forwarded_at=row.forwarded_at,
        state=row.state,
        outcome=row.outcome,
        at=row.created_at,
        things=[
            ReportedThing(uri=thing.uri, kind=thing.kind, kept=thing.kept, is_gone=thing.uri not in history.present)
            for thing in history.things.get(row.id, ())
        ],
    )


def _decision(row: DecisionRow, asked: AppealRow | None) -> Decision:
    return Decision(
        id=row.id,
        action=Action(row.action).value,
        things=[str(thing["uri"]) for thing in row.things],
        words=row.words,
        at=row.created_at,
        is_undone=row.undone_at is not None,
        appeal=asked.state if asked else None,
    )


def _past(call: Call, row: DecisionRow, appeals: Mapping[int, AppealRow]) -> PastDecision:
    return PastDecision(
        **_decision(row, appeals.get(row.id)).model_dump(),
        decided_by=show_person(call, row.decided_by) if row.decided_by else None,
        reason=row.reason,
    )


def _appeal(call: Call, row: AppealRow) -> Appeal:
    return Appeal(
        id=row.id,
        person=show_person(call, row.decision.about),
        decision=_past(call, row.decision, {row.decision_id: row}),
        words=row.words,
        state=row.state,
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
    listed(
        "list_cases",
        "/cases",
        "People about whom there are open reports, who waits longest first.",
        list_cases,
        answer=Cases,
        permission=Permission.MODERATE,
    ),
    Endpoint(
        name="show_case",
        method="GET",
        path="/cases/{id:int}",
        permission=Permission.MODERATE,
        says="Everything that moderators know of somebody: reports, what they are about, decisions and notes.",
        run=show_case,
        answer=CaseFile,
    ),
    Endpoint(
        name="decide_case",
        method="POST",
        path="/cases/{id:int}/decision",
        permission=Permission.MODERATE,
        says="What is open about somebody is decided, and all who should know are told.",
        run=decide_case,
        body=VerdictSent,
        answer=CaseFile,
        pages=("/admin/reports/{id:int}/decision",),
    ),
    Endpoint(
        name="claim_case",
        method="PUT",
        path="/cases/{id:int}/claim",
        permission=Permission.MODERATE,
        says="You look at the reports about somebody, and for an hour nobody else does.",
        run=claim_case,
        body=ClaimSent,
        status=204,
        pages=("/admin/reports/{id:int}/claim",),
    ),
    Endpoint(
        name="release_case",
        method="DELETE",
        path="/cases/{id:int}/claim",
        permission=Permission.MODERATE,
        says="Others can look at the reports about somebody.",
        run=release_case,
        status=204,
        pages=("/admin/reports/{id:int}/claim",),
    ),
    Endpoint(
        name="note_on_case",
        method="POST",
        path="/cases/{id:int}/notes",
        permission=Permission.MODERATE,
        says="The other moderators read a note about somebody.",
        run=note_on_case,
        body=NoteSent,
        answer=CaseFile,
        status=201,
        pages=("/admin/reports/{id:int}/notes",),
    ),
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
    Endpoint(
        name="show_watch",
        method="GET",
        path="/watch",
        permission=Permission.MODERATE,
        says="The watched words, who has to wait, and until when the doors are closed.",
        run=show_watch,
        answer=Watch,
    ),
    Endpoint(
        name="set_watch",
        method="PUT",
        path="/watch",
        permission=Permission.MODERATE,
        says="These words raise a report from now on.",
        run=change_watch,
        body=WatchSent,
        answer=Watch,
        pages=("/admin/watch",),
    ),
    Endpoint(
        name="close_doors",
        method="PUT",
        path="/watch/doors",
        permission=Permission.MODERATE,
        says="For some hours nobody can join, and what strangers say waits for a moderator.",
        run=shut_doors,
        body=DoorsSent,
        answer=Watch,
        pages=("/admin/watch/doors",),
    ),
    Endpoint(
        name="open_doors",
        method="DELETE",
        path="/watch/doors",
        permission=Permission.MODERATE,
        says="The doors are open again.",
        run=reopen_doors,
        status=204,
        pages=("/admin/watch/doors",),
    ),
    listed(
        "list_held_comments",
        "/watch/held",
        "Comments that wait for a moderator, the longest waiting first.",
        list_held,
        answer=HeldComments,
        permission=Permission.MODERATE,
    ),
    Endpoint(
        name="answer_held_comment",
        method="POST",
        path="/watch/held/{id:int}",
        permission=Permission.MODERATE,
        says="A comment that waits is let in or kept out, or everything that waits from its instance is kept out.",
        run=answer_held,
        body=HeldAnswer,
        status=204,
        pages=("/admin/watch/held/{id:int}",),
    ),
    listed(
        "list_held_works",
        "/watch/held/works",
        "Works that wait for a moderator, the longest waiting first.",
        list_held_works,
        answer=HeldWorks,
        permission=Permission.MODERATE,
    ),
    Endpoint(
        name="answer_held_work",
        method="POST",
        path="/watch/held/works/{id:int}",
        permission=Permission.MODERATE,
        says="A work that waits is let in or kept out, or everything that waits from its instance is kept out.",
        run=answer_held_work,
        body=HeldAnswer,
        status=204,
        pages=("/admin/watch/held/works/{id:int}",),
    ),
)
