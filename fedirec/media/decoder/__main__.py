"""Reads the file on descriptor 0 and writes what may be kept of it; says on descriptor 1, in JSON, what it was.

    python -I -m fedirec.media.decoder MASTER POSTER MEMORY CPU WALL OUTPUT

MASTER and POSTER are open descriptors; the rest are the limits of `cage.lock_down`. Without MASTER it only reports what
still holds a process back once it is locked down.
"""

from __future__ import annotations

import errno
import json
import os
import sys

from fedirec.media.decoder import films, images
from fedirec.media.decoder.cage import can_connect, can_read, lock_down
from fedirec.media.decoder.kinds import FORMS, HEAD, IMAGES, Refused, family_of
from fedirec.media.decoder.packing import Show
from fedirec.media.decoder.sheets import Sheet


def main(arguments: list[str]) -> None:
    """What the file was, or why it is refused, stands on descriptor 1."""
    images.prepare()
    films.prepare()
    *sheets, memory, cpu, wall, output = map(int, arguments)
    bars = lock_down(memory=memory, cpu=cpu, wall=wall, output=output)
    if not sheets:
        answer: dict[str, object] = {
            "landlock": bars.landlock,
            "seccomp": bars.seccomp,
            "reads_files": can_read(__file__) or can_read("/etc/passwd"),
            "opens_sockets": can_connect(),
        }
    else:
        answer = decode(Sheet(0), master=Sheet(sheets[0]), poster=Sheet(sheets[1]))
    os.write(1, json.dumps(answer).encode())
    os._exit(0)  # FFmpeg's threads end with the process; there is nothing to tidy up


def decode(source: Sheet, *, master: Sheet, poster: Sheet) -> dict[str, object]:
    """What `source` was and that `master` and `poster` now hold it, or the reason why it is refused."""
    try:
        family = family_of(source.read(HEAD))
        source.seek(0)
        if family in IMAGES:
            picture = images.clean_image(source, family=family, master=master)
            found: images.Picture | Show = picture
            length = None
        else:
            show = films.clean_film(source, family=family, master=master, poster=poster)
            found, length = show, show.duration_ms
    except Refused as refusal:
        return {"refused": refusal.reason}
    except MemoryError:
        return {"refused": "memory"}
    except OSError as error:
        if error.errno in (errno.EFBIG, errno.ENOSPC):
            return {"refused": "output" if error.errno == errno.EFBIG else "full"}
        return {"refused": "broken"}
    return {
        "kind": FORMS[found.media_type].kind,
        "media_type": found.media_type,
        "width": found.width,
        "height": found.height,
        "duration_ms": length,
    }


if __name__ == "__main__":
    main(sys.argv[1:])
