"""How fast a real `fedirec serve` is, measured over real sockets; docs/benchmarks.md has the method and the figures.

Each module is one benchmark and says how to run it. They print one JSON line, for comparing, and a table, for reading.
`test_ratios.py` runs short forms of them, and fails on ratios only, because machines differ.
"""
