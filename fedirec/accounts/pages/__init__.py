"""The pages about people and accounts, and of the first run."""

from __future__ import annotations

from fedirec.accounts.pages import (
    audit,
    guests,
    instance,
    invitations,
    joining,
    letters,
    notifications,
    people,
    settings,
    setup,
    signing,
    vouching,
)

routes = [
    *signing.routes,
    *guests.routes,
    *vouching.routes,
    *joining.routes,
    *invitations.routes,
    *settings.routes,
    *notifications.routes,
    *letters.routes,
    *people.routes,
    *audit.routes,
    *instance.routes,
    *setup.routes,
]
