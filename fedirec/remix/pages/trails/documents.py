"""The trail of a record for programs."""

from __future__ import annotations

from fedirec.activitypub.vocab import Json, write_instant
from fedirec.remix.licences import find_licence
from fedirec.remix.models import Record
from fedirec.remix.pages.completeness import completeness_document
from fedirec.remix.pseudonyms import has_no_account
from fedirec.remix.queries.completeness import completeness_of
from fedirec.remix.queries.credits import Further, credits_of
from fedirec.remix.queries.people import with_changed_keys
from fedirec.remix.queries.standing import (
    UNJUDGED,
    standings_among,
)
from fedirec.remix.queries.trails import trail_of


async def trail_document(record: Record, further: Further) -> Json:
    """The trail of a public record for programs: what was made from what, and who is credited for it."""
    trail = await trail_of(record.uri)
    lines, names, notes = await credits_of(trail, further)
    standings = await standings_among(trail.edges)
    shown = [waypoint for waypoint in trail.waypoints.values() if not waypoint.is_hidden]
    changed = {actor.uri: since for actor, since in await with_changed_keys([each.author_uri for each in shown])}
    return {
        "record": record.uri,
        "records": [
            {
                "id": waypoint.uri,
                "title": waypoint.title,
                "kind": waypoint.kind,
                "author": waypoint.author_uri,
                "license": find_licence(waypoint.licence).url,
                "isRemembered": waypoint.is_gone,
                **(
                    {"authorKeysChanged": write_instant(changed[waypoint.author_uri])}
                    if waypoint.author_uri in changed
                    else {}
                ),
            }
            for waypoint in sorted(shown, key=lambda waypoint: waypoint.uri)
        ],
        "derivations": [
            {
                "record": edge.record,
                "source": edge.source,
                "relation": edge.relation,
                "permission": standing.clearance,
                "acknowledgement": standing.acknowledgement,
            }
            for edge in trail.edges
            for standing in [standings.get((edge.record, edge.source), UNJUDGED)]
        ],
        "credits": [
            {
                "person": None if has_no_account(line.person) else line.person,
                "name": names.get(line.person, ""),
                "generation": line.generation,
                "roles": list(line.roles),
                "uncertain": [role for role in line.roles if (line.person, role) in notes],
                "records": [work.record for work in line.works],
            }
            for line in lines
        ],
        "completeness": completeness_document(await completeness_of(trail)),
    }
