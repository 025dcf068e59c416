"""FLOPs of a decoder's work, from its shape alone: sampling, log-probabilities, training.

    shape = ModelShape.read(folder / "config.json")
    decode_flops(shape, prompt_tokens=80, new_tokens=200)           one answer, prompt included
    flops_of_rows(shape, prompt_tokens_n, output_tokens_n, 16)      [n] a million rows at once

A multiply-add is two operations. A token costs 2N (N: `ModelShape.matmul_parameters`) and, in each layer, 4 x
query heads x head width per token it sees. **Attention is counted as it must be, not as it is computed**:
token t of a causal sequence sees t tokens, itself included, and at most the layer's window, so a sequence of
T costs T(T + 1)/2 pairs. The PaLM convention of T^2 would charge training twice what decoding the same text
costs. Norms, rotary embedding, softmax and sampling are left out (under 1% of any model in use), and so is
padding.

Sampling runs the output head on the last token of the prompt only, as vLLM does; the last token sampled is
never fed back. Training runs it on the completion only, as TRL does. A backward pass costs two forwards;
gradient checkpointing adds one forward of the layers; frozen weights (LoRA) save the half of the backward
pass that makes their gradients, and the adapter's own matrices cost three forwards of their own.

All counts take integers or numpy arrays of them and give floats, or arrays of floats.
"""

from collections import Counter
from typing import Any

import numpy as np

from ratchetrl.pipelines.accounting.model_shape import ModelShape

Count = Any
"""An integer, or an array [n] of them; counts of FLOPs come back in the same shape."""


def attention_flops(shape: ModelShape, first: Count, last: Count) -> Count:
    """Tokens number first + 1 to last of a sequence, attending to all before them and to themselves."""
    pairs = 0.0
    for window, layers in Counter(shape.windows).items():
        pairs = pairs + layers * (_pairs(last, window) - _pairs(first, window))
    return 4.0 * shape.query_width * pairs


def _pairs(tokens: Count, window: int | None) -> Count:
    """Sum over the first `tokens` tokens of how many each one sees."""
    tokens = np.asarray(tokens, np.float64)
    whole = tokens if window is None else np.minimum(tokens, window)
    return (whole * (whole + 1) / 2 + (tokens - whole) * whole)[()]


def forward_flops(shape: ModelShape, tokens: Count, head_tokens: Count) -> Count:
    """One pass over a sequence, with the output head on some of its tokens."""
    matrices = 2.0 * shape.layer_parameters * tokens + 2.0 * shape.head_parameters * head_tokens
    return matrices + attention_flops(shape, 0, tokens)


def prefill_flops(shape: ModelShape, prompt_tokens: Count) -> Count:
    """Reading a prompt, once for all samples of its problem; the head sees its last token only."""
    return forward_flops(shape, prompt_tokens, np.minimum(prompt_tokens, 1))


def completion_flops(shape: ModelShape, prompt_tokens: Count, new_tokens: Count) -> Count:
    """Sampling one answer to a prompt that is in the cache already. Its first token comes from the prompt."""
    fed = np.maximum(np.asarray(new_tokens, np.float64) - 1, 0)
    attention = attention_flops(shape, prompt_tokens, prompt_tokens + fed)
    return (2.0 * shape.matmul_parameters * fed + attention)[()]


def decode_flops(shape: ModelShape, prompt_tokens: Count, new_tokens: Count) -> Count:
    """One answer from its prompt to its end."""
    return prefill_flops(shape, prompt_tokens) + completion_flops(shape, prompt_tokens, new_tokens)


def flops_of_rows(shape: ModelShape, prompt_tokens_n: Count, output_tokens_n: Count, samples: Count) -> Count:
    """[n] each of `samples` answers to a problem, with its share of the prompt they have in common. A prompt
    that was never sampled from (no output) cost nothing."""
    shared = np.where(np.asarray(output_tokens_n) > 0, prefill_flops(shape, prompt_tokens_n), 0.0) / samples
    return shared + completion_flops(shape, prompt_tokens_n, output_tokens_n)


def logprob_flops(shape: ModelShape, prompt_tokens: Count, completion_tokens: Count) -> Count:
    """The log-probabilities of a completion, by one forward pass: the old policy's or a reference's."""
    return forward_flops(shape, prompt_tokens + completion_tokens, completion_tokens)


def train_flops(
    shape: ModelShape, prompt_tokens: Count, completion_tokens: Count, lora_rank: int, checkpointing: bool
) -> Count:
    """Forward and backward over one row (or each of many)."""
    tokens = prompt_tokens + completion_tokens
    forward = logprob_flops(shape, prompt_tokens, completion_tokens)
    attention = attention_flops(shape, 0, tokens)
    adapter = 2.0 * shape.adapter_parameters(lora_rank) * tokens
    weight_gradients = 0.0 if lora_rank else forward - attention
    activation_gradients = forward + attention
    saved = 0.0 if lora_rank else 2.0 * shape.not_recomputed_parameters * tokens
    recomputed = (forward_flops(shape, tokens, 0) + adapter - saved) * checkpointing
    return forward + activation_gradients + weight_gradients + 3 * adapter + recomputed
