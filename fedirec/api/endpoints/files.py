"""Files that have arrived: what was made of them, and their captions."""

from __future__ import annotations

from pydantic import Field

from fedirec.accounts.permissions import Permission
from fedirec.accounts.uploader import quota_of
from fedirec.api.endpoint import Call, Endpoint
from fedirec.api.shapes.basis import Sent, Shape, Text
from fedirec.api.shapes.files import OwnFile, show_own_file
from fedirec.api.shapes.records import RecordCard, show_records
from fedirec.media.actions import add_caption, remove_caption
from fedirec.media.captions import MAX_BYTES
from fedirec.media.queries import dress, get_media
from fedirec.remix.queries.likeness import records_like


class SuggestedSources(Shape):
    """What a file may come from."""

    records: list[RecordCard] = Field(description="Records of others that look or sound like it, the oldest first.")


class CaptionSent(Sent):
    """What is said in a sound or a film, and when."""

    webvtt: Text = Field(min_length=1, max_length=MAX_BYTES, description="A whole WebVTT file.")
    label: Text = Field("", max_length=60, description="The name of the language in itself, when left out.")


async def show_one(call: Call) -> OwnFile:
    media = await get_media(call.actor, call.word("key"))
    return show_own_file(call, (await dress([media.id]))[media.id])


async def suggest_sources(call: Call) -> SuggestedSources:
    media = await get_media(call.actor, call.word("key"))
    return SuggestedSources(records=await show_records(call, await records_like([media], maker=call.actor)))


async def caption(call: Call) -> OwnFile:
    wanted = call.sent(CaptionSent)
    await add_caption(
        call.request.state["store"],
        call.actor,
        key=call.word("key"),
        language=call.word("language"),
        data=wanted.webvtt.encode(),
        label=wanted.label,
        quota=quota_of(call.settings, call.viewer.role),
    )
    return await show_one(call)


async def drop_caption(call: Call) -> None:
    await remove_caption(call.request.state["store"], call.actor, key=call.word("key"), language=call.word("language"))


ENDPOINTS = (
    Endpoint(
        name="show_file",
        method="GET",
        path="/files/{key}",
        permission=Permission.MANAGE_OWN,
        says="A file of yours, and what was made of it.",
        run=show_one,
        answer=OwnFile,
    ),
    Endpoint(
        name="suggest_sources",
        method="GET",
        path="/files/{key}/suggested-sources",
        permission=Permission.READ_OWN,
        says="Records of others that your file may come from, because it is the same file, or looks or sounds like it.",
        run=suggest_sources,
        answer=SuggestedSources,
    ),
    Endpoint(
        name="add_caption",
        method="PUT",
        path="/files/{key}/captions/{language}",
        permission=Permission.MANAGE_OWN,
        says="Your sound or film has these captions in that language, instead of any before.",
        run=caption,
        body=CaptionSent,
        answer=OwnFile,
        pages=("/records/{key}/captions",),
    ),
    Endpoint(
        name="remove_caption",
        method="DELETE",
        path="/files/{key}/captions/{language}",
        permission=Permission.MANAGE_OWN,
        says="Your sound or film has no captions in that language.",
        run=drop_caption,
        status=204,
        pages=("/records/{key}/captions/remove",),
    ),
)
