"""Check a verifier without a model: may its verdicts be believed?

    report = check_verifier(pool, "number", [Question("417+85=", "502"), ...])
    report.passed        # False: it must not be used
    for check in report.checks:
        check.name, check.passed, check.detail

Every gold must be judged correct through the verifier's oracle, nothing that is no answer may be, its own
examples must come out as they say, and the same answer must get the same verdict three times, in time. All of
it runs in the pool's workers. Where an example cannot even be judged, or answer after answer takes too long,
the rest is not tried. What passes is not proven sound: an attack made for it may still fool it.
"""

import contextlib
import itertools
import statistics
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from ratchetrl.verifiers.check_report import Check, CheckReport, Question
from ratchetrl.verifiers.description import Description
from ratchetrl.verifiers.pool import VerifierPool
from ratchetrl.verifiers.probes import may_be_right, probes
from ratchetrl.verifiers.reference import parse_reference
from ratchetrl.verifiers.registry import as_expected
from ratchetrl.verifiers.tasks import Reply, Submission
from ratchetrl.verifiers.verdict import Status, Verdict

PROBED_GOLDS = 20
"""Golds that the probes are tried on."""
REPETITIONS = 3
"""Times that an answer is judged, to see that its verdict stays."""
BATCH_GOLDS = 64
"""Golds that are taken at a time: so often is it seen whether the time is used up."""
NAMED_FAULTS = 3
"""Faults that are told in full; all are counted."""
CUT_OFF_AT_MOST = 5
"""Answers that may exceed the time limit before the check gives up: each costs as much as that limit."""


class _TooSlow(Exception):
    """Too many answers took too long."""


def check_verifier(
    pool: VerifierPool,
    reference: str,
    questions: Iterable[Question] | None = None,
    *,
    probed_golds: int = PROBED_GOLDS,
    budget_s: float = float("inf"),
) -> CheckReport:
    """Check a verifier on a suite's questions, or on the golds of its own examples where none are given.

    After `budget_s` no further golds are taken, and the report says how many were. Raises `UserError` for a
    verifier that cannot be loaded.
    """
    found = pool.describe(reference)
    if questions is None:
        reference = reference if parse_reference(reference)[1] else found.example_reference
        questions = [Question("", gold) for gold in _golds_of_examples(found)]
    run = _Run(pool, reference, found, time.monotonic() + budget_s)
    checks: list[Check] = []
    with contextlib.suppress(_TooSlow):
        for check in run.checks(iter(questions), probed_golds):
            checks.append(check)
    return CheckReport(reference, found.version, (*checks, run.time_per_answer()))


def _golds_of_examples(found: Description) -> list[str]:
    return list(dict.fromkeys(gold for _, gold, _ in found.expectations))


class _Run:
    """The checks of one verifier; remembers what every verdict took."""

    def __init__(self, pool: VerifierPool, reference: str, found: Description, deadline_s: float) -> None:
        self._pool, self._reference, self._found, self._deadline_s = pool, reference, found, deadline_s
        self._seconds: list[float] = []
        self._cut_off = 0
        self._unjudged = 0

    def checks(self, questions: Iterator[Question], probed_golds: int) -> Iterator[Check]:
        """Each check as it is done; raises `_TooSlow`."""
        yield self.examples()
        if self._unjudged:
            return
        some = list(itertools.islice(questions, probed_golds))
        if not some:
            yield Check("golds", False, "there is none; name a suite that has problems")
            return
        yield self.golds(itertools.chain(some, questions))
        yield from self.probes(some)
        yield self.determinism(some)

    def examples(self) -> Check:
        """The verifier's own examples."""
        expected = self._found.expectations
        verdicts = self._judge(
            [(answer, gold) for answer, gold, _ in expected], self._found.example_reference
        )
        faults = [
            f"{answer!r:.60} with gold {gold!r:.60} is {_said(verdict)}"
            for (answer, gold, wanted), verdict in zip(expected, verdicts, strict=True)
            if not as_expected(verdict, wanted)
        ]
        return _check("own examples", faults, f"{len(expected)} examples as they must be")

    def golds(self, questions: Iterable[Question]) -> Check:
        """Every gold can be read, and what the oracle answers is judged correct."""
        counts, faults, waiting = Counter[str](), [], iter(questions)
        while batch := list(itertools.islice(waiting, BATCH_GOLDS)):
            texts = [question.gold for question in batch]
            for text, outcome in zip(texts, self._outcomes(texts), strict=True):
                counts["all"] += 1
                counts["unchecked"] += outcome is None
                if outcome:
                    counts["wrong"] += 1
                    faults += [f"gold {text!r:.80}: {outcome}"] * (counts["wrong"] <= NAMED_FAULTS)
            if time.monotonic() > self._deadline_s:
                break
        return _check("golds", faults, self._golds_in_words(counts), counts["wrong"])

    def probes(self, questions: Sequence[Question]) -> list[Check]:
        """Nothing that is no answer is judged correct; nor does it keep an answer from being judged."""
        replies = self._replies([question.gold for question in questions])
        tried = [
            (probe, question.gold)
            for question, reply in zip(questions, replies, strict=True)
            for probe in probes(question.prompt, self._found.form_only)
            if reply.fault is None and not may_be_right(probe, question.gold, reply.value)
        ]
        faults: dict[str, list[str]] = {probe.kind: [] for probe, _ in tried}
        counts = Counter(probe.kind for probe, _ in tried)
        verdicts = self._judge([(probe.text, gold) for probe, gold in tried])
        for (probe, gold), verdict in zip(tried, verdicts, strict=True):
            if verdict.score is None or verdict.status is Status.correct:
                faults[probe.kind].append(f"{probe.text!r:.40} with gold {gold!r:.60} is {_said(verdict)}")
        return [_check(kind, faults[kind], f"{counts[kind]} tried, none correct") for kind in faults]

    def determinism(self, questions: Sequence[Question]) -> Check:
        """The same answer has the same verdict each time."""
        pairs = [(answer, gold) for answer, gold, _ in self._found.expectations]
        rounds = [self._judge(pairs, self._found.example_reference) for _ in range(REPETITIONS)]
        probe_pairs = [(probe.text, q.gold) for q in questions[:2] for probe in probes(q.prompt)]
        probe_rounds = [self._judge(probe_pairs) for _ in range(REPETITIONS)]
        faults = [
            f"{answer!r:.60} is {' and '.join(sorted({_said(verdict) for verdict in verdicts}))}"
            for (answer, _), *verdicts in (
                *zip(pairs, *rounds, strict=True),
                *zip(probe_pairs, *probe_rounds, strict=True),
            )
            if len({_identity(verdict) for verdict in verdicts}) > 1
        ]
        return _check(
            "determinism", faults, f"{len(pairs) + len(probe_pairs)} answers, {REPETITIONS} times each"
        )

    def time_per_answer(self) -> Check:
        """No answer so far was cut off by the pool's time limit."""
        slowest, median = max(self._seconds), statistics.median(self._seconds)
        words = f"median {1e3 * median:.2f} ms, slowest {1e3 * slowest:.0f} ms of {len(self._seconds)}"
        faults = [f"{self._cut_off} answers took too long; {words}"] if self._cut_off else []
        return _check("time per answer", faults, words)

    def _outcomes(self, golds: list[str]) -> Iterator[str | None]:
        """For each gold what is wrong with it, `""` for nothing, `None` where there is no oracle's answer."""
        replies = self._replies(golds)
        answered = [i for i, reply in enumerate(replies) if reply.value is not None]
        verdicts = iter(self._judge([(replies[i].value, golds[i]) for i in answered]))
        for reply in replies:
            if reply.fault is not None:
                yield reply.fault
            elif reply.value is None:
                yield None
            else:
                verdict = next(verdicts)
                right = verdict.status is Status.correct
                yield "" if right else f"with the oracle's answer {reply.value!r:.80} is {_said(verdict)}"

    def _replies(self, golds: list[str]) -> list[Reply]:
        if self._found.has_oracle:
            return self._pool.oracle_answers(self._reference, golds)
        return [Reply(None, fault) for fault in self._pool.read_golds(self._reference, golds)]

    def _golds_in_words(self, counts: Counter[str]) -> str:
        right = counts["all"] - counts["unchecked"] - counts["wrong"]
        words = f"{right} judged correct through the oracle"
        if not self._found.has_oracle:
            return f"{counts['all']} can be read; the verifier has no oracle, so that none could be checked"
        return words + (f", {counts['unchecked']} that the oracle cannot say" if counts["unchecked"] else "")

    def _judge(self, pairs: Sequence[tuple[str, str]], reference: str | None = None) -> list[Verdict]:
        name = reference or self._reference
        verdicts: list[Verdict] = []

        def keep(verdict: Verdict) -> None:
            verdicts.append(verdict)
            self._seconds.append(verdict.wall_s)
            self._unjudged += verdict.score is None
            self._cut_off += verdict.score is None and verdict.wall_s >= self._pool.timeout_s
            if self._cut_off >= CUT_OFF_AT_MOST:
                raise _TooSlow

        self._pool.judge_stream((Submission(name, answer, gold) for answer, gold in pairs), keep)
        return verdicts


def _check(name: str, faults: list[str], fine: str, count: int | None = None) -> Check:
    if not faults:
        return Check(name, True, fine)
    named = "; ".join(faults[:NAMED_FAULTS])
    more = (len(faults) if count is None else count) - NAMED_FAULTS
    return Check(name, False, named + (f"; and {more} more" if more > 0 else ""))


def _said(verdict: Verdict) -> str:
    return f"{verdict.status} ({verdict.reason[:120]})" if verdict.reason else str(verdict.status)


def _identity(verdict: Verdict) -> tuple[Any, ...]:
    """What must not change from one time to the next: all but words and costs. An objective may be a cost
    (the speed of a program), and so may a partial score that follows from it."""
    measured = verdict.status is Status.partial and verdict.objective is not None
    return verdict.status, None if measured else verdict.score, verdict.answer, verdict.shown_passed
