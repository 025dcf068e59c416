"""From a TOML file and dotted flags to a `Config`, with errors a person can act on.

    given = load_arguments(["configs/quickstart.toml", "--sampling.temperature", "0.8"])

The file is read first (an unknown key is answered with the nearest valid name), then tyro lays the flags
over it, and the whole is checked as the file was; `--help` shows every field with the file's value as its
default.
"""

import dataclasses
import difflib
import json
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import tyro
from pydantic import TypeAdapter, ValidationError

from ratchetrl.pipelines.config import Config
from ratchetrl.pipelines.config_options import OPTIONS
from ratchetrl.pipelines.policy_file import policy_keys
from ratchetrl.pipelines.store import atomic_path
from ratchetrl.verifiers.errors import UserError

ADAPTER = TypeAdapter(Config)
APPROVE_HELP = (
    "Who has the last word on a challenger that the gate would promote: `auto`, the gate; `human`, a person, "
    "with `ratchetrl promote RUN`; or a policy: the path of a TOML file with any of these keys. "
    f"{policy_keys()}."
)
QUICKSTART = Path(__file__).resolve().parent.parent / "configs" / "quickstart.toml"


@dataclass(frozen=True)
class RunArguments:
    """Runs a recipe: sample, verify, select, train, evaluate, gate, generation after generation. The same
    command continues a run that was stopped or killed. Any key of the recipe can be given as a dotted
    option; defaults shown are the recipe's.
    """

    config: Annotated[tyro.conf.FlagConversionOff[Config], tyro.conf.arg(name="")]
    """The recipe."""
    output: Path
    """Folder of the run."""
    dry_run: bool = False
    """Print the resolved config, the plan of stages and an estimate; create nothing."""
    rerun: bool = False
    """In a folder made by another config: run what depends on the differing keys beside the old stages.
    Weights that were pruned (budget.keep) are gone."""
    approve: Annotated[str, tyro.conf.arg(help=APPROVE_HELP)] = "auto"
    allow_unchecked: bool = False
    """Run even where a verifier fails its check (`ratchetrl verifiers check`); the run's files say so."""
    push_to_hub: str | None = None
    """OWNER/NAME on the Hugging Face Hub: the champion and its card are put there when the run has ended, in
    a private repository where there is none yet."""


def load_arguments(arguments: list[str]) -> RunArguments:
    """Arguments of `ratchetrl run`: a recipe, then options. Raises UserError; `--help`, and what the grammar
    of options does not allow, end the process."""
    recipe, options = _recipe(arguments)
    default = RunArguments(config=load_toml(recipe), output=Path("outputs") / recipe.stem)
    given, unknown = tyro.cli(
        RunArguments,
        default=default,
        args=options,
        prog=f"ratchetrl run {recipe}",
        config=(tyro.conf.AvoidSubcommands,),
        registry=OPTIONS,
        return_unknown_args=True,
    )
    if unknown:
        raise UserError(f"there is no option {unknown[0]}{_nearest(unknown[0].lstrip('-'))}; see --help")
    config = _validated(_absolute(to_table(given.config), recipe))
    return dataclasses.replace(given, config=config)


def load_student(recipe: Path, teacher: Path) -> Config:
    """A student's recipe, where the rules are those for students. `teacher`: the folder of the stage that
    holds the teacher's weights."""
    table = _read(recipe) | {"distil": {"teacher": str(teacher)}}
    return _validated(_absolute(to_table(_validated(table, recipe)), recipe))


PATHS = (
    *(("model", "path"), ("data", "path"), ("data", "exclude_ids"), ("train", "accelerate_config")),
    ("cost", "prices"),
)
PARTS_OF_PATHS = (
    *(("data", "gate"), ("data", "report"), ("data", "sealed"), ("data", "adapter")),
    ("report", "best_of"),
)
"""Keys that may say `PATH:SPLIT` or `PATH:FUNCTION`; without a colon they name no path."""


def _absolute(table: dict[str, Any], recipe: Path) -> dict[str, Any]:
    """Local paths made absolute, so that a run can be continued from another folder. They may also be named
    as seen from the recipe's folder."""
    for name, key in PATHS:
        if value := table[name].get(key):
            table[name][key] = _resolved(value, recipe)
    for name, key in PARTS_OF_PATHS:
        path, colon, part = table[name].get(key, "").rpartition(":")
        if colon:
            table[name][key] = f"{_resolved(path, recipe)}:{part}"
    table["data"]["against"] = [_benchmark(each, recipe) for each in table["data"]["against"]]
    table["gate"]["regression"] = [_resolved(each, recipe) for each in table["gate"]["regression"]]
    return table


def _benchmark(reference: str, recipe: Path) -> str:
    """`PATH` or `PATH:SPLIT`."""
    path, colon, split = reference.rpartition(":")
    return f"{_resolved(path, recipe)}:{split}" if colon else _resolved(reference, recipe)


def _resolved(path: str, recipe: Path) -> str:
    """The path from the root where there is something, else as it was given: it may be a name on the Hub."""
    places = [Path(path).expanduser(), recipe.parent / path]
    found = next((place for place in places if place.exists()), None)
    return path if found is None else str(found.resolve())


def _recipe(arguments: list[str]) -> tuple[Path, list[str]]:
    """The recipe is the first argument that is no option; help without one is shown for the quickstart's."""
    if arguments and not arguments[0].startswith("-"):
        return Path(arguments[0]), arguments[1:]
    if arguments and arguments[0] in ("-h", "--help") and QUICKSTART.exists():
        return QUICKSTART, arguments
    raise UserError("ratchetrl run needs a recipe first, such as: ratchetrl run configs/quickstart.toml")


def load_toml(path: Path) -> Config:
    """The config of a file as it is."""
    return _validated(_read(path), path)


def _read(path: Path) -> dict[str, Any]:
    if not path.is_file():
        raise UserError(f"there is no config file {path}; the shipped recipes are in configs/")
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UserError(f"{path} is not valid TOML ({error}); correct it there") from None


def to_table(config: Config) -> dict[str, Any]:
    """The config as nested dictionaries, keys without a value left out."""
    # Options are checked only after this: a text in a number's place stays one, and is refused then.
    table: dict[str, Any] = ADAPTER.dump_python(config, mode="json", exclude_none=True, warnings=False)
    return table


def differing_keys(left: Config, right: Config) -> list[str]:
    """The dotted keys whose values differ."""
    one, other = dict(_flat(to_table(left))), dict(_flat(to_table(right)))
    return sorted(key for key in one.keys() | other.keys() if one.get(key) != other.get(key))


def to_toml(config: Config) -> str:
    """The config as TOML."""
    return "\n".join(_toml_lines(to_table(config), ()))


def dump_toml(config: Config, path: Path) -> None:
    """Writes the config as a TOML file, atomically."""
    with atomic_path(path) as temporary:
        temporary.write_text(to_toml(config), encoding="utf-8")


def _validated(table: Mapping[str, Any], path: Path | None = None) -> Config:
    """Strictly: `true` is no number. Through JSON, where a list may stand for a tuple even so. `path`: the
    file to name in what is said, where the table is as it stands there."""
    try:
        return ADAPTER.validate_json(json.dumps(table, default=str), strict=True)
    except ValidationError as error:
        where = "" if path is None else f"{path}: "
        raise UserError(f"{where}{sentences(error)}") from None


def sentences(error: ValidationError) -> str:
    """What is wrong, and what to do."""
    return "; ".join(_sentence(each) for each in error.errors())


def _sentence(error: Any) -> str:
    """One pydantic error in words."""
    key = ".".join(str(part) for part in error["loc"])
    match error["type"]:
        case "extra_forbidden" | "unexpected_keyword_argument":
            return f"there is no key {key}{_nearest(key)}"
        case "missing" | "missing_argument":
            return f"{key} is missing; add it"
        case "value_error":
            return str(error["ctx"]["error"])
        case _:
            problem = error["msg"][0].lower() + error["msg"][1:]
            return f"{key} = {error['input']!r} does not do: {problem}; change it"


def _nearest(key: str) -> str:
    close = difflib.get_close_matches(key, valid_keys(), n=1, cutoff=0.5)
    return f"; did you mean {close[0]}?" if close else f"; the tables are {', '.join(Config.model_fields)}"


def valid_keys() -> list[str]:
    """Every dotted key that a config may have."""
    return list(_schema_keys(ADAPTER.json_schema(), ""))


def _schema_keys(schema: Mapping[str, Any], prefix: str) -> Iterator[str]:
    """Walks a JSON schema; `$ref`s point into the definitions of the whole."""
    definitions = ADAPTER.json_schema()["$defs"]
    for name, field in schema["properties"].items():
        choices = [field, *field.get("anyOf", [])]
        reference = next((each["$ref"] for each in choices if "$ref" in each), None)
        yield prefix + name
        if reference:
            yield from _schema_keys(definitions[reference.rsplit("/", 1)[1]], f"{prefix}{name}.")


def _flat(table: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield prefix + key, value


def _toml_lines(table: Mapping[str, Any], name: tuple[str, ...]) -> Iterator[str]:
    """JSON's strings, numbers, booleans and lists are TOML's too."""
    if name:
        yield f"\n[{'.'.join(map(_toml_key, name))}]"
    for key, value in table.items():
        if not isinstance(value, dict):
            yield f"{_toml_key(key)} = {json.dumps(value, ensure_ascii=False)}"
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _toml_lines(value, (*name, key))


def _toml_key(key: str) -> str:
    return key if key.isidentifier() else json.dumps(key)
