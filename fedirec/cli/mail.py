"""`fedirec mail`: whether mail leaves this instance."""

from __future__ import annotations

from typing import Annotated

import typer

from fedirec.cli.flags import WHERE, with_settings
from fedirec.cli.terminal import say
from fedirec.errors import Misconfigured
from fedirec.mail import Letter, Mail, Unsent
from fedirec.settings import Settings
from fedirec.uris import new_key

app = typer.Typer(help="Try out whether mail leaves this instance.", no_args_is_help=True)

_SMTP = ("smtp_host", "smtp_port", "smtp_tls", "smtp_user", "smtp_password", "smtp_from")


@app.callback()
def group() -> None:
    """Try out whether mail leaves this instance."""


@app.command("test")
@with_settings(*WHERE, "development", *_SMTP, least="warning")
async def try_out(
    settings: Settings, address: Annotated[str, typer.Argument(help="To whom the letter goes.", show_default=False)]
) -> None:
    """Send one letter with the settings as they are."""
    letter = Letter(
        to=address,
        subject="Mail from fedirec",
        text="This letter shows that mail leaves this instance.\n",
        html="<p>This letter shows that mail leaves this instance.</p>",
        key=f"test.{new_key()}",
    )
    try:
        await Mail(settings).send(letter)
    except Unsent as error:
        raise Misconfigured(str(error)) from error
    say(f"{settings.smtp_host} took the letter. Look whether it arrives, and not among the spam.")
