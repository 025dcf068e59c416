"""Signals that a policy collapses, from the gate's own answers: of the champion, of the challenger.

    health = health_of(rows)                              one model's rows
    for sentence in warnings(champion, challenger, gained): ...

A model that learns may well answer more alike: entropy falls as right answers take over. So these are
warnings for a person and no part of the rule. How far training drifted (KL, effective sample size) is in
the train stage's result.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

QUANTILES = (0.1, 0.5, 0.9)
# What one model does not do to itself: of 8,000 pairs of four samples each, drawn from the same weights (the
# quickstart's base and three of its champions, 60 or 120 problems), 0.6% crossed one of these; at most 3.2%
# where answers were right 19 times in 20 and few wrong ones were left to count.
ENTROPY_LEFT = 0.5
"""Share of the champion's answer entropy below which answers are told to be more alike."""
REPEATS_MORE = 0.2
"""Rise of the share of wrong answers that repeat."""
TRUNCATED_MORE = 0.05
"""Rise of the share of samples that are cut off."""
LENGTH_FACTOR = 1.5
"""Change of the median length, either way."""


@dataclass(frozen=True, slots=True)
class Health:
    """How one model answers. Unknown (no answer at all) is `None`."""

    answer_entropy: float | None
    """Mean over problems of the entropy of the answers given, in nats; problems without answers left out."""
    distinct_answers: float | None
    """Mean over the same problems of how many different answers were given."""
    length_quantiles: tuple[float, float, float]
    """10%, 50% and 90% quantile of the output tokens."""
    truncated_share: float
    """Share of samples that ran into their token limit."""
    wrong_answer_repeat_share: float | None
    """Of the wrong answers: share given by another sample of the problem as well."""


def health_of(rows: list[dict[str, Any]]) -> Health:
    """Of one model's rows (at least one)."""
    answers = _answers(rows)
    counts = [Counter(answer for answer, _ in group) for group in answers]
    lengths = np.array([row["output_tokens"] for row in rows], dtype=np.float64)
    low, middle, high = (float(value) for value in np.quantile(lengths, QUANTILES))
    return Health(
        answer_entropy=float(np.mean([_entropy(each) for each in counts])) if counts else None,
        distinct_answers=float(np.mean([len(each) for each in counts])) if counts else None,
        length_quantiles=(low, middle, high),
        truncated_share=float(np.mean([row["truncated"] for row in rows])),
        wrong_answer_repeat_share=_wrong_repeats(answers),
    )


def warnings(champion: Health, challenger: Health, gained: bool) -> Iterator[str]:
    """A sentence for each change beyond its threshold. `gained`: whether the score is proven to have risen,
    which explains answers that are more alike."""
    if not gained:
        yield from _entropy_warning(champion, challenger)
    before, now = champion.wrong_answer_repeat_share, challenger.wrong_answer_repeat_share
    if before is not None and now is not None and now - before > REPEATS_MORE:
        yield (
            f"wrong answers repeat each other more: {before:.0%} -> {now:.0%} of them; the challenger may be "
            "settling on mistakes"
        )
    if challenger.truncated_share - champion.truncated_share > TRUNCATED_MORE:
        yield (
            f"more answers run into the token limit: {champion.truncated_share:.1%} -> "
            f"{challenger.truncated_share:.1%}"
        )
    was, median = champion.length_quantiles[1], challenger.length_quantiles[1]
    if max(median, 1) > LENGTH_FACTOR * max(was, 1) or max(was, 1) > LENGTH_FACTOR * max(median, 1):
        yield f"the median length went from {was:.0f} to {median:.0f} tokens"


def _entropy_warning(champion: Health, challenger: Health) -> Iterator[str]:
    before, now = champion.answer_entropy, challenger.answer_entropy
    if before is not None and now is not None and now < ENTROPY_LEFT * before:
        yield (
            f"answers to one problem are much more alike without a proven gain: entropy {before:.2f} -> "
            f"{now:.2f} nats"
        )


def _answers(rows: list[dict[str, Any]]) -> list[list[tuple[str, float | None]]]:
    """Per problem, the (answer, score) of the samples that gave an answer; problems with none left out."""
    groups: dict[str, list[tuple[str, float | None]]] = {}
    for row in rows:
        if row["answer"] is not None:
            groups.setdefault(row["problem_id"], []).append((row["answer"], row["score"]))
    return list(groups.values())


def _entropy(counts: Counter[str]) -> float:
    shares = np.array(list(counts.values())) / counts.total()
    return float(-(shares * np.log(shares)).sum()) + 0.0


def _wrong_repeats(answers: list[list[tuple[str, float | None]]]) -> float | None:
    wrong = [Counter(answer for answer, score in group if score == 0.0) for group in answers]
    total = sum(each.total() for each in wrong)
    repeated = sum(count for each in wrong for count in each.values() if count > 1)
    return repeated / total if total else None
