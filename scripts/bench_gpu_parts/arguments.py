"""What bench_gpu is told on its command line.

Arguments(size="tiny", steps=2)
"""

from dataclasses import dataclass
from importlib.util import find_spec
from typing import Literal

from bench_gpu_parts.measures import GPU

LEARNING_RATE = 1e-6  # of all arms
Size = Literal["tiny", "0.6b", "1.7b"]


@dataclass(frozen=True)
class Arguments:
    """Compares training stages, and measures the sampler where vLLM is installed."""

    size: Size = "0.6b" if GPU else "tiny"
    """Qwen3's shape of that size; `tiny` runs on a CPU."""
    steps: int = 6
    """Optimizer steps of each arm."""
    batch_rows: int = 64
    """Rows per step."""
    group: int = 8
    """Rows of one prompt."""
    micro_batch_rows: int = 8
    """Rows of a micro-batch, for stock and for `rows`."""
    gradient_checkpointing: bool = GPU
    """For all arms alike."""
    rounds: int = 1
    """Times that every arm is run, in turn; medians are compared."""
    sampler: bool = find_spec("vllm") is not None
    """Measure the sampler too."""
