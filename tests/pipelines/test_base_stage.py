"""What cannot be a model is refused before anything is downloaded or made."""

from pathlib import Path

import pytest

from ratchetrl.pipelines.base_stage import check_model
from ratchetrl.pipelines.config_file import load_arguments
from ratchetrl.verifiers.errors import UserError

QUICKSTART = str(Path(__file__).parents[2] / "configs" / "quickstart.toml")
WHOLE = {"config.json": "{}", "tokenizer_config.json": '{"chat_template": "x"}', "model.safetensors": ""}


def check(folder: Path, files: dict[str, str | None]) -> None:
    folder.mkdir(exist_ok=True)
    for name, text in files.items():
        if text is not None:
            (folder / name).write_text(text)
    check_model(load_arguments([QUICKSTART, "--model.path", str(folder)]).config)


def test_a_whole_model_and_one_that_is_to_be_trained_are_taken(tmp_path: Path) -> None:
    check(tmp_path, {**WHOLE})
    check(tmp_path, {"tokenizer_config.json": "{}", "chat_template.jinja": "x"})
    check_model(load_arguments([QUICKSTART]).config)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"config.json": None}, "it has no config.json"),
        ({"tokenizer_config.json": None}, "it has no tokenizer_config.json"),
        ({"tokenizer_config.json": "{}"}, "has no chat template; name an instruction-tuned model"),
        ({"tokenizer_config.json": "{"}, "that is not JSON; mend it"),
        ({"model.safetensors": None}, "save the model as safetensors first"),
        ({"adapter_config.json": "{}"}, "adapter to another model; merge it into that model"),
        ({"adapter_config.json": "{}", "config.json": None}, "adapter to another model"),
    ],
)
def test_a_folder_without_a_model_of_its_own_is_refused(
    change: dict[str, str | None], said: str, tmp_path: Path
) -> None:
    with pytest.raises(UserError, match=said):
        check(tmp_path, WHOLE | change)


def test_a_path_that_is_no_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="is not a folder; give a model's folder, or a Hub name"):
        check_model(load_arguments([QUICKSTART, "--model.path", str(tmp_path / "none")]).config)
