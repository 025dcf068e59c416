"""The trainer on a tiny random model: one process, in this one, so that torch is imported once."""

import json
import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import torch
from safetensors.torch import load_file
from transformers import AutoModelForCausalLM, TrainerControl, TrainerState

from ratchetrl.pipelines.grpo import StoredRolloutTrainer
from ratchetrl.pipelines.losses import LOSSES
from ratchetrl.pipelines.micro_batches import plan_micro_batches
from ratchetrl.pipelines.step_log import StepLog
from ratchetrl.pipelines.store import read_lines
from ratchetrl.pipelines.train_guard import Drift, StageStopped
from ratchetrl.pipelines.train_job import TrainJob, TrainResult, TrainSettings, read_result
from ratchetrl.pipelines.train_rows import TrainRows
from ratchetrl.pipelines.training import run_train_job
from ratchetrl.verifiers.errors import UserError

SETTINGS = TrainSettings(learning_rate=1e-3, batch_rows=8, micro_batch_rows=4)
Train = Callable[..., TrainResult]


@pytest.fixture
def train(tiny_model: Path, tiny_rows: Path, tmp_path: Path) -> Train:
    """Runs a job in a folder of its own: `train("name", {job fields}, **settings)`."""

    def run(name: str, job: dict[str, Any] | None = None, **settings: Any) -> TrainResult:
        fields: dict[str, Any] = {"weights": str(tiny_model), "rows": str(tiny_rows), "seed": 1} | (job or {})
        output = tmp_path / name
        output.mkdir()
        changed = replace(SETTINGS, **settings)
        fields |= {"output": str(output), "temperature": 1.0, "max_completion_tokens": 32}
        run_train_job(TrainJob(settings=changed, **fields), report=lambda line: None)
        return read_result(output)

    return run


def metrics(result: TrainResult) -> list[dict[str, float]]:
    lines = Path(str(result.weights)).with_name("metrics.jsonl").read_text().splitlines()
    return [json.loads(line) for line in lines]


def first_rows(source: Path, count: int, path: Path) -> str:
    pq.write_table(pq.read_table(source).slice(0, count), path)
    return str(path)


@pytest.mark.parametrize("loss", LOSSES)
def test_loss_and_gradient_do_not_depend_on_the_cut_into_micro_batches(
    loss: str, train: Train, tiny_rows: Path, tmp_path: Path
) -> None:
    rows = {"rows": first_rows(tiny_rows, 8, tmp_path / "eight.parquet")}
    whole = metrics(train("whole", rows, loss=loss, micro_batch_rows=8))[0]
    for size in (2, 3):  # 3 cuts eight rows unevenly
        cut = metrics(train(f"cut{size}", rows, loss=loss, micro_batch_rows=size))[0]
        assert cut["grad_norm"] == pytest.approx(whole["grad_norm"], rel=1e-5)
        assert cut["loss"] == pytest.approx(whole["loss"], abs=1e-5)


SUPERVISED = ("dapo", "dr_grpo", "grpo", "gspo")


def with_columns(source: Path, path: Path, **columns: Any) -> str:
    """The rows with other values in some columns."""
    table = pq.read_table(source)
    for name, values in columns.items():
        place = table.schema.get_field_index(name)
        table = table.set_column(
            place, table.schema.field(name), pa.array(values, table.schema.field(name).type)
        )
    pq.write_table(table, path)
    return str(path)


@torch.no_grad()
def likelihoods(model: Path, rows: Path) -> list[torch.Tensor]:
    """Of each row's completion, token by token, at temperature 1."""
    policy = AutoModelForCausalLM.from_pretrained(model).eval()
    found = []
    for row in pq.read_table(rows).to_pylist():
        ids = torch.tensor([row["prompt_ids"] + row["completion_ids"]])
        logps_T = torch.log_softmax(policy(ids).logits[0, :-1], -1).gather(1, ids[0, 1:, None])[:, 0]
        found.append(logps_T[-len(row["completion_ids"]) :])
    return found


@pytest.mark.parametrize("loss", SUPERVISED)
def test_supervised_rows_add_their_likelihood_over_the_divisor_of_the_loss(
    loss: str, train: Train, tiny_model: Path, tiny_rows: Path, tmp_path: Path
) -> None:
    weights = [float(weight) for weight in np.random.default_rng(3).uniform(0, 2, 24)]
    rows = with_columns(tiny_rows, tmp_path / "rows.parquet", advantage=[0.0] * 24, supervised=weights)
    divisors: dict[str, Callable[[torch.Tensor, int], float]] = {
        "dapo": lambda logps_T, tokens: tokens,
        "dr_grpo": lambda logps_T, tokens: 24 * 32,
        "grpo": lambda logps_T, tokens: 24 * len(logps_T),
        "gspo": lambda logps_T, tokens: 24 * len(logps_T),
    }
    logps = likelihoods(tiny_model, tiny_rows)
    tokens = sum(len(logps_T) for logps_T in logps)
    terms = zip(weights, logps, strict=True)
    by_hand = -sum(
        weight * float(logps_T.sum()) / divisors[loss](logps_T, tokens) for weight, logps_T in terms
    )
    line = metrics(train("by5", {"rows": rows}, loss=loss, batch_rows=24, micro_batch_rows=5))[0]
    assert line["loss"] == pytest.approx(by_hand, rel=1e-5)


@pytest.mark.parametrize("loss", SUPERVISED)
def test_a_row_without_tokens_that_evens_out_two_processes_adds_nothing(loss: str) -> None:
    trainer: Any = SimpleNamespace(
        _rule=LOSSES[cast(Any, loss)],
        current_gradient_accumulation_steps=1,
        max_completion_length=2,
        accelerator=SimpleNamespace(num_processes=1),
    )
    filled = {
        "tool_mask": torch.tensor([[1, 1], [0, 0]]),
        "supervised": torch.tensor([1.0, 0.0]),
        "num_items_in_batch": torch.tensor(2.0),
    }
    logps_B_T = torch.tensor([[-1.0, -2.0], [0.0, 0.0]])
    added = StoredRolloutTrainer._supervised_loss(trainer, logps_B_T, filled)
    assert float(added) == (1.5 if loss == "dapo" else 0.75)


def test_rft_is_the_cross_entropy_of_its_rows(
    train: Train, tiny_model: Path, tiny_rows: Path, tmp_path: Path
) -> None:
    rows = with_columns(tiny_rows, tmp_path / "rows.parquet", advantage=[0.0] * 24, supervised=[1.0] * 24)
    policy = AutoModelForCausalLM.from_pretrained(tiny_model)
    for row in pq.read_table(tiny_rows).to_pylist():
        ids = torch.tensor([row["prompt_ids"] + row["completion_ids"]])
        labels = torch.where(torch.arange(ids.shape[1]) < len(row["prompt_ids"]), -100, ids)
        (policy(ids, labels=labels).loss * len(row["completion_ids"])).backward()
    tokens = sum(len(row["completion_ids"]) for row in pq.read_table(tiny_rows).to_pylist())
    gradients = torch.cat([weight.grad.flatten() for weight in policy.parameters()]) / tokens
    line = metrics(train("rft", {"rows": rows}, loss="rft", batch_rows=24))[0]
    assert line["grad_norm"] == pytest.approx(float(gradients.norm()), rel=1e-5)


def test_replayed_rows_are_learned_and_leave_the_measured_drift_alone(
    train: Train, tiny_rows: Path, tmp_path: Path
) -> None:
    stale = [[-9.0] * len(row["logprobs"]) for row in pq.read_table(tiny_rows).to_pylist()]
    logprobs = pq.read_table(tiny_rows)["logprobs"].to_pylist()
    mixed = [old if index % 3 else stale[index] for index, old in enumerate(logprobs)]
    rows = {
        ages: with_columns(
            tiny_rows,
            tmp_path / f"{ages}.parquet",
            logprobs=mixed,
            age=[ages * (i % 3 == 0) for i in range(24)],
        )
        for ages in (0, 1)
    }
    assert train("fresh", {"rows": rows[0]}).status == "stopped_early"
    result = train("replayed", {"rows": rows[1]})
    assert (result.status, result.trained_rows) == ("finished", 24)
    assert metrics(result)[0]["kl"] < 1e-9


def grouped(model: Path, source: Path, path: Path) -> Path:
    """The rows with one prompt for every four, scored again."""
    prompts = pq.read_table(source)["prompt_ids"].to_pylist()
    with_columns(source, path, prompt_ids=[prompts[index - index % 4] for index in range(24)])
    with_columns(path, path, logprobs=[logps_T.tolist() for logps_T in likelihoods(model, path)])
    return path


@pytest.mark.parametrize("loss", ["dapo", "gspo"])
def test_shared_prompts_and_token_budgets_change_the_cost_and_not_the_step(
    loss: str, train: Train, tiny_model: Path, tiny_rows: Path, tmp_path: Path
) -> None:
    rows = {"rows": str(grouped(tiny_model, tiny_rows, tmp_path / "rows.parquet"))}
    one_step = {"loss": loss, "supervised": 0.0, "batch_rows": 24, "micro_batch_rows": 24}
    plain = train("plain", rows, **one_step)
    packed = train("packed", rows, share_prompts=True, **one_step)
    cut = train("cut", rows, share_prompts=True, micro_batch_tokens=80, **one_step)
    short = train("short", rows, micro_batch_tokens=80, **one_step)
    for result in (packed, cut, short):
        line, expected = metrics(result)[0], metrics(plain)[0]
        assert line["loss"] == pytest.approx(expected["loss"], abs=1e-5)
        assert line["grad_norm"] == pytest.approx(expected["grad_norm"], rel=1e-4)
        assert line["kl"] < 1e-9 and line["entropy"] == pytest.approx(expected["entropy"], rel=1e-4)
    assert packed.padding_share == cut.padding_share == 0 < short.padding_share < plain.padding_share
    assert packed.forward_tokens < cut.forward_tokens < short.forward_tokens == plain.forward_tokens
    assert packed.forward_tokens + packed.shared_tokens == plain.forward_tokens
    config = json.loads(Path(str(packed.weights), "config.json").read_text())
    assert "ratchetrl" not in json.dumps(config), "the weights know nothing of how they were trained"


def test_bfloat16_takes_about_the_same_step(
    train: Train, tiny_model: Path, tiny_rows: Path, tmp_path: Path
) -> None:
    rows = {"rows": str(grouped(tiny_model, tiny_rows, tmp_path / "rows.parquet"))}
    how = {"batch_rows": 12, "micro_batch_rows": 6, "share_prompts": True, "lora_rank": 4}
    exact = metrics(train("float32", rows, **how))
    rough = metrics(train("bfloat16", rows, dtype="bfloat16", gradient_checkpointing=True, **how))
    for ours, expected in zip(rough, exact, strict=True):
        assert ours["loss"] == pytest.approx(expected["loss"], abs=0.01)
        assert ours["grad_norm"] == pytest.approx(expected["grad_norm"], rel=0.05)


def test_every_epoch_goes_over_all_rows_in_an_order_of_its_own(train: Train) -> None:
    result = train("twice", epochs=2, max_kl=9.0, min_ess=0.0)
    assert (result.steps, result.trained_rows, result.rows) == (6, 48, 24)
    once = train("once", max_kl=9.0, min_ess=0.0)
    assert result.forward_tokens == 2 * once.forward_tokens
    assert (
        metrics(result)[:3] != metrics(result)[3:] and metrics(result)[0]["loss"] == metrics(once)[0]["loss"]
    )
    assert train("bounded", epochs=3, max_steps=4).planned_steps == 4


def test_a_step_learns_from_every_row_and_starts_on_policy(train: Train) -> None:
    result = train("one")
    assert (result.status, result.steps, result.trained_rows) == ("finished", 3, 24)
    assert metrics(result)[0]["kl"] < 1e-9
    assert metrics(result)[0]["ess"] == pytest.approx(1.0)


def test_the_same_job_writes_the_same_bytes(train: Train) -> None:
    first, second = train("first"), train("second")
    weights = [Path(str(result.weights), "model.safetensors").read_bytes() for result in (first, second)]
    assert weights[0] == weights[1]


def test_weights_load_as_they_are_and_keep_the_cache_on(train: Train) -> None:
    result = train("one")
    assert AutoModelForCausalLM.from_pretrained(result.weights).config.use_cache
    assert Path(str(result.weights), "tokenizer.json").exists()
    assert not list(Path(str(result.weights)).glob("*.bin"))


def test_max_steps_bounds_the_pass(train: Train) -> None:
    result = train("short", max_steps=1)
    assert (result.steps, result.planned_steps, result.rows) == (1, 1, 24)
    assert result.trained_rows < 24


def test_drift_ends_the_stage_on_the_last_weights_inside_the_bound(train: Train) -> None:
    result = train("hot", learning_rate=0.05)
    assert result.status == "stopped_early"
    assert 0 < result.steps < result.planned_steps and result.stop_step == result.steps + 1
    assert result.weights is not None and str(result.stop_step) in result.stop_reason


def test_a_diverged_stage_leaves_no_weights_and_files_that_are_json(train: Train, tmp_path: Path) -> None:
    result = train("broken", learning_rate=1e30, max_kl=1e30, min_ess=0.0)
    assert result.status == "diverged" and result.weights is None and result.optimizer_state is None
    assert result.stop_value is None
    json.dumps(json.loads((tmp_path / "broken" / "result.json").read_text()), allow_nan=False)
    lines = (tmp_path / "broken" / "metrics.jsonl").read_text().splitlines()
    json.dumps([json.loads(line) for line in lines], allow_nan=False)


def test_what_is_not_finite_is_null_in_the_line_of_its_step(tmp_path: Path) -> None:
    trainer, told = SimpleNamespace(drifts=[Drift(kl=math.inf, ess=0.5)]), list[dict[str, Any]]()
    log = StepLog(cast(StoredRolloutTrainer, trainer), tmp_path / "metrics.jsonl", told.append)
    logs = {
        "loss": math.nan,
        "grad_norm": 1.0,
        "learning_rate": 1e-3,
        "entropy": 2.0,
        "cispo_clip_ratio": 0.0,
    }
    with pytest.raises(StageStopped, match="not finite"):
        log.on_log(None, TrainerState(global_step=1, max_steps=3), TrainerControl(), logs)
    (line,) = read_lines(tmp_path / "metrics.jsonl")
    assert told == [line] and line["step"] == 1
    assert (line["loss"], line["kl"], line["ess"]) == (None, None, 0.5)


def test_a_ratio_that_overflows_keeps_the_weights_of_earlier_steps(
    train: Train, tiny_rows: Path, tmp_path: Path
) -> None:
    rows = pq.read_table(tiny_rows).to_pylist()
    last_step = plan_micro_batches(TrainRows.measure(tiny_rows).lengths_N.tolist(), 8, 4, 1, seed=1)[-1]
    unlikely = rows[last_step[0][0]]
    unlikely["logprobs"] = [-2000.0] * len(unlikely["logprobs"])
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "rows.parquet")
    result = train("overflow", {"rows": str(tmp_path / "rows.parquet")})
    assert (result.status, result.stop_step, result.stop_value) == ("stopped_early", 3, None)
    assert result.steps == 2 and result.weights is not None and result.max_kl_seen is None


def test_optimizer_state_is_carried_over(train: Train) -> None:
    first = train("first")
    start = {"weights": first.weights, "seed": 2}
    fresh = train("fresh", start, max_kl=9.0, min_ess=0.0)
    restored = train("restored", start | {"optimizer_state": first.optimizer_state}, max_kl=9.0, min_ess=0.0)
    assert (fresh.optimizer_start, restored.optimizer_start) == ("fresh", "restored")
    first_losses = [metrics(result)[0]["loss"] for result in (fresh, restored)]
    later_losses = [metrics(result)[1]["loss"] for result in (fresh, restored)]
    assert first_losses[0] == first_losses[1] and later_losses[0] != later_losses[1]


def test_optimizer_state_of_other_parameters_is_refused(train: Train) -> None:
    first = train("first")
    with pytest.raises(UserError, match="trained parameters"):
        train("other", {"optimizer_state": first.optimizer_state}, lora_rank=2)


def test_lora_continues_on_the_base_and_merges_for_the_sampler(train: Train, tiny_model: Path) -> None:
    first = train("first", lora_rank=4)
    second = train(
        "second", {"adapter": first.adapter, "optimizer_state": first.optimizer_state, "seed": 2}, lora_rank=4
    )
    folders = (tiny_model, first.weights, second.weights)
    base, one, two = (load_file(Path(str(folder), "model.safetensors")) for folder in folders)
    name = "model.layers.0.mlp.up_proj.weight"
    assert base.keys() == one.keys() == two.keys()
    assert not base[name].equal(one[name]) and not one[name].equal(two[name])
    assert base["lm_head.weight"].equal(two["lm_head.weight"])


def test_a_wrong_number_of_processes_is_refused(train: Train) -> None:
    with pytest.raises(UserError, match="processes"):
        train("two", processes=2)


def test_rows_that_do_not_fit_together_are_refused(train: Train, tiny_rows: Path, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no rows"):
        train("empty", {"rows": first_rows(tiny_rows, 0, tmp_path / "empty.parquet")})
    with pytest.raises(UserError, match=r"config\.json"):
        train("no_model", {"weights": str(tmp_path)})
