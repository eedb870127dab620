"""Drawing up the next revision: weights, locks, reasons, what the trail suggests beside them, and their sum.

Everything works without a script: a button works the shares out again without saving. Whoever was overtaken keeps what
they typed, and sees beside it what stands there by now.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedirec.credits.actions.proposals.drafting import (
    add_new_credits,
    even_out,
    merge_lines,
    save_lines,
    scale_weights,
    split_line,
    use_suggestion,
)
from fedirec.credits.models import DraftLine, PayProposal
from fedirec.credits.pages.pools.views import place_view
from fedirec.credits.pages.proposals.finding import changing_in, proposal_in, speaker_in
from fedirec.credits.pages.proposals.typed_lines import read_lines, read_new
from fedirec.credits.pages.proposals.views import income_choices, proposal_view
from fedirec.credits.queries.drafts import draft_lines
from fedirec.credits.queries.funds import funds_of
from fedirec.credits.queries.pools import home_of
from fedirec.credits.queries.standing import parts_to
from fedirec.credits.revisions.lines import MAX_LABEL, MAX_REASON
from fedirec.credits.shares import MAX_WEIGHT, amounts_of, to_ppm
from fedirec.credits.suggestions import Compared, compare
from fedirec.errors import Changed, FedirecError, Invalid
from fedirec.remix.pages.cards import Cards
from fedirec.remix.pages.visitors import members_only, number_of
from fedirec.remix.pseudonyms import NOT_NAMED
from fedirec.remix.roles import ROLES, label_of
from fedirec.web.forms import Form, read_form
from fedirec.web.language import gettext as _
from fedirec.web.render import redirect, render
from fedirec.web.sentences import told
from fedirec.web.views import Choice, PersonView

PIECE: Final = 100
"""Lines on one page of the editor: all their fields fit into one form."""
_DEEDS: Final = ("save", "publish", "recalculate", "even", "suggest", "scale", "credits", "split", "merge", "add")
_BESIDE: Final = {"add": "person", "scale": "target", "split": "chosen", "merge": "chosen"}
"""Where it stands what a button cannot do, unless a field is named that is on the page."""
_NEW: Final = frozenset({"person", "name", "label", "weight", "reason"})
"""The fields of a line that is added."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RowView:
    """A line of the draft, as the editor shows it: what was typed, or what stands in it."""

    key: str
    person: PersonView
    role: str
    work_url: str
    label: str
    weight: str
    reason: str
    income: str
    is_locked: bool
    is_gone: bool
    ppm: int | None
    """By the weights that stand here; None while they make no shares."""
    amount: int | None
    trail: Compared | None
    theirs: str
    """The weight that somebody else gave it in the meantime, where that is another one."""


@members_only
async def show_editor(request: Request[Any]) -> Response:
    proposal = await changing_in(request)
    return await _show(request, proposal, Form())


async def post_editor(request: Request[Any]) -> Response:
    """What was typed is saved, and then what the pressed button says is done; what is refused stays typed."""
    viewer, proposal = speaker_in(request), await changing_in(request)
    form = await read_form(request)
    deed = form.choice("do", _DEEDS, default="save")
    version = form.number("version", required=True, min=0) or 0
    rows = await draft_lines(proposal)
    drafts, gone = read_lines(form, rows)
    if form.errors or deed == "recalculate":
        return await _show(request, proposal, form, status=422 if form.errors else 200, version=version)
    try:
        if deed == "add":
            drafts.append(await read_new(request, form))
        saved = await save_lines(viewer.actor, proposal, version, drafts, gone=gone)
        version = saved.version
        done = await _then(request, form, deed, saved)
    except Changed as error:
        form.refuse(error)
        return await _show(request, await proposal_in(request), form, status=412, is_overtaken=True)
    except FedirecError as error:
        _tell(form, deed, error)
        return await _show(request, await proposal_in(request), form, status=422, version=version)
    if deed == "publish":
        return redirect(request, f"/pay/{proposal.key}/publish")
    return redirect(request, _page_url(request, target=form.value("target")), done)


async def _then(request: Request[Any], form: Form, deed: str, proposal: PayProposal) -> str:
    """What a button does besides saving; the sentence that says so."""
    actor, version = speaker_in(request).actor, proposal.version
    match deed:
        case "even":
            await even_out(actor, proposal, version)
            return _("Everybody in the same role has the same weight now; locked lines kept theirs.")
        case "suggest":
            await use_suggestion(actor, proposal, version)
            return _("Works have the weights that their trail suggests; locked lines kept theirs.")
        case "scale":
            target = form.number("target", required=True, min=1, max=MAX_WEIGHT)
            if target is None:
                raise Invalid(form.error("target"), field="target")
            await scale_weights(actor, proposal, version, target)
            return _("All weights sum to it now; locked lines kept theirs.")
        case "credits":
            added = await add_new_credits(actor, proposal, version)
            return _("%(n)s credits have lines now that had none.") % {"n": added}
        case "split":
            await split_line(actor, proposal, version, _chosen(form)[0])
            return _("It is two lines of the same person now.")
        case "merge":
            await merge_lines(actor, proposal, version, _chosen(form))
            return _("They are one line now.")
        case "add":
            return _("The line is there. It needs its reason.") if not form.value("reason") else _("The line is there.")
    return _("Saved. Nobody else sees it before it is published.")


def _tell(form: Form, deed: str, error: FedirecError) -> None:
    """What was refused stands where whoever pressed the button sees it."""
    field = error.field or ""
    is_there = "-" in field or (deed == "add" and field in _NEW)
    form.fail(field if is_there else _BESIDE.get(deed, ""), told(error))


def _chosen(form: Form) -> list[str]:
    keys = form.many("chosen", max=PIECE, max_length=26)
    if not keys:
        raise Invalid(_("Please tick the lines that you mean."), field="chosen")
    return keys


async def _show(
    request: Request[Any],
    proposal: PayProposal,
    form: Form,
    *,
    status: int = 200,
    version: int | None = None,
    is_overtaken: bool = False,
) -> Response:
    """The editor. What is typed was made from `version`, or else from the newest: nobody is overtaken unseen."""
    assert proposal.pool is not None
    cards, start = Cards(request), number_of(request.query_params.get("after", "")) or 0
    rows, funds = await draft_lines(proposal), await funds_of(proposal.pool)
    weights = {row.key: _weight_in(form, row) for row in rows}
    counted = {row.key: 0 if form.flag(f"gone-{row.key}") else weights[row.key] for row in rows}
    ppm = to_ppm(counted, scope=proposal.key) if any(counted.values()) else {}
    amounts = amounts_of(funds.to_share, ppm, scope=proposal.key) if ppm else {}
    piece = rows[start : start + PIECE]
    shown = {row.key for row in piece}
    suggested = {row.key: row.suggested for row in rows if row.suggested is not None}
    trail = compare(suggested, ppm, scope=proposal.key)
    total = sum(counted.values())
    parts = await parts_to(proposal.group, speaker_in(request).actor)
    return render(
        request,
        "credits/proposals/editor.html",
        status,
        form=form,
        place=place_view(cards, await home_of(proposal.group), parts),
        proposal=proposal_view(cards, proposal),
        pool={"url": f"/pools/{proposal.pool.key}", "title": proposal.pool.title},
        version=proposal.version if version is None else version,
        is_overtaken=is_overtaken,
        rows=[_row_view(cards, row, form, ppm, amounts, trail, is_overtaken=is_overtaken) for row in piece],
        elsewhere=sum(weight for key, weight in counted.items() if key not in shown),
        total=total,
        target=form.value("target") or str(number_of(request.query_params.get("target", "")) or total or 100),
        to_share=funds.to_share,
        unreasoned=sum(1 for row in rows if not form.value(f"reason-{row.key}", row.reason).strip()),
        count=len(rows),
        pages=[
            (f"/pay/{proposal.key}/edit?after={at}", at + 1, min(at + PIECE, len(rows)), at == start)
            for at in range(0, len(rows), PIECE)
        ]
        if len(rows) > PIECE
        else [],
        action=_page_url(request),
        has_suggestion=bool(trail),
        incomes=income_choices(),
        roles=[Choice(value="", label=_("No role")), *(Choice(value=each.code, label=_(each.label)) for each in ROLES)],
        max_weight=MAX_WEIGHT,
        max_reason=MAX_REASON,
        max_label=MAX_LABEL,
    )


def _row_view(
    cards: Cards,
    row: DraftLine,
    form: Form,
    ppm: Mapping[str, int],
    amounts: Mapping[str, int],
    trail: Mapping[str, Compared],
    *,
    is_overtaken: bool,
) -> RowView:
    record = row.credit.record if row.credit is not None else None
    is_typed = f"weight-{row.key}" in form
    typed = form.value(f"weight-{row.key}", str(row.weight))
    if row.actor is not None:
        person = cards.person(row.actor)
    else:
        person = PersonView(name=row.name or _(NOT_NAMED), handle="", url="")
    return RowView(
        key=row.key,
        person=person,
        role=label_of(row.role, gettext=_) if row.role else "",
        work_url=cards.here(record.uri) if record is not None and record.visibility == "public" else "",
        label=form.value(f"label-{row.key}", row.label),
        weight=typed,
        reason=form.value(f"reason-{row.key}", row.reason),
        income=form.value(f"income-{row.key}", row.income_kind),
        is_locked=form.flag(f"locked-{row.key}") if is_typed else row.is_locked,
        is_gone=form.flag(f"gone-{row.key}"),
        ppm=ppm.get(row.key),
        amount=amounts.get(row.key),
        trail=trail.get(row.key),
        theirs=str(row.weight) if is_overtaken and typed != str(row.weight) else "",
    )


def _weight_in(form: Form, row: DraftLine) -> int:
    typed = number_of(form.value(f"weight-{row.key}", str(row.weight)).strip())
    return typed if typed is not None and typed <= MAX_WEIGHT else 0


def _page_url(request: Request[Any], *, target: str = "") -> str:
    """This piece of the editor, with what all weights should sum to as it was typed."""
    asked = {"after": number_of(request.query_params.get("after", "")), "target": number_of(target)}
    said = urlencode({name: number for name, number in asked.items() if number})
    return request.url.path + (f"?{said}" if said else "")


routes = [
    Route("/pay/{key}/edit", show_editor, methods=["GET"]),
    Route("/pay/{key}/edit", post_editor, methods=["POST"]),
]
