"""Files that arrive piece by piece, over as many requests and restarts as it takes.

What arrived lies in one file for each upload, and that file says how much there is: the row only remembers who sends
it and what it is to become. Whoever adds to it holds a lock that the kernel lets go of when a process is killed.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final

from anyio import CancelScope, to_thread

from fedirec.activitypub.models import Actor
from fedirec.clock import now
from fedirec.db import transaction
from fedirec.errors import Conflict, Gone, NotFound, TooLarge, TooMany
from fedirec.lanes import Done, Job, Outcome, Work, enqueue
from fedirec.media.actions.keeping import keep, refuse_haste
from fedirec.media.actions.turns import take_turn
from fedirec.media.content import head_of
from fedirec.media.decoder.kinds import HEAD, Refused
from fedirec.media.limits import most_for_type, refuse_size
from fedirec.media.models import Upload
from fedirec.media.names import clean_name
from fedirec.media.queries import bytes_of
from fedirec.media.refusals import noted, refusal, refusal_of
from fedirec.media.store import Store, telling_full_disk
from fedirec.settings import Settings
from fedirec.uris import new_key
from fedirec.web.language import gettext as _
from fedirec.web.language import ngettext

KEPT_FOR: Final = timedelta(days=1)
"""How long an upload waits for its next piece, and how long one remembers what became of it."""
_PIECE: Final = 512 * 1024


async def begin_upload(
    owner: Actor, *, file_name: str, media_type: str, size: int, quota: int, settings: Settings
) -> Upload:
    """A place for a file of `size` bytes, which its sender calls `media_type`.

    `quota` is how many bytes all files of `owner` may have; 0 for any number. Raises Invalid, TooLarge, TooMany or Full
    with a sentence that says the limit.
    """
    name = clean_name(file_name)
    most = most_for_type(media_type, settings=settings)
    if size == 0:
        raise refusal("empty", name=name)
    if size > most:
        raise refusal("bytes", name=name, limit=most)
    await refuse_haste(owner)
    async with transaction():
        await take_turn(owner)
        await _refuse_too_many(owner, settings=settings)
        if quota and await bytes_of(owner.id) + size > quota:
            raise refusal("quota", name=name, limit=quota)
        return await Upload.create(
            key=new_key(), owner_id=owner.id, file_name=name, size=size, expires_at=now() + KEPT_FOR
        )


async def _refuse_too_many(owner: Actor, *, settings: Settings) -> None:
    most = settings.max_open_uploads
    if await Upload.filter(owner_id=owner.id, state="receiving", expires_at__gt=now()).count() >= most:
        words = ngettext(
            "Only %(n)s file can be on its way at once. Please wait until it is here.",
            "Only %(n)s files can be on their way at once. Please wait until one of them is here.",
            most,
        )
        raise TooMany(words % {"n": most}, retry_after=60)


async def settle_upload(store: Store, owner: Actor, *, key: str) -> Upload:
    """The upload of `owner` with this `key`, with `received` as it is on the disk.

    One whose last piece came just before the server was killed has arrived. Raises NotFound, or Gone when it waited
    too long.
    """
    upload = await Upload.get_or_none(key=key, owner_id=owner.id).prefetch_related("media")
    if upload is None:
        raise NotFound
    if upload.expires_at <= now():
        raise Gone(_("This upload waited too long for its next piece. Please send the file again."))
    if upload.state == "receiving":
        upload.received = await to_thread.run_sync(_size_of, store.arriving / upload.key)
        if upload.received >= upload.size:
            await _arrive(upload)
    return upload


async def append_to_upload(
    store: Store, upload: Upload, *, offset: int, chunks: AsyncIterator[bytes], settings: Settings
) -> int:
    """`chunks` follow the first `offset` bytes of a file; how many are there now.

    What came is kept even when the rest of the request does not come. Raises Conflict when the file is not as long as
    `offset` or somebody else adds to it just now, TooLarge for more bytes than it was to have (of this request none
    are kept then), Invalid, WrongType or TooLarge as soon as its beginning shows that it will not be taken, and Busy on
    a full disk.
    """
    if upload.state != "receiving":
        raise Conflict(_("This file is here already."))
    path = store.arriving / upload.key
    with telling_full_disk():
        part = await to_thread.run_sync(_Part.open, path)
    try:
        await _refuse_settled(upload, path)
        if part.size != offset:
            raise Conflict(_("This piece does not follow what is here: there are %(n)s bytes.") % {"n": part.size})
        try:
            await _fill(part, chunks, size=upload.size)
        except TooLarge:
            await to_thread.run_sync(part.cut, offset)
            raise
        finally:
            with CancelScope(shield=True):
                await to_thread.run_sync(part.settle)
                upload.received = part.size
                await _note(upload)
        await _refuse_early(upload, path, settings=settings)
        if upload.received == upload.size:
            await _arrive(upload)
    finally:
        part.close()
    return part.size


async def drop_upload(store: Store, upload: Upload) -> None:
    """The upload is forgotten and its bytes are gone; a file that was made of it already is not touched.

    One that was looked at counts for its hour all the same.
    """
    if not await Upload.filter(id=upload.id, state="receiving").delete():
        await Upload.filter(id=upload.id).update(state="refused", expires_at=now())
    await to_thread.run_sync(lambda path: path.unlink(missing_ok=True), store.arriving / upload.key)


async def take_upload(job: Job, *, store: Store, settings: Settings) -> Outcome:
    """What arrived is opened and kept, or refused; the handler of jobs of the kind `upload`."""
    upload = await Upload.get_or_none(key=str(job.payload["upload"]), state="arrived").prefetch_related("owner")
    if upload is None:
        return Done()
    path = store.arriving / upload.key
    try:
        media = await keep(store, upload.owner, source=path, name=upload.file_name, settings=settings)
    except FileNotFoundError:
        await _refuse(upload, Refused("truncated"))
    except Refused as refused:
        await _refuse(upload, refused)
    else:
        await Upload.filter(id=upload.id).update(state="kept", media_id=media.id, expires_at=now() + KEPT_FOR)
    await to_thread.run_sync(lambda path: path.unlink(missing_ok=True), path)
    return Done()


async def _fill(part: _Part, chunks: AsyncIterator[bytes], *, size: int) -> None:
    waiting = bytearray()
    try:
        async for chunk in chunks:
            if part.size + len(waiting) + len(chunk) > size:
                waiting.clear()
                raise TooLarge(_("These are more bytes than the file was to have."))
            waiting += chunk
            if len(waiting) >= _PIECE:
                await part.add(bytes(waiting))
                waiting.clear()
    finally:
        if waiting:
            with CancelScope(shield=True):
                await part.add(bytes(waiting))


async def _refuse_settled(upload: Upload, path: Path) -> None:
    """Raise NotFound when the upload was dropped, and Conflict when it arrived, before its file was opened just now.

    Whoever drops it later finds the file, and whoever adds to that one finds that it is gone.
    """
    there = await Upload.get_or_none(id=upload.id)
    if there is not None and there.state == "receiving":
        return
    if await to_thread.run_sync(_size_of, path) == 0:  # it was made by opening it
        await to_thread.run_sync(lambda path: path.unlink(missing_ok=True), path)
    if there is None:
        raise NotFound
    raise Conflict(_("This file is here already."))


async def _refuse_early(upload: Upload, path: Path, *, settings: Settings) -> None:
    """Raise what its beginning is reason for, and forget the bytes."""
    if upload.received < min(HEAD, upload.size):
        return
    try:
        refuse_size(upload.size, head=await to_thread.run_sync(head_of, path), settings=settings)
    except Refused as refused:
        await _refuse(upload, refused)
        await to_thread.run_sync(lambda path: path.unlink(missing_ok=True), path)
        raise refusal_of(refused, name=upload.file_name) from refused


async def _refuse(upload: Upload, refused: Refused) -> None:
    upload.state, upload.problem = "refused", noted(refused)
    await Upload.filter(id=upload.id).update(state=upload.state, problem=upload.problem, expires_at=now() + KEPT_FOR)


async def _note(upload: Upload) -> None:
    if not await Upload.filter(id=upload.id).update(received=upload.received, expires_at=now() + KEPT_FOR):
        raise NotFound
    upload.expires_at = now() + KEPT_FOR


async def _arrive(upload: Upload) -> None:
    """All bytes are there; what they are is found out by a job."""
    async with transaction():
        if await Upload.filter(id=upload.id, state="receiving").update(state="arrived", received=upload.size):
            work = Work(
                kind="upload",
                lane=f"upload:{upload.owner_id}",
                payload={"upload": upload.key},
                dedupe_key=f"upload:{upload.key}",
            )
            await enqueue([work])
    upload.state = "arrived"


@dataclass(slots=True)
class _Part:
    """The bytes of an upload that are here, held by whoever adds to them."""

    descriptor: int
    size: int

    @classmethod
    def open(cls, path: Path) -> _Part:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            os.close(descriptor)
            raise Conflict(_("Another piece of this file is arriving just now.")) from error
        return cls(descriptor, os.fstat(descriptor).st_size)

    async def add(self, data: bytes) -> None:
        with telling_full_disk():
            await to_thread.run_sync(self._write, data)

    def _write(self, data: bytes) -> None:
        if not os.fstat(self.descriptor).st_nlink:
            raise NotFound  # it was dropped meanwhile; what goes on to arrive would count for nobody
        view = memoryview(data)
        while view:
            done = os.write(self.descriptor, view)
            self.size += done
            view = view[done:]

    def cut(self, size: int) -> None:
        os.ftruncate(self.descriptor, size)
        self.size = size

    def settle(self) -> None:
        os.fsync(self.descriptor)

    def close(self) -> None:
        os.close(self.descriptor)


def _size_of(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0
