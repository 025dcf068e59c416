"""Which generators of reasoning-gym 0.1.25 the verifier `puzzles` trusts, by our own audit.

    "countdown" in PUZZLES        # True
    nearest_puzzle("count_down")  # "countdown"

The audit is `tests/verifiers/kinds/puzzle_audit.py`; its rules and its numbers are there. Scorers that run
Python's `eval` on the answer are refused, or taken with a guard that leaves `eval` nothing but arithmetic.
"""

import difflib
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

EVALUATORS = frozenset(
    {
        "intermediate_integration",
        "n_queens",
        "polynomial_multiplication",
        "simple_integration",
        "string_insertion",
    }
)
"""Their scorers evaluate the answer as Python, and honest answers need letters: never used."""

_ARITHMETIC = r"(?:(?!\*\*)[0-9+\-*/(). ]){1,200}"
_MATRIX = r"[0-9 \n,\[\]]{1,4000}"
GUARDED: Mapping[str, str] = MappingProxyType(
    {"binary_matrix": _MATRIX, "countdown": _ARITHMETIC, "puzzle24": _ARITHMETIC, "spiral_matrix": _MATRIX}
)
"""Generator -> pattern of the answers that may reach its scorer, which evaluates them."""

PUZZLES = frozenset(
    {
        "ab",
        "acre",
        "aiw",
        "arc_1d",
        "base_conversion",
        "basic_arithmetic",
        "bf",
        "binary_alternation",
        "binary_matrix",
        "bitwise_arithmetic",
        "caesar_cipher",
        "calendar_arithmetic",
        "chain_sum",
        "circuit_logic",
        "codeio",
        "color_cube_rotation",
        "count_bits",
        "count_primes",
        "countdown",
        "cryptarithm",
        "dice",
        "emoji_mystery",
        "family_relationships",
        "figlet_font",
        "futoshiki",
        "game_of_life",
        "gcd",
        "group_anagrams",
        "isomorphic_strings",
        "jugs",
        "largest_island",
        "lcm",
        "leg_counting",
        "letter_counting",
        "list_functions",
        "mahjong_puzzle",
        "manipulate_matrix",
        "maze",
        "mini_sudoku",
        "modulo_grid",
        "needle_haystack",
        "number_filtering",
        "number_sequence",
        "palindrome_generation",
        "palindrome_partitioning",
        "path_star",
        "prime_factorization",
        "products",
        "ransom_note",
        "rectangle_count",
        "rotate_matrix",
        "rotten_oranges",
        "sentence_reordering",
        "shortest_path",
        "simple_equations",
        "simple_geometry",
        "spell_backward",
        "spiral_matrix",
        "string_manipulation",
        "string_splitting",
        "string_synthesis",
        "sudoku",
        "tower_of_hanoi",
        "tsumego",
        "word_ladder",
        "word_sequence_reversal",
        "word_sorting",
        "zebra_puzzles",
    }
)
"""The generators that passed the audit: 68 of 106."""

UNSEEDED = frozenset({"isomorphic_strings", "ransom_note", "word_ladder"})
"""Trusted to judge, but their problems depend on Python's hash seed beside their own: no suite makes them."""


def nearest_puzzle(name: Any) -> str:
    """The trusted generator whose name is nearest."""
    return difflib.get_close_matches(str(name), sorted(PUZZLES), n=1, cutoff=0.0)[0]
