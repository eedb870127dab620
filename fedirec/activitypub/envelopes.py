"""What a proof on an activity says of the object in it: kept apart from that, and put together again to be checked.

The object is kept with the context of its activity, so that it can be read alone. What is left of the activity is its
envelope; both together are what was signed, to the last character that counts (RFC 8785).
"""

from __future__ import annotations

from fedirec.activitypub.proofs import find_proof
from fedirec.activitypub.vocab import Json


def object_in(activity: Json) -> Json | None:
    """The object that came embedded in `activity`, with the context that it was sent in; None when only named."""
    embedded = activity.get("object")
    return {"@context": activity.get("@context"), **embedded} if isinstance(embedded, dict) else None


def envelope_of(activity: Json) -> Json | None:
    """`activity` without its object; None when it carries no proof that is read here, or could not be put together.

    Raises Invalid for a proof that is malformed.
    """
    inside = object_in(activity)
    if inside is None or find_proof(activity) is None:
        return None
    envelope = {name: value for name, value in activity.items() if name != "object"}
    return envelope if opened(envelope, inside) == activity else None


def opened(envelope: Json, inside: Json) -> Json:
    """The activity that `envelope` was, with what was `inside`."""
    embedded = dict(inside)
    if embedded.get("@context") == envelope.get("@context"):
        embedded.pop("@context", None)
    return {**envelope, "object": embedded}
