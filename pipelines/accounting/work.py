"""What a stage did, counted from the files it left: tokens, FLOPs, CPU seconds of judging.

    work = stage_work(stage, "evaluate", shape)
    work = trained_work(rows_folder, result, settings, shape)

Columnar, a shard at a time: a million rollouts are counted from the lengths of their lists. A count that is
not known (the model's layout, what a killed process had in flight) is None, and so is any sum with it in.
Nothing here knows of time or money.
"""

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ratchetrl.pipelines.accounting.flops import completion_flops, logprob_flops, prefill_flops, train_flops
from ratchetrl.pipelines.accounting.model_shape import ModelShape
from ratchetrl.pipelines.train_job import TrainResult, TrainSettings

SAMPLING = frozenset({"sample", "evaluate", "report", "sealed"})
VERDICTS, SHARDS, SOLVED, ABORTED = "verdicts", "shard-*.parquet", "solved-*.parquet", "aborted-*.parquet"
Lengths = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Tokens:
    """Tokens by what became of them."""

    prompt: int | None = 0
    """Of prompts, read once per problem and model."""
    cached: int | None = 0
    """Of the same prompts, found in the prefix cache for the other samples of the problem."""
    generated: int | None = 0
    """Of completions, those that were begun and not kept among them."""
    aborted: int | None = 0
    """Of the latter alone."""
    trained: int | None = 0
    """Of completions that carried a loss."""
    forward: int | None = 0
    """Of prompts and completions together that were gone over whole: by the trainer, or to be scored."""


@dataclass(frozen=True, slots=True)
class Flops:
    """Floating-point operations by purpose."""

    generation: float | None = 0.0
    """Prefill and decoding."""
    old_logps: float | None = 0.0
    """The old policy's log-probabilities: the sampler's own are stored and trained against, so only solutions
    that retries found are gone over for them."""
    reference: float | None = 0.0
    """A reference model's log-probabilities: a teacher's, the only loss here that uses one."""
    update: float | None = 0.0
    """Forward and backward passes of training."""


@dataclass(frozen=True, slots=True)
class Work:
    """What was done."""

    tokens: Tokens = field(default_factory=Tokens)
    """By what became of them."""
    flops: Flops = field(default_factory=Flops)
    """By purpose."""
    cpu_s: float | None = 0.0
    """CPU seconds of judging."""

    def __add__(self, other: "Work") -> "Work":
        """Both together."""
        tokens, flops = _sum(self.tokens, other.tokens), _sum(self.flops, other.flops)
        return Work(Tokens(**tokens), Flops(**flops), plus(self.cpu_s, other.cpu_s))


UNKNOWN_WORK = Work(
    Tokens(**dict.fromkeys(asdict(Tokens()))), Flops(**dict.fromkeys(asdict(Flops()))), cpu_s=None
)
"""Work in flight in a process that was killed."""


def plus(one: Any, other: Any) -> Any:
    """The sum of two counts; None where one of them is."""
    return None if one is None or other is None else one + other


def _sum(one: Any, other: Any) -> dict[str, Any]:
    return {each.name: plus(getattr(one, each.name), getattr(other, each.name)) for each in fields(one)}


def stage_work(stage: Path, kind: str, shape: ModelShape | None) -> Work:
    """Of a stage that samples or judges; nothing, of any other. Verdicts lie in folders named `verdicts` (a
    verify stage has nothing else), every other shard holds rollouts; what retries solved was scored anew."""
    if kind == "verify":
        return judged_work(stage.rglob(SHARDS))
    if kind not in SAMPLING:
        return Work()
    judged = judged_work(stage.rglob(f"{VERDICTS}/{SHARDS}"))
    return sampled_work(stage, shape) + scored_work(stage.rglob(SOLVED), shape) + judged


def sampled_work(stage: Path, shape: ModelShape | None) -> Work:
    """Of all rollouts below a stage's folder, and of what was sampled besides and not kept."""
    shards = (path for path in stage.rglob(SHARDS) if path.parent.name != VERDICTS)
    kept = sum((_shard_work(path, shape) for path in sorted(shards)), start=Work())
    return sum((_aborted_work(path, shape) for path in sorted(stage.rglob(ABORTED))), start=kept)


def _shard_work(shard: Path, shape: ModelShape | None) -> Work:
    table = pq.read_table(shard, columns=["problem_id", "prompt_ids", "completion_ids"])
    prompts_n, outputs_n = (list_lengths(table[name]) for name in ("prompt_ids", "completion_ids"))
    return _completions_work(table["problem_id"], prompts_n, outputs_n, shape)


def _aborted_work(file: Path, shape: ModelShape | None) -> Work:
    table = pq.read_table(file)
    prompts_n, outputs_n = (table[name].to_numpy() for name in ("prompt_tokens", "generated_tokens"))
    work = _completions_work(table["problem_id"], prompts_n, outputs_n, shape)
    return replace(work, tokens=replace(work.tokens, aborted=work.tokens.generated))


def _completions_work(
    problem_ids: pa.ChunkedArray, prompts_n: Lengths, outputs_n: Lengths, shape: ModelShape | None
) -> Work:
    sampled_n = outputs_n > 0
    reads_n = first_of_group(problem_ids) & sampled_n
    prompt = int(prompts_n[reads_n].sum())
    tokens = Tokens(
        prompt=prompt, cached=int(prompts_n[sampled_n].sum()) - prompt, generated=int(outputs_n.sum())
    )
    return Work(tokens, Flops(generation=_generation_flops(shape, prompts_n, outputs_n, reads_n)))


def _generation_flops(
    shape: ModelShape | None, prompts_n: Lengths, outputs_n: Lengths, reads_n: npt.NDArray[np.bool_]
) -> float | None:
    if shape is None:
        return None
    read = prefill_flops(shape, prompts_n[reads_n]).sum()
    return float(read + completion_flops(shape, prompts_n, outputs_n).sum())


def list_lengths(column: pa.ChunkedArray) -> Lengths:
    """[n] of a column of lists."""
    return pc.list_value_length(column).fill_null(0).to_numpy().astype(np.int64)


def first_of_group(problem_ids: pa.ChunkedArray) -> npt.NDArray[np.bool_]:
    """[n] true where a problem's samples begin; they lie side by side."""
    codes_n = problem_ids.combine_chunks().dictionary_encode().indices.to_numpy()
    return np.concatenate([np.ones(min(1, len(codes_n)), bool), codes_n[1:] != codes_n[:-1]])


def scored_work(files: Iterable[Path], shape: ModelShape | None) -> Work:
    """One pass each over solutions that retries found, for their log-probabilities under the plain prompt."""
    tokens, flops = 0, None if shape is None else 0.0
    for path in files:
        for prompts_n, completions_n in _row_lengths([path]):
            tokens += int((prompts_n + completions_n).sum())
            if shape is not None:
                flops = plus(flops, float(logprob_flops(shape, prompts_n, completions_n).sum()))
    return Work(Tokens(forward=tokens), Flops(old_logps=flops))


def judged_work(shards: Iterable[Path]) -> Work:
    """CPU seconds of the verdicts in some shards."""
    cpu_s = (pc.sum(pq.read_table(shard, columns=["cpu_s"])["cpu_s"]).as_py() or 0.0 for shard in shards)
    return Work(cpu_s=float(sum(cpu_s)))


def trained_work(rows: Path, result: TrainResult, settings: TrainSettings, shape: ModelShape | None) -> Work:
    """Of a train stage. The rows of the steps not taken are left out in proportion to their tokens, and what
    rows of a prompt shared, in proportion to those of the prompts."""
    tokens = Tokens(trained=result.trained_tokens, forward=result.forward_tokens)
    if shape is None:
        return Work(tokens, Flops(update=None))
    how = settings.lora_rank, settings.gradient_checkpointing
    row_flops = row_tokens = prompt_flops = prompt_tokens = 0.0
    for prompts_n, completions_n in _row_lengths(sorted(rows.glob("*.parquet"))):
        row_flops += train_flops(shape, prompts_n, completions_n, *how).sum()
        row_tokens += (prompts_n + completions_n).sum()
        prompt_flops += train_flops(shape, prompts_n, 0 * prompts_n, *how).sum()
        prompt_tokens += prompts_n.sum()
    taken = (result.forward_tokens + result.shared_tokens) / max(row_tokens, 1.0)
    shared = result.shared_tokens / max(prompt_tokens, 1.0)
    return Work(tokens, Flops(update=float(row_flops * taken - prompt_flops * shared)))


def _row_lengths(shards: Iterable[Path]) -> Iterator[tuple[Lengths, Lengths]]:
    for shard in shards:
        table = pq.read_table(shard, columns=["prompt_ids", "completion_ids"])
        yield list_lengths(table["prompt_ids"]), list_lengths(table["completion_ids"])
