"""Payees, and how they are paid."""

from __future__ import annotations

from fedirec.payouts.models.payees import IdentityCode, Payee, PayeeEvent
from fedirec.payouts.models.payouts import Payable, Payout, PayoutAttempt, PayoutBatch, PayoutStop

__all__ = ["IdentityCode", "Payable", "Payee", "PayeeEvent", "Payout", "PayoutAttempt", "PayoutBatch", "PayoutStop"]
