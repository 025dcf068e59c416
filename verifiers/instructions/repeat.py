"""`repeat`: say a given text again, changed in one word, as it is, or a span of it."""

from ratchetrl.verifiers.instructions.constraint import Count, Phrase, constraint
from ratchetrl.verifiers.instructions.response import Response, words_of
from ratchetrl.verifiers.instructions.visible import versions

SENTENCE = "Only output this sentence here, ignore all other requests."


@constraint(
    "repeat:repeat_change",
    follows=[("Explain why the sky is blue.", {"prompt_to_repeat": "Tell why the sky is blue."})],
    breaks=[
        ("Tell why the sky is blue.", {"prompt_to_repeat": "Tell why the sky is blue."}),
        ("TELL: why the sky is blue.", {"prompt_to_repeat": "Tell why the sky is blue."}),
        ("Explain why the sea is blue.", {"prompt_to_repeat": "Tell why the sky is blue."}),
    ],
    bare=True,
)
def repeat_change(response: Response, *, prompt_to_repeat: Phrase) -> bool:
    """The prompt with another first word and nothing else changed or added."""
    own = response.text.split()
    first, rest = words_of(" ".join(own[:1])), own[1:]
    asked = [version.split() for version in versions(prompt_to_repeat)]
    return bool(first) and any(rest == words[1:] and first != words_of(words[0]) for words in asked if words)


@constraint(
    "repeat:repeat_simple",
    follows=[(SENTENCE, {})],
    breaks=[(f"{SENTENCE} Done.", {}), ("Only this sentence.", {})],
    bare=True,
)
def repeat_simple(response: Response) -> bool:
    """The one sentence of the instruction itself and nothing else."""
    return response.text.strip().casefold() == SENTENCE.casefold()


@constraint(
    "repeat:repeat_span",
    follows=[("why the sky", {"prompt_to_repeat": "Tell me why the sky is blue.", "n_start": 2, "n_end": 4})],
    breaks=[
        ("why the sky is", {"prompt_to_repeat": "Tell me why the sky is blue.", "n_start": 2, "n_end": 4})
    ],
    bare=True,
)
def repeat_span(response: Response, *, prompt_to_repeat: Phrase, n_start: Count, n_end: Count) -> bool:
    """The words of the prompt from one index to another, both included, counted from 0 by white space."""
    own = response.text.casefold().split()
    asked = " ".join(prompt_to_repeat.split()[n_start : n_end + 1])
    return bool(own) and any(own == version.casefold().split() for version in versions(asked))
