"""Signing in, staying in, and being signed out."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from argon2 import PasswordHasher

from fedirec import clock
from fedirec.accounts.actions.passwords import (
    change_password,
    recover,
    renew_recovery_codes,
    reset_password,
    set_password,
)
from fedirec.accounts.actions.sessions import begin_session, end_session, keep_session, sign_in, sign_out
from fedirec.accounts.actions.tokens import create_token, note_token_use, revoke_token
from fedirec.accounts.models import Account, RecoveryCode, Session
from fedirec.accounts.passwords import is_outdated
from fedirec.accounts.permissions import Operator, Permission, Role, Scope
from fedirec.accounts.queries import (
    audit_events,
    find_session_viewer,
    find_token_viewer,
    notifications_of,
    sessions_of,
    tokens_of,
)
from fedirec.errors import Forbidden, Invalid, NotFound, TooMany, Unauthenticated
from fedirec.uris import Uris
from fedirec.web.ratelimit import RateLimit
from tests.accounts.conftest import PASSWORD, Join

HERE = {"host": "a.test", "address": "192.0.2.1"}
NEW = "four green bottles"


@pytest.mark.one_database
@pytest.mark.parametrize("name", ["ana", "ANA", "@ana", " ana ", "@ana@a.test"])
async def test_name_and_password_open_a_session(join: Join, attempts: RateLimit, name: str) -> None:
    await join("ana")
    account, secret = await sign_in(name, password=PASSWORD, attempts=attempts, browser="Firefox", **HERE)

    viewer = await find_session_viewer(secret)
    assert viewer is not None
    assert viewer.account.id == account.id
    assert viewer.uri == "https://a.test/u/ana"
    assert viewer.can(Permission.PUBLISH)
    assert (await sessions_of(account))[0].browser == "Firefox"


@pytest.mark.one_database
@pytest.mark.parametrize("name", ["ana", "nobody", "ana@b.test"])
async def test_a_wrong_name_and_a_wrong_password_are_told_alike(join: Join, attempts: RateLimit, name: str) -> None:
    await join("ana")
    with pytest.raises(Unauthenticated) as refused:
        await sign_in(name, password="three red bottles", attempts=attempts, **HERE)
    assert refused.value.detail == "That name and that password do not belong together."


async def test_a_session_secret_is_kept_as_a_digest_only(join: Join, attempts: RateLimit) -> None:
    await join("ana")
    _, secret = await sign_in("ana", password=PASSWORD, attempts=attempts, **HERE)
    assert secret not in [session.digest for session in await Session.all()]
    assert await find_session_viewer(secret + "x") is None


@pytest.mark.one_database
async def test_guessing_for_one_name_ends_soon_wherever_it_comes_from(join: Join, attempts: RateLimit) -> None:
    await join("ana")
    for number in range(20):
        with pytest.raises(Unauthenticated):
            await sign_in("ana", host="a.test", password="x" * 10, address=f"192.0.2.{number}", attempts=attempts)
    with pytest.raises(TooMany) as refused:
        await sign_in("ana", host="a.test", password=PASSWORD, address="192.0.2.99", attempts=attempts)
    assert refused.value.retry_after


@pytest.mark.one_database
async def test_nobody_is_locked_out_by_somebody_elses_guessing(join: Join, attempts: RateLimit) -> None:
    await join("ana")
    refused = 0
    for _ in range(12):
        try:
            await sign_in("ana", host="a.test", password="x" * 10, address="192.0.2.1", attempts=attempts)
        except (Unauthenticated, TooMany) as error:
            refused += isinstance(error, TooMany)
    assert refused == 2
    await sign_in("ana", host="a.test", password=PASSWORD, address="192.0.2.2", attempts=attempts)


@pytest.mark.one_database
async def test_guessing_from_one_address_ends_soon_whatever_the_names(join: Join, attempts: RateLimit) -> None:
    await join("ana")
    for number in range(10):
        with pytest.raises(Unauthenticated):
            await sign_in(f"nobody{number}", password="x" * 10, attempts=attempts, **HERE)
    with pytest.raises(TooMany):
        await sign_in("ana", password=PASSWORD, attempts=attempts, **HERE)
    await sign_in("ana", host="a.test", password=PASSWORD, address="198.51.100.1", attempts=attempts)


async def test_an_old_hash_is_made_anew_at_the_next_sign_in(join: Join, attempts: RateLimit) -> None:
    ana = await join("ana")
    weak = PasswordHasher(time_cost=1, memory_cost=32, parallelism=1).hash(PASSWORD)
    await Account.filter(id=ana.account.id).update(password_hash=weak)
    await sign_in("ana", password=PASSWORD, attempts=attempts, **HERE)
    kept = (await Account.get(id=ana.account.id)).password_hash
    assert kept != weak
    assert not is_outdated(kept)
    await sign_in("ana", password=PASSWORD, attempts=attempts, **HERE)


async def test_signing_out_ends_this_session_only(join: Join) -> None:
    ana = await join("ana")
    secret = await begin_session(ana.account)
    await sign_out(secret)
    assert await find_session_viewer(secret) is None
    assert [session.id for session in await sessions_of(ana.account)] == [ana.session_id]


async def test_a_session_lasts_thirty_days_after_its_last_use(join: Join) -> None:
    ana = await join("ana")
    secret = await begin_session(ana.account)
    try:
        clock.shift(timedelta(days=29))
        viewer = await find_session_viewer(secret)
        assert viewer is not None
        assert viewer.session_id is not None
        await keep_session(viewer.session_id)
        clock.shift(timedelta(days=58))
        assert await find_session_viewer(secret) is not None
        clock.shift(timedelta(days=60))
        assert await find_session_viewer(secret) is None
        await begin_session(ana.account)
        assert await Session.filter(account_id=ana.account.id).count() == 1
    finally:
        clock.shift(timedelta(0))


async def test_people_end_their_own_sessions_and_nobody_elses(join: Join) -> None:
    ana, bo = await join("ana"), await join("bo")
    assert bo.session_id is not None
    with pytest.raises(NotFound):
        await end_session(ana.account, bo.session_id)
    await end_session(bo.account, bo.session_id)
    assert await sessions_of(bo.account) == []
    assert len(await sessions_of(ana.account)) == 1


async def test_a_changed_password_ends_the_other_sessions(join: Join, attempts: RateLimit) -> None:
    ana = await join("ana")
    other = await begin_session(ana.account)
    with pytest.raises(Forbidden) as refused:
        await change_password(ana.account, old="wrong wrong wrong", new=NEW, attempts=attempts)
    assert refused.value.field == "old"
    with pytest.raises(Invalid):
        await change_password(ana.account, old=PASSWORD, new="short", attempts=attempts)
    assert await find_session_viewer(other) is not None

    await change_password(ana.account, old=PASSWORD, new=NEW, attempts=attempts, session_id=ana.session_id)

    assert await find_session_viewer(other) is None
    assert [session.id for session in await sessions_of(ana.account)] == [ana.session_id]
    with pytest.raises(Unauthenticated):
        await sign_in("ana", password=PASSWORD, attempts=attempts, **HERE)
    await sign_in("ana", password=NEW, attempts=attempts, **HERE)


async def test_a_recovery_code_sets_a_new_password_once(join: Join, attempts: RateLimit, uris: Uris) -> None:
    ana = await join("ana")
    token = await create_token(ana.account, name="script", scopes=["read"])
    session = await begin_session(ana.account)
    codes = await renew_recovery_codes(ana.account)
    assert len(codes) == 10

    await recover(uris, "@Ana", code=f" {codes[3].upper()} ", password=NEW, address="x", attempts=attempts)

    assert await find_session_viewer(session) is None
    assert await find_token_viewer(token) is None
    await sign_in("ana", password=NEW, attempts=attempts, **HERE)
    assert [told.kind for told in (await notifications_of(ana.account))[0]] == ["password_changed"]
    with pytest.raises(Unauthenticated):
        await recover(uris, "ana", code=codes[3], password=PASSWORD, address="x", attempts=attempts)
    await recover(uris, "ana", code=codes[4], password=PASSWORD, address="x", attempts=attempts)


async def test_of_two_uses_of_a_recovery_code_at_once_one_counts(join: Join, attempts: RateLimit, uris: Uris) -> None:
    ana = await join("ana")
    codes = await renew_recovery_codes(ana.account)
    both = await asyncio.gather(
        recover(uris, "ana", code=codes[0], password=NEW, address="x", attempts=attempts),
        recover(uris, "ana", code=codes[0], password="five green bottles", address="y", attempts=attempts),
        return_exceptions=True,
    )
    assert sorted(type(outcome).__name__ for outcome in both) == ["NoneType", "Unauthenticated"]
    assert await RecoveryCode.filter(account_id=ana.account.id).exclude(used_at=None).count() == 1


@pytest.mark.one_database
async def test_a_weak_password_costs_no_recovery_code(join: Join, attempts: RateLimit, uris: Uris) -> None:
    ana = await join("ana")
    codes = await renew_recovery_codes(ana.account)
    with pytest.raises(Invalid):
        await recover(uris, "ana", code=codes[0], password="short", address="x", attempts=attempts)
    await recover(uris, "ana", code=codes[0], password=NEW, address="x", attempts=attempts)


async def test_nobody_is_kept_from_their_recovery_codes_by_somebody_elses_guessing(
    join: Join, attempts: RateLimit, uris: Uris
) -> None:
    ana = await join("ana")
    codes = await renew_recovery_codes(ana.account)
    for _ in range(10):
        with pytest.raises(Unauthenticated):
            await recover(uris, "ana", code="guess", password=NEW, address="elsewhere", attempts=attempts)
    with pytest.raises(TooMany):
        await recover(uris, "ana", code="guess", password=NEW, address="elsewhere", attempts=attempts)
    await recover(uris, "ana", code=codes[0], password=NEW, address="x", attempts=attempts)


async def test_a_code_of_one_person_opens_nothing_for_another(join: Join, attempts: RateLimit, uris: Uris) -> None:
    ana, _ = await join("ana"), await join("bo")
    codes = await renew_recovery_codes(ana.account)
    for name in ("bo", "nobody"):
        with pytest.raises(Unauthenticated):
            await recover(uris, name, code=codes[0], password=NEW, address="x", attempts=attempts)


async def test_new_recovery_codes_replace_the_old_ones(join: Join, attempts: RateLimit, uris: Uris) -> None:
    ana = await join("ana")
    old = await renew_recovery_codes(ana.account)
    new = await renew_recovery_codes(ana.account)
    with pytest.raises(Unauthenticated):
        await recover(uris, "ana", code=old[0], password=NEW, address="x", attempts=attempts)
    await recover(uris, "ana", code=new[0], password=NEW, address="x", attempts=attempts)


async def test_the_operator_resets_a_password_and_it_is_on_record(join: Join, attempts: RateLimit, uris: Uris) -> None:
    ana, bo = await join("ana"), await join("bo")
    with pytest.raises(Forbidden):
        await reset_password(bo, ana.account, NEW)
    owner, admin = await join("olga", Role.OWNER), await join("adam", Role.ADMIN)
    with pytest.raises(Forbidden):
        await reset_password(admin, owner.account, NEW)
    await reset_password(Operator(uris.instance_actor), ana.account, NEW)
    await sign_in("ana", password=NEW, attempts=attempts, **HERE)
    [event], _ = await audit_events()
    assert (event.action, event.subject_uri) == ("reset_password", ana.uri)
    assert NEW not in str(event.details)


@pytest.mark.one_database
async def test_a_password_like_the_name_is_refused_when_it_is_set(join: Join) -> None:
    marianne = await join("marianne")
    with pytest.raises(Invalid, match="guess"):
        await set_password(marianne.account, "marianne2026")


async def test_a_token_opens_what_its_scopes_say_until_it_is_revoked(join: Join) -> None:
    ana = await join("ana", Role.OWNER)
    token = await create_token(ana.account, name="script", scopes=["write", "read"])
    viewer = await find_token_viewer(token)
    assert viewer is not None
    assert viewer.scopes == {Scope.READ, Scope.WRITE}
    assert viewer.can("publish")
    assert not viewer.can("manage_instance")
    [listed] = await tokens_of(ana.account)
    assert (listed.name, listed.scopes, listed.used_at) == ("script", "read write", None)
    await note_token_use(listed.id)
    assert (await tokens_of(ana.account))[0].used_at is not None

    bo = await join("bo")
    with pytest.raises(NotFound):
        await revoke_token(bo.account, listed.id)
    await revoke_token(ana.account, listed.id)
    assert await find_token_viewer(token) is None
    assert await tokens_of(ana.account) == []
    with pytest.raises(NotFound):
        await revoke_token(ana.account, listed.id)


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("name", "scopes"), [("", ["read"]), ("x" * 101, ["read"]), ("script", []), ("script", ["everything"])]
)
async def test_a_token_needs_a_name_and_known_scopes(join: Join, name: str, scopes: list[str]) -> None:
    with pytest.raises(Invalid):
        await create_token((await join("ana")).account, name=name, scopes=scopes)
