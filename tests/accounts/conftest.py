"""An instance with people, made the way setup and sign-up make them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from fedirec.accounts.actions.joining import save_member
from fedirec.accounts.actions.sessions import begin_session
from fedirec.accounts.door import new_attempts
from fedirec.accounts.permissions import Role
from fedirec.accounts.queries import find_session_viewer
from fedirec.accounts.viewer import Viewer
from fedirec.activitypub.actors import NewKeys, save_local_actor
from fedirec.activitypub.keyring import Keyring
from fedirec.activitypub.keys import generate_ed25519, generate_rsa
from fedirec.activitypub.models import Actor, Instance
from fedirec.clock import now
from fedirec.db import transaction
from fedirec.uris import Uris
from fedirec.web.ratelimit import RateLimit

PASSWORD = "three green bottles"
HASHED = "$argon2id$v=19$m=65536,t=3,p=4$1K+ZMlOvWsPDoGa3V0GILQ$ymoG6fd4QJ6R+KJ3owdH789oI4+1Q3BCGBEQkSRuHL0"
"""What is kept of PASSWORD; making it anew for everybody would take most of the time of these tests."""

Join = Callable[..., Awaitable[Viewer]]


@pytest.fixture
def uris() -> Uris:
    return Uris("https://a.test")


@pytest.fixture(scope="session")
def keyring() -> Keyring:
    return Keyring(bytes(32))


@pytest.fixture(scope="session")
def some_keys() -> NewKeys:
    return NewKeys(generate_rsa(), generate_ed25519())


@pytest.fixture
def attempts() -> RateLimit:
    return new_attempts()


@pytest.fixture
async def instance(database: str, uris: Uris, keyring: Keyring, some_keys: NewKeys) -> Instance:
    """This instance after setup, open to everybody."""
    async with transaction():
        await save_local_actor(keyring, some_keys, uri=uris.instance_actor, handle="actor", type="Application")
        return await Instance.create(id=1, origin=uris.origin, name="Studio A", registration="open", set_up_at=now())


@pytest.fixture
def join(instance: Instance, uris: Uris, keyring: Keyring, some_keys: NewKeys) -> Join:
    """Adds somebody with a role and PASSWORD, and gives them back signed in."""

    async def joined(name: str, role: Role = Role.MEMBER) -> Viewer:
        async with transaction():
            account = await save_member(uris, keyring, some_keys, handle=name, hashed=HASHED, role=role)
        viewer = await find_session_viewer(await begin_session(account))
        assert viewer is not None
        return viewer

    return joined


@pytest.fixture
async def stranger(instance: Instance) -> Actor:
    """Somebody of another instance."""
    return await Actor.create(
        uri="https://b.test/u/bo",
        type="Person",
        handle="bo",
        host="b.test",
        name="Bo",
        inbox="https://b.test/u/bo/inbox",
    )
