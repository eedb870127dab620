"""Records with lists of remixes, ours and those of a server of another make."""

from __future__ import annotations

from typing import Any, Final

from fedirec.activitypub.models import Actor
from fedirec.remix.actions.drafts import RecordDraft, SourceDraft
from fedirec.remix.actions.records import publish_record
from tests.network import Instance
from tests.peer import Peer

BY: Final = "https://creativecommons.org/licenses/by/4.0/"
CONTEXT: Final = [
    "https://www.w3.org/ns/activitystreams",
    {
        "fr": "https://w3id.org/fedirec/ns#",
        "kind": "fr:kind",
        "schema": "http://schema.org/",
        "license": {"@id": "schema:license", "@type": "@id"},
        "isBasedOn": {"@id": "schema:isBasedOn", "@type": "@id"},
        "remixes": {"@id": "fr:remixes", "@type": "@id"},
        "remixesOf": {"@id": "fr:remixesOf", "@type": "@id"},
    },
]


def serve_source(peer: Peer, author: str, **changes: Any) -> str:
    note = peer.note(author, "rain", kind="record", license=BY) | {"name": "Rain"}
    uri = f"{peer.origin}/notes/rain"
    peer.serve(uri, {"@context": CONTEXT, **note, "remixes": f"{uri}/remixes", **changes})
    return uri


def serve_remix(peer: Peer, author: str, name: str) -> dict[str, Any]:
    note = peer.note(author, name, kind="record", license=BY, isBasedOn=[f"{peer.origin}/notes/rain"])
    document = {"@context": CONTEXT, **note}
    peer.serve(note["id"], document)
    return document


def serve_pages(peer: Peer, pages: list[list[str]], **changes: Any) -> None:
    uri = f"{peer.origin}/notes/rain/remixes"
    whole = {"@context": CONTEXT, "id": uri, "type": "OrderedCollection", "first": f"{uri}?page=0"}
    peer.serve(uri, {**whole, **changes})
    for number, items in enumerate(pages):
        page = {
            "@context": CONTEXT,
            "id": f"{uri}?page={number}",
            "type": "OrderedCollectionPage",
            "partOf": uri,
            "orderedItems": items,
        }
        if number + 1 < len(pages):
            page["next"] = f"{uri}?page={number + 1}"
        peer.serve(f"{uri}?page={number}", page)


async def publish(instance: Instance, author: Actor, title: str, *sources: str) -> str:
    """The address of a new record by `author`, made from what lives at `sources`."""
    drafts = [SourceDraft(record=await instance.find_record(uri)) for uri in sources]
    draft = RecordDraft(title=title, text=title, licence="CC-BY-4.0", sources=drafts)
    return (await instance.run(publish_record, author, draft)).uri
