"""Real vLLM: new weights arrive, and the probe finds it where they do not."""

import dataclasses
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from transformers import AutoTokenizer, Qwen3Config, Qwen3ForCausalLM

from ratchetrl.pipelines.efforts import Effort
from ratchetrl.pipelines.handover import PROBE_FILE, next_bound
from ratchetrl.pipelines.probe import write_probe
from ratchetrl.pipelines.records import Message, Problem, Rollout
from ratchetrl.pipelines.sample_order import SampleOrder
from ratchetrl.pipelines.sampler_client import Sampler, SamplerPlan
from ratchetrl.pipelines.sampler_engine import EngineSettings
from ratchetrl.pipelines.store import read_records, shard_path, write_records
from ratchetrl.pipelines.untied_view import untied_view

SETTINGS = EngineSettings("cpu", "float32", 192, 32, memory=1.0, tensor_parallel=1, seed=1)
ORDER = SampleOrder("", "", {"0": (0, 2), "1": (2, 3)}, 4, Effort(16), 1.0, 192, "seed", "hash")
MARKS = ("<think>", "</think>\n\n")


@pytest.fixture(scope="module")
def tied_models(tiny_model: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A tied model, and the same after one small step on every weight; both with their probes."""
    folder = tmp_path_factory.mktemp("tied")
    config = Qwen3Config.from_pretrained(tiny_model, tie_word_embeddings=True, head_dim=32)
    torch.manual_seed(1)
    model = Qwen3ForCausalLM(config)
    first = _save(model, tiny_model, folder / "first")
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(1e-3 * torch.randn_like(parameter))
    return first, _save(model, tiny_model, folder / "second")


def _save(model: Qwen3ForCausalLM, tokenizer: Path, folder: Path) -> Path:
    model.save_pretrained(folder)
    AutoTokenizer.from_pretrained(tokenizer).save_pretrained(folder)
    write_probe(str(folder), folder / PROBE_FILE)
    return folder


@pytest.fixture(scope="module")
def sampler(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sampler]:
    folder = tmp_path_factory.mktemp("sampler")
    sampler = Sampler(SamplerPlan(SETTINGS, None, "template", MARKS), folder / "logs", folder / "scratch")
    yield sampler
    sampler.close()


def test_a_tied_model_is_handed_over_whole(sampler: Sampler, tied_models: tuple[Path, Path]) -> None:
    first, second = tied_models
    assert sampler.load(first) < 2e-5
    assert sampler.load(second) < 2e-5
    assert sampler.load(first) < 2e-5


NAIVE_RELOAD = """
import sys
from pathlib import Path
from ratchetrl.pipelines import sampler_engine
from ratchetrl.pipelines.handover import EXACT_BOUND, HandoverError, check_handover
from ratchetrl.pipelines.sampler_engine import EngineSettings, VllmEngine

first, second, scratch = map(Path, sys.argv[1:])
sampler_engine.untied_view = lambda folder, scratch: folder
engine = VllmEngine(first, EngineSettings("cpu", "float32", 192, 32, 1.0, 1, 1), scratch)
print("first load:", check_handover(engine, first, EXACT_BOUND))
engine.load_weights(second)
try:
    check_handover(engine, second, EXACT_BOUND)
except HandoverError as error:
    print("caught:", error)
"""


def test_the_probe_catches_the_stale_head_that_a_plain_reload_leaves_in_a_tied_model(
    tied_models: tuple[Path, Path], tmp_path: Path
) -> None:
    """vLLM's own reload, without the untied view: its output head keeps the old weights."""
    folders = [str(path) for path in (*tied_models, tmp_path)]
    ran = subprocess.run([sys.executable, "-c", NAIVE_RELOAD, *folders], capture_output=True, text=True)
    assert "first load:" in ran.stdout, ran.stderr[-2000:]
    assert "caught: after loading" in ran.stdout, ran.stdout


def test_an_untied_model_is_taken_as_it_is(tiny_model: Path, tmp_path: Path) -> None:
    assert untied_view(tiny_model, tmp_path) == tiny_model


def test_a_thought_is_closed_at_its_budget_and_its_solution_is_scored_after_another_prompt(
    sampler: Sampler, tied_models: tuple[Path, Path], tmp_path: Path
) -> None:
    sampler.load(tied_models[0])
    problem = Problem("p0", (Message("user", "1+1=<think>"),), "2", "number")
    write_records(tmp_path / "problems.parquet", Problem, [problem])
    order = dataclasses.replace(
        ORDER, problems=str(tmp_path / "problems.parquet"), output=str(tmp_path), effort=Effort(16, 4)
    )
    list(sampler.sample(dataclasses.replace(order, shards={"0": (0, 1)}), lambda: False))
    rows = read_records(shard_path(tmp_path, 0))
    assert len(rows) == 4
    for row in rows:
        assert row["forced"] == [4, 5, 6] and "</think>\n\n" in row["text"]
        assert (row["thinking_tokens"], row["max_new_tokens"], row["attempt"]) == (4, 16, 1)
        assert len(row["logprobs"]) == len(row["completion_ids"]) and row["logprobs"][4:7] == [0, 0, 0]
    sampler.score(shard_path(tmp_path, 0), tmp_path / "scored.parquet")
    for row, scored in zip(rows, read_records(tmp_path / "scored.parquet"), strict=True):
        assert scored["logprobs"] == pytest.approx(row["logprobs"], abs=1e-4)
        assert {**scored, "logprobs": None} == {**row, "logprobs": None}


def test_shards_hold_whole_groups_in_the_order_of_the_plan(
    sampler: Sampler, tied_models: tuple[Path, Path], tmp_path: Path
) -> None:
    sampler.load(tied_models[0])
    prompts = ["1+1=", "2+2=", "9" * 200]  # the last leaves no room for an answer
    problems = [Problem(f"p{n}", (Message("user", text),), "2", "number") for n, text in enumerate(prompts)]
    write_records(tmp_path / "problems.parquet", Problem, problems)
    order = dataclasses.replace(ORDER, problems=str(tmp_path / "problems.parquet"), output=str(tmp_path))
    list(sampler.sample(order, lambda: False))
    first, second = (read_records(shard_path(tmp_path, index)) for index in (0, 1))
    assert [row["id"] for row in first] == [f"p{n}#{sample}" for n in (0, 1) for sample in range(4)]
    assert {row["finish_reason"] for row in second} == {"prompt_too_long"} and len(second) == 4
    for row in first:
        assert len(row["logprobs"]) == len(row["completion_ids"]) <= 16 and max(row["logprobs"]) <= 0
    assert len({tuple(row["completion_ids"]) for row in first}) > 1, "samples of a group have different seeds"
    assert set(Rollout.__slots__) == set(first[0])


def test_engines_side_by_side_share_the_shards_and_sample_what_one_would(
    tied_models: tuple[Path, Path], sampler: Sampler, tmp_path: Path
) -> None:
    problems = [Problem(f"p{n}", (Message("user", f"{n}+{n}="),), "2", "number") for n in range(6)]
    write_records(tmp_path / "problems.parquet", Problem, problems)
    shards = {str(index): (2 * index, 2 * index + 2) for index in range(3)}
    order = dataclasses.replace(ORDER, problems=str(tmp_path / "problems.parquet"), shards=shards)
    pair = Sampler(
        SamplerPlan(SETTINGS, None, "template", MARKS, (None, None)), tmp_path / "logs", tmp_path / "scratch"
    )
    for name, engines in (("one", sampler), ("two", pair)):
        engines.load(tied_models[0])
        list(engines.sample(dataclasses.replace(order, output=str(tmp_path / name)), lambda: False))
    pair.close()
    for index in range(3):
        one, two = (read_records(shard_path(tmp_path / name, index)) for name in ("one", "two"))
        assert [row["completion_ids"] for row in one] == [row["completion_ids"] for row in two]


def test_bounds_follow_the_first_load_only_where_arithmetic_is_rough() -> None:
    assert next_bound("float32", "cpu", 1e-6) == 2e-5
    assert next_bound("bfloat16", "cuda", 4e-3) == pytest.approx(1.2e-2)
