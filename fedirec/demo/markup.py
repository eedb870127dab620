"""The pages of an instance as a tree, to find forms and credits in them as somebody would who looks at them."""

from __future__ import annotations

from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Final

_EMPTY: Final = frozenset({"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"})


class Element:
    """A tag with its attributes and everything in it."""

    __slots__ = ("attributes", "children", "tag")

    def __init__(self, tag: str, attributes: dict[str, str]) -> None:
        self.tag = tag
        self.attributes = attributes
        self.children: list[Element | str] = []

    def get(self, attribute: str) -> str:
        """The value of an attribute, or an empty text."""
        return self.attributes.get(attribute, "")

    def walk(self) -> Iterator[Element]:
        """Every element in it, in the order of the page."""
        for child in self.children:
            if isinstance(child, Element):
                yield child
                yield from child.walk()

    def all(self, tag: str = "", *, styled: str = "") -> Iterator[Element]:
        """The elements in it of that tag, with that class."""
        for element in self.walk():
            if tag in ("", element.tag) and (not styled or styled in element.get("class").split()):
                yield element

    def first(self, tag: str = "", *, styled: str = "") -> Element | None:
        """The first such element."""
        return next(self.all(tag, styled=styled), None)

    @property
    def raw_text(self) -> str:
        """The text in it, with every blank and line end."""
        return "".join(child if isinstance(child, str) else child.raw_text for child in self.children)

    @property
    def text(self) -> str:
        """The text in it, on one line."""
        return " ".join(self.raw_text.split())


def read_page(html: str) -> Element:
    """The tree of a page. Tags that nobody closed end with what they stand in."""
    builder = _Builder()
    builder.feed(html)
    builder.close()
    return builder.root


class _Builder(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.root = Element("", {})
        self._open = [self.root]

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attributes})
        self._open[-1].children.append(element)
        if tag not in _EMPTY:
            self._open.append(element)

    def handle_startendtag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self._open[-1].children.append(Element(tag, {name: value or "" for name, value in attributes}))

    def handle_endtag(self, tag: str) -> None:
        for depth in range(len(self._open) - 1, 0, -1):
            if self._open[depth].tag == tag:
                del self._open[depth:]
                return

    def handle_data(self, text: str) -> None:
        self._open[-1].children.append(text)
