r"""What runs in the child of `engine.py`: math-verify on one pair of expressions, without its own timeouts.

    agree([r"\sqrt{8}", r"2\sqrt{2}"])     # True
    agree([r"\sqrt{8}", None])             # True: it can be read

Golds and answers are put between `$` as they are, so that nothing is searched for in them.
"""

import logging

from latex2sympy2_extended import NormalizationConfig
from math_verify import LatexExtractionConfig, parse, verify
from sympy import Basic, MatrixBase

logging.getLogger("math_verify").setLevel(logging.ERROR)

_LATEX = (
    LatexExtractionConfig(normalization_config=NormalizationConfig(units=False), boxed_match_priority=-1),
)


def agree(pair: list[str | None]) -> bool:
    """Whether the two are the same; with `None` as the second, whether the first can be read."""
    gold, answer = (None if text is None else _read(text) for text in pair)
    if gold is None:
        return False
    if pair[1] is None:
        return True
    return answer is not None and bool(verify(gold, answer, strict=True, timeout_seconds=None))


def _read(text: str) -> Basic | MatrixBase | None:
    found = parse(
        f"${text}$", _LATEX, fallback_mode="no_fallback", extraction_mode="first_match", parsing_timeout=None
    )
    return next((value for value in found if isinstance(value, Basic | MatrixBase)), None)
