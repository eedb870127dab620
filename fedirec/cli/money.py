"""`fedirec money`: what this instance decided about money. What is sealed is typed on the page, never here."""

from __future__ import annotations

from dataclasses import asdict, fields, replace
from typing import Annotated, Any, Final

import typer

from fedirec.cli.flags import WHERE, with_settings
from fedirec.cli.instance import OPERATOR, existing_instance
from fedirec.cli.terminal import AsJson, plainly, say, say_json, say_table
from fedirec.credits.actions.settings import change_money_settings
from fedirec.credits.decisions import Rule
from fedirec.credits.queries.settings import money_settings, policy_of
from fedirec.credits.settings import DEBTOR_FIELDS, WAYS, MoneyPolicy, Shown, Unclaimed
from fedirec.errors import Invalid
from fedirec.settings import Settings

app = typer.Typer(help="See and decide how this instance handles money.", no_args_is_help=True)
_OFFERED: Final = {
    "adapters": tuple(WAYS),
    "rule": tuple(Rule),
    "shows_ledger": tuple(Shown),
    "unclaimed_policy": tuple(Unclaimed),
}
"""Among which answers one chooses."""
decided = typer.Typer(help="See and change what was decided about money.", no_args_is_help=True)
app.add_typer(decided, name="settings")


@decided.command()
@with_settings(*WHERE, least="warning")
async def show(settings: Settings, json: AsJson = False) -> None:
    """Say what holds, whether or not anybody has decided it. Sums are in the smallest unit of the currency."""
    async with existing_instance(settings):
        policy = policy_of(await money_settings())
    if json:
        say_json(asdict(policy))
        return
    rows = [(name, plainly(_written(value))) for name, value in asdict(policy).items() if name != "debtor"]
    rows += [(f"debtor.{name}", plainly(policy.debtor.get(name, ""))) for name in DEBTOR_FIELDS]
    say_table(("setting", "value"), rows)


@decided.command("set")
@with_settings(*WHERE, least="warning")
async def change(
    settings: Settings,
    wanted: Annotated[
        list[str],
        typer.Argument(metavar="NAME=VALUE…", help="Such as window_days=21, adapters=manual,sepa, debtor.name=…"),
    ],
) -> None:
    """Decide something anew; the audit log says what changed."""
    async with existing_instance(settings):
        policy = policy_of(await money_settings())
        for each in wanted:
            policy = _with(policy, *each.partition("=")[::2])
        await change_money_settings(OPERATOR, policy)
    say("It is so from now on. What is under way keeps what it began with.")


def _with(policy: MoneyPolicy, name: str, text: str) -> MoneyPolicy:
    """`policy` with what somebody typed for one name. Raises Invalid, which says for which."""
    known = {field.name for field in fields(MoneyPolicy)} - {"debtor"} | {f"debtor.{field}" for field in DEBTOR_FIELDS}
    if name not in known:
        raise Invalid("there is no setting “%(name)s”; `fedirec money settings show` lists them", blanks={"name": name})
    try:
        if name.startswith("debtor."):
            return replace(policy, debtor={**policy.debtor, name.removeprefix("debtor."): text.strip()})
        return replace(policy, **{name: _read(text.strip(), getattr(policy, name))})
    except Invalid as error:
        offered = f" ({', '.join(_OFFERED[name])})" if name in _OFFERED else ""
        raise Invalid(
            "“%(name)s”: %(why)s", blanks={"name": name, "why": f"{error.detail.rstrip('.')}{offered}"}
        ) from error


def _read(text: str, before: Any) -> Any:
    """What was typed, as the same kind of thing as `before`."""
    if isinstance(before, bool):
        if text not in ("on", "off"):
            raise Invalid("this is on or off")
        return text == "on"
    if isinstance(before, int):
        if not text.isascii() or not text.isdigit() or len(text) > 18:
            raise Invalid("this is a whole number")
        return int(text)
    return text if isinstance(before, str) else [part for each in text.split(",") if (part := each.strip())]


def _written(value: Any) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    return ",".join(value) if isinstance(value, list | tuple) else str(value)
