"""The picture: score against cost, one line per champion.

    draw_score_against_cost(report["champions"], Path("score_vs_cost.svg"))

Cost is output tokens per problem on a log axis. Solid lines are majority votes of k samples with a 95%
band; dotted lines with hollow markers are pass@k, which no deployment can reach without the gold. Labels
sit at the lines, so that colour is not the only key.
"""

from pathlib import Path
from typing import Any

import matplotlib

matplotlib.use("svg")
import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.ticker import ScalarFormatter

LABEL_DROP, LABEL_HEIGHT, LABEL_SHIFT = 0.035, 0.05, 1.03


def draw_score_against_cost(champions: list[dict[str, Any]], path: Path) -> None:
    """Writes the chart as SVG (the file's name may end in anything)."""
    with plt.rc_context({"svg.hashsalt": "ratchetrl", "svg.fonttype": "none", "font.size": 11}):
        figure, axes = plt.subplots(figsize=(8, 5), layout="constrained")
        shades = plt.get_cmap("viridis").resampled(max(len(champions), 2) + 1)
        colours = [shades(number) for number in range(len(champions))]
        for champion, colour in zip(champions, colours, strict=True):
            _draw(axes, champion, colour)
        _name_lines(axes, champions, colours)
        _label_axes(axes)
        figure.savefig(path, format="svg", metadata={"Date": None})
        plt.close(figure)


def _draw(axes: Axes, champion: dict[str, Any], colour: Any) -> None:
    votes = [point for point in champion["points"] if point["selector"] == "majority"]
    oracle = [point for point in champion["points"] if point["selector"] == "oracle"]
    cost = [point["output_tokens"] for point in votes]
    axes.fill_between(
        cost,
        [p["lower"] for p in votes],
        [p["upper"] for p in votes],
        color=colour,
        alpha=0.15,
        linewidth=0,
        zorder=1,
    )
    axes.plot(cost, [p["score"] for p in votes], "-o", color=colour, zorder=3)
    axes.plot(cost, [p["score"] for p in oracle], ":o", color=colour, markerfacecolor="white", zorder=2)


def _name_lines(axes: Axes, champions: list[dict[str, Any]], colours: list[Any]) -> None:
    """A name under the first point of each line, moved down where names would lie on each other."""
    firsts = [next(point for point in champion["points"] if point["k"] == 1) for champion in champions]
    lowest = 1.0
    for number in sorted(range(len(champions)), key=lambda each: -firsts[each]["score"]):
        lowest = min(firsts[number]["score"] - LABEL_DROP, lowest - LABEL_HEIGHT)
        generation = champions[number]["generation"]
        name = "base" if generation == 0 else f"generation {generation}"
        x = firsts[number]["output_tokens"] * LABEL_SHIFT
        axes.text(x, lowest, f"{name}, k = 1", color=colours[number], va="center")


def _label_axes(axes: Axes) -> None:
    axes.set_xscale("log", base=2)
    axes.xaxis.set_major_formatter(ScalarFormatter())
    axes.set_xlabel("output tokens per problem (log scale); each line: k = 1, 2, 4, 8 samples")
    axes.set_ylabel("score on the report split")
    axes.set_ylim(0, 1.02)
    axes.grid(True, which="major", alpha=0.25)
    axes.spines[["top", "right"]].set_visible(False)
    axes.plot([], [], "-o", color="grey", label="majority vote of k (deployable), 95% band")
    axes.plot([], [], ":o", color="grey", markerfacecolor="white", label="pass@k (oracle)")
    axes.legend(loc="lower right", frameon=False)
