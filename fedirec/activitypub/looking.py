"""What changed is looked at again by whoever watches over this instance."""

from __future__ import annotations

import hashlib

from fedirec.lanes import Work


def look_again(uri: str) -> Work:
    """The work of looking at what is at `uri`, once, however often it changed until then."""
    key = hashlib.sha256(uri.encode()).hexdigest()
    return Work(kind="look", lane="look", payload={"uri": uri}, dedupe_key=f"look:{key}")
