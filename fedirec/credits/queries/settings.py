"""What this instance decided about money. Reading it writes nothing."""

from __future__ import annotations

import json
from dataclasses import fields
from datetime import datetime
from typing import Any, Protocol

from fedirec.credits.models import MoneySettings
from fedirec.credits.settings import MoneyPolicy

ADAPTERS_LABEL = "money adapters"
ACCOUNT_LABEL = "money account"
"""The labels under which what the adapters need to know, and the account that is paid from, are sealed."""


class Seal(Protocol):
    """What keeps secrets: the keyring of the instance, or the vault for payees."""

    def seal(self, secret: bytes, *, label: str) -> bytes: ...
    def unseal(self, sealed: bytes, *, label: str) -> bytes: ...


async def money_settings() -> MoneySettings:
    """What was decided, or what holds as long as nobody has decided anything: a row that is not saved."""
    return await MoneySettings.all().order_by("id").first() or MoneySettings()


def policy_of(settings: MoneySettings) -> MoneyPolicy:
    """What was decided, as far as it is not sealed."""
    known = {field.name: getattr(settings, field.name) for field in fields(MoneyPolicy)}
    for name, empty in (("adapters", ()), ("form_countries", ()), ("debtor", {})):
        known[name] = known[name] or empty
    return MoneyPolicy(**known)


def days_for(settings: MoneySettings, name: str, began: datetime) -> int:
    """How many days `name`, hold_days or solo_days, is for what `began` then: fewer only for what begins later."""
    days: int = getattr(settings, name)
    before = (settings.lowered or {}).get(name)
    return max(days, int(before["days"])) if before and began < datetime.fromisoformat(before["at"]) else days


def adapters_of(settings: MoneySettings) -> tuple[str, ...]:
    """The ways in which this instance pays; by hand it always can."""
    return tuple(dict.fromkeys(("manual", *(settings.adapters or ()))))


def credentials_of(settings: MoneySettings, seal: Seal) -> dict[str, dict[str, str]]:
    """What each adapter needs to know, by its name. Raises Misconfigured without the key it was sealed with."""
    found: dict[str, dict[str, str]] = _opened(settings.adapter_settings, seal, label=ADAPTERS_LABEL)
    return found


def debtor_account_of(settings: MoneySettings, seal: Seal) -> dict[str, str]:
    """The account that is paid from: `iban` and `bic`. Raises Misconfigured without the key it was sealed with."""
    found: dict[str, str] = _opened(settings.debtor_account, seal, label=ACCOUNT_LABEL)
    return found


def _opened(sealed: bytes | None, seal: Seal, *, label: str) -> Any:
    return json.loads(seal.unseal(bytes(sealed), label=label)) if sealed else {}
