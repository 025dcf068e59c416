"""The evaluation that says when an arm has reached its target: the same for every arm, and outside its count.

    detector = open_detector("configs/quickstart.toml", [], problems=600, samples=4)
    seen = detector.look(model, tokenizer, target=0.9)      Look(pass_at_1=0.912, answers=1800)

Gate problems of the base levels in a draw of their own (nothing trains on them, some have been in a gate),
sampled with transformers at temperature 1, judged by the verifier. A model that is far below its target on
the first few problems is not asked the rest.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch

from ratchetrl.pipelines.config_file import load_arguments
from ratchetrl.pipelines.records import Problem
from ratchetrl.pipelines.suites import Suite, open_suite
from ratchetrl.verifiers.mathematics.number import number

SEED = 20
UNDRAWN_GENERATION = 10_000_000
"""A generation that no run comes to."""
FIRST_SHARE, FAR = 0.125, 0.08
"""The part of the problems asked first, and how far below the target ends the look there."""
BATCH = 512


@dataclass(frozen=True, slots=True)
class Look:
    """What one evaluation saw."""

    pass_at_1: float
    """Share of right answers."""
    answers: int
    """How many were judged."""


@dataclass(frozen=True, slots=True)
class Detector:
    """Asks the same problems with the same seeds at every look."""

    problems: list[Problem]
    """In turns of one problem per level."""
    samples: int
    """Answers per problem."""
    max_new_tokens: int
    """Token limit of an answer."""

    def look(self, model: Any, tokenizer: Any, target: float) -> Look:
        """Pass@1 of a model, from fewer answers where it is far below the target."""
        levels = len({problem.level for problem in self.problems})
        first = round(FIRST_SHARE * len(self.problems) / levels) * levels
        right = self._right(model, tokenizer, self.problems[:first])
        share = right / (first * self.samples)
        if share < target - FAR:
            return Look(share, first * self.samples)
        right += self._right(model, tokenizer, self.problems[first:])
        answers = len(self.problems) * self.samples
        return Look(right / answers, answers)

    def _right(self, model: Any, tokenizer: Any, problems: list[Problem]) -> int:
        asked = [problem for problem in problems for _ in range(self.samples)]
        was_training = model.training
        model.eval()
        with torch.random.fork_rng(), torch.inference_mode():
            torch.manual_seed(SEED)
            parts = [asked[start : start + BATCH] for start in range(0, len(asked), BATCH)]
            right = sum(self._right_of_batch(model, tokenizer, part) for part in parts)
        model.train(was_training)
        return right

    def _right_of_batch(self, model: Any, tokenizer: Any, problems: list[Problem]) -> int:
        asked = [prompt_ids(tokenizer, problem) for problem in problems]
        padded = tokenizer.pad({"input_ids": asked}, padding_side="left", return_tensors="pt")
        ids = model.generate(
            **padded,
            do_sample=True,
            temperature=1.0,
            top_k=0,
            top_p=1.0,
            max_new_tokens=self.max_new_tokens,
        )
        texts = tokenizer.batch_decode(ids[:, padded["input_ids"].shape[1] :], skip_special_tokens=True)
        return sum(is_right(text, problem.gold) for text, problem in zip(texts, problems, strict=True))


def open_detector(recipe: str, options: Sequence[str], problems: int, samples: int) -> Detector:
    """Of the recipe's suite, its own seed's: the same for every seed of an arm. `problems`: of all levels."""
    config = load_arguments([recipe, *options]).config
    suite = open_suite(config.data.model_copy(update={"gate_problems": problems}), config.seed)
    return Detector(held_out_problems(suite), samples, config.sampling.max_new_tokens)


def held_out_problems(suite: Suite) -> list[Problem]:
    """Gate problems of the base levels, the levels taking turns."""
    levels: dict[str, list[Problem]] = defaultdict(list)
    for problem in suite.gate_problems(UNDRAWN_GENERATION):
        if problem.level in suite.base_levels:
            levels[problem.level].append(problem)
    return [problem for turn in zip(*levels.values(), strict=True) for problem in turn]


def prompt_ids(tokenizer: Any, problem: Problem) -> list[int]:
    """Up to where the model's turn begins."""
    ids: list[int] = tokenizer.apply_chat_template(
        chat(problem), add_generation_prompt=True, return_dict=False
    )
    return ids


def chat(problem: Problem) -> list[dict[str, str]]:
    """The problem's messages as chat templates want them."""
    return [{"role": message.role, "content": message.content} for message in problem.messages]


def is_right(text: str, gold: str) -> bool:
    """The verdict of the verifier `number`."""
    return number(text, gold).status == "correct"
