"""Sealed: champion and base on the split that was kept shut. The caller has written the look down before.

    sealed-<hash>/problems.parquet
    sealed-<hash>/{base,champion}/{rollouts,verdicts}/shard-*.parquet
    sealed-<hash>/rows.parquet                                        one EvalRow per (model, problem, sample)

Stored with the generation that made the champion. Effort and samples per problem are the gate's: the split is
opened to hear whether what the gates promoted holds at the operating point they decided at, and more samples
of the same problems would narrow its intervals little.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ratchetrl.pipelines.efforts import gate_effort
from ratchetrl.pipelines.eval_rows import Answers, eval_facts, eval_pass, write_eval_rows
from ratchetrl.pipelines.judging import sample_and_judge
from ratchetrl.pipelines.records import Problem
from ratchetrl.pipelines.reporting.stored_table import read_table
from ratchetrl.pipelines.run_context import Champion, Run
from ratchetrl.pipelines.statistics.paired import paired_gain
from ratchetrl.pipelines.statistics.resampling import mean_interval
from ratchetrl.pipelines.store import manifest, write_records
from ratchetrl.verifiers.errors import UserError

Array = NDArray[np.float64]
NO_BASE = (None,) * 7


class NothingJudged(UserError):
    """No sealed problem has a judged sample of every model."""


@dataclass(frozen=True, slots=True)
class SealedScore:
    """What one look at the sealed split says."""

    problems: int
    """Problems that have judged samples of each model."""
    samples: int
    """Samples per problem and model."""
    score: float
    """Mean score of one of the champion's samples."""
    lower: float
    """2.5% bound."""
    upper: float
    """97.5% bound."""
    base_score: float | None
    """Mean score of one of the base's samples; None, as all that follows, where the base is the champion."""
    base_lower: float | None
    """2.5% bound."""
    base_upper: float | None
    """97.5% bound."""
    gain: float | None
    """Champion minus base, paired by problem."""
    gain_lower: float | None
    """2.5% bound of the two-sided 95% interval."""
    gain_upper: float | None
    """97.5% bound of the two-sided 95% interval."""
    p_value: float | None
    """One-sided, of no gain."""


def sealed_stage(run: Run, champion: Champion, base: Champion) -> Path:
    """The stage's folder. Opens the split."""
    problems = run.suite.sealed_problems()
    models = {"champion": champion} if champion == base else {"base": base, "champion": champion}
    versions = {name: run.pool.describe(name).version for name in sorted({p.verifier for p in problems})}
    inputs = {**_inputs(run, models), "verifiers": versions}
    stage = run.stage_folder(champion.generation, "sealed", inputs)
    if run.finished(stage):
        return stage
    file = stage / "problems.parquet"
    write_records(file, Problem, problems)
    effort, samples = gate_effort(run.config), run.config.gate.samples
    answers = [Answers(role, model, effort, stage / role) for role, model in models.items()]
    took = sample_and_judge(run, [eval_pass(run, file, len(problems), samples, each) for each in answers])
    write_eval_rows(stage / "rows.parquet", file, answers)
    facts = {
        "problems": len(problems),
        "samples": samples,
        "effort": effort.name,
        "verifiers": versions,
        "models": {each.role: eval_facts(file, each) for each in answers},
        "judging_s": took.judging_s,
        "unhidden_s": took.verify_s,
    }
    run.finish(stage, champion.generation, facts, took.sample_s + took.verify_s + run.clock.lap())
    return stage


def _inputs(run: Run, models: dict[str, Champion]) -> dict[str, Any]:
    config = run.config
    engine = config.engine
    return {
        "suite": run.suite.digest,
        "models": {role: model.hash for role, model in models.items()},
        "effort": gate_effort(config).name,
        "samples": config.gate.samples,
        "temperature": config.sampling.temperature,
        "engine": [engine.kind, engine.dtype, engine.max_model_len, engine.shard_rollouts],
        "thinking": config.model.thinking,
        "timeout_s": config.verification.timeout_s,
        "seed": config.seed,
    }


def sealed_score(stage: Path) -> SealedScore:
    """From the stored rows; answers that could not be judged are left out of both sides. Raises NothingJudged
    where that leaves none, UserError where the rows are damaged."""
    facts = manifest(stage)
    rows = read_table(stage / "rows.parquet", ["model", "problem_id", "score"]).to_pylist()
    means = {role: _mean_scores(rows, role) for role in facts["models"]}
    shared = sorted(set.intersection(*map(set, means.values())))
    if not shared:
        raise NothingJudged(f"no sealed problem could be judged; see the reasons of the verdicts in {stage}")
    scores = {role: np.array([each[problem] for problem in shared]) for role, each in means.items()}
    now = mean_interval(scores["champion"], facts["samples"])
    against = _against_base(scores, facts["samples"]) if "base" in scores else NO_BASE
    return SealedScore(len(shared), facts["samples"], now.mean, now.lower, now.upper, *against)


def _against_base(scores: dict[str, Array], samples: int) -> tuple[float, ...]:
    then = mean_interval(scores["base"], samples)
    gain = paired_gain(scores["base"], scores["champion"], samples)
    return then.mean, then.lower, then.upper, gain.mean, gain.lower, gain.upper, gain.p_value


def _mean_scores(rows: Iterable[dict[str, Any]], model: str) -> dict[str, float]:
    scores: dict[str, list[float]] = {}
    for row in rows:
        if row["model"] == model and row["score"] is not None:
            scores.setdefault(row["problem_id"], []).append(row["score"])
    return {problem: float(np.mean(each)) for problem, each in scores.items()}
