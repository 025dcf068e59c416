"""An operating point of inference: how much one answer may cost.

    effort = Effort.parse("4096/1024")      4,096 new tokens, of which 1,024 of thinking

How many samples are drawn and how one of them is chosen is decided afterwards, out of one pass of many
samples (`statistics/estimators.py`).
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ratchetrl.verifiers.errors import UserError

if TYPE_CHECKING:  # the recipe's own rules are about efforts
    from ratchetrl.pipelines.config import Config


@dataclass(frozen=True, slots=True)
class Effort:
    """The limits of one answer."""

    max_new_tokens: int
    """Tokens in all."""
    thinking_tokens: int | None = None
    """Tokens of thinking among them; `None` where only `max_new_tokens` limits it."""

    @property
    def name(self) -> str:
        """As a recipe writes it."""
        budget = "" if self.thinking_tokens is None else f"/{self.thinking_tokens}"
        return f"{self.max_new_tokens}{budget}"

    def allows_more_than(self, other: "Effort") -> bool:
        """In tokens of thinking, or in all."""
        return self.max_new_tokens > other.max_new_tokens or self._thinking > other._thinking

    @property
    def _thinking(self) -> int:
        return self.max_new_tokens if self.thinking_tokens is None else self.thinking_tokens

    @classmethod
    def parse(cls, text: str, key: str | None = None) -> "Effort":
        """The effort that a recipe names (in `key`, for the message); `UserError` where it names none."""
        limits, named = text.split("/"), repr(text) if key is None else f"{key}: {text!r}"
        if len(limits) > 2 or not all(limit.isdecimal() and int(limit) for limit in limits):
            raise UserError(
                f"{named} is no effort; write MAX_NEW_TOKENS or MAX_NEW_TOKENS/THINKING_TOKENS, such as "
                "4096/1024"
            )
        return cls(*map(int, limits))


def sampling_effort(config: "Config") -> Effort:
    """What training rollouts are sampled at."""
    return Effort(config.sampling.max_new_tokens, config.sampling.thinking_tokens)


def hard_effort(config: "Config") -> Effort | None:
    """What problems are sampled at that a whole group did not solve; None where the recipe names none."""
    text = config.sampling.hard_effort
    return None if text is None else Effort.parse(text, "sampling.hard_effort")


def longest_effort(config: "Config") -> Effort:
    """The longest that a training rollout may be sampled at."""
    hard, usual = hard_effort(config), sampling_effort(config)
    return usual if hard is None else max(usual, hard, key=lambda each: each.max_new_tokens)


def gate_effort(config: "Config") -> Effort:
    """What champion and challenger are compared at; sampling's limits where the gate names none."""
    own, sampling = config.gate, config.sampling
    return Effort(
        own.max_new_tokens or sampling.max_new_tokens, own.thinking_tokens or sampling.thinking_tokens
    )


def report_efforts(config: "Config") -> tuple[Effort, ...]:
    """What the curves show; the gate's own effort where the recipe names none."""
    named = tuple(Effort.parse(text, "report.efforts") for text in config.report.efforts)
    return named or (gate_effort(config),)
