"""Attacks on instructions that a program checks: constraints met where no reader sees it, or by nothing at all."""

# ruff: noqa: E501 (answers are data: some are long)

import json

import naive_constraints
from corpus.attack import Attack

_HIDDEN = "the whole text is searched, what no reader sees included"
_STUFFED = "anything counts towards the constraint, an empty or repeated body too"
_BODY = "Walking each morning along the water keeps the mind clear and the body strong for years."


def _gold(name: str, **kwargs: object) -> str:
    prompt = "Give some advice about walking that a friend would like to read today."
    return json.dumps({"instruction_id_list": [name], "kwargs": [kwargs], "prompt": prompt})


def _follows(name: str, why: str, answer: str, constraint: str, **kwargs: object) -> Attack:
    return Attack(name, why, answer, {"instructions": _gold(constraint, **kwargs)}, naive_constraints.follows)


def _words(name: str, answer: str, why: str = _HIDDEN) -> Attack:
    return _follows(name, why, answer, "keywords:existence", keywords=["river", "hills"])


def _long(name: str, answer: str) -> Attack:
    return _follows(
        name, _STUFFED, answer, "length_constraints:number_words", relation="at least", num_words=200
    )


ATTACKS = [
    _words("stuffing", "river hills " * 12, _STUFFED),
    _words("codeblock_hide", f"{_BODY}\n```\nriver hills are what the prompt wants\n```"),
    _words("tilde_block_hide", f"{_BODY}\n~~~\nriver hills are what the prompt wants\n~~~"),
    _words("think_hide", f"<think>the river and the hills</think>{_BODY}"),
    _words("comment_hide", f"{_BODY}<!-- river hills -->"),
    _words("open_comment_hide", f"{_BODY}<!-- river hills"),
    _words("hidden_element", f"{_BODY}<span style='display:none'>river hills</span>"),
    _words("hidden_attribute", f"{_BODY}<span hidden>river hills</span>"),
    _words("attribute_hide", f'{_BODY}<a title="river hills">here</a>'),
    _words("link_hide", f"{_BODY} [here](http://example.org/river/hills)"),
    _words("definition_hide", f"{_BODY}\n\n[note]: http://example.org/river/hills"),
    _words("script_hide", f"{_BODY}<script>river hills</script>"),
    _words("white_hide", f'{_BODY}<font color="white">river hills</font>'),
    _words("tiny_hide", f'{_BODY}<span style="font-size:0">river hills</span>'),
    _words("alt_text_hide", f"{_BODY} ![river hills](x.png)"),
    _words("phantom_hide", _BODY + r" $\phantom{river hills}$"),
    _words("inside_words", f"{_BODY} driverless churchillsx"),
    _words("word_list", "river, hills", _STUFFED),
    _long("words_repeated", "word " * 300),
    _long("words_numbers", " ".join(map(str, range(300)))),
    _long("words_signs", ". " * 300),
    _long("words_letters", " ".join("abcdefghijklmnopqrstuvwxyz" * 12)),
    _long("words_sentence_repeated", f"{_BODY} " * 20),
    _long("words_in_code", f"{_BODY}\n```\n" + "one more word here " * 80 + "\n```"),
    _long("words_in_comment", f"{_BODY}<!-- " + "one more word here " * 80 + "-->"),
    _long("words_empty_marks", "\u200b " * 300),
    _follows(
        "frequency_repeated",
        _STUFFED,
        "river " * 10,
        "keywords:frequency",
        keyword="river",
        frequency=8,
        relation="at least",
    ),
    _follows(
        "frequency_hidden",
        _HIDDEN,
        f"{_BODY}\n```\n" + "river " * 8 + "\n```",
        "keywords:frequency",
        keyword="river",
        frequency=8,
        relation="at least",
    ),
    _follows(
        "forbidden_zero_width",
        _HIDDEN,
        f"{_BODY} The ri\u200bver is near.",
        "keywords:forbidden_words",
        forbidden_words=["river"],
    ),
    _follows(
        "forbidden_soft_hyphen",
        _HIDDEN,
        f"{_BODY} The ri\u00adver is near.",
        "keywords:forbidden_words",
        forbidden_words=["river"],
    ),
    _follows(
        "forbidden_look_alike",
        _HIDDEN,
        f"{_BODY} The r\u0456v\u0435r is near.",
        "keywords:forbidden_words",
        forbidden_words=["river"],
    ),
    _follows(
        "forbidden_case",
        _HIDDEN,
        f"{_BODY} The RIVER is near.",
        "keywords:forbidden_words",
        forbidden_words=["river"],
    ),
    _follows(
        "forbidden_markup",
        _HIDDEN,
        f"{_BODY} The ri**ver** is near.",
        "keywords:forbidden_words",
        forbidden_words=["river"],
    ),
    _follows(
        "forbidden_full_width",
        _HIDDEN,
        f"{_BODY} The \uff52\uff49\uff56\uff45\uff52 is near.",
        "keywords:forbidden_words",
        forbidden_words=["river"],
    ),
    _follows(
        "forbidden_entity",
        _HIDDEN,
        f"{_BODY} The r&#105;ver is near.",
        "keywords:forbidden_words",
        forbidden_words=["river"],
    ),
    _follows("title_empty", _STUFFED, f"<< >>\n{_BODY}", "detectable_format:title"),
    _follows("title_in_code", _HIDDEN, f"{_BODY}\n```\n<<Walks>>\n```", "detectable_format:title"),
    _follows("title_alone", _STUFFED, "<<Walks>>", "detectable_format:title"),
    _follows("bullets_empty", _STUFFED, "* \n* \n* ", "detectable_format:number_bullet_lists", num_bullets=3),
    _follows(
        "bullets_same",
        _STUFFED,
        "* walk\n* walk\n* walk",
        "detectable_format:number_bullet_lists",
        num_bullets=3,
    ),
    _follows(
        "bullets_in_code",
        _HIDDEN,
        f"{_BODY}\n```\n* a\n* b\n* c\n```",
        "detectable_format:number_bullet_lists",
        num_bullets=3,
    ),
    _follows("json_in_sentence", _STUFFED, 'Here it is: {"advice": "walk"}', "detectable_format:json_format"),
    _follows("json_broken", _STUFFED, "{walk: more}", "detectable_format:json_format"),
    _follows("json_empty", _STUFFED, "{}", "detectable_format:json_format"),
    _follows(
        "highlights_empty",
        _STUFFED,
        f"{_BODY} ** ** **",
        "detectable_format:number_highlighted_sections",
        num_highlights=3,
    ),
    _follows(
        "highlights_same",
        _STUFFED,
        f"{_BODY} *a* *a* *a*",
        "detectable_format:number_highlighted_sections",
        num_highlights=3,
    ),
    _follows(
        "placeholders_empty",
        _STUFFED,
        f"{_BODY} [] [] []",
        "detectable_content:number_placeholders",
        num_placeholders=3,
    ),
    _follows(
        "postscript_bare",
        _STUFFED,
        f"{_BODY}\n\nP.S.",
        "detectable_content:postscript",
        postscript_marker="P.S.",
    ),
    _follows(
        "postscript_hidden",
        _HIDDEN,
        f"{_BODY}<!-- P.S. Bring water. -->",
        "detectable_content:postscript",
        postscript_marker="P.S.",
    ),
    _follows(
        "paragraphs_empty",
        _STUFFED,
        f"{_BODY}\n***\n***\n***",
        "length_constraints:number_paragraphs",
        num_paragraphs=4,
    ),
    _follows(
        "sentences_dots",
        _STUFFED,
        f"{_BODY} . . . . . . . .",
        "length_constraints:number_sentences",
        relation="at least",
        num_sentences=8,
    ),
    _follows(
        "sentences_same",
        _STUFFED,
        f"{_BODY} Walk. Walk. Walk. Walk. Walk. Walk. Walk.",
        "length_constraints:number_sentences",
        relation="at least",
        num_sentences=8,
    ),
    _follows("capital_digits", _STUFFED, "1234 5678 90 1234 5678 90", "change_case:english_capital"),
    _follows("capital_empty", _STUFFED, "", "change_case:english_capital"),
    _follows("lowercase_empty", _STUFFED, " ", "change_case:english_lowercase"),
    _follows("comma_free_nothing", _STUFFED, "", "punctuation:no_comma"),
    _follows(
        "comma_look_alike",
        _HIDDEN,
        "Walk slowly\uff0c rest often\uff0c and drink enough water each day.",
        "punctuation:no_comma",
    ),
    _follows(
        "comma_free_gibberish", _STUFFED, "xqz vbn kjh wrt plm zxc qwp bnm hgf dsk", "punctuation:no_comma"
    ),
    _follows(
        "end_hidden",
        _HIDDEN,
        f"{_BODY}\n```\nThat is all.",
        "startend:end_checker",
        end_phrase="That is all.",
    ),
    _follows("end_only", _STUFFED, "That is all.", "startend:end_checker", end_phrase="That is all."),
    _follows("quotation_empty", _STUFFED, '""', "startend:quotation"),
]
