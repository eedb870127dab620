"""A list of payments for whatever a spreadsheet, or a bank's page, can read.

The rule to know: names, accounts and messages come from strangers, and no cell is a formula (`web.tables`).
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from io import StringIO
from typing import Final

from fedirec.credits.settings import WAYS
from fedirec.errors import Invalid
from fedirec.ledger.currencies import CURRENCIES, write_amount
from fedirec.payouts.adapters.details import masked, one_line, read_details
from fedirec.payouts.adapters.protocol import Batch, Detail, File, Kind, Limits, refuse_amount
from fedirec.translatable import N_
from fedirec.web.tables import write_cell

COLUMNS: Final = ("key", "execute_on", "name", "account", "bank", "amount", "currency", "message")


class CsvFile:
    """Writes a list, which a person pays from."""

    name = "csv"
    label = WAYS["csv"].name
    kind = Kind.FILE
    asks = (
        Detail(name="name", label=N_("Name of the account's owner"), autocomplete="name"),
        Detail(
            name="account",
            label=N_("Account"),
            hint=N_("The number of the account, or whatever else the money is sent to."),
        ),
        Detail(name="bank", label=N_("Bank"), hint=N_("Its name, and its code if it has one."), required=False),
    )

    def find_limits(self, currency: str) -> Limits | None:
        return Limits() if currency in CURRENCIES else None

    def expected_fee(self, amount: int, currency: str) -> int:
        return 0

    @classmethod
    def check_details(cls, details: Mapping[str, str]) -> dict[str, str]:
        return read_details(cls.asks, details)

    @staticmethod
    def mask(details: Mapping[str, str]) -> str:
        return masked(details["account"])

    def find_fault(self, details: Mapping[str, str]) -> str | None:
        return None

    def write(self, batch: Batch) -> File:
        """One line for each payment. UTF-8 with the mark by which spreadsheets know it."""
        if not batch.attempts:
            raise Invalid("there is nothing to pay")
        text = StringIO()
        lines = csv.writer(text, quoting=csv.QUOTE_ALL)
        lines.writerow(COLUMNS)
        keys = set()
        for attempt in batch.attempts:
            refuse_amount(self, attempt.amount, attempt.currency)
            if attempt.currency != batch.currency:
                raise Invalid("one file pays in one currency", field="currency")
            if attempt.key in keys:
                raise Invalid("two payments have the same key")
            keys.add(attempt.key)
            cells = {
                **attempt.details,
                "key": attempt.key,
                "execute_on": batch.execute_on.isoformat(),
                "amount": write_amount(attempt.amount, attempt.currency),
                "currency": attempt.currency,
                "message": one_line(attempt.message),
            }
            lines.writerow([write_cell(cells.get(column, "")) for column in COLUMNS])
        content = text.getvalue().encode("utf-8-sig")
        return File(name=f"payouts-{batch.key}.csv", media_type="text/csv", content=content)
