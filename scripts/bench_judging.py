"""Does judging slow a generation down? Generations with a verifier that waits, beside some without the wait.

    .venv/bin/python scripts/bench_judging.py [--model DIR] [--wait-ms 50] [--workers 16] [--generations 4]

Two runs of the quickstart's size share one engine, one trainer and one pool, and take turns generation by
generation, so that a drift of the machine's speed hits both. They have the same seed and get the same
verdicts, so every pair of generations does the same work. The first pair warms up and is not counted. The
last line is JSON.
"""

import json
import os
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from typing import Any

import tyro

from ratchetrl.pipelines.base_stage import base_stage
from ratchetrl.pipelines.config import Config
from ratchetrl.pipelines.config_file import QUICKSTART, load_arguments
from ratchetrl.pipelines.config_tables import BOOTSTRAP
from ratchetrl.pipelines.generation import run_generation
from ratchetrl.pipelines.launch import running, verifier_pool
from ratchetrl.pipelines.procedural import load_generator
from ratchetrl.pipelines.run_context import Champion, Run
from ratchetrl.pipelines.run_folder import RunFolder
from ratchetrl.pipelines.suites import open_suite

LEVELS = ("2 digits", "3 digits", "4 digits", "4 digits, all carry")
PROBLEMS_PER_LEVEL = 1500
VERIFIERS = """
import time
from ratchetrl.verifiers.mathematics.number import number
from ratchetrl.verifiers.registry import verifier
from ratchetrl.verifiers.verdict import Verdict

examples = {{"read_gold": str, "correct": [("#### 4", "4")], "incorrect": [("#### 5", "4")]}}

@verifier("waiting", **examples)
def waiting(answer: str, gold: str) -> Verdict:
    time.sleep({wait_s})
    return number(answer, gold)

@verifier("prompt", **examples)
def prompt(answer: str, gold: str) -> Verdict:
    return number(answer, gold)
"""


@dataclass(frozen=True)
class Arguments:
    """Compares generations with and without a wait in the verifier."""

    model: str = BOOTSTRAP
    """Folder of the base; by default the quickstart's own, trained if it is not in the cache."""
    wait_ms: float = 50.0
    """How long the verifier waits over each answer."""
    workers: int = 16
    """Processes that judge."""
    generations: int = 4
    """Pairs of generations that are measured, after one to warm up."""
    problems: int = 256
    """Train problems per generation."""


def write_inputs(folder: Path, wait_s: float) -> None:
    """The quickstart's problems as a file, so that another verifier can be named, and the verifiers."""
    generator, random = load_generator("addition"), Random("bench")
    with (folder / "train.jsonl").open("w") as file:
        for number in range(PROBLEMS_PER_LEVEL * len(LEVELS)):
            problem = generator.problem(LEVELS[number % len(LEVELS)], random)
            row = {"prompt": problem.messages[0].content, "gold": problem.gold, "level": problem.level}
            file.write(json.dumps(row) + "\n")
    (folder / "verifiers.py").write_text(VERIFIERS.format(wait_s=wait_s))


def config_of(arguments: Arguments, folder: Path, verifier: str) -> Config:
    """The quickstart on that file, judged by that verifier."""
    options = [
        *("--model.path", arguments.model, "--sampling.problems", str(arguments.problems)),
        *("--data.path", str(folder / "train.jsonl"), "--data.level", "level"),
        *("--data.verifier", f"{folder / 'verifiers.py'}:{verifier}"),
        *("--verification.workers", str(arguments.workers)),
    ]
    return load_arguments([str(QUICKSTART), *options]).config


def measure(arguments: Arguments, folder: Path) -> dict[str, Any]:
    """Medians over the pairs."""
    write_inputs(folder, arguments.wait_ms / 1000)
    runs: dict[str, Run] = {}
    first = config_of(arguments, folder, "prompt")
    with verifier_pool(first) as pool:
        suites = {
            name: (config := config_of(arguments, folder, name), open_suite(config.data, config.seed, pool))
            for name in ("prompt", "waiting")
        }
    home = RunFolder(folder / "prompt")
    logs = home.adopt(first, suites["prompt"][1].digest, rerun=False)
    with running(first, home, suites["prompt"][1], logs) as run:
        for name, (config, suite) in suites.items():
            (folder / name).mkdir(exist_ok=True)
            runs[name] = replace(run, config=config, suite=suite, folder=RunFolder(folder / name))
        return compare(arguments, runs)


def compare(arguments: Arguments, runs: dict[str, Run]) -> dict[str, Any]:
    """Runs both in turn; who is first alternates."""
    champions = {name: base_stage(run) for name, run in runs.items()}
    bases = dict(champions)
    seconds: dict[str, list[float]] = {name: [] for name in runs}
    unhidden: list[float] = []
    for index in range(1, arguments.generations + 2):
        for name in sorted(runs, reverse=index % 2 == 0):
            took, judging, champions[name] = one(runs[name], index, champions[name], bases[name])
            seconds[name].append(took)
            if name == "waiting":
                unhidden.append(judging["unhidden_share"])
        tell(index, seconds, unhidden[-1])
    return summary(arguments, {name: each[1:] for name, each in seconds.items()}, unhidden[1:])


def one(run: Run, index: int, champion: Champion, base: Champion) -> tuple[float, dict[str, float], Champion]:
    """Seconds of a generation, what judging took of it, and who stands after it."""
    run.clock.lap()
    started = time.monotonic()
    outcome = run_generation(run, index, champion, base, until=None)
    return time.monotonic() - started, outcome.decision["judging"], outcome.champion


def tell(index: int, seconds: dict[str, list[float]], unhidden_share: float) -> None:
    """One line of the table."""
    prompt, waiting = seconds["prompt"][-1], seconds["waiting"][-1]
    warm = " (warm-up)" if index == 1 else ""
    print(
        f"pair {index}: without the wait {prompt:6.2f} s   with it {waiting:6.2f} s   "
        f"{waiting / prompt - 1:+6.1%}   judging not hidden {unhidden_share:5.1%}   "
        f"load {os.getloadavg()[0]:.1f}{warm}",
        flush=True,
    )


def summary(arguments: Arguments, seconds: dict[str, list[float]], unhidden: list[float]) -> dict[str, Any]:
    """The last line."""
    pairs = zip(seconds["prompt"], seconds["waiting"], strict=True)
    return {
        "wait_ms": arguments.wait_ms,
        "workers": arguments.workers,
        "pairs": len(unhidden),
        "generation_s": round(statistics.median(seconds["prompt"]), 2),
        "waiting_generation_s": round(statistics.median(seconds["waiting"]), 2),
        "growth": round(statistics.median(waiting / prompt - 1 for prompt, waiting in pairs), 4),
        "growth_of_minima": round(min(seconds["waiting"]) / min(seconds["prompt"]) - 1, 4),
        "unhidden_share": round(statistics.median(unhidden), 4),
        "load": round(os.getloadavg()[0], 1),
    }


def main() -> None:
    """Measures in a folder that is deleted afterwards."""
    arguments = tyro.cli(Arguments)
    with tempfile.TemporaryDirectory(prefix="bench-judging-") as name:
        found = measure(arguments, Path(name))
    print(json.dumps(found))
    sys.stdout.flush()


if __name__ == "__main__":
    main()
