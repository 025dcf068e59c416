"""The table [bootstrap] of a recipe: how the base is trained from scratch, and when it is done.

    BootstrapSettings(max_steps=800)

Training itself is `bootstrap.py`; nothing here imports torch.
"""

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

from pydantic import Field, PositiveFloat, PositiveInt, model_validator

from ratchetrl.pipelines import addition, long_addition, programs

LEVELS = {"addition": addition.LEVELS, "long_addition": long_addition.LEVELS, "programs": programs.LEVELS}
"""Task -> the levels that it has."""

Share = Annotated[float, Field(ge=0, le=1)]


@dataclass(frozen=True, slots=True, kw_only=True)
class BootstrapSettings:
    """[bootstrap] How the base is trained from scratch, and when it is done."""

    __pydantic_config__: ClassVar = {"extra": "forbid", "allow_inf_nan": False}

    task: Literal["addition", "long_addition", "programs"] = "addition"
    """What it learns: the generator of the same name has more of these problems."""
    levels: Annotated[tuple[str, ...], Field(min_length=1)] = ("2 digits", "3 digits", "4 digits")
    """Levels of the task that it learns from, in equal parts: the base levels."""
    wrong_step_share: tuple[Share, Share, Share] = (0.02, 0.19, 0.65)
    """Share of wrong steps by difficulty: of additions, in columns with no carry, one (in or out) and two;
    as given, 20 % of all."""
    hidden_size: Annotated[PositiveInt, Field(multiple_of=32)] = 128
    """Width: a multiple of 32, the width of one attention head."""
    layers: PositiveInt = 4
    """Decoder layers."""
    batch: PositiveInt = 32
    """Worked solutions a step."""
    learning_rate: PositiveFloat = 3e-3
    """Peak learning rate of AdamW."""
    decay_steps: PositiveInt = 560
    """Steps of a round, in which the learning rate rises and falls; pass@1 is measured after the last one."""
    gap_shares: Annotated[tuple[Share, ...], Field(min_length=1)] = (0.0,)
    """Share of the rows whose positions have gaps, one for each round; only `long_addition` has rounds with
    gaps. Gaps from the start slow learning down."""
    max_steps: PositiveInt = 1000
    """Steps after which it gives up."""
    report_every_steps: PositiveInt = 40
    """Steps between two lines of progress, and between two measurements."""
    measured_problems: PositiveInt = 1000
    """Problems in a measurement, one sample each; as given, the standard error is .016."""
    pass_window: tuple[Share, Share] = (0.48, 0.54)
    """Training stops when pass@1 at temperature 1 on the base levels lies in here."""

    @model_validator(mode="after")
    def _has_levels(self) -> "BootstrapSettings":
        """The task has what it is to be learned from."""
        strangers = [level for level in self.levels if level not in LEVELS[self.task]]
        if strangers:
            raise ValueError(
                f"bootstrap.levels names {strangers[0]!r}, which the task {self.task} does not have; choose "
                f"from {', '.join(map(repr, LEVELS[self.task]))}"
            )
        return self

    @model_validator(mode="after")
    def _can_end(self) -> "BootstrapSettings":
        """Some measurement can fall into the window."""
        low, high = self.pass_window
        if low > high:
            raise ValueError(f"bootstrap.pass_window goes from {low} down to {high}; swap the two")
        rounds, every = len(self.gap_shares), self.report_every_steps
        first = -(-rounds * self.decay_steps // every) * every
        if self.max_steps < first:
            raise ValueError(
                f"bootstrap.max_steps ({self.max_steps}) ends before pass@1 is measured for the first time, "
                f"every {every} steps after {rounds} x decay_steps ({self.decay_steps}); raise it to {first}"
            )
        return self
