"""What this instance decides about money, by its admins; each change stands in the audit log, without any secret."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any, Final

from fedirec.accounts.actions.audit import audit
from fedirec.accounts.actions.notifications import notify_actors
from fedirec.accounts.notices import Notice
from fedirec.accounts.permissions import Doer, Permission, require
from fedirec.accounts.queries import those_who_may
from fedirec.accounts.viewer import Viewer
from fedirec.activitypub.own import own_actor
from fedirec.clock import now
from fedirec.credits.models import MoneySettings
from fedirec.credits.queries.settings import (
    ACCOUNT_LABEL,
    ADAPTERS_LABEL,
    Seal,
    credentials_of,
    money_settings,
    policy_of,
)
from fedirec.credits.settings import ACCOUNT_FIELDS, WAYS, MoneyPolicy
from fedirec.db import transaction
from fedirec.db.holding import hold
from fedirec.errors import Invalid, Misconfigured
from fedirec.ledger.iban import read_bic, read_iban
from fedirec.ledger.recording import record
from fedirec.translatable import N_

_UNTOLD: Final = frozenset({"terms", "debtor"})
"""Of these the audit log says only that they changed: one is long, the other somebody's address."""
MAX_SECRET: Final = 500
"""Characters."""


async def change_money_settings(doer: Doer, wanted: MoneyPolicy) -> MoneySettings:
    """The instance handles money like that from now on; other terms of being paid are a further version of them.

    What is under way keeps the windows, the days and the rule with which it began. Whoever pays is told, and the chain
    of the audit log tells what it was before. Raises Forbidden.
    """
    require(doer, Permission.MANAGE_INSTANCE)
    async with transaction():
        settings = await _held()
        before, after = asdict(policy_of(settings)), asdict(wanted)
        changed = [name for name in after if _plain(before[name]) != _plain(after[name])]
        if not changed:
            return settings
        settings.lowered = _lowered(settings, wanted)
        for name in changed:
            setattr(settings, name, _plain(after[name]))
        if "terms" in changed and before["terms"]:
            settings.terms_version += 1
        settings.changed_at = now()
        await settings.save(update_fields=[*changed, "lowered", "terms_version", "changed_at"])
        open_ones = [name for name in changed if name not in _UNTOLD]
        told = {name: f"{_said(before[name])} → {_said(after[name])}" for name in open_ones}
        await _tell(
            doer,
            "change_money",
            {"changed": changed, **told},
            link={"changed": changed, "before": _only(before, open_ones), "after": _only(after, open_ones)},
        )
    return settings


async def set_credentials(doer: Doer, seal: Seal, adapter: str, values: Mapping[str, str]) -> MoneySettings:
    """An adapter knows what it needs to know, sealed; with nothing in `values` it knows nothing any more.

    What was sealed with a key that is lost is forgotten by that: nobody can read it. Raises Forbidden, Invalid for what
    it does not need, and Misconfigured for a key that is none.
    """
    require(doer, Permission.MANAGE_INSTANCE)
    way = WAYS.get(adapter)
    needed = [each.name for each in way.credentials] if way else []
    if not needed or (values and set(values) != set(needed)) or not _are_short(values):
        raise Invalid(N_("Please fill in all that it needs."), field="adapter_settings")
    seal.seal(b"", label=ADAPTERS_LABEL)  # makes the key, before the transaction
    async with transaction():
        settings = await _held()
        known = _readable(settings, seal) | {adapter: dict(values)}
        kept = {name: secrets for name, secrets in known.items() if secrets}
        settings.adapter_settings = seal.seal(json.dumps(kept).encode(), label=ADAPTERS_LABEL) if kept else None
        await _save(settings, "adapter_settings")
        await _tell(doer, "change_money_keys", {"name": adapter, "changed": sorted(values)})
    return settings


async def set_account(doer: Doer, seal: Seal, values: Mapping[str, str]) -> MoneySettings:
    """The account that this instance pays from is known, sealed; with nothing in `values` none is any more.

    Raises Forbidden, Invalid for what is no account within SEPA, and Misconfigured.
    """
    require(doer, Permission.MANAGE_INSTANCE)
    if not set(values) <= ACCOUNT_FIELDS.keys() or not _are_short(values):
        raise Invalid(N_("Please fill in all that it needs."), field="iban")
    read = {"iban": read_iban, "bic": read_bic}
    kept = {name: read[name](value) for name, value in values.items() if value.strip()}
    if kept and "iban" not in kept:
        raise Invalid(N_("Please write the IBAN as well."), field="iban")
    sealed = seal.seal(json.dumps(kept).encode(), label=ACCOUNT_LABEL) if kept else None
    async with transaction():
        settings = await _held()
        settings.debtor_account = sealed
        await _save(settings, "debtor_account")
        await _tell(doer, "change_money_account", {})
    return settings


async def _tell(doer: Doer, action: str, said: Mapping[str, Any], *, link: Mapping[str, Any] | None = None) -> None:
    """It stands in the audit log and in the audit chain, and whoever pays knows of it; the last in the transaction."""
    site, cause = await own_actor(), doer.actor if isinstance(doer, Viewer) else None
    await audit(doer, action, site.uri, **said)
    people = [each.actor for each in await those_who_may(Permission.PAY)]
    about = f"{site.uri}#{action}-{now().isoformat()}"
    await notify_actors(people, Notice.MONEY_SETTINGS, cause, about, "/admin/audit")
    await record(action, "money", said if link is None else link)


def _lowered(settings: MoneySettings, wanted: MoneyPolicy) -> dict[str, Any]:
    """What is kept for what has begun, where days become fewer: also of what was before that and is not over yet."""
    kept, moment = dict(settings.lowered or {}), now()
    for name in ("hold_days", "solo_days"):
        days, earlier = getattr(settings, name), kept.get(name)
        if earlier and moment < datetime.fromisoformat(earlier["at"]) + timedelta(days=earlier["days"]):
            days = max(days, earlier["days"])
        if getattr(wanted, name) < getattr(settings, name):
            kept[name] = {"days": days, "at": moment.isoformat()}
    return kept


def _only(values: Mapping[str, Any], names: Iterable[str]) -> dict[str, Any]:
    return {name: _plain(values[name]) for name in names}


async def _held() -> MoneySettings:
    """The one row, which nobody else changes until the caller's transaction ends; made where there was none."""
    settings = await money_settings()
    if settings.id is None:
        settings, _is_new = await MoneySettings.get_or_create(id=1)
    await hold(settings)
    return settings


def _readable(settings: MoneySettings, seal: Seal) -> dict[str, dict[str, str]]:
    try:
        return credentials_of(settings, seal)
    except Misconfigured:
        return {}


async def _save(settings: MoneySettings, *columns: str) -> None:
    settings.changed_at = now()
    await settings.save(update_fields=[*columns, "changed_at"])


def _are_short(values: Mapping[str, str]) -> bool:
    return all(0 < len(value) <= MAX_SECRET for value in values.values())


def _plain(value: Any) -> Any:
    """`value` as JSON columns keep it."""
    if isinstance(value, Mapping):
        return {name: text for name, text in value.items() if text}
    return value if isinstance(value, str | int) else list(value)


def _said(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
