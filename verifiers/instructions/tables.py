r"""`custom:csv_*`: the three tables of IFBench, as delimited text, inside a code fence or not.

Quotes matter here, so fields keep theirs: `1,"a, b",c` has the fields `1`, `"a, b"` and `c`.
"""

import regex

from ratchetrl.verifiers.instructions.constraint import constraint
from ratchetrl.verifiers.instructions.response import Response

_CITY = ("ID", "Country", "City", "Year", "Count")
_PRODUCT = ("ProductID", "Category", "Brand", "Price", "Stock")
_STUDENT = ("StudentID", "Subject", "Grade", "Semester", "Score")
_FIELD = {mark: regex.compile(rf'[ ]*("(?:[^"]|"")*"|[^"{mark}]*)[ ]*(?:{mark}|$)') for mark in (",", "\t")}


def _rows(text: str, mark: str) -> list[tuple[str, ...]]:
    """Fields of each line, quotes kept; a line that is no such row has none."""
    return [_fields(line, mark) for line in text.split("\n") if line.strip()]


def _fields(line: str, mark: str) -> tuple[str, ...]:
    fields, place = [], 0
    while match := _FIELD[mark].match(line, place):
        fields.append(match.group(1).strip())
        place = match.end()
        if place == len(line):
            return (*fields, "") if line.endswith(mark) else tuple(fields)
    return ()


def _is_table(rows: list[tuple[str, ...]], columns: tuple[str, ...], count: int) -> bool:
    """The header, then so many different rows with a value in each field."""
    values = [tuple(field.strip('"') for field in row) for row in rows]
    return (
        len(values) == count + 1
        and values[0] == columns
        and len(set(values)) == len(values)
        and all(len(row) == len(columns) and all(row) for row in values)
    )


def _table(columns: tuple[str, ...], count: int, mark: str = ",", quote: str = "") -> str:
    rows = [columns, *(tuple(f"{name[0]}{number}" for name in columns) for number in range(count))]
    return "\n".join(mark.join(f"{quote}{field}{quote}" for field in row) for row in rows)


@constraint(
    "custom:csv_city",
    follows=[(_table(_CITY, 7), {})],
    breaks=[(_table(_CITY, 6), {}), (_table(_PRODUCT, 7), {}), (_table(_CITY, 7).replace("C3", ""), {})],
    bare=True,
    fenced=True,
)
def csv_city(response: Response) -> bool:
    """Seven rows of cities between commas."""
    return _is_table(_rows(response.text, ","), _CITY, 7)


@constraint(
    "custom:csv_special_character",
    follows=[(_table(_PRODUCT, 14).replace("B3", '"B, Inc."'), {})],
    breaks=[(_table(_PRODUCT, 14), {}), (_table(_PRODUCT, 14).replace("B3", '"B"'), {})],
    bare=True,
    fenced=True,
)
def csv_special_character(response: Response) -> bool:
    """Fourteen rows of products between commas, one field with a special character in double quotes."""
    rows = _rows(response.text, ",")
    special = any(regex.fullmatch(r'".*[^\w\s].*"', field) for row in rows[1:] for field in row)
    return special and _is_table(rows, _PRODUCT, 14)


@constraint(
    "custom:csv_quotes",
    follows=[(_table(_STUDENT, 3, "\t", '"'), {})],
    breaks=[(_table(_STUDENT, 3, "\t"), {}), (_table(_STUDENT, 3, ",", '"'), {})],
    bare=True,
    fenced=True,
)
def csv_quotes(response: Response) -> bool:
    """Three rows of students between tabs, each field in double quotes."""
    rows = _rows(response.text, "\t")
    quoted = all(len(field) > 2 and field[0] == field[-1] == '"' for row in rows for field in row)
    return quoted and _is_table(rows, _STUDENT, 3)
