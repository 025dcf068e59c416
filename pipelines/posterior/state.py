"""The posterior after a generation: what the next one believes before it samples.

    before = read_posterior(run.folder, generation - 1)
    outlook = before.outlook(champion)        for the champion that is going to sample
    right_N, wrong_N = outlook.beliefs(suite.levels, problem_ids, levels, efforts)

Nothing older than the last generation's files is read.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from ratchetrl.pipelines.posterior.beta_binomial import Floats, shifted
from ratchetrl.pipelines.posterior.calibration import Reliability, stored_reliability
from ratchetrl.pipelines.posterior.drift import Trend
from ratchetrl.pipelines.posterior.levels import Beta, beliefs, level_beliefs
from ratchetrl.pipelines.posterior.pass_rates import PassRates
from ratchetrl.pipelines.run_folder import DECISION_FILE, RunFolder
from ratchetrl.pipelines.store import file_digest, read_json
from ratchetrl.verifiers.errors import UserError

RATES_FILE, FACTS_FILE = "posterior.parquet", "posterior.json"


@dataclass(frozen=True, slots=True)
class Outlook:
    """What is believed of the champion that is going to sample."""

    rates: PassRates
    """Counts, decayed where it is a new one."""
    shift: float
    """How far its rates are expected to have moved, on the logit scale."""

    def beliefs(
        self, order: Sequence[str], problem_ids: Sequence[str], levels: Sequence[str], efforts: Sequence[str]
    ) -> tuple[Floats, Floats]:
        """([N] right, [N] wrong): the Beta of every problem at its effort."""
        right_N, wrong_N = beliefs(self.rates, order, problem_ids, levels, efforts)
        return shifted(right_N, wrong_N, self._shifts(levels))

    def level_beliefs(self, order: Sequence[str], effort: str) -> dict[str, Beta]:
        """Level -> the Beta of its problems."""
        fitted = level_beliefs(self.rates, order, effort)
        right_L, wrong_L = np.array(list(fitted.values())).T
        right, wrong = shifted(right_L, wrong_L, self._shifts(list(fitted)))
        return dict(zip(fitted, zip(right.tolist(), wrong.tolist(), strict=True), strict=True))

    def _shifts(self, levels_N: Sequence[str]) -> Floats:
        """A level that was tried and never solved shows no sign of moving: it stays, or every promotion would
        call for all that is out of reach."""
        stuck = self.rates.unsolved_levels()
        return np.array([0.0 if level in stuck else self.shift for level in levels_N], dtype=float)


@dataclass(frozen=True, slots=True)
class Posterior:
    """The state after a generation."""

    generation: int = 0
    """Which; 0 before any."""
    champion: int = 0
    """Generation whose weights sampled it."""
    rates: PassRates = field(default_factory=PassRates.empty)
    """Counts of that champion's answers, and decayed ones of those before it."""
    trend: Trend = field(default_factory=Trend)
    """How far rates move with a promotion."""
    reliability: Reliability = field(default_factory=Reliability)
    """Predictions and outcomes since generation 2."""
    digest: str = ""
    """Of the files."""

    def outlook(self, champion: int) -> Outlook:
        """For the champion of the next generation. One that this generation made is expected to be better;
        one that a person brought back is only another one."""
        if champion == self.champion:
            return Outlook(self.rates, 0.0)
        shift = self.trend.expected if champion == self.generation else 0.0
        return Outlook(self.rates.decayed(), shift)


def read_posterior(folder: RunFolder, generation: int) -> Posterior:
    """The state after a generation; an empty one where none was stored. Raises `UserError` where it was, and
    is gone."""
    home = folder.generation(generation)
    facts = stored_facts(home)
    if facts is None and not _went_by_beliefs(home):
        return Posterior()
    if facts is None or not (home / RATES_FILE).exists():
        raise UserError(
            f"{home} has lost {RATES_FILE if facts else FACTS_FILE}, which the next generation starts from; "
            "bring it back, or name another folder with --output to start anew"
        )
    return Posterior(
        generation=generation,
        champion=facts["champion"],
        rates=PassRates.read(home / RATES_FILE),
        trend=_trend(facts["trend"]),
        reliability=stored_reliability(facts["so_far"]),
        digest=file_digest([home / RATES_FILE, home / FACTS_FILE]),
    )


def _trend(stored: dict[str, float]) -> Trend:
    """Older versions learned moves per KL; their runs begin to learn anew."""
    return Trend(**stored) if "promotions" in stored else Trend()


def _went_by_beliefs(home: Path) -> bool:
    """Whether a decided generation did, and so must have left some; older versions had none."""
    decision = home / DECISION_FILE
    return decision.exists() and (home / read_json(decision)["stages"]["plan"] / "beliefs.parquet").exists()


def stored_facts(home: Path) -> dict[str, Any] | None:
    """posterior.json of a generation's folder; None where there is none. It is written after the rates."""
    path = home / FACTS_FILE
    facts: dict[str, Any] | None = read_json(path) if path.exists() else None
    return facts
