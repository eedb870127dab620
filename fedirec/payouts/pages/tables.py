"""What people were paid, for spreadsheets, which run nothing in it (`web.tables`)."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from io import StringIO

from fedirec.ledger.currencies import write_amount
from fedirec.payouts.queries.money import Statement, YearSum
from fedirec.web.tables import write_cell


def table_of_statement(statement: Statement) -> str:
    """A line for each proposal, payment and kind of income."""
    text = StringIO()
    lines = csv.writer(text, quoting=csv.QUOTE_ALL)
    lines.writerow(["paid_on", "proposal", "title", "kind", "amount", "currency", "country", "payment"])
    for line in statement.lines:
        cells = [
            line.paid_on.isoformat(),
            line.proposal,
            line.title,
            line.kind,
            write_amount(line.amount, line.currency),
            line.currency,
            line.country,
            line.payment,
        ]
        lines.writerow([write_cell(cell) for cell in cells])
    return text.getvalue()


def table_of_sums(sums: Iterable[YearSum]) -> str:
    """A line for each person, kind of income, country and currency."""
    text = StringIO()
    lines = csv.writer(text, quoting=csv.QUOTE_ALL)
    lines.writerow(["person", "number", "kind", "country", "currency", "amount"])
    for each in sums:
        amount = write_amount(each.amount, each.currency)
        cells = [each.name, str(each.person), each.kind, each.country, each.currency, amount]
        lines.writerow([write_cell(cell) for cell in cells])
    return text.getvalue()
