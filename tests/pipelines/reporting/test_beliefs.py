"""What a run believes is told in its report and its status, and only where there is a posterior."""

import shutil
from pathlib import Path
from typing import Any

import pytest
from page_sample import hostile_rollouts

from ratchetrl.pipelines.posterior.calibration import Reliability
from ratchetrl.pipelines.posterior.state import FACTS_FILE
from ratchetrl.pipelines.recheck import recheck
from ratchetrl.pipelines.reporting.assemble import assemble
from ratchetrl.pipelines.reporting.page import page
from ratchetrl.pipelines.reporting.write import write_report
from ratchetrl.pipelines.run_folder import RunFolder
from ratchetrl.pipelines.status import print_status, run_status
from ratchetrl.pipelines.store import write_json

FORGETTING = (
    "generation 3: forgetting; of 8 solved problems asked again 5 fail, where 0.6 were to be expected; lower "
    "train.learning_rate, or set selection.replay"
)
EMPTY, TABLE = (0.0,) * 10, {"answers": 100.0, "predicted": 45.0, "right": 65.0}
PREDICTED = Reliability(**{name: (*EMPTY[:4], total, *EMPTY[5:]) for name, total in TABLE.items()}).facts()


def facts(generation: int, forgotten: int) -> dict[str, Any]:
    return {
        "champion": generation - 1,
        "levels": {"easy \x1b[2J [red]": [3.0 * generation, 1.0], "hard": [0.5, 1.5]},
        "calibration": None if generation == 1 else PREDICTED,
        "so_far": Reliability().facts() if generation == 1 else PREDICTED,
        "solved": {"sampled": 8, "failed": forgotten, "expected": 0.6},
    }


@pytest.fixture
def believing(planted_run: RunFolder, tmp_path: Path) -> RunFolder:
    """The planted run, as if its verdicts had been believed; the last generation forgets."""
    folder = RunFolder(shutil.copytree(planted_run.path, tmp_path / "run", symlinks=True))
    for generation, forgotten in ((1, 0), (2, 1), (3, 5)):
        write_json(folder.generation(generation) / FACTS_FILE, facts(generation, forgotten))
    return folder


def test_the_report_has_rates_errors_and_the_alarm(believing: RunFolder) -> None:
    report = assemble(believing)
    base, *_, last = report["generations"]
    assert base["beliefs"] is None
    assert [each["rate"] for each in last["beliefs"]["levels"]] == [0.9, 0.25]
    assert last["beliefs"]["calibration"]["error"] == pytest.approx(0.2)
    assert 0.03 < last["beliefs"]["calibration"]["floor"] < 0.05
    assert FORGETTING in report["alarms"] and len(report["alarms"]) == 1


def test_the_page_shades_pass_rates_by_level_and_generation(believing: RunFolder) -> None:
    text = page(assemble(believing), hostile_rollouts(3))
    section = text[text.index('<section id="beliefs">') :].split("</section>")[0]
    for shown in ('heat-7">0.75<', 'heat-9">0.90<', 'heat-2">0.25<', ">0.200 (0.040)<"):
        assert shown in section, shown
    assert section.count("heat-2") == 3 and 'href="#beliefs"' in text


def test_a_report_with_beliefs_can_be_recomputed(believing: RunFolder) -> None:
    write_report(believing)
    assert not recheck(believing).differences


def test_the_status_tells_them_in_a_table(
    believing: RunFolder, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    print_status(run_status(believing.path))
    told = capsys.readouterr().out
    easy, hard = (next(line for line in told.splitlines() if name in line) for name in ("easy", "hard"))
    assert [cell.strip() for cell in hard.split("│")[2:-1]] == ["0.25", "0.25", "0.25"]
    assert "easy \\x1b[2J [red]" in easy and "0.90" in easy
    assert (
        "generation 3: pass rates were predicted with an error of 0.200 (a perfect prediction: 0.040)" in told
    )
    assert FORGETTING in told and "generation 2: forgetting" not in told


def test_nothing_is_told_of_a_run_without_a_posterior(
    planted_run: RunFolder, capsys: pytest.CaptureFixture[str]
) -> None:
    print_status(run_status(planted_run.path))
    text = page(assemble(planted_run), hostile_rollouts(3))
    assert "believe" not in capsys.readouterr().out
    assert "#beliefs" not in text and "What the run believes" not in text
