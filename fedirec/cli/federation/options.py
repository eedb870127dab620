"""What the commands about other instances are told."""

from __future__ import annotations

from typing import Annotated

import typer

Host = Annotated[str, typer.Argument(metavar="HOST", help="Such as studio.example.", show_default=False)]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only say what would come of it.")]
