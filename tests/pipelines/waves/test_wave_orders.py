"""From a recipe to an order in waves, and what a recipe may not ask for."""

import tomllib
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from ratchetrl.pipelines.config import Config
from ratchetrl.pipelines.config_tables import Distil
from ratchetrl.pipelines.efforts import Effort, longest_effort, sampling_effort
from ratchetrl.pipelines.judging import problem_shards
from ratchetrl.pipelines.sample_order import SampleOrder
from ratchetrl.pipelines.wave_orders import in_waves, wave_inputs

QUICKSTART = Path(__file__).parents[3] / "configs" / "quickstart.toml"


def recipe(engine: dict[str, Any] | None = None, loss: str = "dapo", **sampling: Any) -> Config:
    """The quickstart with other keys."""
    tables = tomllib.loads(QUICKSTART.read_text())
    tables["sampling"] |= sampling
    tables["engine"] |= engine or {}
    tables["train"]["loss"] = loss
    return Config(**tables)


def order(config: Config) -> SampleOrder:
    samples, shard_rollouts = config.sampling.samples, config.engine.shard_rollouts
    shards = problem_shards(256, samples, shard_rollouts)
    plain = SampleOrder("", "", shards, samples, sampling_effort(config), 1.0, 256, "seed", "hash")
    return in_waves(config, plain, 256)


def test_without_a_probe_the_order_and_the_stages_name_are_as_ever() -> None:
    assert order(recipe()).waves is None and len(order(recipe()).shards) == 4
    assert wave_inputs(recipe()) == {}


def test_shards_have_room_for_groups_of_the_most_samples() -> None:
    found = order(recipe(probe=4, most_samples=16))
    assert found.shards["0"] == (0, 32) and len(found.shards) == 8
    assert found.waves is not None
    assert (found.waves.probe, found.waves.most_samples, found.waves.lag) == (4, 16, 2)
    assert SampleOrder.parse(asdict(found)) == found


def test_enough_shards_are_under_way_to_keep_the_engine_busy() -> None:
    small, large = (order(recipe({"max_sequences": size}, probe=4)).waves for size in (64, 1024))
    assert small is not None and large is not None and small.ahead < large.ahead


def test_right_answers_alone_count_where_they_are_imitated_and_nobody_teaches() -> None:
    rft, dapo = recipe(loss="rft", probe=1), recipe(probe=2)
    taught = rft.model_copy(update={"distil": Distil(teacher="teacher")})
    for config, found in ((rft, True), (dapo, False), (taught, False)):
        waves = order(config).waves
        assert waves is not None and waves.successes_only is found
    assert wave_inputs(rft)["waves"]["successes_only"] is True
    assert "successes_only" not in wave_inputs(dapo)["waves"], "its stages keep their names"


@pytest.mark.parametrize(
    ("keys", "sentence"),
    [
        ({"probe": 1}, 'set sampling.probe to 2 or more, or train.loss = "rft"'),
        ({"probe": 8, "most_samples": 16}, "lower the probe, or raise sampling.samples"),
        ({"probe": 1, "samples": 1, "most_samples": 4, "loss": "rft"}, "(1) leaves nothing of"),
        ({"probe": 8}, "sampling.probe (8) is all of sampling.samples, so that there is one wave"),
        ({"informative_rows": 100}, "set sampling.probe"),
        ({"informative_rows": 2049, "probe": 4}, "can never be reached, because 256 problems leave 2048"),
        ({"most_samples": 16}, "set sampling.probe"),
        ({"probe": 16}, "sampling.probe (16) is more than sampling.samples (8); lower it"),
        (
            {"probe": 4, "most_samples": 4},
            "sampling.most_samples (4) is less than sampling.samples (8); raise it",
        ),
        ({"probe": 4, "most_samples": 1024}, "engine.shard_rollouts (512) is less than one group"),
        ({"hard_effort": "128"}, 'set sampling.choose = "posterior" or sampling.probe'),
        ({"hard_effort": "64", "probe": 4}, "(64) allows no more than every problem has (96); raise or"),
        ({"hard_effort": "96", "probe": 4}, "(96) allows no more than every problem has (96); raise or"),
        ({"hard_effort": "4096", "probe": 4}, "sampling.hard_effort: max_new_tokens (4096) leaves no room"),
    ],
)
def test_what_makes_no_sense_is_refused_with_what_to_do(keys: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValidationError) as refused:
        recipe(**keys)
    assert sentence in str(refused.value)


def test_a_dry_run_counts_the_longest_effort() -> None:
    assert longest_effort(recipe(probe=4, hard_effort="128")) == Effort(128)
    assert longest_effort(recipe(probe=4, hard_effort="64", thinking_tokens=32)) == Effort(96, 32)
