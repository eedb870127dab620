"""A real instance for a real browser, in a process of its own: `python -m tests.browser.server FOLDER PORT NAME…`.

It is set up with an owner called olga and a member for each NAME, all with the same password, unless FOLDER holds an
instance already, and serves until it is ended.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Any

import uvicorn

from fedirec.accounts.actions.joining import create_account
from fedirec.accounts.archives import FOLDER
from fedirec.accounts.permissions import Operator, Role
from fedirec.app import create_app, running
from fedirec.db import migrate
from fedirec.settings import Settings
from fedirec.worker.running import work
from tests.founding import PASSWORD, found_instance


async def prepare(settings: Settings, origin: str, names: list[str]) -> None:
    await migrate(settings.database)
    async with running(settings, everywhere=False) as state:
        if state["site"].is_set_up:
            return
        await found_instance(state, origin=origin, title="Night Studio")
        for name in names:
            await create_account(
                state["site"].uris,
                state["keyring"],
                doer=Operator(state["site"].uris.instance_actor),
                name=name,
                password=PASSWORD,
                role=Role.MEMBER,
            )


async def serve(settings: Settings, port: int) -> None:
    async with running(settings) as state:
        app, stop = create_app(settings, state=state), asyncio.Event()
        options: dict[str, Any] = {"log_level": "warning", "proxy_headers": False, "ws": "none", "lifespan": "off"}
        jobs = asyncio.create_task(
            work(
                state["runner"],
                state["store"],
                state["media_cache"],
                stop,
                archives=settings.data_dir / FOLDER,
                post=state["post"],
                vault=state["vault"],
                cashier=state["cashier"],
            )
        )
        try:
            await uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=port, **options)).serve()
        finally:
            stop.set()
            await jobs


def main(folder: str, port: str, *names: str) -> None:
    mail = {
        "smtp_host": "127.0.0.1",
        "smtp_port": 9,
        "smtp_tls": "none",
        "smtp_from": "place@here.test",
    }  # nobody is there
    settings = Settings.load({"data_dir": Path(folder), "development": True, "log_level": "warning", **mail})
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    asyncio.run(prepare(settings, f"http://127.0.0.1:{port}", list(names)))
    asyncio.run(serve(settings, int(port)))


if __name__ == "__main__":
    main(*sys.argv[1:])
