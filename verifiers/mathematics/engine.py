r"""math-verify in a child process that can be killed: for expressions that `syntax.py` does not read.

    engine_agrees(r"\int_0^x t\,dt + C", r"\frac{x^2}{2} + C")

Raises `EngineTimeout` where the answer takes too long though the gold alone does not, `EngineFailure` where
the gold cannot be read, or the engine fails of itself. Verdicts do not depend on how busy the machine is: CPU
seconds decide.
"""

import threading
from collections.abc import Iterable
from functools import lru_cache

from ratchetrl.verifiers.killable import Ending, Outcome, shared

CPU_S = 1.0
"""CPU seconds that reading and comparing may take."""
WALL_S = 6.0
"""Seconds after which the child is killed however little it computed."""
MEMORY_BYTES = 1 << 30
"""What it may take beyond its imports."""
START_ALLOWANCE_S = 60.0
"""Seconds that importing math-verify and sympy may take on a busy machine, once per process."""
_FUNCTION = "ratchetrl.verifiers.mathematics.math_verify_engine:agree"


_spent = threading.local()


class EngineTimeout(Exception):
    """The answer is too hard to compare with the gold."""


class EngineFailure(Exception):
    """The comparison failed and the answer is not to blame."""


def engine_agrees(gold: str, answer: str) -> bool:
    """Whether math-verify says that the two are the same."""
    require_readable([gold])
    outcome = _call(gold, answer)
    if outcome.ending is Ending.returned:
        return outcome.value is True
    if outcome.ending is Ending.raised:
        return False
    raise EngineTimeout(f"comparing {answer[:80]!r} with the gold {outcome.value}")


def require_readable(golds: Iterable[str]) -> None:
    """Raise `EngineFailure` unless math-verify can read each of these, alone and in time."""
    for gold in golds:
        if not _reads(gold):
            raise EngineFailure(f"math-verify cannot read the gold {gold[:80]!r}")


@lru_cache(maxsize=4096)
def _reads(gold: str) -> bool:
    return _call(gold, None).value is True


def spent_cpu_s() -> float:
    """CPU seconds that the child has used for this thread so far."""
    return getattr(_spent, "cpu_s", 0.0)


def _call(gold: str, answer: str | None) -> Outcome:
    outcome = shared(_FUNCTION, MEMORY_BYTES).call([gold, answer], cpu_s=CPU_S, wall_s=WALL_S)
    _spent.cpu_s = spent_cpu_s() + outcome.cpu_s
    return outcome
