"""An order to the sampler: what to sample, under which limits, and where to put it.

    SampleOrder.parse(asdict(order)) == order

It crosses to the sampler's process as plain JSON, hence `parse`.
"""

from dataclasses import dataclass
from typing import Any, Self

from ratchetrl.pipelines.efforts import Effort


@dataclass(frozen=True, slots=True)
class WaveOrder:
    """How groups are sampled in waves (`wave_plans.py`)."""

    probe: int
    """Completions of a group's first wave."""
    most_samples: int
    """Most completions of one group."""
    rows_per_group: int | None
    """Most rollouts of a group that are learned from; `None`: all."""
    informative_rows: int | None
    """Rollouts to learn from after which sampling ends; `None`: never."""
    ahead: int
    """Shards that may be under way at a time."""
    lag: int
    """What a shard leaves goes to those from so many after it on."""
    successes_only: bool = False
    """Whether right answers alone are learned from, so that one of them settles a group."""


@dataclass(frozen=True, slots=True)
class SampleOrder:
    """What to sample and where to put it."""

    problems: str
    """Parquet file of Problem records."""
    output: str
    """Folder for the shards."""
    shards: dict[str, tuple[int, int]]
    """Shard index -> first problem and the one after the last, as rows of `problems`."""
    samples: int
    """Completions per problem."""
    effort: Effort
    """Token limits of each."""
    temperature: float
    """Sampling temperature."""
    max_model_len: int
    """Prompt and completion together fit in so many tokens."""
    seed: str
    """Text from which every group's seed is derived, together with the problem's id."""
    weights_hash: str
    """Which weights the rollouts are from."""
    attempt: int = 1
    """Which try at the problems this is."""
    beliefs: str | None = None
    """Parquet file of what is believed of the problems, and at which effort to ask them; `None`: nothing."""
    waves: WaveOrder | None = None
    """`None`: every group has `samples` completions, at once. Otherwise so many on average at most."""

    @property
    def problem_count(self) -> int:
        """Problems of all shards."""
        return sum(end - first for first, end in self.shards.values())

    @classmethod
    def parse(cls, fields: dict[str, Any]) -> Self:
        """The order as it came over the wire."""
        waves = None if fields["waves"] is None else WaveOrder(**fields["waves"])
        return cls(**{**fields, "effort": Effort(**fields["effort"]), "waves": waves})
