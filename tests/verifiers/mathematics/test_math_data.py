r"""`math` and `number` on real problem sets; RATCHETRL_DATA names the folder that holds them."""

import json
import os
import random
from pathlib import Path
from typing import Any

import pytest

from ratchetrl.verifiers.mathematics.number import number
from ratchetrl.verifiers.registry import Verifier, load

math = load("math")

NOT_EQUAL_PER_GOLD = 5


def rows(name: str) -> list[dict[str, Any]]:
    root = os.environ.get("RATCHETRL_DATA")
    if root is None:
        pytest.skip("RATCHETRL_DATA is not set; it names the folder with gsm8k, math500 and hardverify")
    text = (Path(root) / name).read_text()
    return (
        list(json.loads(text)) if name.endswith(".json") else [json.loads(line) for line in text.splitlines()]
    )


def boxed(answer: str) -> str:
    return rf"\boxed{{{answer}}}"


def test_of_hard_answers_at_least_75_percent_are_recognised_and_at_most_1_percent_wrongly() -> None:
    pairs = rows("hardverify/dev.json")
    right = sum(math(boxed(row["fn_output"]), row["ground_truth"]).status == "correct" for row in pairs)
    wrong = sum(math(boxed(row["tn_output"]), row["ground_truth"]).status == "correct" for row in pairs)
    assert right / len(pairs) >= 0.80
    assert wrong / len(pairs) <= 0.01


def test_every_gold_and_every_solution_of_math_500_is_judged_correct() -> None:
    for row in rows("math500/test.jsonl"):
        for answer in (boxed(row["answer"]), row["solution"]):
            verdict = math(answer, row["answer"])
            assert verdict.status == "correct", (row["answer"], verdict.reason)


def test_no_gold_of_math_500_is_another_one() -> None:
    golds = [row["answer"] for row in rows("math500/test.jsonl")]
    draw = random.Random(0)
    for gold in golds:
        for other in draw.sample(golds, NOT_EQUAL_PER_GOLD):
            if math(boxed(other), gold).status == "correct":
                assert "".join(other.split()) == "".join(gold.split())


@pytest.mark.parametrize("verifier", [math, number], ids=["math", "number"])
def test_every_gold_of_gsm8k_is_judged_correct(verifier: Verifier[Any]) -> None:
    for row in rows("gsm8k/test.jsonl"):
        check_gsm8k(verifier, row["answer"])


@pytest.mark.full
@pytest.mark.parametrize("verifier", [math, number], ids=["math", "number"])
def test_every_gold_of_gsm8k_train_is_judged_correct(verifier: Verifier[Any]) -> None:
    for row in rows("gsm8k/train.jsonl"):
        check_gsm8k(verifier, row["answer"])


def check_gsm8k(verifier: Verifier[Any], gold: str) -> None:
    final = gold.rpartition("####")[2].strip()
    assert verifier(boxed(final), gold).status == "correct", final
    assert verifier(gold, final).status == "correct", final
    assert verifier.oracle is not None
    answer = verifier.oracle(verifier.read_gold(gold))
    assert answer is not None and verifier(answer, gold).status == "correct"
    assert verifier(boxed(f"{final}1"), gold).score == 0.0
