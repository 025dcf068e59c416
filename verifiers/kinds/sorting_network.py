"""Verifier `sorting_network`: a sorting network for n channels, the fewer comparators the better.

    gold     {"problem": {"channels": 4}, "target": 5, "trivial": 6}
    answer   [[0, 1], [2, 3], [0, 2], [1, 3], [1, 2]]

A comparator [i, j] with i < j puts the smaller value on channel i. By the 0-1 principle a network sorts
everything if it sorts every input of zeros and ones: all 2^n of them are run at once, one bit each of a whole
number per channel. `objective` is the number of comparators.
"""

import json
from typing import Any

from ratchetrl.verifiers.kinds.constructions import Invalid, Target, grade, target_reader, whole_numbers
from ratchetrl.verifiers.registry import verifier
from ratchetrl.verifiers.verdict import Verdict

MAX_CHANNELS = 17
"""Most channels: 2^17 inputs are 16 KiB a channel."""
MAX_COMPARATORS = 1_000
"""Longest network that is run."""

Network = list[tuple[int, int]]


def read_problem(problem: Any) -> int:
    """Return the number of channels; raises `ValueError`."""
    if (
        not isinstance(problem, dict)
        or problem.keys() != {"channels"}
        or type(problem["channels"]) is not int
    ):
        raise ValueError('the problem is {"channels": n}')
    if not 2 <= problem["channels"] <= MAX_CHANNELS:
        raise ValueError(f"channels are between 2 and {MAX_CHANNELS}")
    return int(problem["channels"])


def read_witness(value: Any) -> Network:
    """Return the comparators; raises `ValueError`."""
    if not isinstance(value, list) or len(value) > MAX_COMPARATORS:
        raise ValueError(f"it is not a list of at most {MAX_COMPARATORS} comparators [i, j]")
    pairs = [whole_numbers(pair, 2) for pair in value]
    if not all(len(pair) == 2 for pair in pairs):
        raise ValueError("a comparator is a pair [i, j]")
    return [(low, high) for low, high in pairs]


def measure(channels: int, network: Network) -> int:
    """Number of comparators; raises `Invalid` with an input that the network leaves unsorted."""
    ones = inputs(channels)
    for low, high in network:
        if not 0 <= low < high < channels:
            raise Invalid(f"the comparator [{low}, {high}] is not 0 <= i < j < {channels}")
        ones[low], ones[high] = ones[low] & ones[high], ones[low] | ones[high]
    for low in range(channels - 1):
        if unsorted := ones[low] & ~ones[low + 1]:
            index = unsorted.bit_length() - 1
            raise Invalid(
                f"the input {[index >> channel & 1 for channel in range(channels)]} comes out unsorted"
            )
    return len(network)


def inputs(channels: int) -> list[int]:
    """For each channel a whole number whose bit x is the value that channel has in input x."""
    rows = []
    for channel in range(channels):
        period = 1 << channel
        row, length = ((1 << period) - 1) << period, 2 * period
        while length < 1 << channels:
            row |= row << length
            length *= 2
        rows.append(row)
    return rows


_FOUR = '{"problem": {"channels": 4}, "target": 5, "trivial": 6}'


@verifier(
    "sorting_network",
    read_gold=target_reader(read_problem),
    correct=[
        ("<think>hm</think>```json\n[[0,1],[2,3],[0,2],[1,3],[1,2]]\n```", _FOUR),
        ("[[0,1]]", '{"problem": {"channels": 2}, "target": 1}'),
    ],
    incorrect=[
        ("", _FOUR),
        ("[]", _FOUR),
        ("[[0,1],[2,3],[0,2],[1,3]]", _FOUR),
        ("[[0,1],[1,2],[2,3],[0,1],[1,2],[0,1]]", _FOUR),
        ("[[1,0],[2,3],[0,2],[1,3],[1,2]]", _FOUR),
        ("[[0,1],[2,3],[0,2],[1,3],[1,4]]", _FOUR),
        ("[[0,1,2],[2,3],[0,2],[1,3],[1,2]]", _FOUR),
        ("5", _FOUR),
    ],
    impossible=lambda gold: json.dumps({"problem": {"channels": gold.problem}, "target": 0}),
)
def sorting_network(answer: str, gold: Target[int]) -> Verdict:
    """Judge a sorting network by the number of its comparators."""
    return grade(answer, gold, read_witness, measure)
