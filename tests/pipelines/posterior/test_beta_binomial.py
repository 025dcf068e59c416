"""Beta beliefs: the fit finds what counts were drawn from, and predicts groups as a count of them would."""

import numpy as np
import pytest

from ratchetrl.pipelines.posterior.beta_binomial import Floats, fit_beta, informative_chance, shifted

RNG_SEED = 3


def mean(beta: tuple[float, float]) -> float:
    return beta[0] / sum(beta)


def drawn(right: float, wrong: float, problems: int, samples: int) -> Floats:
    rng = np.random.default_rng(RNG_SEED)
    return rng.binomial(samples, rng.beta(right, wrong, problems)).astype(float)


@pytest.mark.parametrize(("right", "wrong"), [(0.8, 1.2), (4.0, 2.0), (0.3, 3.0)])
def test_the_fit_finds_mean_and_spread_of_the_rates(right: float, wrong: float) -> None:
    right_N = drawn(right, wrong, problems=2000, samples=8)
    found = fit_beta(right_N, 8 - right_N, np.ones(2000))
    assert mean(found) == pytest.approx(mean((right, wrong)), abs=0.02)
    assert sum(found) == pytest.approx(right + wrong, rel=0.2)


def test_groups_that_stopped_when_they_had_both_kinds_of_answers_do_not_bias_it() -> None:
    rng = np.random.default_rng(RNG_SEED)
    rates_N = rng.beta(0.6, 0.9, 4000)
    answers_N_G = rng.random((4000, 16)) < rates_N[:, None]
    first_N = answers_N_G[:, :4].sum(1)
    settled_N = (first_N > 0) & (first_N < 4)
    size_N = np.where(settled_N, 4, 16)
    right_N = np.where(settled_N, first_N, answers_N_G.sum(1)).astype(float)
    assert mean(fit_beta(right_N, size_N - right_N, np.ones(4000))) == pytest.approx(0.4, abs=0.015)


def test_without_data_anything_is_possible_and_a_few_zeros_do_not_make_a_level_hopeless() -> None:
    nothing = np.zeros(0)
    assert fit_beta(nothing, nothing, nothing) == pytest.approx((1, 1), rel=1e-3)
    assert 0.02 < mean(fit_beta(np.zeros(2), np.full(2, 8.0), np.ones(2))) < 0.2
    assert mean(fit_beta(np.zeros(64), np.full(64, 8.0), np.ones(64))) < 0.01


def test_a_group_is_informative_as_often_as_its_draws_say() -> None:
    right_N = drawn(0.7, 1.9, problems=200_000, samples=8)
    share = np.mean((right_N > 0) & (right_N < 8))
    (chance,) = informative_chance(np.array([0.7]), np.array([1.9]), 8)
    assert chance == pytest.approx(share, abs=0.005)


def test_a_shift_moves_the_mean_and_keeps_the_size() -> None:
    right_N, wrong_N = shifted(np.array([2.0, 0.0, 3.0]), np.array([2.0, 4.0, 0.0]), np.log(3))
    assert right_N == pytest.approx([3.0, 0.0, 3.0]) and wrong_N == pytest.approx([1.0, 4.0, 0.0])


@pytest.mark.parametrize("shift", [-1000.0, -40.0, 40.0, 1000.0])
def test_no_shift_is_so_large_that_a_group_has_no_chance_left_to_be_a_number(shift: float) -> None:
    right_N, wrong_N = shifted(np.array([2.0, 0.0]), np.array([2.0, 4.0]), shift)
    assert right_N[0] > 0 and wrong_N[0] > 0 and right_N[1] == 0, "what was never solved is known by that"
    (chance,) = informative_chance(right_N[:1], wrong_N[:1], 8)
    assert 0 <= chance < 1e-6
