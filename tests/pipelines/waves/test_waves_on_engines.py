"""Waves on the real vLLM: the same rollouts whatever the judges' pace, and what is dropped is counted."""

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from scripted_waves import order_for
from transformers import AutoTokenizer, Qwen3Config, Qwen3ForCausalLM

from ratchetrl.pipelines.efforts import Effort
from ratchetrl.pipelines.handover import PROBE_FILE
from ratchetrl.pipelines.probe import write_probe
from ratchetrl.pipelines.sample_order import SampleOrder, WaveOrder
from ratchetrl.pipelines.sampler_client import Sampler, SamplerPlan
from ratchetrl.pipelines.sampler_engine import EngineSettings
from ratchetrl.pipelines.store import read_records, shards
from ratchetrl.pipelines.wave_rows import read_waves, wave_facts

SETTINGS = EngineSettings("cpu", "float32", 192, 16, memory=1.0, tensor_parallel=1, seed=1)
MARKS = ("", "</think>\n\n")
WAVES = WaveOrder(probe=2, most_samples=8, rows_per_group=None, informative_rows=None, ahead=2, lag=2)
RATES = [0.02, 0.5] * 8


@pytest.fixture(scope="module")
def weights(tiny_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("weights")
    Qwen3ForCausalLM(Qwen3Config.from_pretrained(tiny_model, head_dim=32)).save_pretrained(folder)
    AutoTokenizer.from_pretrained(tiny_model).save_pretrained(folder)
    write_probe(str(folder), folder / PROBE_FILE)
    return folder


@pytest.fixture(scope="module")
def sampler(weights: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sampler]:
    folder = tmp_path_factory.mktemp("sampler")
    plan = SamplerPlan(SETTINGS, None, "template", MARKS)
    sampler = Sampler(plan, folder / "logs", folder / "scratch")
    sampler.load(weights)
    yield sampler
    sampler.close()


def sampled(
    sampler: Sampler, order: SampleOrder, wait: Callable[[str], float] = lambda _: 0.0
) -> list[dict[str, Any]]:
    """What is stored of an order, judged by the parity of each answer's length."""
    for event in sampler.sample(order, lambda: False):
        if event["event"] == "group" and order.waves is not None:
            time.sleep(wait(event["problem"]))
            sampler.tell(event["problem"], [float(len(text) % 2) for text in event["texts"]])
    return [{**row, "seconds": None} for shard in shards(Path(order.output)) for row in read_records(shard)]


def test_slow_judges_change_no_token(sampler: Sampler, tmp_path: Path) -> None:
    quick, slow = (order_for(tmp_path / name, RATES, WAVES) for name in ("quick", "slow"))
    assert sampled(sampler, quick) == sampled(sampler, slow, lambda problem: 0.01 * (int(problem[1:]) % 4))
    assert {row.samples for path in Path(quick.output).glob("waves-*") for row in read_waves(path)} > {2}


def test_waves_go_on_where_a_fixed_group_would(sampler: Sampler, tmp_path: Path) -> None:
    """The samples of a later wave are those that one request for all would have brought."""
    order = order_for(tmp_path / "waves", RATES, WAVES)
    whole = replace(order, waves=None, output=str(tmp_path / "whole"))
    stored = {row["id"]: row for row in sampled(sampler, order)}
    at_once = {row["id"]: row for row in sampled(sampler, whole)}
    assert stored == {name: at_once[name] for name in stored}


def test_the_first_right_answer_ends_a_group_where_those_alone_count(
    sampler: Sampler, tmp_path: Path
) -> None:
    order = order_for(tmp_path, RATES, replace(WAVES, probe=1, most_samples=4, lag=1, successes_only=True))
    order = replace(order, samples=2, shards={str(shard): (4 * shard, 4 * shard + 4) for shard in range(4)})
    right = {row["id"]: len(row["text"]) % 2 == 1 for row in sampled(sampler, order)}
    ends = [row for path in Path(order.output).glob("waves-*") for row in read_waves(path)]
    for row in ends:
        before_the_last_wave = sum(row.sizes[: row.waves - 1])
        assert not any(right[f"{row.problem_id}#{sample}"] for sample in range(before_the_last_wave))
    assert {row.samples for row in ends} > {1, 2}, "some have what others left"
    assert len(right) <= 2 * 16


@pytest.mark.full
def test_engines_side_by_side_repeat_themselves(weights: Path, tmp_path: Path) -> None:
    """The rows to be found are dealt out beforehand, so neither engine's pace matters to the other."""
    plan = SamplerPlan(SETTINGS, None, "template", MARKS, (None, None))
    pair = Sampler(plan, tmp_path / "logs", tmp_path / "scratch")
    pair.load(weights)
    quota = replace(WAVES, informative_rows=40)
    first, second = (order_for(tmp_path / name, RATES, quota) for name in ("first", "second"))
    stored = sampled(pair, first)
    assert stored == sampled(pair, second, lambda problem: 0.01 * (int(problem[1:]) % 4))
    assert len(stored) >= 40
    pair.close()


def test_closed_thoughts_are_sampled_in_waves_too(sampler: Sampler, tmp_path: Path) -> None:
    order = replace(order_for(tmp_path, RATES, WAVES), effort=Effort(16, 4))
    rows = sampled(sampler, order)
    assert any(row["forced"] for row in rows) and len({tuple(row["completion_ids"]) for row in rows}) > 16


def test_what_is_dropped_is_counted_and_the_engine_goes_on(sampler: Sampler, tmp_path: Path) -> None:
    believed = order_for(tmp_path / "quota", [0.0] * 16, replace(WAVES, informative_rows=20))
    kept = sampled(sampler, replace(believed, effort=Effort(16, 4)))
    facts = wave_facts(Path(believed.output))["waves"]
    assert facts["groups"] < 16 and 0 < facts["aborted_rollouts"] < facts["aborted_tokens"]
    assert len(kept) == sum(
        row.samples for path in Path(believed.output).glob("waves-*") for row in read_waves(path)
    )
    order = order_for(tmp_path / "next", RATES, WAVES)
    assert len({row["problem_id"] for row in sampled(sampler, order)}) == 16
    assert wave_facts(Path(order.output))["waves"]["aborted_rollouts"] == 0
