"""What a score costs, generation by generation: the answer to `ratchetrl price RUN --score S`.

    answer = price_of_score(folder, score=0.6, unit="output_tokens")

Every champion that was measured on the report split is asked. The decline is from the first that reaches the
score to the last that does, with a joint 95% interval; a score that is not reached has no price.
"""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from ratchetrl.pipelines.config_file import load_toml
from ratchetrl.pipelines.reporting.draws import RESAMPLES, finite, interval
from ratchetrl.pipelines.reporting.lineage import read_lineage
from ratchetrl.pipelines.reporting.measured_run import read_measured_run
from ratchetrl.pipelines.reporting.prices_per_score import price, price_decline
from ratchetrl.pipelines.reporting.samples import Array
from ratchetrl.pipelines.run_folder import RunFolder
from ratchetrl.verifiers.errors import UserError

HOW_TO_KNOW = {
    "usd": "set cost.usd_per_device_hour or cost.prices in its run.toml",
    "flops": "the model's config.json is of a kind that is not counted; ask for another --unit",
}


@dataclass(frozen=True, slots=True)
class GenerationPrice:
    """One champion's price."""

    index: int
    """The generation that made it."""
    price: float | None
    """Per problem; None where the score is not reached."""
    state: str
    """`ok` or `not_reached`."""


@dataclass(frozen=True, slots=True)
class PriceAnswer:
    """What `--json` prints."""

    score: float
    """The score asked for."""
    unit: str
    """Unit of the prices."""
    generations: list[GenerationPrice]
    """Every measured champion."""
    decline: float | None
    """`1 - last / first`; None where fewer than two reach the score."""
    lower: float | None
    """2.5% bound of it."""
    upper: float | None
    """97.5% bound of it."""

    def plain(self) -> dict[str, Any]:
        """As JSON has it."""
        return asdict(self)


def price_of_score(folder: RunFolder, score: float, unit: str) -> PriceAnswer:
    """Raises UserError for a score, a unit or a run that has no answer."""
    if not 0 < score <= 1:
        raise UserError(f"a score of {score:g} cannot be priced; give one above 0 and up to 1 with --score")
    measured = read_measured_run(folder, load_toml(folder.config_file), read_lineage(folder))
    if not measured.champions:
        raise UserError(
            f"{folder.path} has measured no champion on its report split yet; let it run on, or: ratchetrl "
            f"status {folder.path}"
        )
    if unit not in measured.champions[0].units:
        raise UserError(f"{folder.path} knows no cost in {unit}; {HOW_TO_KNOW[unit]}")
    score_R = np.full(1 + RESAMPLES, score)
    prices = {index: price(score_R, *draws.deployable(unit)) for index, draws in measured.draws.items()}
    reached = [price_R for price_R in prices.values() if np.isfinite(price_R[0])]
    decline = interval(price_decline(reached[0], reached[-1])) if len(reached) > 1 else (None, None, None)
    return PriceAnswer(score, unit, [_told(*each) for each in prices.items()], *decline)


def _told(index: int, price_R: Array) -> GenerationPrice:
    found = finite(float(price_R[0]))
    return GenerationPrice(index, found, "not_reached" if found is None else "ok")
