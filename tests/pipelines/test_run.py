"""The whole loop for real: vLLM samples, TRL trains, the gate decides; killed at any stage it continues.

Runs `ratchetrl run configs/quickstart.toml`, smaller, and with a gate that is easily convinced. The base is
trained once and cached as the recipe does it.
"""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from itertools import groupby
from pathlib import Path
from typing import Any

import psutil
import pytest
import torch
from transformers import AutoModelForCausalLM

from ratchetrl.pipelines.accounting.ledger import read_ledger
from ratchetrl.pipelines.store import read_lines, read_records

RATCHETRL = str(Path(sys.executable).with_name("ratchetrl"))
QUICKSTART = str(Path(__file__).parents[2] / "configs" / "quickstart.toml")
GSM8K = str(Path(__file__).parents[2] / "configs" / "gsm8k_qwen3_0.6b.toml")
SMALL = [
    *("--sampling.problems", "64", "--data.gate-problems", "60", "--data.report-problems", "20"),
    *("--report.samples", "4", "--engine.shard-rollouts", "64", "--budget.generations", "1"),
    *("--gate.alpha", "0.4"),
]
ATTEMPTS = 6
"""Of the run that is disturbed four times, waits for a person and ends."""


def run(output: Path, *options: str) -> "subprocess.CompletedProcess[str]":
    """`ratchetrl run` to its end."""
    command = [RATCHETRL, "run", QUICKSTART, "--output", str(output), *SMALL, *options]
    return subprocess.run(command, capture_output=True, text=True)


def ratchetrl(*arguments: str) -> str:
    """What a command says that must succeed."""
    ended = subprocess.run([RATCHETRL, *arguments], capture_output=True, text=True)
    assert ended.returncode == 0, ended.stdout[-3000:] + ended.stderr[-3000:]
    return ended.stdout


def status(output: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(ratchetrl("status", str(output), "--json"))
    return found


def numbers(output: Path) -> list[dict[str, Any]]:
    """What two runs of one config must agree on: everything but times and who had the last word."""
    return [
        {key: value for key, value in each.items() if key not in ("wall_s", "by")}
        for each in status(output)["generations"]
    ]


@pytest.fixture(scope="module")
def whole_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of one generation that nobody disturbed."""
    output = tmp_path_factory.mktemp("whole") / "run"
    ended = run(output)
    assert ended.returncode == 0, ended.stdout[-3000:] + ended.stderr[-3000:]
    return output


def test_a_generation_goes_from_problems_to_a_decision(whole_run: Path) -> None:
    found = status(whole_run)
    (generation,) = found["generations"]
    assert found["state"] == "finished"
    assert (generation["decision"], generation["route"], generation["by"]) == ("promoted", "better", "rule")
    assert 0.3 < generation["champion_pass_at_1"] < 0.7
    assert generation["gain_lower"] <= generation["gain"] <= generation["gain_upper"]
    assert generation["train"]["steps"] > 0 and generation["trained_tokens"] > 0
    assert found["champion"] == 1 and found["alpha"] == {"spent": generation["alpha"], "total": 0.4}


def test_the_parts_of_the_wall_time_are_exclusive(whole_run: Path) -> None:
    (generation,) = status(whole_run)["generations"]
    parts = dict(generation["wall_s"])
    total = parts.pop("total")
    assert sum(parts.values()) <= total and all(seconds >= 0 for seconds in parts.values())


def test_every_second_of_a_run_is_in_its_ledger(whole_run: Path) -> None:
    for _, lines in groupby(read_ledger(whole_run), key=lambda line: line.attempt):
        first, *_, last = booked = list(lines)
        took_s = last.at - (first.at - first.wall_s)
        assert sum(line.device_s for line in booked) == pytest.approx(took_s, rel=0.02)


def test_the_champion_loads_as_it_is_and_training_changed_it(whole_run: Path) -> None:
    champion = AutoModelForCausalLM.from_pretrained(whole_run / "champion")
    (trained,) = whole_run.glob("generation_001/train-*/weights")
    (base,) = whole_run.glob("generation_000/base-*/weights")
    assert champion.config.model_type == "qwen3"
    before, after = (AutoModelForCausalLM.from_pretrained(path).lm_head.weight for path in (base, trained))
    assert not torch.equal(before, after)


def test_every_rollout_has_a_verdict_and_every_row_its_logprobs(whole_run: Path) -> None:
    (sampled,) = whole_run.glob("generation_001/sample-*")
    (judged,) = whole_run.glob("generation_001/verify-*")
    (selected,) = whole_run.glob("generation_001/select-*")
    rollouts = [row for shard in sorted(sampled.glob("shard-*")) for row in read_records(shard)]
    verdicts = [row for shard in sorted(judged.glob("shard-*")) for row in read_records(shard)]
    assert len(rollouts) == 64 * 8
    assert [row["id"] for row in rollouts] == [row["rollout_id"] for row in verdicts]
    by_id = {row["id"]: row for row in rollouts}
    rows = [row for shard in (selected / "rows").iterdir() for row in read_records(shard)]
    assert rows and all(row["logprobs"] == by_id[row["rollout_id"]]["logprobs"] for row in rows)
    assert all(row["advantage"] != 0 for row in rows)


def test_the_gate_wrote_its_rule_before_the_challenger_was_sampled(whole_run: Path) -> None:
    (rule,) = whole_run.glob("generation_001/plan-*/gate.json")
    (rows,) = whole_run.glob("generation_001/evaluate-*/rows.parquet")
    written = json.loads(rule.read_text())
    assert rule.stat().st_mtime < rows.stat().st_mtime
    assert written["alpha"] == pytest.approx(0.4 * 0.8 / 10) and written["test_index"] == 1


def test_what_the_verdicts_say_of_the_verifier_is_told(whole_run: Path) -> None:
    (generation,) = status(whole_run)["generations"]
    (judging,) = status(whole_run)["judging"]
    assert (generation["canary_rollouts"], generation["canary_passes"]) == (8, 0)
    assert generation["verdicts"].keys() == {"sample", "champion", "challenger"}
    assert generation["verdicts"]["sample"]["answers"] == 64 * 8 - 8
    assert 0 <= judging["unhidden_share"] <= 1 and judging["unhidden_s"] <= judging["seconds"] + 1
    (told,) = [line for line in read_lines(whole_run / "metrics.jsonl") if line["event"] == "verdicts"]
    assert told["verdicts"] == generation["verdicts"]


def test_the_report_can_be_opened_by_a_person(whole_run: Path) -> None:
    page = (whole_run / "report" / "index.html").read_text()
    assert "<svg" in page and not re.search(r"""(src|href)=["']?(https?:|//)|url\(["']?https?:""", page), (
        "it must work offline"
    )
    assert len(json.loads((whole_run / "report" / "report.json").read_text())["generations"]) == 2


def test_beside_each_champions_weights_lies_its_card(whole_run: Path) -> None:
    for weights in ("generation_000/base-*/weights", "generation_001/train-*/weights"):
        (card,) = whole_run.glob(f"{weights}/README.md")
        assert card.read_text().startswith("---\n")


def test_the_same_command_on_a_finished_run_changes_nothing_but_the_time_it_took(whole_run: Path) -> None:
    before, ledger = numbers(whole_run), read_lines(whole_run / "ledger.jsonl")
    assert run(whole_run).returncode == 0
    assert numbers(whole_run) == before
    added = read_lines(whole_run / "ledger.jsonl")[len(ledger) :]
    assert {line["kind"] for line in added} <= {"start", "idle"}


def test_a_moved_run_goes_on_and_a_spent_budget_leaves_its_champion(whole_run: Path, tmp_path: Path) -> None:
    moved = tmp_path / "moved"
    shutil.copytree(whole_run, moved, symlinks=True)
    spent = run(moved, "--budget.generations", "9", "--budget.generated-tokens", "1")
    assert spent.returncode == 0 and "budget.generated_tokens" in spent.stdout
    assert numbers(moved) == numbers(whole_run) and status(moved)["champion"] == 1
    assert (moved / "champion" / "config.json").exists()


def test_another_config_in_a_used_folder_is_refused_with_the_keys_that_differ(whole_run: Path) -> None:
    refused = run(whole_run, "--sampling.temperature", "0.9")
    assert refused.returncode == 2 and "sampling.temperature" in refused.stderr
    assert "--rerun" in refused.stderr and "Traceback" not in refused.stderr


@pytest.fixture(scope="module")
def disturbed_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same run, stopped in sampling, killed in a report, in training and in a gate; then it waits."""
    output = tmp_path_factory.mktemp("disturbed") / "run"
    for mark, end, state in (
        ("generation_000/report-*/*/rollouts/shard-*.parquet", kill_tree, "interrupted"),
        ("generation_001/sample-*/shard-*.parquet", stop, "stopped"),
        ("generation_001/train-*/job.json", kill_tree, "interrupted"),
        ("generation_001/evaluate-*/champion/rollouts/shard-*.parquet", kill_tree, "interrupted"),
    ):
        _run_until(output, mark, end)
        found = status(output)
        assert found["state"] == state and "the same command" in found["reason"], mark
    waited = run(output, "--approve", "human")
    assert waited.returncode == 0, waited.stdout[-3000:] + waited.stderr[-3000:]
    return output


def test_a_stopped_and_killed_run_that_waited_for_a_person_comes_to_the_same_numbers(
    whole_run: Path, disturbed_run: Path
) -> None:
    found = status(disturbed_run)
    assert found["state"] == "waiting" and found["champion"] == 0 and found["generations"] == []
    assert found["waiting"]["command"] == f"ratchetrl promote {disturbed_run}" in found["reason"]
    assert "+0." in ratchetrl("promote", str(disturbed_run), "--as", "Anna")
    assert run(disturbed_run, "--approve", "human").returncode == 0
    assert numbers(disturbed_run) == numbers(whole_run)
    assert status(disturbed_run)["generations"][0]["by"] == "human: Anna"
    ledger = read_ledger(disturbed_run)
    assert {line.attempt for line in ledger} == set(range(1, ATTEMPTS + 1))
    assert sum(line.kind == "aborted" for line in ledger) >= 1


def test_the_sealed_split_is_opened_by_a_counted_look_and_an_earlier_champion_stands_again(
    disturbed_run: Path,
) -> None:
    found = json.loads(ratchetrl("unseal", str(disturbed_run), "--note", "to test it", "--json"))
    assert (found["look"], found["champion"], found["problems"], found["samples"]) == (1, 1, 20, 4)
    assert found["base_lower"] <= found["base_score"] <= found["base_upper"]
    assert found["gain"] == pytest.approx(found["score"] - found["base_score"])
    (look,) = read_lines(disturbed_run / "looks.jsonl")
    (rows,) = disturbed_run.glob("generation_001/sealed-*/rows.parquet")
    assert look["note"] == "to test it" and look["at"] < rows.stat().st_mtime
    ratchetrl("rollback", str(disturbed_run), "--to", "0")
    assert (status(disturbed_run)["champion"], status(disturbed_run)["looks"]) == (0, 1)
    assert (disturbed_run / "champion").resolve().parent.parent.name == "generation_000"


def _run_until(
    output: Path, mark: str, end: Callable[[subprocess.Popen[str], Path], None], *options: str
) -> None:
    """Starts the run and ends it as soon as a file appears."""
    command = [RATCHETRL, "run", QUICKSTART, "--output", str(output), *SMALL, *options]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    while not any(output.glob(mark)):
        assert process.poll() is None, process.stdout and process.stdout.read()[-3000:]
        time.sleep(0.02)
    end(process, output)
    process.communicate()


def stop(_process: "subprocess.Popen[str]", output: Path) -> None:
    """Asks the run to stop."""
    (output / "STOP").touch()


def kill_tree(process: "subprocess.Popen[str]", _output: Path) -> None:
    """`kill -9` of everything; the supervisor first, before it can say what became of the others."""
    supervisor = psutil.Process(process.pid)
    for each in [supervisor, *supervisor.children(recursive=True)]:
        kill(each)


def kill(process: psutil.Process) -> None:
    """`kill -9`; a process that has just ended is as good as killed."""
    try:
        os.kill(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return


@pytest.mark.full
def test_a_run_that_samples_in_waves_comes_to_the_same_numbers_after_a_kill(
    whole_run: Path, tmp_path: Path
) -> None:
    waves = ("--rerun", "--sampling.probe", "4", "--sampling.most-samples", "16")
    outputs = tmp_path / "whole", tmp_path / "killed"
    for output in outputs:
        shutil.copytree(whole_run, output, symlinks=True)
    _run_until(outputs[1], "generation_001/sample-*/waves-00005.parquet", kill_tree, *waves)
    for output in outputs:
        ended = run(output, *waves)
        assert ended.returncode == 0, ended.stdout[-3000:] + ended.stderr[-3000:]
    assert numbers(outputs[0]) == numbers(outputs[1])
    (sampled,) = outputs[0].glob("generation_001/sample-*/waves-00000.parquet")
    facts = json.loads((sampled.parent / "manifest.json").read_text())
    assert facts["waves"]["groups"] == 64 - 1 and facts["rollouts"] <= 64 * 8


def test_a_learning_rate_ten_times_too_high_leaves_the_champion_and_the_run_says_so(
    whole_run: Path, tmp_path: Path
) -> None:
    output = tmp_path / "steep"
    shutil.copytree(whole_run, output, symlinks=True)
    ended = run(output, "--rerun", "--train.learning-rate", "5e-4")
    assert ended.returncode == 0, ended.stderr[-3000:]
    (generation,) = status(output)["generations"]
    assert (generation["decision"], generation["route"]) == ("rejected", "training")
    assert generation["reason"] in ended.stdout and status(output)["champion"] == 0
    assert len(list(output.glob("generation_001/sample-*"))) == 1, (
        "what does not depend on it is not sampled anew"
    )


def test_real_gsm8k_rows_flow_and_nothing_to_learn_is_said_with_the_gain_it_could_have_seen(
    whole_run: Path, tmp_path: Path
) -> None:
    if "RATCHETRL_DATA" not in os.environ:
        pytest.skip("set RATCHETRL_DATA to a folder that holds gsm8k/train.jsonl and gsm8k/test.jsonl")
    (base,) = whole_run.glob("generation_000/base-*/weights")
    sizes = ("--sampling.problems", "8", "--data.gate-problems", "20", "--data.report-problems", "10")
    limits = ("--sampling.max-new-tokens", "48", "--budget.generations", "1", "--report.samples", "2")
    local = ("--model.path", str(base), "--data.path", str(Path(os.environ["RATCHETRL_DATA"]) / "gsm8k"))
    output = tmp_path / "gsm8k"
    recipe = [RATCHETRL, "run", GSM8K, "--output", str(output), *local, *sizes, *limits]
    ended = subprocess.run(recipe, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stderr[-3000:]
    (generation,) = status(output)["generations"]
    (problems,) = output.glob("generation_001/plan-*/problems.parquet")
    honest = [row for row in read_records(problems) if not row["canary"]]
    assert len(honest) == 7 and all("####" in row["gold"] for row in honest)
    if generation["decision"] == "inconclusive":
        assert "nothing to learn" in generation["reason"]
    assert 0 < generation["detectable_gain"] < 0.5
