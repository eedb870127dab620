"""How the instances of the tests begin: open to everybody, owned by olga, and with one password for all."""

from __future__ import annotations

from fedirec.accounts.actions.setup import begin_setup, finish_setup
from fedirec.app import State

PASSWORD = "a long enough password"


async def found_instance(state: State, *, origin: str, title: str) -> None:
    """The instance whose parts are `state` is set up at `origin`, unless it was before."""
    if state["site"].is_set_up:
        return
    token = await begin_setup()
    assert token is not None
    await finish_setup(
        state["keyring"],
        state["settings"],
        token=token,
        origin=origin,
        asked_at=origin.partition("://")[2],
        title=title,
        name="olga",
        password=PASSWORD,
        registration="open",
    )
    await state["site"].load()
