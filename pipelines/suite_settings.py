"""The table [data] of a recipe: which problems, and which of them are for what.

    SuiteSettings(path="openai/gsm8k", subset="main", prompt="question", gold="answer",
                  verifier="number", gate_problems=500, report_problems=500)

Opening what it names is `suites.py`; nothing here touches the disk or the network.
"""

from collections import Counter
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

PROCEDURAL = "procedural:"  # a `path` that begins so names a generator, not a dataset
OF_ROWS = (
    *("subset", "verifier", "verifier_column", "adapter", "id", "exclude_ids", "level"),
    *("gate", "report", "sealed"),
)
"""Fields that a generator has no use for, all `None` by default."""


class SuiteSettings(BaseModel):
    """[data] The suite: where problems come from and how they are split."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, use_attribute_docstrings=True)

    path: str
    """Hub dataset, local folder or file (JSONL, JSON, Parquet), or `procedural:NAME` for a generator."""
    subset: str | None = None
    """Configuration of the Hub dataset, or a sub-folder of the local one."""
    revision: str = "main"
    """Branch, tag or commit on the Hub."""
    verifier: str | None = None
    """Verifier of every problem: a registered name or `path/to/file.py:name`. Generators bring their own."""
    verifier_column: str | None = None
    """Column that names each row's verifier, in place of `verifier`; rows are untrusted: no files."""
    prompt: str = "prompt"
    """Column with the prompt: a text, or a list of chat messages that ends with the user's."""
    gold: str = "gold"
    """Column with what the verifier needs to judge an answer."""
    adapter: str | None = None
    """Makes columns such as prompt and gold of whole rows: `mbpp`, or `path/to/file.py:name` for a function
    from a row to columns."""
    id: str | None = None
    """Column with ids, unique in each split; by default an id is made from the prompt's content."""
    exclude_ids: str | None = None
    """Hub dataset, local folder or file whose ids (same column; what stands before a `/` does not count) are
    left out of every split of `path`: a benchmark that shares problems with it."""
    level: str | None = None
    """Column with the difficulty; the curriculum of `sampling.choose = "posterior"` needs it."""
    instruction: str = "{prompt}"
    """What is said to the model: `{prompt}` stands for the prompt (in a chat, for its last message)."""
    train: str = "train"
    """The source's split (Hub split, or file name without its ending) to learn from."""
    gate: str | None = None
    """The split that decides promotions, of this source or, as `SOURCE:SPLIT`, of another one with the same
    columns; by default carved from train by hash of the content."""
    report: str | None = None
    """The split that curves are drawn from, named as `gate` is; by default carved from train as well."""
    sealed: str | None = None
    """The split that is kept shut until `ratchetrl unseal`, named as `gate` is, or an empty text for none; by
    default the source's `test`, where it has no other use."""
    gate_problems: int = Field(gt=0)
    """Problems in one gate. A source with more of them changes the set each generation."""
    report_problems: int = Field(gt=0)
    """Problems of the report, the same for the life of a run."""
    levels: tuple[str, ...] = ()
    """Levels to use, in equal parts where problems are generated; by default all that the source has."""
    base_levels: tuple[str, ...] = ()
    """Levels that the base was trained on, for the headline score; by default all of `levels`."""
    canary_share: float | None = Field(default=None, ge=0, le=0.5)
    """Share of the train problems whose gold is made impossible: a pass raises an alarm and rejects the
    generation. By default 0.01 where the verifier can do that, 0 where it cannot."""
    against: tuple[str, ...] = ()
    """Benchmarks that nothing may be learned from, as `path` is given or as SOURCE:SPLIT: train problems that
    they have are dropped, and what else they share is counted in contamination.json."""
    ngram_hits: Literal["keep", "drop"] = "keep"
    """Train problems that share eight words in a row, boilerplate aside, with a problem of another split or
    of `against`: count them, or drop them too."""
    unreadable_gold: Literal["refuse", "drop"] = "refuse"
    """What to do with rows whose gold the verifier cannot read: stop, or drop and count them."""

    @property
    def generator(self) -> str | None:
        """Name of the procedural generator; `None` where problems are read."""
        return self.path.removeprefix(PROCEDURAL) if self.path.startswith(PROCEDURAL) else None

    @model_validator(mode="after")
    def _consistent(self) -> "SuiteSettings":
        for broken, sentence in _rules(self):
            if broken:
                raise ValueError(sentence)
        return self


def _rules(s: SuiteSettings) -> list[tuple[bool, str]]:
    """(broken?, what is wrong and what to do) for every rule that spans fields."""
    uses = Counter(name for name in (s.train, s.gate, s.report, s.sealed) if name)
    twice = [name for name, count in uses.items() if count > 1]
    strangers = [level for level in s.base_levels if s.levels and level not in s.levels]
    read = s.generator is None
    of_rows = [name for name in OF_ROWS if getattr(s, name) is not None]
    return [
        (
            "{prompt}" not in s.instruction,
            f"data.instruction {s.instruction!r} has no {{prompt}}; put {{prompt}} where the prompt belongs",
        ),
        (
            bool(twice),
            f"data gives the split {twice[:1]} two uses; name another one, or leave gate and report "
            "out to have them carved from train",
        ),
        (
            read and (s.verifier is None) == (s.verifier_column is None),
            "data needs one of verifier and verifier_column; set data.verifier to a verifier's name",
        ),
        (
            s.exclude_ids is not None and s.id is None,
            "data.exclude_ids compares ids but data.id names no column; set data.id",
        ),
        (
            read and bool(s.levels) and s.level is None,
            "data.levels selects rows by level but data.level names no column; set data.level",
        ),
        (
            not read and bool(of_rows),
            f"data.{of_rows[0] if of_rows else ''} is about rows but {s.path} makes its problems; remove it",
        ),
        (
            not read and s.ngram_hits == "drop",
            f'data.ngram_hits = "drop" is about rows but {s.path} makes its problems; remove it',
        ),
        (
            bool(strangers),
            f"data.base_levels names {strangers[:1]}, which data.levels leaves out; add it to data.levels",
        ),
    ]
