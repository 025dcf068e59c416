"""How an arm is measured: in a process of its own, by its rate and its peak memory.

run = apart(our_stage, folder, settings)        in a fresh process
figures(tokens, seconds, padding_share)         called there, at its end
median_of([run, ...])
"""

import resource
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any

import torch

GPU = torch.cuda.is_available()


def apart(function: Callable[..., Any], *given: Any) -> Any:
    """In a fresh process, so that its memory is its own."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(function, *given).result()


def figures(tokens: int, seconds: float, padding_share: float | None) -> dict[str, Any]:
    """Of one arm, as measured in its own process."""
    host_bytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    memory_bytes = torch.cuda.max_memory_allocated() if GPU else host_bytes
    return {
        "tokens_per_s": round(tokens / seconds, 1),
        "seconds": round(seconds, 2),
        "tokens": tokens,
        "peak_memory_gib": round(memory_bytes / 2**30, 3),
        "padding_share": padding_share,
    }


def median_of(runs: list[dict[str, Any]]) -> dict[str, Any]:
    """The run in the middle, by its rate."""
    return sorted(runs, key=lambda run: run["tokens_per_s"])[len(runs) // 2]
