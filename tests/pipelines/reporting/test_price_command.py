"""`ratchetrl price`: the format that others' scripts read, and what it refuses."""

import json
from pathlib import Path
from typing import Any

import pytest
from planted_model import PlantedModel
from synthetic_run import Settings, write_synthetic_run

from ratchetrl.pipelines.price_command import main
from ratchetrl.pipelines.run_folder import RunFolder
from ratchetrl.verifiers.errors import UserError


def answer(run: RunFolder, capsys: pytest.CaptureFixture[str], *options: str) -> dict[str, Any]:
    assert main([str(run.path), "--json", *options]) == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def test_the_price_of_a_score_is_told_for_every_measured_generation(
    planted_run: RunFolder, capsys: pytest.CaptureFixture[str]
) -> None:
    found = answer(planted_run, capsys, "--score", "0.6")
    assert list(found) == ["score", "unit", "generations", "decline", "lower", "upper"]
    assert (found["score"], found["unit"]) == (0.6, "output_tokens")
    assert [each["index"] for each in found["generations"]] == [0, 1, 3]
    assert all(list(each) == ["index", "price", "state"] for each in found["generations"])
    prices = [each["price"] for each in found["generations"]]
    assert prices[0] > prices[1] > prices[2]
    assert found["decline"] == pytest.approx(1 - prices[2] / prices[0])
    assert found["lower"] < found["decline"] < found["upper"]


def test_a_score_that_nobody_reaches_has_no_price(
    planted_run: RunFolder, capsys: pytest.CaptureFixture[str]
) -> None:
    found = answer(planted_run, capsys, "--score", "1", "--unit", "flops")
    assert {(each["price"], each["state"]) for each in found["generations"]} == {(None, "not_reached")}
    assert (found["decline"], found["lower"], found["upper"]) == (None, None, None)
    main([str(planted_run.path), "--score", "1"])
    assert "fewer than two generations reach that score" in capsys.readouterr().out


@pytest.mark.parametrize("score", ["0", "-0.5", "1.5", "nan"])
def test_a_score_outside_its_range_is_refused(planted_run: RunFolder, score: str) -> None:
    with pytest.raises(UserError, match="cannot be priced; give one above 0 and up to 1"):
        main([str(planted_run.path), f"--score={score}"])


def test_money_without_a_price_is_refused(tmp_path: Path) -> None:
    settings = Settings(PlantedModel(0.0, 30.0), (), problems=4, usd_per_device_hour=None)
    run = write_synthetic_run(tmp_path / "run", settings)
    with pytest.raises(UserError, match="knows no cost in usd; set "):
        main([str(run.path), "--score", "0.5", "--unit", "usd"])


def test_a_run_that_measured_nothing_yet_is_refused(tmp_path: Path) -> None:
    run = write_synthetic_run(tmp_path / "run", Settings(PlantedModel(0.0, 30.0), (), problems=4))
    (run.generation(0) / "report_stage.json").unlink()
    with pytest.raises(UserError, match="has measured no champion on its report split yet"):
        main([str(run.path), "--score", "0.5"])


def test_no_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="holds no run"):
        main([str(tmp_path), "--score", "0.5"])
