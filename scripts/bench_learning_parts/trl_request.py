"""What TRL's trainer is asked to do, as frozen data that the processes of bench_learning share.

    TrlRequest(recipe="configs/quickstart.toml", base="...", seed=1, target=0.9, ...)

Imports no torch.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class TrlRequest:
    """One run of the trainer."""

    recipe: str
    """The recipe whose [data] and token limit are used."""
    options: tuple[str, ...]
    """What is changed in it, as on the command line."""
    base: str
    """Folder of the model to start from."""
    seed: int
    """Of the problems and of the trainer."""
    target: float
    """Pass@1 on held-out problems of the base levels."""
    detector_problems: int
    """Gate problems of the detector, over all levels."""
    detector_samples: int
    """Answers to each."""
    learning_rate: float
    """Peak learning rate."""
    schedule: str
    """constant, or linear: down to nothing at `max_steps`."""
    rollouts: int
    """Rollouts per step: the batch."""
    group: int
    """Rollouts per problem."""
    max_steps: int
    """Steps after which it gives up."""
    look_every: int
    """Steps between two looks at the target."""
