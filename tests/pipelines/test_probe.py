"""The probe holds what the written model says of fixed texts."""

import json
import shutil
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file
from transformers import AutoModelForCausalLM

from ratchetrl.pipelines.probe import MAX_TOKENS, PROBE_TEXTS, write_probe
from ratchetrl.pipelines.train_job import ProbeJob, write_job
from ratchetrl.pipelines.trainer_process import run_job
from ratchetrl.verifiers.errors import UserError


def test_probe_has_the_models_own_logprobs(tiny_model: Path, tmp_path: Path) -> None:
    assert write_probe(str(tiny_model), tmp_path / "probe.json")
    probe = json.loads((tmp_path / "probe.json").read_text())
    assert len(probe["token_ids"]) == len(PROBE_TEXTS)
    assert all(1 < len(ids) <= MAX_TOKENS for ids in probe["token_ids"])
    ids = torch.tensor([probe["token_ids"][2]])
    loss = AutoModelForCausalLM.from_pretrained(tiny_model)(ids, labels=ids).loss
    assert -sum(probe["logprobs"][2]) / len(probe["logprobs"][2]) == pytest.approx(loss.item(), abs=1e-5)


def test_a_model_without_finite_logprobs_has_no_probe(tiny_model: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    shutil.copytree(tiny_model, broken)
    tensors = load_file(broken / "model.safetensors")
    tensors["model.norm.weight"].fill_(torch.nan)
    save_file(tensors, broken / "model.safetensors", {"format": "pt"})
    assert not write_probe(str(broken), broken / "probe.json")
    assert not (broken / "probe.json").exists()
    with pytest.raises(UserError, match="no finite log-probabilities; start from another model"):
        write_job(ProbeJob(model=str(broken), output=str(broken / "probe.json")), tmp_path / "job.json")
        run_job(tmp_path / "job.json", lambda _: None)
