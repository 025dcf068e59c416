"""The probe holds what the written model says of fixed texts."""

import json
from pathlib import Path

import pytest
import torch
from transformers import AutoModelForCausalLM

from ratchetrl.pipelines.probe import MAX_TOKENS, PROBE_TEXTS, write_probe


def test_probe_has_the_models_own_logprobs(tiny_model: Path, tmp_path: Path) -> None:
    assert write_probe(str(tiny_model), tmp_path / "probe.json")
    probe = json.loads((tmp_path / "probe.json").read_text())
    assert len(probe["token_ids"]) == len(PROBE_TEXTS)
    assert all(1 < len(ids) <= MAX_TOKENS for ids in probe["token_ids"])
    ids = torch.tensor([probe["token_ids"][2]])
    loss = AutoModelForCausalLM.from_pretrained(tiny_model)(ids, labels=ids).loss
    assert -sum(probe["logprobs"][2]) / len(probe["logprobs"][2]) == pytest.approx(loss.item(), abs=1e-5)
