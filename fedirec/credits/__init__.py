"""Credits that travel, pools of money, and proposals how it is shared.

Begin with the rules, which know no database: `lines` says what becomes of a credit; `pools` and `entries` what money
there is, `bookings` what of that stands in the books; `shares` how a sum is shared, `revisions` what a proposal says in
one spelling, `proposals` which way it takes, `objections` and `decisions` how people are heard and how it is agreed,
`departures` and `grants` whose word it needs besides, `eyes` who may say that money moves.
"""
