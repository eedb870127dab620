"""`python -m fedirec` is `fedirec`."""

from __future__ import annotations

from fedirec.cli import main

if __name__ == "__main__":
    main()
