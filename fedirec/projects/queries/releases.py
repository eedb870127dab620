"""Whom the manifests of productions name, for the credits of what was released and of all that is made from it."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from fedirec.db import fetch_rows
from fedirec.db.tables import json_of, table_of
from fedirec.projects.manifests import RoleCredit, read_kept
from fedirec.projects.models import Manifest, Production, RoleLine
from fedirec.remix.queries.credits import FurtherPart
from fedirec.remix.roles import CONTRIBUTOR, find_role
from fedirec.web.language import gettext as _


async def parts_in_releases(records: Collection[int]) -> Sequence[FurtherPart]:
    """The roles in the manifests of what was released as the records in these rows: four queries.

    Nobody who says that they did not do it is among them, nor anybody of ours whom a project elsewhere names: we do not
    know what they say. Of whom the leaders of a project named, that is noted.
    """
    found = Production.filter(record_id__in=list(records), state="released", digest_holds=True)
    rows = await found.select_related("project__actor")
    if not rows:
        return []
    released = {row.id: row.record_id for row in rows}
    elsewhere = {row.id for row in rows if not row.project.actor.is_local}
    answers = {
        (line.production_id, line.actor.uri, (find_role(line.role) or CONTRIBUTOR).iri): line.state
        async for line in RoleLine.filter(production_id__in=list(released)).select_related("actor")
        if line.actor is not None
    }
    manifests = await Manifest.filter(production_id__in=list(released)).order_by("id")
    named = [(row.production_id, role) for row in manifests for role in read_kept(row.document).roles]
    unasked = await _ours_among({role.person for key, role in named if role.person and key in elsewhere})
    return [
        FurtherPart(record=record, person=role.person or "", name=role.name, role=role.role, note=_note_of(role, said))
        for key, role in named
        if (record := released[key]) is not None and not (key in elsewhere and role.person in unasked)
        for said in [answers.get((key, role.person or "", role.role), "")]
        # Who had confirmed it when it was frozen stands in the record, unless they took it back until the release.
        if said not in ("declined", "unnamed") and (not role.is_confirmed or said == "confirmed")
    ]


async def _ours_among(people: Collection[str]) -> Collection[str]:
    """Those of `people`, by their addresses, who live here."""
    if not people:
        return ()
    rows = await fetch_rows(
        f"SELECT a.uri FROM {table_of(uri='text')} AS w JOIN actor a ON a.uri = w.uri WHERE a.is_local",  # noqa: S608
        json_of({"uri": uri} for uri in people),
    )
    return {row["uri"] for row in rows}


def _note_of(role: RoleCredit, said: str) -> str:
    if role.person is None:
        return _("named by those who lead the project")
    return "" if said == "confirmed" else _("not confirmed yet")
