"""Real media, made while you wait: what the demo publishes and the tests send.

A night sky with the first stars above a hill with one lit window, a melody as from a music box, and a film of both with
a story in it. The same seed makes the same work.
"""

from __future__ import annotations

from fedirec.media.making.film import make_film
from fedirec.media.making.illustration import make_illustration
from fedirec.media.making.melody import make_melody

__all__ = ["make_film", "make_illustration", "make_melody"]
