"""Hidden tests that nobody wrote: new inputs, and what the reference solution returns for them.

    tests = extra_tests(gold, settings)     # `gold.extra_tests` of them, or as many as can be made

Inputs come from those of the gold's tests by type-aware mutation (`input_mutation.py`; the idea of EvalPlus,
Liu et al., 2023), seeded by the gold's content. Inputs on which the reference raises, or does not say the
same twice, are dropped: write what an input must satisfy into the reference as asserts. The reference runs in
the tester's sandbox, never near an answer. A process makes the tests of a gold once.
"""

import random
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from ratchetrl.verifiers.code.candidate import Candidate, Ended, Program, TooLong
from ratchetrl.verifiers.code.comparison import Expected
from ratchetrl.verifiers.code.function_gold import GOLDS_KEPT, FunctionGold, FunctionTest
from ratchetrl.verifiers.code.input_mutation import Call, Mutator
from ratchetrl.verifiers.code.settings import PythonSettings
from ratchetrl.verifiers.sandbox.drivers.codec import BadBytes, NotPlain, decode, encode
from ratchetrl.verifiers.sandbox.shared import tester_sandbox

TRIES_PER_TEST = 8
"""Inputs that are tried for each test that is wanted."""
MAX_ROUNDS = 4
"""Most changes that separate a new input from a known one."""
MAX_REQUEST_BYTES = 16_384
"""Longest encoded input that is made."""
MAX_RESULT_BYTES = 65_536
"""Longest result of the reference that becomes a test."""
TIME_FACTOR = 4
"""The reference has this many times an answer's time for all inputs together."""


def extra_tests(gold: FunctionGold, settings: PythonSettings) -> tuple[FunctionTest, ...]:
    """Return tests made from the gold's reference solution; raises `ValueError` where it cannot be loaded."""
    return _extra_tests(gold, settings) if gold.extra_tests else ()


@lru_cache(maxsize=GOLDS_KEPT)
def _extra_tests(gold: FunctionGold, settings: PythonSettings) -> tuple[FunctionTest, ...]:
    assert gold.reference_solution is not None
    program = Program(gold.reference_solution, (gold.entry_point,), gold.preamble)
    limits = settings.limits(gold.timeout_s * TIME_FACTOR)
    made: list[FunctionTest] = []
    with Candidate(tester_sandbox(settings.libraries), program, limits) as reference:
        try:
            loaded = reference.load()
            if loaded.kind != "+":
                raise ValueError(f"the reference solution cannot be loaded: {loaded.raised()[1]}")
            for request, args, kwargs in _new_requests(gold):
                if len(made) == gold.extra_tests:
                    break
                if (expected := _said_twice(reference, request)) is not None:
                    made.append(FunctionTest(args, kwargs, request, expected))
        except Ended:  # an input was too much for the reference: what came before it is good
            pass
    return tuple(made)


def _new_requests(gold: FunctionGold) -> Iterator[tuple[bytes, tuple[Any, ...], dict[str, Any]]]:
    """Encoded calls that no test makes, no two alike."""
    rng = random.Random(gold.text)
    seeds: list[Call] = [(test.args, test.kwargs) for test in gold.tests if test.raises is None]
    mutate = Mutator(seeds, rng)
    seen = {test.request for test in gold.tests + gold.shown_tests}
    for _ in range(TRIES_PER_TEST * gold.extra_tests if seeds else 0):
        call = rng.choice(seeds)
        for _ in range(rng.randint(1, MAX_ROUNDS)):
            call = mutate(call)
        try:
            request = encode((gold.entry_point, *call))
        except NotPlain:  # too deep
            continue
        if request not in seen and len(request) <= MAX_REQUEST_BYTES:
            seen.add(request)
            yield request, *call


def _said_twice(reference: Candidate, request: bytes) -> Expected | None:
    try:
        replies = [reference.call(request, MAX_RESULT_BYTES) for _ in range(2)]
        return (
            Expected(decode(replies[0].payload))
            if replies[0] == replies[1] and replies[0].kind == "v"
            else None
        )
    except (TooLong, BadBytes):
        return None
