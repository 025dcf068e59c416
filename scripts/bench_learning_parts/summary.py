"""From the results of all arms to a table and the last line of bench_learning.

    print(table(arms))
    print(json.dumps(last_line(suite, target, arms)))            or ablation_line

A median over seeds of which one did not reach the target is not known: None, and so is any ratio with it.
"""

import statistics
from collections.abc import Sequence
from typing import Any

from bench_learning_parts.results import ArmResult, Point

FIGURES = ("flops", "generated_tokens", "wall_s", "wall_warm_s", "gate_flops")
HEALTH = ("gradient_share", "dead_share", "padding_share", "calibration_error")
RATIOS = {
    "flops_ratio": "flops",
    "tokens_ratio": "generated_tokens",
    "wall_ratio": "wall_s",
    "wall_ratio_warm": "wall_warm_s",
}
ROW = "{:<24} {:>7} {:>22} {:>22} {:>20} {:>20}"


def last_line(suite: str, target: float, arms: dict[str, list[ArmResult]]) -> dict[str, Any]:
    """Every seed's figures, and the ratios of full over TRL."""
    line = _every_figure(suite, target, arms)
    return {**line, **{name: _ratio(line["arms"], figure, "full", "trl") for name, figure in RATIOS.items()}}


def ablation_line(suite: str, target: float, arms: dict[str, list[ArmResult]]) -> dict[str, Any]:
    """Every seed's figures, and what leaving out each device costs, as multiples of its anchor's figures."""
    line = _every_figure(suite, target, arms)
    costs = {
        name: {each: _ratio(line["arms"], each, name, anchor) for each in ("flops", "generated_tokens")}
        for name in arms
        if (anchor := name.partition("-")[0]) != name
    }
    return {**line, "cost_of_leaving_out": costs}


def _every_figure(suite: str, target: float, arms: dict[str, list[ArmResult]]) -> dict[str, Any]:
    seeds = len({result.seed for results in arms.values() for result in results})
    found = {name: _figures(results) for name, results in arms.items()}
    return {"suite": suite, "target": target, "seeds": seeds, "arms": found}


def table(arms: dict[str, list[ArmResult]]) -> str:
    """A line per arm: each seed's figures, the median behind them."""
    lines = [ROW.format("arm", "reached", "GFLOPs", "thousand tokens", "seconds", "seconds, warm")]
    for name, results in arms.items():
        found = _figures(results)
        cells = [_cell(found[figure], scale, digits) for figure, scale, digits in _SCALES]
        lines.append(ROW.format(name, f"{sum(found['reached'])}/{len(results)}", *cells))
    return "\n".join(lines)


_SCALES = (("flops", 1e9, 0), ("generated_tokens", 1e3, 0), ("wall_s", 1.0, 0), ("wall_warm_s", 1.0, 0))


def _figures(results: Sequence[ArmResult]) -> dict[str, list[Any]]:
    points: list[Point | None] = [result.reached for result in results]
    figures = {name: [None if p is None else getattr(p, name) for p in points] for name in FIGURES}
    health = {name: [result.health.get(name) for result in results] for name in HEALTH}
    return {**figures, "reached": [point is not None for point in points], **health}


def median(values: Sequence[float | None]) -> float | None:
    """None where there is no value, or one of them is not known."""
    known = [value for value in values if value is not None]
    return statistics.median(known) if known and len(known) == len(values) else None


def _ratio(found: dict[str, dict[str, list[Any]]], figure: str, one: str, other: str) -> float | None:
    above, below = (median(found[arm][figure]) if arm in found else None for arm in (one, other))
    return None if above is None or not below else round(above / below, 4)


def _cell(values: Sequence[float | None], scale: float, digits: int) -> str:
    """`102 97 110 (102)`."""
    shown = " ".join("-" if each is None else f"{each / scale:.{digits}f}" for each in values)
    middle = median(values)
    return shown if middle is None else f"{shown} ({middle / scale:.{digits}f})"
