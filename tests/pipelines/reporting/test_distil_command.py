"""What `ratchetrl distil` refuses before anything is created, and what a student's stages rest on."""

import shutil
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from planted_settings import SHAPE

from ratchetrl.pipelines.accounting.flops import logprob_flops
from ratchetrl.pipelines.accounting.model_shape import ModelShape
from ratchetrl.pipelines.config import Config
from ratchetrl.pipelines.config_file import load_arguments, load_toml
from ratchetrl.pipelines.config_tables import Distil
from ratchetrl.pipelines.distil_command import main, student_config
from ratchetrl.pipelines.distil_rows import write_distil_rows
from ratchetrl.pipelines.distil_stage import note_teacher, teacher_facts, teacher_of, teacher_work
from ratchetrl.pipelines.run_folder import RunFolder, link_atomically
from ratchetrl.pipelines.store import manifest, read_records, shards, write_json
from ratchetrl.pipelines.train_job import TrainResult, read_result
from ratchetrl.verifiers.errors import UserError

STUDENT = Path(__file__).parents[3] / "configs" / "distil_student.toml"


@pytest.fixture
def teacher(planted_run: RunFolder, tmp_path: Path) -> RunFolder:
    """A planted run whose champion has weights."""
    shutil.copytree(planted_run.path, tmp_path / "teacher", symlinks=True)
    folder = RunFolder(tmp_path / "teacher")
    (stage,) = folder.path.glob("generation_003/train-*")
    write_json(stage / "weights" / "config.json", SHAPE)
    link_atomically(folder.champion_link, str((stage / "weights").relative_to(folder.path)))
    return folder


def taught(teacher: RunFolder) -> Config:
    """A recipe with that teacher."""
    stage = teacher.champion_link.resolve().parent
    return load_toml(STUDENT).model_copy(update={"distil": Distil(teacher=str(stage))})


def test_other_report_problems_than_the_teachers_are_refused(teacher: RunFolder) -> None:
    with pytest.raises(
        UserError, match=r"report problems are not those of .*; give its recipe the same seed"
    ):
        student_config(STUDENT, teacher)


def test_a_run_without_a_champion_has_no_teacher(planted_run: RunFolder) -> None:
    with pytest.raises(UserError, match="has no champion yet; let it run first"):
        student_config(STUDENT, planted_run)


def test_a_run_that_still_goes_on_is_no_teacher(teacher: RunFolder) -> None:
    with teacher.locked(), pytest.raises(UserError, match="still running; wait for it, or stop it: touch"):
        student_config(STUDENT, teacher)


def test_a_champion_that_was_not_measured_is_no_teacher(teacher: RunFolder) -> None:
    (teacher.generation(3) / "report_stage.json").unlink()
    with pytest.raises(UserError, match=r"generation 3 of .* was not measured on the report split yet; let"):
        student_config(STUDENT, teacher)


@pytest.mark.parametrize(
    ("table", "line", "said"),
    [
        ("sampling", "attempts = 2", "learns from its first attempts only; set sampling.attempts = 1"),
        ("train", "share_prompts = true", "needs padded rows; set train.share_prompts = false"),
        ("selection", "rows_per_group = 4", "selection.rows_per_group does nothing for a student"),
        ("selection", "rows_per_group = 9", "selection.rows_per_group does nothing for a student"),
        ("selection", "replay = 0.1", "selection.replay does nothing for a student"),
        ("reward", "length_price = 0.2", "reward.length_price does nothing for a student"),
        ("train", "supervised = 0.3", "train.supervised does nothing for a student"),
    ],
)
def test_settings_that_a_student_cannot_have_are_refused(
    teacher: RunFolder, tmp_path: Path, table: str, line: str, said: str
) -> None:
    recipe, text = tmp_path / "student.toml", STUDENT.read_text()
    text = text if f"[{table}]" in text else f"{text}\n[{table}]"
    recipe.write_text(text.replace(f"[{table}]", f"[{table}]\n{line}\n#", 1))
    with pytest.raises(UserError, match=said):
        student_config(recipe, teacher)


def test_a_student_may_learn_from_single_rollouts(teacher: RunFolder, tmp_path: Path) -> None:
    recipe = tmp_path / "student.toml"
    recipe.write_text(STUDENT.read_text().replace("samples = 4 ", "samples = 1 "))
    with pytest.raises(UserError, match="report problems are not those of"):  # the recipe itself is in order
        main([str(teacher.path), "--student", str(recipe)])
    with pytest.raises(UserError, match="a group of one rollout has no advantage"):
        load_arguments([str(recipe)])


def test_the_command_answers_in_one_sentence_and_with_exit_code_2(tmp_path: Path) -> None:
    command = [str(Path(sys.executable).with_name("ratchetrl")), "distil", str(tmp_path), "--student"]
    done = subprocess.run([*command, str(STUDENT)], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (2, "")
    assert "holds no run; name a folder such as outputs/quickstart" in done.stderr


def test_a_teacher_whose_weights_are_gone_is_named(teacher: RunFolder) -> None:
    config = taught(teacher)
    stage = teacher.champion_link.resolve().parent
    assert teacher_facts(config) == {"teacher": manifest(stage)["weights_hash"]}
    shutil.rmtree(stage / "weights")
    with pytest.raises(UserError, match="has no weights any more; bring them back, or distil another run"):
        teacher_of(config)


def test_a_recipe_without_a_teacher_is_left_alone(tmp_path: Path) -> None:
    assert teacher_facts(load_toml(STUDENT)) == note_teacher(tmp_path, load_toml(STUDENT)) == {}
    assert not list(tmp_path.iterdir())


def test_every_rollout_is_a_row_whatever_its_verdict(planted_run: RunFolder, tmp_path: Path) -> None:
    home = planted_run.generation(1)
    plan, sample, verify = (next(home.glob(f"{name}-*")) for name in ("plan", "sample", "verify"))
    facts = write_distil_rows(plan / "problems.parquet", sample, verify, tmp_path)
    stored = [row for shard in shards(sample) for row in read_records(shard)]
    rows = [row for shard in shards(tmp_path) for row in read_records(shard)]
    assert [row["rollout_id"] for row in rows] == [row["id"] for row in stored]
    assert [row["completion_ids"] for row in rows] == [row["completion_ids"] for row in stored]
    assert facts["selected"] == facts["rollouts"] == len(rows) and facts["dead_share"] == 0.0


def test_the_teachers_forward_passes_are_counted(teacher: RunFolder) -> None:
    (stage,) = teacher.path.glob("generation_003/train-*")
    rows = next(teacher.path.glob("generation_003/select-*")) / "rows"
    result: TrainResult = read_result(stage)
    assert teacher_work(stage, rows, result).flops.reference == 0.0  # nobody taught yet
    note_teacher(stage, taught(teacher))
    tables = [pq.read_table(shard, columns=["prompt_ids", "completion_ids"]) for shard in shards(rows)]
    lengths = [[len(row[name]) for name in row] for table in tables for row in table.to_pylist()]
    once = sum(float(logprob_flops(ModelShape.of(SHAPE), *each)) for each in lengths)
    share = result.forward_tokens / sum(map(sum, lengths))
    assert teacher_work(stage, rows, result).flops.reference == pytest.approx(once * share)
