"""A base model for runs that must not download one: small, 0.9M parameters by default, trained on a CPU.

    python -m ratchetrl.pipelines.bootstrap --output DIR --seed N
    bootstrap(BootstrapSettings(), seed=1, output=Path("base"))

The model (Qwen3 architecture, untied embeddings, float32) imitates worked solutions in which a known share
of the steps is wrong: additions (`addition.py`) or programs (`programs.py`). So it is right about half of
the time at temperature 1, while its likeliest token is nearly always the right one: a gap that
reinforcement learning can move into the weights. It takes about a minute on two cores. The same seed,
settings and machine give the same weights. The folder appears whole or not at all.
"""

import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import torch
import tyro
from pydantic import TypeAdapter, ValidationError
from transformers import GenerationConfig, PreTrainedTokenizerFast, Qwen3Config, Qwen3ForCausalLM
from transformers.utils import logging

from ratchetrl.pipelines.bootstrap_settings import BootstrapSettings
from ratchetrl.pipelines.char_tokenizer import char_tokenizer
from ratchetrl.pipelines.config_file import sentences
from ratchetrl.pipelines.mark_training import stretched
from ratchetrl.pipelines.pass_rate import measure_pass_at_1
from ratchetrl.pipelines.worked_batches import worked_batches
from ratchetrl.pipelines.worked_tasks import TASKS
from ratchetrl.verifiers.errors import UserError

CONTEXT_TOKENS = 2048
HEAD_WIDTH = 32
THREADS = 2  # fixed, because the order of a sum depends on it
WARM_UP_STEPS = 20
LAST_FACTOR = 0.02  # of the peak; at a tenth, pass@1 still swings by .04 from step to step


def bootstrap(settings: BootstrapSettings, seed: int, output: Path) -> None:
    """Train a base and save it as `output`, loadable by transformers and vLLM.

    Raises UserError where `output` exists, where settings are out of bounds or the task has no marks that
    gaps could be for, or where pass@1 did not reach the window.
    """
    if output.exists():
        raise UserError(f"{output} exists already; name a new folder or remove it")
    _check_bounds(settings)
    if any(settings.gap_shares) and not TASKS[settings.task].with_marks:
        raise UserError(
            f'bootstrap.gap_shares is for tasks with place marks; "{settings.task}" has none, remove it'
        )
    torch.set_num_threads(THREADS)
    torch.manual_seed(seed)
    tokenizer = char_tokenizer(CONTEXT_TOKENS, TASKS[settings.task].with_marks)
    model = new_model(tokenizer, settings)
    _train_into_window(model, tokenizer, settings, seed)
    output.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=output.parent, prefix=f".{output.name}-") as parts:
        whole = Path(parts) / "model"
        model.save_pretrained(whole)
        tokenizer.save_pretrained(whole)
        whole.rename(output)


def _check_bounds(settings: BootstrapSettings) -> None:
    """As a recipe's table is checked: settings made by hand or by flags come here unchecked."""
    try:
        TypeAdapter(BootstrapSettings).validate_python(asdict(settings))
    except ValidationError as error:
        raise UserError(sentences(error)) from None


def new_model(tokenizer: PreTrainedTokenizerFast, settings: BootstrapSettings) -> Qwen3ForCausalLM:
    """Random weights. Untied: vLLM on CPU keeps the old output head when it reloads tied ones."""
    heads = settings.hidden_size // HEAD_WIDTH
    special = {"pad_token_id": tokenizer.pad_token_id, "eos_token_id": tokenizer.eos_token_id}
    config = Qwen3Config(
        vocab_size=len(tokenizer),
        hidden_size=settings.hidden_size,
        intermediate_size=3 * settings.hidden_size,
        num_hidden_layers=settings.layers,
        num_attention_heads=heads,
        num_key_value_heads=2 if heads % 2 == 0 else 1,  # must divide the heads
        head_dim=HEAD_WIDTH,
        max_position_embeddings=CONTEXT_TOKENS,
        initializer_range=0.06,  # the usual 0.02 is too small for so narrow a model: it learns later
        tie_word_embeddings=False,
        dtype="float32",
        bos_token_id=None,
        **special,
    )
    model = Qwen3ForCausalLM(config)
    model.generation_config = GenerationConfig(do_sample=True, temperature=1.0, **special)
    return model


def _train_into_window(
    model: Qwen3ForCausalLM, tokenizer: PreTrainedTokenizerFast, settings: BootstrapSettings, seed: int
) -> None:
    low, high = settings.pass_window
    optimizer = torch.optim.AdamW(model.parameters(), lr=settings.learning_rate, betas=(0.9, 0.98))
    batches = worked_batches(tokenizer, settings, Random(f"bootstrap/{seed}"))
    gaps = torch.Generator().manual_seed(seed)
    start, passed = time.monotonic(), 0.0
    for step in range(1, settings.max_steps + 1):
        optimizer.param_groups[0]["lr"] = learning_rate(step, settings)
        input_ids, labels = next(batches)
        share = settings.gap_shares[_round(step, settings)]
        position_ids = stretched(input_ids, share, tokenizer, gaps) if share else None
        loss = _take_step(model, optimizer, input_ids, labels, position_ids)
        if step % settings.report_every_steps:
            continue
        progress = f"bootstrap step {step}  loss {loss:.3f}"
        if step >= len(settings.gap_shares) * settings.decay_steps:
            passed = measure_pass_at_1(
                model, tokenizer, TASKS[settings.task], settings.levels, settings.measured_problems, seed
            )
            progress += f"  pass@1 {passed:.3f}"
        print(f"{progress}  {time.monotonic() - start:.0f} s", flush=True)
        if low <= passed <= high:
            return
    raise UserError(
        f"pass@1 of the base is {passed:.2f} after {settings.max_steps} steps, outside {low} to {high}; "
        "raise max_steps if it is too low, wrong_step_share if it is too high"
    )


def learning_rate(step: int, settings: BootstrapSettings) -> float:
    """In each round: warm-up, flat for half of the decay steps, then down in a line."""
    step -= _round(step, settings) * settings.decay_steps
    left = 2 * (settings.decay_steps - step) / settings.decay_steps
    return settings.learning_rate * min(step / WARM_UP_STEPS, 1.0, max(left, LAST_FACTOR))


def _round(step: int, settings: BootstrapSettings) -> int:
    return min((step - 1) // settings.decay_steps, len(settings.gap_shares) - 1)


def _take_step(
    model: Qwen3ForCausalLM,
    optimizer: torch.optim.Optimizer,
    input_ids: torch.Tensor,
    labels: torch.Tensor,
    position_ids: torch.Tensor | None,
) -> float:
    loss = model(input_ids=input_ids, labels=labels, position_ids=position_ids).loss
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    optimizer.zero_grad()
    return float(loss.detach())


@dataclass(frozen=True, slots=True)
class Arguments:
    """Train the quickstart's own base model."""

    output: Path
    """Folder to make."""
    seed: int
    """Seed of weights, data and sampling."""
    settings: tyro.conf.OmitArgPrefixes[BootstrapSettings]


def main() -> None:
    """Command line; exit code 2 where the request cannot be served."""
    logging.disable_progress_bar()
    arguments = tyro.cli(Arguments)
    try:
        bootstrap(arguments.settings, arguments.seed, arguments.output)
    except UserError as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(2)


if __name__ == "__main__":
    main()
