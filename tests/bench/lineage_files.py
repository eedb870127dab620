"""A lineage file of 10,000 records, each signed, by 500 people on 20 instances: how long it is written and checked.

    .venv/bin/python -m tests.bench.lineage_files [--short] [--records 10000]

It is made of the same parts as the test vectors, without a database or a server. Checking is `fedirec lineage verify`
from the start of the process to its end, and its peak is that of this process.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
from pathlib import Path
from time import perf_counter
from typing import Final

from fedirec.remix.lineage import Relation
from fedirec.remix.lineage_file import AddedBy, Derivation, LineageFile, Version, sign_file
from fedirec.remix.standing import Acknowledgement, Clearance
from tests.bench.figures import tell
from tests.bench.world import Stopwatch, folder_for
from tests.fep.making import B_ACTOR, day, key_id, key_of, note, public_key, signed, version_of, with_digest

INSTANCES: Final = 20
RECORDS_EACH: Final = 20
"""Of one person."""
TEXT: Final = "A line that somebody wrote, and somebody else sang. " * 20
BREADTH: Final = 3
"""Records that are made of one."""


def work_of(number: int, owner: str, source: Version | None) -> Version:
    """A record of `owner`, signed, made from `source`."""
    uri = f"{owner.partition('/u/')[0]}/records/{number}"
    written = note(uri, owner, name=f"Work {number}", text=TEXT, licence="by-sa", role="mus", published=day(3))
    if source is not None:
        written |= {
            "isBasedOn": [source.record],
            "wasDerivedFrom": [source.record],
            "derivation": [{"source": source.record, "relation": "adapts"}],
        }
    return version_of(signed(with_digest(written), owner, day(4)), name="P")


def step_to(work: Version, source: Version) -> Derivation:
    return Derivation(
        record=work.record,
        source=source.record,
        relation=Relation.ADAPTS,
        added_by=AddedBy.AUTHOR,
        is_claim=False,
        permission=Clearance.BY_LICENCE,
        acknowledgement=Acknowledgement.DECLARED,
        licence="CC-BY-SA-4.0",
        source_version=source.digest,
        stamp=None,
    )


def family(records: int) -> LineageFile:
    """A tree of so many records."""
    people = [f"https://i{number % INSTANCES}.example/u/p{number}" for number in range(records // RECORDS_EACH + 1)]
    versions: list[Version] = []
    steps: list[Derivation] = []
    for number in range(records):
        source = versions[(number - 1) // BREADTH] if number else None
        work = work_of(number, people[number % len(people)], source)
        versions.append(work)
        if source is not None:
            steps.append(step_to(work, source))
    return LineageFile(
        record=versions[0].record,
        exporter=B_ACTOR,
        is_whole=True,
        versions=tuple(versions),
        derivations=tuple(steps),
        keys=(public_key(B_ACTOR, day(1)), *(public_key(person, day(2)) for person in people)),
    )


def measure(records: int, folder: Path) -> dict[str, object]:
    file = family(records)
    with Stopwatch() as writing:
        data = sign_file(file, key=key_of(B_ACTOR), key_id=key_id(B_ACTOR))
    path = folder / "lineage.json"
    path.write_bytes(data)
    began, before = perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, "-m", "fedirec", "lineage", "verify", str(path)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return {
        "records": records,
        "mb": len(data) / 1_000_000,
        "written_cpu_s": writing.cpu,
        "checked_s": perf_counter() - began,
        "checked_cpu_s": after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime,
        "peak_mb": after.ru_maxrss / 1024,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--short", action="store_true")
    parser.add_argument("--records", type=int, default=10_000)
    asked = parser.parse_args()
    with folder_for("lineage-files") as folder:
        tell("lineage file", measure(500 if asked.short else asked.records, folder))


if __name__ == "__main__":
    main()
