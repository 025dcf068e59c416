"""Naive checkers of queries: one database, written to at will, and rows compared as they come."""

import json
import re
import sqlite3
import tempfile
import threading
from pathlib import Path
from typing import Any

from naive_text import claimed


def frozen_rows(answer: str, gold: str) -> bool:
    """Run the query on one database that it may write to, and compare the rows as a frozen set."""
    fields = json.loads(gold)
    found, wanted = _rows(claimed(answer), fields), _rows(fields["query"], fields)
    return frozenset(found) == frozenset(wanted)


def sorted_rows(answer: str, gold: str) -> bool:
    """Compare the rows of one database without their order."""
    fields = json.loads(gold)
    return sorted(_rows(claimed(answer), fields)) == sorted(_rows(fields["query"], fields))


def texts_of_rows(answer: str, gold: str) -> bool:
    """Compare the rows of one database as printed."""
    fields = json.loads(gold)
    found, wanted = _rows(claimed(answer), fields), _rows(fields["query"], fields)
    return [list(map(str, row)) for row in found] == [list(map(str, row)) for row in wanted]


def first_column(answer: str, gold: str) -> bool:
    """Compare the first column only."""
    fields = json.loads(gold)
    found, wanted = _rows(claimed(answer), fields), _rows(fields["query"], fields)
    return [row[0] for row in found] == [row[0] for row in wanted]


def any_query(answer: str, gold: str) -> bool:
    """Run each query that stands in a fenced block."""
    fields = json.loads(gold)
    wanted = _rows(fields["query"], fields)
    return any(_rows(query, fields) == wanted for query in re.findall(r"```sql\n(.*?)```", answer, re.DOTALL))


def runs(answer: str, gold: str) -> bool:
    """Show that SQLite as it comes runs the statement."""
    with sqlite3.connect(":memory:", uri=True) as database:
        database.executescript(json.loads(gold)["databases"][0])
        database.execute(claimed(answer)).fetchall()
    return True


def vacuums(answer: str, gold: str) -> bool:
    """Show that SQLite as it comes writes a file of this machine."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "out.csv")
        database = sqlite3.connect(":memory:")
        database.execute(claimed(answer).replace("out.csv", str(path)))
        database.close()
        return path.exists()


def large_value(answer: str, gold: str) -> bool:
    """Show that SQLite as it comes makes a value of more than 10 MB."""
    smaller = claimed(answer).replace("400000000", "6000000")
    return len(sqlite3.connect(":memory:").execute(smaller).fetchone()[0]) > 10_000_000


def writes(answer: str, gold: str) -> bool:
    """Show that a connection that may write lets the answer change the database."""
    fields = json.loads(gold)
    with sqlite3.connect(":memory:") as database:
        database.executescript(fields["databases"][0])
        before = list(database.iterdump())
        database.executescript(claimed(answer))
        return list(database.iterdump()) != before


def runs_unbounded(answer: str, gold: str) -> bool:
    """Show that a query is still running after 200,000 steps of the engine's machine."""
    fields = json.loads(gold)
    with sqlite3.connect(":memory:") as database:
        database.executescript(fields["databases"][0])
        database.set_progress_handler(lambda: 1, 200_000)
        try:
            database.execute(claimed(answer)).fetchall()
        except sqlite3.OperationalError as error:
            return "interrupted" in str(error)
        return False


def reads_files(answer: str, gold: str) -> bool:
    """Show that DuckDB as it comes reads files of this machine."""
    import duckdb

    return len(duckdb.connect(":memory:").execute(claimed(answer)).fetchall()) > 0


def writes_files(answer: str, gold: str) -> bool:
    """Show that DuckDB as it comes writes files of this machine."""
    import duckdb

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "out.csv")
        connection = duckdb.connect(":memory:")
        connection.execute(claimed(answer).replace("out.csv", str(path)))
        connection.close()
        return path.exists()


def duckdb_runs(answer: str, gold: str) -> bool:
    """Show that DuckDB as it comes runs the statement, or is still at it after 0.2 s."""
    import duckdb

    connection = duckdb.connect(":memory:", config={"threads": "1", "memory_limit": "200MB"})
    timer = threading.Timer(0.2, connection.interrupt)
    timer.start()
    try:
        connection.execute(claimed(answer)).fetchall()
    except duckdb.InterruptException:
        return True
    finally:
        timer.cancel()
    return True


def duckdb_one_database(answer: str, gold: str) -> bool:
    """Compare the rows of one database in DuckDB."""
    import duckdb

    fields = json.loads(gold)
    connection = duckdb.connect(":memory:")
    connection.execute(fields["databases"][0])
    found, wanted = (connection.execute(query).fetchall() for query in (claimed(answer), fields["query"]))
    return found == wanted


def reads_variables(answer: str, gold: str) -> bool:
    """Show that DuckDB as it comes finds the caller's own variables by their name."""
    import duckdb
    import pandas

    wanted = pandas.DataFrame({"item": ["tea", "tea", "jam"]})
    return len(
        duckdb.connect(":memory:").execute(claimed(answer).replace("gold", "wanted")).fetchall()
    ) == len(wanted)


def _rows(query: str, fields: dict[str, Any]) -> list[tuple[Any, ...]]:
    with sqlite3.connect(":memory:") as database:
        database.executescript(fields["databases"][0])
        return database.execute(query).fetchall()
