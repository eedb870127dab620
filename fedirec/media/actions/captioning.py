"""The words of a sound or a film, in as many languages as somebody writes them."""

from __future__ import annotations

import hashlib
from typing import Final

from anyio import open_file

from fedirec.activitypub.models import Actor
from fedirec.db import transaction
from fedirec.errors import Conflict, Invalid, NotFound
from fedirec.html import one_line
from fedirec.media.actions.pruning import forget_paths
from fedirec.media.actions.turns import take_turn
from fedirec.media.captions import clean_language, read_captions, write_captions
from fedirec.media.content import path_of
from fedirec.media.decoder.kinds import Kind
from fedirec.media.models import Caption
from fedirec.media.queries import bytes_of, get_media
from fedirec.media.refusals import refusal
from fedirec.media.store import Store
from fedirec.web.language import gettext as _
from fedirec.web.language import name_of_language

MAX_CAPTIONS: Final = 20
"""Languages of one file."""
_MAX_LABEL: Final = 60


async def add_caption(
    store: Store, owner: Actor, *, key: str, language: str, data: bytes, label: str = "", quota: int = 0
) -> Caption:
    """The file of `owner` with this `key` has the captions `data` (WebVTT) in this language, instead of any before.

    `quota` is how many bytes all files of `owner` may have, with their captions; 0 for any number. Raises NotFound for
    a file that is not theirs, Invalid or TooLarge with a sentence about what is wrong, Conflict when there are too many
    languages, Full beyond the quota, Busy when the disk is full.
    """
    media = await get_media(owner, key)
    if media.kind == Kind.IMAGE:
        raise Invalid(_("Only sounds and films have captions."), field="captions")
    tag = clean_language(language)
    written = write_captions(read_captions(data))
    path = path_of(hashlib.sha256(written).digest(), "vtt")
    async with store.workbench() as folder, store.holding():
        source = folder / "captions"
        async with await open_file(source, "xb") as file:
            await file.write(written)
        await store.put(source, path=path)
        before: list[str] = []
        try:
            async with transaction():
                await take_turn(owner)
                others = await Caption.filter(media_id=media.id)
                before = [each.path for each in others if each.language == tag]
                freed = sum(each.size for each in others if each.language == tag)
                if quota and await bytes_of(owner.id) - freed + len(written) > quota:
                    raise refusal("quota", name=media.file_name, limit=quota)
                if not before and len(others) >= MAX_CAPTIONS:
                    raise Conflict(_("A file has captions in %(n)s languages at most.") % {"n": MAX_CAPTIONS})
                shown = one_line(label)[:_MAX_LABEL] or _own_name(tag)
                caption, _is_new = await Caption.update_or_create(
                    media_id=media.id, language=tag, defaults={"label": shown, "path": path, "size": len(written)}
                )
        finally:
            await forget_paths(store, [*before, path])
    return caption


async def remove_caption(store: Store, owner: Actor, *, key: str, language: str) -> None:
    """The file of `owner` with this `key` has no captions in this language. Raises NotFound when it had none."""
    media = await get_media(owner, key)
    async with store.holding():
        caption = await Caption.get_or_none(media_id=media.id, language=clean_language(language))
        if caption is None:
            raise NotFound(_("There are no captions in that language."))
        await caption.delete()
        await forget_paths(store, [caption.path])


def _own_name(tag: str) -> str:
    """What a language calls itself, with a capital, as players list it."""
    name = name_of_language(tag, told_in=tag)
    return name[:1].upper() + name[1:]
