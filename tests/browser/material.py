"""A trail with a bit of everything, and a long one, on an instance that is being served.

`python -m tests.browser.material FOLDER` works through the actions, beside the process that serves, and prints the
addresses of the pages as JSON.
"""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

from fedirec.app import running
from fedirec.remix.actions.drafts import PartDraft, SourceDraft
from fedirec.remix.actions.records import delete_record
from fedirec.remix.lineage import Relation
from fedirec.remix.models import Record, Source
from fedirec.remix.queries.parts import records_in
from fedirec.remix.roles import find_role
from tests.bench import graphs
from tests.browser.world import file_of, named, picture, publish, settings_in, sound


async def whole(record: Record) -> Record:
    [found] = await records_in([record.id])
    return found


async def fill(folder: str) -> dict[str, str]:
    """A film of a song and a picture of a story, with what is gone, what nobody reached and what is only claimed."""
    async with running(settings_in(folder), everywhere=False) as state:
        site, ana, bo = state["site"], await named("ana"), await named("bo")
        singer = find_role("sng")
        assert singer is not None
        stars = await file_of(state, ana, picture(Path(folder)), "Stars over a dark field")
        tall = await file_of(state, bo, picture(Path(folder), tall=True), "A tall sky")
        hum = await file_of(state, bo, sound(Path(folder), seconds=4), "A hum")
        lost = await publish(bo, "A page from an old notebook", text="Once.")
        story = await publish(
            ana, "The lamp that waited for the last train", text="It waited.", sources=[SourceDraft(record=lost)]
        )
        painting = await publish(ana, "Stars", files=[stars], sources=[SourceDraft(record=story)], tags=["lamp"])
        veiled = await publish(bo, "Sky", files=[tall], warning="heights", sources=[SourceDraft(record=story)])
        song = await publish(
            bo,
            "Song of the lamp",
            files=[hum],
            sources=[SourceDraft(record=story, relation=Relation.SAMPLES)],
            parts=[PartDraft(actor=ana, role=singer.iri)],
        )
        film = await publish(
            bo, "The night film", text="Cut.", sources=[SourceDraft(record=each) for each in (painting, song, veiled)]
        )
        await publish(ana, "A dance to the night film", text="Step.", sources=[SourceDraft(record=film)])
        await Source.create(record_id=film.id, uri="https://gone.example/records/9", relation="samples", position=7)
        await Source.create(
            record_id=film.id, uri="https://quiet.example/records/3", relation="adapts", position=8, in_graph=False
        )
        await delete_record(bo, await whole(lost))
        long = await graphs.add_graph(1, authors=await graphs.add_authors(), generations=4)

        def path_of(record: Record) -> str:
            return record.uri.removeprefix(site.origin)

        return {"film": path_of(film), "painting": path_of(painting), "long": f"/records/remote/{long}"}


if __name__ == "__main__":
    print(json.dumps(asyncio.run(fill(sys.argv[1]))))
