"""Giving, attaching and taking away files, on both databases."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from anyio import create_task_group

from fedirec.activitypub.digests import multibase_of_digest
from fedirec.activitypub.models import Actor
from fedirec.clock import now
from fedirec.errors import FedirecError, NotFound, TooLarge
from fedirec.media.actions import (
    attach_media,
    keep_file,
    prune_orphans,
    prune_unattached,
    release_media,
)
from fedirec.media.models import Media
from fedirec.media.queries import used_paths
from fedirec.media.store import DiskStore
from fedirec.settings import Settings
from tests.media import files


async def given(store: DiskStore, owner: Actor, settings: Settings, data: bytes, name: str = "stars.png") -> Media:
    with TemporaryDirectory() as folder:
        source = Path(folder) / "sent"
        source.write_bytes(data)
        return await keep_file(store, owner, file_name=name, source=source, settings=settings)


def kept(store: DiskStore) -> list[str]:
    root = store.incoming.parent
    return sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file() and path.name != ".lock")


async def test_an_upload_is_kept_by_the_hash_of_what_it_became(
    store: DiskStore, owner: Actor, settings: Settings, film: Path
) -> None:
    media = await given(store, owner, settings, film.read_bytes(), "../first stars.mp4")

    assert (media.kind, media.media_type, media.file_name) == ("video", "video/mp4", "first stars.mp4")
    assert (media.width, media.height) == (320, 180)
    assert media.duration_ms is not None
    assert 2900 < media.duration_ms < 3200
    data = b"".join([piece async for piece in store.read(media.path)])
    digest = hashlib.sha256(data).digest()
    assert (media.sha256, media.digest, media.size) == (digest.hex(), multibase_of_digest(digest), len(data))
    assert media.digest.startswith("zQm")
    assert media.path == f"{digest.hex()[:2]}/{digest.hex()[2:4]}/{digest.hex()}.mp4"
    assert media.poster_path is not None
    assert await store.size(media.poster_path) > 500
    assert media.attached_at is None
    assert (await Media.get(key=media.key)).id == media.id
    assert kept(store) == sorted([media.path, media.poster_path])


async def test_a_file_on_this_machine_is_kept_and_stays_where_it_was(
    store: DiskStore, owner: Actor, settings: Settings, illustration: Path
) -> None:
    media = await keep_file(store, owner, file_name="stars.png", source=illustration, settings=settings)

    assert media.media_type == "image/png"
    assert illustration.is_file()


@pytest.mark.parametrize(
    ("name", "kind", "limit"),
    [("stars.png", "image", "max_image_bytes"), ("song.wav", "audio", "max_audio_bytes")],
)
async def test_a_file_over_the_limit_of_its_kind_is_refused(
    store: DiskStore, owner: Actor, tmp_path: Path, name: str, kind: str, limit: str
) -> None:
    tight = Settings.load({"data_dir": tmp_path, limit: 20_000})
    data = {
        "image": files.encoded(files.scene(), "PNG"),
        "audio": files.sound(tmp_path / "a.wav", codec="pcm_s16le"),
    }[kind]
    with pytest.raises(TooLarge, match=f"“{name}” is larger than"):
        await given(store, owner, tight, data + bytes(20_000), name)

    assert kept(store) == []
    assert not await Media.exists()


async def test_a_film_and_a_sound_in_the_same_kind_of_file_have_their_own_limits(
    store: DiskStore, owner: Actor, tmp_path: Path
) -> None:
    tight = Settings.load({"data_dir": tmp_path, "max_audio_bytes": 3000})
    song = files.sound(tmp_path / "song.m4a", codec="aac", form="ipod")
    film = files.film(tmp_path / "film.mp4")
    assert len(song) > 3000 < len(film)

    with pytest.raises(TooLarge, match=r"“song\.m4a” is larger than"):
        await given(store, owner, tight, song, "song.m4a")

    assert (await given(store, owner, tight, film, "film.mp4")).kind == "video"


async def test_what_is_refused_leaves_nothing_behind(store: DiskStore, owner: Actor, settings: Settings) -> None:
    for data in (b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"\x89PNG\r\n\x1a\n" + bytes(90)):
        with pytest.raises(FedirecError, match="stars"):
            await given(store, owner, settings, data)

    assert kept(store) == []
    assert not await Media.exists()


async def test_the_same_file_again_is_the_same_row_until_it_belongs_to_something(
    store: DiskStore, owner: Actor, settings: Settings
) -> None:
    data = files.encoded(files.scene(), "PNG")

    first = await given(store, owner, settings, data, "one.png")
    again = await given(store, owner, settings, data, "two.png")
    await attach_media(owner, keys=[first.key])
    third = await given(store, owner, settings, data, "three.png")

    assert (again.id, again.file_name) == (first.id, "two.png")
    assert third.id != first.id
    assert third.path == first.path
    assert kept(store) == [first.path]


async def test_people_who_give_the_same_file_at_once_share_its_bytes_but_not_its_row(
    store: DiskStore, owner: Actor, settings: Settings
) -> None:
    other = await Actor.create(
        uri="https://a.test/u/bo", type="Person", handle="bo", host="a.test", is_local=True, created_at=now()
    )
    data = files.encoded(files.scene(), "PNG")
    async with create_task_group() as group:
        for who in (owner, other, owner, other):
            group.start_soon(given, store, who, settings, data)

    rows = await Media.all()
    assert sorted(row.owner_id for row in rows) == sorted([owner.id, other.id])
    assert {row.path for row in rows} == set(kept(store))


async def test_the_bytes_go_with_the_last_who_has_them(
    store: DiskStore, owner: Actor, settings: Settings, film: Path
) -> None:
    first = await given(store, owner, settings, film.read_bytes())
    await attach_media(owner, keys=[first.key])
    second = await given(store, owner, settings, film.read_bytes())
    assert second.poster_path is not None

    await prune_unattached(store, older_than=timedelta(0))
    assert not await Media.exists(id=second.id)
    assert kept(store) == sorted([first.path, second.poster_path])

    await release_media([first])
    await prune_unattached(store, older_than=timedelta(0))
    assert kept(store) == []
    assert await used_paths([second.path, second.poster_path]) == set()


async def test_files_are_attached_once_by_their_owner_in_order(
    store: DiskStore, owner: Actor, settings: Settings
) -> None:
    keys = [
        (await given(store, owner, settings, files.encoded(files.scene((40 + number, 40)), "PNG"))).key
        for number in range(3)
    ]
    stranger = await Actor.create(
        uri="https://a.test/u/bo", type="Person", handle="bo", host="a.test", is_local=True, created_at=now()
    )
    with pytest.raises(NotFound):
        await attach_media(stranger, keys=keys)

    attached = await attach_media(owner, keys=[keys[2], keys[0]])

    assert [media.key for media in attached] == [keys[2], keys[0]]
    assert all(media.attached_at for media in attached)
    with pytest.raises(NotFound, match="add it again"):
        await attach_media(owner, keys=[keys[0]])
    with pytest.raises(NotFound):
        await attach_media(owner, keys=["01unknown"])


async def test_what_nothing_was_made_of_is_pruned_in_time(store: DiskStore, owner: Actor, settings: Settings) -> None:
    used, released, old, fresh = [
        await given(store, owner, settings, files.encoded(files.scene((40 + number, 40)), "PNG")) for number in range(4)
    ]
    await Media.filter(id__in=[used.id, released.id, old.id]).update(created_at=now() - timedelta(days=3))
    await release_media(await attach_media(owner, keys=[used.key, released.key]))
    await attach_media(owner, keys=[used.key])

    assert await prune_unattached(store, older_than=timedelta(days=1)) == 2

    assert {row.id for row in await Media.all()} == {used.id, fresh.id}
    assert kept(store) == sorted([used.path, fresh.path])


async def test_bytes_without_a_row_are_pruned_and_no_others(
    store: DiskStore, owner: Actor, settings: Settings, film: Path
) -> None:
    lost, used = [
        await given(store, owner, settings, data) for data in (files.encoded(files.scene(), "PNG"), film.read_bytes())
    ]
    await Media.filter(id=lost.id).delete()
    cached = store.incoming.parent / "cache" / lost.path
    cached.parent.mkdir(parents=True)
    cached.write_bytes(b"a copy that nobody knows")

    assert await prune_orphans(store) == 2

    assert kept(store) == sorted([used.path, str(used.poster_path)])
    assert await prune_orphans(store) == 0
