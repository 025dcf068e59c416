"""The guard on every hand-over of weights: do sampler and trainer compute the same model?

    error = check_handover(engine, weights_folder, bound)

The trainer wrote `probe.json` beside the weights: token ids of fixed texts and the log-probabilities it
computed from the file on disk (`probe.py`). The sampler scores the same tokens after it has taken the
weights. Silently stale weights are this field's worst bug; the probe finds them at the price of one prefill.

In float32 on CPU the two agree to about 1e-7 (mean absolute), so the bound is fixed. In bfloat16 or on a
GPU the bound is set from the error at the first load of the same run, which must itself be plausible.
"""

import json
from pathlib import Path

from ratchetrl.pipelines.sampler_engine import Engine

PROBE_FILE = "probe.json"
EXACT_BOUND = 2e-5  # nats; float32 on CPU: 3e-7 seen on correct loads, 1.6e-3 on a stale output head
PLAUSIBLE_BOUND = 5e-2  # nats; bfloat16 rounding of logits gives about 1e-2
GROWTH = 3.0  # how far past the first load's error a later one may be


class HandoverError(RuntimeError):
    """The sampler does not compute the model that the trainer wrote."""


def first_bound(dtype: str, device: str) -> float:
    """The bound for the first load of a run."""
    return EXACT_BOUND if (dtype, device) == ("float32", "cpu") else PLAUSIBLE_BOUND


def next_bound(dtype: str, device: str, first_error: float) -> float:
    """The bound for later loads, given the error of the first."""
    exact = (dtype, device) == ("float32", "cpu")
    return EXACT_BOUND if exact else min(PLAUSIBLE_BOUND, max(EXACT_BOUND, GROWTH * first_error))


def check_handover(engine: Engine, weights: Path, bound: float) -> float:
    """Mean absolute difference on the probe, in nats. Raises HandoverError where it is more than `bound`."""
    probe = json.loads((weights / PROBE_FILE).read_text(encoding="utf-8"))
    error = _mean_absolute_difference(engine.score(probe["token_ids"]), probe["logprobs"])
    if not error <= bound:  # written so that NaN fails too
        raise HandoverError(
            f"after loading {weights} the sampler's log-probabilities differ from the trainer's by "
            f"{error:.2g} nats (bound {bound:.2g}): the engine serves other weights than were trained; "
            "run the same command again, and if this repeats set engine.keep_warm = false"
        )
    return error


def _mean_absolute_difference(left: list[list[float]], right: list[list[float]]) -> float:
    pairs = [(a, b) for one, other in zip(left, right, strict=True) for a, b in zip(one, other, strict=True)]
    return sum(abs(a - b) for a, b in pairs) / len(pairs)
