"""Tests that the prompt shows: they are run and told, and never decide.

    verdict = with_shown(verdict, lambda: judge(code, gold.shown_tests))    # sets verdict.shown_passed

An answer that passes what it was shown and fails what it was not may have learned the tests.
"""

from collections.abc import Callable
from dataclasses import replace

from ratchetrl.verifiers.verdict import Status, Verdict


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
