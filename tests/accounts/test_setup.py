"""The first run: one link, one form, once."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from fedirec.accounts.actions.sessions import sign_in
from fedirec.accounts.actions.setup import begin_setup, check_setup_token, edit_instance, finish_setup
from fedirec.accounts.models import Account
from fedirec.accounts.permissions import Role
from fedirec.accounts.queries import audit_events, get_instance
from fedirec.activitypub.keyring import Keyring
from fedirec.activitypub.models import Actor, ActorKey, Instance
from fedirec.activitypub.site import Site
from fedirec.errors import Conflict, FedirecError, Forbidden, Gone, Invalid, NotFound
from fedirec.settings import Settings
from fedirec.web.ratelimit import RateLimit
from tests.accounts.conftest import PASSWORD, Join

SETTINGS = Settings.load()


def answers(**changes: Any) -> dict[str, Any]:
    return {
        "origin": "https://studio.example",
        "asked_at": "studio.example",
        "title": "Studio",
        "rules": "Be kind.",
        "name": "ana",
        "password": PASSWORD,
    } | changes


async def test_the_one_time_link_makes_an_instance_with_an_owner(
    database: str, keyring: Keyring, attempts: RateLimit
) -> None:
    token = await begin_setup()
    assert token is not None
    await check_setup_token(token)

    account, codes = await finish_setup(
        keyring, SETTINGS, token=token, **answers(display_name="Ana", registration="approval", question="Who are you?")
    )

    site = Site()
    await site.load()
    assert (site.origin, site.is_set_up) == ("https://studio.example", True)
    assert site.instance is not None
    assert (site.instance.name, site.instance.rules, site.instance.registration) == ("Studio", "Be kind.", "approval")
    own = await Actor.get(id=site.actor_id)
    assert (own.type, own.name, own.uri) == ("Application", "Studio", "https://studio.example/actor")
    assert await ActorKey.filter(actor_id=own.id).count() == 2
    assert account.role == Role.OWNER
    assert len(codes) == 10
    signed_in, _ = await sign_in("ana", host="studio.example", password=PASSWORD, address="x", attempts=attempts)
    assert signed_in.id == account.id
    assert [event.action for event in (await audit_events())[0]] == ["set_up"]


async def test_the_link_is_burned(database: str, keyring: Keyring) -> None:
    token = await begin_setup()
    assert token is not None
    await finish_setup(keyring, SETTINGS, token=token, **answers())

    assert await begin_setup() is None
    with pytest.raises(Gone):
        await check_setup_token(token)
    with pytest.raises(Gone):
        await finish_setup(keyring, SETTINGS, token=token, **answers(name="eve", origin="https://evil.example"))
    assert (await get_instance()).origin == "https://studio.example"
    assert await Account.all().count() == 1


async def test_of_two_who_use_the_link_at_once_one_becomes_owner(database: str, keyring: Keyring) -> None:
    token = await begin_setup()
    assert token is not None
    both = await asyncio.gather(
        finish_setup(keyring, SETTINGS, token=token, **answers(name="ana")),
        finish_setup(keyring, SETTINGS, token=token, **answers(name="eve")),
        return_exceptions=True,
    )
    assert sorted(type(outcome).__name__ for outcome in both) == ["Gone", "tuple"]
    assert await Account.all().count() == 1
    assert await Actor.filter(type="Application").count() == 1


async def test_only_the_link_printed_last_is_good(database: str, keyring: Keyring) -> None:
    first, second = await begin_setup(), await begin_setup()
    assert first is not None
    assert second is not None
    for bad in (first, "", "x" * 43, second[:-1]):
        with pytest.raises(Forbidden):
            await check_setup_token(bad)
        with pytest.raises(Forbidden):
            await finish_setup(keyring, SETTINGS, token=bad, **answers())
    await finish_setup(keyring, SETTINGS, token=second, **answers())


async def test_the_token_itself_is_not_kept(database: str) -> None:
    token = await begin_setup()
    assert (await get_instance()).setup_digest != token


@pytest.mark.one_database
async def test_without_a_first_start_there_is_nothing_to_set_up(database: str) -> None:
    with pytest.raises(NotFound):
        await check_setup_token("x")


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("changes", "field", "error"),
    [
        ({"origin": "http://studio.example"}, "origin", Invalid),
        ({"origin": "https://studio.example/x"}, "origin", Invalid),
        ({"asked_at": "127.0.0.1:8000"}, "origin", Conflict),
        ({"title": " "}, "title", Invalid),
        ({"title": "x" * 101}, "title", Invalid),
        ({"registration": "maybe"}, "registration", Invalid),
        ({"question": "x" * 301}, "question", Invalid),
        ({"rules": "x" * 20_001}, "rules", Invalid),
        ({"name": "admin"}, "name", Invalid),
        ({"password": "short"}, "password", Invalid),
    ],
)
async def test_a_mistake_is_told_beside_its_field_and_leaves_the_link_good(
    database: str, keyring: Keyring, changes: dict[str, Any], field: str, error: type[FedirecError]
) -> None:
    token = await begin_setup()
    assert token is not None
    with pytest.raises(error) as refused:
        await finish_setup(keyring, SETTINGS, token=token, **answers(**changes))
    assert refused.value.field == field
    await check_setup_token(token)
    assert not await Actor.exists()
    assert (await get_instance()).origin is None


@pytest.mark.one_database
async def test_another_address_than_that_of_the_page_can_be_meant(database: str, keyring: Keyring) -> None:
    token = await begin_setup()
    assert token is not None
    await finish_setup(keyring, SETTINGS, token=token, **answers(asked_at="127.0.0.1:8000", other_origin_is_meant=True))
    assert (await get_instance()).origin == "https://studio.example"


@pytest.mark.one_database
async def test_an_origin_of_the_settings_is_the_origin(database: str, keyring: Keyring) -> None:
    token = await begin_setup()
    assert token is not None
    settings = Settings.load({"origin": "https://fixed.example"})
    await finish_setup(keyring, settings, token=token, **answers(origin="https://other.example"))
    assert (await get_instance()).origin == "https://fixed.example"


@pytest.mark.one_database
async def test_in_development_an_instance_may_live_on_plain_http(database: str, keyring: Keyring) -> None:
    token = await begin_setup()
    assert token is not None
    await finish_setup(
        keyring,
        Settings.load({"development": True}),
        token=token,
        **answers(origin="http://127.0.0.1:8001", asked_at="127.0.0.1:8001"),
    )
    assert (await Actor.get(handle="ana")).uri == "http://127.0.0.1:8001/u/ana"


async def test_admins_change_what_the_instance_says_of_itself_but_never_where_it_is(join: Join) -> None:
    ada, mo = await join("ada", Role.ADMIN), await join("mo", Role.MODERATOR)
    said: dict[str, Any] = {
        "title": "Studio B",
        "summary": "We draw.",
        "rules": "Be kind.",
        "registration": "invite",
        "question": "",
    }
    with pytest.raises(Forbidden):
        await edit_instance(mo, **said)
    await edit_instance(ada, **said)
    await edit_instance(ada, **said)
    instance = await Instance.get(id=1)
    assert (instance.name, instance.registration, instance.origin) == ("Studio B", "invite", "https://a.test")
    events, _ = await audit_events()
    assert [event.details for event in events] == [{"changed": ["name", "registration", "rules", "summary"]}]
