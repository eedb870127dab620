"""Where the copies are that members take along."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from fedirec.accounts.models import Archive

FOLDER: Final = "archives"
"""In the data folder."""


def archive_file(folder: Path, archive: Archive) -> Path:
    """The file of `archive` in the `folder` for all of them."""
    return folder / f"{archive.key}.zip"
