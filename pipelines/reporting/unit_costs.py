"""What the answers of one model at one effort cost, in every unit, problem by problem.

    costs = unit_costs(samples, shape, pricing, devices_per_engine)
    costs["flops"].of(4)        [P] FLOPs of four samples of each problem

The prompt is processed once per problem and shared by its samples, as the engine's prefix cache does it.
Seconds are the engine's, at the batch size of the run: they fall with a larger batch. Money is device-seconds
at the price per hour where that is known, else tokens at the prices of a dated file.
"""

from dataclasses import dataclass

import numpy as np

from ratchetrl.pipelines.accounting.flops import completion_flops, prefill_flops
from ratchetrl.pipelines.accounting.model_shape import ModelShape
from ratchetrl.pipelines.accounting.prices import TokenPrice
from ratchetrl.pipelines.reporting.samples import Array, Mask, Samples

UNITS = ("output_tokens", "flops", "gpu_s", "usd")
SECONDS_PER_HOUR = 3600


@dataclass(frozen=True, slots=True)
class UnitCost:
    """Cost in one unit."""

    prompt_P: Array
    """Of the prompt, once per problem."""
    sample_P: Array
    """Of one sample, on average over the problem's."""

    def of(self, k: int) -> Array:
        """[P] of k samples of each problem."""
        return self.prompt_P + k * self.sample_P

    def only(self, wanted_P: Mask) -> "UnitCost":
        """The same for some of the problems."""
        return UnitCost(self.prompt_P[wanted_P], self.sample_P[wanted_P])


@dataclass(frozen=True, slots=True)
class Pricing:
    """What is known of money; at most one of the two is used, the first that is there."""

    usd_per_device_hour: float | None
    """The user's price."""
    tokens: TokenPrice | None
    """Prices of a file."""

    @property
    def source(self) -> str | None:
        """In words; None where nothing has a price."""
        if self.usd_per_device_hour is not None:
            return "device hours"
        return None if self.tokens is None else f"token prices {self.tokens.date} {self.tokens.source}"


def unit_costs(
    samples: Samples, shape: ModelShape | None, pricing: Pricing, devices: int
) -> dict[str, UnitCost]:
    """Unit -> cost; no FLOPs without the model's shape, no money without a price. `devices` are those of one
    engine."""
    nothing_P = np.zeros(len(samples.prompt_tokens_P))
    outputs = UnitCost(nothing_P, _known(_means(samples.output_tokens_P_n)))
    device_s = UnitCost(nothing_P, devices * _known(_means(samples.seconds_P_n)))
    costs = {"output_tokens": outputs, "gpu_s": device_s}
    if shape is not None:
        costs["flops"] = _flops(samples, shape)
    if pricing.usd_per_device_hour is not None:
        hourly = pricing.usd_per_device_hour
        costs["usd"] = UnitCost(nothing_P, device_s.sample_P * hourly / SECONDS_PER_HOUR)
    elif pricing.tokens is not None:
        costs["usd"] = _token_usd(samples, pricing.tokens)
    return {unit: costs[unit] for unit in UNITS if unit in costs}


def _token_usd(samples: Samples, price: TokenPrice) -> UnitCost:
    """The first sample pays for the prompt, the others for the same prompt out of the host's cache."""
    prompts_P, outputs_P = _known(samples.prompt_tokens_P), _known(_means(samples.output_tokens_P_n))
    first_P, two_P = (price.usd(prompts_P, k * outputs_P, samples=k) for k in (1, 2))
    return UnitCost(2 * first_P - two_P, two_P - first_P)


def _flops(samples: Samples, shape: ModelShape) -> UnitCost:
    """Of the prompt alone, and of what each sample adds to it."""
    prompts_P = samples.prompt_tokens_P
    added_P_n = completion_flops(shape, prompts_P[:, None], samples.output_tokens_P_n)
    return UnitCost(_known(prefill_flops(shape, prompts_P)), _known(_means(added_P_n)))


def _means(values_P_n: Array) -> Array:
    """[P] means of what is known; NaN for a problem without any."""
    known_P_n = ~np.isnan(values_P_n)
    counts_P = known_P_n.sum(axis=1)
    sums_P: Array = np.where(known_P_n, values_P_n, 0.0).sum(axis=1)
    return np.divide(sums_P, counts_P, out=np.full(len(counts_P), np.nan), where=counts_P > 0)


def _known(values_P: Array) -> Array:
    """A problem whose samples are all missing costs what the others cost on average."""
    if np.isnan(values_P).all():
        return np.zeros(len(values_P))
    return np.where(np.isnan(values_P), np.nanmean(values_P), values_P)
