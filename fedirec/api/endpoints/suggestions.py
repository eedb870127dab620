"""Suggesting changes to the authors of records, and taking them up."""

from __future__ import annotations

from collections.abc import Sequence

from fedirec.accounts.permissions import Permission
from fedirec.accounts.uploader import quota_of
from fedirec.api.endpoint import Call, Endpoint
from fedirec.api.endpoints.alike import listed
from fedirec.api.endpoints.records.works import get_own_record
from fedirec.api.paging import piece_with, read_row, size_of
from fedirec.api.shapes.suggestions import (
    Adoption,
    Suggestion,
    SuggestionAnswer,
    Suggestions,
    SuggestionSent,
    SuggestionsQuery,
    show_suggestion,
)
from fedirec.errors import Conflict, NotFound
from fedirec.remix.actions.drafts import FileDraft
from fedirec.remix.actions.suggestions import (
    adopt_suggestion,
    bring_files,
    decline_suggestion,
    find_merge,
    suggest_change,
    withdraw_suggestion,
)
from fedirec.remix.actions.suggestions.merging import Merge
from fedirec.remix.queries.records import find_record_row
from fedirec.remix.queries.suggestions import get_suggestion_of, suggestions_of
from fedirec.web.language import gettext as _


async def list_suggestions(call: Call) -> Suggestions:
    side = call.asked(SuggestionsQuery).side
    rows, has_more = await suggestions_of(call.actor, side=side, before=read_row(call) or 0, limit=size_of(call))
    end = str(rows[-1].id) if has_more else None
    return piece_with(call, Suggestions, [show_suggestion(call, row) for row in rows], end=end)


async def show_one_suggestion(call: Call) -> Suggestion:
    return show_suggestion(call, await get_suggestion_of(call.actor, call.row()))


async def suggest(call: Call) -> Suggestion:
    variation, sent = await get_own_record(call), call.sent(SuggestionSent)
    record = await find_record_row(sent.source)
    if record is None or record.uri not in {source.uri for source in variation.sources}:
        raise NotFound("That is not one of its sources.")
    row = await suggest_change(call.actor, variation, record, words=sent.words)
    return await _again(call, row.id)


async def bring(call: Call) -> tuple[Sequence[FileDraft], Merge | None]:
    """The files that it would have, and its words with both changes, where these are wanted."""
    row = await get_suggestion_of(call.actor, call.row())
    state, settings = call.request.state, call.settings
    quota = quota_of(settings, call.viewer.role)
    merge = await find_merge(row) if call.sent(Adoption).both else None
    if call.sent(Adoption).both and merge is None:
        raise Conflict(_("Both of you changed the same lines, or only one of you did. Please choose one of the two."))
    files = await bring_files(state["store"], state["media_cache"], call.actor, row, settings=settings, quota=quota)
    return files, merge


async def adopt(call: Call) -> Suggestion:
    row, sent = await get_suggestion_of(call.actor, call.row()), call.sent(Adoption)
    files, merge = call.prepared
    await adopt_suggestion(
        call.actor, row, files=files, words=sent.words, digest=sent.digest, revision=sent.revision, merge=merge
    )
    return await _again(call, row.id)


async def decline(call: Call) -> Suggestion:
    row = await get_suggestion_of(call.actor, call.row())
    await decline_suggestion(call.actor, row, words=call.sent(SuggestionAnswer).words)
    return await _again(call, row.id)


async def withdraw(call: Call) -> Suggestion:
    row = await get_suggestion_of(call.actor, call.row())
    await withdraw_suggestion(call.actor, row)
    return await _again(call, row.id)


async def _again(call: Call, key: int) -> Suggestion:
    return show_suggestion(call, await get_suggestion_of(call.actor, key))


ENDPOINTS = (
    Endpoint(
        name="suggest_change",
        method="POST",
        path="/records/{id:int}/suggestions",
        permission=Permission.REMIX,
        says="A remix of yours is offered to the author of one of its sources, as a change that they could take up.",
        run=suggest,
        body=SuggestionSent,
        answer=Suggestion,
        status=201,
        pages=("/records/{key}/suggest",),
    ),
    listed(
        "list_suggestions",
        "/suggestions",
        "The changes that were suggested to you, or that you suggested, the newest first.",
        list_suggestions,
        answer=Suggestions,
        query=SuggestionsQuery,
    ),
    Endpoint(
        name="show_suggestion",
        method="GET",
        path="/suggestions/{id:int}",
        permission=Permission.READ_OWN,
        says="A change that was suggested to you, or that you suggested.",
        run=show_one_suggestion,
        answer=Suggestion,
    ),
    Endpoint(
        name="adopt_suggestion",
        method="POST",
        path="/suggestions/{id:int}/adopt",
        permission=Permission.PUBLISH,
        says="What was suggested is the new version of your record, and names who made it.",
        prepare=bring,
        run=adopt,
        body=Adoption,
        answer=Suggestion,
        is_versioned=True,
        pages=("/suggestions/{id:int}/answer",),
    ),
    Endpoint(
        name="decline_suggestion",
        method="POST",
        path="/suggestions/{id:int}/decline",
        permission=Permission.PUBLISH,
        says="What was suggested stays a remix of its own, and whoever suggested it hears that.",
        run=decline,
        body=SuggestionAnswer,
        answer=Suggestion,
        pages=("/suggestions/{id:int}/answer",),
    ),
    Endpoint(
        name="withdraw_suggestion",
        method="POST",
        path="/suggestions/{id:int}/withdraw",
        permission=Permission.REMIX,
        says="You do not suggest it any more; what you made stays.",
        run=withdraw,
        answer=Suggestion,
        pages=("/suggestions/{id:int}/answer",),
    ),
)
