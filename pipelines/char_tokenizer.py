"""A tokenizer of single characters, for models small enough to be trained from scratch on a CPU.

    tokenizer = char_tokenizer(context_tokens=2048)
    tokenizer.apply_chat_template([{"role": "user", "content": "41+5="}], add_generation_prompt=True)

Printable ASCII is one token a character; everything else falls back to its UTF-8 bytes, so any text
survives a round trip. `<think>` and `</think>` are tokens but not special ones (as in Qwen3):
decoding with `skip_special_tokens=True` keeps them. Nothing is learned, so there is nothing to
train: the vocabulary is the same on every machine. With `with_marks` the chat template writes place marks
(`place_marks.py`) into the user's numbers; decoding leaves them out.
"""

import string

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models
from transformers import PreTrainedTokenizerFast

from ratchetrl.pipelines.place_marks import MARKS, TEMPLATE_MACRO

PAD, END_OF_TURN = "<|pad|>", "<|end|>"
ROLES = ("<|system|>", "<|user|>", "<|assistant|>")
THINK_OPEN, THINK_CLOSE = "<think>", "</think>"

CHAT_TEMPLATE = (
    "{% for message in messages %}"
    "{{ '<|' + message['role'] + '|>' + message['content'] + '<|end|>' }}"
    "{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|assistant|>' }}{% endif %}"
)


MARKED_CHAT_TEMPLATE = TEMPLATE_MACRO + CHAT_TEMPLATE.replace(
    "message['content']", "(marked(message['content']) if message['role'] == 'user' else message['content'])"
)


def char_tokenizer(context_tokens: int, with_marks: bool = False) -> PreTrainedTokenizerFast:
    """The tokenizer, with its chat template; `<|end|>` ends a turn and is the end-of-sequence token."""
    return PreTrainedTokenizerFast(
        tokenizer_object=_character_model(MARKS if with_marks else ""),
        pad_token=PAD,
        eos_token=END_OF_TURN,
        additional_special_tokens=list(ROLES),
        chat_template=MARKED_CHAT_TEMPLATE if with_marks else CHAT_TEMPLATE,
        model_max_length=context_tokens,
        clean_up_tokenization_spaces=False,
    )


def _character_model(marks: str) -> Tokenizer:
    """A BPE without merges: characters it does not know become bytes."""
    specials = (PAD, END_OF_TURN, *ROLES)
    characters = ["\n", *(c for c in string.printable if c.isprintable())]
    bytes_ = [f"<0x{byte:02X}>" for byte in range(256)]
    tokens = [*specials, THINK_OPEN, THINK_CLOSE, *characters, *bytes_, *marks]
    tokenizer = Tokenizer(
        models.BPE(vocab={token: i for i, token in enumerate(tokens)}, merges=[], byte_fallback=True)
    )
    unmark = [decoders.Replace(Regex(f"[{marks}]"), "")] if marks else []
    tokenizer.decoder = decoders.Sequence([*unmark, decoders.ByteFallback(), decoders.Fuse()])
    tokenizer.add_special_tokens([AddedToken(token, special=True, normalized=False) for token in specials])
    tokenizer.add_tokens([AddedToken(token, normalized=False) for token in (THINK_OPEN, THINK_CLOSE)])
    return tokenizer
