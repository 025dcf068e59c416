"""Micro-batches by prompt: nothing lost, nothing twice, a prompt in as few as possible."""

import numpy as np
import pytest

from ratchetrl.pipelines.micro_batches import Plan, Rows
from ratchetrl.pipelines.prompt_batches import packed_tokens, plan_by_prompt


def rows(prompts: int, samples: int) -> tuple[Rows, Rows, Rows]:
    """(prompt, its length, the completion's length) of each row; groups are of uneven size."""
    random = np.random.default_rng(0)
    prompts_N = np.sort(random.integers(0, prompts, prompts * samples))
    return prompts_N, 10 + prompts_N % 30, random.integers(1, 200, len(prompts_N))


@pytest.mark.parametrize("count", [1, 3, 16, 100])
@pytest.mark.parametrize("processes", [1, 2, 3])
@pytest.mark.parametrize("tokens", [None, 1000, 50])
def test_every_row_is_in_exactly_one_micro_batch_of_every_pass(
    count: int, processes: int, tokens: int | None
) -> None:
    prompts_N, prompt_lengths_N, lengths_N = rows(count, 5)
    plan = plan_by_prompt(prompts_N, prompt_lengths_N, lengths_N, 32, 12, processes, 1, 2, tokens)
    per_pass = len(plan) // 2
    for passed in (plan[:per_pass], plan[per_pass:]):
        assert sorted(row for step in passed for part in step for row in part) == list(range(count * 5))
    assert all(len(step) == len(plan[0]) and len(step) % processes == 0 for step in plan)
    sizes = [sum(map(len, step)) for step in plan]
    assert max(sizes) - min(sizes) <= 1
    for part in (part for step in plan for part in step if len(part) > 1):
        packed = packed_tokens(part, prompts_N, prompt_lengths_N, lengths_N)
        assert len(part) <= 12 and (tokens is None or packed <= tokens)


def test_a_prompt_is_computed_again_only_where_its_rows_are_cut() -> None:
    prompts_N, prompt_lengths_N, lengths_N = rows(40, 8)
    plan = plan_by_prompt(prompts_N, prompt_lengths_N, lengths_N, 64, 32, 1, seed=1)
    parts = [part for step in plan for part in step]
    met = sum(len(np.unique(prompts_N[part])) for part in parts)
    assert met <= len(np.unique(prompts_N)) + len(parts)


def test_passes_and_seeds_have_orders_of_their_own() -> None:
    def first_step(plan: Plan) -> list[int]:
        return sorted(np.concatenate(plan[0]).tolist())

    given = (*rows(40, 8), 32, 32, 1)
    twice = plan_by_prompt(*given, seed=1, epochs=2)
    assert first_step(twice) != first_step(twice[len(twice) // 2 :])
    assert (
        first_step(twice)
        == first_step(plan_by_prompt(*given, seed=1))
        != first_step(plan_by_prompt(*given, seed=2))
    )


def test_a_pack_holds_a_prompt_once_and_no_token_that_predicts_nothing() -> None:
    prompts_N, prompt_lengths_N, lengths_N = np.array([5, 5, 7]), np.array([10, 10, 4]), np.array([3, 6, 2])
    assert packed_tokens(np.array([0, 1, 2]), prompts_N, prompt_lengths_N, lengths_N) == 9 + 3 + 3 + 6 + 2
    assert packed_tokens(np.array([], int), prompts_N, prompt_lengths_N, lengths_N) == 0
