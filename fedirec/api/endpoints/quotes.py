"""Letting others quote one's records, or not."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from fedirec.accounts.permissions import Permission
from fedirec.activitypub.models import Actor
from fedirec.api.endpoint import Call, Endpoint
from fedirec.api.endpoints.alike import listed
from fedirec.api.endpoints.records.works import get_own_record
from fedirec.api.paging import piece_with, read_row, size_of
from fedirec.api.shapes.quotes import Quote, Quotes, show_quote
from fedirec.errors import Forbidden
from fedirec.remix.actions.quotes import approve_quote, refuse_quote, revoke_quote
from fedirec.remix.models import QuoteStamp
from fedirec.remix.queries.quotes import get_quote, quotes_of


async def list_quotes(call: Call) -> Quotes:
    record = await get_own_record(call)
    rows, has_more = await quotes_of(record, before=read_row(call) or 0, limit=size_of(call))
    end = str(rows[-1].id) if has_more else None
    return piece_with(call, Quotes, [show_quote(call, row) for row in rows], end=end)


async def approve(call: Call) -> Quote:
    return await _decide(call, approve_quote)


async def refuse(call: Call) -> Quote:
    return await _decide(call, refuse_quote)


async def revoke(call: Call) -> Quote:
    return await _decide(call, revoke_quote)


async def _decide(call: Call, act: Callable[[Actor, QuoteStamp], Awaitable[None]]) -> Quote:
    row = await get_quote(call.row())
    if row.record.author_id != call.actor.id:
        raise Forbidden("Only its author decides who quotes a record.")
    await act(call.actor, row)
    return show_quote(call, row)


def _deciding(name: str, verb: str, says: str, run: Callable[[Call], Awaitable[Quote]]) -> Endpoint:
    return Endpoint(
        name=name,
        method="POST",
        path=f"/quotes/{{id:int}}/{verb}",
        permission=Permission.PUBLISH,
        says=says,
        run=run,
        answer=Quote,
        pages=("/quotes/{id:int}/answer",),
    )


ENDPOINTS = (
    listed(
        "list_quotes",
        "/records/{id:int}/quotes",
        "Who quotes a record of yours on other servers, or asks to, those who asked last first.",
        list_quotes,
        answer=Quotes,
    ),
    _deciding("approve_quote", "approve", "They may quote your record, and have your consent as a stamp.", approve),
    _deciding("refuse_quote", "refuse", "They may not quote your record, and hear it.", refuse),
    _deciding("revoke_quote", "revoke", "Your consent is taken back, and their server is told.", revoke),
)
