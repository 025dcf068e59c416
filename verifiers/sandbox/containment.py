"""Does a tier hold on this machine? Run the hostile programs and see what they could do.

    for guarantee in run_battery(Tier.A):
        print(guarantee.held, guarantee.promise)

`ratchetrl doctor` prints it. Every program is run as any answer would be, with canaries outside for the
taking (`outside.py`); after each of them the canaries are looked at, and the server must still answer.
Tier C is refused: it holds nothing, and these programs would end every process of this user.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace

from ratchetrl.verifiers.errors import UserError
from ratchetrl.verifiers.sandbox import identity
from ratchetrl.verifiers.sandbox.battery import deadly, files, network, resources, rights
from ratchetrl.verifiers.sandbox.battery.hostile import PRELUDE, Hostile
from ratchetrl.verifiers.sandbox.execution import Ending, Execution
from ratchetrl.verifiers.sandbox.limits import MEBIBYTE, Limits
from ratchetrl.verifiers.sandbox.outside import Outside
from ratchetrl.verifiers.sandbox.server import Sandbox
from ratchetrl.verifiers.sandbox.tiers import Tier

PROGRAMS = (*files.PROGRAMS, *network.PROGRAMS, *rights.PROGRAMS, *resources.PROGRAMS)
"""What can be tried even where a wall is down."""
DEADLINE_S = 0.4
"""Wall time of each hostile program."""
PATIENT_DEADLINE_S = 6.0
"""Wall time of a program that should have ended by itself and did not, in a second run."""
LATE_S = 0.5
"""How much longer than its deadline a program may cost."""
LIMITS = Limits(
    wall_s=DEADLINE_S, cpu_s=2.0, memory_bytes=128 * MEBIBYTE, output_bytes=MEBIBYTE, disk_bytes=4 * MEBIBYTE
)
_MOST_THREADS = 128
_MOST_THREADS_BY_MEMORY = 4096  # tier B with a uid that others have too: a count would count theirs as well


@dataclass(frozen=True, slots=True)
class Guarantee:
    """What a tier promises against one hostile program, and whether it held."""

    name: str
    """The program."""
    promise: str
    """What holds although it ran."""
    held: bool
    """Whether it did."""
    seconds: float
    """What the program cost its owner."""
    detail: str
    """How it ended, and what went wrong where something did."""


def run_battery(tier: Tier) -> list[Guarantee]:
    """Run every hostile program in a sandbox of this tier. Takes about 5 s.

    Raises `UserError` for tier C, and `SandboxError` where the tier does not work here at all.
    """
    if tier is Tier.C:
        raise UserError("tier C holds nothing that could be checked; name tier A or B")
    return list(_run_all(tier))


def _run_all(tier: Tier) -> Iterator[Guarantee]:
    counted = tier is Tier.A or identity.may_become_unprivileged()
    most_threads = _MOST_THREADS if counted else _MOST_THREADS_BY_MEMORY
    with Outside() as outside, Sandbox(tier) as box:
        box.run_program("input()", outside.secret.encode(), LIMITS)  # a secret that went before
        facts = outside.facts() | {"disk_bytes": LIMITS.disk_bytes, "most_threads": most_threads}
        opening = f"FACTS = {facts!r}\n{PRELUDE}\n"
        fallen = ""
        for hostile in PROGRAMS:
            guarantee = _run_one(hostile, box, outside, opening + hostile.code)
            fallen = fallen or ("" if guarantee.held else guarantee.name)
            yield guarantee
        for hostile in deadly.PROGRAMS:
            yield (
                _not_run(hostile, fallen)
                if fallen
                else _run_one(hostile, box, outside, opening + hostile.code)
            )


def _not_run(hostile: Hostile, fallen: str) -> Guarantee:
    reason = f"not tried, because {fallen} was not held and this one could harm the machine"
    return Guarantee(hostile.name, hostile.promise, False, 0.0, reason)


def _run_one(hostile: Hostile, box: Sandbox, outside: Outside, code: str) -> Guarantee:
    execution, seconds, deadline_s = _timed(box, code, LIMITS)
    if execution.ending is Ending.timeout and Ending.timeout not in hostile.must.value:
        # A busy machine may not have let it come to the point: then it has tried nothing yet.
        execution, seconds, deadline_s = _timed(box, code, replace(LIMITS, wall_s=PATIENT_DEADLINE_S))
    fault = (
        _escape(execution)
        or outside.damage()
        or _wrong_end(hostile, execution)
        or ("" if seconds <= deadline_s + LATE_S else "it ended too late")
        or _unanswered(box)
    )
    detail = f"{execution.ending}: {fault}" if fault else str(execution.ending)
    return Guarantee(hostile.name, hostile.promise, not fault, seconds, detail)


def _timed(box: Sandbox, code: str, limits: Limits) -> tuple[Execution, float, float]:
    """The execution, what it cost its owner, and its deadline, in seconds."""
    started_s = time.perf_counter()
    execution = box.run_program(code, b"", limits)
    return execution, time.perf_counter() - started_s, limits.wall_s


def _escape(execution: Execution) -> str:
    place = execution.stdout.find(b"ESCAPED")
    return execution.stdout[place : place + 200].decode(errors="replace") if place >= 0 else ""


def _wrong_end(hostile: Hostile, execution: Execution) -> str:
    if execution.ending in hostile.must.value:
        return ""
    said = execution.detail or execution.stderr[-300:].decode(errors="replace")
    return f"it had to {hostile.must.name.replace('_', ' ')}; {said}"


def _unanswered(box: Sandbox) -> str:
    execution = box.run_program("print(6 * 7)", b"", Limits(wall_s=5.0))
    fine = execution.ending is Ending.exited and execution.stdout == b"42\n"
    return "" if fine else f"the server no longer answers ({execution.ending}: {execution.detail})"
