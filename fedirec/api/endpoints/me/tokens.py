"""The programs that may act for the owner of the token."""

from __future__ import annotations

from fedirec.accounts.actions.tokens import create_token, revoke_token
from fedirec.accounts.permissions import Permission
from fedirec.accounts.queries import tokens_of
from fedirec.api.endpoint import Call, Endpoint
from fedirec.api.shapes.accounts import NewToken, Token, TokenMade, Tokens


async def list_tokens(call: Call) -> Tokens:
    return Tokens(
        items=[
            Token(
                id=row.id,
                name=row.name,
                scopes=row.scopes.split(),  # type: ignore[arg-type]
                since=row.created_at,
                used_at=row.used_at,
                is_this=row.id == call.viewer.token_id,
            )
            for row in await tokens_of(call.viewer.account)
        ]
    )


async def make_token(call: Call) -> TokenMade:
    wanted = call.sent(NewToken)
    secret = await create_token(call.viewer.account, name=wanted.name, scopes=wanted.scopes, within=call.viewer.scopes)
    return TokenMade(token=secret)


async def revoke_one_token(call: Call) -> None:
    await revoke_token(call.viewer.account, call.row())


ENDPOINTS = (
    Endpoint(
        name="list_tokens",
        method="GET",
        path="/me/tokens",
        permission=Permission.MANAGE_ACCOUNT,
        says="The programs that may act for you.",
        run=list_tokens,
        answer=Tokens,
    ),
    Endpoint(
        name="create_token",
        method="POST",
        path="/me/tokens",
        permission=Permission.MANAGE_ACCOUNT,
        says="A program may act for you, within scopes that this token has itself.",
        run=make_token,
        body=NewToken,
        answer=TokenMade,
        status=201,
        pages=("/settings/programs",),
    ),
    Endpoint(
        name="revoke_token",
        method="DELETE",
        path="/me/tokens/{id:int}",
        permission=Permission.MANAGE_ACCOUNT,
        says="That token opens nothing any more.",
        run=revoke_one_token,
        status=204,
        pages=("/settings/programs/revoke",),
    ),
)
