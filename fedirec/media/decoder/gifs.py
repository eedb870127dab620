"""GIFs are copied block by block, because drawing them anew would change their colours.

Pictures, their timing and the loop stay; comments, texts, notes of programs and whatever follows the end do not
(GIF89a specification, w3.org/Graphics/GIF/spec-gif89a.txt).
"""

from __future__ import annotations

from typing import Final

from fedirec.media.decoder.kinds import Refused
from fedirec.media.decoder.sheets import Sheet

_EXTENSION: Final = 0x21
_PICTURE: Final = 0x2C
_END: Final = 0x3B
_TIMING: Final = 0xF9
_PROGRAM: Final = 0xFF
_LOOPS: Final = (b"NETSCAPE2.0", b"ANIMEXTS1.0")


def copy_clean(gif: bytes, master: Sheet) -> None:
    """`master` holds the blocks of `gif` that draw something. Raises Refused where the blocks do not add up."""
    try:
        at = 13 + _palette(gif[10])
        master.write(gif[:at])
        while gif[at] != _END:
            start = at
            if gif[at] == _EXTENSION:
                label = gif[at + 1]
                at = _after_blocks(gif, at + 2)
                is_timing = label == _TIMING and at - start == 8
                is_loop = label == _PROGRAM and at - start == 19 and gif[start + 3 : start + 14] in _LOOPS
                if is_timing or is_loop:
                    master.write(gif[start:at])
            elif gif[at] == _PICTURE:
                at = _after_blocks(gif, at + 11 + _palette(gif[at + 9]))
                master.write(gif[start:at])
            else:
                raise Refused("broken")
    except IndexError as error:
        raise Refused("truncated") from error
    master.write(bytes((_END,)))


def _palette(flags: int) -> int:
    return 3 << (flags & 7) + 1 if flags & 0x80 else 0


def _after_blocks(gif: bytes, at: int) -> int:
    while gif[at]:
        at += gif[at] + 1
    return at + 1
