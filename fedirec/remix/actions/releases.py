"""Records that are the release of a production: whoever keeps such a record asks what it consists of."""

from __future__ import annotations

import hashlib

from fedirec.lanes import Work
from fedirec.remix.vocab import RecordObject
from fedirec.uris import origin_of


def asking_for_production(uri: str) -> Work:
    """The work of finding out what the production at `uri`, of another instance, consists of."""
    return Work(
        kind="production",
        lane=f"production:{origin_of(uri)}",
        payload={"uri": uri},
        dedupe_key=f"production:{hashlib.sha256(uri.encode()).hexdigest()}",
    )


def asking_for_credits_with(record: int) -> Work:
    """The work of looking again at the credit lists of ours in which the record in that row is."""
    return Work(
        kind="credits", lane=f"credits of:{record}", payload={"record": record}, dedupe_key=f"credits of:{record}"
    )


def production_in(work: object) -> str | None:
    """The id of the production that a record says it is the release of."""
    return work.production.id if isinstance(work, RecordObject) and work.production else None
