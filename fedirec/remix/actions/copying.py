"""Files of others that become files of somebody here."""

from __future__ import annotations

from fedirec.activitypub.digests import read_digest_multibase
from fedirec.activitypub.models import Actor
from fedirec.errors import Invalid
from fedirec.media.actions import keep_file
from fedirec.media.cache import MediaCache
from fedirec.media.models import Media
from fedirec.media.store import Store
from fedirec.settings import Settings


async def copy_file(
    store: Store,
    cache: MediaCache,
    owner: Actor,
    *,
    media: Media | None,
    url: str,
    digest: str | None = None,
    settings: Settings,
    quota: int = 0,
) -> Media:
    """A copy of `media`, or of what lives elsewhere at `url`, belongs to `owner`.

    With the `digest` of a file only that very file is copied from elsewhere: its address alone does not say which one
    somebody saw and agreed to. Raises Changed when another one is there.

    Fetches: never within a transaction. Raises what `keep_file` and `cache_remote` raise.
    """
    if media is not None:
        path, name = media.path, media.file_name
    else:
        copy = await cache.cache_remote(url, sha256=_sha256_in(digest))
        path, name = copy.path or "", url.rpartition("/")[2]
    async with store.workbench() as folder:
        source = folder / "copied"
        await store.lend(path, to=source)
        return await keep_file(store, owner, file_name=name, source=source, settings=settings, quota=quota)


def _sha256_in(digest: str | None) -> bytes | None:
    """The SHA-256 that a document states of a file; None where it states none, or another hash."""
    try:
        return read_digest_multibase(digest) if digest else None
    except Invalid:
        return None
