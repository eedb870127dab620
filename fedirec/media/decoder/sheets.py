"""Open descriptors as the file objects that Pillow and FFmpeg want, each with a position of its own."""

from __future__ import annotations

import io
import os
from typing import IO, TYPE_CHECKING, cast

if TYPE_CHECKING:
    from typing_extensions import Buffer


class Sheet(io.RawIOBase):
    """The file behind the descriptor `fd`; several of them on one descriptor do not disturb each other."""

    def __init__(self, fd: int) -> None:
        super().__init__()
        self._fd = fd
        self._at = 0

    @property
    def file(self) -> IO[bytes]:
        """This sheet, for those who ask for an open file."""
        return cast("IO[bytes]", self)

    def readable(self) -> bool:
        return True

    def writable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        start = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self.size}[whence]
        self._at = max(0, start + offset)
        return self._at

    def read(self, size: int = -1, /) -> bytes:
        wanted = max(0, self.size - self._at) if size is None or size < 0 else size
        data = os.pread(self._fd, wanted, self._at)
        self._at += len(data)
        return data

    def readall(self) -> bytes:
        return self.read()

    def write(self, data: Buffer, /) -> int:
        view = memoryview(data).cast("B")
        done = 0
        while done < len(view):
            done += os.pwrite(self._fd, view[done:], self._at + done)
        self._at += done
        return done

    @property
    def size(self) -> int:
        return os.fstat(self._fd).st_size

    def again(self) -> Sheet:
        """The same file, from its beginning."""
        return Sheet(self._fd)

    def clear(self) -> None:
        """The file is empty."""
        os.ftruncate(self._fd, 0)
        self._at = 0
