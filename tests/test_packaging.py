"""The layout of the project: the rooms, what each may import, and the versions it is installed with."""

import ast
import importlib.metadata
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
LOCK = ROOT / "requirements" / "cpu.txt"

MAY_IMPORT = {
    "verifiers": {"verifiers"},
    "rewards": {"verifiers", "rewards"},
    "pipelines": {"verifiers", "rewards", "pipelines"},
}
"""The rooms, and the rooms whose modules each may use."""


def modules_of(room: str) -> list[Path]:
    return sorted((ROOT / room).rglob("*.py"))


def import_name(module: Path) -> str:
    return ".".join(["ratchetrl", *module.relative_to(ROOT).with_suffix("").parts])


def imports_of(source: Path) -> Iterator[str]:
    """Dotted names of all modules that a file imports, also within functions."""
    for node in ast.walk(ast.parse(source.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{'.' * node.level}{node.module or ''}.{alias.name}" for alias in node.names)


def third_party_imports(source: Path) -> set[str]:
    known = sys.stdlib_module_names | {"ratchetrl"}
    return {name.split(".")[0] for name in imports_of(source)} - known


def requirements(texts: list[str]) -> list[Requirement]:
    return [needed for needed in map(Requirement, texts) if needed.marker is None or needed.marker.evaluate()]


def declared(*extras: str) -> list[Requirement]:
    chosen = [PROJECT["project"]["optional-dependencies"][extra] for extra in extras]
    return requirements(sum(chosen, PROJECT["project"]["dependencies"]))


def locked() -> dict[str, str]:
    """Distribution name to exact version, for the Python that runs the tests."""
    lines = [line for line in LOCK.read_text().splitlines() if line and not line.lstrip().startswith("#")]
    return {canonicalize_name(pin.name): str(pin.specifier)[2:] for pin in requirements(lines)}


def test_the_packages_are_the_rooms_on_disk() -> None:
    rooms = {f"ratchetrl.{room}": room for room in MAY_IMPORT}
    assert PROJECT["tool"]["setuptools"]["package-dir"] == rooms
    folders = {import_name(module).rpartition(".")[0] for room in MAY_IMPORT for module in modules_of(room)}
    assert sorted(PROJECT["tool"]["setuptools"]["packages"]) == sorted(folders)
    assert sorted(PROJECT["tool"]["mypy"]["packages"]) == sorted(rooms)


@pytest.mark.parametrize("room", MAY_IMPORT)
def test_a_room_is_typed_and_shadows_no_package(room: str) -> None:
    assert (ROOT / room / "py.typed").is_file()
    assert not list((ROOT / room).rglob("__init__.py")), "a room that is a package hides the one on PyPI"


@pytest.mark.parametrize("room", MAY_IMPORT)
def test_no_module_is_named_like_one_of_the_standard_library(room: str) -> None:
    assert not {module.stem for module in (ROOT / room).glob("*.py")} & sys.stdlib_module_names


@pytest.mark.parametrize("room", MAY_IMPORT)
def test_type_checkers_see_the_rooms(room: str) -> None:
    assert (ROOT / ".typing" / "ratchetrl" / room).resolve() == ROOT / room


@pytest.mark.parametrize("room", MAY_IMPORT)
def test_imports_between_rooms_flow_one_way(room: str) -> None:
    for module in modules_of(room):
        for name in imports_of(module):
            assert not name.startswith("."), f"{module} imports {name} by a relative path"
            parts = name.split(".")
            assert parts[0] != "ratchetrl" or parts[1] in MAY_IMPORT[room], f"{module} imports {name}"


@pytest.mark.parametrize("room", ["verifiers", "rewards"])
def test_judging_and_rewarding_import_no_torch(room: str) -> None:
    code = """if True:
        import importlib, sys
        from ratchetrl.verifiers.errors import UserError
        for name in sys.argv[1:]:
            try:
                importlib.import_module(name)
            except (UserError, ModuleNotFoundError) as error:  # the package of an extra is not here
                assert "pip install" in str(error) or error.name.split(".")[0] == "verifiers", error
        found = {'torch', 'transformers', 'trl', 'vllm'} & set(sys.modules)
        assert not found, found
    """
    subprocess.run([sys.executable, "-c", code, *map(import_name, modules_of(room))], check=True)


NAMES_OF_EXTRAS = {"pynvml": "nvidia-ml-py"}


def test_every_imported_package_is_declared() -> None:
    extras = PROJECT["project"]["optional-dependencies"].keys() - {"dev"}
    names = {canonicalize_name(needed.name) for needed in declared(*extras)}
    providers = importlib.metadata.packages_distributions()
    for module in (module for room in MAY_IMPORT for module in modules_of(room)):
        for name in third_party_imports(module):
            # A package of an extra that is not installed here goes by the name that it is imported by.
            ours = providers.get(name, [NAMES_OF_EXTRAS.get(name, name)])
            offered = {canonicalize_name(provider) for provider in ours}
            assert offered & names, f"{module} imports {name}, which pyproject.toml does not name"


def test_the_lock_satisfies_the_project() -> None:
    versions = locked()
    for needed in declared("cpu", "dev"):
        version = versions[canonicalize_name(needed.name)]
        assert needed.specifier.contains(version, prereleases=True), f"{needed} is locked at {version}"


def test_what_breaks_a_machine_without_a_gpu_is_not_locked() -> None:
    lines = (ROOT / "requirements" / "cpu-excludes.txt").read_text().splitlines()
    excluded = {line for line in lines if line and not line.startswith("#")}
    assert {"torchvision", "torchaudio", "torchcodec"} <= excluded
    assert not excluded & set(locked())
    assert not [name for name in locked() if name.startswith(("nvidia", "cuda"))]
