"""The verifier `puzzles`: which generators it trusts, how it reads answers, what cannot fool it."""

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from ratchetrl.verifiers.errors import GoldError
from ratchetrl.verifiers.kinds.puzzle_names import EVALUATORS, PUZZLES, UNSEEDED
from ratchetrl.verifiers.registry import load
from ratchetrl.verifiers.verdict import Status

pytest.importorskip(
    "reasoning_gym", reason="reasoning-gym is not installed: pip install 'ratchetrl[puzzles]'"
)

QUICK = ("basic_arithmetic", "chain_sum", "spell_backward", "word_sorting")


def gold(dataset: str, **entry: Any) -> str:
    return json.dumps({"dataset": dataset, "entry": {"metadata": {}, "question": "?", **entry}})


def make(dataset: str) -> str:
    """The gold of a fresh puzzle."""
    from reasoning_gym.factory import create_dataset

    return json.dumps({"dataset": dataset, "entry": create_dataset(dataset, seed=7, size=1)[0]})


def audit_module() -> ModuleType:
    """The script that lies beside this test."""
    path = Path(__file__).with_name("puzzle_audit.py")
    spec = importlib.util.spec_from_file_location("puzzle_audit", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_examples_hold() -> None:
    load("puzzles").check_examples()


@pytest.mark.parametrize("name", QUICK)
def test_a_trusted_generator_passes_the_audit(name: str) -> None:
    assert audit_module().audit(name) == []


@pytest.mark.full
def test_every_trusted_generator_passes_the_audit_of_all() -> None:
    from reasoning_gym.factory import DATASETS

    found = audit_module().audit_all(sorted(DATASETS))
    assert {name for name in PUZZLES if found[name]} == set()


@pytest.mark.parametrize("name", sorted(PUZZLES))
def test_every_trusted_puzzle_judges_its_own_answer_right_and_garbage_wrong(name: str) -> None:
    judge, puzzle = load("puzzles"), make(name)
    entry = json.loads(puzzle)["entry"]
    own = entry["answer"]
    assert judge(f"<think>{own}</think><answer>{own}</answer>", puzzle).status is Status.correct
    for garbage in ("", "?", "zebra", f"{own} zebra {own}", entry["question"], f"<think>{own}"):
        assert judge(garbage, puzzle).score == 0.0, garbage


@pytest.mark.full
def test_seeds_alone_decide_the_puzzles_of_a_suite() -> None:
    code = (
        "import hashlib, json\n"
        "from reasoning_gym.factory import create_dataset\n"
        "from ratchetrl.verifiers.kinds.puzzle_names import PUZZLES\n"
        "for name in sorted(PUZZLES):\n"
        "    made = [create_dataset(name, seed=seed, size=1)[0] for seed in (1, 2, 3)]\n"
        "    text = json.dumps(made, sort_keys=True).encode()\n"
        "    print('made', name, hashlib.blake2b(text).hexdigest())"
    )
    lines = [
        {line for line in _output(code, hash_seed).splitlines() if line.startswith("made ")}
        for hash_seed in ("1", "2")
    ]
    assert {line.split()[1] for line in lines[0] ^ lines[1]} <= UNSEEDED


def test_the_answer_is_the_marked_one_or_the_whole_text() -> None:
    judge, chain = load("puzzles"), gold("chain_sum", answer="7")
    for answer in (
        "7",
        "\n7\n",
        "<answer>7</answer>",
        "So:\n<answer> 7 </answer>.",
        r"It is \boxed{7}",
        "Answer: 7",
    ):
        assert judge(answer, chain).status is Status.correct, answer
    for answer in (
        "It is 7",
        "7 or 8",
        "<answer>7",
        "<answer>8</answer><answer>7</answer>",
        "<answer></answer>7",
    ):
        assert judge(answer, chain).score == 0.0, answer


@pytest.mark.parametrize(
    "code", ["__import__('os').abort()", "9**9**9**9", "exit()", "[].__class__", "1 if 1 else 2"]
)
@pytest.mark.parametrize("name", ["countdown", "spiral_matrix"])
def test_no_scorer_evaluates_what_an_answer_brings(name: str, code: str) -> None:
    if name in PUZZLES:
        assert load("puzzles")(code, make(name)).status is Status.format


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (gold("game_of_life_halting", answer="True"), "is no puzzle that passed the audit"),
        (gold("count_down", answer="1"), "the nearest is 'countdown'"),
        (gold("chain_sum"), "an answer that is text"),
        ('{"dataset": "chain_sum"}', "it is an object"),
        ('{"dataset": ["chain_sum"], "entry": {}}', "is no puzzle that passed the audit"),
        *((gold(name, answer="1"), "no puzzle that passed") for name in sorted(EVALUATORS)),
    ],
)
def test_a_gold_that_cannot_be_trusted_is_refused(text: str, says: str) -> None:
    with pytest.raises(GoldError, match=says):
        load("puzzles").read_gold(text)


def test_a_scorer_that_fails_blames_the_answer_and_a_gold_without_its_parts_cannot_be_read() -> None:
    judge = load("puzzles")
    assert judge("<answer>1 / 0 (</answer>", make("countdown")).status is Status.wrong
    broken = gold("countdown", answer="1 + 1")
    assert judge("<answer>1 + 1</answer>", broken).status is Status.verifier_error
    with pytest.raises(GoldError, match=r"own answer 1\.0"):
        judge.read_gold(broken)


def test_without_the_package_a_sentence_says_how_to_install_it() -> None:
    code = (
        "import sys; sys.modules['reasoning_gym'] = None\n"
        "from ratchetrl.verifiers.registry import load\n"
        "from ratchetrl.verifiers.errors import UserError\n"
        "try: load('puzzles')\n"
        "except UserError as error: print(error)"
    )
    assert "pip install 'ratchetrl[puzzles]'" in _output(code, "0")


def _output(code: str, hash_seed: str) -> str:
    """What a fresh Python prints."""
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONHASHSEED": hash_seed},
    )
    return done.stdout
