"""What a run's train problems share with its other splits and with the benchmarks of `data.against`.

    facts = contamination(suite, problems=256)                 contents of contamination.json
    store_contamination(run, suite, problems=256)              writes it where it is missing or out of date

Of a generator the problems of the first generation are looked at; it makes none that a benchmark has. What
counts as shared is `contamination.py`.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ratchetrl.pipelines.contamination_compare import compare, compare_rows
from ratchetrl.pipelines.overlap import content_hashes
from ratchetrl.pipelines.records import Problem
from ratchetrl.pipelines.store import read_json, write_json
from ratchetrl.pipelines.suite_finite import FiniteSuite
from ratchetrl.pipelines.suites import Suite

CONTAMINATION_FILE = "contamination.json"


def contamination(suite: Suite, problems: int) -> dict[str, Any]:
    """What was found, or is now; `problems` of a generation are looked at where they are generated."""
    if isinstance(suite, FiniteSuite):
        return suite.contamination or compare_rows(suite)[0]
    drawn = {
        "sealed": suite.sealed_problems(),
        "report": suite.report_problems(),
        "gate": suite.gate_problems(1),
        "train": suite.train_problems(1, problems),
    }
    prompts = {use: _prompts(each, suite.settings.instruction) for use, each in drawn.items()}
    train = prompts.pop("train")
    return compare(suite.settings, iter([train]), content_hashes(train), prompts, {})[0]


def store_contamination(run: Path, suite: Suite, problems: int) -> dict[str, Any]:
    """Writes contamination.json, unless it is there for the same problems."""
    file = run / CONTAMINATION_FILE
    if not file.exists() or read_json(file)["data_digest"] != suite.digest:
        write_json(file, {"data_digest": suite.digest, **contamination(suite, problems)})
    facts: dict[str, Any] = read_json(file)
    return facts


def contamination_lines(facts: dict[str, Any]) -> Iterator[str]:
    """What a person should know of it before the run goes on."""
    for each in facts["suites"]:
        shared, dropped = each["ngram8"], each["dropped"]
        if shared["problems"] or dropped:
            yield (
                f"contamination: {shared['problems']} of {each['problems']} problems of {each['name']} share "
                f"eight words in a row with {shared['train_problems']} of {facts['train_problems']} train "
                f"problems; {dropped} train problems are left out for it"
            )


def _prompts(problems: list[Problem], instruction: str) -> list[str]:
    """What is asked, without the recipe's instruction around it."""
    before, _, after = instruction.partition("{prompt}")
    return [problem.messages[-1].content.removeprefix(before).removesuffix(after) for problem in problems]
