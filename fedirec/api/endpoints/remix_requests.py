"""Asking whether a remix may be, and answering."""

from __future__ import annotations

from collections.abc import Sequence

from fedirec.accounts.permissions import Permission
from fedirec.api.endpoint import Call, Endpoint
from fedirec.api.endpoints.alike import listed
from fedirec.api.endpoints.records.works import draft_of, get_own_record, made_record
from fedirec.api.paging import piece_with, read_row, size_of
from fedirec.api.shapes.records import Record
from fedirec.api.shapes.remix_requests import (
    Agreement,
    AskedAgain,
    NewQuestion,
    RemixAnswer,
    RemixRequest,
    RemixRequests,
    RequestsQuery,
    show_request,
)
from fedirec.errors import NotFound
from fedirec.remix.actions.remix_requests import answer_request, revoke_stamp, stand_by_remix, withdraw_request
from fedirec.remix.actions.remix_requests.waiting import ask_again, ask_to_remix
from fedirec.remix.models import RemixRequest as RequestRow
from fedirec.remix.queries.parts import records_in
from fedirec.remix.queries.records import pages_of
from fedirec.remix.queries.remix_requests import get_request_of, requests_about, requests_of
from fedirec.remix.visibility import may_see


async def list_requests(call: Call) -> RemixRequests:
    wanted = call.asked(RequestsQuery)
    rows, has_more = await requests_of(
        call.actor, side=wanted.side, state=wanted.state, before=read_row(call) or 0, limit=size_of(call)
    )
    end = str(rows[-1].id) if has_more else None
    return piece_with(call, RemixRequests, await _shown(call, rows), end=end)


async def show_one_request(call: Call) -> RemixRequest:
    return await _now(call)


async def ask(call: Call) -> Record:
    wanted = call.sent(NewQuestion)
    draft = await draft_of(call, wanted, challenge=wanted.challenge)
    return await made_record(call, await ask_to_remix(call.actor, draft, words=wanted.words))


async def ask_once_more(call: Call) -> RemixRequests:
    record = await get_own_record(call)
    await ask_again(call.actor, record, words=call.sent(AskedAgain).words)
    return RemixRequests(items=await _shown(call, await requests_about(record.uri)), next=None)


async def answer(call: Call) -> RemixRequest:
    row, said = await get_request_of(call.actor, call.row()), call.sent(RemixAnswer)
    await answer_request(call.actor, row, agree=said.agree, words=said.words, digest=said.digest or None)
    return await _now(call)


async def stand_by(call: Call) -> RemixRequest:
    source, said = await get_own_record(call), call.sent(Agreement)
    remix = next(iter(await records_in([said.remix])), None)
    if remix is None or not await may_see(remix, call.actor):
        raise NotFound
    row = await stand_by_remix(call.actor, source, remix, digest=said.digest)
    [shown] = await _shown(call, [await get_request_of(call.actor, row.id)])
    return shown


async def revoke(call: Call) -> RemixRequest:
    await revoke_stamp(call.actor, await get_request_of(call.actor, call.row()))
    return await _now(call)


async def withdraw(call: Call) -> None:
    await withdraw_request(call.actor, await get_request_of(call.actor, call.row()))


async def _now(call: Call) -> RemixRequest:
    [shown] = await _shown(call, [await get_request_of(call.actor, call.row())])
    return shown


async def _shown(call: Call, rows: Sequence[RequestRow]) -> list[RemixRequest]:
    records = await pages_of({uri for row in rows for uri in (row.source_uri, row.remix_uri)})
    return [show_request(call, row, records) for row in rows]


ENDPOINTS = (
    listed(
        "list_remix_requests",
        "/requests",
        "What others ask you about remixes of yours, or what you ask others, the newest first.",
        list_requests,
        answer=RemixRequests,
        query=RequestsQuery,
    ),
    Endpoint(
        name="show_remix_request",
        method="GET",
        path="/requests/{id:int}",
        permission=Permission.READ_OWN,
        says="One question that you asked or were asked, and the answer.",
        run=show_one_request,
        answer=RemixRequest,
    ),
    Endpoint(
        name="ask_to_remix",
        method="POST",
        path="/requests",
        permission=Permission.PUBLISH,
        says="What you made is seen by you and those who have to agree, who are asked; it is published once all have.",
        run=ask,
        body=NewQuestion,
        answer=Record,
        status=201,
        has_etag=True,
        pages=("/records/new",),
    ),
    Endpoint(
        name="ask_again",
        method="POST",
        path="/records/{id:int}/requests",
        permission=Permission.PUBLISH,
        says="Authors of what your record was made from are asked who were not yet, or did not answer in time.",
        run=ask_once_more,
        body=AskedAgain,
        answer=RemixRequests,
    ),
    Endpoint(
        name="stand_by_remix",
        method="POST",
        path="/records/{id:int}/remixes",
        permission=Permission.PUBLISH,
        says="What was made from your record, about which nobody has to have asked you, has your stamp.",
        run=stand_by,
        body=Agreement,
        answer=RemixRequest,
        is_versioned=True,
        pages=("/records/{key}/agree",),
    ),
    Endpoint(
        name="answer_remix_request",
        method="POST",
        path="/requests/{id:int}/answer",
        permission=Permission.PUBLISH,
        says="The remix has your stamp, or you do not agree; who asked hears it.",
        run=answer,
        body=RemixAnswer,
        answer=RemixRequest,
        is_versioned=True,
        pages=("/requests/{id:int}/answer",),
    ),
    Endpoint(
        name="revoke_remix_stamp",
        method="POST",
        path="/requests/{id:int}/revoke",
        permission=Permission.PUBLISH,
        says="Your stamp is gone, and everybody who was shown it can know.",
        run=revoke,
        answer=RemixRequest,
        pages=("/requests/{id:int}/answer",),
    ),
    Endpoint(
        name="withdraw_remix_request",
        method="DELETE",
        path="/requests/{id:int}",
        permission=Permission.PUBLISH,
        says="You take the question back.",
        run=withdraw,
        status=204,
        pages=("/requests/{id:int}/answer",),
    ),
)
