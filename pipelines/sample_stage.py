"""Sample and verify: the champion's rollouts on the plan's problems, judged as they come.

    sample-<hash>/shard-00017.parquet    token ids, the sampler's log-probabilities, text
    verify-<hash>/shard-00017.parquet    verdicts, row by row

They are two stages, so that stored rollouts can be judged again by a changed verifier; they run at the same
time.
"""

from collections import Counter
from pathlib import Path
from typing import Any

from ratchetrl.pipelines.judging import Pass, problem_shards, sample_and_judge
from ratchetrl.pipelines.plan_stage import Plan
from ratchetrl.pipelines.run_context import Champion, Run
from ratchetrl.pipelines.sampler_process import SampleOrder
from ratchetrl.pipelines.store import read_records, shards
from ratchetrl.pipelines.verdict_rows import verdict_facts
from ratchetrl.verifiers.pool import VerifierPool


def sample_stage(run: Run, generation: int, plan: Plan, champion: Champion) -> tuple[Path, Path]:
    """Folders of the rollouts and of their verdicts."""
    stage = run.stage_folder(generation, "sample", sample_inputs(run, plan, champion.hash))
    versions = verifier_versions(run.pool, plan.problems)
    judging = {"sample": stage.name, "verifiers": versions, "timeout_s": run.config.verification.timeout_s}
    verify = run.stage_folder(generation, "verify", judging)
    if run.finished(stage) and run.finished(verify):
        return stage, verify
    order = sample_order(
        run, plan.problems, plan.problem_count, stage, champion.hash, run.config.sampling.samples
    )
    weights = None if run.finished(stage) else champion.weights
    took = sample_and_judge(run, [Pass(order, verify, weights)])
    if not run.finished(stage):
        run.finish(stage, generation, rollout_facts(stage), took.sample_s)
    facts = {"verifiers": versions, **verdict_facts(plan.problems, verify), "judging_s": took.judging_s}
    run.finish(verify, generation, facts, took.verify_s)
    return stage, verify


def sample_inputs(run: Run, plan: Plan, weights_hash: str) -> dict[str, Any]:
    """What rollouts depend on."""
    engine = run.config.engine
    return {
        "plan": plan.folder.name,
        "weights": weights_hash,
        "sampling": run.config.sampling.model_dump(),
        "engine": [engine.kind, engine.dtype, engine.max_model_len, engine.shard_rollouts],
        "thinking": run.config.model.thinking,
    }


def sample_order(
    run: Run, problems: Path, count: int, output: Path, weights_hash: str, samples: int
) -> SampleOrder:
    """An order for `samples` completions of each problem. Its seed follows from the run's seed and the
    problems, not from the model: champion and challenger are sampled with the same seeds, which takes noise
    out of their difference."""
    return SampleOrder(
        problems=str(problems),
        output=str(output),
        shards=problem_shards(count, samples, run.config.engine.shard_rollouts),
        samples=samples,
        max_new_tokens=run.config.sampling.max_new_tokens,
        temperature=run.config.sampling.temperature,
        max_model_len=run.config.engine.max_model_len,
        seed=f"{run.config.seed}/{problems.parent.name}/{problems.stem}",
        weights_hash=weights_hash,
    )


def verifier_versions(pool: VerifierPool, problems: Path) -> dict[str, str]:
    """Name -> version of every verifier that the problems name."""
    names = {row["verifier"] for row in read_records(problems, columns=["verifier"])}
    return {name: pool.describe(name).version for name in sorted(names)}


def rollout_facts(folder: Path) -> dict[str, Any]:
    """Counts over the rollouts of a folder, a shard at a time."""
    facts: Counter[str] = Counter()
    for shard in shards(folder):
        for row in read_records(shard, columns=["sample", "prompt_ids", "completion_ids", "finish_reason"]):
            facts["rollouts"] += 1
            facts["generated_tokens"] += len(row["completion_ids"])
            facts["prompt_tokens"] += (
                len(row["prompt_ids"]) if row["sample"] == 0 else 0
            )  # prefilled once, then cached
            facts["truncated"] += row["finish_reason"] == "length"
            facts["prompt_too_long"] += row["finish_reason"] == "prompt_too_long"
    return dict(facts)
