"""The files of a record or a challenge."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from fedirec.activitypub.models import Actor
from fedirec.media.actions import attach_media
from fedirec.media.models import Media
from fedirec.remix.models import Attachment
from fedirec.remix.vocab import AttachmentObject, NoteObject


async def save_attachments(work: NoteObject, media: Mapping[str, Media], **owner: Any) -> None:
    """The media of `work` belong to `owner`, a record or a challenge; part of the caller's transaction."""
    if not work.attachments:
        return
    await Attachment.bulk_create(
        [
            Attachment(
                **{f"{name}_id": row.id for name, row in owner.items()},
                media_id=media[attachment.url].id if attachment.url in media else None,
                position=position,
                kind=attachment.kind.value,
                media_type=attachment.media_type,
                url=attachment.url,
                poster_url=attachment.poster_url,
                description=attachment.description,
                width=attachment.width,
                height=attachment.height,
                duration_ms=attachment.duration_ms,
                digest=attachment.digest,
                blurhash=attachment.blurhash,
                captions=_captions(attachment) if attachment.url not in media else None,
            )
            for position, attachment in enumerate(work.attachments)
        ]
    )


def _captions(attachment: AttachmentObject) -> list[dict[str, str]] | None:
    return [
        {"language": caption.language, "name": caption.name, "url": caption.url} for caption in attachment.captions
    ] or None


async def hold_media(owner: Actor, media: Mapping[str, Media], *, before: Collection[object] = ()) -> None:
    """The files of `owner` belong to something now, and those that it had `before` and has no more do not.

    Part of the caller's transaction. Raises NotFound for a file that is somebody else's or belongs elsewhere.
    """
    held = {file.id for file in media.values()}
    if fresh := [file.key for file in media.values() if file.id not in before]:
        await attach_media(owner, keys=fresh)
    if left := [row for row in before if isinstance(row, int) and row not in held]:
        await Media.filter(id__in=left).update(attached_at=None)
