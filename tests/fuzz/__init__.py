"""The doors of a whole instance, tried with what nobody would think of: tests/fuzz/budget.py says how much of it.

`.venv/bin/python -m tests.fuzz --minutes 10` goes on for as long as there is time, with other examples in each round.
"""
