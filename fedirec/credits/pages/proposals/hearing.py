"""What people say to a proposal: comments, objections with answers and appeals, and acceptances."""

from __future__ import annotations

from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedirec.accounts.door import require_viewer
from fedirec.accounts.permissions import Permission
from fedirec.activitypub.models import Actor
from fedirec.credits.actions.proposals.appealing import appeal_objection, decide_appeal
from fedirec.credits.actions.proposals.commenting import MAX_COMMENT, write_comment
from fedirec.credits.actions.proposals.elsewhere import (
    accept_elsewhere,
    appeal_elsewhere,
    object_elsewhere,
    withdraw_elsewhere,
)
from fedirec.credits.actions.proposals.hiding import Words, hide_words
from fedirec.credits.actions.proposals.objecting import answer_objection, object_to, withdraw_objection
from fedirec.credits.actions.proposals.stances import accept_proposal, give_share_back, take_share_back
from fedirec.credits.models import Objection, PayProposal
from fedirec.credits.objections import MAX_REMEDY, MAX_WORDS, ObjectionDraft, ObjectionKind, Resolution
from fedirec.credits.pages.percents import read_percent
from fedirec.credits.pages.proposals.finding import proposal_in, speaker_in
from fedirec.credits.pages.proposals.showing import show_one
from fedirec.credits.queries.hearing import get_objection
from fedirec.credits.queries.proposals import get_appeal
from fedirec.errors import FedirecError
from fedirec.translatable import N_
from fedirec.web.forms import Form, read_form
from fedirec.web.language import gettext as _
from fedirec.web.render import Flash, redirect

_HEARD: Final = ("answer", "withdraw", "appeal", "judge")
_SAYS: Final = ("accept", "give_back", "take_back")


async def post_comment(request: Request[Any]) -> Response:
    viewer, proposal = require_viewer(request, Permission.COMMENT), await proposal_in(request)
    form = await read_form(request)
    text = form.text("text", required=True, max=MAX_COMMENT)
    if not form.errors:
        with form.collecting():
            await write_comment(viewer.actor, proposal, text)
            return redirect(request, f"/pay/{proposal.key}#comments", _("Said. Everybody can read it."))
    return await show_one(request, proposal, form, about="comment", status=422)


async def post_objection(request: Request[Any]) -> Response:
    viewer, proposal = speaker_in(request), await proposal_in(request)
    form = await read_form(request)
    kind = form.choice("kind", [each.value for each in ObjectionKind])
    words = form.text("words", required=True, max=MAX_WORDS)
    remedy = form.text("remedy", required=True, max=MAX_REMEDY)
    wanted = read_percent(form, "wanted") if form.value("wanted").strip() else None
    draft = ObjectionDraft(kind=kind, words=words, remedy=remedy, line=form.line("line", max=26), wanted=wanted)
    if not form.errors:
        try:
            say = object_to if proposal.pool_id is not None else object_elsewhere
            objection = await say(viewer.actor, proposal, draft, digest=form.line("digest", max=100))
            done = _("Heard. Nothing is decided before those who lead it have answered you.")
            return redirect(request, f"/pay/{proposal.key}#objection-{objection.key}", done)
        except FedirecError as error:
            form.refuse(error)
    return await show_one(request, await proposal_in(request), form, about="object", status=422)


async def post_heard(request: Request[Any]) -> Response:
    """An objection is answered, taken back or appealed, or its appeal is decided."""
    viewer, proposal = speaker_in(request), await proposal_in(request)
    objection = await get_objection(proposal, request.path_params["objection"])
    form = await read_form(request)
    deed = form.choice("do", _HEARD)
    if not form.errors:
        with form.collecting():
            done = await _hear(viewer.actor, proposal, objection, form, deed)
            if not form.errors:
                return redirect(request, f"/pay/{proposal.key}#objection-{objection.key}", done)
    return await show_one(request, await proposal_in(request), form, about=f"{deed}-{objection.key}", status=422)


async def _hear(actor: Actor, proposal: PayProposal, objection: Objection, form: Form, deed: str) -> str:
    """What was pressed is done, unless the form has something wrong; the sentence that says so."""
    digest = form.line("digest", max=100)
    if deed == "withdraw":
        if proposal.pool_id is None:
            await withdraw_elsewhere(actor, objection, digest=digest)
        else:
            await withdraw_objection(actor, objection)
        return _("You took it back.")
    words = form.text("said", required=True, max=MAX_WORDS)
    if deed == "appeal":
        if not form.errors and proposal.pool_id is None:
            await appeal_elsewhere(actor, objection, words, digest=digest)
        elif not form.errors:
            await appeal_objection(actor, objection, words)
        return _("Somebody who is not listed will look.")
    if deed == "judge":
        verdict = form.choice("verdict", ("uphold", "dismiss"))
        if not form.errors:
            appeal = await get_appeal(proposal, objection.key)
            await decide_appeal(actor, appeal, upholds=verdict == "uphold", reason=words)
        return _("Decided. Everybody can read why.")
    resolution = form.choice("resolution", [each.value for each in Resolution])
    if not form.errors:
        await answer_objection(actor, objection, resolution=resolution, words=words)
    return _("Answered. Whoever objected has been told.")


async def post_stance(request: Request[Any]) -> Response:
    """Whoever is listed accepts exactly what they saw, gives their share back, or takes it back again."""
    viewer, proposal = speaker_in(request), await proposal_in(request)
    form = await read_form(request)
    says, digest, line = form.choice("do", _SAYS), form.line("digest", max=100), form.line("line", max=26)
    page = f"/pay/{proposal.key}"
    stale = Flash(
        text=_("It was revised in the meantime. Please look again: nothing counts that you did not see."),
        kind="problem",
    )
    if not form.errors:
        with form.collecting():
            if proposal.pool_id is None:
                recused = {"accept": None, "give_back": True, "take_back": False}[says]
                await accept_elsewhere(viewer.actor, proposal, digest, recused=recused, line=line)
                return redirect(request, page, _("Said. The server where it lives has been told."))
            if says == "accept":
                stance = await accept_proposal(viewer.actor, proposal, digest)
                done = _("You accepted this revision. If another one comes, you are asked again.")
                return redirect(request, page, done if stance.counts else stale)
            change = give_share_back if says == "give_back" else take_share_back
            revision = await change(viewer.actor, proposal, digest, line=line)
            return redirect(request, page, _(_CHANGED[says]) if revision is not None else stale)
    return await show_one(request, await proposal_in(request), form, about="stance", status=422)


_CHANGED: Final = {
    "give_back": N_("The others get it now, in proportion. You can take it back as long as people can object."),
    "take_back": N_("You have it again. Everybody else has time to look at that."),
}


async def post_hiding(request: Request[Any]) -> Response:
    """Words are not shown any more, or again, for a reason that everybody reads."""
    viewer, proposal = require_viewer(request, Permission.MODERATE), await proposal_in(request)
    form = await read_form(request)
    what, which = form.choice("what", [each.value for each in Words]), form.line("which", max=26)
    reason, shows = form.line("reason", required=True, max=500), form.flag("undo")
    if not form.errors:
        with form.collecting():
            await hide_words(viewer.actor, proposal, what, which, reason=reason, hides=not shows)
            done = _("Everybody sees it again.") if shows else _("Hidden. Others do not see it any more.")
            return redirect(request, f"/pay/{proposal.key}#objections", done)
    return await show_one(request, proposal, form, about=f"hide-{what}-{which}", status=422)


routes = [
    Route("/pay/{key}/hide", post_hiding, methods=["POST"]),
    Route("/pay/{key}/comments", post_comment, methods=["POST"]),
    Route("/pay/{key}/objections", post_objection, methods=["POST"]),
    Route("/pay/{key}/objections/{objection}", post_heard, methods=["POST"]),
    Route("/pay/{key}/stance", post_stance, methods=["POST"]),
]
