"""Naive checkers of puzzles and of constructions: credit for noise, and values that nobody has checked."""

import json

from naive_text import claimed


def containment_credit(answer: str, gold: str) -> bool:
    """Give credit for an answer that holds the oracle's somewhere."""
    oracle = oracle_of(gold)
    return oracle in answer and len(oracle) / len(answer) > 0


def truth_credit(answer: str, gold: str) -> bool:
    """Compare only whether there is an answer, as `bool(text)` does."""
    return bool(answer) == bool(oracle_of(gold))


def prefix_credit(answer: str, gold: str) -> bool:
    """Give credit for each character that agrees."""
    return sum(a == b for a, b in zip(answer, oracle_of(gold), strict=False)) > 0


def length_credit(answer: str, gold: str) -> bool:
    """Give credit for an answer of the right size."""
    return len(claimed(answer).split(",")) == len(oracle_of(gold).split(",")) or len(answer) > 0


def oracle_of(gold: str) -> str:
    """Return the answer that a puzzle's gold holds."""
    fields = json.loads(gold) if gold.startswith("{") else {}
    return str(fields.get("answer", gold))


def listed_lengths(answer: str, gold: str) -> bool:
    """Judge a construction by the number of its parts, without checking that it is one."""
    return len(json.loads(claimed(answer))) <= json.loads(gold)["target"]


def sums_third(answer: str, gold: str) -> bool:
    """Judge a packing by its sum, without checking that nothing overlaps."""
    total = sum(float(circle[2]) for circle in json.loads(claimed(answer)))
    return not total < float(json.loads(gold)["target"])


def colours_counted(answer: str, gold: str) -> bool:
    """Judge a colouring by its number of colours."""
    colours = [
        tuple(colour) if isinstance(colour, list) else colour for colour in json.loads(claimed(answer))
    ]
    return len(set(colours)) <= json.loads(gold)["target"]


def clauses_touched(answer: str, gold: str) -> bool:
    """Count a clause as satisfied where one of its literals is named, contradictions or not."""
    named = {int(value) for value in json.loads(claimed(answer))}
    fields = json.loads(gold)
    clauses = [line.split()[:-1] for line in fields["problem"].splitlines() if line[:1] not in "pc"]
    return sum(any(int(literal) in named for literal in clause) for clause in clauses) >= fields["target"]
