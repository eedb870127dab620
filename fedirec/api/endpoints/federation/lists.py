"""Lists of decisions in the form of Mastodon, from others and for others."""

from __future__ import annotations

from fedirec.accounts.permissions import Permission
from fedirec.admin.actions.lists import export_list, import_list, plan_import
from fedirec.api.endpoint import Call, Endpoint
from fedirec.api.shapes.federation import ListQuery, ListRead, ListSent, ListWritten, show_list


async def take_over_list(call: Call) -> ListRead:
    sent = call.sent(ListSent)
    if sent.dry_run:
        plan = await plan_import(call.viewer, call.site, sent.list, kind=sent.kind, overrule=sent.overrule)
    else:
        plan = await import_list(
            call.viewer, call.site, sent.list, kind=sent.kind, overrule=sent.overrule, skip_bad=sent.skip_bad
        )
    return show_list(plan, is_done=not sent.dry_run)


async def give_away_list(call: Call) -> ListWritten:
    return ListWritten(csv=await export_list(call.viewer, call.asked(ListQuery).kind))


ENDPOINTS = (
    Endpoint(
        name="take_over_list",
        method="POST",
        path="/federation/lists",
        permission=Permission.MANAGE_FEDERATION,
        says="What a list of decisions in the form of Mastodon says holds here, unless it is weaker than what held.",
        run=take_over_list,
        body=ListSent,
        answer=ListRead,
        pages=("/admin/federation/import",),
    ),
    Endpoint(
        name="give_away_list",
        method="GET",
        path="/federation/lists",
        permission=Permission.MANAGE_FEDERATION,
        says="What was decided here, as a list in the form of Mastodon.",
        run=give_away_list,
        query=ListQuery,
        answer=ListWritten,
    ),
)
