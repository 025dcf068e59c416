"""Suites through `datasets`, on this machine alone: the Hub is a folder, a loopback server or nobody."""

import os
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ratchetrl.pipelines.suite_files import open_files
from ratchetrl.pipelines.suite_finite import open_finite
from ratchetrl.pipelines.suite_hub import open_hub
from ratchetrl.pipelines.suite_settings import SuiteSettings
from ratchetrl.verifiers.errors import UserError
from ratchetrl.verifiers.pool import VerifierPool

OPEN_A_HUB_NAME = """
import sys
from ratchetrl.pipelines.suite_settings import SuiteSettings
from ratchetrl.pipelines.suites import open_suite
from ratchetrl.verifiers.errors import UserError
from ratchetrl.verifiers.pool import VerifierPool
try:
    sums = SuiteSettings(path="somebody/sums", verifier="number", gate_problems=1, report_problems=1)
    open_suite(sums, seed=1)
except UserError as error:
    print(error, "torch" in sys.modules)
"""


def open_a_hub_name(tmp_path: Path, **environment: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", OPEN_A_HUB_NAME],
        env={**os.environ, "HF_HOME": str(tmp_path), **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


def sums(path: Path) -> Path:
    chats = [[{"role": "user", "content": f"{i} + 1"}] for i in range(40)]
    path.parent.mkdir(parents=True)
    pq.write_table(pa.table({"messages": chats, "gold": list(range(1, 41)), "other": [0.5] * 40}), path)
    return path.parent.parent


def test_a_dataset_read_by_datasets_is_the_one_read_from_its_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("datasets.config.HF_DATASETS_CACHE", tmp_path / "cache")
    folder = sums(tmp_path / "sums" / "data" / "train-00000-of-00001.parquet")
    chosen = SuiteSettings(
        path=str(folder), prompt="messages", verifier="number", gate_problems=5, report_problems=5
    )
    elsewhere = chosen.model_copy(update={"prompt": "prompt"})
    with VerifierPool(1, timeout_s=60.0) as pool:
        hub = open_finite(open_hub(str(folder), None, "main"), chosen, 1, pool)
        files = open_finite(open_files(folder, None), chosen, 1, pool)
        with pytest.raises(UserError, match=r"sums.* has no column 'prompt', only messages, gold, other"):
            open_finite(open_hub(str(folder), None, "main"), elsewhere, 1, pool)
    assert hub.digest == files.digest
    assert hub.train_problems(1, 30) == files.train_problems(1, 30)
    with pytest.raises(UserError, match=r"'nope' not found.*set data\.subset"):
        open_hub(str(folder), "nope", "main")


def test_without_a_network_the_local_folder_is_suggested(tmp_path: Path) -> None:
    said = open_a_hub_name(tmp_path, HF_HUB_OFFLINE="1")
    assert "the Hub cannot be reached for data.path 'somebody/sums'" in said
    assert "give a local folder with --data.path" in said
    assert said.endswith("False"), "torch was imported"


def test_a_dataset_script_is_not_run(tmp_path: Path) -> None:
    (tmp_path / "sums.py").write_text("raise SystemExit('a dataset script was run')\n")
    with pytest.raises(UserError, match="Dataset scripts are no longer supported"):
        open_hub(str(tmp_path / "sums.py"), None, "main")


class NothingHere(BaseHTTPRequestHandler):
    """A Hub without any dataset."""

    def do_GET(self) -> None:
        self.send_response(404)
        self.send_header("X-Error-Code", "RepoNotFound")
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_HEAD = do_GET

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""


def test_a_name_that_the_hub_does_not_know_is_named(tmp_path: Path) -> None:
    server = HTTPServer(("127.0.0.1", 0), NothingHere)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    said = open_a_hub_name(tmp_path, HF_ENDPOINT=f"http://127.0.0.1:{server.server_port}")
    server.shutdown()
    assert "'somebody/sums' is neither a local folder or file nor a dataset on the Hub" in said
