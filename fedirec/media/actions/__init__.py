"""What people do with files: give them, use them, take them away."""

from __future__ import annotations

from fedirec.media.actions.arriving import append_to_upload, begin_upload, drop_upload, settle_upload
from fedirec.media.actions.attaching import attach_media, keep_waiting, release_media
from fedirec.media.actions.captioning import add_caption, remove_caption
from fedirec.media.actions.keeping import keep_file, make_missing
from fedirec.media.actions.pruning import forget_paths, prune_orphans, prune_unattached, prune_uploads

__all__ = [
    "add_caption",
    "append_to_upload",
    "attach_media",
    "begin_upload",
    "drop_upload",
    "forget_paths",
    "keep_file",
    "keep_waiting",
    "make_missing",
    "prune_orphans",
    "prune_unattached",
    "prune_uploads",
    "release_media",
    "remove_caption",
    "settle_upload",
]
