"""Reading the ids in collections of one origin, page by page, each page once, and never more than was decided."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from fedirec.activitypub.authority import may_have
from fedirec.activitypub.remote import Remote
from fedirec.activitypub.vocab import Doc, Json
from fedirec.errors import FedirecError
from fedirec.remix.vocab.text import find_id

_PAGE_KEYS = ("first", "next", "items", "orderedItems")


@dataclass(slots=True, kw_only=True)
class Visit:
    """Reads collections of the origin of the thing at `origin`."""

    remote: Remote
    origin: str
    max_pages: int
    max_items: int
    items: dict[str, None] = field(default_factory=dict)
    """The ids that were read, in their order."""
    entries: list[Any] = field(default_factory=list)
    """Everything that stood in the collections, as it came."""
    pages: list[Json] = field(default_factory=list)
    """The collections and their pages, with as many items as were read."""
    seen: set[str] = field(default_factory=set)
    is_broken: bool = False
    """Whether an answer did not come, or was none."""
    is_limited: bool = False
    """Whether there was more than may be read."""

    async def collection(self, value: Any) -> Json | None:
        """What stands in the collection that `value` is, or names, is read; the collection itself, without its pages.

        Where it breaks off, what was read is kept.
        """
        try:
            whole = await self._read(value)
            if whole is None:
                return None
            self._take(whole)
            page = await self._next(whole, "first")
            while page is not None:
                self._take(page)
                if len(self.entries) >= self.max_items:
                    self.is_limited = self.is_limited or bool(Doc(page).many("next"))
                    break
                page = await self._next(page, "next")
        except FedirecError:
            self.is_broken = True
            return None
        return whole

    async def _next(self, document: Json, key: str) -> Json | None:
        values = Doc(document).many(key)
        return await self._read(values[0]) if values else None

    async def _read(self, value: Any) -> Json | None:
        """The page; None when it was read before, is of another origin, or one too many."""
        address = find_id(Doc({"id": value}), "id")
        if address is not None:
            if address in self.seen or not may_have(address, owner=self.origin):
                return None
            if len(self.seen) >= self.max_pages:
                self.is_limited = True
                return None
            self.seen.add(address)
        if isinstance(value, dict) and any(key in value for key in _PAGE_KEYS):
            return value
        return await self.remote.fetch(address) if address is not None else None

    def _take(self, page: Json) -> None:
        self.pages.append(page)
        for key in ("items", "orderedItems"):
            values = page.get(key)
            if values is None:
                continue
            room = self.max_items - len(self.entries)
            listed = values if isinstance(values, list) else [values]
            self.is_limited = self.is_limited or len(listed) > room
            for value in listed[:room]:
                self.entries.append(value)
                if (item := find_id(Doc({"id": value}), "id")) is not None:
                    self.items[item] = None
