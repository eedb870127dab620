"""The address that a server listens on, taken before anything else happens."""

from __future__ import annotations

import errno
import socket

from fedirec.errors import Misconfigured


def listen(host: str, port: int) -> socket.socket:
    """A socket that holds `host` and `port`. Raises Misconfigured with what to type instead."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except OSError as error:
        raise Misconfigured(f"{host!r} is not an address of this machine; the usual one is --host 127.0.0.1") from error
    taken = socket.socket(family, kind, protocol)
    try:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind(address)
        taken.set_inheritable(False)
    except OSError as error:
        taken.close()
        raise Misconfigured(_why_not(error, host, port)) from error
    return taken


def shown_address(host: str, port: int) -> str:
    """The address under which somebody on this machine reaches a server that listens on `host` and `port`."""
    if host in ("0.0.0.0", "::", ""):  # noqa: S104  (compared, not listened on)
        host = "127.0.0.1"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _why_not(error: OSError, host: str, port: int) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"port {port} is in use by another program; stop that one, or choose another port with --port"
    if error.errno == errno.EACCES:
        return f"only the administrator of this machine may listen on port {port}; choose one above 1023 with --port"
    if error.errno == errno.EADDRNOTAVAIL:
        return f"{host} is not an address of this machine; the usual one is --host 127.0.0.1"
    return f"fedirec cannot listen on {host} port {port}: {error.strerror}"
