"""A dry run says what a run takes at most, and what it does not know."""

import io
import json
from pathlib import Path

import pytest
from rich.console import Console

from ratchetrl.pipelines.accounting.model_shape import ModelShape
from ratchetrl.pipelines.bootstrap import CONTEXT_TOKENS, new_model
from ratchetrl.pipelines.char_tokenizer import char_tokenizer
from ratchetrl.pipelines.config import Config
from ratchetrl.pipelines.config_file import load_toml
from ratchetrl.pipelines.config_tables import Cost, Selection
from ratchetrl.pipelines.estimate import estimate, known_shape, print_plan

CONFIGS = Path(__file__).parents[2] / "configs"
QUICKSTART = CONFIGS / "quickstart.toml"


@pytest.fixture
def config() -> Config:
    return load_toml(QUICKSTART)


def printed(config: Config) -> str:
    shown = io.StringIO()
    print_plan(config, Console(file=shown, width=500))
    return shown.getvalue()


def test_flops_are_counted_at_each_stages_own_effort(config: Config) -> None:
    report = config.report.model_copy(update={"efforts": ("32", "96")})
    stages = estimate(config.model_copy(update={"report": report}), known_shape(config), "cpu")
    sample, train, evaluate, short, whole = stages
    assert (sample.sequences, sample.tokens) == (256 * 8, 256 * 8 * 96)
    assert evaluate.sequences == 2 * config.data.gate_problems * config.gate.samples
    assert train.flops is not None and sample.flops is not None and train.flops > 2 * sample.flops
    assert short.flops is not None and whole.flops is not None and 2 * short.flops < whole.flops


def test_no_more_rows_are_counted_than_are_learned_from(config: Config) -> None:
    for replay, rows in ((0.0, 256 * 4), (0.25, 256 * 5)):
        few = config.model_copy(update={"selection": Selection(rows_per_group=4, replay=replay)})
        sampled, trained = estimate(few, known_shape(few), "cpu")[:2]
        assert (sampled.sequences, trained.sequences) == (256 * 8, rows)


def test_waves_may_end_below_what_is_told(config: Config) -> None:
    waves = config.model_copy(update={"sampling": config.sampling.model_copy(update={"probe": 4})})
    assert "Sampling in waves may end well below" in printed(waves)
    assert "waves" not in printed(config).rpartition("Upper bounds")[2]


def test_money_is_told_where_a_device_hour_has_a_price(config: Config) -> None:
    assert all(stage.usd is None for stage in estimate(config, known_shape(config), "cpu"))
    priced = config.model_copy(update={"cost": Cost(usd_per_device_hour=36.0)})
    for stage in estimate(priced, known_shape(priced), "cpu"):
        assert stage.seconds is not None and stage.usd == pytest.approx(stage.seconds / 100)
    assert "Money needs --cost.usd-per-device-hour" in printed(config)
    assert "Money needs" not in printed(priced)


def test_a_base_that_is_made_here_is_counted_at_its_own_size() -> None:
    for name in ("quickstart.toml", "distil_student.toml"):
        recipe = load_toml(CONFIGS / name)
        assert recipe.bootstrap is not None
        made = new_model(char_tokenizer(CONTEXT_TOKENS), recipe.bootstrap)
        assert known_shape(recipe) == ModelShape.of(made.config.to_dict())


def test_a_model_whose_layout_is_not_known_is_not_estimated(config: Config, tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text(json.dumps({"model_type": "mamba"}))
    other = config.model_copy(update={"model": config.model.model_copy(update={"path": str(tmp_path)})})
    assert known_shape(other) is None
    assert "unknown" in printed(other) and "layout is known" in printed(other)
    absent = config.model_copy(update={"model": config.model.model_copy(update={"path": "org/model"})})
    assert "--model.path a local folder" in printed(absent)
