"""The trainer as processes: kept warm, started by torchrun, DeepSpeed ZeRO 1 to 3, death and refusal."""

import json
import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ratchetrl.pipelines.arrow_schema import schema_of
from ratchetrl.pipelines.records import TrainRow
from ratchetrl.pipelines.train_job import ProbeJob, TrainJob, TrainSettings, read_result, write_job
from ratchetrl.pipelines.trainer_client import TrainerClient, TrainerStopped
from ratchetrl.pipelines.trainer_launcher import command
from ratchetrl.pipelines.worker import WorkerDied
from ratchetrl.verifiers.errors import UserError

ACCELERATE = Path(__file__).parents[2] / "configs" / "accelerate"
SETTINGS = TrainSettings(learning_rate=1e-3, batch_rows=8, micro_batch_rows=4)
# 24 rows in 5 steps of 2 micro-batches: the two processes have 3 and 2 rows at a time.
PAIR = replace(SETTINGS, batch_rows=5, micro_batch_rows=3, processes=2)

PACKED = replace(PAIR, epochs=2, share_prompts=True, micro_batch_tokens=80, max_kl=9.0, min_ess=0.0)


def taught_rows(source: Path, path: Path) -> Path:
    """Four rows to a prompt, of which two are supervised and one is replayed."""
    rows = pq.read_table(source).to_pylist()
    for index, row in enumerate(rows):
        row |= {
            "prompt_ids": rows[index - index % 4]["prompt_ids"],
            "supervised": 0.5 * (index % 2),
            "age": index % 4 // 3,
        }
    pq.write_table(pa.Table.from_pylist(rows, schema=schema_of(TrainRow)), path)
    return path


def job(model: Path, rows: Path, output: Path, settings: TrainSettings = SETTINGS) -> TrainJob:
    paths = {"weights": str(model), "rows": str(rows), "output": str(output)}
    return TrainJob(**paths, settings=settings, seed=1, temperature=1.0, max_completion_tokens=32)


def lines(output: Path) -> list[dict[str, float]]:
    return [json.loads(line) for line in (output / "metrics.jsonl").read_text().splitlines()]


def children() -> list[int]:
    return [int(pid) for pid in Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()]


def test_the_supervisors_side_imports_no_torch() -> None:
    code = "import sys, ratchetrl.pipelines.trainer_client; assert 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_warm_trainer_serves_refuses_stops_and_is_seen_to_die(
    tiny_model: Path, tiny_rows: Path, tmp_path: Path
) -> None:
    steps: list[dict[str, Any]] = []
    environment = {"OMP_WAIT_POLICY": "PASSIVE"}
    with TrainerClient(tmp_path / "log", True, steps.append, environment) as trainer:
        trainer.probe(ProbeJob(model=str(tiny_model), output=str(tmp_path / "probe.json")))
        trainer_pids = children()
        result = trainer.run(job(tiny_model, tiny_rows, tmp_path / "one"))
        assert len(trainer_pids) == 1 and children() == trainer_pids
        assert b"OMP_WAIT_POLICY=PASSIVE" in Path(f"/proc/{trainer_pids[0]}/environ").read_bytes()
        assert [line["step"] for line in steps] == [1, 2, 3] and result.steps == 3
        os.kill(*children(), signal.SIGKILL)
        with pytest.raises(WorkerDied, match="log"):
            trainer.run(job(tiny_model, tiny_rows, tmp_path / "dead"))
        with pytest.raises(UserError, match=r"config\.json"):
            trainer.run(job(tmp_path, tiny_rows, tmp_path / "refused"))
        trainer.request_stop()
        with pytest.raises(TrainerStopped):
            trainer.run(job(tiny_model, tiny_rows, tmp_path / "stopped"))
    assert not (tmp_path / "stopped" / "result.json").exists()


def test_two_processes_and_every_zero_stage_compute_the_loss_of_one(
    tiny_model: Path, tiny_rows: Path, tmp_path: Path
) -> None:
    taught = taught_rows(tiny_rows, tmp_path / "taught.parquet")
    with TrainerClient(tmp_path / "log", keep_warm=True) as trainer:
        alone = trainer.run(job(tiny_model, tiny_rows, tmp_path / "alone", replace(PAIR, processes=1)))
        trainer.run(job(tiny_model, taught, tmp_path / "alone_packed", replace(PACKED, processes=1)))
    # ZeRO-3 first: it has to join the processes by itself.
    configs = {name: str(ACCELERATE / f"{name}.yaml") for name in ("zero3", "zero2", "zero1")} | {"ddp": None}
    jobs: dict[str, TrainJob] = {}
    for name, config in configs.items():  # each layout, then the same going on from what it wrote
        output = tmp_path / name
        jobs[name] = job(tiny_model, tiny_rows, output, replace(PAIR, accelerate_config=config))
        jobs[f"{name}_again"] = replace(
            jobs[name],
            weights=str(output / "weights"),
            optimizer_state=str(output / "optimizer"),
            output=str(tmp_path / f"{name}_again"),
        )
    packed = {f"{name}_packed": replace(PACKED, accelerate_config=configs[name]) for name in ("zero3", "ddp")}
    jobs |= {name: job(tiny_model, taught, tmp_path / name, settings) for name, settings in packed.items()}
    _torchrun(jobs, tmp_path)
    for name in packed:
        expected = lines(tmp_path / "alone_packed")
        assert [line["loss"] for line in lines(tmp_path / name)] == pytest.approx(
            [line["loss"] for line in expected], abs=1e-5
        ), name
        assert [line["kl"] for line in lines(tmp_path / name)] == pytest.approx(
            [line["kl"] for line in expected], abs=1e-6
        ), name
    for name in configs:
        assert read_result(tmp_path / name).steps == alone.steps
        for ours, expected in zip(lines(tmp_path / name), lines(tmp_path / "alone"), strict=True):
            assert ours["loss"] == pytest.approx(expected["loss"], abs=1e-5), name
    again = {name: [line["loss"] for line in lines(tmp_path / f"{name}_again")] for name in configs}
    assert all(losses == pytest.approx(again["ddp"], abs=1e-5) for losses in again.values()), again


def _torchrun(jobs: dict[str, TrainJob], folder: Path) -> None:
    """All jobs in one group of processes: imports cost more than the jobs."""
    for name, each in jobs.items():
        write_job(each, folder / f"{name}.json")
    with (folder / "log").open("ab") as log:
        ended = subprocess.run(
            command(PAIR, [folder / f"{name}.json" for name in jobs]), stdout=log, stderr=log, timeout=600
        )
    assert ended.returncode == 0, (folder / "log").read_text()[-3000:]


def test_the_launcher_passes_on_steps_and_refusals(tiny_model: Path, tiny_rows: Path, tmp_path: Path) -> None:
    steps: list[dict[str, Any]] = []
    with TrainerClient(tmp_path / "log", keep_warm=True, on_step=steps.append) as trainer:
        assert trainer.run(job(tiny_model, tiny_rows, tmp_path / "pair", PAIR)).steps == 5
        assert [line["step"] for line in steps] == [1, 2, 3, 4, 5]
        with pytest.raises(UserError, match=r"config\.json"):
            trainer.run(job(tmp_path, tiny_rows, tmp_path / "refused", PAIR))
