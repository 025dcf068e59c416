"""Tests that the prompt shows: they are run and told, and never decide.

    verdict = with_shown(verdict, lambda: judge(code, gold.shown_tests))    # sets verdict.shown_passed

An answer that passes what it was shown and fails what it was not may have learned the tests.
"""

from collections.abc import Callable
from dataclasses import replace

from ratchetrl.verifiers.code.endings import Usage
from ratchetrl.verifiers.code.extraction import code_of
from ratchetrl.verifiers.code.tests_gold import TestsGold
from ratchetrl.verifiers.verdict import Status, Verdict


def judge_test_code(answer: str, gold: TestsGold, run: Callable[[str, str, Usage], Verdict]) -> Verdict:
    """Judge an answer's code by the gold's hidden test code and by the shown one.

    `run` judges (code, test code) and adds what that costs to the usage.
    """
    code = code_of(answer)
    if isinstance(code, Verdict):
        return code
    usage = Usage()
    verdict = run(code, gold.test_code, usage)
    if gold.shown_tests:
        verdict = with_shown(verdict, lambda: run(code, gold.shown_tests, usage))
    return usage.stamp(verdict)


def with_shown(verdict: Verdict, judge_shown: Callable[[], Verdict]) -> Verdict:
    """Return the verdict of the hidden tests with the outcome of the shown ones.

    An answer that ran out of time has used up what time it has: it does not pass them.
    """
    if verdict.status in (Status.timeout, Status.verifier_error):
        return replace(verdict, shown_passed=False if verdict.status is Status.timeout else None)
    shown = judge_shown()
    if shown.status is Status.verifier_error:
        return replace(verdict, shown_passed=None)
    return replace(verdict, shown_passed=shown.status is Status.correct)
