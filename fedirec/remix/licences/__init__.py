"""What the authors of works let others do, and what may be made of several works together."""

from __future__ import annotations

from fedirec.remix.licences.clashes import Clash, Reason, explain
from fedirec.remix.licences.grants import find_agreement, find_grant, says_more
from fedirec.remix.licences.known import (
    ALL_RIGHTS_RESERVED,
    BY,
    BY_NC,
    BY_NC_ND,
    BY_NC_SA,
    BY_ND,
    BY_SA,
    CC0,
    CHOICES,
    DEDICATION,
    PUBLIC_DOMAIN,
    UNKNOWN,
    Licence,
    find_licence,
    licence_of,
)
from fedirec.remix.licences.solving import allowed_for_remix, may_carry

__all__ = [
    "ALL_RIGHTS_RESERVED",
    "BY",
    "BY_NC",
    "BY_NC_ND",
    "BY_NC_SA",
    "BY_ND",
    "BY_SA",
    "CC0",
    "CHOICES",
    "DEDICATION",
    "PUBLIC_DOMAIN",
    "UNKNOWN",
    "Clash",
    "Licence",
    "Reason",
    "allowed_for_remix",
    "explain",
    "find_agreement",
    "find_grant",
    "find_licence",
    "licence_of",
    "may_carry",
    "says_more",
]
