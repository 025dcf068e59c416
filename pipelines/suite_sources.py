"""Where rows come from: a local folder or file, or a dataset on the Hub.

    source = open_source("openai/gsm8k", subset="main", revision="main", key="data.path")
    source.batches("train", ("question", "answer"))

    split_of("test")                        (None, "test"): a split of data.path
    split_of("evalplus/mbppplus:test")      ("evalplus/mbppplus", "test"): one of another source

What the columns mean is `columns.py`; which split is used for what, `suite_finite.py`.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from ratchetrl.pipelines.columns import Batch
from ratchetrl.pipelines.suite_files import READABLE, open_files
from ratchetrl.pipelines.suite_hub import open_hub
from ratchetrl.verifiers.errors import UserError

HUB_NAME = re.compile(r"[\w][\w.-]*(/[\w][\w.-]*)?")


class Source(Protocol):
    """Somebody's dataset: named splits of columns."""

    @property
    def name(self) -> str:
        """What the user called it."""

    @property
    def splits(self) -> tuple[str, ...]:
        """The splits there are."""

    def batches(self, split: str, columns: tuple[str, ...] | None) -> Iterator[Batch]:
        """The named columns of a split, `None` for all, a bounded number of rows at a time."""


def open_source(
    path: str, subset: str | None = None, revision: str = "main", key: str = "data.path"
) -> Source:
    """The source of that name; `UserError` names the `key` of the recipe where there is none."""
    local = Path(path).expanduser()
    if local.exists():
        return open_files(local, subset)
    if HUB_NAME.fullmatch(path) and not READABLE.fullmatch(local.name):
        return open_hub(path, subset, revision)
    raise UserError(
        f"{key} {path!r} is neither a folder nor a file that is there, nor a name on the Hub; "
        f"give a local folder or file with --{key}, or a Hub dataset such as openai/gsm8k"
    )


def split_of(reference: str) -> tuple[str | None, str]:
    """(source, split) of what a recipe names as a split; no source where it is one of data.path."""
    source, _, split = reference.rpartition(":")
    return source or None, split
