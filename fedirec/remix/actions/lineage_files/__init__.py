"""Lineages leave as files, and files that come are checked."""

from __future__ import annotations

from fedirec.remix.actions.lineage_files.checking import MAX_CHECKED, check_lineage
from fedirec.remix.actions.lineage_files.exporting import MAX_RELATIVES, export_lineage

__all__ = ["MAX_CHECKED", "MAX_RELATIVES", "check_lineage", "export_lineage"]
