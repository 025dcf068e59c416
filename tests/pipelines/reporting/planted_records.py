"""Planted answers as the records that a run stores."""

from collections.abc import Sequence
from pathlib import Path

from planted_model import PlantedAnswer, PlantedProblem

from ratchetrl.pipelines.records import EvalRow, Message, Problem, Rollout, VerdictRow
from ratchetrl.pipelines.store import shard_path, write_records
from ratchetrl.pipelines.verdict_rows import verdict_row
from ratchetrl.verifiers.verdict import Verdict, correct, no_answer, verifier_error, wrong

SECONDS_PER_TOKEN = 1e-4
Answered = list[tuple[PlantedProblem, int, PlantedAnswer]]
"""Problem, number of the sample, answer."""


def answered(problems: Sequence[PlantedProblem], answers: Sequence[list[PlantedAnswer]]) -> Answered:
    """One entry per sample, in the order of the problems."""
    return [
        (problem, sample, answer)
        for problem, group in zip(problems, answers, strict=True)
        for sample, answer in enumerate(group)
    ]


def write_shards(rollouts: Path, verdicts: Path, samples: Answered, limit: int) -> None:
    """One shard of each."""
    write_records(shard_path(rollouts, 0), Rollout, [_rollout(*sample, limit) for sample in samples])
    write_records(shard_path(verdicts, 0), VerdictRow, [_verdict_row(*sample) for sample in samples])


def eval_rows(role: str, limit: int, samples: Answered) -> list[EvalRow]:
    """Rows of an evaluation."""
    return [_eval_row(role, limit, *sample) for sample in samples]


def problem_records(problems: Sequence[PlantedProblem]) -> list[Problem]:
    """As a suite gives them."""
    return [
        Problem(
            each.id,
            (Message("user", f"{each.left}+{each.right}="),),
            gold=str(each.gold),
            verifier="number",
            level=each.level,
        )
        for each in problems
    ]


def _verdict(problem: PlantedProblem, answer: PlantedAnswer) -> Verdict:
    if not answer.judged:
        return verifier_error("the judge was replaced")
    if answer.answer is None:
        return no_answer("nothing follows the thinking")
    if answer.answer == problem.gold:
        return correct(str(answer.answer), f"{answer.answer} equals the gold")
    return wrong(str(answer.answer), f"{answer.answer} is not {problem.gold}")


def _verdict_row(problem: PlantedProblem, sample: int, answer: PlantedAnswer) -> VerdictRow:
    return verdict_row(f"{problem.id}#{sample}", problem.id, _verdict(problem, answer))


def _rollout(problem: PlantedProblem, sample: int, answer: PlantedAnswer, limit: int) -> Rollout:
    said = "" if answer.answer is None else f"</think>{answer.answer}"
    return Rollout(
        id=f"{problem.id}#{sample}",
        problem_id=problem.id,
        sample=sample,
        prompt_ids=tuple(range(7, 7 + len(f"{problem.left}+{problem.right}="))),
        completion_ids=tuple(range(7, 7 + answer.tokens)),
        logprobs=(-0.25,) * answer.tokens,
        text=f"<think>{problem.left}+{problem.right}: column by column{said}",
        finish_reason="length" if answer.truncated else "stop",
        seconds=answer.tokens * SECONDS_PER_TOKEN,
        max_new_tokens=limit,
        temperature=1.0,
        weights_hash="planted",
    )


def _eval_row(role: str, limit: int, problem: PlantedProblem, sample: int, answer: PlantedAnswer) -> EvalRow:
    verdict = _verdict(problem, answer)
    return EvalRow(
        model=role,
        effort=str(limit),
        problem_id=problem.id,
        level=problem.level,
        sample=sample,
        status=verdict.status.value,
        score=verdict.score,
        answer=verdict.answer,
        chooser_score=None,
        prompt_tokens=len(f"{problem.left}+{problem.right}="),
        output_tokens=answer.tokens,
        truncated=answer.truncated,
        seconds=answer.tokens * SECONDS_PER_TOKEN,
    )
