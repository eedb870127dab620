"""`fedirec users`: accounts of this instance, while the server runs or not."""

from __future__ import annotations

import typer

from fedirec.cli.users import accounts, judging, leaving, waiting

app = typer.Typer(help="See and change the accounts of this instance.", no_args_is_help=True)

app.command("create")(accounts.create)
app.command("list")(accounts.show)
app.command("role")(accounts.role_of)
app.command("reset-password")(accounts.reset_password)
app.command("token")(accounts.token)
app.command("suspend")(judging.suspend)
app.command("limit")(judging.limit)
app.command("approve")(waiting.approve)
app.command("decline")(waiting.decline)
app.command("confirm-keys")(judging.confirm_keys_of)
app.command("warn")(judging.warn)
app.command("erase")(leaving.erase)
app.command("export")(leaving.export)
