"""What the train problems share with what the model is measured on, suite by suite, with examples."""

from typing import Any

from ratchetrl.pipelines.reporting.markup import Child, Markup, tag
from ratchetrl.pipelines.reporting.number_text import percent
from ratchetrl.pipelines.reporting.page_html import note, table

HEAD = (
    "compared with",
    "problems",
    "exact copies in train",
    "share 8 words in a row",
    "half covered by 13 words",
    "words covered",
    "same template",
    "dropped from train",
)


def contamination_part(found: dict[str, Any] | None) -> Markup:
    """Counts, and folded up the examples."""
    if found is None:
        return note("It was not checked.")
    examples = [(each["name"], example) for each in found["suites"] for example in each["examples"]]
    shown = [tag("li", name, ": ", *_example(one)) for name, one in examples]
    folded = tag("details", tag("summary", "Examples of what is shared"), tag("ul", *shown), class_="numbers")
    told = note(
        f"Of {found['train_problems']:,} train problems {found['dropped']:,} were dropped. Words that many "
        "problems of a suite share are its template and do not count; paraphrases are not found."
    )
    return tag("div", table(HEAD, map(_row, found["suites"])), told, folded if shown else None)


def _example(one: dict[str, str]) -> tuple[Child, ...]:
    """Both prompts, and the words that they have in common."""
    return one["problem"], " | ", one["train_problem"], tag("br"), tag("em", one["shared"])


def _row(each: dict[str, Any]) -> list[Child]:
    return [
        each["name"],
        f"{each['problems']:,}",
        each["exact"]["train_problems"],
        each["ngram8"]["problems"],
        each["ngram13"]["problems"],
        percent(each["ngram13"]["mean_coverage"]),
        each["skeleton"]["problems"],
        each["dropped"],
    ]
