"""The HTML that stands for a record or a prompt in software that knows nothing of ours.

A Mastodon server shows only `content`, so everything that matters is said there once more: the title, the text, the
credits with links, the licence, and the way to the page.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from html import escape

from fedirec.html import markdown
from fedirec.remix.licences import Licence
from fedirec.remix.sizes import SHORTER, beginning_of
from fedirec.remix.words import Named, Phrase


def content_of(
    body: str,
    *,
    title: str,
    credit: Phrase = (),
    pages: Mapping[str, str] | None = None,
    licence: Licence | None = None,
    url: str | None = None,
    label: str | None = None,
    extra: Sequence[str] = (),
) -> str:
    """The content of a record: a bold title, `body`, the credits, the licence and a link.

    `body` is HTML that has passed fedirec.html. `pages` gives the address that a person's name links to. `extra` are
    further lines of plain text, such as a deadline. `label` is what the link at the end is called.
    """
    lines = [f"<p><strong>{escape(title)}</strong></p>"] if title else []
    lines.append(body)
    lines += [f"<p>{escape(line)}</p>" for line in extra]
    if credit:
        lines.append(f"<p>{_linked(credit, pages or {})}</p>")
    last = []
    if licence and licence.url and licence.is_known:
        last.append(f'<a href="{escape(licence.url)}" rel="license">{escape(licence.short)}</a>')
    if url:
        last.append(f'<a href="{escape(url)}">{escape(label or "See who made what")}</a>')
    if last:
        lines.append(f"<p>{' · '.join(last)}</p>")
    return "".join(lines)


def bodies_of(text: str, content: str) -> Iterator[str]:
    """What somebody wrote as `text`, for readers: `content` whole at first, and then less and less of it."""
    yield content
    for limit in SHORTER:
        yield markdown(beginning_of(text, limit))


def _linked(phrase: Phrase, pages: Mapping[str, str]) -> str:
    return "".join(escape(piece) if isinstance(piece, str) else _name(piece, pages) for piece in phrase)


def _name(named: Named, pages: Mapping[str, str]) -> str:
    page = pages.get(named.person)
    if not page:
        return escape(named.text)
    # The classes are what Mastodon knows a mention by.
    return f'<a href="{escape(page)}" class="u-url mention">{escape(named.text)}</a>'
