"""Gate: does the challenger stand? The rule of `plan-<hash>/gate.json`, applied to the rows of the
evaluation.

    generation_003/decision.json      the Decision that `ratchetrl status` shows

The decision is made over all gate levels (always in the same mix); the headline scores are those of the
base levels, for good, so that they can be compared over generations. Rows that could not be judged are left
out of both sides and counted. This is the first version of the gate: no alpha spending over generations, no
breadth or regression suites.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ratchetrl.pipelines.intervals import Array, Gain, detectable_gain, interval, paired_gain
from ratchetrl.pipelines.run_context import Run
from ratchetrl.pipelines.store import manifest, read_records

EVAL_COLUMNS = ["model", "problem_id", "level", "score", "output_tokens", "seconds"]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Champion and challenger on the same problems."""

    problems: int
    """Problems that both have judged samples of."""
    champion_pass_at_1: float
    """Mean score of the champion's samples."""
    champion_lower: float
    """2.5% bound."""
    champion_upper: float
    """97.5% bound."""
    challenger_pass_at_1: float
    """Mean score of the challenger's samples."""
    challenger_lower: float
    """2.5% bound."""
    challenger_upper: float
    """97.5% bound."""
    gain: float
    """Challenger minus champion, paired by problem."""
    gain_lower: float
    """2.5% bound of the two-sided 95% interval."""
    gain_upper: float
    """97.5% bound of the two-sided 95% interval."""
    gain_one_sided_lower: float
    """One-sided 95% lower bound."""
    detectable_gain: float
    """Smallest true gain that a gate like this finds 80% of the time."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What became of a generation."""

    generation: int
    """Which."""
    decision: str
    """promoted, rejected or inconclusive."""
    reason: str
    """Why, in one sentence."""
    detectable_gain: float
    """Smallest true gain that this generation's gate could have shown."""
    all_levels: Comparison | None
    """What was decided on; None where there was no challenger."""
    base_levels: Comparison | None
    """The headline: the levels that the base was trained on."""
    by_level: dict[str, Comparison]
    """Every level by itself."""
    samples_per_problem: int
    """Samples per gate problem and model."""


def gate_stage(run: Run, generation: int, evaluate: Path) -> Decision:
    """Decides on a challenger that was evaluated."""
    rows = read_records(evaluate / "rows.parquet", columns=EVAL_COLUMNS)
    samples = int(manifest(evaluate)["samples"])
    base = set(run.suite.base_levels)
    everything = compare(rows, samples, lambda level: True)
    headline = compare(rows, samples, lambda level: not base or level in base)
    if everything is None:
        reason = "no gate problem could be judged for both models; see the verifier's reasons in the verdicts"
        return without_challenger(generation, "inconclusive", reason, 1.0, samples)
    levels = sorted({row["level"] for row in rows})
    by_level = {level: compare(rows, samples, lambda other, level=level: other == level) for level in levels}
    decision, reason = decide(everything, headline or everything)
    return Decision(
        generation=generation,
        decision=decision,
        reason=reason,
        detectable_gain=everything.detectable_gain,
        all_levels=everything,
        base_levels=headline,
        by_level={level: each for level, each in by_level.items() if each is not None},
        samples_per_problem=samples,
    )


def decide(everything: Comparison, base: Comparison) -> tuple[str, str]:
    """(decision, reason) of the rule in `plan_stage.RULE`."""
    gain = f"{everything.gain:+.3f} [{everything.gain_lower:+.3f}, {everything.gain_upper:+.3f}]"
    if base.gain_upper < 0:
        return (
            "rejected",
            f"the base levels got worse: {base.gain:+.3f} [{base.gain_lower:+.3f}, {base.gain_upper:+.3f}]",
        )
    if everything.gain_one_sided_lower > 0:
        return (
            "promoted",
            f"gain over all gate levels {gain}, one-sided lower bound {everything.gain_one_sided_lower:+.3f}",
        )
    if everything.gain <= 0:
        return "rejected", f"no gain: {gain}"
    return "inconclusive", (
        f"a gain of {gain} is not proven; this gate finds gains of {everything.detectable_gain:.3f} and more"
    )


def compare(rows: list[dict[str, Any]], samples: int, wanted: Callable[..., bool]) -> Comparison | None:
    """Both models on the problems of the levels wanted; None where no problem was judged for both."""
    rates = {model: _pass_rates(rows, model, wanted) for model in ("champion", "challenger")}
    shared = sorted(rates["champion"].keys() & rates["challenger"].keys())
    if not shared:
        return None
    champion_P, challenger_P = (np.array([rates[model][problem] for problem in shared]) for model in rates)
    return _comparison(champion_P, challenger_P, samples)


def _comparison(champion_P: Array, challenger_P: Array, samples: int) -> Comparison:
    champion, challenger = interval(champion_P, samples), interval(challenger_P, samples)
    gain: Gain = paired_gain(champion_P, challenger_P, samples)
    return Comparison(
        problems=len(champion_P),
        champion_pass_at_1=champion.mean,
        champion_lower=champion.lower,
        champion_upper=champion.upper,
        challenger_pass_at_1=challenger.mean,
        challenger_lower=challenger.lower,
        challenger_upper=challenger.upper,
        gain=gain.mean,
        gain_lower=gain.lower,
        gain_upper=gain.upper,
        gain_one_sided_lower=gain.one_sided_lower,
        detectable_gain=detectable_gain(champion_P, challenger_P, samples),
    )


def _pass_rates(rows: list[dict[str, Any]], model: str, wanted: Callable[..., bool]) -> dict[str, float]:
    """Problem -> mean score of its judged samples."""
    scores: dict[str, list[float]] = {}
    for row in rows:
        if row["model"] == model and row["score"] is not None and wanted(row["level"]):
            scores.setdefault(row["problem_id"], []).append(row["score"])
    return {problem: sum(each) / len(each) for problem, each in scores.items()}


def without_challenger(
    generation: int, decision: str, reason: str, detectable: float, samples: int
) -> Decision:
    """The decision of a generation that made no weights to evaluate."""
    return Decision(generation, decision, reason, detectable, None, None, {}, samples)
