"""Further attempts at the problems that no sample solved: solutions that feedback finds, learned without it.

    retried = retry(run, first)          `first` is the pass of the plain problems, sampled and judged

    sample-<hash>/attempt_2/problems.parquet      conversations: problem, failed answer, feedback
    sample-<hash>/attempt_2/shard-*.parquet       what was answered to them
    sample-<hash>/attempt_2/solved-00017.parquet  the right ones, under the plain prompts of shard 17
    verify-<hash>/attempt_2/...                   the verdicts of both, row by row

One failed answer of each unsolved problem goes into its conversation: the first that was not cut off, else
the first. Canaries are not tried again. Everything is found where it is there, so a killed run continues.

A solution is stored as a rollout of its problem: with the plain prompt, and with the log-probabilities that
the same weights give it after that prompt (`scoring.py`). The importance ratio therefore starts at 1 and the
drift guard sees it as on-policy. It is not: the policy wrote it after reading feedback, q(y | x, feedback),
and the true weight pi(y | x) / q(y | x, feedback), mostly far below 1, is left out. What is optimised is a
mix of policy gradient and imitation of found solutions (STaR's rationalisation, Zelikman et al. 2022, arXiv
2203.14465, does the same with hints), and the group's mean reward overstates the policy's own success.
Solutions that the plain policy finds unlikely move it fast: the drift bounds may then end the stage early.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path

from ratchetrl.pipelines.feedback import SAID, retry_messages
from ratchetrl.pipelines.judging import (
    Judged,
    Pass,
    Sampled,
    judged_rollouts,
    load_weights,
    problem_shards,
    sample_and_judge,
)
from ratchetrl.pipelines.records import Message, Problem, Rollout, VerdictRow
from ratchetrl.pipelines.run_context import Run
from ratchetrl.pipelines.store import read_records, shard_path, write_records
from ratchetrl.verifiers.verdict import Status

READ = ["problem_id", "text", "finish_reason"]


@dataclass(frozen=True, slots=True)
class Retried:
    """What the further attempts came to."""

    took: Sampled
    """Time, all attempts together."""
    attempts: tuple[dict[str, int], ...]
    """Of each: its number, problems tried, problems solved, solutions found, tokens read to score them."""


def _solved(attempt: Path, shard: str) -> Path:
    """Where an attempt's solutions to the problems of a shard lie."""
    return attempt / shard.replace("shard", "solved")


def attempt_folders(stage: Path) -> list[Path]:
    """The further attempts that a sample or verify stage holds, in order."""
    return sorted(stage.glob("attempt_[2-9]"))


def solutions(rollouts: Path, verdicts: Path, shard: str, columns: list[str]) -> Iterator[Judged]:
    """The solutions that further attempts found to the problems of one shard, with their verdicts."""
    for attempt in attempt_folders(rollouts):
        found, judged = (_solved(folder, shard) for folder in (attempt, verdicts / attempt.name))
        if found.exists():
            yield from zip(read_records(found, columns=columns), read_records(judged), strict=True)


def retry(run: Run, first: Pass) -> Retried:
    """Tries again, up to `sampling.attempts` times in all."""
    before, took, attempts = first, Sampled(0, 0, 0), list[dict[str, int]]()
    for number in range(2, run.config.sampling.attempts + 1):
        each = _next_pass(run, first, before, number)
        if not each.order.shards:
            break
        took += sample_and_judge(run, [each])
        _store_solutions(run, first, each)
        took += Sampled(run.clock.lap(), 0, 0)
        attempts.append({"attempt": number, **_counts(each)})
        before = each
    return Retried(took, tuple(attempts))


def _next_pass(run: Run, first: Pass, before: Pass, number: int) -> Pass:
    """The pass over what is still unsolved after `before`."""
    order = first.order
    output = Path(order.output) / f"attempt_{number}"
    problems = output / "problems.parquet"
    if not problems.exists():
        write_records(problems, Problem, _unsolved(before, run.config.model.thinking_marks))
    count = len(read_records(problems, columns=["id"]))
    again = replace(
        order,
        problems=str(problems),
        output=str(output),
        shards=problem_shards(count, order.samples, run.config.engine.shard_rollouts),
        seed=f"{order.seed}/attempt {number}",
        attempt=number,
        waves=None,
    )
    return Pass(again, first.verdicts / output.name, first.weights)


def _unsolved(before: Pass, marks: tuple[str, str]) -> Iterator[Problem]:
    """The problems that no sample of a pass solved, with one failed answer and the feedback on it."""
    problems = {row["id"]: row for row in read_records(Path(before.order.problems))}
    judged = judged_rollouts(Path(before.order.output), before.verdicts, READ)
    for problem_id, group in groupby(judged, key=lambda pair: pair[0]["problem_id"]):
        problem, answers = problems[problem_id], list(group)
        solved = any(verdict["status"] == Status.correct for _, verdict in answers)
        failed = _failed(answers)
        if not solved and not problem["canary"] and failed is not None:
            conversation = tuple(Message(**message) for message in problem["messages"])
            messages = retry_messages(conversation, *failed, marks)
            yield Problem(**{**problem, "messages": messages})


def _failed(answers: list[Judged]) -> Judged | None:
    """The failed answer to show; None where none was given or none could be judged."""
    failed = [
        (rollout, verdict)
        for rollout, verdict in answers
        if Status(verdict["status"]) in SAID and rollout["finish_reason"] != "prompt_too_long"
    ]
    whole = [pair for pair in failed if pair[0]["finish_reason"] == "stop"]
    return next(iter([*whole, *failed]), None)


def _store_solutions(run: Run, first: Pass, each: Pass) -> None:
    """Writes the right answers of one attempt under their plain prompts."""
    shard_of = _shard_of(first)
    judged = judged_rollouts(Path(each.order.output), each.verdicts, list(Rollout.__slots__))
    right = (pair for pair in judged if pair[1]["status"] == Status.correct)
    for shard, found in groupby(right, key=lambda pair: shard_of[pair[0]["problem_id"]]):
        plain = shard_path(Path(first.order.output), shard)
        if not _solved(Path(each.order.output), plain.name).exists():
            _store_shard(run, plain, each, list(found))


def _store_shard(run: Run, plain: Path, each: Pass, found: list[Judged]) -> None:
    """`plain` is the shard of the first attempt. The scored rollouts come last: they stand for both files."""
    prompts = {
        row["problem_id"]: row["prompt_ids"] for row in read_records(plain, ["problem_id", "prompt_ids"])
    }
    verdicts = [VerdictRow(**verdict) for _, verdict in found]
    write_records(_solved(each.verdicts, plain.name), VerdictRow, verdicts)
    unscored = run.folder.path / "scratch" / "unscored.parquet"
    rollouts = [Rollout(**{**rollout, "prompt_ids": prompts[rollout["problem_id"]]}) for rollout, _ in found]
    write_records(unscored, Rollout, rollouts)
    load_weights(run, each)
    run.sampler.score(unscored, _solved(Path(each.order.output), plain.name))


def _shard_of(first: Pass) -> dict[str, int]:
    """Problem -> the shard of the first attempt that it is in."""
    ids = [row["id"] for row in read_records(Path(first.order.problems), columns=["id"])]
    spans = first.order.shards.items()
    return {problem: int(shard) for shard, (start, end) in spans for problem in ids[start:end]}


def _counts(each: Pass) -> dict[str, int]:
    found = [
        row
        for file in sorted(Path(each.order.output).glob("solved-*.parquet"))
        for row in read_records(file, columns=["problem_id", "prompt_ids", "completion_ids"])
    ]
    return {
        "problems": sum(end - start for start, end in each.order.shards.values()),
        "solved": len({row["problem_id"] for row in found}),
        "solutions": len(found),
        "scored_tokens": sum(len(row["prompt_ids"]) + len(row["completion_ids"]) for row in found),
    }
