"""Holm's procedure agrees with statsmodels."""

import numpy as np
from statsmodels.stats.multitest import multipletests

from ratchetrl.pipelines.statistics.multiple import holm


def test_holm_agrees_with_statsmodels() -> None:
    random = np.random.default_rng(0)
    for _ in range(20):
        p_values = (random.random(random.integers(1, 8)) ** 3).tolist()
        assert holm(p_values, 0.05) == multipletests(p_values, 0.05, method="holm")[0].tolist()


def test_what_fails_stops_every_larger_p_value() -> None:
    assert holm([0.001, 0.04, 0.03], 0.05) == [True, False, False]
    assert holm([], 0.05) == []
