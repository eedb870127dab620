"""A process is killed with SIGKILL while it finishes productions and sends the digest of the week."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections import Counter
from datetime import UTC, timedelta
from pathlib import Path

from fedirec.accounts.models import Account
from fedirec.activitypub.models import Outgoing
from fedirec.clock import now
from fedirec.projects.models import Manifest, Production
from fedirec.projects.queries.productions import get_production_row, manifest_of
from fedirec.remix.models import LogEntry, Record
from fedirec.remix.weeks import last_morning
from tests.lanes.patience import eventually
from tests.network import Instance, Network, open_instance
from tests.postbox import Postbox, open_postbox
from tests.projects.producing import production_with, project_at, record_by

PRODUCTIONS = 9
READERS = 20


async def furnish(place: Instance) -> None:
    """Something to finish, and something to tell of the week before to many people."""
    ada, bo = await place.join("ada"), await place.join("bo")
    project = await project_at(place, ada)
    song = await record_by(place, bo, "Song")
    for number in range(PRODUCTIONS):
        await production_with(place, ada, project, [song], title=f"Number {number}")
    for number in range(READERS):
        await place.join(f"reader{number}")
    waiting = await record_by(place, bo, "Who goes on?")
    old = last_morning(now(), UTC) - timedelta(days=3)
    await place.run(lambda: Record.filter(id=waiting.id).update(published_at=old))

    async def want_mail() -> None:
        for account in await Account.filter(actor__local_handle__startswith="reader").select_related("actor"):
            account.mail_to, account.weekly_mail = f"{account.actor.handle}@mail.example", True
            await account.save(update_fields=["mail_to", "weekly_mail"])

    await place.run(want_mail)


async def check_each_is_whole() -> Counter[str]:
    """How many productions stand where: each of them with all that belongs to that, and nothing else."""
    found: Counter[str] = Counter()
    entries = await LogEntry.all().order_by("id")
    for row in await Production.all():
        production = await get_production_row(row.id)
        manifest, record = await manifest_of(production), production.record
        happened = [entry.kind for entry in entries if entry.details.get("title") == row.title]
        told = await Outgoing.filter(type="Create", object_uri=record.uri).count() if record else 0
        state = {
            "draft": (False, False, [], 0),
            "frozen": (True, False, ["frozen"], 0),
            "released": (True, True, ["frozen", "released"], 1),
        }[row.state]
        assert (manifest is not None, record is not None, happened, told) == state, row.state
        assert manifest is None or manifest[0].digest == manifest[1]
        found[row.state] += 1
    assert await Manifest.all().count() == PRODUCTIONS - found["draft"]
    return found


def tell(box: Postbox) -> Counter[str]:
    """How often each letter arrived."""
    return Counter(f"{letter['To']} {letter['Message-ID']}" for letter in box.letters)


async def test_nothing_is_half_frozen_and_nobody_gets_more_than_the_one_letter_that_was_on_its_way(
    network: Network, database_url: str, tmp_path: Path
) -> None:
    folder, file = tmp_path / "here", tmp_path / "deeds"
    async with open_postbox() as box:
        async with open_instance(network, "here.test", database=database_url, folder=folder) as place:
            await furnish(place)

            def start() -> subprocess.Popen[bytes]:
                words = [str(folder), database_url, str(box.port), str(file)]
                return subprocess.Popen([sys.executable, "-m", "tests.projects.finishing", *words])

            async def a_third_is_done() -> bool:
                deeds = file.read_text().splitlines() if file.exists() else []
                return len(deeds) >= 2 * PRODUCTIONS // 3 and len(box.letters) >= READERS // 3

            first = start()
            try:
                await eventually(a_third_is_done)
                os.kill(first.pid, signal.SIGKILL)
            finally:
                first.kill()
                assert first.wait() == -signal.SIGKILL
            before = await place.run(check_each_is_whole)
            assert before["released"] < PRODUCTIONS or len(box.letters) < READERS, "it was killed too late"

            second = start()
            assert await asyncio.to_thread(second.wait, 60) == 0
            assert await place.run(check_each_is_whole) == {"released": PRODUCTIONS}
        letters = tell(box)
    assert len(letters) == READERS, "everybody has the letter, and it is the same one if it came twice"
    assert sum(letters.values()) <= READERS + 1, "only what the mail server had just taken is sent again"
