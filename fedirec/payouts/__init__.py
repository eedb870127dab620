"""Paying what was decided: who is paid and how, batches, attempts, and the ways out.

Begin with the rules: `lacks` says why somebody is not paid yet, `holds` why not for some days, `payments` which way a
payment takes and each try of it, `lapses` when nobody claims it, `bookings` what of all that stands in the books.
`adapters/protocol.py` says what every way of paying promises.
"""
