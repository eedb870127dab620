"""What is read of a file that says that it is a backup."""

from __future__ import annotations

import gzip
import tarfile
from pathlib import Path

import pytest

from fedirec.admin.archives import check_archive
from fedirec.errors import Invalid


def test_a_file_with_holes_stands_for_no_endless_one(tmp_path: Path) -> None:
    """A header of 512 bytes can promise a terabyte of zeros."""
    entry = tarfile.TarInfo("master.key")
    entry.type = tarfile.GNUTYPE_SPARSE
    header = bytearray(entry.tobuf(tarfile.GNU_FORMAT))
    header[483:495] = b"%011o\0" % 2**40
    header[148:156] = b" " * 8
    header[148:156] = b"%06o\0 " % sum(header)
    archive = tmp_path / "backup.tar.gz"
    archive.write_bytes(gzip.compress(bytes(header) + bytes(1024)))

    with pytest.raises(Invalid, match="not a plain file"):
        check_archive(archive)
