"""How fast are the verifiers, how well do they grade, and what do their peers do with the same work?

    scripts/bench_verifiers [--tier A] [--rounds 5]

Measured in one run, in turn, so that a drift of the machine's speed hits all: this project's sandbox and
verifiers; a plain subprocess for each program (the way of human-eval's and evalplus's successors); bubblewrap
around the same subprocess, where it is installed; math-verify as TRL's `accuracy_reward` configures it.
HardVerify-Math needs RATCHETRL_DATA. Figures are medians over the rounds. The last line is JSON.
"""

import json
import os
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import tyro
from rich.console import Console
from rich.table import Table

from ratchetrl.verifiers.pool import VerifierPool
from ratchetrl.verifiers.sandbox.limits import Limits
from ratchetrl.verifiers.sandbox.server import Sandbox
from ratchetrl.verifiers.sandbox.tiers import Tier, best_tier
from ratchetrl.verifiers.tasks import Submission
from ratchetrl.verifiers.verdict import Status

WORKERS = 2
PROGRAM = "a, b = map(int, input().split())\nprint(a + b)\n"
PYTHON = [sys.executable, "-I", "-S", "-c"]
BUBBLEWRAP = ["bwrap", "--unshare-all", "--ro-bind", "/", "/", "--proc", "/proc", "--tmpfs", "/tmp"]
HOSTILE = (
    r"9^{9^{9^{9}}}",
    r"10000000!",
    r"(x+y+z+1)^{60}",
    "(" * 2000 + "1" + ")" * 2000,
    "9" * 4000,
    r"\sum_{i=1}^{10^{12}} \frac{1}{i^2}",
    r"\sqrt{" * 60 + "2" + "}" * 60,
    r"\int_0^1 \sin(\cos(\tan(x^{x^x}))) dx",
)


@dataclass(frozen=True)
class Arguments:
    """Measures the verifiers beside their peers."""

    tier: str = ""
    """Sandbox tier, A or B; by default the best that this machine allows."""
    rounds: int = 5
    """Measured rounds of each, after one to warm up."""


def seconds(work: Callable[[], object]) -> float:
    """Wall seconds of one call."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def in_turn(rounds: int, works: dict[str, Callable[[], object]]) -> dict[str, float]:
    """Median seconds of each work, all of them once a round; the first round is not counted."""
    taken: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(rounds + 1):
        for name, work in works.items():
            taken[name].append(seconds(work))
    return {name: statistics.median(times[1:]) for name, times in taken.items()}


def plain_subprocess(prefix: Sequence[str] = ()) -> subprocess.CompletedProcess[str]:
    """One program in a process of its own, as a judge without a sandbox runs it."""
    return subprocess.run(
        [*prefix, *PYTHON, PROGRAM], input="1 2\n", capture_output=True, text=True, timeout=10, check=True
    )


def spread(count: int, work: Callable[[], object]) -> Callable[[], object]:
    """The same work `count` times over `WORKERS` threads."""

    def run() -> None:
        with ThreadPoolExecutor(WORKERS) as threads:
            for future in [threads.submit(work) for _ in range(count)]:
                future.result()

    return run


def time_execution(tier: Tier, rounds: int) -> dict[str, float]:
    """Median milliseconds of one execution, one at a time, by each way of executing."""
    limits = Limits(wall_s=5.0)
    with Sandbox(tier) as box:
        works: dict[str, Callable[[], object]] = {
            "sandbox": lambda: box.run_program("pass", b"", limits),
            "subprocess": lambda: subprocess.run([*PYTHON, "pass"], check=True),
        }
        if shutil.which("bwrap"):
            works["bubblewrap"] = lambda: subprocess.run([*BUBBLEWRAP, *PYTHON, "pass"], check=True)
        return {name: 1000 * taken for name, taken in in_turn(rounds * 20, works).items()}


def judge_all(pool: VerifierPool, submissions: list[Submission]) -> None:
    """Judge answers that are all right; anything else would time a failure."""
    verdicts = pool.judge(submissions)
    bad = [verdict for verdict in verdicts if verdict.status is not Status.correct]
    assert not bad, bad[0]


def code_submissions(count: int) -> dict[str, list[Submission]]:
    """Right programs: one execution each, and one pair of processes each."""
    stdio = json.dumps({"tests": [{"stdin": "1 2\n", "stdout": "3\n"}]})
    tests = json.dumps(
        {"entry_point": "add", "test_code": "def check(candidate):\n    assert candidate(1, 2) == 3"}
    )
    return {
        "stdio_per_s": [Submission("python_stdio", PROGRAM, stdio)] * count,
        "two_process_per_s": [Submission("python_tests", "def add(a, b):\n    return a + b", tests)] * count,
    }


def math_submissions(count: int) -> list[Submission]:
    """Numbers and short mathematics, half and half, no two alike."""
    numbers = [Submission("number", rf"\boxed{{{n}}}", str(n)) for n in range(count // 2)]
    short = [
        Submission("math", rf"\boxed{{\frac{{{n}}}{{7}}}}", rf"\frac{{{n}}}{{7}}") for n in range(count // 2)
    ]
    return numbers + short


def rates(pool: VerifierPool, rounds: int, count: int) -> dict[str, float]:
    """Verdicts or executions per second over `WORKERS` workers, each peer on the same work."""
    ours = {**code_submissions(count), "short_math_per_s": math_submissions(10 * count)}
    works: dict[str, Callable[[], object]] = {
        name: lambda submissions=submissions: judge_all(pool, submissions)  # type: ignore[misc]
        for name, submissions in ours.items()
    }
    works["subprocess_stdio_per_s"] = spread(count, plain_subprocess)
    if shutil.which("bwrap"):
        works["bubblewrap_stdio_per_s"] = spread(count, lambda: plain_subprocess(BUBBLEWRAP))
    works["math_verify_short_per_s"] = lambda: trl_rewards(math_submissions(count))
    sizes = {name: len(ours.get(name, range(count))) for name in works}
    return {name: sizes[name] / taken for name, taken in in_turn(rounds, works).items()}


def trl_rewards(submissions: Sequence[Submission]) -> list[float | None]:
    """What TRL's `accuracy_reward` pays, one process, its own time limits on."""
    from trl.rewards import accuracy_reward

    completions = [[{"content": submission.answer}] for submission in submissions]
    return list(accuracy_reward(completions, [f"${submission.gold}$" for submission in submissions]))


def hostile_submissions() -> list[Submission]:
    golds = ("42", r"\int_0^1 e^{-x^2} dx")  # the second needs math-verify, so the text reaches its parser
    return [Submission("math", rf"\boxed{{{text}}}", gold) for gold in golds for text in HOSTILE]


def hostile_s(judge: Callable[[Submission], object]) -> float:
    """Seconds of the hostile string that costs most."""
    return max(
        seconds(lambda submission=submission: judge(submission)) for submission in hostile_submissions()
    )


def hardverify_submissions(data: Path) -> tuple[list[Submission], list[Submission]]:
    """The labelled answers of HardVerify-Math: (right, wrong), each in a box."""
    rows = json.loads((data / "hardverify" / "dev.json").read_text())
    boxed = [
        [Submission("math", rf"\boxed{{{row[column]}}}", row["ground_truth"]) for row in rows]
        for column in ("fn_output", "tn_output")
    ]
    return boxed[0], boxed[1]


def hardverify(paid: Callable[[list[Submission]], list[bool]], data: str | None) -> dict[str, float] | None:
    """Recall and false-positive rate of a grader; `None` without the data."""
    if data is None:
        return None
    right, wrong = hardverify_submissions(Path(data))
    return {
        "recall": statistics.fmean(paid(right)),
        "false_positive_rate": statistics.fmean(paid(wrong)),
    }


def measure(arguments: Arguments) -> dict[str, Any]:
    """All figures, as the last line prints them."""
    tier = Tier(arguments.tier) if arguments.tier else best_tier()
    data = os.environ.get("RATCHETRL_DATA")
    overhead = time_execution(tier, arguments.rounds)
    with VerifierPool(WORKERS, 30.0, tier=tier.value) as pool:
        pool.judge(
            [*code_submissions(2)["stdio_per_s"], *math_submissions(4), *hostile_submissions()[:1]] * 2
        )
        speed = rates(pool, arguments.rounds, 200)
        hostile_max_s = hostile_s(lambda submission: pool.judge([submission]))
        graded = hardverify(lambda given: [v.status is Status.correct for v in pool.judge(given)], data)
    names = ("stdio_per_s", "two_process_per_s", "short_math_per_s")
    return {
        "tier": tier.value,
        "overhead_ms_median": overhead["sandbox"],
        **{name: speed[name] for name in names},
        "hostile_math_max_s": hostile_max_s,
        "hardverify": graded,
        "peers": {
            "subprocess": {
                "overhead_ms_median": overhead["subprocess"],
                "stdio_per_s": speed["subprocess_stdio_per_s"],
            },
            "bubblewrap": {
                "overhead_ms_median": overhead.get("bubblewrap"),
                "stdio_per_s": speed.get("bubblewrap_stdio_per_s"),
            },
            "math_verify_trl": {
                "short_math_per_s": speed["math_verify_short_per_s"],
                "hostile_math_max_s": hostile_s(lambda submission: trl_rewards([submission])),
                "hardverify": hardverify(lambda given: [r == 1.0 for r in trl_rewards(given)], data),
            },
        },
    }


def print_table(found: dict[str, Any]) -> None:
    """The same figures for a person."""
    table = Table(title=f"verifiers, tier {found['tier']}, {WORKERS} workers")
    rows = {"this project": found, **found["peers"]}
    columns = [name for name, value in found.items() if name not in ("tier", "peers")]
    for column in ["", *columns]:
        table.add_column(column.replace("_", " "))
    for name, figures in rows.items():
        table.add_row(name, *(shown(figures.get(column)) for column in columns))
    Console(width=150).print(table)


def shown(figure: Any) -> str:
    """A figure as a cell."""
    if figure is None:
        return "-"
    if isinstance(figure, dict):
        return " / ".join(f"{value:.3f}" for value in figure.values())
    return f"{figure:,.2f}" if figure < 100 else f"{figure:,.0f}"


if __name__ == "__main__":
    result = measure(tyro.cli(Arguments, description=__doc__))
    print_table(result)
    print(json.dumps(result))
