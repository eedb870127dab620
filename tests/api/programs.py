"""A program with a token, whose every answer is held to the description of the API."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any

import httpx
from openapi_schema_validator import OAS31Validator

from fedirec.accounts.actions.tokens import create_token
from fedirec.accounts.models import Account
from fedirec.accounts.permissions import Scope
from fedirec.activitypub.models import Actor
from fedirec.api.endpoint import Endpoint
from fedirec.api.endpoints import TABLE
from fedirec.api.openapi import openapi_document
from tests.network import Instance

DOCUMENT = openapi_document("https://here.test")
BY_NAME = {endpoint.name: endpoint for endpoint in TABLE}
Json = Any


async def token_for(instance: Instance, name: str, scopes: Collection[Scope] = tuple(Scope)) -> str:
    """A fresh token of the member `name`."""

    async def make() -> str:
        account = await Account.get(actor__local_handle=name)
        return await create_token(account, name="a program", scopes=scopes)

    return await instance.run(make)


class Program:
    """Asks by the names of operations."""

    def __init__(self, instance: Instance, client: httpx.AsyncClient, token: str | None) -> None:
        self.instance, self.client, self.token = instance, client, token
        self.used: set[str] = set()

    async def ask(
        self,
        operation: str,
        /,
        *places: object,
        status: int | None = None,
        headers: Mapping[str, str] | None = None,
        query: Mapping[str, object] | None = None,
        **body: Json,
    ) -> httpx.Response:
        """The answer to the `operation`, which has `status` (its own one when None) and the shape it promised."""
        endpoint = BY_NAME[operation]
        answer = await self.client.request(
            endpoint.method,
            path_of(endpoint, *places),
            params={key: str(value) for key, value in (query or {}).items()},
            json=body if endpoint.body else None,
            headers={**({"authorization": f"Bearer {self.token}"} if self.token else {}), **(headers or {})},
        )
        assert answer.status_code == (status or endpoint.status), (operation, answer.status_code, answer.text[:500])
        self.used.add(operation)
        check_shape(endpoint, answer)
        return answer

    async def get(self, operation: str, /, *places: object, **body: Json) -> Json:
        """What the answer says."""
        return (await self.ask(operation, *places, **body)).json()


def path_of(endpoint: Endpoint, *places: object) -> str:
    """The address of `endpoint` with `places` in it."""
    rest = iter(places)
    return "/api" + re.sub(r"\{[^}]+\}", lambda _match: str(next(rest)), endpoint.path)


def check_shape(endpoint: Endpoint, answer: httpx.Response) -> None:
    """The answer is one that the description promises."""
    path = "/api" + re.sub(r":\w+\}", "}", endpoint.path)
    promised = DOCUMENT["paths"][path][endpoint.method.lower()]["responses"][str(answer.status_code)]
    content = promised.get("content")
    if content is None:
        assert answer.content == b""
        return
    [(media_type, told)] = content.items()
    assert answer.headers["content-type"] == media_type
    schema = {**told["schema"], "components": DOCUMENT["components"]}
    OAS31Validator(schema).validate(answer.json())


async def actor_named(instance: Instance, name: str) -> Actor:
    async def find() -> Actor:
        return await Actor.get(local_handle=name)

    return await instance.run(find)
