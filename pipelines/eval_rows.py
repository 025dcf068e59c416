"""One model on a set of problems at one effort: sampled, judged, and written as rows.

    answers = [Answers("champion", champion, effort, folder)]        one or several
    took = sample_and_judge(run, [eval_pass(run, problems, count, samples, each) for each in answers])
    write_eval_rows(folder / "rows.parquet", problems, answers)

Used by the gate (two models, one effort) and by the report split (one model, several efforts).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from ratchetrl.pipelines.accounting.work import list_lengths
from ratchetrl.pipelines.chooser import chooser_scores
from ratchetrl.pipelines.efforts import Effort
from ratchetrl.pipelines.judging import Pass, judged_shard
from ratchetrl.pipelines.records import EvalRow
from ratchetrl.pipelines.run_context import Champion, Run
from ratchetrl.pipelines.sample_stage import rollout_facts, sample_order
from ratchetrl.pipelines.store import read_records, record_writer, shards
from ratchetrl.pipelines.verdict_rows import verdict_facts

COLUMNS = ["problem_id", "sample", "finish_reason", "seconds"]
COUNTED = ["prompt_ids", "completion_ids"]


@dataclass(frozen=True, slots=True)
class Answers:
    """Where the answers of one model at one effort lie."""

    role: str
    """`champion` or `challenger`."""
    model: Champion
    """Who answers."""
    effort: Effort
    """Under which limits."""
    folder: Path
    """Holds `rollouts` and `verdicts`."""

    @property
    def rollouts(self) -> Path:
        """Folder of their shards."""
        return self.folder / "rollouts"

    @property
    def verdicts(self) -> Path:
        """Folder of the verdicts, shard by shard."""
        return self.folder / "verdicts"

    @property
    def choices(self) -> Path:
        """Folder of the chooser's verdicts, where a verifier chooses."""
        return self.folder / "chooser" / "verdicts"


def eval_pass(run: Run, problems: Path, count: int, samples: int, answers: Answers) -> Pass:
    """What to sample and judge."""
    order = sample_order(run, problems, count, answers.rollouts, answers.model.hash, samples, answers.effort)
    return Pass(order, answers.verdicts, answers.model.weights)


def write_eval_rows(
    target: Path, problems: Path, answers: Sequence[Answers], best_of: str | None = None
) -> None:
    """One row per answer, model by model and effort by effort, in the order of the problems; with the
    chooser's scores where `best_of` names one and its verdicts are there."""
    levels = {row["id"]: row["level"] for row in read_records(problems, columns=["id", "level"])}
    with record_writer(target, EvalRow) as write:
        for each in answers:
            for shard in shards(each.rollouts):
                write(_rows(each, shard.name, levels, best_of))


def eval_facts(problems: Path, answers: Answers) -> dict[str, Any]:
    """Counts over one model's answers at one effort."""
    return {
        "weights_hash": answers.model.hash,
        **rollout_facts(answers.rollouts),
        **verdict_facts(problems, answers.verdicts),
    }


def _rows(answers: Answers, shard: str, levels: dict[str, str], best_of: str | None) -> list[EvalRow]:
    judged = judged_shard(answers.rollouts / shard, answers.verdicts / shard, COLUMNS)
    tokens = pq.read_table(answers.rollouts / shard, columns=COUNTED)
    prompts, outputs = (list_lengths(tokens[name]).tolist() for name in COUNTED)
    scores = chooser_scores(best_of, [verdict for _, verdict in judged], answers.choices / shard)
    return [
        EvalRow(
            model=answers.role,
            effort=answers.effort.name,
            problem_id=rollout["problem_id"],
            level=levels[rollout["problem_id"]],
            sample=rollout["sample"],
            status=verdict["status"],
            score=verdict["score"],
            answer=verdict["answer"],
            chooser_score=score,
            prompt_tokens=prompt_tokens,
            output_tokens=output_tokens,
            truncated=rollout["finish_reason"] == "length",
            seconds=rollout["seconds"],
        )
        for (rollout, verdict), prompt_tokens, output_tokens, score in zip(
            judged, prompts, outputs, scores, strict=True
        )
    ]
