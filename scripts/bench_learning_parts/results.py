"""What an arm spent on the way to its target, as frozen data and a JSON file.

    result = ArmResult(arm="trl", seed=1, target=0.9, settings={...}, points=(...), health={})
    result.reached                the first point at the target; None where there was none
    result.write(path); ArmResult.read(path)

Imports no torch.
"""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ratchetrl.pipelines.store import read_json, write_json


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One look at the model that stands, and everything spent until then, discarded work included."""

    at: int
    """Step (TRL's trainer) or generation (this pipeline)."""
    pass_at_1: float
    """On held-out problems of the base levels."""
    answers: int
    """Answers judged at this look."""
    flops: float
    """Of sampling and of training."""
    generated_tokens: int
    """Tokens sampled to learn from."""
    wall_s: float
    """Seconds since the arm was asked for, evaluations left out."""
    wall_warm_s: float
    """The same without start-up."""
    gate_flops: float | None = None
    """Of the gates until then, which `flops` leaves out; None where there are none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmResult:
    """One arm on one seed."""

    arm: str
    """Its name."""
    seed: int
    """Of problems, sampling and training."""
    target: float
    """Pass@1 to reach."""
    settings: dict[str, Any]
    """With what."""
    points: tuple[Point, ...]
    """In order; the first is the base's."""
    health: dict[str, float | None]
    """Shares of its samples and rows that went to waste; see `health.py`."""

    @property
    def reached(self) -> Point | None:
        """The first point at the target."""
        return next((point for point in self.points if point.pass_at_1 >= self.target), None)

    def write(self, path: Path) -> None:
        """As JSON."""
        write_json(path, asdict(self))

    @classmethod
    def read(cls, path: Path) -> "ArmResult":
        """Back from JSON."""
        table = read_json(path)
        return cls(**{**table, "points": tuple(Point(**point) for point in table["points"])})
