"""What a fork server does once, before its first child: import, arrange, confine itself.

`prepare` returns the parts that the server needs for every child. The order matters: modules are imported
while the host's files can still be read, memory is frozen before the first fork.
"""

import contextlib
import gc
import importlib
import os
import signal
import sys
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

from ratchetrl.verifiers.sandbox.confinement import CONFINEMENTS, Confinement, die_with_parent
from ratchetrl.verifiers.sandbox.protocol import REPORT
from ratchetrl.verifiers.sandbox.reach import Reach
from ratchetrl.verifiers.sandbox.tiers import Tier

COMMON_MODULES = (
    "bisect", "collections", "copy", "datetime", "decimal", "fractions", "functools", "heapq", "io",
    "itertools", "json", "math", "operator", "random", "re", "statistics", "string", "typing",
)  # fmt: skip
"""What programs import most; a child that finds it in memory starts faster."""


class Prepared(NamedTuple):
    """A confined server's parts."""

    drivers: dict[str, ModuleType]
    """The drivers by name."""
    null: int
    """A descriptor of /dev/null."""
    confinement: Confinement
    """What the server's tier does for each child."""


def prepare(settings: dict[str, Any]) -> Prepared:
    """Make this process a confined server. Raises what fails."""
    die_with_parent()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the owner decides
    null = _open_null()
    _offer_to_be_killed_first()
    folders = {str(Path(path).parent) for path in settings["packages"]}
    sys.path.extend(folders)
    drivers = _import_drivers()
    for name in (*COMMON_MODULES, *settings["preload"]):
        importlib.import_module(name)
    confinement = CONFINEMENTS[Tier(settings["tier"])](Reach.of_this_interpreter(settings["packages"]))
    _forget(folders)
    gc.collect()
    gc.freeze()
    confinement.enter()
    return Prepared(drivers, null, confinement)


def _open_null() -> int:
    """A descriptor of /dev/null above those that a child rearranges, as all later ones are."""
    descriptor = os.open("/dev/null", os.O_RDWR | os.O_CLOEXEC)
    while descriptor <= REPORT:
        descriptor = os.dup(descriptor)
    return descriptor


def _offer_to_be_killed_first() -> None:
    """Where the machine runs out of memory, a program in a sandbox goes before those that matter."""
    with contextlib.suppress(OSError), open("/proc/self/oom_score_adj", "w") as file:
        file.write("500")


def _forget(package_folders: set[str]) -> None:
    """Let no import find what is out of reach: this project, and other packages beside the named ones."""
    for folder in package_folders:
        sys.path_importer_cache.pop(folder, None)
    for name, module in sys.modules.items():
        if name.startswith("ratchetrl") and hasattr(module, "__path__"):
            module.__path__ = []


def _import_drivers() -> dict[str, ModuleType]:
    folder = Path(__file__).with_name("drivers")
    names = [path.stem for path in folder.glob("*.py")]
    package = "ratchetrl.verifiers.sandbox.drivers"
    return {name: importlib.import_module(f"{package}.{name}") for name in names}
