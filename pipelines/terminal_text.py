"""Text of models and datasets on a terminal, which would obey their control characters.

shown("plain \x1b[2J")        'plain \\x1b[2J'
"""


def shown(text: str) -> str:
    """With control characters but tabs and line breaks written out."""
    return "".join(each if each.isprintable() or each in "\n\t" else ascii(each)[1:-1] for each in text)
