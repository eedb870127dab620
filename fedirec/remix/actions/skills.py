"""Saying what one can do."""

from __future__ import annotations

from collections.abc import Collection

from fedirec.accounts.models import Account
from fedirec.remix.skills import read_skills


async def choose_skills(account: Account, named: Collection[str]) -> None:
    """`account` can do what `named` says and nothing else, by its own word; nobody else is told. Raises Invalid."""
    account.skills = read_skills(named) or None
    await account.save(update_fields=["skills"])
