"""Who stands: the base, whoever was promoted, and whoever was brought back by a person.

    standing(folder)                     the generation whose weights stand
    history = read_history(folder, base) what the supervisor goes by: history.champion, history.stood

Promotions are in each generation's decision.json; `champions.jsonl` adds the rollbacks, one line each: `at`
(unix time), `by`, `note`, `after` (generations decided by then), `from`, `to`.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ratchetrl.pipelines.run_context import Champion, champion_in
from ratchetrl.pipelines.run_folder import RunFolder, link_atomically, remove_tree
from ratchetrl.pipelines.store import append_line, read_lines
from ratchetrl.verifiers.errors import UserError

WEIGHT_FOLDERS = ("weights", "adapter", "optimizer")


@dataclass(frozen=True, slots=True)
class History:
    """The generations that are decided, and who stood meanwhile."""

    folder: RunFolder
    """The run's."""
    base: Champion
    """Generation 0."""
    decisions: tuple[dict[str, Any], ...]
    """Every decision, from generation 1."""
    rollbacks: tuple[dict[str, Any], ...]
    """Lines of champions.jsonl."""

    @property
    def stood(self) -> tuple[int, ...]:
        """Generations in the order in which they stood; the last one stands."""
        return stood(self.decisions, self.rollbacks)

    @property
    def champion(self) -> Champion:
        """Who stands."""
        return self.champion_of(self.stood[-1])

    @property
    def before_rollback(self) -> int:
        """Generations that were decided before a person last brought a champion back."""
        return max((each["after"] for each in self.rollbacks), default=0)

    def champion_of(self, generation: int) -> Champion:
        """The weights that a promoted generation made, or the base."""
        if generation == 0:
            return self.base
        return champion_in(self.folder.generation(generation) / self._train(generation), generation)

    def _train(self, generation: int) -> str:
        name: str = self.decisions[generation - 1]["stages"]["train"]
        return name

    def after(self, decision: dict[str, Any]) -> "History":
        """One generation later."""
        return History(self.folder, self.base, (*self.decisions, decision), self.rollbacks)

    def kept(self, keep: int) -> list[Champion]:
        """The champions whose weights are still needed: the base, the one that stands and the `keep` others
        that stood last."""
        last_first = list(dict.fromkeys(reversed(self.stood)))
        return [self.champion_of(each) for each in {0, *last_first[: 1 + keep]}]

    def prune(self, keep: int) -> None:
        """Deletes weights and optimiser state that nothing needs any more; manifests, rollouts and verdicts
        stay."""
        kept = {champion.weights.parent for champion in self.kept(keep)}
        for stage in self.folder.path.glob("generation_*/train-*"):
            if stage not in kept:
                for part in WEIGHT_FOLDERS:
                    remove_tree(stage / part)

    def roll_back(self, to: int, by: str, note: str) -> Champion:
        """Lets an earlier champion stand again, and writes down who wanted that."""
        champion = self._earlier(to)
        line = {"after": len(self.decisions), "from": self.stood[-1], "to": to}
        append_line(self.folder.champions_file, {"at": time.time(), "by": by, "note": note, **line})
        crown(self.folder, champion)
        return champion

    def _earlier(self, to: int) -> Champion:
        """The champion of generation `to`; UserError where it cannot stand again."""
        if to == self.stood[-1]:
            raise UserError(f"generation {to} stands already; choose an earlier one with --to")
        stored = [each for each in sorted(set(self.stood)) if self.champion_of(each).weights.exists()]
        if to in stored:
            return self.champion_of(to)
        others = ", ".join(str(each) for each in stored if each != self.stood[-1])
        ways_out = f"choose with --to: {others}" if others else "there is no other to choose"
        if to not in self.stood:
            raise UserError(f"generation {to} was never a champion; {ways_out}")
        raise UserError(f"the weights of generation {to} were deleted (budget.keep); {ways_out}")


def read_history(folder: RunFolder, base: Champion) -> History:
    """What was decided so far."""
    return History(folder, base, tuple(folder.decisions()), tuple(read_lines(folder.champions_file)))


def standing(folder: RunFolder) -> int:
    """The generation whose weights stand; 0 is the base."""
    return stood(folder.decisions(), read_lines(folder.champions_file))[-1]


def stood(decisions: Sequence[dict[str, Any]], rollbacks: Sequence[dict[str, Any]]) -> tuple[int, ...]:
    """Generations in the order in which they stood, the base first."""
    order = [0]
    for decision in decisions:
        index = decision["generation"]
        order += [index] if decision["decision"] == "promoted" else []
        order += [each["to"] for each in rollbacks if each["after"] == index]
    return tuple(order)


def crown(folder: RunFolder, champion: Champion) -> None:
    """Points `champion` at the weights that stand."""
    link_atomically(folder.champion_link, str(champion.weights.relative_to(folder.path)))
