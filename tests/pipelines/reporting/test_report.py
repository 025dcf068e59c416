"""report.json of planted runs: complete, the same bytes again, and drawn of whatever there is so far."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from planted_model import PlantedModel
from synthetic_run import THREE_STEPS, Settings, write_synthetic_run

from ratchetrl.pipelines.report_command import main as report_command
from ratchetrl.pipelines.reporting.assemble import assemble
from ratchetrl.pipelines.reporting.write import write_report
from ratchetrl.pipelines.run_folder import RunFolder
from ratchetrl.pipelines.store import append_line, read_json, write_json
from ratchetrl.verifiers.errors import UserError

GENERATION_FIELDS = {
    *(
        "generation",
        "parent",
        "decision",
        "weights_hash",
        "base_revision",
        "gate",
        "eval",
        "points",
        "levels",
    ),
    *(
        "truncation",
        "frontier",
        "iso",
        "crystallised",
        "breakeven",
        "gain",
        "mde",
        "ledger4",
        "cost",
        "health",
        "beliefs",
    ),
}
COST_CATEGORIES = {
    *("rollout", "filtered", "aborted", "verify_cpu_s", "old_logp", "ref", "update", "eval"),
    *("rejected_tries", "idle", "total"),
}
BASE = PlantedModel(skill=0.0, tokens=30.0)
WORSE = PlantedModel(skill=-4.0, tokens=30.0)


@pytest.fixture(scope="module")
def report(planted_run: RunFolder) -> dict[str, Any]:
    return assemble(planted_run)


def numbers(value: Any) -> list[float]:
    if isinstance(value, dict):
        return [number for each in value.values() for number in numbers(each)]
    if isinstance(value, list):
        return [number for each in value for number in numbers(each)]
    return [value] if isinstance(value, float) else []


def test_every_generation_has_every_field(report: dict[str, Any]) -> None:
    assert [each["generation"] for each in report["generations"]] == [0, 1, 2, 3]
    assert all(each.keys() >= GENERATION_FIELDS for each in report["generations"])
    assert all(each["cost"].keys() >= COST_CATEGORIES for each in report["generations"])
    decisions = [each["decision"]["decision"] for each in report["generations"]]
    assert decisions == ["base", "promoted", "rejected", "promoted"]
    assert [each["parent"] for each in report["generations"]] == [None, 0, 1, 1]
    assert report["champion"] == report["latest"] == 3


def test_a_rejected_generation_has_its_gate_and_its_cost_but_no_points(report: dict[str, Any]) -> None:
    rejected = report["generations"][2]
    assert rejected["points"] == [] and rejected["gain"] is None and rejected["eval"] is None
    assert rejected["gate"]["gain"] < 0 and rejected["gate"]["levels"]
    assert rejected["cost"]["total"]["flops"] > 0


def test_a_rejected_try_is_part_of_what_the_next_step_cost(report: dict[str, Any]) -> None:
    totals = [each["cost"]["total"]["flops"] for each in report["generations"]]
    step = next(each for each in report["generations"][3]["breakeven"] if each["unit"] == "flops")
    assert step["f_gen"] == pytest.approx(totals[2] + totals[3])
    assert step["f_cum"] == pytest.approx(sum(totals[1:]))


def test_the_frontier_names_points_that_are_there(report: dict[str, Any]) -> None:
    for each in report["generations"]:
        known = {point["id"] for point in each["points"]}
        assert all(set(ids) <= known for ids in each["frontier"].values())
    assert report["units"] == ["output_tokens", "flops", "gpu_s", "usd"]
    assert report["usd_source"] == "device hours"


def test_problems_of_a_step_add_up(report: dict[str, Any]) -> None:
    counts = report["generations"][3]["ledger4"]
    assert sum(counts[key] for key in ("kept", "gained", "lost", "never")) == counts["n"] == 40
    assert counts["k"] == 16 and 0 <= counts["p"] <= 1


def test_the_same_folder_gives_the_same_bytes(planted_run: RunFolder, tmp_path: Path) -> None:
    copy = RunFolder(shutil.copytree(planted_run.path, tmp_path / "run"))
    write_report(copy)
    first = [(copy.path / "report" / name).read_bytes() for name in ("report.json", "rollouts.json")]
    write_report(copy)
    again = [(copy.path / "report" / name).read_bytes() for name in ("report.json", "rollouts.json")]
    assert first == again


def test_no_number_has_more_digits_than_mean_something(report: dict[str, Any]) -> None:
    assert all(number == float(f"{number:.10g}") for number in numbers(report))


def test_without_a_price_nothing_is_told_in_money(tmp_path: Path) -> None:
    settings = Settings(BASE, (), problems=6, usd_per_device_hour=None)
    report = assemble(write_synthetic_run(tmp_path / "run", settings))
    assert "usd" not in report["units"] and report["usd_source"] is None
    assert all(point["usd"] is None for point in report["generations"][0]["points"])


def test_a_run_that_has_only_its_base_is_told_so(tmp_path: Path) -> None:
    run = write_synthetic_run(tmp_path / "run", Settings(BASE, (), problems=8, state="running"))
    report = assemble(run)
    assert report["state"] == "interrupted" and report["rho_trend"] == "too few"
    assert report["headline"][0].startswith("No generation was decided yet; one sample of the base scores 0.")
    assert report["since_base"] is None and report["generations"][0]["iso"]


def test_a_run_in_its_first_moments_has_a_report(tmp_path: Path) -> None:
    run = write_synthetic_run(tmp_path / "run", Settings(BASE, (), problems=4))
    for stage in run.generation(0).glob("report*"):
        shutil.rmtree(stage) if stage.is_dir() else stage.unlink()
    report = assemble(run)
    assert report["headline"] == ["No generation was decided yet; nothing was measured yet."]
    assert report["units"] == [] and report["generations"][0]["points"] == []


def test_where_everything_was_rejected_the_gates_sight_is_told(tmp_path: Path) -> None:
    settings = Settings(BASE, (WORSE, None, WORSE), problems=8)
    report = assemble(write_synthetic_run(tmp_path / "run", settings))
    first = report["headline"][0]
    assert first.startswith("The base still stands: 0 of 3 generations were promoted; one sample of the base")
    assert "The finest gate would have found a gain of" in first
    assert any(each.startswith("The run has saturated: its last 2 gates") for each in report["headline"])
    assert (
        report["generations"][2]["gate"] is None and report["generations"][2]["health"]["dead_wrong"] == 1.0
    )


def test_problems_that_could_not_be_judged_are_in_no_curve_and_raise_an_alarm(
    planted_run: RunFolder, tmp_path: Path
) -> None:
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    copy = RunFolder(shutil.copytree(planted_run.path, tmp_path / "run"))
    (rows,) = copy.generation(1).glob("report-*/rows.parquet")
    table = pq.read_table(rows)
    lost = pc.equal(table["problem_id"], "report-3")
    scores = pc.if_else(lost, pa.scalar(None, pa.float64()), table["score"])
    pq.write_table(table.set_column(table.schema.get_field_index("score"), "score", scores), rows)
    found = assemble(copy)
    assert {point["problems"] for each in found["generations"] for point in each["points"]} == {39}
    assert found["alarms"][0].startswith("1 of 40 report problems are in no curve")


def test_a_run_of_an_older_version_is_refused_in_one_sentence(planted_run: RunFolder, tmp_path: Path) -> None:
    copy = RunFolder(shutil.copytree(planted_run.path, tmp_path / "run"))
    decision = copy.generation(1) / "decision.json"
    write_json(decision, {key: value for key, value in read_json(decision).items() if key != "route"})
    with pytest.raises(UserError, match="was made by an older version"):
        assemble(copy)


def test_the_command_prints_the_report_that_it_wrote(
    planted_run: RunFolder, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    copy = shutil.copytree(planted_run.path, tmp_path / "run")
    assert report_command([str(copy), "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == read_json(copy / "report" / "report.json")
    assert report_command([str(copy)]) == 0
    assert capsys.readouterr().out.startswith("One sample of generation 3 scores")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("data.json", None),
        ("state.json", "["),
        ("champions.jsonl", "[]\n"),
        ("generation_003/decision.json", "7"),
    ],
)
def test_a_run_with_a_damaged_file_is_refused_in_one_sentence(
    planted_run: RunFolder, tmp_path: Path, name: str, content: str | None
) -> None:
    copy = Path(shutil.copytree(planted_run.path, tmp_path / "copy"))
    (copy / name).unlink(missing_ok=True)
    if content is not None:
        (copy / name).write_text(content)
    with pytest.raises(UserError, match="missing or damaged"):
        report_command([str(copy)])


def test_there_is_no_report_where_there_is_no_run(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="holds no run"):
        report_command([str(tmp_path)])


def test_two_efforts_share_one_frontier(tmp_path: Path) -> None:
    settings = Settings(BASE, THREE_STEPS.steps[:1], problems=20, efforts=(28, 96))
    report = assemble(write_synthetic_run(tmp_path / "run", settings))
    base = report["generations"][0]
    assert {point["effort"] for point in base["points"]} == {"28", "96"} and report["effort"] == "96"
    short = next(point for point in base["points"] if point["id"] == "g0/28/first/1")
    assert short["truncated"] > 0.3 and base["truncation"][-1]["limit"] > 28


def test_a_step_starts_at_the_nearest_ancestor_that_was_measured(
    planted_run: RunFolder, report: dict[str, Any], tmp_path: Path
) -> None:
    copy = RunFolder(shutil.copytree(planted_run.path, tmp_path / "run"))
    (copy.generation(1) / "report_stage.json").unlink()
    found = assemble(copy)
    third = found["generations"][3]
    assert third["parent"] == 1 and third["compared_with"] == 0
    assert third["gain"]["dpass1"] == found["since_base"]["dpass1"] == report["since_base"]["dpass1"]
    assert all(each["f_gen"] == each["f_cum"] for each in third["breakeven"])
    assert found["generations"][1]["points"] == [] and found["rho_trend"] == "too few"


def test_after_a_rollback_the_champion_that_stands_is_told(planted_run: RunFolder, tmp_path: Path) -> None:
    copy = RunFolder(shutil.copytree(planted_run.path, tmp_path / "run"))
    append_line(copy.champions_file, {"at": 0.0, "by": "anna", "note": "", "after": 3, "from": 3, "to": 1})
    found = assemble(copy)
    assert found["champion"] == found["latest"] == 1
    assert found["headline"][0].startswith("One sample of generation 1 scores")
    assert found["generations"][3]["points"]


def test_a_gate_that_was_held_and_put_aside_is_an_alarm(planted_run: RunFolder, tmp_path: Path) -> None:
    copy = RunFolder(shutil.copytree(planted_run.path, tmp_path / "run"))
    assert assemble(copy)["alarms"] == []
    held = copy.generation(2) / copy.decisions()[1]["stages"]["evaluate"]
    shutil.copytree(held, held.with_name("evaluate-0ld"))
    (alarm,) = assemble(copy)["alarms"]
    assert alarm.startswith("1 more gate was held and put aside") and "above gate.alpha" in alarm


def test_with_prices_of_tokens_answers_cost_money_and_steps_do_not_guess(
    planted_run: RunFolder, tmp_path: Path
) -> None:
    copy = RunFolder(shutil.copytree(planted_run.path, tmp_path / "run"))
    prices = tmp_path / "prices.toml"
    prices.write_text(
        'date = 2026-01-01\nsource = "https://example.org/prices"\n'
        "[models.bootstrap]\ninput = 1.0\ncached_input = 0.5\noutput = 2.0\n"
    )
    recipe = copy.config_file.read_text().replace("usd_per_device_hour = 2.0", f'prices = "{prices}"')
    copy.config_file.write_text(recipe)
    found = assemble(copy)
    assert found["usd_source"] == "token prices 2026-01-01 https://example.org/prices"
    single = found["generations"][0]["points"][0]
    assert single["usd"] == pytest.approx((single["tokens_in"] + 2 * single["tokens_out"]) / 1e6)
