"""Passwords and the secrets that we make."""

from __future__ import annotations

import re

import anyio
import pytest
from argon2 import PasswordHasher
from hypothesis import given
from hypothesis import strategies as st

from fedirec.accounts import passwords
from fedirec.accounts.codes import digest_of, digest_of_code, new_recovery_code, new_secret, new_token
from fedirec.accounts.passwords import NOBODY, check_password, hash_password, is_outdated, is_password
from fedirec.errors import Invalid


@pytest.fixture(autouse=True)
def as_costly_as_in_programs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Here a password is hashed as it is anywhere but in tests (tests/conftest.py)."""
    monkeypatch.setattr(passwords, "_hasher", PasswordHasher())


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("short", "at least 10"),
        ("x" * 501, "at most 500"),
        ("aaaaaaaaaaaa", "easy to guess"),
        ("ababababab", "easy to guess"),
        ("marianne1990", "easy to guess"),
        ("MarianneMarianne", "easy to guess"),
    ],
)
def test_a_weak_password_is_refused_with_a_reason(password: str, why: str) -> None:
    with pytest.raises(Invalid, match=why) as refused:
        check_password(password, name="marianne")
    assert refused.value.field == "password"


@pytest.mark.parametrize("password", ["three green bottles", "пароль из трёх слов", "e9$kfm2!xq"])
def test_a_good_password_is_left_as_it_is(password: str) -> None:
    assert check_password(password, name="ana") == password


async def test_only_the_same_password_fits_its_hash() -> None:
    kept = await hash_password("three green bottles")
    assert kept.startswith("$argon2id$")
    assert await is_password("three green bottles", kept)
    assert not await is_password("three green bottle", kept)
    assert not await is_password("three green bottles", "no hash at all")


async def test_keyboards_that_compose_letters_differently_type_the_same_password() -> None:
    kept = await hash_password("caf\u00e9 au lait 3")
    assert await is_password("cafe\u0301 au lait 3", kept)


def test_the_hash_of_nobody_costs_as_much_as_any_other() -> None:
    assert not is_outdated(NOBODY)
    assert is_outdated(NOBODY.replace("t=3", "t=2"))


async def test_hashing_leaves_the_loop_free() -> None:
    turns = 0

    async def turn() -> None:
        nonlocal turns
        while True:
            turns += 1
            await anyio.sleep(0.005)

    async with anyio.create_task_group() as group:
        group.start_soon(turn)
        await hash_password("three green bottles")
        group.cancel_scope.cancel()
    assert turns > 3


def test_secrets_are_long_and_never_the_same() -> None:
    made = {new_secret() for _ in range(100)} | {new_token() for _ in range(100)}
    assert len(made) == 200
    assert all(len(secret) >= 43 for secret in made)


def test_a_recovery_code_can_be_read_aloud() -> None:
    code = new_recovery_code()
    assert re.fullmatch(r"(?:[0-9a-hjkmnp-tv-z]{4}-){3}[0-9a-hjkmnp-tv-z]{4}", code)


@given(st.integers(1, 10**9), st.sampled_from(["{}", " {} ", "{}\n"]))
def test_a_recovery_code_is_the_same_however_it_is_typed(account: int, form: str) -> None:
    code = new_recovery_code()
    kept = digest_of_code(account, code)
    assert digest_of_code(account, form.format(code.upper())) == kept
    assert digest_of_code(account, code.replace("-", " ")) == kept
    assert digest_of_code(account, code.replace("-", "").replace("0", "O").replace("1", "l")) == kept
    assert digest_of_code(account + 1, code) != kept


def test_what_is_kept_of_a_secret_does_not_show_it() -> None:
    secret = new_secret()
    assert re.fullmatch(r"[0-9a-f]{64}", digest_of(secret))
    assert secret not in digest_of(secret)
