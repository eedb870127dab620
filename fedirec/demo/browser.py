"""Somebody at a browser: opens pages, fills in the forms that stand on them, and is told when something is wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final
from urllib.parse import urljoin

import httpx

from fedirec.demo.markup import Element, read_page
from fedirec.errors import Invalid, NotFound, PeerUnavailable

_TIMEOUT: Final = 90.0
"""Seconds; a film is looked through before its form is answered."""
_UNSENT: Final = frozenset({"submit", "button", "reset", "image", "file"})


class Page:
    """What came back, as somebody sees it."""

    def __init__(self, response: httpx.Response) -> None:
        self.url = response.url
        self.status = response.status_code
        self.html = response.text
        self.tree = read_page(response.text)

    @property
    def path(self) -> str:
        """Where this page is on its site."""
        return self.url.raw_path.decode()

    @property
    def complaints(self) -> list[str]:
        """What the page says is wrong with what was typed."""
        found = (element for name in ("field-error", "form-errors") for element in self.tree.all(styled=name))
        return [element.text for element in found if element.text and "hidden" not in element.attributes]

    @property
    def gist(self) -> str:
        """What is wrong, or what the page begins with."""
        return " ".join(self.complaints) or (self.tree.first("main") or self.tree).text[:300]

    def forms(self) -> list[Form]:
        """Every form on it, in the order of the page."""
        return [Form(element, self.url) for element in self.tree.all("form")]

    def form(self, *fields: str, action: str = "") -> Form:
        """The form that has all these `fields`, and sends to `action` if that is said. Raises NotFound."""
        for form in self.forms():
            if action in ("", httpx.URL(form.action).path) and all(field in form for field in fields):
                return form
        raise NotFound(f"the page {self.url} has no form with {', '.join(fields) or action}")

    def form_beside(self, words: str, *fields: str) -> Form:
        """The form with these `fields` in the smallest part of the page that also says `words`. Raises NotFound."""
        parts = [part for part in self.tree.walk() if words in part.text]
        for part in sorted(parts, key=lambda part: len(part.raw_text)):
            for element in part.all("form"):
                form = Form(element, self.url)
                if all(field in form for field in fields):
                    return form
        raise NotFound(f"the page {self.url} has no form with {', '.join(fields)} beside “{words}”")

    def address_of(self, tag: str) -> str:
        """The address of the file that the first `tag` (img, audio, video) of a record shows. Raises NotFound."""
        for element in self.tree.all(tag):
            for shown in (element, *element.all("source")):
                if (address := shown.get("src")).startswith("/media/"):
                    return urljoin(str(self.url), address)
        raise NotFound(f"the page {self.url} shows no {tag} of its own")


class Form:
    """A form as it stands on a page, with what is filled in already."""

    def __init__(self, element: Element, url: httpx.URL) -> None:
        self.action = urljoin(str(url), element.get("action"))
        self.method = element.get("method").lower() or "get"
        self._fields: dict[str, list[Element]] = {}
        for field in element.walk():
            if field.tag in ("input", "select", "textarea", "button") and field.get("name"):
                self._fields.setdefault(field.get("name"), []).append(field)

    def __contains__(self, field: str) -> bool:
        return field in self._fields

    @property
    def values(self) -> dict[str, list[str]]:
        """What a browser would send if nobody typed anything."""
        found = {name: [text for field in fields for text in _value(field)] for name, fields in self._fields.items()}
        return {name: texts for name, texts in found.items() if texts}

    def filled(self, typed: Mapping[str, str | Sequence[str]]) -> dict[str, list[str]]:
        """What a browser would send after `typed`. Raises NotFound for a field or an answer that is not offered."""
        values = self.values
        for name, answer in typed.items():
            if name not in self._fields:
                raise NotFound(f"the form at {self.action} has no field {name}")
            answers = [answer] if isinstance(answer, str) else list(answer)
            offered = [text for field in self._fields[name] for text in _offered(field)]
            if offered and not set(answers) <= set(offered):
                raise NotFound(f"{name} at {self.action} offers {', '.join(offered)}, not {', '.join(answers)}")
            values[name] = answers
        return values


class Browser:
    """The browser of one person, whose home is one instance; its cookies are its own."""

    def __init__(self, origin: str) -> None:
        self.origin = origin
        # A visitor's requests come from outside; what instances say to each other goes through `fedirec.net`.
        self._client = httpx.Client(
            base_url=origin,
            headers={"accept": "text/html,application/xhtml+xml", "accept-language": "en"},
            follow_redirects=True,
            timeout=_TIMEOUT,
            trust_env=False,
        )

    def close(self) -> None:
        self._client.close()

    @property
    def cookies(self) -> list[str]:
        """The names of the cookies that the instance has set."""
        return sorted(cookie.name for cookie in self._client.cookies.jar)

    def open(self, path: str, **query: str) -> Page:
        """The page at `path`, or at an address elsewhere. Raises NotFound, or PeerUnavailable when nobody answers."""
        page = self._page(self._send("GET", path, params=query or None))
        if page.status != httpx.codes.OK:
            raise NotFound(f"{page.url} answered {page.status}: {page.gist}")
        return page

    def fetch(self, url: str) -> bytes:
        """The file at `url`, as the page shows it. Raises NotFound."""
        response = self._send("GET", url)
        if response.status_code != httpx.codes.OK:
            raise NotFound(f"{response.url} answered {response.status_code}")
        return response.content

    def send(
        self,
        form: Form,
        typed: Mapping[str, str | Sequence[str]] | None = None,
        *,
        files: Sequence[tuple[str, Path]] = (),
    ) -> Page:
        """The page that follows the form. Raises Invalid with what the page said when it was not taken."""
        values = form.filled(typed or {})
        if form.method == "get":
            return self._page(self._send("GET", form.action, params=values))
        sent = [(field, (path.name, path.read_bytes(), "application/octet-stream")) for field, path in files]
        headers = {"origin": str(httpx.URL(form.action).join("/")).rstrip("/"), "sec-fetch-site": "same-origin"}
        if not sent:
            headers["content-type"] = "application/x-www-form-urlencoded"  # also of a form without fields
        page = self._page(self._send("POST", form.action, data=values, files=sent or None, headers=headers))
        if page.status != httpx.codes.OK or page.complaints:
            raise Invalid(f"{form.action} answered {page.status}: {page.gist}")
        return page

    def _send(self, method: str, url: str, **options: object) -> httpx.Response:
        try:
            return self._client.request(method, url, **options)  # type: ignore[arg-type]
        except httpx.TransportError as error:
            raise PeerUnavailable(f"{self.origin} does not answer") from error

    @staticmethod
    def _page(response: httpx.Response) -> Page:
        return Page(response)


def _value(field: Element) -> list[str]:
    """What a field sends as it stands on the page."""
    if field.tag == "textarea":
        return [field.raw_text.removeprefix("\n")]
    if field.tag == "select":
        options = list(field.all("option"))
        chosen = [option for option in options if "selected" in option.attributes] or options[:1]
        return [_option(option) for option in chosen]
    kind = field.get("type").lower()
    if field.tag == "button" or kind in _UNSENT or "disabled" in field.attributes:
        return []
    if kind in ("checkbox", "radio"):
        return [field.get("value") or "on"] if "checked" in field.attributes else []
    return [field.get("value")]


def _offered(field: Element) -> list[str]:
    """The answers that a field leaves to choose from; none where anything can be typed."""
    if field.tag == "select":
        return [_option(option) for option in field.all("option")]
    if field.tag == "button" or field.get("type").lower() in ("checkbox", "radio", "submit"):
        return [field.get("value") or "on"]
    return []


def _option(option: Element) -> str:
    return option.get("value") if "value" in option.attributes else option.text
