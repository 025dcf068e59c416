"""The trainer's half of the check that the sampler serves the weights that were trained.

    write_probe(weights_folder, weights_folder / PROBE_FILE)

writes {"token_ids": [[...]], "logprobs": [[...]]}: fixed texts as this model's tokenizer cuts them, and the
log-probability of each token but the first, given those before it, in float32 at temperature 1. The model is
read back from the written files, so a fault in writing them shows as well. The sampler's half, and what
difference is too large, is `handover.py`.
"""

import math
from pathlib import Path

import torch
from transformers import PreTrainedModel

from ratchetrl.pipelines.policy import load_model, load_tokenizer
from ratchetrl.pipelines.store import write_json

PROBE_TEXTS = (
    "The quick brown fox jumps over the lazy dog, and nobody minds.",
    "In 1687 Newton published the three laws of motion; they still launch rockets.",
    "417+85=502",
    "<think>7+5=12, write 2, carry 1; 1+8+1=10, write 0, carry 1; 4+1=5</think>#### 502",
    "3.14159265358979, -17/4, 1e-9 and 6.02214076e23",
    "def mean(values: list[float]) -> float:\n    return sum(values) / len(values)\n",
    "Über den Wolken muß die Freiheit wohl grenzenlos sein.",
    "千里之行，始于足下。 Путь в тысячу ли начинается с первого шага.",  # noqa: RUF001
)
MAX_TOKENS = 64


def write_probe(model: str, path: Path) -> bool:
    """Writes the probe of a model's folder, computed where training is. False, and nothing is written, where
    a log-probability is not finite."""
    tokenizer = load_tokenizer(model)
    token_ids = [tokenizer.encode(text, add_special_tokens=False)[:MAX_TOKENS] for text in PROBE_TEXTS]
    token_ids = [ids for ids in token_ids if len(ids) > 1]
    policy = load_model(model).to("cuda" if torch.cuda.is_available() else "cpu").eval()
    logprobs = [token_logprobs(policy, ids) for ids in token_ids]
    if not all(math.isfinite(logprob) for row in logprobs for logprob in row):
        return False
    write_json(path, {"token_ids": token_ids, "logprobs": logprobs})
    return True


@torch.inference_mode()
def token_logprobs(model: PreTrainedModel, token_ids_T: list[int]) -> list[float]:
    """[T - 1] log-probability of every token but the first, given those before it."""
    ids = torch.tensor([token_ids_T], device=model.device)
    logits_T_V = model(ids).logits[0, :-1].float()
    chosen = torch.log_softmax(logits_T_V, -1).gather(1, ids[0, 1:, None])
    values: list[float] = chosen[:, 0].tolist()
    return values
