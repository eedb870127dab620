"""The owner of the token: profile, password, sessions, tokens, invitations, notifications."""

from __future__ import annotations

from fedirec.api.endpoints.me import (
    boundaries,
    data,
    farewell,
    invitations,
    money,
    moving,
    notifications,
    passwords,
    profile,
    sessions,
    tokens,
)

ENDPOINTS = (
    *profile.ENDPOINTS,
    *passwords.ENDPOINTS,
    *sessions.ENDPOINTS,
    *tokens.ENDPOINTS,
    *invitations.ENDPOINTS,
    *notifications.ENDPOINTS,
    *boundaries.ENDPOINTS,
    *data.ENDPOINTS,
    *farewell.ENDPOINTS,
    *moving.ENDPOINTS,
    *money.ENDPOINTS,
)
