"""Copies of other instances' media: fetched when somebody looks at them, opened in the decoder, bounded, pruned.

Their addresses are signed, so that only what our own pages show can be asked for.
"""

from __future__ import annotations

import hashlib
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from datetime import timedelta
from itertools import accumulate
from pathlib import Path, PurePosixPath
from typing import Final
from urllib.parse import unquote, urlsplit
from zlib import crc32

import structlog
from anyio import CapacityLimiter, Lock, open_file, to_thread

from fedirec.clock import now
from fedirec.db import fetch_rows, transaction
from fedirec.errors import Changed, FedirecError, NotFound, PeerUnavailable
from fedirec.media.actions import forget_paths
from fedirec.media.answers import Decoded
from fedirec.media.captions import MAX_BYTES, read_captions, write_captions
from fedirec.media.confine import Limits, decode, render
from fedirec.media.content import digest_of, path_of
from fedirec.media.decoder.kinds import Refused
from fedirec.media.limits import most_of_all
from fedirec.media.models import RemoteMedia
from fedirec.media.names import clean_name
from fedirec.media.signed import read_signed, write_signed
from fedirec.media.store import Store
from fedirec.net import Net, Sign
from fedirec.settings import Settings
from fedirec.uris import MAX_URI, domain_of, origin_of

log = structlog.stdlib.get_logger(__name__)

TRY_AGAIN: Final = timedelta(minutes=30)
"""How long a failure is believed."""
UNUSED: Final = timedelta(days=14)
"""How long a copy that nobody looks at is kept."""
_FETCH_SECONDS: Final = 60.0
_NOTE_USE: Final = timedelta(hours=1)
FETCHES: Final = 16
"""Files that are fetched at once: what is on its way lies on the disk, and counts for no budget yet."""
OF_ONE: Final = 4
"""Of them, how many are of one domain: one that answers slowly, by whatever names, keeps nobody else waiting."""
CACHED_SIZES: Final = ("small", "medium")
"""The sizes in which copies of images are kept besides their own."""
CAPTIONS: Final = "text/vtt"
_WORDS: Final = "#captions"
"""Stands at the end of the address of what is captions. It is never sent, and it is signed: no visitor can add it."""
_AT_ONCE: Final = 100


class MediaCache:
    """The copies of remote media that this process serves; `key` signs their addresses, `sign` what we ask for.

    Files of origins of which `stays_away` holds are neither asked for nor shown.
    """

    def __init__(
        self,
        *,
        net: Net,
        store: Store,
        settings: Settings,
        key: bytes,
        sign: Sign | None = None,
        stays_away: Callable[[str], Awaitable[bool]] | None = None,
    ) -> None:
        self._net, self._store, self._key, self._sign, self._stays_away = net, store, key, sign, stays_away
        self._budget = settings.media_cache_bytes
        most = most_of_all(settings)
        self._most = min(most, self._budget)
        self._locks: dict[str, tuple[Lock, int]] = {}
        self._places = CapacityLimiter(FETCHES)

    def path_for(self, url: str, *, size: str | None = None, is_caption: bool = False) -> str:
        """The address, on our own site, of a copy of what is at `url`; of an image also in a `size` of CACHED_SIZES.

        What `is_caption` is no file for the decoder but words: of that only times and text are kept.
        """
        if is_caption:
            url += _WORDS
        path = f"/media/remote/{write_signed(url, key=self._key)}"
        return f"{path}?size={size}" if size else path

    def url_of(self, signed: str) -> str:
        """What the address that ends with `signed` is a copy of. Raises NotFound unless we signed it."""
        return read_signed(signed, key=self._key)

    async def find_cached(self, url: str) -> RemoteMedia | None:
        """The copy of what is at `url`, if there is one; whoever asks has used it."""
        copy = await RemoteMedia.get_or_none(url_digest=_digest(url))
        if copy is None or copy.path is None:
            return None
        await self._note_use(copy)
        return copy

    async def cache_remote(self, url: str, *, sha256: bytes | None = None) -> RemoteMedia:
        """A copy of what is at `url`, fetched now unless there is one; many who ask at once wait for one fetch.

        With `sha256` a copy of that very file; raises Changed when another one is there. Raises NotFound,
        PeerUnavailable, TooLarge, WrongType or Invalid, and for a while remembers that it did.
        """
        if self._stays_away and await self._stays_away(origin_of(url)):
            raise NotFound("This instance takes no files of that one.")
        copy = await self.find_cached(url)
        if copy is not None and _is_of(copy, sha256):
            return copy
        async with self._alone(url):
            row = await RemoteMedia.get_or_none(url_digest=_digest(url))
            if row is not None and _is_of(row, sha256):
                return row
            if row is not None and row.path is None and row.fetched_at > now() - TRY_AGAIN:
                raise PeerUnavailable(row.problem or None)
            try:
                fetched = await self._fetch(url, sha256)
            except Changed:
                raise
            except FedirecError as error:
                await self._remember_failure(url, str(error))
                raise
            if row is not None:
                async with self._store.holding():
                    await forget_paths(self._store, [row.path, row.small_path, row.medium_path])
            return fetched

    async def find_size(self, copy: RemoteMedia, size: str) -> str | None:
        """Where `copy`, an image, is in this `size`, made now if need be; None where that would not be smaller."""
        if size not in CACHED_SIZES or not (copy.media_type or "").startswith("image/"):
            return None
        if copy.sized_at is None:
            async with self._alone(copy.url):
                copy = await RemoteMedia.get_or_none(id=copy.id, path__not_isnull=True) or copy
                if copy.sized_at is None:
                    await self._make_sizes(copy)
        path: str | None = getattr(copy, f"{size}_path")
        return path

    async def _make_sizes(self, copy: RemoteMedia) -> None:
        """`copy` has its smaller versions, or is known to need none."""
        async with self._store.workbench() as folder:
            source = folder / "source"
            await self._store.lend(str(copy.path), to=source)
            try:
                rendered = await render(source, poster=None, folder=folder, limits=Limits(), is_urgent=True)
                made = [each for each in rendered.renditions if each.name in CACHED_SIZES]
            except Refused as refused:
                log.info("a copy could not be made smaller", url=copy.url[:300], reason=refused.reason)
                made = []
            sha256 = bytes.fromhex(PurePosixPath(str(copy.path)).name.partition(".")[0])
            async with self._store.holding():
                if not await RemoteMedia.exists(id=copy.id, path=copy.path):
                    raise NotFound
                for each in made:
                    copy.size += (await to_thread.run_sync(each.path.stat)).st_size
                    path = path_of(sha256, each.extension, cached=True)
                    await self._store.put(each.path, path=path)
                    setattr(copy, f"{each.name}_path", path)
                copy.sized_at = now()
                await copy.save(update_fields=["size", "sized_at", *(f"{name}_path" for name in CACHED_SIZES)])

    async def prune(self, *, unused_for: timedelta = UNUSED) -> int:
        """Copies that nobody looked at for so long are gone, and the oldest of all beyond the budget; how many."""
        pruned = 0
        while old := await RemoteMedia.filter(used_at__lt=now() - unused_for).order_by("used_at").limit(_AT_ONCE):
            pruned += await self._forget(old)
        while (excess := await self._bytes() - self._budget) > 0:
            oldest = await RemoteMedia.filter(size__gt=0).order_by("used_at", "id").limit(_AT_ONCE)
            freed = accumulate(copy.size for copy in oldest)
            pruned += await self._forget(
                [copy for copy, by_now in zip(oldest, freed, strict=True) if by_now - copy.size < excess]
            )
        return pruned

    async def _fetch(self, url: str, sha256: bytes | None) -> RemoteMedia:
        origin_of(url)
        if not self._most:
            raise NotFound("This instance keeps no copies of media from elsewhere.")
        name = clean_name(unquote(PurePosixPath(urlsplit(url).path).name))
        place = f"{domain_of(origin_of(url))} {crc32(url.encode()) % OF_ONE}"
        async with self._alone(place), self._places, self._store.workbench() as folder:
            source = folder / "download"
            is_caption = url.endswith(_WORDS)
            most = MAX_BYTES if is_caption else self._most
            async with await open_file(source, "xb") as file:
                answer = await self._net.download(
                    url.removesuffix(_WORDS), to=file, max_bytes=most, timeout=_FETCH_SECONDS, sign=self._sign
                )
            if answer.status in (404, 410):
                raise NotFound("The other instance no longer has this file.")
            if answer.status != 200:
                raise PeerUnavailable
            if sha256 is not None and await to_thread.run_sync(digest_of, source) != sha256:
                raise Changed("Another file is at that address by now than the one that was offered.")
            if is_caption:
                decoded = await to_thread.run_sync(_read_caption, source, folder)
            else:
                decoded = await decode(source, folder=folder, file_name=name, limits=Limits(output=2 * self._most))
            cleaned = await to_thread.run_sync(digest_of, decoded.master)
            async with self._store.holding():
                copy = await self._save(url, decoded=decoded, sha256=cleaned)
        await self.prune()
        return copy

    async def _save(self, url: str, *, decoded: Decoded, sha256: bytes) -> RemoteMedia:
        extension = "vtt" if decoded.media_type == CAPTIONS else decoded.form.extension
        path = path_of(sha256, extension, cached=True)
        size = (await to_thread.run_sync(decoded.master.stat)).st_size
        await self._store.put(decoded.master, path=path)
        async with transaction():
            copy, _ = await RemoteMedia.update_or_create(
                url_digest=_digest(url),
                defaults={
                    "url": url,
                    "media_type": decoded.media_type,
                    "size": size,
                    "path": path,
                    "small_path": None,
                    "medium_path": None,
                    "sized_at": None,
                    "peaks": decoded.peaks,
                    "problem": None,
                    "fetched_at": now(),
                    "used_at": now(),
                },
            )
        return copy

    async def _remember_failure(self, url: str, problem: str) -> None:
        log.info("a remote file was not copied", url=url[:300], problem=problem)
        if len(url) > MAX_URI:
            return
        await RemoteMedia.update_or_create(
            url_digest=_digest(url),
            defaults={"url": url, "problem": problem[:300], "fetched_at": now(), "used_at": now()},
        )

    async def _forget(self, copies: list[RemoteMedia]) -> int:
        async with self._store.holding():
            gone = await RemoteMedia.filter(id__in=[copy.id for copy in copies]).delete()
            paths = [path for copy in copies for path in (copy.path, copy.small_path, copy.medium_path)]
            await forget_paths(self._store, paths)
        return gone

    async def forget_of(self, urls: Iterable[str]) -> int:
        """What was copied from these addresses is gone; how many copies there were."""
        digests = [_digest(url) for url in urls]
        gone = 0
        for start in range(0, len(digests), _AT_ONCE):
            copies = await RemoteMedia.filter(url_digest__in=digests[start : start + _AT_ONCE])
            gone += await self._forget(copies) if copies else 0
        return gone

    async def _bytes(self) -> int:
        rows = await fetch_rows("SELECT COALESCE(SUM(size), 0) AS bytes FROM remote_media")
        return int(rows[0]["bytes"])

    async def _note_use(self, copy: RemoteMedia) -> None:
        if copy.used_at < now() - _NOTE_USE:
            await RemoteMedia.filter(id=copy.id).update(used_at=now())

    @asynccontextmanager
    async def _alone(self, key: str) -> AsyncGenerator[None]:
        """Within it nobody else in this process fetches what is called `key`: an address, or a place of its domain."""
        lock, waiting = self._locks.get(key, (Lock(), 0))
        self._locks[key] = (lock, waiting + 1)
        try:
            async with lock:
                yield
        finally:
            lock, waiting = self._locks[key]
            if waiting == 1:
                del self._locks[key]
            else:
                self._locks[key] = (lock, waiting - 1)


def _read_caption(source: Path, folder: Path) -> Decoded:
    """The captions in the file `source`, written anew in `folder`. Raises Invalid or TooLarge."""
    master = folder / "master"
    master.write_bytes(write_captions(read_captions(source.read_bytes())))
    return Decoded(media_type=CAPTIONS, width=None, height=None, duration_ms=None, master=master, poster=None)


def _digest(url: str) -> str:
    return hashlib.sha256(url.encode()).hexdigest()


def _is_of(copy: RemoteMedia, sha256: bytes | None) -> bool:
    """Whether there is a copy, and it is that very file, where it has to be one."""
    return copy.path is not None and (sha256 is None or PurePosixPath(copy.path).stem == sha256.hex())
