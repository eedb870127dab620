"""Whom the manifests of productions name, for the credits of what was released and of all that is made from it."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from fedirec.projects.manifests import RoleCredit, read_kept
from fedirec.projects.models import Manifest, Production, RoleLine
from fedirec.remix.queries.credits import FurtherPart
from fedirec.remix.roles import CONTRIBUTOR, find_role
from fedirec.web.language import gettext as _


async def parts_in_releases(records: Collection[int]) -> Sequence[FurtherPart]:
    """The roles in the manifests of what was released as the records in these rows: three queries.

    Nobody who says that they did not do it is among them. Of whom the leaders of a project named, that is noted.
    """
    found = Production.filter(record_id__in=list(records), state="released", digest_holds=True)
    released = {row.id: row.record_id async for row in found}
    if not released:
        return []
    answers = {
        (line.production_id, line.actor.uri, (find_role(line.role) or CONTRIBUTOR).iri): line.state
        async for line in RoleLine.filter(production_id__in=list(released)).select_related("actor")
        if line.actor is not None
    }
    return [
        FurtherPart(record=record, person=role.person or "", name=role.name, role=role.role, note=_note_of(role, said))
        async for row in Manifest.filter(production_id__in=list(released)).order_by("id")
        if (record := released[row.production_id]) is not None
        for role in read_kept(row.document).roles
        for said in [answers.get((row.production_id, role.person or "", role.role), "")]
        if said != "declined" and not role.is_confirmed
    ]


def _note_of(role: RoleCredit, said: str) -> str:
    if role.person is None:
        return _("named by those who lead the project")
    return "" if said == "confirmed" else _("not confirmed yet")
