"""A control: a generation of a run once more, with another arm of the reward and at equal FLOPs.

    entry = run_control(open_run(path), "random-reward", generation=1)

    controls/<arm>/generation_001/{plan,sample,verify}-       links to the real ones where the arm shares them
    controls/<arm>/generation_001/control-<hash>/rows         as many tokens as the real generation trained on
    controls/<arm>/generation_001/{select,train,evaluate}-    as ever, and decision.json

It starts from the champion that the real generation started from, and its challenger is held to the same
stored gate.json. Nothing is promoted and none of the run's alpha is spent. The arms are `reward_arms.py`,
the comparison that people see `control_entries.py`.
"""

from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from ratchetrl.pipelines.base_stage import stored_base
from ratchetrl.pipelines.champions import read_history
from ratchetrl.pipelines.config import Config
from ratchetrl.pipelines.config_file import load_toml
from ratchetrl.pipelines.control_entries import CONTROLS, Arm, control_entry
from ratchetrl.pipelines.control_inputs import stored_inputs
from ratchetrl.pipelines.decision import Decision
from ratchetrl.pipelines.evaluate_stage import evaluate_stage
from ratchetrl.pipelines.gate_stage import gate_stage
from ratchetrl.pipelines.gate_unheld import ended_early
from ratchetrl.pipelines.launch import attempt, verifier_pool
from ratchetrl.pipelines.matched_rows import match_rows
from ratchetrl.pipelines.plan_stage import Plan
from ratchetrl.pipelines.run_context import Champion, Run, champion_in
from ratchetrl.pipelines.run_folder import DECISION_FILE, RunFolder, link_atomically
from ratchetrl.pipelines.seeds import seed_of
from ratchetrl.pipelines.select_stage import select_stage
from ratchetrl.pipelines.signals import signals
from ratchetrl.pipelines.store import manifest, read_json, write_json
from ratchetrl.pipelines.suites import open_suite
from ratchetrl.pipelines.train_stage import train_stage
from ratchetrl.verifiers.errors import UserError


def run_control(folder: RunFolder, arm: Arm, generation: int) -> dict[str, Any]:
    """Runs the control, or continues it; one that is decided is read. `UserError` where the generation has
    nothing to be put beside."""
    home = folder.path / CONTROLS / arm
    real = _real_decision(folder, generation)
    base = stored_base(folder)
    parent = read_history(folder, base).champion_of(real["parent"])
    config = load_toml(folder.config_file)
    for key, own in (("reward.arm", config.reward.arm), ("train.loss", config.train.loss)):
        if own == arm or (key == "reward.arm" and own != "verdict"):
            raise UserError(f"{folder.path} has {key} {own} itself; choose another arm, or another run")
    if config.distil is not None:
        raise UserError(
            f"{folder.path} learned from a teacher, whatever was rewarded; choose a run without [distil]"
        )
    with folder.locked():
        if not (RunFolder(home).generation(generation) / DECISION_FILE).exists():
            _check_weights(parent)
            _run(of_arm(config, arm), folder, RunFolder(home), real, parent, base)
    return control_entry(folder.path, arm, folder.generation(generation).name)


def _real_decision(folder: RunFolder, generation: int) -> dict[str, Any]:
    file = folder.generation(generation) / DECISION_FILE
    if not file.exists():
        raise UserError(
            f"generation {generation} of {folder.path} is not decided; let the run decide it first, or "
            "choose another with --generation"
        )
    decision: dict[str, Any] = read_json(file)
    if "evaluate" not in decision["stages"]:
        raise UserError(
            f"generation {generation} of {folder.path} evaluated no challenger ({decision['reason']}), so "
            "there is nothing to put a control beside; choose another with --generation"
        )
    return decision


def _check_weights(parent: Champion) -> None:
    if not parent.weights.exists():
        raise UserError(
            f"the weights of generation {parent.generation}, which this one started from, were deleted; "
            "choose another with --generation, or run the recipe anew with a larger budget.keep"
        )


def of_arm(config: Config, arm: Arm) -> Config:
    """Nothing is replayed: earlier generations were rewarded otherwise."""
    fresh = {"selection": config.selection.model_copy(update={"replay": 0.0})}
    if arm == "rft":
        return config.model_copy(update={**fresh, "train": replace(config.train, loss="rft")})
    return config.model_copy(update={**fresh, "reward": config.reward.model_copy(update={"arm": arm})})


def _run(
    config: Config, folder: RunFolder, own: RunFolder, real: dict[str, Any], parent: Champion, base: Champion
) -> None:
    with verifier_pool(config) as pool:
        suite = open_suite(config.data, config.seed, pool)
    folder.check_data(suite.digest, rerun=False)
    own.path.mkdir(parents=True, exist_ok=True)
    link_atomically(own.generation(0), "../../generation_000")
    with attempt(config, own, suite) as run:
        written = _generation(run, folder.generation(real["generation"]), real, parent, base)
        own.set_state("finished", f"generation {real['generation']} is decided: {written['decision']}")


def _generation(
    run: Run, real_home: Path, real: dict[str, Any], parent: Champion, base: Champion
) -> dict[str, Any]:
    index, arm = real["generation"], run.folder.path.name
    home = run.folder.generation(index)
    run.progress.label(f"control {arm} of generation {index}")
    plan, rollouts, verdicts = stored_inputs(run, real_home, real["stages"], index)
    select = select_stage(run, index, plan, rollouts, verdicts)
    stages = {"plan": plan.folder, "sample": rollouts, "verify": verdicts, "select": select}
    decision = ended_early(index, home, _names(stages))
    if decision is None:
        result = manifest(real_home / real["stages"]["train"])["result"]
        tokens = tokens_of_rows(result, run.config.train.epochs)
        train = train_stage(run, index, _matched(run, index, select, tokens), parent, base)
        stages["train"] = train
        decision = _evaluated(run, plan, stages, parent, index)
    return _close(run, decision, _names(stages), parent)


def tokens_of_rows(result: dict[str, Any], epochs: int) -> int:
    """Tokens of the rows that a train stage went through, each row and its whole prompt once."""
    return round((result["forward_tokens"] + result.get("shared_tokens", 0)) / epochs)


def _evaluated(run: Run, plan: Plan, stages: dict[str, Path], parent: Champion, generation: int) -> Decision:
    """Also where the bounds on drift ended training early: what it had learned by then is the answer."""
    home, train = run.folder.generation(generation), stages["train"]
    if manifest(train)["result"]["weights"] is None:
        ended = ended_early(generation, home, _names(stages))
        assert ended is not None, "training left no weights"
        return ended
    stages["evaluate"] = evaluate_stage(run, generation, plan, parent, champion_in(train, generation))
    return gate_stage(generation, home, _names(stages))


def _matched(run: Run, generation: int, select: Path, tokens: int) -> Path:
    """Rows that cost as many tokens as the real generation trained on."""
    seed = seed_of("control", run.config.seed, generation, run.folder.path.name)
    stage = run.stage_folder(generation, "control", {"select": select.name, "tokens": tokens, "seed": seed})
    if not run.finished(stage):
        run.finish(stage, generation, match_rows(select / "rows", stage / "rows", tokens, seed))
    return stage


def _names(stages: dict[str, Path]) -> dict[str, str]:
    return {stage: folder.name for stage, folder in stages.items()}


def _close(run: Run, decision: Decision, stages: dict[str, str], parent: Champion) -> dict[str, Any]:
    home = run.folder.generation(decision.generation)
    found = signals({stage: manifest(home / name) for stage, name in stages.items()})
    took_s = run.clock.lap()
    rests_on = {"parent": parent.generation, "stages": stages, "seconds": took_s}
    written = {**asdict(decision), **found, **rests_on}
    write_json(home / DECISION_FILE, written)
    run.account.charge("gate", decision.generation, took_s)
    run.account.settle(generation=decision.generation)
    return written
