"""What k samples buy and what they cost, on groups small enough to count by hand."""

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from synthetic_run import SHAPE

from ratchetrl.pipelines.accounting.flops import completion_flops, decode_flops, prefill_flops
from ratchetrl.pipelines.accounting.model_shape import ModelShape
from ratchetrl.pipelines.accounting.prices import TokenPrice
from ratchetrl.pipelines.efforts import Effort
from ratchetrl.pipelines.reporting.measurement import level_points, measure, operating_points
from ratchetrl.pipelines.reporting.pareto import pareto
from ratchetrl.pipelines.reporting.points import Point
from ratchetrl.pipelines.reporting.samples import Samples
from ratchetrl.pipelines.reporting.selectors import selected_scores, selectors, widths
from ratchetrl.pipelines.reporting.truncation import truncation_curve
from ratchetrl.pipelines.reporting.unit_costs import Pricing, unit_costs

EFFORT, NO_PRICE = Effort(96), Pricing(None, None)


def samples(
    *groups: list[str | None],
    right: str = "7",
    tokens: Any = 10.0,
    chooser: Any = np.nan,
    truncated: Any = 0.0,
) -> Samples:
    answers = np.array(groups, dtype=object)
    full = np.ones(answers.shape)
    scores = (answers == right).astype(float)
    return Samples(
        scores, answers, chooser * full, 5 * full[:, 0], tokens * full, truncated * full, 0.5 * full
    )


def scores(group: list[str | None], selector: str, k: int) -> float:
    return float(selected_scores(samples(group), selector, k)[0])


def test_an_oracle_finds_what_any_sample_has() -> None:
    group: list[str | None] = ["7", "1", "2", "3"]
    assert [scores(group, "oracle", k) for k in (2, 4)] == [pytest.approx(1 / 2), 1.0]


def test_a_vote_gives_the_most_frequent_answer_and_splits_ties() -> None:
    assert scores(["7", "7", "1"], "majority", 3) == 1.0
    assert scores(["7", "1"], "majority", 2) == 0.5
    assert scores(["7", None, None], "majority", 3) == 1.0
    assert scores([None, None], "majority", 2) == 0.0


def test_a_chooser_is_a_selector_only_where_it_says_something() -> None:
    group: list[str | None] = ["7", "1", "1", "2"]
    chosen = samples(group, chooser=np.array([[0.0, 0.0, 0.0, 1.0]]))
    assert selectors(samples(group), 2) == ["majority", "oracle"]
    assert selectors(chosen, 2) == ["majority", "best_of", "oracle"]
    assert selected_scores(chosen, "best_of", 4).tolist() == [0.0]
    assert selected_scores(chosen, "best_of", 2)[0] == pytest.approx(1 / 6)  # the half without the fourth


def test_what_was_not_judged_takes_no_part() -> None:
    group = samples(["7", "7", "1", "1"])
    group.scores_P_n[0, 3] = np.nan
    assert selected_scores(group, "first", 1)[0] == pytest.approx(2 / 3)
    assert selected_scores(group, "majority", 3)[0] == 1.0
    assert np.isnan(selected_scores(group, "oracle", 4)[0])


def test_twice_as_many_samples_are_drawn_as_a_curve_shows() -> None:
    assert widths(16) == [1, 2, 4, 8] and widths(2) == [1] and widths(128)[-1] == 64


def test_a_prompt_is_paid_once_and_samples_k_times() -> None:
    shape = ModelShape.of(SHAPE)
    costs = unit_costs(samples(["7", "1", "7", "1"]), shape, NO_PRICE, devices=2)
    assert list(costs) == ["output_tokens", "flops", "gpu_s"]
    assert costs["output_tokens"].of(4).tolist() == [40.0] and costs["gpu_s"].of(4).tolist() == [4.0]
    assert costs["flops"].of(1)[0] == pytest.approx(decode_flops(shape, 5, 10))
    assert costs["flops"].of(4)[0] == pytest.approx(
        prefill_flops(shape, 5) + 4 * completion_flops(shape, 5, 10)
    )


def test_money_is_device_hours_or_tokens_and_never_guessed() -> None:
    group = samples(["7", "1", "7", "1"])
    hourly = unit_costs(group, None, Pricing(3.6, None), devices=1)
    assert hourly["usd"].of(2)[0] == pytest.approx(3.6 / 3600) and "flops" not in hourly
    price = TokenPrice("m", input=1.0, cached_input=0.1, output=2.0, date="2026-01-01", source="https://x")
    assert unit_costs(group, None, Pricing(None, price), 1)["usd"].of(3)[0] == pytest.approx(66e-6)


def test_a_missing_problem_costs_what_the_others_do() -> None:
    group = samples(["7", "1"], ["7", "1"], tokens=np.array([[10.0, 20.0], [np.nan, np.nan]]))
    assert unit_costs(group, None, NO_PRICE, 1)["output_tokens"].of(1).tolist() == [15.0, 15.0]


def points() -> list[Point]:
    groups = [["7", "7", "1", "7", None, "7", "2", "7"], ["1", "7", "1", "1", "7", "3", "1", "7"]]
    group = samples(*groups)
    return operating_points(measure(3, {EFFORT: group}, {EFFORT: unit_costs(group, None, NO_PRICE, 1)}), "g3")


def test_points_name_what_they_are() -> None:
    found = points()
    assert [point.id for point in found] == [
        *("g3/96/first/1", "g3/96/majority/2", "g3/96/oracle/2", "g3/96/majority/4", "g3/96/oracle/4"),
    ]
    assert [point.deployable for point in found] == [True, True, False, True, False]
    assert [point.tokens_out for point in found] == [10, 20, 20, 40, 40]
    single = found[0]
    assert single.score == 0.5 and single.lo < 0.5 < single.hi
    assert (single.n, single.problems, single.usd, single.flops) == (8, 2, None, None)


def test_the_frontier_is_deployable_and_only_rises() -> None:
    found = points()
    assert "oracle" not in " ".join(pareto(found, "output_tokens"))
    by_id = {point.id: point for point in found}
    kept = [by_id[each] for each in pareto(found, "output_tokens")]
    assert kept[0].k == 1 and all(a.score < b.score for a, b in pairwise(kept))


def test_levels_show_one_sample_and_the_widest_oracle() -> None:
    group = samples(["7"] * 8, ["1"] * 8)
    measured = measure(0, {EFFORT: group}, {EFFORT: unit_costs(group, None, NO_PRICE, 1)})
    found = level_points(measured, "g0@easy", np.array([True, False]))
    assert [(point.selector, point.k, point.score, point.problems) for point in found] == [
        ("first", 1, 1.0, 1),
        ("oracle", 4, 1.0, 1),
    ]


def test_truncation_counts_only_what_was_finished_in_time() -> None:
    group = samples(["7", "7"], tokens=np.array([[10.0, 40.0]]), truncated=np.array([[0.0, 1.0]]))
    curve = truncation_curve(group)
    assert (curve[0]["limit"], curve[0]["score"], curve[0]["tokens_out"]) == (10, 0.5, 10.0)
    assert (curve[-1]["limit"], curve[-1]["score"], curve[-1]["tokens_out"]) == (40, 0.5, 25.0)
