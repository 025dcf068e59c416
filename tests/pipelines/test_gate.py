"""The rule of promotion, on rows small enough to check by hand."""

from typing import Any

from ratchetrl.pipelines.gate_stage import Comparison, compare, decide


def rows(
    model: str, rate: float, problems: int = 60, level: str = "easy", samples: int = 4
) -> list[dict[str, Any]]:
    """`problems` problems, of which a share `rate` of the samples is right, spread evenly."""
    total = problems * samples
    right = [((index * 7919) % total) < rate * total for index in range(total)]
    return [
        {
            "model": model,
            "problem_id": f"{level}/{index // samples}",
            "level": level,
            "score": float(right[index]),
        }
        for index in range(total)
    ]


def compared(champion: float, challenger: float, level: str = "easy") -> Comparison:
    found = compare(
        rows("champion", champion, level=level) + rows("challenger", challenger, level=level),
        4,
        lambda _: True,
    )
    assert found is not None
    return found


def test_a_clear_gain_is_promoted() -> None:
    both = compared(0.4, 0.7)
    decision, reason = decide(both, both)
    assert decision == "promoted" and "+0.300" in reason and both.gain_one_sided_lower > both.gain_lower > 0


def test_a_loss_is_rejected() -> None:
    both = compared(0.7, 0.4)
    assert decide(both, both)[0] == "rejected"


def test_a_gain_within_the_noise_is_inconclusive_and_says_what_it_could_have_seen() -> None:
    noisy = [{**row, "score": float(index % 5 < 3)} for index, row in enumerate(rows("challenger", 0.5))]
    both = compare(rows("champion", 0.58) + noisy, 4, lambda _: True)
    assert both is not None and 0 < both.gain < both.detectable_gain
    decision, reason = decide(both, both)
    assert decision == "inconclusive" and f"{both.detectable_gain:.3f}" in reason


def test_a_gain_on_hard_levels_does_not_pay_for_a_loss_on_the_base_levels() -> None:
    decision, reason = decide(compared(0.2, 0.8), compared(0.9, 0.6))
    assert decision == "rejected" and "base levels" in reason


def test_rows_that_could_not_be_judged_are_never_wrong_answers() -> None:
    judged = rows("champion", 1.0) + rows("challenger", 1.0)
    lost = [{**row, "score": None} if row["problem_id"] == "easy/0" else row for row in judged]
    found = compare(lost, 4, lambda _: True)
    assert found is not None and found.problems == 59 and found.challenger_pass_at_1 == 1.0


def test_levels_are_compared_on_their_own_problems() -> None:
    both = [*rows("champion", 0.5, level="a"), *rows("challenger", 0.5, level="a")]
    both += [*rows("champion", 0.0, level="b"), *rows("challenger", 1.0, level="b")]
    found = compare(both, 4, lambda level: level == "b")
    assert found is not None and found.gain == 1.0
    assert compare(both, 4, lambda level: level == "c") is None
