"""Programs of the people of one instance."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, Collection
from contextlib import AsyncExitStack

import httpx
import pytest

from fedirec.accounts.permissions import Scope
from tests.api.programs import Program, token_for
from tests.network import Instance

Programs = Callable[..., Awaitable[Program]]


@pytest.fixture
async def program(here: Instance) -> AsyncGenerator[Programs]:
    """Makes the program of a member, or with None of nobody in particular."""
    async with AsyncExitStack() as open_clients:

        async def make(name: str | None, scopes: Collection[Scope] = tuple(Scope)) -> Program:
            client = here.client()
            client.headers = httpx.Headers({"accept": "application/json"})
            await open_clients.enter_async_context(client)
            return Program(here, client, await token_for(here, name, scopes) if name else None)

        yield make
