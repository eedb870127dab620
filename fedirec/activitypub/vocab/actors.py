"""Actors, and the keys they sign with."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar, Final, Literal, Self

from fedirec.activitypub.authority import lists_key, may_have
from fedirec.activitypub.contexts import ACTOR_CONTEXT, FEDIREC
from fedirec.activitypub.vocab.activities import Vocabulary
from fedirec.activitypub.vocab.documents import Doc, Json, write_instant
from fedirec.errors import Invalid
from fedirec.uris import MAX_URI

RFC9421: Final = "https://datatracker.ietf.org/doc/html/rfc9421"
CAPABILITIES: Final[dict[str, str]] = {RFC9421: "RFC-9421: HTTP Message Signatures", FEDIREC: "fedirec"}
"""What our software can do that no document shows by itself, with the name of each (FEP-844e)."""
MAX_CAPABILITIES: Final = 32
MAX_KEYS: Final = 10
MAX_NAME: Final = 500
MAX_SUMMARY: Final = 20_000
MAX_ALIASES: Final = 10
MAX_HANDLE: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyObject:
    """A public key of an actor: RSA stands in `publicKey`, Ed25519 as a Multikey in `assertionMethod` (FEP-521a)."""

    id: str
    kind: Literal["rsa", "ed25519"]
    public: str
    """PEM for RSA, multibase for Ed25519."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ActorObject:
    """Someone who can do things, as other instances see them."""

    TYPE: ClassVar[str] = "Person"
    TYPES: ClassVar[tuple[str, ...]] = ("Person", "Group", "Application", "Service", "Organization")
    CONTEXT: ClassVar[list[Any]] = ACTOR_CONTEXT

    id: str
    type: str
    handle: str
    """`preferredUsername`; empty when the actor has none."""

    inbox: str
    name: str = ""
    summary: str = ""
    url: str | None = None
    icon_url: str | None = None
    outbox: str | None = None
    followers: str | None = None
    following: str | None = None
    featured: str | None = None
    shared_inbox: str | None = None
    webfinger: str | None = None
    """The handle that the actor wants to be known by, without a leading @ (FEP-2c59)."""

    approves_followers: bool = False
    discoverable: bool = False
    suspended: bool = False
    """Whether those who run its instance keep it silent for now (Mastodon's toot:suspended)."""
    indexable: bool = False
    """Whether what they publish may be found by its words (FEP-5feb); who does not say so does not want it."""

    without_name: bool = False
    """Whether they do not want to be named in what others make from any work of theirs."""

    implements: tuple[str, ...] = ()
    """What its software can do, by address, as it says in its `generator`, or itself if it is one (FEP-844e)."""

    also_known_as: tuple[str, ...] = ()
    moved_to: str | None = None
    published: datetime | None = None
    keys: tuple[KeyObject, ...] = ()
    further: Json = field(default_factory=dict)
    """What packages that know more of people add; only for writing, for what comes stays in the document."""

    @classmethod
    def read(cls, doc: Doc, vocabulary: Vocabulary) -> Self:
        uri = doc.id("id")
        type_name = next((name for name in doc.many("type") if name in cls.TYPES), None)
        if type_name is None:
            raise Invalid(f"{doc.path}.type: expected an actor")
        endpoints = doc.docs("endpoints")
        shared = endpoints[0].find_text("sharedInbox") if endpoints else None
        return cls(
            id=uri,
            type=type_name,
            handle=(doc.find_text("preferredUsername") or "")[:MAX_HANDLE],
            inbox=_near(doc, "inbox", uri) or _missing(doc, "inbox"),
            name=_plain(doc.find_text("name"))[:MAX_NAME],
            summary=(doc.find_text("summary") or "")[:MAX_SUMMARY],
            url=doc.url("url"),
            icon_url=_image(doc, "icon"),
            outbox=_near(doc, "outbox", uri),
            followers=_near(doc, "followers", uri),
            following=_near(doc, "following", uri),
            featured=_near(doc, "featured", uri),
            shared_inbox=shared if shared and may_have(shared, owner=uri) else None,
            webfinger=doc.find_text("webfinger"),
            approves_followers=doc.flag("manuallyApprovesFollowers"),
            discoverable=doc.flag("discoverable"),
            suspended=doc.flag("suspended"),
            indexable=doc.flag("indexable"),
            without_name=doc.flag("withoutName"),
            implements=_implements(doc),
            also_known_as=tuple(
                value for value in doc.many("alsoKnownAs") if isinstance(value, str) and len(value) <= 2048
            )[:MAX_ALIASES],
            moved_to=doc.find_id("movedTo"),
            published=doc.find_instant("published"),
            keys=_keys(doc, uri),
        )

    def write(self) -> Json:
        document: Json = {
            "id": self.id,
            "type": self.type,
            "preferredUsername": self.handle,
            "name": self.name,
            "summary": self.summary,
            "inbox": self.inbox,
            "manuallyApprovesFollowers": self.approves_followers,
            "discoverable": self.discoverable,
            "indexable": self.indexable,
        }
        for key, value in (
            ("url", self.url),
            ("outbox", self.outbox),
            ("followers", self.followers),
            ("following", self.following),
            ("featured", self.featured),
            ("webfinger", self.webfinger),
            ("movedTo", self.moved_to),
        ):
            if value is not None:
                document[key] = value
        if self.suspended:
            document["suspended"] = True
        if self.without_name:
            document["withoutName"] = True
        if self.shared_inbox:
            document["endpoints"] = {"sharedInbox": self.shared_inbox}
        if self.icon_url:
            document["icon"] = {"type": "Image", "url": self.icon_url}
        if self.also_known_as:
            document["alsoKnownAs"] = list(self.also_known_as)
        if self.published:
            document["published"] = write_instant(self.published)
        if self.implements:
            can = [{"href": href, "name": CAPABILITIES.get(href, href)} for href in self.implements]
            if self.type == "Application":
                document["implements"] = can
            else:
                document["generator"] = {"type": "Application", "implements": can}
        return {**self.further, **document, **write_keys(self.id, self.keys)}


def write_keys(owner: str, keys: tuple[KeyObject, ...]) -> Json:
    """The keys of `owner` as the two properties of an actor document that carry them."""
    document: Json = {}
    rsa = [{"id": key.id, "owner": owner, "publicKeyPem": key.public} for key in keys if key.kind == "rsa"]
    if rsa:
        document["publicKey"] = rsa[0] if len(rsa) == 1 else rsa
    multikeys = [
        {"id": key.id, "type": "Multikey", "controller": owner, "publicKeyMultibase": key.public}
        for key in keys
        if key.kind == "ed25519"
    ]
    if multikeys:
        document["assertionMethod"] = multikeys
    return document


def _keys(doc: Doc, actor: str) -> tuple[KeyObject, ...]:
    """The keys that the actor lists and that name it as their owner; a key of another origin is nobody's here."""
    found: list[KeyObject] = []
    for key in doc.docs("publicKey"):
        key_id, pem = key.find_text("id"), key.find_text("publicKeyPem")
        if key_id and pem and lists_key(key_id, owner=key.find_text("owner"), actor=actor):
            found.append(KeyObject(id=key_id, kind="rsa", public=pem[:4000]))
    for key in doc.docs("assertionMethod"):
        key_id, multibase = key.find_text("id"), key.find_text("publicKeyMultibase")
        is_usual = key.find_text("type") == "Multikey" and (multibase or "").startswith("z6Mk")
        if key_id and multibase and is_usual and lists_key(key_id, owner=key.find_text("controller"), actor=actor):
            found.append(KeyObject(id=key_id, kind="ed25519", public=multibase[:100]))
    return tuple({key.id: key for key in found}.values())[:MAX_KEYS]


def _implements(doc: Doc) -> tuple[str, ...]:
    applications = doc.docs("generator") + ([doc] if doc.find_text("type") == "Application" else [])
    found: dict[str, None] = {}
    for application in applications[:MAX_CAPABILITIES]:
        for value in application.many("implements")[:MAX_CAPABILITIES]:
            href = value.get("href", value.get("id")) if isinstance(value, dict) else value
            if isinstance(href, str) and 0 < len(href) <= MAX_URI:
                found[href] = None
    return tuple(found)[:MAX_CAPABILITIES]


def _near(doc: Doc, key: str, actor: str) -> str | None:
    """The address under `key` if it is of the actor's own origin: nobody directs our traffic to a third party."""
    if not doc.many(key):
        return None
    address = doc.id(key)
    if not may_have(address, owner=actor):
        raise Invalid(f"{doc.path}.{key}: belongs to another origin than the actor")
    return address


def _missing(doc: Doc, key: str) -> str:
    raise Invalid(f"{doc.path}.{key}: an actor needs one")


def _image(doc: Doc, key: str) -> str | None:
    images = sorted(
        doc.docs(key), key=lambda image: image.number("width") or 0, reverse=True
    )  # PeerTube has three sizes
    return images[0].url("url", "image/png") if images else None


def _plain(text: str | None) -> str:
    return " ".join((text or "").split())
