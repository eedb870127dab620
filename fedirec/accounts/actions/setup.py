"""The first run: a one-time link, and the page behind it that makes an instance of an empty database."""

from __future__ import annotations

from collections.abc import Sequence
from hmac import compare_digest
from typing import Final

from fedirec.accounts.actions.audit import audit
from fedirec.accounts.actions.joining import save_member, shown_name
from fedirec.accounts.actions.passwords import renew_recovery_codes
from fedirec.accounts.codes import digest_of, new_secret
from fedirec.accounts.models import Account
from fedirec.accounts.names import check_name
from fedirec.accounts.origin import check_origin
from fedirec.accounts.passwords import check_password, hash_password
from fedirec.accounts.permissions import Doer, Permission, Role, require
from fedirec.accounts.queries import INSTANCE_ID, get_instance
from fedirec.activitypub.actors import new_keys, save_local_actor
from fedirec.activitypub.keyring import Keyring
from fedirec.activitypub.models import Instance
from fedirec.clock import now
from fedirec.db import transaction
from fedirec.errors import Conflict, Forbidden, Gone, Invalid
from fedirec.lanes import Work, enqueue
from fedirec.settings import Settings
from fedirec.uris import Uris, is_host, same_origin

REGISTRATIONS: Final = ("invite", "approval", "open", "closed")
INSTANCE_HANDLE: Final = "actor"
MAX_TITLE: Final = 100
MAX_TEXT: Final = 20_000
MAX_INSTANCES: Final = 20
"""Instances that a new one follows from its first day."""


async def begin_setup() -> str | None:
    """There is one good setup link, whose secret this is; links made before are good no more. None after setup."""
    secret = new_secret()
    async with transaction():
        await Instance.bulk_create([Instance(id=INSTANCE_ID)], ignore_conflicts=True)
        begun = await Instance.filter(id=INSTANCE_ID, set_up_at=None).update(setup_digest=digest_of(secret))
    return secret if begun else None


async def check_setup_token(token: str) -> None:
    """The setup link is good. Raises Gone after setup, and Forbidden for a link that is not the one printed last."""
    instance = await get_instance()
    if instance.set_up_at is not None:
        raise Gone("This instance is set up already. Sign in instead.")
    if not instance.setup_digest or not compare_digest(instance.setup_digest, digest_of(token)):
        raise Forbidden("This is not the setup link that the server printed last. Look at its output once more.")


async def finish_setup(
    keyring: Keyring,
    settings: Settings,
    *,
    token: str,
    origin: str,
    asked_at: str,
    other_origin_is_meant: bool = False,
    title: str,
    summary: str = "",
    rules: str = "",
    registration: str = "invite",
    question: str = "",
    name: str,
    password: str,
    display_name: str = "",
    timezone: str = "",
    instances: Sequence[str] = (),
) -> tuple[Account, list[str]]:
    """The instance has an address, a name, its own actor and an owner; the link is burned. All of it or nothing.

    The answer is the owner's account with its recovery codes. `asked_at` is the host under which the page was opened.
    Once it runs it follows those of `instances` that are there. Raises Invalid and Conflict with the field, Forbidden
    or Gone for a link that is not good.
    """
    hosts = check_instances(instances)
    await check_setup_token(token)
    if settings.origin:
        origin = settings.origin
    else:
        origin = check_origin(
            origin, development=settings.development, asked_at=asked_at, other_is_meant=other_origin_is_meant
        )
    described = _described(title=title, summary=summary, rules=rules, registration=registration, question=question)
    handle = check_name(name)
    shown = shown_name(display_name)
    hashed = await hash_password(check_password(password, name=handle))
    own_keys, owner_keys = await new_keys(), await new_keys()
    uris = Uris(origin)
    async with transaction():
        moment = now()
        burned = await Instance.filter(id=INSTANCE_ID, setup_digest=digest_of(token), set_up_at=None).update(
            setup_digest=None, set_up_at=moment, origin=origin, **described
        )
        if not burned:
            raise Gone("This setup link has just been used.")
        await save_local_actor(
            keyring,
            own_keys,
            uri=uris.instance_actor,
            handle=INSTANCE_HANDLE,
            type="Application",
            name=described["name"],
        )
        account = await save_member(
            uris,
            keyring,
            owner_keys,
            handle=handle,
            hashed=hashed,
            role=Role.OWNER,
            display_name=shown,
            timezone=timezone,
        )
        codes = await renew_recovery_codes(account)
        await audit(account.actor, "set_up", uris.instance_actor, origin=origin, registration=registration)
        await enqueue([Work(kind="instance", lane=f"instance:{host}", payload={"host": host}) for host in hosts])
    return account, codes


def check_instances(named: Sequence[str]) -> list[str]:
    """The hosts that somebody named, each once. Raises Invalid for what is none, or more than MAX_INSTANCES."""
    hosts = list(dict.fromkeys(host.strip(" ,").lower() for host in named))
    if len(hosts) > MAX_INSTANCES:
        raise Invalid("Name up to %(n)s instances.", field="instances", blanks={"n": MAX_INSTANCES})
    if not all(is_host(host) and same_origin(f"https://{host}", f"https://{host}/") for host in hosts):
        raise Invalid("Write one host on each line, like studio.example.", field="instances")
    return hosts


async def edit_instance(
    doer: Doer,
    *,
    title: str,
    summary: str,
    rules: str,
    registration: str,
    question: str,
    demands_signatures: bool = False,
) -> Instance:
    """The instance has this name, these rules and this way to join. Its address never changes. Raises Invalid.

    With `demands_signatures` programs are shown its public documents only when they say who they are.
    """
    require(doer, Permission.MANAGE_INSTANCE)
    described: dict[str, object] = {
        **_described(title=title, summary=summary, rules=rules, registration=registration, question=question),
        "demands_signatures": demands_signatures,
    }
    async with transaction():
        instance = await get_instance()
        if instance.origin is None:
            raise Conflict("This instance is not set up yet.")
        changed = sorted(column for column, value in described.items() if getattr(instance, column) != value)
        if changed:
            instance.update_from_dict(described)
            await instance.save(update_fields=changed)
            await audit(doer, "edit_instance", Uris(instance.origin).instance_actor, changed=changed)
    return instance


async def demand_signatures(doer: Doer, *, demanded: bool) -> Instance:
    """Programs are shown public documents only when they say who they are, or in any case.

    Raises Conflict when it was so.
    """
    require(doer, Permission.MANAGE_INSTANCE)
    async with transaction():
        instance = await get_instance()
        if instance.demands_signatures == demanded:
            raise Conflict("That is so already.")
        instance.demands_signatures = demanded
        await instance.save(update_fields=["demands_signatures"])
        await audit(doer, "edit_instance", Uris(instance.origin or "").instance_actor, changed=["demands_signatures"])
    return instance


def _described(*, title: str, summary: str, rules: str, registration: str, question: str) -> dict[str, str]:
    """What people typed about the instance, as the columns hold it."""
    title = " ".join(title.split())
    if not title or len(title) > MAX_TITLE:
        raise Invalid("Give the instance a name of up to %(n)s characters.", field="title", blanks={"n": MAX_TITLE})
    if registration not in REGISTRATIONS:
        raise Invalid("Choose one of the ways to join.", field="registration")
    if len(question) > 300:
        raise Invalid("Please keep the question under 300 characters.", field="question")
    for field, text in (("summary", summary), ("rules", rules)):
        if len(text) > MAX_TEXT:
            raise Invalid("Please keep it under %(n)s characters.", field=field, blanks={"n": MAX_TEXT})
    return {
        "name": title,
        "summary": summary.strip(),
        "rules": rules.strip(),
        "registration": registration,
        "registration_question": question.strip(),
    }
