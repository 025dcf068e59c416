"""Place marks: a token before each digit of a number that names the digit's place, ones, tens and so on.

    marked("417", LEFT)                           # "ⓒ4ⓑ1ⓐ7"

A small model that learned from short numbers cannot point at the fifth digit of a longer one: it never
had to. With marks it finds a digit by the token in front of it. Each operand and the sum have marks of
their own, so that every digit is looked up in the same way: find this mark, take what follows it. The
tokenizer's chat template writes the marks of the operands and its decoder leaves all marks out, so prompts
and answers stay plain numbers. How a base learns them is `mark_training.py`; nothing here needs torch.
"""

import string

PLACES = 26
"""Digits of the longest number that is marked throughout; what stands before them has no mark."""
LEFT = "".join(map(chr, range(0x24D0, 0x24D0 + PLACES)))
"""ⓐⓑⓒ...: marks of the left operand, ones first."""
RIGHT = "".join(map(chr, range(0x24B6, 0x24B6 + PLACES)))
"""ⒶⒷⒸ...: marks of the right operand."""
SUM = "".join(map(chr, range(0x249C, 0x249C + PLACES)))
"""⒜⒝⒞...: marks of the sum."""
MARKS = LEFT + RIGHT + SUM

# Jinja: a text with marks, made from its end to its beginning; `places` counts the digits of a number, and
# what stands before a `+` is its left operand.
TEMPLATE_MACRO = (
    "{% macro marked(text) %}{% set ns = namespace(out='', places=0, left=false) %}"
    "{% for c in text | reverse %}"
    f"{{% set digit = c in '{string.digits}' %}}{{% set marks = '{LEFT}' if ns.left else '{RIGHT}' %}}"
    "{% set ns.out = (marks[ns.places:ns.places + 1] if digit else '') ~ c ~ ns.out %}"
    "{% set ns.places = ns.places + 1 if digit else 0 %}{% set ns.left = ns.left or c == '+' %}"
    "{% endfor %}{{ ns.out }}{% endmacro %}"
)


def marked(number: str, marks: str) -> str:
    """The digits of a number, each behind its mark."""
    return "".join(mark + digit for mark, digit in zip(marks[len(number) - 1 :: -1], number, strict=False))
