"""Prompts as the model's own tokenizer wants them, and completions as text to judge.

    chat = Chat(model_folder, thinking="off")
    prompt_ids = chat.render(messages)
    text = chat.text(prompt_ids, completion_ids, "stop")

The chat template, its thinking switch and the special tokens come from the tokenizer; nothing about a
model family is written here. Templates are data from a download: transformers runs them in Jinja's sandbox.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ratchetrl.verifiers.errors import UserError

THINKING = {"template": {}, "on": {"enable_thinking": True}, "off": {"enable_thinking": False}}


class Chat:
    """One tokenizer with its template."""

    def __init__(self, model: Path, thinking: str) -> None:
        """Loads the tokenizer of a model's folder. Raises UserError if it has no chat template."""
        from transformers import AutoTokenizer

        self._tokenizer = AutoTokenizer.from_pretrained(model, trust_remote_code=False)
        self._switch = THINKING[thinking]
        if not self._tokenizer.chat_template:
            raise UserError(
                f"the tokenizer of {model} has no chat template; name an instruction-tuned model "
                "in model.path"
            )

    def render(self, messages: Sequence[dict[str, str]]) -> tuple[int, ...]:
        """Token ids of the prompt, up to where the model's turn begins."""
        rendered: Any = self._tokenizer.apply_chat_template(
            list(messages), tokenize=False, add_generation_prompt=True, **self._switch
        )
        return self.ids(rendered)

    def ids(self, text: str) -> tuple[int, ...]:
        """A piece of text as token ids."""
        return tuple(self._tokenizer.encode(text, add_special_tokens=False))

    def text(self, prompt_ids: Sequence[int], completion_ids: Sequence[int], finish_reason: str) -> str:
        """The completion as text, without the token that ended it, and with a `<think>` the prompt had
        opened."""
        ids = completion_ids[:-1] if finish_reason == "stop" else completion_ids
        text = self.decoded(ids)
        return f"<think>{text}" if self.prompt_end(prompt_ids).rstrip().endswith("<think>") else text

    def prompt_end(self, prompt_ids: Sequence[int]) -> str:
        """The last few tokens of a prompt as text: what the template says of thinking stands there."""
        return self.decoded(prompt_ids[-8:])

    def decoded(self, ids: Sequence[int]) -> str:
        """Token ids as text, special tokens kept."""
        text: str = self._tokenizer.decode(list(ids), skip_special_tokens=False)
        return text
