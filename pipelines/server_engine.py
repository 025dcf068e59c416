"""A running vLLM server as the sampler's engine (`engine.kind = "server"`).

    VLLM_SERVER_DEV_MODE=1 vllm serve MODEL --port 8000        then  engine.url = "http://127.0.0.1:8000"

The server must be able to take new weights: it needs vLLM's development endpoints (the variable above) and
has to see the run folder at the same path. A server without them is refused at the start, because
generation 2 would be sampled from the weights of generation 1. It must be reachable by this pipeline only:
the development endpoints let anyone who can reach them change the model.
"""

from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from pathlib import Path
from typing import Any

import requests

from ratchetrl.pipelines.sampler_engine import Completion, EngineSettings, Request
from ratchetrl.pipelines.untied_view import untied_view
from ratchetrl.verifiers.errors import UserError

NEEDED = ("/collective_rpc", "/reset_prefix_cache", "/v1/completions")
# A server takes what is not said from the model's own generation config, and samples from a bent
# distribution.
NO_BENDING = {
    **{"top_p": 1.0, "top_k": 0, "min_p": 0.0},
    **{"repetition_penalty": 1.0, "presence_penalty": 0.0, "frequency_penalty": 0.0},
}
REQUEST_TIMEOUT_S = 3600.0  # one group at a long budget on a busy server
CHECK_TIMEOUT_S = 10.0


class ServerEngine:
    """Speaks HTTP to one vLLM server."""

    def __init__(self, url: str, settings: EngineSettings, scratch: Path) -> None:
        """Checks that the server is there, can take weights and has the context the config asks for."""
        self._url, self._scratch = url.rstrip("/"), scratch
        self.sequences = 2 * settings.max_sequences
        self._pool = ThreadPoolExecutor(settings.max_sequences, "request")
        self._running: set[Future[tuple[str, list[Completion]]]] = set()
        self._session = requests.Session()
        self._session.mount("http", requests.adapters.HTTPAdapter(pool_maxsize=settings.max_sequences))
        self._check_endpoints()
        self._model = self._check_model(settings.max_model_len)

    def submit(self, request: Request) -> None:
        """Takes one more request."""
        self._running.add(self._pool.submit(self._sample_one, request))

    def finished(self) -> list[tuple[str, list[Completion]]]:
        """Waits for at least one request to finish."""
        done, self._running = wait(self._running, return_when=FIRST_COMPLETED)
        return [future.result() for future in done]

    def abort(self) -> dict[str, list[int]]:
        """Nothing is in flight: to drop requests would drop those of the server's other users, too, so that
        recipes with `sampling.informative_rows` are refused."""
        assert not self._running, "a server's requests are not aborted"
        return {}

    def score(self, token_ids: list[list[int]]) -> list[list[float]]:
        """Log-probability of each token given those before it, from the second token on."""
        return [self._score_one(ids) for ids in token_ids]

    def load_weights(self, folder: Path) -> None:
        """Has the server reload in place and forget cached prefixes."""
        view = untied_view(folder, self._scratch).resolve()
        self._post("/collective_rpc", {"method": "reload_weights", "kwargs": {"weights_path": str(view)}})
        self._post("/reset_prefix_cache", {})

    def _sample_one(self, request: Request) -> tuple[str, list[Completion]]:
        body = {
            "n": request.samples,
            "prompt": list(request.prompt_ids),
            "max_tokens": request.effort.max_new_tokens,
            "temperature": request.temperature,
            **NO_BENDING,
            "seed": request.seed,
            "logprobs": 0,
        }
        choices = self._complete(body)["choices"]
        return request.id, [_completion(each) for each in sorted(choices, key=lambda each: each["index"])]

    def _score_one(self, ids: list[int]) -> list[float]:
        body = {"prompt": ids, "max_tokens": 1, "temperature": 0.0, "prompt_logprobs": 0}
        positions = self._complete(body)["choices"][0]["prompt_logprobs"][1:]
        return [position[str(token)]["logprob"] for position, token in zip(positions, ids[1:], strict=True)]

    def _complete(self, body: dict[str, Any]) -> dict[str, Any]:
        answer: dict[str, Any] = self._post(
            "/v1/completions", {"model": self._model, "return_token_ids": True, **body}
        ).json()
        return answer

    def _post(self, path: str, body: dict[str, Any]) -> requests.Response:
        response = self._session.post(self._url + path, json=body, timeout=REQUEST_TIMEOUT_S)
        response.raise_for_status()
        return response

    def _get(self, path: str) -> dict[str, Any]:
        try:
            response = self._session.get(self._url + path, timeout=CHECK_TIMEOUT_S)
            response.raise_for_status()
        except requests.RequestException as error:
            raise UserError(
                f"no vLLM server answers at {self._url} ({type(error).__name__}); start one, "
                "or correct engine.url"
            ) from None
        answer: dict[str, Any] = response.json()
        return answer

    def _check_endpoints(self) -> None:
        offered = self._get("/openapi.json")["paths"]
        if missing := [path for path in NEEDED if path not in offered]:
            raise UserError(
                f"the server at {self._url} has no {', '.join(missing)}, so it cannot take new weights and "
                f'can serve no generations; start it with VLLM_SERVER_DEV_MODE=1, or use engine.kind = "vllm"'
            )

    def _check_model(self, max_model_len: int) -> str:
        model = self._get("/v1/models")["data"][0]
        if model["max_model_len"] < max_model_len:
            raise UserError(
                f"the server at {self._url} has a context of {model['max_model_len']} tokens but "
                f"engine.max_model_len is {max_model_len}; lower that, or restart the server "
                f"with --max-model-len {max_model_len}"
            )
        name: str = model["id"]
        return name


def _completion(choice: dict[str, Any]) -> Completion:
    return Completion(
        ids=tuple(choice["token_ids"]),
        logprobs=tuple(choice["logprobs"]["token_logprobs"]),
        finish_reason=choice["finish_reason"],
    )
