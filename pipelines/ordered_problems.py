"""The problems of an order to the sampler, as requests to an engine.

    problems = OrderedProblems(order, chat)
    for request in problems.requests(0, 64): ...         whole groups, in the order of the plan
    problems.fits(request)                               whether there is room for an answer

A problem that the plan wants tried harder is asked at an effort of its own, where its prompt leaves room for
that.
"""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from ratchetrl.pipelines.chat import Chat
from ratchetrl.pipelines.efforts import Effort
from ratchetrl.pipelines.sample_order import SampleOrder
from ratchetrl.pipelines.sampler_engine import Completion, Request
from ratchetrl.pipelines.seeds import seed_of
from ratchetrl.pipelines.store import read_records
from ratchetrl.pipelines.wave_plans import Belief


class OrderedProblems:
    """What an order is about."""

    def __init__(self, order: SampleOrder, chat: Chat) -> None:
        """Reads the order's problems, and what is believed of them."""
        self._order, self._chat = order, chat
        self._rows = read_records(Path(order.problems), columns=["id", "messages", "canary"])
        stored = [] if order.beliefs is None else read_records(Path(order.beliefs))
        believed = {row["id"]: Belief(row["right"], row["wrong"], row["effort"]) for row in stored}
        self.beliefs = {row["id"]: believed.get(row["id"], Belief()) for row in self._rows}
        self.canaries = {row["id"] for row in self._rows if row["canary"]}

    def requests(self, first: int, end: int) -> Iterator[Request]:
        """Groups of the order's size."""
        return map(self._request, self._rows[first:end])

    def fits(self, request: Request) -> bool:
        """Whether the prompt leaves room for an answer."""
        return len(request.prompt_ids) + request.effort.max_new_tokens <= self._order.max_model_len

    def _request(self, row: dict[str, Any]) -> Request:
        usual = Request(
            row["id"],
            self._chat.render(row["messages"]),
            self._order.samples,
            self._order.effort,
            self._order.temperature,
            seed_of(self._order.seed, row["id"]),
        )
        effort = self.beliefs[row["id"]].effort
        harder = replace(usual, effort=Effort.parse(effort)) if effort else usual
        return harder if self.fits(harder) else usual


def not_sampled(samples: int) -> list[Completion]:
    """What a prompt that leaves no room for an answer gets: it counts as unanswered, never as absent."""
    return [Completion((), (), "prompt_too_long")] * samples
