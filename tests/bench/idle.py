"""What `fedirec serve` needs when nobody asks for anything: memory, and the time until its first answer.

It starts from bytecode, as what is installed does; the start that writes it is not counted.

.venv/bin/python -m tests.bench.idle [--short]
"""

from __future__ import annotations

import argparse
import asyncio
from pathlib import Path
from statistics import median
from time import sleep
from typing import Final
from urllib.request import urlopen

from tests.bench.figures import tell
from tests.bench.servers import fresh_instance, new_settings, serving
from tests.bench.world import folder_for

SETTLED: Final = 3.0
"""Seconds after the first answer."""
FROM_BYTECODE: Final = {"PYTHONDONTWRITEBYTECODE": ""}


async def prepare(folder: Path) -> None:
    async with fresh_instance(new_settings(folder)):
        pass


def main(rounds: int) -> None:
    with folder_for("idle") as folder:
        asyncio.run(prepare(folder))
        with serving(new_settings(folder), environment=FROM_BYTECODE):
            pass
        started, busy, idle, used = [], [], [], []
        for _ in range(rounds):
            with serving(new_settings(folder), environment=FROM_BYTECODE) as server:
                started.append(server.started_in)
                busy.append(server.usage().cpu)
                sleep(SETTLED)
                idle.append(server.rss())
                for page in ("/", "/explore", "/about", "/sign-in"):
                    with urlopen(f"{server.origin}{page}") as answer:
                        answer.read()
                used.append(server.rss())
        tell(
            "idle",
            {
                "first_answer_s": min(started),
                "first_answer_cpu_s": min(busy),
                "rss_mb": median(idle),
                "rss_after_four_pages_mb": median(used),
            },
        )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--short", action="store_true")
    main(1 if parser.parse_args().short else 5)
