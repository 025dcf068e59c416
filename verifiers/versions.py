"""The version of a verifier: a short hash of the code that it runs.

    code_version(judge)    # "1a2b3c4d"

Equal code has an equal version on every machine and in every place. Libraries are not part of it, nor is how
a verifier is found.
"""

import ast
import functools
import hashlib
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

ROOM = __name__.rpartition(".")[0] + "."
SANDBOX = ROOM + "sandbox."
SANDBOX_SERVER = SANDBOX + "server"
NOT_FOLLOWED = ROOM + "discovery"
"""It leads to every other verifier, and judges nothing."""

_NAMED_IN_TEXT = re.compile(rf"({re.escape(ROOM)}[\w.]+)(:\w+)?")


def code_version(judge: Callable[..., object]) -> str:
    """Hash the source of the function's module and of the modules of this room that it draws on."""
    files = source_files(judge.__module__)
    return hashlib.sha256(b"\0".join(files[name].read_bytes() for name in sorted(files))).hexdigest()[:8]


def source_files(module_name: str) -> dict[str, Path]:
    """Name -> file of a loaded module and, over any number of steps, of this room's modules that it names.

    A module names another by an import anywhere in its source, or by a text that is nothing but
    `module` or `module:function`, as those are written that run in another process. What uses the
    sandbox's server uses the whole sandbox, also the drivers that only the sandbox loads.
    """
    to_visit, files = [module_name], {module_name: Path(str(sys.modules[module_name].__file__))}
    while to_visit:
        for name in _names(files[to_visit.pop()].read_bytes()):
            file = _file_of(name)
            if name not in files and file is not None:
                files[name] = file
                to_visit.append(name)
    return files | _sandbox_files() if SANDBOX_SERVER in files else files


@functools.cache
def _names(source: bytes) -> tuple[str, ...]:
    """Every dotted name in a source that may be a module of this room."""
    nodes = ast.walk(ast.parse(source))
    named = dict.fromkeys(name for node in nodes for name in _named_by(node))
    return tuple(name for name in named if name.startswith(ROOM) and name != NOT_FOLLOWED)


def _named_by(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (each.name for each in node.names)
    elif isinstance(node, ast.ImportFrom) and node.module is not None:
        yield node.module
        yield from (f"{node.module}.{each.name}" for each in node.names)
    elif isinstance(node, ast.Constant) and (text := _NAMED_IN_TEXT.fullmatch(str(node.value))):
        yield text.group(1)


def _file_of(name: str) -> Path | None:
    """The module's file; `None` where the name is a folder's or that of something in a module."""
    file = Path(__file__).parent.joinpath(*name.removeprefix(ROOM).split(".")).with_suffix(".py")
    return file if file.is_file() else None


def _sandbox_files() -> dict[str, Path]:
    folder = Path(__file__).with_name("sandbox")
    return {
        SANDBOX + ".".join(file.relative_to(folder).with_suffix("").parts): file
        for file in folder.rglob("*.py")
    }
