"""What a right answer pays for its length: more on problems that are mostly solved.

    rewards_G = with_length_price(rewards_G, successes_G, lengths_G, price=0.3)

Only right answers pay, so a wrong one never gains by being short, and with a price below 1 every right answer
stays above 0. On a problem that is hardly ever solved an answer may be as long as it likes. The idea is that
of ALP, arXiv 2506.05256.
"""

from collections.abc import Sequence


def with_length_price(
    rewards_G: Sequence[float | None],
    successes_G: Sequence[bool],
    lengths_G: Sequence[float],
    price: float,
) -> list[float | None]:
    """Return [G] rewards: less price x pass rate x length for a success, the same otherwise.

    `lengths_G` are shares of the token limit. The pass rate is that of the others of the group: it needs no
    belief from before, and an answer's own success does not raise its own price. It does raise theirs, which
    leaves a bias of the order price / G (docs/estimators.md).
    """
    rate = max(0, sum(successes_G) - 1) / max(1, len(successes_G) - 1)
    return [
        reward - price * rate * length if success and reward is not None else reward
        for reward, success, length in zip(rewards_G, successes_G, lengths_G, strict=True)
    ]
