"""TRL's GRPOTrainer as its documentation has it, over rows that are stored.

    apart(stock_trainer, folder, arguments)

`rollout_func` hands it the rows of each prompt, so nothing is sampled.
"""

import time
from collections import defaultdict
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
from bench_gpu_parts.arguments import LEARNING_RATE, Arguments
from bench_gpu_parts.measures import GPU, figures
from datasets import Dataset
from transformers import TrainerCallback
from trl import GRPOConfig, GRPOTrainer

from ratchetrl.pipelines.policy import load_model, load_tokenizer

Rows = list[dict[str, Any]]
COLUMNS = {"prompt_ids": "prompt_ids", "completion_ids": "completion_ids", "worth": "advantage"}
"""What a rollout has for TRL -> the column of a stored row."""


def stock_trainer(folder: Path, arguments: Arguments) -> dict[str, Any]:
    """GRPOTrainer over the rows, once for one step and once in full."""
    rows = pq.read_table(folder / "rows.parquet").to_pylist()
    seconds = [_train_s(folder, arguments, rows, steps) for steps in (1, arguments.steps)]
    tokens = sum(len(row["prompt_ids"]) + len(row["completion_ids"]) for row in rows)
    return figures(tokens, seconds[-1], None)


def _train_s(folder: Path, arguments: Arguments, rows: Rows, steps: int) -> float:
    """Seconds of its training loop."""
    rows_of = defaultdict[str, Rows](list)
    for number, row in enumerate(rows):
        rows_of[str(number // arguments.group)].append(row)

    def stored(prompts: list[str], _: Any) -> dict[str, Any]:
        taken = [rows_of[prompt].pop() for prompt in prompts]
        return {name: [row[column] for row in taken] for name, column in COLUMNS.items()} | {"logprobs": None}

    trainer = GRPOTrainer(
        model=load_model(str(folder / "model")),
        reward_funcs=lambda worth, **_: worth,
        args=_config(folder, arguments, steps),
        train_dataset=Dataset.from_dict({"prompt": list(rows_of)}),
        processing_class=load_tokenizer(str(folder / "model")),
        rollout_func=stored,
    )
    clock = Clock()
    trainer.add_callback(clock)
    trainer.train()
    return clock.seconds


def _config(folder: Path, arguments: Arguments, steps: int) -> GRPOConfig:
    return GRPOConfig(
        output_dir=str(folder / "stock"),
        max_steps=steps,
        learning_rate=LEARNING_RATE,
        per_device_train_batch_size=arguments.micro_batch_rows,
        num_generations=arguments.group,
        gradient_accumulation_steps=arguments.batch_rows // arguments.micro_batch_rows,
        gradient_checkpointing=arguments.gradient_checkpointing,
        bf16=GPU,
        use_cpu=not GPU,
        save_strategy="no",
        report_to="none",
        disable_tqdm=True,
    )


class Clock(TrainerCallback):
    """Seconds between the beginning of training and the end of the last step."""

    def on_train_begin(self, *_: Any, **__: Any) -> None:
        """Starts it."""
        self._began_s = time.monotonic()

    def on_step_end(self, *_: Any, **__: Any) -> None:
        """Reads it."""
        self.seconds = time.monotonic() - self._began_s
