"""The command `ratchetrl distil`: a run's champion, taught to a smaller model.

    ratchetrl distil outputs/quickstart --student configs/distil_student.toml [--output DIR] [--unit flops]

The student's folder is that of an ordinary run (status, report and recheck work on it): generation after
generation it samples, learns from its teacher instead of from verdicts, and must pass its gate. At the end it
is held against its teacher (`distil_compare.py`). Exit code 0 where it lies left of it at some score, 1 where
it does not. The same command continues a run that was stopped.
"""

import json
import sys
from contextlib import redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

import tyro

from ratchetrl.pipelines import hardware
from ratchetrl.pipelines.config import Config
from ratchetrl.pipelines.config_file import load_student
from ratchetrl.pipelines.distil_compare import Frontiers, check_report_split, compare_frontiers
from ratchetrl.pipelines.distil_stage import teacher_facts
from ratchetrl.pipelines.distil_text import print_frontiers, sentence
from ratchetrl.pipelines.generation import Orders
from ratchetrl.pipelines.launch import INTERRUPTED, launch, verifier_pool
from ratchetrl.pipelines.reporting.write import redraw_report
from ratchetrl.pipelines.run_folder import RunFolder, open_run
from ratchetrl.pipelines.store import manifest, write_json
from ratchetrl.pipelines.suites import open_suite
from ratchetrl.verifiers.errors import UserError

NOT_LEFT = 1
RESULT_FILE = "distil.json"


@dataclass(frozen=True)
class DistilArguments:
    """Distils the champion of a run into a smaller model, and says whether that model gives some score for
    less than its teacher does."""

    run: Annotated[tyro.conf.Positional[Path], tyro.conf.arg(metavar="RUN")]
    """The teacher's run: finished, or stopped."""
    student: Path
    """The student's recipe: its [model] is the smaller one; seed, [data] and report.efforts are those of the
    teacher's run."""
    output: Path | None = None
    """Folder of the student's run; by default outputs/ and the recipe's name."""
    unit: Literal["flops", "output_tokens", "gpu_s", "usd"] = "flops"
    """What prices are counted in."""
    json: bool = False
    """Print JSON."""


def main(arguments: list[str]) -> int:
    """`ratchetrl distil`."""
    given = tyro.cli(DistilArguments, args=arguments, prog="ratchetrl distil")
    age_s, teacher = hardware.process_age_s(), open_run(given.run)
    config, generation = student_config(given.student, teacher)
    student = RunFolder(given.output or Path("outputs") / given.student.stem)
    with redirect_stdout(sys.stderr):  # where the run is told of; what is printed here is the answer
        code = launch(config, student.path, rerun=False, orders=Orders(), began_s_ago=age_s)
    if student.state()["state"] != "finished":
        return code or INTERRUPTED  # 0 would say that the student is cheaper
    found = compare_frontiers(student, teacher, generation, given.unit)
    told = result(found, teacher, generation, teacher_facts(config)["teacher"])
    write_json(student.path / RESULT_FILE, told)
    redraw_report(student)
    if given.json:
        print(json.dumps(told))
    else:
        print_frontiers(found, teacher.path.name)
    return 0 if found.left else NOT_LEFT


def result(found: Frontiers, teacher: RunFolder, generation: int, weights_hash: str) -> dict[str, Any]:
    """What distil.json and `--json` say."""
    who = {"teacher": teacher.path.name, "generation": generation, "weights_hash": weights_hash}
    return {**who, "sentence": sentence(found, teacher.path.name), **found.plain()}


def student_config(recipe: Path, teacher: RunFolder) -> tuple[Config, int]:
    """The recipe with its teacher filled in, and the generation that made the teacher. Raises UserError where
    the two do not go together, or the teacher was never measured."""
    if teacher.is_locked():
        raise UserError(
            f"{teacher.path} is still running; wait for it, or stop it: touch {teacher.stop_file}"
        )
    if not teacher.champion_link.exists():
        raise UserError(f"{teacher.path} has no champion yet; let it run first")
    stage = teacher.champion_link.resolve().parent
    config = load_student(recipe, stage)
    with verifier_pool(config) as pool:
        problems = open_suite(config.data, config.seed, pool).report_problems()
    generation: int = manifest(stage)["generation"]
    check_report_split(config, problems, teacher, generation)
    return config, generation
