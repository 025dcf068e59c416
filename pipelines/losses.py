"""The losses a recipe may name, and the clip range that each one is published with.

    rule = LOSSES["dapo"]

TRL computes them; this table is the one place that says which TRL options a name stands for. When to use
which is said beside the setting, `train_job.TrainSettings.loss`. The importance ratio is always (policy being
trained) / (policy that sampled).

TRL 1.16 has no Liger loss for GRPO any more (`use_liger_kernel` is deprecated, and swaps layers only): its
own output head already computes log-probabilities in tiles, without the [tokens, vocabulary] logits, and
gives them to the drift guard. So there is no setting for one.
"""

from dataclasses import dataclass
from typing import Literal

LossName = Literal["dapo", "dr_grpo", "grpo", "cispo", "gspo", "rft"]


@dataclass(frozen=True, slots=True)
class LossRule:
    """What TRL is told for one loss."""

    trl_loss: str
    """TRL's `loss_type`."""
    ratio_level: Literal["token", "sequence"]
    """Whether a ratio belongs to a token, or to a sequence (the geometric mean over its tokens)."""
    epsilon_low: float
    """The ratio is clipped below at 1 - epsilon_low."""
    epsilon_high: float
    """The ratio is clipped above at 1 + epsilon_high (cispo: at epsilon_high itself)."""
    mean_over_rows: bool
    """True where the loss averages over rows, False where it averages over the tokens of the whole batch."""


LOSSES: dict[LossName, LossRule] = {
    # Token mean over the batch and clip-higher: DAPO, arXiv 2503.14476.
    "dapo": LossRule("dapo", "token", 0.2, 0.28, mean_over_rows=False),
    # A constant instead of the row's length as divisor: Dr. GRPO, arXiv 2503.20783.
    "dr_grpo": LossRule("dr_grpo", "token", 0.2, 0.2, mean_over_rows=True),
    # Mean over each row's tokens, then over rows: GRPO, arXiv 2402.03300.
    "grpo": LossRule("grpo", "token", 0.2, 0.2, mean_over_rows=True),
    # The clipped ratio is a constant weight, so no token loses its gradient: MiniMax-M1, arXiv 2506.13585.
    "cispo": LossRule("cispo", "token", 0.2, 5.0, mean_over_rows=False),
    # One ratio per sequence: GSPO, arXiv 2507.18071.
    "gspo": LossRule("grpo", "sequence", 3e-4, 4e-4, mean_over_rows=True),
    # Right answers alone, by likelihood (rejection-sampling fine-tuning): RFT, arXiv 2308.01825. Advantages
    # are 0, so that only the likelihood that the trainer adds is left of the loss.
    "rft": LossRule("dapo", "token", 0.2, 0.28, mean_over_rows=False),
}
