"""How much compute until a model reaches a score? This pipeline beside TRL's own GRPOTrainer.

    scripts/bench_learning --suite quickstart|hard [--quick] [--seeds 7 8 9] [--output DIR] [--ablation]
                           [--arms trl full ...]

Counts FLOPs, generated tokens and seconds until pass@1 on held-out problems reaches the suite's target: for
TRL's trainer as its documentation sets it up (generating with transformers, because on CPU its vLLM mode does
not start), and for this pipeline with uniform sampling, in full, and by its two supervised ways. Everything
an arm does counts, rejected generations and discarded rollouts too; the looks at the target, which are the
same for all arms, and the gates do not (`gate_flops` says what those took). All arms of a seed start from one
base, made before the first and not counted. TRL's trainer was tuned on seed 1, ours on 1 to 6, so that others
are shown by default.

Every finished arm is kept in DIR and found again, as long as neither it nor any code has changed. The table
comes last but one, the last line is JSON.
"""

import json
import shutil
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal

import tyro
from bench_learning_parts.arms import ABLATIONS, ARMS, SUITES, UNEVENTFUL, Settings, Suite, ablated, flags
from bench_learning_parts.detector import Detector, Look, open_detector
from bench_learning_parts.our_arm import RunRequest, run_arm
from bench_learning_parts.results import ArmResult
from bench_learning_parts.summary import ablation_line, last_line, table
from bench_learning_parts.trl_request import TrlRequest

from ratchetrl.pipelines.base_stage import bootstrap_inputs
from ratchetrl.pipelines.bootstrap import bootstrap
from ratchetrl.pipelines.config import Config
from ratchetrl.pipelines.config_file import load_arguments
from ratchetrl.pipelines.policy import load_model, load_tokenizer
from ratchetrl.pipelines.store import digest, file_digest, write_json

QUICK_GENERATIONS = 6
"""Of `--quick`, which is to end in ten minutes on two cores."""
SAMPLES = 4
"""Answers to a problem, of a gate and of a look at the target."""
ROOMS = ("pipelines", "rewards", "verifiers", "scripts/bench_learning_parts")
CODE = file_digest(file for room in ROOMS for file in (Path(__file__).parents[1] / room).rglob("*.py"))
"""What a result follows from besides what was asked."""
TRL_ARM = Path(__file__).parent / "bench_learning_parts" / "trl_arm.py"


@dataclass(frozen=True)
class Arguments:
    """Compares how much compute a score takes."""

    suite: Literal["quickstart", "hard"]
    """Which problems, which base, which target."""
    quick: bool = False
    """One seed, half of the problems in every evaluation, and six generations at most: an arm of ours may not
    get there that otherwise does."""
    seeds: tuple[int, ...] = (7, 8, 9)
    """One comparison each, on a base of its own."""
    output: Path = Path("outputs/bench_learning")
    """Where finished arms are kept."""
    ablation: bool = False
    """Instead: our arms in full, and with each of their devices switched off."""
    arms: tuple[str, ...] = ()
    """Only these: of trl, uniform, full, rft and grpo_sft; with --ablation, of full, full_grpo, and what is
    left of them without a device, such as full-probe. By default all. On two cores an arm of one
    seed takes minutes; two benchmarks beside each other take many times as long."""


class Bench:
    """Arms of one suite, each run once per seed and kept."""

    def __init__(self, given: Arguments, suite: Suite) -> None:
        """Runs nothing yet."""
        self.suite, self._home = suite, given.output / given.suite
        self._problems = suite.gate_problems // (2 if given.quick else 1)
        self._generations = QUICK_GENERATIONS if given.quick else suite.generations

    def make_base(self, seed: int) -> None:
        """The base of a seed, where it is not there yet."""
        base, config = self._base(seed), self._base_recipe(seed)
        assert config.bootstrap is not None, "a suite's recipe says how its base is trained"
        if not base.exists():
            print(f"training the base of seed {seed}", flush=True)
            bootstrap(config.bootstrap, seed, base)

    def result(self, arm: str, settings: Settings, seed: int) -> ArmResult:
        """Found, or run now."""
        request = self._trl_request(seed) if arm == "trl" else self._run_request(arm, settings, seed)
        folder = self._home / f"{arm}-{seed}-{digest([asdict(request), CODE])[:8]}"
        stored = folder / "result.json"
        if not stored.exists():
            print(f"{arm}, seed {seed}: {folder}", flush=True)
            # What was cut short begins anew: nobody knows what it had cost.
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
            if isinstance(request, TrlRequest):
                _run_trl(request, folder)
            else:
                run_arm(request, folder, self._look_at).write(stored)
        return ArmResult.read(stored)

    def _base(self, seed: int) -> Path:
        return self._home / f"base-{bootstrap_inputs(self._base_recipe(seed))}"

    def _base_recipe(self, seed: int) -> Config:
        return load_arguments([self.suite.recipe, "--seed", str(seed)]).config

    def _trl_request(self, seed: int) -> TrlRequest:
        return TrlRequest(
            recipe=self.suite.recipe,
            options=flags(self.suite.settings),
            base=str(self._base(seed)),
            seed=seed,
            target=self.suite.target,
            detector_problems=self._problems,
            detector_samples=SAMPLES,
            **self.suite.trl,
        )

    def _run_request(self, arm: str, settings: Settings, seed: int) -> RunRequest:
        common = {
            "model.path": self._base(seed),
            "data.gate_problems": self._problems,
            "gate.samples": SAMPLES,
            "budget.generations": self._generations,
        }
        return RunRequest(
            arm=arm,
            recipe=self.suite.recipe,
            options=flags(self.suite.settings | UNEVENTFUL | common | settings),
            seed=seed,
            target=self.suite.target,
        )

    def _look_at(self, weights: Path) -> Look:
        return self._detector.look(load_model(str(weights)), load_tokenizer(str(weights)), self.suite.target)

    @cached_property
    def _detector(self) -> Detector:
        changed = flags(self.suite.settings)
        return open_detector(self.suite.recipe, changed, self._problems, SAMPLES)


def _run_trl(request: TrlRequest, folder: Path) -> None:
    """In a process of its own, timed from here."""
    asked, answer = folder / "request.json", folder / "result.json"
    write_json(asked, {**asdict(request), "started_at": time.time()})
    with (folder / "run.log").open("w") as log:
        command = [sys.executable, str(TRL_ARM), str(asked), str(answer)]
        subprocess.run(command, stdout=log, stderr=subprocess.STDOUT, check=True)


def main() -> None:
    """Prints the table, and the figures as JSON."""
    given = tyro.cli(Arguments, description=__doc__)
    arms = ablated(ABLATIONS) if given.ablation else {"trl": {}, **ARMS}
    if unknown := [name for name in given.arms if name not in arms]:
        sys.exit(f"there is no arm {unknown[0]!r} to compare here; choose from {', '.join(arms)}")
    wanted = {name: settings for name, settings in arms.items() if not given.arms or name in given.arms}
    bench = Bench(given, SUITES[given.suite])
    seeds = given.seeds[:1] if given.quick else given.seeds
    results: dict[str, list[ArmResult]] = {name: [] for name in wanted}
    for seed in seeds:
        bench.make_base(seed)
    for seed in seeds:
        for name, settings in wanted.items():
            results[name].append(bench.result(name, settings, seed))
            print(table(results), flush=True)
    if given.ablation:
        print(json.dumps(ablation_line(given.suite, bench.suite.target, results)))
    else:
        print(json.dumps(last_line(given.suite, bench.suite.target, results)))


if __name__ == "__main__":
    main()
