"""Looks at the sealed split: counted, and written down before it is opened.

    number = record_look(folder, champion=3, by="anna", note="before the release")

looks.jsonl has a line per look: `number` (from 1), `at` (unix time), `by`, `champion` (generation), `note`. A
look that was cut short counts: somebody may have seen the answers. A split that was looked at and then acted
upon is no longer sealed; nothing here can prevent that, so the count is shown wherever the score is.
"""

import time
from typing import Any

from ratchetrl.pipelines.run_folder import RunFolder
from ratchetrl.pipelines.store import append_line, read_lines


def record_look(folder: RunFolder, champion: int, by: str, note: str) -> int:
    """Writes a look down; returns which one of the run it is."""
    number = len(looks(folder)) + 1
    line = {"number": number, "at": time.time(), "by": by, "champion": champion, "note": note}
    append_line(folder.looks_file, line)
    return number


def looks(folder: RunFolder) -> list[dict[str, Any]]:
    """Every look so far, in order."""
    return read_lines(folder.looks_file)
