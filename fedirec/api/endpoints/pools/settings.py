"""What this instance decided about money, for everybody."""

from __future__ import annotations

from typing import Final

from fedirec.accounts.permissions import Permission
from fedirec.api.endpoint import Call, Endpoint
from fedirec.api.shapes.pools import MoneySettings, show_money_settings
from fedirec.credits.queries.settings import money_settings


async def show_settings(call: Call) -> MoneySettings:
    return show_money_settings(await money_settings())


ENDPOINTS: Final = (
    Endpoint(
        name="show_money_settings",
        method="GET",
        path="/instance/money",
        permission=Permission.READ_OWN,
        says="What this instance decided about money.",
        run=show_settings,
        answer=MoneySettings,
        is_open=True,
    ),
)
