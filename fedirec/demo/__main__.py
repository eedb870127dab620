"""`python -m fedirec.demo` is what `fedirec demo` becomes."""

from __future__ import annotations

import argparse
import sys

from fedirec.demo import FIRST_PORT, run_demo
from fedirec.errors import FedirecError


def main() -> int:
    """The demo has been lived or checked; the answer is the exit status."""
    parser = argparse.ArgumentParser(prog="fedirec demo", description=__doc__)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--port", type=int, default=FIRST_PORT)
    given = parser.parse_args()
    try:
        return run_demo(check=given.check, base_port=given.port)
    except FedirecError as error:
        sys.stderr.write(f"fedirec: {error.detail}\n")
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
