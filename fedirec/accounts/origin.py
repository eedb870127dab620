"""What may become the address of an instance: chosen once, and part of every name and link from then on."""

from __future__ import annotations

from fedirec.errors import Conflict, Invalid
from fedirec.uris import host_of, origin_of


def check_origin(typed: str, *, development: bool, asked_at: str, other_is_meant: bool = False) -> str:
    """`typed` as an origin, in its one spelling.

    `asked_at` is the host (and port) under which the person sees the setup page. Another one is refused with Conflict
    until they say that they mean it. Raises Invalid with a sentence for whoever typed it.
    """
    address = typed.strip()
    if "://" not in address:
        address = ("http://" if development else "https://") + address
    try:
        origin = origin_of(address.lower().rstrip("/"))
    except Invalid as error:
        raise Invalid("Write the address like https://studio.example.", field="origin") from error
    if address.lower().rstrip("/") != origin:
        raise Invalid(
            "The address has no path and nothing after it. Did you mean %(origin)s?",
            field="origin",
            blanks={"origin": origin},
        )
    if not development and not _is_public(host_of(origin)):
        raise Invalid(
            "Other servers cannot reach that address. Use your domain name; to try things out on this machine only, "
            "start the server with --development.",
            field="origin",
        )
    if origin.startswith("http://") and not development:
        raise Invalid(
            "The address starts with https://. Other servers refuse to talk to one that does not.", field="origin"
        )
    if host_of(origin) != asked_at.lower() and not other_is_meant:
        raise Conflict(
            "You opened this page at %(here)s, but typed %(host)s. If %(host)s will lead to this server, tick the box "
            "below to confirm.",
            field="origin",
            blanks={"here": asked_at, "host": host_of(origin)},
        )
    return origin


def _is_public(host: str) -> bool:
    """Whether `host` is a domain name with a dot, not a number and not a name that only this machine knows."""
    name = host.partition(":")[0]
    labels = name.split(".")
    return (
        not host.startswith("[")
        and len(labels) > 1
        and not labels[-1].isdigit()
        and labels[-1] not in ("localhost", "local", "internal", "lan", "home")
    )
