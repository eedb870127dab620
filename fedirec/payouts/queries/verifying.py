"""Whether payments and the books say the same: nobody is paid twice, nobody is forgotten, nobody is made another."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import AsyncGenerator
from typing import Final

from fedirec.credits.queries.persons import find_unproven
from fedirec.credits.queries.verifying import compare_with_links
from fedirec.db.rows import fetch_tuples
from fedirec.ledger.balances import all_balances
from fedirec.ledger.chain import digest_of
from fedirec.ledger.journal import in_flight, payable, provider, unclaimed
from fedirec.ledger.verifying import Report
from fedirec.payouts.models import PayoutStop
from fedirec.payouts.payments import OPEN, State

_HELD: Final = (State.READY, State.BATCHED, State.RETURNED, State.FAILED)
"""What is owed and in a payment, but not on its way."""
_OWED: Final = f"""
    SELECT person_id, currency, sum(amount) FROM (
        SELECT person_id, currency, amount FROM payable WHERE state = 'owed' AND payout_id IS NULL
        UNION ALL SELECT person_id, currency, amount FROM payout WHERE state IN ({", ".join(f"'{s}'" for s in _HELD)})
        UNION ALL SELECT s.person_id, p.currency, s.amount
          FROM locked_share s JOIN pay_proposal p ON p.id = s.proposal_id
         WHERE NOT EXISTS (SELECT 1 FROM payable x WHERE x.proposal_id = s.proposal_id AND x.part = s.part)
    ) AS w GROUP BY person_id, currency
"""  # noqa: S608  (only names of ours are put in)
_FLYING: Final = """
    SELECT b.key, o.currency, sum(o.amount) FROM payout o JOIN payout_batch b ON b.id = o.batch_id
     WHERE o.state = 'submitted' GROUP BY b.key, o.currency
"""
_UNCLAIMED: Final = (
    "SELECT person_id, currency, sum(amount) FROM payout WHERE state = 'unclaimed' GROUP BY person_id, currency"
)
_SUMS: Final = """
    SELECT o.key FROM payout o LEFT JOIN payable x ON x.payout_id = o.id GROUP BY o.id, o.key, o.amount, o.came_back
    HAVING coalesce(sum(x.amount), 0) <> o.amount - o.came_back
"""
_TRIES: Final = f"""
    SELECT o.key FROM payout o LEFT JOIN payout_attempt t ON t.payout_id = o.id GROUP BY o.id, o.key, o.state
    HAVING sum(CASE WHEN t.state IN ({", ".join(f"'{s}'" for s in sorted(OPEN))}) THEN 1 ELSE 0 END)
           <> CASE WHEN o.state = 'submitted' THEN 1 ELSE 0 END
        OR sum(CASE WHEN t.state = 'settled' THEN 1 ELSE 0 END) <> CASE WHEN o.state = 'settled' THEN 1 ELSE 0 END
"""  # noqa: S608
_SHARES: Final = """
    SELECT p.key FROM payable x JOIN pay_proposal p ON p.id = x.proposal_id
     GROUP BY p.id, p.key, x.part, x.proposal_id
    HAVING sum(x.amount) <> (SELECT sum(s.amount) FROM locked_share s
                              WHERE s.proposal_id = x.proposal_id AND s.part = x.part)
"""

_LEFT: Final = """
    SELECT t.adapter, o.currency, sum(o.amount - o.came_back) FROM payout_attempt t JOIN payout o ON o.id = t.payout_id
     WHERE t.sent_at IS NOT NULL AND t.state = 'settled' GROUP BY t.adapter, o.currency
"""
_BOOKED: Final = """
    SELECT p.account, p.currency, sum(p.amount) FROM posting p JOIN journal_entry e ON e.id = p.entry_id
     WHERE p.account LIKE 'provider:%' AND e.kind IN ('payout_settled', 'payout_returned')
     GROUP BY p.account, p.currency
"""
_TRANSFERS: Final = """
    SELECT e.reference FROM journal_entry e JOIN posting p ON p.entry_id = e.id WHERE e.kind = 'transfer'
     GROUP BY e.id, e.reference
    HAVING count(*) <> 2 OR sum(CASE WHEN p.account = 'bank' THEN 1 ELSE 0 END) <> 1
        OR sum(CASE WHEN p.account LIKE 'provider:%' THEN 1 ELSE 0 END) <> 1
"""
_STATED: Final = """
    SELECT s.key FROM pool_entry s JOIN posting p ON p.entry_id = s.journal_entry_id AND p.amount > 0
     GROUP BY s.id, s.key, s.amount HAVING sum(p.amount) <> abs(s.amount)
"""
_OUT: Final = (
    "SELECT number, kind, subject, document, document_digest FROM chain_link "
    "WHERE kind IN ('batch_submitted', 'batch_written') ORDER BY number"
)
_BATCHES: Final = "SELECT key, CASE WHEN paid_by_id IS NULL THEN '' ELSE digest END, file_digest FROM payout_batch"
"""What was noted as paid before a backup came back, nobody here let go out."""
_UNPROVEN: Final = "what it told is gone or was changed, so nothing proves its row"
_RULES: Final = (
    (_STATED, "entry %s of a pool: what people read there is not what was booked"),
    (_SUMS, "payment %s: what it pays is not what is owed in it"),
    (_TRIES, "payment %s: its tries do not fit how it stands"),
    (_TRANSFERS, "%s: a transfer is between the bank and a provider, and nothing else"),
    (_SHARES, "proposal %s: what is owed from it is not what was locked"),
)


async def find_differences() -> AsyncGenerator[str]:
    """Each way in which payments and books differ, in a sentence; nothing when all is well.

    For an instance at rest: what is being booked at that moment may look like a difference.
    """
    known = Counter[tuple[str, str]]()
    for kind in ("payable", "in_flight", "unclaimed"):
        async for account, currency, amount in all_balances(kind=kind):
            known[account, currency] = -amount
    said = Counter[tuple[str, str]]()
    for person, currency, amount in await fetch_tuples(_OWED):
        said[payable(int(person)), currency] += int(amount)
    for key, currency, amount in await fetch_tuples(_FLYING):
        said[in_flight(key), currency] += int(amount)
    for person, currency, amount in await fetch_tuples(_UNCLAIMED):
        said[unclaimed(int(person)), currency] += int(amount)
    for account, currency in sorted(known.keys() | said.keys()):
        there, due = known[account, currency], said[account, currency]
        if there != due:
            yield f"{account}: {there} {currency} in the books, {due} {currency} in payments"
    left = Counter({(provider(name), currency): int(amount) for name, currency, amount in await fetch_tuples(_LEFT)})
    booked = Counter({(account, currency): -int(amount) for account, currency, amount in await fetch_tuples(_BOOKED)})
    for account, currency in sorted(left.keys() | booked.keys()):
        if left[account, currency] != booked[account, currency]:
            there, due = booked[account, currency], left[account, currency]
            yield f"{account}: {there} {currency} left it in the books, {due} {currency} in payments"
    for sql, sentence in _RULES:
        for row in await fetch_tuples(sql):
            yield sentence % row[0]
    async for difference in find_unproven():
        yield difference
    report = Report()
    await compare_with_links(report)
    await compare_stops(report)
    await compare_batches(report)
    for finding in report.findings:
        yield f"{finding.about}: {finding.sentence}"


async def compare_batches(report: Report) -> None:
    """What went out in each batch, and its file, are what the audit chain tells; what differs is added to `report`."""
    told: dict[str, dict[str, str]] = {"batch_submitted": {}, "batch_written": {}}
    for number, kind, key, document, digest in await fetch_tuples(_OUT):
        if not document or digest_of(document) != digest:
            report.add(f"link {number}", [_UNPROVEN])
        else:
            said = json.loads(document)
            told[kind][key] = said["digest"] if kind == "batch_submitted" else said["sha256"]
    rows = {str(key): (str(approved), str(file)) for key, approved, file in await fetch_tuples(_BATCHES)}
    for key in sorted(rows.keys() | told["batch_submitted"].keys() | told["batch_written"].keys()):
        approved, file = rows.get(key, ("", ""))
        if told["batch_submitted"].get(key, "") != approved:
            report.add(f"batch {key}", ["what went out in it is not what the audit log tells"])
        if told["batch_written"].get(key, "") != file:
            report.add(f"batch {key}", ["its file is not what the audit log tells"])


async def compare_stops(report: Report) -> None:
    """Payments were stopped and go out again as the audit chain tells; what differs is added to `report`.

    A stop that came with a backup has no link of its own; that somebody ended it has one.
    """
    begun: dict[int, str] = {}
    ended: dict[int, str] = {}
    for number, kind, document, digest in await fetch_tuples(
        "SELECT number, kind, document, document_digest FROM chain_link WHERE subject = 'payouts' ORDER BY number"
    ):
        if not document or digest_of(document) != digest:
            report.add(f"link {number}", [_UNPROVEN])
            continue
        said = json.loads(document)
        if kind == "payouts_stopped":
            begun[said["stop"]] = said["since"]
        elif kind == "payouts_resumed":
            ended |= dict.fromkeys(said["stops"], said["words"])
    rows = {row.id: row for row in await PayoutStop.all()}
    for stop in sorted(begun.keys() | ended.keys() | rows.keys()):
        row = rows.get(stop)
        was_ended = digest_of(row.words) if row is not None and row.ended_at is not None else None
        if row is None or begun.get(stop, row.since.isoformat()) != row.since.isoformat():
            report.add(f"stop {stop} of payments", ["the audit log knows it otherwise"])
        elif was_ended != ended.get(stop):
            report.add(f"stop {stop} of payments", ["that it ended, and with which words, is not in the audit log"])
