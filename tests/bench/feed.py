"""The pages of a home feed, with many records of people on other instances, some of whom are followed.

    .venv/bin/python -m tests.bench.feed [--short] [--records 100000] [--followed 40] [--database postgres://…]

Each page is asked for without a socket, all the way from the request to the bytes, by somebody who is signed in.
"""

from __future__ import annotations

import argparse

import uvloop

from fedirec.remix.models import TagFollow
from tests.bench import graphs
from tests.bench.figures import tell
from tests.bench.pages import time_page
from tests.bench.world import ORIGIN, browser_of_olga, folder_for, olga, open_world

MEMBERS = 50
TABS = ("", "/?tab=interests", "/?tab=here", "/?tab=everything")


async def fill(records: int, *, followed: int, site: str = ORIGIN) -> None:
    """So many records, of which olga follows the authors of some, and two tags; and some of members of `site`."""
    authors = await graphs.add_authors()
    first = await graphs.add_records(records, authors=authors)
    await graphs.add_attachments(first, records)
    await graphs.add_announcements(first, records, authors=authors)
    await graphs.add_members(MEMBERS, records=min(records, 1_000), site=site)
    me = await olga()
    await graphs.add_followers(me.id, authors=authors, count=followed)
    await TagFollow.bulk_create([TagFollow(actor_id=me.id, name=f"tag{number}") for number in (1, 2)])
    await graphs.analyze()


async def main(records: int, followed: int, database: str) -> None:
    with folder_for("feed") as folder:
        async with open_world(folder / "data", database=database) as state:
            await fill(records, followed=followed)
            async with browser_of_olga(state) as client:
                for tab in TABS:
                    tell(f"home feed {tab}".strip(), {"records": records, **await time_page(client, tab or "/")})


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--short", action="store_true")
    parser.add_argument("--records", type=int, default=100_000)
    parser.add_argument("--followed", type=int, default=40)
    parser.add_argument("--database", default="", help="the address of an empty PostgreSQL database")
    asked = parser.parse_args()
    uvloop.run(main(5_000 if asked.short else asked.records, asked.followed, asked.database))
