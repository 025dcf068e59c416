"""TRL's GRPOTrainer as its documentation sets it up, until it reaches a target: one arm of bench_learning.

    .venv/bin/python scripts/bench_learning_parts/trl_arm.py REQUEST.json RESULT.json

The trainer samples with transformers, asks a reward function that is the verifier `number`, and learns from
every rollout with its default loss. Learning rate, schedule, batch and group size are the request's. Looks at
the target are taken between steps; their seconds are in no count.

Counted are the tokens sampled up to each end of turn, and the FLOPs of `pipelines/accounting/flops.py`, in
TRL's favour: a prompt is read once per group (TRL reads it for every rollout), and padding and finished rows
that wait for the longest cost nothing. Forward and backward passes go over every rollout, as TRL's do, those
of groups without gradient included. With one step per batch of rollouts TRL makes no second pass for old
log-probabilities, and with beta 0 none for a reference.
"""

import json
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

if __name__ == "__main__":  # a script's own folder is on the path, the one above is not
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np
import torch
from bench_learning_parts.detector import Look, chat, is_right, open_detector, prompt_ids
from bench_learning_parts.results import ArmResult, Point
from bench_learning_parts.trl_request import TrlRequest
from datasets import Dataset
from transformers import TrainerCallback
from trl import GRPOConfig, GRPOTrainer

from ratchetrl.pipelines.accounting.flops import completion_flops, prefill_flops, train_flops
from ratchetrl.pipelines.accounting.model_shape import ModelShape
from ratchetrl.pipelines.config_file import load_arguments
from ratchetrl.pipelines.policy import load_model, load_tokenizer
from ratchetrl.pipelines.records import Problem
from ratchetrl.pipelines.suites import open_suite


class Counter:
    """What was sampled, and what it and learning from it cost."""

    def __init__(self, shape: ModelShape, group: int) -> None:
        """Begins at nothing."""
        self._shape, self._group = shape, group
        self.tokens, self.groups, self.dead_groups, self.flops = 0, 0, 0, 0.0

    @property
    def dead_share(self) -> float:
        """Of groups, those whose rewards are all equal."""
        return round(self.dead_groups / max(self.groups, 1), 4)

    def add(self, prompts_n: Any, completions_n: Any, rewards: list[float]) -> None:
        """A batch of rollouts, group after group, and the step that learns from it."""
        shape = self._shape
        self.tokens += int(completions_n.sum())
        rewards_P_G = np.asarray(rewards).reshape(-1, self._group)
        self.groups += len(rewards_P_G)
        self.dead_groups += int((rewards_P_G == rewards_P_G[:, :1]).all(axis=1).sum())
        self.flops += float(prefill_flops(shape, prompts_n[:: self._group]).sum())
        self.flops += float(completion_flops(shape, prompts_n, completions_n).sum())
        self.flops += float(train_flops(shape, prompts_n, completions_n, 0, False).sum())


class Watch(TrainerCallback):
    """Looks at the target between steps, and ends training when it is reached."""

    def __init__(
        self, request: TrlRequest, look: Callable[[], Look], counter: Counter, started_at: float
    ) -> None:
        """`look` evaluates the model as it is; `started_at`: when the arm was asked for, in seconds since
        1970."""
        self._request, self._look, self._counter, self._started_at = request, look, counter, started_at
        self.began_at, self._looked_s = 0.0, 0.0
        self.points: list[Point] = []

    def on_train_begin(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        """From here on it is warm; the base is looked at first."""
        self.began_at = time.time()
        self._point(0)

    def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        """Every `look_every` steps."""
        if state.global_step % self._request.look_every == 0:
            control.should_training_stop = self._point(state.global_step)

    def _point(self, step: int) -> bool:
        before = time.time()
        seen = self._look()
        net_s = before - self._looked_s
        self._looked_s += time.time() - before
        point = Point(
            at=step,
            pass_at_1=seen.pass_at_1,
            answers=seen.answers,
            flops=self._counter.flops,
            generated_tokens=self._counter.tokens,
            wall_s=net_s - self._started_at,
            wall_warm_s=net_s - self.began_at,
        )
        self.points.append(point)
        print(json.dumps(asdict(point)), flush=True)
        return point.pass_at_1 >= self._request.target


def run(request: TrlRequest, started_at: float) -> ArmResult:
    """Trains until a look reaches the target, or the steps are over."""
    config = load_arguments([request.recipe, "--seed", str(request.seed), *request.options]).config
    detector = open_detector(
        request.recipe, request.options, request.detector_problems, request.detector_samples
    )
    problems = open_suite(config.data, request.seed).train_problems(
        1, request.max_steps * request.rollouts // request.group
    )
    model, tokenizer = load_model(request.base), load_tokenizer(request.base)
    shape = ModelShape.read(Path(request.base) / "config.json")
    assert shape is not None, "the base's layout is known"
    counter = Counter(shape, request.group)
    with tempfile.TemporaryDirectory(prefix="bench-learning-trl-") as output:
        trainer = GRPOTrainer(
            model=model,
            reward_funcs=counting_reward(counter),
            args=grpo_config(request, config.sampling.max_new_tokens, output),
            train_dataset=dataset(problems, tokenizer),
            processing_class=tokenizer,
        )
        watch = Watch(
            request, lambda: detector.look(trainer.model, tokenizer, request.target), counter, started_at
        )
        trainer.add_callback(watch)
        trainer.train()
    return ArmResult(
        arm="trl",
        seed=request.seed,
        target=request.target,
        settings=asdict(request),
        points=tuple(watch.points),
        health={"gradient_share": 1 - counter.dead_share, "dead_share": counter.dead_share},
    )


def dataset(problems: list[Problem], tokenizer: Any) -> Dataset:
    """As TRL's trainer reads problems, and what the reward is given of each."""
    return Dataset.from_dict(
        {
            "prompt": [chat(problem) for problem in problems],
            "gold": [problem.gold for problem in problems],
            "prompt_tokens": [len(prompt_ids(tokenizer, problem)) for problem in problems],
        }
    )


def counting_reward(counter: Counter) -> Callable[..., list[float]]:
    """The verifier's word on every rollout; TRL asks it once per step, which is counted."""

    def reward(completions: Any, gold: Any, completion_ids: Any, prompt_tokens: Any, **_: Any) -> list[float]:
        texts = [completion[0]["content"] for completion in completions]
        rewards = [float(is_right(*pair)) for pair in zip(texts, gold, strict=True)]
        counter.add(np.array(prompt_tokens), np.array([len(ids) for ids in completion_ids]), rewards)
        return rewards

    return reward


def grpo_config(request: TrlRequest, max_new_tokens: int, output: str) -> GRPOConfig:
    """What the documentation shows, less what costs time and no score: checkpoints, recomputation, logs."""
    return GRPOConfig(
        output_dir=output,
        learning_rate=request.learning_rate,
        lr_scheduler_type=request.schedule,
        per_device_train_batch_size=request.rollouts,
        num_generations=request.group,
        max_completion_length=max_new_tokens,
        max_steps=request.max_steps,
        temperature=1.0,
        seed=request.seed,
        use_cpu=not torch.cuda.is_available(),
        bf16=False,
        gradient_checkpointing=False,
        save_strategy="no",
        report_to="none",
        logging_strategy="no",
        disable_tqdm=True,
    )


def main() -> None:
    """Reads the request, writes the result."""
    asked, answer = map(Path, sys.argv[1:])
    table = json.loads(asked.read_text())
    started_at = table.pop("started_at")
    run(TrlRequest(**table), started_at).write(answer)


if __name__ == "__main__":
    main()
