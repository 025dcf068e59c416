"""Judge in worker processes, so that an answer that hangs or crashes its verifier costs only itself.

    with VerifierPool(workers=2, timeout_s=10.0) as pool:
        verdicts = pool.judge([Submission("number", "#### 72", "72"), ...])   # in order
        pool.describe("number").version
        pool.read_golds("number", ["72", "many"])                             # [None, "cannot read ..."]

All may be called from several threads at once. A worker that does not answer in time is killed and replaced,
its answer becomes `verifier_error`, the rest are judged by the replacement. A worker that dies is replaced
and its answer tried once more. Nothing of a verifier runs in this process, not even its import. Workers start
when they are first needed, and end with this process, as does all that they start. They run with its rights:
the pool is no sandbox.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple, Self

from ratchetrl.verifiers.crew import WorkerCrew
from ratchetrl.verifiers.description import Description
from ratchetrl.verifiers.errors import UserError
from ratchetrl.verifiers.registry import as_expected, example_fault
from ratchetrl.verifiers.tasks import Reply, Submission, Task, TaskKind
from ratchetrl.verifiers.verdict import Verdict
from ratchetrl.verifiers.worker import WorkerOptions


class PoolCounts(NamedTuple):
    """Where the work stands at this moment."""

    in_flight: int
    """Tasks whose results were not yet handed on."""
    done: int
    """Tasks done since the pool was made: verdicts, golds that were read."""
    workers_replaced: int
    """Workers that hung or died."""


class VerifierPool:
    """Worker processes that judge answers. Use it in a `with` statement, or call `close`."""

    def __init__(self, workers: int, timeout_s: float, tier: str | None = None, unsafe: bool = False) -> None:
        """`timeout_s` is the longest time one answer may take, the import of its verifier left out, and what
        the answer itself may use (the time limit of a program, say) added. `tier` and `unsafe` choose the
        sandbox that verifiers of code use."""
        if workers < 1 or not 0 < timeout_s < float("inf"):
            raise UserError(
                f"{workers} workers and {timeout_s} s cannot judge; give at least one and a time above 0"
            )
        self.timeout_s = timeout_s
        """Longest time that one answer may take."""
        self._crew = WorkerCrew(workers, timeout_s, WorkerOptions(tier, unsafe))
        self._known: dict[str, Description] = {}

    @property
    def counts(self) -> PoolCounts:
        """Live counts; may be read from any thread while others judge."""
        return PoolCounts(self._crew.in_flight, self._crew.tasks_done, self._crew.workers_replaced)

    def judge(self, submissions: Sequence[Submission]) -> list[Verdict]:
        """Return the verdicts in order; raises `UserError` for a verifier that cannot be loaded."""
        verdicts: list[Verdict] = []
        self.judge_stream(submissions, verdicts.append)
        return verdicts

    def judge_stream(self, submissions: Iterable[Submission], sink: Callable[[Verdict], None]) -> None:
        """Hand the verdicts to `sink` in order, each as soon as those before it are there.

        `submissions` may be endless: it is read no further ahead than a few thousand. What it raises is
        raised here, once the verdicts of what came before were handed on.
        """
        tasks = (Task("judge", each.verifier, (each.answer, each.gold)) for each in submissions)
        self._crew.run(tasks, lambda reply: sink(Verdict.from_dict(reply.value)))

    def describe(self, reference: str) -> Description:
        """What there is to know of a verifier; raises `UserError` where it cannot be loaded."""
        if reference not in self._known:
            (self._known[reference],) = (reply.value for reply in self._ask("load", reference, [()]))
        return self._known[reference]

    def check_examples(self, reference: str) -> None:
        """Judge a verifier's own examples; raises `UserError` at the first that comes out otherwise."""
        found = self.describe(reference)
        submissions = [Submission(found.example_reference, *example) for *example, _ in found.expectations]
        verdicts = self.judge(submissions)
        for (answer, gold, expected), verdict in zip(found.expectations, verdicts, strict=True):
            if not as_expected(verdict, expected):
                raise UserError(example_fault(found.name, (answer, gold), verdict))

    def read_golds(self, reference: str, golds: Sequence[str]) -> list[str | None]:
        """For each gold `None` where the verifier can read it, else why it cannot."""
        return [reply.fault for reply in self._ask("read_gold", reference, [(gold,) for gold in golds])]

    def oracle_answers(self, reference: str, golds: Sequence[str]) -> list[Reply]:
        """For each gold an answer that must be judged correct: as value, no value, or a fault."""
        return self._ask("oracle", reference, [(gold,) for gold in golds])

    def impossible_golds(self, reference: str, golds: Sequence[str]) -> list[str | None]:
        """For each gold the text of one that no honest answer reaches, `None` where the verifier cannot say.

        Raises `UserError` where it fails at one.
        """
        replies = self._ask("impossible", reference, [(gold,) for gold in golds])
        for gold, reply in zip(golds, replies, strict=True):
            if reply.fault is not None:
                raise UserError(
                    f"verifier {reference} cannot make an impossible gold of {gold[:200]!r} ({reply.fault}); "
                    "correct its `impossible`"
                )
        return [reply.value for reply in replies]

    def close(self) -> None:
        """Kill the workers; what is under way in another thread raises `RuntimeError`."""
        self._crew.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _ask(self, kind: TaskKind, reference: str, items: Sequence[tuple[str, ...]]) -> list[Reply]:
        replies: list[Reply] = []
        self._crew.run((Task(kind, reference, texts) for texts in items), replies.append)
        return replies
