"""The versions of a record as they are shown: whoever asked since not to be named is not named in old ones either."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from fedirec.activitypub.vocab import Doc, Json
from fedirec.html import markdown
from fedirec.remix.lineage import MAX_SOURCES
from fedirec.remix.models import Pseudonym, Record, RecordRevision
from fedirec.remix.queries.pseudonyms import people_behind, stand_ins_of
from fedirec.remix.queries.trails import trail_of
from fedirec.remix.vocab.text import ids


async def shown_version(record: Record, revision: RecordRevision) -> Json:
    """The document of `revision`, a version of `record`, without those who asked since not to be named in it.

    What it was signed with goes as well where that changes it, for it would prove nothing any more.
    """
    document = revision.document
    trail = await trail_of(record.uri)
    sources = {*trail.up, *ids(Doc(document), "isBasedOn", MAX_SOURCES)} - {record.uri}
    stand_ins = await stand_ins_of(sources, remix=record.uri)
    people = set((await people_behind(stand_ins.values())).values())
    credited = Pseudonym.filter(record_id=record.id, remix_uri="").values_list("actor_uri", flat=True)
    people |= {str(uri) for uri in await credited}
    shown = without_people(document, people - {record.author.uri})
    return shown if shown == document else {key: value for key, value in shown.items() if key != "proof"}


def without_people(document: Json, people: Collection[str]) -> Json:
    """`document` with nothing in it that shows the address of one of `people`; its text is what its author wrote."""
    found: Json = {key: _kept(value, people) for key, value in document.items() if not _names(value, people)}
    if "content" in document and "content" not in found:
        source = document.get("source")
        text = source.get("content") if isinstance(source, dict) else None
        found["content"] = markdown(text) if isinstance(text, str) else ""
    return found


def _kept(value: Any, people: Collection[str]) -> Any:
    if isinstance(value, list):
        return [_kept(each, people) for each in value if not _names(each, people)]
    if isinstance(value, dict):
        return {key: _kept(each, people) for key, each in value.items() if not _names(each, people)}
    return value


def _names(value: Any, people: Collection[str]) -> bool:
    """Whether `value` is a text with one of these addresses in it, or a thing of which that is an address."""
    if isinstance(value, dict):
        return any(isinstance(each, str) and each in people for each in value.values())
    return isinstance(value, str) and any(uri in value for uri in people)
