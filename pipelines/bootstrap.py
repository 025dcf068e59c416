"""A base model for runs that must not download one: about 1M parameters, trained from scratch on a CPU.

    python -m ratchetrl.pipelines.bootstrap --output DIR --seed N
    bootstrap(BootstrapSettings(), seed=1, output=Path("base"))

The model (Qwen3 architecture, untied embeddings, float32) imitates worked additions in which a known
share of the steps is wrong (`addition.py`). It ends up right about half of the time at temperature 1,
and its most likely token is nearly always the right one: the gap that reinforcement learning can move
into the weights. Training stops when the measured pass@1 lies in the window; with the same seed, settings and number
of threads it gives the same weights. The folder appears whole or not at all.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import torch
import tyro
from transformers import GenerationConfig, PreTrainedTokenizerFast, Qwen3Config, Qwen3ForCausalLM
from transformers.utils import logging

from ratchetrl.pipelines.addition import Slips, draw_operands, gold, prompt, worked_solution
from ratchetrl.pipelines.char_tokenizer import END_OF_TURN, THINK_CLOSE, char_tokenizer
from ratchetrl.verifiers.errors import UserError

IGNORED = -100
CONTEXT_TOKENS = 2048
THREADS = 2


@dataclass(frozen=True, slots=True)
class BootstrapSettings:
    """How the base is trained and when it is done."""

    levels: tuple[str, ...] = ("2 digits", "3 digits", "4 digits")
    """Levels of addition it learns from."""
    wrong_step_share: Slips = Slips(no_carry=0.02, one_carry=0.2, two_carries=0.7)
    """Share of wrong steps; 22 % of all steps as it stands, which leads to a pass@1 of .51."""
    decay_steps: int = 360
    """Steps over which the learning rate falls to a twentieth; pass@1 is measured from there on."""
    max_steps: int = 600
    """Steps after which it gives up."""
    batch: int = 64
    """Worked solutions a step."""
    learning_rate: float = 2e-3
    """Peak learning rate of AdamW."""
    measure_every_steps: int = 40
    """Steps between two measurements of pass@1."""
    measure_problems: int = 512
    """Held-out problems a measurement, spread over the levels; two samples each."""
    pass_window: tuple[float, float] = (0.48, 0.54)
    """Training stops when pass@1 at temperature 1 lies in here."""


def bootstrap(settings: BootstrapSettings, seed: int, output: Path) -> None:
    """Train a base and save it as `output`, loadable by transformers and vLLM.

    Raises UserError where `output` exists, or where pass@1 never reached the window.
    """
    if output.exists():
        raise UserError(f"{output} exists already; name a new folder or remove it")
    torch.set_num_threads(THREADS)
    torch.manual_seed(seed)
    tokenizer = char_tokenizer(CONTEXT_TOKENS)
    model = new_model(tokenizer)
    _train_to_window(model, tokenizer, settings, seed)
    output.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=output.parent, prefix=f".{output.name}-") as parts:
        folder = Path(parts) / "model"
        model.save_pretrained(folder)
        tokenizer.save_pretrained(folder)
        folder.rename(output)


def new_model(tokenizer: PreTrainedTokenizerFast) -> Qwen3ForCausalLM:
    """About 0.9M random parameters. Untied: vLLM's CPU reload keeps the old head of tied ones."""
    config = Qwen3Config(
        vocab_size=len(tokenizer),
        hidden_size=128,
        intermediate_size=384,
        num_hidden_layers=4,
        num_attention_heads=4,
        num_key_value_heads=2,
        head_dim=32,
        max_position_embeddings=CONTEXT_TOKENS,
        tie_word_embeddings=False,
        dtype="float32",
        pad_token_id=tokenizer.pad_token_id,
        bos_token_id=None,
        eos_token_id=tokenizer.eos_token_id,
    )
    model = Qwen3ForCausalLM(config)
    model.generation_config = GenerationConfig(
        do_sample=True,
        temperature=1.0,
        pad_token_id=tokenizer.pad_token_id,
        eos_token_id=tokenizer.eos_token_id,
    )
    return model


def _train_to_window(
    model: Qwen3ForCausalLM, tokenizer: PreTrainedTokenizerFast, settings: BootstrapSettings, seed: int
) -> None:
    """Train until pass@1 lies in the window; the learning rate decays first, so that it is the asymptote."""
    low, high = settings.pass_window
    optimizer = torch.optim.AdamW(model.parameters(), lr=settings.learning_rate, betas=(0.9, 0.98))
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: learning_rate_factor(step, settings))
    batches = _batches(tokenizer, settings, Random(f"bootstrap/{seed}"))
    start, passed = time.monotonic(), float("nan")
    for step in range(1, settings.max_steps + 1):
        input_ids, labels = next(batches)
        loss = model(input_ids=input_ids, labels=labels).loss
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
        schedule.step()
        if step % settings.measure_every_steps:
            continue
        if step >= settings.decay_steps:
            passed = measure_pass_at_1(model, tokenizer, settings, seed)
        print(f"bootstrap step {step}  loss {loss.item():.3f}  pass@1 {passed:.3f}  {time.monotonic() - start:.0f} s", flush=True)
        if low <= passed <= high:
            return
    raise UserError(
        f"pass@1 was {passed:.2f} after {settings.max_steps} steps, outside {low} to {high}; "
        "raise max_steps or change the slip shares"
    )


def learning_rate_factor(step: int, settings: BootstrapSettings) -> float:
    """Warm-up over 20 steps, flat for half of the decay steps, then linear down to a twentieth."""
    decay = 2 * (settings.decay_steps - step) / settings.decay_steps
    return min((step + 1) / 20, 1.0, max(decay, 0.05))


def _batches(
    tokenizer: PreTrainedTokenizerFast, settings: BootstrapSettings, rng: Random
) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
    """Endless (input_ids, labels), both [batch, T], right-padded; only the solution is learned."""
    while True:
        rows = []
        for _ in range(settings.batch):
            operands = draw_operands(rng.choice(settings.levels), rng)
            solution = worked_solution(operands, settings.wrong_step_share, rng) + END_OF_TURN
            rows.append((prompt_ids(tokenizer, prompt(operands)), tokenizer.encode(solution)))
        yield _pad(rows, tokenizer.pad_token_id)


def prompt_ids(tokenizer: PreTrainedTokenizerFast, text: str) -> list[int]:
    """The chat prompt up to where the assistant starts."""
    messages = [{"role": "user", "content": text}]
    return tokenizer.apply_chat_template(messages, add_generation_prompt=True, return_dict=False)


def _pad(rows: list[tuple[list[int], list[int]]], pad_id: int) -> tuple[torch.Tensor, torch.Tensor]:
    longest = max(len(ask) + len(solution) for ask, solution in rows)
    input_ids = torch.full((len(rows), longest), pad_id)
    labels = torch.full((len(rows), longest), IGNORED)
    for i, (ask, solution) in enumerate(rows):
        end = len(ask) + len(solution)
        input_ids[i, :end] = torch.tensor(ask + solution)
        labels[i, len(ask) : end] = torch.tensor(solution)
    return input_ids, labels


def measure_pass_at_1(
    model: Qwen3ForCausalLM, tokenizer: PreTrainedTokenizerFast, settings: BootstrapSettings, seed: int
) -> float:
    """Share of right answers at temperature 1 on held-out problems, two samples each."""
    rng = Random(f"bootstrap-measure/{seed}")
    levels = settings.levels
    asked = [draw_operands(levels[i % len(levels)], rng) for i in range(settings.measure_problems)]
    answers_P = sample_answers(model, tokenizer, [prompt(operands) for operands in asked for _ in range(2)])
    golds_P = [gold(operands) for operands in asked for _ in range(2)]
    return sum(answer == right for answer, right in zip(answers_P, golds_P, strict=True)) / len(golds_P)


def sample_answers(
    model: Qwen3ForCausalLM, tokenizer: PreTrainedTokenizerFast, texts: list[str]
) -> list[str]:
    """The text after `</think>` of one sample a prompt; empty where the thinking never ended."""
    asked = [prompt_ids(tokenizer, text) for text in texts]
    padded = tokenizer.pad({"input_ids": asked}, padding_side="left", return_tensors="pt")
    with torch.no_grad():
        ids = model.generate(**padded, max_new_tokens=96, top_k=0)
    written = tokenizer.batch_decode(ids[:, padded["input_ids"].shape[1] :], skip_special_tokens=True)
    return [text.rpartition(THINK_CLOSE)[2] if THINK_CLOSE in text else "" for text in written]


@dataclass(frozen=True, slots=True)
class Arguments:
    """Train the quickstart's own base model."""

    output: Path
    """Folder to make."""
    seed: int
    """Seed of the weights, the data and the sampling."""
    settings: tyro.conf.OmitArgPrefixes[BootstrapSettings]
    """How it is trained."""


def main() -> None:
    """Command line; exit code 2 where the request cannot be served."""
    logging.disable_progress_bar()
    arguments = tyro.cli(Arguments)
    try:
        bootstrap(arguments.settings, arguments.seed, arguments.output)
    except UserError as error:
        raise SystemExit(f"error: {error}") from error


if __name__ == "__main__":
    main()
