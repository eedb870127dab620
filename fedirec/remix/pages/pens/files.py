"""The files in the form in which a record is written together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from starlette.requests import Request

from fedirec.accounts.uploader import quota_of
from fedirec.accounts.viewer import Viewer
from fedirec.errors import FedirecError
from fedirec.media.actions import keep_file
from fedirec.media.models import Media
from fedirec.remix.actions.drafts import MAX_FILES
from fedirec.remix.queries.records import files_of
from fedirec.remix.vocab import AttachmentObject, RecordObject
from fedirec.web.forms import Form

_MAX_ALT: Final = 1_500


@dataclass(frozen=True, slots=True, kw_only=True)
class FileView:
    """A file in the form: one that the record has, or one that was added."""

    name: str
    """Of the fields of this file."""
    value: str
    """Its address, or its key."""
    is_new: bool
    alt: str
    label: str


def files_kept(attachments: tuple[AttachmentObject, ...], present: RecordObject) -> list[FileView]:
    """Those of `attachments` that the record has."""
    known = {attachment.url for attachment in present.attachments}
    return [
        FileView(
            name=f"kept-{position}",
            value=each.url,
            is_new=False,
            alt=each.description,
            label=each.url.rpartition("/")[2],
        )
        for position, each in enumerate(attachments[:MAX_FILES])
        if each.url in known
    ]


async def files_again(viewer: Viewer, ids: list[int], attachments: tuple[AttachmentObject, ...]) -> list[FileView]:
    """The files of a version that was refused, as they were described there."""
    described = {each.url.partition("/media/")[2]: each.description for each in attachments}
    rows = await Media.filter(id__in=ids[:MAX_FILES], owner_id=viewer.actor.id, attached_at=None).order_by("id")
    return [
        FileView(
            name=f"fresh-{row.key}",
            value=row.key,
            is_new=True,
            alt=described.get(row.path, ""),
            label=row.file_name,
        )
        for row in rows
    ]


async def files_in(request: Request[Any], viewer: Viewer, form: Form) -> list[FileView]:
    """The files that stay, and those that are added; what is wrong with one stands beside the field."""
    found = [
        FileView(
            name=f"kept-{position}",
            value=url,
            is_new=False,
            alt=form.value(f"alt-{url}")[:_MAX_ALT],
            label=url.rpartition("/")[2],
        )
        for position, url in enumerate(form.values("kept")[:MAX_FILES])
    ]
    keys = form.values("file_key")[:MAX_FILES]
    rows = await files_of(viewer.actor, keys)
    found += [
        FileView(
            name=f"fresh-{key}",
            value=key,
            is_new=True,
            alt=form.value(f"alt-{key}")[:_MAX_ALT],
            label=rows[key].file_name,
        )
        for key in dict.fromkeys(keys)
        if key in rows
    ]
    settings = request.state["settings"]
    for upload in form.files("files", max=MAX_FILES):
        try:
            media = await keep_file(
                request.state["store"],
                viewer.actor,
                file_name=upload.filename,
                source=upload.path,
                settings=settings,
                quota=quota_of(settings, viewer.role),
            )
        except FedirecError as error:
            form.refuse(error)
            continue
        found.append(FileView(name=f"fresh-{media.key}", value=media.key, is_new=True, alt="", label=media.file_name))
    return found
