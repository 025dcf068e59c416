"""How a verifier is written down: a name, and its settings as JSON right after it.

    parse_reference('math{"extraction": "lenient"}')       # ("math", {"extraction": "lenient"})
    format_reference("math", {"extraction": "lenient"})    # 'math{"extraction":"lenient"}'

One line of text serves a config, the command line, a stored problem and a worker's request alike. The
written form is canonical (sorted keys, no spaces), so equal references are equal text.
"""

import json
from collections.abc import Mapping
from typing import Any

from ratchetrl.verifiers.errors import UserError


def parse_reference(reference: str) -> tuple[str, dict[str, Any]]:
    """Return name and settings; raises `UserError` where the settings are not a JSON object."""
    name, brace, rest = reference.partition("{")
    if not brace:
        return name, {}
    try:
        return name, json.loads(brace + rest)
    except (ValueError, RecursionError) as error:
        raise UserError(
            f"the settings in verifier '{reference}' are not a JSON object ({error});"
            ' write them as name{"setting": value}'
        ) from error


def format_reference(name: str, settings: Mapping[str, Any]) -> str:
    """Undo `parse_reference`; without settings it is the name alone."""
    if not settings:
        return name
    return name + json.dumps(settings, sort_keys=True, separators=(",", ":"))
