"""Attention in a pack where rows share their prompts: a prompt is computed once, each row attends to it.

    use_shared_attention(decoder(model))                            once; a model that cannot is refused
    logps_B_T, entropies_B_T, _ = packed_log_probs(model, batch)    batch: from `row_tensors.packed`

A pack is one sequence without padding: prompts [prefix 1, prefix 2, ...], then rows [row 1, row 2, ...].
Linear layers see the sequence. Attention sees it in parts: prefixes attend to themselves, rows of about one
length to their own prefixes and to themselves, each cut out and padded to the longest of the part. So it
costs about what it costs row by row, not the square of the pack's length as with a dense [L, L] mask. Sliding
windows and grouped queries are kept. Registered through transformers' AttentionInterface, which hands down
the keyword argument and makes no mask of its own for it; any model built on it works, also with gradient
checkpointing and LoRA.

It does not help layers that carry a state along the sequence (Mamba, linear attention, convolutions):
`refuse_difference` tells them from their log-probabilities.
"""

from typing import Any

import torch
from peft import PeftModel
from transformers import AttentionInterface, PreTrainedModel
from transformers.integrations.sdpa_attention import sdpa_attention_forward

from ratchetrl.pipelines.row_tensors import Batch
from ratchetrl.verifiers.errors import UserError

LogProbs = tuple[torch.Tensor, torch.Tensor, torch.Tensor | None]
"""As TRL's trainer has them: (log-probabilities, entropies, balancing loss)."""
SHORT = 128  # tokens: rows up to here are one part; every further part reaches to twice the length
NAME = "ratchetrl_shared_prompts"
TOLERANCE = {torch.float32: 1e-3, torch.bfloat16: 0.1}  # mean absolute difference of log-probabilities


class Part:
    """Sequences of a pack that attend alike: their queries and keys, cut out and padded."""

    def __init__(self, queries: "Places", keys: "Places") -> None:
        """Both have as many sequences."""
        self.queries, self._keys = queries, keys
        self._masks: dict[int | None, torch.Tensor] = {}

    def attend(
        self, module: Any, q: torch.Tensor, k: torch.Tensor, v: torch.Tensor, window: int | None, **scale: Any
    ) -> torch.Tensor:
        """[n x longest, heads, width] of q, k, v [L, heads, width]."""
        cut = self.queries.cut(q), self._keys.cut(k), self._keys.cut(v)
        out, _ = sdpa_attention_forward(module, *cut, self._mask(window), is_causal=False, **scale)
        return out.flatten(0, 1)

    def _mask(self, window: int | None) -> torch.Tensor:
        """[n, 1, queries, keys], made once for all layers."""
        if window not in self._masks:
            distance = self.queries.positions.unsqueeze(2) - self._keys.positions.unsqueeze(1)
            seen = self._keys.real.unsqueeze(1) & (distance >= 0)
            if window is not None:
                seen &= distance < window
            seen |= ~self.queries.real.unsqueeze(2)  # a query that sees nothing has no gradient but NaN
            self._masks[window] = seen.unsqueeze(1)
        return self._masks[window]


class Places:
    """[n, longest]: where the tokens of n sequences lie in a pack, their positions, and which are real."""

    def __init__(self, places: torch.Tensor, positions: torch.Tensor, real: torch.Tensor) -> None:
        """`places` of tokens that are not real may be any."""
        self.places, self.positions, self.real = places, positions, real

    @classmethod
    def of(cls, lengths: torch.Tensor, start: int, begins: torch.Tensor) -> "Places":
        """Sequences of so many tokens side by side from `start`; `begins` is the first position of each."""
        starts = start + lengths.cumsum(0) - lengths
        offsets = torch.arange(int(lengths.max()), device=lengths.device)
        real = offsets < lengths.unsqueeze(1)
        places = (starts.unsqueeze(1) + offsets) * real
        return cls(places, begins.unsqueeze(1) + offsets, real)

    def followed_by(self, other: "Places") -> "Places":
        """Each sequence with another one behind it."""
        ours, theirs = (self.places, self.positions, self.real), (other.places, other.positions, other.real)
        return Places(*(torch.cat(pair, 1) for pair in zip(ours, theirs, strict=True)))

    def of_rows(self, numbers: torch.Tensor) -> "Places":
        """Some of the sequences, or one several times, cut to the longest of them."""
        longest = int(self.real[numbers].any(0).sum())
        return Places(*(each[numbers, :longest] for each in (self.places, self.positions, self.real)))

    def cut(self, values: torch.Tensor) -> torch.Tensor:
        """[L, heads, width] -> [n, heads, longest, width]."""
        chosen = values.flatten(1).index_select(0, self.places.flatten())
        return chosen.view(*self.places.shape, *values.shape[1:]).transpose(1, 2)


class Pack:
    """How the tokens of one pack attend to each other."""

    def __init__(self, batch: Batch) -> None:
        """`batch` is what `row_tensors.packed` made."""
        prefix_lengths, prompt_of_row = batch["prefix_lengths"], batch["prompt_of_row"]
        prefixes = Places.of(prefix_lengths, 0, torch.zeros_like(prefix_lengths))
        begins = prefix_lengths[prompt_of_row]
        rows = Places.of(batch["row_lengths"], int(prefix_lengths.sum()), begins)
        self._parts = [Part(prefixes, prefixes)] if prefixes.places.numel() else []
        for numbers in _alike(batch["row_lengths"]):
            own = rows.of_rows(numbers)
            self._parts.append(Part(own, prefixes.of_rows(prompt_of_row[numbers]).followed_by(own)))
        real = torch.cat([part.queries.real.flatten() for part in self._parts])
        places = torch.cat([part.queries.places.flatten() for part in self._parts])
        self._where_L = real.nonzero()[:, 0][places[real].argsort()]
        self.rows_B_T, self.real_B_T = rows.places, rows.real
        """Where the pack predicts each token of each completion, and which of these are real."""

    def attend(
        self, module: Any, q: torch.Tensor, k: torch.Tensor, v: torch.Tensor, window: int | None, **scale: Any
    ) -> torch.Tensor:
        """[L, heads, width] of q, k, v [L, heads, width]."""
        outs = [part.attend(module, q, k, v, window, **scale) for part in self._parts]
        return torch.cat(outs).index_select(0, self._where_L)

    def unpacked(self, values_L: torch.Tensor, like_B_T: torch.Tensor) -> torch.Tensor:
        """Values of the pack's tokens as [B, T], zero where there are none; B and T may be larger here."""
        values_B_T = values_L[self.rows_B_T] * self.real_B_T
        bottom, right = (want - have for want, have in zip(like_B_T.shape, values_B_T.shape, strict=True))
        return torch.nn.functional.pad(values_B_T, (0, right, 0, bottom))


def _alike(lengths: torch.Tensor) -> list[torch.Tensor]:
    """Numbers of rows of about one length."""
    octaves = lengths.clamp(min=SHORT).log2().ceil()
    return [(octaves == octave).nonzero()[:, 0] for octave in octaves.unique()]


def shared_attention(
    module: torch.nn.Module,
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    attention_mask: None,
    shared_prompts: Pack,
    scaling: float | None = None,
    dropout: float = 0.0,
    sliding_window: int | None = None,
    **_: Any,
) -> tuple[torch.Tensor, None]:
    """Of one pack: query, key and value [1, heads, L, width] -> [1, L, heads, width]."""
    q, k, v = (each.transpose(1, 2)[0] for each in (query, key, value))
    out = shared_prompts.attend(module, q, k, v, sliding_window, scaling=scaling, dropout=dropout)
    return out.unsqueeze(0), None


def use_shared_attention(model: PreTrainedModel) -> None:
    """Every forward pass from now on needs a pack. Raises UserError where attention is the model's own."""
    AttentionInterface.register(NAME, shared_attention)
    model.set_attn_implementation(NAME)
    if model.config._attn_implementation != NAME:
        raise _refusal(model)


def decoder(model: Any) -> PreTrainedModel:
    """The transformers model inside of a LoRA model, or itself."""
    policy: PreTrainedModel = model.get_base_model() if isinstance(model, PeftModel) else model
    return policy


def packed_log_probs(model: Any, batch: Batch) -> LogProbs:
    """(log-probabilities, entropies) [B, T] of the completions, zero where there is no token, and the
    balancing loss of a mixture of experts. `model` has TRL's fused output head, and may be wrapped."""
    pack = Pack(batch)
    outputs = model(
        input_ids=batch["packed_ids"],
        position_ids=batch["packed_positions"],
        shift_labels=batch["packed_labels"],
        shared_prompts=pack,
        fused_lm_head=True,
    )
    logps_L, entropies_L, like_B_T = outputs.log_probs[0], outputs.entropy[0], batch["tool_mask"]
    return pack.unpacked(logps_L, like_B_T), pack.unpacked(entropies_L, like_B_T), outputs.aux_loss


def refuse_difference(model: PreTrainedModel, plain_T: torch.Tensor, shared_T: torch.Tensor) -> None:
    """Raises UserError where a row's log-probabilities are not the same in a pack as alone."""
    difference = (plain_T - shared_T).abs().mean()
    exact = plain_T.dtype == torch.float32 and not torch.is_autocast_enabled(plain_T.device.type)
    if not difference < TOLERANCE[torch.float32 if exact else torch.bfloat16]:
        raise _refusal(model)


def _refusal(model: PreTrainedModel) -> UserError:
    return UserError(
        f"the layers of {type(model).__name__} cannot compute a prompt once for several rows; "
        f"set train.share_prompts = false"
    )
