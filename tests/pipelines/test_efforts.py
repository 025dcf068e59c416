"""Efforts: how a recipe names them, what is sampled at which, and what cannot be."""

from pathlib import Path

import pytest

from ratchetrl.pipelines.config_file import load_arguments
from ratchetrl.pipelines.efforts import Effort, gate_effort, report_efforts, sampling_effort
from ratchetrl.verifiers.errors import UserError

QUICKSTART = str(Path(__file__).parents[2] / "configs" / "quickstart.toml")


def test_an_effort_is_named_as_a_recipe_writes_it() -> None:
    for name in ("96", "4096/1024"):
        assert Effort.parse(name).name == name
    assert Effort.parse("4096/1024") == Effort(max_new_tokens=4096, thinking_tokens=1024)


@pytest.mark.parametrize("text", ["", "0", "96/0", "96/1/1", "-5", "many"])
def test_what_is_no_effort_is_refused(text: str) -> None:
    with pytest.raises(UserError, match="such as 4096/1024"):
        Effort.parse(text)


def test_rollouts_may_be_sampled_above_the_effort_they_are_judged_at() -> None:
    options = ["--sampling.max-new-tokens", "128", "--gate.max-new-tokens", "96"]
    config = load_arguments([QUICKSTART, *options]).config
    assert (sampling_effort(config).name, gate_effort(config).name) == ("128", "96")
    assert report_efforts(config) == (gate_effort(config),), "the curves are of the gate's effort by default"


def test_the_gate_samples_as_training_does_unless_it_says_otherwise() -> None:
    config = load_arguments([QUICKSTART, "--sampling.thinking-tokens", "32"]).config
    assert gate_effort(config) == sampling_effort(config) == Effort(96, 32)


@pytest.mark.parametrize(
    ("options", "answer"),
    [
        (["--report.efforts", "96", "512"], "report.efforts: max_new_tokens \\(512\\) leaves no room"),
        (["--gate.max-new-tokens", "256"], "gate: max_new_tokens \\(256\\) leaves no room for a prompt"),
        (["--sampling.thinking-tokens", "96"], "sampling: thinking_tokens \\(96\\) leaves no token"),
        (["--report.efforts", "96/96"], "report.efforts: thinking_tokens \\(96\\) leaves no token"),
        (["--report.efforts", "96", "64", "96"], "names an effort twice"),
        (["--report.efforts", "plenty"], "report.efforts: 'plenty' is no effort; write MAX_NEW_TOKENS"),
        (
            ["--sampling.hard-effort", "160/", "--sampling.probe", "4"],
            "sampling.hard_effort: '160/' is no effort; write MAX_NEW_TOKENS or .* such as 4096/1024$",
        ),
        (["--sampling.attempts", "2", "--sampling.temperature", "0.8"], "set sampling.temperature = 1.0"),
        (["--model.thinking-marks", "<think>", " "], "needs a text that closes a thought"),
    ],
)
def test_an_effort_that_cannot_be_is_refused_with_what_to_do(options: list[str], answer: str) -> None:
    with pytest.raises(UserError, match=answer):
        load_arguments([QUICKSTART, *options])
