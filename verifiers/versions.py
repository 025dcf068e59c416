"""The version of a verifier: a short hash of the code that it runs.

    code_version(judge)    # "1a2b3c4d"

Equal code has an equal version on every machine and in every place. Libraries are not part of it.
"""

import hashlib
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

ROOM = __name__.rpartition(".")[0] + "."
SANDBOX = ROOM + "sandbox."


def code_version(judge: Callable[..., object]) -> str:
    """Hash the source of the function's module and of the modules of this room that it draws on.

    The hash is taken while the module is being loaded: what it imports below the decorator is not seen.
    """
    files = source_files(judge.__module__)
    return hashlib.sha256(b"\0".join(files[name].read_bytes() for name in sorted(files))).hexdigest()[:8]


def source_files(module_name: str) -> dict[str, Path]:
    """Name -> file of a module and, over any number of steps, of the modules of this room that it uses.

    What uses the sandbox uses all of it, also the drivers that only the sandbox loads.
    """
    to_visit, files = [module_name], {}
    while to_visit:
        module = sys.modules[to_visit.pop()]
        files[module.__name__] = Path(str(module.__file__))
        for value in vars(module).values():
            used = value.__name__ if isinstance(value, ModuleType) else getattr(value, "__module__", None)
            if isinstance(used, str) and used.startswith(ROOM) and used not in files:
                to_visit.append(used)
    return files | _sandbox_files() if any(name.startswith(SANDBOX) for name in files) else files


def _sandbox_files() -> dict[str, Path]:
    folder = Path(__file__).with_name("sandbox")
    return {
        SANDBOX + ".".join(file.relative_to(folder).with_suffix("").parts): file
        for file in folder.rglob("*.py")
    }
