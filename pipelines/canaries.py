"""Canaries: impossible problems among those that are trained on, to catch a verifier that can be fooled.

    problems = with_canaries(pool, problems, share=0.01, seed=7)

A canary is shown to the model like any other problem, but its gold is one that no honest answer reaches
(tests that contradict each other, say). So a pass is a hole in the verifier or in the sandbox, and never
noise. What becomes of a pass is decided in `generation.py`; how golds are made impossible, by each verifier.
"""

import math
from collections.abc import Iterable
from dataclasses import replace
from random import Random

from ratchetrl.pipelines.records import Problem
from ratchetrl.verifiers.errors import UserError
from ratchetrl.verifiers.pool import VerifierPool

DEFAULT_SHARE = 0.01
"""Where the recipe names no share and the verifier can make golds impossible."""
PREFIX = "canary/"


def check_canaries(pool: VerifierPool, share: float | None, problems: Iterable[Problem]) -> None:
    """Raises `UserError` where canaries are asked for and no verifier of the problems can make one."""
    verifiers = {problem.verifier for problem in problems}
    if share and not any(pool.describe(name).has_impossible for name in verifiers):
        raise UserError(
            f"data.canary_share is {share:g}, but {', '.join(sorted(verifiers))} cannot make a gold "
            "impossible; set data.canary_share = 0, or give the verifier an `impossible`"
        )


def with_canaries(
    pool: VerifierPool, problems: list[Problem], share: float | None, seed: int
) -> list[Problem]:
    """The problems in their order, some of them made impossible: the share, rounded up.

    `None` means the default share of those problems whose verifier can. There are fewer where fewer golds
    can be made impossible.
    """
    able = [problem for problem in problems if share != 0 and pool.describe(problem.verifier).has_impossible]
    wanted = math.ceil((DEFAULT_SHARE if share is None else share) * (len(problems) if able else 0))
    made: dict[str, Problem] = {}
    for problem in Random(seed).sample(able, len(able)):
        if len(made) == wanted:
            break
        (gold,) = pool.impossible_golds(problem.verifier, [problem.gold])
        if gold is not None:
            made[problem.id] = replace(problem, id=PREFIX + problem.id, gold=gold, canary=True)
    return [made.get(problem.id, problem) for problem in problems]
