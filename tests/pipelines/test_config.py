"""Recipes load, options go over them, and a mistake is answered with what to do."""

import json
import re
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

from ratchetrl.pipelines.cli import main
from ratchetrl.pipelines.config_file import differing_keys, load_arguments, load_toml, to_toml, valid_keys
from ratchetrl.verifiers.errors import UserError

CONFIGS = Path(__file__).parents[2] / "configs"
RECIPES = sorted(CONFIGS.glob("*.toml"))


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda path: path.stem)
def test_every_shipped_recipe_loads_and_survives_being_written_down(recipe: Path, tmp_path: Path) -> None:
    config = load_toml(recipe)
    (tmp_path / "run.toml").write_text(to_toml(config))
    assert load_toml(tmp_path / "run.toml") == config
    assert sum(isinstance(value, dict) or 1 for value in _leaves(tomllib.loads(recipe.read_text()))) <= 40


def _leaves(table: dict[str, object]) -> list[object]:
    found: list[object] = []
    for value in table.values():
        found += _leaves(value) if isinstance(value, dict) else [value]
    return found


def test_the_recipes_are_there() -> None:
    names = {path.stem for path in RECIPES}
    assert {"quickstart", "gsm8k_qwen3_0.6b", "math_qwen3_1.7b_lora", "math_qwen3_8b_zero3"} <= names
    assert {"quickstart_code", "code_mbpp"} <= names


def test_local_paths_are_made_absolute_and_names_are_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("plus.jsonl", "rows.py", "test"):
        (tmp_path / name).touch()
    chosen = ["--data.exclude-ids", "plus.jsonl", "--data.report", "plus.jsonl:plus"]
    given = load_arguments([str(CONFIGS / "code_mbpp.toml"), *chosen, "--data.adapter", "rows.py:mine"])
    data = given.config.data
    assert (data.exclude_ids, data.report) == (f"{tmp_path}/plus.jsonl", f"{tmp_path}/plus.jsonl:plus")
    assert (data.adapter, data.gate) == (f"{tmp_path}/rows.py:mine", "test")
    assert data.path == "google-research-datasets/mbpp"


def test_options_with_dots_go_over_the_file() -> None:
    quickstart = str(CONFIGS / "quickstart.toml")
    given = load_arguments([quickstart, "--sampling.temperature", "0.8", "--output", "here", "--dry-run"])
    assert given.config.sampling.temperature == 0.8
    assert given.dry_run and given.output == Path("here")
    assert differing_keys(load_toml(CONFIGS / "quickstart.toml"), given.config) == ["sampling.temperature"]


def broken(tmp_path: Path, old: str, new: str) -> str:
    """The sentence that answers the quickstart with one line changed."""
    text = (CONFIGS / "quickstart.toml").read_text()
    assert old in text
    (tmp_path / "broken.toml").write_text(text.replace(old, new))
    with pytest.raises(UserError) as caught:
        load_toml(tmp_path / "broken.toml")
    return str(caught.value)


def test_an_unknown_key_is_answered_with_the_nearest_one(tmp_path: Path) -> None:
    assert "did you mean sampling.temperature?" in broken(tmp_path, "temperature =", "temprature =")
    assert "did you mean train.learning_rate?" in broken(tmp_path, "learning_rate =", "learning_rates =")


def test_a_missing_key_and_a_value_out_of_range_name_the_key(tmp_path: Path) -> None:
    assert "train.learning_rate is missing" in broken(tmp_path, "learning_rate =", "#")
    assert "sampling.samples = 0" in broken(tmp_path, "samples = 8", "samples = 0")


def test_rules_across_tables_say_what_to_change(tmp_path: Path) -> None:
    sentence = broken(tmp_path, "max_new_tokens = 96", "max_new_tokens = 256")
    assert "engine.max_model_len" in sentence and "raise" in sentence
    assert "usd_per_device_hour" in broken(tmp_path, "[budget]", "[budget]\ncost_usd = 5.0")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (
            ["--sampling.thinking-tokens", "32"],
            r"^sampling: thinking_tokens \(32\) .* remove the limit or set",
        ),
        (["--gate.thinking-tokens", "32"], r"^gate: thinking_tokens \(32\) .* set model\.thinking = \"on\"$"),
        (["--report.efforts", "96", "96/32"], r"^report\.efforts: thinking_tokens \(32\)"),
    ],
)
def test_a_limit_on_thoughts_that_are_off_is_refused(options: list[str], said: str) -> None:
    quickstart = str(CONFIGS / "quickstart.toml")
    load_arguments([quickstart, *options])
    with pytest.raises(UserError, match=said):
        load_arguments([quickstart, "--model.thinking", "off", *options])


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (
            ["--sampling.most-samples", "16"],
            r"most_samples is about .* set sampling\.probe to less than sampling\.samples \(8\)$",
        ),
        (["--sampling.informative-rows", "64"], r"informative_rows is about .* set sampling\.probe"),
        (
            [
                *("--sampling.informative-rows", "64", "--sampling.probe", "4", "--engine.kind", "server"),
                *("--engine.url", "http://127.0.0.1:8000"),
            ],
            r"a server's are not only ours; remove it",
        ),
        (["--sampling.probe", "16"], r"probe \(16\) is more than .* lower it, or raise sampling\.samples"),
        (["--sampling.probe", "2", "--sampling.most-samples", "4"], r"most_samples \(4\) .*; raise it"),
        (["--sampling.probe", "2", "--sampling.most-samples", "513"], r"shard_rollouts \(512\) .*; raise it"),
        (["--sampling.hard-effort", "192"], r'set sampling\.choose = "posterior" or sampling\.probe'),
        (["--sampling.samples", "1"], r'samples to 2 or more, or train\.loss = "rft"'),
        (
            ["--reward.arm", "shuffled-gold", "--sampling.choose", "posterior"],
            r"golds shuffled again, .*; set sampling\.choose = \"uniform\"$",
        ),
        (
            ["--train.loss", "rft", "--train.supervised", "0.3"],
            r"already nothing but .*; set train\.supervised = 0, or choose another loss$",
        ),
        (
            ["--train.loss", "rft", "--reward.length-price", "0.2"],
            r"compares no rewards; set reward\.length_price = 0, or choose another loss$",
        ),
        (["--reward.length-price", "0.2"], r"blows small differences .* set reward\.advantage = \"mean\"$"),
        (["--sampling.hard-effort", "160/"], r"^sampling\.hard_effort: '160/' is no effort; write"),
        (
            ["--selection.rows-per-group", "9"],
            r"\(9\) does nothing, .* more than 8 rollouts; lower or remove",
        ),
        (
            [
                *("--sampling.probe", "4", "--sampling.informative-rows", "1025"),
                *("--selection.rows-per-group", "4"),
            ],
            r"\(1025\) can never be reached, because 256 problems leave 1024 .*; lower or remove it$",
        ),
        (
            ["--data.path", "procedural:programs"],
            r'; set data\.path = "procedural:addition", or bootstrap\.task',
        ),
        (
            ["--data.path", "procedural:puzzles"],
            r'; set data\.path = "procedural:addition", or bootstrap\.task',
        ),
        (["--selection.replay", "0.1", "--reward.arm", "random-reward"], r"set selection\.replay = 0"),
    ],
)
def test_devices_that_do_not_go_together_are_refused_with_what_to_do(options: list[str], said: str) -> None:
    with pytest.raises(UserError, match=said):
        load_arguments([str(CONFIGS / "quickstart.toml"), *options])


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (
            ["--sampling.probe", "0"],
            "sampling.probe = 0 does not do: input should be greater than or equal to 1",
        ),
        (["--selection.rows-per-group", "1"], "selection.rows_per_group = 1 does not do: input should be gr"),
        (
            ["--selection.rows-per-group", "four"],
            "selection.rows_per_group = 'four' does not do: input should",
        ),
        (["--selection.replay", "1.5"], "selection.replay = 1.5 does not do: input should be less than 1"),
        (
            ["--reward.length-price", "2"],
            "reward.length_price = 2.0 does not do: input should be less than 1",
        ),
        (["--reward.length-price", "nan"], "reward.length_price = nan does not do: input should be a finite"),
        (
            ["--reward.parts.correct", "x"],
            "reward.parts.correct = 'x' does not do: input should be a valid nu",
        ),
        (
            ["--sampling.samples", "1.5"],
            "sampling.samples = '1.5' does not do: input should be a valid integer",
        ),
        (["--data.gate-problems", "0"], "data.gate_problems = 0 does not do: input should be greater than 0"),
        (["--data.levels", "2 digits"], "data.base_levels names ['3 digits'], which data.levels leaves out"),
        (["--train.epochs", "0"], "train.epochs = 0 does not do: input should be greater than 0"),
        (
            ["--train.max-steps", "many"],
            "train.max_steps = 'many' does not do: input should be a valid integer",
        ),
        (["--bootstrap.layers", "0"], "bootstrap.layers = 0 does not do: input should be greater than 0"),
        (
            ["--bootstrap.pass-window", "0", "x"],
            "bootstrap.pass_window.1 = 'x' does not do: input should be a",
        ),
        (
            ["--bootstrap.levels", "9 digits"],
            "bootstrap.levels names '9 digits', which the task addition does",
        ),
        (["--seed", "-1"], "seed = -1 does not do: input should be greater than or equal to 0"),
    ],
)
def test_an_option_that_does_not_do_is_answered_in_one_sentence_and_with_exit_code_2(
    options: list[str], said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["ratchetrl", "run", str(CONFIGS / "quickstart.toml"), *options])
    with pytest.raises(SystemExit) as ended:
        main()
    shown = capsys.readouterr()
    assert (ended.value.code, shown.out) == (2, "")
    (line,) = shown.err.splitlines()
    assert line.startswith(f"ratchetrl: {said}") and "; " in line


def test_a_price_model_without_prices_is_refused() -> None:
    with pytest.raises(UserError, match=r"no file of prices is given; set cost\.prices or remove it"):
        load_arguments([str(CONFIGS / "quickstart.toml"), "--cost.price-model", "qwen"])


def test_an_unknown_option_is_answered_with_the_nearest_one() -> None:
    with pytest.raises(UserError, match=r"did you mean sampling\.temperature"):
        load_arguments([str(CONFIGS / "quickstart.toml"), "--sampling.temprature", "1"])


def test_a_file_that_is_not_there_or_not_toml_is_said_in_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no config file"):
        load_toml(tmp_path / "nothing.toml")
    (tmp_path / "bad.toml").write_text("seed = = 1")
    with pytest.raises(UserError, match="not valid TOML"):
        load_toml(tmp_path / "bad.toml")


def test_every_key_has_a_docstring_that_is_its_help(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        load_arguments([str(CONFIGS / "quickstart.toml"), "--help"])
    shown = capsys.readouterr().out
    for key in ("--sampling.temperature", "--train.learning-rate", "--budget.generations", "--data.path"):
        assert key in shown
    assert "Sampling temperature" in shown and len(valid_keys()) > 40


def test_every_launch_file_can_be_read_and_names_a_deepspeed_file_that_is_there() -> None:
    launch_files = sorted((CONFIGS / "accelerate").glob("*.yaml"))
    assert {path.stem for path in launch_files} == {"ddp", "zero1", "zero2", "zero3"}
    for path in launch_files:
        deepspeed = yaml.safe_load(path.read_text()).get("deepspeed_config")
        if deepspeed:
            file = path.parent / deepspeed["deepspeed_config_file"]
            assert json.loads(file.read_text())["zero_optimization"]["stage"] == int(path.stem[-1])


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("layers = 0", r"bootstrap\.layers = 0 does not do: .* greater than 0; change it"),
        ("hidden_size = 0", r"bootstrap\.hidden_size = 0 does not do"),
        ("hidden_size = 100", r"bootstrap\.hidden_size = 100 .* multiple of 32; change it"),
        ("batch = 0", r"bootstrap\.batch = 0 does not do"),
        ("learning_rate = 0.0", r"bootstrap\.learning_rate = 0\.0 does not do"),
        ("decay_steps = 0", r"bootstrap\.decay_steps = 0 does not do"),
        ("max_steps = 0", r"bootstrap\.max_steps = 0 does not do"),
        ("report_every_steps = 0", r"bootstrap\.report_every_steps = 0 does not do"),
        ("measured_problems = -1", r"bootstrap\.measured_problems = -1 does not do"),
        ("levels = []", r"bootstrap\.levels = \[\] does not do: .* at least 1 item"),
        ("gap_shares = [0.0, 1.5]", r"bootstrap\.gap_shares\.1 = 1\.5 does not do"),
        ("wrong_step_share = [0.0, -0.1, 0.0]", r"bootstrap\.wrong_step_share\.1 = -0\.1 does not do"),
        ("pass_window = [0.5, 1.5]", r"bootstrap\.pass_window\.1 = 1\.5 does not do"),
        ("pass_window = [0.6, 0.5]", r"pass_window goes from 0\.6 down to 0\.5; swap the two"),
        ("max_steps = 559", r"max_steps \(559\) ends before .*1 x decay_steps \(560\); raise it to 560"),
        ("max_steps = 1119\ngap_shares = [0.0, 0.5]", r"2 x decay_steps \(560\); raise it to 1120"),
        ("max_steps = 599\ndecay_steps = 570", r"every 40 steps after .* raise it to 600"),
    ],
)
def test_a_bootstrap_that_could_not_end_well_is_refused(table: str, said: str, tmp_path: Path) -> None:
    sentence = broken(tmp_path, "[bootstrap]", f"[bootstrap]\n{table}")
    assert re.search(said, sentence), sentence
