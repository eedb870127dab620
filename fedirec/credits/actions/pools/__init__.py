"""Pools of money: opening and closing them, and what comes in and goes out."""

from __future__ import annotations

from fedirec.credits.actions.pools.deciding import confirm_entry, reject_entry
from fedirec.credits.actions.pools.opening import change_pool, close_pool, open_pool, use_pool
from fedirec.credits.actions.pools.stating import state_entry, state_reversal

__all__ = [
    "change_pool",
    "close_pool",
    "confirm_entry",
    "open_pool",
    "reject_entry",
    "state_entry",
    "state_reversal",
    "use_pool",
]
