"""What posts, prompts and records have in common: on the wire they are all Notes, so that everybody can show them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Final

from fedirec.activitypub.consent import InteractionPolicy
from fedirec.activitypub.contexts import RECORD_CONTEXT
from fedirec.activitypub.vocab import PUBLIC, Doc, Json, write_instant
from fedirec.html import paragraphs
from fedirec.remix.vocab.attachments import AttachmentObject, read_attachments
from fedirec.remix.vocab.tags import (
    Hashtag,
    Mention,
    ObjectLink,
    find_quote,
    read_hashtags,
    read_links,
    read_mentions,
    write_tags,
)
from fedirec.remix.vocab.text import (
    MAX_CONTENT,
    MAX_NAME,
    MAX_WARNING,
    clean_line,
    clean_text,
    find_id,
    find_language,
    ids,
)

MARKDOWN: Final = "text/markdown"
_TYPED: Final = (MARKDOWN, "text/plain")
"""Types of content that is not HTML."""
_QUOTES: Final = ("quote", "quoteUrl", "quoteUri", "_misskey_quote")
"""Where others say what they quote, the first that is there counts (FEP-044f)."""
_CONSENTS: Final = ("replyAuthorization", "approvedBy")
"""Where GoToSocial says that the author of what is answered agreed, now and up to 0.20."""


@dataclass(frozen=True, kw_only=True)
class NoteObject:
    """Something that somebody says, with or without media."""

    CONTEXT: ClassVar[list[Any]] = RECORD_CONTEXT

    id: str
    attributed_to: str
    """Exactly one actor."""
    published: datetime
    name: str = ""
    content: str = ""
    """HTML as it came: it has to pass fedirec.html before anybody sees it."""
    markdown: str | None = None
    """What its author typed, when that is known."""
    language: str | None = None
    warning: str = ""
    """What readers are told before they see it."""
    sensitive: bool = False
    updated: datetime | None = None
    to: tuple[str, ...] = ()
    cc: tuple[str, ...] = ()
    url: str | None = None
    attachments: tuple[AttachmentObject, ...] = ()
    hashtags: tuple[Hashtag, ...] = ()
    mentions: tuple[Mention, ...] = ()
    links: tuple[ObjectLink, ...] = ()
    in_reply_to: str | None = None
    context: str | None = None
    """The collection of the whole conversation (FEP-7888)."""
    replies: str | None = None
    audience: str | None = None
    """The group that it belongs to (FEP-1b12)."""
    quote: str | None = None
    """What it quotes."""
    quote_authorization: str | None = None
    """Where the author of that agrees."""
    reply_authorization: str | None = None
    """Where the author of what it answers agrees."""
    policy: InteractionPolicy | None = None
    """What others may do with it; None when nothing is said."""

    @property
    def is_public(self) -> bool:
        return PUBLIC in self.to or PUBLIC in self.cc

    def write_note(self) -> Json:
        """The document, without what only one sort of Note has."""
        document: Json = {
            "id": self.id,
            "type": "Note",
            "attributedTo": self.attributed_to,
            "published": write_instant(self.published),
            "content": self.content,
            "sensitive": self.sensitive,
        }
        for key, value in (
            ("name", self.name),
            ("summary", self.warning),
            ("url", self.url),
            ("inReplyTo", self.in_reply_to),
            ("context", self.context),
            ("replies", self.replies),
            ("audience", self.audience),
            ("quote", self.quote),
            ("quoteAuthorization", self.quote_authorization),
            ("replyAuthorization", self.reply_authorization),
            ("interactionPolicy", self.policy.write() if self.policy else None),
            ("to", list(self.to)),
            ("cc", list(self.cc)),
            ("attachment", [attachment.write() for attachment in self.attachments]),
            ("tag", write_tags(self.mentions, self.hashtags, self.links)),
        ):
            if value:
                document[key] = value
        if self.language:
            document["contentMap"] = {self.language: self.content}
        if self.markdown is not None:
            document["source"] = {"content": self.markdown, "mediaType": MARKDOWN}
        if self.updated:
            document["updated"] = write_instant(self.updated)
        return document


def not_to_be_quoted(document: Json) -> Json:
    """The document, saying that nobody but its author may quote it (FEP-044f)."""
    rule = {"automaticApproval": [document["attributedTo"]]}
    return document | {"interactionPolicy": {**document.get("interactionPolicy", {}), "canQuote": rule}}


def read_note(doc: Doc) -> dict[str, Any]:
    """The fields of a NoteObject, by name.

    Raises Invalid unless there is an id, exactly one author with an http(s) id, and a date. Everything else is read as
    far as it makes sense, cut to size, and freed of control characters.
    """
    content, language = _content(doc)
    return {
        "id": doc.id("id"),
        "attributed_to": doc.id("attributedTo"),
        "published": doc.find_instant("published") or doc.instant("updated"),
        "name": clean_line(doc.find_text("name"), MAX_NAME),
        "content": content,
        "markdown": find_markdown(doc),
        "language": language,
        "warning": clean_line(doc.find_text("summary"), MAX_WARNING),
        "sensitive": doc.flag("sensitive"),
        "updated": doc.find_instant("updated"),
        "to": doc.audience("to"),
        "cc": doc.audience("cc"),
        "url": doc.url("url"),
        "attachments": read_attachments(doc),
        "hashtags": read_hashtags(doc),
        "mentions": read_mentions(doc),
        "links": read_links(doc),
        "in_reply_to": find_id(doc, "inReplyTo"),
        "context": find_id(doc, "context"),
        "replies": find_id(doc, "replies"),
        "audience": next(iter(ids(doc, "audience", 1)), None),
        "quote": next(filter(None, (find_id(doc, key) for key in _QUOTES)), None) or find_quote(doc),
        "quote_authorization": find_id(doc, "quoteAuthorization"),
        "reply_authorization": next(filter(None, (find_id(doc, key) for key in _CONSENTS)), None),
        "policy": InteractionPolicy.find(doc),
    }


def _content(doc: Doc) -> tuple[str, str | None]:
    """The text as HTML, and its language: of several languages the one that `content` is in, else the first.

    PeerTube writes its texts in Markdown, which is shown as it was typed.
    """
    content = doc.find_text("content")
    texts = doc.data.get("contentMap")
    pairs = [
        (text, find_language(tag))
        for tag, text in (texts.items() if isinstance(texts, dict) else ())
        if isinstance(text, str)
    ]
    if content is None:
        content, language = pairs[0] if pairs else ("", None)
    else:
        language = next((tag for text, tag in pairs if text == content), None)
    content = clean_text(content, MAX_CONTENT)
    if (doc.find_text("mediaType") or "").partition(";")[0].strip() in _TYPED:
        content = paragraphs(content)
    return content, language or _named_language(doc)


def _named_language(doc: Doc) -> str | None:
    """The language by which PeerTube and Lemmy say what a post is in; their word and ours name the same thing."""
    named = doc.docs("language") or doc.docs("inLanguage")
    tag = find_language(named[0].find_text("identifier")) if named else None
    return None if tag == "und" else tag


def find_markdown(doc: Doc) -> str | None:
    """What the author typed, where `source` has it in Markdown."""
    for source in doc.docs("source"):
        if (source.find_text("mediaType") or "").partition(";")[0].strip() == MARKDOWN:
            return clean_text(source.find_text("content"), MAX_CONTENT)
    return None
