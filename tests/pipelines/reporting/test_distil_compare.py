"""Student against teacher on planted runs whose truth is known: cheaper, not cheaper, not comparable."""

from dataclasses import replace
from pathlib import Path

import pytest
from planted_model import PlantedModel
from planted_settings import SHAPE, Settings
from synthetic_run import write_synthetic_run

from ratchetrl.pipelines.distil_compare import compare_frontiers
from ratchetrl.pipelines.distil_text import print_frontiers, sentence
from ratchetrl.pipelines.run_folder import RunFolder
from ratchetrl.pipelines.store import write_json
from ratchetrl.verifiers.errors import UserError

TEACHER = 3
"""Generation of the planted run that stands."""


def student_run(folder: Path, skill: float, **changes: object) -> RunFolder:
    """A run of one generation by a model of half the layers, which ends with this skill."""
    steps = (PlantedModel(skill=skill, tokens=26.0),)
    settings = Settings(base=PlantedModel(skill=-2.0, tokens=30.0), steps=steps)
    run = write_synthetic_run(folder, replace(settings, **changes))  # type: ignore[arg-type]
    (base,) = run.path.glob("generation_000/base-*/weights/config.json")
    write_json(base, SHAPE | {"num_hidden_layers": 2})
    return run


def test_a_good_smaller_student_lies_left(planted_run: RunFolder, tmp_path: Path) -> None:
    found = compare_frontiers(student_run(tmp_path / "student", 2.6), planted_run, TEACHER, "flops")
    base, _, teacher = found.scores
    assert found.left and [base.generation, teacher.generation] == [0, TEACHER]
    assert base.left and base.times is not None and base.lower is not None
    assert base.teacher == pytest.approx(found.points["teacher"].flops)  # below its cheapest point
    assert 1 < base.lower <= base.times and 1.5 < base.times < 2.5
    assert found.level == pytest.approx(1 - 0.05 / 3)
    assert sentence(found, "a").startswith("the student lies left of its teacher: a score of ")


def test_a_student_that_stayed_bad_does_not(planted_run: RunFolder, tmp_path: Path) -> None:
    found = compare_frontiers(student_run(tmp_path / "student", -1.5), planted_run, TEACHER, "flops")
    assert not found.left and found.best is None and not found.plain()["left"]
    assert found.scores[-1].student is None and found.scores[-1].lower == 0.0
    told = sentence(found, "a")
    assert told.startswith("the student does not lie left of its teacher: at none of the scores")


def test_a_student_that_writes_as_much_is_not_cheaper_in_tokens(
    planted_run: RunFolder, tmp_path: Path
) -> None:
    student = student_run(tmp_path / "student", 2.6)
    assert not compare_frontiers(student, planted_run, TEACHER, "output_tokens").left


def test_a_later_generation_of_the_teachers_run_is_not_asked_about(
    planted_run: RunFolder, tmp_path: Path
) -> None:
    student = student_run(tmp_path / "student", 2.6)
    assert [each.generation for each in compare_frontiers(student, planted_run, 1, "flops").scores] == [0, 1]


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"seed": 5}, "report problems are not those of .*; give its recipe the same seed"),
        ({"problems": 41}, "report problems are not those of .*; give its recipe the same seed"),
        ({"efforts": (48, 96)}, 'at other efforts than .*; set report.efforts = \\["96"\\]'),
    ],
)
def test_what_was_not_measured_alike_is_not_compared(
    planted_run: RunFolder, tmp_path: Path, changes: dict[str, object], why: str
) -> None:
    student = student_run(tmp_path / "student", 2.6, **changes)
    with pytest.raises(UserError, match=why):
        compare_frontiers(student, planted_run, TEACHER, "flops")


def test_a_unit_that_one_of_the_two_does_not_know_is_refused(planted_run: RunFolder, tmp_path: Path) -> None:
    student = student_run(tmp_path / "student", 2.6, usd_per_device_hour=None)
    with pytest.raises(UserError, match="usd is not known of both runs; ask for another --unit"):
        compare_frontiers(student, planted_run, TEACHER, "usd")


def test_people_see_scores_prices_and_the_answer(
    planted_run: RunFolder, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = compare_frontiers(student_run(tmp_path / "student", 2.6), planted_run, TEACHER, "flops")
    print_frontiers(found, "a")
    told = capsys.readouterr().out
    assert "student, before" in told and "generation 3" in told
    assert told.rstrip().splitlines()[-1] == sentence(found, "a")
