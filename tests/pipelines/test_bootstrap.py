"""The bootstrap on a toy scale: what it promises about folders, seeds and windows, and its data."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import pytest
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

from ratchetrl.pipelines.accounting.model_shape import ModelShape
from ratchetrl.pipelines.bootstrap import CONTEXT_TOKENS, bootstrap, learning_rate, new_model
from ratchetrl.pipelines.bootstrap_settings import BootstrapSettings
from ratchetrl.pipelines.char_tokenizer import char_tokenizer
from ratchetrl.pipelines.pass_rate import measure_pass_at_1
from ratchetrl.pipelines.worked_batches import IGNORED, worked_batches
from ratchetrl.pipelines.worked_tasks import TASKS
from ratchetrl.verifiers.errors import UserError

OUT_OF_REACH = BootstrapSettings(
    batch=4, decay_steps=2, max_steps=2, report_every_steps=2, measured_problems=4
)
ANY_SCORE = replace(OUT_OF_REACH, pass_window=(0.0, 1.0))


@pytest.fixture(scope="module")
def untrained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A base of two steps."""
    folder = tmp_path_factory.mktemp("bootstrap") / "base"
    bootstrap(ANY_SCORE, seed=1, output=folder)
    return folder


def test_the_folder_loads_as_a_model_of_the_promised_shape(untrained: Path) -> None:
    model = AutoModelForCausalLM.from_pretrained(untrained)
    assert model.config.model_type == "qwen3"
    assert not model.config.tie_word_embeddings
    assert model.config.max_position_embeddings == AutoTokenizer.from_pretrained(untrained).model_max_length
    assert 0.7e6 < model.num_parameters() < 1.3e6
    assert {parameter.dtype for parameter in model.parameters()} == {torch.float32}
    assert list(untrained.glob("*.safetensors"))


def test_a_student_may_be_narrower_and_shallower() -> None:
    settings = BootstrapSettings(hidden_size=96, layers=2)
    student = new_model(char_tokenizer(CONTEXT_TOKENS), settings).config.to_dict()
    teacher = new_model(char_tokenizer(CONTEXT_TOKENS), BootstrapSettings()).config.to_dict()
    shapes = [ModelShape.of(config) for config in (student, teacher)]
    assert 0.25 < shapes[0].matmul_parameters / shapes[1].matmul_parameters < 1 / 3


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"hidden_size": 100}, r"hidden_size = 100 .* multiple of 32; change it"),
        ({"layers": 0}, r"layers = 0 .* greater than 0; change it"),
        ({"pass_window": (0.6, 0.5)}, r"swap the two"),
        ({"decay_steps": 3}, r"max_steps \(2\) ends before .* raise it to 4"),
    ],
)
def test_settings_out_of_bounds_are_refused_before_anything_is_trained(
    changed: dict[str, Any], said: str, tmp_path: Path
) -> None:
    with pytest.raises(UserError, match=said):
        bootstrap(replace(ANY_SCORE, **changed), seed=1, output=tmp_path / "base")


def test_a_seed_gives_the_same_weights_again_and_another_seed_others(untrained: Path, tmp_path: Path) -> None:
    for seed, same in ((1, True), (2, False)):
        bootstrap(ANY_SCORE, seed, tmp_path / str(seed))
        weights = (tmp_path / str(seed) / "model.safetensors").read_bytes()
        assert (weights == (untrained / "model.safetensors").read_bytes()) == same


def test_a_base_that_misses_the_window_is_an_error_and_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"pass@1 of the base is 0\.00 after 2 steps.*raise max_steps"):
        bootstrap(OUT_OF_REACH, seed=1, output=tmp_path / "base")
    assert not list(tmp_path.iterdir())


def test_a_folder_that_exists_is_never_written_to(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="exists already; name a new folder or remove it"):
        bootstrap(ANY_SCORE, seed=1, output=tmp_path)


def test_an_untrained_model_gets_nothing_right() -> None:
    tokenizer = char_tokenizer(CONTEXT_TOKENS)
    torch.manual_seed(1)
    for task, level in (("addition", "2 digits"), ("programs", "2 steps")):
        model = new_model(tokenizer, BootstrapSettings(task=task))
        assert measure_pass_at_1(model, tokenizer, TASKS[task], (level,), problems=4, seed=1) == 0.0


def test_only_the_solution_is_learned() -> None:
    tokenizer = char_tokenizer(CONTEXT_TOKENS)
    input_ids, labels = next(worked_batches(tokenizer, ANY_SCORE, Random(1)))
    for row, learned in zip(input_ids, labels, strict=True):
        asked = tokenizer.decode(row[: (learned != IGNORED).int().argmax()])
        solution = tokenizer.decode(learned[learned != IGNORED])
        assert asked.startswith("<|user|>") and asked.endswith("=<|end|><|assistant|>")
        assert solution.startswith("<think>") and solution.endswith("<|end|>")


def test_the_learning_rate_rises_holds_and_falls_to_a_floor() -> None:
    settings = BootstrapSettings(learning_rate=1.0, decay_steps=100)
    rates = [learning_rate(step, settings) for step in (1, 20, 50, 75, 100, 1000)]
    assert rates == pytest.approx([0.05, 1.0, 1.0, 0.5, 0.02, 0.02])


def test_every_round_has_a_learning_rate_of_its_own_that_rises_and_falls() -> None:
    settings = BootstrapSettings(learning_rate=1.0, decay_steps=100, gap_shares=(0.0, 0.9))
    rates = [learning_rate(step, settings) for step in (100, 101, 120, 150, 175, 200, 1000)]
    assert rates == pytest.approx([0.02, 0.05, 1.0, 1.0, 0.5, 0.02, 0.02])


def test_rounds_with_gaps_change_what_is_learned(tmp_path: Path) -> None:
    settings = replace(ANY_SCORE, task="long_addition", decay_steps=1)
    weights = []
    for shares in ((0.0, 0.0), (0.0, 1.0)):
        bootstrap(replace(settings, gap_shares=shares), seed=1, output=tmp_path / str(shares))
        weights.append((tmp_path / str(shares) / "model.safetensors").read_bytes())
    assert weights[0] != weights[1]


def test_gaps_are_refused_for_a_task_without_marks(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r'"addition" has none, remove it'):
        bootstrap(replace(ANY_SCORE, gap_shares=(0.5,)), seed=1, output=tmp_path / "base")


def test_the_command_answers_an_impossible_request_with_exit_code_2(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "ratchetrl.pipelines.bootstrap", "--seed", "1", "--output", tmp_path]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1].endswith("exists already; name a new folder or remove it")
