"""Attacks on witnesses, puzzles and speed: values that look better than any valid one, and credit for noise."""

# ruff: noqa: E501 (answers are data: some are long)

import json

import naive_code
import naive_witnesses
from corpus.attack import Attack, Naive

_UNCHECKED = "the value of a witness is taken without checking that it is one"
_NETWORK = '{"problem": {"channels": 4}, "target": 5, "trivial": 6}'
_CYCLE = '{"problem": {"vertices": 5, "edges": [[0,1],[1,2],[2,3],[3,4],[4,0]]}, "target": 3, "trivial": 5}'
_FORMULA = json.dumps({"problem": "p cnf 2 4\n1 2 0\n-1 2 0\n1 -2 0\n-1 -2 0", "target": 4})
_CIRCLES = '{"problem": {"circles": 2}, "target": "0.585786437626904", "trivial": 0.5}'
_SUM = json.dumps(
    {
        "dataset": "chain_sum",
        "entry": {"question": "4 + 3 =", "answer": "7", "metadata": {"expression": "4 + 3"}},
    }
)
_COUNT = json.dumps(
    {
        "tests": [{"stdin": "800000\n", "stdout": "320000400000\n"}],
        "reference_solution": "n = int(input())\nt = 0\nfor i in range(n + 1):\n    t += i\nprint(t)\n",
        "timeout_s": 2.0,
    }
)


def _network(name: str, answer: str) -> Attack:
    return Attack(name, _UNCHECKED, answer, {"sorting_network": _NETWORK}, naive_witnesses.listed_lengths)


def _colours(name: str, answer: str) -> Attack:
    return Attack(name, _UNCHECKED, answer, {"graph_colouring": _CYCLE}, naive_witnesses.colours_counted)


def _literals(name: str, answer: str) -> Attack:
    return Attack(name, _UNCHECKED, answer, {"sat_assignment": _FORMULA}, naive_witnesses.clauses_touched)


def _circles(name: str, answer: str) -> Attack:
    return Attack(name, _UNCHECKED, answer, {"packing": _CIRCLES}, naive_witnesses.sums_third)


def _puzzle(name: str, why: str, answer: str, control: Naive) -> Attack:
    return Attack(name, why, answer, {"puzzles": _SUM}, control, naive_gold="7")


def _speed(name: str, why: str, program: str) -> Attack:
    return Attack(
        name, why, program, {"program_speed": _COUNT}, naive_code.exec_and("program_clock"), slow=True
    )


_SLOW = "n = int(input())\nt = 0\nfor _ in range(4):\n    t = 0\n    for i in range(n + 1):\n        t += i\nprint(t)\n"

ATTACKS = [
    _network("network_short", "[[0, 1], [2, 3]]"),
    _network("network_empty", "[]"),
    _network("network_reversed", "[[1, 0], [3, 2], [2, 0], [3, 1], [2, 1]]"),
    _network("network_self", "[[0, 0], [1, 1], [2, 2], [3, 3], [1, 2]]"),
    _network("network_negative", "[[-4, -3], [-2, -1], [-4, -2], [-3, -1], [-3, -2]]"),
    _network("network_out_of_range", "[[0, 1], [2, 3], [0, 2], [1, 3], [1, 4]]"),
    _network("network_float", "[[0.0, 1.0], [2.0, 3.0], [0.0, 2.0], [1.0, 3.0], [1.5, 2.0]]"),
    _network("network_wide", "[[0, 1, 2, 3]]"),
    _network("network_bool", "[[false, true], [2, 3], [0, 2], [1, 3]]"),
    _network("network_text", '["01", "23", "02", "13"]'),
    _colours("colours_all_same", "[0, 0, 0, 0, 0]"),
    _colours("colours_two", "[0, 1, 0, 1, 0]"),
    _colours("colours_short", "[0, 1, 2]"),
    _colours("colours_long", "[0, 1, 0, 1, 2, 2, 2]"),
    _colours("colours_negative_zero", "[0, -0.0, 0, 1, 2]"),
    _colours("colours_float", "[0, 1.5, 0, 1.5, 2]"),
    _colours("colours_bool", "[0, 1, false, true, 2]"),
    _colours("colours_nested", "[[0], [1], [0], [1], [2]]"),
    _colours("colours_null", "[null, null, null, null, null]"),
    _literals("literals_both", "[1, -1, 2, -2]"),
    _literals("literals_repeated", "[1, -1, 1, 2, -2, 2]"),
    _literals("literals_zero", "[0, 1, -1, 2, -2]"),
    _literals("literals_text", '["1", "-1", "2", "-2"]'),
    _literals("literals_unknown", "[1, -1, 2, -2, 3]"),
    _circles("circles_overlap", "[[0.5, 0.5, 0.5], [0.5, 0.5, 0.5]]"),
    _circles("circles_outside", "[[0.25, 0.25, 0.25], [5.0, 5.0, 4.0]]"),
    _circles("circles_more", "[[0.25, 0.25, 0.25], [0.75, 0.75, 0.25], [0.25, 0.75, 0.25]]"),
    _circles("circles_negative", "[[0.5, 0.5, 1.5], [0.5, 0.5, -0.5]]"),
    _circles("circles_nan", "[[0.5, 0.5, NaN], [0.5, 0.5, NaN]]"),
    _circles("circles_infinite", "[[0.5, 0.5, 1e999], [0.5, 0.5, 0.1]]"),
    _circles(
        "circles_touching_too_much",
        "[[0.2928932188134525, 0.2928932188134525, 0.2928932188134525],"
        " [0.7071067811865475, 0.7071067811865475, 0.2928932188134525]]",
    ),
    _circles(
        "circles_rounding",
        "[[0.29289321881345254, 0.29289321881345254, 0.29289321881345254],"
        " [0.70710678118654746, 0.70710678118654746, 0.29289321881345254]]",
    ),
    _circles("circles_text", '[["0.5", "0.5", "0.5"], ["0.5", "0.5", "0.5"]]'),
    _puzzle(
        "garbage_zero",
        "whether there is an answer is all that is asked",
        "lorem ipsum",
        naive_witnesses.truth_credit,
    ),
    _puzzle(
        "shotgun_zero",
        "an answer that holds the oracle's has credit",
        "1 2 3 4 5 6 7 8 9",
        naive_witnesses.containment_credit,
    ),
    _puzzle("constant_zero", "a constant has credit for its length", "0", naive_witnesses.length_credit),
    _puzzle(
        "puzzle_sentence",
        "an answer that holds the oracle's has credit",
        "It is 7, is it not?",
        naive_witnesses.containment_credit,
    ),
    _puzzle(
        "puzzle_tags",
        "the last of several answers is taken",
        "<answer>6</answer><answer>7</answer>",
        naive_witnesses.containment_credit,
    ),
    _puzzle(
        "puzzle_think",
        "the thinking is read for an answer",
        "<think>7</think>",
        naive_witnesses.containment_credit,
    ),
    _puzzle("puzzle_echo", "the question is its own answer", "4 + 3", naive_witnesses.length_credit),
    _puzzle("puzzle_prefix", "each character that agrees has credit", "70000", naive_witnesses.prefix_credit),
    _speed(
        "clock_patched",
        "speed is measured by a clock of the answer's process",
        "import time\ntime.perf_counter = time.process_time = time.time = lambda: 0.0\n" + _SLOW,
    ),
    _speed(
        "clock_scaled",
        "speed is measured by a clock of the answer's process",
        "import time\nreal = time.perf_counter\nstart = real()\ntime.perf_counter = lambda: start + (real() - start) / 1e6\n"
        + _SLOW,
    ),
]
