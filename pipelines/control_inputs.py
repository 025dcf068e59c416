"""What a control has in common with the generation it controls: problems, rollouts and, mostly, verdicts.

    plan, rollouts, verdicts = stored_inputs(run, real_home, real_stages, generation)

They are linked into the control's folder. With shuffled golds the plan is another one, and the same answers
are judged anew; solutions of further attempts are left out, since the true verdicts found them.
"""

import os
from collections.abc import Mapping
from pathlib import Path

from ratchetrl.pipelines.efforts import sampling_effort
from ratchetrl.pipelines.judging import Pass, sample_and_judge
from ratchetrl.pipelines.plan_stage import Plan
from ratchetrl.pipelines.records import Problem
from ratchetrl.pipelines.reward_arms import shuffled_golds
from ratchetrl.pipelines.run_context import Run
from ratchetrl.pipelines.run_folder import link_atomically
from ratchetrl.pipelines.sample_stage import sample_order, verifier_versions
from ratchetrl.pipelines.store import MANIFEST, manifest, read_records, shards, write_records
from ratchetrl.pipelines.verdict_rows import verdict_facts


def stored_inputs(
    run: Run, real_home: Path, stages: Mapping[str, str], generation: int
) -> tuple[Plan, Path, Path]:
    """(plan, folder of rollouts, folder of verdicts) of the control of a generation."""
    home = run.folder.generation(generation)
    home.mkdir(parents=True, exist_ok=True)
    plan, sample, verify = (real_home / stages[stage] for stage in ("plan", "sample", "verify"))
    if run.config.reward.arm == "shuffled-gold":
        own = _shuffled_plan(run, plan, generation)
        rollouts = home / sample.name
        _link_files(rollouts, [*shards(sample), sample / MANIFEST])
        return own, rollouts, _judged_anew(run, own, rollouts, generation)
    for stage in (plan, sample, verify):
        link_atomically(home / stage.name, os.path.relpath(stage, home))
    return _plan(home / plan.name), home / sample.name, home / verify.name


def _plan(folder: Path) -> Plan:
    facts = manifest(folder)
    return Plan(
        folder,
        folder / "problems.parquet",
        facts["problems"],
        folder / "gate.parquet",
        facts["gate_problems"],
    )


def _shuffled_plan(run: Run, real: Path, generation: int) -> Plan:
    """The real plan with the golds of its train problems shuffled; gate and rule are the real ones."""
    stage = run.stage_folder(generation, "plan", {"plan": real.name, "golds": "shuffled"})
    if not run.finished(stage):
        problems = [Problem(**row) for row in read_records(real / "problems.parquet")]
        write_records(stage / "problems.parquet", Problem, shuffled_golds(problems, run.config.seed))
        _link_files(stage, [real / "gate.parquet", real / "gate.json"])
        counts = ("problems", "canaries", "gate_problems")
        run.finish(stage, generation, {name: manifest(real)[name] for name in counts})
    return _plan(stage)


def _judged_anew(run: Run, plan: Plan, rollouts: Path, generation: int) -> Path:
    versions = verifier_versions(run.pool, plan.problems)
    inputs = {"sample": rollouts.name, "plan": plan.folder.name, "verifiers": versions}
    verify = run.stage_folder(generation, "verify", inputs)
    if not run.finished(verify):
        samples, effort = run.config.sampling.samples, sampling_effort(run.config)
        order = sample_order(run, plan.problems, plan.problem_count, rollouts, "", samples, effort)
        took = sample_and_judge(run, [Pass(order, verify, None)])
        facts = {"verifiers": versions, **verdict_facts(plan.problems, verify), "judging_s": took.judging_s}
        run.finish(verify, generation, facts, took.verify_s)
    return verify


def _link_files(folder: Path, files: list[Path]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for file in files:
        link_atomically(folder / file.name, os.path.relpath(file, folder))
