"""What became of a generation, as `decision.json` has it. Nothing here decides.

`generation.py` adds what the decision rests on (stages, verdicts, seconds), `approval.py` who has made it.
"""

from dataclasses import dataclass, field

from ratchetrl.pipelines.collapse import Health
from ratchetrl.pipelines.gate_decision import Outcome
from ratchetrl.pipelines.gate_looks import Look


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
    """2.5% bound of the two-sided 95% interval, which holds at whatever look the gate ended."""
    gain_upper: float
    """97.5% bound."""
    gain_one_sided_lower: float
    """One-sided 95% lower bound, of the same kind."""
    detectable_gain: float
    """Smallest true gain that these problems find 80% of the time at the gate's full size."""


@dataclass(frozen=True, slots=True)
class CostChange:
    """Price of one answer at the gate's effort."""

    champion_output_tokens: float
    """Mean per problem."""
    challenger_output_tokens: float
    """Mean per problem."""
    decline: float
    """Share by which it fell; negative where it rose."""
    lower: float
    """2.5% bound."""
    upper: float
    """97.5% bound."""


@dataclass(frozen=True, slots=True)
class ScoreChange:
    """A score that must not be lost: breadth, or a regression suite."""

    name: str
    """`pass@4`, or the suite's name."""
    k: int
    """Samples of a problem of which one must be right: 1 for a suite."""
    problems: int
    """Problems that both models have judged samples of."""
    champion: float
    """Mean score."""
    challenger: float
    """Mean score."""
    change: float
    """Challenger minus champion."""
    lower: float
    """2.5% bound of the two-sided 95% interval."""
    upper: float
    """97.5% bound."""
    p_worse: float
    """One-sided p of "it lost no more than the margin"."""
    worse: bool
    """Whether a larger loss is proven."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What became of a generation."""

    generation: int
    """Which."""
    decision: Outcome
    """promoted, rejected or inconclusive."""
    route: str
    """better or cheaper; no gain, worse, narrowed, regression, canary or training; nothing to learn or
    undecided; policy or declined."""
    reason: str
    """Why, in one sentence."""
    detectable_gain: float
    """Smallest true gain that this generation's gate, at full size and at its share of alpha, finds 80% of
    the time."""
    samples_per_problem: int
    """Samples per gate problem and model."""
    alpha: float = 0.0
    """What the gate spent of the run's alpha; 0 where none was held."""
    test_index: int | None = None
    """Which gate of the run it was; None where none was held."""
    looks: tuple[Look, ...] = ()
    """What was known after each block."""
    stopped_early: bool = False
    """Whether it ended before all its problems were sampled."""
    problems_needed: int | None = None
    """Problems with which such a gate finds a gain of gate.target_gain 80% of the time."""
    all_levels: Comparison | None = None
    """What was decided on; None where there was no challenger."""
    base_levels: Comparison | None = None
    """The headline: the levels that the base was trained on."""
    by_level: dict[str, Comparison] = field(default_factory=dict)
    """Every level by itself."""
    cost: CostChange | None = None
    """Price of an answer."""
    breadth: ScoreChange | None = None
    """pass@k at the largest k that the samples allow."""
    suites: tuple[ScoreChange, ...] = ()
    """Regression suites, where they were sampled; the share of answers that could be judged, where it was not
    all of them."""
    health: dict[str, Health] | None = None
    """How champion and challenger answer."""
    warnings: tuple[str, ...] = ()
    """Signs of a collapse, in sentences."""
    by: str = "rule"
    """Who decided: `rule`, `human: NAME` or `policy: FILE`."""
    policy_hash: str | None = None
    """Of the policy's file."""
