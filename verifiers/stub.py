"""A first file for a verifier of your own: the command `ratchetrl verifiers new NAME`.

    path = write_stub("roman", Path("."))      # ./roman.py

The file is complete but for the one line that compares; until that is written, the verifier fails its check.
"""

import keyword
import sys
from pathlib import Path

from ratchetrl.verifiers.errors import UserError

TEMPLATE = '''"""Verifier `{name}`: say here what a right answer is."""

from ratchetrl.verifiers.answers import claimed_answer
from ratchetrl.verifiers.registry import verifier
from ratchetrl.verifiers.verdict import Verdict, correct, wrong


@verifier(
    "{name}",
    read_gold=str,  # the gold's text -> what the answer is compared with
    correct=[(r"So it is \\boxed{{42}}.", "42"), ("Answer: 42", "42")],  # (answer, gold), judged correct
    incorrect=[("Answer: 41", "42"), ("42 or 43", "42"), ("", "42")],  # and judged not correct
    oracle=lambda gold: f"Answer: {{gold}}",  # a right answer for a gold; leave it out if there is no telling
)
def {name}(answer: str, gold: str) -> Verdict:
    """Say in one line what is judged; `ratchetrl verifiers` shows it."""
    claim = claimed_answer(answer)  # what the answer marks as its result, or why there is none
    if isinstance(claim, Verdict):
        return claim
    raise NotImplementedError("compare, then return correct(claim, 'why') or wrong(claim, 'why')")
'''


def write_stub(name: str, folder: Path) -> Path:
    """Write `NAME.py` into a folder; raises `UserError` where the name is no name or the file is there."""
    if not name.isidentifier() or keyword.iskeyword(name):
        raise UserError(f"'{name}' cannot be the name of a function; use letters, digits and _")
    if name in sys.stdlib_module_names:
        raise UserError(f"a file {name}.py would stand in for Python's own module {name}; use another name")
    path = folder / f"{name}.py"
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(TEMPLATE.format(name=name))
    except FileExistsError as error:
        raise UserError(f"{path} is there already; choose another name, or move that file away") from error
    except OSError as error:
        raise UserError(f"{path} cannot be written ({error.strerror}); go to a folder of yours") from error
    return path
