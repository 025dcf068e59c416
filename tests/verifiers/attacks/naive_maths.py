r"""Naive graders of mathematics: each pays for what a class of graders in the field pays for.

    last_number("7 = 42", "42")          # True

Small and weak on purpose. `math_verify_trl` is the library as TRL's accuracy reward sets it up. What might
run for ever runs in a process that is killed: `still_runs` says that it had to be.
"""

import math
import re
import subprocess
import sys
import unicodedata
from collections.abc import Callable
from fractions import Fraction

NUMBER = re.compile(r"-?\d+(?:,\d{3})*(?:\.\d+)?")


def last_box(text: str) -> str:
    """Return the content of the last box that closes, else the whole text."""
    starts = [match.end() for match in re.finditer(r"\\f?boxe?d?\{", text)]
    for start in reversed(starts):
        depth = 1
        for end in range(start, len(text)):
            depth += (text[end] == "{") - (text[end] == "}")
            if depth == 0:
                return text[start:end]
    return text


def compared_after(change: Callable[[str], object]) -> Callable[[str, str], bool]:
    """Return the grader that changes the last box and the gold alike before it compares them."""
    return lambda answer, gold: change(last_box(answer)) == change(gold)


def without(pattern: str) -> Callable[[str, str], bool]:
    """Return the grader that drops what matches the pattern, and white space, before it compares."""
    return compared_after(lambda text: re.sub(rf"(?:{pattern})|\s", "", text))


last_box_equal = without("")
letters_only = compared_after(lambda text: re.sub(r"[^a-z0-9]", "", text.lower()))
without_subscripts = without(r"_\{?\w+\}?")
without_units = without(r"\\(?:text|mathrm|mbox)\{[^{}]*\}|\\[a-z]+|[a-zA-Z%°$^\\{}]")
brackets_alike = without(r"[\[\](){}\\]|left|right")
same_members = compared_after(lambda text: set(re.sub(r"[\[\](){}\\\s]", "", text).split(",")))
numbers_in_order = compared_after(NUMBER.findall)
numbers_anyhow = compared_after(lambda text: sorted(NUMBER.findall(text)))
plus_minus_dropped = without(r"\\pm")
overline_dropped = without(r"\\overline|\\dot|\\ldots|\.\.\.|[{}]")
commands_dropped = without(r"\\[a-z]+|[{}]")


def members(text: str) -> set[str]:
    """Return the members of a list, whatever its brackets."""
    return set(re.sub(r"[\[\](){}\\\s]", "", text).split(","))


def members_found(answer: str, gold: str) -> bool:
    """Ask only that each member of the gold occurs among the answer's."""
    return members(gold) <= members(last_box(answer))


def some_member(answer: str, gold: str) -> bool:
    """Ask only that each member of the answer occurs among the gold's."""
    return members(last_box(answer)) <= members(gold)


def first_box_equal(answer: str, gold: str) -> bool:
    """Compare the first box that closes with the gold."""
    match = re.search(r"\\boxed\{([^{}]*)\}", answer)
    return match is not None and match.group(1) == gold


def innermost_box_equal(answer: str, gold: str) -> bool:
    r"""Compare what follows the last `\boxed{`, up to the first brace."""
    return answer.rpartition(r"\boxed{")[2].partition("}")[0] == gold


def any_box_equal(answer: str, gold: str) -> bool:
    """Pay if any of the boxes is right."""
    return gold in re.findall(r"\\boxed\{([^{}]*)\}", answer)


def last_number(answer: str, gold: str) -> bool:
    """Compare the last number in the text."""
    numbers = NUMBER.findall(answer)
    return bool(numbers) and numbers[-1].replace(",", "") == gold


def first_number(answer: str, gold: str) -> bool:
    """Compare the first number in the box, whatever follows it."""
    numbers = NUMBER.findall(last_box(answer))
    return bool(numbers) and numbers[0].replace(",", "") == gold


def after_last_marker(answer: str, gold: str) -> bool:
    """Compare the last number after `Answer:` or `####`."""
    return last_number(re.split(r"Answer:|####", answer)[-1], gold)


def after_first_marker(answer: str, gold: str) -> bool:
    """Compare the first number after `####`, wherever that stands."""
    return first_number(answer.partition("####")[2], gold)


def contained(answer: str, gold: str) -> bool:
    """Look for the gold anywhere."""
    return gold in answer


def contained_in_gold(answer: str, gold: str) -> bool:
    """Look for the answer in the gold."""
    return last_box(answer).replace(" ", "") in gold.replace(" ", "")


def starts_alike(answer: str, gold: str) -> bool:
    """Ask only that one text starts with the other, without commands."""
    found, wanted = (re.sub(r"\\[a-z]+|[{}\s]", "", text) for text in (last_box(answer), gold))
    return found.startswith(wanted)


def close(tolerance: float) -> Callable[[str, str], bool]:
    """Return the grader that casts to floats and allows this relative and absolute difference."""

    def grader(answer: str, gold: str) -> bool:
        found, expected = float(last_box(answer).strip("$ ")), float(gold)
        return abs(found - expected) <= tolerance * max(1.0, abs(expected))

    return grader


def near(value: float, tolerance: float) -> Callable[[str, str], bool]:
    """Return the grader that has evaluated the gold to `value` and allows this difference."""

    def grader(answer: str, gold: str) -> bool:
        text = re.sub(r"\\frac\{(\d+)\}\{(\d+)\}", r"\1/\2", last_box(answer))
        return abs(float(Fraction(text)) - value) <= tolerance

    return grader


def not_far(answer: str, gold: str) -> bool:
    """Refuse only what is farther than 1e-6 from the gold: NaN is not."""
    return not abs(float(re.sub(r"\\text\{(\w+)\}", r"\1", last_box(answer))) - float(gold)) > 1e-6


def infinite_tolerance(answer: str, gold: str) -> bool:
    """Allow a share of the larger value: of infinity, everything."""
    found, expected = float(last_box(answer).replace(r"\infty", "inf")), float(gold)
    return abs(found - expected) <= 1e-6 * max(abs(found), abs(expected))


float_equal = close(0.0)


def percent_or_number(answer: str, gold: str) -> bool:
    """Accept a number, a hundred times it, or a hundredth of it."""
    found, expected = float(last_box(answer).replace(r"\%", "")), float(gold)
    return any(math.isclose(found, expected * factor) for factor in (1, 100, 0.01))


def last_line_of_box(answer: str, gold: str) -> bool:
    """Compare the last line of the box."""
    return last_box(answer).splitlines()[-1].strip(" %") == gold


def last_300(answer: str, gold: str) -> bool:
    """Look only at the last 300 characters."""
    return last_box(answer[-300:]) == gold


def first_1000(answer: str, gold: str) -> bool:
    """Look only at the first 1,000 characters of what is boxed."""
    return last_box(answer)[:1000].split(",")[0] == gold


def unparsed_is_right(answer: str, gold: str) -> bool:
    """Give full reward where the gold cannot be read: `None == None`."""

    def parse(text: str) -> Fraction | None:
        try:
            return Fraction(text)
        except (ValueError, ZeroDivisionError):
            return None

    return parse(last_box(answer)) == parse(gold)


def folded(answer: str, gold: str) -> bool:
    """Fold Unicode as far as it goes before the comparison."""

    def fold(text: str) -> str:
        kept = [char for char in unicodedata.normalize("NFKD", text) if not unicodedata.combining(char)]
        return "".join(char for char in kept if char.isprintable()).replace("\u2044", "/").replace(" ", "")

    return fold(last_box(answer)) == fold(gold)


def last_side(answer: str, gold: str) -> bool:
    """Take the last side of an equation, whatever the others say."""
    return last_box(answer).split("=")[-1].strip() == gold.split("=")[-1].strip()


def first_side(answer: str, gold: str) -> bool:
    """Take the first side of an approximation."""
    return re.split(r"\\approx|\\to|\\Rightarrow|=", last_box(answer))[0].strip() == gold


def first_choice(answer: str, gold: str) -> bool:
    """Take whichever alternative is right."""
    return gold in re.split(r"\\text\{ ?or ?\}|or|,|;", last_box(answer).replace(" ", ""))


def look_alikes_folded(answer: str, gold: str) -> bool:
    """Read O as 0 and l as 1."""
    return last_box(answer).translate(str.maketrans("OolI", "0011")) == gold


def as_fraction(answer: str, gold: str) -> bool:
    """Evaluate one division, and so take an unfinished one for its result."""
    match = re.fullmatch(r"(-?\d+)\s*(?:/|\\div)\s*(\d+)", last_box(answer))
    return match is not None and Fraction(int(match[1]), int(match[2])) == Fraction(gold)


def product_of_numbers(answer: str, gold: str) -> bool:
    """Multiply the numbers that stand beside each other."""
    return str(math.prod(int(number) for number in NUMBER.findall(last_box(answer)))) == gold


def mixed_as_product(answer: str, gold: str) -> bool:
    """Read a number before a fraction as a factor."""

    def value(text: str) -> Fraction:
        whole, top, bottom = re.fullmatch(r"(\d*)\\frac\{(\d+)\}\{(\d+)\}", text).groups()  # type: ignore[union-attr]
        return Fraction(whole or 1) * Fraction(int(top), int(bottom))

    return value(last_box(answer)) == value(gold)


def difference_is_zero(answer: str, gold: str) -> bool:
    """Ask whether left minus right is a multiple of the gold's: zero is."""
    left, right = last_box(answer).split("=")
    return left.strip() == right.strip() or last_side(answer, gold)


def calls(functions: dict[str, Callable[..., object]], pattern: str) -> Callable[[str, str], bool]:
    r"""Return the grader that evaluates one function of numbers, named by the pattern's first group."""

    def grader(answer: str, gold: str) -> bool:
        match = re.search(pattern, last_box(answer))
        numbers = [int(text) for text in NUMBER.findall(match.group(2))] if match else []
        return bool(match) and str(functions[match.group(1)](*numbers)) == gold  # type: ignore[union-attr]

    return grader


evaluates_functions = calls({"lcm": math.lcm, "max": max}, r"(lcm|max)\}?\(([^()]*)\)")


def eval_box(answer: str, gold: str) -> bool:
    """Evaluate the box as Python, with everything in reach, in a process of its own."""
    script = "import sys, math; from math import *; print(float(eval(sys.argv[1])) == float(sys.argv[2]))"
    return _python(script, last_box(answer), gold) == "True"


def sympify_box(answer: str, gold: str) -> bool:
    """Hand the box to sympy's parser, which evaluates Python."""
    script = (
        "import sys; from sympy.parsing.sympy_parser import parse_expr\n"
        "print(parse_expr(sys.argv[1]) == parse_expr(sys.argv[2]))"
    )
    return _python(script, last_box(answer), gold) == "True"


def math_verify_trl(answer: str, gold: str) -> bool:
    """Grade as TRL's accuracy reward does, by math-verify with its settings."""
    from latex2sympy2_extended import NormalizationConfig
    from math_verify import LatexExtractionConfig, parse, verify

    config = LatexExtractionConfig(
        boxed_match_priority=0,
        try_extract_without_anchor=False,
        normalization_config=NormalizationConfig(
            basic_latex=True,
            units=True,
            malformed_operators=False,
            nits=False,
            boxed="all",
            equations=False,
        ),
    )
    found = parse(answer, extraction_config=[config], extraction_mode="first_match")
    return bool(verify(parse(f"${gold}$"), found))


def math_verify_default(answer: str, gold: str) -> bool:
    """Grade by math-verify as it comes."""
    from math_verify import parse, verify

    return bool(verify(parse(f"${gold}$"), parse(answer)))


def still_runs(script: str, seconds: float = 0.2) -> Callable[[str, str], bool]:
    """Return the control for a bomb: a grader that does this with the box has not ended in time, or broke."""

    def grader(answer: str, gold: str) -> bool:
        try:
            done = subprocess.run(
                [sys.executable, "-I", "-S", "-c", "import sys\nbox = sys.stdin.read()\n" + script],
                input=last_box(answer),
                timeout=seconds,
                capture_output=True,
                text=True,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return True
        return done.returncode != 0

    return grader


def _python(script: str, *arguments: str) -> str:
    command = [sys.executable, "-I", "-c", script, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=30).stdout.strip()
