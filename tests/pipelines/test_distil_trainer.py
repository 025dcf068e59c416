"""TRL's distillation loss on stored rows: a tiny student learns what another tiny model would say."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
import torch
from transformers import AutoModelForCausalLM, Qwen3Config, Qwen3ForCausalLM

from ratchetrl.pipelines.char_tokenizer import char_tokenizer
from ratchetrl.pipelines.train_job import TrainJob, TrainResult, TrainSettings, read_result
from ratchetrl.pipelines.training import run_train_job
from ratchetrl.verifiers.errors import UserError

Distil = Callable[..., TrainResult]


def random_model(folder: Path, hidden_size: int, vocabulary: int | None = None) -> Path:
    """Random weights that are sure of something, so that there is something to learn."""
    tokenizer = char_tokenizer(256)
    config = Qwen3Config(
        vocab_size=vocabulary or len(tokenizer),
        hidden_size=hidden_size,
        intermediate_size=32,
        num_hidden_layers=1,
        num_attention_heads=2,
        num_key_value_heads=1,
        head_dim=16,
        max_position_embeddings=256,
        initializer_range=0.2,
        tie_word_embeddings=False,
        pad_token_id=tokenizer.pad_token_id,
        eos_token_id=tokenizer.eos_token_id,
    )
    torch.manual_seed(hidden_size)
    Qwen3ForCausalLM(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def teacher(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Wider than the student."""
    return random_model(tmp_path_factory.mktemp("models") / "teacher", hidden_size=48)


@pytest.fixture
def distil(tiny_model: Path, tiny_rows: Path, teacher: Path, tmp_path: Path) -> Distil:
    """Runs a job in a folder of its own: `distil("name", {job fields}, **settings)`."""

    def run(name: str, job: dict[str, Any] | None = None, **settings: Any) -> TrainResult:
        output = tmp_path / name
        output.mkdir()
        given = TrainSettings(**{"learning_rate": 1e-2, "batch_rows": 8, "micro_batch_rows": 4} | settings)
        fields = {"weights": str(tiny_model), "rows": str(tiny_rows), "teacher": str(teacher), "seed": 1}
        fixed = {"output": str(output), "temperature": 1.0, "max_completion_tokens": 32}
        run_train_job(TrainJob(settings=given, **fields | fixed | (job or {})), report=lambda line: None)
        return read_result(output)

    return run


def metrics(result: TrainResult) -> list[dict[str, Any]]:
    lines = Path(str(result.weights)).with_name("metrics.jsonl").read_text().splitlines()
    return [json.loads(line) for line in lines]


@torch.inference_mode()
def reverse_kl(student: Path, teacher: Path, rows: list[dict[str, Any]]) -> float:
    """Mean over the sampled tokens of KL(student || teacher), in nats; the definition, row by row."""
    models = [AutoModelForCausalLM.from_pretrained(path).eval() for path in (student, teacher)]
    total, tokens = 0.0, 0
    for row in rows:
        ids, sampled = torch.tensor([row["prompt_ids"] + row["completion_ids"]]), len(row["completion_ids"])
        own, other = (torch.log_softmax(model(ids).logits[0, -sampled - 1 : -1], -1) for model in models)
        total, tokens = total + float((own.exp() * (own - other)).sum()), tokens + sampled
    return total / tokens


def test_the_loss_is_the_reverse_kl_over_the_sampled_tokens(
    distil: Distil, tiny_model: Path, tiny_rows: Path, teacher: Path
) -> None:
    rows = pq.read_table(tiny_rows).to_pylist()
    expected = reverse_kl(tiny_model, teacher, rows)
    for size in (24, 5):  # 5 cuts 24 rows unevenly
        first = metrics(distil(f"cut{size}", batch_rows=24, micro_batch_rows=size))[0]
        assert first["loss"] == pytest.approx(expected, rel=1e-4)
        assert first["kl"] is None and first["clip_share"] is None and first["entropy"] > 0


def test_a_student_comes_closer_to_its_teacher(
    distil: Distil, tiny_model: Path, tiny_rows: Path, teacher: Path
) -> None:
    result = distil("longer", epochs=20)
    rows = pq.read_table(tiny_rows).to_pylist()
    after = reverse_kl(Path(str(result.weights)), teacher, rows)
    assert result.status == "finished" and result.max_kl_seen is None
    assert after < 0.5 * reverse_kl(tiny_model, teacher, rows)


def test_forced_tokens_are_read_and_not_learned(distil: Distil, tiny_rows: Path, tmp_path: Path) -> None:
    table, forced = pq.read_table(tiny_rows), tmp_path / "forced.parquet"
    rows = [{**row, "forced": [0]} for row in table.to_pylist() if len(row["completion_ids"]) > 1]
    pq.write_table(type(table).from_pylist(rows, schema=table.schema), forced)
    result = distil("forced", {"rows": str(forced)})
    assert result.trained_tokens == sum(len(row["completion_ids"]) - 1 for row in rows)


def test_the_same_job_writes_the_same_bytes(distil: Distil) -> None:
    first, second = (distil(name) for name in ("first", "second"))
    weights = [Path(str(result.weights), "model.safetensors").read_bytes() for result in (first, second)]
    assert weights[0] == weights[1]


def test_a_teacher_with_another_vocabulary_is_refused(distil: Distil, tmp_path: Path) -> None:
    stranger = random_model(tmp_path / "stranger", hidden_size=16, vocabulary=512)
    with pytest.raises(UserError, match="different vocabularies; choose a student of the teacher's family"):
        distil("refused", {"teacher": str(stranger)})
