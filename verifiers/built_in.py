"""The verifiers of this room: name -> the module that defines it under that name.

A new one is one line here, or none at all: a verifier may also live in a package of its own (entry point
`ratchetrl.verifiers`) or in a file that a config names.
"""

from collections.abc import Mapping
from types import MappingProxyType

BUILT_IN: Mapping[str, str] = MappingProxyType(
    {
        "number": "ratchetrl.verifiers.mathematics.number",
        "math": "ratchetrl.verifiers.mathematics.math",
        "instructions": "ratchetrl.verifiers.instructions.instructions",
        "puzzles": "ratchetrl.verifiers.kinds.puzzles",
        "environment": "ratchetrl.verifiers.kinds.environment",
        "python_function": "ratchetrl.verifiers.code.python_function",
        "python_stdio": "ratchetrl.verifiers.code.python_stdio",
        "python_tests": "ratchetrl.verifiers.code.python_tests",
        "python_pytest": "ratchetrl.verifiers.code.python_pytest",
        "program_stdio": "ratchetrl.verifiers.code.program_stdio",
        "program_speed": "ratchetrl.verifiers.code.program_speed",
        "choice": "ratchetrl.verifiers.kinds.choice",
        "text_exact": "ratchetrl.verifiers.kinds.text",
        "text_normalised": "ratchetrl.verifiers.kinds.text",
        "text_regex": "ratchetrl.verifiers.kinds.text_regex",
        "numeric": "ratchetrl.verifiers.kinds.numeric",
        "json_value": "ratchetrl.verifiers.kinds.json_value",
        "json_schema": "ratchetrl.verifiers.kinds.json_schema",
        "list_value": "ratchetrl.verifiers.kinds.sequences",
        "tuple_value": "ratchetrl.verifiers.kinds.sequences",
        "set_value": "ratchetrl.verifiers.kinds.sequences",
        "sql": "ratchetrl.verifiers.kinds.sql",
        "sorting_network": "ratchetrl.verifiers.kinds.sorting_network",
        "graph_colouring": "ratchetrl.verifiers.kinds.graph_colouring",
        "sat_assignment": "ratchetrl.verifiers.kinds.sat_assignment",
        "packing": "ratchetrl.verifiers.kinds.packing",
    }
)
