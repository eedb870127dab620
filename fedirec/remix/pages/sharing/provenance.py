"""Where works come from, for machines: the trail of a record in the words of PROV and of schema.org, as JSON-LD."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from fedirec.remix.licences import find_licence, licence_of
from fedirec.remix.models import Record
from fedirec.remix.queries.trails import Trail
from fedirec.remix.queries.waypoints import Waypoint

IN_PAGES: Final = 100
"""Works of a trail that a page tells search engines of, the nearest."""
CONTEXT: Final[Mapping[str, Any]] = {
    "prov": "http://www.w3.org/ns/prov#",
    "schema": "http://schema.org/",
    "name": "schema:name",
    "creditText": "schema:creditText",
    "license": {"@id": "schema:license", "@type": "@id"},
    "isBasedOn": {"@id": "schema:isBasedOn", "@type": "@id"},
    "wasDerivedFrom": {"@id": "prov:wasDerivedFrom", "@type": "@id"},
    "wasAttributedTo": {"@id": "prov:wasAttributedTo", "@type": "@id"},
}


def record_in_prov(record: Record, *, credit: str) -> dict[str, Any]:
    """Who made `record`, which comes with its parts, and from what; `credit` is the line that names them all."""
    found = {
        "@context": CONTEXT,
        "@id": record.uri,
        "@type": ["prov:Entity", "schema:CreativeWork"],
        "name": record.title,
        "creditText": credit,
        "license": licence_of(record).url,
        "wasAttributedTo": record.author.uri,
        "wasDerivedFrom": [source.uri for source in record.sources if source.in_graph],
    }
    return {name: value for name, value in found.items() if value}


def trail_in_prov(trail: Trail, *, credit: str, names: Mapping[str, str]) -> dict[str, Any]:
    """The whole trail as one graph: works, who made them, and which was made from which. Nothing that is not public."""
    shown = _nearest(trail)
    sources = _sources_of(trail)
    works = [_work(waypoint, sources.get(waypoint.uri, [])) for waypoint in shown]
    if works and credit:
        works[0]["creditText"] = credit
    people = dict.fromkeys(waypoint.author_uri for waypoint in shown)
    agents = [
        {"@id": person, "@type": ["prov:Agent", "schema:Person"], "name": names.get(person, "")} for person in people
    ]
    return {"@context": CONTEXT, "@graph": [*works, *agents]}


def trail_in_schema(trail: Trail, *, credit: str) -> dict[str, Any]:
    """What a page tells search engines of the works of a trail that are nearest."""
    shown = _nearest(trail)[:IN_PAGES]
    sources = _sources_of(trail)
    graph = []
    for waypoint in shown:
        work = {
            "@type": "CreativeWork",
            "@id": waypoint.uri,
            "url": waypoint.url,
            "name": waypoint.title,
            "author": {"@type": "Person", "@id": waypoint.author_uri, "name": waypoint.author_name},
            "license": find_licence(waypoint.licence).url,
            "isBasedOn": sources.get(waypoint.uri),
            "creditText": credit if waypoint.uri == trail.record else "",
        }
        graph.append({name: value for name, value in work.items() if value})
    return {"@context": "https://schema.org", "@graph": graph}


def _nearest(trail: Trail) -> Sequence[Waypoint]:
    """The works of a trail that may be spoken of: the record itself first, then by how far they are."""
    places = {trail.record: 0, **trail.up, **trail.down}
    uris = sorted(places, key=lambda uri: (places[uri], uri))
    return [
        waypoint
        for uri in uris
        if (waypoint := trail.waypoints.get(uri)) is not None and (uri == trail.record or not waypoint.is_hidden)
    ]


def _work(waypoint: Waypoint, sources: Sequence[str]) -> dict[str, Any]:
    work = {
        "@id": waypoint.uri,
        "@type": ["prov:Entity", "schema:CreativeWork"],
        "name": waypoint.title,
        "license": find_licence(waypoint.licence).url,
        "wasAttributedTo": waypoint.author_uri,
        "wasDerivedFrom": sources,
        "isBasedOn": sources,
    }
    return {name: value for name, value in work.items() if value}


def _sources_of(trail: Trail) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for edge in trail.edges:
        found.setdefault(edge.record, []).append(edge.source)
    return found
