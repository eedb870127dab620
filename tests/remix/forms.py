"""Forms as a browser sends them: everything that stands in them, changed here and there."""

from __future__ import annotations

from html.parser import HTMLParser
from io import BytesIO
from typing import Any

import httpx
from PIL import Image

VOID = frozenset({"input", "img", "br", "link", "meta", "use", "path", "circle", "rect"})


class _Forms(HTMLParser):
    """The fields of each form of a page, in order, as a browser would send them without pressing a named button."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[tuple[dict[str, str | None], list[tuple[str, str]]]] = []
        self._textarea: str | None = None
        self._select: str | None = None
        self._options: list[tuple[str, bool]] = []
        self._text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag == "form":
            self.forms.append((values, []))
        if not self.forms:
            return
        fields, name = self.forms[-1][1], values.get("name")
        if tag == "input" and name:
            kind = values.get("type", "text")
            if kind in ("checkbox", "radio") and "checked" not in values:
                return
            if kind != "file":
                fields.append((name, values.get("value") or ""))
        elif tag == "textarea":
            self._textarea, self._text = name, ""
        elif tag == "select":
            self._select, self._options = name, []
        elif tag == "option":
            self._options.append((values.get("value") or "", "selected" in values))

    def handle_data(self, data: str) -> None:
        if self._textarea:
            self._text += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea" and self._textarea:
            self.forms[-1][1].append((self._textarea, self._text.removeprefix("\n")))
            self._textarea = None
        elif tag == "select" and self._select:
            chosen = [value for value, selected in self._options if selected] or [self._options[0][0]]
            self.forms[-1][1].append((self._select, chosen[-1]))
            self._select = None


def fields_of(page: httpx.Response, action: str) -> dict[str, list[str]]:
    """What stands in the form of `page` that is sent to `action`."""
    reader = _Forms()
    reader.feed(page.text)
    for attributes, fields in reader.forms:
        if attributes.get("action") == action:
            found: dict[str, list[str]] = {}
            for name, value in fields:
                found.setdefault(name, []).append(value)
            return found
    raise AssertionError(f"no form on {page.url} goes to {action}: {[form[0] for form in reader.forms]}")


async def send(
    client: httpx.AsyncClient,
    page: httpx.Response,
    action: str,
    *,
    files: list[tuple[str, tuple[str, bytes, str]]] | None = None,
    **changes: Any,
) -> httpx.Response:
    """The form of `page` goes to `action`, with `changes`; a change to None leaves a field out."""
    fields = fields_of(page, action)
    for name, value in changes.items():
        if value is None:
            fields.pop(name, None)
        else:
            fields[name] = value if isinstance(value, list) else [str(value)]
    # A browser says what it sends even when there is nothing in it.
    headers = {} if fields or files else {"content-type": "application/x-www-form-urlencoded"}
    return await client.post(action, data=fields, files=files, headers=headers)


def picture(colour: str = "navy") -> bytes:
    """A small PNG."""
    made = BytesIO()
    Image.new("RGB", (64, 48), colour).save(made, "PNG")
    return made.getvalue()
