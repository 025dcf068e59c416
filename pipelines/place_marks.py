"""Place marks: a token before each digit of a number that names the digit's place, ones, tens and so on.

    LEFT[1], LEFT[2]        # "ⓑ", "ⓒ": ones and tens of the left operand

A small model that learned from short numbers cannot point at the fifth digit of a longer one: it never
had to. With marks it finds a digit by the token in front of it. Each operand and the sum have marks of
their own, so that every digit is looked up in the same way: find this mark, take what follows it. So is a
number's end, which is an `END` behind the next mark. The tokenizer's chat template writes the marks and ends
of the operands ("417" is shown as "ⓓ.ⓒ4ⓑ1ⓐ7") and its decoder leaves all marks out, so problems and answers
stay plain numbers. How a base learns them is `mark_training.py`; nothing here needs torch.
"""

import string

END = "."
"""Stands where the next digit of a number would, if there was one, on either side."""
PLACES = 14
"""Marks of a kind: two more than the longest number has digits that is marked throughout."""
LEFT = "".join(map(chr, range(0x24D0, 0x24D0 + PLACES)))
"""ⓐⓑⓒ...: marks of the left operand, from the low end up."""
RIGHT = "".join(map(chr, range(0x24B6, 0x24B6 + PLACES)))
"""ⒶⒷⒸ...: marks of the right operand."""
SUM = "".join(map(chr, range(0x249C, 0x249C + PLACES)))
"""⒜⒝⒞...: marks of the sum."""
MARKS = LEFT + RIGHT + SUM

# Jinja: a text with marks, made from its end to its beginning; `places` counts the digits of a number, and
# what stands before a `+` is its left operand.
TEMPLATE_MACRO = (
    "{% macro marked(text) %}{% set ns = namespace(out='', places=0, left=false) %}"
    "{% for c in (text | reverse | list) + [''] %}"
    f"{{% set marks = '{LEFT}' if ns.left else '{RIGHT}' %}}"
    f"{{% if c and c in '{string.digits}' %}}"
    f"{{% if not ns.places %}}{{% set ns.out = marks[0] ~ '{END}' ~ ns.out %}}{{% endif %}}"
    "{% set ns.places = ns.places + 1 %}{% set ns.out = marks[ns.places:ns.places + 1] ~ c ~ ns.out %}"
    f"{{% else %}}{{% set end = marks[ns.places + 1:ns.places + 2] ~ '{END}' if ns.places else '' %}}"
    "{% set ns.out = c ~ end ~ ns.out %}"
    "{% set ns.places = 0 %}{% set ns.left = ns.left or c == '+' %}"
    "{% endif %}{% endfor %}{{ ns.out }}{% endmacro %}"
)
