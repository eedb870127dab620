"""Endpoints that are alike: lists that come in pieces, and what is either so or not."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from pydantic import BaseModel

from fedirec.accounts.permissions import Permission
from fedirec.api.endpoint import Call, Endpoint
from fedirec.api.shapes.basis import PieceQuery


def listed(
    name: str,
    path: str,
    says: str,
    run: Callable[[Call], Awaitable[BaseModel]],
    *,
    answer: type[BaseModel],
    query: type[BaseModel] = PieceQuery,
    permission: Permission = Permission.READ_OWN,
    is_open: bool = False,
) -> Endpoint:
    """A list that is read piece by piece."""
    return Endpoint(
        name=name,
        method="GET",
        path=path,
        permission=permission,
        says=says,
        run=run,
        query=query,
        answer=answer,
        is_open=is_open,
    )


def switched(
    path: str,
    *,
    on: tuple[str, str, Callable[[Call], Awaitable[None]]],
    off: tuple[str, str, Callable[[Call], Awaitable[None]]],
    permission: Permission,
    pages: tuple[str, ...],
) -> tuple[Endpoint, Endpoint]:
    """What is so after PUT and not so after DELETE. `on` and `off` are each a name, what it says, and what it runs."""
    put, delete = on, off
    return (
        Endpoint(
            name=put[0],
            method="PUT",
            path=path,
            permission=permission,
            says=put[1],
            run=put[2],
            status=204,
            pages=pages,
        ),
        Endpoint(
            name=delete[0],
            method="DELETE",
            path=path,
            permission=permission,
            says=delete[1],
            run=delete[2],
            status=204,
            pages=pages,
        ),
    )
