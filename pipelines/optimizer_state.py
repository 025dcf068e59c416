"""The optimizer's state between generations: saved with the weights, restored with them.

    trainer.add_callback(RestoreOptimizer(trainer, folder))
    save_optimizer(trainer, folder)                           after training, on every process

Without DeepSpeed the folder holds torch's own state dictionary, read back with `weights_only=True`. With
DeepSpeed it holds DeepSpeed's checkpoint, one shard per process; DeepSpeed reads it with pickle, so only
folders that this trainer wrote may be given. `state.json` says for which parameters, ZeRO stage and number of
processes the state was written; anything else is refused: momentum of other weights is worse than none.
"""

from pathlib import Path
from typing import Any

import torch
from transformers import Trainer, TrainerCallback

from ratchetrl.pipelines.store import digest, read_json, write_json
from ratchetrl.verifiers.errors import UserError

STATE_FILE = "optimizer.pt"
MANIFEST_FILE = "state.json"
DEEPSPEED_TAG = "optimizer"


def save_optimizer(trainer: Trainer, folder: Path) -> None:
    """Writes the state; every process must call it."""
    folder.mkdir(parents=True, exist_ok=True)
    if trainer.is_deepspeed_enabled:
        trainer.deepspeed.save_checkpoint(str(folder), tag=DEEPSPEED_TAG, exclude_frozen_parameters=True)
    elif trainer.args.should_save:
        torch.save(trainer.optimizer.state_dict(), folder / STATE_FILE)
    if trainer.args.should_save:
        write_json(folder / MANIFEST_FILE, _belongs_to(trainer))


class RestoreOptimizer(TrainerCallback):
    """Loads the state once the optimizer exists, which is when training begins."""

    def __init__(self, trainer: Trainer, folder: Path) -> None:
        """Raises UserError where the state was written for other parameters or another layout."""
        self._trainer, self._folder = trainer, folder
        saved, wanted = read_json(folder / MANIFEST_FILE), _belongs_to(trainer)
        differing = [key for key in wanted if saved.get(key) != wanted[key]]
        if differing:
            raise UserError(
                f"the optimizer state in {folder} was written with another {' and '.join(differing)}; "
                f"go back to that setting, or start a new run from the weights alone"
            )

    def on_train_begin(self, *_: Any, **__: Any) -> None:
        """Called by the trainer after it has made and wrapped the optimizer."""
        if self._trainer.is_deepspeed_enabled:
            _load_deepspeed(self._trainer, self._folder)
        else:
            _load_torch(self._trainer.optimizer, self._folder / STATE_FILE)


def _load_torch(optimizer: torch.optim.Optimizer, path: Path) -> None:
    """Momentum comes from the file, learning rate and decay from this stage's settings."""
    saved = torch.load(path, map_location="cpu", weights_only=True)
    optimizer.load_state_dict({**optimizer.state_dict(), "state": saved["state"]})


def _load_deepspeed(trainer: Trainer, folder: Path) -> None:
    groups = trainer.deepspeed.optimizer.param_groups
    settings = [group["lr"] for group in groups]
    trainer.deepspeed.load_checkpoint(
        str(folder), tag=DEEPSPEED_TAG, load_module_strict=False, load_lr_scheduler_states=False
    )
    for group, learning_rate in zip(trainer.deepspeed.optimizer.param_groups, settings, strict=True):
        group["lr"] = learning_rate


def _belongs_to(trainer: Trainer) -> dict[str, Any]:
    plugin = trainer.accelerator.state.deepspeed_plugin
    names_and_shapes = sorted(
        (name.removeprefix("module."), tuple(getattr(parameter, "ds_shape", parameter.shape)))
        for name, parameter in trainer.model.named_parameters()
        if parameter.requires_grad
    )
    return {
        "trained parameters": digest(names_and_shapes),
        "ZeRO stage": plugin.zero_stage if plugin else None,
        "number of processes": trainer.args.world_size if plugin else None,
    }
