"""The master key lies in a file of its own, whole and private; what it seals opens with it alone."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from stat import S_IMODE

import pytest

from fedirec.activitypub.actors import NewKeys, save_local_actor
from fedirec.activitypub.keyring import Keyring
from fedirec.activitypub.models import Actor, SigningKey
from fedirec.errors import Misconfigured, NotFound
from tests.peer import ED25519, RSA

ANA = "https://here.test/u/ana"


def test_a_master_key_is_made_once_and_is_for_its_owner_only(tmp_path: Path) -> None:
    file = tmp_path / "master.key"

    sealed = Keyring.open(file).seal(b"secret", label="a")

    assert S_IMODE(file.stat().st_mode) == 0o600
    assert Keyring.open(file).unseal(sealed, label="a") == b"secret"
    assert list(tmp_path.iterdir()) == [file]


def test_two_processes_that_start_at_once_have_one_master_key(tmp_path: Path) -> None:
    for attempt in range(20):
        file = tmp_path / str(attempt)
        with ThreadPoolExecutor(4) as threads:
            one, *others = list(threads.map(Keyring.open, [file] * 4))
        sealed = one.seal(b"secret", label="a")
        assert {other.unseal(sealed, label="a") for other in others} == {b"secret"}


@pytest.mark.parametrize("content", ["", "hello", "00" * 31, "00" * 33, "zz" * 32, "\x00\xff"])
def test_a_damaged_master_key_is_not_replaced_by_a_new_one(tmp_path: Path, content: str) -> None:
    file = tmp_path / "master.key"
    file.write_text(content, encoding="latin-1")

    with pytest.raises(Misconfigured, match=r"master\.key|32 bytes"):
        Keyring.open(file)

    assert file.read_text(encoding="latin-1") == content


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="missing"):
        Keyring.open(tmp_path / "missing" / "master.key")


def test_a_secret_opens_with_its_key_and_under_its_label_only() -> None:
    keyring, other = Keyring(bytes(32)), Keyring(bytes(31) + b"x")
    sealed = keyring.seal(b"secret", label="a")

    assert b"secret" not in sealed
    assert sealed != keyring.seal(b"secret", label="a")
    assert keyring.unseal(sealed, label="a") == b"secret"
    for keys, box, label in (
        (other, sealed, "a"),
        (keyring, sealed, "b"),
        (keyring, sealed[:-1], "a"),
        (keyring, sealed[:-1] + bytes([sealed[-1] ^ 1]), "a"),
    ):
        with pytest.raises(Misconfigured, match="master key"):
            keys.unseal(box, label=label)


def test_keys_for_other_purposes_are_their_own() -> None:
    keyring = Keyring(bytes(32))
    assert keyring.derive("cookies") == Keyring(bytes(32)).derive("cookies")
    assert len({bytes(32), keyring.derive("cookies"), keyring.derive("media")}) == 3


async def test_private_keys_lie_sealed_in_the_database_and_are_parsed_once(database: str) -> None:
    keyring = Keyring(bytes(32))
    ana = await save_local_actor(keyring, NewKeys(RSA, ED25519), uri=ANA, handle="ana")

    key_id, key = await keyring.key_of(ana.id, "ed25519")

    assert (key_id, key.public.fingerprint) == (f"{ANA}#ed25519", ED25519.public.fingerprint)
    assert (await keyring.key_of(ana.id, "ed25519"))[1] is key
    assert (await keyring.key_of(ana.id, "rsa"))[0] == f"{ANA}#main-key"
    for row in await SigningKey.all():
        assert b"PRIVATE" not in bytes(row.secret)
    with pytest.raises(Misconfigured, match="does not fit"):
        await Keyring(bytes(31) + b"x").key_of(ana.id, "rsa")


async def test_nobody_signs_for_actors_of_other_servers(database: str) -> None:
    mia = await Actor.create(uri="https://peer.test/users/mia", type="Person", handle="mia", host="peer.test")
    with pytest.raises(NotFound):
        await Keyring(bytes(32)).key_of(mia.id, "rsa")
