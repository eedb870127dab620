"""Addresses of others with our signature, so that only what our own pages show can be asked for."""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Final

from fedirec.errors import NotFound
from fedirec.uris import MAX_URI

_MAC: Final = 16
_LENGTH: Final = len(urlsafe_b64encode(bytes(_MAC)).rstrip(b"="))
_PURPOSE: Final = b"fedirec media proxy\0"


def write_signed(url: str, *, key: bytes) -> str:
    """The end of an address of ours that stands for `url`."""
    return _base64(_mac(url, key)) + _base64(url.encode())


def read_signed(signed: str, *, key: bytes) -> str:
    """What the address that ends with `signed` stands for. Raises NotFound unless we signed it with `key`."""
    if len(signed) > _LENGTH + 2 * MAX_URI:
        raise NotFound
    try:
        mac, url = _unbase64(signed[:_LENGTH]), _unbase64(signed[_LENGTH:]).decode()
    except ValueError as error:
        raise NotFound from error
    if not hmac.compare_digest(mac, _mac(url, key)):
        raise NotFound
    return url


def _mac(url: str, key: bytes) -> bytes:
    return hmac.digest(key, _PURPOSE + url.encode(), "sha256")[:_MAC]


def _base64(data: bytes) -> str:
    return urlsafe_b64encode(data).decode().rstrip("=")


def _unbase64(text: str) -> bytes:
    data = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if _base64(data) != text:
        raise ValueError(text)
    return data
