"""The verifiers of this room: name -> the module that defines it under that name.

A new one is one line here, or none at all: a verifier may also live in a package of its own (entry point
`ratchetrl.verifiers`) or in a file that a config names.
"""

from collections.abc import Mapping
from types import MappingProxyType

BUILT_IN: Mapping[str, str] = MappingProxyType(
    {
        "number": "ratchetrl.verifiers.mathematics.number",
    }
)
