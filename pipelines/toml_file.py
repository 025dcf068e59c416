"""A TOML file that a person wrote, as a table; what is wrong with it is said in one sentence.

    table = read_toml(path, "cost.prices", "give a file of prices")

What the table must hold is checked by whoever asked for it.
"""

import tomllib
from pathlib import Path
from typing import Any

from ratchetrl.verifiers.errors import UserError


def read_toml(path: Path, role: str, advice: str) -> dict[str, Any]:
    """The file's table. `role` names who asked for it, `advice` what to do where it cannot be opened."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UserError(f"{role} {path} cannot be read ({error.strerror}); {advice}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UserError(f"{role} {path} is not valid TOML ({error}); correct it there") from None
