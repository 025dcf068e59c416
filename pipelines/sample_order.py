"""An order to the sampler: what to sample, under which limits, and where to put it.

    SampleOrder.parse(asdict(order)) == order

It crosses to the sampler's process as plain JSON, hence `parse`.
"""

from dataclasses import dataclass
from typing import Any, Self

from ratchetrl.pipelines.efforts import Effort


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

    @classmethod
    def parse(cls, fields: dict[str, Any]) -> Self:
        """The order as it came over the wire."""
        return cls(**{**fields, "effort": Effort(**fields["effort"])})
