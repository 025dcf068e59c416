"""The table [bootstrap] of a recipe: how the base is trained from scratch, and when it is done.

    BootstrapSettings(max_steps=800)

Training itself is `bootstrap.py`; nothing here imports torch.
"""

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

from pydantic import Field


@dataclass(frozen=True, slots=True, kw_only=True)
class BootstrapSettings:
    """[bootstrap] How the base is trained from scratch, and when it is done."""

    __pydantic_config__: ClassVar = {"extra": "forbid", "allow_inf_nan": False}

    task: Literal["addition", "long_addition", "programs"] = "addition"
    """What it learns: the generator of the same name has more of these problems."""
    levels: tuple[str, ...] = ("2 digits", "3 digits", "4 digits")
    """Levels of the task that it learns from, in equal parts: the base levels."""
    wrong_step_share: tuple[float, float, float] = (0.02, 0.19, 0.65)
    """Share of wrong steps by difficulty: of additions, in columns with no carry, one (in or out) and two;
    as given, 20 % of all."""
    hidden_size: int = 128
    """Width: a multiple of 32, the width of one attention head."""
    layers: int = 4
    """Decoder layers."""
    batch: int = 32
    """Worked solutions a step."""
    learning_rate: float = 3e-3
    """Peak learning rate of AdamW."""
    decay_steps: int = 560
    """Steps of a round, in which the learning rate rises and falls; pass@1 is measured after the last one."""
    gap_shares: Annotated[tuple[float, ...], Field(min_length=1)] = (0.0,)
    """Share of the rows whose positions have gaps, one for each round; only `long_addition` has rounds with
    gaps. Gaps from the start slow learning down."""
    max_steps: int = 1000
    """Steps after which it gives up."""
    report_every_steps: int = 40
    """Steps between two lines of progress, and between two measurements."""
    measured_problems: int = 1000
    """Problems in a measurement, one sample each; as given, the standard error is .016."""
    pass_window: tuple[float, float] = (0.48, 0.54)
    """Training stops when pass@1 at temperature 1 on the base levels lies in here."""
