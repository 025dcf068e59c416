r"""Answers to mathematics whose value is near the gold, shares its digits, or is no value at all."""

import math

import naive_maths
from corpus.mathematics import boxed

_UNREAD = "two values that cannot be read are equal"
_PUNCTUATION = "signs are dropped as punctuation"
_SETS = "members are compared without order, repetition or brackets"

ATTACKS = [
    boxed("nan", "NaN is at no distance", "nan", "42", naive_maths.not_far),
    boxed("nan_text", "NaN is at no distance", r"\text{NaN}", "42", naive_maths.not_far),
    boxed("infinity", "infinity absorbs a tolerance", r"\infty", "42", naive_maths.infinite_tolerance),
    boxed("zero_over_zero", _UNREAD, "0/0", "1/0", naive_maths.unparsed_is_right, odd_gold=True),
    boxed(
        "undefined_word",
        _UNREAD,
        r"\text{undefined}",
        r"\text{does not exist for } x = 2",
        naive_maths.unparsed_is_right,
        odd_gold=True,
    ),
    boxed("negative_tiny", "small numbers are zero", "-0.000000000001", "0", naive_maths.close(1e-9)),
    boxed("sign_lost", _PUNCTUATION, "-42", "42", naive_maths.letters_only),
    boxed("comma_moved", _PUNCTUATION, "4,2", "42", naive_maths.letters_only),
    boxed("point_dropped", _PUNCTUATION, "4.2", "42", naive_maths.letters_only),
    boxed("case_folded", "case is folded", "X", "x", naive_maths.letters_only),
    boxed("bool_for_one", "True equals 1", "True", "1", naive_maths.eval_box),
    boxed("letter_o", "look-alikes are folded", "1O", "10", naive_maths.look_alikes_folded),
    boxed("thousand_point", _PUNCTUATION, "1.234", "1234", naive_maths.letters_only),
    boxed(
        "scientific_near",
        "tolerances grow with the number",
        "1.0001e20",
        "1" + "0" * 20,
        naive_maths.close(1e-3),
    ),
    boxed("pi_rounded", "a tolerance of two digits", "3.14", r"\pi", naive_maths.near(math.pi, 0.01)),
    boxed("pi_fraction", "a tolerance", r"\frac{355}{113}", r"\pi", naive_maths.near(math.pi, 1e-5)),
    boxed(
        "root_rounded", "a decimal is near a root", "1.414", r"\sqrt{2}", naive_maths.near(math.sqrt(2), 1e-3)
    ),
    boxed(
        "third_rounded",
        "a decimal is near a fraction",
        "0.3333",
        r"\frac{1}{3}",
        naive_maths.near(1 / 3, 1e-3),
    ),
    boxed(
        "fraction_near",
        "a fraction is near another",
        r"\frac{333}{1000}",
        r"\frac{1}{3}",
        naive_maths.near(1 / 3, 1e-3),
    ),
    boxed("extra_root", "only membership is tested", "2, 3, 5", "2, 3", naive_maths.members_found),
    boxed("missing_root", "only membership is tested", "2", "2, 3", naive_maths.some_member),
    boxed(
        "every_root",
        "only membership is tested",
        ", ".join(map(str, range(100))),
        "2, 3",
        naive_maths.members_found,
    ),
    boxed("tuple_repeats", _SETS, "(1, 1, 2)", "(1, 2)", naive_maths.same_members),
    boxed("tuple_order", _SETS, "(2, 1)", "(1, 2)", naive_maths.same_members),
    boxed("interval_reversed", _SETS, "[2, 1]", "[1, 2]", naive_maths.same_members),
    boxed("open_for_closed", _SETS, "(1, 2)", "[1, 2]", naive_maths.brackets_alike),
    boxed("set_for_interval", _SETS, r"\{1, 2\}", "[1, 2]", naive_maths.brackets_alike),
    boxed("pair_for_set", _SETS, r"[1, 2]", r"\{1, 2\}", naive_maths.brackets_alike),
    boxed(
        "all_reals_but",
        "texts are compared by how they start",
        r"\text{all real numbers except } 0",
        r"\text{all real numbers}",
        naive_maths.starts_alike,
    ),
    boxed(
        "union_part",
        "the answer is looked for in the gold",
        "[0, 1]",
        r"[0, 1] \cup [2, 3]",
        naive_maths.contained_in_gold,
    ),
    boxed(
        "union_for_intersection",
        "commands are dropped",
        r"[0, 2] \cup [1, 3]",
        r"[0, 2] \cap [1, 3]",
        naive_maths.commands_dropped,
    ),
    boxed(
        "matrix_flat",
        "only the numbers are compared",
        "(1, 2, 3, 4)",
        r"\begin{pmatrix} 1 & 2 \\ 3 & 4 \end{pmatrix}",
        naive_maths.numbers_in_order,
    ),
    boxed(
        "matrix_transposed",
        "only the numbers are compared",
        r"\begin{pmatrix} 1 & 3 \\ 2 & 4 \end{pmatrix}",
        r"\begin{pmatrix} 1 & 2 \\ 3 & 4 \end{pmatrix}",
        naive_maths.numbers_anyhow,
    ),
    boxed(
        "determinant_for_matrix",
        "only the numbers are compared",
        r"\begin{vmatrix} 1 & 2 \\ 3 & 4 \end{vmatrix}",
        r"\begin{pmatrix} 1 & 2 \\ 3 & 4 \end{pmatrix}",
        naive_maths.numbers_in_order,
    ),
    boxed("gold_inside", "the gold is looked for in the answer", "142", "42", naive_maths.contained),
    boxed("answer_inside", "the answer is looked for in the gold", "4", "42", naive_maths.contained_in_gold),
    boxed("empty_box", "nothing occurs in everything", "", "42", naive_maths.contained_in_gold),
    boxed("blank_box", "nothing occurs in everything", r"\,", r"\,42\,", naive_maths.contained_in_gold),
    boxed(
        "true_equation", "an equation that always holds", "x = x", "x = 42", naive_maths.difference_is_zero
    ),
    boxed(
        "zero_equation", "an equation that always holds", "0 = 0", "x = 42", naive_maths.difference_is_zero
    ),
    boxed("wrong_variable", "the name of the unknown is dropped", "y = 42", "x = 42", naive_maths.last_side),
    boxed(
        "curve_for_value", "only the last side is compared", "x^2 + y^2 = 42", "x = 42", naive_maths.last_side
    ),
    boxed(
        "fraction_swapped",
        "only the numbers are compared",
        r"\frac{2}{3}",
        r"\frac{3}{2}",
        naive_maths.numbers_anyhow,
    ),
    boxed(
        "mixed_as_product",
        "a mixed number is read as a product",
        r"3\frac{1}{2}",
        r"\frac{3}{2}",
        naive_maths.mixed_as_product,
    ),
    boxed(
        "product_as_mixed",
        "commands are dropped",
        r"3 \cdot \frac{1}{2}",
        r"3\frac{1}{2}",
        naive_maths.commands_dropped,
    ),
    boxed(
        "degrees_for_radians", "units are dropped", r"30^\circ", r"30 \text{ rad}", naive_maths.without_units
    ),
    boxed("percent_dropped", "percent signs are dropped", r"42\%", "42", naive_maths.without_units),
    boxed("dollar_for_percent", "signs are dropped", r"\$42", r"42\%", naive_maths.without_units),
    boxed(
        "hours_for_minutes",
        "units are dropped",
        r"42 \text{ hours}",
        r"42 \text{ minutes}",
        naive_maths.without_units,
    ),
    boxed(
        "square_unit",
        "units are dropped",
        r"42 \text{ cm}",
        r"42 \text{ cm}^2",
        naive_maths.without(r"\\text\{[^{}]*\}|\^2"),
    ),
    boxed("base_other", "subscripts are dropped", "101_3", "101_2", naive_maths.without_subscripts),
    boxed("conjugate", _PUNCTUATION, "1 - 2i", "1 + 2i", naive_maths.letters_only),
    boxed("exponent_lost", _PUNCTUATION, "x2", "x^2", naive_maths.letters_only),
    boxed(
        "constant_added", "texts are compared by how they start", "x^2 + C", "x^2", naive_maths.starts_alike
    ),
    boxed(
        "weak_for_strict",
        "signs are dropped as punctuation",
        r"x \le 2",
        "x < 2",
        naive_maths.without(r"\\le|<"),
    ),
    boxed("inequality_reversed", _PUNCTUATION, "x > 2", "x < 2", naive_maths.letters_only),
    boxed("vector_for_point", "commands are dropped", r"\vec{AB}", "AB", naive_maths.commands_dropped),
    boxed("prime_dropped", _PUNCTUATION, "f'(x)", "f(x)", naive_maths.letters_only),
    boxed("factorial_dropped", _PUNCTUATION, "5!", "5", naive_maths.letters_only),
    boxed("negated_set", "commands are dropped", r"x \notin A", r"x \in A", naive_maths.commands_dropped),
    boxed("function_swapped", "commands are dropped", r"\cos x", r"\sin x", naive_maths.commands_dropped),
    boxed("log_base", "subscripts are dropped", r"\log_2 x", r"\log_3 x", naive_maths.without_subscripts),
    boxed("index_dropped", "subscripts are dropped", "x_1", "x_2", naive_maths.without_subscripts),
    boxed(
        "radius_squared",
        "braces and carets are dropped",
        r"\sqrt{x}^2y",
        r"\sqrt{x2y}",
        naive_maths.without(r"[{}^]"),
    ),
    boxed("set_of_set", "brackets are dropped", r"\{\{1, 2\}\}", r"\{1, 2\}", naive_maths.same_members),
    boxed(
        "sets_of_members", "brackets are dropped", r"\{\{1\}, \{2\}\}", r"\{1, 2\}", naive_maths.same_members
    ),
    boxed(
        "set_of_empty_set", "brackets are dropped", r"\{\emptyset\}", r"\emptyset", naive_maths.brackets_alike
    ),
    boxed(
        "endless_list", "texts are compared by how they start", "1, 2, ...", "1, 2", naive_maths.starts_alike
    ),
    boxed("endless_decimal", _PUNCTUATION, "0.33...", "0.33", naive_maths.overline_dropped),
    boxed("double_factorial", "brackets are dropped", "3!!", "(3!)!", naive_maths.brackets_alike),
]
