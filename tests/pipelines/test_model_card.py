"""The card says what was measured and reads back; what is pushed is the model and nothing else."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from huggingface_hub import ModelCard

from ratchetrl.pipelines import hub_push
from ratchetrl.pipelines.config_file import QUICKSTART, dump_toml, load_toml
from ratchetrl.pipelines.hub_push import check_push
from ratchetrl.pipelines.model_card import write_card
from ratchetrl.pipelines.records import EvalRow
from ratchetrl.pipelines.run_context import Champion, champion_in
from ratchetrl.pipelines.run_folder import RunFolder
from ratchetrl.pipelines.store import finish, write_json, write_records
from ratchetrl.pipelines.suite_settings import SuiteSettings
from ratchetrl.verifiers.errors import UserError

COMPARISON = {
    **{"problems": 300, "champion_pass_at_1": 0.4, "challenger_pass_at_1": 0.5},
    **{
        "challenger_lower": 0.45,
        "challenger_upper": 0.55,
        "gain": 0.1,
        "gain_lower": 0.06,
        "gain_upper": 0.14,
    },
}
DECISION = {
    **{"generation": 1, "decision": "promoted", "route": "better", "by": "human: <b>ada</b>", "alpha": 0.004},
    **{"reason": "gain over all gate levels +0.100", "test_index": 1, "detectable_gain": 0.03},
    **{
        "samples_per_problem": 4,
        "all_levels": COMPARISON,
        "by_level": {"2 | 3": COMPARISON, "4": COMPARISON},
    },
}
PUSHED = {"model.safetensors", "config.json", "tokenizer.json", "chat_template.jinja"}
LEFT_HERE = {
    *("probe.json", "optimizer.pt", "optimizer.safetensors", "optimizer.model", "tokenizer.pkl"),
    *("tokenizer_golds.jsonl", "rollouts.parquet", "optimizer/model.safetensors"),
}


def eval_row(problem: int, sample: int) -> EvalRow:
    score = None if sample == 3 else float((problem + sample) % 2)
    return EvalRow("champion", "96", f"p{problem}", "", sample, "wrong", score, "1", None, 7, 20, False, 0.1)


@pytest.fixture
def run(tmp_path: Path) -> RunFolder:
    """A run on a Hub dataset and model, with one promotion that was measured on the report split."""
    folder = RunFolder(tmp_path / "gsm")
    home = folder.generation(1)
    config = load_toml(QUICKSTART)
    tables = {
        "model": config.model.model_copy(update={"path": "Qwen/Qwen3-0.6B"}),
        "data": SuiteSettings(
            path="openai/gsm8k", subset="main", verifier="number", gate_problems=300, report_problems=20
        ),
    }
    folder.path.mkdir()
    dump_toml(config.model_copy(update=tables), folder.config_file)
    write_json(folder.data_file, {"digest": "d1"})
    write_json(home / "decision.json", DECISION)
    write_records(home / "report-1" / "rows.parquet", EvalRow, [eval_row(i // 4, i % 4) for i in range(80)])
    finish(home / "report-1", {"verifiers": {"number": "v1"}})
    write_json(home / "report_stage.json", {"stage": "report-1"})
    weights = home / "train-1" / "weights"
    weights.mkdir(parents=True)
    finish(home / "train-1", {"weights_hash": "w1"})
    for name in PUSHED | LEFT_HERE:
        (weights / name).parent.mkdir(exist_ok=True)
        (weights / name).write_text("{}")
    return folder


def champion(run: RunFolder) -> Champion:
    return champion_in(run.generation(1) / "train-1", 1)


def test_the_card_reads_back_with_its_metadata_and_intervals(run: RunFolder) -> None:
    card = ModelCard.load(write_card(run, champion(run)))
    assert card.data.base_model == "Qwen/Qwen3-0.6B" and card.data.datasets == ["openai/gsm8k"]
    assert card.data.library_name == "transformers" and "verifiable-rewards" in (card.data.tags or [])
    report, gate, *levels = card.data.eval_results or []
    assert (report.dataset_split, gate.dataset_split, len(levels)) == ("report", "gate", 2)
    assert report.metric_value == pytest.approx(0.5, abs=0.01) and gate.metric_value == 0.5
    assert gate.metric_args == {"lower_95": 0.45, "upper_95": 0.55}
    assert report.metric_args["lower_95"] < report.metric_value < report.metric_args["upper_95"]


def test_the_card_tells_the_decision_the_verifiers_and_the_limits(run: RunFolder) -> None:
    text = ModelCard.load(write_card(run, champion(run))).text
    for said in (
        "Promoted as better",
        "alpha of 0.004",
        "gain over all gate levels +0.100",
        "+0.1000 [+0.0600, +0.1400]",
        "number version `v1`",
        "true gains of 0.0300 and more",
        "Looks at the sealed split so far: 0.",
        "| report | 96 | all | 20 | 3 |",
    ):
        assert said in text
    assert str(run.path) not in text


def test_names_of_others_have_no_effect_in_the_card(run: RunFolder) -> None:
    text = ModelCard.load(write_card(run, champion(run))).text
    assert "<b>" not in text and r"human: \<b\>ada\</b\>" in text and r"| 2 \| 3 |" in text


def test_a_name_that_no_file_can_hold_does_not_stop_the_card(run: RunFolder) -> None:
    write_json(run.generation(1) / "decision.json", {**DECISION, "by": "human: \udcff\x1b[31m\u202e"})
    text = ModelCard.load(write_card(run, champion(run))).text
    assert "decided by human: \ufffd\ufffd\\[31m\ufffd at" in text


def test_a_base_has_a_card_too(run: RunFolder) -> None:
    stage = run.generation(0) / "base-1"
    finish(stage, {"weights_hash": "w0"})
    text = ModelCard.load(write_card(run, champion_in(stage, 0))).text
    assert "as it was before any training" in text and "Not measured yet." in text


@pytest.mark.parametrize("name", ["addition", "a/b/c", "a b/c", "--/x"])
def test_a_name_that_is_none_is_refused(name: str) -> None:
    with pytest.raises(UserError, match="is not OWNER/NAME"):
        check_push(name)


def test_nobody_logged_in_is_refused_before_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub_push, "get_token", lambda: None)
    with pytest.raises(UserError, match="log in with `hf auth login`"):
        check_push("ada/addition")


class Hub(BaseHTTPRequestHandler):
    """As much of the Hub as a push of small files asks for."""

    asked: list[tuple[str, Any]]

    def do_GET(self) -> None:
        self._answer({"name": "ada", "type": "user"})

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        lines = [json.loads(line) for line in body.splitlines() if line.strip()]
        self.asked.append((self.path, lines))
        url = f"http://127.0.0.1:{self.server.server_address[1]}/ada/addition"
        if self.path.endswith("/preupload/main"):
            files = [{"path": each["path"], "uploadMode": "regular"} for each in lines[0]["files"]]
            self._answer({"files": [{**each, "shouldIgnore": False} for each in files]})
        elif self.path.endswith("/commit/main"):
            self._answer({"commitUrl": f"{url}/commit/1", "commitOid": "1", "success": True})
        else:
            self._answer({"url": url, "errors": [], "warnings": []})

    def _answer(self, value: Any) -> None:
        body = json.dumps(value).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Silent."""


@pytest.fixture
def hub() -> Iterator[HTTPServer]:
    Hub.asked = []
    server = HTTPServer(("127.0.0.1", 0), Hub)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()


PUSH = """
import sys
from pathlib import Path
from ratchetrl.pipelines.hub_push import check_push, push_weights
check_push("ada/addition")
print(push_weights(Path(sys.argv[1]), "ada/addition"))
"""


def test_the_model_its_tokenizer_and_the_card_are_pushed_and_nothing_else(
    run: RunFolder, hub: HTTPServer, tmp_path: Path
) -> None:
    weights = write_card(run, champion(run)).parent
    endpoint = f"http://127.0.0.1:{hub.server_address[1]}"
    environment = {**os.environ, "HF_ENDPOINT": endpoint, "HF_TOKEN": "hf_test", "HF_HOME": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", PUSH, str(weights)],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    (created,) = [lines[0] for path, lines in Hub.asked if path == "/api/repos/create"]
    private = created.get("private", created.get("visibility"))
    assert created["name"] == "addition" and private in (True, "private")
    (committed,) = [lines for path, lines in Hub.asked if path.endswith("/commit/main")]
    pushed = {line["value"]["path"] for line in committed if line["key"] == "file"}
    assert pushed == PUSHED | {"README.md"}
