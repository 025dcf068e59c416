"""What the benchmark of learning counts, and what it says of it."""

import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "scripts"))

import bench_learning
from bench_learning_parts.arms import ABLATIONS, ARMS, SUITES, UNEVENTFUL, Suite, ablated, flags
from bench_learning_parts.health import mean_share
from bench_learning_parts.our_arm import spent
from bench_learning_parts.results import ArmResult, Point
from bench_learning_parts.summary import ablation_line, last_line, median, table

from ratchetrl.pipelines.accounting.ledger import Entry
from ratchetrl.pipelines.accounting.work import UNKNOWN_WORK, Flops, Tokens, Work
from ratchetrl.pipelines.config_file import load_arguments

SAMPLED = Work(tokens=Tokens(generated=100), flops=Flops(generation=1e3))
TRAINED = Work(flops=Flops(update=2e3, old_logps=5.0))
LOOK: Any = SimpleNamespace(pass_at_1=0.91, answers=1800)


def entry(kind: str, generation: int, work: Work | None = None, wall_s: float = 1.0) -> Entry:
    return Entry(
        at=0.0,
        attempt=1,
        stage=f"{kind}-1",
        kind=kind,
        generation=generation,
        wall_s=wall_s,
        device_s=wall_s,
        work=work or Work(),
        energy_j=None,
        usd=None,
    )


def generation(number: int) -> list[Entry]:
    """Seven seconds that count and six that only evaluate."""
    return [
        entry("plan", number),
        entry("sample", number, SAMPLED, wall_s=2.0),
        entry("select", number),
        entry("train", number, TRAINED, wall_s=2.0),
        entry("evaluate", number, SAMPLED, wall_s=5.0),
        entry("gate", number),
        entry("idle", number),
    ]


START = [entry("start", 0, wall_s=10.0), entry("report", 0, SAMPLED), entry("idle", 0, wall_s=20.0)]


def test_everything_but_evaluation_counts_up_to_the_generation() -> None:
    ledger = [*START, *generation(1), *generation(2), *generation(3)]
    point = spent(ledger, 2, LOOK)
    assert (point.flops, point.generated_tokens) == (2 * 3005.0, 200)
    assert (point.wall_s, point.wall_warm_s) == (30.0 + 2 * 7.0, 2 * 7.0)


def test_a_rejected_generation_counts_towards_the_next() -> None:
    ledger = [*START, *generation(1), *generation(2)]
    assert spent(ledger, 2, LOOK).generated_tokens == 200


def test_the_base_has_cost_its_start() -> None:
    point = spent([*START, *generation(1), entry("idle", 0)], 0, LOOK)
    assert (point.flops, point.wall_s, point.wall_warm_s) == (0.0, 30.0, 0.0)


def test_what_follows_the_last_generation_is_not_its_own() -> None:
    ended = [entry("report", 1, SAMPLED), entry("idle", 0, wall_s=50.0)]
    assert spent([*START, *generation(1), *ended], 1, LOOK).wall_s == 30.0 + 7.0


def test_of_aborted_work_the_seconds_count() -> None:
    ledger = [*START, entry("aborted", 1, UNKNOWN_WORK, wall_s=3.0), *generation(1)]
    assert spent(ledger, 1, LOOK).wall_warm_s == 10.0


def test_unknown_flops_of_a_finished_stage_are_refused() -> None:
    with pytest.raises(RuntimeError, match="not known"):
        spent([*START, entry("sample", 1, UNKNOWN_WORK)], 1, LOOK)


def result(arm: str, seed: int, scale: float, pass_at_1: float = 0.92) -> ArmResult:
    points = tuple(
        Point(
            at=number,
            pass_at_1=score,
            answers=1800,
            flops=number * scale * 1e11,
            generated_tokens=round(number * scale * 1e4),
            wall_s=number * scale * 10 + 20,
            wall_warm_s=number * scale * 10,
        )
        for number, score in ((0, 0.52), (1, 0.7), (2, pass_at_1), (3, 0.95))
    )
    return ArmResult(arm=arm, seed=seed, target=0.9, settings={}, points=points, health={})


def test_the_first_point_at_the_target_is_what_an_arm_cost() -> None:
    reached = result("full", 1, 1.0).reached
    assert reached is not None and reached.at == 2


def test_ratios_are_of_medians_of_full_over_trl() -> None:
    arms = {
        "trl": [result("trl", seed, scale) for seed, scale in ((1, 2.0), (2, 4.0), (3, 9.0))],
        "full": [result("full", seed, scale) for seed, scale in ((1, 1.0), (2, 3.0), (3, 1.0))],
    }
    line = last_line("quickstart", 0.9, arms)
    assert line["arms"]["trl"]["flops"] == [4e11, 8e11, 18e11]
    assert (line["seeds"], line["flops_ratio"], line["tokens_ratio"]) == (3, 0.25, 0.25)
    assert (line["wall_ratio"], line["wall_ratio_warm"]) == (0.4, 0.25)
    assert "400 800 1800 (800)" in table(arms)


def test_a_target_that_was_not_reached_leaves_the_ratio_open() -> None:
    missed = ArmResult(
        arm="full", seed=1, target=0.99, settings={}, points=result("full", 1, 1.0).points, health={}
    )
    line = last_line("quickstart", 0.99, {"trl": [result("trl", 1, 1.0)], "full": [missed]})
    assert line["arms"]["full"]["flops"] == [None] and line["arms"]["full"]["reached"] == [False]
    assert line["flops_ratio"] is None and line["wall_ratio_warm"] is None


def test_an_ablation_is_told_as_a_multiple_of_full() -> None:
    arms = {"full": [result("full", 1, 1.0)], "full-probe": [result("full-probe", 1, 1.5)]}
    line = ablation_line("quickstart", 0.9, arms)
    assert line["cost_of_leaving_out"] == {"full-probe": {"flops": 1.5, "generated_tokens": 1.5}}


@pytest.mark.parametrize("suite", SUITES.values(), ids=SUITES.keys())
def test_every_arm_and_ablation_is_a_recipe(suite: Suite) -> None:
    for settings in (ARMS | ablated(ABLATIONS)).values():
        config = load_arguments([suite.recipe, *flags(suite.settings | UNEVENTFUL | settings)]).config
        assert config.sampling.problems == settings["sampling.problems"]
        assert set(config.data.base_levels) <= set(config.data.levels)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (
            ["--arms", "full", "ful"],
            "there is no arm 'ful' to compare here; choose from trl, uniform, full, rft, ",
        ),
        (["--ablation", "--arms", "rft"], "there is no arm 'rft' to compare here; choose from full, "),
    ],
)
def test_an_arm_that_is_none_is_refused(
    options: list[str], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    command = ["bench_learning", "--suite", "quickstart", "--output", str(tmp_path), *options]
    monkeypatch.setattr(sys, "argv", command)
    with pytest.raises(SystemExit, match=f"^{said}"):
        bench_learning.main()
    assert not list(tmp_path.iterdir())


def test_a_median_with_an_unknown_value_is_unknown() -> None:
    assert median([1.0, None, 3.0]) is None and median([]) is None and median([3.0, 1.0, 2.0]) == 2.0


def test_shares_are_weighed_by_what_they_are_of() -> None:
    stages = [{"dead_share": 0.5, "groups": 10}, {"dead_share": 0.1, "groups": 30}]
    assert (
        mean_share(stages, "dead_share", "groups") == 0.2 and mean_share([], "dead_share", "groups") is None
    )


def test_a_result_comes_back_from_its_file(tmp_path: Path) -> None:
    written = result("trl", 1, 1.0)
    written.write(tmp_path / "result.json")
    assert ArmResult.read(tmp_path / "result.json") == written
