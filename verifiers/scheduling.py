"""Judging gives way: a thread that wakes often must not interrupt the engine that samples beside it.

    give_way()     # this thread, and every process and thread that it starts

An engine's threads meet at barriers, so one interrupted thread holds up all. A thread of the policy
SCHED_BATCH gets its fair share of a core, but waits for the running slice to end (sched(7)).
"""

import contextlib
import os


def give_way() -> None:
    """Let this thread wait for its turn; where the system has or allows no such policy, it stays as it is."""
    if hasattr(os, "SCHED_BATCH"):
        with contextlib.suppress(OSError):  # a container may refuse the call; judging is right without it
            os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))
