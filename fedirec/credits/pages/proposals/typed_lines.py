"""Lines of a proposal as leaders typed them into the editor."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from starlette.requests import Request

from fedirec.credits.actions.proposals.drafting import (
    LineDraft,
)
from fedirec.credits.models import DraftLine
from fedirec.credits.revisions.lines import MAX_LABEL, MAX_NAME, MAX_REASON, IncomeKind
from fedirec.credits.shares import MAX_WEIGHT
from fedirec.errors import Invalid
from fedirec.remix.actions.following import find_whom
from fedirec.remix.pages.finding import remote_for
from fedirec.remix.roles import ROLES
from fedirec.web.forms import Form
from fedirec.web.language import gettext as _


def read_lines(form: Form, rows: Sequence[DraftLine]) -> tuple[list[LineDraft], list[str]]:
    """The lines that stood on the page, as they were typed, and the keys of those that are to go."""
    drafts, gone = [], []
    for row in rows:
        if f"weight-{row.key}" not in form:
            continue
        if form.flag(f"gone-{row.key}"):
            gone.append(row.key)
            continue
        weight = form.number(f"weight-{row.key}", min=0, max=MAX_WEIGHT)
        drafts.append(
            LineDraft(
                key=row.key,
                label=form.line(f"label-{row.key}", max=MAX_LABEL),
                role=row.role,
                weight=weight or 0,
                reason=form.line(f"reason-{row.key}", max=MAX_REASON),
                income_kind=form.choice(f"income-{row.key}", [*IncomeKind], default=row.income_kind),
                is_locked=form.flag(f"locked-{row.key}"),
            )
        )
    return drafts, gone


async def read_new(request: Request[Any], form: Form) -> LineDraft:
    """The line of somebody who was not in the list. Raises Invalid beside the field."""
    typed, name = form.line("person", max=500), form.line("name", max=MAX_NAME)
    if not typed and not name:
        raise Invalid(_("Please say who gets it."), field="person")
    person = await find_whom(remote_for(request), typed) if typed else None
    if person is not None and person.type == "Group":
        raise Invalid(_("That is a project or a challenge. Please name a person."), field="person")
    role = next((each.iri for each in ROLES if each.code == form.value("role")), "")
    weight = form.number("weight", min=0, max=MAX_WEIGHT)
    if form.error("weight"):
        raise Invalid(form.error("weight"), field="weight")
    return LineDraft(
        person=person,
        name=name,
        label=form.line("label", max=MAX_LABEL),
        role=role,
        weight=weight or 0,
        reason=form.line("reason", max=MAX_REASON),
        income_kind=form.choice("income", [*IncomeKind], default=IncomeKind.ROYALTY.value),
    )
