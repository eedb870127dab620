"""Other instances, for those who look after this one."""

from __future__ import annotations

from fedirec.api.endpoints.federation import instances, lists, mode, peers

ENDPOINTS = (
    *peers.ENDPOINTS,
    *mode.ENDPOINTS,
    *lists.ENDPOINTS,
    *instances.ENDPOINTS,
)
