"""The loop that keeps an engine fed: requests in, whole groups out, in the order in which groups finish.

    for problem_id, completions in sample(engine, requests, BudgetForcing(chat, marks)): ...

Requests are submitted while others are decoded, so the batch stays full from the first to the last of them
and memory holds only what is in flight. What a thought's budget makes of a group is `budget_forcing.py`.
"""

from collections import deque
from collections.abc import Iterable, Iterator

from ratchetrl.pipelines.budget_forcing import BudgetForcing
from ratchetrl.pipelines.sampler_engine import Completion, Engine, Request


def sample(
    engine: Engine, requests: Iterable[Request], forcing: BudgetForcing
) -> Iterator[tuple[str, list[Completion]]]:
    """Every request's id and completions. Answers whose thought was closed go on before new ones begin.
    `requests` may have none to give for now and more once a group has finished; this ends when nothing is in
    flight and it has none."""
    waiting, rests = iter(requests), deque[Request]()
    in_flight: dict[str, int] = {}
    while True:
        while sum(in_flight.values()) < engine.sequences and (request := _next(rests, waiting, forcing)):
            in_flight[request.id] = request.samples
            engine.submit(request)
        if not in_flight:
            return
        for request_id, completions in engine.finished():
            del in_flight[request_id]
            rests += forcing.rests(request_id, completions)
        yield from forcing.whole_groups()


def _next(rests: deque[Request], waiting: Iterator[Request], forcing: BudgetForcing) -> Request | None:
    if rests:
        return rests.popleft()
    request = next(waiting, None)
    return None if request is None else forcing.begin(request)
