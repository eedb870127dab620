"""Reads the file on descriptor 0 and does one task with it; says on descriptor 1, in lines of JSON, what came of it.

    python -I -m fedirec.media.decoder TASK SHEET… MEMORY CPU WALL OUTPUT

Each SHEET is an open descriptor; the rest are the limits of `cage.lock_down`.

    keep MASTER POSTER                      MASTER holds the file as it is kept, POSTER a picture of it if it is a film
    play MASTER POSTER                      the same, but browsers play MASTER
    render POSTER SMALL MEDIUM LARGE PLAY   the file, or its POSTER, in three sizes, and what plays everywhere
    print                                   what is left of the file when it is made small or written anew (`prints`)
    try                                     only says what still holds a process back once it is locked down

The last line is the answer; lines before it tell how far the task is.
"""

from __future__ import annotations

import errno
import json
import os
import sys
from collections.abc import Mapping
from typing import Final

from fedirec.media.decoder import films, images
from fedirec.media.decoder.blur import Blur
from fedirec.media.decoder.cage import can_connect, can_read, lock_down
from fedirec.media.decoder.kinds import FORMS, HEAD, IMAGES, SIZES, Family, Refused, family_of
from fedirec.media.decoder.packing import Show
from fedirec.media.decoder.sheets import Sheet
from fedirec.media.decoder.sizes import make_sizes

_PATIENCE: Final = 10
"""How much a task without hurry steps aside for everything else on the machine (nice)."""

Answer = Mapping[str, object]


def main(arguments: list[str]) -> None:
    """What the file was, or why it is refused, stands on descriptor 1."""
    images.prepare()
    films.prepare()
    task, *numbers = arguments
    *sheets, memory, cpu, wall, output = map(int, numbers)
    if task in ("render", "print"):
        os.nice(_PATIENCE)
    bars = lock_down(memory=memory, cpu=cpu, wall=wall, output=output)
    if task == "try":
        answer: Answer = {
            "landlock": bars.landlock,
            "seccomp": bars.seccomp,
            "reads_files": can_read(__file__) or can_read("/etc/passwd"),
            "opens_sockets": can_connect(),
        }
    else:
        answer = do(task, [Sheet(sheet) for sheet in sheets])
    _say(answer)
    os._exit(0)  # FFmpeg's threads end with the process; there is nothing to tidy up


def do(task: str, sheets: list[Sheet]) -> Answer:
    """What came of the task, or the reason why the file is refused."""
    source = Sheet(0)
    try:
        family = family_of(source.read(HEAD))
        source.seek(0)
        if task == "render":
            poster, small, medium, large, play = sheets
            return render(source, family=family, poster=poster, sizes=(small, medium, large), play=play)
        if task == "print":
            return fingerprint(source, family=family)
        return clean(source, family=family, master=sheets[0], poster=sheets[1], plays=task == "play")
    except Refused as refusal:
        return {"refused": refusal.reason}
    except MemoryError:
        return {"refused": "memory"}
    except OSError as error:
        if error.errno in (errno.EFBIG, errno.ENOSPC):
            return {"refused": "output" if error.errno == errno.EFBIG else "full"}
        return {"refused": "broken"}


def clean(source: Sheet, *, family: Family, master: Sheet, poster: Sheet, plays: bool) -> Answer:
    """`master` and `poster` hold what is kept of `source`."""
    length, peaks = None, None
    if family in IMAGES:
        picture = images.clean_image(source, family=family, master=master)
        found: images.Picture | Show = picture
    else:
        found, peaks = films.clean_film(source, family=family, master=master, poster=poster, plays=plays)
        length = found.duration_ms
    blur: Blur | None = found.blur
    return {
        "kind": FORMS[found.media_type].kind,
        "media_type": found.media_type,
        "width": found.width,
        "height": found.height,
        "duration_ms": length,
        "blurhash": blur.blurhash if blur else None,
        "colour": blur.colour if blur else None,
        "peaks": peaks,
    }


def fingerprint(source: Sheet, *, family: Family) -> Answer:
    """The prints of `source`: of a picture one, of a sound or the sound of a film several."""
    if family in IMAGES:
        return {"picture": images.print_of(source, family=family), "sound": []}
    return {"picture": None, "sound": films.sound_prints(source, family=family)}


def render(source: Sheet, *, family: Family, poster: Sheet, sizes: tuple[Sheet, Sheet, Sheet], play: Sheet) -> Answer:
    """`sizes` and `play` hold what pages show of `source`."""
    shown = source if family in IMAGES else poster
    made = {}
    if shown.size:
        made = make_sizes(
            shown, family=family if shown is source else "JPEG", sheets=dict(zip(SIZES, sizes, strict=True))
        )
    show, peaks = None, None
    if family not in IMAGES:
        show, peaks = films.render_film(source, family=family, play=play, progress=_Steps().tell)
    return {
        "sizes": {name: {"width": size.width, "height": size.height} for name, size in made.items()},
        "peaks": peaks,
        "play": show
        and {
            "media_type": show.media_type,
            "width": show.width,
            "height": show.height,
            "duration_ms": show.duration_ms,
        },
    }


class _Steps:
    """Says how far a task is, each percent once."""

    def __init__(self) -> None:
        self._told = 0

    def tell(self, seconds: float, length: float) -> None:
        percent = min(99, int(100 * seconds / length)) if length > 0 else 0
        if percent > self._told:
            self._told = percent
            _say({"progress": percent})


def _say(words: Answer) -> None:
    os.write(1, json.dumps(words).encode() + b"\n")


if __name__ == "__main__":
    main(sys.argv[1:])
