"""What readers are told before they see a work or a comment."""

from __future__ import annotations

from fedirec.html import one_line
from fedirec.remix.vocab import NoteObject
from fedirec.web.language import gettext as _


def warning_of(work: NoteObject) -> str:
    """The warning of `work`, or words of ours where it is marked as sensitive without saying why.

    Mastodon and Misskey mark media so, Pixelfed and PeerTube whole posts.
    """
    return one_line(work.warning) or (_("Marked as sensitive by its author") if work.sensitive else "")
