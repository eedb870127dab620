"""A lineage as one file that anybody can check, wherever and whenever, without asking anybody.

It carries records as their authors signed them, what was made from what, the stamps by which authors agreed, the keys
that all of this was signed with, and what other instances say since when they have known these keys. Everything here
is pure: bytes in, findings out.
"""

from __future__ import annotations

from fedirec.remix.lineage_file.contents import (
    CONTEXT,
    MAX_RECORDS,
    MEDIA_TYPE,
    VERSION,
    AddedBy,
    Derivation,
    Key,
    LeftOut,
    LineageFile,
    Seen,
    Silence,
    Version,
    Why,
)
from fedirec.remix.lineage_file.findings import Finding, Level, Report
from fedirec.remix.lineage_file.reading import MAX_BYTES, read_file
from fedirec.remix.lineage_file.trust import KnownKeys
from fedirec.remix.lineage_file.verifying import verify
from fedirec.remix.lineage_file.writing import sign_file, write_file

__all__ = [
    "CONTEXT",
    "MAX_BYTES",
    "MAX_RECORDS",
    "MEDIA_TYPE",
    "VERSION",
    "AddedBy",
    "Derivation",
    "Finding",
    "Key",
    "KnownKeys",
    "LeftOut",
    "Level",
    "LineageFile",
    "Report",
    "Seen",
    "Silence",
    "Version",
    "Why",
    "read_file",
    "sign_file",
    "verify",
    "write_file",
]
