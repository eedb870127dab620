"""What somebody accepts who is paid, where an instance has no words of its own."""

from __future__ import annotations

from typing import Final

from fedirec.translatable import N_

TERMS: Final = N_(
    "I am owed only what a proposal gave me that was decided and locked, in the currency in which it was decided. "
    "I am paid by whoever runs this instance, in one of the ways that it offers, once it is as much as is paid at "
    "once; less is carried on and never lost. What I say about how I am paid is true, and the account is mine. "
    "I see to my own taxes; what I was paid in each year stands in my statement. "
    "After my account moved, has another key, or after I changed how I am paid, nothing is paid for some days. "
    "What nobody claims follows the policy that this instance states on its page about money."
)
