"""What is read as a model, what is refused, and that training lets go of it."""

import gc
import shutil
import weakref
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file
from transformers import AutoConfig, AutoModelForCausalLM

from ratchetrl.pipelines.grpo import StoredRolloutTrainer, grpo_config
from ratchetrl.pipelines.losses import LOSSES
from ratchetrl.pipelines.micro_batches import plan_micro_batches
from ratchetrl.pipelines.policy import load_model, load_tokenizer
from ratchetrl.pipelines.train_guard import DriftBounds
from ratchetrl.pipelines.train_job import TrainJob, TrainSettings
from ratchetrl.pipelines.train_rows import TrainRows
from ratchetrl.pipelines.training import release_model
from ratchetrl.verifiers.errors import UserError

WEIGHT = "model.layers.0.mlp.up_proj.weight"
Tensors = dict[str, torch.Tensor]


def without(tensors: Tensors) -> Tensors:
    return {name: tensor for name, tensor in tensors.items() if name != WEIGHT}


def reshaped(tensors: Tensors) -> Tensors:
    return tensors | {WEIGHT: torch.zeros(3, 4)}


@pytest.mark.parametrize("change", [without, reshaped])
def test_a_weight_that_is_missing_or_of_another_shape_is_refused(
    change: Callable[[Tensors], Tensors], tiny_model: Path, tmp_path: Path
) -> None:
    folder = shutil.copytree(tiny_model, tmp_path / "model")
    file = folder / "model.safetensors"
    save_file(change(load_file(file)), file, metadata={"format": "pt"})
    with pytest.raises(UserError, match=rf"{WEIGHT}.*set model\.path"):
        load_model(str(folder))


def test_a_file_that_is_not_safetensors_is_refused(tiny_model: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(tiny_model, tmp_path / "model")
    (folder / "model.safetensors").write_bytes(b"garbage" * 100)
    with pytest.raises(UserError, match=r"set model\.path"):
        load_model(str(folder))


def test_a_tied_output_head_is_not_missing(tiny_model: Path, tmp_path: Path) -> None:
    config = AutoConfig.from_pretrained(tiny_model, tie_word_embeddings=True)
    AutoModelForCausalLM.from_config(config).save_pretrained(tmp_path)
    assert "lm_head.weight" not in load_file(tmp_path / "model.safetensors")
    model = load_model(str(tmp_path))
    assert model.get_output_embeddings().weight is model.get_input_embeddings().weight


def test_model_and_optimizer_are_gone_once_released(
    tiny_model: Path, tiny_rows: Path, tmp_path: Path
) -> None:
    settings = TrainSettings(learning_rate=1e-3, batch_rows=8, micro_batch_rows=4)
    paths = {"weights": str(tiny_model), "rows": str(tiny_rows), "output": str(tmp_path)}
    job = TrainJob(**paths, settings=settings, seed=1, temperature=1.0, max_completion_tokens=32)
    rows = TrainRows.measure(tiny_rows)
    plan = plan_micro_batches(rows.lengths_N.tolist(), 8, 4, processes=1, seed=1)
    config = grpo_config(job, None, len(plan[0]), len(plan))
    model, tokenizer = load_model(job.weights), load_tokenizer(job.weights)
    bounds = DriftBounds(settings.max_kl, settings.min_ess)
    trainer = StoredRolloutTrainer(model, tokenizer, config, rows, plan, bounds, LOSSES[settings.loss])
    trainer.train()
    moments = trainer.optimizer.state[next(model.parameters())]["exp_avg"]
    held = [weakref.ref(each) for each in (model, trainer.optimizer, moments, next(model.parameters()))]
    del model, moments
    release_model(trainer)
    gc.collect()
    assert [each() for each in held] == [None] * 4
    assert trainer.state.global_step == 3
