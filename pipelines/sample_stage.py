"""Sample and verify: the champion's rollouts on the plan's problems, judged as they come.

    sample-<hash>/shard-00017.parquet    token ids, the sampler's log-probabilities, text
    verify-<hash>/shard-00017.parquet    verdicts, row by row
    .../attempt_2/...                    of both, where problems are tried again (`retries.py`)

They are two stages, so that stored rollouts can be judged again by a changed verifier; they run at the same
time. Where problems are tried again, what is sampled depends on the verdicts.
"""

from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ratchetrl.pipelines.efforts import Effort, sampling_effort
from ratchetrl.pipelines.judging import Pass, problem_shards, sample_and_judge
from ratchetrl.pipelines.plan_stage import Plan
from ratchetrl.pipelines.retries import attempt_folders, retry
from ratchetrl.pipelines.run_context import Champion, Run
from ratchetrl.pipelines.sample_order import SampleOrder
from ratchetrl.pipelines.store import read_records, shards
from ratchetrl.pipelines.verdict_rows import verdict_facts
from ratchetrl.pipelines.wave_orders import WAVE_KEYS, in_waves, wave_inputs
from ratchetrl.pipelines.wave_rows import wave_facts
from ratchetrl.verifiers.pool import VerifierPool

FACTS = ["sample", "prompt_ids", "completion_ids", "forced", "finish_reason"]


def sample_stage(run: Run, generation: int, plan: Plan, champion: Champion) -> tuple[Path, Path]:
    """Folders of the rollouts and of their verdicts."""
    versions = verifier_versions(run.pool, plan.problems)
    judging = {"verifiers": versions, "timeout_s": run.config.verification.timeout_s}
    inputs = sample_inputs(run, plan, champion.hash)
    sampling = run.config.sampling
    judged = sampling.attempts > 1 or sampling.probe is not None  # what is sampled depends on verdicts
    again = {"judging": judging} if judged else {}
    stage = run.stage_folder(generation, "sample", inputs | wave_inputs(run.config) | again)
    verify = run.stage_folder(generation, "verify", {"sample": stage.name, **judging})
    if run.finished(stage) and run.finished(verify):
        return stage, verify
    samples, effort = sampling.samples, sampling_effort(run.config)
    order = sample_order(run, plan.problems, plan.problem_count, stage, champion.hash, samples, effort)
    order = in_waves(run.config, with_beliefs(order, plan), plan.problem_count)
    weights = None if run.finished(stage) else champion.weights
    first = Pass(order, verify, weights)
    took = sample_and_judge(run, [first])
    retried = retry(run, first)
    took += retried.took
    if not run.finished(stage):
        counts = rollout_facts(stage, *attempt_folders(stage)) | wave_facts(stage)
        if "waves" in counts:
            run.progress.line(_wave_line(counts["rollouts"], counts["waves"]))
        run.finish(stage, generation, {**counts, "attempts": list(retried.attempts)}, took.sample_s)
    facts = {"verifiers": versions, **verdict_facts(plan.problems, verify), "judging_s": took.judging_s}
    facts["verify_cpu_s"] += sum(cpu_seconds(folder) for folder in attempt_folders(verify))
    run.finish(verify, generation, facts, took.verify_s)
    return stage, verify


def sample_inputs(run: Run, plan: Plan, weights_hash: str) -> dict[str, Any]:
    """What rollouts depend on."""
    engine = run.config.engine
    return {
        "plan": plan.folder.name,
        "weights": weights_hash,
        "sampling": run.config.sampling.model_dump(exclude=WAVE_KEYS),
        "engine": [engine.kind, engine.dtype, engine.max_model_len, engine.shard_rollouts],
        "thinking": [run.config.model.thinking, *run.config.model.thinking_marks],
    }


def sample_order(
    run: Run, problems: Path, count: int, output: Path, weights_hash: str, samples: int, effort: Effort
) -> SampleOrder:
    """An order for `samples` completions of each problem. Its seed follows from the run's seed and the
    problems, not from the model: champion and challenger are sampled with the same seeds, which takes noise
    out of their difference."""
    return SampleOrder(
        problems=str(problems),
        output=str(output),
        shards=problem_shards(count, samples, run.config.engine.shard_rollouts),
        samples=samples,
        effort=effort,
        temperature=run.config.sampling.temperature,
        max_model_len=run.config.engine.max_model_len,
        seed=f"{run.config.seed}/{problems.parent.name}/{problems.stem}",
        weights_hash=weights_hash,
    )


def with_beliefs(order: SampleOrder, plan: Plan) -> SampleOrder:
    """The order with what the plan believes of its problems, where it says that."""
    beliefs = plan.folder / "beliefs.parquet"
    return replace(order, beliefs=str(beliefs)) if beliefs.exists() else order


def verifier_versions(pool: VerifierPool, problems: Path) -> dict[str, str]:
    """Name -> version of every verifier that the problems name."""
    names = {row["verifier"] for row in read_records(problems, columns=["verifier"])}
    return {name: pool.describe(name).version for name in sorted(names)}


def rollout_facts(*folders: Path) -> dict[str, int]:
    """Counts over the rollouts of one or several folders, a shard at a time. A prompt is prefilled for the
    first sample of its problem (`prompt_tokens`) and read from the cache for the others (`cached_tokens`);
    `forced_tokens` are among `generated_tokens`."""
    facts: Counter[str] = Counter()
    for shard in (shard for folder in folders for shard in shards(folder)):
        rows = pq.read_table(shard, columns=FACTS)
        first, reasons = pc.equal(rows["sample"], 0), rows["finish_reason"]
        prompts = pc.list_value_length(rows["prompt_ids"])
        facts["rollouts"] += len(rows)
        facts["prompt_tokens"] += _total(prompts.filter(first))
        facts["cached_tokens"] += _total(prompts.filter(pc.invert(first)))
        facts["generated_tokens"] += _total(pc.list_value_length(rows["completion_ids"]))
        facts["forced_tokens"] += _total(pc.list_value_length(rows["forced"]))
        facts["truncated"] += _total(pc.equal(reasons, "length"))
        facts["prompt_too_long"] += _total(pc.equal(reasons, "prompt_too_long"))
    return dict(facts)


def _wave_line(rollouts: int, waves: dict[str, int]) -> str:
    dropped = waves["aborted_rollouts"]
    return (
        f"{rollouts:,} rollouts in {waves['groups']:,} groups: {waves['topped_up']:,} topped up, "
        f"{waves['settled_early']:,} ended early, {waves['without_gradient']:,} have no gradient"
        + (f"; {dropped:,} more were begun and dropped" if dropped else "")
    )


def cpu_seconds(verdicts: Path) -> float:
    """CPU seconds that the verdicts of a folder took."""
    return sum(row["cpu_s"] for shard in shards(verdicts) for row in read_records(shard, columns=["cpu_s"]))


def _total(values: pa.ChunkedArray) -> int:
    return pc.sum(values).as_py() or 0
