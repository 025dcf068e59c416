"""Load what a user wrote in a file of their own: `path/to/file.py:name`.

    judge = load_from_file("my_verifiers/roman.py:roman")

Used for verifiers and for parts of a reward. A relative path starts at the current directory.
The file runs with all rights of this process: it is the user's code, not a model's.
Its folder is not put on the import path, so a plugin is one file.
"""

import difflib
import hashlib
import importlib.util
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

from ratchetrl.verifiers.errors import UserError


def is_file_reference(name: str) -> bool:
    """Whether `name` has the form `path/to/file.py:name`."""
    return ".py:" in name


def load_from_file(reference: str) -> Any:
    """Return the object `name` of the file in `path/to/file.py:name`.

    Raises `UserError` where the file or the name is missing, or where the file fails while it is loaded.
    """
    file_name, _, name = reference.rpartition(":")
    path = Path(file_name).resolve()
    if not path.is_file():
        raise UserError(f"'{reference}' names the file {path}, which does not exist; correct the path")
    module = _load_module(path)
    if not hasattr(module, name):
        public = [known for known in vars(module) if not known.startswith("_")]
        nearest = difflib.get_close_matches(name, public, n=1)
        advice = f"did you mean '{nearest[0]}'?" if nearest else f"define '{name}' there"
        raise UserError(f"{path} defines no '{name}'; {advice}")
    return getattr(module, name)


def _load_module(path: Path) -> ModuleType:
    """Load a file once for each of its contents, so that a changed file is never mistaken for the old one."""
    source = path.read_bytes()
    digest = hashlib.sha256(bytes(path) + b"\0" + source).hexdigest()
    module_name = f"ratchetrl_plugin_{digest[:16]}"
    if module_name in sys.modules:
        return sys.modules[module_name]
    spec = importlib.util.spec_from_file_location(module_name, path)
    assert spec is not None and spec.loader is not None, path
    module = importlib.util.module_from_spec(spec)
    sys.modules[module_name] = module
    try:
        spec.loader.exec_module(module)
    except UserError as error:
        del sys.modules[module_name]
        raise UserError(f"{path} cannot be loaded: {error}") from error
    except (Exception, SystemExit) as error:
        del sys.modules[module_name]
        raise UserError(
            f"{path} cannot be loaded ({type(error).__name__}: {error}); correct the file"
        ) from error
    return module
