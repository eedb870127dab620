"""People about whom there are reports, and what moderators do about it."""

from __future__ import annotations

from fedirec.accounts.permissions import Permission
from fedirec.activitypub.models import Actor
from fedirec.admin.actions.confirming import confirm_keys
from fedirec.admin.actions.deciding import decide
from fedirec.admin.actions.looking import let_go_of_reports, look_at_reports
from fedirec.admin.actions.noting import write_note
from fedirec.admin.judging import Action, Category, Verdict
from fedirec.admin.models import Report as ReportRow
from fedirec.admin.queries.cases import History, get_accused, history_of, open_cases
from fedirec.admin.queries.keys import changed_keys_of
from fedirec.api.endpoint import Call, Endpoint
from fedirec.api.endpoints.alike import listed
from fedirec.api.endpoints.moderation.decisions import past_decision_of
from fedirec.api.paging import piece_with, read_row, size_of
from fedirec.api.shapes.moderation import (
    Case,
    CaseFile,
    Cases,
    ChangedKeys,
    ClaimSent,
    KeysSent,
    Note,
    NoteSent,
    Report,
    ReportedThing,
    VerdictSent,
)
from fedirec.api.shapes.people import show_person


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
        keys=await _keys_of(accused),
        open=[_report(call, row, history) for row in history.open],
        closed=[_report(call, row, history) for row in history.closed],
        decisions=[past_decision_of(call, row, history.appeals) for row in history.decisions],
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
    await look_at_reports(call.viewer, await get_accused(call.row()), take_over=call.sent(ClaimSent).take_over)


async def release_case(call: Call) -> None:
    await let_go_of_reports(call.viewer, await get_accused(call.row()))


async def note_on_case(call: Call) -> CaseFile:
    await write_note(call.viewer, await get_accused(call.row()), call.sent(NoteSent).text)
    return await show_case(call)


async def confirm_keys_in_case(call: Call) -> CaseFile:
    sent = call.sent(KeysSent)
    await confirm_keys(call.viewer, await get_accused(call.row()), reason=sent.reason, seen=sent.keys)
    return await show_case(call)


async def _keys_of(accused: Actor) -> ChangedKeys | None:
    found = await changed_keys_of(accused)
    return ChangedKeys(changed_at=found.changed_at, before=list(found.before), now=list(found.now)) if found else None


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


ENDPOINTS = (
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
        name="confirm_keys",
        method="POST",
        path="/cases/{id:int}/keys",
        permission=Permission.MODERATE,
        says="Somebody elsewhere whose keys have changed is who they were before, as a moderator found out.",
        run=confirm_keys_in_case,
        body=KeysSent,
        answer=CaseFile,
        pages=("/admin/reports/{id:int}/keys",),
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
)
