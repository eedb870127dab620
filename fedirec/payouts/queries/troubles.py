"""What an operator has to put right before anybody is paid, said on the pages of those who pay."""

from __future__ import annotations

from typing import Final

from fedirec.credits.queries.settings import money_settings
from fedirec.errors import Misconfigured
from fedirec.payouts.keys import Vault
from fedirec.payouts.models import Payee
from fedirec.payouts.queries.ways import Ways
from fedirec.translatable import N_

LOOKED_AT: Final = 200
"""Payees whose seals are compared: after a loss it is those of all who were there before."""
TEST_ACCOUNT: Final = N_(
    "An account with a provider is one for trying out (a sandbox). It moves no money: whoever is paid from it gets "
    "nothing, whatever these pages say. On an instance with real people nothing goes out from it."
)
OTHER_KEY: Final = N_(
    "What payees said about how they are paid, or the account that pays, cannot be read: the key for it (payees.key) "
    "is missing, or is another one. Put your copy of it back and start the server anew. If there is none, an admin "
    "fills in the accounts again, and payees are asked once more how they are paid; what they are owed stays theirs."
)
NO_KEY: Final = N_(
    "The key for what payees said (payees.key) is there, but cannot be read as a key. Put your copy of it back and "
    "start the server anew."
)


async def find_troubles(ways: Ways, vault: Vault) -> list[str]:
    """Sentences, marked for translation, about whatever is wrong with accounts and keys; nothing when all is well."""
    try:
        has_other_key = await _has_other_key(vault)
    except Misconfigured:
        return [NO_KEY]
    found = [OTHER_KEY] if has_other_key else []
    return [*found, TEST_ACCOUNT] if await ways.tests() else found


async def _has_other_key(vault: Vault) -> bool:
    settings = await money_settings()
    sealed = [each for each in (settings.adapter_settings, settings.debtor_account) if each is not None]
    payees = Payee.filter(details__not_isnull=True).order_by("id").limit(LOOKED_AT)
    sealed += [each.details for each in await payees.only("id", "details") if each.details is not None]
    return not all(vault.opens(bytes(each)) for each in sealed)
