"""Long lists as collections: where they are, and each page of them, which stays small."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from fedirec.activitypub.vocab import Json
from fedirec.remix.sizes import is_small

MAX_ON_PAGE: Final = 100
"""Entries; fewer where they are long."""


def collection(uri: str, *, context: list[Any], **facts: Any) -> Json:
    """The collection at `uri`, without what stands on its pages."""
    whole: Json = {"@context": context, "id": uri, "type": "OrderedCollection"}
    return whole | facts | {"first": _address(uri, 0)}


def page_of(uri: str, entries: Iterable[Json], *, start: int, context: list[Any]) -> Json:
    """The page of the collection at `uri` that begins at the place `start` with `entries`, as many as stay small."""
    page: Json = {
        "@context": context,
        "id": _address(uri, start),
        "type": "OrderedCollectionPage",
        "partOf": uri,
        "orderedItems": [],
    }
    for entry in entries:
        items = [*page["orderedItems"], entry]
        if page["orderedItems"] and (len(items) > MAX_ON_PAGE or not is_small({**page, "orderedItems": items})):
            page["next"] = _address(uri, start + len(page["orderedItems"]))
            break
        page["orderedItems"] = items
    return page


def _address(uri: str, start: int) -> str:
    return f"{uri}?after={start}"
