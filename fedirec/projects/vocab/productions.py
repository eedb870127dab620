"""How a finished production travels: what it is, and the manifest that was frozen, whose lists are collections."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Final, Self

from fedirec.activitypub.contexts import PRODUCTION_CONTEXT
from fedirec.activitypub.vocab import Doc, Json, Vocabulary, write_instant
from fedirec.projects.manifests import MAX_FILES
from fedirec.projects.vocab.projects import near
from fedirec.remix.vocab.notes import MARKDOWN, find_markdown
from fedirec.remix.vocab.text import MAX_CONTENT, MAX_NAME, clean_line, clean_text, find_id
from fedirec.uris import origin_of

MAX_LINKS: Final = 20
MAX_LABEL: Final = 100
_MAX_DIGEST: Final = 100
_STATES: Final = ("frozen", "released")


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkObject:
    """Where a production can be seen, heard, read or bought."""

    url: str
    label: str

    def write(self) -> Json:
        return {"type": "Page", "url": self.url, "name": self.label}


@dataclass(frozen=True, kw_only=True)
class ProductionObject:
    """A finished piece of a project, as other instances see it."""

    TYPE: ClassVar[str] = "Object"
    """As that of steps."""
    KIND: ClassVar[str] = "production"
    CONTEXT: ClassVar[list[Any]] = PRODUCTION_CONTEXT

    id: str
    project: str
    """The id of the Group."""
    name: str
    digest: str
    """Of its manifest."""
    head: Json
    """The manifest without its lists, as `Manifest.write_head` gives it."""
    files: tuple[str, ...] = ()
    """The digests of the files of the finished work, which the manifest has too."""
    records: str | None = None
    """The collection of the records in its manifest."""
    roles: str | None = None
    """The collection of the roles in it."""
    content: str = ""
    """HTML as it came: it has to pass fedirec.html before anybody sees it."""
    markdown: str | None = None
    state: str = "frozen"
    record: str | None = None
    """As which it was released."""
    links: tuple[LinkObject, ...] = ()
    frozen: datetime | None = None
    released: datetime | None = None
    updated: datetime | None = None

    @classmethod
    def read(cls, doc: Doc, vocabulary: Vocabulary) -> Self:
        """Raises Invalid without an id, a project and a manifest."""
        manifest = doc.doc("manifest")
        state = doc.find_text("state")
        uri = doc.id("id")
        return cls(
            id=uri,
            project=doc.id("isPartOf"),
            name=clean_line(doc.find_text("name"), MAX_NAME),
            digest=clean_line(manifest.text("digestMultibase"), _MAX_DIGEST),
            head={key: manifest.data[key] for key in _HEAD if key in manifest.data},
            files=tuple(clean_line(each, _MAX_DIGEST) for each in manifest.many("files"))[:MAX_FILES],
            records=near(manifest, "sources", uri),
            roles=near(manifest, "credits", uri),
            content=clean_text(doc.find_text("content"), MAX_CONTENT),
            markdown=find_markdown(doc),
            state=state if state in _STATES else "frozen",
            record=find_id(doc, "record"),
            links=_links(doc),
            frozen=manifest.find_instant("published"),
            released=doc.find_instant("published"),
            updated=doc.find_instant("updated"),
        )

    def write(self) -> Json:
        manifest = self.head | {"digestMultibase": self.digest}
        for key, value in (("files", list(self.files)), ("sources", self.records), ("credits", self.roles)):
            if value:
                manifest[key] = value
        document: Json = {
            "id": self.id,
            "type": self.TYPE,
            "kind": self.KIND,
            "attributedTo": self.project,
            "isPartOf": self.project,
            "name": self.name,
            "state": self.state,
            "manifest": manifest,
        }
        for key, said in (
            ("content", self.content),
            ("record", self.record),
            ("attachment", [link.write() for link in self.links]),
            ("source", {"content": self.markdown, "mediaType": MARKDOWN} if self.markdown else None),
        ):
            if said:
                document[key] = said
        for key, moment in (("published", self.released), ("updated", self.updated)):
            if moment:
                document[key] = write_instant(moment)
        return document


_HEAD: Final = ("manifestVersion", "production", "isPartOf", "name", "license", "published", "inLanguage")


def _links(doc: Doc) -> tuple[LinkObject, ...]:
    """The links that are addresses of the web, each once."""
    found: dict[str, LinkObject] = {}
    for entry in doc.docs("attachment")[: 2 * MAX_LINKS]:
        url = find_id(entry, "url")
        if entry.find_text("type") == "Page" and url and url.startswith("https://"):
            label = clean_line(entry.find_text("name"), MAX_LABEL) or origin_of(url).partition("://")[2]
            found.setdefault(url, LinkObject(url=url, label=label))
    return tuple(found.values())[:MAX_LINKS]
