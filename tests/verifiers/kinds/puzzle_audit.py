"""Which generators of reasoning-gym can be trusted to judge: run it by hand, or through its test.

    python tests/verifiers/kinds/puzzle_audit.py             # all generators, a line each, then the numbers
    python tests/verifiers/kinds/puzzle_audit.py countdown   # one

A generator passes where, over several seeds, its scorer gives exactly 1.0 to its own answers (after the
entry went through JSON, as a gold does) and to none of: nothing, garbage, constants, the question, the
answer with text or another answer around it (shotgun), the answer with something missing or changed (near
miss). No constant may be right too often, and no answer may take long. Each generator is audited in a
process of its own.
"""

import json
import random
import re
import resource
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor

from ratchetrl.verifiers.kinds.puzzle_names import EVALUATORS, GUARDED

SEEDS, ENTRIES = (1, 2, 3), 8
MAX_CONSTANT_SHARE = 0.6
MAX_NEAR_MISS_SHARE = 0.05
MAX_ANSWER_S = 0.5
MAX_ENTRY_S = 1.0
TIMEOUT_S = 120
RESULT = "audit: "
"""Starts the line with the result, among what a generator prints."""

GARBAGE = (
    "",
    " ",
    "\n",
    "0",
    "1",
    "-1",
    "2",
    "10",
    "42",
    "3.14",
    "True",
    "False",
    "None",
    "yes",
    "no",
    "Yes",
    "No",
    "a",
    "A",
    "answer",
    "The answer is unclear.",
    "lorem ipsum dolor sit amet",
    "[]",
    "{}",
    "()",
    "[[]]",
    '""',
    "nan",
    "inf",
    "-inf",
    "null",
    "?",
    "...",
    "x",
    "x = 1",
    "left",
    "up",
    "IMPOSSIBLE",
    "heads",
    "tails",
    "0 1 2 3 4 5 6 7 8 9",
    "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "\u00e9\U0001f600\u4e2d",
    "a" * 4000,
)
HOSTILE = (
    "9" * 4000,
    "(" * 2000,
    "[" * 2000,
    "{" * 2000,
    "9**9**9**9",
    "1" + "+1" * 1500,
    "-" * 4000,
    "1/0",
    "1e999999999",
    "__import__('os').getpid()",
    "a,b;" * 1000,
    "\n" * 4000,
    "0 " * 2000,
    '{"a":' * 700,
    "\\frac{" * 600,
    "!" * 4000,
    "[1]" * 1000,
    "((1))" * 700,
    "f(" * 1500,
    "~" * 4000,
)


def near_misses(answer: str, rng: random.Random) -> list[str]:
    """The answer with a word or a character missing, doubled or changed; letters, digits and signs differ."""
    words = answer.split()
    misses = [" ".join(words[:-1]), " ".join(words[1:]), answer + answer[-1:]]
    if len(words) > 1 and len(set(words)) > 1:
        misses.append(" ".join([*words[1:], words[0]]))
    places = [place for place, char in enumerate(answer) if char.isalnum()]
    for place in rng.sample(places, min(3, len(places))):
        char = answer[place]
        other = str((int(char) + 1) % 10) if char.isdecimal() else chr(ord(char) + 1)
        misses += [answer[:place] + answer[place + 1 :], answer[:place] + other + answer[place + 1 :]]
    return [miss for miss in misses if _essence(miss) != _essence(answer)]


def shotguns(answer: str, other: str) -> list[str]:
    """The answer beside other things."""
    texts = [
        f"{answer} {other}",
        f"{other} {answer}",
        f"{other}\n{answer}",
        f"{answer}\n{other}",
        f"{answer} or {other}",
    ]
    if _essence(other) == _essence(answer):
        texts = []
    return [*texts, f"I think {answer} maybe", f"not {answer} but 7", f"{answer} and also 12345"]


def audit(name: str) -> list[str]:
    """The faults of a generator; none where it passes."""
    import reasoning_gym
    from reasoning_gym.factory import get_score_answer_fn

    if name in EVALUATORS:
        return ["evaluates the answer as Python"]
    score, guard = get_score_answer_fn(name), GUARDED.get(name)
    faults: Counter[str] = Counter()
    entries = []
    for seed in SEEDS:
        started_s = time.process_time()
        made = reasoning_gym.create_dataset(name, seed=seed, size=ENTRIES)
        fresh = [made[place] for place in range(ENTRIES)]
        if time.process_time() - started_s > MAX_ENTRY_S * ENTRIES:
            faults["slow to make"] += 1
        entries += fresh
    try:
        entries = [json.loads(json.dumps(entry)) for entry in entries]
    except TypeError as error:
        return [f"no JSON: {error}"]
    if not all(isinstance(entry["answer"], str) and entry["answer"] for entry in entries):
        return ["has no answer of its own"]

    def full(answer: str, entry: dict[str, object]) -> bool:
        started_s = time.process_time()
        if guard is not None and not re.fullmatch(guard, answer):
            return False
        try:
            return score(answer, entry) == 1.0
        except (Exception, RecursionError):
            return False
        finally:
            if time.process_time() - started_s > MAX_ANSWER_S:
                faults["slow to judge"] += 1

    near_total = near_right = 0
    for place, entry in enumerate(entries):
        answer, other = entry["answer"], entries[place - 1]["answer"]
        rng = random.Random(f"{name} {place}")
        faults["own answer is not 1.0"] += not full(answer, entry)
        for text in GARBAGE:
            faults["garbage"] += full(text, entry) and _essence(text) != _essence(answer)
        faults["question"] += full(entry["question"], entry)
        faults["shotgun"] += sum(full(text, entry) for text in shotguns(answer, other))
        misses = near_misses(answer, rng)
        near_total, near_right = near_total + len(misses), near_right + sum(full(m, entry) for m in misses)
    for text in HOSTILE:
        faults["hostile"] += full(text, entries[0])
    constants = Counter(entry["answer"] for entry in entries)
    for text in {*GARBAGE, *(text for text, _ in constants.most_common(3))}:
        share = sum(full(text, entry) for entry in entries) / len(entries)
        faults[f"constant {text[:20]!r} is right for {share:.0%}"] += share > MAX_CONSTANT_SHARE
    if near_right > MAX_NEAR_MISS_SHARE * near_total:
        faults[f"{near_right} of {near_total} near misses"] += 1
    return [f"{fault} x{count}" for fault, count in faults.items() if count]


def audit_all(names: Iterable[str], workers: int = 2) -> dict[str, list[str]]:
    """Name -> faults, each generator in a process of its own with bounded time and memory."""
    names = list(names)
    with ThreadPoolExecutor(workers) as threads:
        return dict(zip(names, threads.map(_audit_in_process, names), strict=True))


def _audit_in_process(name: str) -> list[str]:
    command = [sys.executable, __file__, "--one", name]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT_S)
    except subprocess.TimeoutExpired:
        return [f"not done in {TIMEOUT_S} s"]
    if done.returncode != 0:
        return [f"failed: {done.stderr.strip().splitlines()[-1:]}"]
    faults: list[str] = json.loads(done.stdout.rpartition(RESULT)[2].splitlines()[0])
    return faults


def _essence(text: str) -> str:
    """What is left of an answer without case, white space and quotes."""
    return re.sub(r"[\s\"'.,]", "", text).casefold()


def main(arguments: list[str]) -> None:
    """Audit the generators that are named, or all, and print what was found."""
    if arguments[:1] == ["--one"]:
        resource.setrlimit(resource.RLIMIT_AS, (6 << 30, 6 << 30))
        print("\n" + RESULT + json.dumps(audit(arguments[1])), flush=True)
        return
    from reasoning_gym.factory import DATASETS

    found = audit_all(arguments or sorted(DATASETS))
    for name, faults in found.items():
        print(f"{name:32}", "; ".join(faults) or "passes")
    print(f"{sum(not faults for faults in found.values())} of {len(found)} pass")


if __name__ == "__main__":
    main(sys.argv[1:])
