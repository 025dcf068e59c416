"""Naive checkers of instructions: the first idea that comes to mind, on all of the text."""

import json
import re
from collections.abc import Callable


def follows(answer: str, gold: str) -> bool:
    """Check instructions by the first idea that comes to mind, on all of the text."""
    fields = json.loads(gold)
    pairs = zip(fields["instruction_id_list"], fields["kwargs"], strict=True)
    return all(_NAIVE_INSTRUCTIONS[name](answer, **kwargs) for name, kwargs in pairs)


def _more(count: int, relation: str, number: int) -> bool:
    return count >= number if relation == "at least" else count < number


_NAIVE_INSTRUCTIONS: dict[str, Callable[..., bool]] = {
    "keywords:existence": lambda text, keywords: all(word in text.lower() for word in keywords),
    "keywords:frequency": lambda text, keyword, frequency, relation: _more(
        text.lower().count(keyword), relation, frequency
    ),
    "keywords:forbidden_words": lambda text, forbidden_words: (
        not any(re.search(rf"\b{word}\b", text) for word in forbidden_words)
    ),
    "length_constraints:number_words": lambda text, relation, num_words: _more(
        len(text.split()), relation, num_words
    ),
    "length_constraints:number_sentences": lambda text, relation, num_sentences: _more(
        text.count("."), relation, num_sentences
    ),
    "length_constraints:number_paragraphs": lambda text, num_paragraphs: (
        text.count("***") + 1 == num_paragraphs
    ),
    "detectable_format:title": lambda text: re.search(r"<<[^\n]*>>", text) is not None,
    "detectable_format:number_bullet_lists": lambda text, num_bullets: (
        len(re.findall(r"^\* ?", text, re.M)) == num_bullets
    ),
    "detectable_format:json_format": lambda text: bool(re.search(r"\{.*\}", text, re.S)),
    "detectable_format:number_highlighted_sections": lambda text, num_highlights: (
        len(re.findall(r"\*[^\n*]*\*", text)) >= num_highlights
    ),
    "detectable_content:number_placeholders": lambda text, num_placeholders: (
        len(re.findall(r"\[.*?\]", text)) >= num_placeholders
    ),
    "detectable_content:postscript": lambda text, postscript_marker: postscript_marker in text,
    "punctuation:no_comma": lambda text: "," not in text,
    "change_case:english_capital": lambda text: text == text.upper(),
    "change_case:english_lowercase": lambda text: text == text.lower(),
    "startend:end_checker": lambda text, end_phrase: text.rstrip().endswith(end_phrase),
    "startend:quotation": lambda text: text.startswith('"') and text.rstrip().endswith('"'),
}
