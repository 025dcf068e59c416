"""Every constraint holds on the examples that follow it and fails on those that break it."""

import pytest

from ratchetrl.verifiers.instructions.constraint import CONSTRAINTS, bind
from ratchetrl.verifiers.instructions.instructions import FAMILIES
from ratchetrl.verifiers.instructions.response import Response


def names(text: str) -> list[str]:
    """The names in a text."""
    return text.split()


IFEVAL = names("""change_case:capital_word_frequency change_case:english_capital change_case:english_lowercase
    combination:repeat_prompt combination:two_responses detectable_content:number_placeholders
    detectable_content:postscript detectable_format:constrained_response
    detectable_format:json_format detectable_format:multiple_sections
    detectable_format:number_bullet_lists detectable_format:number_highlighted_sections
    detectable_format:title keywords:existence keywords:forbidden_words keywords:frequency
    keywords:letter_frequency language:response_language
    length_constraints:nth_paragraph_first_word length_constraints:number_paragraphs
    length_constraints:number_sentences length_constraints:number_words punctuation:no_comma
    startend:end_checker startend:quotation""")
IFBENCH = names("""count:word_count_range count:unique_word_count ratio:stop_words ratio:sentence_type
    ratio:sentence_balance count:conjunctions count:person_names ratio:overlap count:numbers
    words:alphabet words:vowel words:consonants sentence:alliteration_increment words:palindrome
    count:punctuation format:parentheses format:quotes words:prime_lengths format:options
    format:newline format:emoji ratio:sentence_words count:words_japanese words:repeats
    sentence:keyword count:pronouns words:odd_even_syllables words:last_first
    words:paragraph_last_first sentence:increment words:no_consecutive format:line_indent
    format:quote_unquote format:list format:thesis format:sub-bullets format:no_bullets_bullets
    custom:multiples custom:mcq_count_length custom:reverse_newline custom:word_reverse
    custom:character_reverse custom:sentence_alphabet custom:european_capitals_sort
    custom:csv_city custom:csv_special_character custom:csv_quotes custom:date_format_list
    count:keywords_multiple words:keywords_specific_position words:words_position
    repeat:repeat_change repeat:repeat_simple repeat:repeat_span format:title_case
    format:output_template format:no_whitespace""")

FOLLOWED_BY_SILENCE = names("""
    keywords:forbidden_words punctuation:no_comma words:no_consecutive words:repeats words:vowel
    format:no_whitespace keywords:frequency keywords:letter_frequency""")


def test_the_kinds_are_the_25_of_ifeval_and_57_of_the_58_of_ifbench() -> None:
    assert (len(IFEVAL), len(IFBENCH)) == (25, 57)
    assert FAMILIES and set(CONSTRAINTS) == {*IFEVAL, *IFBENCH}


@pytest.mark.parametrize("name", sorted(CONSTRAINTS))
def test_a_constraint_holds_where_it_is_followed_and_only_there(name: str) -> None:
    for expected, examples in ((True, CONSTRAINTS[name].follows), (False, CONSTRAINTS[name].breaks)):
        for text, kwargs in examples:
            assert bind(name, kwargs).holds(Response(text)) is expected, (text, kwargs)


@pytest.mark.parametrize("name", sorted(CONSTRAINTS))
def test_silence_follows_prohibitions_only(name: str) -> None:
    held = bind(name, CONSTRAINTS[name].follows[0][1]).holds(Response(""))
    assert not held or name in FOLLOWED_BY_SILENCE
