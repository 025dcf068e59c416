"""Which deployable points no other one beats: as good or better for the same cost or less.

pareto(points, "flops")      their ids, cheapest first
"""

from ratchetrl.pipelines.reporting.points import Point

FIELDS = {"output_tokens": "tokens_out", "flops": "flops", "gpu_s": "gpu_s", "usd": "usd"}
"""Unit -> the field of a point that holds its cost in it."""


def pareto(points: list[Point], unit: str) -> list[str]:
    """Ids of the Pareto set; of points that cost and score the same, the first."""
    best, kept = float("-inf"), []
    deployable = [point for point in points if point.deployable]
    for point in sorted(deployable, key=lambda point: (getattr(point, FIELDS[unit]), -point.score)):
        if point.score > best:
            best = point.score
            kept.append(point.id)
    return kept
