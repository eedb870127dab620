"""Runs a command of fedirec that ends when whoever started it does, however that ended.

Started by its path, before anything of fedirec is imported: `python -P leash.py PARENT ROOT ARGUMENT…` does what
`fedirec ARGUMENT…` does. PARENT is the process that started it, ROOT the folder in which the package lies.
"""

from __future__ import annotations

import ctypes
import os
import runpy
import signal
import sys
from typing import Final

_PR_SET_PDEATHSIG: Final = 1
"""From linux/prctl.h; see prctl(2)."""


def main(parent: str, root: str, *arguments: str) -> None:
    """The command has run to its end, in this process."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
    if os.getppid() != int(parent):  # it was gone before the kernel knew what to do then
        sys.exit(1)
    if root not in sys.path:
        sys.path.insert(0, root)
    sys.argv = ["fedirec", *arguments]
    runpy.run_module("fedirec", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
