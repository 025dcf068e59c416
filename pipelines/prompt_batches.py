"""Which rows go into which micro-batch where a micro-batch computes every prompt once.

    plan = plan_by_prompt(prompts, prompt_lengths, completion_lengths, batch_rows=64, micro_batch_rows=32,
                          processes=2, seed=7)         the same shape as `micro_batches.plan_micro_batches`
    packed_tokens(plan[step][k], prompts, prompt_lengths, completion_lengths)

The prompts are shuffled, the rows of each lie side by side, and this one sequence is cut: first into
round(N / batch_rows) steps of equally many rows, then each step into equally many micro-batches of about as
many tokens. So a prompt is computed once, and once more wherever a cut goes through its rows. Packed rows
have no padding, so none are sorted by length, and what meets in a step is left to chance.
"""

from collections.abc import Sequence

import numpy as np

from ratchetrl.pipelines.micro_batches import Plan, Rows


def plan_by_prompt(
    prompts_N: Rows,
    prompt_lengths_N: Rows,
    completion_lengths_N: Rows,
    batch_rows: int,
    micro_batch_rows: int,
    processes: int,
    seed: int,
    epochs: int = 1,
    tokens: int | None = None,
) -> Plan:
    """
    `epochs` passes over N rows; row n answers prompt number `prompts_N[n]`. Each micro-batch has at most
    `micro_batch_rows` rows and, where given, at most so many `tokens`; a row that is longer is alone.
    """
    count = max(1, round(len(prompts_N) / batch_rows))
    orders = [_side_by_side(prompts_N, np.random.default_rng([seed, epoch])) for epoch in range(epochs)]
    steps = [step for order in orders for step in np.array_split(order, count)]

    def fits(rows: Rows) -> bool:
        size = packed_tokens(rows, prompts_N, prompt_lengths_N, completion_lengths_N)
        return len(rows) <= 1 or (len(rows) <= micro_batch_rows and (tokens is None or size <= tokens))

    most = max(len(step) for step in steps)
    least = processes * -(-most // (processes * micro_batch_rows))
    for micro_batches in range(least, most + processes, processes):
        plan = [_cut(step, completion_lengths_N, micro_batches) for step in steps]
        if all(fits(rows) for step in plan for rows in step):
            return plan
    return [np.array_split(step, micro_batches) for step in steps]


def packed_tokens(
    rows: Sequence[int] | Rows, prompts_N: Rows, prompt_lengths_N: Rows, completion_lengths_N: Rows
) -> int:
    """Tokens that a micro-batch computes: of each prompt all but the last, and of each row the prompt's last
    token and all of the completion but its last, after which nothing is predicted."""
    _, firsts = np.unique(prompts_N[rows], return_index=True)
    shared = prompt_lengths_N[rows][firsts] - 1
    return int(shared.sum() + completion_lengths_N[rows].sum())


def _side_by_side(prompts_N: Rows, random: np.random.Generator) -> Rows:
    """All rows, those of a prompt together, prompts in random order and so are the rows of each."""
    _, numbers_N = np.unique(prompts_N, return_inverse=True)
    places = random.permutation(numbers_N.max() + 1)
    shuffled = random.permutation(len(prompts_N))
    return shuffled[np.argsort(places[numbers_N[shuffled]], kind="stable")]


def _cut(step: Rows, completion_lengths_N: Rows, parts: int) -> list[Rows]:
    """A step's rows in parts of about as many completion tokens."""
    ends = np.cumsum(completion_lengths_N[step])
    shares = ends[-1] * np.arange(1, parts) / parts
    return np.split(step, np.searchsorted(ends, shares, side="left") + 1) if parts > 1 else [step]
