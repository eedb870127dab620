"""The command line: a file for each group of commands. Logging is set up here and nowhere else."""

from __future__ import annotations

from fedirec.cli.program import main

__all__ = ["main"]
