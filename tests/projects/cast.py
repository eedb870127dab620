"""One small world in which everybody plays one part, and how somebody asks for something in it without changing it."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

import httpx

from fedirec.accounts.actions.guests import welcome_guest
from fedirec.accounts.actions.persons import person_of
from fedirec.accounts.actions.sessions import begin_session
from fedirec.accounts.actions.tokens import create_token
from fedirec.accounts.door import COOKIE
from fedirec.accounts.models import Account
from fedirec.accounts.permissions import Permission, Role, Scope, can
from fedirec.activitypub.models import Actor
from fedirec.clock import now
from fedirec.credits.actions.pools import open_pool, state_entry
from fedirec.credits.decisions import Rule
from fedirec.credits.entries import EntryDraft, EntryKind
from fedirec.credits.pools import Kind, PoolDraft
from fedirec.credits.queries.pools import Home
from fedirec.db import transaction
from fedirec.media.models import Media
from fedirec.payouts.keys import Vault, label_of_batch
from fedirec.payouts.models import IdentityCode, Payee, Payout, PayoutBatch
from fedirec.projects.actions import leaders_news, leading, steps, tasks
from fedirec.projects.actions.productions.roles import add_role
from fedirec.projects.models import ProjectMember, Takeover
from fedirec.projects.queries.projects import get_step
from fedirec.projects.takeovers import WAITING
from fedirec.remix.actions import challenges
from fedirec.remix.actions.drafts import RecordDraft
from fedirec.remix.actions.needs import name_need
from fedirec.remix.actions.news import post_news
from fedirec.remix.actions.records import publish_record
from fedirec.remix.models import Challenge, LogEntry, Pick, Record, Submission
from fedirec.remix.powers import Deed, Part, may_do
from fedirec.remix.terms import Pays, Terms
from fedirec.uris import new_key
from tests.network import Instance
from tests.projects.producing import production_with
from tests.projects.stage import begin, challenge_at, launch, step_at

OUTSIDE: Final = frozenset({Part.ANYONE, Part.RESIDENT})
INSIDE: Final = OUTSIDE | {Part.MEMBER}
PARTS: Final[Mapping[str, frozenset[Part]]] = {
    "nobody": frozenset(),
    "stranger": OUTSIDE,
    "visitor": frozenset({Part.ANYONE}),
    "member": INSIDE,
    "trusted": INSIDE | {Part.TRUSTED},
    "assignee": INSIDE | {Part.ASSIGNEE},
    "leader": INSIDE | {Part.LEADER},
    "foreign_leader": frozenset({Part.ANYONE, Part.MEMBER, Part.LEADER}),
    "creator": OUTSIDE | {Part.LEADER, Part.CREATOR},
    "author": OUTSIDE | {Part.AUTHOR},
    "moderator": OUTSIDE | {Part.MODERATOR},
    "olga": OUTSIDE | {Part.MODERATOR, Part.TREASURER},
}
"""What each of them is to the project, and to what is in it. The author wrote what was offered to the challenge, is
invited to the project, named in its production, and offered to lead it."""
ROLES: Final = {"moderator": Role.MODERATOR, "olga": Role.OWNER, "visitor": Role.GUEST, "foreign_leader": Role.GUEST}
PAPER: Final = f"00/00/{'0' * 64}.png"
"""Where the picture of a paper is kept that shows what came in."""
PROGRAMS: Final = frozenset(PARTS) - {"visitor", "foreign_leader"}
"""Guests have no programs."""


@dataclass(frozen=True, slots=True)
class Somebody:
    """One of them, at their browser or their program."""

    name: str
    browser: str = ""
    token: str = ""
    scopes = frozenset(Scope)
    has_moved = False

    @property
    def uri(self) -> str:
        return self.name

    @property
    def role(self) -> Role:
        return ROLES.get(self.name, Role.MEMBER)

    def is_let_in(self, rule: Deed | Permission | None, needed: Permission) -> bool:
        """Whether the tables let them: `rule` is None for what everybody sees."""
        if rule is None:
            return True
        if self.name == "nobody":
            return False
        if isinstance(rule, Permission):
            return can(self, rule)
        return can(self, needed) and may_do(rule, PARTS[self.name])


@dataclass(frozen=True, slots=True)
class Cast:
    """Everybody, and the rows and keys of what there is."""

    at: Instance
    people: Mapping[str, Somebody]
    rows: Mapping[str, int]
    keys: Mapping[str, str]

    async def ask(self, who: Somebody, method: str, path: str, **sent: Any) -> httpx.Response:
        """The answer to `who`; whatever it changed is as before."""
        headers = {"origin": self.at.origin, "accept": "application/json" if path.startswith("/api/") else "text/html"}
        if path.startswith("/api/") and who.token:
            headers["authorization"] = f"Bearer {who.token}"
        elif who.browser:
            headers["cookie"] = f"__Host-fedirec-{COOKIE}={who.browser}"
        request = httpx.Request(method, f"{self.at.origin}{path}", headers=headers, **sent)

        async def answer() -> httpx.Response:
            found: httpx.Response
            with suppress(_Undone):
                async with transaction():
                    found = await self.at.transport.handle_async_request(request)
                    await found.aread()
                    raise _Undone
            return found

        return await self.at.run(answer)


class _Undone(Exception):
    pass


async def gather_cast(here: Instance) -> Cast:
    """A project with a challenge, news, a need, a task, a production and an offer to lead, and everybody around it."""
    actors = {
        name: await here.join(name, role=ROLES.get(name, Role.MEMBER))
        for name in PARTS
        if name not in ("nobody", "olga", "visitor", "foreign_leader")
    }
    for name in ("visitor", "foreign_leader"):
        actors[name] = await here.run(_from_elsewhere, name)
    actors["olga"] = await here.run(lambda: Actor.get(local_handle="olga"))
    creator, author = actors["creator"], actors["author"]
    applicant, newcomer = await here.join("applicant"), await here.join("newcomer")
    project = await launch(here, creator)
    unlaunched = await begin(here, creator, slug="later", title="Later")
    script, secret = await step_at(here, project, "Script"), await step_at(here, project, "Secret")
    rain = await challenge_at(here, creator, "rain", deadline_at=now() + WAITING)
    record = await here.run(
        publish_record, author, RecordDraft(title="Drops", text="Plip.", licence="CC0-1.0", challenge=rain)
    )
    free = await here.run(publish_record, author, RecordDraft(title="Free", text="Plop.", licence="CC0-1.0"))
    record_row = await here.run(lambda: Record.get(id=record.id).select_related("author"))
    rows: dict[str, int] = {}
    keys: dict[str, str] = {}

    async def furnish() -> None:
        for name, parts in PARTS.items():
            if Part.MEMBER in parts:
                is_trusted = Part.TRUSTED in parts
                made: dict[str, Any] = {
                    "project": project,
                    "actor": actors[name],
                    "state": "active",
                    "joined_at": now(),
                }
                await ProjectMember.create(**made, is_trusted=is_trusted)
        await ProjectMember.create(project=project, actor=author, state="invited", invited_by=creator)
        await ProjectMember.create(project=project, actor=applicant, state="asked")
        for name in ("leader", "foreign_leader"):
            await leading.add_leader(creator, project, actors[name])
        step = await get_step(project, script.uri.rpartition("/")[2])
        await steps.attach_challenge(creator, step, await Challenge.get(id=rain.id).select_related("actor"))
        terms = Terms(version=1, licence="CC0-1.0", pays=Pays.NOTHING)
        words = challenges.ChallengeDraft(title="Draft", slug="draft", text="Soon.", terms=terms, is_draft=True)
        draft = await challenges.open_challenge(creator, here.state["keyring"], words)
        await Challenge.filter(id=draft.id).update(part_of_id=project.actor_id)
        far = await _from_elsewhere("wind", type="Group")
        wind = await Challenge.create(actor=far, title="Wind", state="open", named_project=project.actor.uri)
        news = await post_news(creator, await rain.actor, title="", text="Rain.")
        told = await leaders_news.tell_followers(creator, project, title="", text="Film.")
        need = await name_need(creator, project.actor, "sng", "A voice")
        task = await tasks.make_task(creator, project, tasks.TaskDraft(title="Colour", assignee=actors["assignee"]))
        offer = await Takeover.create(project=project, actor=author, words="I would.", ends_at=now() + WAITING)
        pick = await Pick.create(editor_id=actors["olga"].id, record_id=free.id, words="Listen.")
        submission = await Submission.get(record_id=record.id)
        rows.update(challenge=rain.id, draft=draft.id, wind=wind.id, project=project.id, unlaunched=unlaunched.id)
        rows.update(group=(await rain.actor).id, project_group=project.actor_id)
        rows.update(news=news.id, need=need.id, task=task.id, pick=pick.id, offer=offer.id)
        rows.update(submission=submission.id, record=record.id, free=free.id, script=script.id, secret=secret.id)
        rows.update({name: actor.id for name, actor in actors.items()})
        rows.update(applicant=applicant.id, newcomer=newcomer.id)
        for name, group in {"entry": rows["group"], "entry_of_project": rows["project_group"]}.items():
            entries = await LogEntry.filter(group_id=group).order_by("id").limit(1)
            keys[name] = entries[0].uri.rpartition("/")[2]
        for name, uri in {"script": script.uri, "secret": secret.uri, "news": news.uri, "told": told.uri}.items():
            keys[name] = uri.rpartition("/")[2]
        keys.update(task=task.uri.rpartition("/")[2], free=free.uri.rpartition("/")[2], free_uri=free.uri)

    await here.run(furnish)
    production = await production_with(here, creator, project, [record_row], licence="CC0-1.0")
    home = Home(group=project.actor, project=project)
    money = await here.run(_money_of, home, creator, actors["olga"], here.state["vault"])
    keys.update(money[0])
    rows.update(money[1])
    kept = here.settings.data_dir / "media" / PAPER
    kept.parent.mkdir(parents=True, exist_ok=True)
    kept.write_bytes(b"paper")

    async def name_them() -> dict[str, Somebody]:
        line = await add_role(creator, production, role="pdr", person=author)
        part = await production.parts.all().first()
        assert part is not None
        rows.update(production=production.id, line=line.id, part=part.id)
        keys["production"] = production.uri.rpartition("/")[2]
        return {name: await _seat(name, actors.get(name)) for name in PARTS}

    return Cast(here, await here.run(name_them), rows, keys)


async def _money_of(home: Home, creator: Actor, olga: Actor, vault: Vault) -> tuple[dict[str, str], dict[str, int]]:
    """Keys and rows of a pool, in which an entry waits that a paper shows, and of a payment in a batch."""
    rule: dict[str, Any] = {"currency": "EUR", "rule": Rule.HOST}
    pool = await open_pool(creator, home, PoolDraft(kind=Kind.PROFIT_SPLIT, title="Sales", **rule))
    image: dict[str, Any] = {"kind": "image", "media_type": "image/png", "size": 5, "file_name": "x.png"}
    paper = await Media.create(key="paper", owner=creator, sha256="0" * 64, digest="zpaper", path=PAPER, **image)
    income: dict[str, Any] = {"kind": EntryKind.INCOME, "amount": 5, "currency": "EUR", "words": "Sales"}
    draft = EntryDraft(**income, happened_on=now().date(), evidence="statement 1")
    entry = await state_entry(creator, pool, home, draft, file=paper.key)
    person = await person_of(creator)
    payee = await Payee.create(key=new_key(), person=person, adapter="manual")
    key, file = new_key(), b"paid"
    sealed: dict[str, Any] = {
        "file": vault.seal(file, label=label_of_batch(key)),
        "file_digest": sha256(file).hexdigest(),
    }
    said: dict[str, Any] = {"key": key, "adapter": "manual", "currency": "EUR", "file_type": "text/csv", **sealed}
    batch = await PayoutBatch.create(proposed_by=olga, **said)
    owed: dict[str, Any] = {"person": person, "currency": "EUR", "amount": 5}
    payout = await Payout.create(key=new_key(), batch=batch, state="batched", **owed)
    code = await IdentityCode.create(person=person, digest="z", state="used", used_by=creator, used_at=now())
    found = {"pool": pool.key, "stated": entry.key, "payee": payee.key, "batch": batch.key, "payout": payout.key}
    return found, {"code": code.id}


async def _seat(name: str, actor: Actor | None) -> Somebody:
    if actor is None:
        return Somebody(name)
    account = await Account.get(actor_id=actor.id).select_related("actor") if actor.is_local else None
    account = account or await welcome_guest(actor)
    token = await create_token(account, name="a program", scopes=tuple(Scope)) if name in PROGRAMS else ""
    return Somebody(name, await begin_session(account), token)


async def _from_elsewhere(name: str, **more: Any) -> Actor:
    uri = f"https://far.example/users/{name}"
    said = {"uri": uri, "type": "Person", "handle": name, "host": "far.example", "inbox": f"{uri}/inbox"}
    return await Actor.create(**said | more)
