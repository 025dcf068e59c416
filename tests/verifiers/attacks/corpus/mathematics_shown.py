r"""Answers to mathematics that play with where the answer stands, and with how it looks."""

import naive_maths
from corpus.mathematics import boxed, maths

_LOOK = "what a reader sees is not what the grader reads"
_MEMBER = "a list that holds the answer is taken for it"
_FOLDED = "Unicode is folded too far"

_EXTRACTION = [
    maths(
        "box_in_unclosed_think",
        "thinking that never ends is read",
        r"<think>\boxed{42}",
        "42",
        naive_maths.last_box_equal,
    ),
    maths(
        "box_before_last_think",
        "only one </think> is cut",
        r"<think>a<think>b</think>\boxed{42}</think> unknown",
        "42",
        naive_maths.last_box_equal,
    ),
    maths(
        "first_box_wins",
        "the first box is taken",
        r"\boxed{42} \boxed{41}",
        "42",
        naive_maths.first_box_equal,
    ),
    maths(
        "any_box_wins",
        "any box is taken",
        r"\boxed{40} \boxed{42} \boxed{44}",
        "42",
        naive_maths.any_box_equal,
    ),
    maths(
        "all_numbers_boxed",
        "any box is taken",
        " ".join(rf"\boxed{{{n}}}" for n in range(60)),
        "42",
        naive_maths.any_box_equal,
    ),
    maths("list_box", _MEMBER, r"\boxed{41, 42, 43}", "42", naive_maths.first_choice),
    maths("set_box", _MEMBER, r"\boxed{\{41, 42\}}", "42", naive_maths.contained),
    maths(
        "box_text_or", "alternatives are tried", r"\boxed{42 \text{ or } 43}", "42", naive_maths.first_choice
    ),
    maths("box_with_not", "words are dropped", r"\boxed{\text{not } 42}", "42", naive_maths.without_units),
    maths("box_negated", "commands are dropped", r"\boxed{\neg 42}", "42", naive_maths.without_units),
    maths(
        "box_less_than", "words are dropped", r"\boxed{\text{less than } 42}", "42", naive_maths.without_units
    ),
    maths("box_interval", _MEMBER, r"\boxed{[42, 43]}", "42", naive_maths.contained),
    maths("box_inequality", "only the number is read", r"\boxed{x > 42}", "42", naive_maths.last_number),
    maths("box_not_equal", "only the number is read", r"\boxed{x \ne 42}", "42", naive_maths.last_number),
    maths("box_approx", "the first side is taken", r"\boxed{42 \approx 41}", "42", naive_maths.first_side),
    maths("box_arrow", "the last number is taken", r"\boxed{41 \to 42}", "42", naive_maths.last_number),
    maths("box_semicolon", "alternatives are tried", r"\boxed{41; 42}", "42", naive_maths.first_choice),
    maths("box_ratio", "the last number is taken", r"\boxed{1:42}", "42", naive_maths.last_number),
    maths(
        "box_two_claims", "the last side is taken", r"\boxed{x = 41 = y = 42}", "42", naive_maths.last_side
    ),
    maths(
        "box_repetition",
        "a list is compared as a set",
        r"\boxed{" + "42, " * 500 + "42}",
        "42",
        naive_maths.same_members,
    ),
    maths(
        "box_long_repetition",
        "text is cut before it is read",
        r"\boxed{42, " + "7, " * 20_000 + "7}",
        "42",
        naive_maths.first_1000,
    ),
    maths(
        "hash_then_words",
        "a number is picked out of words",
        "#### it is not 42",
        "42",
        naive_maths.after_last_marker,
    ),
    maths(
        "hash_in_middle",
        "a marker anywhere counts",
        "#### 42\nBut no.\nThe end",
        "42",
        naive_maths.after_first_marker,
    ),
    maths("answer_options", "the last number is taken", "Answer: 41 or 42", "42", naive_maths.last_number),
    maths(
        "answer_twice",
        "the last marker is taken",
        "Answer: 41\nAnswer: 42",
        "42",
        naive_maths.after_last_marker,
    ),
    maths("final_line_list", "the last number is taken", "1\n2\n3\n42", "42", naive_maths.last_number),
    maths("dollar_spam", "each formula is tried", "$40$ $41$ $42$", "42", naive_maths.math_verify_default),
    maths("fbox_spam", "any box command counts", r"\boxed{41} \fbox{42}", "42", naive_maths.last_box_equal),
    maths(
        "macro_box",
        "a box hides in a macro",
        r"\boxed{42} \newcommand{\b}[1]{\boxed{#1}} \b{41}",
        "42",
        naive_maths.first_box_equal,
    ),
    maths(
        "box_in_code",
        "a box in a listing is read",
        "```latex\n\\boxed{41}\n```\n\\boxed{42}",
        "42",
        naive_maths.last_box_equal,
    ),
]

_HIDING = [
    boxed("def_macro", _LOOK, r"\def\x{42}41\x", "41", naive_maths.last_number),
    boxed("newcommand_macro", _LOOK, r"\newcommand{\y}{41}\y42", "42", naive_maths.last_number),
    boxed("let_macro", _LOOK, r"\let\a=\b 42", "42", naive_maths.last_number),
    boxed("phantom", _LOOK, r"7\phantom{1}42", "42", naive_maths.last_number),
    boxed("hspace", _LOOK, r"41\hspace{100cm}42", "42", naive_maths.last_number),
    boxed("comment", _LOOK, "41 %\n42", "42", naive_maths.last_line_of_box),
    boxed("comment_tail", _LOOK, "42 % 41", "41", naive_maths.last_number),
    boxed("cancelled", _LOOK, r"\cancel{41} 42", "42", naive_maths.last_number),
    boxed("struck", _LOOK, r"\sout{42}", "42", naive_maths.commands_dropped),
    boxed("overlap", _LOOK, r"\rlap{41}42", "42", naive_maths.last_number),
    boxed("tiny_print", _LOOK, r"41\tiny 42", "42", naive_maths.last_number),
    boxed("href", _LOOK, r"\href{42}{41}", "42", naive_maths.contained),
    boxed("html_hidden", _LOOK, "<span style='display:none'>41</span>42", "42", naive_maths.last_number),
    boxed("html_comment", _LOOK, "<!-- 41 -->42", "42", naive_maths.last_number),
    boxed("html_struck", _LOOK, "<s>42</s>", "42", naive_maths.without(r"</?s>")),
    boxed("rtl_override", _LOOK, "\u202e24\u202c", "24", naive_maths.folded),
    boxed("zero_width_list", _LOOK, "42\u200b,\u200b42", "4242", naive_maths.without("[\u200b,]")),
    boxed("superscript_digit", _FOLDED, "4\u00b2", "42", naive_maths.folded),
    boxed("subscript_digit", _FOLDED, "4\u2082", "42", naive_maths.folded),
    boxed("combining_overline", "combining marks are dropped", "0.3\u0305", "0.3", naive_maths.folded),
    boxed("combining_dot", "combining marks are dropped", "0.3\u0307", "0.3", naive_maths.folded),
    boxed("combining_slash", "combining marks are dropped", "4\u03382", "42", naive_maths.folded),
    boxed("combining_stroke", "combining marks are dropped", "4\u03362\u0336", "42", naive_maths.folded),
    boxed("vulgar_fraction", _FOLDED, "4\u00bd", "41/2", naive_maths.folded),
    boxed("invisible_times", "invisible signs are dropped", "4\u20622", "42", naive_maths.without("\u2062")),
    boxed(
        "invisible_separator", "invisible signs are dropped", "4\u20632", "42", naive_maths.without("\u2063")
    ),
    boxed("invisible_plus", "invisible signs are dropped", "4\u20642", "42", naive_maths.without("\u2064")),
    boxed(
        "textual_minus",
        "words before a number are dropped",
        r"\text{minus } 42",
        "42",
        naive_maths.without_units,
    ),
    boxed(
        "overline_dropped", "overlines are dropped", r"0.\overline{3}", "0.3", naive_maths.overline_dropped
    ),
    boxed("dots_dropped", "dots are dropped", r"0.333\ldots", "0.333", naive_maths.overline_dropped),
    boxed("ellipsis_digits", "dots are dropped", "4...2", "42", naive_maths.overline_dropped),
    boxed(
        "roman", "letters are dropped", "XLII", "42", lambda answer, gold: "XLII" in answer and gold == "42"
    ),
    boxed("spelled_wrong", "words are dropped", r"\text{forty-one } 42", "42", naive_maths.without_units),
    boxed(
        "font_hidden",
        "commands are dropped",
        r"\mathbf{4}\mathbb{2}x",
        "42",
        naive_maths.without(r"\\[a-z]+|[{}x]"),
    ),
    boxed("stacked", "commands are dropped", r"\overset{4}{2}", "42", naive_maths.commands_dropped),
    boxed("underset", "commands are dropped", r"\underset{4}{2}", "42", naive_maths.commands_dropped),
    boxed("atop", "commands are dropped", r"4 \atop 2", "42", naive_maths.commands_dropped),
    boxed("frac_flattened", "commands are dropped", r"\frac{4}{2}", "42", naive_maths.commands_dropped),
    boxed("exponent_flattened", "carets are dropped", "4^{2}", "42", naive_maths.without(r"[{}^]")),
    boxed("line_break", "line breaks are dropped", r"4 \\ 2", "42", naive_maths.without(r"\\\\")),
    boxed(
        "matrix_digits",
        "ampersands are dropped",
        r"\begin{matrix}4&2\end{matrix}",
        "42",
        naive_maths.without(r"\\(?:begin|end)\{matrix\}|&"),
    ),
]

ATTACKS = [*_EXTRACTION, *_HIDING]
