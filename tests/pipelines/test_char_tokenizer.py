"""The character tokenizer: any text survives, and chats are laid out with special tokens."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from transformers import AutoTokenizer

from ratchetrl.pipelines.char_tokenizer import char_tokenizer

TOKENIZER = char_tokenizer(context_tokens=2048)
MARKED = char_tokenizer(context_tokens=2048, with_marks=True)
SOLVED = "<|user|>41+52=<|end|><|assistant|><think>1+2+0=3\n4+5+0=9</think>93<|end|>"


@given(st.text())
def test_any_text_survives_a_round_trip(text: str) -> None:
    assert TOKENIZER.decode(TOKENIZER.encode(text)) == text


def test_printable_ascii_is_one_token_a_character_and_the_rest_falls_back_to_bytes() -> None:
    assert len(TOKENIZER.encode("12 + x=\n")) == 8
    assert len(TOKENIZER.encode("é")) == len("é".encode())


def test_tags_are_one_token_each_and_thinking_outlives_the_special_tokens() -> None:
    ids = TOKENIZER.encode(SOLVED)
    assert ids[-1] == TOKENIZER.eos_token_id != TOKENIZER.pad_token_id
    assert len(ids) == 1 + 6 + 1 + 1 + 1 + 15 + 1 + 2 + 1
    assert TOKENIZER.decode(ids, skip_special_tokens=True) == "41+52=<think>1+2+0=3\n4+5+0=9</think>93"


@pytest.mark.parametrize("generating", [False, True])
def test_a_chat_opens_the_assistants_turn_only_when_asked(generating: bool) -> None:
    chat = [{"role": "system", "content": "Add."}, {"role": "user", "content": "41+52="}]
    text = TOKENIZER.apply_chat_template(chat, tokenize=False, add_generation_prompt=generating)
    assert text == "<|system|>Add.<|end|><|user|>41+52=<|end|>" + "<|assistant|>" * generating


def test_it_is_the_same_after_saving_and_loading(tmp_path: Path) -> None:
    TOKENIZER.save_pretrained(tmp_path)
    loaded = AutoTokenizer.from_pretrained(tmp_path)
    assert loaded.encode(SOLVED) == TOKENIZER.encode(SOLVED)
    assert loaded.decode(loaded.encode("é\t漢")) == "é\t漢"
    assert loaded.chat_template == TOKENIZER.chat_template
    assert loaded.model_max_length == 2048


def test_digits_of_the_user_get_place_marks_that_decoding_leaves_out(tmp_path: Path) -> None:
    MARKED.save_pretrained(tmp_path)
    for tokenizer in (MARKED, AutoTokenizer.from_pretrained(tmp_path)):
        chat = [{"role": "system", "content": "Add 2."}, {"role": "user", "content": "417+85="}]
        text = tokenizer.apply_chat_template(chat, tokenize=False, add_generation_prompt=True)
        assert text == "<|system|>Add 2.<|end|><|user|>ⓔ.ⓓ4ⓒ1ⓑ7ⓐ.+Ⓓ.Ⓒ8Ⓑ5Ⓐ.=<|end|><|assistant|>"
        ids = tokenizer.encode(text)
        assert len(ids) == 1 + 6 + 1 + 1 + 20 + 1 + 1
        assert tokenizer.decode(ids, skip_special_tokens=True) == "Add 2..417.+.85.="
        assert tokenizer.decode(tokenizer.encode("é漢")) == "é漢"


def test_a_number_longer_than_there_are_marks_keeps_all_its_digits() -> None:
    number = "9" * 30
    text = MARKED.apply_chat_template([{"role": "user", "content": number}], tokenize=False)
    assert text.startswith("<|user|>.9999")
    assert "99Ⓝ9Ⓜ9" in text
    assert MARKED.decode(MARKED.encode(text), skip_special_tokens=True) == f".{number}."
