"""Durable work in the application's database.

A lane is a queue whose jobs run one after the other: one per remote host for deliveries, one per sending origin for
what comes in. Lanes, not jobs, are leased, backed off and given up on. What is queued in a transaction runs if that
commits, at least once, whoever is killed in between.
"""

from __future__ import annotations

from fedirec.lanes.actions import (
    bring_back,
    close_circuit,
    drop_dead,
    drop_one,
    drop_waiting,
    prune_dead,
    prune_idle_lanes,
    retry_dead,
    retry_one,
    revive,
)
from fedirec.lanes.backoff import Handler, Kind
from fedirec.lanes.models import Job, Lane
from fedirec.lanes.outcomes import Crashed, Dead, Done, Later, Outcome
from fedirec.lanes.queries import (
    Trouble,
    dead_jobs,
    find_lane,
    is_longer,
    lanes_in_trouble,
    lanes_named,
    oldest_waiting,
    waiting,
)
from fedirec.lanes.runner import Runner
from fedirec.lanes.tallies import Tries, tries_in
from fedirec.lanes.works import Work, enqueue, gathering, keep_payload, waits

__all__ = [
    "Crashed",
    "Dead",
    "Done",
    "Handler",
    "Job",
    "Kind",
    "Lane",
    "Later",
    "Outcome",
    "Runner",
    "Tries",
    "Trouble",
    "Work",
    "bring_back",
    "close_circuit",
    "dead_jobs",
    "drop_dead",
    "drop_one",
    "drop_waiting",
    "enqueue",
    "find_lane",
    "gathering",
    "is_longer",
    "keep_payload",
    "lanes_in_trouble",
    "lanes_named",
    "oldest_waiting",
    "prune_dead",
    "prune_idle_lanes",
    "retry_dead",
    "retry_one",
    "revive",
    "tries_in",
    "waiting",
    "waits",
]
