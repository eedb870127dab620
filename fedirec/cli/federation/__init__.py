"""`fedirec federation`: the instances that this one knows, and what is decided about them."""

from __future__ import annotations

import typer

from fedirec.cli.federation import instances, lists, mode, peers, policies

app = typer.Typer(help="See and decide which instances this one federates with.", no_args_is_help=True)

app.command("peers")(peers.show_all)
app.command("show")(peers.show_one)
app.command("block")(policies.block)
app.command("unblock")(policies.unblock)
app.command("limit")(policies.limit)
app.command("allow")(policies.allow)
app.command("mode")(mode.mode)
app.command("secure")(mode.secure)
app.command("follow")(instances.follow)
app.command("unfollow")(instances.unfollow)
app.command("followed")(instances.followed)
app.command("announce")(instances.announce)
app.command("import")(lists.take_over)
app.command("export")(lists.give_away)
app.command("retry")(peers.retry)
app.command("purge")(peers.purge)
