"""What this instance decides about money, each thing explained; and in plain words what it may not do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedirec.accounts.door import require_viewer
from fedirec.accounts.pages.administration import admin_tabs
from fedirec.accounts.permissions import Permission
from fedirec.accounts.viewer import Viewer
from fedirec.credits.actions.settings import change_money_settings, set_account, set_credentials
from fedirec.credits.models import MoneySettings
from fedirec.credits.pages.percents import percent, read_percent
from fedirec.credits.pages.pools.views import currency_choices, rule_choices
from fedirec.credits.queries.settings import Seal, adapters_of, credentials_of, money_settings
from fedirec.credits.queries.standing import payers
from fedirec.credits.settings import (
    ACCOUNT_FIELDS,
    ACCOUNT_HINTS,
    DEBTOR_FIELDS,
    DEBTOR_HINTS,
    LEAST_MORE,
    LEAST_WINDOW,
    MAX_TERMS,
    MOST_DAYS,
    MOST_MONTHS,
    PEOPLE_NEEDED,
    WAYS,
    MoneyPolicy,
    Shown,
    Unclaimed,
)
from fedirec.errors import Misconfigured
from fedirec.ledger.currencies import CURRENCIES, find_amount, write_amount
from fedirec.web.forms import Form, filled_form, read_form
from fedirec.web.language import gettext as _
from fedirec.web.render import redirect, render
from fedirec.web.views import Choice

_PAGE: Final = "/admin/money"


async def show_settings(request: Request[Any]) -> Response:
    viewer = require_viewer(request, Permission.MANAGE_INSTANCE)
    settings = await money_settings()
    return await _show(request, viewer, settings, _filled(settings))


async def post_settings(request: Request[Any]) -> Response:
    viewer = require_viewer(request, Permission.MANAGE_INSTANCE)
    form = await read_form(request)
    policy = _policy_in(form)
    if policy is not None and not form.errors:
        with form.collecting():
            await change_money_settings(viewer, policy)
            return redirect(request, _PAGE, _("Saved. The audit log says what changed."))
    return await _show(request, viewer, await money_settings(), form, status=422)


async def post_account(request: Request[Any]) -> Response:
    """The account that is paid from: it is sealed, and not shown again."""
    viewer = require_viewer(request, Permission.MANAGE_INSTANCE)
    form = await read_form(request)
    values = {name: typed for name in ACCOUNT_FIELDS if (typed := form.line(name, max=60))}
    if not form.errors:
        with form.collecting():
            await set_account(viewer, _seal(request), values)
            return redirect(request, _PAGE, _("Saved. The audit log says what changed."))
    settings = await money_settings()
    return await _show(request, viewer, settings, _filled(settings), sealed=form, status=422)


async def post_credentials(request: Request[Any]) -> Response:
    """What a way of paying needs to know: it is sealed, and not shown again."""
    viewer = require_viewer(request, Permission.MANAGE_INSTANCE)
    form, adapter = await read_form(request), str(request.path_params["adapter"])
    way = WAYS.get(adapter)
    names = [each.name for each in way.credentials] if way else []
    forgets = form.value("do") == "forget"
    values = {} if forgets else {name: form.secret(f"{adapter}_{name}", max=500).strip() for name in names}
    if not form.errors:
        with form.collecting():
            await set_credentials(viewer, _seal(request), adapter, values)
            return redirect(request, _PAGE, _("Saved. The audit log says what changed."))
    settings = await money_settings()
    return await _show(request, viewer, settings, _filled(settings), sealed=form, status=422)


async def show_law(request: Request[Any]) -> Response:
    """What the instance may not do, and what to ask a lawyer."""
    viewer = require_viewer(request, Permission.SEE_AUDIT)
    return render(request, "credits/money_law.html", tabs=admin_tabs(request, viewer))


def _seal(request: Request[Any]) -> Seal:
    seal: Seal = request.state["vault"]
    return seal


def _filled(settings: MoneySettings) -> Form:
    debtor: Mapping[str, str] = settings.debtor or {}
    return filled_form(
        {
            "currency": settings.currency,
            "host_share": percent(settings.host_share_ppm),
            "rule": settings.rule,
            "window_days": settings.window_days,
            "more_days": settings.more_days,
            "threshold": write_amount(settings.threshold, settings.currency),
            "adapters": adapters_of(settings),
            "people_needed": settings.people_needed,
            "solo_days": settings.solo_days,
            "hold_days": settings.hold_days,
            "unclaimed_months": settings.unclaimed_months,
            "unclaimed_policy": settings.unclaimed_policy,
            "unclaimed_charity": settings.unclaimed_charity,
            "shows_amounts": settings.shows_amounts,
            "shows_ledger": settings.shows_ledger,
            "terms": settings.terms,
            "form_countries": " ".join(settings.form_countries or ()),
            **{f"debtor_{name}": debtor.get(name, "") for name in DEBTOR_FIELDS},
        }
    )


def _policy_in(form: Form) -> MoneyPolicy | None:
    """What the form decides; None when something is wrong with it, which then stands beside its field."""
    currency = form.choice("currency", CURRENCIES)
    threshold = find_amount(form.line("threshold", max=30) or "0", currency) if currency else None
    if threshold is None:
        form.fail("threshold", _("Please write an amount, such as 10 or 10.50."))
    numbers = {
        "window_days": form.number("window_days", required=True, min=LEAST_WINDOW, max=MOST_DAYS),
        "more_days": form.number("more_days", required=True, min=LEAST_MORE, max=MOST_DAYS),
        "people_needed": form.number("people_needed", required=True, min=min(PEOPLE_NEEDED), max=max(PEOPLE_NEEDED)),
        "solo_days": form.number("solo_days", required=True, min=1, max=MOST_DAYS),
        "hold_days": form.number("hold_days", required=True, min=1, max=MOST_DAYS),
        "unclaimed_months": form.number("unclaimed_months", required=True, min=1, max=MOST_MONTHS),
    }
    words: dict[str, Any] = {
        "rule": form.choice("rule", [choice.value for choice in rule_choices()]),
        "unclaimed_policy": form.choice("unclaimed_policy", [*Unclaimed]),
        "unclaimed_charity": form.line("unclaimed_charity", max=200),
        "shows_ledger": form.choice("shows_ledger", [*Shown]),
        "shows_amounts": form.flag("shows_amounts"),
        "adapters": form.many("adapters", WAYS),
        "terms": form.text("terms", max=MAX_TERMS),
        "form_countries": sorted(set(form.line("form_countries", max=1_000).replace(",", " ").upper().split())),
        "debtor": {name: form.line(f"debtor_{name}", max=140) for name in DEBTOR_FIELDS},
    }
    words["debtor"]["country"] = words["debtor"]["country"].upper()
    ppm = read_percent(form, "host_share")
    if form.errors or ppm is None or threshold is None:
        return None
    whole: dict[str, Any] = dict(numbers)
    with form.collecting():
        return MoneyPolicy(currency=currency, host_share_ppm=ppm, threshold=threshold, **whole, **words)
    return None


async def _show(
    request: Request[Any],
    viewer: Viewer,
    settings: MoneySettings,
    form: Form,
    *,
    sealed: Form | None = None,
    status: int = 200,
) -> Response:
    known, key_problem = _known(settings, _seal(request))
    return render(
        request,
        "credits/money_settings.html",
        status,
        form=form,
        sealed=sealed or Form(),
        tabs=admin_tabs(request, viewer),
        currencies=currency_choices(),
        rules=rule_choices(),
        ways=[Choice(value=key, label=_(way.name), hint=_(way.sentence)) for key, way in WAYS.items()],
        keyed=[
            (
                key,
                _(way.name),
                [(f"{key}_{each.name}", _(each.label), _(each.hint)) for each in way.credentials],
                key in known,
            )
            for key, way in WAYS.items()
            if way.credentials
        ],
        debtor=[(f"debtor_{name}", _(label), _(DEBTOR_HINTS[name])) for name, label in DEBTOR_FIELDS.items()],
        account=[(name, _(label), _(ACCOUNT_HINTS[name])) for name, label in ACCOUNT_FIELDS.items()],
        has_account=settings.debtor_account is not None,
        key_problem=key_problem,
        for_trying_out=[_(way.label) for way in await request.state["ways"].tests()],
        enough=_how_many_pay(len(await payers())),
        people_needed=[
            Choice(
                value="3", label=_("Three people"), hint=_("Who proposes, who approves and who pays are different.")
            ),
            Choice(value="2", label=_("Two people"), hint=_("Nobody approves or pays what they began alone.")),
        ],
        shown=[
            Choice(value=Shown.NOTHING.value, label=_("Nothing"), hint=_("Only the fingerprints of the audit log.")),
            Choice(
                value=Shown.TOTALS.value,
                label=_("Totals"),
                hint=_("What is at the bank, owed, and kept by this instance."),
            ),
            Choice(
                value=Shown.ENTRIES.value, label=_("Every entry"), hint=_("Also each movement, without anybody's name.")
            ),
        ],
        unclaimed=[
            Choice(
                value=Unclaimed.HOLD.value,
                label=_("It stays theirs"),
                hint=_("It is kept until they come, however long."),
            ),
            Choice(
                value=Unclaimed.POOL.value,
                label=_("Back into its pool"),
                hint=_("Others share it in a further proposal."),
            ),
            Choice(value=Unclaimed.CHARITY.value, label=_("To a charity"), hint=_("To the one that you name below.")),
        ],
        terms_version=settings.terms_version,
        changed_at=settings.changed_at if settings.id is not None else None,
    )


def _how_many_pay(people: int) -> str:
    """What follows from how many people may pay now."""
    if people >= max(PEOPLE_NEEDED):
        return _("Now %(n)s people may pay here, owners and treasurers: enough for either.") % {"n": people}
    if people == min(PEOPLE_NEEDED):
        return _(
            "Now two people may pay here, owners and treasurers. If it takes three, the last step of each batch waits "
            "for the days below, after everybody in it was told."
        )
    return _(
        "Now one person may pay here. Whatever they began themselves waits for the days below, after everybody whom it "
        "concerns was told. Make somebody a treasurer under People."
    )


def _known(settings: MoneySettings, seal: Seal) -> tuple[set[str], str]:
    """The ways of paying that know what they need; and what is wrong where the key is not there."""
    try:
        return set(credentials_of(settings, seal)), ""
    except Misconfigured:
        return set(), _("What was sealed cannot be read: the key for payees is another one. Type it once more.")


routes = [
    Route(_PAGE, show_settings, methods=["GET"]),
    Route(_PAGE, post_settings, methods=["POST"]),
    Route(f"{_PAGE}/account", post_account, methods=["POST"]),
    Route(f"{_PAGE}/keys/{{adapter}}", post_credentials, methods=["POST"]),
    Route(f"{_PAGE}/law", show_law, methods=["GET"]),
]
