"""From a recipe to an order in waves: `sampling.probe` and its company.

    order = in_waves(config, order, problem_count)      the order as it is where no probe is asked for

Shards are cut so that groups of `sampling.most_samples` still fit `engine.shard_rollouts`.
"""

from dataclasses import replace
from typing import Any

from ratchetrl.pipelines.config import Config
from ratchetrl.pipelines.judging import problem_shards
from ratchetrl.pipelines.sample_order import SampleOrder, WaveOrder

WAVE_KEYS = {"choose", "probe", "most_samples", "hard_effort", "informative_rows"}
"""Keys of [sampling] that only a stage in waves, or the plan's choice of problems, depends on."""
PROBES_PER_SLOT = 4
"""First waves that may be under way, in sequences per slot of the engine. Simulated, 1,024 problems on 256
slots with lengths spread evenly (or log-normal with a sigma of .9): four kept 235 (103) slots busy and took
18% fewer (13% more) steps than uniform sampling, with 22% fewer tokens; one kept 128 (47) busy and took 55%
(150%) more."""
LAGS = 3
"""How many times leftovers may be passed on among shards that are under way at the same time. Three in place
of one took 3% (13%) more steps there."""


def in_waves(config: Config, order: SampleOrder, problems: int) -> SampleOrder:
    """The order, with its groups sampled in waves where the recipe has a probe."""
    sampling, engine = config.sampling, config.engine
    if sampling.probe is None:
        return order
    most = sampling.most_samples or sampling.samples
    shards = problem_shards(problems, most, engine.shard_rollouts)
    probed = max(end - first for first, end in shards.values()) * sampling.probe
    ahead = 2 + -(-PROBES_PER_SLOT * engine.max_sequences // probed)
    waves = WaveOrder(
        probe=sampling.probe,
        most_samples=most,
        rows_per_group=config.selection.rows_per_group,
        informative_rows=sampling.informative_rows,
        ahead=ahead,
        lag=max(1, min(ahead, len(shards) // engine.replicas) // LAGS),
        successes_only=successes_only(config),
    )
    return replace(order, shards=shards, waves=waves)


def successes_only(config: Config) -> bool:
    """Whether right answers alone are learned from; a student learns from all of its own."""
    return config.train.loss == "rft" and config.distil is None


def wave_inputs(config: Config) -> dict[str, Any]:
    """What a stage in waves depends on besides; nothing where there are none."""
    if config.sampling.probe is None:
        return {}
    engine, rows = config.engine, config.selection.rows_per_group
    keys = WAVE_KEYS - {"choose", "hard_effort"}  # these are the plan's
    others = {"rows": rows, "sequences": engine.max_sequences, "replicas": engine.replicas}
    if successes_only(config):
        others["successes_only"] = True
    return {"waves": config.sampling.model_dump(include=keys) | others}
