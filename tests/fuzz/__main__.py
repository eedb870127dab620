"""A long run of everything that hypothesis can make up, in rounds of which each has other examples.

    .venv/bin/python -m tests.fuzz [--minutes 10] [--seed 1] [tests/fuzz/test_inbox.py …]

Ends with the first round that finds something; what it says is enough to see it again:
`.venv/bin/python -m pytest -m "hypothesis or fuzz" --hypothesis-profile long --hypothesis-seed SEED …`.
"""

from __future__ import annotations

import argparse
import secrets
import subprocess
import sys
from time import monotonic

WHERE = ("tests", "--ignore", "tests/bench", "--ignore", "tests/interop")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--seed", type=int, default=secrets.randbelow(10**6), help="of the first round")
    parser.add_argument("where", nargs="*", help="files or folders; all tests unless given")
    asked = parser.parse_args()
    end, seed = monotonic() + 60 * asked.minutes, asked.seed
    while monotonic() < end:
        print(f"== seed {seed}, {(end - monotonic()) / 60:.0f} minutes left", flush=True)
        command = [sys.executable, "-m", "pytest", "-q", "-m", "hypothesis or fuzz", *(asked.where or WHERE)]
        command += ["--hypothesis-profile", "long", "--hypothesis-seed", str(seed), "-o", "timeout=0"]
        if subprocess.run(command, check=False).returncode:
            return 1
        seed += 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
