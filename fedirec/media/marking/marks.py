"""What is written into a file, and its form that nearly every format has room for: an XMP packet (ISO 16684-1)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final
from xml.sax.saxutils import escape, quoteattr

MOST: Final = 50
"""People and sources that are named one by one; the line of credits speaks of all."""
_LONGEST: Final = 2_000
_UNWRITABLE: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """Who made a work, from what, and what may be done with it, in the language of whoever saves it."""

    title: str
    creator: str
    credit: str
    """Everybody over all generations, in one line."""
    rights: str
    """The licence in words."""
    licence_url: str = ""
    page_url: str = ""
    """Where the work is, with everybody who is credited."""
    people: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    """The addresses of what it was made from."""
    width: int = 0
    height: int = 0
    """Pixels of a picture."""

    @property
    def lines(self) -> tuple[tuple[str, str], ...]:
        """The same as names and values, in the names of Vorbis comments; empty ones are left out."""
        told = (
            ("TITLE", self.title),
            ("ARTIST", self.creator),
            ("COPYRIGHT", self.rights),
            ("LICENSE", self.licence_url),
            ("CONTACT", self.page_url),
            ("DESCRIPTION", self.credit),
        )
        return tuple((name, plain(value)) for name, value in told if value)


def plain(text: str) -> str:
    """`text` on one line, without what no format may hold."""
    return " ".join(_UNWRITABLE.sub("", text).split())[:_LONGEST]


def xmp_of(marks: Marks) -> bytes:
    """The marks as an XMP packet that can only be read, not changed in place."""
    people = [marks.creator, *(name for name in marks.people if name != marks.creator)][:MOST]
    creators = "".join(f"<rdf:li>{_text(name)}</rdf:li>" for name in people if name)
    sources = "".join(f"<rdf:li>{_text(address)}</rdf:li>" for address in marks.sources[:MOST])
    told = [
        _in_words("dc:title", marks.title),
        f"<dc:creator><rdf:Seq>{creators}</rdf:Seq></dc:creator>" if creators else "",
        _in_words("dc:rights", marks.rights),
        _in_words("dc:description", marks.credit),
        _in_words("xmpRights:UsageTerms", marks.rights),
        f"<xmpRights:WebStatement>{_text(marks.licence_url)}</xmpRights:WebStatement>" if marks.licence_url else "",
        f"<cc:license rdf:resource={quoteattr(plain(marks.licence_url))}/>" if marks.licence_url else "",
        f"<cc:attributionName>{_text(marks.creator)}</cc:attributionName>",
        f"<cc:attributionURL rdf:resource={quoteattr(plain(marks.page_url))}/>" if marks.page_url else "",
        f"<photoshop:Credit>{_text(marks.credit)}</photoshop:Credit>",
        f"<dc:source>{_text(marks.sources[0])}</dc:source>" if marks.sources else "",
        f"<dc:relation><rdf:Bag>{sources}</rdf:Bag></dc:relation>" if sources else "",
    ]
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about=""'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmpRights="http://ns.adobe.com/xap/1.0/rights/"'
        ' xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/"'
        f' xmlns:cc="http://creativecommons.org/ns#">{"".join(told)}</rdf:Description></rdf:RDF></x:xmpmeta>'
        '<?xpacket end="r"?>'
    ).encode()


def _in_words(name: str, text: str) -> str:
    if not text:
        return ""
    return f'<{name}><rdf:Alt><rdf:li xml:lang="x-default">{_text(text)}</rdf:li></rdf:Alt></{name}>'


def _text(text: str) -> str:
    return escape(plain(text))
